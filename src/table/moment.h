/* moment.h: when a row happened, as one number that sorts.
 *
 * A cell is a number, or a date of ISO 8601 as people write it: 2024, 2024-05, 2024-05-17, 2024-05-17T08:30,
 * `2024-05-17 08:30:15.25`, with Z or an offset behind it (none: UTC). What sorts wrongly as text (17/05/2024) is
 * neither.
 */
#ifndef TAMIS_TABLE_MOMENT_H
#define TAMIS_TABLE_MOMENT_H

#include <tamis/memory.h>

/* Seconds since 1970-01-01 UTC; blanks around it do not count. */
bool tamis_moment_parse(tamis_slice text, double *seconds);

#endif
