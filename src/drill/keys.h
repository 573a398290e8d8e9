/* keys.h: rows as texts that can be compared: their cells as they would stand in a file, each with a byte behind it
 * that stands in none.
 */
#ifndef TAMIS_DRILL_KEYS_H
#define TAMIS_DRILL_KEYS_H

#include "drill/world.h"

enum { TAMIS_DRILL_KEY_END = 0x1f };

/* A key for each row of `t`, by the columns whose names `like` has; in the world's arena. TAMIS_BAD_DATA: `t` lacks
 * one of them. */
int tamis_drill_row_keys(tamis_drill_world *w, const tamis_drill_table *t, const tamis_drill_table *like,
                         const char ***ret, tamis_error *err) TAMIS_CHECKED;

#endif
