/* The first observed cell behind the hole. */
#include "impute/series.h"

static int fill(tamis_sequence *q, tamis_error *err) {
        size_t next = SIZE_MAX;

        for (size_t i = q->n; i-- > 0;) {
                if (q->present[i])
                        next = i;
                else
                        q->donors[i] = next;
        }
        return 0;
}

static const char *const options[] = { "order", "max-gap", NULL };

const tamis_series tamis_series_bfill = {
        .base = {
                .name = "bfill",
                .summary = "the first observed cell behind it, in the order of --order",
                .source = "pandas bfill; next observation carried backward",
        },
        .options = options,
        .why = "nothing was observed behind them in their group, or --max-gap says so",
        .fill = fill,
};
