/* bench_ranks.h: who of several is best on several tables, and whether that is luck (Demsar 2006, "Statistical
 * comparisons of classifiers over multiple data sets").
 *
 * Every table (a block) ranks the strategies by their error; equal ones share the mean of their ranks, and who has none
 * comes last. Friedman's test asks whether mean ranks differ more than they would by chance; two of them do where they
 * are farther apart than Nemenyi's critical difference.
 */
#ifndef TAMIS_JUDGE_BENCH_RANKS_H
#define TAMIS_JUDGE_BENCH_RANKS_H

#include <stddef.h>

#include <tamis/error.h>

typedef struct tamis_ranking {
        double *ranks;                  /* per strategy: its mean rank; the caller frees it */
        double statistic, p;            /* Friedman's chi-square with k - 1 degrees of freedom, corrected for ties;
                                         * NaN: all tie */
        double critical;                /* difference, at .05; NaN for more than 20 strategies */
} tamis_ranking;

/* errors[block * k + strategy]; NaN: none. k >= 2, blocks >= 1. */
int tamis_rank(const double *errors, size_t blocks, size_t k, tamis_ranking *ret, tamis_error *err) TAMIS_CHECKED;

#endif
