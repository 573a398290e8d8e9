/* What one cell of a batch says, and where it lies. */
#include <stdarg.h>
#include <stdio.h>

#include <tamis/number.h>

#include "table/cell.h"
#include "table/show.h"

/* The text of a number is kept in its place: it is what would be printed anyway. */
static tamis_slice text_of_number(tamis_batch *batch, tamis_column *c, size_t row) {
        char text[TAMIS_NUMBER_MAX], *copy;
        size_t n = tamis_number_print(c->numbers[row], text);

        copy = tamis_arena_get(&batch->arena, n);
        if (!copy) {
                batch->no_memory = true;
                return (tamis_slice) { "", 0 };
        }
        memcpy(copy, text, n);
        if (!c->texts && !c->shared)
                c->texts = tamis_arena_get(&batch->arena, batch->n_rows * sizeof *c->texts);
        if (c->texts && !c->shared) {
                c->texts[row] = (tamis_slice) { copy, n };
                c->state[row] = TAMIS_CELL_TEXT;
        }
        return (tamis_slice) { copy, n };
}

tamis_slice tamis_batch_text(tamis_batch *batch, size_t row, size_t column) {
        tamis_column *c = &batch->columns[column];
        tamis_slice text = { "", 0 };

        switch (tamis_cell_state_at(c, row)) {
        case TAMIS_CELL_RAW:
                text = tamis_cell_raw(batch, c, row);
                if (text.n == 0 || text.p[0] != '"')
                        return text;
                text = tamis_cell_value(text, &batch->arena);
                if (!text.p) {
                        batch->no_memory = batch->no_memory || text.n > 0;
                        text = (tamis_slice) { "", 0 };
                }
                return text;
        case TAMIS_CELL_NUMBER:
                return text_of_number(batch, c, row);
        case TAMIS_CELL_TEXT:
                return c->texts[row];
        case TAMIS_CELL_MISSING:
                break;
        default:
                return (tamis_slice) { &"0123456789"[c->state[row] - TAMIS_CELL_DIGIT], 1 };
        }
        return text;
}

bool tamis_batch_has_blanks(const tamis_batch *batch) {
        const tamis_buffer *bytes = &batch->chunk.bytes;

        return bytes->n > 0 && (memchr(bytes->p, ' ', bytes->n) || memchr(bytes->p, '\t', bytes->n)
                                || memchr(bytes->p, '"', bytes->n));
}

/* -- places -------------------------------------------------------------------------------------------------------- */

void tamis_batch_place(const tamis_batch *batch, size_t row, long column, const char **file, uint64_t *line,
                       uint64_t *byte_column) {
        long field = column >= 0 ? batch->columns[column].field : 0;

        if (batch->chunk.records == 0) {
                *file = "";
                *line = *byte_column = 0;
                return;
        }
        tamis_chunk_place(&batch->chunk, tamis_row_record(batch, row), field >= 0 ? (size_t) field : 0, file, line,
                          byte_column);
        if (field < 0)          /* a new column lies nowhere in the row */
                *byte_column = 0;
}

int tamis_batch_fail(tamis_batch *batch, size_t row, size_t column, tamis_error *err, const char *format, ...) {
        char name[TAMIS_SHOW_SIZE] = "", message[sizeof err->message];
        const char *file;
        uint64_t line, byte_column;
        va_list args;

        if (batch->schema && column < batch->schema->n) {
                const tamis_field *f = &batch->schema->fields[column];

                tamis_show((tamis_slice) { f->name, f->name_length }, name, sizeof name);
        } else {
                snprintf(name, sizeof name, "%zu", column + 1);
        }
        va_start(args, format);
        vsnprintf(message, sizeof message, format, args);
        va_end(args);
        tamis_batch_place(batch, row, (long) column, &file, &line, &byte_column);
        return tamis_fail_at(err, TAMIS_BAD_DATA, file, line, byte_column, "column \"%s\": %s", name, message);
}
