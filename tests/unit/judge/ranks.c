/* Ranks over several tables. Expected values are SciPy's: friedmanchisquare, and rankdata's means. */
#include <math.h>
#include <stdlib.h>

#include <check.h>

#include "judge/bench_ranks.h"

START_TEST(ties_share_their_ranks) {
        const double errors[] = { .1, .2, .3, .2, .5, .5, .4, .6, 1, 2, 3, 4, .3, .1, .2, .2, 9, 8, 7, 9 };
        const double ranks[] = { 2.4, 2, 2.3, 3.3 };
        tamis_ranking r;

        ck_assert_int_eq(tamis_rank(errors, 5, 4, &r, NULL), 0);
        for (size_t i = 0; i < 4; i++)
                ck_assert_double_eq_tol(r.ranks[i], ranks[i], 1e-12);
        ck_assert_double_eq_tol(r.statistic, 3.06521739130434, 1e-12);
        ck_assert_double_eq_tol(r.p, 0.38167883114128476, 1e-12);
        free(r.ranks);
}
END_TEST

START_TEST(without_ties) {
        const double errors[] = { 3, 1, 2, 2, 1, 3, 3, 1, 2, 3, 1, 2 };
        tamis_ranking r;

        ck_assert_int_eq(tamis_rank(errors, 4, 3, &r, NULL), 0);
        ck_assert_double_eq_tol(r.ranks[0], 2.75, 1e-12);
        ck_assert_double_eq_tol(r.ranks[1], 1, 1e-12);
        ck_assert_double_eq_tol(r.statistic, 6.5, 1e-12);
        ck_assert_double_eq_tol(r.p, 0.03877420783172202, 1e-12);
        free(r.ranks);
}
END_TEST

/* Demsar 2006, table 5: q.05 is 2.343 of three and 3.164 of ten; CD = q * sqrt(k (k + 1) / (6 N)). */
START_TEST(critical_differences) {
        const double errors[14 * 10] = {0};
        tamis_ranking r;

        ck_assert_int_eq(tamis_rank(errors, 14, 3, &r, NULL), 0);
        ck_assert_double_eq_tol(r.critical, 2.343 * sqrt(12. / 84), 1e-3);
        free(r.ranks);
        ck_assert_int_eq(tamis_rank(errors, 14, 10, &r, NULL), 0);
        ck_assert_double_eq_tol(r.critical, 3.164 * sqrt(110. / 84), 1e-3);
        /* all the same: nothing to be said */
        ck_assert_double_nan(r.statistic);
        ck_assert_double_eq(r.ranks[7], 5.5);
        free(r.ranks);
}
END_TEST

START_TEST(who_has_none_is_last) {
        const double errors[] = { NAN, 5, 7, NAN };
        tamis_ranking r;

        ck_assert_int_eq(tamis_rank(errors, 1, 4, &r, NULL), 0);
        ck_assert_double_eq(r.ranks[0], 3.5);
        ck_assert_double_eq(r.ranks[1], 1);
        ck_assert_double_eq(r.ranks[2], 2);
        ck_assert_double_eq(r.ranks[3], 3.5);
        free(r.ranks);
}
END_TEST

int main(void) {
        Suite *s = suite_create("ranks");
        TCase *t = tcase_create("ranks");
        SRunner *r;
        int failed;

        tcase_add_test(t, ties_share_their_ranks);
        tcase_add_test(t, without_ties);
        tcase_add_test(t, critical_differences);
        tcase_add_test(t, who_has_none_is_last);
        suite_add_tcase(s, t);
        r = srunner_create(s);
        srunner_run_all(r, CK_ENV);
        failed = srunner_ntests_failed(r);
        srunner_free(r);
        return failed != 0;
}
