/* How often each number is there, and about how many different things there were. */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include <tamis/random.h>
#include <tamis/stats.h>

#include "look/runs.h"

enum { N = 5000 };

static int by_value(const void *a, const void *b) {
        double x = *(const double *) a, y = *(const double *) b;

        return (x > y) - (x < y);
}

START_TEST(sorts_as_qsort_does) {
        static double x[N], y[N], spare[N];
        tamis_stream s;

        tamis_stream_init(&s, 1, "test.sort", 0, 0);
        for (size_t i = 0; i < N; i++)
                x[i] = y[i] = i % 7 == 0 ? -0.0 : i % 5 == 0 ? (double) (i % 3) - 1
                              : (tamis_stream_uniform(&s) - .5) * pow(10, 600 * tamis_stream_uniform(&s) - 300);
        qsort(y, N, sizeof *y, by_value);
        tamis_sort_doubles(x, spare, N);
        for (size_t i = 0; i < N; i++) {
                ck_assert(x[i] == y[i]);
                ck_assert(x[i] != 0 || !signbit(x[i]));
        }
}
END_TEST

/* Few decimals, which are counted; with one that is none of them, which is not. */
START_TEST(sorts_decimals) {
        static double x[N], y[N], spare[N];

        for (size_t odd = 0; odd < 2; odd++)
                for (double scale = 1; scale < 1e7; scale *= 10) {
                        for (size_t i = 0; i < N; i++)
                                x[i] = y[i] = (double) ((int) (i * 7919 % N) - N / 3) / scale;
                        if (odd)
                                x[N / 2] = y[N / 2] = 1e-3 / 3;
                        qsort(y, N, sizeof *y, by_value);
                        tamis_sort_doubles(x, spare, N);
                        for (size_t i = 0; i < N; i++)
                                ck_assert(x[i] == y[i] && (x[i] != 0 || !signbit(x[i])));
                }
}
END_TEST

/* 1 1 2 4 10: by hand, with type 7's place (n - 1) p */
START_TEST(quantiles_by_hand) {
        const double x[] = { 10, 1, NAN, 4, 1, 2 };
        tamis_runs r = { .room = 100 };
        tamis_error err;

        ck_assert_int_eq(tamis_runs_add(&r, x, 6, &err), 0);
        ck_assert_int_eq(tamis_runs_settle(&r, &err), 0);
        ck_assert(r.total == 5 && r.n == 4 && r.min == 1 && r.max == 10 && r.cleared == 0);
        ck_assert_double_eq(tamis_runs_quantile(&r, 0), 1);
        ck_assert_double_eq(tamis_runs_quantile(&r, .25), 1);
        ck_assert_double_eq(tamis_runs_quantile(&r, .5), 2);
        ck_assert_double_eq(tamis_runs_quantile(&r, .625), 3);
        ck_assert_double_eq(tamis_runs_quantile(&r, 1), 10);
        ck_assert_double_eq(tamis_runs_mad(&r, 2), 1);          /* of 0 1 1 2 8 */
        ck_assert(tamis_runs_below(&r, 4, false) == 3 && tamis_runs_below(&r, 4, true) == 4);
        ck_assert_double_eq(r.powers.mean, 3.6);
        ck_assert_double_eq_tol(r.powers.m2, 57.2, 1e-12);
        tamis_runs_done(&r);
}
END_TEST

/* Too many values for the room: whatever their order and the pieces they come in, the same runs, each value near its own. */
START_TEST(coarser_whatever_the_order) {
        static double x[N], back[N], sorted[N];
        tamis_runs a = { .room = 500 }, b = { .room = 500 };
        tamis_error err;
        tamis_stream s;

        tamis_stream_init(&s, 2, "test.coarse", 0, 0);
        for (size_t i = 0; i < N; i++)
                x[i] = sorted[i] = back[N - 1 - i] = 100 * tamis_stream_uniform(&s) - 20;
        qsort(sorted, N, sizeof *sorted, by_value);
        ck_assert_int_eq(tamis_runs_add(&a, x, N, &err), 0);
        for (size_t i = 0; i < N; i += 50)
                ck_assert_int_eq(tamis_runs_add(&b, back + i, 50, &err), 0);
        ck_assert_int_eq(tamis_runs_settle(&a, &err), 0);
        ck_assert_int_eq(tamis_runs_settle(&b, &err), 0);
        ck_assert(a.cleared > 0 && a.cleared == b.cleared && a.n == b.n && a.n <= 250 && a.total == N);
        for (size_t i = 0; i < a.n; i++)
                ck_assert(a.values[i] == b.values[i] && a.counts[i] == b.counts[i]);
        ck_assert_double_eq_tol(a.powers.m2, b.powers.m2, 1e-9 * a.powers.m2);
        for (size_t p = 0; p <= 100; p += 5) {
                double want = sorted[(N - 1) * p / 100];

                ck_assert_double_eq_tol(tamis_runs_quantile(&a, (double) p / 100), want,
                                        fabs(want) * ldexp(1, (int) a.cleared - 52) + .1);
        }
        ck_assert_double_eq_tol((double) tamis_runs_distinct(&a), N, .03 * N);
        ck_assert(tamis_runs_distinct(&a) == tamis_runs_distinct(&b));
        tamis_runs_done(&a);
        tamis_runs_done(&b);
}
END_TEST

/* Few values: exact, however many cells. */
START_TEST(few_values_stay_exact) {
        tamis_runs r = { .room = 100 };
        tamis_error err;

        for (size_t i = 0; i < 1000; i++) {
                double x[20];

                for (size_t k = 0; k < 20; k++)
                        x[k] = (double) ((i + k) % 10) / 7;
                ck_assert_int_eq(tamis_runs_add(&r, x, 20, &err), 0);
        }
        ck_assert_int_eq(tamis_runs_settle(&r, &err), 0);
        ck_assert(r.n == 10 && r.cleared == 0);
        for (size_t i = 0; i < 10; i++)
                ck_assert(r.counts[i] == 2000);
        tamis_runs_done(&r);
}
END_TEST

START_TEST(nothing_was_added) {
        tamis_runs r = { .room = 100 };
        tamis_error err;

        ck_assert_int_eq(tamis_runs_settle(&r, &err), 0);
        ck_assert(isnan(tamis_runs_quantile(&r, .5)) && isnan(tamis_runs_mad(&r, 0)) && tamis_runs_distinct(&r) == 0);
        tamis_runs_done(&r);
}
END_TEST

/* Four standard errors of 0.8 %. */
START_TEST(distinct_is_near) {
        static const uint64_t counts[] = { 1, 10, 1000, 20000, 1000000 };
        tamis_error err;

        for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
                tamis_distinct d = {0};

                ck_assert_int_eq(tamis_distinct_open(&d, &err), 0);
                for (uint64_t k = 0; k < 2 * counts[i]; k++)
                        tamis_distinct_add(&d, k % counts[i]);
                ck_assert_double_eq_tol((double) tamis_distinct_count(&d), (double) counts[i],
                                        .033 * (double) counts[i]);
                tamis_distinct_done(&d);
        }
}
END_TEST

/* Few decimals at first, then others among them, or none but others: whatever way each is kept, all of them are there. */
START_TEST(counted_or_put_aside) {
        enum { MANY = 200000, PIECE = 777 };
        double *x = malloc(MANY * sizeof *x), *y = malloc(MANY * sizeof *y);
        tamis_runs r = { .room = _i == 3 ? 40000 : 4 * MANY };
        tamis_error err;
        size_t at = 0;

        for (size_t i = 0; i < MANY; i++) {
                x[i] = (double) (i * 7919 % 5003) / 100 - 20;
                if (i > 5000 && _i == 1)
                        x[i] = i % 3 == 0 ? x[i] : (double) (i % 1000) / 7;     /* most have no place: the table goes */
                if (i > 5000 && (_i == 2 || _i == 3) && i % 9 == 0)
                        x[i] = (double) (i % 1000) / 7;
                y[i] = x[i];
        }
        qsort(y, MANY, sizeof *y, by_value);
        for (size_t i = 0; i < MANY; i += PIECE)
                ck_assert_int_eq(tamis_runs_add(&r, x + i, MANY - i < PIECE ? MANY - i : PIECE, &err), 0);
        ck_assert_int_eq(tamis_runs_settle(&r, &err), 0);
        ck_assert(r.total == MANY && r.min == y[0] && r.max == y[MANY - 1] && r.cleared == 0);
        for (size_t i = 0; i < r.n; i++)
                for (uint64_t k = 0; k < r.counts[i]; k++, at++)
                        ck_assert(y[at] == r.values[i]);
        ck_assert_uint_eq(at, MANY);
        tamis_runs_done(&r);
        free(x);
        free(y);
}
END_TEST

int main(void) {
        Suite *s = suite_create("runs");
        TCase *c = tcase_create("runs");
        SRunner *sr;
        int failures;

        tcase_add_test(c, sorts_as_qsort_does);
        tcase_add_test(c, sorts_decimals);
        tcase_add_test(c, quantiles_by_hand);
        tcase_add_test(c, coarser_whatever_the_order);
        tcase_add_test(c, few_values_stay_exact);
        tcase_add_loop_test(c, counted_or_put_aside, 0, 4);
        tcase_add_test(c, nothing_was_added);
        tcase_add_test(c, distinct_is_near);
        suite_add_tcase(s, c);
        sr = srunner_create(s);
        srunner_run_all(sr, CK_ENV);
        failures = srunner_ntests_failed(sr);
        srunner_free(sr);
        return failures != 0;
}
