/* Errors of numbers, cell by cell. */
#include <math.h>

#include "judge/figures.h"

void tamis_errors_add(tamis_errors *e, const double *truth, const double *filled, size_t n) {
        for (size_t i = 0; i < n; i++) {
                double error = filled[i] - truth[i], from = truth[i] - e->mean;

                e->square += error * error;
                e->absolute += fabs(error);
                e->sum += error;
                /* Welford 1962: no cancellation, however far from zero the values are */
                e->n += 1;
                e->mean += from / e->n;
                e->spread += from * (truth[i] - e->mean);
        }
}

/* The variance is that of R's var(), as in missForest's NRMSE. R squared as scikit-learn has it: against a constant, 1 where
 * every value is right and else 0. The percent bias is that of the mean, without its sign (van Buuren 2018, 2.5.2). */
void tamis_errors_figure(const tamis_errors *e, double *figures) {
        if (e->n == 0)
                return;
        figures[TAMIS_RMSE] = sqrt(e->square / e->n);
        figures[TAMIS_MAE] = e->absolute / e->n;
        figures[TAMIS_BIAS] = e->sum / e->n;
        figures[TAMIS_PERCENT_BIAS] = 100 * fabs(e->sum / e->n / e->mean);
        if (e->n < 2)
                return;
        figures[TAMIS_NRMSE] = sqrt(e->square / e->n / (e->spread / (e->n - 1)));
        figures[TAMIS_R2] = e->spread > 0 ? 1 - e->square / e->spread : e->square == 0;
}
