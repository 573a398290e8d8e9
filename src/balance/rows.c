#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "balance/rows.h"
#include "balance/targets.h"

static void texts_done(tamis_texts *t) {
        for (size_t i = 0; t->dicts && i < t->width; i++)
                tamis_dict_done(&t->dicts[i]);
        free(t->dicts);
        free(t->codes);
        *t = (tamis_texts) { 0 };
}

void tamis_rows_done(tamis_rows *rows) {
        free(rows->numbers);
        free(rows->decimals);
        free(rows->missing);
        texts_done(&rows->categories);
        texts_done(&rows->carried);
        *rows = (tamis_rows) { 0 };
}

/* -- room ---------------------------------------------------------------------------------------------------------- */

static size_t grown(size_t capacity, size_t needed) {
        if (capacity == 0)
                capacity = 256;
        while (capacity < needed)
                capacity += capacity / 2;
        return capacity;
}

static int texts_reserve(tamis_texts *t, size_t rows, tamis_error *err) {
        size_t capacity = grown(t->capacity, rows);
        uint32_t *codes;

        if (t->width == 0 || rows <= t->capacity)
                return 0;
        codes = reallocarray(t->codes, capacity, t->width * sizeof *codes);
        if (!codes)
                return tamis_fail_memory(err);
        t->codes = codes;
        t->capacity = capacity;
        return 0;
}

static int reserve(tamis_rows *rows, size_t more, tamis_error *err) {
        size_t needed = rows->n + more, capacity = grown(rows->capacity, needed);
        double *numbers;
        int r;

        if (rows->d > 0 && needed > rows->capacity) {
                numbers = reallocarray(rows->numbers, capacity, rows->d * sizeof *numbers);
                if (!numbers)
                        return tamis_fail_memory(err);
                rows->numbers = numbers;
                rows->capacity = capacity;
        }
        r = texts_reserve(&rows->categories, needed, err);
        return r == 0 ? texts_reserve(&rows->carried, needed, err) : r;
}

static int texts_shape(tamis_texts *t, size_t width, tamis_error *err) {
        t->width = width;
        t->dicts = calloc(width + 1, sizeof *t->dicts);
        return t->dicts ? 0 : tamis_fail_memory(err);
}

/* Give empty rows their columns. */
static int shape(tamis_rows *rows, size_t numbers, size_t categories, size_t carried, tamis_error *err) {
        int r;

        if (rows->missing)
                return 0;
        r = texts_shape(&rows->categories, categories, err);
        if (r == 0)
                r = texts_shape(&rows->carried, carried, err);
        if (r < 0)
                return r;
        rows->d = numbers;
        rows->decimals = calloc(numbers + 1, sizeof *rows->decimals);
        rows->missing = calloc(numbers + categories + 1, sizeof *rows->missing);
        return rows->decimals && rows->missing ? 0 : tamis_fail_memory(err);
}

/* -- learning ------------------------------------------------------------------------------------------------------ */

/* The first missing feature of a batch. */
struct hole {
        size_t row, column;     /* row SIZE_MAX: none */
};

static void note_missing(tamis_rows *rows, size_t feature, size_t row, size_t column, struct hole *first) {
        rows->missing[feature]++;
        if (row < first->row)
                *first = (struct hole) { row, column };
}

/* Finding a place means counting lines: it is done for one cell a batch at most. */
static void note_place(tamis_rows *rows, const tamis_batch *batch, const struct hole *first) {
        const char *file = NULL;

        if (first->row == SIZE_MAX || rows->has_hole)
                return;
        tamis_batch_place(batch, first->row, (long) first->column, &file, &rows->line, &rows->byte_column);
        snprintf(rows->file, sizeof rows->file, "%s", file ? file : "");
        rows->has_hole = true;
}

static int learn_numbers(tamis_rows *rows, size_t j, tamis_batch *batch, size_t column, const uint32_t *labels,
                         struct hole *first, tamis_error *err) {
        double *into = rows->numbers + rows->n * rows->d + j;
        const double *values;
        int r = tamis_batch_numbers(batch, column, &values, err);

        if (r < 0)
                return r;
        for (size_t row = 0; row < batch->n_rows; row++, into += rows->d) {
                int decimals;

                *into = labels[row] == TAMIS_NO_CLASS ? NAN : values[row];
                if (labels[row] == TAMIS_NO_CLASS)
                        continue;
                if (isnan(values[row])) {
                        note_missing(rows, j, row, column, first);
                        continue;
                }
                decimals = tamis_batch_decimals(batch, row, column);
                if (decimals > rows->decimals[j])
                        rows->decimals[j] = decimals;
        }
        return 0;
}

static int learn_texts(tamis_texts *t, size_t n, size_t j, tamis_batch *batch, size_t column, tamis_error *err) {
        uint32_t *into = t->codes + n * t->width + j;

        for (size_t row = 0; row < batch->n_rows; row++, into += t->width) {
                size_t code;
                int r = tamis_dict_add(&t->dicts[j], tamis_batch_text(batch, row, column), 1, &code, err);

                if (r < 0)
                        return r;
                *into = (uint32_t) code;
        }
        return 0;
}

static int look_for_holes(tamis_rows *rows, size_t feature, tamis_batch *batch, size_t column, const uint32_t *labels,
                          struct hole *first, tamis_error *err) {
        const uint8_t *missing;
        int r = tamis_batch_missing(batch, column, &missing, err);

        for (size_t row = 0; r == 0 && row < batch->n_rows; row++)
                if (missing[row] && labels[row] != TAMIS_NO_CLASS)
                        note_missing(rows, feature, row, column, first);
        return r;
}

int tamis_rows_learn(tamis_rows *rows, tamis_batch *batch, const tamis_rows_columns *columns, const uint32_t *labels,
                     tamis_error *err) {
        struct hole first = { .row = SIZE_MAX };
        int r = shape(rows, columns->n_numbers, columns->n_categories, columns->n_carried, err);

        if (r == 0)
                r = reserve(rows, batch->n_rows, err);
        for (size_t j = 0; r == 0 && j < columns->n_numbers; j++)
                r = learn_numbers(rows, j, batch, columns->numbers[j], labels, &first, err);
        for (size_t j = 0; r == 0 && j < columns->n_categories; j++) {
                r = look_for_holes(rows, rows->d + j, batch, columns->categories[j], labels, &first, err);
                if (r == 0)
                        r = learn_texts(&rows->categories, rows->n, j, batch, columns->categories[j], err);
        }
        for (size_t j = 0; r == 0 && j < columns->n_carried; j++)
                r = learn_texts(&rows->carried, rows->n, j, batch, columns->carried[j], err);
        if (r < 0)
                return r;
        note_place(rows, batch, &first);
        rows->n += batch->n_rows;
        return 0;
}

/* -- merging ------------------------------------------------------------------------------------------------------- */

static int merge_texts(tamis_texts *into, size_t at, const tamis_texts *from, size_t n, tamis_error *err) {
        for (size_t j = 0; j < from->width; j++) {
                size_t *map = calloc(from->dicts[j].n + 1, sizeof *map);
                int r = map ? tamis_dict_merge(&into->dicts[j], &from->dicts[j], map, err) : tamis_fail_memory(err);

                for (size_t row = 0; r == 0 && row < n; row++)
                        into->codes[(at + row) * into->width + j] = (uint32_t) map[from->codes[row * from->width + j]];
                free(map);
                if (r < 0)
                        return r;
        }
        return 0;
}

int tamis_rows_merge(tamis_rows *into, const tamis_rows *from, tamis_error *err) {
        int r;

        if (from->n == 0)
                return 0;
        r = shape(into, from->d, from->categories.width, from->carried.width, err);
        if (r == 0)
                r = reserve(into, from->n, err);
        if (r == 0)
                r = merge_texts(&into->categories, into->n, &from->categories, from->n, err);
        if (r == 0)
                r = merge_texts(&into->carried, into->n, &from->carried, from->n, err);
        if (r < 0)
                return r;
        if (from->d > 0)
                memcpy(into->numbers + into->n * into->d, from->numbers, from->n * from->d * sizeof *from->numbers);
        for (size_t j = 0; j < from->d; j++)
                if (from->decimals[j] > into->decimals[j])
                        into->decimals[j] = from->decimals[j];
        for (size_t j = 0; j < from->d + from->categories.width; j++)
                into->missing[j] += from->missing[j];
        if (from->has_hole && !into->has_hole) {
                into->has_hole = true;
                memcpy(into->file, from->file, sizeof into->file);
                into->line = from->line;
                into->byte_column = from->byte_column;
        }
        into->n += from->n;
        return 0;
}
