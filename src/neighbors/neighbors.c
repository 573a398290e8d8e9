#include <stdlib.h>

#include "neighbors/search.h"

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
        r = tamis_tree_order(&index->tree, &index->points, pool, err);
        if (r == 0)
                r = tamis_tree_lay_out(&index->tree, NULL, pool, err);
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

int tamis_neighbors_each(const tamis_neighbors *index, size_t k, tamis_pool *pool, uint32_t *rows, double *squares,
                         tamis_error *err) {
        tamis_search s = {
                .tree = &index->tree, .queries = &index->tree, .self = true, .k = k, .rows = rows, .squares = squares,
        };

        return tamis_search_run(&s, pool, err);
}

int tamis_neighbors_within(const tamis_neighbors *index, size_t k, const double *squares, const uint32_t *rows,
                           tamis_pool *pool, uint8_t *enough, tamis_error *err) {
        size_t n = index->points.n;
        tamis_search s = {
                .tree = &index->tree, .queries = &index->tree, .self = true, .k = k,
                .rows = reallocarray(NULL, n + 1, k * sizeof *s.rows), .within = squares, .within_row = rows,
        };
        int r = s.rows ? tamis_search_run(&s, pool, err) : tamis_fail_memory(err);

        for (size_t row = 0; r == 0 && row < n; row++)
                enough[row] = s.rows[row * k + k - 1] != TAMIS_NO_NEIGHBOR;
        free(s.rows);
        return r;
}

/* Rows that lie together are looked for together. In an empty index there is nothing to be near to. */
static int order_queries(tamis_tree *tree, const tamis_points *queries, const tamis_neighbors *index, tamis_pool *pool,
                         tamis_error *err) {
        int r = tamis_tree_order(tree, queries, pool, err);

        return r == 0 ? tamis_tree_lay_out(tree, &index->tree, pool, err) : r;
}

int tamis_neighbors_find(const tamis_neighbors *index, const tamis_points *queries, size_t k, tamis_pool *pool,
                         uint32_t *rows, double *squares, tamis_error *err) {
        return tamis_neighbors_find_others(index, queries, NULL, k, pool, rows, squares, err);
}

int tamis_neighbors_find_others(const tamis_neighbors *index, const tamis_points *queries, const uint32_t *own,
                                size_t k, tamis_pool *pool, uint32_t *rows, double *squares, tamis_error *err) {
        tamis_search s = { .tree = &index->tree, .own = own, .k = k, .rows = rows, .squares = squares };
        tamis_tree tree;
        int r;

        r = order_queries(&tree, queries, index, pool, err);
        if (r < 0)
                return r;
        s.queries = &tree;
        r = tamis_search_run(&s, pool, err);
        tamis_tree_done(&tree);
        return r;
}

int tamis_neighbors_nearer(const tamis_neighbors *index, const tamis_points *queries, const double *squares,
                           tamis_pool *pool, uint8_t *nearer, tamis_error *err) {
        /* before row 0 of the same distance there is none */
        tamis_search s = {
                .tree = &index->tree, .k = 1, .within = squares,
                .rows = reallocarray(NULL, queries->n + 1, sizeof *s.rows),
                .within_row = calloc(queries->n + 1, sizeof *s.within_row),
        };
        tamis_tree tree = { 0 };
        int r = s.rows && s.within_row ? order_queries(&tree, queries, index, pool, err) : tamis_fail_memory(err);

        s.queries = &tree;
        if (r == 0)
                r = tamis_search_run(&s, pool, err);
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
