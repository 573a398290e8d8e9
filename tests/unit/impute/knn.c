/* Donors and what is made of them: by hand, and against looking at every row in plain C. */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include <tamis/random.h>
#include <tamis/step.h>

#include "impute/impute.h"
#include "impute/joint.h"
#include "impute/knn.h"

enum { COLUMNS = 300, LEVELS = 6, MANY_LEVELS = 1000 };

static char names[COLUMNS][8], words_of[MANY_LEVELS][8];
static tamis_slice texts[MANY_LEVELS];

static void name_all(void) {
        for (size_t i = 0; i < COLUMNS; i++)
                snprintf(names[i], sizeof names[i], "n%03zu", i);
        for (size_t i = 0; i < MANY_LEVELS; i++) {
                snprintf(words_of[i], sizeof words_of[i], "w%03zu", i);
                texts[i] = tamis_slice_of(words_of[i]);
        }
}

/* d numbers, c categories. */
static tamis_frame make_with(size_t rows, size_t d, size_t c, size_t levels) {
        tamis_frame_column columns[COLUMNS] = { 0 };
        tamis_frame shape = { .n = d + c, .columns = columns }, ret;

        ck_assert(d + c <= COLUMNS);
        for (size_t i = 0; i < d + c; i++) {
                columns[i] =
                        (tamis_frame_column) { .name = names[i], .wanted = true, .least = -INFINITY, .most = INFINITY };
                /* mixed, so that coordinates and columns are not the same */
                columns[i].type = i >= c && i < c + d ? TAMIS_TYPE_NUMERIC : TAMIS_TYPE_CATEGORICAL;
                if (columns[i].type == TAMIS_TYPE_CATEGORICAL) {
                        columns[i].levels = levels;
                        columns[i].level = texts;
                }
        }
        ck_assert_int_eq(tamis_frame_like(&shape, rows, &ret, NULL), 0);
        return ret;
}

static tamis_frame make(size_t rows, size_t d, size_t c) {
        return make_with(rows, d, c, LEVELS);
}

static tamis_frame copy(const tamis_frame *from) {
        tamis_frame ret;

        ck_assert_int_eq(tamis_frame_like(from, from->rows, &ret, NULL), 0);
        for (size_t i = 0; i < from->n; i++) {
                if (from->columns[i].numbers)
                        memcpy(ret.columns[i].numbers, from->columns[i].numbers, from->rows * sizeof(double));
                else
                        memcpy(ret.columns[i].codes, from->columns[i].codes, from->rows * sizeof(int32_t));
        }
        return ret;
}

static tamis_knn_model *fit(const tamis_frame *train, size_t k, bool gower, bool weighted, bool median) {
        tamis_knn_wishes wishes = { k, gower, weighted, median };
        tamis_knn_model *m;

        ck_assert_int_eq(tamis_knn_model_new(train, &wishes, &m, NULL), 0);
        return m;
}

/* -- by hand ------------------------------------------------------------------------------------------------------- */

#define N NAN

/* Four numbers a row; the last row is to be filled, in its first column. */
static const struct {
        const char *what;
        size_t k, rows;
        bool gower, weighted;
        double x[6][4], want;
        bool median;
} hands[] = {
        /* distances of (?, 3, N, 6): sqrt(4/2 (0 + 1)), sqrt(4/1 1), sqrt(4/2 (9 + 0)) */
        { "the nearest",        1, 4, false, false, { { 10, 3, 0, 7 }, { 20, N, 0, 5 }, { 30, 6, 5, 6 }, { N, 3, N, 6 } }, 10 },
        { "two of them",        2, 4, false, false, { { 10, 3, 0, 7 }, { 20, N, 0, 5 }, { 30, 6, 5, 6 }, { N, 3, N, 6 } }, 15 },
        { "more than there are", 9, 4, false, false, { { 10, 3, 0, 7 }, { 20, N, 0, 5 }, { 30, 6, 5, 6 }, { N, 3, N, 6 } }, 20 },
        /* 10 / sqrt(2) + 20 / 2 over 1 / sqrt(2) + 1 / 2 */
        { "by distance",        2, 4, false, true,  { { 10, 3, 0, 7 }, { 20, N, 0, 5 }, { 30, 6, 5, 6 }, { N, 3, N, 6 } },
          14.142135623730951 },
        { "those at 0 alone",   3, 4, false, true,  { { 10, 3, 0, 6 }, { 20, 3, N, N }, { 30, 6, 5, 6 }, { N, 3, N, 6 } }, 15 },
        { "a tie: the first",   1, 4, false, false, { { 10, 1, 1, 1 }, { 20, 3, 3, 3 }, { 30, 1, 1, 1 }, { N, 2, 2, 2 } }, 10 },
        { "few in common are not nearer", 1, 3, false, false, { { 10, 2, 9, 9 }, { 20, 2, 2, 9 }, { N, 1, 2, 9 } }, 20 },
        { "a missing coordinate is scaled", 1, 3, false, false, { { 10, 0, 0, 3 }, { 20, N, N, 2 }, { N, 0, 0, 0 } }, 10 },
        { "nothing in common: the mean", 1, 4, false, false,
          { { 1, 1, N, N }, { 2, 1, N, N }, { 6, 1, N, N }, { N, N, 5, 5 } }, 3 },
        { "nothing there: the mean", 1, 4, false, false, { { 1, 1, N, N }, { 2, 1, N, N }, { 6, 1, N, N }, { N, N, N, N } }, 3 },
        { "some at no distance do not count", 3, 4, false, false,
          { { 1, 1, N, N }, { 2, N, 3, N }, { 6, 7, N, N }, { N, 1, N, N } }, 3.5 },
        { "a column without a cell", 1, 2, false, false, { { N, 1, 2, 3 }, { N, 1, 2, 3 } }, N },
        { "only itself",        1, 1, false, false, { { N, 1, 2, 3 } }, N },
        /* ranges 4, 10, 0: of (?, 4, 10, 5) (0 + 1 + 0) / 3, (1 + 0 + 0) / 3, (.25 + 0 + 0) / 3 */
        { "in parts of the range", 1, 4, true, false,
          { { 10, 4, 0, 5 }, { 20, 0, 10, 5 }, { 30, 3, 10, 5 }, { N, 4, 10, 5 } }, 30 },
        { "the median",         3, 4, true, false, { { 10, 4, 0, 5 }, { 20, 0, 10, 5 }, { 90, 3, 10, 5 }, { N, 4, 10, 5 } }, 20, true },
        { "the mean",           3, 4, true, false, { { 10, 4, 0, 5 }, { 20, 0, 10, 5 }, { 90, 3, 10, 5 }, { N, 4, 10, 5 } }, 40 },
        { "the middle of two",  2, 5, true, false,
          { { 10, 4, 0, 5 }, { 20, 2, 10, 5 }, { 90, 3, 10, 5 }, { 0, 0, 0, 5 }, { N, 4, 10, 5 } }, 55, true },
        /* ranges 4, 10, 0; weights 3, 3, 12 */
        { "the weighted mean",  3, 4, true, true,  { { 10, 4, 0, 5 }, { 20, 0, 10, 5 }, { 90, 3, 10, 5 }, { N, 4, 10, 5 } }, 65 },
        { "nothing there: the median", 1, 4, true, false, { { 1, 1, N, N }, { 2, 1, N, N }, { 6, 1, N, N }, { N, N, N, N } }, 2, true },
        { "nothing there: the mean, when weighed", 1, 4, true, true,
          { { 1, 1, N, N }, { 2, 1, N, N }, { 6, 1, N, N }, { N, N, N, N } }, 3 },
        { "squares that do not fit", 1, 3, false, false, { { 10, 1e300, 0, 0 }, { 20, 2, 0, 0 }, { N, -1e300, 0, 0 } }, 10 },
        { "a range that does not fit", 1, 4, true, false,
          { { 10, 1e308, 0, 0 }, { 20, -1e308, 0, 0 }, { 30, 0, 0, 0 }, { N, .1e308, 0, 0 } }, 30 },
        { "a sum that does not fit", 2, 3, false, false, { { 1e308, 1, 0, 0 }, { 1.5e308, 2, 0, 0 }, { N, 1, 0, 0 } }, 1.25e308 },
};

START_TEST(by_hand) {
        tamis_frame train = make(hands[_i].rows, 4, 0);
        size_t last = hands[_i].rows - 1;
        tamis_knn_model *m;
        double got;

        for (size_t row = 0; row < train.rows; row++)
                for (size_t i = 0; i < 4; i++)
                        train.columns[i].numbers[row] = hands[_i].x[row][i];
        m = fit(&train, hands[_i].k, hands[_i].gower, hands[_i].weighted, hands[_i].median);
        ck_assert_int_eq(tamis_knn_model_fill(m, 0, &train, NULL), 0);
        got = train.columns[0].numbers[last];
        ck_assert_msg(isnan(hands[_i].want) ? isnan(got) : fabs(got - hands[_i].want) <= 1e-15 * fabs(hands[_i].want),
                      "%s: %.17g, not %.17g", hands[_i].what, got, hands[_i].want);
        for (size_t i = 1; i < 4; i++)
                ck_assert(hands[_i].x[last][i] == train.columns[i].numbers[last] || isnan(hands[_i].x[last][i]));
        tamis_knn_model_free(m);
        tamis_frame_done(&train);
}
END_TEST

/* Three categories a row (-: missing), the first of the last row to be filled. */
static const struct { size_t k; bool weighted; const char *rows[6]; char want; } words[] = {
        { 3, false, { "BAA", "AAA", "AAA", "-AA" }, 'A' },
        { 3, false, { "BAA", "BAA", "AAA", "-AA" }, 'B' },
        { 2, false, { "BAA", "AAA", "CCC", "-AA" }, 'A' },      /* a tie goes to the smallest */
        { 1, false, { "AAB", "BA-", "CCC", "-AA" }, 'B' },      /* 1/2 and 0/1 */
        { 3, true,  { "BAB", "BAB", "AAA", "-AA" }, 'A' },      /* one at 0 */
        { 3, true,  { "CBBA", "CBAB", "AAAB", "-AAA" }, 'A' },  /* 1/2, 1/2 against 1/(1/3) */
        { 2, false, { "C--", "B--", "B--", "-AA" }, 'B' },      /* nothing in common: the column's */
        { 2, false, { "C--", "B--", "C--", "B--", "---" }, 'B' },
        { 1, false, { "-AA", "-BB", "-AA" }, '-' },
};

START_TEST(words_by_hand) {
        size_t rows = 0, c = strlen(words[_i].rows[0]);
        tamis_frame train;
        tamis_knn_model *m;

        while (rows < 6 && words[_i].rows[rows])
                rows++;
        train = make(rows, 0, c);
        for (size_t row = 0; row < rows; row++)
                for (size_t i = 0; i < c; i++)
                        train.columns[i].codes[row] = words[_i].rows[row][i] == '-' ? -1 : words[_i].rows[row][i] - 'A';
        m = fit(&train, words[_i].k, true, words[_i].weighted, false);
        ck_assert_int_eq(tamis_knn_model_fill(m, 0, &train, NULL), 0);
        ck_assert_int_eq(train.columns[0].codes[rows - 1], words[_i].want == '-' ? -1 : words[_i].want - 'A');
        tamis_knn_model_free(m);
        tamis_frame_done(&train);
}
END_TEST

/* A level that train has not differs from all, and is there: (? B unseen) is 1/2 from the first and 1 from the second. */
START_TEST(unseen_levels_differ) {
        tamis_frame train = make(2, 0, 3), rows = make(1, 0, 3);
        tamis_knn_model *m;

        for (size_t i = 0; i < 3; i++)
                for (size_t row = 0; row < 2; row++)
                        train.columns[i].codes[row] = row == 0 ? 1 : 0;
        train.columns[2].codes[1] = TAMIS_CODE_MISSING;
        rows.columns[1].codes[0] = 1;
        rows.columns[2].codes[0] = TAMIS_CODE_UNSEEN;
        m = fit(&train, 1, true, false, true);
        ck_assert_int_eq(tamis_knn_model_fill(m, 0, &rows, NULL), 0);
        ck_assert_int_eq(rows.columns[0].codes[0], 1);
        ck_assert_int_eq(rows.columns[2].codes[0], TAMIS_CODE_UNSEEN);
        tamis_knn_model_free(m);
        tamis_frame_done(&train);
        tamis_frame_done(&rows);
}
END_TEST

START_TEST(columns_that_only_predict_are_left) {
        tamis_frame train = make(3, 4, 0);
        tamis_knn_model *m;

        for (size_t i = 0; i < 4; i++)
                for (size_t row = 0; row < 2; row++)
                        train.columns[i].numbers[row] = (double) row;
        train.columns[0].numbers[2] = .9;
        train.columns[1].wanted = false;
        m = fit(&train, 1, false, false, false);
        ck_assert_int_eq(tamis_knn_model_fill(m, 0, &train, NULL), 0);
        ck_assert_double_nan(train.columns[1].numbers[2]);
        ck_assert_double_eq(train.columns[2].numbers[2], 1);
        tamis_knn_model_free(m);
        tamis_frame_done(&train);
}
END_TEST

START_TEST(without_rows) {
        tamis_frame train = make(0, 2, 2), rows = make(2, 2, 2);
        tamis_knn_model *m = fit(&train, 5, true, false, true);

        ck_assert_int_eq(tamis_knn_model_fill(m, 0, &rows, NULL), 0);
        ck_assert_double_nan(rows.columns[2].numbers[0]);
        ck_assert_int_eq(rows.columns[0].codes[1], TAMIS_CODE_MISSING);
        tamis_knn_model_free(m);
        tamis_frame_done(&train);
        tamis_frame_done(&rows);
}
END_TEST

/* -- against looking at every row ---------------------------------------------------------------------------------- */

enum { PLAIN, ROUND, SCALED, OUTLIER, FLAT, LEVELLED, CLUSTERED };

static const struct {
        size_t rows, d, c;
        double share;
        bool gower;
        size_t k;
        int kind;
} tables[] = {
        { 40, 3, 0, .3, false, 3, PLAIN },      { 500, 5, 0, .1, false, 5, PLAIN },     { 500, 5, 0, .1, false, 5, ROUND },
        { 3000, 4, 0, .05, false, 5, PLAIN },   { 3000, 4, 0, .05, false, 7, ROUND },   { 3000, 3, 0, .3, false, 2, FLAT },
        { 700, 12, 0, .6, false, 5, PLAIN },    { 700, 12, 0, .6, false, 40, ROUND },   { 600, 6, 0, .1, false, 5, SCALED },
        { 600, 6, 0, .1, false, 5, OUTLIER },   { 300, 2, 0, .5, false, 1000, PLAIN },  { 200, 1, 0, .2, false, 3, PLAIN },
        { 500, 3, 3, .1, true, 5, PLAIN },      { 500, 3, 3, .1, true, 5, ROUND },      { 3000, 2, 3, .05, true, 5, ROUND },
        { 3000, 4, 1, .1, true, 9, FLAT },      { 700, 6, 6, .6, true, 5, PLAIN },      { 300, 0, 5, .1, true, 5, PLAIN },
        { 30, 300, 0, .3, false, 5, PLAIN },    { 40, 70, 80, .1, true, 5, ROUND },     { 2500, 2, 2, .1, true, 5, LEVELLED },
        { 300, 4, 2, 1, true, 5, PLAIN },       { 100, 3, 3, .9, true, 5, PLAIN },      { 400, 3, 0, .9, false, 5, ROUND },
        { 600, 3, 0, .1, false, 5, CLUSTERED }, { 600, 3, 1, .1, true, 5, CLUSTERED },  { 600, 8, 0, .6, false, 5, CLUSTERED },
        { 300, 5, 0, .1, true, 5, SCALED },     { 600, 3, 3, .1, true, 5, OUTLIER },    { 3000, 1, 2, 0, true, 5, PLAIN },
};

static tamis_frame random_frame(size_t which, uint64_t part, size_t rows) {
        size_t d = tables[which].d, c = tables[which].c;
        size_t levels = tables[which].kind == LEVELLED ? MANY_LEVELS : LEVELS;
        tamis_frame f = make_with(rows, d, c, levels);

        for (size_t row = 0; row < rows; row++) {
                tamis_stream s;
                double common;

                tamis_stream_init(&s, which, "test", row, part);
                common = tamis_stream_uniform(&s);
                for (size_t i = 0; i < f.n; i++) {
                        bool hole = tamis_stream_uniform(&s) < tables[which].share;
                        double x = tamis_stream_uniform(&s), u = tables[which].kind == FLAT ? common : x;

                        if (tables[which].kind == FLAT)
                                x = common * (double) (i + 1) + .001 * x;
                        if (tables[which].kind == ROUND)
                                x = floor(4 * x);
                        if (tables[which].kind == SCALED)
                                x *= i % 2 == 0 ? 1e9 : 1e-9;
                        /* nearer to each other than single precision can tell so far from the middle */
                        if (tables[which].kind == CLUSTERED)
                                x = 1e6 * (double) (row % 4) + x;
                        if (tables[which].kind == OUTLIER && row % 200 == 7)
                                x *= 1e12;
                        if (hole)
                                continue;
                        if (f.columns[i].numbers)
                                f.columns[i].numbers[row] = x;
                        else
                                f.columns[i].codes[row] = (int32_t) (u * (double) levels);
                }
        }
        return f;
}

static void find_ranges(const tamis_frame *train, double *range) {
        for (size_t i = 0; i < train->n; i++) {
                double low = INFINITY, high = -INFINITY;

                for (size_t row = 0; train->columns[i].numbers && row < train->rows; row++) {
                        low = fmin(low, train->columns[i].numbers[row]);
                        high = fmax(high, train->columns[i].numbers[row]);
                }
                range[i] = high - low;
        }
}

/* The distance as it is told in knn_index.h, squared or (with ranges) Gower's, over what both have; NaN where that is
 * nothing. */
static double distance(const tamis_frame *train, size_t a, const tamis_frame *rows, size_t b, const double *range) {
        double sum = 0, differing = 0;
        size_t shared = 0;

        for (size_t i = 0; i < train->n; i++) {
                const tamis_frame_column *x = &train->columns[i], *y = &rows->columns[i];
                double gap;

                if (!x->numbers) {
                        if (!range || x->codes[a] == TAMIS_CODE_MISSING || y->codes[b] == TAMIS_CODE_MISSING)
                                continue;
                        shared++;
                        differing += x->codes[a] != y->codes[b];
                        continue;
                }
                if (isnan(x->numbers[a]) || isnan(y->numbers[b]))
                        continue;
                shared++;
                gap = y->numbers[b] - x->numbers[a];
                if (range)
                        sum += range[i] > 0 ? fabs(gap) / range[i] : 0;
                else
                        sum += gap * gap;
        }
        return shared == 0 ? NAN : (sum + differing) / (double) shared;
}

struct checking {
        size_t which, checked;
        const tamis_frame *train, *rows;
        const uint32_t *column;
        double range[COLUMNS];
};

static void check_donors(void *arg, const tamis_knn_donors *donors) {
        struct checking *c = arg;
        const tamis_frame_column *column = &c->train->columns[c->column[donors->coordinate]];
        static double far[4000];        /* NaN: no donor */
        size_t n = 0, k = tables[c->which].k;

        /* some of many: looking at every row takes its time */
        if (c->train->rows > 400 && donors->row % (c->train->rows / 100) != 0)
                return;
        c->checked++;
        for (size_t row = 0; row < c->train->rows; row++) {
                bool donor = column->numbers ? !isnan(column->numbers[row]) : column->codes[row] >= 0;

                far[row] = donor
                        ? distance(c->train, row, c->rows, donors->row, tables[c->which].gower ? c->range : NULL)
                        : NAN;
        }
        for (; n < k; n++) {
                size_t best = SIZE_MAX;

                for (size_t row = 0; row < c->train->rows; row++)
                        if (!isnan(far[row]) && (best == SIZE_MAX || far[row] < far[best]))
                                best = row;
                if (best == SIZE_MAX)
                        break;
                ck_assert_msg(n < donors->n && donors->rows[n] == best && donors->distances[n] == far[best],
                              "row %zu, column %s: donor %zu is %u at %a, not %zu at %a", donors->row, column->name, n,
                              n < donors->n ? donors->rows[n] : 0, n < donors->n ? donors->distances[n] : 0, best,
                              far[best]);
                far[best] = NAN;
        }
        ck_assert_uint_eq(donors->n, n);
}

static size_t boxed_groups(tamis_knn_index *index, int how) {
        size_t n = 0;

        for (size_t g = 0; g < index->n_groups; g++) {
                if (how < 2)
                        index->groups[g].boxed = how == 1 && !index->groups[g].masked;
                n += index->groups[g].boxed;
        }
        return n;
}

/* All leaves, all boxes, and what the probe chose; rows learned from, and others. */
START_TEST(donors_are_the_nearest) {
        tamis_frame train = random_frame(_i, 0, tables[_i].rows), others = random_frame(_i, 1, 50);
        tamis_knn_model *m = fit(&train, tables[_i].k, tables[_i].gower, false, false);
        struct checking c = { .which = _i, .train = &train, .column = m->index.column };

        find_ranges(&train, c.range);
        for (int how = 2; how >= 0; how--) {
                boxed_groups(&m->index, how);
                for (int new = 0; new < 2; new++) {
                        c.rows = new ? &others : &train;
                        ck_assert_int_eq(
                                tamis_knn_search(&m->index, c.rows, tables[_i].k, check_donors, &c, NULL, NULL), 0);
                }
        }
        ck_assert(c.checked > 0 || tables[_i].share == 0 || tables[_i].share == 1);
        tamis_knn_model_free(m);
        tamis_frame_done(&train);
        tamis_frame_done(&others);
}
END_TEST

/* A row gets the same whether it comes alone or among others, and from a model that was saved. */
START_TEST(rows_are_filled_each_for_itself) {
        tamis_frame train = random_frame(_i, 0, tables[_i].rows), all = copy(&train), loaded = copy(&train),
                    one = make(0, 0, 0);
        tamis_knn_model *m = fit(&train, tables[_i].k, tables[_i].gower, _i % 2 == 0, false);
        json_t *saved = json_object();
        void *again;

        ck_assert_int_eq(tamis_joint_knn.save(m, saved, NULL), 0);
        ck_assert_int_eq(tamis_joint_knn.load(saved, &m->shape, &again, NULL), 0);
        json_decref(saved);
        ck_assert_int_eq(tamis_knn_model_fill(m, 0, &all, NULL), 0);
        ck_assert_int_eq(tamis_joint_knn.fill(again, 0, &loaded, NULL), 0);
        for (size_t row = 0; row < train.rows; row += 1 + train.rows / 40) {
                tamis_frame_done(&one);
                ck_assert_int_eq(tamis_frame_like(&train, 1, &one, NULL), 0);
                for (size_t i = 0; i < train.n; i++) {
                        if (one.columns[i].numbers)
                                one.columns[i].numbers[0] = train.columns[i].numbers[row];
                        else
                                one.columns[i].codes[0] = train.columns[i].codes[row];
                }
                ck_assert_int_eq(tamis_knn_model_fill(m, 0, &one, NULL), 0);
                for (size_t i = 0; i < train.n; i++) {
                        if (one.columns[i].numbers) {
                                double want = all.columns[i].numbers[row];

                                ck_assert(memcmp(&one.columns[i].numbers[0], &want, sizeof want) == 0);
                                ck_assert(memcmp(&loaded.columns[i].numbers[row], &want, sizeof want) == 0);
                        } else {
                                ck_assert_int_eq(one.columns[i].codes[0], all.columns[i].codes[row]);
                                ck_assert_int_eq(loaded.columns[i].codes[row], all.columns[i].codes[row]);
                        }
                }
        }
        tamis_knn_model_free(m);
        tamis_knn_model_free(again);
        tamis_frame_done(&train);
        tamis_frame_done(&all);
        tamis_frame_done(&loaded);
        tamis_frame_done(&one);
}
END_TEST

/* Points on a line in space: boxes leave most of them out, and the probe sees it. */
START_TEST(the_probe_finds_few_dimensions) {
        tamis_frame train = random_frame(5, 0, 3000);
        tamis_knn_model *m = fit(&train, 2, false, false, false);

        ck_assert_uint_gt(boxed_groups(&m->index, 2), 0);
        tamis_knn_model_free(m);
        tamis_frame_done(&train);
}
END_TEST

/* -- damaged ------------------------------------------------------------------------------------------------------- */

static void spoil(json_t *saved, size_t which) {
        json_t *train = json_object_get(saved, "train"), *columns = json_object_get(train, "columns");
        json_t *first = json_array_get(columns, 0);

        switch (which) {
        case 0: json_object_del(saved, "neighbors"); break;
        case 1: json_object_set_new(saved, "neighbors", json_integer(0)); break;
        case 2: json_object_set_new(saved, "metric", json_string("manhattan")); break;
        case 3: json_object_set_new(saved, "weights", json_integer(3)); break;
        case 4: json_object_del(saved, "train"); break;
        case 5: json_array_remove(columns, 0); break;
        case 6: json_object_set_new(first, "name", json_string("other")); break;
        case 7: json_object_set_new(train, "rows", json_integer(1)); break;
        }
}

START_TEST(damaged_models_are_refused) {
        tamis_frame train = random_frame(0, 0, 20);
        tamis_knn_model *m = fit(&train, 2, false, false, false);
        json_t *saved = json_object();
        tamis_error err = { 0 };
        void *again;

        ck_assert_int_eq(tamis_joint_knn.save(m, saved, NULL), 0);
        spoil(saved, _i);
        ck_assert_int_eq(tamis_joint_knn.load(saved, &m->shape, &again, &err), TAMIS_BAD_MODEL);
        ck_assert_str_ne(err.message, "");
        json_decref(saved);
        tamis_knn_model_free(m);
        tamis_frame_done(&train);
}
END_TEST

#define OF(list) (int) (sizeof (list) / sizeof *(list))

int main(void) {
        Suite *s = suite_create("knn");
        TCase *t = tcase_create("knn");
        SRunner *r;
        int failed;

        name_all();
        tcase_add_loop_test(t, by_hand, 0, OF(hands));
        tcase_add_loop_test(t, words_by_hand, 0, OF(words));
        tcase_add_test(t, unseen_levels_differ);
        tcase_add_test(t, columns_that_only_predict_are_left);
        tcase_add_test(t, without_rows);
        tcase_add_loop_test(t, donors_are_the_nearest, 0, OF(tables));
        tcase_add_loop_test(t, rows_are_filled_each_for_itself, 0, OF(tables));
        tcase_add_test(t, the_probe_finds_few_dimensions);
        tcase_add_loop_test(t, damaged_models_are_refused, 0, 8);
        suite_add_tcase(s, t);
        r = srunner_create(s);
        srunner_run_all(r, CK_ENV);
        failed = srunner_ntests_failed(r);
        srunner_free(r);
        return failed != 0;
}
