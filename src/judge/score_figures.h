/* score_figures.h: the measures, and what each group of them computes from pairs of what was there and what
 * was filled in.
 *
 * Figures are an array by measure; what has no value is NaN. Pairs are whole: cells still missing have been left out.
 */
#ifndef TAMIS_JUDGE_SCORE_FIGURES_H
#define TAMIS_JUDGE_SCORE_FIGURES_H

#include <stdbool.h>
#include <stddef.h>

#include <tamis/stats.h>

typedef enum tamis_figure {
        TAMIS_SCORE_LEFT,
        TAMIS_SCORE_RMSE,
        TAMIS_SCORE_NRMSE,
        TAMIS_SCORE_MAE,
        TAMIS_SCORE_BIAS,
        TAMIS_SCORE_PERCENT_BIAS,
        TAMIS_SCORE_R2,
        TAMIS_SCORE_KS,
        TAMIS_SCORE_WASSERSTEIN,
        TAMIS_SCORE_ENERGY,
        TAMIS_SCORE_COVERAGE,
        TAMIS_SCORE_WIDTH,
        TAMIS_SCORE_ACCURACY,
        TAMIS_SCORE_PFC,
        TAMIS_SCORE_F1,
        TAMIS_SCORE_CORR_MAX,
        TAMIS_SCORE_CORR_MEAN,
        TAMIS_SCORE_CORR_FROBENIUS,
        TAMIS_N_SCORES,
} tamis_figure;

/* What a measure is of. */
enum { TAMIS_OF_NUMBERS = 1, TAMIS_OF_TEXTS = 2, TAMIS_OF_ALL = 4 /* said overall */ };

extern const struct tamis_measure {
        const char *name;
        unsigned of;
} tamis_measures_of_cells[TAMIS_N_SCORES];

/* Errors, summed pair by pair, so that those of several columns can be pooled. {0} is empty; _done frees it. */
typedef struct tamis_errors {
        double n, absolute, sum;
        double square, big, small;      /* sums of squares; of errors made smaller and larger, for where that
                                         * does not fit */
        tamis_moments truth;    /* of the true values: exact, however far from zero they are */
} tamis_errors;

void tamis_errors_done(tamis_errors *errors);
int tamis_errors_add(tamis_errors *errors, const double *truth, const double *filled, size_t n, tamis_error *err)
        TAMIS_CHECKED;
void tamis_errors_figure(const tamis_errors *errors, double *figures);

/* Kolmogorov-Smirnov, Wasserstein, energy. Sorts both. */
int tamis_distances(double *truth, double *filled, size_t n, double *figures, tamis_error *err) TAMIS_CHECKED;

/* Accuracy, PFC, F1 of codes below `levels`. */
int tamis_levels(const double *truth, const double *filled, size_t n, size_t levels, double *figures, tamis_error *err)
        TAMIS_CHECKED;

/* How well intervals made of several imputations hold the true value, summed over columns. */
typedef struct tamis_spread {
        double n, covered, width;
} tamis_spread;

/* filled[k][i]: imputation k of cell i; NaN: still missing. */
void tamis_spread_add(tamis_spread *spread, const double *truth, double *const *filled, size_t m, size_t n);
void tamis_spread_figure(const tamis_spread *spread, double *figures);

#endif
