/* Figures of the probabilities themselves: proper scores, and how far they can be relied on. */
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "judge/measures.h"

enum { BINS = TAMIS_RELIABILITY_BINS };

/* -- bins ---------------------------------------------------------------------------------------------------------- */

/* numpy.linspace(0, 1, BINS + 1), to the last digit: a probability may lie on an edge. */
double tamis_reliability_share(size_t b) {
        return b == BINS ? 1 : (double) b * (1. / BINS);
}

/* numpy.percentile, likewise. */
double tamis_reliability_edge(const double *sorted, size_t n, size_t b) {
        double at = tamis_reliability_share(b) * 100 / 100 * (double) (n - 1);
        size_t below = at >= (double) (n - 1) ? n - 1 : (size_t) at;
        double t = at - (double) below, step;

        if (below + 1 >= n)
                return sorted[below];
        step = sorted[below + 1] - sorted[below];
        return t < .5 ? sorted[below] + step * t : sorted[below + 1] - step * (1 - t);
}

/* numpy.searchsorted among the inner edges: how many are below p. */
static size_t bin_of(const double *edges, double p) {
        size_t bin = 0;

        while (bin + 1 < BINS && edges[bin + 1] < p)
                bin++;
        return bin;
}

/* Clipped, so that one sure mistake is not all there is to say: to scikit-learn's bounds. */
static double loss(double p) {
        return -log(fmin(fmax(p, DBL_EPSILON), 1 - DBL_EPSILON));
}

/* Brier 1950 has the sum over all classes; of two, half of it is what goes by the name. */
static double squared(const double *p, size_t k, uint32_t actual) {
        double sum = 0;

        if (k == 2)
                return (p[1] - actual) * (p[1] - actual);
        for (size_t c = 0; c < k; c++)
                sum += (p[c] - (c == actual)) * (p[c] - (c == actual));
        return sum;
}

/* How sure, and whether rightly: of two classes the probability of class 1, of more that of the likeliest (Guo et al.
 * 2017, "On calibration of modern neural networks"). */
static double surest(const double *p, size_t k, uint32_t actual, bool *right) {
        size_t most = k == 2;

        for (size_t c = 1; k > 2 && c < k; c++)
                if (p[c] > p[most])
                        most = c;
        *right = actual == most;
        return p[most];
}

struct bins {
        double weight[BINS], predicted[BINS], observed[BINS];
};

static void add_to(struct bins *b, const double *edges, double p, bool right, double w) {
        size_t bin = bin_of(edges, p);

        b->weight[bin] += w;
        b->predicted[bin] += w * p;
        b->observed[bin] += right ? w : 0;
}

/* Naeini, Cooper & Hauskrecht 2015, "Obtaining well calibrated probabilities using Bayesian binning" */
static double gap(const struct bins *b) {
        double sum = 0, all = 0;

        for (size_t i = 0; i < BINS; i++) {
                sum += fabs(b->observed[i] - b->predicted[i]);
                all += b->weight[i];
        }
        return sum / all;
}

/* -- figures ------------------------------------------------------------------------------------------------------- */

void tamis_measures_chances(const tamis_judged *j, const double *w, double *values) {
        tamis_exact all = {0}, losses = {0}, squares = {0};
        struct bins width = {0}, filled = {0};

        for (size_t i = 0; i < j->n; i++) {
                const double *p = j->p + i * j->k;
                bool right;
                double sure = surest(p, j->k, j->actual[i], &right);

                tamis_exact_add(&all, w[i]);
                tamis_exact_add(&losses, w[i] * loss(p[j->actual[i]]));
                tamis_exact_add(&squares, w[i] * squared(p, j->k, j->actual[i]));
                add_to(&width, j->width, sure, right, w[i]);
                add_to(&filled, j->filled, sure, right, w[i]);
        }
        if (!(tamis_exact_get(&all) > 0))
                return;
        values[TAMIS_LOG_LOSS] = tamis_exact_get(&losses) / tamis_exact_get(&all);
        values[TAMIS_BRIER] = tamis_exact_get(&squares) / tamis_exact_get(&all);
        values[TAMIS_ECE] = gap(&width);
        values[TAMIS_ECE_FILLED] = gap(&filled);
}

/* -- the table ----------------------------------------------------------------------------------------------------- */

int tamis_reliability_of(const tamis_judged *j, size_t c, bool filled, tamis_reliability ret[TAMIS_RELIABILITY_BINS],
                         tamis_error *err) {
        double *sorted = reallocarray(NULL, j->n + 1, sizeof *sorted), edges[BINS + 1] = {0};
        struct bins bins = {0};

        if (!sorted)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < j->n; i++)
                sorted[j->n - 1 - i] = j->p[j->order[c * j->n + i] * j->k + c];
        for (size_t b = 0; b <= BINS; b++)
                edges[b] = filled && j->n > 0 ? tamis_reliability_edge(sorted, j->n, b) : tamis_reliability_share(b);
        free(sorted);
        for (size_t i = 0; i < j->n; i++)
                add_to(&bins, edges, j->p[i * j->k + c], j->actual[i] == c, j->weight[i]);
        for (size_t b = 0; b < BINS; b++)
                ret[b] = (tamis_reliability) {
                        .weight = bins.weight[b], .low = edges[b], .high = edges[b + 1],
                        .predicted = bins.weight[b] > 0 ? bins.predicted[b] / bins.weight[b] : NAN,
                        .observed = bins.weight[b] > 0 ? bins.observed[b] / bins.weight[b] : NAN,
                };
        return 0;
}
