/* cell.h: where the cells of a batch lie. Inline, for loops over many. */
#ifndef TAMIS_TABLE_CELL_H
#define TAMIS_TABLE_CELL_H

#include <tamis/batch.h>

static inline bool tamis_is_blank(char c) {
        return c == ' ' || c == '\t';
}

/* Without the blanks around it. */
static inline tamis_slice tamis_trim(tamis_slice s) {
        while (s.n > 0 && tamis_is_blank(s.p[0]))
                s.p++, s.n--;
        while (s.n > 0 && tamis_is_blank(s.p[s.n - 1]))
                s.n--;
        return s;
}

/* The chunk's record of a row; only where there are bytes behind the rows (chunk.records > 0). */
static inline size_t tamis_row_record(const tamis_batch *batch, size_t row) {
        return batch->records ? batch->records[row] : row;
}

/* Where field `field` of a record begins and ends in the chunk's bytes. */
static inline size_t tamis_field_begin(const tamis_chunk *chunk, size_t record, size_t field) {
        return field ? (size_t) chunk->ends[record * chunk->cells + field - 1] + 1 : chunk->starts[record];
}

static inline size_t tamis_field_end(const tamis_chunk *chunk, size_t record, size_t field) {
        return chunk->ends[record * chunk->cells + field];
}

/* The bytes of an untouched cell. */
static inline tamis_slice tamis_cell_raw(const tamis_batch *batch, const tamis_column *column, size_t row) {
        const tamis_chunk *chunk = &batch->chunk;
        size_t record = tamis_row_record(batch, row), field = (size_t) column->field;
        size_t begin = tamis_field_begin(chunk, record, field);

        return (tamis_slice) { chunk->bytes.p + begin, tamis_field_end(chunk, record, field) - begin };
}

static inline tamis_cell_state tamis_cell_state_at(const tamis_column *column, size_t row) {
        return column->state ? (tamis_cell_state) column->state[row] : TAMIS_CELL_RAW;
}

static inline double tamis_cell_digit(uint8_t state) {
        return state - TAMIS_CELL_DIGIT;
}

/* A cell was changed. The others need not be parsed again, if somebody asked for them since rows last went. */
static inline void tamis_column_drop_views(tamis_column *column) {
        if (column->number_view)
                column->parsed = column->number_view;
        if (column->picked)
                column->parsed = NULL;
        column->picked = NULL;
        column->number_view = NULL;
        column->missing_view = column->train_view = NULL;
}

/* rows.c: the views of the rows that stayed, now that somebody asks. */
int tamis_column_pick_views(tamis_batch *batch, tamis_column *column, tamis_error *err) TAMIS_CHECKED;

#endif
