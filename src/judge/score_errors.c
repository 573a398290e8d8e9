/* Errors of numbers, cell by cell. */
#include <math.h>

#include "judge/score_figures.h"

/* Every double over this has a square that is one, and so has every double (but subnormal ones) times
 * it (Blue 1978). */
#define BIG 0x1p538

void tamis_errors_done(tamis_errors *e) {
        tamis_moments_done(&e->truth);
}

int tamis_errors_add(tamis_errors *e, const double *truth, const double *filled, size_t n, tamis_error *err) {
        for (size_t i = 0; i < n; i++) {
                double error = filled[i] - truth[i], big = error / BIG, small = error * BIG;

                e->square += error * error;
                e->big += big * big;
                e->small += small * small;
                e->absolute += fabs(error);
                e->sum += error;
        }
        e->n += (double) n;
        return tamis_moments_add(&e->truth, truth, n, err);
}

static double root_mean_square(const tamis_errors *e) {
        if (!isfinite(e->square))
                return sqrt(e->big / e->n) * BIG;
        return e->square > 1e-280 ? sqrt(e->square / e->n) : sqrt(e->small / e->n) / BIG;
}

/* The variance is that of R's var(), as in missForest's NRMSE. R squared as scikit-learn has it: against a
 * constant, 1 where every value is right and else 0. The percent bias is that of the mean, without its sign (van
 * Buuren 2018, 2.5.2). */
void tamis_errors_figure(const tamis_errors *e, double *figures) {
        double rmse, sd;

        if (e->n == 0)
                return;
        figures[TAMIS_SCORE_RMSE] = rmse = root_mean_square(e);
        figures[TAMIS_SCORE_MAE] = e->absolute / e->n;
        figures[TAMIS_SCORE_BIAS] = e->sum / e->n;
        figures[TAMIS_SCORE_PERCENT_BIAS] = 100 * fabs(e->sum / e->n / tamis_moments_mean(&e->truth));
        if (e->n < 2)
                return;
        sd = tamis_moments_sd(&e->truth, 1);
        figures[TAMIS_SCORE_NRMSE] = rmse / sd;
        figures[TAMIS_SCORE_R2] = sd > 0 ? 1 - rmse / sd * (rmse / sd) * (e->n / (e->n - 1)) : rmse == 0;
}
