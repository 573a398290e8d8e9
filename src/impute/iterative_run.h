/* iterative_run.h: what the files of an iterative fit share. */
#ifndef TAMIS_IMPUTE_ITERATIVE_RUN_H
#define TAMIS_IMPUTE_ITERATIVE_RUN_H

#include "impute/iterative.h"
#include "impute/joint.h"

/* While it is fitted. `total` are the cross-products (cross.h) of all rows as they are filled now. */
typedef struct tamis_iterative_run {
        tamis_iterative *m;
        const tamis_frame *train;
        const tamis_fit *fit;
        double *z;              /* rows x n, the table as it is filled now */
        int32_t **codes;        /* per column: a category's levels, filled too */
        uint32_t **rows;        /* per column: those with a hole, then the others */
        size_t *missing;        /* per column: how many are the former */
        size_t *order;          /* columns in the order they are regressed */
        size_t n_order, nearest;
        double *total, *part, *gram, *xy, *room, *changes, *chances;
} tamis_iterative_run;

/* An element of the upper triangle. */
static inline double *tamis_iterative_product(double *sums, size_t n, size_t a, size_t b) {
        return &sums[n + (a < b ? a * n + b : b * n + a)];
}

/* --nearest: absolute correlations after the first fill, as chances to be a predictor. */
int tamis_iterative_chances(tamis_iterative_run *f, tamis_error *err) TAMIS_CHECKED;
void tamis_iterative_draw(const tamis_iterative_run *f, size_t round, tamis_iterative_step *step);

/* A category's regression: `part` holds the cross-products of the rows that have it. `before`: that of the last round,
 * from which it starts, or NULL. */
int tamis_iterative_classify(const tamis_iterative_run *f, tamis_iterative_step *step,
                             const tamis_iterative_step *before, tamis_error *err) TAMIS_CHECKED;

#endif
