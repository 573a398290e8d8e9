#include <math.h>
#include <stdlib.h>

#include "neighbors/tree.h"

struct tamis_neighbors {
        tamis_points points;
        tamis_tree tree;
};

int tamis_neighbors_new(const tamis_points *points, tamis_neighbors **ret, tamis_error *err) {
        tamis_neighbors *index = calloc(1, sizeof *index);
        int r;

        if (!index)
                return tamis_fail_memory(err);
        index->points = *points;
        r = tamis_tree_init(&index->tree, &index->points, err);
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
        bool self;              /* both are the same rows: none is its own neighbour */
        size_t k;
        uint32_t *rows;
        double *squares;
};

/* What is known of the rows of one query leaf while it is searched. The k best of a row, in order, lie in its place of
 * the answer from the start; the worst of them is repeated here. */
struct group {
        const struct search *search;
        const tamis_tree_node *node;
        const double *box;
        double limit;           /* the worst of the worst: (limit, limit_row) */
        uint32_t limit_row;
        size_t asked, refused;  /* how often a row's own gap to a leaf was asked for, and was too wide */
        double worst[TREE_LEAF];
        uint32_t worst_row[TREE_LEAF];
        double squares[TREE_LEAF];
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

/* Whether the i-th row of the group can find nothing in this leaf. In many dimensions it always can, and asking costs a
 * quarter of the whole search: so it is given up where fewer than one in eight was refused. */
static bool gap_is_too_wide(struct group *g, size_t i, const tamis_tree_node *leaf, const double *box,
                            const double *row) {
        bool wide;

        if (g->refused * 8 < g->asked && g->asked >= 16 * TREE_LEAF)
                return false;
        wide = !closer(tamis_tree_gap_to_row(box, row, g->search->tree->points->d), leaf->lowest, g->worst[i],
                       g->worst_row[i]);
        g->asked++;
        g->refused += wide;
        return wide;
}

static void look_in_leaf(struct group *g, const tamis_tree_node *leaf, const double *box) {
        const struct search *s = g->search;
        const tamis_points *p = s->tree->points, *q = s->queries->points;
        size_t padded = tamis_tree_padded(leaf->n);
        bool changed = false;

        for (size_t i = 0; i < g->node->n; i++) {
                uint32_t query = s->queries->rows[g->node->first + i];
                const double *row = q->numbers + (size_t) query * p->d;

                if (gap_is_too_wide(g, i, leaf, box, row))
                        continue;
                if (!tamis_leaf_squares(s->tree->numbers + leaf->at * p->d, s->tree->codes + leaf->at * p->c, padded,
                                        p->d, p->c, p->mismatch, row, q->codes + (size_t) query * p->c, g->worst[i],
                                        g->squares))
                        continue;
                for (size_t c = 0; c < leaf->n; c++) {
                        uint32_t candidate = s->tree->rows[leaf->first + c];

                        if (!closer(g->squares[c], candidate, g->worst[i], g->worst_row[i]) ||
                            (s->self && candidate == query))
                                continue;
                        insert(s, query, g->squares[c], candidate);
                        g->worst[i] = s->squares[query * s->k + s->k - 1];
                        g->worst_row[i] = s->rows[query * s->k + s->k - 1];
                        changed = true;
                }
        }
        if (!changed)
                return;
        g->limit = g->worst[0];
        g->limit_row = g->worst_row[0];
        for (size_t i = 1; i < g->node->n; i++)
                if (closer(g->limit, g->limit_row, g->worst[i], g->worst_row[i])) {
                        g->limit = g->worst[i];
                        g->limit_row = g->worst_row[i];
                }
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
        if (closer(gap_b, tree->nodes[b].lowest, gap_a, tree->nodes[a].lowest)) {
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
        g.box = s->queries->boxes + (size_t) id * 2 * s->queries->points->d;
        g.limit = INFINITY;
        g.limit_row = TAMIS_NO_NEIGHBOR;
        g.asked = g.refused = 0;
        for (size_t q = 0; q < g.node->n; q++) {
                size_t at = s->queries->rows[g.node->first + q] * s->k;

                g.worst[q] = INFINITY;
                g.worst_row[q] = TAMIS_NO_NEIGHBOR;
                for (size_t n = 0; n < s->k; n++) {
                        s->squares[at + n] = INFINITY;
                        s->rows[at + n] = TAMIS_NO_NEIGHBOR;
                }
        }
        if (s->tree->n_nodes == 0)
                return;
        if (s->self) {
                /* its own leaf first: then the limits are low before the tree is walked */
                skip = id;
                look_in_leaf(&g, g.node, g.box);
        }
        descend(&g, 0, 0, skip);
}

static int search(struct search *s, tamis_pool *pool, tamis_error *err) {
        double *own = NULL;

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

int tamis_neighbors_find(const tamis_neighbors *index, const tamis_points *queries, size_t k, tamis_pool *pool,
                         uint32_t *rows, double *squares, tamis_error *err) {
        struct search s = { .tree = &index->tree, .k = k, .rows = rows, .squares = squares };
        tamis_tree tree;
        int r;

        r = tamis_tree_init(&tree, queries, err);
        if (r < 0)
                return r;
        s.queries = &tree;
        r = search(&s, pool, err);
        tamis_tree_done(&tree);
        return r;
}
