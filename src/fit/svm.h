/* svm.h: a linear support vector machine, by dual coordinate descent (Hsieh, Chang, Lin, Keerthi & Sundararajan 2008,
 * "A dual coordinate descent method for large-scale linear SVM").
 *
 *     minimise |w|^2 / 2 + cost * sum over rows of max(0, 1 - sign * w x)
 *
 * where x is the row's numbers, `level` at the place of each of its categories, and a 1. The rows of which alpha is above
 * 0 are the support vectors: those on the margin, within it, or on the wrong side. Rows are gone through in random order,
 * the draws keyed; those that are settled are left out until the end. Time O(n (d + c)) a round, memory O(n) beside the
 * rows.
 *
 * Ownership: everything is the caller's.
 */
#ifndef TAMIS_FIT_SVM_H
#define TAMIS_FIT_SVM_H

#include <stddef.h>
#include <stdint.h>

#include <tamis/error.h>

typedef struct tamis_svm_rows {
        size_t n, d, c;
        const double *numbers;          /* n * d, best centred and scaled */
        const uint32_t *codes;          /* n * c */
        const size_t *offsets;          /* c: where the levels of each begin among all levels */
        size_t levels;                  /* of all categories together */
        double level;
        const int8_t *signs;            /* n: 1 or -1 */
} tamis_svm_rows;

/* Until no row's gradient is off by more than `precision`, or `rounds` rounds. `alpha`: n; `w`: d + levels + 1, the last
 * for the 1. */
int tamis_svm(const tamis_svm_rows *rows, double cost, double precision, size_t rounds, uint64_t seed, double *alpha,
              double *w, tamis_error *err) TAMIS_CHECKED;

#endif
