/* drift.h: does a new table still look like the one it is compared with, and where does it not?
 *
 * Every column that both have is compared: its missing rate, its values or levels, its range, its unit; and the tables' columns
 * themselves. The rule is made for all sizes. A column is told apart by a test whose bar grows as tables get smaller: the
 * population stability index over (1/n + 1/m) against the chi-squared distribution, and two shares for the missing rate, each
 * p-value adjusted for all tests made (Benjamini & Hochberg). It has drifted when it is told apart *and* the difference is large
 * enough to matter; a small difference that many rows make sure of is a shift, and no alarm.
 *
 * Ownership: a report owns its columns and names; options borrow. All present values of both tables are held.
 */
#ifndef TAMIS_LOOK_DRIFT_H
#define TAMIS_LOOK_DRIFT_H

#include <tamis/schema.h>
#include <tamis/stats.h>

#include "look/drift_figures.h"

typedef struct tamis_drift_options {
        tamis_reader_options input;     /* how both tables are read; the paths in it do not count */
        const char *reference, *fresh;  /* paths; "-": standard input */
        const char *columns;            /* SEL; NULL: all but reserved ones and ids */
        const char *na, *types;         /* as --na and --types */
        const char *target, *score;     /* columns whose drift is that of the label, of a model's score; NULL: none */
        double alpha;                   /* of the adjusted tests */
        double effect;                  /* least PSI that matters */
} tamis_drift_options;

/* From the worst. What makes an alarm comes before TAMIS_SHIFT. */
typedef enum tamis_drift_verdict {
        TAMIS_DRIFT_GONE, TAMIS_DRIFT_TYPE, TAMIS_DRIFT_UNIT, TAMIS_DRIFT_NEW, TAMIS_DRIFT_DRIFT,
        TAMIS_DRIFT_SHIFT,
        TAMIS_DRIFT_FEW,                /* too few rows to tell */
        TAMIS_DRIFT_OK,
} tamis_drift_verdict;
extern const char *const tamis_drift_verdicts[];

/* One column of one table. */
typedef struct tamis_drift_side {
        size_t at;                      /* which column of the table */
        tamis_type type;
        double rows, missing;
        double *values;                 /* of numbers: present ones, ascending */
        size_t n, capacity;
        double median, iqr, sd;         /* sd: of the values themselves, n in the denominator; NaN: none */
} tamis_drift_side;

typedef struct tamis_drift_column {
        const char *name;
        size_t name_length;
        const char *role;               /* "feature", "label", "score" */
        tamis_drift_side ref, fresh;
        tamis_dict levels;              /* of texts: counts in the reference; then in the new table, of the same codes */
        double *fresh_counts;
        size_t known;                   /* levels of the reference */
        char example[64];               /* a level it has not, shown as in a message */

        tamis_drift_verdict verdict;
        char why[256];
        double severity;                /* 0 to 1: the largest Jensen-Shannon distance */
        tamis_divergence divergence;
        tamis_apartness apart;          /* of numbers */
        double ks_p, distance;          /* distance: Wasserstein by the reference's sd */
        double q;                       /* adjusted psi_p */
        double missing_p, missing_q;
        double outside, range_p;        /* share of the new values beyond the reference's range */
        double unseen, unseen_levels, unseen_p; /* share of the new rows with a level the reference has not */
        double factor;                  /* new values are about this many times the reference's, by a change of unit; 0: no */
        const char *unit;               /* static: which */
} tamis_drift_column;

typedef struct tamis_drift_report {
        tamis_drift_column *columns;    /* the worst first */
        size_t n;
        size_t alarms;                  /* columns with a verdict worse than a shift */
        double reference_rows, fresh_rows;
        tamis_arena arena;
} tamis_drift_report;

void tamis_drift_report_done(tamis_drift_report *report);
/* Read both tables and compare them. */
int tamis_drift_tables(const tamis_drift_options *options, tamis_drift_report *ret, tamis_error *err) TAMIS_CHECKED;

/* -- between the files of this module -------------------------------------------------------------------------------- */

/* drift_read.c: fills columns in the order of the reference, new ones behind, each with its sides; verdict is GONE, TYPE, NEW or
 * OK. */
int tamis_drift_read(const tamis_drift_options *options, tamis_drift_report *report, tamis_error *err) TAMIS_CHECKED;
/* drift_units.c: whether the new values are the reference's in another unit: then sets factor and unit. */
void tamis_drift_units(tamis_drift_column *column, const double *edges, size_t n_edges, const double *counts);

#endif
