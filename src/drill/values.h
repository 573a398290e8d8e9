/* values.h: what the functions of formulas share: cells of arguments, and room for answers. */
#ifndef TAMIS_DRILL_VALUES_H
#define TAMIS_DRILL_VALUES_H

#include <math.h>

#include "drill/functions.h"

static inline double tamis_drill_number(const tamis_drill_column *c, size_t row) {
        return c->number[c->n == 1 ? 0 : row];
}

/* NULL, too, of a constant that is nothing but missing. */
static inline const char *tamis_drill_text(const tamis_drill_column *c, size_t row) {
        return c->text ? c->texts[c->n == 1 ? 0 : row] : NULL;
}

/* `missing`: it goes beside texts as beside numbers. */
static inline bool tamis_drill_is_nothing(const tamis_drill_column *c) {
        return !c->text && c->n == 1 && isnan(c->number[0]);
}

static inline bool tamis_drill_is_missing(const tamis_drill_column *c, size_t row) {
        return c->text ? !tamis_drill_text(c, row) : isnan(tamis_drill_number(c, row));
}

/* The rows of what has a value a row, whatever its arguments: a constant counts as a column of the table at hand. */
static inline size_t tamis_drill_all_rows(const tamis_drill_call *call) {
        return call->rows == 1 && call->scope->table ? call->scope->table->rows : call->rows;
}

/* `n` numbers, or texts, not set yet. */
int tamis_drill_numbers_new(const tamis_drill_call *call, size_t n, tamis_drill_column *ret,
                            tamis_error *err) TAMIS_CHECKED;
int tamis_drill_texts_new(const tamis_drill_call *call, size_t n, tamis_drill_column *ret,
                          tamis_error *err) TAMIS_CHECKED;
/* A copy of a text, as long as the world lives. */
int tamis_drill_text_copy(const tamis_drill_call *call, const char *text, const char **ret,
                          tamis_error *err) TAMIS_CHECKED;

/* TAMIS_BAD_DATA: argument `i` (from 0) is a text, or is none. */
int tamis_drill_want_number(const tamis_drill_call *call, size_t i, tamis_error *err) TAMIS_CHECKED;
int tamis_drill_want_text(const tamis_drill_call *call, size_t i, tamis_error *err) TAMIS_CHECKED;
int tamis_drill_want_numbers(const tamis_drill_call *call, tamis_error *err) TAMIS_CHECKED;    /* all of them */

/* Groups by a column, from 0 in the order of their values; *ret has one a row, SIZE_MAX where missing. */
int tamis_drill_groups(const tamis_drill_call *call, const tamis_drill_column *by, size_t rows, size_t **ret, size_t *n,
                       tamis_error *err) TAMIS_CHECKED;

/* measures_sets.c: functions of whole tables. */
tamis_drill_apply tamis_drill_setprecision, tamis_drill_setrecall, tamis_drill_setf1, tamis_drill_recallat,
        tamis_drill_present;

#endif
