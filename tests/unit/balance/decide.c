#include "balance/decide.h"
#include "helper.h"

/* -- thresholds ---------------------------------------------------------------------------------------------------- */

/* By descending score; ties at .5 */
static const tamis_scored rows[] = {
        { .9, 0, true }, { .8, 0, false }, { .5, 0, true }, { .5, 0, true }, { .5, 0, false }, { .2, 0, false },
};

/* By hand. At .5: tp 3, fp 2, fn 0, tn 1: f1 6/8; at .9: tp 1, fp 0, fn 2, tn 3: f1 2/4; at .8: 2/5; at .2: 6/9. */
static const struct { const char *measure; double fn, fp, threshold, value; } bests[] = {
        { "f1", 1, 1, .5, .75 },
        { "balanced", 1, 1, .9, (1. / 3 + 1) / 2 },     /* .5 has (1 + 1/3) / 2 too: the highest of equals */
        { "youden", 1, 1, .9, 1. / 3 },
        { "gmean", 1, 1, .9, 0.57735026918962576 },     /* sqrt(1/3 1), at .5 sqrt(1 1/3) */
        { "cost", 1, 1, .9, -2. / 6 },                  /* 2 misses; at .5 2 alarms; never: 3 */
        { "cost", 3, 1, .5, -2. / 6 },
        { "cost", 1, 9, .9, -2. / 6 },
};

START_TEST(the_best_threshold_by_hand) {
        const tamis_measure *measure = tamis_measure_find(bests[_i].measure);
        const tamis_mistakes m = { .fn = bests[_i].fn, .fp = bests[_i].fp };
        tamis_best best = tamis_best_threshold(rows, 6, measure, &m);

        ck_assert_double_eq(best.threshold, bests[_i].threshold);
        ck_assert_double_eq_tol(best.value, bests[_i].value, 1e-15);
}
END_TEST

START_TEST(never_may_be_best) {
        const tamis_scored wrong[] = { { .9, 0, false }, { .8, 0, false }, { .1, 0, true } };
        const tamis_mistakes m = { .fn = 1, .fp = 1 };
        tamis_best best = tamis_best_threshold(wrong, 3, tamis_measure_find("cost"), &m);

        ck_assert(isinf(best.threshold));
        ck_assert_uint_eq(best.outcomes.fn, 1);
        ck_assert_uint_eq(best.outcomes.tn, 2);
        ck_assert_ptr_null(tamis_measure_find("accuracy"));
}
END_TEST

/* Elkan's equation 2 by hand; the last two have no threshold. */
static const struct { tamis_mistakes m; double threshold; } costs[] = {
        { { .fn = 20, .fp = 1 }, 1. / 21 },
        { { .fn = 1, .fp = 1 }, .5 },
        { { .tn = -1, .fp = 3, .fn = 10, .tp = 2 }, 4. / 12 },
        { { .fn = 1, .fp = 0 }, -1 },
        { { .fn = 1, .fp = 1, .tp = 2 }, -1 },
};

START_TEST(thresholds_from_costs) {
        double threshold = -1;
        tamis_error err;
        int r = tamis_mistakes_threshold(&costs[_i].m, &threshold, &err);

        ck_assert(costs[_i].threshold < 0 ? r == TAMIS_USAGE : r == 0);
        ck_assert_double_eq(threshold, costs[_i].threshold);
}
END_TEST

/* -- probabilities ------------------------------------------------------------------------------------------------- */

/* Of N noes and P yeses at one place, b N noes were kept: ps = P / (P + b N), and p = P / (P + N). */
START_TEST(undone_is_what_all_rows_say) {
        for (double yes = 1; yes < 50; yes += 7)
                for (double no = 1; no < 5000; no *= 3)
                        for (double b = .01; b <= 1; b *= 1.7) {
                                const double shares[] = { b, 1 };
                                double two[] = { b * no / (yes + b * no), yes / (yes + b * no) };

                                ck_assert_double_eq_tol(tamis_undo_positive(two[1], shares), yes / (yes + no), 1e-13);
                                tamis_undo(two, shares, 2);
                                ck_assert_double_eq_tol(two[1], yes / (yes + no), 1e-13);
                                ck_assert_double_eq_tol(two[0], no / (yes + no), 1e-13);
                        }
}
END_TEST

START_TEST(undone_of_three_classes) {
        /* 100, 40, 10 rows there were; 10, 20, 10 were kept */
        const double shares[] = { .1, .5, 1 };
        double p[] = { 10. / 40, 20. / 40, 10. / 40 };

        tamis_undo(p, shares, 3);
        ck_assert_double_eq_tol(p[0], 100. / 150, 1e-15);
        ck_assert_double_eq_tol(p[1], 40. / 150, 1e-15);
        ck_assert_double_eq_tol(p[2], 10. / 150, 1e-15);
}
END_TEST

/* -- the step ------------------------------------------------------------------------------------------------------ */

START_TEST(batches_do_not_show) {
        const char *table = "0.9,a\n0.8,b\n0.5,a\n,a\n0.5,a\n0.5,b\n0.2,\n0.2,b\n";
        struct lesson one, all;
        char *a, *b;

        ck_assert_int_eq(lesson_begin(&one, &tamis_step_decide, "p,y", table, 1, "probability", "p", "target", "y",
                                      "best", "f1",
                                      "positive", "a", NULL), 0);
        ck_assert_int_eq(lesson_begin(&all, &tamis_step_decide, "p,y", table, 9, "probability", "p", "target", "y",
                                      "best", "f1",
                                      "positive", "a", NULL), 0);
        ck_assert_double_eq(((tamis_decide *) one.state)->threshold, .5);
        ck_assert_double_eq(((tamis_decide *) all.state)->threshold, .5);
        a = lesson_output(&one, table);
        b = lesson_output(&all, table);
        ck_assert_str_eq(a, "0.9,a,a\n0.8,b,a\n0.5,a,a\n,a,\n0.5,a,a\n0.5,b,a\n0.2,,b\n0.2,b,b\n");
        ck_assert_str_eq(a, b);
        free(a);
        free(b);
        lesson_done(&one);
        lesson_done(&all);
}
END_TEST

static void fill(TCase *t) {
        tcase_add_loop_test(t, the_best_threshold_by_hand, 0, sizeof bests / sizeof *bests);
        tcase_add_test(t, never_may_be_best);
        tcase_add_loop_test(t, thresholds_from_costs, 0, sizeof costs / sizeof *costs);
        tcase_add_test(t, undone_is_what_all_rows_say);
        tcase_add_test(t, undone_of_three_classes);
        tcase_add_test(t, batches_do_not_show);
}

int main(void) {
        return run_suite("decide", fill);
}
