#include <float.h>
#include <math.h>
#include <string.h>

#include "fit/bayes.h"
#include "fit/cholesky.h"
#include "fit/eigen.h"

enum { MOST = 300 };
static const double tolerance = 1e-3, hyper = 1e-6;

/* What one step works with; all borrowed. */
struct problem {
        const double *gram, *xy;
        double yy;
        size_t n, p;
        double *l, *inverse, *coef;
        bool rotated;           /* `values` and inverse, which holds the eigenvectors, are those of gram */
        double *values;
};

/* What a step finds: the weights, how many of them the data determine, and the sum of squared errors, each from the
 * ratio of the precisions, mu = lambda / alpha. */
struct step {
        double gamma, errors;
};

/* gamma = p - mu tr (X'X + mu I)^-1. False: what is not positive definite to working precision goes another way. */
static bool by_cholesky(const struct problem *m, double mu, struct step *ret) {
        const size_t p = m->p;
        double fit = 0;

        memcpy(m->l, m->gram, p * p * sizeof *m->l);
        for (size_t i = 0; i < p; i++)
                m->l[i * p + i] += mu;
        if (p >= m->n || !tamis_cholesky(m->l, p, p))
                return false;
        memcpy(m->coef, m->xy, p * sizeof *m->coef);
        tamis_cholesky_forward(m->l, p, p, m->coef);
        tamis_cholesky_backward(m->l, p, p, m->coef);
        tamis_cholesky_invert(m->l, p, m->inverse);
        ret->gamma = 0;
        for (size_t j = 0; j < p; j++) {
                double own = 0;

                for (size_t i = j; i < p; i++)
                        own += m->inverse[i * p + j] * m->inverse[i * p + j];
                ret->gamma += fmax(0, 1 - mu * own);
        }
        for (size_t i = 0; i < p; i++) {
                double sum = 0;

                for (size_t j = 0; j < p; j++)
                        sum += m->gram[i * p + j] * m->coef[j];
                fit += m->coef[i] * (2 * m->xy[i] - sum);
        }
        ret->errors = fmax(0, m->yy - fit);
        return true;
}

/* In the directions that the data have: more predictors than rows, or some that others make up. */
static int by_eigen(struct problem *m, double mu, struct step *ret, tamis_error *err) {
        const size_t p = m->p;
        double largest = 0, fit = 0;

        if (!m->rotated) {
                int r;

                memcpy(m->l, m->gram, p * p * sizeof *m->l);
                r = tamis_eigen(m->l, p, m->values, m->inverse, err);
                if (r < 0)
                        return r;
                m->rotated = true;
        }
        for (size_t k = 0; k < p; k++)
                largest = fmax(largest, m->values[k]);
        memset(m->coef, 0, p * sizeof *m->coef);
        ret->gamma = 0;
        for (size_t k = 0; k < p; k++) {
                const double e = m->values[k];
                double z = 0;

                if (!(e > (double) p * DBL_EPSILON * largest))
                        continue;
                for (size_t i = 0; i < p; i++)
                        z += m->inverse[i * p + k] * m->xy[i];
                for (size_t i = 0; i < p; i++)
                        m->coef[i] += m->inverse[i * p + k] * (z / (e + mu));
                ret->gamma += e / (e + mu);
                fit += z / (e + mu) * (z / (e + mu)) * (e + 2 * mu);
        }
        ret->errors = fmax(0, m->yy - fit);
        return 0;
}

static int weights(struct problem *m, double mu, struct step *ret, tamis_error *err) {
        return !m->rotated && by_cholesky(m, mu, ret) ? 0 : by_eigen(m, mu, ret, err);
}

int tamis_bayes_fit(const double *gram, const double *xy, double yy, size_t n, size_t p, double *room, double *coef,
                    tamis_bayes *ret, tamis_error *err) {
        struct problem m = { .gram = gram, .xy = xy, .yy = yy, .n = n, .p = p, .l = room, .inverse = room + p * p,
                             .coef = coef, .values = room + 2 * p * p };
        double *before = m.values + p;
        struct step now = { 0 };
        tamis_bayes b = { .alpha = 1 / (yy / (double) (n ? n : 1) + DBL_EPSILON), .lambda = 1 };
        double change = INFINITY;
        int r = 0;

        memset(coef, 0, p * sizeof *coef);
        *ret = b;
        if (n < 2 || p == 0 || !(yy > 0))
                return 0;
        while (b.iterations < MOST && !(change < tolerance)) {
                double squares = 0;

                memcpy(before, coef, p * sizeof *coef);
                r = weights(&m, b.lambda / b.alpha, &now, err);
                if (r < 0)
                        return r;
                change = 0;
                for (size_t i = 0; i < p; i++) {
                        squares += coef[i] * coef[i];
                        change += fabs(coef[i] - before[i]);
                }
                if (b.iterations == 0)
                        change = INFINITY;
                b.lambda = (now.gamma + 2 * hyper) / (squares + 2 * hyper);
                b.alpha = ((double) n - now.gamma + 2 * hyper) / (now.errors + 2 * hyper);
                b.iterations++;
        }
        r = weights(&m, b.lambda / b.alpha, &now, err);
        if (r == 0)
                *ret = b;
        return r;
}
