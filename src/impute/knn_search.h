/* knn_search.h: the donors of every hole of some rows.
 *
 * Rows with the same cells missing are taken together, and a block of rows is held against some leaves of donors at a
 * time, so that both stay in the cache. Each hole keeps the best k donors so far, and the worst of them says how near
 * the next has to be. Whatever the order in which donors are met, the same stay.
 *
 * Memory: a megabyte or so, and a pattern a row.
 */
#ifndef IMPUTE_KNN_SEARCH_H
#define IMPUTE_KNN_SEARCH_H

#include "impute/knn_index.h"

/* The donors of one hole, nearest first: sums divided by the coordinates shared, and row numbers. None: no row of the
 * index that has the cell shares a coordinate with this one. */
typedef struct tamis_knn_donors {
        size_t row, coordinate;         /* the hole: a row of the frame that was given */
        size_t n;
        const double *distances;
        const uint32_t *rows;
} tamis_knn_donors;

/* What a group was searched at, to compare ways. */
typedef struct tamis_knn_cost {
        uint64_t rows, leaves, blocks;
} tamis_knn_cost;

/* take() is told of every hole in a wanted column that has donors in the index; their order is not defined. `costs`:
 * per group, or NULL. */
int tamis_knn_search(const tamis_knn_index *index, const tamis_frame *rows, size_t k,
                     void (*take)(void *arg, const tamis_knn_donors *donors), void *arg, tamis_knn_cost *costs,
                     tamis_error *err) TAMIS_CHECKED;

/* Find out, by searching for the holes of `rows` (made where there are none), which groups to search through boxes. */
int tamis_knn_probe(tamis_knn_index *index, const tamis_frame *rows, size_t k, tamis_error *err) TAMIS_CHECKED;

#endif
