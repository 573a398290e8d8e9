/* sort_doubles.h: numbers into ascending order, many at a time.
 *
 * A few are compared with each other. Of many, those of few decimals that lie near each other are counted, and the
 * others sorted by the digits of their keys (stats/order.h), the last digit first.
 *
 * Ownership: `x` and `spare` are the caller's. Where there is no memory to count in, digits do; so it cannot fail.
 */
#ifndef TAMIS_LOOK_SORT_DOUBLES_H
#define TAMIS_LOOK_SORT_DOUBLES_H

#include <stddef.h>

/* Ascending, in place; none NaN. `spare` has room for n. -0 becomes 0. */
void tamis_sort_doubles(double *x, double *spare, size_t n);

#endif
