/* Figures of two samples; what each is, the header says. */
#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>

#include "look/drift_figures.h"
#include "stats/order.h"

/* -- distribution functions ---------------------------------------------------------------------------------------- */

/* A walk up the values of a sample. */
struct walk {
        const tamis_runs *of;
        unsigned cleared;
        size_t at;
        uint64_t passed;
};

static bool more(const struct walk *w) {
        return w->at < w->of->n;
}

static double next_of(const struct walk *w) {
        return tamis_runs_clear(w->of->values[w->at], w->cleared);
}

static void pass(struct walk *w, double value) {
        for (; more(w) && next_of(w) == value; w->at++)
                w->passed += w->of->counts[w->at];
}

void tamis_apartness_of(const tamis_runs *ref, const tamis_runs *new, tamis_apartness *ret) {
        const uint64_t n = ref->total, m = new->total;
        const unsigned cleared = ref->cleared > new->cleared ? ref->cleared : new->cleared;
        struct walk a = { ref, cleared, 0, 0 }, b = { new, cleared, 0, 0 };
        double at = fmin(next_of(&a), next_of(&b)), scale = (double) n * (double) m;
        uint64_t most = 0, steps = 0;

        ret->wasserstein = 0;
        while (more(&a) || more(&b)) {
                double next = !more(&b) || (more(&a) && next_of(&a) <= next_of(&b)) ? next_of(&a) : next_of(&b);

                ret->wasserstein += (double) steps / scale * (next - at);
                at = next;
                pass(&a, at);
                pass(&b, at);
                steps = a.passed * m > b.passed * n ? a.passed * m - b.passed * n : b.passed * n - a.passed * m;
                most = steps > most ? steps : most;
        }
        ret->steps = most;
        ret->ks = (double) most / scale;
}

double tamis_kolmogorov(double x) {
        double sum = 0;

        if (!(x > 0))
                return 1;
        if (x < 1) {            /* the other series, which few terms sum there */
                for (int k = 1; k <= 7; k += 2)
                        sum += exp(-k * k * M_PI * M_PI / (8 * x * x));
                return 1 - sqrt(2 * M_PI) / x * sum;
        }
        for (int k = 1; k <= 10; k++)
                sum += (k % 2 ? 2 : -2) * exp(-2. * k * k * x * x);
        return sum;
}

/* Of the orders of i reference and j new values, which share has led to a distance of `steps` or more by now? Each ends
 * with a value of the reference in i / (i + j) of them. Where the distance is reached, all. Sums of positive numbers: a
 * small p-value is as exact as a large one. Only the band between the bounds is gone through. */
static double share_beyond(uint64_t steps, size_t n, size_t m, double *share) {
        size_t low = 0, high = 0;       /* the band of the row before: [low, high) */

        for (size_t i = 0; i <= n; i++) {
                /* |i m - j n| < steps */
                uint64_t here = (uint64_t) i * m;
                size_t first = here >= steps ? (size_t) ((here - steps) / n) + 1 : 0;
                size_t end = (size_t) ((here + steps - 1) / n) + 1;
                double before = 1;

                end = end > m + 1 ? m + 1 : end;
                for (size_t j = first; j < end; j++) {
                        double up = j >= low && j < high ? share[j] : 1;
                        double all = (double) (i + j);

                        share[j] = before = i + j == 0 ? 0 : (i > 0 ? (double) i / all * up : 0)
                                                             + (j > 0 ? (double) j / all * before : 0);
                }
                low = first;
                high = end;
        }
        return low <= m && high == m + 1 ? share[m] : 1;
}

int tamis_ks_p(uint64_t steps, size_t n, size_t m, double *ret, tamis_error *err) {
        double *share;

        if (steps == 0) {
                *ret = 1;
                return 0;
        }
        if ((double) n * (double) m > TAMIS_KS_EXACT) {
                *ret = tamis_kolmogorov((double) steps / sqrt((double) n * (double) m * (double) (n + m)));
                return 0;
        }
        share = calloc(m + 1, sizeof *share);
        if (!share)
                return tamis_fail_memory(err);
        *ret = share_beyond(steps, n, m, share);
        free(share);
        return 0;
}

/* -- bins ---------------------------------------------------------------------------------------------------------- */

static double of_rank(const tamis_runs *r, uint64_t rank) {
        size_t i = 0;

        for (uint64_t seen = 0; i + 1 < r->n && (seen += r->counts[i]) <= rank; )
                i++;
        return r->values[i];
}

double tamis_drift_quantile(const tamis_runs *values, double p) {
        double part;
        uint64_t rank;

        if (values->total == 0)
                return NAN;
        rank = tamis_order_place(values->total, p, &part);
        return tamis_order_between(of_rank(values, rank), part > 0 ? of_rank(values, rank + 1) : 0, part, p);
}

size_t tamis_drift_edges(const tamis_runs *ref, double *edges) {
        size_t k = 0;

        if (ref->n <= TAMIS_DRIFT_BINS) {
                for (size_t i = 1; i < ref->n; i++)
                        edges[k++] = ref->values[i - 1] / 2 + ref->values[i] / 2;
                return k;
        }
        for (size_t b = 1; b < TAMIS_DRIFT_BINS; b++) {
                double edge = tamis_runs_clear(tamis_drift_quantile(ref, (double) b / TAMIS_DRIFT_BINS), ref->cleared);

                /* above the greatest value there is no bin */
                if (edge < ref->values[ref->n - 1] && (k == 0 || edge > edges[k - 1]))
                        edges[k++] = edge;
        }
        return k;
}

void tamis_drift_count(const tamis_runs *values, unsigned cleared, const double *edges, size_t n_edges,
                       double *counts) {
        size_t at = 0;

        cleared = cleared > values->cleared ? cleared : values->cleared;
        for (size_t b = 0; b <= n_edges; b++) {
                double edge = b < n_edges ? tamis_runs_clear(edges[b], cleared) : INFINITY;

                counts[b] = 0;
                for (; at < values->n && tamis_runs_clear(values->values[at], cleared) <= edge; at++)
                        counts[b] += (double) values->counts[at];
        }
}

/* -- counts -------------------------------------------------------------------------------------------------------- */

static double share_log(double p, double q) {
        return p > 0 ? p * log2(p / q) : 0;
}

void tamis_divergence_of(const double *ref, const double *new, size_t bins, tamis_divergence *ret) {
        tamis_divergence d = { NAN, NAN, NAN, NAN, NAN, NAN, 0 };
        double n = 0, m = 0, js = 0;

        for (size_t b = 0; b < bins; b++) {
                n += ref[b];
                m += new[b];
                d.bins += ref[b] + new[b] > 0;
        }
        *ret = d;
        if (n == 0 || m == 0)
                return;
        d.psi = d.chi2 = 0;
        for (size_t b = 0; b < bins; b++) {
                double both = ref[b] + new[b], p = (ref[b] + .5) / (n + .5 * (double) d.bins);
                double q = (new[b] + .5) / (m + .5 * (double) d.bins), off;

                if (both == 0)
                        continue;
                d.psi += (p - q) * log(p / q);
                p = ref[b] / n;
                q = new[b] / m;
                js += share_log(p, (p + q) / 2) / 2 + share_log(q, (p + q) / 2) / 2;
                off = ref[b] - both * (n / (n + m));
                /* of both rows of the table: their deviations are alike */
                d.chi2 += off * off * ((n + m) / (both * n) + (n + m) / (both * m));
        }
        d.js = js > 0 ? sqrt(js) : 0;
        d.v = d.bins > 1 ? sqrt(d.chi2 / (n + m)) : NAN;
        d.chi2_p = d.bins > 1 ? gsl_cdf_chisq_Q(d.chi2, (double) (d.bins - 1)) : NAN;
        d.psi_p = d.bins > 1 ? gsl_cdf_chisq_Q(d.psi / (1 / n + 1 / m), (double) (d.bins - 1)) : NAN;
        *ret = d;
}

/* -- shares -------------------------------------------------------------------------------------------------------- */

/* All tables no likelier than this one; a hair is allowed for rounding. */
static double fisher(double x, double n, double y, double m) {
        unsigned in = (unsigned) (x + y), from = (unsigned) n, rest = (unsigned) m;
        unsigned first = in > rest ? in - rest : 0, last = in < from ? in : from;
        double here, sum = 0;

        /* the rarer kind is gone through: few terms */
        if (in > (from + rest) / 2)
                return fisher(n - x, n, m - y, m);
        here = gsl_ran_hypergeometric_pdf((unsigned) x, from, rest, in);
        for (unsigned k = first; k <= last; k++) {
                double p = gsl_ran_hypergeometric_pdf(k, from, rest, in);

                sum += p <= here * (1 + 1e-7) ? p : 0;
        }
        return sum < 1 ? sum : 1;
}

double tamis_shares_p(double x, double n, double y, double m) {
        double all = n + m, share = (x + y) / all, rare = share < .5 ? share : 1 - share, z;

        if (n < 1 || m < 1 || x + y == 0 || x + y == all)
                return NAN;
        /* few expected: few terms, or few rows */
        if (rare * (n < m ? n : m) < 5 && rare * all < 1e5 && all < 4e9)
                return fisher(x, n, y, m);
        z = (x / n - y / m) / sqrt(share * (1 - share) * (1 / n + 1 / m));
        return 2 * gsl_cdf_ugaussian_Q(fabs(z));
}

double tamis_range_p(double out, double n, double m) {
        double p0 = 1, p1 = 0, all = n + m, draws = out + 1;

        if (out <= 0 || n < 2)
                return out <= 0 ? 1 : NAN;
        /* none, or one, of `draws` values is of the reference */
        p0 = lgamma(m + 1) - lgamma(m - draws + 1) - lgamma(all + 1) + lgamma(all - draws + 1);
        p0 = draws > m ? 0 : exp(p0);
        p1 = exp(log(draws) + log(n) + lgamma(m + 1) - lgamma(m - out + 1) - lgamma(all + 1) + lgamma(all - draws + 1));
        return fmin(1, p0 + p1);
}

double tamis_unseen_p(double seen_once, double n, double unseen, double m) {
        double all = n + m, sum = 0;

        if (unseen <= 0 || n < 1)
                return unseen <= 0 ? 1 : NAN;
        if (all >= 4e9 || seen_once + unseen > 1e6) {
                double share = (seen_once + unseen) / all;

                return gsl_cdf_ugaussian_Q((unseen / m - seen_once / n) / sqrt(share * (1 - share) * (1 / n + 1 / m)));
        }
        for (double k = unseen; k <= seen_once + unseen && k <= m; k++)
                sum += gsl_ran_hypergeometric_pdf((unsigned) k, (unsigned) m, (unsigned) n,
                                                  (unsigned) (seen_once + unseen));
        return fmin(1, sum);
}

/* -- many tests ---------------------------------------------------------------------------------------------------- */

struct tested {
        double p;
        size_t at;
};

static int by_p(const void *a, const void *b) {
        const struct tested *x = a, *y = b;

        return (x->p > y->p) - (x->p < y->p);
}

int tamis_adjust(const double *p, size_t n, double *q, tamis_error *err) {
        struct tested *tests = calloc(n + 1, sizeof *tests);
        size_t k = 0;
        double least = 1;

        if (!tests)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < n; i++) {
                q[i] = NAN;
                if (!isnan(p[i]))
                        tests[k++] = (struct tested) { p[i], i };
        }
        qsort(tests, k, sizeof *tests, by_p);
        for (size_t i = k; i-- > 0; ) {
                least = fmin(least, tests[i].p * (double) k / (double) (i + 1));
                q[tests[i].at] = least;
        }
        free(tests);
        return 0;
}
