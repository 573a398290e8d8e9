/* Logistic and multinomial regression by Newton's method on data augmented against separation (White, Daniel & Royston
 * 2010, "Avoiding bias due to perfect prediction in multiple imputation of incomplete categorical variables"): for each
 * predictor and class two rows half a standard deviation off the mean, all of them together weighing as much as one row
 * more than there are predictors. Two classes: a draw of the coefficients; more: the fitted ones, as mice does. */
#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_randist.h>

#include "impute/mice.h"

enum { ROUNDS = 25, BOUND_ROUNDS = 60, NEWTON_MOST = 300 };
static const double ENOUGH = 1e-8;

/* The rows to learn from, those added included. Classes are levels with a row; the first is what others are compared with. */
struct data {
        size_t n, k, classes;           /* rows, predictors, classes */
        double *x;                      /* n rows of k */
        double *weight;
        uint32_t *class;
        size_t *level;                  /* per class */
        double *b, *step, *gradient;    /* (classes - 1) * k */
        double *hessian, *factor;       /* the square of that; with many classes k * k */
        double *p;                      /* classes */
        bool newton;
};

static void data_done(struct data *d) {
        free(d->x);
        free(d->weight);
        free(d->class);
        free(d->level);
        free(d->b);
        free(d->step);
        free(d->gradient);
        free(d->hessian);
        free(d->factor);
        free(d->p);
}

static int make_room(struct data *d, tamis_error *err) {
        size_t all = (d->classes - 1) * d->k;

        d->newton = all <= NEWTON_MOST;
        d->x = malloc((d->n * d->k + 1) * sizeof *d->x);
        d->weight = malloc((d->n + 1) * sizeof *d->weight);
        d->class = malloc((d->n + 1) * sizeof *d->class);
        d->b = calloc(all + 1, sizeof *d->b);
        d->step = calloc(all + 1, sizeof *d->step);
        d->gradient = calloc(all + 1, sizeof *d->gradient);
        d->hessian = calloc((d->newton ? all * all : d->k * d->k) + 1, sizeof *d->hessian);
        d->factor = calloc((d->newton ? all * all : d->k * d->k) + 1, sizeof *d->factor);
        d->p = calloc(d->classes + 1, sizeof *d->p);
        return d->x && d->weight && d->class && d->b && d->step && d->gradient && d->hessian && d->factor
                       && d->p ? 0 : tamis_fail_memory(err);
}

static void augment(const tamis_mice_work *w, struct data *d) {
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

static int collect(const tamis_mice_work *w, size_t column, struct data *d, tamis_error *err) {
        const tamis_mice *m = w->model;
        const tamis_mice_column *c = &m->columns[column];
        size_t levels = m->train.columns[column].levels;
        uint32_t *class_of = calloc(levels + 1, sizeof *class_of);
        int r;

        d->k = w->n_kept;
        d->level = calloc(levels + 1, sizeof *d->level);
        if (!class_of || !d->level) {
                free(class_of);
                return tamis_fail_memory(err);
        }
        for (size_t i = 0; i < levels; i++)
                if (c->counts[i] > 0) {
                        class_of[i] = (uint32_t) d->classes;
                        d->level[d->classes++] = i;
                }
        d->n = c->n_seen + 2 * (d->k - 1) * d->classes;
        r = make_room(d, err);
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

/* Probabilities of the classes from their scores, the first of which is 0: p holds scores, then probabilities. Returns the
 * logarithm of their sum of exponentials. */
static double softmax(double *p, size_t n) {
        double most = 0, sum = 0;

        for (size_t i = 0; i < n; i++)
                most = fmax(most, p[i]);
        for (size_t i = 0; i < n; i++)
                sum += p[i] = exp(p[i] - most);
        for (size_t i = 0; i < n; i++)
                p[i] /= sum;
        return most + log(sum);
}

static double dot(const double *a, const double *b, size_t n) {
        double sum = 0;

        for (size_t i = 0; i < n; i++)
                sum += a[i] * b[i];
        return sum;
}

static void add_row(struct data *d, size_t row) {
        const double *x = d->x + row * d->k;
        size_t k = d->k, all = (d->classes - 1) * k;

        for (size_t c = 1; c < d->classes; c++) {
                double gap = d->weight[row] * ((d->class[row] == c) - d->p[c]);

                for (size_t a = 0; a < k; a++)
                        d->gradient[(c - 1) * k + a] += gap * x[a];
                for (size_t e = 1; d->newton && e <= c; e++) {
                        double h = d->weight[row] * d->p[c] * ((c == e) - d->p[e]);

                        for (size_t a = 0; a < k; a++) {
                                double *to = d->hessian + ((c - 1) * k + a) * all + (e - 1) * k, xa = h * x[a];

                                for (size_t b = 0; b < k; b++)
                                        to[b] += xa * x[b];
                        }
                }
        }
}

/* Log-likelihood, its gradient and the information at b. */
static double look(struct data *d) {
        size_t all = (d->classes - 1) * d->k;
        double likelihood = 0;

        memset(d->gradient, 0, all * sizeof *d->gradient);
        if (d->newton)
                memset(d->hessian, 0, all * all * sizeof *d->hessian);
        for (size_t row = 0; row < d->n; row++) {
                double own;

                d->p[0] = 0;
                for (size_t c = 1; c < d->classes; c++)
                        d->p[c] = dot(d->b + (c - 1) * d->k, d->x + row * d->k, d->k);
                own = d->p[d->class[row]];
                likelihood += d->weight[row] * (own - softmax(d->p, d->classes));
                add_row(d, row);
        }
        return likelihood;
}

/* The Cholesky factor of the information into `factor`, a little added to its diagonal where there is none. */
static void take_root(struct data *d, size_t n) {
        double ridge = 0;

        do {
                memcpy(d->factor, d->hessian, n * n * sizeof *d->factor);
                for (size_t i = 0; i < n; i++)
                        d->factor[i * n + i] += ridge * (1 + d->factor[i * n + i]);
                ridge = ridge > 0 ? ridge * 100 : 1e-9;
        } while (!tamis_mice_cholesky(d->factor, n, n) && ridge < 1e9);
}

/* Many classes: the information is bounded by (I - 11'/classes) / 2 x X'X (Boehning 1992, "Multinomial logistic regression
 * algorithm"), whose inverse needs no more than that of X'X. */
static void bound(struct data *d) {
        for (size_t row = 0; row < d->n; row++)
                for (size_t a = 0; a < d->k; a++)
                        for (size_t b = 0; b <= a; b++)
                                d->hessian[a * d->k + b] += d->weight[row] * d->x[row * d->k + a] * d->x[row * d->k + b];
        take_root(d, d->k);
}

static void find_step(struct data *d) {
        size_t k = d->k, all = (d->classes - 1) * k;

        memcpy(d->step, d->gradient, all * sizeof *d->step);
        if (d->newton) {
                take_root(d, all);
                tamis_mice_forward(d->factor, all, all, d->step);
                tamis_mice_backward(d->factor, all, all, d->step);
                return;
        }
        for (size_t a = 0; a < all; a += k) {
                tamis_mice_forward(d->factor, k, k, d->step + a);
                tamis_mice_backward(d->factor, k, k, d->step + a);
        }
        for (size_t a = 0; a < k; a++) {
                double sum = 0;

                for (size_t i = a; i < all; i += k)
                        sum += d->step[i];
                for (size_t i = a; i < all; i += k)
                        d->step[i] = 2 * (d->step[i] + sum);
        }
}

static void climb(struct data *d) {
        size_t all = (d->classes - 1) * d->k, rounds = d->newton ? ROUNDS : BOUND_ROUNDS;
        double last = -INFINITY;

        if (!d->newton)
                bound(d);
        for (size_t round = 0; round < rounds; round++) {
                double now = look(d);

                if (now < last) {
                        for (size_t i = 0; i < all; i++)
                                d->b[i] -= d->step[i] /= 2;
                        continue;
                }
                if (now - last <= ENOUGH * (fabs(now) + .1))
                        break;
                last = now;
                find_step(d);
                for (size_t i = 0; i < all; i++)
                        d->b[i] += d->step[i];
        }
}

static void draw_coefficients(const tamis_mice_work *w, size_t column, struct data *d) {
        const tamis_mice *m = w->model;
        tamis_stream s;

        tamis_stream_init(&s, m->options.seed, m->fit_purpose, tamis_mice_key(m, w->chain, w->iteration, column), 0);
        take_root(d, d->k);
        for (size_t i = 0; i < d->k; i++)
                d->step[i] = gsl_ran_gaussian(&s.rng, 1);
        tamis_mice_backward(d->factor, d->k, d->k, d->step);
        for (size_t i = 0; i < d->k; i++)
                d->b[i] += d->step[i];
}

int tamis_mice_logit(tamis_mice_work *w, size_t column, tamis_mice_regression *g, tamis_error *err) {
        const tamis_mice *m = w->model;
        const tamis_mice_column *c = &m->columns[column];
        size_t room = (c->levels_seen - 1) * m->stride;
        struct data d = {0};
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
                climb(&d);
                if (c->method == TAMIS_MICE_LOGREG && d.classes == 2)
                        draw_coefficients(w, column, &d);
                memset(g->class, 0, room * sizeof *g->class);
                for (size_t i = 0; i + 1 < d.classes; i++)
                        for (size_t a = 0; a < d.k; a++)
                                g->class[i * m->stride + w->kept[a]] = d.b[i * d.k + a];
        }
        data_done(&d);
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
