#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <tamis/memory.h>

#include "fit/cholesky.h"
#include "fit/logistic.h"

#define INLINE static inline __attribute__((always_inline))
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__)
#define WIDE __attribute__((target_clones("avx2", "default")))
#else
#define WIDE
#endif

enum { ROUNDS = 25, BOUND_ROUNDS = 60, NEWTON_MOST = 300, AT_ONCE = 8 };
static const double ENOUGH = 1e-8;

typedef double four __attribute__((vector_size(32), aligned(8)));

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
        free(l->block);
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
        l->p = calloc(AT_ONCE * classes, sizeof *l->p);
        l->block = malloc((AT_ONCE * k + 1) * sizeof *l->block);
        if (!l->x || !l->weight || !l->class || !l->b || !l->step || !l->gradient || !l->hessian || !l->factor
            || !l->p || !l->block) {
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

/* -- the likelihood and its derivatives, eight rows at a time ------------------------------------------------------ */

/* Sums over rows are added up row by row, whatever the number at a time: it decides how often they are read and written
 * and how many are under way at once, and no bit of them. */

/* Side by side what the rows have one behind the other: l->block[a * n + r]. */
INLINE void turn(tamis_logistic *l, const double *x, size_t n) {
        for (size_t a = 0; a < l->k; a++)
#pragma GCC unroll 8
                for (size_t r = 0; r < n; r++)
                        l->block[a * n + r] = x[r * l->k + a];
}

/* s[r] = b'x of row r. */
INLINE void score(const double *b, const double *block, size_t k, size_t n, double *s) {
        double sum[AT_ONCE] = {0};

        for (size_t a = 0; a < k; a++)
#pragma GCC unroll 8
                for (size_t r = 0; r < n; r++)
                        sum[r] += b[a] * block[a * n + r];
        for (size_t r = 0; r < n; r++)
                s[r] = sum[r];
}

/* The first m of `to` += g[r] * x of row r. */
INLINE void add_scaled(const double *g, const double *x, size_t m, size_t n, size_t k, double *to) {
        size_t a = 0;

        for (; a + 4 <= m; a += 4) {
                four sum = *(const four *) (const void *) (to + a);

#pragma GCC unroll 8
                for (size_t r = 0; r < n; r++)
                        sum += g[r] * *(const four *) (const void *) (x + r * k + a);
                *(four *) (void *) (to + a) = sum;
        }
        for (; a < m; a++)
                for (size_t r = 0; r < n; r++)
                        to[a] += g[r] * x[r * k + a];
}

/* The pair's k by k of the information += h[r] * xx' of row r; of a class with itself the lower half is enough. */
INLINE void add_products(const double *h, const double *x, size_t k, size_t n, bool itself, double *to, size_t stride) {
        for (size_t a = 0; a < k; a++) {
                double scaled[AT_ONCE];

                for (size_t r = 0; r < n; r++)
                        scaled[r] = h[r] * x[r * k + a];
                add_scaled(scaled, x, itself ? a + 1 : k, n, k, to + a * stride);
        }
}

/* The log-likelihood of n rows, their gradient and information. */
INLINE void add_rows(tamis_logistic *l, size_t row, size_t n, double *likelihood) {
        const size_t k = l->k, classes = l->classes, all = (classes - 1) * k;
        const double *x = l->x + row * k;
        double s[AT_ONCE];

        turn(l, x, n);
        for (size_t c = 1; c < classes; c++) {
                score(l->b + (c - 1) * k, l->block, k, n, s);
                for (size_t r = 0; r < n; r++)
                        l->p[r * classes + c] = s[r];
        }
        for (size_t r = 0; r < n; r++) {
                double *p = l->p + r * classes, own;

                p[0] = 0;
                own = p[l->class[row + r]];
                *likelihood += l->weight[row + r] * (own - tamis_softmax(p, classes));
        }
        for (size_t c = 1; c < classes; c++) {
                for (size_t r = 0; r < n; r++)
                        s[r] = l->weight[row + r] * ((l->class[row + r] == c) - l->p[r * classes + c]);
                add_scaled(s, x, k, n, k, l->gradient + (c - 1) * k);
                for (size_t e = 1; l->newton && e <= c; e++) {
                        for (size_t r = 0; r < n; r++) {
                                const double *p = l->p + r * classes;

                                s[r] = l->weight[row + r] * p[c] * ((c == e) - p[e]);
                        }
                        add_products(s, x, k, n, c == e, l->hessian + (c - 1) * k * all + (e - 1) * k, all);
                }
        }
}

WIDE static void add_eight(tamis_logistic *l, size_t row, double *likelihood) {
        add_rows(l, row, AT_ONCE, likelihood);
}

static void add_one(tamis_logistic *l, size_t row, double *likelihood) {
        add_rows(l, row, 1, likelihood);
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
        size_t all = (l->classes - 1) * l->k, row = 0;
        double likelihood = 0;

        memset(l->gradient, 0, all * sizeof *l->gradient);
        if (l->newton)
                memset(l->hessian, 0, all * all * sizeof *l->hessian);
        for (; row + AT_ONCE <= l->n; row += AT_ONCE)
                add_eight(l, row, &likelihood);
        for (; row < l->n; row++)
                add_one(l, row, &likelihood);
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

WIDE static void bound_eight(tamis_logistic *l, size_t row) {
        add_products(l->weight + row, l->x + row * l->k, l->k, AT_ONCE, true, l->hessian, l->k);
}

/* Many classes: the information is bounded by (I - 11'/classes) / 2 x X'X (Boehning 1992, "Multinomial logistic
 * regression algorithm"), whose inverse needs no more than that of X'X. */
static void bound(tamis_logistic *l) {
        size_t row = 0;

        for (; row + AT_ONCE <= l->n; row += AT_ONCE)
                bound_eight(l, row);
        for (; row < l->n; row++)
                add_products(l->weight + row, l->x + row * l->k, l->k, 1, true, l->hessian, l->k);
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
