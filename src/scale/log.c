#include <math.h>

#include "scale/extremes.h"
#include "scale/scale.h"

static const char *take(const tamis_scale_asked *asked, void *sum, tamis_scaling *ret) {
        const tamis_extremes *e = sum;

        ret->learned[0] = asked->offset;
        return e->min + asked->offset > 0
                ? NULL
                : "has a logarithm only where a number and --offset are above 0 together (a larger "
                  "--offset; or -s power)";
}

static bool sound(const tamis_scaling *s) {
        return true;
}

static void forward(const tamis_scale_asked *asked, const tamis_scaling *s, const double *x, double *y, size_t n) {
        double offset = s->learned[0];

        for (size_t i = 0; i < n; i++)
                y[i] = offset == 1 ? log1p(x[i]) : log(x[i] + offset);
}

static void backward(const tamis_scale_asked *asked, const tamis_scaling *s, const double *x, double *y, size_t n) {
        double offset = s->learned[0];

        for (size_t i = 0; i < n; i++)
                y[i] = offset == 1 ? expm1(x[i]) : exp(x[i]) - offset;
}

static const tamis_scale_curve curve = {
        .take = take,
        .sound = sound,
        .forward = forward,
        .backward = backward,
        .domain = "has no logarithm: it and --offset together are not above 0",
        .domain_back = "is too large to be scaled back: the result does not fit a number",
};

const tamis_scaler tamis_scaler_log = {
        .base = {
                .name = "log",
                .summary = "the natural logarithm of the value and --offset",
                .source = "NumPy log1p",
        },
        .summary = &tamis_summary_extremes,
        .names = { "offset" },
        .curve = &curve,
};
