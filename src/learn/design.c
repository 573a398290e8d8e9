/* From cells to the vector a linear model sees: a 1, numbers standardised, a place for each level. */
#include <math.h>
#include <stdlib.h>

#include "learn/state.h"

/* ddof 0, as scikit-learn's StandardScaler; weights do not move what a number is measured by. */
static int measure(const tamis_lesson *t, size_t column, double *x, tamis_feature *f, tamis_error *err) {
        tamis_moments m = {0};
        int r;

        for (size_t i = 0; i < t->n; i++)
                x[i] = t->cells[i * t->p + column];
        r = tamis_moments_add(&m, x, t->n, err);
        if (r == 0) {
                f->mean = m.n > 0 ? tamis_moments_mean(&m) : 0;
                f->sd = m.n > 0 ? tamis_moments_sd(&m, 0) : 0;
                if (!(f->sd > 0) || !isfinite(f->sd))
                        f->sd = 1;
        }
        tamis_moments_done(&m);
        return r;
}

static int count(const tamis_lesson *t, size_t column, tamis_feature *f, tamis_error *err) {
        f->shares = calloc(t->levels[column].n + 1, sizeof *f->shares);
        if (!f->shares)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < t->n; i++)
                if (!isnan(t->cells[i * t->p + column]))
                        f->shares[(size_t) t->cells[i * t->p + column]] += 1 / (double) t->n;
        return 0;
}

void tamis_learn_place(tamis_learn *l) {
        l->places = 1;
        for (size_t j = 0; j < l->features.n; j++) {
                l->form[j].offset = l->places;
                l->form[j].places = l->form[j].category ? l->rows.levels[j].n : 1;
                l->places += l->form[j].places;
        }
}

int tamis_learn_form(tamis_learn *l, tamis_error *err) {
        double *x = reallocarray(NULL, l->rows.n + 1, sizeof *x);
        int r = x ? 0 : tamis_fail_memory(err);

        for (size_t j = 0; r == 0 && j < l->features.n; j++) {
                tamis_feature *f = &l->form[j];

                r = f->category ? count(&l->rows, j, f, err) : measure(&l->rows, j, x, f, err);
        }
        free(x);
        if (r == 0)
                tamis_learn_place(l);
        return r;
}

/* In standard deviations; the difference of two numbers near the largest there is overflows, their quotients do not. */
static double standardise(double x, const tamis_feature *f) {
        double from_mean = x - f->mean;

        return isinf(from_mean) ? x / f->sd - f->mean / f->sd : from_mean / f->sd;
}

void tamis_learn_vector(const tamis_learn *l, const double *cells, double *x) {
        memset(x, 0, l->places * sizeof *x);
        x[0] = 1;
        for (size_t j = 0; j < l->features.n; j++) {
                const tamis_feature *f = &l->form[j];

                if (!f->category)
                        x[f->offset] = standardise(cells[j], f);
                else if (cells[j] < (double) f->places)
                        x[f->offset + (size_t) cells[j]] = 1;
        }
}

int tamis_learn_vectors(const tamis_learn *l, double **ret, tamis_error *err) {
        double *x = reallocarray(NULL, l->rows.n + 1, l->places * sizeof *x);

        if (!x)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < l->rows.n; i++)
                tamis_learn_vector(l, l->rows.cells + i * l->rows.p, x + i * l->places);
        *ret = x;
        return 0;
}
