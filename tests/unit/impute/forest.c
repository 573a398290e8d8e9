/* Forests that fill columns from each other: what can be said without them, and beside forests grown here. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "impute/forest.h"
#include "impute/impute.h"

enum { LEVELS = 4, TREES = 20 };

static const tamis_slice texts[LEVELS] = { { "A", 1 }, { "B", 1 }, { "C", 1 }, { "D", 1 } };
static const char *const names[] = { "a", "b", "c", "d", "e", "f" };

/* `types`: n for a number, c for a category, by column; a capital letter: it only predicts. */
static tamis_frame make(size_t rows, const char *types) {
        tamis_frame_column columns[6] = { 0 };
        tamis_frame shape = { .n = strlen(types), .columns = columns }, ret;

        for (size_t i = 0; i < shape.n; i++) {
                columns[i] = (tamis_frame_column) { .name = names[i], .wanted = types[i] >= 'a', .least = -INFINITY,
                                                    .most = INFINITY, .type = TAMIS_TYPE_NUMERIC };
                if (types[i] == 'c' || types[i] == 'C') {
                        columns[i].type = TAMIS_TYPE_CATEGORICAL;
                        columns[i].levels = LEVELS;
                        columns[i].level = texts;
                }
        }
        ck_assert_int_eq(tamis_frame_like(&shape, rows, &ret, NULL), 0);
        for (size_t row = 0; row < rows; row++)
                ret.keys[row] = row;
        return ret;
}

static tamis_missforest *run(const tamis_frame *train, size_t rounds, tamis_pool *pool) {
        tamis_missforest *m;

        ck_assert_int_eq(tamis_missforest_new(train, TREES, rounds, 7, "forest", &m, NULL), 0);
        ck_assert_int_eq(tamis_missforest_run(m, pool, NULL), 0);
        return m;
}

static const double values_of[LEVELS] = { 10, -3.25, 0.1, 7e5 };

/* -- what follows ---------------------------------------------------------------------------------------------------*/

/* Each of a, b and c says what the others are, so that it does not matter which one a tree looks at. */
static tamis_frame make_exact(size_t rows, bool holes) {
        tamis_frame f = make(rows, "cnc");

        for (size_t row = 0; row < rows; row++) {
                int32_t level = (int32_t) (row % LEVELS);

                f.columns[0].codes[row] = level;
                f.columns[1].numbers[row] = values_of[level];
                f.columns[2].codes[row] = LEVELS - 1 - level;
                if (holes && row % 11 == 5)
                        f.columns[0].codes[row] = TAMIS_CODE_MISSING;
                if (holes && row % 11 == 7)
                        f.columns[1].numbers[row] = NAN;
                if (holes && row % 11 == 9)
                        f.columns[2].codes[row] = TAMIS_CODE_MISSING;
        }
        return f;
}

static void check_exact(const tamis_frame *f) {
        for (size_t row = 0; row < f->rows; row++) {
                ck_assert_int_eq(f->columns[0].codes[row], (int32_t) (row % LEVELS));
                ck_assert_double_eq(f->columns[1].numbers[row], values_of[row % LEVELS]);
                ck_assert_int_eq(f->columns[2].codes[row], (int32_t) (LEVELS - 1 - row % LEVELS));
        }
}

START_TEST(what_one_column_says_of_another_is_found) {
        tamis_frame train = make_exact(440, true), rows = make_exact(440, true);
        tamis_missforest *m = run(&train, 10, NULL);

        ck_assert_int_eq(tamis_joint_forest.take(m, 0, &train, NULL), 0);
        check_exact(&train);
        ck_assert_int_eq(tamis_missforest_fill(m, 0, &rows, NULL), 0);
        check_exact(&rows);
        ck_assert_double_eq(m->columns[0].error, 0);
        ck_assert_double_eq(m->columns[1].error, 0);
        tamis_missforest_free(m);
        tamis_frame_done(&train);
        tamis_frame_done(&rows);
}
END_TEST

/* -- one column, beside a forest grown here ------------------------------------------------------------------------ */

/* Small and noisy. With `all`, every column has holes; else only the first. */
static tamis_frame make_noisy(size_t rows, const char *types, bool all) {
        tamis_frame f = make(rows, types);
        tamis_stream s;

        tamis_stream_init(&s, 1, "noisy", rows, 0);
        for (size_t row = 0; row < rows; row++) {
                double z = tamis_stream_uniform(&s) * 4;

                for (size_t j = 0; j < f.n; j++) {
                        double noise = tamis_stream_uniform(&s) * 2, x = z * (double) (j + 1) + noise;

                        if (tamis_stream_uniform(&s) < .2 && (all || j == 0))
                                continue;
                        if (f.columns[j].type == TAMIS_TYPE_NUMERIC)
                                f.columns[j].numbers[row] = x;
                        else
                                f.columns[j].codes[row] = (int32_t) fmin(3, z + noise / 2);
                }
        }
        return f;
}

START_TEST(one_column_is_one_forest) {
        enum { ROWS = 150 };
        static const char *const types[] = { "nnnnC", "cnncN" };
        tamis_frame train = make_noisy(ROWS, types[_i], false);
        tamis_missforest *m = run(&train, 10, NULL);
        uint8_t bins[5][ROWS];
        const uint8_t *columns[5] = { NULL, bins[1], bins[2], bins[3], bins[4] };
        bool category[5];
        double targets[ROWS], outside[ROWS], wrong = 0, mean = 0, spread = 0;
        uint32_t seen[ROWS], votes[LEVELS] = {0};
        size_t n = 0, hole = 0;
        /* two of four predictors a node */
        tamis_forest_options options = { .trees = TREES, .seed = 7, .key = 5, .purpose = "forest",
                                         .tree = { .tries = 2, .leaf = 1, .split = _i ? 2 : 6 }, .mixed = true };
        tamis_cart_data data = { 5, columns, category, targets, _i ? LEVELS : 0 };
        tamis_forest f;

        for (size_t j = 0; j < 5; j++) {
                const tamis_frame_column *c = &train.columns[j];
                tamis_binning b;

                category[j] = c->type == TAMIS_TYPE_CATEGORICAL;
                if (category[j])
                        ck_assert_int_eq(tamis_binning_of_codes(c->codes, ROWS, LEVELS, &b, NULL), 0);
                else
                        ck_assert_int_eq(tamis_binning_of_numbers(c->numbers, ROWS, &b, NULL), 0);
                for (size_t row = 0; row < ROWS; row++)
                        bins[j][row] = category[j] ? tamis_binning_code(&b, c->codes[row])
                                                   : tamis_binning_number(&b, c->numbers[row]);
                tamis_binning_done(&b);
        }
        for (size_t row = 0; row < ROWS; row++) {
                targets[row] = _i ? train.columns[0].codes[row] : train.columns[0].numbers[row];
                if (targets[row] >= 0)
                        seen[n++] = (uint32_t) row;
        }
        ck_assert_int_eq(tamis_forest_grow(&data, &options, seen, n, outside, &f, NULL), 0);
        ck_assert_uint_eq(m->columns[0].n_holes, ROWS - n);
        ck_assert_uint_gt(ROWS - n, 15);
        ck_assert_uint_eq(m->rounds, 1);
        for (size_t row = 0; row < ROWS; row++) {
                uint8_t line[5] = { 0, bins[1][row], bins[2][row], bins[3][row], bins[4][row] };

                if (targets[row] >= 0)
                        continue;
                ck_assert_double_eq(m->columns[0].filled[hole++], tamis_forest_predict(&f, line, votes));
        }
        for (size_t i = 0; i < n; i++)
                mean += targets[seen[i]] / (double) n;
        for (size_t i = 0; i < n; i++) {
                double error = outside[i] - targets[seen[i]];

                ck_assert(isfinite(error));
                wrong += _i ? fabs(error) > .5 : error * error;
                spread += (targets[seen[i]] - mean) * (targets[seen[i]] - mean);
        }
        ck_assert_double_eq_tol(m->columns[0].error, _i ? wrong / (double) n : sqrt(wrong / spread), 1e-12);
        tamis_forest_done(&f);
        tamis_missforest_free(m);
        tamis_frame_done(&train);
}
END_TEST

/* -- when it stops ------------------------------------------------------------------------------------------------- */

static double change_of(const tamis_missforest *m, double before[][120], bool category) {
        double changed = 0, all = 0;

        for (size_t j = 0; j < m->train.n; j++) {
                const tamis_missforest_column *c = &m->columns[j];
                double largest = 0;

                if (m->category[j] != category)
                        continue;
                for (size_t i = 0; i < c->n_seen; i++)
                        largest = fmax(largest, fabs(c->targets[c->seen[i]]));
                for (size_t i = 0; !category && i < c->n_seen; i++)
                        all += pow(c->targets[c->seen[i]] / largest, 2);
                for (size_t i = 0; i < c->n_holes; i++) {
                        double change = c->filled[i] - before[j][i];

                        all += category ? 1 : pow(c->filled[i] / largest, 2);
                        changed += category ? fabs(change) > .5 : pow(change / largest, 2);
                }
        }
        return changed / all;
}

/* A round by hand: fewer holes first, each forest from what the columns before it have become. */
static void step(tamis_missforest *m, size_t round) {
        bool done[6] = { false };

        for (size_t k = 0; k < m->train.n; k++) {
                size_t j = m->train.n;
                uint32_t votes[LEVELS] = {0};
                tamis_missforest_column *c;
                tamis_forest f;

                for (size_t i = 0; i < m->train.n; i++)
                        if (!done[i] && (j == m->train.n || m->columns[i].n_holes < m->columns[j].n_holes))
                                j = i;
                done[j] = true;
                c = &m->columns[j];
                ck_assert_int_eq(tamis_missforest_learn(m, j, round, NULL, NULL, &f, NULL), 0);
                for (size_t i = 0; i < c->n_holes; i++) {
                        uint8_t row[6];

                        for (size_t l = 0; l < m->train.n; l++)
                                row[l] = m->columns[l].bins[c->holes[i]];
                        c->filled[i] = tamis_forest_predict(&f, row, votes);
                        c->bins[c->holes[i]] = tamis_missforest_bin(&c->binning, c->filled[i]);
                }
                tamis_forest_done(&f);
        }
}

/* Rounds by hand, until one changes more than the one before: numbers are the mean of both, categories the last's. */
START_TEST(the_last_two_rounds_settle_it) {
        static const char *const types[] = { "nnnn", "cccc", "nncn" };
        tamis_frame train = make_noisy(120, types[_i], true);
        tamis_missforest *all = run(&train, 12, NULL), *hand;
        double changed[2] = { INFINITY, INFINITY }, before[4][120];

        ck_assert_int_eq(tamis_missforest_new(&train, TREES, 1, 7, "forest", &hand, NULL), 0);
        for (size_t round = 1; ; round++) {
                double now[2];

                ck_assert_uint_lt(round, 12);
                for (size_t j = 0; j < 4; j++)
                        memcpy(before[j], hand->columns[j].filled, hand->columns[j].n_holes * sizeof(double));
                step(hand, round);
                for (int k = 0; k < 2; k++)
                        now[k] = change_of(hand, before, k);
                if (!(now[0] < changed[0]) && !(now[1] < changed[1])) {
                        ck_assert_uint_eq(all->rounds, round);
                        break;
                }
                memcpy(changed, now, sizeof changed);
        }
        ck_assert_uint_gt(all->rounds, 2);
        for (size_t j = 0; j < train.n; j++) {
                const tamis_missforest_column *c = &all->columns[j];

                for (size_t i = 0; i < c->n_holes; i++) {
                        double last = hand->columns[j].filled[i];

                        ck_assert_double_eq_tol(c->filled[i], all->category[j] ? last : (before[j][i] + last) / 2,
                                                1e-12);
                        ck_assert_uint_eq(c->bins[c->holes[i]], tamis_missforest_bin(&c->binning, c->filled[i]));
                }
        }
        tamis_missforest_free(hand);
        tamis_missforest_free(all);
        tamis_frame_done(&train);
}
END_TEST

/* -- new rows, threads, models ------------------------------------------------------------------------------------- */

static void same_frames(const tamis_frame *a, const tamis_frame *b) {
        for (size_t j = 0; j < a->n; j++) {
                if (a->columns[j].numbers)
                        ck_assert_mem_eq(a->columns[j].numbers, b->columns[j].numbers, a->rows * sizeof(double));
                else
                        ck_assert_mem_eq(a->columns[j].codes, b->columns[j].codes, a->rows * sizeof(int32_t));
        }
}

START_TEST(threads_and_models_change_nothing) {
        tamis_frame train = make_noisy(300, "nncnC", true), taken[3], rows[3];
        tamis_pool *pool;
        void *m[3];
        json_t *saved = json_object(), *again = json_object();

        ck_assert_int_eq(tamis_pool_new(4, &pool, NULL), 0);
        m[0] = run(&train, 10, NULL);
        m[1] = run(&train, 10, pool);
        ck_assert_int_eq(tamis_missforest_save(m[0], saved, NULL), 0);
        ck_assert_int_eq(tamis_missforest_load(saved, &train, &m[2], NULL), 0);
        ck_assert_int_eq(tamis_missforest_save(m[2], again, NULL), 0);
        ck_assert(json_equal(saved, again));
        for (size_t i = 0; i < 3; i++) {
                taken[i] = make_noisy(300, "nncnC", true);
                rows[i] = make_noisy(80, "nncnC", true);
                ck_assert_int_eq(tamis_joint_forest.take(m[i], 0, &taken[i], NULL), 0);
                ck_assert_int_eq(tamis_missforest_fill(m[i], 0, &rows[i], NULL), 0);
                same_frames(&taken[0], &taken[i]);
                same_frames(&rows[0], &rows[i]);
                tamis_missforest_free(m[i]);
        }
        for (size_t row = 0; row < 80; row++)
                ck_assert(isfinite(rows[0].columns[0].numbers[row]) && rows[0].columns[2].codes[row] >= 0);
        for (size_t i = 0; i < 3; i++) {
                tamis_frame_done(&taken[i]);
                tamis_frame_done(&rows[i]);
        }
        json_decref(saved);
        json_decref(again);
        tamis_pool_free(pool);
        tamis_frame_done(&train);
}
END_TEST

/* A row is filled from itself and the model alone. */
START_TEST(rows_are_filled_each_for_itself) {
        tamis_frame train = make_noisy(200, "nncn", true), rows = make_noisy(60, "nncn", true);
        tamis_missforest *m = run(&train, 10, NULL);

        for (size_t row = 0; row < 60; row++) {
                tamis_frame one = make(1, "nncn");

                for (size_t j = 0; j < 4; j++)
                        tamis_missforest_put(&one.columns[j], 0,
                                             j == 2 ? rows.columns[j].codes[row] : rows.columns[j].numbers[row]);
                ck_assert_int_eq(tamis_missforest_fill(m, 0, &one, NULL), 0);
                if (row == 59) {
                        ck_assert_int_eq(tamis_missforest_fill(m, 0, &rows, NULL), 0);
                        for (size_t j = 0; j < 4; j++)
                                ck_assert_double_eq(tamis_missforest_cell(&one.columns[j], 0),
                                                    tamis_missforest_cell(&rows.columns[j], row));
                }
                tamis_frame_done(&one);
        }
        tamis_missforest_free(m);
        tamis_frame_done(&train);
        tamis_frame_done(&rows);
}
END_TEST

/* Nothing observed: left. Constant: that. All missing in a row: filled all the same. A level nobody had is no level. */
START_TEST(odd_columns_and_rows) {
        tamis_frame train = make(40, "nnccN"), rows = make(3, "nnccN");
        tamis_missforest *m;

        for (size_t row = 0; row < 40; row++) {
                if (row % 5)
                        train.columns[1].numbers[row] = .1;
                if (row % 7)
                        train.columns[2].codes[row] = row % 3 == 0;
                if (row % 9)
                        train.columns[4].numbers[row] = row % 3 == 0 ? 1e308 : -1e308;
        }
        m = run(&train, 10, NULL);
        ck_assert_int_eq(tamis_joint_forest.take(m, 0, &train, NULL), 0);
        for (size_t row = 0; row < 40; row++) {
                ck_assert_double_nan(train.columns[0].numbers[row]);
                ck_assert_double_eq(train.columns[1].numbers[row], .1);
                ck_assert_int_ge(train.columns[2].codes[row], 0);
                ck_assert_int_eq(train.columns[3].codes[row], TAMIS_CODE_MISSING);
                ck_assert(row % 9 || isnan(train.columns[4].numbers[row]));
        }
        rows.columns[2].codes[1] = TAMIS_CODE_UNSEEN;
        rows.columns[4].numbers[2] = 1e308;
        ck_assert_int_eq(tamis_missforest_fill(m, 0, &rows, NULL), 0);
        for (size_t row = 0; row < 3; row++) {
                ck_assert_double_nan(rows.columns[0].numbers[row]);
                ck_assert_double_eq(rows.columns[1].numbers[row], .1);
                ck_assert_int_eq(rows.columns[3].codes[row], TAMIS_CODE_MISSING);
        }
        /* it was missing in e in every ninth row, and those have it */
        ck_assert_int_eq(rows.columns[2].codes[0], 1);
        ck_assert_int_eq(rows.columns[2].codes[1], TAMIS_CODE_UNSEEN);
        ck_assert_int_eq(rows.columns[2].codes[2], 1);
        tamis_missforest_free(m);
        tamis_frame_done(&train);
        tamis_frame_done(&rows);
}
END_TEST

START_TEST(without_rows) {
        tamis_frame train = make(0, "nc"), rows = make(1, "nc");
        tamis_missforest *m = run(&train, 10, NULL);

        ck_assert_int_eq(tamis_missforest_fill(m, 0, &rows, NULL), 0);
        ck_assert_double_nan(rows.columns[0].numbers[0]);
        tamis_missforest_free(m);
        tamis_frame_done(&train);
        tamis_frame_done(&rows);
}
END_TEST

START_TEST(bounds_hold) {
        tamis_frame train = make_noisy(100, "nnn", true), rows = make_noisy(30, "nnn", true);
        tamis_missforest *m;

        train.columns[1].least = 3;
        train.columns[1].most = 4;
        m = run(&train, 3, NULL);
        for (size_t i = 0; i < m->columns[1].n_holes; i++)
                ck_assert(m->columns[1].filled[i] >= 3 && m->columns[1].filled[i] <= 4);
        ck_assert_int_eq(tamis_missforest_fill(m, 0, &rows, NULL), 0);
        tamis_missforest_free(m);
        tamis_frame_done(&train);
        tamis_frame_done(&rows);
}
END_TEST

static void damage(json_t *m, int how) {
        switch (how) {
        case 0:
                json_object_set_new(m, "trees", json_integer(0));
                break;
        case 1:
                json_object_set_new(m, "filled", json_string("1,2;"));
                break;
        case 2:
                json_object_set_new(m, "errors", json_pack("[ssss]", "a", "b", "c", "d"));
                break;
        case 3:
                json_object_del(m, "train");
                break;
        case 4:
                json_object_del(m, "seed");
                break;
        case 5:
                json_object_set_new(m, "errors", json_array());
                break;
        case 6:
                json_object_del(m, "rounds");
                break;
        default:
                json_object_set_new(m, "purpose", json_integer(1));
        }
}

START_TEST(damaged_models_are_refused) {
        tamis_frame train = make_noisy(50, "nncn", true);
        tamis_missforest *m = run(&train, 1, NULL);
        json_t *saved = json_object();
        tamis_error err;
        void *loaded = NULL;

        ck_assert_int_eq(tamis_missforest_save(m, saved, NULL), 0);
        damage(saved, _i);
        ck_assert_int_eq(tamis_missforest_load(saved, &train, &loaded, &err), TAMIS_BAD_MODEL);
        ck_assert_ptr_null(loaded);
        json_decref(saved);
        tamis_missforest_free(m);
        tamis_frame_done(&train);
}
END_TEST

int main(void) {
        Suite *s = suite_create("forest");
        TCase *t = tcase_create("forest");
        SRunner *r;
        int failed;

        tcase_add_test(t, what_one_column_says_of_another_is_found);
        tcase_add_loop_test(t, one_column_is_one_forest, 0, 2);
        tcase_add_loop_test(t, the_last_two_rounds_settle_it, 0, 3);
        tcase_add_test(t, threads_and_models_change_nothing);
        tcase_add_test(t, rows_are_filled_each_for_itself);
        tcase_add_test(t, odd_columns_and_rows);
        tcase_add_test(t, without_rows);
        tcase_add_test(t, bounds_hold);
        tcase_add_loop_test(t, damaged_models_are_refused, 0, 8);
        tcase_set_timeout(t, 0);
        suite_add_tcase(s, t);
        r = srunner_create(s);
        srunner_run_all(r, CK_ENV);
        failed = srunner_ntests_failed(r);
        srunner_free(r);
        return failed != 0;
}
