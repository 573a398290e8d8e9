/* Donors from the leaves of a tree (Burgette & Reiter 2010, "Multiple imputation for missing data via sequential regression
 * trees"), or of ten trees of resampled rows that see some of the predictors at each split (Doove, van Buuren & Dusseldorp
 * 2014, "Recursive partitioning for missing data imputation in the presence of interaction effects"): the row falls into a
 * leaf, and one of the leaf's rows is drawn. Leaves of five rows at least; a split of the one tree must take away 1/10,000
 * of the variance (numbers) or Gini impurity (categories) there was at the root, as mice asks of rpart. */
#include <math.h>
#include <stdlib.h>

#include "impute/mice.h"

enum { FOREST = 10, LEAF = 5 };
static const double LEAST_GAIN = 1e-4;

typedef struct node {
        uint32_t place;                 /* of the design: at most `at` goes to the next node, more to `right`; 0: a leaf */
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

/* What a tree is grown with. */
struct growth {
        const tamis_mice *m;
        const double *z;
        size_t column, classes;         /* classes 0: a number */
        uint32_t *rows;
        uint64_t *pairs;                /* to sort by a predictor */
        double *left, *right;           /* rows by class, on each side of a split */
        uint32_t *places;               /* predictors, and how many are looked at in a split */
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
                        squares += (number_of(g, rows[i]) - sum / (double) n) * (number_of(g, rows[i]) - sum / (double) n);
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
        double gain, at;
        uint32_t place;
};

static int by_value(const void *a, const void *b) {
        const double *x = a, *y = b;

        return x[0] != y[0] ? (x[0] > y[0]) - (x[0] < y[0]) : (x[1] > y[1]) - (x[1] < y[1]);
}

/* Numbers: what a split takes away is left^2/n + right^2/n - all^2/n, of sums around the mean. */
static void scan_numbers(const struct growth *g, const double (*pairs)[2], size_t n, uint32_t place, struct cut *best) {
        double mean = 0, left = 0;

        for (size_t i = 0; i < n; i++)
                mean += number_of(g, (uint32_t) pairs[i][1]) / (double) n;
        for (size_t i = 0; i + 1 < n; i++) {
                double gain;

                left += number_of(g, (uint32_t) pairs[i][1]) - mean;
                if (i + 1 < LEAF || n - i - 1 < LEAF || !(pairs[i][0] < pairs[i + 1][0]))
                        continue;
                gain = left * left * (1 / (double) (i + 1) + 1 / (double) (n - i - 1));
                if (gain > best->gain * (1 + 1e-12))
                        *best = (struct cut) { gain, (pairs[i][0] + pairs[i + 1][0]) / 2, place };
        }
}

static void scan_classes(struct growth *g, const double (*pairs)[2], size_t n, uint32_t place, struct cut *best) {
        double left = 0, right = 0, all;

        memset(g->left, 0, g->classes * sizeof *g->left);
        memset(g->right, 0, g->classes * sizeof *g->right);
        for (size_t i = 0; i < n; i++)
                g->right[class_of(g, (uint32_t) pairs[i][1])]++;
        for (size_t c = 0; c < g->classes; c++)
                right += g->right[c] * g->right[c];
        all = right / (double) n;
        for (size_t i = 0; i + 1 < n; i++) {
                size_t c = class_of(g, (uint32_t) pairs[i][1]);
                double gain;

                left += 2 * g->left[c]++ + 1;           /* the sum of squares, kept */
                right -= 2 * g->right[c]-- - 1;
                if (i + 1 < LEAF || n - i - 1 < LEAF || !(pairs[i][0] < pairs[i + 1][0]))
                        continue;
                gain = left / (double) (i + 1) + right / (double) (n - i - 1) - all;
                if (gain > best->gain * (1 + 1e-12))
                        *best = (struct cut) { gain, (pairs[i][0] + pairs[i + 1][0]) / 2, place };
        }
}

static struct cut find_cut(struct growth *g, const uint32_t *rows, size_t n) {
        double (*pairs)[2] = (double (*)[2]) g->pairs;
        struct cut best = { .gain = g->least > 0 ? g->least : 1e-12 };

        for (size_t k = 0; k < g->looked_at; k++) {
                uint32_t place;

                if (g->looked_at < g->n_places) {       /* some of them, drawn to the front */
                        size_t pick = k + (size_t) tamis_stream_below(&g->s, g->n_places - k);

                        place = g->places[pick];
                        g->places[pick] = g->places[k];
                        g->places[k] = place;
                }
                place = g->places[k];
                for (size_t i = 0; i < n; i++) {
                        pairs[i][0] = g->z[rows[i] * g->m->stride + place];
                        pairs[i][1] = rows[i];
                }
                qsort(pairs, n, sizeof *pairs, by_value);
                if (!(pairs[0][0] < pairs[n - 1][0]))
                        continue;
                if (g->classes)
                        scan_classes(g, (const double (*)[2]) pairs, n, place, &best);
                else
                        scan_numbers(g, (const double (*)[2]) pairs, n, place, &best);
        }
        return best;
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

/* Rows at most `at` first, in their order; g->pairs is room. */
static size_t partition(struct growth *g, uint32_t *rows, size_t n, const struct cut *cut) {
        uint32_t *more = (uint32_t *) g->pairs;
        size_t low = 0, high = 0;

        for (size_t i = 0; i < n; i++)
                if (g->z[rows[i] * g->m->stride + cut->place] <= cut->at)
                        rows[low++] = rows[i];
                else
                        more[high++] = rows[i];
        memcpy(rows + low, more, high * sizeof *more);
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
                        if (r < 0 || end - begin < 2 * LEAF || cut.place == 0)
                                break;
                        t->nodes[t->n - 1].place = cut.place;
                        t->nodes[t->n - 1].at = cut.at;
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

int tamis_mice_trees(tamis_mice_work *w, size_t column, tamis_mice_regression *g, tamis_error *err) {
        const tamis_mice *m = w->model;
        const tamis_mice_column *c = &m->columns[column];
        bool forest = c->method == TAMIS_MICE_FOREST;
        struct growth growth = { .m = m, .z = w->z, .column = column, .classes = c->place ? m->train.columns[column].levels : 0 };
        struct trees *trees = calloc(1, sizeof *trees);
        int r;

        tamis_mice_trees_free(g->trees);
        g->trees = trees;
        growth.pairs = malloc((2 * c->n_seen + 2) * sizeof *growth.pairs);
        growth.left = calloc(growth.classes + 1, sizeof *growth.left);
        growth.right = calloc(growth.classes + 1, sizeof *growth.right);
        growth.places = malloc(m->stride * sizeof *growth.places);
        r = trees && growth.pairs && growth.left && growth.right && growth.places ? 0 : tamis_fail_memory(err);
        for (size_t a = 1; r == 0 && a < m->q; a++)
                if (a < c->at || a >= c->at + c->width)
                        growth.places[growth.n_places++] = (uint32_t) a;
        growth.looked_at = forest ? (size_t) fmax(1, floor(sqrt((double) growth.n_places))) : growth.n_places;
        if (growth.looked_at > growth.n_places)
                growth.looked_at = growth.n_places;
        tamis_stream_init(&growth.s, m->options.seed, m->fit_purpose, tamis_mice_key(m, w->chain, w->iteration, column), 1);
        while (r == 0 && trees->n < (forest ? FOREST : 1))
                r = grow_one(&growth, &trees->tree[trees->n++], forest, err);
        free(growth.pairs);
        free(growth.left);
        free(growth.right);
        free(growth.places);
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
