/* cholesky.h: the Cholesky factor of a small symmetric matrix, and systems solved by it.
 *
 * Plain loops, rounded in an order that hangs on nothing but the size. Only the lower triangle is read and written.
 */
#ifndef TAMIS_FIT_CHOLESKY_H
#define TAMIS_FIT_CHOLESKY_H

#include <stdbool.h>
#include <stddef.h>

/* A = L L', lower, in place, `n` rows of `stride`; false: not positive definite (a pivot is 1e-10 of what it was,
 * or less), and the matrix is spoilt. */
bool tamis_cholesky(double *a, size_t n, size_t stride);

/* L x = b and L' x = b, in place. */
void tamis_cholesky_forward(const double *l, size_t n, size_t stride, double *x);
void tamis_cholesky_backward(const double *l, size_t n, size_t stride, double *x);

/* The inverse of L, lower too, of n rows without a gap; not in place. */
void tamis_cholesky_invert(const double *l, size_t n, double *inverse);

#endif
