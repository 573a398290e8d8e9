/* bootstrap.h: how far figures would have moved had other rows of the same kind been drawn (Efron & Tibshirani 1993,
 * "An introduction to the bootstrap", 13.3: the percentile interval).
 *
 * A resample is a weight for each row: how often it was drawn, times its own. Whoever can give all figures for given
 * weights can have them bootstrapped. Draws are keyed by (seed, resample).
 */
#ifndef JUDGE_BOOTSTRAP_H
#define JUDGE_BOOTSTRAP_H

#include <stddef.h>
#include <stdint.h>

#include <tamis/pool.h>

typedef struct tamis_bootstrap {
        size_t rows, figures;
        size_t times;
        double conf;                    /* 0 < conf < 1 */
        uint64_t seed;
        const double *weight;           /* rows */
        size_t work;                    /* doubles that `of` wants to have */
        /* Figures under weight[rows]; NaN: not defined. On several threads at once, each with its own work. */
        void (*of)(const void *arg, const double *weight, double *work, double *figures);
        const void *arg;
} tamis_bootstrap;

/* low[figures] and high[figures]; NaN where fewer than nine in ten resamples defined the figure. The pool
 * may be NULL. */
int tamis_bootstrap_run(const tamis_bootstrap *b, tamis_pool *pool, double *low, double *high,
                        tamis_error *err) TAMIS_CHECKED;

#endif
