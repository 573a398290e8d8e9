#include "balance/targets.h"
#include "balance/balance.h"
#include "helper.h"

/* Classes a, b, c with so many rows; codes are not kept. */
static tamis_labels labels_of(uint64_t a, uint64_t b, uint64_t c) {
        const char *names[] = { "a", "b", "c" };
        uint64_t counts[] = { a, b, c };
        tamis_labels l = { 0 };
        tamis_error err;
        size_t code;

        /* the last first: the order of arrival must not matter */
        for (size_t i = 3; i-- > 0;)
                if (counts[i]) {
                        ck_assert_int_eq(tamis_dict_add(&l.dict, tamis_slice_of(names[i]), counts[i], &code, &err), 0);
                        l.n += counts[i];
                }
        ck_assert_int_eq(tamis_labels_settle(&l, "y", &err), 0);
        return l;
}

#define BAD UINT64_MAX

static const struct {
        const char *ratio;
        bool raise;
        uint64_t before[3], after[3];   /* after[0] BAD: refused */
} sizes[] = {
        { "auto", true, { 10, 3, 7 }, { 10, 10, 10 } },
        { "auto", false, { 10, 3, 7 }, { 3, 3, 3 } },
        { "0.29", true, { 100, 3, 50 }, { 100, 29, 50 } },      /* 100 * 0.29 is 28.999999999999996 */
        { ".5", true, { 10, 3, 7 }, { 10, 5, 7 } },
        { ".5", true, { 11, 3, 7 }, { 11, 6, 7 } },             /* 5.5 to the nearest: up */
        { ".5", false, { 10, 3, 7 }, { 6, 3, 6 } },
        { "1", true, { 4, 4, 4 }, { 4, 4, 4 } },
        { ".3", true, { 10, 3, 7 }, { 10, 3, 7 } },
        { ".2", true, { 10, 3, 7 }, { BAD } },                  /* the smallest is at .3: rows would have to go */
        { ".2", false, { 10, 3, 7 }, { BAD } },                 /* 3 / .2 = 15: rows would have to come */
        { ".3", false, { 10, 3, 7 }, { 10, 3, 7 } },
        { "b=9", true, { 10, 3, 7 }, { 10, 9, 7 } },
        { "b=9,c=20", true, { 10, 3, 7 }, { 10, 9, 20 } },
        { "c=7", true, { 10, 3, 7 }, { 10, 3, 7 } },
        { "c=6", true, { 10, 3, 7 }, { BAD } },
        { "c=6,a=0", false, { 10, 3, 7 }, { 0, 3, 6 } },
        { "c=8", false, { 10, 3, 7 }, { BAD } },
        { "d=8", true, { 10, 3, 7 }, { BAD } },
        { "auto", true, { 10, 0, 0 }, { BAD } },                /* one class */
};

START_TEST(sizes_are_as_the_table_says) {
        tamis_labels l = labels_of(sizes[_i].before[0], sizes[_i].before[1], sizes[_i].before[2]);
        tamis_ratio ratio = { 0 };
        tamis_error err;
        uint64_t got[3];
        int r;

        ck_assert_int_eq(tamis_ratio_parse(&ratio, sizes[_i].ratio, &err), 0);
        r = tamis_ratio_sizes(&ratio, &l, sizes[_i].raise, got, &err);
        ck_assert_int_eq(r < 0, sizes[_i].after[0] == BAD);
        for (size_t c = 0; r == 0 && c < 3; c++)
                ck_assert_uint_eq(got[c], sizes[_i].after[c]);
        tamis_ratio_done(&ratio);
        tamis_labels_done(&l);
}
END_TEST

static const char *const bad_ratios[] = { "0", "-1", "1.5", "yes", "a=1.5", "a=-3", "a=1,a=2", "a=x", "" };

START_TEST(bad_ratios_are_refused) {
        tamis_ratio ratio = { 0 };
        tamis_error err;

        ck_assert_int_eq(tamis_ratio_parse(&ratio, bad_ratios[_i], &err), TAMIS_USAGE);
        tamis_ratio_done(&ratio);
}
END_TEST

START_TEST(classes_are_ordered_by_text) {
        tamis_labels l = labels_of(1, 2, 3);

        ck_assert_uint_eq(l.n_classes, 3);
        ck_assert_uint_eq(l.counts[0], 1);
        ck_assert_uint_eq(l.counts[2], 3);
        ck_assert_int_eq(tamis_labels_find(&l, tamis_slice_of("b")), 1);
        ck_assert_int_eq(tamis_labels_find(&l, tamis_slice_of("d")), -1);
        ck_assert_int_eq(tamis_labels_find(&l, tamis_slice_of("")), -1);
        tamis_labels_done(&l);
}
END_TEST

/* n numbers, each once, then the first so often that there are `rows` rows. */
static int settle_numbers(size_t n, size_t rows) {
        tamis_labels l = { .n = rows };
        tamis_error err;
        char text[16];
        size_t code;
        int r;

        for (size_t i = 0; i < n; i++) {
                snprintf(text, sizeof text, "%zu", i);
                ck_assert_int_eq(tamis_dict_add(&l.dict, tamis_slice_of(text), i ? 1 : rows - n + 1, &code, &err), 0);
        }
        r = tamis_labels_settle(&l, "y", &err);
        tamis_labels_done(&l);
        return r;
}

START_TEST(measurements_are_no_classes) {
        ck_assert_int_eq(settle_numbers(50, 50), 0);
        ck_assert_int_eq(settle_numbers(51, 51), TAMIS_BAD_DATA);
        ck_assert_int_eq(settle_numbers(51, 101), TAMIS_BAD_DATA);
        ck_assert_int_eq(settle_numbers(51, 102), 0);
}
END_TEST

START_TEST(shares_add_up) {
        /* 10 of 3:3:1: 4.29, 4.29, 1.43 -> 4, 4, 1, and the largest remainder is the last one's */
        const uint64_t counts[] = { 3, 3, 1 };
        uint64_t got[3];

        tamis_share_out(10, counts, 3, got);
        ck_assert_uint_eq(got[0], 4);
        ck_assert_uint_eq(got[1], 4);
        ck_assert_uint_eq(got[2], 2);
        tamis_share_out(0, counts, 3, got);
        ck_assert_uint_eq(got[0] + got[1] + got[2], 0);
        /* 1 of 1:1: a tie goes to the first */
        tamis_share_out(1, counts, 2, got);
        ck_assert_uint_eq(got[0], 1);
        ck_assert_uint_eq(got[1], 0);
}
END_TEST

START_TEST(every_choice_is_as_likely) {
        const uint32_t rows[] = { 7, 3, 0, 5 };
        unsigned seen[8] = { 0 };

        for (uint64_t i = 0; i < 6000; i++) {
                uint32_t times[8] = { 0 };
                unsigned n = 0;
                tamis_stream s;

                tamis_stream_init(&s, 1, "test", i, 0);
                tamis_choose(&s, rows, 4, 2, times);
                for (size_t j = 0; j < 8; j++) {
                        seen[j] += times[j];
                        n += times[j];
                        ck_assert_uint_le(times[j], 1);
                }
                ck_assert_uint_eq(n, 2);
        }
        /* half of 6000 each, sd 39 */
        for (size_t j = 0; j < 4; j++)
                ck_assert(seen[rows[j]] > 2800 && seen[rows[j]] < 3200);
}
END_TEST

static void fill(TCase *t) {
        tcase_add_loop_test(t, sizes_are_as_the_table_says, 0, sizeof sizes / sizeof *sizes);
        tcase_add_loop_test(t, bad_ratios_are_refused, 0, sizeof bad_ratios / sizeof *bad_ratios);
        tcase_add_test(t, classes_are_ordered_by_text);
        tcase_add_test(t, measurements_are_no_classes);
        tcase_add_test(t, shares_add_up);
        tcase_add_test(t, every_choice_is_as_likely);
}

int main(void) {
        return run_suite("targets", fill);
}
