/* dense.h: small dense matrices, row by row in memory, for systems of some hundred unknowns at most. */
#ifndef TAMIS_FIT_DENSE_H
#define TAMIS_FIT_DENSE_H

#include <stdbool.h>
#include <stddef.h>

#include <tamis/error.h>

/* The lower Cholesky factor of a (p x p, symmetric, its lower triangle is read) + ridge I into l (its upper triangle is left
 * alone; may be a). False: not positive definite to working precision. */
bool tamis_cholesky(const double *a, size_t p, double ridge, double *l);
/* Solve l l' x = b; x may be b. */
void tamis_cholesky_solve(const double *l, size_t p, const double *b, double *x);
/* The inverse of l, lower triangular too, into inverse (the rest is left alone; may not be l). */
void tamis_cholesky_invert(const double *l, size_t p, double *inverse);

/* Eigenvalues, in no order, and eigenvectors (the columns of `vectors`, p x p, p > 0) of a, which is destroyed. */
int tamis_eigen(double *a, size_t p, double *values, double *vectors, tamis_error *err) TAMIS_CHECKED;

#endif
