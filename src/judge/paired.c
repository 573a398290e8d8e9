#include <math.h>

#include <gsl/gsl_cdf.h>

#include "judge/paired.h"

/* What does not vary has no error: either nothing differs, or there is no doubt. */
static double without_error(double difference) {
        return difference == 0 ? 1 : 0;
}

tamis_paired tamis_paired_t(const double *differences, size_t n, double train, double test) {
        tamis_paired r = { NAN, NAN, NAN, NAN };
        double sum = 0, squares = 0, variance;

        for (size_t i = 0; i < n; i++)
                sum += differences[i];
        if (n > 0)
                r.difference = sum / (double) n;
        if (n < 2)
                return r;
        for (size_t i = 0; i < n; i++)
                squares += (differences[i] - r.difference) * (differences[i] - r.difference);
        variance = (1 / (double) n + test / train) * (squares / (double) (n - 1));
        r.df = (double) (n - 1);
        if (!(variance > 0)) {
                r.p = without_error(r.difference);
                return r;
        }
        r.statistic = r.difference / sqrt(variance);
        r.p = 2 * gsl_cdf_tdist_Q(fabs(r.statistic), r.df);
        return r;
}

tamis_paired tamis_paired_5x2(const double differences[10]) {
        tamis_paired r = { 0, NAN, 5, NAN };
        double squares = 0, variances = 0;

        for (size_t i = 0; i < 10; i += 2) {
                double a = differences[i], b = differences[i + 1], mean = (a + b) / 2;

                r.difference += (a + b) / 10;
                squares += a * a + b * b;
                variances += (a - mean) * (a - mean) + (b - mean) * (b - mean);
        }
        if (!(variances > 0)) {
                r.p = squares > 0 ? 0 : 1;
                return r;
        }
        r.statistic = squares / (2 * variances);
        r.p = gsl_cdf_fdist_Q(r.statistic, 10, 5);
        return r;
}

tamis_paired tamis_paired_mcnemar(uint64_t first_alone, uint64_t second_alone) {
        uint64_t n = first_alone + second_alone, less = first_alone < second_alone ? first_alone : second_alone;
        tamis_paired r = { .statistic = NAN, .df = NAN, .p = 1 };

        if (n == 0)
                return r;
        r.difference = ((double) first_alone - (double) second_alone) / (double) n;
        /* P(X <= less) of n fair coins, as an incomplete beta integral: for any n */
        r.p = fmin(1, 2 * gsl_cdf_beta_Q(.5, (double) less + 1, (double) (n - less)));
        return r;
}
