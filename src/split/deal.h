/* deal.h: rows dealt into parts or folds, class by class, each row for itself.
 *
 * A row's fortune is a random key that depends on the seed and the row's number alone. Within a class the rows with the
 * smallest keys go to the test part, the next to the valid part. So a row of another class changes nothing but how many
 * are taken.
 */
#ifndef TAMIS_SPLIT_DEAL_H
#define TAMIS_SPLIT_DEAL_H

#include <stddef.h>

#include <tamis/error.h>

/* The marks of `_split`; a fold is its number, from 1 (0: older than all folds of a time). Unused: in a gap, outside
 * the window, later than the fold, or of a group that is judged on. */
enum { TAMIS_SPLIT_TRAIN, TAMIS_SPLIT_VALID, TAMIS_SPLIT_TEST, TAMIS_SPLIT_UNUSED };

typedef struct tamis_deal {
        uint64_t seed;
        size_t rows;
        const uint32_t *classes;        /* per row; NULL: one class */
        size_t n_classes;
        const size_t *order;            /* n_classes, in the order ties are settled: by text; NULL where one class */
} tamis_deal;

/* Mark about `test` and `valid` rows (both together fewer than all). Every class of two rows or more has one in train,
 * and in test where there are as many test rows as such classes, and so for valid with three or more. *missed tells how
 * many classes of two rows or more have none in a part that was asked for. */
int tamis_deal_parts(const tamis_deal *deal, uint64_t test, uint64_t valid, uint16_t *marks, size_t *missed,
                     tamis_error *err) TAMIS_CHECKED;

/* Mark folds 1 .. k <= rows. Sizes differ by at most 1, in all and within each class; the sizes are those of
 * scikit-learn's KFold and StratifiedKFold. */
int tamis_deal_folds(const tamis_deal *deal, unsigned k, uint16_t *marks, tamis_error *err) TAMIS_CHECKED;

#endif
