/* One round: sum up, pattern by pattern, what is expected of every row's deviations from the mean and of their products;
 * the new mean and covariance follow. Patterns are cut into blocks that do not depend on the threads, and blocks are
 * added in order. */
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "fit/cholesky.h"
#include "impute/em.h"

enum { BLOCKS = 32 };
static const double RIDGE = 1e-10;

struct block {
        size_t first, last;             /* patterns */
        double *sum, *products;         /* p; p * p, lower */
        double likelihood;
        int status;
};

struct run {
        tamis_em *m;
        const tamis_frame *train;
        tamis_em_patterns patterns;
        double **summed;                /* per pattern with many rows: sums (seen), then products (seen * seen) of its cells */
        struct block blocks[BLOCKS];
        size_t n_blocks, rows;          /* rows: those with something observed */
        double constant;                /* of the log-likelihood */
};

static void run_done(struct run *r) {
        for (size_t i = 0; r->summed && i < r->patterns.n; i++)
                free(r->summed[i]);
        free(r->summed);
        for (size_t i = 0; i < r->n_blocks; i++) {
                free(r->blocks[i].sum);
                free(r->blocks[i].products);
        }
        tamis_em_patterns_done(&r->patterns);
}

/* -- what stays from round to round -------------------------------------------------------------------------------- */

static void take_row(const struct run *r, size_t row, const tamis_em_regression *g, double *x) {
        size_t n = 0;

        for (size_t j = 0; j < r->m->n && n < g->seen; j++)
                if (r->m->place[j] >= 0 && (size_t) r->m->place[j] == g->at[n])
                        x[n++] = tamis_em_cell(r->m, r->train, j, row);
}

/* Sums need less room than the rows, and are less work, from as many rows as there are cells in one. */
static int sum_up(struct run *r, size_t i, tamis_em_regression *g, tamis_error *err) {
        size_t first = r->patterns.begin[i], last = r->patterns.begin[i + 1], n;
        double *sum, *x = g->scratch;

        tamis_em_look(r->m, r->train, r->patterns.rows[first], g);
        n = g->seen;
        if (n == 0)
                return 0;
        r->rows += last - first;
        r->constant -= (double) (last - first) * (double) n * log(2 * acos(-1));
        if (last - first <= n)
                return 0;
        sum = r->summed[i] = calloc(n + n * n, sizeof *sum);
        if (!sum)
                return tamis_fail_memory(err);
        for (size_t k = first; k < last; k++) {
                take_row(r, r->patterns.rows[k], g, x);
                for (size_t a = 0; a < n; a++) {
                        double *to = sum + n + a * n;

                        sum[a] += x[a];
                        for (size_t b = 0; b <= a; b++)
                                to[b] += x[a] * x[b];
                }
        }
        return 0;
}

static double work_of(const struct run *r, size_t i, size_t p) {
        size_t rows = r->patterns.begin[i + 1] - r->patterns.begin[i];

        return (double) ((rows < p ? rows : p) + p) * (double) (p * p);
}

static int cut_blocks(struct run *r, tamis_error *err) {
        size_t p = r->m->p, first = 0;
        double all = 0, done = 0;

        for (size_t i = 0; i < r->patterns.n; i++)
                all += work_of(r, i, p);
        for (size_t i = 0; i < r->patterns.n; i++) {
                struct block *b = &r->blocks[r->n_blocks];

                done += work_of(r, i, p);
                if (i + 1 < r->patterns.n && done < all * (double) (r->n_blocks + 1) / BLOCKS)
                        continue;
                *b = (struct block) { .first = first, .last = i + 1 };
                first = i + 1;
                r->n_blocks++;
                b->sum = calloc(p + 1, sizeof *b->sum);
                b->products = calloc(p * p + 1, sizeof *b->products);
                if (!b->sum || !b->products)
                        return tamis_fail_memory(err);
                if (r->n_blocks == BLOCKS)
                        break;
        }
        if (r->n_blocks > 0)
                r->blocks[r->n_blocks - 1].last = r->patterns.n;
        return 0;
}

static int prepare(struct run *r, tamis_error *err) {
        tamis_em_regression g;
        int status = tamis_em_sort(r->m, r->train, &r->patterns, err);

        if (status < 0)
                return status;
        r->m->patterns = r->patterns.n;
        r->summed = calloc(r->patterns.n + 1, sizeof *r->summed);
        status = tamis_em_regression_init(&g, r->m->p, err);
        if (status == 0 && !r->summed)
                status = tamis_fail_memory(err);
        for (size_t i = 0; status == 0 && i < r->patterns.n; i++)
                status = sum_up(r, i, &g, err);
        tamis_em_regression_done(&g);
        /* the likelihood is told of the cells as they are */
        for (size_t j = 0; j < r->m->n; j++)
                if (r->m->place[j] >= 0)
                        r->constant -= 2 * (double) (r->train->rows - r->train->columns[j].missing) * log(r->m->spread[j]);
        return status == 0 ? cut_blocks(r, err) : status;
}

/* -- a round ------------------------------------------------------------------------------------------------------- */

struct room {
        tamis_em_regression g;
        double *q, *t;                  /* p * p each */
        double *d, *e;                  /* p each */
};

/* The seen cells' part and the holes' part, by their places; `a` is not below `b` where both are of the same part. */
static void add(double *products, size_t p, size_t a, size_t b, double x) {
        products[a >= b ? a * p + b : b * p + a] += x;
}

/* `q`: the products of the deviations in the seen cells, both halves; `d`: their sums. */
static void expect_sums(struct block *b, const tamis_em *m, struct room *w, const double *summed, double rows) {
        const tamis_em_regression *g = &w->g;
        size_t n = g->seen, p = m->p;
        const size_t *hole = g->at + n;

        for (size_t i = 0; i < n; i++)
                w->d[i] = summed[i] - rows * m->mean[g->at[i]];
        for (size_t i = 0; i < n; i++)
                for (size_t k = 0; k <= i; k++) {
                        double mi = m->mean[g->at[i]], mk = m->mean[g->at[k]];

                        w->q[i * n + k] = w->q[k * n + i] = summed[n + i * n + k] - summed[i] * mk - mi * summed[k] + rows * mi * mk;
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

static void expect_row(struct block *b, const struct run *r, struct room *w, size_t row) {
        const tamis_em *m = r->m;
        const tamis_em_regression *g = &w->g;
        size_t n = g->seen, p = m->p;
        double *x = w->e, *d = w->d;    /* d: by place */

        take_row(r, row, g, x);
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
        tamis_cholesky_forward(g->root, n, n, x);
        for (size_t i = 0; i < n; i++)
                b->likelihood -= x[i] * x[i];
}

static void expect(struct block *b, const struct run *r, size_t i, struct room *w) {
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
                        expect_row(b, r, w, r->patterns.rows[k]);
        for (size_t k = 0; k < g->holes; k++)
                for (size_t l = 0; l <= k; l++)
                        add(b->products, r->m->p, g->at[g->seen + k], g->at[g->seen + l], rows * g->left[k * g->holes + l]);
        for (size_t k = 0; k < g->seen; k++)
                b->likelihood -= 2 * rows * log(g->root[k * g->seen + k]);
}

static void expect_block(void *arg, size_t i) {
        struct run *r = arg;
        struct block *b = &r->blocks[i];
        size_t p = r->m->p;
        struct room w = {0};

        b->likelihood = 0;
        memset(b->sum, 0, p * sizeof *b->sum);
        memset(b->products, 0, p * p * sizeof *b->products);
        w.q = malloc((p * p + 1) * sizeof *w.q);
        w.t = malloc((p * p + 1) * sizeof *w.t);
        w.d = malloc((p + 1) * sizeof *w.d);
        w.e = malloc((p + 1) * sizeof *w.e);
        b->status = tamis_em_regression_init(&w.g, p, NULL);
        if (!w.q || !w.t || !w.d || !w.e)
                b->status = TAMIS_NO_MEMORY;
        for (size_t k = b->first; b->status == 0 && k < b->last; k++)
                expect(b, r, k, &w);
        tamis_em_regression_done(&w.g);
        free(w.q);
        free(w.t);
        free(w.d);
        free(w.e);
}

/* The new mean and covariance; the largest change of either. */
static double update(struct run *r) {
        tamis_em *m = r->m;
        size_t p = m->p;
        double rows = (double) r->rows, most = 0;
        struct block *all = &r->blocks[0];

        for (size_t i = 1; i < r->n_blocks; i++) {
                all->likelihood += r->blocks[i].likelihood;
                for (size_t a = 0; a < p; a++)
                        all->sum[a] += r->blocks[i].sum[a];
                for (size_t a = 0; a < p * p; a++)
                        all->products[a] += r->blocks[i].products[a];
        }
        for (size_t a = 0; a < p; a++)
                for (size_t b = 0; b <= a; b++) {
                        double x = all->products[a * p + b] / rows - all->sum[a] / rows * (all->sum[b] / rows);

                        most = fmax(most, fabs(x - m->covariance[a * p + b]));
                        m->covariance[a * p + b] = m->covariance[b * p + a] = x;
                }
        for (size_t a = 0; a < p; a++) {
                most = fmax(most, fabs(all->sum[a] / rows));
                m->mean[a] += all->sum[a] / rows;
        }
        return most;
}

/* A little on the diagonal, where a column follows from others: the likelihood has no bound then. */
static void support(tamis_em *m, double *square) {
        bool fine;

        memcpy(square, m->covariance, m->p * m->p * sizeof *square);
        fine = tamis_cholesky(square, m->p, m->p);
        for (size_t a = 0; !fine && a < m->p; a++)
                m->covariance[a * m->p + a] += RIDGE;
        m->ridged += !fine;
}

/* -- the start ----------------------------------------------------------------------------------------------------- */

/* The complete rows' mean and covariance, if there are enough of them; else what was observed in each column alone. */
static void start(struct run *r) {
        tamis_em *m = r->m;
        size_t p = m->p, rows = r->patterns.n ? r->patterns.begin[1] : 0;
        const double *sum = r->patterns.n ? r->summed[0] : NULL;
        bool complete = sum != NULL && rows >= 2 * (p + 1);

        /* complete rows come first; whether these are */
        for (size_t j = 0; complete && j < m->n; j++)
                complete = m->place[j] < 0 || !isnan(r->train->columns[j].numbers[r->patterns.rows[0]]);
        for (size_t a = 0; a < p; a++)
                for (size_t b = 0; b <= a; b++) {
                        double x = a == b;

                        if (complete)
                                x = sum[p + a * p + b] / (double) rows - sum[a] / (double) rows * (sum[b] / (double) rows);
                        m->covariance[a * p + b] = m->covariance[b * p + a] = x;
                }
        for (size_t a = 0; a < p; a++)
                m->mean[a] = complete ? sum[a] / (double) rows : 0;
}

static void note(tamis_em *m, double likelihood) {
        if (m->n_trace == TAMIS_EM_TRACE)
                memmove(m->trace, m->trace + 1, --m->n_trace * sizeof *m->trace);
        m->trace[m->n_trace++] = likelihood;
}

static int iterate(struct run *r, double tol, size_t most, tamis_pool *pool, tamis_error *err) {
        tamis_em *m = r->m;
        double *square = malloc((m->p * m->p + 1) * sizeof *square);

        if (!square)
                return tamis_fail_memory(err);
        start(r);
        support(m, square);
        m->ridged = 0;
        for (size_t round = 0; round <= most; round++) {
                tamis_pool_for(pool, r->n_blocks, expect_block, r);
                for (size_t i = 0; i < r->n_blocks; i++)
                        if (r->blocks[i].status < 0) {
                                free(square);
                                return tamis_fail_memory(err);
                        }
                /* the last look is for the likelihood alone */
                if (round == most || m->converged) {
                        double sum = r->constant;

                        for (size_t i = 0; i < r->n_blocks; i++)
                                sum += r->blocks[i].likelihood;
                        note(m, sum / 2);
                        break;
                }
                m->converged = update(r) < tol;
                if (round > 0)
                        note(m, (r->constant + r->blocks[0].likelihood) / 2);
                support(m, square);
                m->iterations++;
        }
        free(square);
        return 0;
}

int tamis_em_run(tamis_em *m, const tamis_frame *train, double tol, size_t most, tamis_pool *pool, tamis_error *err) {
        struct run r = { .m = m, .train = train };
        int status = m->p > 0 ? prepare(&r, err) : 0;

        if (status == 0 && r.rows > 0)
                status = iterate(&r, tol, most, pool, err);
        run_done(&r);
        return status;
}
