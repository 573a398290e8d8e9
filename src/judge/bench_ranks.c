#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_cdf.h>

#include "judge/bench_ranks.h"

/* The .95 quantile of the studentised range of k, infinite degrees of freedom, over the root of 2; k = 2 .. 20. */
static const double ranges[] = {
        1.95996, 2.34370, 2.56903, 2.72777, 2.84971, 2.94832, 3.03088, 3.10173, 3.16368, 3.21865,
        3.26800, 3.31274, 3.35362, 3.39123, 3.42604, 3.45842, 3.48868, 3.51707, 3.54380,
};

/* Smaller is better; NaN is worse than anything, and ties with itself. */
static int order(double a, double b) {
        if (isnan(a) || isnan(b))
                return isnan(a) - isnan(b);
        return (a > b) - (a < b);
}

/* Adds this block's ranks; returns the sum of t^3 - t over its ties. */
static double add_block(const double *errors, size_t k, double *ranks) {
        double ties = 0;

        for (size_t i = 0; i < k; i++) {
                double below = 0, same = 0;

                for (size_t j = 0; j < k; j++) {
                        below += order(errors[j], errors[i]) < 0;
                        same += order(errors[j], errors[i]) == 0;
                }
                ranks[i] += below + (same + 1) / 2;
                ties += same * same - 1;        /* its share: there are `same` of them */
        }
        return ties;
}

int tamis_rank(const double *errors, size_t blocks, size_t k, tamis_ranking *ret, tamis_error *err) {
        double *ranks = calloc(k + 1, sizeof *ranks), ties = 0, squares = 0, n = (double) blocks, m = (double) k,
               correction;

        if (!ranks)
                return tamis_fail_memory(err);
        for (size_t b = 0; b < blocks; b++)
                ties += add_block(errors + b * k, k, ranks);
        for (size_t i = 0; i < k; i++) {
                squares += ranks[i] * ranks[i];
                ranks[i] /= n;
        }
        correction = 1 - ties / (n * m * (m * m - 1));
        *ret = (tamis_ranking) { .ranks = ranks, .statistic = NAN, .p = NAN, .critical = NAN };
        if (correction > 1e-12) {
                ret->statistic = (12 / (n * m * (m + 1)) * squares - 3 * n * (m + 1)) / correction;
                ret->p = gsl_cdf_chisq_Q(ret->statistic > 0 ? ret->statistic : 0, m - 1);
        }
        if (k >= 2 && k - 2 < sizeof ranges / sizeof *ranges)
                ret->critical = ranges[k - 2] * sqrt(m * (m + 1) / (6 * n));
        return 0;
}
