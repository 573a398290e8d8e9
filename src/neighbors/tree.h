/* tree.h: a k-d tree over rows, with tight boxes and leaves laid out for the distance loop.
 *
 * Nodes are split at the middle of their widest side, by (value, row number): an order without ties, so that a million
 * equal rows split as evenly as any others. A leaf's rows lie column by column, padded to whole groups of eight.
 *
 * Ownership: a tree owns what it lays out and borrows the points.
 */
#ifndef NEIGHBORS_TREE_H
#define NEIGHBORS_TREE_H

#include <stdbool.h>

#include <tamis/neighbors.h>

enum {
        TREE_LEAF = 64,         /* rows in a leaf, at most */
        TREE_LANES = 8,         /* rows whose distances are worked out at once */
};

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
} tamis_tree;

int tamis_tree_init(tamis_tree *tree, const tamis_points *points, tamis_error *err) TAMIS_CHECKED;
void tamis_tree_done(tamis_tree *tree);

static inline size_t tamis_tree_padded(size_t n) {
        return (n + TREE_LANES - 1) / TREE_LANES * TREE_LANES;
}

/* A square below which no distance between two boxes can be. Rounding only ever goes one way (subtraction, squaring and
 * adding are monotone, and the order is that of the distance loop), so it is a bound on the computed distance too. */
double tamis_tree_gap(const double *box_a, const double *box_b, size_t d);
double tamis_tree_gap_to_row(const double *box, const double *row, size_t d);

/* squares[i] for the `padded` rows of a leaf against one row; false when none of them is <= limit. */
bool tamis_leaf_squares(const double *numbers, const uint32_t *codes, size_t padded, size_t d, size_t c, double mismatch,
                        const double *row, const uint32_t *row_codes, double limit, double *squares);

#endif
