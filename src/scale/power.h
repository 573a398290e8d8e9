/* power.h: the exponent that makes values most like a normal sample.
 *
 * Yeo-Johnson (2000) and Box-Cox (1964) by maximum likelihood: the exponent l for which
 *
 *     log var y(l) - 2 (l - 1) mean s,    s = sign(x) log(1 + |x|), or log x
 *
 * is least. Taken as written that overflows, or loses all digits, for values far from 0 beside their spread (years:
 * scipy #18389, scikit-learn #23571). But where all values are on one side of 0, y may be measured in units of a value
 * among them, x0: with t = log((1 + x) / (1 + x0)), near 0, y = (exp(l t) - 1) / l is a line of what it was, so that
 * the likelihood has its top at the same l, and standardised it is the same. Nothing overflows then.
 *
 * Sums over all values are taken once: values that lie near together are a node, with the powers of their distances
 * from its centre; exp(l t) within a node is a series in l that ends at rounding. So one look at the likelihood costs
 * a thousand nodes, not a million logarithms.
 */
#ifndef TAMIS_SCALE_POWER_H
#define TAMIS_SCALE_POWER_H

#include <stdbool.h>
#include <stddef.h>

typedef struct tamis_power {
        bool box_cox;
        double lambda;
        double center;          /* x0; above 0: all values were >= 0, below: all <= 0; 0: y as in the papers */
        double mean, sd;        /* of y; sd 0: the values were all the same */
} tamis_power;

/* From sorted x[0..n), n >= 1; above 0 for Box-Cox. False: memory is out. */
bool tamis_power_fit(const double *x, size_t n, tamis_power *ret);

/* y, not standardised: measured from x0 in its units. */
double tamis_power_forward(const tamis_power *p, double x);
/* NaN where no x has this y. */
double tamis_power_backward(const tamis_power *p, double y);

#endif
