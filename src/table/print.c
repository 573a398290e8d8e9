/* Rows and header, as they go out.
 *
 * The idea: what lies side by side in the chunk and goes out side by side goes out as one copy. So the printer keeps a
 * run of the chunk's bytes that is due; an untouched cell, a line ending, the next row only move the run's end, and
 * nothing is copied until something comes that does not follow. A batch nobody changed is one memcpy.
 */
#include <stdlib.h>

#include <tamis/number.h>

#include "table/cell.h"

/* Columns that are printed alike: untouched columns of fields [first, last], or one changed column. */
struct piece {
        const tamis_column *column;     /* NULL: no cell of these is changed */
        size_t index;
        size_t first, last;
};

struct printer {
        const tamis_batch *batch;
        tamis_buffer *out;
        size_t from, to;        /* due: bytes [from, to) of the chunk */
        char delimiter;
        bool only;              /* rows of one cell: an empty one must not leave a blank line */
        bool awkward;           /* a number may hold the delimiter */
};

static size_t plan(const tamis_batch *batch, struct piece *pieces) {
        size_t n = 0;

        for (size_t i = 0; i < batch->n_columns; i++) {
                const tamis_column *c = &batch->columns[i];

                if (c->state) {
                        pieces[n++] = (struct piece) { c, i, (size_t) c->field, (size_t) c->field };
                } else if (n > 0 && !pieces[n - 1].column && pieces[n - 1].last + 1 == (size_t) c->field) {
                        pieces[n - 1].last++;
                } else {
                        pieces[n++] = (struct piece) { NULL, i, (size_t) c->field, (size_t) c->field };
                }
        }
        return n;
}

static inline int flush(struct printer *p, tamis_error *err) {
        int r;

        if (p->from == p->to)
                return 0;
        r = tamis_buffer_add(p->out, p->batch->chunk.bytes.p + p->from, p->to - p->from, err);
        p->from = p->to;
        return r;
}

static inline int put(struct printer *p, char c, tamis_error *err) {
        if (p->out->n == p->out->capacity) {
                int r = tamis_buffer_reserve(p->out, 1, err);

                if (r < 0)
                        return r;
        }
        p->out->p[p->out->n++] = c;
        return 0;
}

/* Bytes [from, to) of the chunk come next. */
static inline int due(struct printer *p, size_t from, size_t to, tamis_error *err) {
        if (from != p->to) {
                int r = flush(p, err);

                if (r < 0)
                        return r;
                p->from = from;
        }
        p->to = to;
        return 0;
}

/* The delimiter in front of a cell that would begin at `begin`, if it is not the first field of its record: the chunk's
 * own where it follows what is due. */
static inline int delimit(struct printer *p, size_t begin, bool first, tamis_error *err) {
        int r;

        if (!first && begin == p->to + 1) {
                p->to++;
                return 0;
        }
        r = flush(p, err);
        return r < 0 ? r : put(p, p->delimiter, err);
}

static int put_number(struct printer *p, double value, tamis_error *err) {
        char text[TAMIS_NUMBER_MAX];
        int r;

        if (p->awkward)
                return tamis_cell_write(p->out, (tamis_slice) { text, tamis_number_print(value, text) }, p->delimiter,
                                        p->only, err);
        if (p->out->capacity - p->out->n < TAMIS_NUMBER_MAX) {
                r = tamis_buffer_reserve(p->out, TAMIS_NUMBER_MAX, err);
                if (r < 0)
                        return r;
        }
        p->out->n += tamis_number_print(value, p->out->p + p->out->n);
        return 0;
}

static int put_changed(struct printer *p, const tamis_column *c, size_t row, tamis_error *err) {
        int r = flush(p, err);

        if (r < 0)
                return r;
        switch (c->state[row]) {
        case TAMIS_CELL_NUMBER:
                return put_number(p, c->numbers[row], err);
        case TAMIS_CELL_TEXT:
                return tamis_cell_write(p->out, c->texts[row], p->delimiter, p->only, err);
        case TAMIS_CELL_MISSING:
                return p->only ? tamis_buffer_add(p->out, "\"\"", 2, err) : 0;
        default:
                return p->awkward ? put_number(p, tamis_cell_digit(c->state[row]), err)
                        : put(p, (char) ('0' + c->state[row] - TAMIS_CELL_DIGIT), err);
        }
}

static inline int put_untouched(struct printer *p, size_t begin, size_t end, tamis_error *err) {
        int r;

        if (p->only && begin == end) {
                r = flush(p, err);
                return r < 0 ? r : tamis_buffer_add(p->out, "\"\"", 2, err);
        }
        return due(p, begin, end, err);
}

static int put_cells(struct printer *p, const struct piece *pieces, size_t n, size_t row, tamis_error *err) {
        const tamis_chunk *chunk = &p->batch->chunk;
        size_t record = chunk->records ? tamis_row_record(p->batch, row) : 0;
        int r;

        for (size_t i = 0; i < n; i++) {
                const struct piece *piece = &pieces[i];
                bool changed = piece->column && piece->column->state[row] != TAMIS_CELL_RAW;
                bool lies = !piece->column || piece->column->field >= 0;        /* somewhere in the chunk */
                size_t begin = lies ? tamis_field_begin(chunk, record, piece->first) : 0;

                if (i > 0) {
                        r = delimit(p, begin, !lies || piece->first == 0, err);
                        if (r < 0)
                                return r;
                }
                if (!changed) {
                        r = put_untouched(p, begin, tamis_field_end(chunk, record, piece->last), err);
                } else {
                        r = put_changed(p, piece->column, row, err);
                        /* as if the cell had been copied: what follows it may follow on */
                        if (lies)
                                p->from = p->to = tamis_field_end(chunk, record, piece->last);
                }
                if (r < 0)
                        return r;
        }
        return 0;
}

/* How long the line ending at p[0] is, n > 0 bytes left. */
static size_t eol_length(const char *p, size_t n) {
        return n > 1 && p[0] == '\r' && p[1] == '\n' ? 2 : 1;
}

/* *open: the row came without a line ending and is the last. */
static int put_eol(struct printer *p, size_t row, size_t last, const char *eol, bool *open, tamis_error *err) {
        const tamis_batch *batch = p->batch;
        const tamis_chunk *chunk = &batch->chunk;
        size_t record, from, to;
        int r;

        if (chunk->records > 0) {
                record = tamis_row_record(batch, row);
                from = tamis_field_end(chunk, record, chunk->cells - 1);
                to = chunk->starts[record + 1];
                /* blank lines behind a row that is there several times go out once */
                if (to > from && batch->records && row + 1 < last && batch->records[row + 1] == record)
                        to = from + eol_length(chunk->bytes.p + from, to - from);
                if (to > from)
                        return due(p, from, to, err);
                if (row + 1 == last) {
                        *open = true;
                        return 0;
                }
        }
        r = flush(p, err);
        return r < 0 ? r : tamis_buffer_add(p->out, eol, strlen(eol), err);
}

static int print_rows(tamis_batch *batch, size_t first, size_t last, const tamis_dialect *dialect,
                      const struct piece *pieces, size_t n, tamis_buffer *out, bool *open, tamis_error *err) {
        struct printer p = {
                .batch = batch,
                .out = out,
                .delimiter = dialect->delimiter,
                .only = batch->n_columns == 1,
                .awkward = dialect->delimiter && strchr("0123456789+-.e", dialect->delimiter),
        };
        const char *eol = *dialect->eol ? dialect->eol : "\n";
        size_t before = out->n;
        int r = 0;

        *open = false;
        for (size_t row = first; r == 0 && row < last; row++) {
                r = put_cells(&p, pieces, n, row, err);
                if (r == 0)
                        r = put_eol(&p, row, last, eol, open, err);
        }
        if (r == 0)
                r = flush(&p, err);
        if (r < 0)
                out->n = before;
        return r;
}

int tamis_batch_print(tamis_batch *batch, size_t first, size_t last, const tamis_dialect *dialect, tamis_buffer *out,
                      bool *open, tamis_error *err) {
        struct piece few[32], *pieces = few;
        int r;

        if (batch->n_columns == 0) {
                *open = false;
                return 0;
        }
        if (batch->n_columns > sizeof few / sizeof *few) {
                pieces = calloc(batch->n_columns, sizeof *pieces);
                if (!pieces)
                        return tamis_fail_memory(err);
        }
        r = print_rows(batch, first, last, dialect, pieces, plan(batch, pieces), out, open, err);
        if (pieces != few)
                free(pieces);
        return r;
}

static int put_name(const tamis_schema *schema, const tamis_field *f, tamis_buffer *out, tamis_error *err) {
        bool only = schema->n == 1;

        if (f->raw.p && (f->raw.n > 0 || !only))
                return tamis_buffer_add(out, f->raw.p, f->raw.n, err);
        return tamis_cell_write(out, (tamis_slice) { f->name, f->name_length }, schema->dialect.delimiter, only, err);
}

/* The names, and a line ending: the one the header came with, blank lines behind it included. */
static int put_names(const tamis_schema *schema, const tamis_chunk *lead, tamis_buffer *out, tamis_error *err) {
        const char *eol = *schema->dialect.eol ? schema->dialect.eol : "\n";
        int r = 0;

        for (size_t i = 0; r == 0 && i < schema->n; i++) {
                if (i > 0)
                        r = tamis_buffer_add(out, &schema->dialect.delimiter, 1, err);
                if (r == 0)
                        r = put_name(schema, &schema->fields[i], out, err);
        }
        if (r == 0 && lead && lead->records > 0) {
                size_t from = tamis_field_end(lead, 0, lead->cells - 1);

                return tamis_buffer_add(out, lead->bytes.p + from, lead->starts[1] - from, err);
        }
        return r < 0 ? r : tamis_buffer_add(out, eol, strlen(eol), err);
}

int tamis_schema_print(const tamis_schema *schema, const tamis_chunk *lead, tamis_buffer *out, tamis_error *err) {
        size_t before = out->n;
        int r = 0;

        if (lead)
                r = tamis_buffer_add(out, lead->bytes.p, lead->records > 0 ? lead->starts[0] : lead->bytes.n, err);
        if (r == 0 && schema->dialect.header && schema->n > 0)
                r = put_names(schema, lead, out, err);
        if (r < 0)
                out->n = before;
        return r;
}
