/* measures_residuals.h: how good predicted numbers are.
 *
 * As measures.h: the rows are put in an order of their own, so that sums and draws do not hang on the order they came
 * in; a second order, by the size of the error, gives medians under any weights without sorting again.
 *
 * Ownership: a tamis_residuals copies what it is given and owns it; {0} is empty.
 */
#ifndef JUDGE_MEASURES_RESIDUALS_H
#define JUDGE_MEASURES_RESIDUALS_H

#include <stddef.h>
#include <stdint.h>

#include <tamis/error.h>

typedef struct tamis_residuals {
        size_t n;
        uint32_t *row;                  /* which of the caller's rows it is */
        double *actual, *predicted, *weight;
        uint32_t *order;                /* by rising error, without its sign */
} tamis_residuals;

/* All finite, weights >= 0; weight NULL: all 1. */
int tamis_residuals_init(tamis_residuals *t, size_t n, const double *actual, const double *predicted,
                         const double *weight, tamis_error *err) TAMIS_CHECKED;
void tamis_residuals_done(tamis_residuals *t);

enum {
        TAMIS_RESIDUAL_RMSE,
        TAMIS_RESIDUAL_MAE,
        TAMIS_RESIDUAL_MEDIAN,
        TAMIS_RESIDUAL_R2,
        TAMIS_RESIDUAL_BIAS,
        TAMIS_N_RESIDUAL
};

extern const char *const tamis_residual_names[TAMIS_N_RESIDUAL];

/* All figures under `weight` (in the order of t; NULL: its own). NaN without rows; R squared against a
 * constant is 1 where every prediction is right and else 0, as scikit-learn has it, and NaN of one row.
 * `values` has TAMIS_N_RESIDUAL places. */
void tamis_residuals_of(const tamis_residuals *t, const double *weight, double *values);

#endif
