/* series.h: strategies that fill a hole from the rows before and behind it, in an order.
 *
 * The rows stand in the order of --order (as they come, without it), within the groups of --group. Train rows are
 * filled from train rows alone; the others from all rows, for at their time those before have been seen. So it learns
 * from every row, keeps what goes into each hole, and looks it up by the number of the row; there is no model that new
 * rows could go through.
 *
 *     series.c         rows collected, what was filled looked up
 *     series_order.c   the order of the rows
 *     series_fill.c    the holes filled, when all rows are there
 *     ffill.c bfill.c hotdeck.c interpolate.c    a strategy each
 *
 * Ownership: tamis_serial is embedded; {0} is none; _done frees it. Columns are the step's.
 */
#ifndef TAMIS_IMPUTE_SERIES_H
#define TAMIS_IMPUTE_SERIES_H

#include "base/texts.h"
#include "step/grouping.h"

#define TAMIS_NO_DONOR UINT32_MAX

/* The rows of a group in their order, and what one column has there. */
typedef struct tamis_sequence {
        size_t n;
        const double *x;                /* where each stands: by --order where that is numbers or times, else 0, 1, 2,
                                         * ...; NaN: not known */
        const uint8_t *present;
        const double *values;           /* of those that are present; NULL for texts */
        const tamis_context *context;
        /* what goes into the holes; set to "nothing" before */
        double *filled;                 /* a number; NaN: nothing. Strategies that have `numbers` */
        size_t *donors;                 /* the place of the row whose cell it takes; SIZE_MAX: nothing. The others */
} tamis_sequence;

typedef struct tamis_series {
        tamis_strategy base;
        bool numbers;                   /* fills numbers of its own, into numeric columns alone */
        bool needs_order;               /* --order must be given */
        const char *const *options;     /* as in joint.h */
        const char *why;                /* holes stay where ... */
        int (*fill)(tamis_sequence *sequence, tamis_error *err);
} tamis_series;

extern const tamis_series tamis_series_bfill, tamis_series_ffill, tamis_series_hotdeck, tamis_series_interpolate;

/* -- at work in one step ------------------------------------------------------------------------------------------- */

/* All rows so far; of one batch, or of all. */
typedef struct tamis_serial_rows {
        size_t n, capacity;
        uint8_t *train;
        int32_t *groups;                /* NULL: there are none */
        tamis_dict keys;
        size_t n_columns;               /* the columns to fill, then those of --order */
        struct tamis_serial_column {    /* one of the three: */
                double *numbers;        /* to compute with, or to order by; NaN: a hole */
                tamis_texts cells;      /* to go into holes as they are; an empty one: a hole */
                int32_t *codes;         /* to order by, in `texts`; -1: a hole */
                tamis_dict texts;
                size_t holes;
                uint32_t *donors;       /* after finish: whose of `cells` goes in, or TAMIS_NO_DONOR. NULL: there are no
                                         * holes, or numbers go in */
        } *columns;
} tamis_serial_rows;

typedef struct tamis_serial {
        const tamis_context *context;
        const tamis_columns *columns;
        const tamis_grouping *grouping;
        const tamis_series **wishes;    /* per column of the step; NULL: not by such a strategy */
        bool *holes;                    /* per column of the step: some train cell is missing */
        size_t *of, n;                  /* the columns to fill, as the step's */
        tamis_columns order;
        tamis_columns mark;             /* `_split`, if it decides */
        uint64_t max_gap;               /* 0: any */
        tamis_serial_rows rows;         /* after finish: `train`, and of columns with holes what goes in: numbers, or
                                         * cells and donors */
        uint32_t *train_before;         /* per row: how many train rows stand before it */
} tamis_serial;

void tamis_serial_done(tamis_serial *serial);
int tamis_serial_open(tamis_serial *serial, const tamis_context *context, const tamis_columns *columns,
                      const tamis_grouping *grouping, tamis_error *err) TAMIS_CHECKED;
/* After the wishes are set. Columns of --order are found. */
int tamis_serial_bind(tamis_serial *serial, tamis_schema *schema, tamis_error *err) TAMIS_CHECKED;
/* `rows` of all rows of the batch, and which of them are train rows: *train NULL: all. In the batch's arena. */
int tamis_serial_learn(const tamis_serial *serial, tamis_serial_rows *rows, tamis_batch *batch, const uint8_t **train,
                       tamis_error *err) TAMIS_CHECKED;
int tamis_serial_merge(tamis_serial *serial, const tamis_serial_rows *rows, tamis_error *err) TAMIS_CHECKED;
void tamis_serial_rows_done(tamis_serial_rows *rows);
void tamis_serial_column_done(struct tamis_serial_column *column);
/* From rows to what goes into their holes: all strategies at work. */
int tamis_serial_finish(tamis_serial *serial, tamis_error *err) TAMIS_CHECKED;

/* What goes into column `i` (the step's) of row `number`: false: nothing. `text` p NULL: the number. */
bool tamis_serial_value(const tamis_serial *serial, size_t i, uint64_t number, double *value, tamis_slice *text);

/* The order of all rows, within groups: *order (freed by the caller), and where each stands (*x; NULL: count them). */
int tamis_serial_order(const tamis_serial *serial, uint32_t **order, double **x, tamis_error *err) TAMIS_CHECKED;

static inline bool tamis_serial_any(const tamis_serial *serial) {
        return serial->n > 0;
}

#endif
