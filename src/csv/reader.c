#include <stdlib.h>

#include "csv/chunk.h"
#include "csv/quoted.h"
#include "csv/reader.h"

#define CHUNK_BYTES ((size_t) 256 << 10)
/* The chunk of a wide table: so many bytes for each column, but not more than that. */
#define CELL_BYTES ((size_t) 1 << 10)
#define MOST_BYTES ((size_t) 2 << 20)
#define MEMORY ((uint64_t) 1 << 30)

/* Padding can make much out of little: a chunk is cut early when it has so many cells. */
#define MANY_CELLS ((size_t) 1 << 20)

static int open_sources(tamis_reader *reader, const tamis_reader_options *o, tamis_error *err) {
        size_t n = o->n_paths ? o->n_paths : 1;
        int r = 0;

        reader->sources = calloc(n, sizeof *reader->sources);
        if (!reader->sources)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < n && r == 0; i++) {
                r = tamis_source_new(o->n_paths ? o->paths[i] : "-", o->again, &reader->budget, &reader->sources[i],
                                     err);
                if (r == 0)
                        reader->n_sources++;
        }
        return r;
}

/* 0 as soon as one of them does not say. */
static uint64_t total_bytes(const tamis_reader *reader) {
        uint64_t total = 0;

        for (size_t i = 0; i < reader->n_sources; i++) {
                if (!tamis_source_is_file(reader->sources[i]))
                        return 0;
                total += tamis_source_size(reader->sources[i]);
        }
        return total;
}

/* Without a header the first file with a record in it says how many cells there are: empty ones before
 * it are dropped. */
static int begin(tamis_reader *reader, tamis_error *err) {
        int r = tamis_stream_begin(reader, true, err);

        while (r == 0 && reader->header.cells == 0 && reader->n_sources > 1) {
                tamis_source_free(reader->sources[0]);
                reader->n_sources--;
                memmove(reader->sources, reader->sources + 1, reader->n_sources * sizeof *reader->sources);
                r = tamis_stream_begin(reader, true, err);
        }
        reader->cells = reader->header.cells;
        return r;
}

static int check_options(const tamis_reader_options *o, tamis_error *err) {
        if (o->dialect.delimiter == '"' || o->dialect.delimiter == '\n' || o->dialect.delimiter == '\r')
                return tamis_fail(err, TAMIS_USAGE, "a quote or a line ending cannot be the delimiter");
        return 0;
}

int tamis_reader_new(const tamis_reader_options *o, tamis_reader **ret, tamis_error *err) {
        tamis_reader *reader;
        int r = check_options(o, err);

        if (r < 0)
                return r;
        reader = calloc(1, sizeof *reader);
        if (!reader)
                return tamis_fail_memory(err);
        reader->dialect = o->dialect;
        reader->ragged = o->ragged;
        reader->again = o->again;
        reader->chunk_bytes = o->chunk_bytes ? o->chunk_bytes : CHUNK_BYTES;
        reader->budget = o->memory ? o->memory : MEMORY;
        r = open_sources(reader, o, err);
        if (r < 0)
                goto out;
        reader->counts.bytes_total = total_bytes(reader);
        r = begin(reader, err);
        if (r < 0)
                goto out;
        /* of a wide table at least some hundred rows, for what is done once a column and chunk */
        if (!o->chunk_bytes && reader->cells > CHUNK_BYTES / CELL_BYTES)
                reader->chunk_bytes = reader->cells < MOST_BYTES / CELL_BYTES ? reader->cells * CELL_BYTES : MOST_BYTES;
        if (o->rejects) {
                r = tamis_output_new(o->rejects, &reader->rejects, err);
                if (r < 0)
                        goto out;
        }
        *ret = reader, reader = NULL;
out:
        tamis_reader_free(reader);
        return r;
}

void tamis_reader_free(tamis_reader *reader) {
        if (!reader)
                return;
        for (size_t i = 0; i < reader->n_sources; i++)
                tamis_source_free(reader->sources[i]);
        free(reader->sources);
        tamis_chunk_done(&reader->header);
        tamis_chunk_done(&reader->other);
        tamis_arena_done(&reader->names);
        tamis_buffer_done(&reader->pending);
        free(reader->seams);
        free(reader->edits);
        tamis_buffer_done(&reader->spare);
        tamis_output_free(reader->rejects);
        tamis_buffer_done(&reader->rejected);
        free(reader);
}

const tamis_dialect *tamis_reader_dialect(const tamis_reader *reader) {
        return &reader->dialect;
}

const tamis_chunk *tamis_reader_header(const tamis_reader *reader) {
        return &reader->header;
}

void tamis_reader_judge_all(tamis_reader *reader) {
        reader->judge_all = true;
}

/* -- one chunk ----------------------------------------------------------------------------------------------------- */

/* What one chunk is cut from. */
typedef struct cutting {
        tamis_scan scan;
        size_t limit;           /* bytes before it count */
        size_t searched;        /* no line ending from scan.start up to here: for a malformed line longer than limit */
        int verdict;            /* on that line */
        bool full;              /* no further record is wanted */
} cutting;

static bool removes(const tamis_edit *edit) {
        return edit->kind == TAMIS_EDIT_SKIP || edit->kind == TAMIS_EDIT_REJECT;
}

/* Records, and lines set aside. */
static size_t count_items(const tamis_reader *reader, const tamis_chunk *chunk) {
        size_t items = chunk->records;

        for (size_t i = 0; i < reader->n_edits; i++)
                items += removes(&reader->edits[i]);
        return items;
}

/* The record under way has a malformed quote. 1: dealt with; 0: more bytes are needed. */
static int malformed(tamis_reader *reader, tamis_chunk *chunk, cutting *c, size_t limit, bool final, tamis_error *err) {
        const char *p = chunk->bytes.p;
        size_t start = c->scan.start, end;
        tamis_record_found found;
        int r;

        if (c->searched <= start) {
                c->verdict = tamis_record_find(p + start, limit - start, final, c->scan.delimiter, &found);
                r = tamis_record_judge(p + start, limit - start, c->scan.delimiter, c->verdict, &found, err);
                if (r < 0)
                        return r;
                if (!reader->rejects) {
                        tamis_cursor cursor = tamis_cursor_begin(reader);
                        size_t at = start + found.at, column = at;

                        tamis_cursor_move(&cursor, reader, p, at);
                        while (column > start && p[column - 1] != '\n' && p[column - 1] != '\r')
                                column--;
                        return tamis_fail_at(err, TAMIS_BAD_DATA, reader->seams[cursor.seam].file, cursor.line,
                                             at - column + 1, "%s (--rejects FILE sets such rows aside)",
                                             tamis_record_fault(c->verdict));
                }
        }
        end = c->searched > start ? c->searched : start;
        while (end < limit && p[end] != '\n' && p[end] != '\r')
                end++;
        if (end == limit && !final) {
                c->searched = end;
                return 0;
        }
        r = tamis_repair_quote(reader, &c->scan, chunk->records, end, limit, c->verdict, err);
        return r < 0 ? r : 1;
}

/* Scan up to c->limit, file by file. */
static int scan_to_limit(tamis_reader *reader, tamis_chunk *chunk, cutting *c, tamis_error *err) {
        size_t n = c->limit < chunk->bytes.n ? c->limit : chunk->bytes.n, seam = 1;
        tamis_scan *scan = &c->scan;
        int r = 0;

        while (r >= 0 && !c->full) {
                size_t to = n;
                bool final = tamis_stream_ended(reader) && n == chunk->bytes.n;

                while (seam < reader->n_seams && reader->seams[seam].at <= reader->base + scan->pos)
                        seam++;
                if (seam < reader->n_seams && reader->seams[seam].at < reader->base + n) {
                        to = (size_t) (reader->seams[seam].at - reader->base);
                        final = true;
                }
                r = tamis_scan_run(scan, chunk, to, final, err);
                if (r == TAMIS_SCAN_ALL) {
                        if (to == n)
                                return 0;
                        tamis_scan_resume(scan, to);
                } else if (r == TAMIS_SCAN_RAGGED) {
                        c->full = scan->n_ends > MANY_CELLS && count_items(reader, chunk) > 0;
                        if (!c->full)
                                r = tamis_repair_ragged(reader, chunk, scan, to, err);
                } else if (r == TAMIS_SCAN_QUOTE) {
                        r = malformed(reader, chunk, c, to, final, err);
                        if (r == 0)
                                return 0;
                        /* looking for a quote that never came may have moved the limit far ahead */
                        n = (scan->pos / reader->chunk_bytes + 1) * reader->chunk_bytes;
                        if (n > c->limit)
                                n = c->limit;
                        c->limit = n;
                        if (n > chunk->bytes.n)
                                n = chunk->bytes.n;
                }
        }
        return r < 0 ? r : 0;
}

/* Where the chunk may be cut: behind the last item whose successor (or the end of the table) is in sight. 0: nowhere
 * yet. What lies behind the cut is dropped and comes again. */
static size_t find_cut(tamis_reader *reader, tamis_chunk *chunk, const cutting *c) {
        size_t n = c->limit < chunk->bytes.n ? c->limit : chunk->bytes.n, cut = c->scan.start;
        size_t items = count_items(reader, chunk);
        tamis_edit *last = reader->n_edits ? &reader->edits[reader->n_edits - 1] : NULL;

        if (tamis_stream_ended(reader) && n == chunk->bytes.n && cut == n)
                return n;
        if (cut < n)
                return items > 0 ? cut : 0;
        /* nothing but line endings in sight behind the last item */
        if (items < 2)
                return 0;
        if (last && removes(last) && last->record == chunk->records) {
                cut = last->start;
                reader->n_edits--;
        } else {
                cut = chunk->starts[--chunk->records];
                if (last && last->start == cut)
                        reader->n_edits--;
        }
        chunk->starts[chunk->records] = (uint32_t) cut;
        return cut;
}

static int too_large(const tamis_reader *reader, const tamis_chunk *chunk, size_t start, tamis_error *err) {
        tamis_cursor cursor = tamis_cursor_begin(reader);

        tamis_cursor_move(&cursor, reader, chunk->bytes.p, start);
        return tamis_fail_at(err, TAMIS_BAD_DATA, reader->seams[cursor.seam].file, cursor.line, 1,
                             "the record that begins here is larger than 4 GiB (is a quote left open?)");
}

/* With the reader told so, libcsv has a say in every record that has a quote. */
static int judge_records(const tamis_reader *reader, const tamis_chunk *chunk, tamis_error *err) {
        int r = 0;

        for (size_t i = 0; i < chunk->records && r == 0; i++) {
                const char *p = chunk->bytes.p + chunk->starts[i];
                size_t n = chunk->ends[(i + 1) * chunk->cells - 1] - chunk->starts[i];
                tamis_record_found found;
                int verdict;

                if (!memchr(p, '"', n))
                        continue;
                verdict = tamis_record_find(p, n, true, reader->dialect.delimiter, &found);
                if (verdict != TAMIS_RECORD_WHOLE || found.end != n || found.cells != chunk->cells)
                        r = tamis_fail(err, TAMIS_BAD_DATA, "the scanner cuts a record differently");
                else
                        r = tamis_record_judge(p, n, reader->dialect.delimiter, verdict, &found, err);
        }
        return r;
}

/* 1: a chunk, perhaps of records that were all set aside; 0: the end. */
static int cut_chunk(tamis_reader *reader, tamis_chunk *chunk, tamis_error *err) {
        cutting c = { .limit = reader->chunk_bytes };
        size_t cut = 0;
        int r;

        tamis_scan_init(&c.scan, reader->dialect.delimiter, reader->cells);
        reader->n_edits = reader->from_pending = 0;
        while (cut == 0) {
                if (c.limit > TAMIS_SCAN_LIMIT)
                        return too_large(reader, chunk, c.scan.start, err);
                r = tamis_stream_fill(reader, chunk, c.limit, err);
                if (r == 0)
                        r = scan_to_limit(reader, chunk, &c, err);
                if (r < 0)
                        return r;
                if (tamis_stream_ended(reader) && chunk->bytes.n == 0)
                        return 0;
                cut = find_cut(reader, chunk, &c);
                c.limit += reader->chunk_bytes;
        }
        chunk->starts[chunk->records] = (uint32_t) cut;
        reader->cells = chunk->cells = c.scan.cells;
        chunk->first_record = reader->counts.records;
        r = tamis_repair_note(reader, chunk, cut, err);
        if (r == 0)
                r = tamis_stream_cut(reader, chunk, cut, err);
        if (r == 0)
                r = tamis_repair_apply(reader, chunk, err);
        if (r == 0 && reader->judge_all)
                r = judge_records(reader, chunk, err);
        return r < 0 ? r : 1;
}

int tamis_reader_next(tamis_reader *reader, tamis_chunk *chunk, tamis_error *err) {
        int r = 1;

        for (size_t tries = 0; r == 1 && (tries == 0 || chunk->records == 0); tries++) {
                /* a giant record is over: do not hold on to its memory */
                if (chunk->bytes.capacity / 64 > reader->chunk_bytes + 4096)
                        tamis_chunk_done(chunk);
                tamis_chunk_reset(chunk);
                chunk->cells = reader->cells;
                r = cut_chunk(reader, chunk, err);
        }
        if (r < 0)
                return r;
        reader->counts.records += chunk->records;
        return 0;
}

int tamis_reader_rewind(tamis_reader *reader, tamis_error *err) {
        if (!reader->again)
                return tamis_fail(err, TAMIS_USAGE, "this input was not opened for reading it again");
        if (reader->source < reader->n_sources)
                tamis_source_close(reader->sources[reader->source]);
        reader->counts.records = 0;
        return tamis_stream_begin(reader, false, err);
}

void tamis_reader_once(tamis_reader *reader) {
        reader->again = false;
        for (size_t i = 0; i < reader->n_sources; i++)
                tamis_source_once(reader->sources[i]);
}

int tamis_reader_commit(tamis_reader *reader, tamis_error *err) {
        int r;

        if (!reader->rejects)
                return 0;
        r = tamis_output_write(reader->rejects, reader->rejected.p, reader->rejected.n, err);
        if (r < 0)
                return r;
        reader->rejected.n = 0;
        return tamis_output_commit(reader->rejects, err);
}

void tamis_reader_count(const tamis_reader *reader, tamis_reader_counts *counts) {
        *counts = reader->counts;
        counts->bytes = reader->source_bytes;
        if (reader->source < reader->n_sources)
                counts->bytes += tamis_source_position(reader->sources[reader->source]);
}
