#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "csv/chunk.h"
#include "csv/quoted.h"
#include "csv/reader.h"

#define REJECTED_BYTES ((size_t) 64 << 10)

static int add_edit(tamis_reader *reader, tamis_edit edit, tamis_error *err) {
        if (reader->n_edits == reader->edits_capacity) {
                size_t capacity = reader->edits_capacity ? 2 * reader->edits_capacity : 64;
                tamis_edit *edits = realloc(reader->edits, capacity * sizeof *edits);

                if (!edits)
                        return tamis_fail_memory(err);
                reader->edits = edits;
                reader->edits_capacity = capacity;
        }
        reader->edits[reader->n_edits++] = edit;
        return 0;
}

static void count_message(const tamis_reader *reader, size_t found, char *p, size_t n) {
        snprintf(p, n, "row has %zu cell%s, the %s has %zu", found, found == 1 ? "" : "s",
                 reader->dialect.header ? "header" : "first row", reader->cells);
}

static int ragged_error(const tamis_reader *reader, const tamis_chunk *chunk, const tamis_scan *scan,
                        tamis_error *err) {
        tamis_cursor cursor = tamis_cursor_begin(reader);
        char what[128];

        tamis_cursor_move(&cursor, reader, chunk->bytes.p, scan->start);
        count_message(reader, scan->n_ends - scan->row, what, sizeof what);
        if (reader->ragged == TAMIS_RAGGED_PAD)
                return tamis_fail_at(err, TAMIS_BAD_DATA, reader->seams[cursor.seam].file, cursor.line, 0,
                                     "%s, and those too many are not empty (--ragged skip leaves such rows out, "
                                     "--rejects FILE sets them aside)", what);
        return tamis_fail_at(err, TAMIS_BAD_DATA, reader->seams[cursor.seam].file, cursor.line, 0,
                             "%s (--ragged pad fills them, --ragged skip leaves such rows out, --rejects FILE sets "
                             "them aside)", what);
}

/* The cells beyond the wanted ones are all empty, quoted or not. */
static bool surplus_is_empty(const tamis_chunk *chunk, const tamis_scan *scan) {
        for (size_t i = scan->row + scan->cells; i < scan->n_ends; i++) {
                size_t begin = (size_t) chunk->ends[i - 1] + 1, n = chunk->ends[i] - begin;

                if (n != 0 && !(n == 2 && chunk->bytes.p[begin] == '"'))
                        return false;
        }
        return true;
}

/* Make the record under way one with the right number of ends; the bytes follow when the chunk is cut. Ends of added
 * cells are where they will be, counted from the bytes as they are. */
static int keep(tamis_reader *reader, tamis_chunk *chunk, tamis_scan *scan, size_t end, tamis_error *err) {
        size_t found = scan->n_ends - scan->row, missing = 0;
        tamis_edit edit = { .record = chunk->records + 1, .start = scan->start, .end = end };
        int r;

        if (found < scan->cells) {
                missing = scan->cells - found;
                edit.kind = TAMIS_EDIT_PAD;
                edit.at = end;
                edit.cells = missing;
        } else {
                edit.kind = TAMIS_EDIT_TRIM;
                edit.at = chunk->ends[scan->row + scan->cells - 1];
                edit.cells = found;
                /* nothing at all would be a blank line, not a record: "" is put there */
                if (edit.at == scan->start) {
                        chunk->ends[scan->row] += 2;
                        chunk->quoted = true;
                }
        }
        r = tamis_chunk_reserve(chunk, chunk->records + 2, scan->n_ends + missing, err);
        if (r == 0)
                r = add_edit(reader, edit, err);
        if (r < 0)
                return r;
        for (size_t i = 1; i <= missing; i++)
                chunk->ends[scan->n_ends + i - 1] = (uint32_t) (end + i);
        scan->row += scan->cells;
        chunk->starts[chunk->records++] = (uint32_t) scan->start;
        return 0;
}

int tamis_repair_ragged(tamis_reader *reader, tamis_chunk *chunk, tamis_scan *scan, size_t limit, tamis_error *err) {
        size_t found = scan->n_ends - scan->row, end = chunk->ends[scan->n_ends - 1];
        tamis_edit edit = { .record = chunk->records, .start = scan->start, .end = end, .cells = found };
        int r;

        if (reader->ragged == TAMIS_RAGGED_PAD && (found < scan->cells || surplus_is_empty(chunk, scan))) {
                r = keep(reader, chunk, scan, end, err);
        } else if (reader->rejects || reader->ragged == TAMIS_RAGGED_SKIP) {
                edit.kind = reader->rejects ? TAMIS_EDIT_REJECT : TAMIS_EDIT_SKIP;
                r = add_edit(reader, edit, err);
        } else {
                r = ragged_error(reader, chunk, scan, err);
        }
        if (r == 0)
                tamis_scan_resume(scan, end < limit ? end + 1 : end);
        return r;
}

int tamis_repair_quote(tamis_reader *reader, tamis_scan *scan, size_t records, size_t end, size_t limit, int fault,
                       tamis_error *err) {
        tamis_edit edit = {
                .kind = TAMIS_EDIT_REJECT, .record = records, .start = scan->start, .end = end, .fault = fault
        };
        int r = add_edit(reader, edit, err);

        if (r == 0)
                tamis_scan_resume(scan, end < limit ? end + 1 : end);
        return r;
}

/* -- when the chunk is cut ----------------------------------------------------------------------------------------- */

/* The first record at or behind byte `at`. */
static size_t record_behind(const tamis_chunk *chunk, size_t at) {
        size_t low = 0, high = chunk->records;

        while (low < high) {
                size_t middle = low + (high - low) / 2;

                if (chunk->starts[middle] < at)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low;
}

/* A record has its break where a file began, or lines were left out, since the record before it. */
static int note_breaks(tamis_reader *reader, tamis_chunk *chunk, tamis_error *err) {
        tamis_cursor cursor = tamis_cursor_begin(reader);
        size_t seam = 1, edit = 0;
        int r = 0;

        tamis_cursor_move(&cursor, reader, chunk->bytes.p, chunk->starts[0]);
        chunk->file = reader->seams[cursor.seam].file;
        chunk->first_line = cursor.line;
        while (r == 0) {
                size_t by_seam = chunk->records, by_edit = chunk->records, record;

                if (seam < reader->n_seams && reader->seams[seam].at - reader->base < chunk->bytes.n)
                        by_seam = record_behind(chunk, (size_t) (reader->seams[seam].at - reader->base));
                if (edit < reader->n_edits)
                        by_edit = reader->edits[edit].record;
                record = by_seam < by_edit ? by_seam : by_edit;
                if (record >= chunk->records)
                        break;
                if (by_seam <= by_edit)
                        seam++;
                else if (reader->edits[edit++].kind < TAMIS_EDIT_SKIP)
                        continue;
                if (record == 0)
                        continue;
                tamis_cursor_move(&cursor, reader, chunk->bytes.p, chunk->starts[record]);
                r = tamis_chunk_add_break(chunk, record, reader->seams[cursor.seam].file, cursor.line, err);
        }
        return r;
}

static void note_first_bad(tamis_reader *reader, const tamis_edit *edit, const char *file, uint64_t line) {
        char what[160];

        if (reader->counts.first_bad[0])
                return;
        if (edit->fault)
                snprintf(what, sizeof what, "%s", tamis_record_fault(edit->fault));
        else
                count_message(reader, edit->kind == TAMIS_EDIT_PAD ? reader->cells - edit->cells : edit->cells, what,
                              sizeof what);
        snprintf(reader->counts.first_bad, sizeof reader->counts.first_bad, "%.80s:%" PRIu64 ": %s", file, line, what);
}

/* The record as it came, with its line ending, made up where it has none. */
static int set_aside(tamis_reader *reader, const tamis_edit *edit, const char *p, size_t n, tamis_error *err) {
        tamis_dialect own;
        bool has = edit->end < n;
        int r;

        own = reader->dialect;
        if (has)
                tamis_dialect_eol(&own, p, n, edit->end);
        r = tamis_buffer_add(&reader->rejected, p + edit->start, edit->end - edit->start, err);
        if (r == 0)
                r = tamis_buffer_add(&reader->rejected, own.eol, strlen(own.eol), err);
        if (r == 0 && reader->rejected.n >= REJECTED_BYTES) {
                r = tamis_output_write(reader->rejects, reader->rejected.p, reader->rejected.n, err);
                reader->rejected.n = 0;
        }
        return r;
}

int tamis_repair_note(tamis_reader *reader, tamis_chunk *chunk, size_t cut, tamis_error *err) {
        tamis_cursor cursor = tamis_cursor_begin(reader);
        int r = note_breaks(reader, chunk, err);

        for (size_t i = 0; i < reader->n_edits && r == 0; i++) {
                const tamis_edit *edit = &reader->edits[i];

                if (reader->base + edit->start < reader->counted)
                        continue;
                tamis_cursor_move(&cursor, reader, chunk->bytes.p, edit->start);
                note_first_bad(reader, edit, reader->seams[cursor.seam].file, cursor.line);
                reader->counts.padded += edit->kind == TAMIS_EDIT_PAD || edit->kind == TAMIS_EDIT_TRIM;
                reader->counts.skipped += edit->kind == TAMIS_EDIT_SKIP;
                reader->counts.rejected += edit->kind == TAMIS_EDIT_REJECT;
                if (edit->kind == TAMIS_EDIT_REJECT)
                        r = set_aside(reader, edit, chunk->bytes.p, cut, err);
        }
        if (reader->base + cut > reader->counted)
                reader->counted = reader->base + cut;
        return r;
}

/* Where the item behind edit i begins. */
static size_t next_item(const tamis_reader *reader, const tamis_chunk *chunk, size_t i) {
        size_t next = chunk->starts[reader->edits[i].record];

        if (i + 1 < reader->n_edits && reader->edits[i + 1].start < next)
                next = reader->edits[i + 1].start;
        return next;
}

static void shift(tamis_chunk *chunk, size_t from, size_t to, int64_t by) {
        if (by == 0)
                return;
        for (size_t i = from; i < to; i++)
                chunk->starts[i] = (uint32_t) (chunk->starts[i] + by);
        for (size_t i = from * chunk->cells; i < to * chunk->cells; i++)
                chunk->ends[i] = (uint32_t) (chunk->ends[i] + by);
}

int tamis_repair_apply(tamis_reader *reader, tamis_chunk *chunk, tamis_error *err) {
        tamis_buffer *out = &reader->spare, swap;
        size_t at = 0, record = 0;
        int64_t by = 0;
        int r = 0;

        if (reader->n_edits == 0)
                return 0;
        out->n = 0;
        for (size_t i = 0; i < reader->n_edits && r == 0; i++) {
                const tamis_edit *edit = &reader->edits[i];
                bool whole = edit->kind == TAMIS_EDIT_SKIP || edit->kind == TAMIS_EDIT_REJECT;
                size_t from = whole ? edit->start : edit->at, added = 0;
                size_t to = whole ? next_item(reader, chunk, i) : edit->end;
                char with = edit->kind == TAMIS_EDIT_PAD ? reader->dialect.delimiter : '"';

                if (edit->kind == TAMIS_EDIT_PAD)
                        added = edit->cells;
                else if (edit->kind == TAMIS_EDIT_TRIM && from == edit->start)
                        added = 2;
                r = tamis_buffer_add(out, chunk->bytes.p + at, from - at, err);
                if (r == 0)
                        r = tamis_buffer_reserve(out, added, err);
                if (r < 0)
                        return r;
                if (added > 0)
                        memset(out->p + out->n, with, added);
                out->n += added;
                shift(chunk, record, edit->record, by);
                record = edit->record;
                by += (int64_t) added - (int64_t) (to - from);
                at = to;
        }
        r = tamis_buffer_add(out, chunk->bytes.p + at, chunk->bytes.n - at, err);
        if (r < 0)
                return r;
        if (out->n > UINT32_MAX)
                return tamis_fail(err, TAMIS_BAD_DATA, "filling up ragged rows makes more than 4 GiB of one record");
        shift(chunk, record, chunk->records, by);
        chunk->starts[chunk->records] = (uint32_t) out->n;
        swap = chunk->bytes, chunk->bytes = *out, *out = swap;
        return 0;
}
