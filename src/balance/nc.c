/* SMOTE-NC (section 6.1 of the paper): numbers and categories. A differing category counts as much as the median of the
 * numbers' standard deviations within the class. Codes and mismatches are counted; there is no one-hot table. */
#include <stdlib.h>

#include <tamis/stats.h>

#include "balance/smote.h"

int tamis_smote_suits_numbers(const tamis_smote *s, tamis_error *err) {
        if (s->numbers.n > 0)
                return 0;
        return tamis_fail(err, TAMIS_USAGE, "no feature is a number: -s %s needs one at least (-s n is for categories "
                          "alone)", s->smoter->base.name);
}

/* ddof 0, as in imbalanced-learn. */
static int sd_of(const double *numbers, size_t n, size_t d, size_t column, double *ret, tamis_error *err) {
        tamis_moments m = { 0 };
        double piece[512];
        int r = 0;

        for (size_t row = 0; r == 0 && row < n;) {
                size_t i = 0;

                for (; i < 512 && row < n; i++, row++)
                        piece[i] = numbers[row * d + column];
                r = tamis_moments_add(&m, piece, i, err);
        }
        if (r == 0)
                *ret = tamis_moments_sd(&m, 0);
        tamis_moments_done(&m);
        return r;
}

int tamis_smote_mismatch(const double *numbers, size_t n, size_t d, double *ret, tamis_error *err) {
        double *sds = calloc(d + 1, sizeof *sds), median;
        int r = sds ? 0 : tamis_fail_memory(err);

        for (size_t j = 0; r == 0 && j < d; j++)
                r = sd_of(numbers, n, d, j, &sds[j], err);
        if (r == 0) {
                median = tamis_quantile(sds, d, .5);
                *ret = median * median;
        }
        free(sds);
        return r;
}

/* The most frequent; where several are, the one that a nearer neighbour has. */
uint32_t tamis_smote_vote(const uint32_t *votes, size_t k) {
        uint32_t best = votes[0];
        size_t most = 0;

        for (size_t i = 0; i < k; i++) {
                size_t n = 0;

                for (size_t j = i; j < k; j++)
                        n += votes[j] == votes[i];
                if (n > most) {
                        most = n;
                        best = votes[i];
                }
        }
        return best;
}

const tamis_smoter tamis_smoter_nc = {
        .base = {
                .name    = "nc",
                .summary = "numbers between a row and a neighbour, categories by the neighbours' vote",
                .source  = "SMOTE-NC, Chawla et al. 2002; numbers are scaled first, which imbalanced-learn leaves out",
        },
        .takes = SMOTE_NEIGHBORS | SMOTE_NUMBERS,
        .suits = tamis_smote_suits_numbers, .mismatch = tamis_smote_mismatch, .vote = tamis_smote_vote,
        .look = tamis_smote_look_inside,
};
