/* score_cells.h: the cells that are judged, by column: what was there, and what was filled in, once for each
 * imputation.
 *
 * A value is a number, or the code of a text in the column's dictionary, which a double holds as well: the same arrays
 * serve both. A cell still missing is NaN.
 *
 * Ownership: embedded; {0} is empty; _done frees it.
 */
#ifndef TAMIS_JUDGE_SCORE_CELLS_H
#define TAMIS_JUDGE_SCORE_CELLS_H

#include <tamis/stats.h>

#include "judge/score_apart.h"
#include "judge/score.h"
#include "judge/score_whole.h"
#include "table/feed.h"

typedef struct tamis_judged {
        tamis_slice name;
        bool numeric, forced;   /* forced: by --types */
        bool known;             /* the truth has a cell of it, judged or not */
        size_t truth_at, holes_at, imputed_at;  /* which column of each table */
        tamis_row_list list;    /* the rows of the cells judged */
        double *truth;
        size_t truth_capacity;
        double **filled;        /* by imputation */
        size_t *hints;          /* by imputation */
        tamis_dict levels;      /* of texts */
} tamis_judged;

typedef struct tamis_cells {
        const tamis_score_options *options;
        tamis_scores *scores;           /* for notes */
        tamis_missing missing;
        tamis_judged *columns;          /* in the order of the file */
        size_t n;
        size_t m;                       /* imputations */
        bool stacked;                   /* there is a column _imputation */
        bool listed;                    /* the truth is a list of cells */
        bool correlations, energy;      /* of whole rows, asked for: set before reading */

        /* for this module alone */
        tamis_feed truth, holes, imputed;
        uint64_t rows;                  /* of the truth; of a list: the highest row named */
        tamis_dict keys;                /* of the truth, where rows are matched by one: the code is the row */
        tamis_dict hole_keys;
        tamis_row_list *hole_rows;      /* by column, with keys: the rows of `holes` that miss it */
        size_t *hole_hints;
        tamis_dict imputations;
        struct tamis_imputation { uint64_t rows; uint8_t *seen; } *each;
        size_t each_capacity;
        uint64_t strangers;             /* rows of the imputed table whose key the truth has not */
        size_t p;                       /* columns of numbers, where whole rows are looked at; else 0 */
        tamis_whole whole;
        tamis_apart apart;
} tamis_cells;

void tamis_cells_done(tamis_cells *cells);
/* Read all tables. `options` and `scores` are borrowed. */
int tamis_cells_read(tamis_cells *cells, const tamis_score_options *options, tamis_scores *scores, tamis_error *err)
        TAMIS_CHECKED;

/* -- between the files of this module ------------------------------------------------------------------------------ */

/* Something for the person to know. */
int tamis_scores_note(tamis_scores *scores, tamis_error *err, const char *format, ...)
        __attribute__((format(printf, 3, 4))) TAMIS_CHECKED;
/* score_columns.c: open the tables, and find in them the columns to judge. */
int tamis_cells_open(tamis_cells *cells, tamis_error *err) TAMIS_CHECKED;
/* score_truth.c: a complete table, with its holes; score_list.c: a list of cells. */
int tamis_cells_truth(tamis_cells *cells, tamis_error *err) TAMIS_CHECKED;
int tamis_cells_list(tamis_cells *cells, tamis_error *err) TAMIS_CHECKED;
/* score_imputed.c */
int tamis_cells_imputed(tamis_cells *cells, tamis_error *err) TAMIS_CHECKED;
/* The columns of numbers in the batch at hand of `feed`: cells->p of them, in its arena. */
int tamis_cells_numbers(const tamis_cells *cells, tamis_feed *feed, const double *const **ret,
                        tamis_error *err) TAMIS_CHECKED;
/* One more cell. */
int tamis_judged_add(tamis_judged *column, size_t row, double value, tamis_error *err) TAMIS_CHECKED;
void tamis_judged_empty(tamis_judged *column);
/* The code of a cell's text, added where it is new. */
int tamis_judged_code(tamis_judged *column, tamis_slice text, double *ret, tamis_error *err) TAMIS_CHECKED;

#endif
