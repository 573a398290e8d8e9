/* number.h: text to double and back, correctly rounded, whatever the locale.
 *
 * A number is: optional blanks around it, an optional sign, digits with at most one point (`1.`, `.5`, `+3` count), an
 * optional exponent. Hexadecimal, inf and nan are not numbers, nor is what overflows a double (1e999): a column that
 * holds one is text and says so. What underflows becomes the nearest double, 0 included.
 *
 * Parsing: Clinger's exact cases, then Eisel-Lemire (Lemire 2021, "Number parsing at a gigabyte per second"), then
 * strtod for the few left, given digits without a point, which every locale reads alike. Printing: the shortest digits
 * that read back to the same double, the nearest to it among those (Giulietti 2020, "The Schubfach way to render
 * doubles"), found with one multiplication by all but a few in 2^60.
 */
#ifndef TAMIS_NUMBER_H
#define TAMIS_NUMBER_H

#include <stdbool.h>

#include <tamis/memory.h>

/* True when the whole of `text` is a number; *value is then set (never inf, never nan). */
bool tamis_number_parse(tamis_slice text, double *value);

/* True when reading `text` (a number) as a double and printing it would lose a leading zero: 007, -01, 00.5; not 0,
 * 0.5. */
bool tamis_number_zero_padded(tamis_slice text);

/* Digits after the point that `text` (a number) shows: 3.50 -> 2, 17 -> 0, 1.5e-3 -> 4, 1e3 -> 0. */
int tamis_number_decimals(tamis_slice text);

enum { TAMIS_NUMBER_MAX = 40 };        /* no text is longer than 25; the rest is scratch */

/* Write the shortest text that reads back to `value` (finite) into `out`; returns its length, no NUL. 1e21 and beyond,
 * and below 1e-6, are written with an exponent (1e+21, 1e-07 as C and Python print); -0 as "-0". 28 is "28", not
 * "28.0". */
size_t tamis_number_print(double value, char out[TAMIS_NUMBER_MAX]);

/* Write `value` (finite) with exactly `decimals` (0..300) digits after the point, correctly rounded (ties as the exact
 * binary value falls, as printf does), never an exponent; "-0.00" loses its sign. `out` has room for at least
 * 330 + decimals bytes. Returns the length. */
size_t tamis_number_print_fixed(double value, int decimals, char *out);

/* `value` rounded to `decimals` digits after the point: what reading the fixed text gives. */
double tamis_number_round(double value, int decimals);

#endif
