/* drift.h: does a new table still look like the one it is compared with, and where does it not?
 *
 * Every column that both have is compared: its missing rate, its values or levels, its range, its unit; and the
 * tables' columns themselves. The rule is made for all sizes. A column is told apart by a test whose bar grows as
 * tables get smaller: the population stability index over (1/n + 1/m) against the chi-squared distribution, and
 * two shares for the missing rate, each p-value adjusted for all tests made (Benjamini & Hochberg). It has drifted
 * when it is told apart *and* the difference is large enough to matter; a small difference that many rows make
 * sure of is a shift, and no alarm.
 *
 * What is kept of a table is bounded, whatever its size: of a column of numbers its values with how often each is
 * there, up to TAMIS_DRIFT_VALUES different ones and beyond them a histogram of cells so narrow that there are as
 * many (runs.h); of a column of texts its levels, up to TAMIS_DRIFT_LEVELS, and beyond them a share of them, drawn
 * by their hashes and so the same ones in both tables; and some rows, whole, for the classifier. A reference is
 * the same when it was saved and read again, but for the distribution of numbers, of which TAMIS_DRIFT_SAVED
 * values at most are written: no verdict hangs on it.
 *
 * Ownership: a report owns its columns and names; options borrow.
 */
#ifndef TAMIS_LOOK_DRIFT_H
#define TAMIS_LOOK_DRIFT_H

#include <tamis/schema.h>
#include <tamis/stats.h>

#include "look/drift_figures.h"

typedef struct tamis_drift_options {
        tamis_reader_options input;     /* how both tables are read; the paths in it do not count */
        const char *reference, *fresh;  /* paths; "-": standard input. fresh NULL: the reference is saved, no more */
        const char *load;               /* a saved reference, instead of `reference`; or NULL */
        const char *save;               /* where the reference is saved; or NULL */
        const char *columns;            /* SEL; NULL: all but reserved ones and ids */
        const char *na, *types;         /* as --na and --types */
        const char *target, *score;     /* columns whose drift is that of the label, of a model's score; NULL: none */
        double alpha;                   /* of the adjusted tests */
        double effect;                  /* least PSI that matters */
        bool classifier;                /* are rows of the two told from each other? */
} tamis_drift_options;

/* From the worst. What makes an alarm comes before TAMIS_SHIFT. */
typedef enum tamis_drift_verdict {
        TAMIS_DRIFT_GONE, TAMIS_DRIFT_TYPE, TAMIS_DRIFT_UNIT, TAMIS_DRIFT_NEW, TAMIS_DRIFT_DRIFT,
        TAMIS_DRIFT_SHIFT,
        TAMIS_DRIFT_FEW,                /* too few rows to tell */
        TAMIS_DRIFT_OK,
} tamis_drift_verdict;
extern const char *const tamis_drift_verdicts[];

enum {
        TAMIS_DRIFT_VALUES = 1 << 17,   /* of a column of up to 64; of more, fewer each */
        TAMIS_DRIFT_LEVELS = 1 << 16,
        TAMIS_DRIFT_LONGEST = 64,       /* bytes of a level; a longer one is its beginning and a hash */
        TAMIS_DRIFT_SAVED = 1000,       /* steps of a distribution that is saved */
        TAMIS_DRIFT_ROWS = 5000, TAMIS_DRIFT_CELLS = 500000,    /* of the rows kept whole, at most */
        TAMIS_DRIFT_BARS = 24, TAMIS_DRIFT_TOP = 8,
};

/* One column of one table. */
typedef struct tamis_drift_side {
        size_t at;                      /* which column of the table; SIZE_MAX: none */
        tamis_type type;
        double rows, missing;
        tamis_runs runs;                /* of numbers */
        tamis_moments moments;
        double median, iqr, sd;         /* sd: of the values themselves, n in the denominator; NaN: none */
} tamis_drift_side;

/* What a page draws of a column: shares of present rows, of the reference and of the new table. */
typedef struct tamis_drift_picture {
        size_t n;                       /* bars; 0: nothing to draw */
        bool levels;
        double low, high;               /* of numbers: what the bars span; what lies beyond is in the outer ones */
        double ref[TAMIS_DRIFT_BARS], fresh[TAMIS_DRIFT_BARS];
        char names[TAMIS_DRIFT_TOP + 1][80];    /* of levels, as in messages; the last bar is all others */
} tamis_drift_picture;

typedef struct tamis_drift_column {
        const char *name;
        size_t name_length;
        const char *role;               /* "feature", "label", "score" */
        bool numeric;                   /* how it is compared */
        tamis_drift_side ref, fresh;
        double edges[TAMIS_DRIFT_BINS], counts[TAMIS_DRIFT_BINS];       /* of the reference's numbers */
        size_t n_edges;
        bool sketch;                    /* the reference's distribution is that of a saved summary which does
                                         * not hold all */
        tamis_dict levels;              /* of texts: counts in the reference; then in the new table, of
                                         * the same codes */
        unsigned halved;                /* levels kept: one in 2 to the power of this */
        double *fresh_counts;
        size_t fresh_capacity;
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
        double factor;                  /* new values are about this many times the reference's, by a change of
                                         * unit; 0: no */
        const char *unit;               /* static: which */
        double use;                     /* by how much the classifier's AUC falls when this column is shuffled;
                                         * NaN: not asked */
        tamis_drift_picture picture;
} tamis_drift_column;

/* Rows kept whole, those with the smallest hashes of their numbers: numbers as their bits (NaN: missing), levels
 * as their hashes (0: missing). */
typedef struct tamis_drift_sample {
        size_t most, n;
        struct tamis_drift_row { uint64_t hash; size_t slot; } *heap;   /* the greatest hash first; sorted: ascending */
        uint64_t *cells;                /* by column of the report (or of what was saved), `most` slots each */
} tamis_drift_sample;

/* Could a model tell the new rows from those of the reference? */
typedef struct tamis_drift_classifier {
        bool asked;
        size_t ref_rows, fresh_rows, columns;   /* learned from */
        double auc, low, high;          /* mean over the folds; 95 % interval; NaN: too few rows */
        double p;                       /* of so much or more, were the tables alike */
        bool alarm;
} tamis_drift_classifier;

typedef struct tamis_drift_report {
        tamis_drift_column *columns;    /* the worst first */
        size_t n;
        size_t alarms;                  /* columns with a verdict worse than a shift */
        size_t shifts;
        double alpha;                   /* as asked for */
        double reference_rows, fresh_rows;
        tamis_drift_sample ref_sample, fresh_sample;
        tamis_drift_classifier classifier;
        const char *reference, *fresh;  /* names of the tables, for people */
        tamis_arena arena;
} tamis_drift_report;

void tamis_drift_report_done(tamis_drift_report *report);
/* Read both tables and compare them; without a new one, only save the reference. */
int tamis_drift_tables(const tamis_drift_options *options, tamis_drift_report *ret, tamis_error *err) TAMIS_CHECKED;

/* What of a column's figures is approximate, as a short text; "" where all are exact. */
const char *tamis_drift_approximate(const tamis_drift_column *c, char *out, size_t size);

/* One page, whole in itself. */
int tamis_drift_html(const tamis_drift_report *report, tamis_buffer *out, tamis_error *err) TAMIS_CHECKED;

/* -- between the files of this module ------------------------------------------------------------------------------ */

/* drift_read.c: fills columns in the order of the reference, new ones behind, each with its sides; verdict is
 * GONE, TYPE, NEW or OK. */
int tamis_drift_read(const tamis_drift_options *options, tamis_drift_report *report, tamis_error *err) TAMIS_CHECKED;
void tamis_drift_column_done(tamis_drift_column *c);

/* drift_keep.c: what is kept of a table while it is read. */
int tamis_drift_keep_numbers(tamis_drift_side *side, const double *x, size_t n, tamis_error *err) TAMIS_CHECKED;
int tamis_drift_keep_text(tamis_drift_column *c, bool fresh, tamis_slice text, tamis_error *err) TAMIS_CHECKED;
uint64_t tamis_drift_text_hash(tamis_slice text);       /* never 0 */
int tamis_drift_settle(tamis_drift_side *side, tamis_error *err) TAMIS_CHECKED;
void tamis_drift_bins(tamis_drift_column *c);           /* edges and counts, of the settled reference */
int tamis_drift_sample_open(tamis_drift_sample *s, size_t columns, tamis_error *err) TAMIS_CHECKED;
/* The slot that row number `row` gets, or SIZE_MAX: none. */
size_t tamis_drift_sample_slot(tamis_drift_sample *s, uint64_t row);
void tamis_drift_sample_sort(tamis_drift_sample *s);    /* slots by ascending hash, in `heap` */
void tamis_drift_sample_done(tamis_drift_sample *s);

enum { TAMIS_DRIFT_LAYOUT = 1 };

/* A reference that was saved: its schema, a column for each field, and whether figures of it were kept. */
typedef struct tamis_drift_saved {
        tamis_schema schema;
        tamis_drift_column *columns;
        bool *kept;
        double rows;
        tamis_drift_sample sample;      /* by column of the schema */
} tamis_drift_saved;
void tamis_drift_saved_done(tamis_drift_saved *s);
int tamis_drift_load(const char *path, tamis_drift_saved *ret, tamis_error *err) TAMIS_CHECKED;
/* The reference as JSON; columns of the report are at ref.at of `schema`. */
int tamis_drift_save(const tamis_drift_report *report, const tamis_schema *schema, tamis_buffer *out,
                     tamis_error *err) TAMIS_CHECKED;

/* drift_units.c: whether the new values are the reference's in another unit: then sets factor and unit. */
void tamis_drift_units(tamis_drift_column *column);
/* drift_picture.c */
int tamis_drift_draw(tamis_drift_column *c, tamis_error *err) TAMIS_CHECKED;
/* drift_classify.c */
int tamis_drift_classify(const tamis_drift_options *options, tamis_drift_report *report,
                         tamis_error *err) TAMIS_CHECKED;

#endif
