/* regression.h: every column from all others by one regression, what its parts share.
 *
 * Rows are coded once: a 1, every number less its mean over its sd, every category as a 0 or 1 for each of its
 * levels but the first; a hole among the predictors counts as the mean, or as the most frequent level. A number is
 * regressed by least squares, a category by logistic or multinomial regression. Nothing is iterated: this is the
 * plain way, and what the others are measured against.
 *
 * regression.c: the strategy. regression_fit.c: the regressions. regression_saved.c: the model, to and from JSON.
 */
#ifndef TAMIS_IMPUTE_REGRESSION_H
#define TAMIS_IMPUTE_REGRESSION_H

#include <tamis/pool.h>

#include "impute/joint.h"

enum {
        TAMIS_REGRESSION_LEVELS = 32,   /* told apart as predictors beyond the first: the most frequent */
        TAMIS_REGRESSION_CLASSES = 64,  /* of more levels: not modelled, but by their shares */
};

typedef struct tamis_regression_column {
        /* how it is coded */
        double centre, spread;          /* a number's mean and sd; centre NaN: nothing observed; spread 0: constant */
        size_t at, width;               /* its places in the code */
        size_t levels;
        int32_t mode;                   /* a category's most frequent level; -1: nothing observed */
        int32_t *place;                 /* per level: 0 .. width - 1, or -1 */
        /* how it is filled */
        bool fitted;
        size_t k;                       /* coefficients of each class: all places, or 1 where only shares are known */
        size_t classes;
        int32_t *class;                 /* classes: levels with a row, ascending */
        double *b;                      /* k of a number, in its sd; (classes - 1) * k of a category */
        double sd;                      /* of a number: of what is left, in its sd */
        /* of the fit */
        size_t rows;
        bool ridge;
        double explained;               /* of a number: R squared */
} tamis_regression_column;

typedef struct tamis_regression {
        size_t n, q;                    /* columns of the frame; places of the code */
        tamis_regression_column *columns;
        bool stochastic, ran;
        uint64_t seed;
        char *purpose;
} tamis_regression;

/* -- regression_saved.c */

/* An empty model of n columns; NULL: no memory. */
tamis_regression *tamis_regression_new(size_t n, uint64_t seed, const char *purpose);
void tamis_regression_free(void *model);
int tamis_regression_save(const void *model, json_t *into, tamis_error *err) TAMIS_CHECKED;
int tamis_regression_load(const json_t *from, const tamis_frame *shape, void **ret, tamis_error *err) TAMIS_CHECKED;

/* -- regression_fit.c */

/* Coding and regressions of the wanted columns. */
int tamis_regression_run(tamis_regression *m, const tamis_frame *train, tamis_pool *pool, tamis_error *err)
        TAMIS_CHECKED;
/* A row in `code`, q places. */
void tamis_regression_encode(const tamis_regression *m, const tamis_frame *rows, size_t row, double *code);

#endif
