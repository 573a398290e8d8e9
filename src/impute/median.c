#include <tamis/stats.h>

#include "impute/impute.h"

/* The quantile of 1/2 of type 7 is the middle value, or the mean of the two. */
static void value(const void *sum, tamis_fill *ret) {
        const tamis_quantiles *q = sum ? *(tamis_quantiles *const *) sum : NULL;

        if (!q || tamis_quantiles_count(q) == 0)
                return;
        ret->kind = TAMIS_FILL_NUMBER;
        ret->number = tamis_quantiles_get(q, 0) + 0.0;  /* -0 is 0 */
}

const tamis_filler tamis_filler_median = { .name = "median", .summary = &tamis_summary_median, .value = value };

const tamis_imputer tamis_imputer_median = {
        .base = {
                .name = "median",
                .summary = "the median of the column, the two middle values averaged; of texts the mode",
                .source = "scikit-learn SimpleImputer",
        },
        .numbers = &tamis_filler_median,
        .texts = &tamis_filler_mode_of_texts,
};
