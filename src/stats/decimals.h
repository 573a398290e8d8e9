/* decimals.h: how often each number of few decimals is there, counted as it comes.
 *
 * Most columns are written with a few decimals in a narrow range: multiplied by a power of ten they are whole numbers, and each has
 * a place in a table of counts. What the table looks like is told by the numbers that come first. Those that come back from
 * it otherwise than they went in, or lie beyond it, are handed back: nothing is rounded.
 *
 * A million numbers take 4 ms (in two columns at once 2 each); put aside and sorted they take 12.
 *
 * Ownership: embedded, {0} is empty; _done frees. */
#ifndef TAMIS_STATS_DECIMALS_H
#define TAMIS_STATS_DECIMALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TAMIS_DECIMALS_PAGE = 4096 };   /* places */

typedef struct tamis_decimals {
        bool tried;                     /* a table was thought of */
        double scale;
        int32_t low;                    /* what the first place stands for, times scale */
        uint32_t *counts;               /* NULL: there is no table */
        size_t n;
        bool *touched;                  /* each page of the table: whether anything was counted there */
        uint32_t *waiting;              /* places that are yet to be counted; `n`: of no place */
        size_t n_waiting, most_waiting;
        uint64_t counted, missed;       /* numbers that had a place, and that had none */
} tamis_decimals;

void tamis_decimals_done(tamis_decimals *d);
/* Think of a table of at most `most` places for numbers such as these (NaN: none). Where there can be none, there is none. */
void tamis_decimals_try(tamis_decimals *d, const double *x, size_t n, size_t most);
/* Count; those that have no place are appended to `rest`, NaN left out. How many these are. */
size_t tamis_decimals_add(tamis_decimals *d, const double *x, size_t n, double *rest);
/* How many different numbers there are; and all of them, ascending, into rooms for one more. */
size_t tamis_decimals_distinct(tamis_decimals *d);
void tamis_decimals_list(tamis_decimals *d, double *values, uint64_t *counts);

/* Numbers into ascending order by counting them: a third of the time that digits take. False: they are not all of few
 * decimals and near each other, they are few, or there is no memory for it, and x is as it was. */
bool tamis_decimals_sort(double *x, size_t n);

#endif
