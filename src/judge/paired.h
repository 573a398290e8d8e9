/* paired.h: is one of two better, or was it luck? Both were measured on the same rows, or on the same folds.
 */
#ifndef JUDGE_PAIRED_H
#define JUDGE_PAIRED_H

#include <stddef.h>
#include <stdint.h>

typedef struct tamis_paired {
        double difference;              /* mean; of McNemar, first's share right less second's of the rows
                                         * they differ on */
        double statistic, df;           /* NaN where there is none */
        double p;                       /* two-sided; 1 where nothing differs */
} tamis_paired;

/* Student's t of differences of folds, each trained on `train` rows and measured on `test`. Training sets overlap, and
 * the plain test takes that for evidence; the variance is corrected (Nadeau & Bengio 2003, "Inference for the
 * generalization error"). NaN for fewer than two folds. */
tamis_paired tamis_paired_t(const double *differences, size_t n, double train, double test);

/* Five times two folds: differences[replication * 2 + fold]. Alpaydin 1999, "Combined 5x2 cv F test"; F of 10 and 5. */
tamis_paired tamis_paired_5x2(const double differences[10]);

/* Exact, of the rows that one alone has right (McNemar 1947; Edwards' correction is not needed). */
tamis_paired tamis_paired_mcnemar(uint64_t first_alone, uint64_t second_alone);

#endif
