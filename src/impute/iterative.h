/* iterative.h: every numeric column is regressed on all the others, in turns, until nothing moves much (scikit-learn's
 * IterativeImputer with its BayesianRidge).
 *
 * A model is the whole sequence of regressions, round after round: a new row starts from the means, as the train rows did,
 * and goes through all of them. So a train row gets from the model what it got in the fit.
 *
 *     iterative.c         the fit
 *     iterative_model.c   filling rows, saved and reported
 *
 * Columns enter as *features*: a number less its mean; a category as one feature for each level but the first, less the
 * level's share. A hole is then 0 to begin with.
 */
#ifndef TAMIS_IMPUTE_ITERATIVE_H
#define TAMIS_IMPUTE_ITERATIVE_H

#include "impute/impute.h"

/* A category with more levels predicts nothing: each would be a column. */
enum { TAMIS_ITERATIVE_LEVELS = 32 };

typedef struct tamis_iterative_feature {
        size_t column;
        int32_t level;          /* -1: the number itself */
        double mean;            /* or the level's share */
        double least, most;     /* of what is filled in */
} tamis_iterative_feature;

/* One regression. */
typedef struct tamis_iterative_step {
        uint32_t target, n;     /* a feature; predictors */
        uint32_t *features;     /* n of them */
        double intercept, *weights;
} tamis_iterative_step;

typedef struct tamis_iterative {
        size_t columns;         /* of the frame */
        tamis_iterative_feature *features;
        size_t n;
        size_t *first;          /* by column: its first feature; SIZE_MAX: it has none */
        tamis_iterative_step *steps;
        size_t n_steps, rounds;
        bool converged;
        double change;          /* of the last round: the largest sum over a row */
} tamis_iterative;

void tamis_iterative_free(void *model);
/* The features of a row, holes 0; `holes` (per feature, may be NULL) is set for numbers that are missing. */
void tamis_iterative_row(const tamis_iterative *m, const tamis_frame *frame, size_t row, double *z, uint8_t *holes);
/* What a step says of a row, within the bounds. */
double tamis_iterative_predict(const tamis_iterative *m, const tamis_iterative_step *step, const double *z);
int tamis_iterative_fill(const void *model, size_t which, tamis_frame *rows, tamis_error *err) TAMIS_CHECKED;
int tamis_iterative_save(const void *model, json_t *into, tamis_error *err) TAMIS_CHECKED;
int tamis_iterative_load(const json_t *from, const tamis_frame *shape, void **ret, tamis_error *err) TAMIS_CHECKED;
int tamis_iterative_report(const void *model, json_t *into, tamis_error *err) TAMIS_CHECKED;

#endif
