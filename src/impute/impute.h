/* impute.h: fill missing cells with what the other cells say.
 *
 * A strategy here learns one value for each column (or one for each group of its rows) from the cells that are there,
 * and puts it where one is not. Every other cell keeps its bytes. Mean and median are for numbers; on a column of texts
 * both are its mode.
 *
 *     impute.c   the step: options, columns
 *     learned.c  what the rows teach
 *     fill.c others.c copies.c    putting values in: filling.h
 *     model.c    saved and reported
 *     mean.c median.c mode.c constant.c    a strategy each
 *     bounds.c   --min and --max
 *
 * Other strategies fill columns from each other: joint.h says how, joints.h puts them to work; or from the rows before
 * and behind: series.h.
 *
 * Ownership: a fill's text is the step's, in its arena or its rules, and outlives every batch.
 */
#ifndef TAMIS_IMPUTE_IMPUTE_H
#define TAMIS_IMPUTE_IMPUTE_H

#include <tamis/step.h>

#include "impute/joints.h"
#include "impute/series.h"
#include "step/ledger.h"
#include "step/rules.h"

extern const tamis_step_type tamis_step_impute;

/* What goes into a missing cell. */
typedef struct tamis_fill {
        enum { TAMIS_FILL_NONE, TAMIS_FILL_NUMBER, TAMIS_FILL_TEXT } kind;      /* NONE: it stays missing */
        double number;
        tamis_slice text;
} tamis_fill;

/* How one value is found for a column of one type. */
typedef struct tamis_filler {
        const char *name;               /* for the report: mean over texts is "mode" */
        const tamis_summary *summary;   /* NULL: nothing is learned */
        /* From a sum of something (or NULL); a text lies in the sum. kind NONE: it says nothing. */
        void (*value)(const void *sum, tamis_fill *ret);
        /* In its place: with --trim's share. */
        int (*trimmed)(const void *sum, double share, tamis_fill *ret, tamis_error *err);
} tamis_filler;

/* A strategy. */
typedef struct tamis_imputer {
        tamis_strategy base;
        const tamis_filler *numbers, *texts;    /* for numeric columns, and for categorical ones */
        bool given;                     /* the value is --fill */
} tamis_imputer;

extern const tamis_imputer tamis_imputer_constant, tamis_imputer_mean, tamis_imputer_median, tamis_imputer_mode;
extern const tamis_filler tamis_filler_constant, tamis_filler_mean, tamis_filler_trimmed, tamis_filler_median,
        tamis_filler_mode_of_numbers, tamis_filler_mode_of_texts;

extern const tamis_joint tamis_joint_auto, tamis_joint_boost, tamis_joint_em, tamis_joint_forest,
        tamis_joint_iterative, tamis_joint_knn, tamis_joint_mice, tamis_joint_random, tamis_joint_regression,
        tamis_joint_softimpute;

/* -- the step's own ------------------------------------------------------------------------------------------------ */

typedef enum tamis_impute_empty { TAMIS_EMPTY_KEEP, TAMIS_EMPTY_DROP, TAMIS_EMPTY_FILL } tamis_impute_empty;

/* Beside columns.names[i]. */
typedef struct tamis_impute_column {
        /* one of the three */
        const tamis_imputer *imputer;
        const tamis_joint *joint;
        const tamis_series *series;
        const tamis_filler *filler;     /* NULL: not an imputer; or an empty column that is left, dropped or filled
                                         * as --empty says */
        const char *given;              /* --fill's word for it, should it be asked; or NULL */
        uint64_t rows, missing;         /* learned from */
        int decimals;                   /* shown by the learned cells at most; -1: not asked */
        double least, most;             /* --min, --max; infinite: none */
        tamis_fill fill;
        bool drops, indicated, constant;
        bool predicts;                  /* it is not worked on: joint strategies learn from it */
        _Atomic uint64_t filled, left, fallback;
        _Atomic uint64_t strange;       /* cells that are no number, in a column that was learned as numbers */
} tamis_impute_column;

/* What --delta makes of a number that is filled in: times, then plus. */
typedef struct tamis_delta {
        double times, plus;
} tamis_delta;

typedef struct tamis_impute {
        const tamis_context *context;
        tamis_rules strategies, constants, least, most;
        tamis_impute_empty empty;
        double trim;                    /* share; NaN: not asked for */
        bool indicator, round, loaded;
        bool joint;                     /* a joint strategy is named */
        bool original;                  /* the row with its holes goes out first */
        unsigned also;                  /* traits, as configured */
        tamis_columns columns;
        tamis_impute_column *column;
        tamis_grouping grouping;
        tamis_ledger ledger;
        tamis_joints joints;
        tamis_serial serial;
        tamis_fill *grouped;            /* per group, per column */
        uint8_t *goes;                  /* per column of the table: it is dropped */
        tamis_rules delta;
        size_t n_deltas;                /* 1 without --delta */
        tamis_delta *deltas;            /* adjustment after adjustment, per column */
        tamis_slice *delta_marks;       /* what column _delta calls them */
        tamis_arena texts;
} tamis_impute;

/* NULL: not one of these. */
const tamis_joint *tamis_joint_find(const char *name);
const tamis_series *tamis_series_find(const char *name);
/* What --report and messages call what fills the column. */
const char *tamis_impute_name(const tamis_impute_column *column);
/* Whether it is another's than an imputer's: of joint strategies or of series. */
static inline bool tamis_impute_is_other(const tamis_impute *m, size_t i) {
        return m->joints.wishes[i].joint || m->serial.wishes[i];
}
/* What a batch teaches. */
typedef struct tamis_impute_partial {
        tamis_page page;
        int *decimals;          /* per column; only with --round */
        tamis_collected collected;
        tamis_serial_rows serial;
} tamis_impute_partial;

int tamis_impute_learn(const void *state, void *partial, tamis_batch *batch, tamis_error *err) TAMIS_CHECKED;
int tamis_impute_merge(void *state, void *partial, tamis_error *err) TAMIS_CHECKED;
void tamis_impute_partial_done(void *partial);
int tamis_impute_finish(void *state, const tamis_context *context, bool *again, tamis_error *err) TAMIS_CHECKED;

/* Within the bounds, and with the column's decimals (--round). */
double tamis_impute_settle(const tamis_impute_column *column, double value);
/* Which rule is for each of the step's columns, into which[]; those of `features` are worked on. */
int tamis_impute_resolve(const tamis_impute *m, const tamis_rules *rules, tamis_schema *schema,
                         const tamis_selection *features, long *which, tamis_error *err) TAMIS_CHECKED;
/* --min and --max. `which` has room for an answer a column. */
int tamis_impute_bounds(tamis_impute *m, tamis_schema *schema, const tamis_selection *features, long *which,
                        tamis_error *err) TAMIS_CHECKED;

int tamis_delta_configure(tamis_impute *m, tamis_error *err) TAMIS_CHECKED;
/* Why holes stay in a column that no imputer fills. */
const char *tamis_impute_why(const tamis_impute_column *column);

int tamis_impute_attach(void *state, const tamis_context *context, tamis_schema *schema, tamis_error *err)
        TAMIS_CHECKED;
int tamis_impute_apply(void *state, tamis_batch *batch, tamis_error *err) TAMIS_CHECKED;
int tamis_impute_save(const void *state, json_t *into, tamis_error *err) TAMIS_CHECKED;
int tamis_impute_load(void *state, const tamis_context *context, const json_t *from, tamis_error *err) TAMIS_CHECKED;
int tamis_impute_report(const void *state, json_t *into, tamis_error *err) TAMIS_CHECKED;

#endif
