#include <tamis/stats.h>

#include "scale/scale.h"

static bool take(const void *sum, double learned[2]) {
        const tamis_quantiles *q = *(tamis_quantiles *const *) sum;

        if (tamis_quantiles_count(q) == 0)
                return false;
        learned[0] = tamis_quantiles_get(q, 1);
        learned[1] = tamis_quantiles_get(q, 2) - tamis_quantiles_get(q, 0);
        return true;
}

const tamis_scaler tamis_scaler_robust = {
        .base = {
                .name = "robust",
                .summary = "centre on the median, divide by the interquartile range; a range of zero counts as one",
                .source = "scikit-learn RobustScaler",
        },
        .summary = &tamis_summary_quartiles,
        .names = { "median", "iqr" },
        .take = take,
        .line = tamis_scale_divide_line,
        .careful = tamis_scale_divide_careful,
};
