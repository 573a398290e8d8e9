/* order.h: the order of doubles, order statistics, and what lies between two of them.
 *
 * Values are finite; -0 counts as 0, and results are never -0.
 */
#ifndef TAMIS_STATS_ORDER_H
#define TAMIS_STATS_ORDER_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <tamis/error.h>

/* A whole number that compares as x does. */
static inline uint64_t tamis_order_key(double x) {
        uint64_t bits;

        x += 0.;
        memcpy(&bits, &x, sizeof bits);
        return bits ^ (-(bits >> 63) | UINT64_C(1) << 63);
}

static inline double tamis_order_value(uint64_t key) {
        double x;

        key ^= ((key >> 63) - 1) | UINT64_C(1) << 63;
        memcpy(&x, &key, sizeof x);
        return x;
}

/* Reorder values[0..n) so that values[ranks[i]] is what sorting would put there; ranks ascending and different, below
 * n. O(n log n_ranks) expected; however the values lie, at most some 70 times n for each rank. */
void tamis_order_select(double *values, size_t n, const uint64_t *ranks, size_t n_ranks);

/* Into ascending order, none NaN. By digits where there are many. */
int tamis_order_sort(double *values, size_t n, tamis_error *err) TAMIS_CHECKED;

/* Where the p-quantile of n >= 1 values lies (type 7): `*part` of the way, 0 <= *part < 1, from the returned rank to
 * the next one, which exists unless *part is 0. */
uint64_t tamis_order_place(uint64_t n, double p, double *part);
/* The p-quantile then, from the values at those ranks; `b` does not matter when part is 0. */
double tamis_order_between(double a, double b, double part, double p);

#endif
