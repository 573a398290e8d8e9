/* extremes.h: the smallest and the largest value; minmax and maxabs need no more. */
#ifndef TAMIS_SCALE_EXTREMES_H
#define TAMIS_SCALE_EXTREMES_H

#include "step/ledger.h"

typedef struct tamis_extremes {
        uint64_t n;
        double min, max;        /* once n > 0 */
} tamis_extremes;

extern const tamis_summary tamis_summary_extremes;

#endif
