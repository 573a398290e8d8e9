#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "impute/impute.h"

enum { MOST = 8 };

/* (cells, how many, mean, median, mode); expected by hand. NAN: there is nothing to say. */
static const struct { double x[MOST]; size_t n; double mean, median, mode; } numbers[] = {
        { { 3 },                             1, 3,                3,       3 },
        { { 1, 2 },                          2, 1.5,              1.5,     1 },
        { { 2, 1, NAN, 2, 9 },              5, 3.5,              2,       2 },
        { { 5, 1, 5, 1 },                    4, 3,                3,       1 },
        { { 10, 9, 10, 9, -3 },              5, 7,                9,       9 },
        { { -0.0, 0, 1 },                    3, 1.0 / 3,          0,       0 },
        { { NAN, NAN },                    2, NAN,              NAN,     NAN },
        { { 0 },                             0, NAN,              NAN,     NAN },
        /* added up from left to right this would be 0 */
        { { 1e16, 1, -1e16, 1 },             4, .5,               1,       1 },
        { { 1e308, 1e308, 1e308 },           3, 1e308,            1e308,   1e308 },
        { { .1, .1, .1 },                    3, .1,               .1,      .1 },
};

static tamis_fill value_of(const tamis_filler *filler, const double *x, size_t n, size_t cut) {
        tamis_error err = {0};
        tamis_fill fill = {0};
        const tamis_summary *s = filler->summary;
        void *whole = calloc(1, s->size);
        bool again = false;

        ck_assert_int_eq(s->start ? s->start(whole, 0, &err) : 0, 0);
        /* in two parts, cut anywhere */
        for (size_t part = 0; part < 2; part++) {
                void *some = calloc(1, s->size);

                ck_assert_int_eq(s->partial ? s->partial(whole, some, &err) : 0, 0);
                ck_assert_int_eq(s->add_numbers(some, part ? x + cut : x, part ? n - cut : cut, &err), 0);
                ck_assert_int_eq(s->merge(whole, some, &err), 0);
                s->done(some);
                free(some);
        }
        ck_assert_int_eq(s->settle ? s->settle(whole, &again, &err) : 0, 0);
        ck_assert(!again);
        filler->value(whole, &fill);
        s->done(whole);
        free(whole);
        return fill;
}

START_TEST(numbers_by_hand) {
        const tamis_filler *const fillers[] = {
                &tamis_filler_mean, &tamis_filler_median, &tamis_filler_mode_of_numbers,
        };
        const double want[] = { numbers[_i].mean, numbers[_i].median, numbers[_i].mode };

        for (size_t f = 0; f < 3; f++)
                for (size_t cut = 0; cut <= numbers[_i].n; cut++) {
                        tamis_fill fill = value_of(fillers[f], numbers[_i].x, numbers[_i].n, cut);

                        if (isnan(want[f])) {
                                ck_assert_int_eq(fill.kind, TAMIS_FILL_NONE);
                                continue;
                        }
                        ck_assert_int_eq(fill.kind, TAMIS_FILL_NUMBER);
                        ck_assert_double_eq(fill.number, want[f]);
                        ck_assert(!signbit(fill.number) || want[f] < 0);
                }
}
END_TEST

/* (texts, the mode): ties to the bytewise smallest */
static const struct { const char *texts[MOST]; const char *want; } texts[] = {
        { { "b" }, "b" },
        { { "b", "a", "b" }, "b" },
        { { "b", "a" }, "a" },
        { { "10", "9", "9", "10" }, "10" },
        { { "a", "B", "B", "a" }, "B" },
        { { "ab", "a" }, "a" },
        { { "z", "\xc3\xa9" }, "z" },
        { { NULL }, NULL },
};

START_TEST(texts_by_hand) {
        const tamis_summary *s = tamis_filler_mode_of_texts.summary;
        tamis_error err = {0};
        tamis_dict whole = {0}, last = {0};
        tamis_fill fill = {0};

        for (size_t i = 0; texts[_i].texts[i]; i++) {
                tamis_slice text = tamis_slice_of(texts[_i].texts[i]);

                ck_assert_int_eq(s->add_texts(i == 0 ? &last : &whole, &text, 1, &err), 0);
        }
        ck_assert_int_eq(s->merge(&whole, &last, &err), 0);
        tamis_filler_mode_of_texts.value(&whole, &fill);
        if (texts[_i].want) {
                ck_assert_int_eq(fill.kind, TAMIS_FILL_TEXT);
                ck_assert(tamis_slice_equal(fill.text, tamis_slice_of(texts[_i].want)));
        } else {
                ck_assert_int_eq(fill.kind, TAMIS_FILL_NONE);
        }
        s->done(&whole);
        s->done(&last);
}
END_TEST

START_TEST(nothing_was_ever_added) {
        const tamis_filler *const fillers[] = {
                &tamis_filler_mean, &tamis_filler_median, &tamis_filler_mode_of_numbers, &tamis_filler_mode_of_texts,
        };

        for (size_t f = 0; f < 4; f++) {
                tamis_fill fill = {0};

                fillers[f]->value(NULL, &fill);
                ck_assert_int_eq(fill.kind, TAMIS_FILL_NONE);
        }
}
END_TEST

START_TEST(strategies_are_sorted_and_told) {
        size_t n;
        const tamis_strategy *const *all = tamis_step_impute.strategies(&n);

        ck_assert_uint_ge(n, 4);
        for (size_t i = 0; i < n; i++) {
                ck_assert(i == 0 || strcmp(all[i - 1]->name, all[i]->name) < 0);
                ck_assert(all[i]->summary && *all[i]->summary && all[i]->source);
        }
}
END_TEST

int main(void) {
        Suite *s = suite_create("fillers");
        TCase *t = tcase_create("fillers");
        SRunner *runner;
        int failed;

        tcase_add_loop_test(t, numbers_by_hand, 0, sizeof numbers / sizeof *numbers);
        tcase_add_loop_test(t, texts_by_hand, 0, sizeof texts / sizeof *texts);
        tcase_add_test(t, nothing_was_ever_added);
        tcase_add_test(t, strategies_are_sorted_and_told);
        suite_add_tcase(s, t);
        runner = srunner_create(s);
        srunner_run_all(runner, CK_ENV);
        failed = srunner_ntests_failed(runner);
        srunner_free(runner);
        return failed != 0;
}
