/* iterative.h: every column is regressed on all the others, in turns, until nothing moves much: a number by Bayesian
 * ridge regression (with numbers alone scikit-learn's IterativeImputer, its BayesianRidge and its stopping rule), a
 * category by logistic or multinomial regression with a ridge, one of very many levels by linear discriminants.
 *
 * A model is the whole sequence of regressions, round after round: a new row starts from the means and modes, as the
 * train rows did, and goes through all of them. So a train row gets from the model what it got in the fit.
 *
 *     iterative.c             the fit
 *     iterative_features.c    columns to features
 *     iterative_chances.c     --nearest
 *     iterative_levels.c      the regression of a category
 *     iterative_model.c       filling rows
 *     iterative_saved.c       saved and reported
 *
 * Columns enter as *features*: a number less its mean; a category as one feature for each level, less the level's share
 * (two levels: one, for the second; very many: the most frequent ones, and one for all others together). A number's
 * hole is then 0 to begin with; a category's stands at the most frequent level.
 */
#ifndef TAMIS_IMPUTE_ITERATIVE_H
#define TAMIS_IMPUTE_ITERATIVE_H

#include "impute/impute.h"

/* Levels of a category that are told apart where it predicts, and where multinomial regression tells them apart. */
enum { TAMIS_ITERATIVE_LEVELS = 32, TAMIS_ITERATIVE_CLASSES = 64 };

/* A feature that is no level's: the number itself; all levels that have none. */
enum { TAMIS_ITERATIVE_NUMBER = -1, TAMIS_ITERATIVE_OTHERS = -2 };

/* Where a level has no feature: with two levels, the first; one that was not seen, and says nothing. */
enum { TAMIS_ITERATIVE_BASE = -1, TAMIS_ITERATIVE_STRANGE = -2 };

typedef struct tamis_iterative_feature {
        size_t column;
        int32_t level;          /* or one of the two above */
        double mean;            /* or the level's share */
        double least, most;     /* of what is filled in */
} tamis_iterative_feature;

/* One regression. */
typedef struct tamis_iterative_step {
        size_t column;
        uint32_t target, n;     /* its (first) feature; predictors */
        uint32_t *features;     /* n of them */
        double intercept, *weights;
        size_t classes;         /* 0: a number; else weights are those of each class but the first, an
                                 * intercept before n */
        int32_t *class;         /* their levels */
} tamis_iterative_step;

/* A column of the frame. */
typedef struct tamis_iterative_column {
        size_t first, n;        /* its features */
        int32_t mode;           /* a category's most frequent level; -1: none */
        int32_t *place;         /* a category's feature by level, from `first`, or one of those above; NULL:
                                 * it has none */
        size_t levels;
} tamis_iterative_column;

typedef struct tamis_iterative {
        size_t n_columns;       /* of the frame */
        tamis_iterative_column *columns;
        tamis_iterative_feature *features;
        size_t n;
        tamis_iterative_step *steps;
        size_t n_steps, rounds;
        bool converged;
        double change;          /* of the last round: the largest sum of a row's numbers */
        double changed;         /* and the share of the categories' holes; NaN: there are none */
} tamis_iterative;

void tamis_iterative_free(void *model);
/* Features from train rows. */
int tamis_iterative_find(tamis_iterative *m, const tamis_frame *train, tamis_error *err) TAMIS_CHECKED;
/* Features are known: what each level becomes. */
int tamis_iterative_place(tamis_iterative *m, tamis_error *err) TAMIS_CHECKED;

/* The features of a row as it begins; `codes` (per column, not of numbers): its levels; `holes` (per column):
 * what is missing. */
void tamis_iterative_row(const tamis_iterative *m, const tamis_frame *frame, size_t row, double *z, int32_t *codes,
                         uint8_t *holes);
/* A category's feature, if that is its level. */
double tamis_iterative_dummy(const tamis_iterative *m, size_t feature, int32_t code);
/* What a step says of a row: a number less its mean, within the bounds; a level. */
double tamis_iterative_predict(const tamis_iterative *m, const tamis_iterative_step *step, const double *z);
int32_t tamis_iterative_level(const tamis_iterative_step *step, const double *z);
int tamis_iterative_fill(const void *model, size_t which, tamis_frame *rows, tamis_error *err) TAMIS_CHECKED;
int tamis_iterative_save(const void *model, json_t *into, tamis_error *err) TAMIS_CHECKED;
int tamis_iterative_load(const json_t *from, const tamis_frame *shape, void **ret, tamis_error *err) TAMIS_CHECKED;
int tamis_iterative_report(const void *model, json_t *into, tamis_error *err) TAMIS_CHECKED;

#endif
