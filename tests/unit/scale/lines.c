#include <check.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "scale/extremes.h"
#include "scale/scale.h"

static const double unit[] = { 0, 1 };

/* What the strategy learns of x[0..n), taken in two parts. */
static bool learn(const tamis_scaler *scaler, const double *x, size_t n, size_t cut, const double range[2],
                  tamis_scaling *ret) {
        tamis_error err = {0};
        const tamis_summary *s = scaler->summary;
        void *whole = calloc(1, s->size);
        bool again = false;

        *ret = (tamis_scaling) {0};
        ck_assert_int_eq(s->start ? s->start(whole, 0, &err) : 0, 0);
        for (size_t part = 0; part < 2; part++) {
                void *some = calloc(1, s->size);

                ck_assert_int_eq(s->partial ? s->partial(whole, some, &err) : 0, 0);
                ck_assert_int_eq(s->add_numbers(some, part ? x + cut : x, part ? n - cut : cut, &err), 0);
                ck_assert_int_eq(s->merge(whole, some, &err), 0);
                if (s->done)
                        s->done(some);
                free(some);
        }
        ck_assert_int_eq(s->settle ? s->settle(whole, &again, &err) : 0, 0);
        ck_assert(!again);
        ret->known = scaler->take(whole, ret->learned);
        if (ret->known)
                scaler->line(ret->learned, range, ret);
        if (s->done)
                s->done(whole);
        free(whole);
        return ret->known;
}

/* (strategy, range, cells, how many, the learned numbers, the scaled cells); expected by hand */
static const struct {
        const tamis_scaler *scaler;
        double range[2];
        double x[5];
        size_t n;
        double learned[2];
        double want[5];
} cases[] = {
        /* mean 5, deviations -3 -1 1 3: variance 20/4 = 5, ddof 0 */
        { &tamis_scaler_standard, { 0, 1 }, { 2, 4, 6, 8 }, 4, { 5, 2.23606797749979 },
          { -1.3416407864998738, -0.4472135954999579, 0.4472135954999579, 1.3416407864998738 } },
        { &tamis_scaler_standard, { 0, 1 }, { 1, NAN, 3 }, 3, { 2, 1 }, { -1, NAN, 1 } },
        { &tamis_scaler_standard, { 0, 1 }, { 7, 7, 7 }, 3, { 7, 0 }, { 0, 0, 0 } },
        { &tamis_scaler_standard, { 0, 1 }, { .1, .1, .1 }, 3, { .1, 0 }, { 0, 0, 0 } },
        { &tamis_scaler_standard, { 0, 1 }, { 42 }, 1, { 42, 0 }, { 0 } },
        { &tamis_scaler_minmax, { 0, 1 }, { 2, 4, 10 }, 3, { 2, 10 }, { 0, .25, 1 } },
        { &tamis_scaler_minmax, { -1, 1 }, { 10, 4, NAN, 2 }, 4, { 2, 10 }, { 1, -.5, NAN, -1 } },
        { &tamis_scaler_minmax, { 0, 1 }, { 5, 5 }, 2, { 5, 5 }, { 0, 0 } },
        { &tamis_scaler_minmax, { -1, 1 }, { 5, 5 }, 2, { 5, 5 }, { -1, -1 } },
        { &tamis_scaler_maxabs, { 0, 1 }, { -8, 4, 0, 2 }, 4, { 8, 0 }, { -1, .5, 0, .25 } },
        { &tamis_scaler_maxabs, { 0, 1 }, { 0, 0 }, 2, { 0, 0 }, { 0, 0 } },
        /* quartiles 2, 3, 4 of 1..5 */
        { &tamis_scaler_robust, { 0, 1 }, { 5, 1, 4, 2, 3 }, 5, { 3, 2 }, { 1, -1, .5, -.5, 0 } },
        /* quartiles of 1 2 4 100: 1.75, 3, 28 */
        { &tamis_scaler_robust, { 0, 1 }, { 100, 1, 2, 4 }, 4, { 3, 26.25 },
          { 3.6952380952380954, -0.0761904761904762, -0.0380952380952381, 0.0380952380952381 } },
        { &tamis_scaler_robust, { 0, 1 }, { 3, 3, 3, 9 }, 4, { 3, 1.5 }, { 0, 0, 0, 4 } },
        { &tamis_scaler_robust, { 0, 1 }, { 3, 3, 3, 3, 9 }, 5, { 3, 0 }, { 0, 0, 0, 0, 6 } },
};

static void check_close(double got, double want) {
        if (isnan(want))
                ck_assert(isnan(got));
        else
                ck_assert_double_le(fabs(got - want), 1e-15 * fmax(1, fabs(want)));
}

START_TEST(there_by_hand_and_back) {
        for (size_t cut = 0; cut <= cases[_i].n; cut++) {
                tamis_scaling s;
                double y[5], back[5];

                ck_assert(learn(cases[_i].scaler, cases[_i].x, cases[_i].n, cut, cases[_i].range, &s));
                check_close(s.learned[0], cases[_i].learned[0]);
                check_close(s.learned[1], cases[_i].learned[1]);
                ck_assert(tamis_scale_straight(cases[_i].scaler, &s, false, cases[_i].x, y, cases[_i].n));
                ck_assert(tamis_scale_straight(cases[_i].scaler, &s, true, y, back, cases[_i].n));
                for (size_t i = 0; i < cases[_i].n; i++) {
                        check_close(y[i], cases[_i].want[i]);
                        check_close(back[i], cases[_i].x[i]);
                        if (isnan(cases[_i].x[i]))
                                continue;
                        y[i] = cases[_i].scaler->careful(&s, cases[_i].range, cases[_i].x[i], false);
                        check_close(y[i], cases[_i].want[i]);
                        check_close(cases[_i].scaler->careful(&s, cases[_i].range, y[i], true), cases[_i].x[i]);
                }
        }
}
END_TEST

static const tamis_scaler *const scalers[] = {
        &tamis_scaler_maxabs, &tamis_scaler_minmax, &tamis_scaler_robust, &tamis_scaler_standard,
};

START_TEST(nothing_teaches_nothing) {
        const double holes[] = { NAN, NAN };
        tamis_scaling s;

        ck_assert(!learn(scalers[_i], holes, 2, 1, unit, &s));
        ck_assert(!learn(scalers[_i], holes, 0, 0, unit, &s));
}
END_TEST

/* Ends of the doubles: on the straight way they overflow, though the answers are small. */
START_TEST(large_numbers_are_scaled_with_care) {
        const double x[] = { -DBL_MAX, -DBL_MAX / 2, 0, DBL_MAX };
        double y[4], want[4], mean = -DBL_MAX / 8, sd = DBL_MAX * .73950997288745200532;
        tamis_scaling s;
        bool straight;

        /* in units of DBL_MAX: mean -1/8; deviations -7/8 -3/8 1/8 9/8; variance (49 + 9 + 1 + 81) / 256 = .546875 */
        ck_assert(learn(&tamis_scaler_standard, x, 4, 2, unit, &s));
        ck_assert_double_le(fabs(s.learned[0] / mean - 1), 1e-15);
        ck_assert_double_le(fabs(s.learned[1] / sd - 1), 1e-15);
        for (size_t i = 0; i < 4; i++)
                want[i] = (x[i] / DBL_MAX + .125) / .73950997288745200532;
        straight = tamis_scale_straight(&tamis_scaler_standard, &s, false, x, y, 4);
        ck_assert(!straight);
        for (size_t i = 0; i < 4; i++)
                check_close(tamis_scaler_standard.careful(&s, unit, x[i], false), want[i]);

        ck_assert(learn(&tamis_scaler_minmax, x, 4, 2, unit, &s));
        for (size_t i = 0; i < 4; i++) {
                double share = (x[i] / DBL_MAX + 1) / 2, there = tamis_scaler_minmax.careful(&s, unit, x[i], false);
                double back = tamis_scaler_minmax.careful(&s, unit, there, true);

                check_close(there, share);
                ck_assert_double_le(fabs(back / DBL_MAX - x[i] / DBL_MAX), 1e-15);
        }
}
END_TEST

/* The slope of so small a range is no double; the share of it is. */
START_TEST(small_ranges_are_scaled_with_care) {
        const double x[] = { 0, 5e-324, 1e-323 };
        double y[3];
        tamis_scaling s;

        ck_assert(learn(&tamis_scaler_minmax, x, 3, 0, unit, &s));
        ck_assert(!tamis_scale_straight(&tamis_scaler_minmax, &s, false, x, y, 3));
        check_close(tamis_scaler_minmax.careful(&s, unit, x[1], false), .5);
        ck_assert(learn(&tamis_scaler_maxabs, x, 3, 0, unit, &s));
        ck_assert(tamis_scale_straight(&tamis_scaler_maxabs, &s, false, x, y, 3));
        check_close(y[1], .5);
}
END_TEST

START_TEST(what_is_no_double_is_told) {
        const double x[] = { 1, 1 + DBL_EPSILON }, far = DBL_MAX;
        double y;
        tamis_scaling s;

        ck_assert(learn(&tamis_scaler_standard, x, 2, 0, unit, &s));
        ck_assert(!tamis_scale_straight(&tamis_scaler_standard, &s, false, &far, &y, 1));
        ck_assert(!isfinite(tamis_scaler_standard.careful(&s, unit, far, false)));
}
END_TEST

START_TEST(extremes_do_not_see_holes) {
        const double x[] = { NAN, 3, -2, NAN, 0 };
        tamis_extremes e = {0}, f = {0};
        tamis_error err = {0};

        ck_assert_int_eq(tamis_summary_extremes.add_numbers(&e, x, 1, &err), 0);
        ck_assert_uint_eq(e.n, 0);
        ck_assert_int_eq(tamis_summary_extremes.add_numbers(&f, x, 5, &err), 0);
        ck_assert_int_eq(tamis_summary_extremes.merge(&e, &f, &err), 0);
        ck_assert_uint_eq(e.n, 3);
        ck_assert_double_eq(e.min, -2);
        ck_assert_double_eq(e.max, 3);
}
END_TEST

START_TEST(strategies_are_sorted_and_told) {
        size_t n;
        const tamis_strategy *const *all = tamis_step_scale.strategies(&n);

        ck_assert_uint_ge(n, 4);
        for (size_t i = 0; i < n; i++) {
                ck_assert(i == 0 || strcmp(all[i - 1]->name, all[i]->name) < 0);
                ck_assert(all[i]->summary && *all[i]->summary && all[i]->source);
        }
}
END_TEST

int main(void) {
        Suite *s = suite_create("lines");
        TCase *t = tcase_create("lines");
        SRunner *runner;
        int failed;

        tcase_add_loop_test(t, there_by_hand_and_back, 0, sizeof cases / sizeof *cases);
        tcase_add_loop_test(t, nothing_teaches_nothing, 0, sizeof scalers / sizeof *scalers);
        tcase_add_test(t, large_numbers_are_scaled_with_care);
        tcase_add_test(t, small_ranges_are_scaled_with_care);
        tcase_add_test(t, what_is_no_double_is_told);
        tcase_add_test(t, extremes_do_not_see_holes);
        tcase_add_test(t, strategies_are_sorted_and_told);
        suite_add_tcase(s, t);
        runner = srunner_create(s);
        srunner_run_all(runner, CK_ENV);
        failed = srunner_ntests_failed(runner);
        srunner_free(runner);
        return failed != 0;
}
