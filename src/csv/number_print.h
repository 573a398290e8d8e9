/* number_print.h: the long way, for tests.
 *
 * tamis_number_print() takes shortcuts: one multiplication where it is enough, text laid out in vectors. Behind them is
 * Schubfach as it was published and text laid out piece by piece; both give the same bytes.
 */
#ifndef TAMIS_CSV_NUMBER_PRINT_H
#define TAMIS_CSV_NUMBER_PRINT_H

#include <tamis/number.h>

/* What tamis_number_print() writes, without the shortcuts. */
size_t tamis_number_print_slowly(double value, char out[TAMIS_NUMBER_MAX]);

#endif
