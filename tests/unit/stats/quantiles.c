#include <check.h>
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <tamis/stats.h>

#include "stats/order.h"

static uint64_t bits_of(double x) {
        uint64_t bits;

        memcpy(&bits, &x, sizeof bits);
        return bits;
}

static uint64_t state = 1;

static uint64_t below(uint64_t n) {
        state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        return (state >> 33) % n;
}

static int by_value(const void *a, const void *b) {
        double x = *(const double *) a, y = *(const double *) b;

        return (x > y) - (x < y);
}

/* -- one quantile of values at hand -------------------------------------------------------------------------------- */

/* Expected: where a few digits say it, by hand; the others by numpy.quantile(v, p, method='linear') of NumPy 2.4.6, on
 * values for which a + (b - a) t and b - (b - a) (1 - t) differ; those of p = .5 by numpy.median, on values for which
 * numpy.quantile differs from it. */
static const struct { size_t n; double v[5], p, want; } cases[] = {
        { 1, { 3 }, 0.5, 3 },
        { 2, { 1, 2 }, 0.25, 1.25 },
        { 5, { 5, 1, 4, 2, 3 }, 0.25, 2 },
        { 5, { 5, 1, 4, 2, 3 }, 0.1, 1.4 },
        { 4, { 1, 2, 3, 4 }, 0.75, 3.25 },
        { 4, { 7, -1, 3, 0 }, 0, -1 },
        { 4, { 7, -1, 3, 0 }, 1, 7 },
        { 4, { 7, -1, 3, 0 }, 0.999, 6.9879999999999995 },
        { 4, { -5.189292690574687, -73.91544078297146, -52.40707458162173, -0.008689422815203738 },
          0.95, -0.7857799129791281 },
        { 4, { -0.05361559892466568, -6.16511792009401, -0.00472935826013301, 8.19477712580776 },
          0.95, 6.964851153197573 },
        { 4, { -68.12001204754377, -0.009144219413210801, 0.0034282295073918513, 0.6471410224665288 },
          0.6, 0.0009137397232713185 },
        { 4, { -1.5770297486718032, -4.840375488179902, 0.5579451713956636, 14.804547057912476 },
          0.7, 1.9826053600473397 },
        { 4, { 0.034254708432503646, 71.28011327935113, 0.3972317406630148, 0.008084035416955501 },
          0.7, 7.485519894531801 },
        { 4, { -0.4167752025951874, 8.97790986260546, -0.006876020179728706, 0.001995256175932014 },
          0.95, 7.631522671641028 },
        { 3, { -3.9919205326882135, -0.007902565483410149, 0.09427490021177827 }, 0.25, -1.999911549085812 },
        { 3, { -0.796316614736257, 0.0035612722389749153, 0.08982981344126709 }, 0.25, -0.3963776712486411 },
        { 2, { -0.012313853487722605, -0.08401033232106235 }, .5, -0.04816209290439248 },
        { 2, { -0.09321821700092014, -36.971821178827845 }, .5, -18.53251969791438 },
        { 2, { -0.006880042821232817, -4.5294941317024495 }, .5, -2.268187087261841 },
        { 4, { 0.008727717342473571, 0.04563844707462133, -83.83707056339979, 4.069607845874941 },
          0.81, 1.7759452885587597 },
        { 4, { 0.005791898778989197, -73.51488544602836, -0.005239755950669345, -8.733448568849347 },
          0.48, -4.893036691173929 },
        { 2, { DBL_MAX, DBL_MAX }, .5, DBL_MAX },
        { 2, { DBL_MAX, -DBL_MAX }, .5, 0 },
        { 2, { DBL_MAX, -DBL_MAX }, .75, DBL_MAX / 2 },
        { 2, { -DBL_MAX, -1e308 }, .5, -0x1.8e679c2f5e45p+1023 },       /* float((Fraction(a) + Fraction(b)) / 2) */
        { 3, { 1e308, -1e308, 1e308 }, .5, 1e308 },
        { 2, { 5e-324, 0 }, .5, 0 },
        { 2, { 5e-324, 1.5e-323 }, .5, 1e-323 },
        { 2, { 5e-324, 1e-323 }, .5, 1e-323 },                          /* 1.5 of the smallest: a tie, to even */
        { 3, { -0., 0, -0. }, .25, 0 },
        { 1, { -0. }, .5, 0 },
};

START_TEST(type_7) {
        double v[5], got;

        memcpy(v, cases[_i].v, sizeof v);
        got = tamis_quantile(v, cases[_i].n, cases[_i].p);
        ck_assert_msg(bits_of(got) == bits_of(cases[_i].want), "case %d: %.17g, not %.17g", _i, got, cases[_i].want);
}
END_TEST

/* -- selection ----------------------------------------------------------------------------------------------------- */

enum { KINDS = 11 };

/* The i-th of n values: patterns on which selections have gone slow or wrong, and magnitudes of every kind. */
static double value_of_kind(int kind, size_t i, size_t n) {
        switch (kind) {
        case 0:
                return (double) below(1 << 30) / 1024;
        case 1:
                return 7.25;
        case 2:
                return (double) i;
        case 3:
                return -(double) i;
        case 4:
                return i < n / 2 ? (double) i : (double) (n - i);
        case 5:
                return (double) below(2);
        case 6:
                return (double) below(80);
        case 7:
                return below(2) ? 0 : below(2) ? -0. : (double) below(1000) - 500;
        case 8:
                return 1e9 + (double) below(4096) * 0x1p-22;
        case 9:
                return ldexp((double) below(2000) - 1000, (int) below(2000) - 1000);
        default:
                return below(3) ? (double) (i % 16) : i % 2 ? -DBL_MAX : DBL_MAX;
        }
}

START_TEST(selecting_is_sorting_at_the_ranks) {
        static const size_t sizes[] = { 1, 2, 3, 31, 32, 33, 34, 60, 100, 257, 1000, 4097, 30000 };

        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
                for (int round = 0; round < 8; round++) {
                        size_t n = sizes[s], n_ranks = 0;
                        double *v = malloc(2 * n * sizeof *v), *sorted = v + n;
                        uint64_t ranks[6];

                        ck_assert_ptr_nonnull(v);
                        for (size_t i = 0; i < n; i++)
                                v[i] = sorted[i] = value_of_kind(_i, i, n);
                        qsort(sorted, n, sizeof *v, by_value);
                        for (size_t r = below(n / 4 + 1); r < n && n_ranks < 6; r += 1 + below(n / 3 + 1))
                                ranks[n_ranks++] = r;
                        tamis_order_select(v, n, ranks, n_ranks);
                        for (size_t i = 0; i < n_ranks; i++)
                                ck_assert_double_eq(v[ranks[i]], sorted[ranks[i]]);
                        qsort(v, n, sizeof *v, by_value);       /* none lost */
                        for (size_t i = 0; i < n; i++)
                                ck_assert_double_eq(v[i], sorted[i]);
                        free(v);
                }
}
END_TEST

START_TEST(keys_are_in_the_order_of_values) {
        static const double up[] = { -DBL_MAX, -1e10, -1, -DBL_MIN, -5e-324, 0, 5e-324, DBL_MIN, .5, 1, 1e10, DBL_MAX };

        for (size_t i = 0; i < sizeof up / sizeof *up; i++) {
                ck_assert(bits_of(tamis_order_value(tamis_order_key(up[i]))) == bits_of(up[i]));
                if (i)
                        ck_assert_uint_lt(tamis_order_key(up[i - 1]), tamis_order_key(up[i]));
        }
        ck_assert_uint_eq(tamis_order_key(-0.), tamis_order_key(0));
}
END_TEST

/* -- many values, little room -------------------------------------------------------------------------------------- */

enum { N = 3000, PARTIALS = 5 };
static const double probabilities[] = { .5, 0, .25, .75, 1, .1, .999, .5 };
enum { N_P = sizeof probabilities / sizeof *probabilities };

/* Type 7 from a sorted column. */
static double from_sorted(const double *sorted, size_t n, double p) {
        double h = (double) (n - 1) * p, t = h - floor(h);
        double a = sorted[(size_t) h], b = t > 0 ? sorted[(size_t) h + 1] : a;

        if (p == .5 && t > 0)
                return a / 2 + b / 2 + 0.;
        if (!isfinite(b - a))
                return t < .5 ? a + (b / 2 - a / 2) * t * 2 : b - (b / 2 - a / 2) * (1 - t) * 2;
        return (t < .5 ? a + (b - a) * t : b - (b - a) * (1 - t)) + 0.;
}

/* One pass over x, cut anywhere, into any partials, merged in any order. */
static void pass(tamis_quantiles *q, const double *x, size_t n, size_t longest) {
        tamis_quantiles *parts[PARTIALS];
        size_t left = PARTIALS;

        for (size_t i = 0; i < PARTIALS; i++)
                ck_assert_int_eq(tamis_quantiles_partial(q, &parts[i], NULL), 0);
        for (size_t i = 0; i < n;) {
                size_t some = 1 + below(longest), to = below(PARTIALS + 1);

                some = some < n - i ? some : n - i;
                ck_assert_int_eq(tamis_quantiles_add(to < PARTIALS ? parts[to] : q, x + i, some, NULL), 0);
                i += some;
        }
        for (; left; left--) {
                size_t gone = below(left), into = below(left);
                tamis_quantiles *from = parts[gone];

                parts[gone] = parts[left - 1];
                ck_assert_int_eq(tamis_quantiles_merge(into < left - 1 ? parts[into] : q, from, NULL), 0);
                tamis_quantiles_free(from);
        }
}

/* How many passes it took. */
static int in_passes(const double *x, size_t n, size_t budget, size_t longest, double results[N_P]) {
        tamis_quantiles *q;
        bool again = true;
        int passes = 0;

        ck_assert_int_eq(tamis_quantiles_new(probabilities, N_P, budget, &q, NULL), 0);
        for (; again; passes++) {
                ck_assert_int_lt(passes, 10);
                pass(q, x, n, longest);
                ck_assert_int_eq(tamis_quantiles_settle(q, &again, NULL), 0);
        }
        ck_assert_uint_eq(tamis_quantiles_count(q), n);
        for (size_t i = 0; i < N_P; i++)
                results[i] = tamis_quantiles_get(q, i);
        tamis_quantiles_free(q);
        return passes;
}

static const size_t budgets[] = { 1, 2048, 3000, 8 * (N - 1), 8 * N, 0 };
enum { N_BUDGETS = sizeof budgets / sizeof *budgets };

START_TEST(exact_however_cut_and_held) {
        int kind = _i / N_BUDGETS;
        size_t budget = budgets[_i % N_BUDGETS];
        double x[N], sorted[N];

        state = (uint64_t) _i + 1;
        for (size_t i = 0; i < N; i++)
                x[i] = sorted[i] = value_of_kind(kind, i, N);
        qsort(sorted, N, sizeof *sorted, by_value);
        for (int round = 0; round < 6; round++) {
                double results[N_P];
                int here = in_passes(x, N, budget, round % 2 ? 2000 : 40, results);

                for (size_t i = 0; i < N_P; i++) {
                        double want = from_sorted(sorted, N, probabilities[i]);

                        ck_assert_msg(bits_of(results[i]) == bits_of(want),
                                      "kind %d, budget %zu, p %g: %.17g, not %.17g", kind, budget, probabilities[i],
                                      results[i], want);
                }
                if (budget == 0 || budget >= 8 * N)
                        ck_assert_int_eq(here, 1);
        }
}
END_TEST

/* Values in no order: those around the wanted one are always among the held ones, in a twelfth of the room. */
START_TEST(one_pass_does_where_the_order_is_random) {
        enum { MANY = 100000 };
        double *x = malloc(2 * MANY * sizeof *x), *sorted = x + MANY;
        tamis_quantiles *q;
        bool again;

        state = (uint64_t) _i + 7;
        ck_assert_ptr_nonnull(x);
        for (size_t i = 0; i < MANY; i++)
                x[i] = sorted[i] = _i % 2 ? (double) below(50) : (double) below(1000000) - 300000;
        qsort(sorted, MANY, sizeof *sorted, by_value);
        ck_assert_int_eq(tamis_quantiles_new(probabilities, 4, 64000, &q, NULL), 0);
        for (size_t i = 0; i < MANY; i += 1000) {
                tamis_quantiles *part;

                ck_assert_int_eq(tamis_quantiles_partial(q, &part, NULL), 0);
                ck_assert_int_eq(tamis_quantiles_add(part, x + i, 1000, NULL), 0);
                ck_assert_int_eq(tamis_quantiles_merge(q, part, NULL), 0);
                tamis_quantiles_free(part);
        }
        ck_assert_int_eq(tamis_quantiles_settle(q, &again, NULL), 0);
        ck_assert(!again);
        for (size_t i = 0; i < 4; i++)
                ck_assert_double_eq(tamis_quantiles_get(q, i), from_sorted(sorted, MANY, probabilities[i]));
        tamis_quantiles_free(q);
        free(x);
}
END_TEST

/* The first thousand say nothing of the rest: one pass to learn that, then the certain way. */
START_TEST(what_drifts_away_is_found_again) {
        double x[4000];
        tamis_quantiles *q;
        bool again = true;
        int passes = 0;

        for (size_t i = 0; i < 4000; i++)
                x[i] = i < 1000 ? 1e6 + (double) i : (double) ((i * 7919) % 3000);
        ck_assert_int_eq(tamis_quantiles_new(probabilities, 1, 4000, &q, NULL), 0);
        for (; again; passes++) {
                ck_assert_int_eq(tamis_quantiles_add(q, x, 4000, NULL), 0);
                ck_assert_int_eq(tamis_quantiles_settle(q, &again, NULL), 0);
        }
        ck_assert_int_gt(passes, 2);
        ck_assert_double_eq(tamis_quantiles_get(q, 0), 1999.5); /* 0 .. 2999 once each, and 1000 above them */
        tamis_quantiles_free(q);
}
END_TEST

/* Held in full; or missed, and then counted in 2^8 cells a pass down to the one key: 64 bits, 8 a pass. */
START_TEST(one_value_many_times) {
        double x[2300], results[N_P];

        for (size_t i = 0; i < 2300; i++)
                x[i] = i < 300 ? 5 : -1.1;
        ck_assert_int_eq(in_passes(x, 256, 1, 50, results), 1);
        ck_assert_double_eq(results[0], 5);
        ck_assert_int_eq(in_passes(x, 2300, 1, 50, results), 9);
        ck_assert_double_eq(results[0], -1.1);
        ck_assert_double_eq(results[4], 5);
}
END_TEST

/* 510 of the values lie near the median, in the cell [2, 512) of 2^9, and one, 0, is least: together no more than are
 * held, though not if each had half of the room. */
START_TEST(room_goes_where_the_values_are) {
        double x[1000];
        tamis_quantiles *q, *part;
        bool again;

        for (size_t i = 0; i < 1000; i++)
                x[i] = (double) i;
        ck_assert_int_eq(tamis_quantiles_new(probabilities, 2, 8 * 900, &q, NULL), 0);
        ck_assert_int_eq(tamis_quantiles_partial(q, &part, NULL), 0);
        ck_assert_int_eq(tamis_quantiles_add(part, x, 1000, NULL), 0);  /* more than a partial holds */
        ck_assert_int_eq(tamis_quantiles_merge(q, part, NULL), 0);
        for (int passes = 1; passes < 3; passes++) {
                ck_assert_int_eq(tamis_quantiles_settle(q, &again, NULL), 0);
                ck_assert(again);
                ck_assert_int_eq(tamis_quantiles_add(q, x, 1000, NULL), 0);
        }
        ck_assert_int_eq(tamis_quantiles_settle(q, &again, NULL), 0);
        ck_assert(!again);
        ck_assert_double_eq(tamis_quantiles_get(q, 0), 499.5);
        ck_assert_double_eq(tamis_quantiles_get(q, 1), 0);
        tamis_quantiles_free(q);
        tamis_quantiles_free(part);
}
END_TEST

START_TEST(missing_values_are_left_out) {
        double x[2000];
        tamis_quantiles *q;
        bool again;

        for (size_t i = 0; i < 2000; i++)
                x[i] = i % 2 ? NAN : (double) (i / 2);
        ck_assert_int_eq(tamis_quantiles_new(probabilities, N_P, 8 * 1000, &q, NULL), 0);
        ck_assert_int_eq(tamis_quantiles_add(q, x, 2000, NULL), 0);
        ck_assert_uint_eq(tamis_quantiles_count(q), 1000);
        ck_assert_int_eq(tamis_quantiles_settle(q, &again, NULL), 0);
        ck_assert(!again);
        ck_assert_double_eq(tamis_quantiles_get(q, 0), 499.5);
        ck_assert_double_eq(tamis_quantiles_get(q, 4), 999);
        ck_assert_int_eq(tamis_quantiles_settle(q, &again, NULL), 0);
        ck_assert(!again);
        ck_assert_double_eq(tamis_quantiles_get(q, 0), 499.5);
        tamis_quantiles_free(q);
}
END_TEST

START_TEST(nothing_has_no_quantile) {
        static const double nan[2] = { NAN, NAN };
        tamis_quantiles *q, *part;
        bool again = true;

        ck_assert_int_eq(tamis_quantiles_new(probabilities, 2, 0, &q, NULL), 0);
        ck_assert_int_eq(tamis_quantiles_partial(q, &part, NULL), 0);
        ck_assert_int_eq(tamis_quantiles_add(part, nan, 2, NULL), 0);
        ck_assert_int_eq(tamis_quantiles_merge(q, part, NULL), 0);
        ck_assert_uint_eq(tamis_quantiles_count(q), 0);
        ck_assert_int_eq(tamis_quantiles_settle(q, &again, NULL), 0);
        ck_assert(!again);
        ck_assert(isnan(tamis_quantiles_get(q, 0)));
        ck_assert(isnan(tamis_quantiles_get(q, 1)));
        tamis_quantiles_free(q);
        tamis_quantiles_free(part);
        tamis_quantiles_free(NULL);
}
END_TEST

START_TEST(merging_empties) {
        static const double x[3] = { 1, 2, 3 };
        tamis_quantiles *q, *part;
        bool again;

        ck_assert_int_eq(tamis_quantiles_new(probabilities, 1, 0, &q, NULL), 0);
        ck_assert_int_eq(tamis_quantiles_partial(q, &part, NULL), 0);
        ck_assert_int_eq(tamis_quantiles_add(part, x, 3, NULL), 0);
        ck_assert_int_eq(tamis_quantiles_merge(q, part, NULL), 0);
        ck_assert_uint_eq(tamis_quantiles_count(part), 0);
        ck_assert_int_eq(tamis_quantiles_add(part, x + 2, 1, NULL), 0);
        ck_assert_int_eq(tamis_quantiles_merge(q, part, NULL), 0);
        ck_assert_uint_eq(tamis_quantiles_count(q), 4);
        ck_assert_int_eq(tamis_quantiles_settle(q, &again, NULL), 0);
        ck_assert_double_eq(tamis_quantiles_get(q, 0), 2.5);
        tamis_quantiles_free(q);
        tamis_quantiles_free(part);
}
END_TEST

START_TEST(data_that_change_between_passes_are_an_error) {
        double x[1000];
        tamis_quantiles *q;
        tamis_error err;
        bool again = false;

        for (size_t i = 0; i < 1000; i++)
                x[i] = (double) i;
        ck_assert_int_eq(tamis_quantiles_new(probabilities, 1, 1, &q, NULL), 0);
        for (int passes = 0; passes < 2; passes++) {
                ck_assert_int_eq(tamis_quantiles_add(q, x, 1000, NULL), 0);
                ck_assert_int_eq(tamis_quantiles_settle(q, &again, NULL), 0);
                ck_assert(again);
        }
        if (_i == 0) {                  /* one more elsewhere; none where they are wanted; too many there */
                ck_assert_int_eq(tamis_quantiles_add(q, x, 1000, NULL), 0);
                ck_assert_int_eq(tamis_quantiles_add(q, (double[]) { -5 }, 1, NULL), 0);
        }
        for (size_t i = 0; _i == 1 && i < 1000; i++)
                ck_assert_int_eq(tamis_quantiles_add(q, &x[1], 1, NULL), 0);
        for (size_t i = 0; _i == 2 && i < 1000; i++)
                ck_assert_int_eq(tamis_quantiles_add(q, &x[500], 1, NULL), 0);
        ck_assert_int_eq(tamis_quantiles_settle(q, &again, &err), TAMIS_BAD_DATA);
        tamis_quantiles_free(q);
}
END_TEST

START_TEST(a_probability_is_from_0_to_1) {
        static const double wrong[] = { -.1, 1.1, NAN };
        tamis_quantiles *q = NULL;
        tamis_error err;

        ck_assert_int_eq(tamis_quantiles_new(&wrong[_i], 1, 0, &q, &err), TAMIS_USAGE);
        ck_assert_ptr_null(q);
}
END_TEST

int main(void) {
        TCase *tc = tcase_create("quantiles");
        Suite *suite = suite_create("quantiles");
        SRunner *runner = srunner_create(suite);
        int failed;

        tcase_set_timeout(tc, 0);
        tcase_add_loop_test(tc, type_7, 0, sizeof cases / sizeof *cases);
        tcase_add_loop_test(tc, selecting_is_sorting_at_the_ranks, 0, KINDS);
        tcase_add_test(tc, keys_are_in_the_order_of_values);
        tcase_add_loop_test(tc, exact_however_cut_and_held, 0, KINDS * N_BUDGETS);
        tcase_add_loop_test(tc, one_pass_does_where_the_order_is_random, 0, 4);
        tcase_add_test(tc, what_drifts_away_is_found_again);
        tcase_add_test(tc, one_value_many_times);
        tcase_add_test(tc, room_goes_where_the_values_are);
        tcase_add_test(tc, missing_values_are_left_out);
        tcase_add_test(tc, nothing_has_no_quantile);
        tcase_add_test(tc, merging_empties);
        tcase_add_loop_test(tc, data_that_change_between_passes_are_an_error, 0, 3);
        tcase_add_loop_test(tc, a_probability_is_from_0_to_1, 0, 3);
        suite_add_tcase(suite, tc);
        srunner_run_all(runner, CK_ENV);
        failed = srunner_ntests_failed(runner);
        srunner_free(runner);
        return failed != 0;
}
