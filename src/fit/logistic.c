#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <tamis/memory.h>

#include "fit/cholesky.h"
#include "fit/logistic.h"

enum { ROUNDS = 25, BOUND_ROUNDS = 60, NEWTON_MOST = 300 };
static const double ENOUGH = 1e-8;

void tamis_logistic_done(tamis_logistic *l) {
        free(l->x);
        free(l->weight);
        free(l->class);
        free(l->b);
        free(l->step);
        free(l->gradient);
        free(l->hessian);
        free(l->factor);
        free(l->p);
        *l = (tamis_logistic) {0};
}

int tamis_logistic_init(tamis_logistic *l, size_t n, size_t k, size_t classes, tamis_error *err) {
        size_t all = (classes - 1) * k;

        *l = (tamis_logistic) { .n = n, .k = k, .classes = classes, .enough = ENOUGH,
                                .newton = all <= NEWTON_MOST };
        l->x = malloc((n * k + 1) * sizeof *l->x);
        l->weight = malloc((n + 1) * sizeof *l->weight);
        l->class = malloc((n + 1) * sizeof *l->class);
        l->b = calloc(all + 1, sizeof *l->b);
        l->step = calloc(all + 1, sizeof *l->step);
        l->gradient = calloc(all + 1, sizeof *l->gradient);
        l->hessian = calloc((l->newton ? all * all : k * k) + 1, sizeof *l->hessian);
        l->factor = calloc((l->newton ? all * all : k * k) + 1, sizeof *l->factor);
        l->p = calloc(classes + 1, sizeof *l->p);
        if (!l->x || !l->weight || !l->class || !l->b || !l->step || !l->gradient || !l->hessian || !l->factor
            || !l->p) {
                tamis_logistic_done(l);
                return tamis_fail_memory(err);
        }
        return 0;
}

double tamis_softmax(double *p, size_t n) {
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

static void add_row(tamis_logistic *l, size_t row) {
        const double *x = l->x + row * l->k;
        size_t k = l->k, all = (l->classes - 1) * k;

        for (size_t c = 1; c < l->classes; c++) {
                double gap = l->weight[row] * ((l->class[row] == c) - l->p[c]);

                for (size_t a = 0; a < k; a++)
                        l->gradient[(c - 1) * k + a] += gap * x[a];
                for (size_t e = 1; l->newton && e <= c; e++) {
                        double h = l->weight[row] * l->p[c] * ((c == e) - l->p[e]);

                        for (size_t a = 0; a < k; a++) {
                                double *to = l->hessian + ((c - 1) * k + a) * all + (e - 1) * k, xa = h * x[a];

                                for (size_t b = 0; b < k; b++)
                                        to[b] += xa * x[b];
                        }
                }
        }
}

/* How much of a pair of classes the penalty takes: the identity less 1 / classes, the square of what makes vectors
 * sum to 0. */
static double share(const tamis_logistic *l, size_t c, size_t e) {
        return l->classes == 2 ? 1 : (c == e) - 1 / (double) l->classes;
}

/* What the penalty takes from the likelihood, the gradient and the information; predictor 0 is free. */
static double penalize(tamis_logistic *l) {
        const size_t k = l->k, all = (l->classes - 1) * k;
        double taken = 0;

        for (size_t a = 1; a < k; a++) {
                double sum = 0;

                for (size_t i = a; i < all; i += k)
                        sum += l->b[i];
                for (size_t i = a; i < all; i += k) {
                        double slope = l->classes == 2 ? l->b[i] : l->b[i] - sum / (double) l->classes;

                        taken += l->penalty / 2 * l->b[i] * slope;
                        l->gradient[i] -= l->penalty * slope;
                }
                for (size_t c = 0; l->newton && c + 1 < l->classes; c++)
                        for (size_t e = 0; e <= c; e++)
                                l->hessian[(c * k + a) * all + e * k + a] += l->penalty * share(l, c, e);
        }
        return taken;
}

/* Log-likelihood, its gradient and the information at b. */
static double look(tamis_logistic *l) {
        size_t all = (l->classes - 1) * l->k;
        double likelihood = 0;

        memset(l->gradient, 0, all * sizeof *l->gradient);
        if (l->newton)
                memset(l->hessian, 0, all * all * sizeof *l->hessian);
        for (size_t row = 0; row < l->n; row++) {
                double own;

                l->p[0] = 0;
                for (size_t c = 1; c < l->classes; c++)
                        l->p[c] = dot(l->b + (c - 1) * l->k, l->x + row * l->k, l->k);
                own = l->p[l->class[row]];
                likelihood += l->weight[row] * (own - tamis_softmax(l->p, l->classes));
                add_row(l, row);
        }
        return l->penalty > 0 ? likelihood - penalize(l) : likelihood;
}

/* The Cholesky factor of the information into `factor`, a little added to its diagonal where there is none. */
static void take_root(tamis_logistic *l, size_t n) {
        double ridge = 0;

        do {
                memcpy(l->factor, l->hessian, n * n * sizeof *l->factor);
                for (size_t i = 0; i < n; i++)
                        l->factor[i * n + i] += ridge * (1 + l->factor[i * n + i]);
                ridge = ridge > 0 ? ridge * 100 : 1e-9;
        } while (!tamis_cholesky(l->factor, n, n) && ridge < 1e9);
}

/* Many classes: the information is bounded by (I - 11'/classes) / 2 x X'X (Boehning 1992, "Multinomial logistic
 * regression algorithm"), whose inverse needs no more than that of X'X. */
static void bound(tamis_logistic *l) {
        for (size_t row = 0; row < l->n; row++) {
                const double *x = l->x + row * l->k;

                for (size_t a = 0; a < l->k; a++)
                        for (size_t b = 0; b <= a; b++)
                                l->hessian[a * l->k + b] += l->weight[row] * x[a] * x[b];
        }
        for (size_t a = 1; a < l->k; a++)
                l->hessian[a * l->k + a] += (l->classes == 2 ? 4 : 2) * l->penalty;
        take_root(l, l->k);
}

static void find_step(tamis_logistic *l) {
        size_t k = l->k, all = (l->classes - 1) * k;

        memcpy(l->step, l->gradient, all * sizeof *l->step);
        if (l->newton) {
                take_root(l, all);
                tamis_cholesky_forward(l->factor, all, all, l->step);
                tamis_cholesky_backward(l->factor, all, all, l->step);
                return;
        }
        for (size_t a = 0; a < all; a += k) {
                tamis_cholesky_forward(l->factor, k, k, l->step + a);
                tamis_cholesky_backward(l->factor, k, k, l->step + a);
        }
        for (size_t a = 0; a < k; a++) {
                double sum = 0;

                for (size_t i = a; i < all; i += k)
                        sum += l->step[i];
                for (size_t i = a; i < all; i += k)
                        l->step[i] = 2 * (l->step[i] + sum);
        }
}

void tamis_logistic_climb(tamis_logistic *l) {
        size_t all = (l->classes - 1) * l->k, rounds = l->newton ? ROUNDS : BOUND_ROUNDS;
        double last = -INFINITY;

        if (!l->newton)
                bound(l);
        for (size_t round = 0; round < rounds; round++) {
                double now = look(l);

                if (now < last) {
                        for (size_t i = 0; i < all; i++)
                                l->b[i] -= l->step[i] /= 2;
                        continue;
                }
                if (now - last <= l->enough * (fabs(now) + .1))
                        break;
                last = now;
                find_step(l);
                for (size_t i = 0; i < all; i++)
                        l->b[i] += l->step[i];
        }
}

void tamis_logistic_root(tamis_logistic *l) {
        take_root(l, l->k);
}
