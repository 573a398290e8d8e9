/* eigen.h: eigenvectors of a small symmetric matrix. */
#ifndef TAMIS_FIT_EIGEN_H
#define TAMIS_FIT_EIGEN_H

#include <stddef.h>

#include <tamis/error.h>

/* Eigenvalues, in no order, and eigenvectors (the columns of `vectors`, p x p, p > 0) of a, which is destroyed. */
int tamis_eigen(double *a, size_t p, double *values, double *vectors, tamis_error *err) TAMIS_CHECKED;

#endif
