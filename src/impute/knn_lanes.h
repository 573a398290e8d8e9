/* knn_lanes.h: the loops that look at 64 donors at once, as wide as the machine is.
 *
 * Donors of a leaf lie coordinate by coordinate, in single precision. A sum of terms is taken over the coordinates a
 * query lists, from the first to the last, whatever the width: all widths give the same bits. A term is (x - y)^2 for
 * nan-Euclidean distances, |x - y| for Gower's, and 1 for categories that differ. knn_lanes_body.h is compiled once
 * for each width.
 *
 * Measured (AVX-512, 9 coordinates): a leaf in 45 cycles.
 */
#ifndef IMPUTE_KNN_LANES_H
#define IMPUTE_KNN_LANES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
        KNN_LEAF = 64,          /* donors in a leaf */
        KNN_FAN = 16,           /* boxes side by side in a block */
        KNN_STRIDE = 16,        /* coordinates between two looks at whether it is worth going on */
};

/* `numbers[i * KNN_LEAF + donor]`, codes and masks alike; what lies behind the last donor is finite and means
 * nothing. The masks are -1 where the cell is there and 0 where it is missing, those of the numbers first; NULL:
 * nothing is missing. */
typedef struct tamis_knn_leaf {
        const float *numbers;
        const int32_t *codes;
        const int32_t *number_masks, *code_masks;
} tamis_knn_leaf;

/* A box a lane: `low[i * KNN_FAN + lane]`. Of codes too: those of the box lie between the two. */
typedef struct tamis_knn_block {
        const float *low, *high;
        const int32_t *low_code, *high_code;
} tamis_knn_block;

/* A row to fill: the coordinates that count, by their place in the leaves at hand. */
typedef struct tamis_knn_query {
        size_t numbers, codes;
        const uint32_t *number_at, *code_at;
        const float *number;
        const int32_t *code;
} tamis_knn_query;

typedef struct tamis_knn_lanes {
        const char *name;

        /* Bit i: the sum of donor i is at most `base` + `each` times the coordinates it shares with the query. The sums
         * of those whose bit is set are written, at least. [0] squares, [1] absolute differences. */
        uint64_t (*look[2])(const tamis_knn_leaf *leaf, const tamis_knn_query *query, float each, float base,
                            float *sums);
        uint64_t (*look_masked[2])(const tamis_knn_leaf *leaf, const tamis_knn_query *query, float each, float base,
                                   float *sums);

        /* A sum below which none of a box's can be; bit i: that of box i is at most `limit`. */
        uint32_t (*gaps[2])(const tamis_knn_block *block, const tamis_knn_query *query, float limit, float *gaps);
} tamis_knn_lanes;

/* The i-th kind that this machine can do, the widest first; NULL behind the last. */
const tamis_knn_lanes *tamis_knn_lanes_at(size_t i);

#endif
