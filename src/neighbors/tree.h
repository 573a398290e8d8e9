/* tree.h: a k-d tree over rows, sixteen wide: leaves of at most sixteen rows, and boxes around them sixteen
 * side by side.
 *
 * Rows are halved at the middle of a wide side, by (value, row number): an order without ties, so that a million equal
 * rows split as evenly as any others. All leaves are equally deep, 2^depth of them, and their sizes differ by one at
 * most; so nothing points at anything: item i of a level stands for items 16 i to 16 i + 15 of the level below, and
 * level 0 is the leaves.
 *
 * A first look is taken in single precision: numbers less a centre, cut off at +-ROUGH_MOST (which never moves two rows
 * apart), and rounded. A leaf knows how far its rows may be from their rough selves; boxes are wide enough to hold the
 * rows themselves. What passes is measured in double, so that rounding changes no answer.
 *
 * Ownership: a tree owns what it lays out and borrows the points.
 */
#ifndef NEIGHBORS_TREE_H
#define NEIGHBORS_TREE_H

#include <math.h>
#include <stdbool.h>

#include <tamis/neighbors.h>

#include "neighbors/lanes.h"

enum { TREE_LEVELS = 9 };       /* 16^9 leaves: more than rows can be counted */

typedef struct tamis_tree_level {
        size_t n;               /* items */
        float *boxes;           /* sixteen items after sixteen: lanes.h; 2 * d * LANES numbers each time */
        uint32_t *lowest;       /* per item: the lowest row number in it */
} tamis_tree_level;

typedef struct tamis_tree {
        const tamis_points *points;
        unsigned depth;
        size_t n_leaves;        /* 2^depth; none when there are no rows */
        uint32_t *starts;       /* leaf i: rows[starts[i] .. starts[i + 1]) */
        uint32_t *rows;         /* row numbers, leaf after leaf */

        float *numbers;         /* leaf i: numbers[i * d * LANES + column * LANES + row] */
        double *roughness;      /* per leaf: no row of it is farther from its rough self */

        /* to be searched */
        double *centre;         /* d */
        double usual;           /* most leaves are no rougher than this */
        uint32_t *codes;        /* as the numbers, with c */
        size_t n_levels;
        tamis_tree_level levels[TREE_LEVELS];
} tamis_tree;

/* The rows put into leaves. `pool`: NULL, or the threads to do it on; it is the same tree. */
int tamis_tree_order(tamis_tree *tree, const tamis_points *points, tamis_pool *pool, tamis_error *err) TAMIS_CHECKED;
/* And their rough selves: to be searched, or (`like`) to be looked for in that tree, which takes numbers
 * and roughness alone. */
int tamis_tree_lay_out(tamis_tree *tree, const tamis_tree *like, tamis_pool *pool, tamis_error *err) TAMIS_CHECKED;
void tamis_tree_done(tamis_tree *tree);

#define ROUGH_MOST 1e18

static inline float tamis_rough(double x, double centre) {
        double y = x - centre;

        return (float) (y > ROUGH_MOST ? ROUGH_MOST : y < -ROUGH_MOST ? -ROUGH_MOST : y);
}

/* How far a number may be from its rough self. */
static inline double tamis_rough_step(float rough) {
        return fabs((double) rough) * 0x1p-23 + 0x1p-148;
}

/* With D the distance of two rows in numbers, C what their categories add, and e how far both may be from their rough
 * selves: the rough distance is at most D + e (triangle inequality), so from D^2 + C <= w^2 follows that the rough
 * square is at most (w + e)^2, up to the rounding of d + 2 operations. This is that, rounding included: what is above
 * it is farther than w, surely. */
static inline float tamis_rough_limit(double w, double e, size_t operations) {
        double distance = w + e;

        return (float) (distance * distance * (1 + (double) (operations + 16) * 0x1p-23)
                        + (double) (operations + 2) * 0x1p-148);
}

#endif
