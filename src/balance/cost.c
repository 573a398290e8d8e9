/* Costing: a row is accepted with probability cost / greatest cost, so that a learner which knows nothing of costs
 * minimises them (Zadrozny, Langford & Abe 2003, "Cost-sensitive learning by cost-proportionate example weighting"). */
#include <stdlib.h>

#include "balance/sample.h"

static int check(const tamis_sample *s, tamis_error *err) {
        if (!s->has_costs && !s->value_option)
                return tamis_fail(err, TAMIS_USAGE, "-s cost needs --cost 'class=number,...' or --cost-column COL");
        if (s->has_costs && s->value_option)
                return tamis_fail(err, TAMIS_USAGE, "--cost and --cost-column both say what a row costs: give one");
        if (s->has_costs && !s->has_target)
                return tamis_fail(err, TAMIS_USAGE, "--cost names classes: --target COL is needed");
        return 0;
}

/* Negative: the row has no class, and stays. */
static double cost_of(const tamis_sample *s, const double *by_class, size_t row) {
        if (!by_class)
                return s->values[row];
        return s->labels.codes[row] == TAMIS_NO_CLASS ? -1 : by_class[s->labels.codes[row]];
}

static int decide(tamis_sample *s, const tamis_context *context, tamis_error *err) {
        double *by_class = NULL, greatest = 0;
        uint64_t kept = 0;
        int r = s->has_costs ? tamis_sample_class_costs(s, &by_class, err) : 0;

        if (r < 0)
                return r;
        for (size_t row = 0; row < s->n; row++)
                if (cost_of(s, by_class, row) > greatest)
                        greatest = cost_of(s, by_class, row);
        if (!(greatest > 0))
                r = tamis_fail(err, TAMIS_BAD_DATA, "no row costs anything");
        for (size_t row = 0; r == 0 && row < s->n; row++) {
                double cost = cost_of(s, by_class, row);
                tamis_stream stream;

                tamis_stream_init(&stream, s->seed, "sample.cost", 0, row);
                s->times[row] = cost < 0 || tamis_stream_uniform(&stream) < cost / greatest;
                kept += s->times[row];
        }
        free(by_class);
        if (r == 0)
                tamis_warn(context, "%llu of %zu rows accepted; Costing averages models of several such samples "
                           "(--seed 1, 2, ...)", (unsigned long long) kept, s->n);
        return r;
}

const tamis_sampler tamis_sampler_cost = {
        .base = {
                .name    = "cost",
                .summary = "accept each row with probability cost / greatest cost",
                .source  = "Costing, Zadrozny, Langford & Abe 2003",
        },
        .takes = SAMPLE_COST | SAMPLE_COST_COLUMN,
        .check = check, .decide = decide,
};
