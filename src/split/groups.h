/* groups.h: whole groups into parts, so that none is in two.
 *
 * Two ways. *Draw*: groups in an order drawn from the seed go to the test part as long as they fit, one more when that
 * brings its rows nearer to what was asked; then likewise for valid. *Balance*: groups by descending spread of their
 * class counts, each to the part that keeps the shares of the classes most even, as scikit-learn's
 * StratifiedGroupKFold; with one class by descending size, to the part that lacks most, as its GroupKFold. No part is
 * left empty (scikit-learn #34828).
 */
#ifndef TAMIS_SPLIT_GROUPS_H
#define TAMIS_SPLIT_GROUPS_H

#include <stddef.h>

#include <tamis/error.h>

/* Rows of one class in one group. */
typedef struct tamis_group_cell {
        uint32_t group, class;
        uint64_t rows;
} tamis_group_cell;

typedef struct tamis_groups {
        size_t n, n_classes;
        uint64_t *keys;                 /* per group: random, for order and ties */
        tamis_group_cell *cells;        /* by group, then class; none of 0 rows */
        size_t *starts;                 /* per group, and one more: its first cell */
        uint64_t *sizes;                /* per group: rows */
} tamis_groups;

void tamis_groups_done(tamis_groups *groups);
/* From rows: group[row] < n, class[row] < n_classes (NULL: one class). Keys are left 0. */
int tamis_groups_init(tamis_groups *groups, const uint32_t *group, const uint32_t *class, size_t rows, size_t n,
                      size_t n_classes, tamis_error *err) TAMIS_CHECKED;

/* part[group] = TAMIS_SPLIT_TEST, _VALID or _TRAIN. At least as many groups as parts. */
int tamis_groups_draw(const tamis_groups *groups, uint64_t test, uint64_t valid, uint16_t *part, tamis_error *err)
        TAMIS_CHECKED;

/* part[group] = 0 .. k-1, where part j is to have shares[j] > 0 of the rows (they add up to 1). At least k groups. */
int tamis_groups_balance(const tamis_groups *groups, const double *shares, size_t k, uint16_t *part, tamis_error *err)
        TAMIS_CHECKED;

#endif
