#include <check.h>
#include <math.h>

#include "judge/measures_residuals.h"

static double values[TAMIS_N_RESIDUAL];

static void judge(size_t n, const double *actual, const double *predicted, const double *weight) {
        tamis_error err = {0};
        tamis_residuals t;

        ck_assert_int_eq(tamis_residuals_init(&t, n, actual, predicted, weight, &err), 0);
        tamis_residuals_of(&t, NULL, values);
        tamis_residuals_done(&t);
}

#define NEAR(got, want) ck_assert_double_eq_tol(got, want, 1e-14)

/* errors -1, 2, 0, -3; the truth is 2.5 in the mean, 5 its squared deviations */
START_TEST(four_rows_by_hand) {
        judge(4, (double[]) { 1, 2, 3, 4 }, (double[]) { 0, 4, 3, 1 }, NULL);
        NEAR(values[TAMIS_RESIDUAL_RMSE], sqrt(14. / 4));
        NEAR(values[TAMIS_RESIDUAL_MAE], 1.5);
        NEAR(values[TAMIS_RESIDUAL_MEDIAN], 1.5);
        NEAR(values[TAMIS_RESIDUAL_BIAS], -.5);
        NEAR(values[TAMIS_RESIDUAL_R2], 1 - 14. / 5);
}
END_TEST

/* the same with weights 1 2 0 1: errors -1, 2, 2, -3; the truth 1 2 2 4, mean 2.25, squares 4.75 */
START_TEST(weights_are_rows) {
        judge(4, (double[]) { 1, 2, 3, 4 }, (double[]) { 0, 4, 3, 1 }, (double[]) { 1, 2, 0, 1 });
        NEAR(values[TAMIS_RESIDUAL_RMSE], sqrt(18. / 4));
        NEAR(values[TAMIS_RESIDUAL_MAE], 2);
        NEAR(values[TAMIS_RESIDUAL_MEDIAN], 2);
        NEAR(values[TAMIS_RESIDUAL_R2], 1 - 18 / 4.75);
        /* half of the weight lies exactly at 1, the next that has any is 3 */
        judge(3, (double[]) { 0, 0, 0 }, (double[]) { 1, 2, 3 }, (double[]) { 2, 0, 2 });
        NEAR(values[TAMIS_RESIDUAL_MEDIAN], 2);
}
END_TEST

START_TEST(against_a_constant) {
        judge(2, (double[]) { 3, 3 }, (double[]) { 3, 3 }, NULL);
        ck_assert_double_eq(values[TAMIS_RESIDUAL_R2], 1);
        ck_assert_double_eq(values[TAMIS_RESIDUAL_RMSE], 0);
        judge(2, (double[]) { 3, 3 }, (double[]) { 3, 4 }, NULL);
        ck_assert_double_eq(values[TAMIS_RESIDUAL_R2], 0);
        judge(1, (double[]) { 3 }, (double[]) { 5 }, NULL);
        ck_assert(isnan(values[TAMIS_RESIDUAL_R2]) && values[TAMIS_RESIDUAL_MEDIAN] == 2);
        judge(0, NULL, NULL, NULL);
        for (size_t f = 0; f < TAMIS_N_RESIDUAL; f++)
                ck_assert(isnan(values[f]));
}
END_TEST

START_TEST(squares_that_fit_no_double) {
        judge(2, (double[]) { 0, 2e200 }, (double[]) { 1e200, 1e200 }, NULL);
        ck_assert_double_eq_tol(values[TAMIS_RESIDUAL_RMSE] / 1e200, 1, 1e-15);
        NEAR(values[TAMIS_RESIDUAL_R2], 0);
        judge(2, (double[]) { 0, 2e-200 }, (double[]) { 1e-200, 1e-200 }, NULL);
        ck_assert_double_eq_tol(values[TAMIS_RESIDUAL_RMSE] / 1e-200, 1, 1e-15);
        NEAR(values[TAMIS_RESIDUAL_R2], 0);
}
END_TEST

int main(void) {
        Suite *s = suite_create("residuals");
        TCase *t = tcase_create("residuals");
        SRunner *r;
        int failed;

        tcase_add_test(t, four_rows_by_hand);
        tcase_add_test(t, weights_are_rows);
        tcase_add_test(t, against_a_constant);
        tcase_add_test(t, squares_that_fit_no_double);
        suite_add_tcase(s, t);
        r = srunner_create(s);
        srunner_run_all(r, CK_ENV);
        failed = srunner_ntests_failed(r);
        srunner_free(r);
        return failed != 0;
}
