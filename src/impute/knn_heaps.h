/* knn_heaps.h: rows to fill, side by side, with the best donors of each of their holes so far. Only for
 * knn_look.c and knn_search.c.
 *
 * `wide` holes a row at most, k donors a hole, in order: hole h of row b has its donors at (b * wide + h) * k.
 */
#ifndef IMPUTE_KNN_HEAPS_H
#define IMPUTE_KNN_HEAPS_H

#include <math.h>

#include "impute/knn_index.h"

typedef struct tamis_knn_heaps {
        size_t k, wide;
        size_t *full;                   /* per hole of a row: donors it can have at most */
        double *distances;
        uint32_t *rows;
} tamis_knn_heaps;

static inline bool tamis_knn_closer(double distance, uint32_t row, double than, uint32_t than_row) {
        return distance < than || (distance == than && row < than_row);
}

static inline double tamis_knn_worst(const tamis_knn_heaps *h, size_t b, size_t hole) {
        return h->distances[(b * h->wide + hole) * h->k + h->full[hole] - 1];
}

static inline void tamis_knn_empty(const tamis_knn_heaps *h, size_t b, size_t holes) {
        for (size_t i = b * h->wide * h->k; i < (b * h->wide + holes) * h->k; i++) {
                h->distances[i] = INFINITY;
                h->rows[i] = UINT32_MAX;
        }
}

/* True when the donor is among the best now, and was not before: it may be met twice. */
static inline bool tamis_knn_offer(const tamis_knn_heaps *h, size_t b, size_t hole, double distance, uint32_t row) {
        double *distances = h->distances + (b * h->wide + hole) * h->k;
        uint32_t *rows = h->rows + (b * h->wide + hole) * h->k;
        size_t last = h->full[hole] - 1, at = last;

        if (!tamis_knn_closer(distance, row, distances[last], rows[last]))
                return false;
        while (at > 0 && tamis_knn_closer(distance, row, distances[at - 1], rows[at - 1]))
                at--;
        if (at > 0 && rows[at - 1] == row)
                return false;
        memmove(distances + at + 1, distances + at, (last - at) * sizeof *distances);
        memmove(rows + at + 1, rows + at, (last - at) * sizeof *rows);
        distances[at] = distance;
        rows[at] = row;
        return true;
}

#endif
