#include <math.h>
#include <stdlib.h>

#include "split/deal.h"
#include "split/groups.h"

void tamis_groups_done(tamis_groups *g) {
        free(g->keys);
        free(g->cells);
        free(g->starts);
        free(g->sizes);
        *g = (tamis_groups) {0};
}

static int by_group(const void *x, const void *y) {
        const tamis_group_cell *a = x, *b = y;

        if (a->group != b->group)
                return a->group < b->group ? -1 : 1;
        return (a->class > b->class) - (a->class < b->class);
}

/* Sorted cells of one row each become one cell for each (group, class). */
static size_t squeeze(tamis_group_cell *cells, size_t n) {
        size_t kept = 0;

        for (size_t i = 0; i < n; i++) {
                if (kept > 0 && by_group(&cells[kept - 1], &cells[i]) == 0)
                        cells[kept - 1].rows += cells[i].rows;
                else
                        cells[kept++] = cells[i];
        }
        return kept;
}

int tamis_groups_init(tamis_groups *g, const uint32_t *group, const uint32_t *class, size_t rows, size_t n,
                      size_t n_classes, tamis_error *err) {
        tamis_group_cell *less;
        size_t cells;

        *g = (tamis_groups) {
                .n = n, .n_classes = n_classes,
                .keys = calloc(n + 1, sizeof *g->keys),
                .cells = calloc(rows + 1, sizeof *g->cells),
                .starts = calloc(n + 2, sizeof *g->starts),
                .sizes = calloc(n + 1, sizeof *g->sizes),
        };
        if (!g->keys || !g->cells || !g->starts || !g->sizes) {
                tamis_groups_done(g);
                return tamis_fail_memory(err);
        }
        for (size_t row = 0; row < rows; row++)
                g->cells[row] = (tamis_group_cell) { group[row], class ? class[row] : 0, 1 };
        qsort(g->cells, rows, sizeof *g->cells, by_group);
        cells = squeeze(g->cells, rows);
        less = realloc(g->cells, (cells + 1) * sizeof *less);
        if (less)
                g->cells = less;
        for (size_t i = 0; i < cells; i++) {
                g->sizes[g->cells[i].group] += g->cells[i].rows;
                g->starts[g->cells[i].group + 1] = i + 1;
        }
        return 0;
}

/* What decides which group comes first. */
struct rank {
        double spread;
        uint64_t size, key;
        size_t group;
};

static int in_order(const void *x, const void *y) {
        const struct rank *a = x, *b = y;

        if (a->spread != b->spread)
                return a->spread > b->spread ? -1 : 1;
        if (a->size != b->size)
                return a->size > b->size ? -1 : 1;
        if (a->key != b->key)
                return a->key < b->key ? -1 : 1;
        return a->group < b->group ? -1 : 1;
}

/* -- draw ---------------------------------------------------------------------------------------------------------- */

/* Put groups that are still in train into `mark`, until it has about `want` rows: all that fit, in their order; then
 * the smallest of the others, when it brings the rows nearer to what is wanted, or nothing fitted. `spare` stay. */
static void fill(const tamis_groups *g, const struct rank *order, uint64_t want, size_t spare, uint16_t mark,
                 uint16_t *part) {
        uint64_t have = 0;
        size_t left = 0, smallest = SIZE_MAX;

        for (size_t i = 0; i < g->n; i++)
                left += part[i] == TAMIS_SPLIT_TRAIN;
        for (size_t i = 0; i < g->n && left > spare && have < want; i++) {
                size_t at = order[i].group;

                if (part[at] != TAMIS_SPLIT_TRAIN)
                        continue;
                if (have + g->sizes[at] <= want) {
                        part[at] = mark;
                        have += g->sizes[at];
                        left--;
                } else if (smallest == SIZE_MAX || g->sizes[at] < g->sizes[smallest]) {
                        smallest = at;
                }
        }
        if (smallest == SIZE_MAX || left <= spare || have == want)
                return;
        if (have == 0 || have + g->sizes[smallest] - want < want - have)
                part[smallest] = mark;
}

int tamis_groups_draw(const tamis_groups *g, uint64_t test, uint64_t valid, uint16_t *part, tamis_error *err) {
        struct rank *order = calloc(g->n + 1, sizeof *order);

        if (!order)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < g->n; i++) {
                order[i] = (struct rank) { .key = g->keys[i], .group = i };
                part[i] = TAMIS_SPLIT_TRAIN;
        }
        qsort(order, g->n, sizeof *order, in_order);
        if (test > 0)
                fill(g, order, test, valid > 0 ? 2 : 1, TAMIS_SPLIT_TEST, part);
        if (valid > 0)
                fill(g, order, valid, 1, TAMIS_SPLIT_VALID, part);
        free(order);
        return 0;
}

/* -- balance ------------------------------------------------------------------------------------------------------- */

/* What the parts hold so far. */
struct balance {
        const tamis_groups *groups;
        const double *shares;
        size_t k;
        double *rows;           /* [part][class] */
        double *total;          /* per class, in all: what the share of a class is measured against */
        double *held;           /* per part: rows */
        double *squares;        /* per class: sum over parts of rows^2 / share */
        double *placed;         /* per class: rows in parts so far */
        size_t *members;        /* per part: groups */
};

/* How unevenly a class lies over the parts: for equal parts a multiple of the standard deviation of its shares. */
static double unevenness(double squares, double placed, double total) {
        double v = squares - placed * placed;

        return v > 0 ? sqrt(v) / total : 0;
}

/* The change in unevenness, over all classes, when the group goes to the part. Other classes stay as they are. */
static double cost(const struct balance *b, size_t group, size_t part) {
        const tamis_groups *g = b->groups;
        const double *rows = b->rows + part * g->n_classes;
        double sum = 0;

        for (size_t i = g->starts[group]; i < g->starts[group + 1]; i++) {
                size_t c = g->cells[i].class;
                double n = (double) g->cells[i].rows;
                double squares = b->squares[c] + (2 * rows[c] * n + n * n) / b->shares[part];

                sum += unevenness(squares, b->placed[c] + n, b->total[c])
                        - unevenness(b->squares[c], b->placed[c], b->total[c]);
        }
        return sum;
}

static void place(struct balance *b, size_t group, size_t part) {
        const tamis_groups *g = b->groups;
        double *rows = b->rows + part * g->n_classes;

        for (size_t i = g->starts[group]; i < g->starts[group + 1]; i++) {
                size_t c = g->cells[i].class;
                double n = (double) g->cells[i].rows;

                b->squares[c] += (2 * rows[c] * n + n * n) / b->shares[part];
                b->placed[c] += n;
                rows[c] += n;
                b->held[part] += n;
        }
        b->members[part]++;
}

/* Ties go to the part with the fewest rows for its share, then to the first. Once as few groups are `left` as parts are
 * empty, only empty ones are looked at. */
static size_t best_part(const struct balance *b, size_t group, size_t left, size_t empty) {
        size_t best = SIZE_MAX;
        double least = 0;

        for (size_t part = 0; part < b->k; part++) {
                double c, margin;

                if (left <= empty && b->members[part] > 0)
                        continue;
                c = cost(b, group, part);
                margin = 1e-9 * (fabs(c) + fabs(least));
                if (best == SIZE_MAX || c < least - margin
                    || (c <= least + margin && b->held[part] / b->shares[part] < b->held[best] / b->shares[best])) {
                        best = part;
                        least = c;
                }
        }
        return best;
}

/* The variance of its class counts (the standard deviation would give the same order); with one class, its size. */
static double spread(const tamis_groups *g, size_t group) {
        double sum = 0, squares = 0, k = (double) g->n_classes;

        for (size_t i = g->starts[group]; i < g->starts[group + 1]; i++) {
                double n = (double) g->cells[i].rows;

                sum += n;
                squares += n * n;
        }
        return g->n_classes > 1 ? k * squares - sum * sum : sum;
}

static int balance_init(struct balance *b, tamis_error *err) {
        size_t classes = b->groups->n_classes;
        double *block = calloc(b->k * classes + 3 * classes + b->k + 1, sizeof *block);

        b->members = calloc(b->k + 1, sizeof *b->members);
        b->rows = block;
        if (!block || !b->members)
                return tamis_fail_memory(err);
        b->total = b->rows + b->k * classes;
        b->squares = b->total + classes;
        b->placed = b->squares + classes;
        b->held = b->placed + classes;
        for (size_t i = 0; i < b->groups->starts[b->groups->n]; i++)
                b->total[b->groups->cells[i].class] += (double) b->groups->cells[i].rows;
        return 0;
}

int tamis_groups_balance(const tamis_groups *g, const double *shares, size_t k, uint16_t *part, tamis_error *err) {
        struct balance b = { .groups = g, .shares = shares, .k = k };
        struct rank *order = calloc(g->n + 1, sizeof *order);
        size_t empty = k;
        int r = order ? balance_init(&b, err) : tamis_fail_memory(err);

        if (r < 0)
                goto out;
        for (size_t i = 0; i < g->n; i++)
                order[i] = (struct rank) { spread(g, i), g->sizes[i], g->keys[i], i };
        qsort(order, g->n, sizeof *order, in_order);
        for (size_t i = 0; i < g->n; i++) {
                size_t to = best_part(&b, order[i].group, g->n - i, empty);

                empty -= b.members[to] == 0;
                place(&b, order[i].group, to);
                part[order[i].group] = (uint16_t) to;
        }
out:
        free(order);
        free(b.rows);
        free(b.members);
        return r;
}
