/* boost with --match: what goes in was observed, and with one donor it is the row whose prediction is nearest. auto: its choice where
 * only one strategy can know. */
#include <tamis/random.h>

#include "fitting.h"
#include "impute/auto.h"
#include "impute/boost.h"

enum { ROWS = 400, LEVELS = 4 };

static tamis_frame levels(double (*value)(size_t row)) {
        static double cells[2 * ROWS];

        for (size_t row = 0; row < ROWS; row++) {
                cells[2 * row] = (double) (row / (ROWS / LEVELS));
                cells[2 * row + 1] = value(row);
        }
        return frame_of("Nn", cells, ROWS);
}

static double by_step(size_t row) {
        return row % 8 == 3 ? N : 100 * (double) (row / (ROWS / LEVELS)) + (double) (row % 5);
}

/* b is 100 a plus 0 to 4. A boosting can tell the four steps apart, and so a donor is of the same step. */
START_TEST(donors_are_of_the_same_step) {
        tamis_frame train = levels(by_step), rows = levels(by_step);
        bool several = false;
        struct fitting f;

        ck_assert_int_eq(fit(&f, &tamis_joint_boost, &train, "match", NULL, "trees", "60", "iterations", "1", NULL), 0);
        reload(&f, &train);
        for (size_t row = 0; row < ROWS; row++) {
                double step = 100 * rows.columns[0].numbers[row], came;

                if (!isnan(rows.columns[1].numbers[row]))
                        continue;
                came = filled(&f, &rows, row, 1) - step;
                ck_assert_msg(came >= 0 && came <= 4 && trunc(came) == came, "row %zu of step %g got %g", row, step,
                              step + came);
                several |= came != 0;
        }
        ck_assert(several);     /* drawn, not the step's mean or its first */
        fitting_done(&f);
        tamis_frame_done(&train);
        tamis_frame_done(&rows);
}
END_TEST

/* (prediction, --donors, the places of those it may be): observed rows whose predictions are 0, 1, 2, 2, 2, 5 and 9. Who is as near
 * as the farthest of the donors is one too. */
static const double predictions[] = { 0, 1, 2, 2, 2, 5, 9 };
enum { SEEN = sizeof predictions / sizeof *predictions };
static const struct { double predicted; size_t donors; const char *among; } nearest[] = {
        { .9, 1, "1" }, { 2, 1, "234" }, { 1.4, 2, "1234" }, { 1.5, 2, "1234" }, { 5, 1, "5" }, { 6, 2, "56" }, { 100, 2, "56" },
        { -5, 1, "0" }, { -5, 3, "01234" }, { 3, 4, "12345" }, { 1.5, 1, "1234" }, { 3, 10, "0123456" },
};

START_TEST(the_nearest_donors) {
        double at[SEEN], base = nearest[_i].predicted, scores[TAMIS_BOOST_CLASSES],
                         values[SEEN] = { 10, 11, 12, 13, 14, 15, 16 };
        tamis_missforest_column column = { .least = -INFINITY, .most = INFINITY };
        bool category = false, came[SEEN] = { false };
        tamis_missforest rows = { .columns = &column, .category = &category, .seed = 1 };
        tamis_boosting m = { .rows = &rows,
                             .options = { .match = true, .donors = nearest[_i].donors },
                             .draws = (char *) "test" };
        tamis_boosting_donors donors = { at, values, SEEN };
        tamis_boost says = { .width = 1, .base = &base, .unit = 1 };

        memcpy(at, predictions, sizeof at);
        for (uint64_t key = 0; key < 400; key++) {
                double value = tamis_boosting_value(&m, 0, &says, &donors, NULL, key, scores);

                ck_assert(value >= 10 && value <= 16 && trunc(value) == value);
                came[(size_t) value - 10] = true;
        }
        for (size_t i = 0; i < SEEN; i++)
                ck_assert_msg(came[i] == (strchr(nearest[_i].among, '0' + (int) i) != NULL), "donor %zu", i);
        /* bounds hold for donors too */
        column.most = 10.5;
        ck_assert(tamis_boosting_value(&m, 0, &says, &donors, NULL, 1, scores) <= 10.5);
}
END_TEST

/* -- auto --------------------------------------------------------------------------------------------------------------- */

static double draw(tamis_stream *s) {
        return tamis_stream_uniform(s) - .5;
}

/* c = 2 a - b exactly: a line knows it, and of those that do the simplest stands first; d is constant: nobody beats the mean; e is
 * at either of two ends by whether a and b have the same sign, which no line can say: the first of those that share it. */
START_TEST(auto_knows_the_answer) {
        static double cells[5 * ROWS];
        static const struct { size_t column; const char *first, *second; } want[] = {
                { 2, "regression", "em" }, { 3, "mean", "mean" }, { 4, "forest", "boost" },
        };
        tamis_stream s;

        tamis_stream_init(&s, 3, "test", 0, 0);
        for (size_t row = 0; row < ROWS; row++) {
                double *x = cells + 5 * row;

                x[0] = draw(&s);
                x[1] = draw(&s);
                x[2] = row % 9 == 1 ? N : 2 * x[0] - x[1];
                x[3] = row % 9 == 5 ? N : 7;
                x[4] = row % 9 == 7 ? N : (x[0] > 0) == (x[1] > 0) ? 10 : -10;
        }
        for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
                tamis_frame train = frame_of("NNnnn", cells, ROWS);
                struct fitting f;
                char came[256];

                ck_assert_int_eq(fit(&f, &tamis_joint_auto, &train, "trees", "10", NULL), 0);
                tamis_auto_choice(f.model, want[i].column, true, came, sizeof came);
                if (want[i].column == 4)
                        came[strcspn(came, " ")] = '\0';
                ck_assert_msg(strcmp(came, want[i].first) == 0 || strcmp(came, want[i].second) == 0, "column %zu: %s",
                              want[i].column, came);
                fitting_done(&f);
                tamis_frame_done(&train);
        }
}
END_TEST

int main(void) {
        Suite *s = suite_create("matching");
        TCase *t = tcase_create("matching");
        SRunner *r;
        int failed;

        tcase_set_timeout(t, 0);
        tcase_add_test(t, donors_are_of_the_same_step);
        tcase_add_loop_test(t, the_nearest_donors, 0, sizeof nearest / sizeof *nearest);
        tcase_add_test(t, auto_knows_the_answer);
        suite_add_tcase(s, t);
        r = srunner_create(s);
        srunner_run_all(r, CK_ENV);
        failed = srunner_ntests_failed(r);
        srunner_free(r);
        return failed != 0;
}
