/* logistic.h: logistic and multinomial regression by maximum likelihood.
 *
 * Newton's method; with many coefficients, steps by a bound of the information whose factor is found once
 * (Boehning 1992, "Multinomial logistic regression algorithm"). A step that would lower the likelihood is halved.
 * Where the classes can be told apart without error the coefficients have no end, and stop where the likelihood
 * gains next to nothing. A penalty (ridge) keeps them finite: with two classes on the one vector, with more on all
 * classes' vectors when they sum to 0, which makes no class the base, as in scikit-learn.
 *
 * Use: init, write n rows into x, weight and class, climb; then b holds the coefficients.
 */
#ifndef TAMIS_FIT_LOGISTIC_H
#define TAMIS_FIT_LOGISTIC_H

#include <stdbool.h>
#include <stdint.h>

#include <tamis/error.h>

typedef struct tamis_logistic {
        size_t n, k, classes;           /* rows, predictors (a 1 among them, if wanted), classes: 2 or more */
        double *x;                      /* n rows of k */
        double *weight;                 /* n */
        uint32_t *class;                /* n; class 0 is what others are compared with */
        double *b;                      /* (classes - 1) * k */
        double penalty;                 /* half of this times the squared coefficients, but for predictor 0;
                                         * 0 after init */
        double enough;                  /* stop at a gain of less than this part of the likelihood */
        /* its own */
        double *step, *gradient;
        double *hessian, *factor;
        double *p, *block;
        bool newton;
} tamis_logistic;

/* Room for `n` rows; b is 0. */
int tamis_logistic_init(tamis_logistic *l, size_t n, size_t k, size_t classes, tamis_error *err) TAMIS_CHECKED;
void tamis_logistic_done(tamis_logistic *l);
void tamis_logistic_climb(tamis_logistic *l);
/* After climbing, two classes: the Cholesky factor of the information, k * k, into `factor`. */
void tamis_logistic_root(tamis_logistic *l);

/* Scores to probabilities, in place; returns the logarithm of the sum of their exponentials. One score at least is not
 * below 0, so that they cannot all vanish. */
double tamis_softmax(double *p, size_t n);

#endif
