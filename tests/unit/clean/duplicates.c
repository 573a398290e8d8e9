#include <check.h>
#include <stdio.h>

#include "clean/duplicates.h"

static tamis_print print_of(const char *const *cells, size_t n) {
        tamis_print p = {0};

        for (size_t i = 0; i < n; i++)
                tamis_print_add(&p, tamis_slice_of(cells[i]));
        return p;
}

static bool same(tamis_print x, tamis_print y) {
        return x.a == y.a && x.b == y.b;
}

START_TEST(cells_keep_their_borders) {
        static const char *const rows[][3] = {
                { "a", "bc", "" }, { "ab", "c", "" }, { "", "a", "bc" }, { "abc", "", "" }, { "", "", "abc" },
                { "bc", "a", "" },
                { "12345678", "9", "" }, { "123456789", "", "" }, { "1234567", "89", "" },
        };
        size_t n = sizeof rows / sizeof *rows;

        for (size_t i = 0; i < n; i++)
                for (size_t k = 0; k < n; k++)
                        ck_assert(same(print_of(rows[i], 3), print_of(rows[k], 3)) == (i == k));
}
END_TEST

START_TEST(a_nul_at_the_end_counts) {
        tamis_print p = {0}, q = {0};

        tamis_print_add(&p, (tamis_slice) { "a\0", 2 });
        tamis_print_add(&q, (tamis_slice) { "a", 1 });
        ck_assert(!same(p, q));
}
END_TEST

START_TEST(the_first_of_equals_stays) {
        static const char *const rows[][1] = { { "x" }, { "y" }, { "x" }, { "z" }, { "y" }, { "x" } };
        static const uint8_t want[] = { 0, 0, 1, 0, 1, 1 };
        tamis_duplicates d = {0};
        tamis_error err;

        for (size_t i = 0; i < 6; i++) {
                tamis_print p = print_of(rows[i], 1);

                ck_assert_int_eq(tamis_duplicates_add(&d, &p, 1, &err), 0);
        }
        ck_assert_int_eq(tamis_duplicates_settle(&d, &err), 0);
        ck_assert_mem_eq(d.repeats, want, sizeof want);
        ck_assert_uint_eq(d.found, 3);
        tamis_duplicates_done(&d);
}
END_TEST

/* Rows that differ in little must not meet: all pairs of two small numbers, each row once and every tenth twice. */
START_TEST(like_rows_are_told_apart) {
        tamis_duplicates d = {0};
        size_t twice = 0;
        tamis_error err;

        for (int i = 0; i < 400; i++)
                for (int k = 0; k < 400; k++) {
                        char a[16], b[16];
                        const char *const cells[] = { a, b };
                        tamis_print p;

                        snprintf(a, sizeof a, "%d", i);
                        snprintf(b, sizeof b, "%d", k);
                        p = print_of(cells, 2);
                        ck_assert_int_eq(tamis_duplicates_add(&d, &p, 1, &err), 0);
                        if ((i + k) % 10 == 0) {
                                ck_assert_int_eq(tamis_duplicates_add(&d, &p, 1, &err), 0);
                                twice++;
                        }
                }
        ck_assert_int_eq(tamis_duplicates_settle(&d, &err), 0);
        ck_assert_uint_eq(d.found, twice);
        tamis_duplicates_done(&d);
}
END_TEST

int main(void) {
        TCase *tc = tcase_create("duplicates");
        Suite *suite = suite_create("duplicates");
        SRunner *runner = srunner_create(suite);
        int failed;

        tcase_set_timeout(tc, 0);
        tcase_add_test(tc, cells_keep_their_borders);
        tcase_add_test(tc, a_nul_at_the_end_counts);
        tcase_add_test(tc, the_first_of_equals_stays);
        tcase_add_test(tc, like_rows_are_told_apart);
        suite_add_tcase(suite, tc);
        srunner_run_all(runner, CK_ENV);
        failed = srunner_ntests_failed(runner);
        srunner_free(runner);
        return failed != 0;
}
