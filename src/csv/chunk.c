#include <stdlib.h>

#include "csv/chunk.h"
#include "csv/quoted.h"
#include "csv/scan.h"

void tamis_chunk_done(tamis_chunk *chunk) {
        if (!chunk)
                return;
        tamis_buffer_done(&chunk->bytes);
        free(chunk->starts);
        free(chunk->ends);
        free(chunk->breaks);
        *chunk = (tamis_chunk) { 0 };
}

void tamis_chunk_reset(tamis_chunk *chunk) {
        chunk->bytes.n = 0;
        chunk->records = chunk->cells = chunk->n_breaks = 0;
        chunk->quoted = false;
        chunk->file = NULL;
        chunk->first_line = chunk->first_record = 0;
}

/* Doubles, so that growing costs O(1) an item in the mean. */
static int grow(void **items, size_t *capacity, size_t want, size_t size, tamis_error *err) {
        size_t n = *capacity ? *capacity : 1024;
        void *p;

        if (want <= *capacity)
                return 0;
        if (want > SIZE_MAX / 2 / size)
                return tamis_fail_memory(err);
        while (n < want)
                n *= 2;
        p = realloc(*items, n * size);
        if (!p)
                return tamis_fail_memory(err);
        *items = p;
        *capacity = n;
        return 0;
}

int tamis_chunk_reserve(tamis_chunk *chunk, size_t records, size_t ends, tamis_error *err) {
        void *starts = chunk->starts, *all_ends = chunk->ends;
        int r;

        r = grow(&starts, &chunk->starts_capacity, records + 1, sizeof *chunk->starts, err);
        chunk->starts = starts;
        if (r < 0)
                return r;
        r = grow(&all_ends, &chunk->ends_capacity, ends, sizeof *chunk->ends, err);
        chunk->ends = all_ends;
        return r;
}

int tamis_chunk_add_break(tamis_chunk *chunk, size_t record, const char *file, uint64_t line, tamis_error *err) {
        void *breaks = chunk->breaks;
        int r;

        if (chunk->n_breaks > 0 && chunk->breaks[chunk->n_breaks - 1].record == record)
                chunk->n_breaks--;
        r = grow(&breaks, &chunk->breaks_capacity, chunk->n_breaks + 1, sizeof *chunk->breaks, err);
        chunk->breaks = breaks;
        if (r < 0)
                return r;
        chunk->breaks[chunk->n_breaks++] = (tamis_chunk_break) { record, file, line };
        return 0;
}

void tamis_chunk_place(const tamis_chunk *chunk, size_t record, size_t cell, const char **file, uint64_t *line,
                       uint64_t *column) {
        const char *p = chunk->bytes.p;
        size_t from = 0, begin = chunk->starts[record], at = begin;

        *file = chunk->file ? chunk->file : "";
        *line = chunk->first_line;
        for (size_t i = 0; i < chunk->n_breaks && chunk->breaks[i].record <= record; i++) {
                from = chunk->breaks[i].record;
                *file = chunk->breaks[i].file;
                *line = chunk->breaks[i].line;
        }
        if (cell > 0)
                at = (size_t) chunk->ends[record * chunk->cells + cell - 1] + 1;
        *line += tamis_scan_lines(p + chunk->starts[from], at - chunk->starts[from]);
        while (at > begin && p[at - 1] != '\n' && p[at - 1] != '\r')
                at--;
        *column = cell > 0 ? (size_t) chunk->ends[record * chunk->cells + cell - 1] + 1 - at + 1 : 1;
}

int tamis_chunk_parse(tamis_chunk *chunk, tamis_slice records, char delimiter, size_t cells, tamis_error *err) {
        tamis_scan scan;
        int r;

        tamis_chunk_reset(chunk);
        chunk->first_line = 1;
        chunk->cells = cells;
        r = tamis_buffer_add(&chunk->bytes, records.p, records.n, err);
        if (r < 0)
                return r;
        tamis_scan_init(&scan, delimiter, cells);
        r = tamis_scan_run(&scan, chunk, records.n, true, err);
        if (r == TAMIS_SCAN_RAGGED)
                return tamis_fail(err, TAMIS_BAD_DATA, "a record has %zu cells, not %zu", scan.n_ends - scan.row,
                                  cells);
        if (r == TAMIS_SCAN_QUOTE)
                return tamis_fail(err, TAMIS_BAD_DATA, "a record has a malformed quote");
        return r < 0 ? r : 0;
}
