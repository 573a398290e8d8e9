#include <check.h>
#include <math.h>
#include <stdlib.h>

#include <tamis/stats.h>

/* Sum, mean, variance with ddof 0 and 1: exact fractions (Python's fractions), rounded once. */
static const struct { const char *what; double v[6]; size_t n; double sum, mean, var0, var1; } cases[] = {
        { "one value", { 3.0 }, 1, 3.0, 3.0, 0.0, NAN },
        { "two", { 1.0, 2.0 }, 2, 3.0, 1.5, 0.25, 0.5 },
        { "thirds", { 0.1, 0.2, 0.3 }, 3, 0.6, 0.2, 0.006666666666666665, 0.009999999999999998 },
        { "cancel", { 1e+308, 1.0, -1e+308 }, 3, 1.0, 0.3333333333333333, INFINITY, INFINITY },
        { "the sum overflows", { 1.7e+308, 1.7e+308, 1.6e+308 }, 3, INFINITY, 1.6666666666666666e+308, INFINITY, INFINITY },
        { "offset", { 1000000000.0, 1000000000.25, 1000000000.5, 1000000000.75 }, 4, 4000000001.5, 1000000000.375,
          0.078125, 0.10416666666666667 },
        { "subnormal", { 5e-324, 1.5e-323, 0.0 }, 3, 2e-323, 5e-324, 0.0, 0.0 },
        { "mixed", { 1e-300, 1e+300, -1e+300, 2e-300 }, 4, 3e-300, 7.5e-301, INFINITY, INFINITY },
        { "integers", { 1, 2, 3, 4, 5, 6 }, 6, 21.0, 3.5, 2.9166666666666665, 3.5 },
        { "constant", { 0.1, 0.1, 0.1, 0.1, 0.1 }, 5, 0.5, 0.1, 0.0, 0.0 },
        { "negative", { -1.5, -2.25, 8.125 }, 3, 4.375, 1.4583333333333333, 22.31597222222222, 33.473958333333336 },
        { "neighbours", { 1.0, 1.0000000000000002 }, 2, 2.0, 1.0, 1.232595164407831e-32, 2.465190328815662e-32 },
};

static void same(double got, double want, const char *what) {
        ck_assert_msg(got == want || (isnan(got) && isnan(want)), "%s: %.17g, not %.17g", what, got, want);
}

START_TEST(moments_are_rounded_once) {
        tamis_moments m = {0};
        tamis_error err;

        ck_assert_int_eq(tamis_moments_add(&m, cases[_i].v, cases[_i].n, &err), 0);
        ck_assert_uint_eq(m.n, cases[_i].n);
        same(tamis_moments_sum(&m), cases[_i].sum, cases[_i].what);
        same(tamis_moments_mean(&m), cases[_i].mean, cases[_i].what);
        same(tamis_moments_variance(&m, 0), cases[_i].var0, cases[_i].what);
        same(tamis_moments_variance(&m, 1), cases[_i].var1, cases[_i].what);
        tamis_moments_done(&m);
}
END_TEST

START_TEST(the_sd_is_right_where_the_variance_is_no_double) {
        const double big[] = { 1e308, 1, -1e308 }, small[] = { 4e-320, 0, 0, 0 };
        tamis_moments m = {0};
        tamis_error err;

        ck_assert_int_eq(tamis_moments_add(&m, big, 3, &err), 0);
        /* sqrt(2/3) 1e308 */
        ck_assert_double_eq_tol(tamis_moments_sd(&m, 0) / 1e308, 0.81649658092772603, 1e-15);
        tamis_moments_done(&m);
        ck_assert_int_eq(tamis_moments_add(&m, small, 4, &err), 0);
        /* sqrt(3)/4 of 4e-320, in steps of 5e-324 */
        ck_assert_double_eq_tol(tamis_moments_sd(&m, 0), 1.7320508075688772e-320, 5e-324);
        ck_assert_double_eq(tamis_moments_variance(&m, 0), 0);
        tamis_moments_done(&m);
}
END_TEST

START_TEST(missing_values_are_left_out) {
        const double v[] = { NAN, 2, NAN, 4 };
        tamis_moments m = {0};
        tamis_error err;

        ck_assert_int_eq(tamis_moments_add(&m, v, 4, &err), 0);
        ck_assert_uint_eq(m.n, 2);
        ck_assert_double_eq(tamis_moments_mean(&m), 3);
        ck_assert_double_eq(m.min, 2);
        ck_assert_double_eq(m.max, 4);
        tamis_moments_done(&m);
        ck_assert(isnan(tamis_moments_mean(&m)));
        ck_assert(isnan(tamis_moments_variance(&m, 0)));
}
END_TEST

enum { N = 5000 };

/* Whatever the order and the cut, the same bits. */
START_TEST(order_and_cut_change_nothing) {
        double v[N], mean = 0, variance = 0, sd = 0;

        srand48(_i);
        for (size_t i = 0; i < N; i++)
                v[i] = ldexp(drand48() - .5, (int) (drand48() * (_i ? 1800 : 40)) - 900);
        for (int round = 0; round < 6; round++) {
                tamis_moments all = {0};
                tamis_error err;

                for (size_t first = 0; first < N;) {
                        size_t n = 1 + (size_t) (drand48() * N / (round + 1));
                        tamis_moments part = {0};

                        n = first + n < N ? n : N - first;
                        ck_assert_int_eq(tamis_moments_add(&part, v + first, n, &err), 0);
                        ck_assert_int_eq(tamis_moments_merge(&all, &part, &err), 0);
                        tamis_moments_done(&part);
                        first += n;
                }
                if (round > 0) {
                        ck_assert(tamis_moments_mean(&all) == mean);
                        ck_assert(tamis_moments_variance(&all, 0) == variance);
                        ck_assert(tamis_moments_sd(&all, 1) == sd);
                }
                mean = tamis_moments_mean(&all);
                variance = tamis_moments_variance(&all, 0);
                sd = tamis_moments_sd(&all, 1);
                tamis_moments_done(&all);
                for (size_t i = N - 1; i > 0; i--) {
                        size_t j = (size_t) (drand48() * (double) (i + 1));
                        double t = v[i];

                        v[i] = v[j], v[j] = t;
                }
        }
}
END_TEST

START_TEST(many_values_need_carries) {
        static double v[1 << 16];
        tamis_moments m = {0};
        tamis_error err;

        for (size_t i = 0; i < 1 << 16; i++)
                v[i] = -0.1;
        /* 2^22 additions: chunks outgrow 32 bits many times */
        for (int i = 0; i < 64; i++)
                ck_assert_int_eq(tamis_moments_add(&m, v, 1 << 16, &err), 0);
        ck_assert_double_eq(tamis_moments_mean(&m), -0.1);
        ck_assert_double_eq(tamis_moments_sum(&m), -0.1 * (1 << 22));
        ck_assert_double_eq(tamis_moments_variance(&m, 0), 0);
        tamis_moments_done(&m);
}
END_TEST

int main(void) {
        Suite *s = suite_create("moments");
        TCase *t = tcase_create("moments");
        SRunner *runner;
        int failed;

        tcase_set_timeout(t, 0);
        tcase_add_loop_test(t, moments_are_rounded_once, 0, sizeof cases / sizeof *cases);
        tcase_add_test(t, the_sd_is_right_where_the_variance_is_no_double);
        tcase_add_test(t, missing_values_are_left_out);
        tcase_add_loop_test(t, order_and_cut_change_nothing, 0, 2);
        tcase_add_test(t, many_values_need_carries);
        suite_add_tcase(s, t);
        runner = srunner_create(s);
        srunner_run_all(runner, CK_ENV);
        failed = srunner_ntests_failed(runner);
        srunner_free(runner);
        return failed != 0;
}
