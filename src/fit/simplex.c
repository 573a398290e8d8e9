/* Two weights at a time, the pair that promises most, moved as far as it helps (sequential minimal
 * optimisation, Platt 1998). */
#include <math.h>

#include "fit/simplex.h"

enum { STEPS_MOST = 10000 };

static double slope(const double *gram, size_t n, const double *weights, size_t i) {
        double sum = 0;

        for (size_t j = 0; j < n; j++)
                sum += gram[i * n + j] * weights[j];
        return sum;
}

/* One step. False: nothing is to be gained. */
static int step(const double *gram, size_t n, double *weights) {
        size_t to = 0, from = 0;
        double least = INFINITY, most = -INFINITY, curve, by;

        for (size_t i = 0; i < n; i++) {
                double s = slope(gram, n, weights, i);

                if (s < least) {
                        least = s;
                        to = i;
                }
                if (weights[i] > 0 && s > most) {
                        most = s;
                        from = i;
                }
        }
        if (!(most - least > 1e-12 * fabs(most)))
                return 0;
        curve = gram[to * n + to] + gram[from * n + from] - 2 * gram[to * n + from];
        by = curve > 0 ? fmin((most - least) / curve, weights[from]) : weights[from];
        weights[from] = by < weights[from] ? weights[from] - by : 0;
        weights[to] += by;
        return by > 0;
}

double tamis_simplex_least(const double *gram, size_t n, double *weights) {
        size_t one = 0;
        double result = 0;

        for (size_t i = 0; i < n; i++) {
                weights[i] = 0;
                one = gram[i * n + i] < gram[one * n + one] ? i : one;
        }
        weights[one] = 1;
        for (int i = 0; i < STEPS_MOST && step(gram, n, weights); i++)
                ;
        for (size_t i = 0; i < n; i++)
                result += weights[i] * slope(gram, n, weights, i);
        return result;
}
