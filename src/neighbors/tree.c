#include <stdlib.h>
#include <string.h>

#include "neighbors/tree.h"

struct build {
        tamis_tree *tree;
        size_t next_node, next_leaf, next_at;
};

static double *box_of(const tamis_tree *tree, size_t node) {
        return tree->boxes + node * 2 * tree->points->d;
}

/* Both kept whether they change or not, so that the loop is done several columns at once: half its time. */
static void widen(double *restrict low, double *restrict high, const double *restrict x, size_t d) {
        for (size_t j = 0; j < d; j++) {
                low[j] = x[j] < low[j] ? x[j] : low[j];
                high[j] = x[j] > high[j] ? x[j] : high[j];
        }
}

/* The smallest box around the node's rows; returns its widest side. */
static size_t enclose(const tamis_tree *tree, const tamis_tree_node *node, double *box) {
        size_t d = tree->points->d, widest = 0;
        const double *numbers = tree->points->numbers, *first = numbers + (size_t) tree->rows[node->first] * d;
        double *low = box, *high = box + d, width = -1;

        for (size_t j = 0; j < d; j++)
                low[j] = high[j] = first[j];
        for (size_t i = 1; i < node->n; i++)
                widen(low, high, numbers + (size_t) tree->rows[node->first + i] * d, d);
        for (size_t j = 0; j < d; j++)
                if (high[j] - low[j] > width) {
                        width = high[j] - low[j];
                        widest = j;
                }
        return widest;
}

static bool before(const tamis_points *p, size_t side, uint32_t a, uint32_t b) {
        if (p->d > 0) {
                double x = p->numbers[a * p->d + side], y = p->numbers[b * p->d + side];

                if (x != y)
                        return x < y;
        }
        return a < b;
}

static void exchange(uint32_t *rows, size_t a, size_t b) {
        uint32_t kept = rows[a];

        rows[a] = rows[b];
        rows[b] = kept;
}

/* Hoare's selection: afterwards rows[0 .. middle) come before rows[middle .. n). There are no ties. */
static void halve(const tamis_points *p, size_t side, uint32_t *rows, size_t n, size_t middle) {
        size_t low = 0, high = n - 1;

        while (low < high) {
                size_t centre = low + (high - low) / 2, i = low, j = high;
                uint32_t pivot;

                if (before(p, side, rows[centre], rows[low]))
                        exchange(rows, centre, low);
                if (before(p, side, rows[high], rows[low]))
                        exchange(rows, high, low);
                if (before(p, side, rows[high], rows[centre]))
                        exchange(rows, high, centre);
                pivot = rows[centre];
                while (i <= j) {
                        while (before(p, side, rows[i], pivot))
                                i++;
                        while (before(p, side, pivot, rows[j]))
                                j--;
                        if (i <= j) {
                                exchange(rows, i, j);
                                i++;
                                if (j == 0)
                                        break;
                                j--;
                        }
                }
                if (middle <= j)
                        high = j;
                else if (middle >= i)
                        low = i;
                else
                        low = high;
        }
}

static void lay_out_leaf(struct build *b, tamis_tree_node *node) {
        tamis_tree *tree = b->tree;
        const tamis_points *p = tree->points;
        size_t padded = tamis_tree_padded(node->n);

        node->at = b->next_at;
        b->next_at += padded;
        for (size_t i = 0; i < padded; i++) {
                /* the padding repeats the last row, so that it holds numbers */
                size_t row = tree->rows[node->first + (i < node->n ? i : node->n - 1)];

                for (size_t j = 0; j < p->d; j++) {
                        double x = p->numbers[row * p->d + j];

                        tree->numbers[node->at * p->d + j * padded + i] = x;
                        if (tree->rough)
                                tree->rough[node->at * p->d + j * padded + i] = (float) (x - tree->centre[j]);
                }
                for (size_t j = 0; j < p->c; j++)
                        tree->codes[node->at * p->c + j * padded + i] = p->codes[row * p->c + j];
        }
}

/* The next node, around these rows; returns its widest side. */
static size_t open_node(struct build *b, uint32_t first, uint32_t n) {
        tamis_tree *tree = b->tree;
        tamis_tree_node *node = &tree->nodes[b->next_node];

        *node = (tamis_tree_node) { .first = first, .n = n, .lowest = UINT32_MAX };
        for (size_t i = 0; i < n; i++)
                if (tree->rows[first + i] < node->lowest)
                        node->lowest = tree->rows[first + i];
        return enclose(tree, node, box_of(tree, b->next_node++));
}

/* Depth is log2(n / 32): recursion is safe. */
static void build(struct build *b, uint32_t first, uint32_t n) {
        tamis_tree *tree = b->tree;
        size_t id = b->next_node, side = open_node(b, first, n);

        if (n <= TREE_LEAF) {
                tree->leaves[b->next_leaf++] = id;
                lay_out_leaf(b, &tree->nodes[id]);
                return;
        }
        halve(tree->points, side, tree->rows + first, n, n / 2);
        build(b, first, n / 2);
        tree->nodes[id].right = b->next_node;
        build(b, first + n / 2, n - n / 2);
}

/* Halving gives sizes that differ by one on each level, so counting needs two of them. */
static void measure(size_t n, size_t *nodes, size_t *leaves, size_t *padded) {
        if (n <= TREE_LEAF) {
                *nodes += 1;
                *leaves += 1;
                *padded += tamis_tree_padded(n);
                return;
        }
        *nodes += 1;
        measure(n / 2, nodes, leaves, padded);
        measure(n - n / 2, nodes, leaves, padded);
}

/* Large nodes are split side by side, one level after another; where each goes is known beforehand from its number of
 * rows, so that the tree is the same. */
enum { PIECE = 4096 };

struct part {
        struct build at;        /* its first node, leaf and place */
        uint32_t first, n;      /* n = 0: none */
};

struct level {
        struct part *parts, *halves;    /* halves[2 i] and [2 i + 1] are those of parts[i] */
};

static void split_part(void *arg, size_t i) {
        const struct level *level = arg;
        struct part whole = level->parts[i], a = whole, b;
        tamis_tree *tree = whole.at.tree;
        size_t id = whole.at.next_node;

        level->halves[2 * i].n = level->halves[2 * i + 1].n = 0;
        if (whole.n <= PIECE) {
                build(&whole.at, whole.first, whole.n);
                return;
        }
        halve(tree->points, open_node(&a.at, whole.first, whole.n), tree->rows + whole.first, whole.n, whole.n / 2);
        a.n = whole.n / 2;
        b = (struct part) { a.at, whole.first + a.n, whole.n - a.n };
        measure(a.n, &b.at.next_node, &b.at.next_leaf, &b.at.next_at);
        tree->nodes[id].right = b.at.next_node;
        level->halves[2 * i] = a;
        level->halves[2 * i + 1] = b;
}

static int build_all(tamis_tree *tree, tamis_pool *pool, tamis_error *err) {
        /* a part is the half of more than PIECE rows, so no level has more parts than this */
        size_t most = tree->points->n / (PIECE / 2) + 2, n = 1;
        struct level level = { calloc(most, sizeof *level.parts), calloc(2 * most, sizeof *level.halves) };
        int r = level.parts && level.halves ? 0 : tamis_fail_memory(err);

        if (r == 0)
                level.parts[0] = (struct part) { { .tree = tree }, 0, tree->points->n };
        while (r == 0 && n > 0) {
                size_t halves = 2 * n;

                tamis_pool_for(pool, n, split_part, &level);
                n = 0;
                for (size_t i = 0; i < halves; i++)
                        if (level.halves[i].n > 0)
                                level.parts[n++] = level.halves[i];
        }
        free(level.parts);
        free(level.halves);
        return r;
}

/* The middle of each column as the centre, and how far rounding to single precision can move a row. */
static int prepare_rough(tamis_tree *tree, size_t padded, const tamis_tree *like, tamis_error *err) {
        const tamis_points *p = tree->points;
        double sum = 0;

        tree->centre = calloc(p->d + 1, sizeof *tree->centre);
        if (!tree->centre)
                return tamis_fail_memory(err);
        for (size_t j = 0; j < p->d; j++) {
                double low = p->numbers[j], high = low, most, step;

                for (size_t row = 1; row < p->n; row++) {
                        double x = p->numbers[row * p->d + j];

                        low = x < low ? x : low;
                        high = x > high ? x : high;
                }
                tree->centre[j] = like ? like->centre[j] : low / 2 + high / 2;
                most = fmax(fabs(low - tree->centre[j]), fabs(high - tree->centre[j]));
                /* beyond this, squares would not fit */
                if (!(most < 1e15))
                        return 0;
                step = most * 0x1p-23 + 0x1p-148;
                sum += step * step;
        }
        tree->roughness = sqrt(sum);
        tree->rough = aligned_alloc(64, (padded * p->d + LANES_PAD) * sizeof *tree->rough);
        return tree->rough ? 0 : tamis_fail_memory(err);
}

int tamis_tree_init(tamis_tree *tree, const tamis_points *points, const tamis_tree *like, tamis_pool *pool,
                    tamis_error *err) {
        size_t padded = 0, d = points->d, c = points->c;
        int r;

        *tree = (tamis_tree) { .points = points };
        if (points->n == 0)
                return 0;
        if (points->n >= UINT32_MAX)
                return tamis_fail(err, TAMIS_BAD_DATA, "%zu rows are too many to search for neighbours", points->n);
        measure(points->n, &tree->n_nodes, &tree->n_leaves, &padded);
        tree->nodes = calloc(tree->n_nodes, sizeof *tree->nodes);
        tree->boxes = reallocarray(NULL, tree->n_nodes * 2 + 1, (d > 0 ? d : 1) * sizeof *tree->boxes);
        tree->leaves = calloc(tree->n_leaves, sizeof *tree->leaves);
        tree->rows = calloc(points->n, sizeof *tree->rows);
        tree->numbers = aligned_alloc(64, (padded * d + LANES_PAD) * sizeof *tree->numbers);
        tree->codes = reallocarray(NULL, padded + 1, (c > 0 ? c : 1) * sizeof *tree->codes);
        if (tree->nodes && tree->boxes && tree->leaves && tree->rows && tree->numbers && tree->codes)
                r = prepare_rough(tree, padded, like, err);
        else
                r = tamis_fail_memory(err);
        for (size_t i = 0; r == 0 && i < points->n; i++)
                tree->rows[i] = i;
        if (r == 0 && pool && points->n > PIECE) {
                r = build_all(tree, pool, err);
        } else if (r == 0) {
                struct build b = { .tree = tree };

                build(&b, 0, points->n);
        }
        if (r < 0)
                tamis_tree_done(tree);
        return r;
}

void tamis_tree_done(tamis_tree *tree) {
        if (!tree)
                return;
        free(tree->nodes);
        free(tree->boxes);
        free(tree->leaves);
        free(tree->rows);
        free(tree->numbers);
        free(tree->codes);
        free(tree->centre);
        free(tree->rough);
        *tree = (tamis_tree) { 0 };
}

double tamis_tree_gap(const double *box_a, const double *box_b, size_t d) {
        double sum = 0;

        for (size_t j = 0; j < d; j++) {
                double above = box_b[j] - box_a[d + j], below = box_a[j] - box_b[d + j];
                double gap = above > below ? above : below;

                sum += gap > 0 ? gap * gap : 0;
        }
        return sum;
}
