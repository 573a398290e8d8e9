/* tree.h: a k-d tree over rows, with tight boxes and leaves laid out for the distance loop.
 *
 * Nodes are split at the middle of their widest side, by (value, row number): an order without ties, so that a million
 * equal rows split as evenly as any others. A leaf's rows lie column by column, padded to whole groups of sixteen.
 *
 * Ownership: a tree owns what it lays out and borrows the points.
 */
#ifndef NEIGHBORS_TREE_H
#define NEIGHBORS_TREE_H

#include <math.h>
#include <stdbool.h>

#include <tamis/neighbors.h>

#include "neighbors/lanes.h"

enum { TREE_LEAF = LANES_LEAF };

typedef struct tamis_tree_node {
        uint32_t first, n;      /* its rows: tree->rows[first .. first + n) */
        uint32_t lowest;        /* the lowest row number among them */
        uint32_t right;         /* the second child; the first is the next node. 0: a leaf */
        size_t at;              /* a leaf's place in tree->numbers and ->codes, in padded rows */
} tamis_tree_node;

typedef struct tamis_tree {
        const tamis_points *points;
        size_t n_nodes, n_leaves;
        tamis_tree_node *nodes; /* in preorder; none when there are no rows */
        double *boxes;          /* per node: d lowest, then d highest values */
        uint32_t *leaves;       /* the leaves' nodes, in order */
        uint32_t *rows;         /* row numbers, leaf after leaf */
        double *numbers;        /* leaf at `at`: numbers[at * d + column * padded + i] */
        uint32_t *codes;        /* the same, with c */

        /* The numbers once more, in half the width and less a centre, for a first look (below). */
        double *centre;         /* d */
        float *rough;           /* NULL: the numbers are too large for it */
        double roughness;       /* no row is farther from its rough self than this */
} tamis_tree;

/* `like`: NULL, or the tree whose centre is to be taken. `pool`: NULL, or the threads to build it on; it is the same tree. */
int tamis_tree_init(tamis_tree *tree, const tamis_points *points, const tamis_tree *like, tamis_pool *pool,
                    tamis_error *err) TAMIS_CHECKED;
void tamis_tree_done(tamis_tree *tree);

static inline size_t tamis_tree_padded(size_t n) {
        return (n + LANES_PAD - 1) / LANES_PAD * LANES_PAD;
}

static inline tamis_leaf tamis_tree_leaf(const tamis_tree *tree, const tamis_tree_node *node) {
        size_t d = tree->points->d, c = tree->points->c;

        return (tamis_leaf) {
                .numbers = tree->numbers + node->at * d,
                .rough = tree->rough ? tree->rough + node->at * d : NULL,
                .codes = tree->codes + node->at * c,
                .padded = tamis_tree_padded(node->n),
                .d = d, .c = c,
                .mismatch = tree->points->mismatch,
        };
}

/* A square below which no distance between two boxes can be. Rounding only ever goes one way (subtraction, squaring and
 * adding are monotone, and the order is that of the distance loop), so it is a bound on the computed distance too. */
double tamis_tree_gap(const double *box_a, const double *box_b, size_t d);

/* -- a first look -------------------------------------------------------------------------------------------------- */

/* With D the distance of two rows, C what their categories add, and e the sum of both trees' roughness: the rough
 * distance is at most D + e (triangle inequality), so from D^2 + C <= w follows that the rough square is at most
 * (sqrt(w) + e)^2, up to the rounding of d + 2 operations. This is that, rounding included: a row whose rough square is
 * above it is farther than w, surely. The others are measured again. */
static inline float tamis_rough_limit(double square, double roughness, size_t d) {
        double distance = sqrt(square) + roughness;

        return (float) (distance * distance * (1 + (double) (d + 16) * 0x1p-23) + (double) (d + 2) * 0x1p-148);
}

#endif
