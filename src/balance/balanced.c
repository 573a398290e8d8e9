#include "balance/weigh.h"

/* w_c = n / (K n_c): every class weighs the same in all, and a row weighs 1 in the mean. */
static int weigh_evenly(const tamis_labels *labels, const tamis_class_values *costs, double *weights,
                        tamis_error *err) {
        double rows = (double) (labels->n - labels->missing);

        for (size_t c = 0; c < labels->n_classes; c++)
                weights[c] = rows / ((double) labels->n_classes * (double) labels->counts[c]);
        return 0;
}

static int weigh_by_cost(const tamis_labels *labels, const tamis_class_values *costs, double *weights,
                         tamis_error *err) {
        for (size_t c = 0; c < labels->n_classes; c++)
                weights[c] = 1;
        return tamis_class_values_apply(costs, labels, "--cost", weights, err);
}

const tamis_weigher tamis_weigher_balanced = {
        .base = {
                .name    = "balanced",
                .summary = "n / (K n_c) for each row of a class: all classes weigh the same together",
                .source  = "scikit-learn compute_class_weight('balanced'); King & Zeng 2001",
        },
        .weigh = weigh_evenly,
};

const tamis_weigher tamis_weigher_cost = {
        .base = {
                .name    = "cost",
                .summary = "what a mistake on a row of the class costs (--cost)",
                .source  = "Elkan 2001, the foundations of cost-sensitive learning",
        },
        .takes_costs = true,
        .weigh = weigh_by_cost,
};
