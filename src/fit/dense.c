#include <float.h>
#include <math.h>

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

/* Turn rows and columns i and k so that a[i][k] becomes 0. */
static void rotate(double *a, double *vectors, size_t p, size_t i, size_t k) {
        const double theta = (a[k * p + k] - a[i * p + i]) / (2 * a[i * p + k]);
        const double t = copysign(1, theta) / (fabs(theta) + hypot(1, theta)), c = 1 / hypot(1, t), s = t * c;

        for (size_t j = 0; j < p; j++) {
                double x = a[j * p + i], y = a[j * p + k];

                a[j * p + i] = c * x - s * y;
                a[j * p + k] = s * x + c * y;
        }
        for (size_t j = 0; j < p; j++) {
                double x = a[i * p + j], y = a[k * p + j];

                a[i * p + j] = c * x - s * y;
                a[k * p + j] = s * x + c * y;
        }
        for (size_t j = 0; j < p; j++) {
                double x = vectors[j * p + i], y = vectors[j * p + k];

                vectors[j * p + i] = c * x - s * y;
                vectors[j * p + k] = s * x + c * y;
        }
}

void tamis_eigen(double *a, size_t p, double *values, double *vectors) {
        bool turned = true;

        for (size_t i = 0; i < p * p; i++)
                vectors[i] = i % (p + 1) == 0;
        for (int sweep = 0; sweep < 40 && turned; sweep++) {
                turned = false;
                for (size_t i = 0; i + 1 < p; i++)
                        for (size_t k = i + 1; k < p; k++) {
                                double own = sqrt(fabs(a[i * p + i])) * sqrt(fabs(a[k * p + k]));

                                if (!(fabs(a[i * p + k]) > DBL_EPSILON * own))
                                        continue;
                                rotate(a, vectors, p, i, k);
                                turned = true;
                        }
        }
        for (size_t i = 0; i < p; i++)
                values[i] = a[i * p + i];
}
