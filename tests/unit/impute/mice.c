#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "impute/mice.h"

static tamis_mice_options options(size_t iterations, size_t donors) {
        return (tamis_mice_options) {
                .imputations = 1, .iterations = iterations, .donors = donors, .sweep = TAMIS_MICE_ROMAN, .seed = 7,
                .purpose = "test",
        };
}

/* A frame of numbers, one array a column; NAN is a hole. */
static tamis_frame frame_of(double *const *x, size_t n, size_t rows) {
        tamis_frame f = { .rows = rows, .n = n };

        f.columns = calloc(n, sizeof *f.columns);
        f.keys = calloc(rows + 1, sizeof *f.keys);
        for (size_t row = 0; row < rows; row++)
                f.keys[row] = row;
        for (size_t j = 0; j < n; j++) {
                f.columns[j] = (tamis_frame_column) {
                        .name = j == 0 ? "a" : j == 1 ? "b" : j == 2 ? "c" : "d", .type = TAMIS_TYPE_NUMERIC, .wanted = true,
                        .least = -INFINITY, .most = INFINITY,
                };
                f.columns[j].numbers = malloc((rows + 1) * sizeof(double));
                memcpy(f.columns[j].numbers, x[j], rows * sizeof(double));
                for (size_t row = 0; row < rows; row++)
                        f.columns[j].missing += isnan(x[j][row]);
        }
        return f;
}

static tamis_mice *model_of(const tamis_frame *f, const tamis_mice_options *o, tamis_mice_method method) {
        tamis_mice_method methods[4] = { method, method, method, method };
        tamis_mice *m = NULL;
        tamis_error err = {0};

        ck_assert_int_eq(tamis_mice_new(f, o, methods, &m, &err), 0);
        return m;
}

static void run(tamis_mice *m) {
        tamis_error err = {0};
        tamis_pool *pool;

        ck_assert_int_eq(tamis_pool_new(2, &pool, &err), 0);
        ck_assert_int_eq(tamis_mice_run(m, pool, &err), 0);
        tamis_pool_free(pool);
}

/* b = 2 a + 1 + (+-1): the least squares line through what is seen is that; so is what is filled in, whatever it began with */
START_TEST(norm_predict_is_the_line) {
        double a[8] = { 1, 1, 2, 2, 3, 3, 10, -4 }, b[8] = { 2, 4, 4, 6, 6, 8, NAN, NAN };
        tamis_frame f = frame_of((double *[]) { a, b }, 2, 8);
        tamis_mice_options o = options(3, 5);
        tamis_mice *m = model_of(&f, &o, TAMIS_MICE_NORM_PREDICT);
        tamis_error err = {0};

        run(m);
        ck_assert_double_eq_tol(m->chains[0].filled[1][0], 21, 1e-12);
        ck_assert_double_eq_tol(m->chains[0].filled[1][1], -7, 1e-12);
        /* and of new rows */
        f.columns[1].numbers[0] = NAN;
        ck_assert_int_eq(tamis_mice_fill(m, 0, &f, &err), 0);
        ck_assert_double_eq_tol(f.columns[1].numbers[0], 3, 1e-12);
        ck_assert_double_eq_tol(f.columns[1].numbers[6], 21, 1e-12);
        tamis_mice_free(m);
        tamis_frame_done(&f);
}
END_TEST

/* A chain's draws of norm have the mean and the variance that theory says: of the one regression with a known answer. */
START_TEST(norm_has_the_posterior) {
        enum { SEEN = 12, HOLES = 40000 };
        static double a[SEEN + HOLES], b[SEEN + HOLES];
        double sum = 0, squares = 0;
        tamis_mice_options o = options(1, 5);
        tamis_mice *m;
        tamis_frame f;

        /* a and b have no correlation, b has the mean 0 and the sum of squares 12: sigma^2 ~ 12 / chi2(10) */
        for (size_t i = 0; i < SEEN; i++) {
                a[i] = i % 2 ? 1 : -1;
                b[i] = i / 2 % 2 ? 1 : -1;
        }
        for (size_t i = SEEN; i < SEEN + HOLES; i++)
                a[i] = i % 2 ? 1 : -1, b[i] = NAN;
        f = frame_of((double *[]) { a, b }, 2, SEEN + HOLES);
        o.imputations = 1;
        for (uint64_t seed = 1; seed <= 200; seed++) {
                double mean = 0, variance = 0;

                o.seed = seed;
                m = model_of(&f, &o, TAMIS_MICE_NORM);
                run(m);
                for (size_t i = 0; i < 200; i++)
                        mean += m->chains[0].filled[1][2 * i] / 200;
                for (size_t i = 0; i < 200; i++)
                        variance += pow(m->chains[0].filled[1][2 * i] - mean, 2) / 199;
                sum += variance / 200;
                squares += mean * mean / 200;
                tamis_mice_free(m);
                if (seed == 1)  /* fewer holes will do from here on */
                        tamis_frame_done(&f), f = frame_of((double *[]) { a, b }, 2, SEEN + 400);
        }
        /* E sigma^2 = 12 / 8; the line at a = +-1 has sigma^2 (1/12 + 1/12) more, and the mean of 200 draws sigma^2 / 200 */
        ck_assert_double_eq_tol(sum, 1.5, .2);
        ck_assert_double_eq_tol(squares, 1.5 * (1. / 6 + 1. / 200), .07);
        tamis_frame_done(&f);
}
END_TEST

/* Donors with the scores 0, 0, 1, 3, 3, 10 and the values 0 .. 5. */
START_TEST(matching_takes_the_nearest) {
        double a[6] = { 0, 1, 2, 3, 4, 5 };
        tamis_frame f = frame_of((double *[]) { a }, 1, 6);
        double score[] = { 0, 1, 3, 10 };
        uint32_t begin[] = { 0, 2, 3, 5, 6 }, donor[] = { 0, 1, 2, 3, 4, 5 };
        tamis_mice_regression g = { .n_scores = 4, .score = score, .begin = begin, .donor = donor };
        static const struct { double score; size_t donors; double share[6]; } cases[] = {
                { 0,     2, { .5, .5 } },
                { -1e9,  3, { 1. / 3, 1. / 3, 1. / 3 } },
                { INFINITY, 1, { 0, 0, 0, 0, 0, 1 } },
                { 0,     1, { .5, .5 } },                                       /* tied for the only place */
                { 2,     1, { 0, 0, 1. / 3, 1. / 3, 1. / 3 } },                 /* from both sides */
                { 1.1,   3, { 1. / 3, 1. / 3, 1. / 3 } },
                { 2.5,   4, { 1. / 8, 1. / 8, .25, .25, .25 } },
                { 3,     6, { 1. / 6, 1. / 6, 1. / 6, 1. / 6, 1. / 6, 1. / 6 } },
                { 3,     99, { 1. / 6, 1. / 6, 1. / 6, 1. / 6, 1. / 6, 1. / 6 } },
        };

        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
                tamis_mice_options o = options(1, cases[i].donors);
                tamis_mice *m = model_of(&f, &o, TAMIS_MICE_PMM);
                double seen[6] = {0};

                for (uint64_t draw = 0; draw < 20000; draw++) {
                        tamis_stream s;

                        tamis_stream_init(&s, 1, "test", i, draw);
                        seen[(size_t) tamis_mice_match(m, 0, &g, cases[i].score, &s)] += 1. / 20000;
                }
                for (size_t k = 0; k < 6; k++)
                        ck_assert_double_eq_tol(seen[k], cases[i].share[k], cases[i].share[k] > 0 ? .015 : 1e-9);
                tamis_mice_free(m);
        }
        tamis_frame_done(&f);
}
END_TEST

/* c is constant where a is seen, d is a but for a little: left out, and said. */
START_TEST(predictors_are_dropped) {
        double a[9] = { 1, 2, 3, 4, 5, 6, NAN, NAN, NAN }, b[9] = { 1, -1, -1, 1, 1, -1, 1, 2, 3 };
        double c[9] = { 5, 5, 5, 5, 5, 5, 1, 2, 3 }, d[9] = { 1, 2, 3, 4, 5, 6.1, 7, 8, 9 };
        tamis_frame f = frame_of((double *[]) { a, b, c, d }, 4, 9);
        tamis_mice_options o = options(2, 5);
        tamis_mice *m = model_of(&f, &o, TAMIS_MICE_NORM);
        const uint32_t *dropped;

        run(m);
        dropped = m->chains[0].dropped;
        ck_assert_ptr_nonnull(dropped);
        for (size_t place = 0; place < 5; place++)
                for (size_t why = 0; why < TAMIS_MICE_N_REASONS; why++)
                        ck_assert_uint_eq(dropped[place * TAMIS_MICE_N_REASONS + why],
                                          (place == 3 && why == TAMIS_MICE_CONSTANT) ||
                                                          (place == 4 && why == TAMIS_MICE_ALIKE)
                                                  ? 2
                                                  : 0);
        tamis_mice_free(m);
        tamis_frame_done(&f);
}
END_TEST

/* Of b, c = -b and d = b + c + noise no more than two can stay. */
START_TEST(collinear_predictors_are_dropped) {
        double a[10] = { 3, 1, 4, 1, 5, 9, 2, 6, NAN, NAN }, b[10] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 }, c[10], d[10];
        tamis_mice_options o = options(1, 5);
        const uint32_t *dropped;
        uint32_t times = 0;
        tamis_frame f;
        tamis_mice *m;

        for (size_t i = 0; i < 10; i++)
                c[i] = -b[i], d[i] = i * i % 7;
        f = frame_of((double *[]) { a, b, c, d }, 4, 10);
        m = model_of(&f, &o, TAMIS_MICE_PMM);
        run(m);
        dropped = m->chains[0].dropped;
        ck_assert_ptr_nonnull(dropped);
        for (size_t place = 0; place < 5; place++)
                times += dropped[place * TAMIS_MICE_N_REASONS + TAMIS_MICE_COLLINEAR];
        ck_assert_uint_eq(times, 1);
        ck_assert_uint_eq(dropped[4 * TAMIS_MICE_N_REASONS + TAMIS_MICE_COLLINEAR], 0);
        tamis_mice_free(m);
        tamis_frame_done(&f);
}
END_TEST

/* Doubles in order, -0 and all; pairs stay as they were where keys are the same. */
START_TEST(sorting_is_stable) {
        static const double x[] = { 3, -1, 0, -0.0, 1e-300, -1e300, 3, INFINITY, -1 };
        static const uint64_t want[] = { 5, 1, 8, 2, 3, 4, 0, 6, 7 };
        uint64_t pairs[18], other[18], *sorted;

        for (size_t i = 0; i < 9; i++) {
                pairs[2 * i] = tamis_mice_bits(x[i]);
                pairs[2 * i + 1] = i;
        }
        sorted = tamis_mice_sort(pairs, other, 9);
        for (size_t i = 0; i < 9; i++) {
                ck_assert_uint_eq(sorted[2 * i + 1], want[i]);
                ck_assert(tamis_mice_unbits(sorted[2 * i]) == x[want[i]]);
        }
}
END_TEST

/* Two leaves: donors of a row come from its own. */
START_TEST(a_tree_keeps_to_its_leaf) {
        double a[22], b[22];
        tamis_mice_method methods[] = { TAMIS_MICE_CART, TAMIS_MICE_FOREST };

        for (size_t i = 0; i < 22; i++) {
                a[i] = i < 10 || i == 20 ? 1 : 2;
                b[i] = i >= 20 ? NAN : i < 10 ? (double) i : 100 + (double) i;
        }
        for (size_t k = 0; k < 2; k++) {
                tamis_frame f = frame_of((double *[]) { a, b }, 2, 22);
                tamis_mice_options o = options(1, 5);
                size_t strays = 0;
                bool differs = false;

                for (uint64_t seed = 0; seed < 50; seed++) {
                        tamis_mice *m;
                        double low, high;

                        o.seed = seed;
                        m = model_of(&f, &o, methods[k]);
                        run(m);
                        low = m->chains[0].filled[1][0];
                        high = m->chains[0].filled[1][1];
                        strays += !(low >= 0 && low < 10 && high >= 110 && high < 120);
                        differs |= low != 0;
                        tamis_mice_free(m);
                }
                ck_assert(differs);
                /* now and then a tree of resampled rows has too few of a kind for a leaf */
                ck_assert_uint_le(strays, k == 0 ? 0 : 3);
                tamis_frame_done(&f);
        }
}
END_TEST

/* One predictor of two values, and classes whose shares differ between them: the model is saturated, so its probabilities
 * are the shares. With many rows neither what is added to them nor the drawn coefficients matter. */
static void check_shares(tamis_mice_method method, size_t classes, const double (*share)[3]) {
        enum { SEEN = 20000, HOLES = 20000 };
        static const tamis_slice levels[3] = { { "p", 1 }, { "q", 1 }, { "r", 1 } };
        tamis_mice_method methods[2] = { method, TAMIS_MICE_PMM };
        double got[2][3] = { { 0 } };
        tamis_mice_options o = options(1, 5);
        tamis_frame_column columns[2] = {
                { .name = "a", .type = TAMIS_TYPE_CATEGORICAL, .levels = classes, .level = levels, .wanted = true,
                  .least = -INFINITY, .most = INFINITY, .missing = HOLES },
                { .name = "b", .type = TAMIS_TYPE_NUMERIC, .wanted = true, .least = -INFINITY, .most = INFINITY },
        };
        tamis_frame f = { .rows = SEEN + HOLES, .n = 2, .columns = columns };
        tamis_error err = {0};
        tamis_mice *m;

        f.keys = calloc(f.rows, sizeof *f.keys);
        columns[0].codes = calloc(f.rows, sizeof *columns[0].codes);
        columns[1].numbers = calloc(f.rows, sizeof *columns[1].numbers);
        for (size_t row = 0; row < f.rows; row++) {
                size_t x = row % 2;
                double at = (double) (row / 2 % 100) / 100;

                f.keys[row] = row;
                columns[1].numbers[row] = x ? 7 : -3;
                columns[0].codes[row] = row >= SEEN      ? -1
                        : at < share[x][0]               ? 0
                        : at < share[x][0] + share[x][1] ? 1
                                                         : 2;
        }
        ck_assert_int_eq(tamis_mice_new(&f, &o, methods, &m, &err), 0);
        run(m);
        for (size_t i = 0; i < HOLES; i++)
                got[m->columns[0].holes[i] % 2][(size_t) m->chains[0].filled[0][i]] += 2. / HOLES;
        for (size_t x = 0; x < 2; x++)
                for (size_t c = 0; c < classes; c++)
                        ck_assert_double_eq_tol(got[x][c], share[x][c], .02);
        tamis_mice_free(m);
        free(columns[0].codes);
        free(columns[1].numbers);
        free(f.keys);
}

START_TEST(classes_have_their_shares) {
        check_shares(TAMIS_MICE_LOGREG, 2, (const double[2][3]) { { .9, .1 }, { .35, .65 } });
        check_shares(TAMIS_MICE_POLYREG, 2, (const double[2][3]) { { .9, .1 }, { .35, .65 } });
        check_shares(TAMIS_MICE_POLYREG, 3, (const double[2][3]) { { .5, .3, .2 }, { .05, .15, .8 } });
        /* what was never seen with a predictor is as good as never drawn with it */
        check_shares(TAMIS_MICE_LOGREG, 2, (const double[2][3]) { { 1, 0 }, { .5, .5 } });
        check_shares(TAMIS_MICE_CART, 3, (const double[2][3]) { { .5, .3, .2 }, { .05, .15, .8 } });
}
END_TEST

/* Classes that a line parts: the coefficients stay finite. (Two that it parts wholly are too much alike for mice.) */
START_TEST(separation_is_no_harm) {
        check_shares(TAMIS_MICE_LOGREG, 2, (const double[2][3]) { { 1, 0 }, { .03, .97 } });
        check_shares(TAMIS_MICE_POLYREG, 3, (const double[2][3]) { { 1, 0, 0 }, { 0, .5, .5 } });
}
END_TEST

int main(void) {
        Suite *s = suite_create("mice");
        TCase *t = tcase_create("mice");
        SRunner *r;
        int failed;

        tcase_add_test(t, norm_predict_is_the_line);
        tcase_add_test(t, norm_has_the_posterior);
        tcase_add_test(t, matching_takes_the_nearest);
        tcase_add_test(t, predictors_are_dropped);
        tcase_add_test(t, collinear_predictors_are_dropped);
        tcase_add_test(t, sorting_is_stable);
        tcase_add_test(t, classes_have_their_shares);
        tcase_add_test(t, separation_is_no_harm);
        tcase_add_test(t, a_tree_keeps_to_its_leaf);
        suite_add_tcase(s, t);
        r = srunner_create(s);
        srunner_run_all(r, CK_ENV);
        failed = srunner_ntests_failed(r);
        srunner_free(r);
        return failed != 0;
}
