/* The strategy em against what is known in closed form. */
#include <tamis/random.h>

#include "fitting.h"
#include "impute/em.h"

static double covariance(const tamis_em *m, size_t a, size_t b) {
        return m->covariance[a * m->p + b] * m->spread[a] * m->spread[b];
}

static double mean(const tamis_em *m, size_t a) {
        return m->centre[a] + m->mean[a] * m->spread[a];
}

/* b is missing in the last rows only (Anderson 1957): b's regression on a is that of the complete rows, a's mean
 * and variance those of all. There: means 2 and 4, sums of squares 2 and 14, of products 5; slope 2.5, what is left
 * 1.5 of 14. a's mean is 3, its variance 2. */
static const double monotone[] = { 1, 2, 2, 3, 3, 7, 4, N, 5, N };

START_TEST(monotone_missingness_has_a_closed_form) {
        tamis_frame train = frame_of("nn", monotone, 5);
        const tamis_em *m;
        struct fitting f;

        ck_assert_int_eq(fit(&f, &tamis_joint_em, &train, "tol", "1e-13", "max-iter", "1000", NULL), 0);
        m = f.model;
        ck_assert(m->converged);
        ck_assert_int_eq(m->ridged, 0);
        ck_assert_double_eq_tol(mean(m, 0), 3, 1e-10);
        ck_assert_double_eq_tol(mean(m, 1), 4 + 2.5 * (3 - 2), 1e-10);
        ck_assert_double_eq_tol(covariance(m, 0, 0), 2, 1e-10);
        ck_assert_double_eq_tol(covariance(m, 0, 1), 2.5 * 2, 1e-10);
        ck_assert_double_eq_tol(covariance(m, 1, 1), 1.5 / 3 + 2.5 * 2.5 * 2, 1e-10);
        /* the density of a in five rows, and of b given a in three */
        ck_assert_double_eq_tol(m->trace[m->n_trace - 1],
                                -.5 * (5 * (log(2 * acos(-1) * 2) + 1) + 3 * (log(2 * acos(-1) * .5) + 1)), 1e-9);
        ck_assert_double_eq_tol(filled(&f, &train, 3, 1), 9, 1e-9);
        ck_assert_double_eq_tol(train.columns[1].numbers[4], 11.5, 1e-9);
        fitting_done(&f);
        tamis_frame_done(&train);
}
END_TEST

START_TEST(rows_to_come) {
        /* a given b: slope 5 / 13; nothing: the means; nothing missing: as it was */
        static const double cells[] = { N, 19.5, N, N, 8, 8, 6, N };
        tamis_frame train = frame_of("nn", monotone, 5), rows = frame_of("nn", cells, 4);
        struct fitting f;

        ck_assert_int_eq(fit(&f, &tamis_joint_em, &train, "tol", "1e-13", "max-iter", "1000", NULL), 0);
        reload(&f, &rows);
        ck_assert_double_eq_tol(filled(&f, &rows, 0, 0), 3 + 5. / 13 * (19.5 - 6.5), 1e-9);
        ck_assert_double_eq_tol(rows.columns[0].numbers[1], 3, 1e-9);
        ck_assert_double_eq_tol(rows.columns[1].numbers[1], 6.5, 1e-9);
        ck_assert_double_eq(rows.columns[0].numbers[2], 8);
        ck_assert_double_eq_tol(rows.columns[1].numbers[3], 14, 1e-9);
        fitting_done(&f);
        tamis_frame_done(&train);
        tamis_frame_done(&rows);
}
END_TEST

/* c = 2 a - 3 b + 1 throughout: the covariance is singular, and the holes are known. */
START_TEST(what_follows_from_others_is_exact) {
        enum { ROWS = 40 };
        double cells[3 * ROWS], whole[3 * ROWS];
        tamis_frame train;
        struct fitting f;

        for (size_t row = 0; row < ROWS; row++) {
                double *x = whole + 3 * row;

                x[0] = (double) (row * 7 % 11);
                x[1] = (double) (row * 5 % 13);
                x[2] = 2 * x[0] - 3 * x[1] + 1;
        }
        memcpy(cells, whole, sizeof cells);
        for (size_t row = 0; row < ROWS; row += 3)
                cells[3 * row + row % 9 / 3] = N;
        train = frame_of("nnn", cells, ROWS);
        ck_assert_int_eq(fit(&f, &tamis_joint_em, &train, NULL), 0);
        ck_assert_int_gt(((const tamis_em *) f.model)->ridged, 0);
        for (size_t row = 0; row < ROWS; row++)
                for (size_t j = 0; j < 3; j++)
                        ck_assert_double_eq_tol(filled(&f, &train, row, j), whole[3 * row + j], 1e-6);
        fitting_done(&f);
        tamis_frame_done(&train);
}
END_TEST

/* (cells of three columns, what stands in row 0 afterwards) */
static const struct {
        const char *what;
        size_t rows;
        double cells[12], want[3];
} odd[] = {
        { "no rows",                    0, { 0 },                                  { 0 } },
        { "nothing at all",             2, { N, N, N, N, N, N },                   { N, N, N } },
        { "one cell",                   2, { N, N, N, N, 4, N },                   { N, 4, N } },
        { "constant",                   3, { N, 1, N, 5, 2, N, 5, 3, N },          { 5, 1, N } },
        { "alone",                      3, { N, 7, 7, 1, 7, 7, 3, 7, 7 },          { 2, 7, 7 } },
        { "rows with nothing tell nothing", 4, { N, N, N, 1, 2, N, 3, 6, N, 2, 4, N }, { 2, 4, N } },
};

START_TEST(odd_columns) {
        tamis_frame train = frame_of("nnn", odd[_i].cells, odd[_i].rows);
        struct fitting f;

        ck_assert_int_eq(fit(&f, &tamis_joint_em, &train, NULL), 0);
        reload(&f, &train);
        for (size_t j = 0; odd[_i].rows > 0 && j < 3; j++) {
                double x = filled(&f, &train, 0, j);

                if (isnan(odd[_i].want[j]))
                        ck_assert_msg(isnan(x), "%s", odd[_i].what);
                else
                        ck_assert_msg(fabs(x - odd[_i].want[j]) < 1e-9, "%s: %.17g", odd[_i].what, x);
        }
        fitting_done(&f);
        tamis_frame_done(&train);
}
END_TEST

/* Six columns, four rows: whatever is filled in is a number, near what was seen. */
START_TEST(more_columns_than_rows) {
        static const double cells[] = {
                1, N, 3, 4, 5, 6, 2, 1, 4, N, 3, 6, 5, 2, 1, 7, N, 1, 2, 8, N, 3, 1, 4,
        };
        tamis_frame train = frame_of("nnnnnn", cells, 4);
        struct fitting f;

        ck_assert_int_eq(fit(&f, &tamis_joint_em, &train, NULL), 0);
        for (size_t row = 0; row < 4; row++)
                for (size_t j = 0; j < 6; j++) {
                        double x = filled(&f, &train, row, j);

                        ck_assert(isfinite(x) && fabs(x) < 100);
                }
        fitting_done(&f);
        tamis_frame_done(&train);
}
END_TEST

START_TEST(categories_and_what_is_not_wanted_are_passed_over) {
        static const double cells[] = { 0, 1, 2, 1, 2, 3, 0, 3, 7, 1, 4, N, N, N, 3 };
        tamis_frame train = frame_of("CNn", cells, 5);
        struct fitting f;

        ck_assert_int_eq(fit(&f, &tamis_joint_em, &train, "tol", "1e-13", "max-iter", "1000", NULL), 0);
        ck_assert_int_eq(((const tamis_em *) f.model)->p, 2);
        ck_assert_double_gt(filled(&f, &train, 3, 2), 7);
        ck_assert(isnan(train.columns[1].numbers[4]));
        ck_assert_int_eq(train.columns[0].codes[4], TAMIS_CODE_MISSING);
        fitting_done(&f);
        tamis_frame_done(&train);
}
END_TEST

/* Draws of b given a = 4 in many rows: mean 9, variance .5, the same for the same key. */
START_TEST(draws_have_the_conditional_distribution) {
        enum { ROWS = 20000 };
        double *cells = malloc(2 * ROWS * sizeof *cells), sum = 0, squares = 0;
        tamis_frame train = frame_of("nn", monotone, 5), rows, again;
        struct fitting f;

        for (size_t row = 0; row < ROWS; row++) {
                cells[2 * row] = 4;
                cells[2 * row + 1] = N;
        }
        rows = frame_of("nn", cells, ROWS);
        again = frame_of("nn", cells, 1);
        again.keys[0] = 77;
        ck_assert_int_eq(fit(&f, &tamis_joint_em, &train, "tol", "1e-13", "max-iter", "1000", "draw", NULL, NULL), 0);
        reload(&f, &rows);
        filled(&f, &rows, 0, 0);
        for (size_t row = 0; row < ROWS; row++) {
                double x = rows.columns[1].numbers[row] - 9;

                sum += x / ROWS;
                squares += x * x / ROWS;
        }
        /* five standard errors */
        ck_assert_double_eq_tol(sum, 0, 5 * sqrt(.5 / ROWS));
        ck_assert_double_eq_tol(squares, .5, 5 * .5 * sqrt(2. / ROWS));
        ck_assert_double_eq(filled(&f, &again, 0, 1), rows.columns[1].numbers[77]);
        fitting_done(&f);
        free(cells);
        tamis_frame_done(&train);
        tamis_frame_done(&rows);
        tamis_frame_done(&again);
}
END_TEST

START_TEST(the_likelihood_never_falls) {
        enum { ROWS = 60, COLUMNS = 5 };
        double cells[COLUMNS * ROWS];
        tamis_frame train;
        const tamis_em *m;
        struct fitting f;
        tamis_stream s;

        tamis_stream_init(&s, 9, "test", 0, 0);
        for (size_t i = 0; i < COLUMNS * ROWS; i++) {
                double x = 4 * tamis_stream_uniform(&s) + (i % COLUMNS ? cells[i - 1] : 0);

                cells[i] = isnan(x) ? tamis_stream_uniform(&s) : x;
                cells[i] = tamis_stream_uniform(&s) < .4 ? N : cells[i];
        }
        train = frame_of("nnnnn", cells, ROWS);
        ck_assert_int_eq(fit(&f, &tamis_joint_em, &train, "max-iter", "9", "tol", "0", NULL), 0);
        m = f.model;
        ck_assert_int_eq(m->iterations, 9);
        ck_assert_int_eq(m->n_trace, 9);
        for (size_t i = 1; i < m->n_trace; i++)
                ck_assert_double_gt(m->trace[i], m->trace[i - 1]);
        fitting_done(&f);
        tamis_frame_done(&train);
}
END_TEST

START_TEST(options_out_of_range) {
        static const char *const wrong[][2] = { { "max-iter", "0" }, { "tol", "-1" } };
        tamis_frame train = frame_of("nn", monotone, 5);
        struct fitting f;

        ck_assert_int_eq(fit(&f, &tamis_joint_em, &train, wrong[_i][0], wrong[_i][1], NULL), TAMIS_USAGE);
        fitting_done(&f);
        tamis_frame_done(&train);
}
END_TEST

int main(void) {
        Suite *suite = suite_create("em");
        TCase *t = tcase_create("em");
        SRunner *runner;
        int failed;

        tcase_add_test(t, monotone_missingness_has_a_closed_form);
        tcase_add_test(t, rows_to_come);
        tcase_add_test(t, what_follows_from_others_is_exact);
        tcase_add_loop_test(t, odd_columns, 0, sizeof odd / sizeof *odd);
        tcase_add_test(t, more_columns_than_rows);
        tcase_add_test(t, categories_and_what_is_not_wanted_are_passed_over);
        tcase_add_test(t, draws_have_the_conditional_distribution);
        tcase_add_test(t, the_likelihood_never_falls);
        tcase_add_loop_test(t, options_out_of_range, 0, 2);
        suite_add_tcase(suite, t);
        runner = srunner_create(suite);
        srunner_run_all(runner, CK_ENV);
        failed = srunner_ntests_failed(runner);
        srunner_free(runner);
        return failed != 0;
}
