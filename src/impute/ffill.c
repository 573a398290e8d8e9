/* The last observed cell before the hole: what was so stays so until something else is said. */
#include "impute/series.h"

static int fill(tamis_sequence *q, tamis_error *err) {
        size_t last = SIZE_MAX;

        for (size_t i = 0; i < q->n; i++) {
                if (q->present[i])
                        last = i;
                else
                        q->donors[i] = last;
        }
        return 0;
}

static const char *const options[] = { "order", "max-gap", NULL };

const tamis_series tamis_series_ffill = {
        .base = {
                .name = "ffill",
                .summary = "the last observed cell before it, in the order of --order",
                .source = "pandas ffill; last observation carried forward",
        },
        .options = options,
        .why = "nothing was observed before them in their group, or --max-gap says so",
        .fill = fill,
};
