/* Sequential hot deck: rows that stand next to each other by --order are alike, so a hole takes the last cell observed
 * before it; at the start of a group, the first one behind. */
#include "impute/series.h"

static int fill(tamis_sequence *q, tamis_error *err) {
        size_t last = SIZE_MAX;

        for (size_t i = 0; i < q->n; i++) {
                if (q->present[i] && last == SIZE_MAX)
                        for (size_t k = 0; k < i; k++)
                                q->donors[k] = i;
                if (q->present[i])
                        last = i;
                else
                        q->donors[i] = last;
        }
        return 0;
}

static const char *const options[] = { "order", "max-gap", NULL };

const tamis_series tamis_series_hotdeck = {
        .base = {
                .name = "hotdeck",
                .summary = "the cell of the row before it in the order of --order",
                .source = "VIM hotdeck (sequential), Kowarik & Templ 2016",
        },
        .needs_order = true,
        .options = options,
        .why = "nothing was observed in their group, or --max-gap says so",
        .fill = fill,
};
