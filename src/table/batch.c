#include <stdlib.h>

#include "table/cell.h"

static void empty(tamis_batch *batch) {
        batch->n_columns = 0;
        batch->n_rows = 0;
        batch->records = NULL;
        batch->train = NULL;
        batch->n_train = 0;
        batch->no_memory = false;
        tamis_arena_reset(&batch->arena);
        if (batch->borrowed)
                batch->chunk = (tamis_chunk) { 0 };
        batch->borrowed = false;
        batch->chunk.bytes.n = 0;
        batch->chunk.records = batch->chunk.cells = batch->chunk.n_breaks = 0;
        batch->chunk.quoted = false;
}

void tamis_batch_done(tamis_batch *batch) {
        if (!batch)
                return;
        if (!batch->borrowed)
                tamis_chunk_done(&batch->chunk);
        free(batch->columns);
        tamis_arena_done(&batch->arena);
        *batch = (tamis_batch) { 0 };
}

void tamis_batch_reset(tamis_batch *batch) {
        empty(batch);
        batch->schema = NULL;
        batch->missing = NULL;
        batch->precision = -1;
        batch->first_row = batch->first_train = 0;
        batch->final = false;
}

static int reserve(tamis_batch *batch, size_t n, tamis_error *err) {
        size_t capacity = 2 * batch->columns_capacity;
        tamis_column *columns;

        if (n <= batch->columns_capacity)
                return 0;
        if (capacity < n)
                capacity = n < 16 ? 16 : n;
        columns = reallocarray(batch->columns, capacity, sizeof *columns);
        if (!columns)
                return tamis_fail_memory(err);
        batch->columns = columns;
        batch->columns_capacity = capacity;
        return 0;
}

int tamis_batch_begin(tamis_batch *batch, tamis_error *err) {
        int r = reserve(batch, batch->chunk.cells, err);

        if (r < 0)
                return r;
        for (size_t i = 0; i < batch->chunk.cells; i++)
                batch->columns[i] = (tamis_column) { .field = (long) i };
        batch->n_columns = batch->chunk.cells;
        batch->n_rows = batch->chunk.records;
        batch->records = NULL;
        batch->train = NULL;
        batch->n_train = batch->n_rows;
        return 0;
}

static int make_column(tamis_batch *batch, tamis_column *column, tamis_error *err) {
        uint8_t *state = tamis_arena_get(&batch->arena, batch->n_rows);

        if (!state)
                return tamis_fail_memory(err);
        memset(state, TAMIS_CELL_MISSING, batch->n_rows);
        *column = (tamis_column) { .field = -1, .state = state };
        return 0;
}

int tamis_batch_begin_empty(tamis_batch *batch, size_t columns, size_t rows, tamis_error *err) {
        int r = reserve(batch, columns, err);

        if (r < 0)
                return r;
        batch->chunk.records = batch->chunk.cells = 0;
        batch->n_columns = 0;
        batch->n_rows = rows;
        batch->records = NULL;
        batch->train = NULL;
        batch->n_train = rows;
        for (size_t i = 0; i < columns; i++) {
                r = make_column(batch, &batch->columns[i], err);
                if (r < 0)
                        return r;
                batch->n_columns++;
        }
        return 0;
}

int tamis_batch_add_column(tamis_batch *batch, size_t at, tamis_error *err) {
        tamis_column column;
        int r = make_column(batch, &column, err);

        if (r == 0)
                r = reserve(batch, batch->n_columns + 1, err);
        if (r < 0)
                return r;
        memmove(batch->columns + at + 1, batch->columns + at, (batch->n_columns - at) * sizeof column);
        batch->columns[at] = column;
        batch->n_columns++;
        return 0;
}

void tamis_batch_remove_column(tamis_batch *batch, size_t at) {
        batch->n_columns--;
        memmove(batch->columns + at, batch->columns + at + 1, (batch->n_columns - at) * sizeof *batch->columns);
}

/* -- views of rows ------------------------------------------------------------------------------------------------- */

int tamis_batch_view(tamis_batch *batch, const uint8_t *keep, tamis_batch *into, tamis_error *err) {
        int r;

        if (!into->borrowed)
                tamis_chunk_done(&into->chunk);
        into->borrowed = true;
        empty(into);
        r = reserve(into, batch->n_columns, err);
        if (r < 0)
                return r;
        into->chunk = batch->chunk;
        into->borrowed = true;
        into->schema = batch->schema;
        into->missing = batch->missing;
        into->precision = batch->precision;
        into->final = batch->final;
        into->n_columns = batch->n_columns;
        into->n_rows = into->n_train = batch->n_rows;
        into->records = batch->records;
        for (size_t i = 0; i < batch->n_columns; i++) {
                into->columns[i] = batch->columns[i];
                into->columns[i].shared = true;
        }
        return keep ? tamis_batch_keep_rows(into, keep, err) : 0;
}
