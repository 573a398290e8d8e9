#include "scale/scale.h"
#include "scale/values.h"

static const char *take(const tamis_scale_asked *asked, void *sum, tamis_scaling *ret) {
        tamis_values *v = sum;

        if (!tamis_values_sort(v->x, v->n))
                return tamis_scale_no_memory;
        for (size_t i = 0; i < 2; i++)
                ret->learned[i] = tamis_values_quantile(v->x, v->n, asked->limits[i]);
        return NULL;
}

static bool sound(const tamis_scaling *s) {
        return s->learned[0] <= s->learned[1];
}

static void forward(const tamis_scale_asked *asked, const tamis_scaling *s, const double *x, double *y, size_t n) {
        double low = s->learned[0], high = s->learned[1];

        for (size_t i = 0; i < n; i++)
                y[i] = x[i] < low ? low : x[i] > high ? high : x[i];
}

static const tamis_scale_curve curve = {
        .take = take,
        .sound = sound,
        .forward = forward,
        .one_way = "what was cut off is gone",
};

const tamis_scaler tamis_scaler_winsor = {
        .base = {
                .name = "winsor",
                .summary = "values beyond the quantiles of --limits become those; the unit stays",
                .source = "NumPy clip, percentile",
        },
        .summary = &tamis_summary_values,
        .names = { "low", "high" },
        .curve = &curve,
};
