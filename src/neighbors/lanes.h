/* lanes.h: the loops everything else is there to feed, as wide as the machine is.
 *
 * Rows of a leaf lie column by column, so that neighbouring rows are worked on side by side. Each row's sum is taken
 * from the first column to the last, whatever the width: all widths give the same bits. lanes_body.h is compiled once
 * for each.
 */
#ifndef NEIGHBORS_LANES_H
#define NEIGHBORS_LANES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
        LANES_LEAF = 64,        /* rows in a leaf, at most */
        LANES_PAD = 16,         /* a leaf's rows are padded to a multiple of this */
};

/* A leaf, `padded` rows of d numbers and c codes: numbers[column * padded + row]. */
typedef struct tamis_leaf {
        const double *numbers;
        const float *rough;
        const uint32_t *codes;
        size_t padded, d, c;
        double mismatch;
} tamis_leaf;

typedef struct tamis_lanes {
        const char *name;

        /* squares[i] for the rows of the leaf against one row; false when none of them is <= limit. */
        bool (*squares)(const tamis_leaf *leaf, const double *row, const uint32_t *row_codes, double limit,
                        double *squares);

        /* Roughly the same, in single precision and twice as many at once. The j-th number of the row is
         * rough_row[j * stride], so that a row may lie in a leaf. */
        bool (*rough)(const tamis_leaf *leaf, const float *rough_row, size_t stride, const uint32_t *row_codes,
                      float limit, float *squares);

        /* A square below which no distance from row i to anything in the box can be. The box: d lowest, d highest
         * values. */
        void (*gaps)(const tamis_leaf *leaf, const double *box, double *gaps);
} tamis_lanes;

/* The i-th kind that this machine can do, the widest first; NULL behind the last. */
const tamis_lanes *tamis_lanes_at(size_t i);

/* The square of one distance: row `i` of a leaf. */
static inline double tamis_leaf_square(const tamis_leaf *leaf, const double *row, const uint32_t *row_codes, size_t i) {
        double sum = 0;
        int differing = 0;

        for (size_t j = 0; j < leaf->d; j++) {
                double gap = leaf->numbers[j * leaf->padded + i] - row[j];

                sum += gap * gap;
        }
        for (size_t j = 0; j < leaf->c; j++)
                differing += leaf->codes[j * leaf->padded + i] != row_codes[j];
        return leaf->c > 0 ? sum + leaf->mismatch * (double) differing : sum;
}

#endif
