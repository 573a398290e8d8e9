#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fit/boost_tree.h"

/* Sums of a bin, or of a node. */
struct sums {
        int64_t slope, curvature, n;
};

struct pull {
        int32_t slope, curvature;
};

struct split {
        double gain;                    /* 0: none */
        size_t column;
        bool missing_left;
        unsigned last;
        uint64_t left[5];               /* bins, and the one of missing cells */
        struct sums sums;               /* of the left side */
};

struct tamis_boost_grower {
        const tamis_boost_table *table;
        tamis_boost_shape shape;
        tamis_pool *pool;
        const uint32_t *given;
        size_t n;
        uint32_t *rows, *spare_rows;    /* in the order of nodes */
        struct pull *pulls, *spare_pulls;
        struct sums **spare;            /* histograms nobody uses */
        size_t n_spare;
        double slope_unit, curvature_unit;
        bool flat;                      /* curvatures are 1 */
        double *scores;
        tamis_cart tree;
        size_t room;
        /* the histogram under way */
        struct sums *hist;
        size_t first, end;
};

static const double SMOOTH = 10;        /* rows that a category's mean is drawn to zero by, in their order (LightGBM) */
enum { ONE = 1 << 30, WORTH_THREADS = 1 << 18 };

/* -- histograms ---------------------------------------------------------------------------------------------------- */

static void count_column(void *arg, size_t column) {
        const tamis_boost_grower *g = arg;
        const tamis_boost_table *t = g->table;
        const uint8_t *bins = t->bins + column * t->rows;
        struct sums *hist = g->hist + t->at[column];

        memset(hist, 0, (t->at[column + 1] - t->at[column]) * sizeof *hist);
        for (size_t i = g->first; i < g->end; i++) {
                struct sums *b = &hist[bins[g->rows[i]]];

                b->slope += g->pulls[i].slope;
                b->curvature += g->pulls[i].curvature;
                b->n++;
        }
}

static void count(tamis_boost_grower *g, size_t first, size_t end, struct sums *hist) {
        g->hist = hist;
        g->first = first;
        g->end = end;
        if (g->pool && (end - first) * g->table->n >= WORTH_THREADS)
                tamis_pool_for(g->pool, g->table->n, count_column, g);
        else
                for (size_t i = 0; i < g->table->n; i++)
                        count_column(g, i);
}

static void subtract(const tamis_boost_grower *g, struct sums *hist, const struct sums *less) {
        for (size_t i = 0; i < g->table->at[g->table->n]; i++) {
                hist[i].slope -= less[i].slope;
                hist[i].curvature -= less[i].curvature;
                hist[i].n -= less[i].n;
        }
}

/* -- the best split ------------------------------------------------------------------------------------------------ */

static struct sums plus(struct sums a, const struct sums *b) {
        return (struct sums) { a.slope + b->slope, a.curvature + b->curvature, a.n + b->n };
}

static struct sums minus(struct sums a, const struct sums *b) {
        return (struct sums) { a.slope - b->slope, a.curvature - b->curvature, a.n - b->n };
}

static double curvature_of(const tamis_boost_grower *g, const struct sums *s) {
        return g->flat ? (double) s->n : (double) s->curvature * g->curvature_unit;
}

static double score(const tamis_boost_grower *g, const struct sums *s) {
        double slope = (double) s->slope * g->slope_unit;

        return slope * slope / (curvature_of(g, s) + g->shape.lambda);
}

/* What is won by `left`; 0 where that is nothing, or a side is too small. */
static double gain(const tamis_boost_grower *g, const struct sums *node, const struct sums *left) {
        struct sums right = minus(*node, left);
        double sides, won;

        if (left->n < (int64_t) g->shape.leaf || right.n < (int64_t) g->shape.leaf)
                return 0;
        sides = score(g, left) + score(g, &right);
        won = sides - score(g, node);
        return won > 1e-9 * sides ? won : 0;
}

static void search_number(const tamis_boost_grower *g, const struct sums *hist, size_t column, const struct sums *node,
                          struct split *best) {
        const tamis_boost_table *t = g->table;
        unsigned used = t->used[column];
        const struct sums *missing = t->at[column + 1] - t->at[column] > used && hist[used].n > 0 ? &hist[used] : NULL;
        struct sums left = {0};

        for (unsigned bin = 0; bin + !missing < used; bin++) {
                if (hist[bin].n == 0)
                        continue;
                left = plus(left, &hist[bin]);
                for (int with = 0; with <= (missing != NULL); with++) {
                        struct sums side = with ? plus(left, missing) : left;
                        double won = gain(g, node, &side);

                        if (!(won > best->gain))
                                continue;
                        *best = (struct split) { .gain = won, .column = column, .last = bin, .sums = side };
                        /* unseen here: to the heavier side */
                        best->missing_left = missing ? with : 2 * side.n >= node->n;
                }
        }
}

struct level {
        double mean;
        unsigned bin;
};

static int by_mean(const void *a, const void *b) {
        const struct level *x = a, *y = b;

        return x->mean != y->mean ? (x->mean > y->mean) - (x->mean < y->mean) : (x->bin > y->bin) - (x->bin < y->bin);
}

/* In the order of their means; a missing cell is a level too. */
static void search_category(const tamis_boost_grower *g, const struct sums *hist, size_t column,
                            const struct sums *node, struct split *best) {
        size_t n = 0, width = g->table->at[column + 1] - g->table->at[column], upto = 0;
        double smooth = node->n < 20 * (int64_t) SMOOTH ? 1 : SMOOTH;
        struct level levels[TAMIS_BIN_PLACES];
        struct sums left = {0};

        for (unsigned bin = 0; bin < width; bin++)
                if (hist[bin].n > 0)
                        levels[n++] = (struct level) { (double) hist[bin].slope / ((double) hist[bin].n + smooth), bin };
        qsort(levels, n, sizeof *levels, by_mean);
        for (size_t i = 0; i + 1 < n; i++) {
                double won;

                left = plus(left, &hist[levels[i].bin]);
                won = gain(g, node, &left);
                if (!(won > best->gain))
                        continue;
                *best = (struct split) { .gain = won, .column = column, .sums = left };
                upto = i + 1;
        }
        for (size_t i = 0; i < upto; i++)
                best->left[levels[i].bin >> 6] |= UINT64_C(1) << (levels[i].bin & 63);
}

static void search(const tamis_boost_grower *g, const struct sums *hist, const struct sums *node, struct split *best) {
        const tamis_boost_table *t = g->table;
        unsigned used;

        best->gain = 0;
        for (size_t i = 0; i < t->n; i++)
                if (t->category[i])
                        search_category(g, hist + t->at[i], i, node, best);
                else
                        search_number(g, hist + t->at[i], i, node, best);
        if (!(best->gain > 0))
                return;
        used = t->used[best->column];
        if (t->category[best->column]) {
                best->missing_left = best->left[used >> 6] >> (used & 63) & 1;
                return;
        }
        for (unsigned bin = 0; bin <= best->last; bin++)
                best->left[bin >> 6] |= UINT64_C(1) << (bin & 63);
        if (best->missing_left)
                best->left[used >> 6] |= UINT64_C(1) << (used & 63);
}

/* -- nodes --------------------------------------------------------------------------------------------------------- */

static size_t part_rows(tamis_boost_grower *g, const struct split *s, size_t first, size_t end) {
        const uint8_t *bins = g->table->bins + s->column * g->table->rows;
        size_t left = first, right = 0;

        for (size_t i = first; i < end; i++) {
                uint8_t bin = bins[g->rows[i]];
                bool goes_left = s->left[bin >> 6] >> (bin & 63) & 1;

                g->spare_rows[right] = g->rows[i];
                g->spare_pulls[right] = g->pulls[i];
                g->rows[left] = g->rows[i];
                g->pulls[left] = g->pulls[i];
                left += goes_left;
                right += !goes_left;
        }
        memcpy(g->rows + left, g->spare_rows, right * sizeof *g->rows);
        memcpy(g->pulls + left, g->spare_pulls, right * sizeof *g->pulls);
        return left;
}

static int reserve(tamis_boost_grower *g, tamis_error *err) {
        size_t room = g->room * 2 + 64;
        tamis_cart_word *words;

        if (g->tree.n + 6 <= g->room)
                return 0;
        words = room < TAMIS_CART_LEAF ? realloc(g->tree.words, room * sizeof *words) : NULL;
        if (!words)
                return tamis_fail_memory(err);
        g->tree.words = words;
        g->room = room;
        return 0;
}

static void put_leaf(tamis_boost_grower *g, size_t first, size_t end, const struct sums *s) {
        double weight = curvature_of(g, s) + g->shape.lambda;
        double value = weight > 0 ? g->shape.rate * (double) s->slope * g->slope_unit / weight : 0;

        g->tree.words[g->tree.n++].node = (typeof(g->tree.words->node)) { TAMIS_CART_LEAF, 0 };
        g->tree.words[g->tree.n++].value = value;
        for (size_t i = first; i < end; i++)
                g->scores[g->rows[i]] += value;
}

static void put_split(tamis_boost_grower *g, const struct split *s) {
        bool category = g->table->category[s->column];
        unsigned used = g->table->used[s->column];
        uint64_t left[4] = { s->left[0], s->left[1], s->left[2], s->left[3] };

        g->tree.words[g->tree.n++].node =
                (typeof(g->tree.words->node)){ (uint32_t) g->table->predictor[s->column] << 10 |
                                                       (uint32_t) s->missing_left << 9 | (uint32_t) category << 8 |
                                                       (s->last & 255),
                                               0 };
        if (!category)
                return;
        if (used < TAMIS_BIN_MISSING)
                left[used >> 6] &= ~(UINT64_C(1) << (used & 63));
        if (s->missing_left)
                left[3] |= UINT64_C(1) << 63;
        for (size_t i = 0; i < 4; i++)
                g->tree.words[g->tree.n++].set = left[i];
}

static bool may_split(const tamis_boost_grower *g, size_t n, size_t depth) {
        return depth < g->shape.depth && n >= 2 * g->shape.leaf && n >= 2;
}

static int grow(tamis_boost_grower *g, size_t first, size_t end, size_t depth, struct sums *hist,
                const struct sums *node, tamis_error *err);

/* `hist` is the node's, and becomes that of its larger side. */
static int grow_sides(tamis_boost_grower *g, const struct split *s, size_t first, size_t end, size_t depth,
                      struct sums *hist, const struct sums *node, tamis_error *err) {
        size_t middle = part_rows(g, s, first, end), at = g->tree.n;
        struct sums right = minus(*node, &s->sums), *small = NULL;
        bool left_is_small = middle - first < end - middle;
        int r;

        put_split(g, s);
        if (may_split(g, left_is_small ? end - middle : middle - first, depth + 1)) {
                small = g->spare[--g->n_spare];
                count(g, left_is_small ? first : middle, left_is_small ? middle : end, small);
                subtract(g, hist, small);
        }
        r = grow(g, first, middle, depth + 1, left_is_small ? small : hist, &s->sums, err);
        g->tree.words[at].node.right = (uint32_t) g->tree.n;
        if (r == 0)
                r = grow(g, middle, end, depth + 1, left_is_small ? hist : small, &right, err);
        if (small)
                g->spare[g->n_spare++] = small;
        return r;
}

static int grow(tamis_boost_grower *g, size_t first, size_t end, size_t depth, struct sums *hist,
                const struct sums *node, tamis_error *err) {
        struct split best = {0};
        int r = reserve(g, err);

        if (r < 0)
                return r;
        if (may_split(g, end - first, depth))
                search(g, hist, node, &best);
        if (best.gain > 0)
                return grow_sides(g, &best, first, end, depth, hist, node, err);
        put_leaf(g, first, end, node);
        return 0;
}

/* -- a tree -------------------------------------------------------------------------------------------------------- */

void tamis_boost_grower_free(tamis_boost_grower *g) {
        if (!g)
                return;
        for (size_t i = 0; g->spare && i < g->n_spare; i++)
                free(g->spare[i]);
        free(g->spare);
        free(g->rows);
        free(g->pulls);
        free(g->tree.words);
        free(g);
}

int tamis_boost_grower_new(const tamis_boost_table *table, const tamis_boost_shape *shape, const uint32_t *rows,
                           size_t n, tamis_pool *pool, tamis_boost_grower **ret, tamis_error *err) {
        tamis_boost_grower *g = calloc(1, sizeof *g);
        bool fine = g != NULL;

        if (!g)
                return tamis_fail_memory(err);
        g->table = table;
        g->shape = *shape;
        g->pool = pool;
        g->given = rows;
        g->n = n;
        g->rows = malloc(2 * n * sizeof *g->rows);
        g->pulls = malloc(2 * n * sizeof *g->pulls);
        g->spare = calloc(shape->depth + 2, sizeof *g->spare);
        fine = g->rows && g->pulls && g->spare;
        for (; fine && g->n_spare < shape->depth + 2; g->n_spare += fine) {
                g->spare[g->n_spare] = malloc((table->at[table->n] + 1) * sizeof **g->spare);
                fine = g->spare[g->n_spare] != NULL;
        }
        if (!fine) {
                tamis_boost_grower_free(g);
                return tamis_fail_memory(err);
        }
        g->spare_rows = g->rows + n;
        g->spare_pulls = g->pulls + n;
        *ret = g;
        return 0;
}

static double largest(const tamis_boost_grower *g, const double *values) {
        double most = 0;

        for (size_t i = 0; i < g->n; i++)
                most = fmax(most, fabs(values[g->given[i]]));
        return most;
}

static void take_pulls(tamis_boost_grower *g, const double *slopes, const double *curvatures, struct sums *node) {
        double slope = largest(g, slopes), curvature = curvatures ? largest(g, curvatures) : 0;

        g->flat = !curvatures;
        g->slope_unit = slope > 1e-250 ? slope / ONE : 1;
        g->curvature_unit = curvature > 1e-250 ? curvature / ONE : 1;
        *node = (struct sums) { .n = (int64_t) g->n };
        for (size_t i = 0; i < g->n; i++) {
                uint32_t row = g->given[i];
                struct pull p = { (int32_t) lrint(slopes[row] / g->slope_unit),
                                  curvatures ? (int32_t) lrint(curvatures[row] / g->curvature_unit) : 0 };

                g->rows[i] = row;
                g->pulls[i] = p;
                node->slope += p.slope;
                node->curvature += p.curvature;
        }
}

int tamis_boost_tree(tamis_boost_grower *g, const double *slopes, const double *curvatures, double *scores,
                     tamis_cart *ret, tamis_error *err) {
        struct sums node, *hist = g->spare[--g->n_spare];
        int r;

        take_pulls(g, slopes, curvatures, &node);
        g->scores = scores;
        g->tree.n = 0;
        count(g, 0, g->n, hist);
        r = grow(g, 0, g->n, 0, hist, &node, err);
        g->spare[g->n_spare++] = hist;
        if (r < 0)
                return r;
        ret->n = g->tree.n;
        ret->words = malloc(g->tree.n * sizeof *ret->words);
        if (!ret->words)
                return tamis_fail_memory(err);
        memcpy(ret->words, g->tree.words, g->tree.n * sizeof *ret->words);
        return 0;
}
