/* Who is chosen when --budget leaves so much for those chosen. */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "impute/auto.h"

enum { CELLS = 100, TRIED = TAMIS_AUTO_USED + 2 };

/* One column of numbers. Mean and median are off by 3 everywhere, regression by 2, knn by 1: no weighted mean of them is
 * better than the best. */
struct world {
        tamis_auto *m;
        tamis_frame truth;
        tamis_frame_column column;
        tamis_auto_trial trial;
        const tamis_joint *joints[2];
        double numbers[CELLS];
        double said[TRIED * CELLS], wrong[TRIED], cost[TRIED], sum[1], squares[1], right[CELLS];
        size_t first[1];
        bool failed[TRIED];
};

static void open_world(struct world *w) {
        static const double off[TRIED] = { 3, 3, 2, 1 };
        static const char *const names[TRIED] = { "mean", "median", "regression", "knn" };

        *w = (struct world) { .joints = { tamis_joint_find("regression"), tamis_joint_find("knn") } };
        ck_assert_int_eq(tamis_auto_new(1, &w->m, NULL), 0);
        w->m->wanted[0] = true;
        w->m->masked[0] = CELLS;
        w->m->n_tried = TRIED;
        w->m->scores = calloc(TRIED, sizeof *w->m->scores);
        for (size_t k = 0; k < TRIED; k++) {
                w->m->tried[k] = names[k];
                w->wrong[k] = off[k] * off[k] * CELLS;
                for (size_t c = 0; c < CELLS; c++)
                        w->said[k * CELLS + c] = off[k];
        }
        w->column.numbers = w->numbers;
        w->column.type = TAMIS_TYPE_NUMERIC;
        w->squares[0] = 9 * CELLS;
        w->truth = (tamis_frame) { .n = 1, .columns = &w->column };
        w->cost[TAMIS_AUTO_USED] = 1;
        w->cost[TAMIS_AUTO_USED + 1] = 10;
        w->trial = (tamis_auto_trial) {
                .m = w->m, .truth = &w->truth, .first = w->first, .cells = CELLS, .said = w->said, .right = w->right,
                .wrong = w->wrong, .failed = w->failed, .sum = w->sum, .squares = w->squares, .cost = w->cost,
        };
}

static const struct {
        double left;
        const char *choice, *too_long;
} cases[] = {
        { INFINITY, "knn", "" }, { 10, "knn", "" }, { 9, "regression", "knn" }, { 1, "regression", "knn" },
        { .5, "mean", "knn, regression" }, { 0, "mean", "knn, regression" },
};

START_TEST(those_that_would_take_too_long_are_left_out) {
        struct world w;
        char choice[64];

        open_world(&w);
        w.trial.left = cases[_i].left;
        ck_assert_int_eq(tamis_auto_choose(&w.trial, w.joints, NULL), 0);
        tamis_auto_choice(w.m, 0, true, choice, sizeof choice);
        ck_assert_str_eq(choice, cases[_i].choice);
        ck_assert_str_eq(w.m->too_long, cases[_i].too_long);
        ck_assert_int_eq(w.m->cut_short, *cases[_i].too_long != 0);
        ck_assert_double_eq_tol(w.m->scores[TAMIS_AUTO_USED + 1], 1. / 3, 1e-12);      /* it is reported all the same */
        tamis_auto_free(w.m);
}
END_TEST

int main(void) {
        TCase *tc = tcase_create("auto");
        Suite *suite = suite_create("auto");
        SRunner *runner = srunner_create(suite);
        int failed;

        tcase_set_timeout(tc, 0);
        tcase_add_loop_test(tc, those_that_would_take_too_long_are_left_out, 0, sizeof cases / sizeof *cases);
        suite_add_tcase(suite, tc);
        srunner_run_all(runner, CK_ENV);
        failed = srunner_ntests_failed(runner);
        srunner_free(runner);
        return failed != 0;
}
