/* Errors of numbers, cell by cell. */
#include <math.h>

#include "judge/figures.h"

void tamis_errors_done(tamis_errors *e) {
        tamis_moments_done(&e->truth);
}

int tamis_errors_add(tamis_errors *e, const double *truth, const double *filled, size_t n, tamis_error *err) {
        for (size_t i = 0; i < n; i++) {
                double error = filled[i] - truth[i];

                e->square += error * error;
                e->absolute += fabs(error);
                e->sum += error;
        }
        e->n += (double) n;
        return tamis_moments_add(&e->truth, truth, n, err);
}

/* The variance is that of R's var(), as in missForest's NRMSE. R squared as scikit-learn has it: against a constant, 1 where
 * every value is right and else 0. The percent bias is that of the mean, without its sign (van Buuren 2018, 2.5.2). */
void tamis_errors_figure(const tamis_errors *e, double *figures) {
        double variance;

        if (e->n == 0)
                return;
        figures[TAMIS_RMSE] = sqrt(e->square / e->n);
        figures[TAMIS_MAE] = e->absolute / e->n;
        figures[TAMIS_BIAS] = e->sum / e->n;
        figures[TAMIS_PERCENT_BIAS] = 100 * fabs(e->sum / e->n / tamis_moments_mean(&e->truth));
        if (e->n < 2)
                return;
        variance = tamis_moments_variance(&e->truth, 1);
        figures[TAMIS_NRMSE] = sqrt(e->square / e->n / variance);
        figures[TAMIS_R2] = variance > 0 ? 1 - e->square / (variance * (e->n - 1)) : e->square == 0;
}
