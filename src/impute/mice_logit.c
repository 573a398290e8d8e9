/* Logistic and multinomial regression by Newton's method on data augmented against separation (White, Daniel & Royston
 * 2010, "Avoiding bias due to perfect prediction in multiple imputation of incomplete categorical variables"): for each
 * predictor and class two rows half a standard deviation off the mean, all of them together weighing as much as one row
 * more than there are predictors. Two classes: a draw of the coefficients; more: the fitted ones, as mice does. */
#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_randist.h>

#include "fit/logistic.h"
#include "impute/mice.h"

static void augment(const tamis_mice_work *w, tamis_logistic *d) {
        size_t stride = w->model->stride, added = 2 * (d->k - 1) * d->classes;
        double seen = w->system[0], weight = (double) d->k / (double) added;

        for (size_t i = 1; i < d->k; i++) {
                double sum = w->system[w->kept[i]], sd;

                sd = sqrt((w->system[w->kept[i] * stride + w->kept[i]] - sum * sum / seen) / (seen - 1));
                for (size_t row = 0; row < 2 * d->classes; row++, d->n++) {
                        double *x = d->x + d->n * d->k;

                        for (size_t a = 0; a < d->k; a++)
                                x[a] = w->system[w->kept[a]] / seen;
                        x[i] += row % 2 ? -sd / 2 : sd / 2;
                        d->class[d->n] = (uint32_t) (row / 2);
                        d->weight[d->n] = weight;
                }
        }
}

static int collect(const tamis_mice_work *w, size_t column, tamis_logistic *d, tamis_error *err) {
        const tamis_mice *m = w->model;
        const tamis_mice_column *c = &m->columns[column];
        size_t levels = m->train.columns[column].levels, k = w->n_kept, classes = 0;
        uint32_t *class_of = calloc(levels + 1, sizeof *class_of);
        int r;

        if (!class_of)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < levels; i++)
                if (c->counts[i] > 0)
                        class_of[i] = (uint32_t) classes++;
        r = tamis_logistic_init(d, c->n_seen + 2 * (k - 1) * classes, k, classes, err);
        d->n = 0;
        for (size_t i = 0; r == 0 && i < c->n_seen; i++, d->n++) {
                const double *row = w->z + c->seen[i] * m->stride;

                for (size_t a = 0; a < d->k; a++)
                        d->x[d->n * d->k + a] = row[w->kept[a]];
                d->class[d->n] = class_of[m->train.columns[column].codes[c->seen[i]]];
                d->weight[d->n] = 1;
        }
        if (r == 0 && d->k > 1)
                augment(w, d);
        free(class_of);
        return r;
}

static void draw_coefficients(const tamis_mice_work *w, size_t column, tamis_logistic *d) {
        const tamis_mice *m = w->model;
        tamis_stream s;

        tamis_stream_init(&s, m->options.seed, m->fit_purpose, tamis_mice_key(m, w->chain, w->iteration, column), 0);
        tamis_logistic_root(d);
        for (size_t i = 0; i < d->k; i++)
                d->step[i] = gsl_ran_gaussian(&s.rng, 1);
        tamis_cholesky_backward(d->factor, d->k, d->k, d->step);
        for (size_t i = 0; i < d->k; i++)
                d->b[i] += d->step[i];
}

int tamis_mice_logit(tamis_mice_work *w, size_t column, tamis_mice_regression *g, tamis_error *err) {
        const tamis_mice *m = w->model;
        const tamis_mice_column *c = &m->columns[column];
        size_t room = (c->levels_seen - 1) * m->stride;
        tamis_logistic d = {0};
        int r;

        /* with two levels, the second is compared: its place, or that of the first turned round */
        if (c->levels_seen == 2) {
                size_t first = 0;

                while (c->counts[first] == 0)
                        first++;
                r = tamis_mice_keep(w, column, c->at, c->place[first] >= 0 ? -1 : 1, err);
        } else
                r = tamis_mice_keep(w, column, SIZE_MAX, 1, err);
        if (r == 0)
                r = collect(w, column, &d, err);
        if (r == 0) {
                double *b = realloc(g->class, (room + 1) * sizeof *b);

                r = b ? 0 : tamis_fail_memory(err);
                g->class = b ? b : g->class;
        }
        if (r == 0 && d.classes > 1) {
                tamis_logistic_climb(&d);
                if (c->method == TAMIS_MICE_LOGREG && d.classes == 2)
                        draw_coefficients(w, column, &d);
                memset(g->class, 0, room * sizeof *g->class);
                for (size_t i = 0; i + 1 < d.classes; i++)
                        for (size_t a = 0; a < d.k; a++)
                                g->class[i * m->stride + w->kept[a]] = d.b[i * d.k + a];
        }
        tamis_logistic_done(&d);
        return r;
}

/* A class in proportion to its probability: the one whose score is highest with Gumbel noise added to each. */
double tamis_mice_class(const tamis_mice *m, size_t column, const tamis_mice_regression *g, const double *row,
                        tamis_stream *s) {
        const tamis_mice_column *c = &m->columns[column];
        const double *b = g->class;
        double most = -INFINITY;
        size_t best = 0, levels = m->train.columns[column].levels;
        bool first = true;

        for (size_t i = 0; i < levels; i++) {
                double score;

                if (c->counts[i] == 0)
                        continue;
                score = first ? 0 : tamis_mice_dot(b, row, m->stride);
                b += first ? 0 : m->stride;
                score -= log(-log(1 - tamis_stream_uniform(s)));
                if (first || score > most)
                        most = score, best = i;
                first = false;
        }
        return (double) best;
}
