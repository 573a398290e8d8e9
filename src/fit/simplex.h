/* simplex.h: the weighted mean with the least squared error: weights of at least 0 that sum to 1
 * (stacking, Breiman 1996). */
#ifndef TAMIS_FIT_SIMPLEX_H
#define TAMIS_FIT_SIMPLEX_H

#include <stddef.h>

/* The `weights` that make w'Gw least; G = `gram`, n x n, symmetric and positive semidefinite, n > 0. Returns w'Gw. */
double tamis_simplex_least(const double *gram, size_t n, double *weights);

#endif
