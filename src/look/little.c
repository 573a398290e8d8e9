#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_cdf.h>

#include "fit/cholesky.h"
#include "look/little.h"

enum { MOST_COLUMNS = 16, MOST_ROWS = 5000, MOST_PATTERNS = 400, ROUNDS = 300 };

struct pattern {
        uint32_t seen;                  /* bit i: column i is there */
        size_t n;
        double sum[MOST_COLUMNS], cross[MOST_COLUMNS][MOST_COLUMNS];    /* of the seen, in standard deviations */
};

struct test {
        size_t p, rows, patterns;
        size_t columns[MOST_COLUMNS];
        double centre[MOST_COLUMNS], spread[MOST_COLUMNS];
        struct pattern *pattern;
        double mean[MOST_COLUMNS], sigma[MOST_COLUMNS][MOST_COLUMNS];
};

/* Columns with holes first. */
static void choose(struct test *t, const tamis_profile *p, const tamis_look_frame *f) {
        for (int holes = 1; holes >= 0; holes--)
                for (size_t i = 0; i < f->n && t->p < MOST_COLUMNS; i++)
                        if (p->columns[i].type == TAMIS_TYPE_NUMERIC && (f->n_missing[i] > 0) == holes &&
                            f->n_numbers[i] > 2 && p->columns[i].distinct > 1 && !tamis_names_id(p->columns[i].name) &&
                            !tamis_reserved(p->columns[i].name))
                                t->columns[t->p++] = i;
}

static void standardise(struct test *t, const tamis_look_frame *f) {
        for (size_t i = 0; i < t->p; i++) {
                const double *x = f->numbers[t->columns[i]];
                double n = 0, sum = 0, square = 0;

                for (size_t row = 0; row < t->rows; row++)
                        if (x[row] == x[row])
                                sum += x[row], n++;
                t->centre[i] = n > 0 ? sum / n : 0;
                for (size_t row = 0; row < t->rows; row++)
                        if (x[row] == x[row])
                                square += (x[row] - t->centre[i]) * (x[row] - t->centre[i]);
                t->spread[i] = n > 0 ? sqrt(square / n) : 0;
                t->mean[i] = 0;
                t->sigma[i][i] = 1;
        }
}

/* False: too many patterns. */
static bool sort_rows(struct test *t, const tamis_look_frame *f) {
        size_t rows = 0;

        for (size_t row = 0; row < t->rows; row++) {
                double z[MOST_COLUMNS];
                uint32_t seen = 0;
                struct pattern *at;
                size_t k = 0;

                for (size_t i = 0; i < t->p; i++) {
                        z[i] = (f->numbers[t->columns[i]][row] - t->centre[i]) / t->spread[i];
                        seen |= (uint32_t) (z[i] == z[i]) << i;
                }
                if (!seen)
                        continue;
                while (k < t->patterns && t->pattern[k].seen != seen)
                        k++;
                if (k == MOST_PATTERNS)
                        return false;
                at = &t->pattern[k];
                t->patterns += k == t->patterns;
                at->seen = seen;
                at->n++;
                rows++;
                for (size_t i = 0; i < t->p; i++)
                        for (size_t j = 0; seen >> i & 1 && j < t->p; j++)
                                if (seen >> j & 1)
                                        at->cross[i][j] += z[i] * z[j];
                for (size_t i = 0; i < t->p; i++)
                        at->sum[i] += seen >> i & 1 ? z[i] : 0;
        }
        t->rows = rows;
        return t->patterns > 1;
}

/* The seen columns' places, and the Cholesky factor of their covariance. */
static bool factor(const struct test *t, uint32_t seen, size_t *at, size_t *n,
                   double root[MOST_COLUMNS * MOST_COLUMNS]) {
        *n = 0;
        for (size_t i = 0; i < t->p; i++)
                if (seen >> i & 1)
                        at[(*n)++] = i;
        for (size_t i = 0; i < *n; i++)
                for (size_t j = 0; j < *n; j++)
                        root[i * *n + j] = t->sigma[at[i]][at[j]];
        return tamis_cholesky(root, *n, *n);
}

/* What the rows of a pattern are expected to add to the sums of distances from the mean, and of their products. */
static bool expect(const struct test *t, const struct pattern *q, double d[MOST_COLUMNS],
                   double c[MOST_COLUMNS][MOST_COLUMNS]) {
        double root[MOST_COLUMNS * MOST_COLUMNS], beta[MOST_COLUMNS][MOST_COLUMNS] = { { 0 } },
                                                  own[MOST_COLUMNS][MOST_COLUMNS] = { { 0 } };
        double first[MOST_COLUMNS] = {0}, half[MOST_COLUMNS][MOST_COLUMNS] = {{0}};
        size_t at[MOST_COLUMNS], n;

        if (!factor(t, q->seen, at, &n, root))
                return false;
        /* row m of beta: the regression of column m on those seen; a column that is seen is itself */
        for (size_t m = 0; m < t->p; m++) {
                double x[MOST_COLUMNS];

                if (q->seen >> m & 1) {
                        beta[m][m] = 1;
                        continue;
                }
                for (size_t i = 0; i < n; i++)
                        x[i] = t->sigma[m][at[i]];
                tamis_cholesky_forward(root, n, n, x);
                tamis_cholesky_backward(root, n, n, x);
                for (size_t i = 0; i < n; i++)
                        beta[m][at[i]] = x[i];
        }
        for (size_t a = 0; a < n; a++) {
                size_t i = at[a];

                first[i] = q->sum[i] - (double) q->n * t->mean[i];
                for (size_t b = 0; b < n; b++) {
                        size_t j = at[b];

                        own[i][j] = q->cross[i][j] - q->sum[i] * t->mean[j] - t->mean[i] * q->sum[j] +
                                    (double) q->n * t->mean[i] * t->mean[j];
                }
        }
        for (size_t m = 0; m < t->p; m++)
                for (size_t a = 0; a < n; a++) {
                        d[m] += beta[m][at[a]] * first[at[a]];
                        for (size_t b = 0; b < n; b++)
                                half[m][at[b]] += beta[m][at[a]] * own[at[a]][at[b]];
                }
        for (size_t m = 0; m < t->p; m++)
                for (size_t k = 0; k < t->p; k++) {
                        bool both = !(q->seen >> m & 1) && !(q->seen >> k & 1);
                        double left = both ? t->sigma[m][k] : 0;

                        for (size_t b = 0; b < n; b++) {
                                c[m][k] += half[m][at[b]] * beta[k][at[b]];
                                left -= both ? beta[m][at[b]] * t->sigma[at[b]][k] : 0;
                        }
                        c[m][k] += (double) q->n * left;
                }
        return true;
}

/* EM; false where columns depend on each other. */
static bool estimate(struct test *t) {
        double n = (double) t->rows;

        for (size_t round = 0; round < ROUNDS; round++) {
                double d[MOST_COLUMNS] = {0}, c[MOST_COLUMNS][MOST_COLUMNS] = {{0}}, moved = 0;

                for (size_t k = 0; k < t->patterns; k++)
                        if (!expect(t, &t->pattern[k], d, c))
                                return false;
                for (size_t i = 0; i < t->p; i++) {
                        moved = fmax(moved, fabs(d[i] / n));
                        t->mean[i] += d[i] / n;
                        for (size_t j = 0; j < t->p; j++) {
                                double s = c[i][j] / n - d[i] / n * (d[j] / n);

                                moved = fmax(moved, fabs(s - t->sigma[i][j]));
                                t->sigma[i][j] = s;
                        }
                }
                if (moved < 1e-9)
                        break;
        }
        return true;
}

int tamis_look_little(tamis_profile *p, const tamis_look_frame *f, tamis_error *err) {
        struct test t = { .rows = f->rows < MOST_ROWS ? f->rows : MOST_ROWS };
        double chi2 = 0, df = 0;
        bool fine;

        choose(&t, p, f);
        standardise(&t, f);
        for (size_t i = 0; i < t.p; i++)
                if (!(t.spread[i] > 0))
                        return 0;
        if (t.p < 2 || f->n_missing[t.columns[0]] == 0)
                return 0;
        t.pattern = calloc(MOST_PATTERNS, sizeof *t.pattern);
        if (!t.pattern)
                return tamis_fail_memory(err);
        fine = sort_rows(&t, f) && t.rows > 2 * t.p && estimate(&t);
        for (size_t k = 0; fine && k < t.patterns; k++) {
                double root[MOST_COLUMNS * MOST_COLUMNS], x[MOST_COLUMNS], n = (double) t.pattern[k].n;
                size_t at[MOST_COLUMNS], seen;

                fine = factor(&t, t.pattern[k].seen, at, &seen, root);
                for (size_t i = 0; fine && i < seen; i++)
                        x[i] = t.pattern[k].sum[at[i]] / n - t.mean[at[i]];
                if (fine)
                        tamis_cholesky_forward(root, seen, seen, x);
                for (size_t i = 0; fine && i < seen; i++)
                        chi2 += n * x[i] * x[i];
                df += (double) seen;
        }
        free(t.pattern);
        df -= (double) t.p;
        if (!fine || df < 1)
                return 0;
        /* the covariance with n - 1, as Little has it */
        p->little_chi2 = chi2 * ((double) t.rows - 1) / (double) t.rows;
        p->little_df = df;
        p->little_p = gsl_cdf_chisq_Q(p->little_chi2, df);
        p->little_columns = t.p;
        return 0;
}
