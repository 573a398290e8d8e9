#include <math.h>
#include <stdlib.h>

#include "judge/score_apart.h"
#include "judge/score_figures.h"

void tamis_apart_done(tamis_apart *a) {
        for (size_t k = 0; k < a->m; k++)
                free(a->filled[k]);
        free(a->filled);
        free(a->hints);
        free(a->truth);
        free(a->rows.rows);
        *a = (tamis_apart) {0};
}

void tamis_apart_begin(tamis_apart *a, size_t p) {
        tamis_apart_done(a);
        a->p = p;
}

int tamis_apart_add(tamis_apart *a, size_t row, const double *const *numbers, size_t at, tamis_error *err) {
        int r;

        if (a->p == 0 || a->over)
                return 0;
        for (size_t i = 0; i < a->p; i++)
                if (isnan(numbers[i][at]))
                        return 0;
        if (a->rows.n == TAMIS_APART_MOST) {
                a->over = true;
                return 0;
        }
        r = tamis_row_list_add(&a->rows, row, err);
        if (r == 0 && a->capacity < a->rows.capacity) {
                double *truth = reallocarray(a->truth, a->rows.capacity, a->p * sizeof *truth);

                if (!truth)
                        return tamis_fail_memory(err);
                a->truth = truth;
                a->capacity = a->rows.capacity;
        }
        for (size_t i = 0; r == 0 && i < a->p; i++)
                a->truth[(a->rows.n - 1) * a->p + i] = numbers[i][at];
        return r;
}

int tamis_apart_table(tamis_apart *a, tamis_error *err) {
        double **filled;
        size_t *hints;

        if (a->p == 0 || a->over)
                return 0;
        filled = reallocarray(a->filled, a->m + 1, sizeof *filled);
        if (!filled)
                return tamis_fail_memory(err);
        a->filled = filled;
        hints = reallocarray(a->hints, a->m + 1, sizeof *hints);
        if (!hints)
                return tamis_fail_memory(err);
        a->hints = hints;
        hints[a->m] = 0;
        filled[a->m] = calloc(a->rows.n + 1, a->p * sizeof **filled);
        if (!filled[a->m])
                return tamis_fail_memory(err);
        for (size_t i = 0; i < a->rows.n * a->p; i++)
                filled[a->m][i] = NAN;
        a->m++;
        return 0;
}

void tamis_apart_take(tamis_apart *a, size_t k, size_t row, const double *const *numbers, size_t at) {
        size_t place = k < a->m ? tamis_row_list_find(&a->rows, row, &a->hints[k]) : SIZE_MAX;

        for (size_t i = 0; place != SIZE_MAX && i < a->p; i++)
                a->filled[k][place * a->p + i] = numbers[i][at];
}

/* Each column by the standard deviation (n - 1) of its true values; one that does not vary is left as it is. */
static int scales_of(const tamis_apart *a, double *scales, tamis_error *err) {
        int r = 0;

        for (size_t i = 0; r == 0 && i < a->p; i++) {
                tamis_moments m = {0};
                double sd;

                for (size_t row = 0; r == 0 && row < a->rows.n; row++)
                        r = tamis_moments_add(&m, &a->truth[row * a->p + i], 1, err);
                sd = tamis_moments_sd(&m, 1);
                scales[i] = sd > 0 && isfinite(sd) ? sd : 1;
                tamis_moments_done(&m);
        }
        return r;
}

static double between(const double *x, const double *y, size_t p) {
        double sum = 0;

        for (size_t i = 0; i < p; i++)
                sum += (x[i] - y[i]) * (x[i] - y[i]);
        return sqrt(sum);
}

/* 2 E|X - Y| - E|X - X'| - E|Y - Y'| (Szekely & Rizzo 2013), its root as in SciPy. Summed pair of rows by pair of rows,
 * where the four distances nearly cancel, and not mean by mean. */
static double energy(const double *truth, const double *filled, size_t n, size_t p) {
        double sum = 0, all = 0;

        for (size_t i = 0; i < n; i++) {
                const double *x = truth + i * p, *y = filled + i * p;
                double own = between(x, y, p), row = 0, crossed = 0;

                for (size_t j = 0; j < i; j++) {
                        const double *other_x = truth + j * p, *other_y = filled + j * p;
                        double across = between(x, other_y, p) + between(y, other_x, p);

                        row += across - between(x, other_x, p) - between(y, other_y, p);
                        crossed += across;
                }
                sum += 2 * (own + row);
                all += 2 * own + 2 * crossed;
        }
        /* what rounding leaves of nothing */
        return sum > 1e-13 * all ? sqrt(sum) / (double) n : 0;
}

int tamis_apart_figure(const tamis_apart *a, size_t k, double *figures, size_t *ret, tamis_error *err) {
        double *scales, *truth, *filled;
        size_t n = 0;
        int r;

        *ret = 0;
        if (k >= a->m)
                return 0;
        scales = calloc(a->p, sizeof *scales);
        truth = calloc(a->rows.n + 1, a->p * sizeof *truth);
        filled = calloc(a->rows.n + 1, a->p * sizeof *filled);
        r = scales && truth && filled ? scales_of(a, scales, err) : tamis_fail_memory(err);
        for (size_t row = 0; r == 0 && row < a->rows.n; row++) {
                bool whole = true;

                /* less the first row: far from zero, dividing would round differences away */
                for (size_t i = 0; i < a->p; i++) {
                        truth[n * a->p + i] = (a->truth[row * a->p + i] - a->truth[i]) / scales[i];
                        filled[n * a->p + i] = (a->filled[k][row * a->p + i] - a->truth[i]) / scales[i];
                        whole &= !isnan(filled[n * a->p + i]);
                }
                n += whole;
        }
        if (r == 0 && n > 0)
                figures[TAMIS_SCORE_ENERGY] = energy(truth, filled, n, a->p);
        *ret = n;
        free(scales);
        free(truth);
        free(filled);
        return r;
}
