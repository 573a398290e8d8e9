#include <math.h>
#include <stdlib.h>

#include "fit/cholesky.h"
#include "impute/em.h"

/* -- patterns ------------------------------------------------------------------------------------------------------ */

struct sorting {
        size_t words;                   /* per row */
        uint64_t *bits;                 /* set: missing */
};

static int compare_rows(const void *a, const void *b, void *sorting) {
        const struct sorting *s = sorting;
        uint32_t x = *(const uint32_t *) a, y = *(const uint32_t *) b;

        for (size_t i = 0; i < s->words; i++) {
                uint64_t u = s->bits[x * s->words + i], v = s->bits[y * s->words + i];

                if (u != v)
                        return u < v ? -1 : 1;
        }
        return (x > y) - (x < y);
}

static void mark(const tamis_em *m, const tamis_frame *frame, struct sorting *s) {
        for (size_t j = 0; j < m->n; j++) {
                size_t place = (size_t) m->place[j];
                const double *x = frame->columns[j].numbers;

                if (m->place[j] < 0)
                        continue;
                for (size_t row = 0; row < frame->rows; row++)
                        if (isnan(x[row]))
                                s->bits[row * s->words + place / 64] |= (uint64_t) 1 << place % 64;
        }
}

int tamis_em_sort(const tamis_em *m, const tamis_frame *frame, tamis_em_patterns *ret, tamis_error *err) {
        struct sorting s = { .words = m->p / 64 + 1 };
        tamis_em_patterns p = {0};

        s.bits = calloc(frame->rows * s.words + 1, sizeof *s.bits);
        p.rows = malloc((frame->rows + 1) * sizeof *p.rows);
        p.begin = malloc((frame->rows + 1) * sizeof *p.begin);
        if (!s.bits || !p.rows || !p.begin) {
                free(s.bits);
                tamis_em_patterns_done(&p);
                return tamis_fail_memory(err);
        }
        mark(m, frame, &s);
        for (size_t row = 0; row < frame->rows; row++)
                p.rows[row] = (uint32_t) row;
        qsort_r(p.rows, frame->rows, sizeof *p.rows, compare_rows, &s);
        for (size_t i = 0; i < frame->rows; i++) {
                const uint64_t *bits = s.bits + p.rows[i] * s.words;

                if (i == 0 || memcmp(bits, s.bits + p.rows[i - 1] * s.words, s.words * sizeof *bits) != 0)
                        p.begin[p.n++] = i;
        }
        p.begin[p.n] = frame->rows;
        free(s.bits);
        *ret = p;
        return 0;
}

void tamis_em_patterns_done(tamis_em_patterns *p) {
        free(p->rows);
        free(p->begin);
        *p = (tamis_em_patterns) {0};
}

/* -- regression ---------------------------------------------------------------------------------------------------- */

int tamis_em_regression_init(tamis_em_regression *g, size_t p, tamis_error *err) {
        *g = (tamis_em_regression) {0};
        g->at = calloc(p + 1, sizeof *g->at);
        g->root = calloc(p * p + 1, sizeof *g->root);
        g->beta = calloc(p * p + 1, sizeof *g->beta);
        g->left = calloc(p * p + 1, sizeof *g->left);
        g->scratch = calloc(p + 1, sizeof *g->scratch);
        return g->at && g->root && g->beta && g->left && g->scratch ? 0 : tamis_fail_memory(err);
}

void tamis_em_regression_done(tamis_em_regression *g) {
        free(g->at);
        free(g->root);
        free(g->beta);
        free(g->left);
        free(g->scratch);
}

/* Far beyond what was learned from, squares must not overflow. */
double tamis_em_cell(const tamis_em *m, const tamis_frame *frame, size_t column, size_t row) {
        double x = (frame->columns[column].numbers[row] - m->centre[column]) / m->spread[column];

        return isnan(x) ? x : fmin(fmax(x, -1e100), 1e100);
}

void tamis_em_look(const tamis_em *m, const tamis_frame *frame, size_t row, tamis_em_regression *g) {
        g->seen = g->holes = 0;
        for (size_t j = 0; j < m->n; j++)
                if (m->place[j] >= 0 && !isnan(frame->columns[j].numbers[row]))
                        g->at[g->seen++] = (size_t) m->place[j];
        for (size_t j = 0; j < m->n; j++)
                if (m->place[j] >= 0 && isnan(frame->columns[j].numbers[row]))
                        g->at[g->seen + g->holes++] = (size_t) m->place[j];
}

/* The factor of the seen ones' covariance; where rounding leaves none, of it and ever more on its diagonal. */
static void take_root(const tamis_em *m, tamis_em_regression *g) {
        double ridge = 0;

        do {
                for (size_t i = 0; i < g->seen; i++) {
                        double *to = g->root + i * g->seen;

                        for (size_t k = 0; k <= i; k++)
                                to[k] = m->covariance[g->at[i] * m->p + g->at[k]] + (i == k ? ridge : 0);
                }
                ridge = ridge > 0 ? ridge * 10 : 1e-10;
        } while (!tamis_cholesky(g->root, g->seen, g->seen) && ridge < 1e10);
}

void tamis_em_regress(const tamis_em *m, tamis_em_regression *g) {
        size_t seen = g->seen;
        const size_t *hole = g->at + seen;

        take_root(m, g);
        for (size_t i = 0; i < g->holes; i++) {
                double *b = g->beta + i * seen;
                const double *with = m->covariance + hole[i] * m->p;

                for (size_t k = 0; k < seen; k++)
                        b[k] = with[g->at[k]];
                tamis_cholesky_forward(g->root, seen, seen, b);
                /* half solved, the rows' products are what the seen ones explain */
                for (size_t k = 0; k <= i; k++) {
                        const double *c = g->beta + k * seen;
                        double sum = with[hole[k]];

                        for (size_t l = 0; l < seen; l++)
                                sum -= b[l] * c[l];
                        g->left[i * g->holes + k] = g->left[k * g->holes + i] = sum;
                }
        }
        for (size_t i = 0; i < g->holes; i++) {
                g->left[i * g->holes + i] = fmax(g->left[i * g->holes + i], 0);
                tamis_cholesky_backward(g->root, seen, seen, g->beta + i * seen);
        }
}

double tamis_em_regress_by_precision(const tamis_em *m, const double *precision, tamis_em_regression *g) {
        size_t seen = g->seen, n = g->holes;
        const size_t *hole = g->at + seen;
        double *x = g->scratch, log_det = 0;

        for (size_t i = 0; i < n; i++)
                for (size_t k = 0; k <= i; k++)
                        g->root[i * n + k] = precision[hole[i] * m->p + hole[k]];
        if (!tamis_cholesky(g->root, n, n))
                return NAN;
        for (size_t i = 0; i < n; i++)
                log_det += 2 * log(g->root[i * n + i]);
        for (size_t k = 0; k < seen + n; k++) {
                for (size_t i = 0; i < n; i++)
                        x[i] = k < seen ? -precision[g->at[k] * m->p + hole[i]] : i == k - seen;
                tamis_cholesky_forward(g->root, n, n, x);
                tamis_cholesky_backward(g->root, n, n, x);
                for (size_t i = 0; i < n; i++)
                        *(k < seen ? &g->beta[i * seen + k] : &g->left[i * n + k - seen]) = x[i];
        }
        return log_det;
}
