#include <tamis/stats.h>

#include "impute/impute.h"

static void value(const void *sum, tamis_fill *ret) {
        const tamis_moments *m = sum;

        if (m && m->n > 0)
                *ret = (tamis_fill) { .kind = TAMIS_FILL_NUMBER, .number = tamis_moments_mean(m) };
}

const tamis_filler tamis_filler_mean = { .name = "mean", .summary = &tamis_summary_moments, .value = value };

const tamis_imputer tamis_imputer_mean = {
        .base = {
                .name = "mean",
                .summary = "the mean of the column, added up exactly; of texts the mode",
                .source = "scikit-learn SimpleImputer",
        },
        .numbers = &tamis_filler_mean,
        .texts = &tamis_filler_mode_of_texts,
};
