/* boost_tree.h: one tree of a gradient boosting.
 *
 * Of a node, each predictor's histogram of slopes and curvatures is all that is looked at; that of the larger side of a split
 * is the node's less the smaller's (as in LightGBM, Ke et al. 2017). Slopes are whole numbers of a small unit, so that this
 * difference is exact, and no sum hangs on the order of the rows.
 *
 * Ownership: a grower keeps copies of the columns, and points to nothing of the caller's.
 */
#ifndef TAMIS_FIT_BOOST_TREE_H
#define TAMIS_FIT_BOOST_TREE_H

#include "fit/tree.h"

typedef struct tamis_boost_shape {
        size_t leaf, depth;             /* rows in a leaf at least; splits one below the other at most, 1 .. 30 */
        double rate, lambda;            /* a leaf is worth rate * slopes / (curvatures + lambda) */
} tamis_boost_shape;

/* Columns of the rows that are given, cut to the bins in use; read by any number of growers. */
typedef struct tamis_boost_table {
        size_t rows, n;                 /* n: columns looked at */
        size_t *predictor;              /* per column: its number */
        bool *category;
        uint8_t *bins;                  /* column after column, by row */
        unsigned *used;                 /* per column: bins; a missing cell has that number */
        size_t *at;                     /* per column, and one more: where its histogram begins */
} tamis_boost_table;

int tamis_boost_table_make(const tamis_cart_data *data, const uint32_t *rows, size_t n, tamis_boost_table *ret,
                           tamis_error *err) TAMIS_CHECKED;
void tamis_boost_table_done(tamis_boost_table *t);

typedef struct tamis_boost_grower tamis_boost_grower;

/* For trees on `rows` of the table (n >= 1). `pool` may be NULL. */
int tamis_boost_grower_new(const tamis_boost_table *table, const tamis_boost_shape *shape, const uint32_t *rows,
                           size_t n, tamis_pool *pool, tamis_boost_grower **ret, tamis_error *err) TAMIS_CHECKED;
void tamis_boost_grower_free(tamis_boost_grower *g);

/* `slopes` and `curvatures` by row of the table; curvatures NULL: all 1. Adds the tree to `scores` of the grower's rows. Leaves
 * are worth what they add. */
int tamis_boost_tree(tamis_boost_grower *g, const double *slopes, const double *curvatures, double *scores,
                     tamis_cart *ret, tamis_error *err) TAMIS_CHECKED;

/* What a tree says of a row of the table. */
double tamis_boost_table_predict(const tamis_boost_table *t, const uint32_t *column_of, const tamis_cart *tree,
                                 size_t row);

#endif
