/* Any bytes as a CSV file: the reader and libcsv (strict, over the whole input at once) must find the same records and
 * values, or both refuse; the bytes handed out must be the bytes put in; and neither the size of chunks, nor asking libcsv
 * about every quoted record, nor what is done about records that do not fit, may change what is found.
 *
 * Input: delimiter, chunk size, settings, then the file. */
#include <csv.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <tamis/csv.h>

#include "csv/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void must(bool truth, const char *what) {
        if (!truth) {
                fprintf(stderr, "%s\n", what);
                abort();
        }
}

static void add(tamis_buffer *b, const void *p, size_t n) {
        must(tamis_buffer_add(b, p, n, NULL) == 0, "memory");
}

/* -- a table as one run of bytes: for each value its length and bytes, for each record a mark ------------------------ */

static void add_value(tamis_buffer *b, const void *p, size_t n) {
        add(b, "v", 1);
        add(b, &n, sizeof n);
        add(b, p, n);
}

typedef struct table {
        tamis_buffer values;    /* as above */
        tamis_buffer bytes;     /* as the reader gave them */
        tamis_buffer places;    /* file and line of each record */
        tamis_buffer rejects;
        tamis_reader_counts counts;
        size_t records, cells, widest;  /* libcsv: the first record's cells, and of all the most and the fewest */
        size_t narrowest;
        int status;
} table;

static void table_done(table *t) {
        tamis_buffer_done(&t->values);
        tamis_buffer_done(&t->bytes);
        tamis_buffer_done(&t->places);
        tamis_buffer_done(&t->rejects);
}

static bool same(const tamis_buffer *a, const tamis_buffer *b) {
        return a->n == b->n && (a->n == 0 || memcmp(a->p, b->p, a->n) == 0);
}

/* -- libcsv ---------------------------------------------------------------------------------------------------------- */

static void on_cell(void *p, size_t n, void *data) {
        table *t = data;

        add_value(&t->values, p, n);
        t->cells++;
}

static void on_record(int c, void *data) {
        table *t = data;

        add(&t->values, "r", 1);
        if (t->records == 0 || t->cells > t->widest)
                t->widest = t->cells;
        if (t->records == 0 || t->cells < t->narrowest)
                t->narrowest = t->cells;
        t->records++;
        t->cells = 0;
}

static int no_blank(unsigned char c) {
        return 0;
}

static table by_libcsv(const char *p, size_t n, char delimiter) {
        struct csv_parser parser;
        table t = { 0 };

        must(csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) == 0, "csv_init");
        csv_set_delim(&parser, (unsigned char) delimiter);
        csv_set_space_func(&parser, no_blank);
        if (csv_parse(&parser, p, n, on_cell, on_record, &t) != n || csv_fini(&parser, on_cell, on_record, &t) != 0 ||
            t.widest != t.narrowest)
                t.status = TAMIS_BAD_DATA;
        csv_free(&parser);
        return t;
}

/* -- the reader ------------------------------------------------------------------------------------------------------ */

typedef struct settings {
        char delimiter;
        bool header, judge, reject;
        tamis_ragged ragged;
        size_t chunk_bytes;
} settings;

static void take(table *t, const tamis_chunk *chunk, char delimiter, tamis_arena *arena) {
        add(&t->bytes, chunk->bytes.p, chunk->bytes.n);
        must(chunk->records == 0 || chunk->starts[chunk->records] == chunk->bytes.n, "the last start is the end");
        for (size_t r = 0; r < chunk->records; r++) {
                size_t at = chunk->starts[r];
                uint64_t line, column;
                const char *file;

                for (size_t c = 0; c < chunk->cells; c++) {
                        size_t end = chunk->ends[r * chunk->cells + c];
                        tamis_slice value;

                        must(at <= end && end <= chunk->bytes.n, "cells lie in the bytes");
                        if (c + 1 < chunk->cells)
                                must(chunk->bytes.p[end] == delimiter, "a delimiter ends a cell");
                        else if (end < chunk->bytes.n)
                                must(chunk->bytes.p[end] == '\n' || chunk->bytes.p[end] == '\r', "a line ending ends a record");
                        value = tamis_cell_value((tamis_slice) { chunk->bytes.p + at, end - at }, arena);
                        must(value.p || value.n == 0, "memory");
                        must(!memchr(chunk->bytes.p + at, '"', end - at) || chunk->quoted, "quoted says so");
                        add_value(&t->values, value.p, value.n);
                        at = end + 1;
                }
                add(&t->values, "r", 1);
                must(at - 1 <= chunk->starts[r + 1], "records follow each other");
                tamis_chunk_place(chunk, r, 0, &file, &line, &column);
                must(column == 1, "a record begins a line");
                add(&t->places, &line, sizeof line);
                t->records++;
        }
}

static void read_back(int fd, tamis_buffer *b) {
        char block[4096];
        ssize_t got;

        must(lseek(fd, 0, SEEK_SET) == 0, "lseek");
        while ((got = read(fd, block, sizeof block)) > 0)
                add(b, block, (size_t) got);
}

static table by_reader(const char *path, const settings *s) {
        const char *paths[] = { path };
        tamis_reader_options options = {
                .paths = paths, .n_paths = 1, .dialect = { .delimiter = s->delimiter, .header = s->header },
                .ragged = s->ragged, .again = true, .chunk_bytes = s->chunk_bytes,
        };
        tamis_reader *reader = NULL;
        tamis_chunk chunk = { 0 };
        tamis_arena arena = { 0 };
        tamis_error err = { 0 };
        char rejects[64];
        table t = { 0 };

        if (s->reject) {
                snprintf(rejects, sizeof rejects, "/dev/shm/tamis-fuzz-%ld", (long) getpid());
                options.rejects = rejects;
        }
        t.status = tamis_reader_new(&options, &reader, &err);
        if (t.status == 0) {
                if (s->judge)
                        tamis_reader_judge_all(reader);
                take(&t, tamis_reader_header(reader), s->delimiter, &arena);
                t.places.n = 0;
                do {
                        t.status = tamis_reader_next(reader, &chunk, &err);
                        if (t.status == 0)
                                take(&t, &chunk, s->delimiter, &arena);
                } while (t.status == 0 && chunk.records > 0);
        }
        if (t.status == 0) {
                tamis_reader_count(reader, &t.counts);
                t.status = tamis_reader_commit(reader, &err);
                must(t.status == 0, "commit");
                if (s->reject) {
                        FILE *f = fopen(rejects, "re");

                        must(f != NULL, "fopen");
                        read_back(fileno(f), &t.rejects);
                        fclose(f);
                }
        }
        if (s->reject && t.status == 0)
                unlink(rejects);
        must(t.status == 0 || (err.code == t.status && err.message[0]), "an error says what is wrong");
        must(t.status != TAMIS_IO && t.status != TAMIS_NO_MEMORY, "data can only be bad");
        tamis_reader_free(reader);
        tamis_chunk_done(&chunk);
        tamis_arena_done(&arena);
        return t;
}

/* -- what must hold -------------------------------------------------------------------------------------------------- */

static bool has_nul_in_header(const char *p, size_t n) {
        bool inside = false;

        while (n > 0 && (*p == '\n' || *p == '\r'))
                p++, n--;
        for (size_t i = 0; i < n && (inside || (p[i] != '\n' && p[i] != '\r')); i++) {
                if (p[i] == 0)
                        return true;
                inside ^= p[i] == '"';
        }
        return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
        static const char delimiters[] = ",;\t| a\x80";
        static const size_t sizes[] = { 1, 2, 7, 63, 64, 65, 200, 0 };
        settings s = { .delimiter = ',' };
        const char *p;
        char path[64];
        size_t bom;
        table want, got, other;
        int fd;

        if (n < 3)
                return 0;
        s.delimiter = data[0] < 0x80 ? delimiters[data[0] % 7] : (char) data[0];
        s.chunk_bytes = sizes[data[1] % 8];
        s.judge = data[2] & 1;
        s.header = data[2] & 2;
        p = (const char *) data + 3;
        n -= 3;
        bom = n >= 3 && memcmp(p, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
        if (n >= 2 && (memcmp(p, "\xFF\xFE", 2) == 0 || memcmp(p, "\xFE\xFF", 2) == 0))
                return 0;
        if (n >= 4 && ((data[3] == 0x1f && data[4] == 0x8b) || memcmp(p + 1, "\xb5\x2f\xfd", 3) == 0 ||
                       memcmp(p + 1, "\x2a\x4d\x18", 3) == 0))
                return 0;       /* packed: another fuzzer's */
        fd = memfd_create("fuzz", MFD_CLOEXEC);
        must(fd >= 0 && write(fd, p, n) == (ssize_t) n, "memfd");
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);

        want = by_libcsv(p + bom, n - bom, s.delimiter);
        got = by_reader(path, &s);
        if (s.header && (want.records == 0 || has_nul_in_header(p + bom, n - bom)))
                want.status = TAMIS_BAD_DATA;
        must(want.status == got.status, "libcsv and the reader disagree on whether this is sound");
        if (got.status == 0) {
                must(want.records == got.records && same(&want.values, &got.values), "libcsv reads other values");
                must(got.bytes.n == n && (n == 0 || memcmp(got.bytes.p, p, n) == 0), "the bytes are not those put in");
        }

        /* with repairs: the size of chunks makes no difference */
        s.ragged = (tamis_ragged) (data[2] >> 2 & 3) % 3;
        s.reject = data[2] & 16;
        other = by_reader(path, &s);
        s.chunk_bytes = 0;
        s.judge = false;
        table_done(&got);
        got = by_reader(path, &s);
        must(got.status == other.status, "another chunk size, another outcome");
        if (got.status == 0) {
                must(got.records == other.records && same(&got.values, &other.values), "another chunk size, other values");
                must(same(&got.bytes, &other.bytes), "another chunk size, other bytes");
                must(same(&got.places, &other.places), "another chunk size, other lines");
                must(same(&got.rejects, &other.rejects), "another chunk size, other rejects");
                must(memcmp(&got.counts.padded, &other.counts.padded, 3 * sizeof got.counts.padded) == 0 &&
                     strcmp(got.counts.first_bad, other.counts.first_bad) == 0, "another chunk size, other counts");
                /* what is handed out is a sound table */
                table_done(&want);
                bom = got.bytes.n >= 3 && memcmp(got.bytes.p, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
                want = by_libcsv(got.bytes.n ? got.bytes.p + bom : "", got.bytes.n - bom, s.delimiter);
                must(want.status == 0 && same(&want.values, &got.values), "the repaired bytes hold other values");
        }
        close(fd);
        table_done(&want);
        table_done(&got);
        table_done(&other);
        return 0;
}
