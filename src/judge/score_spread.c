/* Whether several imputations of a cell say how uncertain it is. */
#include <math.h>

#include <gsl/gsl_cdf.h>

#include "judge/score_figures.h"

/* The interval is mean -+ t sqrt(1 + 1/k) s, with s the standard deviation (k - 1) of the cell's k values and t the
 * .975 quantile of Student's distribution with k - 1 degrees of freedom: that which holds one more draw from a normal
 * distribution with probability .95. The true value is such a draw when the imputations are proper. */
static double factor(size_t k) {
        double n = (double) k;

        return gsl_cdf_tdist_Pinv(.975, n - 1) * sqrt((1 + 1 / n) / (n - 1));
}

void tamis_spread_add(tamis_spread *s, const double *truth, double *const *filled, size_t m, size_t n) {
        size_t known = 0;       /* nearly every cell has as many values as the one before: the quantile is slow */
        double times = 0;

        for (size_t i = 0; i < n; i++) {
                double mean = 0, square = 0, half;
                size_t k = 0;

                for (size_t l = 0; l < m; l++)
                        if (!isnan(filled[l][i])) {
                                double from = filled[l][i] - mean;

                                k++;
                                mean += from / (double) k;
                                square += from * (filled[l][i] - mean);
                        }
                if (k < 2)
                        continue;
                if (k != known)
                        times = factor(k);
                known = k;
                half = times * sqrt(square);
                s->n += 1;
                s->width += 2 * half;
                s->covered += fabs(truth[i] - mean) <= half;
        }
}

void tamis_spread_figure(const tamis_spread *s, double *figures) {
        if (s->n == 0)
                return;
        figures[TAMIS_SCORE_COVERAGE] = s->covered / s->n;
        figures[TAMIS_SCORE_WIDTH] = s->width / s->n;
}
