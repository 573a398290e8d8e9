#include <math.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>

#include <tamis/rubin.h>

/* mice's: with less than this between imputations, the degrees of freedom would have no bound. */
static const double LEAST_LAMBDA = 1e-4;
/* From here on Student's t is the normal, to all digits a double has. */
static const double NORMAL_DF = 1e17, EXPANDS_WELL = 1e5;

/* Of t >= 0. Between 30 and many degrees of freedom GSL's own has eight digits (it expands around the normal); the
 * incomplete beta function has them all (Abramowitz & Stegun 26.7.1). */
static double upper_tail(double t, double df) {
        if (df >= NORMAL_DF)
                return gsl_cdf_ugaussian_Q(t);
        if (df > EXPANDS_WELL)
                return gsl_cdf_tdist_Q(t, df);
        return (t < 1 ? gsl_cdf_beta_Q(t * t / (df + t * t), .5, df / 2)
                      : gsl_cdf_beta_P(df / (df + t * t), df / 2, .5)) /
                2;
}

/* GSL's inverse is good to some eight digits; Newton's method does the rest. */
static double upper_quantile(double tail, double df) {
        double t = df >= NORMAL_DF ? gsl_cdf_ugaussian_Qinv(tail) : gsl_cdf_tdist_Qinv(tail, df);

        for (int i = 0; i < 4 && df < NORMAL_DF; i++) {
                double density = gsl_ran_tdist_pdf(t, df), step = (upper_tail(t, df) - tail) / density;

                if (!isfinite(step) || fabs(step) > fabs(t) / 2)
                        break;
                t += step;
        }
        return t;
}

static double freedom(const tamis_rubin *p) {
        double lambda = fmax(p->lambda, LEAST_LAMBDA);
        double old = (double) (p->m - 1) / (lambda * lambda);
        double observed = (p->dfcom + 1) / (p->dfcom + 3) * p->dfcom * (1 - lambda);

        return isinf(p->dfcom) ? old : old * observed / (old + observed);
}

/* Again around the first: the mean of what is all the same is just that. */
static double mean(const double *x, size_t n) {
        double sum = 0, rest = 0;

        for (size_t i = 0; i < n; i++)
                sum += x[i] / (double) n;
        for (size_t i = 0; i < n; i++)
                rest += x[i] - sum;
        return sum + rest / (double) n;
}

int tamis_rubin_pool(const double *estimates, const double *errors, size_t m, double dfcom, double conf,
                     tamis_rubin *ret, tamis_error *err) {
        tamis_rubin p = { .m = m, .dfcom = dfcom };
        double more = 1 + 1 / (double) m, reach;

        if (m < 2)
                return tamis_fail(err, TAMIS_BAD_DATA, "estimates of two imputations at least are needed");
        for (size_t i = 0; i < m; i++)
                p.ubar += errors[i] * errors[i] / (double) m;
        p.estimate = mean(estimates, m);
        for (size_t i = 0; i < m; i++)
                p.b += (estimates[i] - p.estimate) * (estimates[i] - p.estimate) / (double) (m - 1);
        p.t = p.ubar + more * p.b;
        if (!isfinite(p.t) || !isfinite(p.estimate))
                return tamis_fail(err, TAMIS_BAD_DATA, "estimates or standard errors too large to pool");
        p.lambda = p.t > 0 ? more * p.b / p.t : 0;
        p.riv = p.b > 0 ? more * p.b / p.ubar : 0;
        p.df = freedom(&p);
        /* nothing within: all that could be known is missing */
        p.fmi = isinf(p.riv) ? 1 : (p.riv + 2 / (p.df + 3)) / (p.riv + 1);
        p.error = sqrt(p.t);
        p.statistic = p.t > 0 ? p.estimate / p.error : NAN;
        p.p = p.t > 0 ? 2 * upper_tail(fabs(p.statistic), fmax(p.df, .001)) : NAN;
        reach = p.t > 0 ? upper_quantile((1 - conf) / 2, fmax(p.df, .001)) * p.error : 0;
        p.low = p.estimate - reach;
        p.high = p.estimate + reach;
        *ret = p;
        return 0;
}
