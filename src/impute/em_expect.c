/* What is expected of the rows of a block: pattern by pattern, by sums where there are many rows, else row by row. */
#include <math.h>
#include <stdlib.h>

#include "fit/cholesky.h"
#include "impute/em_run.h"

void tamis_em_take_row(const tamis_em_rounds *r, size_t row, const tamis_em_regression *g, double *x) {
        size_t n = 0;

        for (size_t j = 0; j < r->m->n && n < g->seen; j++)
                if (r->m->place[j] >= 0 && (size_t) r->m->place[j] == g->at[n])
                        x[n++] = tamis_em_cell(r->m, r->train, j, row);
}

struct room {
        tamis_em_regression g;
        double *q, *t;                  /* p * p each */
        double *d, *e;                  /* p each */
        bool *lean;                     /* per pattern of the block: done */
};

/* The seen cells' part and the holes' part, by their places; `a` is not below `b` where both are of the same part. */
static void add(double *products, size_t p, size_t a, size_t b, double x) {
        products[a >= b ? a * p + b : b * p + a] += x;
}

/* `q`: the products of the deviations in the seen cells, both halves; `d`: their sums. */
static void expect_sums(tamis_em_block *b, const tamis_em *m, struct room *w, const double *summed, double rows) {
        const tamis_em_regression *g = &w->g;
        size_t n = g->seen, p = m->p;
        const size_t *hole = g->at + n;

        for (size_t i = 0; i < n; i++)
                w->d[i] = summed[i] - rows * m->mean[g->at[i]];
        for (size_t i = 0; i < n; i++)
                for (size_t k = 0; k <= i; k++) {
                        double mi = m->mean[g->at[i]], mk = m->mean[g->at[k]];

                        w->q[i * n + k] = w->q[k * n + i] =
                                summed[n + i * n + k] - summed[i] * mk - mi * summed[k] + rows * mi * mk;
                }
        for (size_t i = 0; i < n; i++) {
                b->sum[g->at[i]] += w->d[i];
                for (size_t k = 0; k <= i; k++)
                        add(b->products, p, g->at[i], g->at[k], w->q[i * n + k]);
        }
        for (size_t i = 0; i < g->holes; i++) {
                const double *beta = g->beta + i * n;
                double *t = w->t + i * n;       /* beta q */

                for (size_t k = 0; k < n; k++) {
                        double sum = 0;

                        for (size_t l = 0; l < n; l++)
                                sum += beta[l] * w->q[k * n + l];
                        t[k] = sum;
                        b->sum[hole[i]] += beta[k] * w->d[k];
                        add(b->products, p, hole[i], g->at[k], sum);
                }
                for (size_t k = 0; k <= i; k++) {
                        double sum = 0;

                        for (size_t l = 0; l < n; l++)
                                sum += t[l] * g->beta[k * n + l];
                        add(b->products, p, hole[i], hole[k], sum);
                }
        }
        /* the trace of covariance^-1 q, by columns of root^-1 q root'^-1 */
        for (size_t i = 0; i < n; i++)
                tamis_cholesky_forward(g->root, n, n, w->q + i * n);
        for (size_t i = 0; i < n; i++) {
                for (size_t k = 0; k < n; k++)
                        w->e[k] = w->q[k * n + i];
                tamis_cholesky_forward(g->root, i + 1, n, w->e);
                b->likelihood -= w->e[i];
        }
}

static void expect_row(tamis_em_block *b, const tamis_em_rounds *r, struct room *w, size_t row, bool lean) {
        const tamis_em *m = r->m;
        const tamis_em_regression *g = &w->g;
        size_t n = g->seen, p = m->p;
        double *x = w->e, *d = w->d;    /* d: by place */

        tamis_em_take_row(r, row, g, x);
        for (size_t i = 0; i < n; i++)
                d[g->at[i]] = x[i] -= m->mean[g->at[i]];
        for (size_t i = 0; i < g->holes; i++) {
                double sum = 0;

                for (size_t k = 0; k < n; k++)
                        sum += g->beta[i * n + k] * x[k];
                d[g->at[n + i]] = sum;
        }
        for (size_t a = 0; a < p; a++) {
                b->sum[a] += d[a];
                for (size_t c = 0; c <= a; c++)
                        b->products[a * p + c] += d[a] * d[c];
        }
        if (lean)
                return;
        tamis_cholesky_forward(g->root, n, n, x);
        for (size_t i = 0; i < n; i++)
                b->likelihood -= x[i] * x[i];
}

static void add_left(tamis_em_block *b, const tamis_em_rounds *r, const tamis_em_regression *g, double rows) {
        const size_t *hole = g->at + g->seen;

        for (size_t k = 0; k < g->holes; k++)
                for (size_t l = 0; l <= k; l++)
                        add(b->products, r->m->p, hole[k], hole[l], rows * g->left[k * g->holes + l]);
}

/* Few rows with few holes, by the inverse: less work by the number of seen cells (10,000 rows of 50 columns, a
 * tenth of them missing: a fifth of the time). What the deviations add to the likelihood is left to be taken from
 * the products of all such rows. */
static bool expect_lean(tamis_em_block *b, const tamis_em_rounds *r, size_t i, struct room *w) {
        tamis_em_regression *g = &w->g;
        size_t first = r->patterns.begin[i], last = r->patterns.begin[i + 1];
        double rows = (double) (last - first), log_det;

        if (!r->regular || r->summed[i])
                return false;
        tamis_em_look(r->m, r->train, r->patterns.rows[first], g);
        if (g->seen <= g->holes)
                return false;
        log_det = tamis_em_regress_by_precision(r->m, r->precision, g);
        if (isnan(log_det))
                return false;
        for (size_t k = first; k < last; k++)
                expect_row(b, r, w, r->patterns.rows[k], true);
        add_left(b, r, g, rows);
        b->likelihood += rows * (double) g->holes - rows * (r->log_det + log_det);
        return true;
}

static void expect(tamis_em_block *b, const tamis_em_rounds *r, size_t i, struct room *w) {
        tamis_em_regression *g = &w->g;
        size_t first = r->patterns.begin[i], last = r->patterns.begin[i + 1];
        double rows = (double) (last - first);

        tamis_em_look(r->m, r->train, r->patterns.rows[first], g);
        if (g->seen == 0)
                return;                 /* such rows tell nothing */
        tamis_em_regress(r->m, g);
        if (r->summed[i])
                expect_sums(b, r->m, w, r->summed[i], rows);
        else
                for (size_t k = first; k < last; k++)
                        expect_row(b, r, w, r->patterns.rows[k], false);
        add_left(b, r, g, rows);
        for (size_t k = 0; k < g->seen; k++)
                b->likelihood -= 2 * rows * log(g->root[k * g->seen + k]);
}

/* The lean ones first: the products are then theirs alone, and their trace with the inverse is what the deviations
 * in seen cells add up to, and 1 for each hole (that was given back above). */
static void expect_patterns(tamis_em_block *b, const tamis_em_rounds *r, struct room *w) {
        size_t p = r->m->p;
        bool *lean = w->lean;

        for (size_t i = b->first; i < b->last; i++)
                lean[i - b->first] = expect_lean(b, r, i, w);
        for (size_t a = 0; r->regular && a < p; a++)
                for (size_t c = 0; c <= a; c++)
                        b->likelihood -= (a == c ? 1 : 2) * r->precision[a * p + c] * b->products[a * p + c];
        for (size_t i = b->first; i < b->last; i++)
                if (!lean[i - b->first])
                        expect(b, r, i, w);
}

void tamis_em_expect(void *arg, size_t i) {
        tamis_em_rounds *r = arg;
        tamis_em_block *b = &r->blocks[i];
        size_t p = r->m->p;
        struct room w = {0};

        b->likelihood = 0;
        memset(b->sum, 0, p * sizeof *b->sum);
        memset(b->products, 0, p * p * sizeof *b->products);
        w.q = malloc((p * p + 1) * sizeof *w.q);
        w.t = malloc((p * p + 1) * sizeof *w.t);
        w.d = malloc((p + 1) * sizeof *w.d);
        w.e = malloc((p + 1) * sizeof *w.e);
        w.lean = calloc(b->last - b->first + 1, sizeof *w.lean);
        b->status = tamis_em_regression_init(&w.g, p, NULL);
        if (!w.q || !w.t || !w.d || !w.e || !w.lean)
                b->status = TAMIS_NO_MEMORY;
        if (b->status == 0)
                expect_patterns(b, r, &w);
        tamis_em_regression_done(&w.g);
        free(w.q);
        free(w.t);
        free(w.d);
        free(w.e);
        free(w.lean);
}
