/* The strategy regression: by hand, and where the answer is known. */
#include <tamis/random.h>

#include "fitting.h"

/* a 1 2 3 4, b 2 5 5 8: means 2.5 and 5, sums of squares 5 and 18, of products 9; so b on a has the slope 1.8, a on
 * b .5 */
static const double line[] = { 1, 2, 2, 5, 3, 5, 4, 8 };

START_TEST(a_line_by_hand) {
        static const double holes[] = { 10, N, N, 9, N, N };
        tamis_frame train = frame_of("nn", line, 4), rows = frame_of("nn", holes, 3);
        struct fitting f;

        ck_assert_int_eq(fit(&f, &tamis_joint_regression, &train, NULL), 0);
        reload(&f, &rows);
        ck_assert_double_eq_tol(filled(&f, &rows, 0, 1), 5 + 1.8 * 7.5, 1e-9);
        ck_assert_double_eq_tol(rows.columns[0].numbers[1], 2.5 + .5 * 4, 1e-9);
        /* a predictor's hole stands at its mean, and so does what is predicted from it */
        ck_assert_double_eq_tol(rows.columns[0].numbers[2], 2.5, 1e-9);
        ck_assert_double_eq_tol(rows.columns[1].numbers[2], 5, 1e-9);
        fitting_done(&f);
        tamis_frame_done(&train);
        tamis_frame_done(&rows);
}
END_TEST

/* a is 0, 2, 4, 6 and a hole that stands at 3; b is 1, 2, 6, 7 and 14 there: over these five rows the means are 3
 * and 6, squares 20, products 15 + 4 + 0 + 3 + 0; at 3 stands the mean, 6, not the 4 that the first four rows give. */
START_TEST(holes_of_predictors_stand_at_the_mean) {
        static const double cells[] = { 0, 1, 2, 2, 4, 6, 6, 7, N, 14, 3, N };
        tamis_frame train = frame_of("Nn", cells, 6);
        struct fitting f;

        ck_assert_int_eq(fit(&f, &tamis_joint_regression, &train, NULL), 0);
        ck_assert_double_eq_tol(filled(&f, &train, 5, 1), 6, 1e-9);
        ck_assert(isnan(train.columns[0].numbers[4]));          /* not wanted */
        fitting_done(&f);
        tamis_frame_done(&train);
}
END_TEST

/* a number that is 1, 5 or 2 by category, plus twice another number: exact */
START_TEST(categories_predict) {
        enum { ROWS = 30 };
        static const double of[] = { 1, 5, 2 };
        double cells[3 * ROWS];
        tamis_frame train;
        struct fitting f;

        for (size_t row = 0; row < ROWS; row++) {
                double *x = cells + 3 * row;

                x[0] = (double) (row * 7 % 11);
                x[1] = (double) (row % 3);
                x[2] = row < 6 ? N : of[row % 3] + 2 * x[0];
        }
        train = frame_of("nCn", cells, ROWS);
        ck_assert_int_eq(fit(&f, &tamis_joint_regression, &train, NULL), 0);
        reload(&f, &train);
        for (size_t row = 0; row < 6; row++)
                ck_assert_double_eq_tol(filled(&f, &train, row, 2), of[row % 3] + 2 * cells[3 * row], 1e-8);
        fitting_done(&f);
        tamis_frame_done(&train);
}
END_TEST

/* (how many rows of A, B and C; the level that a hole gets): nothing predicts, so shares decide, and A among equals */
static const struct {
        size_t n[3];
        int32_t want;
} shares[] = { { { 4, 4, 4 }, 0 }, { { 3, 4, 4 }, 1 }, { { 0, 4, 4 }, 1 }, { { 1, 2, 3 }, 2 }, { { 0, 0, 5 }, 2 } };

START_TEST(the_most_probable_level) {
        double cells[13];
        size_t n = 0;
        tamis_frame train;
        struct fitting f;

        for (size_t level = 0; level < 3; level++)
                for (size_t i = 0; i < shares[_i].n[level]; i++)
                        cells[n++] = (double) level;
        cells[n++] = N;
        train = frame_of("c", cells, n);
        ck_assert_int_eq(fit(&f, &tamis_joint_regression, &train, NULL), 0);
        reload(&f, &train);
        ck_assert_double_eq(filled(&f, &train, n - 1, 0), shares[_i].want);
        fitting_done(&f);
        tamis_frame_done(&train);
}
END_TEST

/* Levels that a number tells apart without error: coefficients without end, but levels as they must be. */
START_TEST(levels_told_apart_without_error) {
        enum { ROWS = 40 };
        double cells[2 * ROWS];
        tamis_frame train;
        struct fitting f;

        for (size_t row = 0; row < ROWS; row++) {
                cells[2 * row] = (double) row;
                cells[2 * row + 1] = row % 10 == 5 ? N : (double) (row / 20);
        }
        train = frame_of("nc", cells, ROWS);
        ck_assert_int_eq(fit(&f, &tamis_joint_regression, &train, NULL), 0);
        for (size_t row = 5; row < ROWS; row += 10)
                ck_assert_double_eq(filled(&f, &train, row, 1), (double) (row / 20));
        fitting_done(&f);
        tamis_frame_done(&train);
}
END_TEST

/* Noise of variance RSS / (n - 2) about the line: 18 - 1.8 * 9 = 1.8, by 2. */
START_TEST(stochastic_numbers) {
        enum { ROWS = 20000 };
        double *cells = malloc(2 * ROWS * sizeof *cells), sum = 0, squares = 0;
        tamis_frame train = frame_of("nn", line, 4), rows;
        struct fitting f;

        for (size_t row = 0; row < ROWS; row++) {
                cells[2 * row] = 3;
                cells[2 * row + 1] = N;
        }
        rows = frame_of("nn", cells, ROWS);
        ck_assert_int_eq(fit(&f, &tamis_joint_regression, &train, "stochastic", NULL, NULL), 0);
        reload(&f, &rows);
        filled(&f, &rows, 0, 0);
        for (size_t row = 0; row < ROWS; row++) {
                double x = rows.columns[1].numbers[row] - (5 + 1.8 * .5);

                sum += x / ROWS;
                squares += x * x / ROWS;
        }
        /* five standard errors */
        ck_assert_double_eq_tol(sum, 0, 5 * sqrt(.9 / ROWS));
        ck_assert_double_eq_tol(squares, .9, 5 * .9 * sqrt(2. / ROWS));
        fitting_done(&f);
        free(cells);
        tamis_frame_done(&train);
        tamis_frame_done(&rows);
}
END_TEST

START_TEST(stochastic_levels) {
        enum { ROWS = 20000 };
        static const double learned[] = { 0, 1, 1, 2, 2, 2, 2, 2 }, share[] = { .125, .25, .625 };
        double *cells = malloc(ROWS * sizeof *cells);
        size_t counts[3] = { 0 };
        tamis_frame train = frame_of("c", learned, 8), rows;
        struct fitting f;

        for (size_t row = 0; row < ROWS; row++)
                cells[row] = N;
        rows = frame_of("c", cells, ROWS);
        ck_assert_int_eq(fit(&f, &tamis_joint_regression, &train, "stochastic", NULL, NULL), 0);
        filled(&f, &rows, 0, 0);
        for (size_t row = 0; row < ROWS; row++)
                counts[rows.columns[0].codes[row]]++;
        for (size_t i = 0; i < 3; i++)
                ck_assert_double_eq_tol((double) counts[i] / ROWS, share[i],
                                        5 * sqrt(share[i] * (1 - share[i]) / ROWS));
        fitting_done(&f);
        free(cells);
        tamis_frame_done(&train);
        tamis_frame_done(&rows);
}
END_TEST

/* (cells, what stands in row 0 afterwards): a and b numbers, c a category */
static const struct {
        const char *what;
        size_t rows;
        double cells[12], want[3];
} odd[] = {
        { "no rows",        0, { 0 },                                        { 0 } },
        { "nothing at all", 2, { N, N, N, N, N, N },                         { N, N, TAMIS_CODE_MISSING } },
        { "one cell",       2, { N, N, N, N, 4, 1 },                         { N, 4, 1 } },
        { "constant",       3, { N, 1, N, 5, 2, 2, 5, 3, 2 },                { 5, 1, 2 } },
        { "collinear",      4, { N, 8, 0, 1, 2, 0, 2, 4, 0, 3, 6, 0 },       { 4, 8, 0 } },
};

START_TEST(odd_columns) {
        tamis_frame train = frame_of("nnc", odd[_i].cells, odd[_i].rows);
        struct fitting f;

        ck_assert_int_eq(fit(&f, &tamis_joint_regression, &train, NULL), 0);
        reload(&f, &train);
        for (size_t j = 0; odd[_i].rows > 0 && j < 3; j++) {
                double x = filled(&f, &train, 0, j);

                if (isnan(odd[_i].want[j]))
                        ck_assert_msg(isnan(x), "%s", odd[_i].what);
                else
                        ck_assert_msg(fabs(x - odd[_i].want[j]) < 1e-6, "%s: %.17g", odd[_i].what, x);
        }
        fitting_done(&f);
        tamis_frame_done(&train);
}
END_TEST

/* A level that no train row had predicts as the most frequent one does. */
START_TEST(unseen_levels) {
        static const double cells[] = { 0, 1, 1, 7, 1, 7, 0, 1 }, holes[] = { TAMIS_CODE_UNSEEN, N };
        tamis_frame train = frame_of("Cn", cells, 4), rows = frame_of("Cn", holes, 1);
        struct fitting f;

        ck_assert_int_eq(fit(&f, &tamis_joint_regression, &train, NULL), 0);
        ck_assert_double_eq_tol(filled(&f, &rows, 0, 1), 1, 1e-8);
        fitting_done(&f);
        tamis_frame_done(&train);
        tamis_frame_done(&rows);
}
END_TEST

int main(void) {
        Suite *suite = suite_create("regression");
        TCase *t = tcase_create("regression");
        SRunner *runner;
        int failed;

        tcase_add_test(t, a_line_by_hand);
        tcase_add_test(t, holes_of_predictors_stand_at_the_mean);
        tcase_add_test(t, categories_predict);
        tcase_add_loop_test(t, the_most_probable_level, 0, sizeof shares / sizeof *shares);
        tcase_add_test(t, levels_told_apart_without_error);
        tcase_add_test(t, stochastic_numbers);
        tcase_add_test(t, stochastic_levels);
        tcase_add_loop_test(t, odd_columns, 0, sizeof odd / sizeof *odd);
        tcase_add_test(t, unseen_levels);
        suite_add_tcase(suite, t);
        runner = srunner_create(suite);
        srunner_run_all(runner, CK_ENV);
        failed = srunner_ntests_failed(runner);
        srunner_free(runner);
        return failed != 0;
}
