/* One round: sum up, pattern by pattern, what is expected of every row's deviations from the mean and of their
 * products; the new mean and covariance follow. Patterns are cut into blocks that do not depend on the threads, and
 * blocks are added in order. */
#include <math.h>
#include <stdlib.h>

#include "fit/cholesky.h"
#include "impute/em_run.h"

static const double RIDGE = 1e-10;
static const double REGULAR = 1e-6;     /* no column is determined by those before it but for so much of its variance */

static void run_done(tamis_em_rounds *r) {
        for (size_t i = 0; r->summed && i < r->patterns.n; i++)
                free(r->summed[i]);
        free(r->summed);
        for (size_t i = 0; i < r->n_blocks; i++) {
                free(r->blocks[i].sum);
                free(r->blocks[i].products);
        }
        tamis_em_patterns_done(&r->patterns);
        free(r->precision);
}

/* -- what stays from round to round -------------------------------------------------------------------------------- */

/* Sums need less room than the rows, and are less work, from as many rows as there are cells in one. */
static int sum_up(tamis_em_rounds *r, size_t i, tamis_em_regression *g, tamis_error *err) {
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
                tamis_em_take_row(r, r->patterns.rows[k], g, x);
                for (size_t a = 0; a < n; a++) {
                        double *to = sum + n + a * n;

                        sum[a] += x[a];
                        for (size_t b = 0; b <= a; b++)
                                to[b] += x[a] * x[b];
                }
        }
        return 0;
}

static double work_of(const tamis_em_rounds *r, size_t i, size_t p) {
        size_t rows = r->patterns.begin[i + 1] - r->patterns.begin[i];

        return (double) ((rows < p ? rows : p) + p) * (double) (p * p);
}

static int cut_blocks(tamis_em_rounds *r, tamis_error *err) {
        size_t p = r->m->p, first = 0;
        double all = 0, done = 0;

        for (size_t i = 0; i < r->patterns.n; i++)
                all += work_of(r, i, p);
        for (size_t i = 0; i < r->patterns.n; i++) {
                tamis_em_block *b = &r->blocks[r->n_blocks];

                done += work_of(r, i, p);
                if (i + 1 < r->patterns.n && done < all * (double) (r->n_blocks + 1) / TAMIS_EM_BLOCKS)
                        continue;
                *b = (tamis_em_block) { .first = first, .last = i + 1 };
                first = i + 1;
                r->n_blocks++;
                b->sum = calloc(p + 1, sizeof *b->sum);
                b->products = calloc(p * p + 1, sizeof *b->products);
                if (!b->sum || !b->products)
                        return tamis_fail_memory(err);
                if (r->n_blocks == TAMIS_EM_BLOCKS)
                        break;
        }
        if (r->n_blocks > 0)
                r->blocks[r->n_blocks - 1].last = r->patterns.n;
        return 0;
}

static int prepare(tamis_em_rounds *r, tamis_error *err) {
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
        for (size_t j = 0; j < r->m->n; j++) {
                size_t cells = r->train->rows - r->train->columns[j].missing;

                if (r->m->place[j] >= 0)
                        r->constant -= 2 * (double) cells * log(r->m->spread[j]);
        }
        return status == 0 ? cut_blocks(r, err) : status;
}

/* -- a round ------------------------------------------------------------------------------------------------------- */

/* The new mean and covariance; the largest change of either. */
static double update(tamis_em_rounds *r) {
        tamis_em *m = r->m;
        size_t p = m->p;
        double rows = (double) r->rows, most = 0;
        tamis_em_block *all = &r->blocks[0];

        for (size_t i = 1; i < r->n_blocks; i++) {
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

static void invert(tamis_em_rounds *r, const double *root) {
        size_t p = r->m->p;

        r->log_det = 0;
        for (size_t a = 0; a < p; a++) {
                double *x = r->precision + a * p;

                r->log_det += 2 * log(root[a * p + a]);
                memset(x, 0, p * sizeof *x);
                x[a] = 1;
                tamis_cholesky_forward(root, p, p, x);
                tamis_cholesky_backward(root, p, p, x);
        }
}

/* A little on the diagonal, where a column follows from others: the likelihood has no bound then. */
static void support(tamis_em_rounds *r, double *square) {
        tamis_em *m = r->m;
        size_t p = m->p;

        memcpy(square, m->covariance, p * p * sizeof *square);
        r->fine = tamis_cholesky(square, p, p);
        for (size_t a = 0; !r->fine && a < p; a++)
                m->covariance[a * p + a] += RIDGE;
        m->ridged += !r->fine;
        r->regular = r->fine;
        for (size_t a = 0; r->regular && a < p; a++)
                r->regular = square[a * p + a] * square[a * p + a] > REGULAR * m->covariance[a * p + a];
        if (r->regular)
                invert(r, square);
}

/* -- the start ----------------------------------------------------------------------------------------------------- */

/* The complete rows' mean and covariance, if there are enough of them; else what was observed in each column alone. */
static void start(tamis_em_rounds *r) {
        tamis_em *m = r->m;
        size_t p = m->p;
        const double *sum = r->patterns.n ? r->summed[0] : NULL;
        double rows = r->patterns.n ? (double) r->patterns.begin[1] : 0;
        bool complete = sum != NULL && rows >= 2 * ((double) p + 1);

        /* complete rows come first; whether these are */
        for (size_t j = 0; complete && j < m->n; j++)
                complete = m->place[j] < 0 || !isnan(r->train->columns[j].numbers[r->patterns.rows[0]]);
        for (size_t a = 0; a < p; a++)
                for (size_t b = 0; b <= a; b++) {
                        double x = a == b;

                        if (complete)
                                x = sum[p + a * p + b] / rows - sum[a] / rows * (sum[b] / rows);
                        m->covariance[a * p + b] = m->covariance[b * p + a] = x;
                }
        for (size_t a = 0; a < p; a++)
                m->mean[a] = complete ? sum[a] / rows : 0;
}

static void note(tamis_em *m, double likelihood) {
        if (m->n_trace == TAMIS_EM_TRACE)
                memmove(m->trace, m->trace + 1, --m->n_trace * sizeof *m->trace);
        m->trace[m->n_trace++] = likelihood;
}

/* A look at the rows with the parameters as they are; the log-likelihood. */
static int look(tamis_em_rounds *r, tamis_pool *pool, double *likelihood, tamis_error *err) {
        tamis_pool_for(pool, r->n_blocks, tamis_em_expect, r);
        *likelihood = r->constant / 2;
        for (size_t i = 0; i < r->n_blocks; i++) {
                if (r->blocks[i].status < 0)
                        return tamis_fail_memory(err);
                *likelihood += r->blocks[i].likelihood / 2;
        }
        return 0;
}

/* Rounds; the last look is for the likelihood alone. */
static int climb(tamis_em_rounds *r, double tol, size_t most, double *square, tamis_em_leap *leap, tamis_pool *pool,
                 tamis_error *err) {
        tamis_em *m = r->m;

        for (size_t round = 0; round <= most; round++) {
                double likelihood;
                int status = look(r, pool, &likelihood, err);

                if (status < 0)
                        return status;
                if (!tamis_em_leap_back(leap, m, likelihood)) {
                        if (round > 0)
                                note(m, likelihood);
                        if (round == most || m->converged)
                                return 0;
                        tamis_em_leap_before(leap, m, likelihood);
                        m->converged = update(r) < tol;
                        if (!m->converged && round + 1 < most && r->fine)
                                tamis_em_leap_after(leap, m);
                        else
                                leap->steps = 0;
                }
                support(r, square);
                m->iterations = round < most ? round + 1 : most;
        }
        return 0;
}

static int iterate(tamis_em_rounds *r, double tol, size_t most, tamis_pool *pool, tamis_error *err) {
        double *square = malloc((r->m->p * r->m->p + 1) * sizeof *square);
        tamis_em_leap leap;
        int status = tamis_em_leap_init(&leap, r->m, err);

        r->precision = malloc((r->m->p * r->m->p + 1) * sizeof *r->precision);
        if (status == 0 && (!square || !r->precision))
                status = tamis_fail_memory(err);
        if (status == 0) {
                start(r);
                support(r, square);
                r->m->ridged = 0;
                status = climb(r, tol, most, square, &leap, pool, err);
        }
        tamis_em_leap_done(&leap);
        free(square);
        return status;
}

int tamis_em_run(tamis_em *m, const tamis_frame *train, double tol, size_t most, tamis_pool *pool, tamis_error *err) {
        tamis_em_rounds r = { .m = m, .train = train };
        int status = m->p > 0 ? prepare(&r, err) : 0;

        if (status == 0 && r.rows > 0)
                status = iterate(&r, tol, most, pool, err);
        run_done(&r);
        return status;
}
