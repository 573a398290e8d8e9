#include <tamis/stats.h>

#include "scale/scale.h"

/* ddof 0: the population's sd, as scikit-learn; R's scale() divides by n - 1 */
static bool take(const void *sum, double learned[2]) {
        const tamis_moments *m = sum;

        if (m->n == 0)
                return false;
        learned[0] = tamis_moments_mean(m);
        learned[1] = tamis_moments_sd(m, 0);
        return true;
}

const tamis_scaler tamis_scaler_standard = {
        .base = {
                .name = "standard",
                .summary = "centre on the mean, divide by the standard deviation (of the population); a constant "
                           "column is centred",
                .source = "scikit-learn StandardScaler",
        },
        .summary = &tamis_summary_moments,
        .names = { "mean", "sd" },
        .take = take,
        .line = tamis_scale_divide_line,
        .careful = tamis_scale_divide_careful,
};
