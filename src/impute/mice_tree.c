/* Donors from the leaves of a tree (Burgette & Reiter 2010, "Multiple imputation for missing data via sequential
 * regression trees"), or of ten trees of resampled rows that see some of the predictors at each split (Doove, van
 * Buuren & Dusseldorp 2014, "Recursive partitioning for missing data imputation in the presence of interaction
 * effects"): the row falls into a leaf, and one of the leaf's rows is drawn. Leaves of five rows at least; a split of
 * the one tree must take away 1/10,000 of the variance (numbers) or Gini impurity (categories) there was at the root,
 * as mice asks of rpart. */
#include <math.h>
#include <stdlib.h>

#include "impute/mice.h"

enum { FOREST = 10, LEAF = 5, BINS = 256 };
static const double LEAST_GAIN = 1e-4;

typedef struct node {
        uint32_t place;                 /* of the design: at most `at` goes to the next node, more to `right`;
                                         * 0: a leaf */
        uint32_t right;
        double at;
        uint32_t begin, end;            /* of a leaf: its rows among `rows` */
} node;

typedef struct tree {
        node *nodes;
        size_t n, capacity;
        uint32_t *rows;
} tree;

struct trees {
        size_t n;
        tree tree[FOREST];
};

void tamis_mice_trees_free(void *p) {
        struct trees *t = p;

        for (size_t i = 0; t && i < t->n; i++) {
                free(t->tree[i].nodes);
                free(t->tree[i].rows);
        }
        free(t);
}

/* What a tree is grown with. Predictors are cut into bins of about as many rows each, once a column: a split is between
 * two of them. */
struct growth {
        const tamis_mice *m;
        const double *z;
        size_t column, classes;         /* classes 0: a number */
        uint32_t *rows;
        uint8_t *bins;                  /* predictor * rows of the table + row */
        double *edges;                  /* predictor * BINS + bin: between it and the next */
        size_t *n_bins;
        double *sums;                   /* per bin: of the number, or rows by class */
        size_t *counts;                 /* per bin: rows */
        double *left, *right;           /* rows by class, on each side of a split */
        uint32_t *more;                 /* room for rows */
        uint32_t *places;               /* predictors, and how many are looked at in a split */
        uint32_t *drawn;                /* their numbers in `places`, those looked at first */
        size_t n_places, looked_at;
        double least;                   /* impurity that a split must take away */
        tamis_stream s;
};

static double number_of(const struct growth *g, uint32_t row) {
        return g->z[row * g->m->stride + g->m->columns[g->column].at];
}

static size_t class_of(const struct growth *g, uint32_t row) {
        return (size_t) g->m->train.columns[g->column].codes[row];
}

/* Sum of squares around the mean, or rows * Gini impurity. */
static double impurity(struct growth *g, const uint32_t *rows, size_t n) {
        double sum = 0, squares = 0;

        if (g->classes == 0) {
                for (size_t i = 0; i < n; i++)
                        sum += number_of(g, rows[i]);
                for (size_t i = 0; i < n; i++)
                        squares +=
                                (number_of(g, rows[i]) - sum / (double) n) * (number_of(g, rows[i]) - sum / (double) n);
                return squares;
        }
        memset(g->right, 0, g->classes * sizeof *g->right);
        for (size_t i = 0; i < n; i++)
                g->right[class_of(g, rows[i])]++;
        for (size_t c = 0; c < g->classes; c++)
                squares += g->right[c] * g->right[c];
        return (double) n - squares / (double) n;
}

struct cut {
        double gain;
        uint32_t predictor, bin;        /* bins up to this one go left */
        bool found;
};

static void count_bins(struct growth *g, const uint32_t *rows, size_t n, size_t p, double mean) {
        const uint8_t *bins = g->bins + p * g->m->train.rows;
        size_t width = g->classes ? g->classes : 1;

        memset(g->counts, 0, g->n_bins[p] * sizeof *g->counts);
        memset(g->sums, 0, g->n_bins[p] * width * sizeof *g->sums);
        for (size_t i = 0; i < n; i++) {
                uint8_t bin = bins[rows[i]];

                g->counts[bin]++;
                if (g->classes)
                        g->sums[bin * width + class_of(g, rows[i])]++;
                else
                        g->sums[bin] += number_of(g, rows[i]) - mean;
        }
}

/* Numbers: what a split takes away is left^2 / n + right^2 / n, of sums around the mean. */
static void scan_numbers(const struct growth *g, size_t n, size_t p, struct cut *best) {
        size_t rows = 0;
        double left = 0;

        for (size_t bin = 0; bin + 1 < g->n_bins[p]; bin++) {
                double gain;

                left += g->sums[bin];
                rows += g->counts[bin];
                if (g->counts[bin] == 0 || rows < LEAF || n - rows < LEAF || rows == n)
                        continue;
                gain = left * left * (1 / (double) rows + 1 / (double) (n - rows));
                if (gain > best->gain * (1 + 1e-12))
                        *best = (struct cut) { gain, (uint32_t) p, (uint32_t) bin, true };
        }
}

static void scan_classes(struct growth *g, size_t n, size_t p, struct cut *best) {
        double left = 0, right = 0, all;
        size_t rows = 0;

        memset(g->left, 0, g->classes * sizeof *g->left);
        memset(g->right, 0, g->classes * sizeof *g->right);
        for (size_t bin = 0; bin < g->n_bins[p]; bin++)
                for (size_t c = 0; g->counts[bin] && c < g->classes; c++)
                        g->right[c] += g->sums[bin * g->classes + c];
        for (size_t c = 0; c < g->classes; c++)
                right += g->right[c] * g->right[c];
        all = right / (double) n;
        for (size_t bin = 0; bin + 1 < g->n_bins[p]; bin++) {
                double gain;

                if (g->counts[bin] == 0)
                        continue;
                rows += g->counts[bin];
                for (size_t c = 0; c < g->classes; c++) {       /* sums of squares, kept */
                        double k = g->sums[bin * g->classes + c];

                        left += k * (2 * g->left[c] + k);
                        right -= k * (2 * g->right[c] - k);
                        g->left[c] += k;
                        g->right[c] -= k;
                }
                if (rows < LEAF || n - rows < LEAF || rows == n)
                        continue;
                gain = left / (double) rows + right / (double) (n - rows) - all;
                if (gain > best->gain * (1 + 1e-12))
                        *best = (struct cut) { gain, (uint32_t) p, (uint32_t) bin, true };
        }
}

static struct cut find_cut(struct growth *g, const uint32_t *rows, size_t n) {
        struct cut best = { .gain = g->least > 0 ? g->least : 1e-12 };
        double mean = 0;

        for (size_t i = 0; i < n && g->classes == 0; i++)
                mean += number_of(g, rows[i]) / (double) n;
        for (size_t k = 0; k < g->looked_at; k++) {
                size_t p;

                if (g->looked_at < g->n_places) {       /* some of them, drawn to the front */
                        size_t pick = k + (size_t) tamis_stream_below(&g->s, g->n_places - k);
                        uint32_t swap = g->drawn[pick];

                        g->drawn[pick] = g->drawn[k];
                        g->drawn[k] = swap;
                }
                p = g->drawn[k];
                count_bins(g, rows, n, p, mean);
                if (g->classes)
                        scan_classes(g, n, p, &best);
                else
                        scan_numbers(g, n, p, &best);
        }
        return best;
}

/* Bins of the rows seen: one a value, or where there are too many, some neighbours together. */
static void bin_place(struct growth *g, tamis_mice_work *w, size_t p) {
        const tamis_mice_column *c = &g->m->columns[g->column];
        uint8_t *bins = g->bins + p * g->m->train.rows;
        const uint64_t *sorted;
        size_t distinct = 0, n = c->n_seen, bin = 0, in_bin = 0;

        for (size_t i = 0; i < n; i++) {
                w->order[0][2 * i] = tamis_mice_bits(g->z[c->seen[i] * g->m->stride + g->places[p]]);
                w->order[0][2 * i + 1] = c->seen[i];
        }
        sorted = tamis_mice_sort(w->order[0], w->order[1], n);
        for (size_t i = 0; i < n; i++)
                distinct += i == 0 || sorted[2 * i] != sorted[2 * i - 2];
        for (size_t i = 0; i < n; i++) {
                bool new = i > 0 && sorted[2 * i] != sorted[2 * i - 2];

                if (new && bin + 1 < BINS && (distinct <= BINS || in_bin >= n / BINS + 1)) {
                        g->edges[p * BINS + bin++] = tamis_mice_unbits(sorted[2 * i - 2]) / 2
                                + tamis_mice_unbits(sorted[2 * i]) / 2;
                        in_bin = 0;
                }
                in_bin++;
                bins[sorted[2 * i + 1]] = (uint8_t) bin;
        }
        g->n_bins[p] = bin + 1;
}

static int add_node(tree *t, node n, tamis_error *err) {
        if (t->n == t->capacity) {
                size_t capacity = t->capacity ? 2 * t->capacity : 64;
                node *more = realloc(t->nodes, capacity * sizeof *more);

                if (!more)
                        return tamis_fail_memory(err);
                t->nodes = more;
                t->capacity = capacity;
        }
        t->nodes[t->n++] = n;
        return 0;
}

/* Rows up to the bin first, in their order. */
static size_t partition(struct growth *g, uint32_t *rows, size_t n, const struct cut *cut) {
        const uint8_t *bins = g->bins + cut->predictor * g->m->train.rows;
        size_t low = 0, high = 0;

        for (size_t i = 0; i < n; i++)
                if (bins[rows[i]] <= cut->bin)
                        rows[low++] = rows[i];
                else
                        g->more[high++] = rows[i];
        memcpy(rows + low, g->more, high * sizeof *g->more);
        return low;
}

/* Depth first: a node's left child follows it. What is still to be done waits on a stack of its own. */
static int grow(struct growth *g, tree *t, size_t n, tamis_error *err) {
        struct { uint32_t begin, end, parent; } *waiting = malloc((n / LEAF + 2) * sizeof *waiting);
        size_t waits = 0;
        int r = waiting ? 0 : tamis_fail_memory(err);

        if (r == 0) {
                waiting[waits].begin = 0;
                waiting[waits].end = (uint32_t) n;
                waiting[waits++].parent = UINT32_MAX;
        }
        while (r == 0 && waits > 0) {
                uint32_t begin = waiting[--waits].begin, end = waiting[waits].end, parent = waiting[waits].parent;
                struct cut cut = {0};
                size_t low;

                if (parent != UINT32_MAX)
                        t->nodes[parent].right = (uint32_t) t->n;
                for (;;) {
                        if (end - begin >= 2 * LEAF)
                                cut = find_cut(g, g->rows + begin, end - begin);
                        r = add_node(t, (node) { .begin = begin, .end = end }, err);
                        if (r < 0 || end - begin < 2 * LEAF || !cut.found)
                                break;
                        t->nodes[t->n - 1].place = g->places[cut.predictor];
                        t->nodes[t->n - 1].at = g->edges[cut.predictor * BINS + cut.bin];
                        low = partition(g, g->rows + begin, end - begin, &cut);
                        waiting[waits].begin = begin + (uint32_t) low;
                        waiting[waits].end = end;
                        waiting[waits++].parent = (uint32_t) t->n - 1;
                        end = begin + (uint32_t) low;
                }
        }
        free(waiting);
        return r;
}

static int grow_one(struct growth *g, tree *t, bool resampled, tamis_error *err) {
        const tamis_mice_column *c = &g->m->columns[g->column];

        t->rows = malloc((c->n_seen + 1) * sizeof *t->rows);
        if (!t->rows)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < c->n_seen; i++)
                t->rows[i] = c->seen[resampled ? tamis_stream_below(&g->s, c->n_seen) : i];
        g->rows = t->rows;
        g->least = resampled ? 0 : LEAST_GAIN * impurity(g, t->rows, c->n_seen);
        return grow(g, t, c->n_seen, err);
}

static void growth_done(struct growth *g) {
        free(g->bins);
        free(g->edges);
        free(g->n_bins);
        free(g->sums);
        free(g->counts);
        free(g->left);
        free(g->right);
        free(g->more);
        free(g->places);
        free(g->drawn);
}

static int growth_init(struct growth *g, tamis_mice_work *w, size_t column, tamis_error *err) {
        const tamis_mice *m = w->model;
        const tamis_mice_column *c = &m->columns[column];

        *g = (struct growth) { .m = m, .z = w->z, .column = column };
        g->classes = c->place ? m->train.columns[column].levels : 0;
        g->bins = malloc(m->q * m->train.rows + 1);
        g->edges = malloc(m->q * BINS * sizeof *g->edges);
        g->n_bins = calloc(m->q, sizeof *g->n_bins);
        g->sums = malloc(BINS * (g->classes + 1) * sizeof *g->sums);
        g->counts = malloc(BINS * sizeof *g->counts);
        g->left = calloc(g->classes + 1, sizeof *g->left);
        g->right = calloc(g->classes + 1, sizeof *g->right);
        g->more = malloc((c->n_seen + 1) * sizeof *g->more);
        g->places = malloc(m->q * sizeof *g->places);
        g->drawn = malloc(m->q * sizeof *g->drawn);
        if (!g->bins || !g->edges || !g->n_bins || !g->sums || !g->counts || !g->left || !g->right || !g->more ||
            !g->places || !g->drawn)
                return tamis_fail_memory(err);
        for (uint32_t a = 1; a < m->q; a++)
                if (a < c->at || a >= c->at + c->width) {
                        g->drawn[g->n_places] = (uint32_t) g->n_places;
                        g->places[g->n_places++] = a;
                }
        for (size_t p = 0; p < g->n_places; p++)
                bin_place(g, w, p);
        tamis_stream_init(&g->s, m->options.seed, m->fit_purpose, tamis_mice_key(m, w->chain, w->iteration, column), 1);
        return 0;
}

int tamis_mice_trees(tamis_mice_work *w, size_t column, tamis_mice_regression *g, tamis_error *err) {
        bool forest = w->model->columns[column].method == TAMIS_MICE_FOREST;
        struct trees *trees = calloc(1, sizeof *trees);
        struct growth growth = {0};
        int r = trees ? growth_init(&growth, w, column, err) : tamis_fail_memory(err);

        tamis_mice_trees_free(g->trees);
        g->trees = trees;
        /* as many as ranger looks at */
        growth.looked_at = forest && growth.n_places > 1 ? (size_t) sqrt((double) growth.n_places) : growth.n_places;
        while (r == 0 && trees->n < (forest ? FOREST : 1))
                r = grow_one(&growth, &trees->tree[trees->n++], forest, err);
        growth_done(&growth);
        return r;
}

/* One of the rows in the leaves that the row falls into, of all trees together. */
double tamis_mice_leaf(const tamis_mice *m, size_t column, const tamis_mice_regression *g, const double *row,
                       tamis_stream *s) {
        const struct trees *trees = g->trees;
        uint32_t begin[FOREST];
        size_t all = 0, before[FOREST + 1] = {0}, pick, t = 0;

        for (size_t i = 0; i < trees->n; i++) {
                const node *n = trees->tree[i].nodes, *at = n;

                while (at->place)
                        at = row[at->place] <= at->at ? at + 1 : n + at->right;
                begin[i] = at->begin;
                before[i] = all;
                all += at->end - at->begin;
        }
        pick = (size_t) tamis_stream_below(s, all);
        while (t + 1 < trees->n && pick >= before[t + 1])
                t++;
        return tamis_mice_cell(&m->train, column, trees->tree[t].rows[begin[t] + pick - before[t]]);
}
