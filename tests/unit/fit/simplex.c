#include <math.h>
#include <stdlib.h>

#include <check.h>

#include <tamis/random.h>

#include "fit/simplex.h"

enum { N = 4, GRID = 40, RANDOM = 50 };

/* Two whose errors have nothing to do with each other: each weighs as the other's square. Closed form. */
START_TEST(two_that_are_independent) {
        static const double gram[] = { 1, 0, 0, 4 };
        double w[2];

        ck_assert_double_eq_tol(tamis_simplex_least(gram, 2, w), .8, 1e-12);
        ck_assert_double_eq_tol(w[0], .8, 1e-12);
        ck_assert_double_eq_tol(w[1], .2, 1e-12);
}
END_TEST

/* Who errs as the better one does, only more, gets nothing; nor does anybody get less than nothing. */
START_TEST(who_adds_nothing_gets_nothing) {
        static const double gram[] = { 1, 2, 2, 4 };
        double w[2];

        ck_assert_double_eq_tol(tamis_simplex_least(gram, 2, w), 1, 1e-12);
        ck_assert(w[0] == 1 && w[1] == 0);
}
END_TEST

START_TEST(one_alone_and_none_that_errs) {
        static const double one[] = { 3 }, nothing[] = { 0, 0, 0, 0 };
        double w[2];

        ck_assert(tamis_simplex_least(one, 1, w) == 3);
        ck_assert(w[0] == 1);
        ck_assert(tamis_simplex_least(nothing, 2, w) == 0);
        ck_assert(w[0] + w[1] == 1);
}
END_TEST

static double value(const double *gram, const double *w) {
        double sum = 0;

        for (size_t i = 0; i < N; i++)
                for (size_t j = 0; j < N; j++)
                        sum += w[i] * gram[i * N + j] * w[j];
        return sum;
}

/* The least over a grid of all weights. */
static double least_of_grid(const double *gram) {
        double least = INFINITY;

        for (int a = 0; a <= GRID; a++)
                for (int b = 0; a + b <= GRID; b++)
                        for (int c = 0; a + b + c <= GRID; c++) {
                                double w[N] = { a / (double) GRID, b / (double) GRID, c / (double) GRID,
                                                (GRID - a - b - c) / (double) GRID };

                                least = fmin(least, value(gram, w));
                        }
        return least;
}

START_TEST(no_weights_on_a_grid_do_better) {
        double errors[6][N], gram[N * N], w[N], sum = 0, got, least;
        tamis_stream stream;

        tamis_stream_init(&stream, 7, "simplex", (uint64_t) _i, 0);
        for (size_t r = 0; r < 6; r++)
                for (size_t i = 0; i < N; i++)
                        errors[r][i] = tamis_stream_uniform(&stream) - .3 + (i == 0 ? 1 : 0);
        for (size_t i = 0; i < N; i++)
                for (size_t j = 0; j < N; j++) {
                        gram[i * N + j] = 0;
                        for (size_t r = 0; r < 6; r++)
                                gram[i * N + j] += errors[r][i] * errors[r][j];
                }
        got = tamis_simplex_least(gram, N, w);
        least = least_of_grid(gram);
        for (size_t i = 0; i < N; i++) {
                ck_assert(w[i] >= 0);
                sum += w[i];
        }
        ck_assert_double_eq_tol(sum, 1, 1e-12);
        ck_assert_double_eq_tol(got, value(gram, w), 1e-9);
        ck_assert_msg(got <= least + 1e-9, "%g, on a grid %g", got, least);
        ck_assert_msg(got >= least - .05 * least - .01, "%g is less than can be, %g", got, least);
}
END_TEST

int main(void) {
        Suite *suite = suite_create("simplex");
        TCase *all = tcase_create("all");
        SRunner *runner;
        int failed;

        tcase_add_test(all, two_that_are_independent);
        tcase_add_test(all, who_adds_nothing_gets_nothing);
        tcase_add_test(all, one_alone_and_none_that_errs);
        tcase_add_loop_test(all, no_weights_on_a_grid_do_better, 0, RANDOM);
        suite_add_tcase(suite, all);
        runner = srunner_create(suite);
        srunner_run_all(runner, CK_ENV);
        failed = srunner_ntests_failed(runner);
        srunner_free(runner);
        return failed != 0;
}
