#include <tamis/stats.h>

#include "scale/scale.h"

static bool take(const void *sum, double learned[2]) {
        const tamis_moments *m = sum;

        if (m->n == 0)
                return false;
        learned[0] = tamis_moments_mean(m);
        learned[1] = 0;
        return true;
}

const tamis_scaler tamis_scaler_center = {
        .base = {
                .name = "center",
                .summary = "the mean is taken away; the unit stays",
                .source = "scikit-learn StandardScaler(with_std=False)",
        },
        .summary = &tamis_summary_moments,
        .names = { "mean" },
        .take = take,
        .line = tamis_scale_divide_line,
        .careful = tamis_scale_divide_careful,
};
