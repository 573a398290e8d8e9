/* knn_index.h: rows with holes, laid out so that the nearest of them that have a certain cell are found exactly.
 *
 * The distance of two rows ranks as their sum of terms over the coordinates both have, divided by how many those are:
 * squares of differences (nan-Euclidean: its square is that times the number of columns), or differences in parts of a
 * column's range and 0 or 1 for categories (Gower 1971). The sum is taken over the numbers in their order; the
 * categories that differ are counted and added at the end. Donors of a column are ordered by (distance, row number): so
 * every answer is defined, whatever ties there are.
 *
 * Rows with the same cells missing make a group: a query shares the same coordinates with all of them, so that bounds
 * on the sum are bounds on the distance. A group is halved down to leaves of 64 rows, and boxes are kept around each
 * leaf, around every 16 leaves, every 256, ...: sixteen boxes are looked at side by side. Patterns that few rows have
 * are thrown together, with masks, and searched row by row. Leaves and boxes are in single precision, with a bound on
 * what that moved a row by; what may be near is measured in double.
 *
 * In few dimensions the boxes leave most rows out. Where they do not, all leaves of a group are looked at in turn,
 * which costs less: a few rows of the table are searched for to find out which it is.
 *
 * Memory: 12 bytes a number, 8 a code. Ownership: an index owns everything in it.
 */
#ifndef IMPUTE_KNN_INDEX_H
#define IMPUTE_KNN_INDEX_H

#include <math.h>

#include "impute/frame.h"
#include "impute/knn_lanes.h"

enum { KNN_LEVELS = 9 };        /* 64 * 16^8 rows */

typedef struct tamis_knn_level {
        size_t blocks;
        float *low, *high;              /* block * d * KNN_FAN + coordinate * KNN_FAN + lane */
        int32_t *low_code, *high_code;
        float *roughness;               /* per block: the greatest below it */
} tamis_knn_level;

/* Rows that have the same coordinates; or, masked, any rows. */
typedef struct tamis_knn_group {
        const uint64_t *pattern;        /* bits of the coordinates that all (masked: some) of its rows have */
        bool masked;
        bool boxed;                     /* search it through its boxes */
        size_t first, n;                /* its rows: index->order[first ..] */
        size_t d, c;                    /* numbers and codes in its leaves */
        size_t leaves;
        uint32_t *place;                /* of a coordinate of the index in its leaves (numbers and codes apart) */
        float *numbers;
        int32_t *codes, *number_masks, *code_masks;
        float *roughness;               /* per leaf */
        size_t n_levels;
        tamis_knn_level levels[KNN_LEVELS];
} tamis_knn_group;

typedef struct tamis_knn_index {
        bool gower;
        size_t rows, d, c, words;       /* coordinates: d numbers, then c codes; words of a pattern */
        uint32_t *column;               /* per coordinate: its column of the frame */
        double *numbers;                /* row * d + i; NaN: missing */
        int32_t *codes;                 /* row * c + i */
        double *centre;                 /* per number: what is taken off before it is made single */
        double *range, *half;           /* Gower: |x half - y half| / range */
        uint32_t *order;                /* row numbers, group after group */
        size_t n_groups;
        tamis_knn_group *groups;        /* the greatest first, the masked one last */
        uint64_t *patterns;
        size_t *donors;                 /* per coordinate: rows that have it */
        uint32_t *roots;                /* per coordinate: the first group that has it; n_groups: none but
                                         * the masked one */
        uint32_t *sample;               /* per coordinate: KNN_SAMPLE rows that have it, for those without
                                         * such a group */
} tamis_knn_index;

enum { KNN_SAMPLE = 32 };

/* Over the numbers of a frame, and for Gower's distance its categories too. */
int tamis_knn_index_init(tamis_knn_index *index, const tamis_frame *frame, bool gower, tamis_error *err) TAMIS_CHECKED;
void tamis_knn_index_done(tamis_knn_index *index);

/* A number as leaves hold it; *off: by how much that may be wrong (infinite: it does not fit). */
static inline float tamis_knn_rough(const tamis_knn_index *index, size_t i, double x, double *off) {
        double moved = index->gower ? (x * index->half[i] - index->centre[i]) / index->range[i] : x - index->centre[i];
        float rough = (float) moved;

        if (!(fabsf(rough) < INFINITY)) {
                *off = INFINITY;
                return 0;
        }
        *off = fabs(moved - (double) rough) + fabs(moved) * 0x1p-50;
        return rough;
}

static inline bool tamis_knn_has(const uint64_t *pattern, size_t coordinate) {
        return pattern[coordinate / 64] >> coordinate % 64 & 1;
}

#endif
