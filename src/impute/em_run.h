/* em_run.h: the rounds of em (em.h), what their two halves share.
 *
 * em_expect.c: what is expected of the rows, given the parameters. em_model.c: the parameters, given that. em_leap.c:
 * where the rounds lead, in fewer of them.
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
        double **summed;                /* per pattern with many rows: its cells' sums, then products */
        tamis_em_block blocks[TAMIS_EM_BLOCKS];
        size_t n_blocks, rows;          /* rows: those with something observed */
        double constant;                /* of the log-likelihood */
        bool fine;                      /* the covariance needed no ridge */
        bool regular;                   /* the covariance is far from singular: then there is ... */
        double *precision, log_det;     /* ... its inverse, and the logarithm of its determinant */
} tamis_em_rounds;

/* The seen cells of a row, in the order of `g->at`. */
void tamis_em_take_row(const tamis_em_rounds *r, size_t row, const tamis_em_regression *g, double *x);
/* For a pool: fill block i of the rounds. */
void tamis_em_expect(void *rounds, size_t i);

/* -- em_leap.c */

typedef struct tamis_em_leap {
        double *at[3];                  /* mean and covariance before the first step, before the second, behind it */
        double *square;
        double likelihood, most;        /* of what was before the last step; how far a leap may go */
        size_t steps;                   /* taken since the last leap: 0, 1 */
        bool leapt, limited;
} tamis_em_leap;

int tamis_em_leap_init(tamis_em_leap *leap, const tamis_em *m, tamis_error *err) TAMIS_CHECKED;
void tamis_em_leap_done(tamis_em_leap *leap);
/* Around every step. After the second the model is moved on. */
void tamis_em_leap_before(tamis_em_leap *leap, const tamis_em *m, double likelihood);
void tamis_em_leap_after(tamis_em_leap *leap, tamis_em *m);
/* The likelihood where the model stands now; if a leap led there and it is lower than before, the leap is taken back:
 * true. */
bool tamis_em_leap_back(tamis_em_leap *leap, tamis_em *m, double likelihood);

#endif
