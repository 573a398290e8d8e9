#include <tamis/stats.h>

#include "impute/impute.h"

static int start(void *sum, size_t budget, tamis_error *err) {
        static const double half[] = { .5 };

        return tamis_quantiles_new(half, 1, budget, (tamis_quantiles **) sum, err);
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

/* The quantile of 1/2 of type 7 is the middle value, or the mean of the two. */
static void value(const void *sum, tamis_fill *ret) {
        const tamis_quantiles *q = sum ? *(tamis_quantiles *const *) sum : NULL;

        if (!q || tamis_quantiles_count(q) == 0)
                return;
        ret->kind = TAMIS_FILL_NUMBER;
        ret->number = tamis_quantiles_get(q, 0) + 0.0;  /* -0 is 0 */
}

static const tamis_summary middle = {
        .size = sizeof(tamis_quantiles *),
        .start = start, .partial = partial, .add_numbers = add, .merge = merge, .settle = settle, .done = done,
};

const tamis_filler tamis_filler_median = { .name = "median", .summary = &middle, .value = value };

const tamis_imputer tamis_imputer_median = {
        .base = {
                .name = "median",
                .summary = "the median of the column, the two middle values averaged; of texts the mode",
                .source = "scikit-learn SimpleImputer",
        },
        .numbers = &tamis_filler_median,
        .texts = &tamis_filler_mode_of_texts,
};
