/* formula.h: the language of recipes and measures (src/drill/README.md has its functions). */
#ifndef TAMIS_DRILL_FORMULA_H
#define TAMIS_DRILL_FORMULA_H

#include "drill/config.h"
#include "drill/world.h"

/* The value of a formula for each row of `table` (NULL: none is at hand, bare names are errors unless `figures` has
 * them). `key` names the column it is for: draws are keyed by it. An error says file and line of the scope, what is
 * wrong in the formula, and what would mend it. `figures`: named constants (the measures, in [pass] and [comment]);
 * NULL: none. The column lives in the world's arena. */
typedef struct tamis_drill_figure {
        const char *name;
        double value;
} tamis_drill_figure;

typedef struct tamis_drill_scope {
        tamis_drill_world *world;
        const tamis_drill_table *table;
        const tamis_drill_figure *figures;
        size_t n_figures;
        bool may_draw;
        unsigned again;                 /* so many columns of this name were set before: another draws anew */
        const char *file;               /* for errors */
        size_t line;
} tamis_drill_scope;

int tamis_drill_formula(const tamis_drill_scope *scope, const char *key, const char *text, tamis_drill_column *ret,
                        tamis_error *err) TAMIS_CHECKED;
/* One number. */
int tamis_drill_formula_figure(const tamis_drill_scope *scope, const char *text, double *ret,
                               tamis_error *err) TAMIS_CHECKED;

#endif
