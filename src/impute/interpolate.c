/* Between the observed cells around the hole, on a line or on a natural cubic spline through all of them.
 *
 * Where several rows stand at the same place, the curve goes through the mean of what they have. Beyond the first and
 * the last observed cell nothing is known, so nothing is filled in, unless --ends says what.
 */
#include <math.h>
#include <stdlib.h>

#include "impute/series.h"

/* The places where something is known, ascending. */
struct knots {
        size_t n;
        double *x, *y;
        double *bend;           /* second derivatives; 0 for lines */
};

static void knots_done(struct knots *k) {
        free(k->x);
        free(k->y);
        free(k->bend);
}

static int find_knots(const tamis_sequence *q, struct knots *k, tamis_error *err) {
        size_t same = 0;

        *k = (struct knots) {
                .x = malloc((q->n + 1) * sizeof *k->x), .y = malloc((q->n + 1) * sizeof *k->y),
                .bend = calloc(q->n + 1, sizeof *k->bend),
        };
        if (!k->x || !k->y || !k->bend)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < q->n; i++) {
                if (!q->present[i] || isnan(q->x[i]))
                        continue;
                if (k->n > 0 && k->x[k->n - 1] == q->x[i]) {
                        same++;
                        k->y[k->n - 1] += (q->values[i] - k->y[k->n - 1]) / (double) same;
                        continue;
                }
                same = 1;
                k->x[k->n] = q->x[i];
                k->y[k->n++] = q->values[i];
        }
        return 0;
}

/* Second derivatives of the natural spline: a tridiagonal system, solved from the front and back again
 * (Burden & Faires, algorithm 3.4). */
static int bend(struct knots *k, tamis_error *err) {
        double *slope = malloc((k->n + 1) * sizeof *slope), *right = malloc((k->n + 1) * sizeof *right);

        if (!slope || !right) {
                free(slope);
                free(right);
                return tamis_fail_memory(err);
        }
        slope[0] = right[0] = 0;
        for (size_t i = 1; i + 1 < k->n; i++) {
                double before = k->x[i] - k->x[i - 1], behind = k->x[i + 1] - k->x[i];
                double rise = (k->y[i + 1] - k->y[i]) / behind - (k->y[i] - k->y[i - 1]) / before;
                double pivot = 2 * (before + behind) - before * slope[i - 1];

                slope[i] = behind / pivot;
                right[i] = (6 * rise - before * right[i - 1]) / pivot;
        }
        for (size_t i = k->n; i-- > 2;)
                k->bend[i - 1] = right[i - 1] - slope[i - 1] * k->bend[i];
        free(slope);
        free(right);
        return 0;
}

/* Between knots i and i + 1. */
static double between(const struct knots *k, size_t i, double x) {
        double width = k->x[i + 1] - k->x[i], a = (k->x[i + 1] - x) / width, b = (x - k->x[i]) / width;

        return a * k->y[i] + b * k->y[i + 1]
                + ((a * a * a - a) * k->bend[i] + (b * b * b - b) * k->bend[i + 1]) * width * width / 6;
}

/* Beyond the first or the last knot: a natural spline goes straight on. */
static double beyond(const struct knots *k, bool first, double x) {
        size_t i = first ? 0 : k->n - 2;
        double width = k->x[i + 1] - k->x[i], slope = (k->y[i + 1] - k->y[i]) / width;

        if (first)
                return k->y[0] + (slope - width * k->bend[1] / 6) * (x - k->x[0]);
        return k->y[k->n - 1] + (slope + width * k->bend[i] / 6) * (x - k->x[k->n - 1]);
}

static double at_end(const struct knots *k, const char *ends, bool first, double x) {
        if (strcmp(ends, "leave") == 0)
                return NAN;
        if (strcmp(ends, "nearest") == 0 || k->n < 2)
                return k->y[first ? 0 : k->n - 1];
        return beyond(k, first, x);
}

static int fill(tamis_sequence *q, tamis_error *err) {
        const char *ends = tamis_settings_text(q->context->settings, "ends");
        struct knots k;
        size_t at = 0;
        int r = find_knots(q, &k, err);

        if (r == 0 && k.n > 2 && tamis_settings_flag(q->context->settings, "spline"))
                r = bend(&k, err);
        for (size_t i = 0; r == 0 && k.n > 0 && i < q->n; i++) {
                double x = q->x[i];

                if (q->present[i] || isnan(x))
                        continue;
                while (at + 2 < k.n && k.x[at + 1] < x)
                        at++;
                if (x < k.x[0] || x > k.x[k.n - 1])
                        q->filled[i] = at_end(&k, ends, x < k.x[0], x);
                else
                        q->filled[i] = k.n == 1 ? k.y[0] : between(&k, at, x);
                if (!isfinite(q->filled[i]))
                        q->filled[i] = NAN;
        }
        knots_done(&k);
        return r;
}

static const char *const options[] = { "order", "max-gap", "spline", "ends", NULL };

const tamis_series tamis_series_interpolate = {
        .base = {
                .name = "interpolate",
                .summary = "on the line between the observed cells around it",
                .source = "pandas interpolate (index), R approx; --spline: R splinefun (natural)",
        },
        .numbers = true,
        .options = options,
        .why = "they lie beyond the first or the last observed cell, have no place in the order, or --max-gap says so",
        .fill = fill,
};
