#include <stdlib.h>

#include "csv/chunk.h"
#include "csv/quoted.h"
#include "csv/reader.h"

#define HEAD_BYTES ((size_t) 64 << 10)

/* The beginning of a source. Offsets are those of the buffer it was read into. */
typedef struct head {
        size_t begin;           /* BOM and blank lines are before it */
        size_t end;             /* of the header's last cell, or of the first record's */
        size_t next;            /* where the first record behind the header begins; without a header: begin */
        size_t cells;           /* 0: there is no record */
} head;

static bool is_eol(char c) {
        return c == '\n' || c == '\r';
}

/* The length of the byte order mark at p[0]. */
static size_t bom(const char *p, size_t n) {
        return n >= 3 && memcmp(p, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
}

static size_t skip_blank(const char *p, size_t n, size_t at) {
        while (at < n && is_eol(p[at]))
                at++;
        return at;
}

static int head_fault(const char *name, const tamis_buffer *b, size_t from, size_t at, int fault, tamis_error *err) {
        bool other = fault == TAMIS_RECORD_BEHIND && at < b->n && b->p[at] && strchr(";\t|,", b->p[at]);
        size_t column = at;

        while (column > from && !is_eol(b->p[column - 1]))
                column--;
        return tamis_fail_at(err, TAMIS_BAD_DATA, name, 1 + tamis_scan_lines(b->p + from, at - from), at - column + 1,
                             "%s%s", tamis_record_fault(fault),
                             other ? " (or another --delimiter is needed; auto finds it out)" : "");
}

/* Is this text at all? */
static int check_text(const char *name, const char *p, size_t n, size_t header, tamis_error *err) {
        if (n >= 2 && (memcmp(p, "\xFF\xFE", 2) == 0 || memcmp(p, "\xFE\xFF", 2) == 0))
                return tamis_fail_at(err, TAMIS_BAD_DATA, name, 0, 0,
                                     "this is UTF-16; convert it with iconv -f UTF-16 -t UTF-8");
        if (header > 0 && memchr(p, 0, header))
                return tamis_fail_at(err, TAMIS_BAD_DATA, name, 0, 0,
                                     "does not look like CSV text (the header holds a NUL byte)");
        return 0;
}

/* Look for the head in b[from .. n). 1: found; 0: more bytes are needed. */
static int find_head(const tamis_reader *reader, const char *name, const tamis_buffer *b, size_t from, bool ended,
                     head *h, tamis_error *err) {
        tamis_record_found found;
        const char *p = b->p;
        size_t n = b->n;
        int r;

        if (n - from < 3 && !ended)
                return 0;
        r = check_text(name, p + from, n - from, 0, err);
        if (r < 0)
                return r;
        h->begin = skip_blank(p, n, from + bom(p + from, n - from));
        h->end = h->next = h->begin;
        h->cells = 0;
        if (h->begin == n)
                return ended;

        r = tamis_record_find(p + h->begin, n - h->begin, ended, reader->dialect.delimiter, &found);
        if (r == TAMIS_RECORD_WHOLE) {
                h->end = h->begin + found.end;
                h->cells = found.cells;
        }
        if (reader->dialect.header &&
            check_text(name, p + from, n - from, (r == TAMIS_RECORD_WHOLE ? h->end : n) - from, err) < 0)
                return TAMIS_BAD_DATA;
        if (r == TAMIS_RECORD_OPEN)
                return 0;
        if (r != TAMIS_RECORD_WHOLE)
                return head_fault(name, b, from, h->begin + found.at, r, err);
        if (!reader->dialect.header)
                return 1;
        h->next = skip_blank(p, n, h->begin + found.next);
        return h->next < n || ended;
}

/* Read the head of an open source behind what the buffer holds. */
static int read_head(tamis_reader *reader, tamis_source *source, tamis_buffer *b, head *h, tamis_error *err) {
        const char *name = tamis_source_name(source);
        size_t from = b->n, want = from + (reader->dialect.delimiter ? 1 : HEAD_BYTES), got = 1;
        int r = 0;

        while (r == 0) {
                while (b->n < want && got > 0) {
                        r = tamis_buffer_reserve(b, HEAD_BYTES, err);
                        if (r == 0)
                                r = tamis_source_read(source, b->p + b->n, HEAD_BYTES, &got, err);
                        if (r < 0)
                                return r;
                        b->n += got;
                }
                if (b->n > TAMIS_SCAN_LIMIT)
                        return tamis_fail_at(err, TAMIS_BAD_DATA, name, 1, 0, "the header is larger than 4 GiB");
                if (!reader->dialect.delimiter) {
                        size_t skip = bom(b->p, b->n);

                        reader->dialect.delimiter = tamis_dialect_guess(b->p + skip, b->n - skip, got == 0);
                }
                r = find_head(reader, name, b, from, got == 0, h, err);
                want = b->n + (b->n - from) / 2 + 1;    /* looking again at what was looked at stays linear */
        }
        if (r < 0)
                return r;
        if (reader->dialect.header && h->cells == 0)
                return tamis_fail_at(err, TAMIS_BAD_DATA, name, 0, 0, "the input is empty; a header line was expected");
        return 0;
}

/* -- the header ---------------------------------------------------------------------------------------------------- */

/* b[from .. h->next) as a chunk of one record, or of none without a header. */
static int header_chunk(const tamis_reader *reader, tamis_chunk *chunk, const char *name, const tamis_buffer *b,
                        size_t from, const head *h, tamis_error *err) {
        tamis_scan scan;
        int r;

        tamis_chunk_reset(chunk);
        r = tamis_buffer_add(&chunk->bytes, b->p + from, h->next - from, err);
        if (r < 0)
                return r;
        tamis_scan_init(&scan, reader->dialect.delimiter, 0);
        tamis_scan_resume(&scan, h->begin - from);
        r = tamis_scan_run(&scan, chunk, chunk->bytes.n, true, err);
        if (r < 0)
                return r;
        chunk->cells = h->cells;
        chunk->file = name;
        chunk->first_line = 1 + tamis_scan_lines(chunk->bytes.p, h->begin - from);
        return 0;
}

static tamis_slice name_of(const tamis_chunk *header, size_t cell) {
        size_t start = cell ? (size_t) header->ends[cell - 1] + 1 : header->starts[0];

        return (tamis_slice) { header->bytes.p + start, header->ends[cell] - start };
}

/* For a message: a long name is cut. */
#define SHOWN(s) (int) ((s).n < 60 ? (s).n : 60), (s).p ? (s).p : ""

static int same_header(tamis_reader *reader, const tamis_chunk *other, tamis_error *err) {
        const tamis_chunk *first = &reader->header;
        const char *file;
        uint64_t line, column;

        if (first->cells != other->cells)
                return tamis_fail_at(err, TAMIS_BAD_DATA, other->file, other->first_line, 0,
                                     "the header has %zu columns, that of %s has %zu", other->cells, first->file,
                                     first->cells);
        for (size_t c = 0; c < first->cells; c++) {
                tamis_slice a = name_of(first, c), b = name_of(other, c);

                if (tamis_slice_equal(a, b))
                        continue;
                tamis_arena_reset(&reader->names);
                a = tamis_cell_value(a, &reader->names);
                b = tamis_cell_value(b, &reader->names);
                if ((a.n && !a.p) || (b.n && !b.p))
                        return tamis_fail_memory(err);
                if (tamis_slice_equal(a, b))
                        continue;
                tamis_chunk_place(other, 0, c, &file, &line, &column);
                return tamis_fail_at(err, TAMIS_BAD_DATA, file, line, column,
                                     "column %zu of the header is \"%.*s\", in %s it is \"%.*s\"", c + 1, SHOWN(b),
                                     first->file, SHOWN(a));
        }
        return 0;
}

/* Files are looked at before the first record is read, so that a run does not fail late. */
static int check_later(tamis_reader *reader, tamis_error *err) {
        tamis_buffer b = { 0 };
        head h;
        int r = 0;

        for (size_t i = 1; i < reader->n_sources && r == 0 && reader->dialect.header; i++) {
                tamis_source *source = reader->sources[i];

                if (!tamis_source_is_file(source))
                        continue;
                b.n = 0;
                r = tamis_source_open(source, err);
                if (r == 0)
                        r = read_head(reader, source, &b, &h, err);
                if (r == 0)
                        r = header_chunk(reader, &reader->other, tamis_source_name(source), &b, 0, &h, err);
                if (r == 0)
                        r = same_header(reader, &reader->other, err);
                tamis_source_close(source);
        }
        tamis_buffer_done(&b);
        return r;
}

/* -- the stream ---------------------------------------------------------------------------------------------------- */

static int add_seam(tamis_reader *reader, uint64_t at, const char *file, uint64_t line, tamis_error *err) {
        if (reader->n_seams == reader->seams_capacity) {
                size_t capacity = reader->seams_capacity ? 2 * reader->seams_capacity : 8;
                tamis_seam *seams = realloc(reader->seams, capacity * sizeof *seams);

                if (!seams)
                        return tamis_fail_memory(err);
                reader->seams = seams;
                reader->seams_capacity = capacity;
        }
        reader->seams[reader->n_seams++] = (tamis_seam) { at, file, line };
        return 0;
}

/* Open the source under way: what its head leaves over is pending, behind what the stream lacks for a line ending. */
static int enter(tamis_reader *reader, uint64_t at, bool first, tamis_error *err) {
        tamis_source *source = reader->sources[reader->source];
        const char *name = tamis_source_name(source);
        tamis_buffer *b = &reader->pending;
        size_t from, next;
        uint64_t line;
        head h;
        int r;

        b->n = reader->pending_at = 0;
        if (!is_eol(reader->last)) {
                r = tamis_buffer_add(b, reader->dialect.eol, strlen(reader->dialect.eol), err);
                if (r < 0)
                        return r;
        }
        from = b->n;
        r = tamis_source_open(source, err);
        if (r == 0)
                r = read_head(reader, source, b, &h, err);
        if (r < 0)
                return r;
        if (first || reader->dialect.header) {
                tamis_chunk *chunk = first ? &reader->header : &reader->other;

                if (first)
                        tamis_dialect_eol(&reader->dialect, b->p, b->n, h.end);
                r = header_chunk(reader, chunk, name, b, from, &h, err);
                if (r == 0 && !first)
                        r = same_header(reader, chunk, err);
                if (r < 0)
                        return r;
        }
        next = h.next;
        if (!reader->dialect.header && reader->source > 0)
                next = from + bom(b->p + from, b->n - from);    /* blank lines in front of a later file stay */
        line = 1 + tamis_scan_lines(b->p + from, next - from);
        if (next == b->n) {
                b->n = 0;       /* nothing follows: no line ending is missing either */
                return reader->source == 0 ? add_seam(reader, at, name, line, err) : 0;
        }
        memmove(b->p + from, b->p + next, b->n - next);
        b->n -= next - from;
        return add_seam(reader, at + from, name, line, err);
}

int tamis_stream_begin(tamis_reader *reader, bool first_pass, tamis_error *err) {
        int r;

        reader->source = 0;
        reader->source_bytes = reader->base = 0;
        reader->n_seams = 0;
        reader->last = '\n';
        r = enter(reader, 0, first_pass, err);
        if (r < 0 || !first_pass)
                return r;
        if (reader->header.records > 0 && reader->n_sources > 1 &&
            !is_eol(reader->header.bytes.p[reader->header.bytes.n - 1])) {
                r = tamis_buffer_add(&reader->header.bytes, reader->dialect.eol, strlen(reader->dialect.eol), err);
                if (r < 0)
                        return r;
                reader->header.starts[1] = (uint32_t) reader->header.bytes.n;
        }
        return check_later(reader, err);
}

bool tamis_stream_ended(const tamis_reader *reader) {
        return reader->source == reader->n_sources && reader->pending_at == reader->pending.n;
}

static int next_source(tamis_reader *reader, uint64_t at, tamis_error *err) {
        tamis_source *source = reader->sources[reader->source++];

        reader->source_bytes += tamis_source_position(source);
        tamis_source_close(source);
        return reader->source < reader->n_sources ? enter(reader, at, false, err) : 0;
}

int tamis_stream_fill(tamis_reader *reader, tamis_chunk *chunk, size_t limit, tamis_error *err) {
        tamis_buffer *b = &chunk->bytes, *pending = &reader->pending;
        int r = 0;

        if (b->n < limit)
                r = tamis_buffer_reserve(b, limit - b->n, err);
        while (r == 0 && b->n < limit && !tamis_stream_ended(reader)) {
                size_t got = pending->n - reader->pending_at;

                if (got > 0) {
                        if (got > limit - b->n)
                                got = limit - b->n;
                        memcpy(b->p + b->n, pending->p + reader->pending_at, got);
                        reader->pending_at += got;
                        reader->from_pending += got;
                } else {
                        r = tamis_source_read(reader->sources[reader->source], b->p + b->n, limit - b->n, &got, err);
                        if (r == 0 && got == 0)
                                r = next_source(reader, reader->base + b->n, err);
                        reader->from_pending = 0;
                }
                if (r == 0 && got > 0) {
                        b->n += got;
                        reader->last = b->p[b->n - 1];
                }
        }
        return r;
}

int tamis_stream_cut(tamis_reader *reader, tamis_chunk *chunk, size_t cut, tamis_error *err) {
        tamis_buffer *b = &chunk->bytes, *pending = &reader->pending;
        tamis_cursor cursor = tamis_cursor_begin(reader);
        size_t rest = b->n - cut, left, gone;
        int r;

        tamis_cursor_move(&cursor, reader, b->p, cut);
        gone = cursor.seam;
        memmove(reader->seams, reader->seams + gone, (reader->n_seams - gone) * sizeof *reader->seams);
        reader->n_seams -= gone;
        reader->base += cut;
        reader->seams[0].at = reader->base;
        reader->seams[0].line = cursor.line;

        b->n = cut;
        if (rest <= reader->from_pending) {
                reader->pending_at -= rest;
                return 0;
        }
        left = pending->n - reader->pending_at;
        if (pending->capacity > 16 * reader->chunk_bytes + HEAD_BYTES && left == 0)
                tamis_buffer_done(pending);
        pending->n = 0;
        r = tamis_buffer_reserve(pending, reader->pending_at + left + rest, err);
        if (r < 0)
                return r;
        memmove(pending->p + rest, pending->p + reader->pending_at, left);
        memcpy(pending->p, b->p + cut, rest);
        pending->n = rest + left;
        reader->pending_at = 0;
        return 0;
}

tamis_cursor tamis_cursor_begin(const tamis_reader *reader) {
        return (tamis_cursor) { .line = reader->seams[0].line };
}

void tamis_cursor_move(tamis_cursor *cursor, const tamis_reader *reader, const char *bytes, size_t at) {
        while (cursor->seam + 1 < reader->n_seams && reader->seams[cursor->seam + 1].at <= reader->base + at) {
                cursor->seam++;
                cursor->at = (size_t) (reader->seams[cursor->seam].at - reader->base);
                cursor->line = reader->seams[cursor->seam].line;
        }
        cursor->line += tamis_scan_lines(bytes + cursor->at, at - cursor->at);
        cursor->at = at;
}
