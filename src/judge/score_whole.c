#include <math.h>
#include <stdlib.h>

#include "judge/score_figures.h"
#include "judge/score_whole.h"

enum { PAIR_N, PAIR_X, PAIR_Y, PAIR_XX, PAIR_YY, PAIR_XY, PAIR_SUMS };

static void cross_done(tamis_cross *c) {
        free(c->shift);
        free(c->sums);
        free(c->products);
        free(c->pairs);
        *c = (tamis_cross) {0};
}

void tamis_whole_done(tamis_whole *w) {
        for (size_t k = 0; w->tables && k <= w->m; k++)
                cross_done(&w->tables[k]);
        free(w->tables);
        free(w->row);
        *w = (tamis_whole) {0};
}

static int cross_begin(tamis_cross *c, size_t p, tamis_error *err) {
        c->shift = malloc(p * sizeof *c->shift);
        c->sums = calloc(p, sizeof *c->sums);
        c->products = calloc(p * p, sizeof *c->products);
        for (size_t i = 0; c->shift && i < p; i++)
                c->shift[i] = NAN;
        return c->shift && c->sums && c->products ? 0 : tamis_fail_memory(err);
}

int tamis_whole_begin(tamis_whole *w, size_t p, tamis_error *err) {
        tamis_whole_done(w);
        if (p == 0)
                return 0;
        w->p = p;
        w->row = malloc(p * sizeof *w->row);
        w->tables = calloc(1, sizeof *w->tables);
        if (!w->row || !w->tables)
                return tamis_fail_memory(err);
        return cross_begin(w->tables, p, err);
}

int tamis_whole_table(tamis_whole *w, tamis_error *err) {
        tamis_cross *tables;

        if (w->p == 0)
                return 0;
        tables = reallocarray(w->tables, w->m + 2, sizeof *tables);
        if (!tables)
                return tamis_fail_memory(err);
        w->tables = tables;
        tables[++w->m] = (tamis_cross) {0};
        return cross_begin(&tables[w->m], w->p, err);
}

/* Where the sums of columns i < j begin. */
static size_t pair(size_t p, size_t i, size_t j) {
        return (i * (2 * p - i - 1) / 2 + j - i - 1) * PAIR_SUMS;
}

static void add_whole(tamis_cross *c, const double *row, size_t p) {
        c->n += 1;
        for (size_t i = 0; i < p; i++) {
                double x = row[i], *products = c->products + i * p;

                c->sums[i] += x;
                for (size_t j = i; j < p; j++)
                        products[j] += x * row[j];
        }
}

static int add_pairs(tamis_cross *c, const double *row, size_t p, tamis_error *err) {
        if (!c->pairs) {
                c->pairs = calloc(p * (p - 1) / 2 * PAIR_SUMS + 1, sizeof *c->pairs);
                if (!c->pairs)
                        return tamis_fail_memory(err);
        }
        for (size_t i = 0; i < p; i++) {
                if (isnan(row[i]))
                        continue;
                for (size_t j = i + 1; j < p; j++) {
                        double *sums = c->pairs + pair(p, i, j);

                        if (isnan(row[j]))
                                continue;
                        sums[PAIR_N] += 1;
                        sums[PAIR_X] += row[i];
                        sums[PAIR_Y] += row[j];
                        sums[PAIR_XX] += row[i] * row[i];
                        sums[PAIR_YY] += row[j] * row[j];
                        sums[PAIR_XY] += row[i] * row[j];
                }
        }
        return 0;
}

int tamis_whole_add(tamis_whole *w, size_t k, const double *const *numbers, size_t row, tamis_error *err) {
        bool whole = true;
        double *shift;

        if (w->p == 0)
                return 0;
        shift = w->tables[k].shift;
        for (size_t i = 0; i < w->p; i++) {
                double x = numbers[i][row];

                if (isnan(shift[i]))
                        shift[i] = x;
                w->row[i] = x - shift[i];
                whole &= !isnan(x);
        }
        if (!whole)
                return add_pairs(&w->tables[k], w->row, w->p, err);
        add_whole(&w->tables[k], w->row, w->p);
        return 0;
}

/* What is left of a sum of squares once the mean is out; 0 where that is what rounding leaves of nothing. */
static double about_mean(double square, double sum, double n) {
        double about = square - sum * sum / n;

        return about > 1e-13 * square ? about : 0;
}

/* NaN where a column does not vary. */
static double correlation(const tamis_cross *c, size_t p, size_t i, size_t j) {
        static const double none[PAIR_SUMS];
        const double *more = c->pairs ? c->pairs + pair(p, i, j) : none;
        double n = c->n + more[PAIR_N], x = c->sums[i] + more[PAIR_X], y = c->sums[j] + more[PAIR_Y];
        double xx = about_mean(c->products[i * p + i] + more[PAIR_XX], x, n);
        double yy = about_mean(c->products[j * p + j] + more[PAIR_YY], y, n);
        double xy = c->products[i * p + j] + more[PAIR_XY] - x * y / n;

        return xx > 0 && yy > 0 ? xy / (sqrt(xx) * sqrt(yy)) : NAN;
}

size_t tamis_whole_figure(const tamis_whole *w, size_t k, double *figures) {
        double highest = 0, sum = 0, square = 0;
        size_t n = 0;

        for (size_t i = 0; i < w->p; i++)
                for (size_t j = i + 1; j < w->p; j++) {
                        double d = fabs(correlation(&w->tables[k], w->p, i, j) - correlation(w->tables, w->p, i, j));

                        if (isnan(d))
                                continue;
                        n++;
                        highest = d > highest ? d : highest;
                        sum += d;
                        square += 2 * d * d;    /* the matrix has it twice */
                }
        if (n > 0) {
                figures[TAMIS_SCORE_CORR_MAX] = highest;
                figures[TAMIS_SCORE_CORR_MEAN] = sum / (double) n;
                figures[TAMIS_SCORE_CORR_FROBENIUS] = sqrt(square);
        }
        return n;
}
