#include <check.h>
#include <math.h>
#include <stdlib.h>

#include <tamis/stats.h>

/* (values, p, expected): by hand, type 7 */
static const struct { double v[6]; size_t n; double p, want; } cases[] = {
        { { 3 }, 1, .5, 3 },
        { { 3 }, 1, 1, 3 },
        { { 1, 2 }, 2, .5, 1.5 },
        { { 2, 1 }, 2, .25, 1.25 },
        { { 5, 1, 4, 2, 3 }, 5, .25, 2 },
        { { 5, 1, 4, 2, 3 }, 5, 0, 1 },
        { { 5, 1, 4, 2, 3 }, 5, 1, 5 },
        { { 1, 2, 3, 4 }, 4, .25, 1.75 },
        { { 1, 2, 3, 4 }, 4, .75, 3.25 },
        { { 7, 7, 7, 7, 7, 7 }, 6, .3, 7 },
        { { 1e308, 1.5e308 }, 2, .5, 1.25e308 },
        { { -1e308, 1e308 }, 2, .5, 0 },
        { { -0.0, 0.0, -1 }, 3, .5, 0 },
};

START_TEST(one_quantile) {
        double v[6];

        memcpy(v, cases[_i].v, sizeof v);
        ck_assert_double_eq(tamis_quantile(v, cases[_i].n, cases[_i].p), cases[_i].want);
}
END_TEST

static int by_value(const void *a, const void *b) {
        double x = *(const double *) a, y = *(const double *) b;

        return x < y ? -1 : x > y;
}

/* From the definition, on sorted values. */
static double expected(const double *sorted, size_t n, double p) {
        double h = (double) (n - 1) * p, a, b, t;
        size_t k = (size_t) h;

        if (k + 1 >= n)
                return sorted[n - 1];
        a = sorted[k], b = sorted[k + 1], t = h - (double) k;
        return t <= 0 ? a : t == .5 ? a / 2 + b / 2 : t < .5 ? a + (b - a) * t : b - (b - a) * (1 - t);
}

static const double p[] = { 0, .01, .25, .5, .75, .99, 1 };
enum { P = sizeof p / sizeof *p, N = 20000 };

static double draw(int shape) {
        double u = drand48();

        switch (shape) {
        case 0:
                return u;
        case 1:
                return floor(u * 5);                    /* ties */
        case 2:
                return ldexp(u - .5, (int) (drand48() * 2000) - 1000);    /* all magnitudes */
        case 3:
                return 1e6 + u * 1e-9;                  /* all in one bucket of leading bits */
        default:
                return u < .5 ? -0.0 : 0.0;
        }
}

/* Cut into parts of random sizes, merged in order; small budgets make it count and come again. */
static void add_in_parts(tamis_quantiles *q, const double *v) {
        for (size_t first = 0; first < N;) {
                size_t n = 1 + (size_t) (drand48() * 3000);
                tamis_quantiles *part;
                tamis_error err;

                n = first + n < N ? n : N - first;
                ck_assert_int_eq(tamis_quantiles_partial(q, &part, &err), 0);
                ck_assert_int_eq(tamis_quantiles_add(part, v + first, n, &err), 0);
                ck_assert_int_eq(tamis_quantiles_merge(q, part, &err), 0);
                tamis_quantiles_free(part);
                first += n;
        }
}

static const size_t budgets[] = { 0, 1, 1000, 30000, 100000, 10000000 };

START_TEST(quantiles_are_exact_within_any_budget) {
        size_t budget = budgets[_i % 6], passes = 0;
        double *v = malloc(N * sizeof *v), *sorted = malloc(N * sizeof *sorted);
        size_t n = 0;
        tamis_quantiles *q;
        tamis_error err;
        bool again = true;

        srand48(_i);
        for (size_t i = 0; i < N; i++) {
                v[i] = i % 7 == 3 ? NAN : draw(_i / 6);
                if (!isnan(v[i]))
                        sorted[n++] = v[i];
        }
        qsort(sorted, n, sizeof *sorted, by_value);
        ck_assert_int_eq(tamis_quantiles_new(p, P, budget, &q, &err), 0);
        while (again) {
                add_in_parts(q, v);
                ck_assert_int_eq(tamis_quantiles_settle(q, &again, &err), 0);
                ck_assert_uint_le(++passes, 9);
        }
        if (budget == 0 || budget == 10000000)
                ck_assert_uint_eq(passes, 1);
        if (budget == 1000 && _i / 6 < 4 && _i / 6 != 1)
                ck_assert_uint_gt(passes, 1);
        ck_assert_uint_eq(tamis_quantiles_count(q), n);
        for (size_t i = 0; i < P; i++)
                ck_assert_double_eq(tamis_quantiles_get(q, i), expected(sorted, n, p[i]));
        tamis_quantiles_free(q);
        free(v);
        free(sorted);
}
END_TEST

START_TEST(nothing_added_is_nan) {
        tamis_quantiles *q;
        tamis_error err;
        bool again = true;

        ck_assert_int_eq(tamis_quantiles_new(p, P, 0, &q, &err), 0);
        ck_assert_int_eq(tamis_quantiles_settle(q, &again, &err), 0);
        ck_assert(!again);
        ck_assert(isnan(tamis_quantiles_get(q, 0)));
        tamis_quantiles_free(q);
}
END_TEST

int main(void) {
        Suite *s = suite_create("quantiles");
        TCase *t = tcase_create("quantiles");
        SRunner *runner;
        int failed;

        tcase_set_timeout(t, 0);
        tcase_add_loop_test(t, one_quantile, 0, sizeof cases / sizeof *cases);
        tcase_add_loop_test(t, quantiles_are_exact_within_any_budget, 0, 5 * 6);
        tcase_add_test(t, nothing_added_is_nan);
        suite_add_tcase(s, t);
        runner = srunner_create(s);
        srunner_run_all(runner, CK_ENV);
        failed = srunner_ntests_failed(runner);
        srunner_free(runner);
        return failed != 0;
}
