#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "fit/svm.h"

#define PRECISION 1e-9          /* the gradient's length at the end, as a share of that at 0 */
enum { STEPS = 100, PRODUCTS = 500, HALVINGS = 40 };

struct machine {
        const tamis_svm_rows *rows;
        size_t size;            /* of w */
        double *margins, *w;
        double *gradient, *step, *rest, *direction, *product;
        double *changes;        /* per row: what the whole step would add to its margin */
};

/* -- rows ---------------------------------------------------------------------------------------------------------- */

static double times_row(const tamis_svm_rows *rows, const double *w, size_t i) {
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

static double cost_of(const tamis_svm_rows *rows, size_t i) {
        return rows->costs[rows->signs[i] > 0];
}

static double dot(const double *a, const double *b, size_t n) {
        double sum = 0;

        for (size_t j = 0; j < n; j++)
                sum += a[j] * b[j];
        return sum;
}

/* -- Newton's method ----------------------------------------------------------------------------------------------- */

/* f at w + share * step, from the margins alone. */
static double value_at(const struct machine *m, double share) {
        double loss = 0, square = 0;

        for (size_t i = 0; i < m->rows->n; i++) {
                double short_by = 1 - m->margins[i] - share * m->changes[i];

                if (short_by > 0)
                        loss += cost_of(m->rows, i) * short_by * short_by;
        }
        for (size_t j = 0; j < m->size; j++) {
                double x = m->w[j] + share * m->step[j];

                square += x * x;
        }
        return square / 2 + loss;
}

static void find_gradient(struct machine *m) {
        memcpy(m->gradient, m->w, m->size * sizeof *m->w);
        for (size_t i = 0; i < m->rows->n; i++)
                if (m->margins[i] < 1)
                        add_row(m->rows, m->gradient, i,
                                2 * cost_of(m->rows, i) * (m->margins[i] - 1) * m->rows->signs[i]);
}

/* The second derivative times a vector: of the rows within the margin alone. */
static void multiply(const struct machine *m, const double *v, double *into) {
        memcpy(into, v, m->size * sizeof *v);
        for (size_t i = 0; i < m->rows->n; i++)
                if (m->margins[i] < 1)
                        add_row(m->rows, into, i, 2 * cost_of(m->rows, i) * times_row(m->rows, v, i));
}

/* Conjugate gradients: the step that would end at the bottom of the parabola, to `precision` of the gradient. */
static void find_step(struct machine *m, double precision) {
        size_t size = m->size;
        double square = dot(m->gradient, m->gradient, size), enough = square * precision * precision;

        memset(m->step, 0, size * sizeof *m->step);
        for (size_t j = 0; j < size; j++)
                m->direction[j] = m->rest[j] = -m->gradient[j];
        for (int i = 0; i < PRODUCTS && square > enough; i++) {
                double length, next;

                multiply(m, m->direction, m->product);
                length = square / dot(m->direction, m->product, size);
                for (size_t j = 0; j < size; j++) {
                        m->step[j] += length * m->direction[j];
                        m->rest[j] -= length * m->product[j];
                }
                next = dot(m->rest, m->rest, size);
                for (size_t j = 0; j < size; j++)
                        m->direction[j] = m->rest[j] + next / square * m->direction[j];
                square = next;
        }
}

/* The whole step, or half of it, or half of that, until f is lower. False: it will not go lower. */
static bool take_step(struct machine *m) {
        double before, slope = dot(m->gradient, m->step, m->size), share = 1;

        for (size_t i = 0; i < m->rows->n; i++)
                m->changes[i] = m->rows->signs[i] * times_row(m->rows, m->step, i);
        before = value_at(m, 0);
        for (int i = 0; !(value_at(m, share) <= before + 1e-4 * share * slope); i++) {
                if (i == HALVINGS)
                        return false;
                share /= 2;
        }
        for (size_t j = 0; j < m->size; j++)
                m->w[j] += share * m->step[j];
        for (size_t i = 0; i < m->rows->n; i++)
                m->margins[i] = m->rows->signs[i] * times_row(m->rows, m->w, i);
        return true;
}

static void minimise(struct machine *m) {
        double first, length;

        find_gradient(m);
        first = length = sqrt(dot(m->gradient, m->gradient, m->size));
        for (int i = 0; i < STEPS && length > first * PRECISION; i++) {
                /* the nearer the end, the better the step has to be */
                find_step(m, fmin(.1, length / first));
                if (!take_step(m))
                        return;
                find_gradient(m);
                length = sqrt(dot(m->gradient, m->gradient, m->size));
        }
}

int tamis_svm(const tamis_svm_rows *rows, double *margins, double *w, tamis_error *err) {
        size_t size = rows->d + rows->levels + 1;
        double *room = calloc(5 * size, sizeof *room), *changes = calloc(rows->n + 1, sizeof *changes);
        struct machine m = { .rows = rows, .size = size, .margins = margins, .w = w, .changes = changes };
        int r = room && changes ? 0 : tamis_fail_memory(err);

        if (r == 0) {
                m.gradient = room;
                m.step = room + size;
                m.rest = room + 2 * size;
                m.direction = room + 3 * size;
                m.product = room + 4 * size;
                memset(w, 0, size * sizeof *w);
                memset(margins, 0, rows->n * sizeof *margins);
                minimise(&m);
        }
        free(room);
        free(changes);
        return r;
}
