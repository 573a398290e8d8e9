#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "fit/boost.h"

enum { N = 60, LEVELS = 5 };

static tamis_stream stream;

static size_t below(size_t n) {
        return tamis_stream_below(&stream, n);
}

/* -- the first split, beside all there are ------------------------------------------------------------------------- */

static uint8_t bins[N];
static double target[N];

/* What is left unexplained by two means shrunk by one row (lambda 1); lower is better. Infinite: a side is too small. */
static double left_over(const bool left[N], size_t leaf) {
        double gain = 0;

        for (int side = 0; side < 2; side++) {
                double n = 0, sum = 0;

                for (size_t i = 0; i < N; i++)
                        if (left[i] == (side == 0)) {
                                n++;
                                sum += target[i];
                        }
                if (n < (double) leaf)
                        return INFINITY;
                gain += sum * sum / (n + 1);
        }
        return -gain;
}

static double best_number(size_t leaf, bool category) {
        double best = INFINITY;
        bool left[N];

        for (size_t k = 0; k < (category ? 1U << (LEVELS + 1) : 2 * LEVELS); k++) {
                for (size_t i = 0; i < N; i++) {
                        bool gone = bins[i] == TAMIS_BIN_MISSING;

                        if (category)
                                left[i] = k >> (gone ? LEVELS : bins[i]) & 1;
                        else
                                left[i] = gone ? k % 2 : bins[i] <= k / 2;
                }
                best = fmin(best, left_over(left, leaf));
        }
        return best;
}

static void check_tree(bool category, bool missing) {
        const uint8_t *columns[] = { NULL, bins };
        const bool categories[] = { false, category };
        tamis_cart_data data = { 2, columns, categories, target, 0 };
        uint32_t rows[N];

        for (size_t round = 0; round < 200; round++) {
                tamis_boost_shape shape = { .leaf = 1 + round % 7, .depth = 1, .rate = 1, .lambda = 1 };
                double scores[N] = {0}, sums[2] = {0}, sizes[2] = {0};
                uint32_t column_of[] = { 0, 0 };
                tamis_boost_grower *g = NULL;
                tamis_boost_table t;
                tamis_cart tree;
                bool left[N];

                for (uint32_t i = 0; i < N; i++) {
                        rows[i] = i;
                        bins[i] = missing && below(4) == 0 ? TAMIS_BIN_MISSING : (uint8_t) below(LEVELS);
                        target[i] = tamis_stream_uniform(&stream) - .5 + (bins[i] == 2);
                }
                if (category)
                        shape.leaf = 1;         /* the order finds the best of all subsets, not of those with large sides */
                ck_assert_int_eq(tamis_boost_table_make(&data, rows, N, &t, NULL), 0);
                ck_assert_int_eq(tamis_boost_grower_new(&t, &shape, rows, N, NULL, &g, NULL), 0);
                ck_assert_int_eq(tamis_boost_tree(g, target, NULL, scores, &tree, NULL), 0);
                ck_assert_uint_ne(tree.words[0].node.what, TAMIS_CART_LEAF);
                for (size_t i = 0; i < N; i++) {
                        uint8_t row[] = { 0, bins[i] };

                        left[i] = fabs(scores[i] - scores[0]) < 1e-12;
                        sums[left[i]] += target[i];
                        sizes[left[i]]++;
                        ck_assert_double_eq(tamis_cart_predict(&tree, row), scores[i]);
                        ck_assert_double_eq(tamis_boost_table_predict(&t, column_of, &tree, i), scores[i]);
                }
                for (size_t i = 0; i < N; i++)
                        ck_assert_double_eq_tol(scores[i], sums[left[i]] / (sizes[left[i]] + 1), 1e-7);
                /* categories: of means drawn to zero, whose order need not hold the best of all; close to it */
                ck_assert_double_le(left_over(left, shape.leaf),
                                    best_number(shape.leaf, category) * (category ? .97 : 1) + 1e-6);
                tamis_cart_done(&tree);
                tamis_boost_grower_free(g);
                tamis_boost_table_done(&t);
        }
}

START_TEST(the_first_split_is_the_best) {
        tamis_stream_init(&stream, 1, "test", 0, 0);
        check_tree(false, false);
        check_tree(false, true);
        check_tree(true, false);
        check_tree(true, true);
}
END_TEST

/* -- boostings ----------------------------------------------------------------------------------------------------- */

enum { MANY = 2000, WIDE = 3 };

static uint8_t many[WIDE][MANY];
static double wanted[MANY];
static uint32_t all[MANY];
static const uint8_t *const columns3[] = { many[0], many[1], many[2] };
static const bool kinds[] = { false, false, true };

static void make_many(size_t classes) {
        tamis_stream_init(&stream, 2, "test", classes, 0);
        for (uint32_t i = 0; i < MANY; i++) {
                all[i] = i;
                many[0][i] = (uint8_t) below(200);
                many[1][i] = (uint8_t) below(50);
                many[2][i] = (uint8_t) below(4);
                if (classes == 0)
                        wanted[i] = 1e6 + 3 * sin(many[0][i] / 30.) +
                                (many[2][i] == 1 || many[2][i] == 3) * many[1][i] / 25.;
                else if (classes == 2)
                        wanted[i] = (many[0][i] > 100) != (many[2][i] == 2);
                else
                        wanted[i] = (double) (many[0][i] / 70) + (many[2][i] == 1);
        }
}

static tamis_boost_options usual(tamis_pool *pool) {
        return (tamis_boost_options) {
                .rounds = 100, .patience = 10, .shape = { .leaf = 20, .depth = 6, .rate = .1, .lambda = 1 },
                .seed = 1, .purpose = "test", .pool = pool,
        };
}

/* Without noise it finds nearly all there is. */
START_TEST(what_can_be_learned_is) {
        static const size_t classes[] = { 0, 2, 4 };

        for (size_t k = 0; k < 3; k++) {
                tamis_cart_data data = { WIDE, columns3, kinds, wanted, classes[k] };
                tamis_boost_options options = usual(NULL);
                double wrong = 0, scores[TAMIS_BOOST_CLASSES];
                tamis_boost b;

                make_many(classes[k]);
                ck_assert_int_eq(tamis_boost_grow(&data, &options, all, MANY, &b, NULL), 0);
                ck_assert_uint_eq(b.width, classes[k] == 4 ? 4 : 1);
                for (size_t i = 0; i < MANY; i++) {
                        uint8_t row[] = { many[0][i], many[1][i], many[2][i] };
                        double says = tamis_boost_predict(&b, row, scores);

                        wrong += classes[k] ? fabs(says - wanted[i]) > .5 : (says - wanted[i]) * (says - wanted[i]);
                }
                ck_assert_double_le(wrong / MANY, classes[k] ? .01 : .02);     /* variance of the number: 4.6 */
                tamis_boost_done(&b);
        }
}
END_TEST

/* Tree for tree the same words, with 1 and with 3 threads. */
START_TEST(threads_change_nothing) {
        static const size_t classes[] = { 0, 4 };
        tamis_pool *pool = NULL;

        ck_assert_int_eq(tamis_pool_new(3, &pool, NULL), 0);
        for (size_t k = 0; k < 2; k++) {
                tamis_cart_data data = { WIDE, columns3, kinds, wanted, classes[k] };
                tamis_boost_options alone = usual(NULL), together = usual(pool);
                tamis_boost a, b;

                make_many(classes[k]);
                ck_assert_int_eq(tamis_boost_grow(&data, &alone, all, MANY, &a, NULL), 0);
                ck_assert_int_eq(tamis_boost_grow(&data, &together, all, MANY, &b, NULL), 0);
                ck_assert_uint_eq(a.rounds, b.rounds);
                ck_assert_uint_gt(a.rounds, 0);
                for (size_t i = 0; i < a.rounds * a.width; i++) {
                        ck_assert_uint_eq(a.trees[i].n, b.trees[i].n);
                        ck_assert_mem_eq(a.trees[i].words, b.trees[i].words, a.trees[i].n * sizeof *a.trees[i].words);
                }
                tamis_boost_done(&a);
                tamis_boost_done(&b);
        }
        tamis_pool_free(pool);
}
END_TEST

/* Noise teaches nothing: it stops early, and says the mean or near it. */
START_TEST(noise_is_not_learned) {
        tamis_cart_data data = { WIDE, columns3, kinds, wanted, 0 };
        tamis_boost_options options = usual(NULL);
        tamis_boost b;

        make_many(0);
        for (size_t i = 0; i < MANY; i++)
                wanted[i] = tamis_stream_uniform(&stream);
        ck_assert_int_eq(tamis_boost_grow(&data, &options, all, MANY, &b, NULL), 0);
        ck_assert_uint_le(b.rounds, 5);
        ck_assert_double_eq_tol(b.loss, 1 / 12., .01);          /* the variance of a uniform number */
        tamis_boost_done(&b);
}
END_TEST

START_TEST(edges) {
        static const double same[] = { 3, 3, 3 }, huge[] = { 1e308, -1e308, 1e308 }, tiny[] = { 5e-324, 0, 5e-324 },
                apart[] = { 7, 7, 0 };
        static const uint8_t none[] = { 255, 255, 255 }, some[] = { 1, 0, 1 };
        const uint8_t *columns[] = { none, some }, *nothing[] = { NULL, NULL };
        const uint32_t rows[] = { 0, 1, 2 };
        tamis_boost_options options = usual(NULL);
        double scores[TAMIS_BOOST_CLASSES];
        tamis_boost b;

        options.shape.leaf = 1;
        for (size_t k = 0; k < 10; k++) {
                const double *targets[] = { same, huge, tiny, apart, same };
                size_t classes = k / 2 == 3 ? 8 : k / 2 == 4 ? 4 : 0;
                tamis_cart_data data = { 2, k % 2 ? nothing : columns, kinds, targets[k / 2], classes };
                double says;

                for (size_t n = 1; n <= 3; n++) {
                        ck_assert_int_eq(tamis_boost_grow(&data, &options, rows, n, &b, NULL), 0);
                        says = tamis_boost_predict(&b, (const uint8_t[]) { 255, 1 }, scores);
                        ck_assert(isfinite(says));
                        if (n == 1)
                                ck_assert_double_eq(says, targets[k / 2][0]);
                        if (targets[k / 2] == same)
                                ck_assert_double_eq(says, 3);
                        if (targets[k / 2] == apart)
                                ck_assert_double_eq(says, 7);
                        tamis_boost_done(&b);
                }
        }
}
END_TEST

/* 200 classes: the 64 most frequent can be named, and are. */
START_TEST(rare_classes_are_not_named) {
        tamis_cart_data data = { WIDE, columns3, kinds, wanted, 200 };
        tamis_boost_options options = usual(NULL);
        double scores[TAMIS_BOOST_CLASSES], wrong = 0;
        tamis_boost b;

        make_many(0);
        for (size_t i = 0; i < MANY; i++)
                wanted[i] = i % 20 == 0 ? (double) (100 + i / 20) : 10 + 20 * (many[0][i] / 50);
        options.rounds = 10;
        options.patience = 0;
        ck_assert_int_eq(tamis_boost_grow(&data, &options, all, MANY, &b, NULL), 0);
        ck_assert_uint_eq(b.n_known, 64);
        ck_assert_uint_eq(b.known[0], 10);
        ck_assert_uint_eq(b.known[3], 70);
        ck_assert_uint_eq(b.known[4], 100);
        for (size_t i = 0; i < MANY; i++) {
                uint8_t row[] = { many[0][i], many[1][i], many[2][i] };

                wrong += i % 20 && fabs(tamis_boost_predict(&b, row, scores) - wanted[i]) > .5;
        }
        ck_assert_double_le(wrong / MANY, .01);
        tamis_boost_done(&b);
}
END_TEST

int main(void) {
        Suite *suite = suite_create("fit/boost");
        TCase *all_cases = tcase_create("all");
        SRunner *runner = srunner_create(suite);
        int failed;

        suite_add_tcase(suite, all_cases);
        tcase_add_test(all_cases, the_first_split_is_the_best);
        tcase_add_test(all_cases, what_can_be_learned_is);
        tcase_add_test(all_cases, threads_change_nothing);
        tcase_add_test(all_cases, noise_is_not_learned);
        tcase_add_test(all_cases, edges);
        tcase_add_test(all_cases, rare_classes_are_not_named);
        srunner_run_all(runner, CK_ENV);
        failed = srunner_ntests_failed(runner);
        srunner_free(runner);
        return failed != 0;
}
