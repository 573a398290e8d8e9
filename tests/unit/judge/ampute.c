#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <tamis/random.h>

#include "judge/ampute.h"
#include "mice_curve.h"

enum { N_SCORES = sizeof mice_scores / sizeof *mice_scores, N_CURVES = sizeof mice_curves / sizeof *mice_curves };

static void solve(tamis_curve *c, tamis_curve_type type, const double *scores, size_t n, double share) {
        tamis_error err;

        ck_assert_int_eq(tamis_curve_init(c, type, &err), 0);
        for (size_t i = 0; i < n; i++)
                ck_assert_int_eq(tamis_curve_add(c, scores[i], &err), 0);
        tamis_curve_solve(c, share);
}

/* -- curves -------------------------------------------------------------------------------------------------------- */

START_TEST(probabilities_are_those_of_mice) {
        tamis_curve c;

        solve(&c, (tamis_curve_type) mice_curves[_i].type, mice_scores, N_SCORES, mice_curves[_i].share);
        ck_assert_double_eq_tol(c.b, mice_curves[_i].b, 1e-6);
        for (size_t i = 0; i < N_SCORES; i++)
                ck_assert_double_eq_tol(tamis_curve_at(&c, mice_scores[i]), mice_curves[_i].p[i], 1e-6);
        tamis_curve_done(&c);
}
END_TEST

/* By hand: scores of +-1, so the mean of right's is (L(1 + b) + L(-1 + b)) / 2. */
static const struct { tamis_curve_type type; double share, b; } by_hand[] = {
        { TAMIS_CURVE_RIGHT, .5, 0 },           /* L(1) + L(-1) = 1 */
        { TAMIS_CURVE_LEFT, .5, 0 },
        { TAMIS_CURVE_TAIL, .5, -.25 },         /* L(.25 + b) = .5 */
        { TAMIS_CURVE_MID, .5, .25 },           /* L(-.25 + b) = .5 */
        { TAMIS_CURVE_TAIL, .2, -1.6362943611198906 },  /* log(.2 / .8) - .25 */
        { TAMIS_CURVE_MID, .2, -1.1362943611198906 },
};

START_TEST(two_scores_by_hand) {
        static const double scores[] = { -1, 1, 1, -1 };
        tamis_curve c;

        solve(&c, by_hand[_i].type, scores, 4, by_hand[_i].share);
        ck_assert_double_eq_tol(c.b, by_hand[_i].b, 1e-9);
        ck_assert_double_eq_tol(c.reached, by_hand[_i].share, 1e-12);
        tamis_curve_done(&c);
}
END_TEST

/* Whatever the scores look like, the mean of the probabilities themselves is the share. */
START_TEST(the_share_is_met_over_the_scores) {
        enum { N = 20000 };
        static double scores[N];
        static const double shares[] = { .001, .1, .5, .97 };
        tamis_stream stream;

        tamis_stream_init(&stream, 3, "test", 0, 0);
        for (size_t i = 0; i < N; i++) {
                double u = tamis_stream_uniform(&stream);

                scores[i] = _i / 4 == 0 ? u * 3.4 - 1.7 : _i / 4 == 1 ? -log(1 - u) - 1 : pow(1 - u, -.7) * .2 - .6;
        }
        for (size_t k = 0; k < sizeof shares / sizeof *shares; k++) {
                double sum = 0;
                tamis_curve c;

                solve(&c, (tamis_curve_type) (_i % 4), scores, N, shares[k]);
                for (size_t i = 0; i < N; i++)
                        sum += tamis_curve_at(&c, scores[i]);
                ck_assert_double_eq_tol(sum / N, shares[k], 1e-6);
                ck_assert_double_eq_tol(c.reached, shares[k], 1e-9);
                tamis_curve_done(&c);
        }
}
END_TEST

START_TEST(one_score_or_a_whole_share_is_flat) {
        static const double same[] = { .3, .3, .3 }, two[] = { 0, 1 };
        tamis_curve c;

        solve(&c, TAMIS_CURVE_RIGHT, same, 3, .4);
        ck_assert_double_eq(tamis_curve_at(&c, .3), .4);
        solve(&c, TAMIS_CURVE_RIGHT, same, 0, .4);
        ck_assert_double_eq(tamis_curve_at(&c, 7), .4);
        solve(&c, TAMIS_CURVE_TAIL, two, 2, 0);
        ck_assert_double_eq(tamis_curve_at(&c, 1), 0);
        solve(&c, TAMIS_CURVE_TAIL, two, 2, 1);
        ck_assert_double_eq(tamis_curve_at(&c, 0), 1);
}
END_TEST

START_TEST(a_window_thins_to_the_share) {
        tamis_curve c;
        tamis_error err;

        ck_assert_int_eq(tamis_curve_init(&c, TAMIS_CURVE_RIGHT, &err), 0);
        tamis_curve_window(&c, -1, 2, 40, 100, .1);
        ck_assert_double_eq_tol(tamis_curve_at(&c, -1), .25, 1e-15);
        ck_assert_double_eq_tol(tamis_curve_at(&c, 2), .25, 1e-15);
        ck_assert_double_eq(tamis_curve_at(&c, 2.001), 0);
        ck_assert_double_eq(tamis_curve_at(&c, -1.001), 0);
        ck_assert_double_eq_tol(c.reached, .1, 1e-15);
        /* five inside of a hundred: a tenth cannot go */
        tamis_curve_window(&c, -1, 2, 5, 100, .1);
        ck_assert_double_eq(tamis_curve_at(&c, 0), 1);
        ck_assert_double_eq(c.reached, .05);
}
END_TEST

/* -- draws --------------------------------------------------------------------------------------------------------- */

START_TEST(a_row_has_its_number_wherever_a_batch_begins) {
        double all[64], part[64];

        tamis_ampute_uniform(5, "test", 77, 0, 64, all);
        for (size_t first = 0; first < 9; first++)
                for (size_t n = 0; n < 9; n++) {
                        tamis_ampute_uniform(5, "test", 77, first, n, part);
                        ck_assert(memcmp(part, all + first, n * sizeof *part) == 0);
                }
        for (size_t row = 0; row < 64; row++) {
                tamis_stream stream;
                double u = 0;

                tamis_stream_init(&stream, 5, "test", 77, row / 4);
                for (size_t i = 0; i <= row % 4; i++)
                        u = tamis_stream_uniform(&stream);
                ck_assert_double_eq(all[row], u);
        }
}
END_TEST

/* -- runs ---------------------------------------------------------------------------------------------------------- */

enum { ROWS = 60000, COLUMNS = 5 };

static const struct { uint64_t run, across; double share; } runs[] = {
        { 1, 0, .3 }, { 7, 0, .1 }, { 24, 0, .45 }, { 10, 0, .9 }, { 5, 1, .2 }, { 20, 2, .1 }, { 9, 3, .37 }, { 4, 5, .25 },
};

static void make_runs(size_t i, uint64_t seed, uint64_t first, size_t rows, uint8_t *flags) {
        tamis_context context = { .seed = seed };
        tamis_ampute_column columns[COLUMNS];
        tamis_ampute s = {
                .context = &context, .way = TAMIS_BY_RUNS, .run = runs[i].run, .across = runs[i].across, .share = runs[i].share,
                .columns = columns, .n_columns = COLUMNS,
        };

        for (size_t j = 0; j < COLUMNS; j++)
                columns[j] = (tamis_ampute_column) { .at = j, .key = j };
        tamis_ampute_runs(&s, first, rows, flags);
}

/* In every column the share, to one run; and runs as long as asked for: touching ones are multiples. */
START_TEST(runs_have_their_length_and_share) {
        uint8_t *flags = malloc(COLUMNS * ROWS);

        make_runs((size_t) _i, 1, 0, ROWS, flags);
        for (size_t j = 0; j < COLUMNS; j++) {
                const uint8_t *f = flags + j * ROWS;
                size_t holes = 0, length = 0, odd = 0, n = 0;

                for (size_t row = 0; row < ROWS; row++) {
                        holes += f[row];
                        if (f[row]) {
                                length++;
                        } else if (length) {
                                n++;
                                odd += length % runs[_i].run != 0;
                                length = 0;
                        }
                }
                ck_assert_double_eq_tol((double) holes / ROWS, runs[_i].share, 2. * (double) runs[_i].run / ROWS);
                ck_assert_uint_gt(n, 100);
                ck_assert_uint_le(odd, 1);      /* the one that the beginning cuts */
        }
        free(flags);
}
END_TEST

START_TEST(runs_do_not_depend_on_the_cut) {
        uint8_t *whole = malloc(COLUMNS * ROWS), *part = malloc(COLUMNS * ROWS);
        tamis_stream stream;

        make_runs((size_t) _i, 1, 0, ROWS, whole);
        tamis_stream_init(&stream, 1, "test", 0, 0);
        for (size_t first = 0, n; first < ROWS; first += n) {
                n = (size_t) tamis_stream_below(&stream, 3000) + 1;
                n = first + n < ROWS ? n : ROWS - first;
                make_runs((size_t) _i, 1, first, n, part);
                for (size_t j = 0; j < COLUMNS; j++)
                        ck_assert(memcmp(part + j * n, whole + j * ROWS + first, n) == 0);
        }
        free(whole);
        free(part);
}
END_TEST

/* Over many seeds every cell of a short table goes equally often: no row is safer than another, the first and the last too. */
START_TEST(every_row_is_as_likely) {
        enum { SEEDS = 20000, SHORT = 40 };
        static size_t counts[COLUMNS][SHORT];
        uint8_t flags[COLUMNS * SHORT];
        double sd = sqrt(runs[_i].share * (1 - runs[_i].share) * SEEDS);

        memset(counts, 0, sizeof counts);
        for (uint64_t seed = 0; seed < SEEDS; seed++) {
                make_runs((size_t) _i, seed, 0, SHORT, flags);
                for (size_t j = 0; j < COLUMNS; j++)
                        for (size_t row = 0; row < SHORT; row++)
                                counts[j][row] += flags[j * SHORT + row];
        }
        for (size_t j = 0; j < COLUMNS; j++)
                for (size_t row = 0; row < SHORT; row++)
                        ck_assert_double_eq_tol((double) counts[j][row], runs[_i].share * SEEDS, 4.5 * sd);
}
END_TEST

/* Columns of a block lie side by side: a run that begins in a row begins in all columns of its band. */
START_TEST(blocks_are_rectangles) {
        const size_t i = 5;
        uint8_t *flags = malloc(COLUMNS * ROWS);
        size_t widths[COLUMNS + 1] = {0};

        make_runs(i, 1, 0, ROWS, flags);
        for (size_t row = 1; row < ROWS; row++)
                for (size_t j = 0, width; j < COLUMNS; j += width + 1) {
                        for (width = 0; j + width < COLUMNS && flags[(j + width) * ROWS + row]
                             && !flags[(j + width) * ROWS + row - 1]; width++)
                                ;
                        widths[width]++;
                }
        /* beginnings of blocks two columns wide, or one at the edge; more only where two begin in one row */
        ck_assert_uint_gt(widths[2], 500);
        ck_assert_uint_gt(widths[1], 100);
        ck_assert_uint_lt(widths[3] + widths[4] + widths[5], widths[2] / 10);
        free(flags);
}
END_TEST

/* -- the truth ----------------------------------------------------------------------------------------------------- */

START_TEST(lines_are_written_in_the_order_of_the_rows) {
        static const struct { uint64_t first; size_t rows; const char *lines; } adds[] = {
                { 30, 5, "e\n" }, { 0, 10, "a\n" }, { 10, 0, "" }, { 20, 10, "d\n" }, { 10, 3, "b\n" }, { 13, 7, "c\n" },
        };
        char path[] = "/tmp/tamis-truth-XXXXXX", got[64];
        tamis_ampute_truth *truth;
        tamis_error err;
        size_t n;
        FILE *f;

        close(mkstemp(path));
        ck_assert_int_eq(tamis_ampute_truth_new(path, &truth, &err), 0);
        for (size_t i = 0; i < sizeof adds / sizeof *adds; i++) {
                tamis_buffer lines = {0};

                ck_assert_int_eq(tamis_buffer_add(&lines, adds[i].lines, strlen(adds[i].lines), &err), 0);
                if (i == 5)     /* rows 13 to 19 have not come */
                        ck_assert_int_eq(tamis_ampute_truth_commit(truth, &err), TAMIS_IO);
                ck_assert_int_eq(tamis_ampute_truth_add(truth, adds[i].first, adds[i].rows, &lines, &err), 0);
                tamis_buffer_done(&lines);
        }
        ck_assert_int_eq(tamis_ampute_truth_commit(truth, &err), 0);
        tamis_ampute_truth_free(truth);
        f = fopen(path, "r");
        n = fread(got, 1, sizeof got - 1, f);
        got[n] = 0;
        fclose(f);
        remove(path);
        ck_assert_str_eq(got, "row,column,value\na\nb\nc\nd\ne\n");
}
END_TEST

int main(void) {
        TCase *tc = tcase_create("ampute");
        Suite *suite = suite_create("ampute");
        SRunner *runner = srunner_create(suite);
        const int n_runs = sizeof runs / sizeof *runs;
        int failed;

        tcase_set_timeout(tc, 0);
        tcase_add_loop_test(tc, probabilities_are_those_of_mice, 0, N_CURVES);
        tcase_add_loop_test(tc, two_scores_by_hand, 0, sizeof by_hand / sizeof *by_hand);
        tcase_add_loop_test(tc, the_share_is_met_over_the_scores, 0, 12);
        tcase_add_test(tc, one_score_or_a_whole_share_is_flat);
        tcase_add_test(tc, a_window_thins_to_the_share);
        tcase_add_test(tc, a_row_has_its_number_wherever_a_batch_begins);
        tcase_add_loop_test(tc, runs_have_their_length_and_share, 0, n_runs);
        tcase_add_loop_test(tc, runs_do_not_depend_on_the_cut, 0, n_runs);
        tcase_add_loop_test(tc, every_row_is_as_likely, 0, n_runs);
        tcase_add_test(tc, blocks_are_rectangles);
        tcase_add_test(tc, lines_are_written_in_the_order_of_the_rows);
        suite_add_tcase(suite, tc);
        srunner_run_all(runner, CK_ENV);
        failed = srunner_ntests_failed(runner);
        srunner_free(runner);
        return failed != 0;
}
