/* range.h: a range of keys (order.h) and what of a column lies in it.
 *
 * It holds its values until there is no room for one more; then it counts them, in cells of equal width. So whether it
 * holds or counts hangs on how many values it has in all, not on where they were cut.
 */
#ifndef TAMIS_STATS_RANGE_H
#define TAMIS_STATS_RANGE_H

#include <stddef.h>
#include <stdint.h>

#include <tamis/error.h>

/* log2 of the number of cells */
enum { TAMIS_RANGE_CELLS_LEAST = 8, TAMIS_RANGE_CELLS_MOST = 16 };

typedef struct tamis_range {
        uint64_t low;           /* the first of 2^bits keys */
        unsigned bits, cells;   /* cells: log2 of their number, at most bits */
        uint64_t below, n;      /* values below the range and in it; not known in the first pass */
        size_t first, last;     /* the wanted ones [first, last) lie in it; not known in the first pass */
        size_t room;            /* how many values to hold, then count */

        uint64_t taken;         /* in this pass */
        double *held;           /* `taken` of them, while counts is NULL */
        size_t capacity;
        uint64_t *counts;       /* 2^cells */
} tamis_range;

/* Forget what was taken in this pass. */
void tamis_range_empty(tamis_range *r);
void tamis_ranges_empty(tamis_range *ranges, size_t n);
/* It may hold `room` values; cells take no more bytes than the values they stand for did. */
void tamis_range_room(tamis_range *r, size_t room);
/* n values that lie in the range. */
int tamis_range_take(tamis_range *r, const double *x, size_t n, tamis_error *err) TAMIS_CHECKED;
/* Both of the same limits and room; empties `from`. */
int tamis_range_merge(tamis_range *into, tamis_range *from, tamis_error *err) TAMIS_CHECKED;

#endif
