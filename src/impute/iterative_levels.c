/* The regression of a category on features scaled to a standard deviation of 1: logistic or multinomial with a ridge
 * (penalty 1, scikit-learn's C=1; intercepts are free), by fit/logistic.h. Where there are very many levels, linear
 * discriminants instead (Fisher 1936; the same scores where features are normal with one covariance): class means, each
 * with one row more at the mean of all, and the covariance within classes, with p + 1 rows more of independent
 * features. It takes a pass over the rows and one factor, whatever the number of levels. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fit/cholesky.h"
#include "fit/logistic.h"
#include "impute/iterative_run.h"

/* Gains of a fit that goes on. */
static const double ENOUGH = 1e-13;

struct problem {
        const tamis_iterative_run *f;
        tamis_iterative_step *step;
        const uint32_t *rows;           /* those that have a level */
        size_t n;
        uint32_t *class_of;             /* by level */
        double *mean, *sd;              /* per predictor; a constant's sd counts as 1 */
};

/* Classes are the levels that were seen. */
static int find_classes(struct problem *p, tamis_error *err) {
        const int32_t *codes = p->f->train->columns[p->step->column].codes;
        const size_t levels = p->f->train->columns[p->step->column].levels;
        tamis_iterative_step *step = p->step;

        p->class_of = calloc(levels + 1, sizeof *p->class_of);
        step->class = malloc((levels + 1) * sizeof *step->class);
        if (!p->class_of || !step->class)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < p->n; i++)
                p->class_of[codes[p->rows[i]]] = 1;
        for (size_t l = 0; l < levels; l++)
                if (p->class_of[l]) {
                        p->class_of[l] = (uint32_t) step->classes;
                        step->class[step->classes++] = (int32_t) l;
                }
        step->weights = calloc((step->classes - 1) * (step->n + 1) + 1, sizeof *step->weights);
        return step->weights ? 0 : tamis_fail_memory(err);
}

static int find_scales(struct problem *p, tamis_error *err) {
        const size_t n = p->f->m->n, count = p->step->n;

        p->mean = malloc((count + 1) * sizeof *p->mean);
        p->sd = malloc((count + 1) * sizeof *p->sd);
        if (!p->mean || !p->sd)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < count; i++) {
                const size_t a = p->step->features[i];
                const double square = *tamis_iterative_product(p->f->part, n, a, a) / (double) p->n;
                double variance;

                p->mean[i] = p->f->part[a] / (double) p->n;
                variance = square - p->mean[i] * p->mean[i];
                p->sd[i] = variance > 1e-12 * square ? sqrt(variance) : 1;
        }
        return 0;
}

/* -- logistic ------------------------------------------------------------------------------------------------------ */

/* From where the last round ended, if it had the same predictors. */
static void start(const struct problem *p, const tamis_iterative_step *before, tamis_logistic *l) {
        const size_t count = p->step->n;

        if (!before || before->n != count || before->classes != l->classes
            || memcmp(before->features, p->step->features, count * sizeof *before->features) != 0)
                return;
        for (size_t c = 0; c + 1 < l->classes; c++) {
                const double *from = before->weights + c * l->k;
                double *b = l->b + c * l->k;

                b[0] = from[0];
                for (size_t i = 0; i < count; i++) {
                        b[0] += from[1 + i] * p->mean[i];
                        b[1 + i] = from[1 + i] * p->sd[i];
                }
        }
}

static void take_weights(const struct problem *p, const double *b) {
        const size_t count = p->step->n;

        for (size_t c = 0; c + 1 < p->step->classes; c++, b += count + 1) {
                double *w = p->step->weights + c * (count + 1);

                w[0] = b[0];
                for (size_t i = 0; i < count; i++) {
                        w[1 + i] = b[1 + i] / p->sd[i];
                        w[0] -= w[1 + i] * p->mean[i];
                }
        }
}

static int logistic(const struct problem *p, const tamis_iterative_step *before, tamis_error *err) {
        const int32_t *codes = p->f->train->columns[p->step->column].codes;
        const size_t count = p->step->n;
        tamis_logistic l = {0};
        int r = tamis_logistic_init(&l, p->n, count + 1, p->step->classes, err);

        if (r < 0)
                return r;
        for (size_t i = 0; i < p->n; i++) {
                const double *z = p->f->z + p->rows[i] * p->f->m->n;
                double *x = l.x + i * l.k;

                x[0] = 1;
                for (size_t k = 0; k < count; k++)
                        x[1 + k] = (z[p->step->features[k]] - p->mean[k]) / p->sd[k];
                l.weight[i] = 1;
                l.class[i] = p->class_of[codes[p->rows[i]]];
        }
        l.penalty = 1;
        l.enough = ENOUGH;
        start(p, before, &l);
        tamis_logistic_climb(&l);
        take_weights(p, l.b);
        tamis_logistic_done(&l);
        return 0;
}

/* -- discriminants ------------------------------------------------------------------------------------------------- */

struct discriminants {
        double *sums;           /* classes x p, of scaled features */
        double *counts;         /* classes */
        double *within;         /* p x p */
        double *x;              /* p */
};

static void add_rows(const struct problem *p, struct discriminants *d) {
        const int32_t *codes = p->f->train->columns[p->step->column].codes;
        const size_t count = p->step->n;

        for (size_t i = 0; i < p->n; i++) {
                const double *z = p->f->z + p->rows[i] * p->f->m->n;
                const size_t class = p->class_of[codes[p->rows[i]]];

                d->counts[class]++;
                for (size_t k = 0; k < count; k++)
                        d->sums[class * count + k] += (z[p->step->features[k]] - p->mean[k]) / p->sd[k];
        }
}

/* The lower triangle, and its factor. */
static bool find_within(const struct problem *p, struct discriminants *d) {
        const size_t count = p->step->n, n = p->f->m->n, classes = p->step->classes;
        const double extra = (double) count + 1, degrees = (double) (p->n - classes) + extra;

        for (size_t a = 0; a < count; a++)
                for (size_t b = 0; b <= a; b++) {
                        double sum =
                                *tamis_iterative_product(p->f->part, n, p->step->features[a], p->step->features[b]);

                        sum -= (double) p->n * p->mean[a] * p->mean[b];
                        d->within[a * count + b] = sum / (p->sd[a] * p->sd[b]);
                }
        for (size_t c = 0; c < classes; c++)
                for (size_t a = 0; a < count; a++)
                        for (size_t b = 0; b <= a; b++)
                                d->within[a * count + b] -=
                                        d->sums[c * count + a] * d->sums[c * count + b] / d->counts[c];
        for (size_t a = 0; a < count; a++)
                for (size_t b = 0; b <= a; b++) {
                        double *w = &d->within[a * count + b];

                        *w = a == b ? (fmax(*w, 0) + extra) / degrees : *w / degrees;
                }
        return tamis_cholesky(d->within, count, count);
}

/* A class's score: an intercept and p weights, in scaled features. */
static void score(const struct problem *p, struct discriminants *d, size_t class, double *b) {
        const size_t count = p->step->n;
        const double *sums = d->sums + class * count;

        b[0] = log(d->counts[class]);
        for (size_t a = 0; a < count; a++)
                d->x[a] = sums[a] / (d->counts[class] + 1);
        memcpy(b + 1, d->x, count * sizeof *b);
        tamis_cholesky_forward(d->within, count, count, b + 1);
        tamis_cholesky_backward(d->within, count, count, b + 1);
        for (size_t a = 0; a < count; a++)
                b[0] -= d->x[a] * b[1 + a] / 2;
}

/* Where the factor fails (rounding alone) the shares of the classes decide. */
static void find_scores(const struct problem *p, struct discriminants *d, double *b) {
        const size_t count = p->step->n, classes = p->step->classes;
        const bool told = find_within(p, d);

        for (size_t c = 0; c < classes; c++)
                if (told)
                        score(p, d, c, b + c * (count + 1));
                else
                        b[c * (count + 1)] = log(d->counts[c]);
        for (size_t c = 1; c < classes; c++)
                for (size_t a = 0; a <= count; a++)
                        b[c * (count + 1) + a] -= b[a];
        take_weights(p, b + count + 1);
}

static int discriminate(const struct problem *p, tamis_error *err) {
        const size_t count = p->step->n, classes = p->step->classes;
        struct discriminants d = {
                .sums = calloc(classes * count + 1, sizeof(double)),
                .counts = calloc(classes + 1, sizeof(double)),
                .within = calloc(count * count + 1, sizeof(double)),
                .x = calloc(count + 1, sizeof(double)),
        };
        double *b = calloc(classes * (count + 1) + 1, sizeof *b);
        const bool there = d.sums && d.counts && d.within && d.x && b;

        if (there) {
                add_rows(p, &d);
                find_scores(p, &d, b);
        }
        free(d.sums);
        free(d.counts);
        free(d.within);
        free(d.x);
        free(b);
        return there ? 0 : tamis_fail_memory(err);
}

int tamis_iterative_classify(const tamis_iterative_run *f, tamis_iterative_step *step,
                             const tamis_iterative_step *before, tamis_error *err) {
        const size_t missing = f->missing[step->column];
        struct problem p = {
                .f = f, .step = step, .rows = f->rows[step->column] + missing, .n = f->train->rows - missing
        };
        int r = find_classes(&p, err);

        if (r == 0)
                r = find_scales(&p, err);
        if (r == 0)
                r = step->classes > TAMIS_ITERATIVE_CLASSES ? discriminate(&p, err) : logistic(&p, before, err);
        free(p.class_of);
        free(p.mean);
        free(p.sd);
        return r;
}
