#include <check.h>
#include <math.h>
#include <stdlib.h>

#include <tamis/rubin.h>

static tamis_rubin pooled(const double *estimates, const double *errors, size_t m, double dfcom) {
        tamis_error err = {0};
        tamis_rubin p;

        ck_assert_int_eq(tamis_rubin_pool(estimates, errors, m, dfcom, .95, &p, &err), 0);
        return p;
}

/* ubar = 1, b = 1, t = 1 + 3/2; lambda = 3/5, riv = 3/2, df = 1 / lambda^2 */
START_TEST(two_by_hand) {
        tamis_rubin p = pooled((double[]) { 0, sqrt(2) }, (double[]) { 1, 1 }, 2, INFINITY);

        ck_assert_double_eq_tol(p.estimate, sqrt(2) / 2, 1e-15);
        ck_assert_double_eq_tol(p.ubar, 1, 1e-15);
        ck_assert_double_eq_tol(p.b, 1, 1e-15);
        ck_assert_double_eq_tol(p.t, 2.5, 1e-15);
        ck_assert_double_eq_tol(p.riv, 1.5, 1e-15);
        ck_assert_double_eq_tol(p.lambda, .6, 1e-15);
        ck_assert_double_eq_tol(p.df, 1 / .36, 1e-14);
        ck_assert_double_eq_tol(p.fmi, (1.5 + 2 / (1 / .36 + 3)) / 2.5, 1e-14);
        /* what was known of the complete data bounds what is known now: 11/13 * 10 * .4 */
        p = pooled((double[]) { 0, sqrt(2) }, (double[]) { 1, 1 }, 2, 10);
        ck_assert_double_eq_tol(p.df, 1 / (.36 + 13. / 44), 1e-14);
}
END_TEST

/* Student's t with 1 degree of freedom is Cauchy's: the 97.5 % point is tan(.475 pi), P(|T| > 1) = 1/2. */
START_TEST(one_degree_of_freedom) {
        /* nothing within: lambda = 1, so df = m - 1 */
        tamis_rubin p = pooled((double[]) { 1, 2 }, (double[]) { 0, 0 }, 2, INFINITY);

        ck_assert_double_eq_tol(p.df, 1, 1e-15);
        ck_assert_double_eq_tol((p.high - p.estimate) / p.error / tan(.475 * M_PI), 1, 1e-13);
        p = pooled((double[]) { 0, 1 }, (double[]) { 0, 0 }, 2, INFINITY);
        ck_assert_double_eq_tol(p.p, 2 * (.5 - atan(p.statistic) / M_PI), 1e-14);
        ck_assert(p.fmi == 1);
}
END_TEST

START_TEST(nothing_at_all) {
        tamis_rubin p = pooled((double[]) { .1, .1, .1 }, (double[]) { 0, 0, 0 }, 3, INFINITY);

        ck_assert(p.estimate == .1 && p.b == 0 && p.low == .1 && p.high == .1);
        ck_assert(isnan(p.statistic) && isnan(p.p));
}
END_TEST

START_TEST(one_is_too_few) {
        tamis_error err = {0};
        tamis_rubin p;

        ck_assert_int_eq(tamis_rubin_pool((double[]) { 1 }, (double[]) { 1 }, 1, 10, .95, &p, &err), TAMIS_BAD_DATA);
        ck_assert_int_eq(tamis_rubin_pool((double[]) { 1e300, -1e300 }, (double[]) { 1, 1 }, 2, 10, .95, &p, &err),
                         TAMIS_BAD_DATA);
}
END_TEST

int main(void) {
        Suite *s = suite_create("rubin");
        TCase *t = tcase_create("rubin");
        SRunner *r;
        int failed;

        tcase_add_test(t, two_by_hand);
        tcase_add_test(t, one_degree_of_freedom);
        tcase_add_test(t, nothing_at_all);
        tcase_add_test(t, one_is_too_few);
        suite_add_tcase(s, t);
        r = srunner_create(s);
        srunner_run_all(r, CK_ENV);
        failed = srunner_ntests_failed(r);
        srunner_free(r);
        return failed != 0;
}
