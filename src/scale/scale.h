/* scale.h: put numeric columns on a common scale.
 *
 * A strategy learns two numbers of each column (or of each group of its rows) and makes a straight line of them. All
 * the lines are of two forms, with the arithmetic of scikit-learn, so that results agree with it:
 *
 *     divide     y = (x - a) / b          standard, robust, maxabs
 *     multiply   y = x * a + b            minmax
 *
 * The loops over a column know these forms alone. Where they overflow though the answer is a number, the strategy's
 * careful way is taken, cell by cell. Missing cells stay missing. --inverse goes back.
 *
 *     scale.c    the step: options, columns, learning
 *     apply.c    along the line, and back
 *     model.c    saved and reported
 *     standard.c minmax.c maxabs.c robust.c    a strategy each
 */
#ifndef TAMIS_SCALE_SCALE_H
#define TAMIS_SCALE_SCALE_H

#include <tamis/step.h>

#include "step/ledger.h"
#include "step/rules.h"

extern const tamis_step_type tamis_step_scale;

/* What was learned of a column, and the line it makes. */
typedef struct tamis_scaling {
        bool known;             /* false: there was nothing to learn from */
        double learned[2];      /* as the strategy calls them; the second is 0 where it has one name */
        double a, b;
} tamis_scaling;

/* A strategy. */
typedef struct tamis_scaler {
        tamis_strategy base;
        const tamis_summary *summary;
        const char *names[2];   /* of what is learned, for models and reports; the second may be NULL */
        bool multiplies;        /* which form its line has */
        /* From a sum (never NULL) to learned[2]; false: it is empty. */
        bool (*take)(const void *sum, double learned[2]);
        /* The line through learned[2]; `range` is --range. */
        void (*line)(const double learned[2], const double range[2], tamis_scaling *ret);
        /* One value without needless overflow; inf or NaN where the answer is no double. */
        double (*careful)(const tamis_scaling *s, const double range[2], double x, bool inverse);
} tamis_scaler;

extern const tamis_scaler tamis_scaler_maxabs, tamis_scaler_minmax, tamis_scaler_robust, tamis_scaler_standard;

/* For the strategies of the dividing form: learned[0] is the centre, learned[1] the scale, 0 counts as 1. */
void tamis_scale_divide_line(const double learned[2], const double range[2], tamis_scaling *ret);
double tamis_scale_divide_careful(const tamis_scaling *s, const double range[2], double x, bool inverse);

/* y[0..n) from x, NaN to NaN. False: some result is no number where x is one. */
bool tamis_scale_straight(const tamis_scaler *scaler, const tamis_scaling *s, bool inverse, const double *x, double *y,
                          size_t n);

/* -- the step's own ------------------------------------------------------------------------------------------------ */

typedef struct tamis_scale_line {
        const tamis_scaler *scaler;
        tamis_scaling whole;
        _Atomic uint64_t scaled, left, fallback;
} tamis_scale_line;

typedef struct tamis_scale {
        const tamis_context *context;
        tamis_rules strategies;
        double range[2];
        bool inverse;
        bool named;             /* --columns names what to scale: what is no number is an error then */
        tamis_columns columns;
        tamis_scale_line *lines;        /* beside columns.names */
        tamis_grouping grouping;
        tamis_ledger ledger;
        tamis_scaling *grouped;         /* per group, per column */
} tamis_scale;

/* The scaler of that name, or NULL. */
const tamis_scaler *tamis_scaler_find(const char *name);

int tamis_scale_attach(void *state, const tamis_context *context, tamis_schema *schema, tamis_error *err) TAMIS_CHECKED;
int tamis_scale_apply(void *state, tamis_batch *batch, tamis_error *err) TAMIS_CHECKED;
int tamis_scale_save(const void *state, json_t *into, tamis_error *err) TAMIS_CHECKED;
int tamis_scale_load(void *state, const tamis_context *context, const json_t *from, tamis_error *err) TAMIS_CHECKED;
int tamis_scale_report(const void *state, json_t *into, tamis_error *err) TAMIS_CHECKED;
/* Names the columns that had nothing to learn from; said once. */
void tamis_scale_warn_empty(const tamis_scale *m);

#endif
