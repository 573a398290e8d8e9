/* lanes.h: the loops everything else is there to feed, as wide as the machine is.
 *
 * Sixteen rows, or sixteen boxes, lie side by side, column by column, in single precision, and are held against one row
 * at once. What comes out is a first look: a set of those that may be near enough, bit i for the i-th. All widths leave
 * out only what is surely too far (tree.h says by what margin); which of the rest they leave in may differ by a
 * rounding. lanes_body.h is compiled once for each.
 */
#ifndef NEIGHBORS_LANES_H
#define NEIGHBORS_LANES_H

#include <stddef.h>
#include <stdint.h>

enum { LANES = 16 };

/* Sixteen rows of d numbers and c codes: numbers[column * LANES + row]. The one row they are held against lies in such
 * a leaf, too: its numbers are row[column * LANES], its codes one behind the other. */
typedef struct tamis_leaf {
        const float *numbers;
        const uint32_t *codes;
        size_t d, c;
        float mismatch;
} tamis_leaf;

typedef struct tamis_lanes {
        const char *name;

        /* The rows of the leaf whose square from one row is <= limit. */
        uint32_t (*rows)(const tamis_leaf *leaf, const float *row, const uint32_t *row_codes, float limit);

        /* The boxes whose gap to one row, squared, is <= limit, and the gaps. boxes[column * 2 * LANES + box] is the
         * lowest value, and what lies LANES behind it the highest. */
        uint32_t (*gaps)(const float *boxes, size_t d, const float *row, float limit, float *gaps);
} tamis_lanes;

/* The i-th kind that this machine can do, the widest first; NULL behind the last. */
const tamis_lanes *tamis_lanes_at(size_t i);

#endif
