/* rows.h: the rows of a table that a formula picks. */
#ifndef TAMIS_DRILL_ROWS_H
#define TAMIS_DRILL_ROWS_H

#include "drill/formula.h"

/* The rows of the scope's table for which `formula` holds (NULL: all), in order; they live in the world's arena. */
int tamis_drill_rows_where(const tamis_drill_scope *scope, const char *key, const char *formula, size_t **ret,
                           size_t *n, tamis_error *err) TAMIS_CHECKED;

#endif
