#include <stdlib.h>

#include "look/distinct.h"
#include "look/lines.h"
#include "look/sample.h"

void tamis_sample_done(tamis_sample *s) {
        tamis_buffer_done(&s->bytes);
        free(s->rows);
        *s = (tamis_sample) { .most = s->most };
}

/* Half of the rows go. */
static void halve(tamis_sample *s) {
        size_t to = 0, at = 0;

        s->halved++;
        for (size_t i = 0; i < s->n; i++) {
                size_t begin = s->rows[i].begin, end = i + 1 < s->n ? s->rows[i + 1].begin : s->bytes.n;

                if (s->rows[i].hash > UINT64_MAX >> s->halved)
                        continue;
                memmove(s->bytes.p + at, s->bytes.p + begin, end - begin);
                s->rows[to] = s->rows[i];
                s->rows[to++].begin = at;
                at += end - begin;
        }
        s->n = to;
        s->bytes.n = at;
}

static int make_room(tamis_sample *s, tamis_error *err) {
        size_t capacity = s->capacity ? 2 * s->capacity : 256;
        struct tamis_sample_row *rows;

        if (s->n < s->capacity)
                return 0;
        rows = realloc(s->rows, capacity * sizeof *rows);
        if (!rows)
                return tamis_fail_memory(err);
        s->rows = rows;
        s->capacity = capacity;
        return 0;
}

int tamis_sample_add(tamis_sample *s, const tamis_batch *b, tamis_error *err) {
        const tamis_chunk *c = &b->chunk;
        tamis_lines lines = {0};
        int r = 0;

        for (size_t row = 0; r == 0 && row < c->records; row++) {
                uint64_t hash = tamis_mix(c->first_record + row);
                size_t begin, end;

                if (hash > UINT64_MAX >> s->halved)
                        continue;
                begin = c->starts[row];
                end = c->ends[(row + 1) * c->cells - 1];
                while (s->n > 0 && (s->n >= s->most || s->bytes.n + (end - begin) + 1 > TAMIS_SAMPLE_BYTES)) {
                        halve(s);
                        if (hash > UINT64_MAX >> s->halved || s->halved == 63)
                                break;
                }
                if (hash > UINT64_MAX >> s->halved)
                        continue;
                r = make_room(s, err);
                if (r < 0)
                        break;
                s->rows[s->n++] = (struct tamis_sample_row) { hash, tamis_lines_at(&lines, c, row, NULL), s->bytes.n };
                r = tamis_buffer_add(&s->bytes, c->bytes.p + begin, end - begin, err);
                if (r == 0)
                        r = tamis_buffer_add(&s->bytes, "\n", 1, err);
        }
        return r;
}

int tamis_sample_batch(tamis_sample *s, char delimiter, size_t cells, tamis_batch *ret, tamis_error *err) {
        int r = 0;

        if (s->n == 0) {
                ret->chunk.cells = cells;
                return tamis_batch_begin_empty(ret, cells, 0, err);
        }
        r = tamis_chunk_parse(&ret->chunk, (tamis_slice) { s->bytes.p, s->bytes.n }, delimiter, cells, err);
        tamis_buffer_done(&s->bytes);
        return r == 0 ? tamis_batch_begin(ret, err) : r;
}
