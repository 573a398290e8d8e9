/* Figures by hand, or as SciPy's manual has them. */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "judge/score_cells.h"
#include "judge/score_figures.h"

static double figures[TAMIS_N_SCORES];

static void clear(void) {
        for (size_t i = 0; i < TAMIS_N_SCORES; i++)
                figures[i] = NAN;
}

#define ck_near(x, y) ck_assert_double_eq_tol(x, y, 1e-12)

/* -- errors ---------------------------------------------------------------------------------------------------------- */

static void errors_of(const double *truth, const double *filled, size_t n) {
        tamis_errors errors = {0};

        clear();
        ck_assert_int_eq(tamis_errors_add(&errors, truth, filled, n, NULL), 0);
        tamis_errors_figure(&errors, figures);
        tamis_errors_done(&errors);
}

START_TEST(errors_by_hand) {
        static const double truth[] = { 1, 2, 3, 4 }, filled[] = { 2, 2, 2, 6 };

        errors_of(truth, filled, 4);
        ck_near(figures[TAMIS_SCORE_RMSE], sqrt(1.5));
        ck_near(figures[TAMIS_SCORE_NRMSE], sqrt(.9));        /* the variance is 5/3 */
        ck_near(figures[TAMIS_SCORE_MAE], 1);
        ck_near(figures[TAMIS_SCORE_BIAS], .5);
        ck_near(figures[TAMIS_SCORE_PERCENT_BIAS], 20);
        ck_near(figures[TAMIS_SCORE_R2], -.2);
}
END_TEST

START_TEST(percent_bias_has_no_sign) {
        static const double truth[] = { -4, -4 }, filled[] = { -5, -5 };

        errors_of(truth, filled, 2);
        ck_near(figures[TAMIS_SCORE_BIAS], -1);
        ck_near(figures[TAMIS_SCORE_PERCENT_BIAS], 25);
        ck_near(figures[TAMIS_SCORE_R2], 0);                  /* wrong against a constant */
        ck_assert(!isfinite(figures[TAMIS_SCORE_NRMSE]));
        errors_of(truth, truth, 2);
        ck_near(figures[TAMIS_SCORE_R2], 1);                  /* right against a constant */
        ck_assert(!isfinite(figures[TAMIS_SCORE_NRMSE]));
}
END_TEST

START_TEST(one_cell_has_no_variance) {
        static const double truth[] = { 2 }, filled[] = { 5 };

        errors_of(truth, filled, 1);
        ck_near(figures[TAMIS_SCORE_RMSE], 3);
        ck_assert(isnan(figures[TAMIS_SCORE_NRMSE]));
        ck_assert(isnan(figures[TAMIS_SCORE_R2]));
        errors_of(truth, filled, 0);
        ck_assert(isnan(figures[TAMIS_SCORE_RMSE]));
}
END_TEST

START_TEST(squares_that_fit_no_double) {
        static const double far[] = { 1e200, 2e200, 3e200, 4e200 }, off[] = { 2e200, 2e200, 2e200, 6e200 };
        static const double near[] = { 1e-200, 2e-200, 3e-200, 4e-200 }, by[] = { 2e-200, 2e-200, 2e-200, 6e-200 };

        errors_of(far, off, 4);
        ck_near(figures[TAMIS_SCORE_RMSE] / 1e200, sqrt(1.5));
        ck_near(figures[TAMIS_SCORE_NRMSE], sqrt(.9));
        ck_near(figures[TAMIS_SCORE_R2], -.2);
        errors_of(near, by, 4);
        ck_near(figures[TAMIS_SCORE_RMSE] * 1e200, sqrt(1.5));
        ck_near(figures[TAMIS_SCORE_NRMSE], sqrt(.9));
        ck_near(figures[TAMIS_SCORE_R2], -.2);
}
END_TEST

START_TEST(pooled_in_pieces) {
        static const double truth[] = { 1, 2, 3, 4 }, filled[] = { 2, 2, 2, 6 };
        tamis_errors errors = {0};

        clear();
        ck_assert_int_eq(tamis_errors_add(&errors, truth, filled, 1, NULL), 0);
        ck_assert_int_eq(tamis_errors_add(&errors, truth, filled, 0, NULL), 0);
        ck_assert_int_eq(tamis_errors_add(&errors, truth + 1, filled + 1, 3, NULL), 0);
        tamis_errors_figure(&errors, figures);
        ck_near(figures[TAMIS_SCORE_NRMSE], sqrt(.9));
        tamis_errors_done(&errors);
}
END_TEST

/* -- distances ------------------------------------------------------------------------------------------------------- */

/* (there, filled, n, ks, wasserstein, energy): SciPy's examples, and by hand */
static const struct { double t[4], f[4]; size_t n; double ks, area, energy; } distances[] = {
        { { 3, 1, 0 }, { 8, 5, 6 }, 3, 1, 5, NAN },             /* wasserstein_distance([0, 1, 3], [5, 6, 8]) */
        { { 0 }, { 2 }, 1, 1, 2, 2 },                           /* energy_distance([0], [2]) */
        { { 1, 2, 2, 7 }, { 2, 7, 1, 2 }, 4, 0, 0, 0 },
        { { 1, 1, 1, 2 }, { 2, 1, 2, 2 }, 4, .5, .5, .70710678118654757 },
        { { 0, 0 }, { 0, 4 }, 2, .5, 2, 1.4142135623730951 },
};

START_TEST(distances_by_hand) {
        double t[4], f[4];
        size_t n = distances[_i].n;

        memcpy(t, distances[_i].t, sizeof t);
        memcpy(f, distances[_i].f, sizeof f);
        clear();
        ck_assert_int_eq(tamis_distances(t, f, n, figures, NULL), 0);
        ck_near(figures[TAMIS_SCORE_KS], distances[_i].ks);
        ck_near(figures[TAMIS_SCORE_WASSERSTEIN], distances[_i].area);
        if (!isnan(distances[_i].energy))
                ck_near(figures[TAMIS_SCORE_ENERGY], distances[_i].energy);
}
END_TEST

/* So many that they are sorted another way: 0 .. n-1 in some order, and the same moved by -n/2: n/2 steps apart everywhere. */
START_TEST(distances_of_many) {
        enum { N = 5000 };
        static double t[N], f[N];

        for (size_t i = 0; i < N; i++) {
                t[i] = (double) (i * 2003 % N);
                f[i] = (double) (i * 1009 % N) - N / 2;
        }
        clear();
        ck_assert_int_eq(tamis_distances(t, f, N, figures, NULL), 0);
        ck_near(figures[TAMIS_SCORE_KS], .5);
        ck_assert_double_eq_tol(figures[TAMIS_SCORE_WASSERSTEIN], N / 2, 1e-9);
        for (size_t i = 1; i < N; i++) {
                ck_assert_double_eq(t[i], (double) i);
                ck_assert_double_eq(f[i], (double) i - N / 2);
        }
}
END_TEST

/* -- categories ------------------------------------------------------------------------------------------------------ */

START_TEST(levels_by_hand) {
        static const double truth[] = { 0, 0, 1, 2 }, filled[] = { 0, 1, 1, 3 };

        clear();
        /* level 4 was met in other cells only: it does not count */
        ck_assert_int_eq(tamis_levels(truth, filled, 4, 5, figures, NULL), 0);
        ck_near(figures[TAMIS_SCORE_ACCURACY], .5);
        ck_near(figures[TAMIS_SCORE_PFC], .5);
        ck_near(figures[TAMIS_SCORE_F1], (2. / 3 + 2. / 3 + 0 + 0) / 4);
        clear();
        ck_assert_int_eq(tamis_levels(truth, filled, 0, 5, figures, NULL), 0);
        ck_assert(isnan(figures[TAMIS_SCORE_PFC]));
}
END_TEST

/* -- several imputations --------------------------------------------------------------------------------------------- */

START_TEST(intervals_by_hand) {
        /* t(1, .975) = 12.706204736432095; s = sqrt(2) for 0 and 2; the fourth cell has one value: no interval */
        static const double truth[] = { 1 + 22., 1 + 22.1, 5, 9 };
        double first[] = { 0, 0, 5, 9 }, second[] = { 2, 2, 5, NAN }, *filled[] = { first, second };
        double half = 12.706204736432095 * sqrt(3);
        tamis_spread spread = {0};

        clear();
        tamis_spread_add(&spread, truth, filled, 2, 4);
        tamis_spread_figure(&spread, figures);
        ck_near(spread.n, 3);
        ck_near(figures[TAMIS_SCORE_COVERAGE], 2. / 3);       /* half is 22.008; the third is right to the bit */
        ck_assert_double_eq_tol(figures[TAMIS_SCORE_WIDTH], 2 * (half + half + 0) / 3, 1e-9);
}
END_TEST

/* -- correlations ---------------------------------------------------------------------------------------------------- */

static void feed(tamis_whole *w, size_t k, const double *const *columns, size_t n) {
        for (size_t row = 0; row < n; row++)
                ck_assert_int_eq(tamis_whole_add(w, k, columns, row, NULL), 0);
}

START_TEST(correlations_by_hand) {
        /* x and y: 1 in the truth, -1 in the other table; z: .5 with x and y, and does not vary there */
        static const double x[] = { 1, 2, 3 }, y[] = { 1e6 + 2, 1e6 + 4, 1e6 + 6 }, z[] = { 1, 3, 2 },
                            down[] = { 6, 5, 4 }, flat[] = { .1, .1, .1 };
        const double *truth[] = { x, y, z }, *filled[] = { x, down, flat }, *other[] = { x, y, x };
        tamis_whole w = {0};

        clear();
        ck_assert_int_eq(tamis_whole_begin(&w, 3, NULL), 0);
        feed(&w, 0, truth, 3);
        ck_assert_int_eq(tamis_whole_table(&w, NULL), 0);
        feed(&w, 1, filled, 3);
        ck_assert_uint_eq(tamis_whole_figure(&w, 1, figures), 1);
        ck_near(figures[TAMIS_SCORE_CORR_MAX], 2);
        ck_near(figures[TAMIS_SCORE_CORR_MEAN], 2);
        ck_near(figures[TAMIS_SCORE_CORR_FROBENIUS], sqrt(8));
        ck_assert_int_eq(tamis_whole_table(&w, NULL), 0);
        feed(&w, 2, other, 3);
        ck_assert_uint_eq(tamis_whole_figure(&w, 2, figures), 3);
        ck_near(figures[TAMIS_SCORE_CORR_MAX], .5);
        ck_near(figures[TAMIS_SCORE_CORR_MEAN], 1. / 3);
        ck_near(figures[TAMIS_SCORE_CORR_FROBENIUS], 1);
        tamis_whole_done(&w);
}
END_TEST

START_TEST(correlations_of_the_rows_that_have_both) {
        static const double x[] = { 1, 2, NAN, 3, 9 }, y[] = { 2, 4, 100, 6, NAN }, up[] = { 1, 2, 3, 4, 5 };
        const double *truth[] = { up, up }, *filled[] = { x, y };
        tamis_whole w = {0};

        clear();
        ck_assert_int_eq(tamis_whole_begin(&w, 2, NULL), 0);
        feed(&w, 0, truth, 5);
        ck_assert_int_eq(tamis_whole_table(&w, NULL), 0);
        feed(&w, 1, filled, 5);
        ck_assert_uint_eq(tamis_whole_figure(&w, 1, figures), 1);
        ck_near(figures[TAMIS_SCORE_CORR_MAX], 0);            /* 1 in both */
        tamis_whole_done(&w);
}
END_TEST

/* -- rows ------------------------------------------------------------------------------------------------------------ */

START_TEST(rows_in_any_order) {
        tamis_row_list list = {0};
        size_t hint = 0;

        for (size_t i = 0; i < 100; i++)
                ck_assert_int_eq(tamis_row_list_add(&list, 3 * i + 1, NULL), 0);
        for (size_t turn = 0; turn < 2; turn++)
                for (size_t i = 0; i < 310; i++) {
                        size_t row = turn == 0 ? i : i * 7919 % 310;

                        ck_assert_uint_eq(tamis_row_list_find(&list, row, &hint),
                                          row % 3 == 1 && row < 300 ? row / 3 : SIZE_MAX);
                }
        free(list.rows);
        list = (tamis_row_list) {0};
        hint = 0;
        ck_assert_uint_eq(tamis_row_list_find(&list, 0, &hint), SIZE_MAX);
}
END_TEST

int main(void) {
        Suite *suite = suite_create("score");
        TCase *tests = tcase_create("figures");
        SRunner *runner;
        int failed;

        tcase_add_test(tests, errors_by_hand);
        tcase_add_test(tests, percent_bias_has_no_sign);
        tcase_add_test(tests, one_cell_has_no_variance);
        tcase_add_test(tests, squares_that_fit_no_double);
        tcase_add_test(tests, pooled_in_pieces);
        tcase_add_loop_test(tests, distances_by_hand, 0, (int) (sizeof distances / sizeof *distances));
        tcase_add_test(tests, distances_of_many);
        tcase_add_test(tests, levels_by_hand);
        tcase_add_test(tests, intervals_by_hand);
        tcase_add_test(tests, correlations_by_hand);
        tcase_add_test(tests, correlations_of_the_rows_that_have_both);
        tcase_add_test(tests, rows_in_any_order);
        suite_add_tcase(suite, tests);
        runner = srunner_create(suite);
        srunner_run_all(runner, CK_ENV);
        failed = srunner_ntests_failed(runner);
        srunner_free(runner);
        return failed != 0;
}
