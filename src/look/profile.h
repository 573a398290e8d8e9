/* profile.h: what one table holds and what is wrong with it.
 *
 * The table is read once, in batches, by all threads; what a batch says is handed over in the order of the batches. Numbers
 * are counted by value (runs.h), texts in a dictionary up to a limit (words.h), rows by the hash of their bytes, missing
 * cells by the pattern a row makes of them. What asks for two columns at once (correlations, leaks, near-duplicates) is
 * found in a sample of whole rows, which is the whole table up to 50,000 rows. Whatever is not exact says so.
 *
 * Ownership: a profile owns all it points to, in its arena; {0} is empty, _done frees.
 */
#ifndef TAMIS_LOOK_PROFILE_H
#define TAMIS_LOOK_PROFILE_H

#include <tamis/batch.h>
#include <tamis/pool.h>

#include "look/runs.h"

typedef struct tamis_profile_options {
        tamis_reader_options input;
        const char *target, *columns, *na, *types;      /* as said; NULL: not */
        unsigned threads;                               /* 0: all */
        void (*progress)(void *arg, const char *what, uint64_t bytes, uint64_t total, uint64_t rows);
        void *arg;
} tamis_profile_options;

enum { TAMIS_LOOK_TOP = 10, TAMIS_LOOK_BINS = 32, TAMIS_LOOK_QUANTILES = 9, TAMIS_LOOK_BLOCKS = 40 };
extern const double tamis_look_quantiles[TAMIS_LOOK_QUANTILES];         /* .01 .05 .1 .25 .5 .75 .9 .95 .99 */
extern const char *const tamis_look_quantile_names[TAMIS_LOOK_QUANTILES];

typedef struct tamis_look_value {
        tamis_slice text;
        uint64_t count;
} tamis_look_value;

/* A value of a numeric column that stands apart. */
typedef struct tamis_look_spike {
        double value;
        uint64_t count;
} tamis_look_spike;

typedef struct tamis_profile_column {
        tamis_slice name;
        tamis_type type;
        size_t position;                        /* in the table, from 0 */
        bool target;
        uint64_t rows, missing, empty;          /* missing = empty + those that are tokens */
        uint64_t numbers, texts;                /* present cells that are numbers, and the others */
        uint64_t text_line;                     /* of the first one that is no number; 0: none */
        const char *text_file;
        uint64_t distinct;
        bool distinct_estimated, quantiles_estimated, top_estimated;
        double quantile_error;                  /* relative, at most */

        /* numbers > 0 */
        double min, max, mean, sd, skew, kurtosis, sum, mad;
        double quantiles[TAMIS_LOOK_QUANTILES];
        uint64_t zeros, negatives;
        uint64_t infinities;                    /* cells that say inf: no numbers here */
        uint64_t outliers, far_outliers;        /* beyond 1.5 and 3 IQR of the quartiles */
        uint64_t bins[TAMIS_LOOK_BINS];         /* of equal width, from bin_low to bin_high */
        double bin_low, bin_high;
        bool whole;                             /* all numbers are whole */
        tamis_look_spike low_spike, high_spike; /* a value at the end, far from its neighbour (count 0: none) */
        double low_next, high_next;             /* that neighbour */
        uint64_t consecutive;                   /* neighbours that are 1 apart, of whole numbers */

        /* texts > 0 */
        uint64_t shortest, longest;
        double length;                          /* mean; in characters */

        tamis_look_value top[TAMIS_LOOK_TOP];
        size_t n_top;
        double entropy;                         /* of the values, in bits; NaN where not known */
} tamis_profile_column;

typedef enum tamis_look_severity { TAMIS_LOOK_NOTE, TAMIS_LOOK_WARNING, TAMIS_LOOK_ERROR } tamis_look_severity;
extern const char *const tamis_look_severities[];       /* "note", ... */

typedef struct tamis_look_finding {
        tamis_look_severity severity;
        const char *kind;               /* static, as `sentinel` */
        long column;                    /* -1: the table */
        uint64_t line;                  /* of an example; 0: none */
        uint64_t cells;                 /* how many it is about; 0: not counted */
        const char *text;               /* one line */
        const char *cure;               /* a command; "" where there is none */
} tamis_look_finding;

typedef struct tamis_look_pattern {
        const uint64_t *bits;           /* column c misses: bits[c / 64] >> c % 64 & 1 */
        uint64_t rows;
} tamis_look_pattern;

typedef struct tamis_profile {
        uint64_t rows, bytes;
        size_t n;
        tamis_profile_column *columns;
        long target;                    /* -1: none */
        tamis_dialect dialect;
        const char *names;              /* the files, for a title */
        const char *command;            /* ' FILE' as cures end, or "" for standard input */

        uint64_t duplicates;            /* rows that were there before, byte for byte */
        bool duplicates_estimated;
        uint64_t duplicate_line;
        uint64_t complete_rows, missing_cells;
        tamis_look_pattern *patterns;   /* most rows first */
        size_t n_patterns;
        uint64_t rows_in_no_pattern;    /* more patterns than are kept */

        uint64_t sample_rows;           /* what the following are of */
        bool sampled;                   /* that is not all rows */
        size_t n_blocks;
        float *blocks;                  /* n_blocks x n: share missing, from the first rows to the last */
        double *nullity;                /* n x n: correlation of being missing; NaN: not defined. NULL: no memory is worth it */
        double *correlation;            /* n x n: Pearson's, of pairs both present; NaN: not both numeric. NULL: as above */
        double little_chi2, little_df, little_p;        /* NaN: not done */
        size_t little_columns;

        tamis_look_finding *findings;   /* the worst first */
        size_t n_findings, findings_capacity;
        uint64_t padded, skipped, rejected;
        char first_bad[256];
        tamis_arena arena;
} tamis_profile;

int tamis_profile_table(const tamis_profile_options *options, tamis_profile *ret, tamis_error *err) TAMIS_CHECKED;
void tamis_profile_done(tamis_profile *profile);

/* -- shown. Appended to `out`. */
int tamis_profile_csv(const tamis_profile *profile, tamis_buffer *out, tamis_error *err) TAMIS_CHECKED;
int tamis_profile_json(const tamis_profile *profile, tamis_buffer *out, tamis_error *err) TAMIS_CHECKED;
int tamis_profile_text(const tamis_profile *profile, size_t width, bool colour, tamis_buffer *out, tamis_error *err)
        TAMIS_CHECKED;
int tamis_profile_html(const tamis_profile *profile, tamis_buffer *out, tamis_error *err) TAMIS_CHECKED;

#endif
