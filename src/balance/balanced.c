#include <math.h>

#include "balance/weigh.h"

/* w_c = n / (K n_c): every class weighs the same in all, and a row weighs 1 in the mean. */
static int weigh_evenly(const tamis_weigh_options *o, const tamis_labels *labels, double *weights, tamis_error *err) {
        double rows = (double) (labels->n - labels->missing);

        for (size_t c = 0; c < labels->n_classes; c++)
                weights[c] = rows / ((double) labels->n_classes * (double) labels->counts[c]);
        return 0;
}

/* w_c in proportion to (1 - beta) / (1 - beta^n_c), in such a way that they are 1 in the mean of the classes. beta
 * 0: no weights; beta toward 1: 1 / n_c. The power by way of log and expm1, which keep their digits where beta^n_c
 * is nearly 1. */
static int weigh_by_effective_number(const tamis_weigh_options *o, const tamis_labels *labels, double *weights,
                                     tamis_error *err) {
        double sum = 0;

        for (size_t c = 0; c < labels->n_classes; c++) {
                weights[c] = (1 - o->beta) / -expm1((double) labels->counts[c] * log(o->beta));
                sum += weights[c];
        }
        for (size_t c = 0; c < labels->n_classes; c++)
                weights[c] *= (double) labels->n_classes / sum;
        return 0;
}

/* What a row of the class costs more decided wrongly than decided rightly: exact for two classes (Elkan 2001,
 * section 3); the sum over all wrong decisions for more (Breiman et al. 1984, Ting 2002), which no single weight a
 * class can be exact for. */
static int weigh_by_matrix(const tamis_costs *m, const tamis_labels *labels, double *weights, tamis_error *err) {
        if (m->n != labels->n_classes)
                return tamis_fail(err, TAMIS_USAGE, "--cost-matrix has %zu classes, and the target %zu", m->n,
                                  labels->n_classes);
        for (size_t c = 0; c < m->n; c++) {
                double right = m->cost[c * m->n + c];

                if (!tamis_slice_equal(m->names[c], labels->names[c]))
                        return tamis_fail(err, TAMIS_USAGE, "--cost-matrix: no train row is of class \"%s\", or it "
                                          "knows no class \"%.*s\"", m->names[c].p, (int) labels->names[c].n,
                                          labels->names[c].p);
                weights[c] = 0;
                for (size_t j = 0; j < m->n; j++) {
                        double more = m->cost[c * m->n + j] - right;

                        if (more < 0)
                                return tamis_fail(err, TAMIS_USAGE, "--cost-matrix: a row of class \"%s\" costs less "
                                                  "decided \"%s\" than decided rightly, and no weight is below 0",
                                                  m->names[c].p, m->names[j].p);
                        weights[c] += more;
                }
        }
        return 0;
}

static int weigh_by_cost(const tamis_weigh_options *o, const tamis_labels *labels, double *weights, tamis_error *err) {
        if (o->matrix.n > 0)
                return weigh_by_matrix(&o->matrix, labels, weights, err);
        for (size_t c = 0; c < labels->n_classes; c++)
                weights[c] = 1;
        return tamis_class_values_apply(&o->costs, labels, "--cost", weights, err);
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
                .summary = "what a mistake on a row costs: by class (--cost, --cost-matrix) or by row (--cost-column)",
                .source  = "Elkan 2001, the foundations of cost-sensitive learning",
        },
        .takes = WEIGH_COST,
        .weigh = weigh_by_cost,
};

const tamis_weigher tamis_weigher_effective = {
        .base = {
                .name    = "effective",
                .summary = "1 / effective number of rows of the class, (1 - beta^n_c) / (1 - beta): between none and "
                           "balanced",
                .source  = "Cui, Jia, Lin, Song & Belongie 2019, class-balanced loss",
        },
        .takes = WEIGH_BETA,
        .weigh = weigh_by_effective_number,
};
