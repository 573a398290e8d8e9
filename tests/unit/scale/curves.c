#include <check.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include <tamis/random.h>

#include "scale/power.h"
#include "scale/values.h"

static int ascending(const void *x, const void *y) {
        const double *a = x, *b = y;

        return (*a > *b) - (*a < *b);
}

/* Numbers of every kind, as many as make the sort take each of its ways: beside qsort. */
START_TEST(sorted_as_qsort_does) {
        static const size_t sizes[] = { 0, 1, 2, 255, 256, 1000, 20000 };

        for (int kind = 0; kind < 6; kind++)
                for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
                        size_t n = sizes[s];
                        double *x = calloc(n + 1, sizeof *x), *want = calloc(n + 1, sizeof *want);
                        tamis_stream stream;

                        tamis_stream_init(&stream, 1, "test.values", (uint64_t) kind, n);
                        for (size_t i = 0; i < n; i++) {
                                double u = tamis_stream_uniform(&stream);

                                /* both signs; all the same; exponents; near 1e9; two heaps whose leading bits are two; few */
                                x[i] = kind == 0    ? u - .5
                                        : kind == 1 ? 7
                                        : kind == 2 ? exp(1400 * (u - .5)) * (u > .4 ? 1 : -1)
                                        : kind == 3 ? 1e9 + u
                                        : kind == 4 ? (i % 2 ? 1e300 : 0) + u * 1e-300
                                                    : floor(8 * u);
                                want[i] = x[i];
                        }
                        qsort(want, n, sizeof *want, ascending);
                        ck_assert(tamis_values_sort(x, n));
                        for (size_t i = 0; i < n; i++)
                                ck_assert_msg(x[i] == want[i], "kind %d, %zu of %zu: %g, not %g", kind, i, n, x[i],
                                              want[i]);
                        free(x);
                        free(want);
                }
}
END_TEST

/* Quantiles by hand: type 7 */
START_TEST(quantiles) {
        static const double x[] = { 1, 2, 4, 8 };

        ck_assert_double_eq(tamis_values_quantile(x, 4, 0), 1);
        ck_assert_double_eq(tamis_values_quantile(x, 4, .5), 3);
        ck_assert_double_eq_tol(tamis_values_quantile(x, 4, .9), 6.8, 1e-14);
        ck_assert_double_eq(tamis_values_quantile(x, 4, 1), 8);
        ck_assert_double_eq(tamis_values_quantile(x, 1, .3), 1);
}
END_TEST

/* x of powers: exp(z) for symmetric z has Box-Cox exponent 0, and squares of those about 1 have 1/2 as nearly as theirs 1 */
START_TEST(exponents) {
        double x[1001], mirrored[1001];
        tamis_power p = { .box_cox = true }, q = {0}, m = {0};

        for (int i = 0; i < 1001; i++)
                x[i] = exp((i - 500) / 250.);
        ck_assert(tamis_power_fit(x, 1001, &p));
        ck_assert_double_eq_tol(p.lambda, 0, 1e-10);
        /* Yeo-Johnson of x and of -x: 2 - lambda, and the values with the other sign */
        for (int i = 0; i < 1001; i++)
                mirrored[i] = -x[1000 - i];
        ck_assert(tamis_power_fit(x, 1001, &q));
        ck_assert(tamis_power_fit(mirrored, 1001, &m));
        ck_assert_double_eq_tol(m.lambda, 2 - q.lambda, 1e-9);
        for (int i = 0; i < 1001; i += 50) {
                double a = (tamis_power_forward(&q, x[i]) - q.mean) / q.sd;
                double b = (tamis_power_forward(&m, -x[i]) - m.mean) / m.sd;

                ck_assert_double_eq_tol(a, -b, 1e-9);
                ck_assert_double_eq_tol(tamis_power_backward(&q, tamis_power_forward(&q, x[i])), x[i],
                                        1e-11 * (1 + x[i]));
        }
}
END_TEST

/* On the side of 0 where nothing was learned the curve is that of the papers, moved and stretched as on the other. */
START_TEST(the_other_side) {
        const tamis_power near = { .lambda = .7, .center = 0 }, far = { .lambda = .7, .center = 3 };
        static const double x[] = { -9, -2, -.1, 0, .1, 5, 40 };
        double first = tamis_power_forward(&far, x[0]), scale;

        scale = (tamis_power_forward(&near, x[6]) - tamis_power_forward(&near, x[0])) /
                (tamis_power_forward(&far, x[6]) - first);
        /* units of (1 + 3)^.7 */
        ck_assert_double_eq_tol(scale, pow(4, .7), 1e-12);
        for (int i = 0; i < 7; i++) {
                ck_assert_double_eq_tol(tamis_power_forward(&near, x[i]) - tamis_power_forward(&near, x[0]),
                                        scale * (tamis_power_forward(&far, x[i]) - first), 1e-12 * 40);
                ck_assert_double_eq_tol(tamis_power_backward(&far, tamis_power_forward(&far, x[i])), x[i], 1e-12 * 40);
        }
        ck_assert_double_eq_tol(tamis_power_forward(&near, 5), (pow(6, .7) - 1) / .7, 1e-13);
        ck_assert_double_eq_tol(tamis_power_forward(&near, -2), -(pow(3, 1.3) - 1) / 1.3, 1e-13);
}
END_TEST

START_TEST(constants_and_one) {
        static const double same[] = { 2003, 2003, 2003 };
        tamis_power p = {0};

        for (size_t n = 1; n <= 3; n++) {
                ck_assert(tamis_power_fit(same, n, &p));
                ck_assert_double_eq(p.lambda, 1);
                ck_assert_double_eq(p.sd, 0);
                ck_assert_double_eq(tamis_power_forward(&p, 2003), p.mean);
        }
}
END_TEST

int main(void) {
        Suite *suite = suite_create("curves");
        TCase *tc = tcase_create("all");
        SRunner *runner;
        int failed;

        tcase_add_test(tc, sorted_as_qsort_does);
        tcase_add_test(tc, quantiles);
        tcase_add_test(tc, exponents);
        tcase_add_test(tc, the_other_side);
        tcase_add_test(tc, constants_and_one);
        suite_add_tcase(suite, tc);
        runner = srunner_create(suite);
        srunner_run_all(runner, CK_ENV);
        failed = srunner_ntests_failed(runner);
        srunner_free(runner);
        return failed != 0;
}
