#include <stdlib.h>

#include "neighbors/search.h"

/* What is known of the rows of one query leaf while they are searched for. The k best of a row, in order, lie in its
 * place of the answer from the start; the worst of them is repeated here. */
struct group {
        const tamis_search *search;
        const tamis_lanes *lanes;
        tamis_leaf leaf;                /* what all leaves have in common */
        const uint32_t *queries;        /* row numbers */
        const float *numbers;           /* as a leaf's */
        double roughness;
        double worst[LANES], distance[LANES];   /* squared, and not; worst -1: the search is over */
        uint32_t worst_row[LANES];
        float limit[LANES];             /* a box whose gap, squared, is above it has nothing nearer */
        float usual[LANES];             /* the same of a rough square, in leaves no rougher than tree->usual */
};

struct job {
        tamis_search *search;
        const tamis_lanes *lanes;
};

static bool closer(double square, uint32_t row, double than, uint32_t than_row) {
        return square < than || (square == than && row < than_row);
}

static void insert(const tamis_search *s, uint32_t query, double square, uint32_t row) {
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

static void set_worst(struct group *g, size_t q, double square, uint32_t row) {
        g->worst[q] = square;
        g->worst_row[q] = row;
        g->distance[q] = sqrt(square);
        g->limit[q] = tamis_rough_limit(g->distance[q], g->roughness, g->leaf.d);
        g->usual[q] = tamis_rough_limit(g->distance[q], g->roughness + g->search->tree->usual, g->leaf.d);
}

/* The square of the distance: this order of additions is the definition. */
static double measure(const tamis_search *s, size_t query, size_t row) {
        const tamis_points *a = s->tree->points, *b = s->queries->points;
        const double *x = a->numbers + row * a->d, *y = b->numbers + query * a->d;
        const uint32_t *u = a->codes + row * a->c, *v = b->codes + query * a->c;
        double sum = 0;
        int differing = 0;

        for (size_t j = 0; j < a->d; j++) {
                double gap = x[j] - y[j];

                sum += gap * gap;
        }
        for (size_t j = 0; j < a->c; j++)
                differing += u[j] != v[j];
        return a->c > 0 ? sum + a->mismatch * (double) differing : sum;
}

/* A row that may be near the q-th of the group. */
static void offer(struct group *g, size_t q, uint32_t row) {
        const tamis_search *s = g->search;
        const uint32_t query = g->queries[q];
        const size_t last = query * s->k + s->k - 1;
        double square;

        if ((s->self && row == query) || (s->own && row == s->own[query]))
                return;
        square = measure(s, query, row);
        if (!closer(square, row, g->worst[q], g->worst_row[q]))
                return;
        insert(s, query, square, row);
        if (!s->within)
                set_worst(g, q, s->squares[last], s->rows[last]);
        else if (s->rows[last] != TAMIS_NO_NEIGHBOR)
                g->worst[q] = g->limit[q] = -1;
}

static void look_in_leaf(struct group *g, size_t q, size_t leaf) {
        const tamis_search *s = g->search;
        const tamis_tree *tree = s->tree;
        const uint32_t *rows = tree->rows + tree->starts[leaf];
        float limit = g->usual[q];
        uint32_t near;

        if (tree->roughness[leaf] > tree->usual)
                limit = tamis_rough_limit(g->distance[q], g->roughness + tree->roughness[leaf], g->leaf.d);
        g->leaf.numbers = tree->numbers + leaf * g->leaf.d * LANES;
        g->leaf.codes = tree->codes + leaf * g->leaf.c * LANES;
        near = g->lanes->rows(&g->leaf, g->numbers + q, s->queries->points->codes + g->queries[q] * g->leaf.c, limit);
        near &= (1U << (tree->starts[leaf + 1] - tree->starts[leaf])) - 1;
        for (; near && g->worst[q] >= 0; near &= near - 1)
                offer(g, q, rows[__builtin_ctz(near)]);
}

/* Sixteen items of a level, and which of them the q-th of the group has to go into. */
static uint32_t look_at_boxes(const struct group *g, size_t q, size_t level, size_t sixteen, float *gaps) {
        const tamis_tree *tree = g->search->tree;
        const tamis_tree_level *l = &tree->levels[level];
        const size_t left = l->n - sixteen * LANES;
        uint32_t near = g->lanes->gaps(l->boxes + sixteen * 2 * g->leaf.d * LANES, g->leaf.d, g->numbers + q,
                                       g->limit[q], gaps);

        if (left < LANES)
                near &= (1U << left) - 1;
        /* all that are wanted are the same row: among a million equal ones only lower numbers count */
        if (g->worst[q] == 0)
                for (uint32_t rest = near; rest; rest &= rest - 1)
                        if (l->lowest[sixteen * LANES + (size_t) __builtin_ctz(rest)] >= g->worst_row[q])
                                near &= ~(rest & -rest);
        return near;
}

static size_t nearest(uint32_t among, const float *gaps) {
        size_t best = (size_t) __builtin_ctz(among);

        for (among &= among - 1; among; among &= among - 1)
                if (gaps[__builtin_ctz(among)] < gaps[best])
                        best = (size_t) __builtin_ctz(among);
        return best;
}

/* The nearest leaf first, which brings the limit down; then the others as they lie. */
static void look_in_leaves(struct group *g, size_t q, size_t sixteen) {
        float gaps[LANES];
        uint32_t near = look_at_boxes(g, q, 0, sixteen, gaps);
        size_t first;

        if (!near)
                return;
        first = nearest(near, gaps);
        look_in_leaf(g, q, sixteen * LANES + first);
        for (near &= ~(1U << first); near; near &= near - 1) {
                size_t i = (size_t) __builtin_ctz(near);

                if (gaps[i] <= g->limit[q])
                        look_in_leaf(g, q, sixteen * LANES + i);
        }
}

/* `active`: bit q for the q-th of the group. Items are gone into by how near they are to all of them. */
static void descend(struct group *g, size_t level, size_t sixteen, uint32_t active) {
        float gaps[LANES][LANES], sums[LANES] = { 0 };
        uint32_t sets[LANES] = { 0 }, wanted = 0;

        if (level == 0) {
                for (; active; active &= active - 1)
                        look_in_leaves(g, (size_t) __builtin_ctz(active), sixteen);
                return;
        }
        for (; active; active &= active - 1) {
                const size_t q = (size_t) __builtin_ctz(active);
                uint32_t near = look_at_boxes(g, q, level, sixteen, gaps[q]);

                wanted |= near;
                for (; near; near &= near - 1)
                        sets[__builtin_ctz(near)] |= 1U << q;
                for (size_t i = 0; i < LANES; i++)
                        sums[i] += gaps[q][i];
        }
        while (wanted) {
                const size_t i = nearest(wanted, sums);
                uint32_t still = 0;

                wanted &= ~(1U << i);
                for (uint32_t rest = sets[i]; rest; rest &= rest - 1) {
                        const size_t q = (size_t) __builtin_ctz(rest);

                        still |= (uint32_t) (gaps[q][i] <= g->limit[q]) << q;
                }
                if (still)
                        descend(g, level - 1, sixteen * LANES + i, still);
        }
}

static void search_leaf(void *arg, size_t leaf) {
        const struct job *job = arg;
        const tamis_search *s = job->search;
        const tamis_points *p = s->tree->points;
        const size_t n = s->queries->starts[leaf + 1] - s->queries->starts[leaf];
        struct group g = {
                .search = s, .lanes = job->lanes, .queries = s->queries->rows + s->queries->starts[leaf],
                .numbers = s->queries->numbers + leaf * p->d * LANES, .roughness = s->queries->roughness[leaf],
                /* less than it is leaves nothing out that is near */
                .leaf = { .d = p->d, .c = p->c, .mismatch = (float) fmin(p->mismatch, 1e30) },
        };

        for (size_t q = 0; q < n; q++) {
                const size_t row = g.queries[q];

                set_worst(&g, q, s->within ? s->within[row] : INFINITY,
                          s->within ? s->within_row[row] : TAMIS_NO_NEIGHBOR);
                for (size_t i = row * s->k; i < (row + 1) * s->k; i++) {
                        s->squares[i] = INFINITY;
                        s->rows[i] = TAMIS_NO_NEIGHBOR;
                }
        }
        if (s->tree->n_leaves > 0)
                descend(&g, s->tree->n_levels - 1, 0, (1U << n) - 1);
}

int tamis_search_run(tamis_search *s, tamis_pool *pool, tamis_error *err) {
        struct job job = { s, tamis_lanes_at(0) };
        double *own = NULL;

        if (!s->squares && s->queries->points->n > 0) {
                own = reallocarray(NULL, s->queries->points->n, s->k * sizeof *own);
                if (!own)
                        return tamis_fail_memory(err);
                s->squares = own;
        }
        tamis_pool_for(pool, s->queries->n_leaves, search_leaf, &job);
        free(own);
        return 0;
}
