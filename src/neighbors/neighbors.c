#include <math.h>
#include <stdlib.h>

#include "neighbors/tree.h"

struct tamis_neighbors {
        tamis_points points;
        tamis_tree tree;
};

int tamis_neighbors_new(const tamis_points *points, tamis_neighbors **ret, tamis_error *err) {
        return tamis_neighbors_build(points, NULL, ret, err);
}

int tamis_neighbors_build(const tamis_points *points, tamis_pool *pool, tamis_neighbors **ret, tamis_error *err) {
        tamis_neighbors *index = calloc(1, sizeof *index);
        int r;

        if (!index)
                return tamis_fail_memory(err);
        index->points = *points;
        r = tamis_tree_init(&index->tree, &index->points, NULL, pool, err);
        if (r < 0) {
                tamis_neighbors_free(index);
                return r;
        }
        *ret = index;
        return 0;
}

void tamis_neighbors_free(tamis_neighbors *index) {
        if (!index)
                return;
        tamis_tree_done(&index->tree);
        free(index);
}

/* One search: every row of `queries`, a leaf of them at a time. */
struct search {
        const tamis_tree *tree, *queries;
        const tamis_lanes *lanes;
        bool self;              /* both are the same rows: none is its own neighbour */
        const uint32_t *own;    /* unless NULL: which row of the index a query is, and no neighbour of */
        size_t k;
        uint32_t *rows;
        double *squares;

        /* Unless NULL: only rows nearer than that count, and with k of them a row's search is over. */
        const double *within;
        const uint32_t *within_row;
};

/* What is known of the rows of one query leaf while it is searched. The k best of a row, in order, lie in its place of
 * the answer from the start; the worst of them is repeated here. */
struct group {
        const struct search *search;
        const tamis_tree_node *node;
        tamis_leaf leaf;
        const double *box;
        double limit;           /* the worst of the worst: (limit, limit_row) */
        uint32_t limit_row;
        size_t asked, refused;  /* how often a row's own gap to a leaf was asked for, and was too wide */
        bool rough;             /* take a first look in single precision */
        size_t looked, passed;  /* rows it was taken at, and rows that passed */
        double worst[TREE_LEAF];
        uint32_t worst_row[TREE_LEAF];
        float rough_limit[TREE_LEAF];
        double gaps[TREE_LEAF], squares[TREE_LEAF];
        float rough_squares[TREE_LEAF];
};

static bool closer(double square, uint32_t row, double than, uint32_t than_row) {
        return square < than || (square == than && row < than_row);
}

static void insert(const struct search *s, uint32_t query, double square, uint32_t row) {
        double *squares = s->squares + (size_t) query * s->k;
        uint32_t *rows = s->rows + (size_t) query * s->k;
        size_t at = s->k - 1;

        for (; at > 0 && closer(square, row, squares[at - 1], rows[at - 1]); at--) {
                squares[at] = squares[at - 1];
                rows[at] = rows[at - 1];
        }
        squares[at] = square;
        rows[at] = row;
}

/* The square of the distance of two boxes' middles, times four. */
static double between_middles(const double *box_a, const double *box_b, size_t d) {
        double sum = 0;

        for (size_t j = 0; j < d; j++) {
                double gap = box_a[j] + box_a[d + j] - box_b[j] - box_b[d + j];

                sum += gap * gap;
        }
        return sum;
}

/* Which child to go into first. Any order gives the same answer; a good one finds early what is near. Boxes that
 * overlap the group's have no gap: then the middles say. A fifth of the time of 10,000 rows among 200,000 in 10
 * dimensions. */
static bool second_first(const struct group *g, uint32_t a, uint32_t b, double gap_a, double gap_b) {
        const double *boxes = g->search->tree->boxes;
        size_t d = g->search->tree->points->d;

        if (gap_a != gap_b)
                return gap_b < gap_a;
        return between_middles(boxes + (size_t) b * 2 * d, g->box, d)
                < between_middles(boxes + (size_t) a * 2 * d, g->box, d);
}

/* How far each row of the group is from the leaf's box. In many dimensions it never matters, and asking costs a tenth
 * of the search: so it is given up where fewer than one row in eight was spared the leaf. */
static bool find_gaps(struct group *g, const double *box) {
        if (g->refused * 8 < g->asked && g->asked >= 16 * TREE_LEAF)
                return false;
        g->search->lanes->gaps(&g->leaf, box, g->gaps);
        g->asked += g->node->n;
        return true;
}

/* A row at `square` from the i-th of the group. True when it is among the best so far. */
static bool offer(struct group *g, size_t i, uint32_t query, double square, uint32_t candidate) {
        const struct search *s = g->search;

        if (!closer(square, candidate, g->worst[i], g->worst_row[i]) || (s->self && candidate == query)
            || (s->own && candidate == s->own[query]))
                return false;
        insert(s, query, square, candidate);
        if (s->within) {
                if (s->rows[query * s->k + s->k - 1] == TAMIS_NO_NEIGHBOR)
                        return false;
                g->worst[i] = -1;               /* nothing is nearer */
                g->rough_limit[i] = -1;
                return true;
        }
        g->worst[i] = s->squares[query * s->k + s->k - 1];
        g->worst_row[i] = s->rows[query * s->k + s->k - 1];
        g->rough_limit[i] = tamis_rough_limit(g->worst[i], s->tree->roughness + s->queries->roughness,
                                              s->tree->points->d);
        return true;
}

static bool measure_all(struct group *g, size_t i, uint32_t query, const tamis_leaf *leaf,
                        const tamis_tree_node *node) {
        const tamis_points *q = g->search->queries->points;
        bool changed = false;

        if (!g->search->lanes->squares(leaf, q->numbers + (size_t) query * q->d, q->codes + (size_t) query * q->c,
                                       g->worst[i], g->squares))
                return false;
        for (size_t c = 0; c < node->n; c++)
                changed |= offer(g, i, query, g->squares[c], g->search->tree->rows[node->first + c]);
        return changed;
}

/* The same answer, with only those measured that pass a first look. */
static bool measure_near(struct group *g, size_t i, uint32_t query, const tamis_leaf *leaf,
                         const tamis_tree_node *node) {
        const tamis_points *q = g->search->queries->points;
        const uint32_t *codes = q->codes + (size_t) query * q->c;
        bool changed = false;

        g->looked += node->n;
        if (!g->search->lanes->rough(leaf, g->leaf.rough + i, g->leaf.padded, codes, g->rough_limit[i],
                                     g->rough_squares))
                return false;
        for (size_t c = 0; c < node->n; c++) {
                if (g->rough_squares[c] > g->rough_limit[i])
                        continue;
                g->passed++;
                changed |= offer(g, i, query, tamis_leaf_square(leaf, q->numbers + (size_t) query * q->d, codes, c),
                                 g->search->tree->rows[node->first + c]);
        }
        /* an outlier can make single precision useless for all others */
        if (g->looked >= 65536 && g->passed * 8 > g->looked)
                g->rough = false;
        return changed;
}

static void lower_limit(struct group *g) {
        g->limit = g->worst[0];
        g->limit_row = g->worst_row[0];
        for (size_t i = 1; i < g->node->n; i++)
                if (closer(g->limit, g->limit_row, g->worst[i], g->worst_row[i])) {
                        g->limit = g->worst[i];
                        g->limit_row = g->worst_row[i];
                }
}

static void look_in_leaf(struct group *g, const tamis_tree_node *node, const double *box) {
        const tamis_leaf leaf = tamis_tree_leaf(g->search->tree, node);
        bool gaps = find_gaps(g, box), changed = false;

        for (size_t i = 0; i < g->node->n; i++) {
                uint32_t query = g->search->queries->rows[g->node->first + i];

                if (g->worst[i] < 0)
                        continue;
                if (gaps && !closer(g->gaps[i], node->lowest, g->worst[i], g->worst_row[i])) {
                        g->refused++;
                        continue;
                }
                if (g->rough && isfinite(g->worst[i]))
                        changed |= measure_near(g, i, query, &leaf, node);
                else
                        changed |= measure_all(g, i, query, &leaf, node);
        }
        if (changed)
                lower_limit(g);
}

/* Go down into what may hold a nearer row, the nearer child first. `skip` was looked into already. */
static void descend(struct group *g, uint32_t id, double gap, uint32_t skip) {
        const tamis_tree *tree = g->search->tree;
        const tamis_tree_node *node = &tree->nodes[id];
        size_t d = tree->points->d;
        uint32_t a, b;
        double gap_a, gap_b;

        if (!closer(gap, node->lowest, g->limit, g->limit_row))
                return;
        if (node->right == 0) {
                if (id != skip)
                        look_in_leaf(g, node, tree->boxes + (size_t) id * 2 * d);
                return;
        }
        a = id + 1;
        b = node->right;
        gap_a = tamis_tree_gap(tree->boxes + (size_t) a * 2 * d, g->box, d);
        gap_b = tamis_tree_gap(tree->boxes + (size_t) b * 2 * d, g->box, d);
        if (second_first(g, a, b, gap_a, gap_b)) {
                descend(g, b, gap_b, skip);
                descend(g, a, gap_a, skip);
        } else {
                descend(g, a, gap_a, skip);
                descend(g, b, gap_b, skip);
        }
}

static void search_leaf(void *arg, size_t i) {
        const struct search *s = arg;
        uint32_t id = s->queries->leaves[i], skip = UINT32_MAX;
        struct group g;

        g.search = s;
        g.node = &s->queries->nodes[id];
        g.leaf = tamis_tree_leaf(s->queries, g.node);
        g.box = s->queries->boxes + (size_t) id * 2 * s->queries->points->d;
        g.asked = g.refused = g.looked = g.passed = 0;
        g.rough = s->tree->rough && s->queries->rough && s->tree->points->mismatch < 1e30;
        for (size_t q = 0; q < g.node->n; q++) {
                uint32_t row = s->queries->rows[g.node->first + q];
                size_t at = row * s->k;

                g.worst[q] = s->within ? s->within[row] : INFINITY;
                g.worst_row[q] = s->within ? s->within_row[row] : TAMIS_NO_NEIGHBOR;
                g.rough_limit[q] = tamis_rough_limit(g.worst[q], s->tree->roughness + s->queries->roughness,
                                                     s->tree->points->d);
                for (size_t n = 0; n < s->k; n++) {
                        s->squares[at + n] = INFINITY;
                        s->rows[at + n] = TAMIS_NO_NEIGHBOR;
                }
        }
        if (s->tree->n_nodes == 0)
                return;
        lower_limit(&g);
        if (s->self) {
                /* its own leaf first: then the limits are low before the tree is walked */
                skip = id;
                look_in_leaf(&g, g.node, g.box);
        }
        descend(&g, 0, 0, skip);
}

static int search(struct search *s, tamis_pool *pool, tamis_error *err) {
        double *own = NULL;

        s->lanes = tamis_lanes_at(0);
        if (!s->squares && s->queries->points->n > 0) {
                own = reallocarray(NULL, s->queries->points->n, s->k * sizeof *own);
                if (!own)
                        return tamis_fail_memory(err);
                s->squares = own;
        }
        tamis_pool_for(pool, s->queries->n_leaves, search_leaf, s);
        free(own);
        return 0;
}

int tamis_neighbors_each(const tamis_neighbors *index, size_t k, tamis_pool *pool, uint32_t *rows, double *squares,
                         tamis_error *err) {
        struct search s = {
                .tree = &index->tree, .queries = &index->tree, .self = true, .k = k, .rows = rows, .squares = squares,
        };

        return search(&s, pool, err);
}

int tamis_neighbors_within(const tamis_neighbors *index, size_t k, const double *squares, const uint32_t *rows,
                           tamis_pool *pool, uint8_t *enough, tamis_error *err) {
        size_t n = index->points.n;
        struct search s = {
                .tree = &index->tree, .queries = &index->tree, .self = true, .k = k,
                .rows = reallocarray(NULL, n + 1, k * sizeof *s.rows), .within = squares, .within_row = rows,
        };
        int r = s.rows ? search(&s, pool, err) : tamis_fail_memory(err);

        for (size_t row = 0; r == 0 && row < n; row++)
                enough[row] = s.rows[row * k + k - 1] != TAMIS_NO_NEIGHBOR;
        free(s.rows);
        return r;
}

int tamis_neighbors_find(const tamis_neighbors *index, const tamis_points *queries, size_t k, tamis_pool *pool,
                         uint32_t *rows, double *squares, tamis_error *err) {
        return tamis_neighbors_find_others(index, queries, NULL, k, pool, rows, squares, err);
}

int tamis_neighbors_find_others(const tamis_neighbors *index, const tamis_points *queries, const uint32_t *own, size_t k,
                                tamis_pool *pool, uint32_t *rows, double *squares, tamis_error *err) {
        struct search s = { .tree = &index->tree, .own = own, .k = k, .rows = rows, .squares = squares };
        tamis_tree tree;
        int r;

        r = tamis_tree_init(&tree, queries, &index->tree, pool, err);
        if (r < 0)
                return r;
        s.queries = &tree;
        r = search(&s, pool, err);
        tamis_tree_done(&tree);
        return r;
}

int tamis_neighbors_nearer(const tamis_neighbors *index, const tamis_points *queries, const double *squares,
                           tamis_pool *pool, uint8_t *nearer, tamis_error *err) {
        /* before row 0 of the same distance there is none */
        struct search s = {
                .tree = &index->tree, .k = 1, .within = squares,
                .rows = reallocarray(NULL, queries->n + 1, sizeof *s.rows),
                .within_row = calloc(queries->n + 1, sizeof *s.within_row),
        };
        tamis_tree tree = { 0 };
        int r = s.rows && s.within_row ? tamis_tree_init(&tree, queries, &index->tree, pool, err) : tamis_fail_memory(err);

        s.queries = &tree;
        if (r == 0)
                r = search(&s, pool, err);
        for (size_t row = 0; r == 0 && row < queries->n; row++)
                nearer[row] = s.rows[row] != TAMIS_NO_NEIGHBOR;
        tamis_tree_done(&tree);
        free(s.rows);
        free((void *) s.within_row);
        return r;
}

void tamis_neighbors_set_mismatch(tamis_neighbors *index, double mismatch) {
        index->points.mismatch = mismatch;
}
