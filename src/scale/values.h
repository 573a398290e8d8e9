/* values.h: all values of a column, for the strategies that need them in order. Eight bytes a present cell. */
#ifndef TAMIS_SCALE_VALUES_H
#define TAMIS_SCALE_VALUES_H

#include "step/ledger.h"

typedef struct tamis_values {
        double *x;              /* present ones, never -0 */
        size_t n, capacity;
        uint64_t rows;          /* with those whose cell is missing */
} tamis_values;

/* A tamis_values. */
extern const tamis_summary tamis_summary_values;

/* Ascending. False: memory is out. */
bool tamis_values_sort(double *x, size_t n);

/* The p-quantile of sorted x[0..n), n >= 1; type 7, with the arithmetic of NumPy's percentile. */
double tamis_values_quantile(const double *x, size_t n, double p);

#endif
