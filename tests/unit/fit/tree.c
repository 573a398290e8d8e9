#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "fit/tree.h"

static tamis_stream stream;

static double uniform(void) {
        return tamis_stream_uniform(&stream);
}

static size_t below(size_t n) {
        return tamis_stream_below(&stream, n);
}

/* -- bins ---------------------------------------------------------------------------------------------------------- */

START_TEST(numbers_are_cut_halfway) {
        const double values[] = { 3, 1, NAN, 1, 7, INFINITY };
        tamis_binning b;

        ck_assert_int_eq(tamis_binning_of_numbers(values, 6, &b, NULL), 0);
        ck_assert_uint_eq(b.n, 3);
        ck_assert_double_eq(b.cuts[0], 2);
        ck_assert_double_eq(b.cuts[1], 5);
        ck_assert_uint_eq(tamis_binning_number(&b, -9), 0);
        ck_assert_uint_eq(tamis_binning_number(&b, 2), 0);
        ck_assert_uint_eq(tamis_binning_number(&b, 2.5), 1);
        ck_assert_uint_eq(tamis_binning_number(&b, 5.5), 2);
        ck_assert_uint_eq(tamis_binning_number(&b, 99), 2);
        ck_assert_uint_eq(tamis_binning_number(&b, NAN), TAMIS_BIN_MISSING);
        tamis_binning_done(&b);
}
END_TEST

/* Neighbouring doubles have nothing between them: still two bins, each with its own value. */
START_TEST(neighbouring_doubles_are_apart) {
        const double values[] = { 1, nextafter(1, 2), 1e308, -1e308 };
        tamis_binning b;

        ck_assert_int_eq(tamis_binning_of_numbers(values, 4, &b, NULL), 0);
        ck_assert_uint_eq(b.n, 4);
        ck_assert_uint_eq(tamis_binning_number(&b, -1e308), 0);
        ck_assert_uint_eq(tamis_binning_number(&b, 1), 1);
        ck_assert_uint_eq(tamis_binning_number(&b, values[1]), 2);
        ck_assert_uint_eq(tamis_binning_number(&b, 1e308), 3);
        tamis_binning_done(&b);
}
END_TEST

/* 5,100 different values: 255 bins of 20 each. And one value that is half of all: a bin of its own. */
START_TEST(many_numbers_share_bins_evenly) {
        double values[5100];
        size_t in[TAMIS_BINS] = {0};
        tamis_binning b;

        for (size_t i = 0; i < 5100; i++)
                values[(i * 7) % 5100] = (double) i * (double) i;
        ck_assert_int_eq(tamis_binning_of_numbers(values, 5100, &b, NULL), 0);
        ck_assert_uint_eq(b.n, TAMIS_BINS);
        for (size_t i = 0; i < 5100; i++)
                in[tamis_binning_number(&b, values[i])]++;
        for (size_t i = 0; i < TAMIS_BINS; i++)
                ck_assert_uint_eq(in[i], 20);
        tamis_binning_done(&b);

        for (size_t i = 0; i < 2550; i++)
                values[i] = 100.5;
        for (size_t i = 2550; i < 5100; i++)
                values[i] = (double) i - 2550;
        ck_assert_int_eq(tamis_binning_of_numbers(values, 5100, &b, NULL), 0);
        ck_assert_uint_le(b.n, TAMIS_BINS);
        ck_assert_uint_gt(b.n, 120);
        ck_assert_uint_lt(tamis_binning_number(&b, 100.5), tamis_binning_number(&b, 101));
        tamis_binning_done(&b);
}
END_TEST

START_TEST(rare_categories_share_a_bin) {
        int32_t codes[600];
        tamis_binning b;

        /* 300 levels; odd ones once, even ones (150) three times */
        for (size_t i = 0; i < 150; i++) {
                codes[4 * i] = (int32_t) (2 * i + 1);
                for (size_t k = 1; k < 4; k++)
                        codes[4 * i + k] = (int32_t) (2 * i);
        }
        ck_assert_int_eq(tamis_binning_of_codes(codes, 600, 300, &b, NULL), 0);
        ck_assert_uint_eq(b.n, TAMIS_BINS);
        /* 254 have their own: the even ones, and the first 104 odd ones (1 .. 207) */
        ck_assert_uint_eq(tamis_binning_code(&b, 0), 0);
        ck_assert_uint_eq(tamis_binning_code(&b, 207), 207);
        ck_assert_uint_eq(tamis_binning_code(&b, 208), 208);
        ck_assert_uint_eq(tamis_binning_code(&b, 209), 254);
        ck_assert_uint_eq(tamis_binning_code(&b, 210), 209);
        ck_assert_uint_eq(tamis_binning_code(&b, 298), 253);
        ck_assert_uint_eq(tamis_binning_code(&b, 299), 254);
        ck_assert_uint_eq(tamis_binning_code(&b, -1), TAMIS_BIN_MISSING);
        ck_assert_uint_eq(tamis_binning_code(&b, -2), TAMIS_BIN_MISSING);
        ck_assert_uint_eq(tamis_binning_code(&b, 300), TAMIS_BIN_MISSING);
        tamis_binning_done(&b);

        ck_assert_int_eq(tamis_binning_of_codes(codes, 600, 0, &b, NULL), 0);
        ck_assert_uint_eq(tamis_binning_code(&b, 0), TAMIS_BIN_MISSING);
        tamis_binning_done(&b);
}
END_TEST

/* -- the best split, beside all there are -------------------------------------------------------------------------- */

enum { N = 14, LEVELS = 5 };

struct small {
        uint8_t bins[N];
        double target[N];
        uint32_t times[N], rows[N];
        size_t classes;
        bool missing;
};

/* What is left unexplained when the rows of `left` are on one side; infinite if a side is too small. */
static double unexplained(const struct small *s, const bool left[N], double leaf) {
        double total = 0;

        for (int side = 0; side < 2; side++) {
                double weight = 0, sum = 0, squares = 0, counts[3] = {0};

                /* around 1e6, where the targets are: their squares keep their digits */
                for (size_t i = 0; i < N; i++) {
                        double y = s->classes ? s->target[i] : s->target[i] - 1e6;

                        if (left[i] != (side == 0))
                                continue;
                        weight += s->times[i];
                        sum += s->times[i] * y;
                        squares += s->times[i] * y * y;
                        if (s->classes)
                                counts[(size_t) s->target[i]] += s->times[i];
                }
                if (weight < leaf || weight < 1)
                        return INFINITY;
                if (s->classes) /* Gini impurity times the rows */
                        total += weight -
                                (counts[0] * counts[0] + counts[1] * counts[1] + counts[2] * counts[2]) / weight;
                else
                        total += squares - sum * sum / weight;
        }
        return total;
}

/* Numbers: any threshold, missing on either side. Categories: any subset, missing as a level. */
static double best_of_all(const struct small *s, bool category, double leaf) {
        double best = INFINITY;
        bool left[N];

        for (size_t k = 0; k < (category ? 1U << (LEVELS + 1) : 2 * LEVELS); k++) {
                for (size_t i = 0; i < N; i++) {
                        bool gone = s->bins[i] == TAMIS_BIN_MISSING;

                        if (category)
                                left[i] = k >> (gone ? LEVELS : s->bins[i]) & 1;
                        else
                                left[i] = gone ? k % 2 : s->bins[i] <= k / 2;
                }
                best = fmin(best, unexplained(s, left, leaf));
        }
        return best;
}

static void make_small(struct small *s, size_t classes, bool missing) {
        s->classes = classes;
        for (size_t i = 0; i < N; i++) {
                s->rows[i] = (uint32_t) i;
                s->times[i] = 1 + (uint32_t) below(3);
                s->bins[i] = missing && below(4) == 0 ? TAMIS_BIN_MISSING : (uint8_t) below(LEVELS);
                s->target[i] = classes ? (double) below(classes) : 1e6 + 10 * uniform();
        }
}

static void check_split(size_t classes, bool category, bool missing) {
        for (size_t round = 0; round < 200; round++) {
                struct small s;
                const uint8_t *columns[] = { NULL, s.bins };
                const bool categories[] = { false, category };
                tamis_cart_data data = { 2, columns, categories, s.target, classes };
                /* the order finds the best of all subsets, not the best of those with large sides */
                tamis_cart_options options = { .leaf = category ? 1 : 1 + round % 4, .depth = 1 };
                tamis_cart tree;
                bool left[N];
                double best;
                size_t n_left = 0;

                make_small(&s, classes, missing);
                best = best_of_all(&s, category, (double) options.leaf);
                ck_assert_int_eq(tamis_cart_grow(&data, &options, s.rows, s.times, N, NULL, &tree, NULL), 0);
                if (tree.words[0].node.what == TAMIS_CART_LEAF) {
                        ck_assert(isinf(best) || best >= unexplained(&s, (bool[N]) {0}, 0) - 1e-6);
                        tamis_cart_done(&tree);
                        continue;
                }
                /* sides, told by where the tree takes a row */
                for (size_t i = 0; i < N; i++) {
                        tamis_cart walk = { tree.words, tree.n };
                        uint8_t row[2] = { 0, s.bins[i] };
                        tamis_cart_word *l = &tree.words[category ? 6 : 2],
                                        *r = &tree.words[tree.words[0].node.right + 1];
                        double l_was = l->value, r_was = r->value;

                        l->value = -1;
                        r->value = -2;
                        left[i] = tamis_cart_predict(&walk, row) > -1.5;
                        n_left += left[i];
                        l->value = l_was;
                        r->value = r_was;
                }
                ck_assert_uint_gt(n_left, 0);
                ck_assert_uint_lt(n_left, N);
                ck_assert_double_eq_tol(unexplained(&s, left, (double) options.leaf), best, 1e-6);
                tamis_cart_done(&tree);
        }
}

START_TEST(no_split_is_better) {
        tamis_stream_init(&stream, 1, "split", (uint64_t) _i, 0);
        check_split(0, false, _i);
        check_split(0, true, _i);
        check_split(2, false, _i);
        check_split(2, true, _i);
        check_split(3, false, _i);
}
END_TEST

/* With three classes a subset is found by an order: it is a split, and where the largest class stands apart, the best. */
START_TEST(largest_class_apart) {
        struct small s = { .classes = 3 };
        const uint8_t *columns[] = { s.bins };
        const bool categories[] = { true };
        tamis_cart_data data = { 1, columns, categories, s.target, 3 };
        tamis_cart_options options = { .leaf = 1, .depth = 1 };
        tamis_cart tree;

        for (size_t i = 0; i < N; i++) {
                s.rows[i] = (uint32_t) i;
                s.times[i] = 1;
                s.bins[i] = (uint8_t) (i % LEVELS);
                s.target[i] = i % LEVELS == 1 || i % LEVELS == 3 ? 1 : i % LEVELS == 0 ? 0 : 2;
        }
        /* class 2: levels 2 and 4 (5 rows), class 1: 1 and 3 (6 rows), class 0: level 0 (3 rows) */
        ck_assert_int_eq(tamis_cart_grow(&data, &options, s.rows, s.times, N, NULL, &tree, NULL), 0);
        for (uint8_t level = 0; level < LEVELS; level++)
                ck_assert_double_eq(tamis_cart_predict(&tree, &level), level % 2 ? 1 : 2);
        tamis_cart_done(&tree);
}
END_TEST

/* -- a whole tree -------------------------------------------------------------------------------------------------- */

enum { ROWS = 500, COLUMNS = 4 };

struct table {
        uint8_t bins[COLUMNS][ROWS];
        const uint8_t *columns[COLUMNS];
        bool category[COLUMNS];
        double target[ROWS];
        uint32_t rows[ROWS], ones[ROWS];
        tamis_cart_data data;
};

static void make_table(struct table *t, size_t classes) {
        for (size_t i = 0; i < ROWS; i++) {
                for (size_t k = 0; k < COLUMNS; k++)
                        t->bins[k][i] = (uint8_t) (below(20) == 0 ? TAMIS_BIN_MISSING : below(k == 3 ? 6 : 200));
                t->rows[i] = (uint32_t) i;
                t->ones[i] = 1;
                t->target[i] = classes ? (double) ((t->bins[0][i] / 100 + t->bins[3][i] + below(2)) % classes)
                                       : 0.1 * t->bins[0][i] + 5 * (t->bins[3][i] % 2) + uniform();
        }
        for (size_t k = 0; k < COLUMNS; k++) {
                t->columns[k] = t->bins[k];
                t->category[k] = k == 3;
        }
        t->data = (tamis_cart_data) { COLUMNS, t->columns, t->category, t->target, classes };
}

static void row_of(const struct table *t, size_t i, uint8_t row[COLUMNS]) {
        for (size_t k = 0; k < COLUMNS; k++)
                row[k] = t->bins[k][i];
}

/* The place of the leaf a row comes to, found by writing places for values. */
static void number_leaves(tamis_cart *tree) {
        for (size_t i = 0; i < tree->n; i++) {
                if (tree->words[i].node.what == TAMIS_CART_LEAF) {
                        tree->words[i + 1].value = (double) i;
                        i++;
                } else if (tree->words[i].node.what >> 8 & 1) {
                        i += 4;
                }
        }
}

static double value_at(const tamis_cart *tree, double place) {
        return tree->words[(size_t) place + 1].value;
}

START_TEST(leaves_hold_what_came_to_them) {
        struct table *t = calloc(1, sizeof *t);
        tamis_cart_options options = { .leaf = 7, .split = 20 };
        tamis_cart tree, same;
        double places[ROWS];
        size_t leaves = 0;

        tamis_stream_init(&stream, 2, "leaves", 0, 0);
        make_table(t, (size_t) _i);
        ck_assert_int_eq(tamis_cart_grow(&t->data, &options, t->rows, t->ones, ROWS, NULL, &tree, NULL), 0);
        ck_assert_int_eq(tamis_cart_grow(&t->data, &options, t->rows, t->ones, ROWS, NULL, &same, NULL), 0);
        number_leaves(&same);
        for (size_t i = 0; i < ROWS; i++) {
                uint8_t row[COLUMNS];

                row_of(t, i, row);
                places[i] = tamis_cart_predict(&same, row);
        }
        for (size_t i = 0; i < ROWS; i++) {
                double sum = 0, n = 0, counts[3] = {0}, first = INFINITY;

                for (size_t k = 0; k < ROWS; k++) {
                        if (places[k] < places[i] || places[k] > places[i])
                                continue;
                        first = isinf(first) ? (double) k : first;
                        sum += t->target[k];
                        n++;
                        if (_i)
                                counts[(size_t) t->target[k]]++;
                }
                leaves += (size_t) first == i;
                ck_assert_double_ge(n, 7);
                if (_i) {
                        double best = counts[1] > counts[0] ? 1 : 0;

                        best = counts[2] > counts[(size_t) best] ? 2 : best;
                        ck_assert_double_eq(value_at(&tree, places[i]), best);
                } else {
                        ck_assert_double_eq_tol(value_at(&tree, places[i]), sum / n, 1e-9);
                }
        }
        ck_assert_uint_gt(leaves, 10);
        tamis_cart_done(&tree);
        tamis_cart_done(&same);
        free(t);
}
END_TEST

START_TEST(depth_is_a_limit) {
        struct table *t = calloc(1, sizeof *t);
        tamis_cart_options options = { .leaf = 1, .depth = 3 };
        size_t leaves = 0;
        tamis_cart tree;

        tamis_stream_init(&stream, 3, "depth", 0, 0);
        make_table(t, 0);
        ck_assert_int_eq(tamis_cart_grow(&t->data, &options, t->rows, t->ones, ROWS, NULL, &tree, NULL), 0);
        for (size_t i = 0; i < tree.n; i++) {
                bool leaf = tree.words[i].node.what == TAMIS_CART_LEAF;

                leaves += leaf;
                i += leaf ? 1 : tree.words[i].node.what >> 8 & 1 ? 4 : 0;
        }
        ck_assert_uint_eq(leaves, 8);
        tamis_cart_done(&tree);
        free(t);
}
END_TEST

/* Fully grown, a tree says of each row what it was told. Large, small and equal targets come out to the last digit. */
START_TEST(a_full_tree_repeats_its_rows) {
        static const double scales[] = { 1, 1e300, 1e-310, 0 };
        struct table *t = calloc(1, sizeof *t);
        tamis_cart_options options = { .leaf = 1 };
        tamis_cart tree;

        tamis_stream_init(&stream, 4, "full", 0, 0);
        make_table(t, 0);
        for (size_t i = 0; i < ROWS; i++) {
                t->target[i] *= scales[_i];
                t->bins[1][i] = (uint8_t) (i / 2);
                t->bins[2][i] = (uint8_t) (i % 2);
        }
        ck_assert_int_eq(tamis_cart_grow(&t->data, &options, t->rows, t->ones, ROWS, NULL, &tree, NULL), 0);
        for (size_t i = 0; i < ROWS; i++) {
                uint8_t row[COLUMNS];

                row_of(t, i, row);
                ck_assert_double_eq(tamis_cart_predict(&tree, row), t->target[i]);
        }
        tamis_cart_done(&tree);
        free(t);
}
END_TEST

/* What no row of a node had goes where most of them went. */
START_TEST(unseen_goes_with_most) {
        const uint8_t bins[] = { 1, 1, 1, 2, 4 };
        const double target[] = { 1, 1, 1, 5, 5 };
        const uint32_t rows[] = { 0, 1, 2, 3, 4 }, times[] = { 1, 1, 1, 1, 1 }, heavy[] = { 1, 1, 1, 9, 9 };
        const uint8_t *columns[] = { bins }, three = 3, gone = TAMIS_BIN_MISSING;
        const bool category[] = { _i };
        tamis_cart_data data = { 1, columns, category, target, 0 };
        tamis_cart_options options = { .leaf = 1 };
        tamis_cart tree;

        ck_assert_int_eq(tamis_cart_grow(&data, &options, rows, times, 5, NULL, &tree, NULL), 0);
        ck_assert_double_eq(tamis_cart_predict(&tree, &gone), 1);
        ck_assert_double_eq(tamis_cart_predict(&tree, &three), _i ? 1 : 5);
        tamis_cart_done(&tree);
        ck_assert_int_eq(tamis_cart_grow(&data, &options, rows, heavy, 5, NULL, &tree, NULL), 0);
        ck_assert_double_eq(tamis_cart_predict(&tree, &gone), 5);
        ck_assert_double_eq(tamis_cart_predict(&tree, &three), 5);
        tamis_cart_done(&tree);
}
END_TEST

/* -- forests ------------------------------------------------------------------------------------------------------- */

static double tree_says(const tamis_forest *f, size_t tree, const struct table *t, size_t i) {
        uint8_t row[COLUMNS];

        row_of(t, i, row);
        return tamis_cart_predict(&f->trees[tree], row);
}

/* The sample of each tree, drawn again here, and what the other trees say, added up here. */
START_TEST(outside_is_what_the_other_trees_say) {
        struct table *t = calloc(1, sizeof *t);
        tamis_forest_options options = { .trees = 9, .tree = { .tries = 2, .leaf = 1, .split = 5 }, .seed = 7, .key = 3,
                                         .purpose = "test" };
        double outside[ROWS];
        bool (*drawn)[9] = calloc(ROWS, sizeof *drawn);
        size_t never = 0, wrong = 0;
        tamis_forest f;

        tamis_stream_init(&stream, 5, "outside", 0, 0);
        make_table(t, (size_t) _i);
        ck_assert_int_eq(tamis_forest_grow(&t->data, &options, t->rows, ROWS, outside, &f, NULL), 0);
        for (size_t tree = 0; tree < 9; tree++) {
                tamis_stream s;

                tamis_stream_init(&s, 7, "test", tree, 3);
                for (size_t i = 0; i < ROWS; i++)
                        drawn[tamis_stream_below(&s, ROWS)][tree] = true;
        }
        for (size_t i = 0; i < ROWS; i++) {
                double sum = 0, n = 0, counts[3] = {0};

                for (size_t tree = 0; tree < 9; tree++) {
                        if (drawn[i][tree])
                                continue;
                        sum += tree_says(&f, tree, t, i);
                        if (_i)
                                counts[(size_t) tree_says(&f, tree, t, i)]++;
                        n++;
                }
                if (!(n > 0)) {
                        ck_assert_double_nan(outside[i]);
                        never++;
                        continue;
                }
                if (_i) {
                        double best = counts[1] > counts[0] ? 1 : 0;

                        best = counts[2] > counts[(size_t) best] ? 2 : best;
                        ck_assert_double_eq(outside[i], best);
                        wrong += outside[i] < t->target[i] || outside[i] > t->target[i];
                } else {
                        ck_assert_double_eq_tol(outside[i], sum / n, 1e-9);
                        wrong += fabs(outside[i] - t->target[i]) > 3;
                }
        }
        ck_assert_uint_lt(never, 30);           /* 1.6 % of rows are in all nine samples */
        ck_assert_uint_lt(wrong, ROWS * 6 / 10);
        tamis_forest_done(&f);
        free(drawn);
        free(t);
}
END_TEST

START_TEST(threads_change_nothing) {
        struct table *t = calloc(1, sizeof *t);
        tamis_forest_options options = { .trees = 20, .tree = { .tries = 2, .leaf = 1 }, .seed = 7, .purpose = "test" };
        double outside[2][ROWS];
        uint32_t votes[3] = {0};
        tamis_forest f[2];
        tamis_pool *pool;

        tamis_stream_init(&stream, 6, "threads", 0, 0);
        make_table(t, (size_t) _i);
        ck_assert_int_eq(tamis_forest_grow(&t->data, &options, t->rows, ROWS, outside[0], &f[0], NULL), 0);
        ck_assert_int_eq(tamis_pool_new(4, &pool, NULL), 0);
        options.pool = pool;
        ck_assert_int_eq(tamis_forest_grow(&t->data, &options, t->rows, ROWS, outside[1], &f[1], NULL), 0);
        ck_assert_mem_eq(outside[0], outside[1], sizeof outside[0]);
        for (size_t i = 0; i < 20; i++) {
                ck_assert_uint_eq(f[0].trees[i].n, f[1].trees[i].n);
                for (size_t k = 0; i > 0 && k < i; k++)
                        ck_assert(f[0].trees[i].n != f[0].trees[k].n ||
                                  memcmp(f[0].trees[i].words, f[0].trees[k].words,
                                         f[0].trees[i].n * sizeof(tamis_cart_word)));
        }
        for (size_t i = 0; i < ROWS; i++) {
                uint8_t row[COLUMNS];

                row_of(t, i, row);
                ck_assert_double_eq(tamis_forest_predict(&f[0], row, votes), tamis_forest_predict(&f[1], row, votes));
                ck_assert(votes[0] == 0 && votes[1] == 0 && votes[2] == 0);
        }
        tamis_forest_done(&f[0]);
        tamis_forest_done(&f[1]);
        tamis_pool_free(pool);
        free(t);
}
END_TEST

START_TEST(a_forest_is_the_mean_of_its_trees) {
        struct table *t = calloc(1, sizeof *t);
        tamis_forest_options options = { .trees = 7, .tree = { .tries = 1, .leaf = 1 }, .seed = 7, .purpose = "test" };
        tamis_forest f;

        tamis_stream_init(&stream, 8, "mean", 0, 0);
        make_table(t, 0);
        ck_assert_int_eq(tamis_forest_grow(&t->data, &options, t->rows, ROWS, NULL, &f, NULL), 0);
        for (size_t i = 0; i < ROWS; i++) {
                uint8_t row[COLUMNS];
                double sum = 0;

                row_of(t, i, row);
                for (size_t tree = 0; tree < 7; tree++)
                        sum += tree_says(&f, tree, t, i);
                ck_assert_double_eq_tol(tamis_forest_predict(&f, row, NULL), sum / 7, 1e-9);
        }
        tamis_forest_done(&f);
        free(t);
}
END_TEST

/* -- drawn cuts ---------------------------------------------------------------------------------------------------- */

/* Bins 60 to 139, all of them in use: each of the 79 cuts between them comes as often as any other, whatever the target would
 * have; the sides are the means of what came to them. A cut that leaves fewer rows than a leaf has is none. */
START_TEST(drawn_cuts_are_anywhere) {
        enum { FIRST = 60, BINS = 80, DRAWS = 7900 };
        uint8_t bins[2 * BINS];
        double target[2 * BINS], chi = 0;
        uint32_t rows[2 * BINS], ones[2 * BINS], cuts[BINS] = {0};
        const uint8_t *columns[] = { NULL, bins };
        const bool categories[2] = {0};
        tamis_cart_data data = { 2, columns, categories, target, 0 };
        tamis_cart_options options = { .leaf = _i ? 21 : 1, .depth = 1, .draws = true };
        size_t none = 0;

        tamis_stream_init(&stream, 3, "cuts", (uint64_t) _i, 0);
        for (size_t i = 0; i < 2 * BINS; i++) {
                rows[i] = (uint32_t) i;
                ones[i] = 1;
                bins[i] = (uint8_t) (FIRST + i % BINS);
                target[i] = (double) (i % BINS) + (i % BINS > 9 ? 1000 : 0);
        }
        for (size_t draw = 0; draw < DRAWS; draw++) {
                tamis_cart tree;
                size_t cut;

                ck_assert_int_eq(tamis_cart_grow(&data, &options, rows, ones, 2 * BINS, &stream, &tree, NULL), 0);
                if (tree.words[0].node.what == TAMIS_CART_LEAF) {
                        none++;
                } else {
                        cut = tree.words[0].node.what & 255;
                        ck_assert_uint_ge(cut, FIRST);
                        ck_assert_uint_lt(cut, FIRST + BINS - 1);
                        cuts[cut -= FIRST]++;
                        for (uint8_t bin = FIRST; bin < FIRST + BINS; bin += 13) {
                                size_t first = bin - FIRST <= (int) cut ? 0 : cut + 1, last = first ? BINS - 1 : cut,
                                       big = 0;

                                for (size_t i = first; i <= last; i++)
                                        big += i > 9;
                                ck_assert_double_eq_tol(tamis_cart_predict(&tree, (uint8_t[2]){ 0, bin }),
                                                        (double) (first + last) / 2 +
                                                                1000. * (double) big / (double) (last - first + 1),
                                                        1e-9);
                        }
                }
                tamis_cart_done(&tree);
        }
        if (_i) { /* ten cuts at each end leave at most 20 rows */
                for (size_t i = 0; i < 10; i++)
                        ck_assert_uint_eq(cuts[i] + cuts[BINS - 2 - i], 0);
                ck_assert_uint_gt(cuts[10], 0);
                ck_assert_uint_gt(cuts[BINS - 12], 0);
                ck_assert_double_eq_tol((double) none / DRAWS, 20. / 79, .03);
                return;
        }
        ck_assert_uint_eq(none, 0);
        for (size_t i = 0; i < BINS - 1; i++)
                chi += (cuts[i] - DRAWS / 79.) * (cuts[i] - DRAWS / 79.) / (DRAWS / 79.);
        /* chi-square, 78 degrees of freedom: .001 at either end */
        ck_assert_double_gt(chi, 44.);
        ck_assert_double_lt(chi, 122.3);
}
END_TEST

/* Missing cells, categories and three classes are cut where it is best all the same. */
START_TEST(what_is_not_drawn) {
        tamis_cart_options drawn = { .leaf = 1, .draws = true }, sought = { .leaf = 1 };
        struct table *t = calloc(1, sizeof *t);
        tamis_cart a, b;

        tamis_stream_init(&stream, 4, "cuts", (uint64_t) _i, 0);
        make_table(t, _i ? 3 : 0);
        for (size_t k = 0; !_i && k < COLUMNS; k++)
                t->category[k] = true;
        ck_assert_int_eq(tamis_cart_grow(&t->data, &drawn, t->rows, t->ones, ROWS, &stream, &a, NULL), 0);
        ck_assert_int_eq(tamis_cart_grow(&t->data, &sought, t->rows, t->ones, ROWS, &stream, &b, NULL), 0);
        ck_assert_uint_eq(a.n, b.n);
        ck_assert_mem_eq(a.words, b.words, a.n * sizeof *a.words);
        tamis_cart_done(&a);
        tamis_cart_done(&b);
        free(t);
}
END_TEST

int main(void) {
        Suite *suite = suite_create("tree");
        TCase *test = tcase_create("tree");
        SRunner *runner;
        int failed;

        tcase_add_test(test, numbers_are_cut_halfway);
        tcase_add_test(test, neighbouring_doubles_are_apart);
        tcase_add_test(test, many_numbers_share_bins_evenly);
        tcase_add_test(test, rare_categories_share_a_bin);
        tcase_add_loop_test(test, no_split_is_better, 0, 2);
        tcase_add_test(test, largest_class_apart);
        tcase_add_loop_test(test, leaves_hold_what_came_to_them, 0, 1);
        tcase_add_loop_test(test, leaves_hold_what_came_to_them, 3, 4);
        tcase_add_test(test, depth_is_a_limit);
        tcase_add_loop_test(test, a_full_tree_repeats_its_rows, 0, 4);
        tcase_add_loop_test(test, unseen_goes_with_most, 0, 2);
        tcase_add_loop_test(test, outside_is_what_the_other_trees_say, 0, 1);
        tcase_add_loop_test(test, outside_is_what_the_other_trees_say, 2, 4);
        tcase_add_loop_test(test, threads_change_nothing, 0, 1);
        tcase_add_loop_test(test, threads_change_nothing, 2, 4);
        tcase_add_test(test, a_forest_is_the_mean_of_its_trees);
        tcase_add_loop_test(test, drawn_cuts_are_anywhere, 0, 2);
        tcase_add_loop_test(test, what_is_not_drawn, 0, 2);
        suite_add_tcase(suite, test);
        runner = srunner_create(suite);
        srunner_run_all(runner, CK_ENV);
        failed = srunner_ntests_failed(runner);
        srunner_free(runner);
        return failed != 0;
}
