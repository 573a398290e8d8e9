/* rows.h: train rows held as numbers and codes, to measure distances between them and to make new ones of them.
 *
 * Learned per batch, merged in order, so that row i is the i-th train row. Two kinds of text columns: categories that
 * count as features, and texts that a new row takes over from the row it was made of.
 *
 * Ownership: embedded; {0} is empty; _done frees it.
 */
#ifndef BALANCE_ROWS_H
#define BALANCE_ROWS_H

#include <tamis/stats.h>
#include <tamis/step.h>

/* Some columns of texts, as codes of one dictionary a column. */
typedef struct tamis_texts {
        size_t width;
        tamis_dict *dicts;
        uint32_t *codes;        /* rows * width */
        size_t capacity;
} tamis_texts;

typedef struct tamis_rows {
        size_t n;
        size_t d;
        double *numbers;        /* n * d; NaN where missing, or where the row has no class */
        size_t capacity;
        int *decimals;          /* per number column: the most that any cell shows */
        tamis_texts categories, carried;

        /* missing features of rows that have a class, numbers first, then categories */
        uint64_t *missing;
        bool has_hole;
        char file[256];         /* where the first of them is */
        uint64_t line, byte_column;
} tamis_rows;

/* Which column of the batch goes where. */
typedef struct tamis_rows_columns {
        const size_t *numbers, *categories, *carried;
        size_t n_numbers, n_categories, n_carried;
} tamis_rows_columns;

void tamis_rows_done(tamis_rows *rows);
/* `labels`: the class of each row of the batch, TAMIS_NO_CLASS for none. */
int tamis_rows_learn(tamis_rows *rows, tamis_batch *batch, const tamis_rows_columns *columns, const uint32_t *labels,
                     tamis_error *err) TAMIS_CHECKED;
int tamis_rows_merge(tamis_rows *into, const tamis_rows *from, tamis_error *err) TAMIS_CHECKED;

static inline tamis_slice tamis_texts_get(const tamis_texts *texts, size_t row, size_t column) {
        return texts->dicts[column].entries[texts->codes[row * texts->width + column]].text;
}

#endif
