#include <check.h>
#include <math.h>
#include <stdlib.h>

#include <tamis/random.h>

#include "balance/decide.h"
#include "judge/measures.h"

enum { N = 200, POSITIVE = TAMIS_N_OVERALL + TAMIS_N_OF_CLASS };

static double values[TAMIS_N_OVERALL + 8 * TAMIS_N_OF_CLASS], confusion[64];

static void judge(const tamis_predictions *p, tamis_judged *j) {
        tamis_error err = {0};

        ck_assert_int_eq(tamis_judged_init(j, p, &err), 0);
        tamis_measures_of(j, NULL, confusion, values);
}

static void judge_once(const tamis_predictions *p) {
        tamis_judged j;

        judge(p, &j);
        tamis_judged_done(&j);
}

#define NEAR(got, want) ck_assert_double_eq_tol(got, want, 1e-14)

/* Six rows; one of each class has .8. */
static const uint32_t six_actual[] = { 1, 0, 1, 0, 1, 0 }, six_decided[] = { 1, 1, 1, 0, 0, 0 };
static const double six_p[] = { .1, .9, .2, .8, .2, .8, .8, .2, .7, .3, .9, .1 };
static const double six_cost[] = { 0, 1, 5, -1 };
static const tamis_predictions six = { .n = 6, .k = 2, .actual = six_actual, .decided = six_decided, .p = six_p,
                                       .cost = six_cost };

START_TEST(six_rows_by_hand) {
        judge_once(&six);
        ck_assert_double_eq(confusion[0], 2);
        ck_assert_double_eq(confusion[1], 1);
        ck_assert_double_eq(confusion[2], 1);
        ck_assert_double_eq(confusion[3], 2);
        NEAR(values[TAMIS_ACCURACY], 2. / 3);
        NEAR(values[TAMIS_BALANCED], 2. / 3);
        NEAR(values[TAMIS_F1_MACRO], 2. / 3);
        NEAR(values[TAMIS_MCC], 1. / 3);
        NEAR(values[TAMIS_KAPPA], 1. / 3);
        NEAR(values[TAMIS_GMEAN], 2. / 3);
        NEAR(values[TAMIS_COST], (1 + 5 - 2) / 6.);
        NEAR(values[POSITIVE + TAMIS_SUPPORT], 3);
        /* of nine pairs .9 wins 3, .8 wins 2 and halves one, .3 wins 2 */
        NEAR(values[TAMIS_AUC], 7.5 / 9);
        NEAR(values[TAMIS_N_OVERALL + TAMIS_CLASS_AUC], 7.5 / 9);
        NEAR(values[TAMIS_AVERAGE_PRECISION], (1 + 2. / 3 + 3. / 4) / 3);
        /* of class 0, from below: .1, .2, then .3 (wrong), .8 (one of two) */
        NEAR(values[TAMIS_N_OVERALL + TAMIS_CLASS_AP], (1 + 1 + 3. / 5) / 3);
        NEAR(values[TAMIS_LOG_LOSS], -(2 * log(.9) + 2 * log(.8) + log(.3) + log(.2)) / 6);
        NEAR(values[TAMIS_BRIER], 1.23 / 6);
        NEAR(values[TAMIS_ECE], 1.7 / 6);
}
END_TEST

/* Decisions from .9, .8, .3, .2, .1 on, in thirds of each class. */
START_TEST(curve_has_every_distinct_score) {
        static const tamis_curve_point want[] = { { INFINITY, 0, 0 }, { .9, 1, 0 }, { .8, 2, 1 }, { .3, 3, 1 },
                                                  { .2, 3, 2 }, { .1, 3, 3 } };
        tamis_curve_point points[7];
        tamis_judged j;

        judge(&six, &j);
        ck_assert_uint_eq(tamis_curve(&j, 1, points), 6);
        for (size_t i = 0; i < 6; i++) {
                ck_assert(points[i].threshold == want[i].threshold);
                ck_assert(points[i].tp == want[i].tp && points[i].fp == want[i].fp);
        }
        tamis_judged_done(&j);
}
END_TEST

START_TEST(reliability_by_hand) {
        tamis_reliability bins[TAMIS_RELIABILITY_BINS];
        tamis_error err = {0};
        tamis_judged j;

        judge(&six, &j);
        ck_assert_int_eq(tamis_reliability_of(&j, 1, false, bins, &err), 0);
        ck_assert_double_eq(bins[7].weight, 2);         /* .8 is on an edge, and below it */
        NEAR(bins[7].predicted, .8);
        NEAR(bins[7].observed, .5);
        ck_assert_double_eq(bins[9].weight, 0);
        ck_assert(isnan(bins[9].observed));
        tamis_judged_done(&j);
}
END_TEST

/* Three classes: by hand from the matrix { 2 1 0 / 0 1 1 / 1 0 4 }. */
START_TEST(three_classes_by_hand) {
        static const uint32_t actual[] = { 0, 0, 0, 1, 1, 2, 2, 2, 2, 2 }, decided[] = { 0, 0, 1, 1, 2, 0, 2, 2, 2, 2 };

        judge_once(&(tamis_predictions) { .n = 10, .k = 3, .actual = actual, .decided = decided });
        NEAR(values[TAMIS_ACCURACY], .7);
        NEAR(values[TAMIS_BALANCED], (2. / 3 + 1. / 2 + 4. / 5) / 3);
        NEAR(values[TAMIS_PRECISION_MACRO], (2. / 3 + 1. / 2 + 4. / 5) / 3);
        NEAR(values[TAMIS_PRECISION_WEIGHTED], (3 * 2. / 3 + 2 * 1. / 2 + 5 * 4. / 5) / 10);
        /* rows 3 2 5, decisions 3 2 5: chance agrees .09 + .04 + .25 = .38 */
        NEAR(values[TAMIS_KAPPA], (.7 - .38) / (1 - .38));
        NEAR(values[TAMIS_MCC], (7 * 10 - 38) / (100. - 38));
        NEAR(values[TAMIS_GMEAN], cbrt(2. / 3 * 1 / 2 * 4 / 5));
        ck_assert(isnan(values[TAMIS_AUC]));
}
END_TEST

START_TEST(one_class_only) {
        static const uint32_t ones[] = { 1, 1, 1 };
        static const double p[] = { .5, .5, .25, .75, 0, 1 };

        judge_once(&(tamis_predictions) { .n = 3, .k = 2, .actual = ones, .decided = ones, .p = p });
        ck_assert_double_eq(values[TAMIS_ACCURACY], 1);
        ck_assert_double_eq(values[TAMIS_F1_MACRO], 1);         /* the class that never occurs is not in it */
        ck_assert_double_eq(values[TAMIS_MCC], 0);
        ck_assert(isnan(values[TAMIS_KAPPA]) && isnan(values[TAMIS_AUC]));
        ck_assert(isnan(values[TAMIS_N_OVERALL + TAMIS_RECALL]));
        ck_assert_double_eq(values[TAMIS_AVERAGE_PRECISION], 1);
}
END_TEST

START_TEST(nothing_at_all) {
        judge_once(&(tamis_predictions) { .n = 0, .k = 2, .p = six_p });
        for (size_t f = 0; f < tamis_measures_count(2); f++)
                ck_assert(isnan(values[f]));
}
END_TEST

START_TEST(a_constant_score_is_a_coin) {
        static const uint32_t actual[] = { 1, 0, 0, 0 }, decided[] = { 0, 0, 0, 0 };
        static const double p[] = { .75, .25, .75, .25, .75, .25, .75, .25 };

        judge_once(&(tamis_predictions) { .n = 4, .k = 2, .actual = actual, .decided = decided, .p = p });
        ck_assert_double_eq(values[TAMIS_AUC], .5);
        ck_assert_double_eq(values[TAMIS_AVERAGE_PRECISION], .25);
        ck_assert_double_eq(values[TAMIS_ECE], 0);
        ck_assert_double_eq(values[POSITIVE + TAMIS_PRECISION], 0);
}
END_TEST

/* A sure mistake is bounded as scikit-learn bounds it; what is no probability has no losses. */
START_TEST(beyond_probabilities) {
        static const uint32_t actual[] = { 1, 0 };
        static const double sure[] = { 1, 0, .5, .5 }, margins[] = { 3, -2, -1, 2 };
        tamis_judged j;

        judge_once(&(tamis_predictions) { .n = 2, .k = 2, .actual = actual, .decided = actual, .p = sure });
        NEAR(values[TAMIS_LOG_LOSS], (52 * log(2) + log(2)) / 2);
        judge(&(tamis_predictions) { .n = 2, .k = 2, .actual = actual, .decided = actual, .p = margins }, &j);
        ck_assert(isnan(values[TAMIS_LOG_LOSS]) && values[TAMIS_AUC] == 0);
        ck_assert(!tamis_measures_has(&j, TAMIS_BRIER) && tamis_measures_has(&j, TAMIS_AUC));
        tamis_judged_done(&j);
}
END_TEST

/* -- drawn tables ---------------------------------------------------------------------------------------------------- */

struct table {
        uint32_t actual[2 * N], decided[2 * N];
        double p[2 * N * 3], weight[2 * N];
};

/* Many ties: probabilities in tenths. */
static void draw(struct table *t, size_t k, uint64_t seed) {
        tamis_stream s;

        tamis_stream_init(&s, seed, "test.measures", k, 0);
        for (size_t i = 0; i < N; i++) {
                double left = 1;

                t->actual[i] = (uint32_t) tamis_stream_below(&s, k);
                t->decided[i] = (uint32_t) tamis_stream_below(&s, k);
                t->weight[i] = (double) tamis_stream_below(&s, 4);
                for (size_t c = k; c-- > 1;) {
                        t->p[i * k + c] = fmin(left, (double) tamis_stream_below(&s, 11) / 10);
                        left -= t->p[i * k + c];
                }
                t->p[i * k] = left;
        }
}

/* The share of pairs in the right order, ties by half, by looking at each. */
START_TEST(auc_counts_pairs) {
        for (size_t k = 2; k <= 3; k++) {
                struct table t;

                draw(&t, k, 1);
                judge_once(&(tamis_predictions) { .n = N, .k = k, .actual = t.actual, .decided = t.decided, .p = t.p,
                                                  .weight = t.weight });
                for (size_t c = 0; c < k; c++) {
                        size_t by = k == 2 ? 1 : c;
                        double won = 0, all = 0;

                        for (size_t a = 0; a < N; a++)
                                for (size_t b = 0; b < N; b++) {
                                        double d = t.p[a * k + by] - t.p[b * k + by], w = t.weight[a] * t.weight[b];

                                        if (t.actual[a] != c || t.actual[b] == c)
                                                continue;
                                        d = k == 2 && c == 0 ? -d : d;
                                        won += w * (d > 0 ? 1 : d < 0 ? 0 : .5);
                                        all += w;
                                }
                        NEAR(values[TAMIS_N_OVERALL + c * TAMIS_N_OF_CLASS + TAMIS_CLASS_AUC], won / all);
                }
        }
}
END_TEST

/* A weight of 3 is the row three times, of 0 not at all. */
START_TEST(weights_are_rows) {
        for (size_t k = 2; k <= 3; k++) {
                double weighted[TAMIS_N_OVERALL + 8 * TAMIS_N_OF_CLASS];
                struct table t, u;
                size_t n = 0;

                draw(&t, k, 2);
                judge_once(&(tamis_predictions) { .n = N, .k = k, .actual = t.actual, .decided = t.decided, .p = t.p,
                                                  .weight = t.weight });
                memcpy(weighted, values, sizeof values);
                for (size_t i = 0; i < N; i++)
                        for (double w = 0; w < t.weight[i] && n < 2 * N; w++, n++) {
                                u.actual[n] = t.actual[i];
                                u.decided[n] = t.decided[i];
                                memcpy(u.p + n * k, t.p + i * k, k * sizeof *u.p);
                        }
                judge_once(&(tamis_predictions) { .n = n, .k = k, .actual = u.actual, .decided = u.decided, .p = u.p });
                for (size_t f = 0; f < tamis_measures_count(k); f++)
                        if (f != TAMIS_ECE_FILLED && !isnan(values[f]))         /* its bins are of rows */
                                NEAR(weighted[f], values[f]);
        }
}
END_TEST

/* To the last bit: weights that do not sum without rounding. */
START_TEST(rows_in_any_order) {
        double forward[TAMIS_N_OVERALL + 8 * TAMIS_N_OF_CLASS];
        struct table t, u;

        draw(&t, 3, 3);
        for (size_t i = 0; i < N; i++)
                t.weight[i] = (double) (i * 7919 % 1000 + 1) / 997;
        judge_once(&(tamis_predictions) { .n = N, .k = 3, .actual = t.actual, .decided = t.decided, .p = t.p,
                                          .weight = t.weight });
        memcpy(forward, values, sizeof values);
        for (size_t i = 0; i < N; i++) {
                u.actual[N - 1 - i] = t.actual[i];
                u.decided[N - 1 - i] = t.decided[i];
                u.weight[N - 1 - i] = t.weight[i];
                memcpy(u.p + (N - 1 - i) * 3, t.p + i * 3, 3 * sizeof *u.p);
        }
        judge_once(&(tamis_predictions) { .n = N, .k = 3, .actual = u.actual, .decided = u.decided, .p = u.p,
                                          .weight = u.weight });
        for (size_t f = 0; f < tamis_measures_count(3); f++)
                ck_assert(forward[f] == values[f] || (isnan(forward[f]) && isnan(values[f])));
        ck_assert(!isnan(values[TAMIS_AUC_WEIGHTED]));
}
END_TEST

static double f1(double tp, double fp, double fn, double tn, const void *arg) {
        return tp > 0 ? 2 * tp / (2 * tp + fp + fn) : 0;
}

/* The threshold is the one that `decide --best` finds. */
START_TEST(best_threshold_is_that_of_decide) {
        tamis_curve_point points[N + 1];
        tamis_scored rows[N];
        tamis_best want;
        tamis_judged j;
        struct table t;
        double value, got;

        draw(&t, 2, 4 + (uint64_t) _i);
        judge(&(tamis_predictions) { .n = N, .k = 2, .actual = t.actual, .decided = t.decided, .p = t.p }, &j);
        for (size_t i = 0; i < N; i++)
                rows[i] = (tamis_scored) { .score = j.p[j.order[N + i] * 2 + 1], .positive = j.actual[j.order[N + i]] };
        want = tamis_best_threshold(rows, N, tamis_measure_find("f1"), NULL);
        got = tamis_curve_best(points, tamis_curve(&j, 1, points), f1, NULL, &value);
        ck_assert(got == want.threshold && value == want.value);
        tamis_judged_done(&j);
}
END_TEST

int main(void) {
        Suite *s = suite_create("measures");
        TCase *t = tcase_create("measures");
        SRunner *r;
        int failed;

        tcase_add_test(t, six_rows_by_hand);
        tcase_add_test(t, curve_has_every_distinct_score);
        tcase_add_test(t, reliability_by_hand);
        tcase_add_test(t, three_classes_by_hand);
        tcase_add_test(t, one_class_only);
        tcase_add_test(t, nothing_at_all);
        tcase_add_test(t, a_constant_score_is_a_coin);
        tcase_add_test(t, beyond_probabilities);
        tcase_add_test(t, auc_counts_pairs);
        tcase_add_test(t, weights_are_rows);
        tcase_add_test(t, rows_in_any_order);
        tcase_add_loop_test(t, best_threshold_is_that_of_decide, 0, 5);
        suite_add_tcase(s, t);
        r = srunner_create(s);
        srunner_run_all(r, CK_ENV);
        failed = srunner_ntests_failed(r);
        srunner_free(r);
        return failed != 0;
}
