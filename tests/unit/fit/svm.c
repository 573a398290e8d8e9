/* The machine's minimum, by closed form and by its gradient; tests/parity holds it to scikit-learn's. */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include <tamis/random.h>

#include "fit/svm.h"

enum { N = 400, D = 2, C = 2, LEVELS = 5, SIZE = D + LEVELS + 1 };

/* One number, x = 1 and x = -1, cost c each: by symmetry no constant, and w^2/2 + 2c(1-w)^2 is least at 4c/(1+4c). */
START_TEST(two_rows_by_hand) {
        const double x[] = { 1, -1 }, costs[] = { .25, 1, 100 };
        const int8_t signs[] = { 1, -1 };
        double c = costs[_i], margins[2], w[2];
        const tamis_svm_rows rows = { .n = 2, .d = 1, .numbers = x, .signs = signs, .costs = { c, c } };
        tamis_error err;

        ck_assert_int_eq(tamis_svm(&rows, margins, w, &err), 0);
        ck_assert_double_eq_tol(w[0], 4 * c / (1 + 4 * c), 1e-9);
        ck_assert_double_eq_tol(w[1], 0, 1e-9);
        ck_assert_double_eq_tol(margins[0], w[0], 1e-12);
        ck_assert_double_eq_tol(margins[1], w[0], 1e-12);
}
END_TEST

/* At the minimum, and nowhere else, w = sum of 2 cost (1 - margin) sign x over the rows within the margin. */
START_TEST(the_gradient_is_nothing) {
        static double x[N * D], margins[N];
        static uint32_t codes[N * C];
        static int8_t signs[N];
        static const size_t offsets[C] = { 0, 3 };
        double w[SIZE], sum[SIZE] = { 0 };
        tamis_svm_rows rows = {
                .n = N, .d = D, .c = C, .numbers = x, .codes = codes, .offsets = offsets, .levels = LEVELS,
                .level = .7, .signs = signs, .costs = { .6, 3 },
        };
        size_t within = 0;
        tamis_stream s;
        tamis_error err;

        tamis_stream_init(&s, 4, "test", (uint64_t) _i, 0);
        for (size_t i = 0; i < N; i++) {
                signs[i] = tamis_stream_uniform(&s) < .2 ? 1 : -1;
                x[i * D] = tamis_stream_uniform(&s) + .3 * signs[i];
                x[i * D + 1] = 10 * tamis_stream_uniform(&s);
                codes[i * C] = (uint32_t) tamis_stream_below(&s, 3);
                codes[i * C + 1] = (uint32_t) tamis_stream_below(&s, 2);
        }
        ck_assert_int_eq(tamis_svm(&rows, margins, w, &err), 0);
        for (size_t i = 0; i < N; i++) {
                double z[SIZE] = { 0 }, margin = 0, times = 2 * (signs[i] > 0 ? 3 : .6) * (1 - margins[i]) * signs[i];

                z[0] = x[i * D];
                z[1] = x[i * D + 1];
                z[D + codes[i * C]] = z[D + 3 + codes[i * C + 1]] = .7;
                z[SIZE - 1] = 1;
                for (size_t j = 0; j < SIZE; j++)
                        margin += signs[i] * w[j] * z[j];
                ck_assert_double_eq_tol(margins[i], margin, 1e-12);
                within += margin < 1;
                for (size_t j = 0; margin < 1 && j < SIZE; j++)
                        sum[j] += times * z[j];
        }
        ck_assert(within > N / 10 && within < N);
        for (size_t j = 0; j < SIZE; j++)
                ck_assert_double_eq_tol(w[j], sum[j], 1e-5);
}
END_TEST

/* Nothing but the constant to go by: -1 of nine rows and 1 of one, costs equal: w/2 gradient: w = 18(-1-w) + 2(1-w). */
START_TEST(constant_rows) {
        static const double x[10];
        static const int8_t signs[10] = { -1, -1, -1, -1, -1, -1, -1, -1, -1, 1 };
        double margins[10], w[2];
        const tamis_svm_rows rows = { .n = 10, .d = 1, .numbers = x, .signs = signs, .costs = { 1, 1 } };
        tamis_error err;

        ck_assert_int_eq(tamis_svm(&rows, margins, w, &err), 0);
        ck_assert_double_eq_tol(w[0], 0, 1e-12);
        ck_assert_double_eq_tol(w[1], -16. / 21, 1e-9);
}
END_TEST

int main(void) {
        Suite *suite = suite_create("svm");
        TCase *tcase = tcase_create("svm");
        SRunner *runner;
        int failed;

        tcase_set_timeout(tcase, 0);
        tcase_add_loop_test(tcase, two_rows_by_hand, 0, 3);
        tcase_add_loop_test(tcase, the_gradient_is_nothing, 0, 4);
        tcase_add_test(tcase, constant_rows);
        suite_add_tcase(suite, tcase);
        runner = srunner_create(suite);
        srunner_run_all(runner, CK_ENV);
        failed = srunner_ntests_failed(runner);
        srunner_free(runner);
        return failed != 0;
}
