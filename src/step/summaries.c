/* Summaries of stats.h that more than one step asks the ledger for. */
#include <tamis/stats.h>

#include "step/ledger.h"

/* -- moments ------------------------------------------------------------------------------------------------------- */

static int moments_add(void *sum, const double *x, size_t n, tamis_error *err) {
        return tamis_moments_add(sum, x, n, err);
}

static int moments_merge(void *into, void *from, tamis_error *err) {
        return tamis_moments_merge(into, from, err);
}

static void moments_done(void *sum) {
        tamis_moments_done(sum);
}

const tamis_summary tamis_summary_moments = {
        .size = sizeof(tamis_moments), .add_numbers = moments_add, .merge = moments_merge, .done = moments_done,
};

/* -- quantiles ----------------------------------------------------------------------------------------------------- */

static int median_start(void *sum, size_t budget, tamis_error *err) {
        static const double half[] = { .5 };

        return tamis_quantiles_new(half, 1, budget, sum, err);
}

static int quartiles_start(void *sum, size_t budget, tamis_error *err) {
        static const double quartiles[] = { .25, .5, .75 };

        return tamis_quantiles_new(quartiles, 3, budget, sum, err);
}

static int quantiles_partial(const void *of, void *ret, tamis_error *err) {
        return tamis_quantiles_partial(*(tamis_quantiles *const *) of, ret, err);
}

static int quantiles_add(void *sum, const double *x, size_t n, tamis_error *err) {
        return tamis_quantiles_add(*(tamis_quantiles **) sum, x, n, err);
}

static int quantiles_merge(void *into, void *from, tamis_error *err) {
        return tamis_quantiles_merge(*(tamis_quantiles **) into, *(tamis_quantiles **) from, err);
}

static int quantiles_settle(void *sum, bool *again, tamis_error *err) {
        return tamis_quantiles_settle(*(tamis_quantiles **) sum, again, err);
}

static void quantiles_done(void *sum) {
        tamis_quantiles_free(*(tamis_quantiles **) sum);
}

#define QUANTILES(begin) {                                                                                      \
        .size = sizeof(tamis_quantiles *), .start = begin, .partial = quantiles_partial,                        \
        .add_numbers = quantiles_add, .merge = quantiles_merge, .settle = quantiles_settle,                     \
        .done = quantiles_done,                                                                                 \
}

const tamis_summary tamis_summary_median = QUANTILES(median_start),
                    tamis_summary_quartiles = QUANTILES(quartiles_start);
