/* frame.h: rows as typed columns, for strategies that fill columns from each other.
 *
 * A frame of train rows holds everything such a strategy learns from. Its columns stand in the order of their names and
 * its rows in an order that hangs on their cells alone, so that whatever is computed from it, sums rounded as they come
 * and draws keyed by the place of a row, is the same for any order of the columns and of the rows that came in. A frame
 * of rows to fill has the same columns, rows as they come.
 *
 * Ownership: a frame owns its columns' arrays and its texts.
 */
#ifndef TAMIS_IMPUTE_FRAME_H
#define TAMIS_IMPUTE_FRAME_H

#include <jansson.h>

#include <tamis/schema.h>

enum { TAMIS_CODE_MISSING = -1, TAMIS_CODE_UNSEEN = -2 };

/* One column; exactly one of `numbers` and `codes` is there, by type (TAMIS_TYPE_NUMERIC or _CATEGORICAL). */
typedef struct tamis_frame_column {
        const char *name;
        tamis_type type;
        double *numbers;                /* per row; NaN: missing. Finite otherwise. */
        int32_t *codes;                 /* per row: 0 .. levels - 1, or TAMIS_CODE_*; UNSEEN only in rows to fill: a
                                         * predictor whose level no train row had */
        size_t levels;
        const tamis_slice *level;       /* their texts, ascending; those of a frame to fill are the train frame's */
        bool wanted;                    /* its holes are to be filled; false: it only predicts */
        double least, most;             /* --min, --max: what is filled in lies here; infinite: no bound */
        size_t missing;                 /* holes among the rows */
        /* only where a strategy `spells` (joint.h), beside `numbers` */
        int32_t *spelling;              /* train, per row: which of `spelled` its cell is; -1: missing */
        const tamis_slice *spelled;     /* train: n_spelled texts of numbers */
        size_t n_spelled;
        tamis_slice *texts;             /* rows to fill, per row: the text that goes in with the number */
} tamis_frame_column;

typedef struct tamis_frame {
        size_t rows, n;
        tamis_frame_column *columns;    /* n, by name */
        uint64_t *keys;                 /* per row: what its random draws are keyed by. Train: its place, 0 .. rows - 1;
                                         * new rows: a hash of their cells */
        tamis_arena arena;
} tamis_frame;

void tamis_frame_done(tamis_frame *frame);

/* An empty frame with the same columns (names, types, levels borrowed, bounds) and room for `rows`
 * rows, all missing. */
int tamis_frame_like(const tamis_frame *frame, size_t rows, tamis_frame *ret, tamis_error *err) TAMIS_CHECKED;

/* A copy of the first `rows` rows (at most those there are). Those of train are in the order of a hash: its first rows
 * are a sample of it. */
int tamis_frame_head(const tamis_frame *frame, size_t rows, tamis_frame *ret, tamis_error *err) TAMIS_CHECKED;
/* All of it, texts too. */
int tamis_frame_copy(const tamis_frame *frame, tamis_frame *ret, tamis_error *err) TAMIS_CHECKED;

/* Columns (name, type, levels, wanted, bounds) as JSON; with `rows`, the cells as well, as CSV text: no longer than the
 * file they came from, and read as fast as one. */
int tamis_frame_save(const tamis_frame *frame, bool rows, json_t **ret, tamis_error *err) TAMIS_CHECKED;
int tamis_frame_load(const json_t *from, tamis_frame *ret, tamis_error *err) TAMIS_CHECKED;

#endif
