#include <math.h>

#include "fit/cholesky.h"

static const double SINGULAR = 1e-10;

bool tamis_cholesky(double *a, size_t n, size_t stride) {
        for (size_t i = 0; i < n; i++)
                for (size_t j = 0; j <= i; j++) {
                        double sum = a[i * stride + j];

                        for (size_t k = 0; k < j; k++)
                                sum -= a[i * stride + k] * a[j * stride + k];
                        if (i == j && !(sum > SINGULAR * fabs(a[i * stride + i])))
                                return false;
                        a[i * stride + j] = i == j ? sqrt(sum) : sum / a[j * stride + j];
                }
        return true;
}

void tamis_cholesky_forward(const double *l, size_t n, size_t stride, double *x) {
        for (size_t i = 0; i < n; i++) {
                for (size_t k = 0; k < i; k++)
                        x[i] -= l[i * stride + k] * x[k];
                x[i] /= l[i * stride + i];
        }
}

void tamis_cholesky_backward(const double *l, size_t n, size_t stride, double *x) {
        for (size_t i = n; i-- > 0;) {
                for (size_t k = i + 1; k < n; k++)
                        x[i] -= l[k * stride + i] * x[k];
                x[i] /= l[i * stride + i];
        }
}

void tamis_cholesky_invert(const double *l, size_t n, double *inverse) {
        for (size_t i = 0; i < n; i++) {
                double *row = inverse + i * n;

                for (size_t j = 0; j < i; j++)
                        row[j] = 0;
                for (size_t k = 0; k < i; k++) {
                        const double *above = inverse + k * n, f = l[i * n + k];

                        for (size_t j = 0; j <= k; j++)
                                row[j] -= f * above[j];
                }
                for (size_t j = 0; j < i; j++)
                        row[j] /= l[i * n + i];
                row[i] = 1 / l[i * n + i];
        }
}
