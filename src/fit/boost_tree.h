/* boost_tree.h: one tree of a gradient boosting.
 *
 * Of a node, each predictor's histogram of slopes and curvatures is all that is looked at; that of the larger side of a
 * split is the node's less the smaller's (as in LightGBM, Ke et al. 2017). Slopes are whole numbers of a small unit, so
 * that this difference is exact, and no sum hangs on the order of the rows.
 *
 * Ownership: a grower is freed with _free, and borrows the table, the rows and the pool until then. A tree that is
 * grown is the caller's.
 */
#ifndef TAMIS_FIT_BOOST_TREE_H
#define TAMIS_FIT_BOOST_TREE_H

#include "fit/boost_table.h"

typedef struct tamis_boost_shape {
        size_t leaf, depth;             /* rows in a leaf at least; splits one below the other at most, 1 .. 30 */
        double rate, lambda;            /* a leaf is worth rate * slopes / (curvatures + lambda) */
} tamis_boost_shape;

typedef struct tamis_boost_grower tamis_boost_grower;

/* For trees on `rows` of the table (n >= 1). `pool` may be NULL. */
int tamis_boost_grower_new(const tamis_boost_table *table, const tamis_boost_shape *shape, const uint32_t *rows,
                           size_t n, tamis_pool *pool, tamis_boost_grower **ret, tamis_error *err) TAMIS_CHECKED;
void tamis_boost_grower_free(tamis_boost_grower *g);

/* `slopes` and `curvatures` by row of the table; curvatures NULL: all 1. Adds the tree to `scores` of the grower's
 * rows. Leaves are worth what they add. */
int tamis_boost_tree(tamis_boost_grower *g, const double *slopes, const double *curvatures, double *scores,
                     tamis_cart *ret, tamis_error *err) TAMIS_CHECKED;

#endif
