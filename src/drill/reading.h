/* reading.h: a formula while it is read. It is worked out on the way, a column at a time: nothing is kept of it but its
 * values.
 *
 * formula.c has the grammar, formula_words.c its words, formula_values.c operators, formula_names.c columns and calls.
 */
#ifndef TAMIS_DRILL_READING_H
#define TAMIS_DRILL_READING_H

#include "drill/functions.h"

enum { TAMIS_DRILL_DEEPEST = 60, TAMIS_DRILL_ARGUMENTS = 40, TAMIS_DRILL_NAME = 120 };

typedef struct tamis_drill_reading {
        const tamis_drill_scope *scope;
        const char *key, *text;
        size_t at;
        unsigned depth, calls;
        tamis_error *err;
} tamis_drill_reading;

/* TAMIS_BAD_DATA with file, line and formula before what is said. */
int tamis_drill_wrong(const tamis_drill_reading *r, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same of a name that is not there; the nearest of `words` is offered. */
int tamis_drill_unknown(const tamis_drill_reading *r, const char *what, const char *name, const tamis_slice *words,
                        size_t n);

/* An operator, or a bracket, if it is the next word. */
bool tamis_drill_take(tamis_drill_reading *r, const char *what);
bool tamis_drill_take_name(tamis_drill_reading *r, char name[TAMIS_DRILL_NAME]);
int tamis_drill_take_text(tamis_drill_reading *r, tamis_drill_column *ret) TAMIS_CHECKED;
int tamis_drill_take_number(tamis_drill_reading *r, tamis_drill_column *ret) TAMIS_CHECKED;
/* Nothing known stands here. */
int tamis_drill_no_value(const tamis_drill_reading *r);

int tamis_drill_room(tamis_drill_reading *r, size_t n, tamis_drill_column *ret) TAMIS_CHECKED;
int tamis_drill_constant(tamis_drill_reading *r, double x, tamis_drill_column *ret) TAMIS_CHECKED;
/* Rows of a and b together. */
int tamis_drill_together(tamis_drill_reading *r, const tamis_drill_column *a, const tamis_drill_column *b,
                         size_t *ret) TAMIS_CHECKED;
/* + - * / % ^, = ! < l(<=) > g(>=) */
int tamis_drill_binary(tamis_drill_reading *r, char op, const tamis_drill_column *a, const tamis_drill_column *b,
                       tamis_drill_column *ret) TAMIS_CHECKED;
int tamis_drill_logical(tamis_drill_reading *r, bool both, const tamis_drill_column *a, const tamis_drill_column *b,
                        tamis_drill_column *ret) TAMIS_CHECKED;

int tamis_drill_named(tamis_drill_reading *r, const char *name, tamis_drill_column *ret) TAMIS_CHECKED;
int tamis_drill_called(tamis_drill_reading *r, const char *name, tamis_drill_column *ret) TAMIS_CHECKED;

/* A whole value, as it stands between brackets and commas. */
int tamis_drill_value(tamis_drill_reading *r, tamis_drill_column *ret) TAMIS_CHECKED;

#endif
