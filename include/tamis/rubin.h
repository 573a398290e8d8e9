/* rubin.h: one answer from several, one of each imputation.
 *
 * Rubin's rules (Rubin 1987, "Multiple imputation for nonresponse in surveys", 3.1) with the degrees of freedom of
 * Barnard & Rubin 1999, "Small-sample degrees of freedom with multiple imputation": as pool() of R's mice has them.
 */
#ifndef TAMIS_RUBIN_H
#define TAMIS_RUBIN_H

#include <stddef.h>

#include <tamis/error.h>

typedef struct tamis_rubin {
        size_t m;                       /* imputations */
        double estimate;                /* their mean */
        double ubar, b, t;              /* variance within, between, in all */
        double dfcom, df;               /* degrees of freedom had the data been complete, and as they are;
                                         * may be infinite */
        double riv, lambda, fmi;        /* increase of variance by what is missing, its share in t, information
                                         * missing */
        double error;                   /* the root of t */
        double statistic, p;            /* estimate / error, and its two-sided probability; NaN where the error is 0 */
        double low, high;               /* the interval; both the estimate where the error is 0 */
} tamis_rubin;

/* Of m >= 2 estimates and their standard errors (>= 0), all finite; dfcom > 0, INFINITY where it is not known; an
 * interval of `conf`, 0 < conf < 1. */
int tamis_rubin_pool(const double *estimates, const double *errors, size_t m, double dfcom, double conf,
                     tamis_rubin *ret, tamis_error *err) TAMIS_CHECKED;

#endif
