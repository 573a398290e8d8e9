#include <tamis/stats.h>

#include "impute/impute.h"

static int add(void *sum, const double *x, size_t n, tamis_error *err) {
        return tamis_moments_add(sum, x, n, err);
}

static int merge(void *into, void *from, tamis_error *err) {
        return tamis_moments_merge(into, from, err);
}

static void done(void *sum) {
        tamis_moments_done(sum);
}

static void value(const void *sum, tamis_fill *ret) {
        const tamis_moments *m = sum;

        if (m && m->n > 0)
                *ret = (tamis_fill) { .kind = TAMIS_FILL_NUMBER, .number = tamis_moments_mean(m) };
}

static const tamis_summary moments = {
        .size = sizeof(tamis_moments), .add_numbers = add, .merge = merge, .done = done,
};

const tamis_filler tamis_filler_mean = { .name = "mean", .summary = &moments, .value = value };

const tamis_imputer tamis_imputer_mean = {
        .base = {
                .name = "mean",
                .summary = "the mean of the column, added up exactly; of texts the mode",
                .source = "scikit-learn SimpleImputer",
        },
        .numbers = &tamis_filler_mean,
        .texts = &tamis_filler_mode_of_texts,
};
