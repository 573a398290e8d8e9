#include <float.h>
#include <math.h>

#include <gsl/gsl_eigen.h>

#include "fit/dense.h"

#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__)
#define WIDE __attribute__((target_clones("avx2", "default")))
#else
#define WIDE
#endif

/* Four sums side by side: the same bits with any width of vectors. */
WIDE static double dot(const double *x, const double *y, size_t n) {
        typedef double four __attribute__((vector_size(32), aligned(8)));
        four sum = { 0 };
        double rest = 0;
        size_t i = 0;

        for (; i + 4 <= n; i += 4)
                sum += *(const four *) (const void *) (x + i) * *(const four *) (const void *) (y + i);
        for (; i < n; i++)
                rest += x[i] * y[i];
        return (sum[0] + sum[2]) + (sum[1] + sum[3]) + rest;
}

bool tamis_cholesky(const double *a, size_t p, double ridge, double *l) {
        for (size_t i = 0; i < p; i++)
                for (size_t j = 0; j <= i; j++) {
                        double own = a[i * p + j] + (i == j ? ridge : 0), left = own - dot(l + i * p, l + j * p, j);

                        if (i != j)
                                l[i * p + j] = left / l[j * p + j];
                        else if (left > (double) p * DBL_EPSILON * own)
                                l[i * p + i] = sqrt(left);
                        else
                                return false;
                }
        return true;
}

void tamis_cholesky_solve(const double *l, size_t p, const double *b, double *x) {
        for (size_t i = 0; i < p; i++)
                x[i] = (b[i] - dot(l + i * p, x, i)) / l[i * p + i];
        for (size_t i = p; i-- > 0;) {
                x[i] /= l[i * p + i];
                for (size_t j = 0; j < i; j++)
                        x[j] -= l[i * p + j] * x[i];
        }
}

void tamis_cholesky_invert(const double *l, size_t p, double *inverse) {
        for (size_t i = 0; i < p; i++) {
                double *row = inverse + i * p;

                for (size_t j = 0; j < i; j++)
                        row[j] = 0;
                for (size_t k = 0; k < i; k++) {
                        const double *above = inverse + k * p, f = l[i * p + k];

                        for (size_t j = 0; j <= k; j++)
                                row[j] -= f * above[j];
                }
                for (size_t j = 0; j < i; j++)
                        row[j] /= l[i * p + i];
                row[i] = 1 / l[i * p + i];
        }
}

int tamis_eigen(double *a, size_t p, double *values, double *vectors, tamis_error *err) {
        gsl_matrix_view matrix = gsl_matrix_view_array(a, p, p), out = gsl_matrix_view_array(vectors, p, p);
        gsl_vector_view diagonal = gsl_vector_view_array(values, p);
        gsl_eigen_symmv_workspace *room = gsl_eigen_symmv_alloc(p);

        if (!room)
                return tamis_fail_memory(err);
        gsl_eigen_symmv(&matrix.matrix, &diagonal.vector, &out.matrix, room);
        gsl_eigen_symmv_free(room);
        return 0;
}
