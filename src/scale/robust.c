#include <tamis/stats.h>

#include "scale/scale.h"

static int start(void *sum, size_t budget, tamis_error *err) {
        static const double quartiles[] = { .25, .5, .75 };

        return tamis_quantiles_new(quartiles, 3, budget, (tamis_quantiles **) sum, err);
}

static int partial(const void *of, void *ret, tamis_error *err) {
        return tamis_quantiles_partial(*(tamis_quantiles *const *) of, (tamis_quantiles **) ret, err);
}

static int add(void *sum, const double *x, size_t n, tamis_error *err) {
        return tamis_quantiles_add(*(tamis_quantiles **) sum, x, n, err);
}

static int merge(void *into, void *from, tamis_error *err) {
        return tamis_quantiles_merge(*(tamis_quantiles **) into, *(tamis_quantiles **) from, err);
}

static int settle(void *sum, bool *again, tamis_error *err) {
        return tamis_quantiles_settle(*(tamis_quantiles **) sum, again, err);
}

static void done(void *sum) {
        tamis_quantiles_free(*(tamis_quantiles **) sum);
}

static bool take(const void *sum, double learned[2]) {
        const tamis_quantiles *q = *(tamis_quantiles *const *) sum;

        if (tamis_quantiles_count(q) == 0)
                return false;
        learned[0] = tamis_quantiles_get(q, 1);
        learned[1] = tamis_quantiles_get(q, 2) - tamis_quantiles_get(q, 0);
        return true;
}

static const tamis_summary quartiles = {
        .size = sizeof(tamis_quantiles *),
        .start = start, .partial = partial, .add_numbers = add, .merge = merge, .settle = settle, .done = done,
};

const tamis_scaler tamis_scaler_robust = {
        .base = {
                .name = "robust",
                .summary = "centre on the median, divide by the interquartile range; a range of zero counts as one",
                .source = "scikit-learn RobustScaler",
        },
        .summary = &quartiles,
        .names = { "median", "iqr" },
        .take = take,
        .line = tamis_scale_divide_line,
        .careful = tamis_scale_divide_careful,
};
