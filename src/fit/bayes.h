/* bayes.h: Bayesian ridge regression from cross-products.
 *
 * The weights have a normal prior of precision lambda, the noise precision alpha, and both are found by maximising the
 * evidence (MacKay 1992, "Bayesian interpolation"), as scikit-learn's BayesianRidge does, with its start values,
 * hyperpriors and stopping rule. All it asks of the data are their centred cross-products, so a fit costs nothing per
 * row: each step factors X'X + (lambda / alpha) I anew (Cholesky, which minds badly scaled columns little); where the
 * columns determine each other, or there are more of them than rows, its eigenvectors are found, once.
 */
#ifndef TAMIS_FIT_BAYES_H
#define TAMIS_FIT_BAYES_H

#include <stddef.h>

#include <tamis/error.h>

typedef struct tamis_bayes {
        double alpha, lambda;   /* precisions of noise and weights */
        size_t iterations;
} tamis_bayes;

/* Doubles of room that a fit with p predictors needs. */
static inline size_t tamis_bayes_room(size_t p) {
        return 2 * p * p + 4 * p;
}

/* gram: p x p, X'X of centred columns; xy: X'y; yy: y'y, y centred; n: rows. coef: p, in the units of y over those of
 * x; 0 where there is nothing to learn (n < 2, a constant y). Fails for want of memory alone. */
int tamis_bayes_fit(const double *gram, const double *xy, double yy, size_t n, size_t p, double *room, double *coef,
                    tamis_bayes *ret, tamis_error *err) TAMIS_CHECKED;

#endif
