/* em.h: numbers filled by the multivariate normal that fits best, what its parts share.
 *
 * The columns are taken to be normal together. The mean and covariance that make the observed cells most likely
 * are found by EM (Dempster, Laird & Rubin 1977): given the parameters, what is expected in the holes of a row
 * follows from a regression on its observed cells; given that, the parameters are a mean and a covariance. The
 * regression is the same for all rows with the same holes (a *pattern*), so rows are sorted by pattern, a pattern
 * with many rows is taken once, by its sums and cross-products, and a round costs what the patterns cost, not what
 * the table does.
 *
 * Everything is in the standard deviations of the observed cells. Constant columns are not part of the normal.
 *
 * em.c: the strategy. em_model.c, em_expect.c, em_leap.c: the rounds. em_pattern.c: patterns, and the regression
 * that belongs to one.
 */
#ifndef TAMIS_IMPUTE_EM_H
#define TAMIS_IMPUTE_EM_H

#include <tamis/pool.h>

#include "impute/joint.h"

enum { TAMIS_EM_TRACE = 10 };

typedef struct tamis_em {
        size_t n, p;                    /* columns of the frame; of the normal */
        long *place;                    /* per column of the frame: in the normal, or -1 */
        double *centre, *spread;        /* per column of the frame: mean and sd of what was observed; NaN: nothing was.
                                         * spread 0: constant */
        double *mean, *covariance;      /* per place; p * p, both halves */
        bool draw;
        uint64_t seed;
        char *purpose;

        /* of the fit */
        size_t iterations, patterns, ridged;    /* ridged: rounds that needed a ridge */
        bool converged, ran;
        double trace[TAMIS_EM_TRACE];   /* the log-likelihood after the last iterations */
        size_t n_trace;
} tamis_em;

/* -- em_pattern.c */

/* Rows by what is missing in the model's columns; rows alike in it stand together, in the order they came. */
typedef struct tamis_em_patterns {
        size_t n;
        uint32_t *rows;
        size_t *begin;                  /* n + 1: where the rows of a pattern begin */
} tamis_em_patterns;

int tamis_em_sort(const tamis_em *m, const tamis_frame *frame, tamis_em_patterns *ret, tamis_error *err) TAMIS_CHECKED;
void tamis_em_patterns_done(tamis_em_patterns *patterns);

/* What the holes are, given the rest. */
typedef struct tamis_em_regression {
        size_t seen, holes;
        size_t *at;                     /* p places: the seen ones, ascending, then the holes */
        double *root;                   /* seen * seen: the Cholesky factor of the seen ones' covariance */
        double *beta;                   /* holes * seen */
        double *left;                   /* holes * holes: covariance of what is left */
        double *scratch;                /* p */
} tamis_em_regression;

int tamis_em_regression_init(tamis_em_regression *g, size_t p, tamis_error *err) TAMIS_CHECKED;
void tamis_em_regression_done(tamis_em_regression *g);
/* The places that are seen in this row, and those that are not. */
void tamis_em_look(const tamis_em *m, const tamis_frame *frame, size_t row, tamis_em_regression *g);
/* root, beta and left from the model's covariance. */
void tamis_em_regress(const tamis_em *m, tamis_em_regression *g);
/* beta and left from the inverse of the covariance, which is less work where there are few holes. Returns the
 * logarithm of the determinant of its part that belongs to the holes; NaN: it has no Cholesky factor, and nothing
 * was done. */
double tamis_em_regress_by_precision(const tamis_em *m, const double *precision, tamis_em_regression *g);
/* A cell, standardised; NaN: a hole. */
double tamis_em_cell(const tamis_em *m, const tamis_frame *frame, size_t column, size_t row);

/* -- em_model.c */

/* Rounds until no mean and no covariance changes by more than `tol`, `most` at most. */
int tamis_em_run(tamis_em *m, const tamis_frame *train, double tol, size_t most, tamis_pool *pool, tamis_error *err)
        TAMIS_CHECKED;

#endif
