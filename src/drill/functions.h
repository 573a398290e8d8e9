/* functions.h: what formulas can call, as tables of constant entries. A new function is an entry, and its place in
 * README.md.
 */
#ifndef TAMIS_DRILL_FUNCTIONS_H
#define TAMIS_DRILL_FUNCTIONS_H

#include "drill/formula.h"

/* One call. Arguments are worked out before it; `ret` has no memory yet: take it from the world's arena, `rows` values
 * of it, or one where the function sums a whole column up. */
typedef struct tamis_drill_call {
        const tamis_drill_scope *scope;
        const char *name;               /* the function's, for errors */
        size_t n;
        const tamis_drill_column *arguments;
        const tamis_drill_table *const *tables; /* functions of tables: those named, in place of arguments */
        size_t rows;                    /* the longest of the arguments, or of the table at hand */
        const char *key;                /* draws: the stream's purpose; its first index is 0, its second the row */
} tamis_drill_call;

typedef int tamis_drill_apply(const tamis_drill_call *call, tamis_drill_column *ret, tamis_error *err);

typedef struct tamis_drill_function {
        const char *name;
        unsigned least, most;           /* arguments */
        tamis_drill_apply *apply;
        bool draws;
        unsigned tables;                /* so many of the first arguments are names of tables */
        bool apart;                     /* arguments need not have as many rows as each other */
} tamis_drill_function;

/* The tables, each ended by an entry without a name; functions.c looks through them all. */
extern const tamis_drill_function tamis_drill_draws[];          /* draws.c */
extern const tamis_drill_function tamis_drill_rowwise[];        /* rowwise.c */
extern const tamis_drill_function tamis_drill_texts[];          /* texts.c: texts, planted faults */
extern const tamis_drill_function tamis_drill_wholes[];         /* wholes.c: of a column, other rows and tables */
extern const tamis_drill_function tamis_drill_measures[];       /* measures.c */

const tamis_drill_function *tamis_drill_function_find(const char *name, size_t n);

#endif
