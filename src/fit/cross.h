/* cross.h: cross-products of the rows of a table.
 *
 * Rows are of p doubles each, one after the other, none missing. The products of a set of rows are their number, the
 * sums of their columns, and the upper triangle of Z'Z; so those of the rows without some are a difference. Columns
 * should lie around 0 (take off a mean first), for what is lost to cancellation.
 */
#ifndef TAMIS_FIT_CROSS_H
#define TAMIS_FIT_CROSS_H

#include <stddef.h>
#include <stdint.h>

#include <tamis/pool.h>

/* Doubles that the products of p columns take: the sums, then p x p. */
static inline size_t tamis_cross_room(size_t p) {
        return p + p * p;
}

/* Of z[rows[0]], ..., z[rows[n - 1]] (rows NULL: the first n) into `sum`; the same bits for any number of threads. */
int tamis_cross(const double *z, size_t p, const uint32_t *rows, size_t n, tamis_pool *pool, double *sum,
                tamis_error *err) TAMIS_CHECKED;

#endif
