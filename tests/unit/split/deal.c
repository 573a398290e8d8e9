#include <check.h>
#include <string.h>

#include <tamis/random.h>

#include "split/deal.h"

enum { ROWS = 100 };

/* Class c has counts[c] rows, in turns. */
static void make_classes(const uint64_t *counts, size_t n, uint32_t *classes, size_t rows) {
        uint64_t left[8];
        size_t c = 0;

        memcpy(left, counts, n * sizeof *left);
        for (size_t row = 0; row < rows; row++) {
                while (left[c % n] == 0)
                        c++;
                left[c % n]--;
                classes[row] = (uint32_t) (c++ % n);
        }
}

static uint64_t count(const uint16_t *marks, const uint32_t *classes, size_t rows, uint32_t class, uint16_t mark) {
        uint64_t n = 0;

        for (size_t row = 0; row < rows; row++)
                n += classes[row] == class && marks[row] == mark;
        return n;
}

/* Rows of class 0 and 1 in test, then in valid, by hand. */
static const struct {
        uint64_t counts[2], test, valid, in_test[2], in_valid[2];
        size_t missed;
} cases[] = {
        { { 60, 40 }, 25, 0, { 15, 10 }, { 0, 0 }, 0 },
        /* 45 and 30 are left, 20 * .6 and 20 * .4 of them */
        { { 60, 40 }, 25, 20, { 15, 10 }, { 12, 8 }, 0 },
        /* 1.96 and .04: the small one has to have one */
        { { 98, 2 }, 2, 0, { 1, 1 }, { 0, 0 }, 0 },
        /* two rows: one for test, one for train, none for valid */
        { { 98, 2 }, 25, 25, { 24, 1 }, { 25, 0 }, 0 },
        { { 97, 3 }, 25, 25, { 24, 1 }, { 24, 1 }, 0 },
        /* 1.8 of the small one, but then valid would have none */
        { { 97, 3 }, 60, 20, { 59, 1 }, { 19, 1 }, 0 },
        /* a single row trains */
        { { 99, 1 }, 25, 0, { 25, 0 }, { 0, 0 }, 0 },
        /* one row for two classes: the larger has it */
        { { 60, 40 }, 1, 0, { 1, 0 }, { 0, 0 }, 1 },
};

START_TEST(every_class_has_its_share) {
        uint32_t classes[ROWS];
        uint16_t marks[ROWS];
        const size_t order[] = { 0, 1 };
        tamis_deal deal = { .seed = 7, .rows = ROWS, .classes = classes, .n_classes = 2, .order = order };
        size_t missed;
        tamis_error err;

        make_classes(cases[_i].counts, 2, classes, ROWS);
        ck_assert_int_eq(tamis_deal_parts(&deal, cases[_i].test, cases[_i].valid, marks, &missed, &err), 0);
        ck_assert_uint_eq(missed, cases[_i].missed);
        for (uint32_t c = 0; c < 2; c++) {
                ck_assert_uint_eq(count(marks, classes, ROWS, c, TAMIS_SPLIT_TEST), cases[_i].in_test[c]);
                ck_assert_uint_eq(count(marks, classes, ROWS, c, TAMIS_SPLIT_VALID), cases[_i].in_valid[c]);
        }
}
END_TEST

START_TEST(ties_go_by_the_given_order) {
        uint32_t classes[] = { 0, 0, 1, 1 };
        uint16_t marks[4];
        const size_t order[] = { 1, 0 };
        tamis_deal deal = { .seed = 1, .rows = 4, .classes = classes, .n_classes = 2, .order = order };
        size_t missed;
        tamis_error err;

        ck_assert_int_eq(tamis_deal_parts(&deal, 1, 0, marks, &missed, &err), 0);
        ck_assert_uint_eq(count(marks, classes, 4, 1, TAMIS_SPLIT_TEST), 1);
        ck_assert_uint_eq(count(marks, classes, 4, 0, TAMIS_SPLIT_TEST), 0);
}
END_TEST

/* The rule, said again: a row is in the test when fewer than `test` rows have a smaller key. */
START_TEST(the_smallest_keys_are_the_test) {
        uint64_t keys[ROWS];
        uint16_t marks[ROWS];
        tamis_deal deal = { .seed = 11, .rows = ROWS, .n_classes = 1 };
        size_t missed;
        tamis_error err;

        for (size_t row = 0; row < ROWS; row++) {
                tamis_stream s;

                tamis_stream_init(&s, 11, "split.row", row, 0);
                keys[row] = tamis_stream_bits(&s);
        }
        ck_assert_int_eq(tamis_deal_parts(&deal, 30, 20, marks, &missed, &err), 0);
        for (size_t row = 0; row < ROWS; row++) {
                size_t smaller = 0;

                for (size_t other = 0; other < ROWS; other++)
                        smaller += keys[other] < keys[row];
                ck_assert_uint_eq(marks[row], smaller < 30 ? TAMIS_SPLIT_TEST : smaller < 50 ? TAMIS_SPLIT_VALID
                                                                                             : TAMIS_SPLIT_TRAIN);
        }
}
END_TEST

START_TEST(folds_are_even_in_all_and_in_each_class) {
        static const uint64_t counts[] = { 50, 33, 17 };
        uint32_t classes[ROWS];
        uint16_t marks[ROWS];
        tamis_deal deal = { .seed = 3, .rows = ROWS, .classes = classes, .n_classes = 3 };
        tamis_error err;

        make_classes(counts, 3, classes, ROWS);
        for (unsigned k = 2; k < 12; k++) {
                ck_assert_int_eq(tamis_deal_folds(&deal, k, marks, &err), 0);
                for (uint16_t fold = 1; fold <= k; fold++) {
                        uint64_t all = 0;

                        for (uint32_t c = 0; c < 3; c++) {
                                uint64_t n = count(marks, classes, ROWS, c, fold);

                                ck_assert_uint_ge(n, counts[c] / k);
                                ck_assert_uint_le(n, (counts[c] + k - 1) / k);
                                all += n;
                        }
                        ck_assert_uint_ge(all, ROWS / k);
                        ck_assert_uint_le(all, (ROWS + k - 1) / k);
                }
        }
}
END_TEST

START_TEST(another_seed_is_another_split) {
        uint16_t a[ROWS], b[ROWS];
        tamis_deal deal = { .seed = 1, .rows = ROWS, .n_classes = 1 };
        size_t missed;
        tamis_error err;

        ck_assert_int_eq(tamis_deal_parts(&deal, 50, 0, a, &missed, &err), 0);
        deal.seed = 2;
        ck_assert_int_eq(tamis_deal_parts(&deal, 50, 0, b, &missed, &err), 0);
        ck_assert(memcmp(a, b, sizeof a) != 0);
}
END_TEST

int main(void) {
        TCase *tc = tcase_create("deal");
        Suite *suite = suite_create("deal");
        SRunner *runner = srunner_create(suite);
        int failed;

        tcase_set_timeout(tc, 0);
        tcase_add_loop_test(tc, every_class_has_its_share, 0, sizeof cases / sizeof *cases);
        tcase_add_test(tc, ties_go_by_the_given_order);
        tcase_add_test(tc, the_smallest_keys_are_the_test);
        tcase_add_test(tc, folds_are_even_in_all_and_in_each_class);
        tcase_add_test(tc, another_seed_is_another_split);
        suite_add_tcase(suite, tc);
        srunner_run_all(runner, CK_ENV);
        failed = srunner_ntests_failed(runner);
        srunner_free(runner);
        return failed != 0;
}
