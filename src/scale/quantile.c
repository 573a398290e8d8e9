/* Onto a uniform or a normal distribution, along landmarks: quantiles at even steps, straight lines between.
 *
 * A value that several landmarks share stands for all their shares: it goes to the middle of them, the mean of what
 * interpolating upwards and downwards gives (scikit-learn). So landmarks are kept as steps: the distinct ones, each
 * with the first share and the last that it stands for.
 */
#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_cdf.h>

#include "scale/scale.h"
#include "scale/values.h"

struct steps {
        size_t n;
        double *at, *first, *last, *slope;      /* slope: from step i to the next */
        double per_cell;        /* the range in n_cells of one width: steps of cell c begin at cells[c] */
        size_t n_cells;
        uint32_t *cells;
};

/* Never falls as x grows, whatever is rounded or overflows: so what is looked for is in the cell, or right below it. */
static inline size_t cell_of(const struct steps *steps, double x) {
        double c = (x - steps->at[0]) * steps->per_cell;

        return c < (double) (steps->n_cells - 1) ? (size_t) c : steps->n_cells - 1;
}

static const char *take(const tamis_scale_asked *asked, void *sum, tamis_scaling *ret) {
        tamis_values *v = sum;
        size_t n = asked->landmarks < v->rows ? asked->landmarks : (size_t) v->rows;
        double *landmarks = calloc(n + 1, sizeof *landmarks);

        if (!landmarks || !tamis_values_sort(v->x, v->n)) {
                free(landmarks);
                return tamis_scale_no_memory;
        }
        for (size_t i = 0; i < n; i++) {
                landmarks[i] = tamis_values_quantile(v->x, v->n, n > 1 ? (double) i / (double) (n - 1) : 0);
                /* rounding must not put them out of order */
                if (i > 0 && landmarks[i] < landmarks[i - 1])
                        landmarks[i] = landmarks[i - 1];
        }
        ret->values = landmarks;
        ret->n = n;
        return NULL;
}

static const char *ready(const tamis_scale_asked *asked, tamis_scaling *s) {
        size_t n_cells = 4 * s->n;
        struct steps *steps =
                malloc(sizeof *steps + 4 * (s->n + 1) * sizeof(double) + (n_cells + 1) * sizeof(uint32_t));

        if (!steps)
                return tamis_scale_no_memory;
        *steps = (struct steps) { .at = (double *) (steps + 1), .n_cells = n_cells };
        steps->first = steps->at + s->n + 1;
        steps->last = steps->first + s->n + 1;
        steps->slope = steps->last + s->n + 1;
        steps->cells = (uint32_t *) (steps->slope + s->n + 1);
        for (size_t i = 0; i < s->n; i++) {
                double share = s->n > 1 ? (double) i / (double) (s->n - 1) : 0;

                if (steps->n == 0 || s->values[i] > steps->at[steps->n - 1]) {
                        steps->at[steps->n] = s->values[i];
                        steps->first[steps->n++] = share;
                }
                steps->last[steps->n - 1] = share;
        }
        for (size_t i = 0; i + 1 < steps->n; i++)
                steps->slope[i] = (steps->first[i + 1] - steps->last[i]) / (steps->at[i + 1] - steps->at[i]);
        steps->per_cell = (double) n_cells / (steps->at[steps->n - 1] - steps->at[0]);
        if (!isfinite(steps->per_cell))
                steps->per_cell = 0;
        for (size_t i = 0, c = 0; c <= n_cells; c++) {
                while (i < steps->n && cell_of(steps, steps->at[i]) < c)
                        i++;
                steps->cells[c] = (uint32_t) (c < n_cells ? i : steps->n);
        }
        s->ready = steps;
        return NULL;
}

static bool sound(const tamis_scaling *s) {
        for (size_t i = 1; i < s->n; i++)
                if (s->values[i] < s->values[i - 1])
                        return false;
        return s->n >= 1;
}

/* The last step at or below x; x is not below the first. */
static inline size_t find(const struct steps *steps, double x) {
        size_t cell = cell_of(steps, x), low = steps->cells[cell], high = steps->cells[cell + 1];

        /* steps below `low` are at or below x, from `high` on none is */
        while (low < high) {
                size_t middle = low + (high - low) / 2;

                if (steps->at[middle] <= x)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low - 1;
}

static inline double share_of(const struct steps *steps, double x) {
        size_t at;

        if (!(x > steps->at[0]))
                return x != x ? x : 0;
        if (x >= steps->at[steps->n - 1])
                return 1;
        at = find(steps, x);
        if (x == steps->at[at])
                return .5 * (steps->first[at] + steps->last[at]);
        return steps->last[at] + steps->slope[at] * (x - steps->at[at]);
}

/* The normal distribution ends where scikit-learn ends it, at the quantile of 1e-7. */
#define OUTERMOST 1e-7

static void forward(const tamis_scale_asked *asked, const tamis_scaling *s, const double *x, double *y, size_t n) {
        double low = gsl_cdf_ugaussian_Pinv(OUTERMOST - 0x1p-52),
               high = gsl_cdf_ugaussian_Pinv(1 - (OUTERMOST - 0x1p-52));

        for (size_t i = 0; i < n; i++)
                y[i] = share_of(s->ready, x[i]);
        if (!asked->normal)
                return;
        for (size_t i = 0; i < n; i++)
                if (y[i] == y[i])
                        y[i] = y[i] <= OUTERMOST - 0x1p-52 ? low : y[i] >= 1 - (OUTERMOST - 0x1p-52) ? high
                               : gsl_cdf_ugaussian_Pinv(y[i]);
}

static void backward(const tamis_scale_asked *asked, const tamis_scaling *s, const double *x, double *y, size_t n) {
        double edge = asked->normal ? OUTERMOST : 0;

        for (size_t i = 0; i < n; i++) {
                double share = asked->normal && x[i] == x[i] ? gsl_cdf_ugaussian_P(x[i]) : x[i];
                double place = share * (double) (s->n - 1);
                size_t at = (size_t) (place > 0 ? place : 0);

                if (x[i] != x[i])
                        y[i] = x[i];
                else if (share <= edge || s->n == 1)
                        y[i] = s->values[0];
                else if (share >= 1 - edge)
                        y[i] = s->values[s->n - 1];
                else
                        y[i] = s->values[at] + (s->values[at + 1] - s->values[at]) * (place - (double) at);
        }
}

static const tamis_scale_curve curve = {
        .list = "landmarks",
        .take = take,
        .ready = ready,
        .sound = sound,
        .forward = forward,
        .backward = backward,
        .domain = "lies between landmarks too far apart for numbers",
        .domain_back = "lies between landmarks too far apart for numbers",
};

const tamis_scaler tamis_scaler_quantile = {
        .base = {
                .name = "quantile",
                .summary = "the share of values below, 0 to 1; or, by --onto normal, as normal deviates",
                .source = "scikit-learn QuantileTransformer, from all rows",
        },
        .summary = &tamis_summary_values,
        .curve = &curve,
};
