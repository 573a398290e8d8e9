/* Models of one number, where the answer has a closed form. */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "learn/learn.h"
#include "learn/state.h"

static tamis_learn l;
static char *names[] = { (char *) "x" };

static void teach(const tamis_learner *learner, size_t n, const double *x, const double *y, const double *weight,
                  size_t classes) {
        tamis_error err = {0};

        l = (tamis_learn) { .learner = learner, .penalty = 1, .neighbors = 1, .rounds = 10, .depth = 2, .rate = .5,
                            .classes = classes > 0, .k = classes ? classes : 1 };
        l.features = (tamis_columns) { .n = 1, .names = names };
        l.form = calloc(1, sizeof *l.form);
        ck_assert_int_eq(tamis_lesson_start(&l.rows, 1, weight, false, &err), 0);
        ck_assert_int_eq(tamis_lesson_reserve(&l.rows, n, &err), 0);
        for (size_t i = 0; i < n; i++) {
                l.rows.cells[i] = x[i];
                l.rows.y[i] = y[i];
                if (weight)
                        l.rows.weight[i] = weight[i];
        }
        l.rows.n = n;
        ck_assert_int_eq(tamis_lesson_settle(&l.rows, &err), 0);
        ck_assert_int_eq(tamis_learn_form(&l, &err), 0);
        ck_assert_int_eq(learner->fit(&l, &err), 0);
}

static double ask(double x, size_t place) {
        double out[4];
        tamis_error err;

        ck_assert_int_eq(l.learner->score(&l, &x, 1, out, &err), 0);
        return out[place];
}

static void forget(void) {
        if (l.learner->done)
                l.learner->done(&l);
        free(l.form);
        free(l.b);
        free(l.share);
        tamis_lesson_done(&l.rows);
}

#define NEAR(got, want) ck_assert_double_eq_tol(got, want, 1e-12)

/* x -1 and 1, already standard: b = sum xy / (sum xx + 1) = 4 / 3, about the mean of y, 3 */
START_TEST(ridge_is_shrunk) {
        teach(&tamis_learner_ridge, 2, (double[]) { -1, 1 }, (double[]) { 1, 5 }, NULL, 0);
        NEAR(ask(0, 0), 3);
        NEAR(ask(1, 0), 3 + 4. / 3);
        forget();
        /* weights 3 and 1: means -.5 and 2; sum w dx dy = 3 * .25 * 2 ... = 6, sum w dx dx = 3 */
        teach(&tamis_learner_ridge, 2, (double[]) { -1, 1 }, (double[]) { 1, 5 }, (double[]) { 3, 1 }, 0);
        NEAR(ask(-.5, 0), 2);
        NEAR(ask(.5, 0), 2 + 6. / 4);
        forget();
}
END_TEST

/* The slope solves 2 / (1 + exp(b)) = b, at both rows alike; by symmetry there is no constant. */
START_TEST(logistic_is_at_its_optimum) {
        double b;

        teach(&tamis_learner_logistic, 2, (double[]) { -1, 1 }, (double[]) { 0, 1 }, NULL, 2);
        b = log(ask(1, 1) / ask(1, 0));
        ck_assert_double_eq_tol(2 / (1 + exp(b)), b, 1e-7);
        NEAR(ask(0, 1), .5);
        forget();
}
END_TEST

/* w = (b, 0): f = b b / 2 + 2 (1 - b)^2, least at b = 4 / 5 */
START_TEST(svm_is_at_its_optimum) {
        teach(&tamis_learner_svm, 2, (double[]) { -1, 1 }, (double[]) { 0, 1 }, NULL, 2);
        ck_assert_double_eq_tol(ask(1, 1), .8, 1e-8);
        ck_assert_double_eq_tol(ask(1, 0), -.8, 1e-8);
        forget();
}
END_TEST

START_TEST(medians_of_weight) {
        teach(&tamis_learner_majority, 4, (double[]) { 0, 0, 0, 0 }, (double[]) { 4, 1, 3, 10 }, NULL, 0);
        NEAR(ask(0, 0), 3.5);
        forget();
        teach(&tamis_learner_majority, 3, (double[]) { 0, 0, 0 }, (double[]) { 4, 1, 3 }, (double[]) { 1, 5, 1 }, 0);
        NEAR(ask(0, 0), 1);
        forget();
        teach(&tamis_learner_majority, 3, (double[]) { 0, 0, 0 }, (double[]) { 0, 1, 1 }, (double[]) { 1, 2, 1 }, 2);
        NEAR(ask(0, 1), .75);
        forget();
}
END_TEST

START_TEST(the_nearest_row_decides) {
        teach(&tamis_learner_knn, 4, (double[]) { 0, 1, 5, 9 }, (double[]) { 10, 20, 30, 40 }, NULL, 0);
        NEAR(ask(.4, 0), 10);
        NEAR(ask(4, 0), 30);
        NEAR(ask(1e6, 0), 40);
        ck_assert(isfinite(ask(1e300, 0)));
        forget();
        teach(&tamis_learner_knn, 2, (double[]) { 0, 1 }, (double[]) { 10, 20 }, (double[]) { 0, 1 }, 0);
        l.neighbors = 7;        /* more than there are */
        NEAR(ask(0, 0), 20);
        forget();
}
END_TEST

/* 40 rows, a step at 20: the first split finds it, and the residue halves each round */
START_TEST(trees_find_a_step) {
        double x[40], y[40];

        for (size_t i = 0; i < 40; i++) {
                x[i] = (double) i;
                y[i] = i < 20 ? 0 : 100;
        }
        teach(&tamis_learner_boost, 40, x, y, NULL, 0);
        ck_assert(ask(3, 0) < 2);
        ck_assert(ask(30, 0) > 98);
        ck_assert(isfinite(ask(NAN, 0)));
        forget();
}
END_TEST

START_TEST(what_does_not_vary) {
        teach(&tamis_learner_ridge, 3, (double[]) { 7, 7, 7 }, (double[]) { 1, 2, 3 }, NULL, 0);
        NEAR(ask(7, 0), 2);
        forget();
}
END_TEST

int main(void) {
        Suite *s = suite_create("models");
        TCase *t = tcase_create("models");
        SRunner *r;
        int failed;

        tcase_add_test(t, ridge_is_shrunk);
        tcase_add_test(t, logistic_is_at_its_optimum);
        tcase_add_test(t, svm_is_at_its_optimum);
        tcase_add_test(t, medians_of_weight);
        tcase_add_test(t, the_nearest_row_decides);
        tcase_add_test(t, trees_find_a_step);
        tcase_add_test(t, what_does_not_vary);
        suite_add_tcase(s, t);
        r = srunner_create(s);
        srunner_run_all(r, CK_ENV);
        failed = srunner_ntests_failed(r);
        srunner_free(r);
        return failed != 0;
}
