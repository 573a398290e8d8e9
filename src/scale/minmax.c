#include <math.h>

#include "scale/extremes.h"
#include "scale/scale.h"

static bool take(const void *sum, double learned[2]) {
        const tamis_extremes *e = sum;

        if (e->n == 0)
                return false;
        learned[0] = e->min;
        learned[1] = e->max;
        return true;
}

/* scale_ and min_ of scikit-learn. A constant column has its scale from a range of 1, and so goes to the low end. */
static void line(const double learned[2], const double range[2], tamis_scaling *ret) {
        double min = learned[0], max = learned[1], width = max - min;

        if (width == 0)
                width = 1;
        ret->a = isfinite(width) ? (range[1] - range[0]) / width : (range[1] / 2 - range[0] / 2) / (max / 2 - min / 2);
        ret->b = range[0] - min * ret->a;
}

/* From the share of the range, not from the line: its slope or its start may be too large for a double. */
static double careful(const tamis_scaling *s, const double range[2], double x, bool inverse) {
        double min = s->learned[0], max = s->learned[1], width = max - min, share;

        if (width == 0)
                width = 1;
        if (inverse) {
                share = (x - range[0]) / (range[1] - range[0]);
                return 4 * (min / 4 + share * (isfinite(width) ? width / 4 : max / 4 - min / 4));
        }
        if (!isfinite(width))
                share = (x / 4 - min / 4) / (max / 4 - min / 4);
        else if (!isfinite(x - min))
                share = (x / 4 - min / 4) / width * 4;
        else
                share = (x - min) / width;
        return range[0] + (range[1] - range[0]) * share;
}

const tamis_scaler tamis_scaler_minmax = {
        .base = {
                .name = "minmax",
                .summary = "the smallest value to the low end of --range, the largest to the high end",
                .source = "scikit-learn MinMaxScaler",
        },
        .summary = &tamis_summary_extremes,
        .names = { "min", "max" },
        .multiplies = true,
        .take = take,
        .line = line,
        .careful = careful,
};
