#include <math.h>

#include "scale/extremes.h"
#include "scale/scale.h"

/* The line of the dividing form, centred on 0. */
static void line(const double learned[2], const double range[2], tamis_scaling *ret) {
        ret->a = 0;
        ret->b = learned[0] == 0 ? 1 : learned[0];
}

static bool take(const void *sum, double learned[2]) {
        const tamis_extremes *e = sum;

        if (e->n == 0)
                return false;
        learned[0] = fmax(fabs(e->min), fabs(e->max));
        learned[1] = 0;
        return true;
}

const tamis_scaler tamis_scaler_maxabs = {
        .base = {
                .name = "maxabs",
                .summary = "divide by the largest absolute value; zero stays zero",
                .source = "scikit-learn MaxAbsScaler",
        },
        .summary = &tamis_summary_extremes,
        .names = { "maxabs" },
        .take = take,
        .line = line,
        .careful = tamis_scale_divide_careful,
};
