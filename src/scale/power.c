#include <math.h>

#include "scale/power.h"
#include "scale/scale.h"
#include "scale/values.h"

static const char *take(const tamis_scale_asked *asked, void *sum, tamis_scaling *ret) {
        tamis_values *v = sum;
        tamis_power p = { .box_cox = asked->box_cox };

        if (!tamis_values_sort(v->x, v->n))
                return tamis_scale_no_memory;
        if (p.box_cox && v->x[0] <= 0)
                return "holds a number that is not above 0, and Box-Cox takes those alone (--method yeo-johnson)";
        if (!tamis_power_fit(v->x, v->n, &p))
                return tamis_scale_no_memory;
        ret->learned[0] = p.lambda;
        ret->learned[1] = p.center;
        ret->learned[2] = p.mean;
        ret->learned[3] = p.sd;
        return NULL;
}

static bool sound(const tamis_scaling *s) {
        return s->learned[3] >= 0;
}

static tamis_power power_of(const tamis_scale_asked *asked, const tamis_scaling *s) {
        return (tamis_power) {
                .box_cox = asked->box_cox, .lambda = s->learned[0], .center = s->learned[1], .mean = s->learned[2],
                .sd = s->learned[3] == 0 ? 1 : s->learned[3],
        };
}

static void forward(const tamis_scale_asked *asked, const tamis_scaling *s, const double *x, double *y, size_t n) {
        tamis_power p = power_of(asked, s);

        for (size_t i = 0; i < n; i++)
                y[i] = (tamis_power_forward(&p, x[i]) - p.mean) / p.sd;
}

static void backward(const tamis_scale_asked *asked, const tamis_scaling *s, const double *x, double *y, size_t n) {
        tamis_power p = power_of(asked, s);

        for (size_t i = 0; i < n; i++)
                y[i] = tamis_power_backward(&p, x[i] * p.sd + p.mean);
}

static const tamis_scale_curve curve = {
        .take = take,
        .sound = sound,
        .forward = forward,
        .backward = backward,
        .domain = "cannot be transformed: the result does not fit a number (or Box-Cox met what is not above 0)",
        .domain_back = "is no number that the transform can give",
};

const tamis_scaler tamis_scaler_power = {
        .base = {
                .name = "power",
                .summary = "bent to be most like a normal sample (--method), then centred, to standard deviation 1",
                .source = "Yeo & Johnson 2000; Box & Cox 1964; scikit-learn PowerTransformer",
        },
        .summary = &tamis_summary_values,
        .names = { "lambda", "center", "mean", "sd" },
        .curve = &curve,
};
