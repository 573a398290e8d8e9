/* wide.h: natural numbers of fixed, generous width, for the few exact divisions a summary needs at its end.
 *
 * Limbs of 32 bits, the lowest first. Nothing here is fast, and nothing needs to be: it runs once a column.
 */
#ifndef TAMIS_STATS_WIDE_H
#define TAMIS_STATS_WIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TAMIS_WIDE = 152 };      /* 4864 bits: n times the sum of squares of any doubles, and 128 bits below the point */

typedef struct tamis_wide {
        uint32_t limb[TAMIS_WIDE];
} tamis_wide;

void tamis_wide_subtract(tamis_wide *a, const tamis_wide *b);           /* a -= b; a >= b */
void tamis_wide_times(tamis_wide *a, uint64_t m);                       /* a *= m */
void tamis_wide_square(const tamis_wide *a, tamis_wide *ret);
void tamis_wide_raise(tamis_wide *a, unsigned limbs);                   /* a *= 2^(32 limbs) */
bool tamis_wide_divide(tamis_wide *a, uint64_t d);                      /* a = floor(a / d); true: something was left over */

/* a * 2^exponent as a double, rounded once, ties to even; `sticky`: a is a little larger than it says. */
double tamis_wide_double(const tamis_wide *a, int exponent, bool sticky);
/* The root of a * 2^exponent, also where that is no double; exponent is even. */
double tamis_wide_root(const tamis_wide *a, int exponent);

#endif
