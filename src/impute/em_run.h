/* em_run.h: the rounds of em (em.h), what their two halves share.
 *
 * em_expect.c: what is expected of the rows, given the parameters. em_model.c: the parameters, given that.
 */
#ifndef TAMIS_IMPUTE_EM_RUN_H
#define TAMIS_IMPUTE_EM_RUN_H

#include "impute/em.h"

enum { TAMIS_EM_BLOCKS = 32 };

/* Some patterns, and what their rows add up to: deviations from the mean, and their products. */
typedef struct tamis_em_block {
        size_t first, last;             /* patterns */
        double *sum, *products;         /* p; p * p, lower */
        double likelihood;
        int status;
} tamis_em_block;

typedef struct tamis_em_rounds {
        tamis_em *m;
        const tamis_frame *train;
        tamis_em_patterns patterns;
        double **summed;                /* per pattern with many rows: sums (seen), then products (seen * seen) of its cells */
        tamis_em_block blocks[TAMIS_EM_BLOCKS];
        size_t n_blocks, rows;          /* rows: those with something observed */
        double constant;                /* of the log-likelihood */
        bool regular;                   /* the covariance is far from singular: then there is ... */
        double *precision, log_det;     /* ... its inverse, and the logarithm of its determinant */
} tamis_em_rounds;

/* The seen cells of a row, in the order of `g->at`. */
void tamis_em_take_row(const tamis_em_rounds *r, size_t row, const tamis_em_regression *g, double *x);
/* For a pool: fill block i of the rounds. */
void tamis_em_expect(void *rounds, size_t i);

#endif
