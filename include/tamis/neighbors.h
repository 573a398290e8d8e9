/* neighbors.h: the k rows of a table that lie nearest to each of its rows, exactly.
 *
 * A row is d numbers and c category codes. The square of the distance of two rows is the sum over the numbers, from the
 * first to the last, of (a - b)^2, plus `mismatch` for each code that differs. Rows are ordered by (distance, row
 * number), so that every answer is defined, whatever ties there are. A row is never its own neighbour: it is known by
 * its number, not by its values, so that an exact duplicate is one.
 *
 * The rows are put into a k-d tree with leaves of at most sixteen rows and sixteen children a node, and looked for
 * sixteen together, each within its own limit. Boxes and rows are first looked at in single precision, sixteen side by
 * side, with a margin for what that can be wrong by; what passes is measured in double. In few dimensions the tree
 * leaves most pairs out; in many it leaves none out, and what is done is what a tiled brute force does. Memory: O(n
 * (d + c + k)).
 *
 * Ownership: an index borrows the numbers and codes it is made of; they must outlive it and not change.
 */
#ifndef TAMIS_NEIGHBORS_H
#define TAMIS_NEIGHBORS_H

#include <stddef.h>
#include <stdint.h>

#include <tamis/pool.h>

typedef struct tamis_points {
        size_t n;                       /* rows, fewer than 2^32 - 1 */
        size_t d, c;                    /* numbers and codes per row; either may be 0 */
        const double *numbers;          /* n * d, row by row, all finite */
        const uint32_t *codes;          /* n * c, row by row */
        double mismatch;                /* added to the square for each code that differs; finite, >= 0 */
} tamis_points;

#define TAMIS_NO_NEIGHBOR UINT32_MAX    /* there were fewer than k */

typedef struct tamis_neighbors tamis_neighbors;

int tamis_neighbors_new(const tamis_points *points, tamis_neighbors **ret, tamis_error *err) TAMIS_CHECKED;
/* The same index, built on all threads of the pool. */
int tamis_neighbors_build(const tamis_points *points, tamis_pool *pool, tamis_neighbors **ret,
                          tamis_error *err) TAMIS_CHECKED;
void tamis_neighbors_free(tamis_neighbors *index);

/* For each row of the index the k nearest of its other rows, nearest first: rows[row * k + i], and the squares of the
 * distances in squares[row * k + i] (NULL: not wanted). Both are the caller's; k >= 1. */
int tamis_neighbors_each(const tamis_neighbors *index, size_t k, tamis_pool *pool, uint32_t *rows, double *squares,
                         tamis_error *err) TAMIS_CHECKED;

/* For each row of the index: are k of its other rows nearer than (squares[row], rows[row]), in the order of
 * distance and row number? enough[row] is 1 or 0. Less work than to find the nearest: the first k that are near
 * enough will do. */
int tamis_neighbors_within(const tamis_neighbors *index, size_t k, const double *squares, const uint32_t *rows,
                           tamis_pool *pool, uint8_t *enough, tamis_error *err) TAMIS_CHECKED;

/* The same as tamis_neighbors_each for rows that are not in the index: queries->d and ->c are the index's, and
 * its `mismatch` counts. */
int tamis_neighbors_find(const tamis_neighbors *index, const tamis_points *queries, size_t k, tamis_pool *pool,
                         uint32_t *rows, double *squares, tamis_error *err) TAMIS_CHECKED;

/* For each such row: is any row of the index nearer than squares[row], not only as near? nearer[row] is 1 or 0. */
int tamis_neighbors_nearer(const tamis_neighbors *index, const tamis_points *queries, const double *squares,
                           tamis_pool *pool, uint8_t *nearer, tamis_error *err) TAMIS_CHECKED;

/* Codes that differ count otherwise from now on: the index is the same. */
void tamis_neighbors_set_mismatch(tamis_neighbors *index, double mismatch);

/* The same for rows some of which are in the index: own[i] is the row of the index that query i is, and no neighbour
 * of, or TAMIS_NO_NEIGHBOR. */
int tamis_neighbors_find_others(const tamis_neighbors *index, const tamis_points *queries, const uint32_t *own,
                                size_t k, tamis_pool *pool, uint32_t *rows, double *squares,
                                tamis_error *err) TAMIS_CHECKED;

#endif
