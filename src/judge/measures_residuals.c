/* Errors of predicted numbers. */
#include <math.h>
#include <stdlib.h>

#include "judge/measures.h"
#include "judge/measures_residuals.h"

const char *const tamis_residual_names[TAMIS_N_RESIDUAL] = {
        [TAMIS_RESIDUAL_RMSE] = "rmse",
        [TAMIS_RESIDUAL_MAE] = "mae",
        [TAMIS_RESIDUAL_MEDIAN] = "median-absolute-error",
        [TAMIS_RESIDUAL_R2] = "r2",
        [TAMIS_RESIDUAL_BIAS] = "bias",
};

/* -- orders -------------------------------------------------------------------------------------------------------- */

struct given {
        const double *actual, *predicted, *weight;
};

static int by_number(double a, double b) {
        return (a > b) - (a < b);
}

static int by_all(const void *x, const void *y, void *arg) {
        const struct given *g = arg;
        uint32_t a = *(const uint32_t *) x, b = *(const uint32_t *) y;
        int r = by_number(g->actual[a], g->actual[b]);

        if (r == 0)
                r = by_number(g->predicted[a], g->predicted[b]);
        if (r == 0 && g->weight)
                r = by_number(g->weight[a], g->weight[b]);
        return r != 0 ? r : (a > b) - (a < b);
}

static double size_of(const tamis_residuals *t, size_t i) {
        return fabs(t->predicted[i] - t->actual[i]);
}

static int by_size(const void *x, const void *y, void *arg) {
        uint32_t a = *(const uint32_t *) x, b = *(const uint32_t *) y;
        int r = by_number(size_of(arg, a), size_of(arg, b));

        return r != 0 ? r : (a > b) - (a < b);
}

int tamis_residuals_init(tamis_residuals *t, size_t n, const double *actual, const double *predicted,
                         const double *weight, tamis_error *err) {
        struct given given = { actual, predicted, weight };

        if (n > UINT32_MAX)
                return tamis_fail(err, TAMIS_BAD_DATA, "%zu rows: more than can be judged at once", n);
        *t = (tamis_residuals) {
                .n = n,
                .row = reallocarray(NULL, n + 1, sizeof *t->row),
                .actual = reallocarray(NULL, n + 1, sizeof *t->actual),
                .predicted = reallocarray(NULL, n + 1, sizeof *t->predicted),
                .weight = reallocarray(NULL, n + 1, sizeof *t->weight),
                .order = reallocarray(NULL, n + 1, sizeof *t->order),
        };
        if (!t->row || !t->actual || !t->predicted || !t->weight || !t->order) {
                tamis_residuals_done(t);
                return tamis_fail_memory(err);
        }
        for (size_t i = 0; i < n; i++)
                t->row[i] = t->order[i] = (uint32_t) i;
        qsort_r(t->row, n, sizeof *t->row, by_all, &given);
        for (size_t i = 0; i < n; i++) {
                t->actual[i] = actual[t->row[i]];
                t->predicted[i] = predicted[t->row[i]];
                t->weight[i] = weight ? weight[t->row[i]] : 1;
        }
        qsort_r(t->order, n, sizeof *t->order, by_size, t);
        return 0;
}

void tamis_residuals_done(tamis_residuals *t) {
        free(t->row);
        free(t->actual);
        free(t->predicted);
        free(t->weight);
        free(t->order);
        *t = (tamis_residuals) {0};
}

/* -- figures ------------------------------------------------------------------------------------------------------- */

/* Where half of the weight is reached; the mean with the next where it is reached exactly. */
static double median(const tamis_residuals *t, const double *w, double all) {
        tamis_exact below = {0};
        size_t i = 0, next;

        for (; i < t->n; i++) {
                tamis_exact_add(&below, w[t->order[i]]);
                if (tamis_exact_get(&below) >= all / 2)
                        break;
        }
        if (i == t->n || tamis_exact_get(&below) > all / 2)
                return size_of(t, t->order[i < t->n ? i : i - 1]);
        for (next = i + 1; next < t->n && w[t->order[next]] <= 0; next++)
                ;
        return next < t->n ? size_of(t, t->order[i]) / 2 + size_of(t, t->order[next]) / 2 : size_of(t, t->order[i]);
}

/* The largest error is the unit of the squares, so that none of them is too large, or all too small, for a double. */
static double squares(const tamis_residuals *t, const double *w, double unit) {
        tamis_exact sum = {0};

        for (size_t i = 0; unit > 0 && i < t->n; i++) {
                double e = (t->predicted[i] - t->actual[i]) / unit;

                tamis_exact_add(&sum, w[i] * e * e);
        }
        return tamis_exact_get(&sum);
}

static double spread(const tamis_residuals *t, const double *w, double mean, double unit) {
        tamis_exact sum = {0};

        for (size_t i = 0; i < t->n; i++) {
                double d = (t->actual[i] - mean) / unit;

                tamis_exact_add(&sum, w[i] * d * d);
        }
        return tamis_exact_get(&sum);
}

void tamis_residuals_of(const tamis_residuals *t, const double *weight, double *values) {
        const double *w = weight ? weight : t->weight;
        tamis_exact all = {0}, sum = {0}, sizes = {0}, actual = {0};
        double low = INFINITY, high = -INFINITY, unit = 0, n, mean, square, deviation;
        size_t rows = 0;

        for (size_t f = 0; f < TAMIS_N_RESIDUAL; f++)
                values[f] = NAN;
        for (size_t i = 0; i < t->n; i++) {
                if (w[i] <= 0)
                        continue;
                rows++;
                tamis_exact_add(&all, w[i]);
                tamis_exact_add(&sum, w[i] * (t->predicted[i] - t->actual[i]));
                tamis_exact_add(&sizes, w[i] * size_of(t, i));
                tamis_exact_add(&actual, w[i] * t->actual[i]);
                low = fmin(low, t->actual[i]);
                high = fmax(high, t->actual[i]);
                unit = fmax(unit, size_of(t, i));
        }
        if (rows == 0)
                return;
        n = tamis_exact_get(&all);
        mean = tamis_exact_get(&actual) / n;
        square = squares(t, w, unit);
        values[TAMIS_RESIDUAL_RMSE] = unit * sqrt(square / n);
        values[TAMIS_RESIDUAL_MAE] = tamis_exact_get(&sizes) / n;
        values[TAMIS_RESIDUAL_MEDIAN] = median(t, w, n);
        values[TAMIS_RESIDUAL_BIAS] = tamis_exact_get(&sum) / n;
        if (t->n < 2)
                return;
        if (!(high > low)) {
                values[TAMIS_RESIDUAL_R2] = unit == 0;
                return;
        }
        deviation = spread(t, w, mean, high - low);
        values[TAMIS_RESIDUAL_R2] = 1 - square / deviation * (unit / (high - low)) * (unit / (high - low));
}
