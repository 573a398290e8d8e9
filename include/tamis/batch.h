/* batch.h: a run of rows, the unit of work.
 *
 * A batch lies over a chunk of the input's bytes. A cell that no step has changed *is* its bytes; a changed cell is
 * held beside them, as a number, a text or a hole, in its column. So an untouched row is written by copying one run of
 * bytes, and a chain of steps hands numbers on without printing them.
 *
 * Views are made on demand and kept: the numbers of a column (missing: NaN, which no cell can be), the mask of its
 * missing cells, the text of one cell. A change to a column drops its views: the arrays handed out before hold until
 * one is asked for again. Whatever a batch would print and read again, it
 * already says: that is what makes a `then` chain the same as a pipeline.
 *
 * Ownership: everything a batch hands out lives in its arena or its chunk until tamis_batch_reset(). Texts given to
 * tamis_batch_set_text() are borrowed: they must outlive the batch (a step's state does) or lie in the batch's arena.
 */
#ifndef TAMIS_BATCH_H
#define TAMIS_BATCH_H

#include <stdatomic.h>

#include <tamis/schema.h>

typedef enum tamis_cell_state {
        TAMIS_CELL_RAW,         /* as it came */
        TAMIS_CELL_NUMBER,      /* column.numbers[row] */
        TAMIS_CELL_TEXT,        /* column.texts[row] */
        TAMIS_CELL_MISSING,     /* emptied by a step */
        TAMIS_CELL_DIGIT,       /* the number 0; the next nine, 1 to 9: flags and classes need no array */
} tamis_cell_state;

typedef struct tamis_column {
        long field;             /* the chunk's cell that an untouched cell is; -1: a new column, no cell is RAW */
        uint8_t *state;         /* tamis_cell_state per row; NULL: all RAW */
        double *numbers;        /* per row, where the state says so; may lie in the array of number_view or parsed */
        tamis_slice *texts;     /* per row; allocated with the first text */

        /* views */
        double *number_view;
        const uint8_t *missing_view;
        size_t nonnumbers;      /* present cells that are no number, or would lose a leading zero (with number_view) */
        size_t first_nonnumber; /* the row of the first */
        size_t missing;         /* how many (with number_view or missing_view) */

        const uint8_t *train_view;      /* of a column of marks, for the runner: which rows say "train" */
        size_t n_train;                 /* how many (with train_view) */

        /* for this module alone */
        const uint32_t *picked;         /* views and parsed are those of before rows went: item i is
                                         * their item picked[i] */
        double *parsed;         /* a number_view of before: still right where an untouched cell is a number */
        const tamis_missing *view_missing;      /* what the views call missing; another step may call other things so */
        bool view_padded;       /* in number_view and parsed, zero padded cells count as numbers */
        bool shared;            /* state, numbers and texts are those of the batch this is a view of: copy to change */
} tamis_column;

/* In the place of a row's number, for a step that has no use for it. */
#define TAMIS_NOT_NUMBERED UINT64_MAX

typedef struct tamis_batch {
        tamis_chunk chunk;
        tamis_column *columns;
        size_t n_columns, columns_capacity;
        size_t n_rows;
        const uint32_t *records;        /* the chunk's record of each row; NULL: row r is record r */
        tamis_arena arena;

        /* set by the runner before a step sees the batch */
        const tamis_schema *schema;     /* the columns, as they are at this step's door */
        const tamis_missing *missing;   /* what this step calls missing */
        int precision;                  /* decimals of numbers this step writes; -1: shortest */
        uint64_t first_row;             /* rows that came to this step before this batch; TAMIS_NOT_NUMBERED where it
                                         * has none of the traits (step.h) that ask for it, or was loaded */
        const uint8_t *train;           /* per row: learn from it, resample it; NULL: every row. See
                                         * tamis_batch_is_train */
        size_t n_train;                 /* rows of `train` that are set (n_rows where NULL) */
        uint64_t first_train;           /* train rows that came to this step before this batch; as first_row */
        bool final;                     /* this reading is the one whose rows go out: count what is done now,
                                         * and only now */
        bool no_memory;                 /* a text view could not be made; the runner fails the run */

        bool borrowed;                  /* the chunk belongs to the batch this is a view of */
} tamis_batch;

void tamis_batch_done(tamis_batch *batch);
/* Empty it for the next use; keeps its memory. */
void tamis_batch_reset(tamis_batch *batch);

/* Lay it over its chunk: one column per cell of the chunk, all RAW, all rows. */
int tamis_batch_begin(tamis_batch *batch, tamis_error *err) TAMIS_CHECKED;
/* `rows` rows with no bytes behind them: `columns` columns, every cell MISSING. */
int tamis_batch_begin_empty(tamis_batch *batch, size_t columns, size_t rows, tamis_error *err) TAMIS_CHECKED;
/* `into` becomes the rows of `batch` for which keep[row] (NULL: all), sharing bytes and arena pieces: it must be reset
 * before `batch` is changed or reset. What is changed in `into` does not change `batch`. Every row counts as a train
 * row; first_row and first_train are the caller's to set. */
int tamis_batch_view(tamis_batch *batch, const uint8_t *keep, tamis_batch *into, tamis_error *err) TAMIS_CHECKED;

static inline bool tamis_batch_is_train(const tamis_batch *batch, size_t row) {
        return !batch->train || batch->train[row];
}

/* What apply counts for the report. A chain may read its input several times; each cell is counted once. */
static inline void tamis_batch_count(const tamis_batch *batch, _Atomic uint64_t *counter, uint64_t n) {
        if (batch->final && n)
                atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

/* -- looking ------------------------------------------------------------------------------------------------------- */

/* Views hold until a cell of their column is changed, or rows are.
 *
 * The column as doubles, n_rows of them; missing cells and cells that are no number are NaN, which
 * column->missing and column->nonnumbers then count. */
int tamis_batch_numbers(tamis_batch *batch, size_t column, const double **ret, tamis_error *err) TAMIS_CHECKED;
/* The same, but a present cell that is no number is TAMIS_BAD_DATA, with its place and the cure; a zero padded one
 * (007) has its value. What `apply` wants for a column learned as numeric. */
int tamis_batch_numbers_only(tamis_batch *batch, size_t column, const double **ret, tamis_error *err) TAMIS_CHECKED;
/* 1 where missing, n_rows of them. Does not parse numbers. */
int tamis_batch_missing(tamis_batch *batch, size_t column, const uint8_t **ret, tamis_error *err) TAMIS_CHECKED;
/* The decoded value of one cell ("" when emptied). */
tamis_slice tamis_batch_text(tamis_batch *batch, size_t row, size_t column);
bool tamis_batch_cell_missing(tamis_batch *batch, size_t row, size_t column);
/* False: no cell in the bytes the batch lies over has a blank in it, or begins with a quote. */
bool tamis_batch_has_blanks(const tamis_batch *batch);
/* Decimals the cell shows, or would show; 0 for what is no number. */
int tamis_batch_decimals(tamis_batch *batch, size_t row, size_t column);

/* TAMIS_BAD_DATA at a cell: fills file, line and byte column, and puts `column "NAME": ` before the message. */
int tamis_batch_fail(tamis_batch *batch, size_t row, size_t column, tamis_error *err, const char *format, ...)
        __attribute__((format(printf, 5, 6)));
/* Where a row begins, for messages; line 0 for rows that a step made. */
void tamis_batch_place(const tamis_batch *batch, size_t row, long column, const char **file, uint64_t *line,
                       uint64_t *byte_column);

/* -- changing ------------------------------------------------------------------------------------------------------ */

/* A number (finite) goes out in its shortest form, or with batch->precision decimals: it is then rounded here, so that
 * later steps see what would be printed. */
int tamis_batch_set_number(tamis_batch *batch, size_t row, size_t column, double value, tamis_error *err) TAMIS_CHECKED;
int tamis_batch_set_text(tamis_batch *batch, size_t row, size_t column, tamis_slice text,
                         tamis_error *err) TAMIS_CHECKED;
int tamis_batch_set_missing(tamis_batch *batch, size_t row, size_t column, tamis_error *err) TAMIS_CHECKED;

/* The whole column at once, the fast way: values[n_rows] (copied); NaN leaves the cell as it is. */
int tamis_batch_set_numbers(tamis_batch *batch, size_t column, const double *values, tamis_error *err) TAMIS_CHECKED;

/* A new column at `at`, every cell MISSING until set. Keep the schema in step: the step's attach() did. */
int tamis_batch_add_column(tamis_batch *batch, size_t at, tamis_error *err) TAMIS_CHECKED;
void tamis_batch_remove_column(tamis_batch *batch, size_t at);

/* Row r stays times[r] times (0: it goes), copies side by side. */
int tamis_batch_repeat_rows(tamis_batch *batch, const uint32_t *times, tamis_error *err) TAMIS_CHECKED;
int tamis_batch_keep_rows(tamis_batch *batch, const uint8_t *keep, tamis_error *err) TAMIS_CHECKED;

/* -- printing ------------------------------------------------------------------------------------------------------ */

/* Append the rows [first, last) as they go out. Rows end as they came; a row that came without a line ending (the last
 * of a file) and rows that a step made end with dialect->eol, but for the very last row printed when it came without
 * one: *open is then true, and whatever follows needs dialect->eol in front. The delimiter is the one the chunk has. */
int tamis_batch_print(tamis_batch *batch, size_t first, size_t last, const tamis_dialect *dialect, tamis_buffer *out,
                      bool *open, tamis_error *err) TAMIS_CHECKED;
/* The header line of a schema, BOM and leading blank lines included when `lead` (the reader's header chunk) has them.
 * It ends as `lead` does (a file that is a header without a line ending stays so); without `lead`, with dialect.eol. */
int tamis_schema_print(const tamis_schema *schema, const tamis_chunk *lead, tamis_buffer *out, tamis_error *err)
        TAMIS_CHECKED;

/* -- types --------------------------------------------------------------------------------------------------------- */

/* What a column's cells say about its type, batch by batch; sums do not depend on their order. */
typedef struct tamis_typing {
        uint64_t present, missing, nonnumbers;
        char example[64];       /* the first cell that is no number (of the first batch in order that has one) */
        bool mixed;             /* those that are no number are not all like it */
        char file[256];
        uint64_t line;
} tamis_typing;

int tamis_typing_learn(tamis_typing *typing, tamis_batch *batch, size_t column, tamis_error *err) TAMIS_CHECKED;
void tamis_typing_merge(tamis_typing *into, const tamis_typing *later);
tamis_type tamis_typing_type(const tamis_typing *typing);

#endif
