/* ampute.h: holes with a known truth, so that what fills holes can be judged.
 *
 * Three ways to choose cells:
 *
 *     cells      every column by itself: each of its cells goes with a probability (the share, or a curve over a score)
 *     patterns   every row gets one of the patterns, and is a candidate for the holes of that one alone (mice)
 *     runs       stretches of rows, in one column or in columns side by side (a sensor's gap, a page not read)
 *
 * A *score* is a weighted sum of z-scored columns, itself z-scored: under MAR of columns that are not amputed with it,
 * under MNAR of the column itself. A *curve* (ampute_curve.h) makes probabilities of scores. There is a scorer for each
 * column (MNAR), one for all (MAR), or one a pattern; a curve for each column, or one a pattern.
 *
 * MCAR needs no score and is one reading, in bounded memory. The others read the table to learn: the ranks of
 * categories, where there are any; means and sds; the sd of the sum; the scores, into curves; with --window also how
 * many cells lie inside.
 *
 * Draws are keyed by (seed, what for, the column's name, the row's number), four rows to a block of Philox.
 *
 * Ownership: a state owns all it points to but names, which are the schema's.
 */
#ifndef TAMIS_JUDGE_AMPUTE_H
#define TAMIS_JUDGE_AMPUTE_H

#include <tamis/stats.h>
#include <tamis/step.h>

#include "judge/ampute_curve.h"
#include "judge/ampute_truth.h"

extern const tamis_step_type tamis_step_ampute;

typedef enum tamis_mechanism { TAMIS_MAR, TAMIS_MCAR, TAMIS_MNAR } tamis_mechanism;

typedef enum tamis_ampute_way { TAMIS_BY_CELLS, TAMIS_BY_PATTERNS, TAMIS_BY_RUNS } tamis_ampute_way;

/* What is read next to learn. */
typedef enum tamis_ampute_stage {
        TAMIS_AMPUTE_RANKS,     /* how frequent the categories of text columns are */
        TAMIS_AMPUTE_MOMENTS,   /* of the columns that scores are made of */
        TAMIS_AMPUTE_SUMS,      /* of the weighted sums */
        TAMIS_AMPUTE_CURVES,    /* scores into curves, or kept for windows */
        TAMIS_AMPUTE_INSIDE,    /* cells inside the windows */
        TAMIS_AMPUTE_READY,
} tamis_ampute_stage;

/* A column to make holes in. */
typedef struct tamis_ampute_column {
        size_t at;
        const char *name;
        uint64_t key;                           /* of its draws: from its name, so that other columns
                                                 * make no difference */
        _Atomic uint64_t there, holes;          /* cells that were there; those of them that went */
} tamis_ampute_column;

/* A column that scores are made of. */
typedef struct tamis_ampute_input {
        size_t at;
        const char *name;
        bool text;              /* its categories count by their rank: 0 is the most frequent, ties by their bytes */
        tamis_dict dict;
        double *ranks;          /* by code */
} tamis_ampute_input;

/* Mean and sd, summed in the order of the rows from the first value on. */
typedef struct tamis_ampute_sums {
        uint64_t n;
        double first, sum, squares;
        double mean, scale;     /* (x - mean) * scale is the z-score; 0 for a constant */
} tamis_ampute_sums;

typedef struct tamis_ampute_scorer {
        size_t n;
        size_t *inputs;
        double *weights;
        tamis_ampute_sums *sums;        /* per input */
        tamis_ampute_sums total;
        double *kept;                   /* for windows: its candidates' scores */
        size_t n_kept, kept_capacity;
        double low, high;               /* the window, as scores */
} tamis_ampute_scorer;

/* Patterns as they are in a file, or one hole in each column. */
typedef struct tamis_ampute_patterns {
        size_t n;
        double *upto;           /* the sum of frequencies up to and with this one; the last is 1 */
        uint8_t *holes;         /* [n][columns to ampute] */
        _Atomic uint64_t *rows, *hit;   /* rows that got it; rows in which a cell went */
} tamis_ampute_patterns;

typedef struct tamis_ampute {
        const tamis_context *context;
        /* what was asked */
        tamis_mechanism mechanism;
        tamis_ampute_way way;
        tamis_curve_type type;
        bool of_rows, window, draws_window;
        double rate, low, high;         /* low, high: the window, in shares of the order */
        uint64_t run, across;           /* rows and columns of a block; across 0: a run in one column */
        /* what it means for this table */
        bool bound;
        double share;                   /* the probability that a candidate (cell, row) is to have in the mean */
        tamis_ampute_column *columns;
        size_t n_columns;
        tamis_ampute_input *inputs;
        size_t n_inputs;
        tamis_ampute_scorer *scorers;
        size_t n_scorers;
        tamis_curve *curves;
        uint64_t *inside, *candidates;  /* per curve, for windows */
        size_t n_curves;
        tamis_ampute_patterns patterns;
        tamis_ampute_stage stage;
        /* what came of it */
        tamis_ampute_truth *truth;
        _Atomic uint64_t rows, rows_hit;
} tamis_ampute;

/* ampute_options.c */
extern const tamis_option tamis_ampute_options[];
int tamis_ampute_configure(void *state, const tamis_context *context, tamis_error *err);

/* ampute_bind.c: columns, inputs, scorers, curves and patterns; a schema's types are asked for only where
 * scores are made */
int tamis_ampute_resolve(tamis_ampute *s, tamis_schema *schema, tamis_error *err) TAMIS_CHECKED;
/* ampute_inputs.c. Take the columns that the probability hangs on out of those `chosen` to lose cells: under MAR cell
 * by cell, and where --by names them. */
int tamis_ampute_part_by(tamis_ampute *s, tamis_schema *schema, tamis_selection *chosen,
                         tamis_error *err) TAMIS_CHECKED;
int tamis_ampute_resolve_scores(tamis_ampute *s, tamis_schema *schema, tamis_error *err) TAMIS_CHECKED;

/* ampute_learn.c */
typedef struct tamis_ampute_partial {
        size_t rows;
        tamis_dict *dicts;      /* per input */
        double *values;         /* [inputs or scorers][rows]; one row of scores where patterns have them; NaN: none */
        uint8_t *missing;       /* [columns][rows] */
        uint32_t *pattern;      /* [rows] */
        size_t n_dicts;
} tamis_ampute_partial;
int tamis_ampute_learn(const void *state, void *partial, tamis_batch *batch, tamis_error *err);
int tamis_ampute_merge(void *state, void *partial, tamis_error *err);
void tamis_ampute_partial_done(void *partial);
int tamis_ampute_finish(void *state, const tamis_context *context, bool *again, tamis_error *err);

/* ampute_scores.c. The values of an input in a batch: numbers, or ranks; NaN where missing. In the batch's arena,
 * or a view. */
int tamis_ampute_values(const tamis_ampute_input *input, tamis_batch *batch, const double **ret,
                        tamis_error *err) TAMIS_CHECKED;
/* [scorers][rows] (one row where patterns have scores), in the batch's arena. `total` false: the plain weighted sum,
 * not yet z-scored. A missing cell counts as its column's mean; NaN where all are missing. */
int tamis_ampute_score(const tamis_ampute *s, tamis_batch *batch, const uint32_t *pattern, bool total, double **ret,
                       tamis_error *err) TAMIS_CHECKED;
/* The pattern of each row, in the batch's arena. */
int tamis_ampute_assign(const tamis_ampute *s, tamis_batch *batch, uint32_t **ret, tamis_error *err) TAMIS_CHECKED;

/* ampute_draw.c: numbers in [0, 1), by row: u[i] is that of row first + i. */
void tamis_ampute_uniform(uint64_t seed, const char *purpose, uint64_t key, uint64_t first, size_t n, double *u);

/* ampute_runs.c: set flags[columns][rows] where a run or a block lies. */
void tamis_ampute_runs(const tamis_ampute *s, uint64_t first, size_t rows, uint8_t *flags);

/* ampute_apply.c */
int tamis_ampute_apply(void *state, tamis_batch *batch, tamis_error *err);

/* ampute_report.c */
int tamis_ampute_report(const void *state, json_t *into, tamis_error *err);

#endif
