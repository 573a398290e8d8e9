#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <tamis/random.h>

#include "fit/svm.h"

struct descent {
        const tamis_svm_rows *rows;
        double cost;
        double *alpha, *w;
        double *norms;          /* per row: |x|^2 */
        uint32_t *order;        /* rows, those still at work first */
        size_t active;
        double highest, lowest; /* projected gradients of the round before; beyond them a row at its bound is settled */
};

static double dot(const tamis_svm_rows *rows, const double *w, size_t i) {
        const double *x = rows->numbers + i * rows->d, *levels = w + rows->d;
        double sum = w[rows->d + rows->levels], at_levels = 0;

        for (size_t j = 0; j < rows->d; j++)
                sum += w[j] * x[j];
        for (size_t j = 0; j < rows->c; j++)
                at_levels += levels[rows->offsets[j] + rows->codes[i * rows->c + j]];
        return sum + rows->level * at_levels;
}

static void add_row(const tamis_svm_rows *rows, double *w, size_t i, double times) {
        const double *x = rows->numbers + i * rows->d;
        double *levels = w + rows->d;

        for (size_t j = 0; j < rows->d; j++)
                w[j] += times * x[j];
        for (size_t j = 0; j < rows->c; j++)
                levels[rows->offsets[j] + rows->codes[i * rows->c + j]] += times * rows->level;
        w[rows->d + rows->levels] += times;
}

static void find_norms(const tamis_svm_rows *rows, double *norms) {
        for (size_t i = 0; i < rows->n; i++) {
                const double *x = rows->numbers + i * rows->d;

                norms[i] = 1 + (double) rows->c * rows->level * rows->level;
                for (size_t j = 0; j < rows->d; j++)
                        norms[i] += x[j] * x[j];
        }
}

static void shuffle(struct descent *d, uint64_t seed, size_t round) {
        tamis_stream stream;

        tamis_stream_init(&stream, seed, "svm.order", round, 0);
        for (size_t i = d->active; i > 1; i--) {
                size_t j = tamis_stream_below(&stream, i);
                uint32_t row = d->order[i - 1];

                d->order[i - 1] = d->order[j];
                d->order[j] = row;
        }
}

/* One row's best alpha, all others as they are. False: it is settled at its bound. *off: how far from its best it was,
 * as far as the bounds let it go. */
static bool improve(struct descent *d, size_t i, double *off) {
        double sign = d->rows->signs[i], old = d->alpha[i];
        double gradient = sign * dot(d->rows, d->w, i) - 1, new;

        *off = gradient;
        if (old <= 0) {
                if (gradient > d->highest)
                        return false;
                *off = fmin(gradient, 0);
        } else if (old >= d->cost) {
                if (gradient < d->lowest)
                        return false;
                *off = fmax(gradient, 0);
        }
        if (fabs(*off) < 1e-12)
                return true;
        new = fmin(fmax(old - gradient / d->norms[i], 0), d->cost);
        d->alpha[i] = new;
        add_row(d->rows, d->w, i, (new - old) * sign);
        return true;
}

/* One round. How far apart the projected gradients were. */
static double go_round(struct descent *d) {
        double highest = -INFINITY, lowest = INFINITY;

        for (size_t at = 0; at < d->active;) {
                uint32_t row = d->order[at];
                double off;

                if (!improve(d, row, &off)) {
                        d->order[at] = d->order[--d->active];
                        d->order[d->active] = row;
                        continue;
                }
                highest = fmax(highest, off);
                lowest = fmin(lowest, off);
                at++;
        }
        d->highest = highest > 0 ? highest : INFINITY;
        d->lowest = lowest < 0 ? lowest : -INFINITY;
        return d->active > 0 ? highest - lowest : 0;
}

static void descend(struct descent *d, double precision, size_t rounds, uint64_t seed) {
        for (size_t round = 0; round < rounds; round++) {
                shuffle(d, seed, round);
                if (go_round(d) > precision)
                        continue;
                if (d->active == d->rows->n)
                        return;
                /* good for those at work: once more with all of them */
                d->active = d->rows->n;
                d->highest = INFINITY;
                d->lowest = -INFINITY;
        }
}

int tamis_svm(const tamis_svm_rows *rows, double cost, double precision, size_t rounds, uint64_t seed, double *alpha,
              double *w, tamis_error *err) {
        struct descent d = {
                .rows = rows, .cost = cost, .alpha = alpha, .w = w, .active = rows->n,
                .norms = reallocarray(NULL, rows->n + 1, sizeof *d.norms),
                .order = reallocarray(NULL, rows->n + 1, sizeof *d.order),
                .highest = INFINITY, .lowest = -INFINITY,
        };
        int r = d.norms && d.order ? 0 : tamis_fail_memory(err);

        if (r == 0) {
                memset(alpha, 0, rows->n * sizeof *alpha);
                memset(w, 0, (rows->d + rows->levels + 1) * sizeof *w);
                find_norms(rows, d.norms);
                for (size_t i = 0; i < rows->n; i++)
                        d.order[i] = (uint32_t) i;
                descend(&d, precision, rounds, seed);
        }
        free(d.norms);
        free(d.order);
        return r;
}
