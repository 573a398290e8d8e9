/* scale.h: put numeric columns on a common scale.
 *
 * Most strategies learn two numbers of each column (or of each group of its rows) and make a straight line of them. All
 * the lines are of two forms, with the arithmetic of scikit-learn, so that results agree with it:
 *
 *     divide     y = (x - a) / b          standard, robust, maxabs, center
 *     multiply   y = x * a + b            minmax
 *
 * The loops over a column know these forms alone. Where they overflow though the answer is a number, the strategy's
 * careful way is taken, cell by cell. Missing cells stay missing. --inverse goes back.
 *
 * The others have a curve: a few numbers, or a list of them, learned from the sorted values, and loops of their own.
 * normalize looks along the row instead, at all columns that have this strategy.
 *
 *     scale.c    the step: options, columns, learning
 *     asked.c    what the options say to the strategies
 *     apply.c    along the line, and back
 *     model.c    saved and reported
 *     values.c   all values of a column, sorted
 *     power_fit.c    the exponent of power, by maximum likelihood
 *     bins.c center.c log.c maxabs.c minmax.c normalize.c power.c quantile.c robust.c standard.c winsor.c
 *         a strategy each
 */
#ifndef TAMIS_SCALE_SCALE_H
#define TAMIS_SCALE_SCALE_H

#include <tamis/step.h>

#include "step/ledger.h"
#include "step/rules.h"

extern const tamis_step_type tamis_step_scale;

enum { TAMIS_SCALE_LEARNED = 4 };

/* What was learned of a column, and the line it makes. */
typedef struct tamis_scaling {
        bool known;             /* false: there was nothing to learn from */
        double learned[TAMIS_SCALE_LEARNED];    /* as the strategy calls them; 0 where it has no name */
        double a, b;
        double *values;         /* the list of a curve that has one, owned; then what it makes of it */
        size_t n;
        void *ready;            /* owned: made by the curve's ready() */
} tamis_scaling;

/* What the options say to the strategies. */
typedef struct tamis_scale_asked {
        double limits[2];               /* winsor */
        double offset;                  /* log */
        size_t landmarks, bins;
        bool normal;                    /* quantile: onto a normal distribution */
        bool box_cox;                   /* power: else Yeo-Johnson */
        bool equal_widths;              /* bins: else of equal counts */
        bool middle;                    /* bins: say the middle, not the number */
        bool text;                      /* bins: say from where to where they go */
        enum { TAMIS_NORM_L1, TAMIS_NORM_L2, TAMIS_NORM_MAX } norm;
} tamis_scale_asked;

/* What is no straight line. */
typedef struct tamis_scale_curve {
        const char *list;       /* what scaling.values are called in models; NULL: there are none */
        /* From a sum that is not empty. Returns NULL, or why it cannot be; tamis_scale_no_memory where that is why. */
        const char *(*take)(const tamis_scale_asked *asked, void *sum, tamis_scaling *ret);
        /* Optional, after take and after loading: `ready`. Returns as take. */
        const char *(*ready)(const tamis_scale_asked *asked, tamis_scaling *s);
        /* Could this have been learned? What is loaded is asked. NULL: it is so. */
        bool (*sound)(const tamis_scaling *s);
        /* y[0..n) from x, NaN to NaN; what has no answer is NaN or inf. backward NULL: there is no way back. */
        void (*forward)(const tamis_scale_asked *asked, const tamis_scaling *s, const double *x, double *y, size_t n);
        void (*backward)(const tamis_scale_asked *asked, const tamis_scaling *s, const double *x, double *y, size_t n);
        /* Optional: the text for the y that forward made, where it is asked for (asked->text); the scaling's own. */
        tamis_slice (*say)(const tamis_scaling *s, double y);
        const char *domain;     /* behind "1e300 ...": why a cell has no answer */
        const char *domain_back;
        const char *one_way;    /* where backward is NULL: why */
        bool along_rows;        /* normalize */
} tamis_scale_curve;

extern const char *const tamis_scale_no_memory;

/* A strategy. */
typedef struct tamis_scaler {
        tamis_strategy base;
        const tamis_summary *summary;
        const char *names[TAMIS_SCALE_LEARNED]; /* of what is learned, for models and reports; NULL: none from there */
        bool multiplies;        /* which form its line has */
        /* From a sum (never NULL) to learned[2]; false: it is empty. */
        bool (*take)(const void *sum, double learned[2]);
        /* The line through learned[2]; `range` is --range. */
        void (*line)(const double learned[2], const double range[2], tamis_scaling *ret);
        /* One value without needless overflow; inf or NaN where the answer is no double. */
        double (*careful)(const tamis_scaling *s, const double range[2], double x, bool inverse);
        const tamis_scale_curve *curve;       /* then nothing of the three above */
} tamis_scaler;

extern const tamis_scaler tamis_scaler_bins, tamis_scaler_center, tamis_scaler_log, tamis_scaler_maxabs,
        tamis_scaler_minmax, tamis_scaler_normalize, tamis_scaler_power, tamis_scaler_quantile, tamis_scaler_robust,
        tamis_scaler_standard, tamis_scaler_winsor;

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
        tamis_scale_asked asked;
        bool inverse;
        bool named;             /* --columns names what to scale: what is no number is an error then */
        tamis_columns columns;
        tamis_scale_line *lines;        /* beside columns.names */
        tamis_grouping grouping;
        tamis_ledger ledger;
        tamis_scaling *grouped;         /* per group, per column */
        size_t n_grouped;
} tamis_scale;

/* The options that strategies have, and what they said; those whose strategy is not chosen are TAMIS_USAGE. */
extern const tamis_option tamis_scale_options[];
int tamis_scale_configure(tamis_scale *m, tamis_error *err) TAMIS_CHECKED;

void tamis_scaling_done(tamis_scaling *s);

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
