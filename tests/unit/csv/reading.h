/* reading.h: for the tests of the reader: files in a scratch folder, and a whole table as text. */
#ifndef TAMIS_TEST_READING_H
#define TAMIS_TEST_READING_H

#include <check.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tamis/csv.h>

static char folder[64];

static void scratch_begin(void) {
        strcpy(folder, "/tmp/tamis-test-XXXXXX");
        ck_assert_ptr_nonnull(mkdtemp(folder));
        ck_assert_int_eq(chdir(folder), 0);
}

static void scratch_end(void) {
        char command[128];

        ck_assert_int_eq(chdir("/"), 0);
        snprintf(command, sizeof command, "rm -rf '%s'", folder);
        ck_assert_int_eq(system(command), 0);
}

static inline void write_file(const char *path, const void *p, size_t n) {
        FILE *f = fopen(path, "w");

        ck_assert_ptr_nonnull(f);
        ck_assert_uint_eq(fwrite(p, 1, n, f), n);
        ck_assert_int_eq(fclose(f), 0);
}

static inline tamis_buffer read_file(const char *path) {
        tamis_buffer b = { 0 };
        FILE *f = fopen(path, "r");
        int c;

        ck_assert_msg(f != NULL, "no file %s", path);
        while ((c = getc(f)) != EOF) {
                char byte = (char) c;

                ck_assert_int_eq(tamis_buffer_add(&b, &byte, 1, NULL), 0);
        }
        fclose(f);
        ck_assert_int_eq(tamis_buffer_add(&b, "", 1, NULL), 0);
        b.n--;
        return b;
}

/* What came of reading a table. Texts end in NUL. */
typedef struct reading {
        int status;
        tamis_error err;
        tamis_dialect dialect;
        size_t header_cells;
        tamis_buffer header;            /* the bytes of the header chunk */
        tamis_buffer bytes;             /* of all chunks */
        tamis_buffer cells;             /* values, each in [], a newline behind each record */
        tamis_buffer places;            /* file:line of each record, a blank behind */
        uint64_t records;
        tamis_reader_counts counts;
} reading;

static inline void reading_done(reading *g) {
        tamis_buffer_done(&g->header);
        tamis_buffer_done(&g->bytes);
        tamis_buffer_done(&g->cells);
        tamis_buffer_done(&g->places);
}

static inline void reading_take(reading *g, const tamis_chunk *chunk) {
        tamis_arena arena = { 0 };

        ck_assert_uint_eq(chunk->first_record, g->records);
        for (size_t r = 0; r < chunk->records; r++) {
                size_t at = chunk->starts[r];
                uint64_t line, column;
                const char *file;

                for (size_t c = 0; c < chunk->cells; c++) {
                        size_t end = chunk->ends[r * chunk->cells + c];
                        tamis_slice value = tamis_cell_value((tamis_slice) { chunk->bytes.p + at, end - at }, &arena);

                        /* what ends a cell stands behind it, but for the last one of all */
                        if (c + 1 < chunk->cells)
                                ck_assert_int_eq(chunk->bytes.p[end], g->dialect.delimiter);
                        else if (end < chunk->bytes.n)
                                ck_assert(chunk->bytes.p[end] == '\n' || chunk->bytes.p[end] == '\r');
                        ck_assert_int_eq(tamis_buffer_addf(&g->cells, NULL, "[%.*s]", (int) value.n,
                                                           value.n ? value.p : ""), 0);
                        at = end + 1;
                }
                ck_assert_int_eq(tamis_buffer_add(&g->cells, "\n", 1, NULL), 0);
                tamis_chunk_place(chunk, r, 0, &file, &line, &column);
                ck_assert_int_eq(tamis_buffer_addf(&g->places, NULL, "%s:%" PRIu64 " ", file, line), 0);
        }
        g->records += chunk->records;
        ck_assert_int_eq(tamis_buffer_add(&g->bytes, chunk->bytes.p, chunk->bytes.n, NULL), 0);
        tamis_arena_done(&arena);
}

static inline int reading_pass(reading *g, tamis_reader *reader) {
        tamis_chunk chunk = { 0 };
        int r;

        g->bytes.n = g->cells.n = g->places.n = 0;
        g->records = 0;
        do {
                r = tamis_reader_next(reader, &chunk, &g->err);
                if (r == 0 && chunk.records > 0)
                        reading_take(g, &chunk);
        } while (r == 0 && chunk.records > 0);
        tamis_chunk_done(&chunk);
        return r;
}

static inline void reading_end_texts(reading *g) {
        tamis_buffer *texts[] = { &g->header, &g->bytes, &g->cells, &g->places };

        for (size_t i = 0; i < 4; i++) {
                ck_assert_int_eq(tamis_buffer_add(texts[i], "", 1, NULL), 0);
                texts[i]->n--;
        }
}

/* Read it all, `passes` times; what stays is the last pass. */
static inline reading read_table(const tamis_reader_options *options, int passes) {
        tamis_reader *reader = NULL;
        reading g = { 0 };

        g.status = tamis_reader_new(options, &reader, &g.err);
        if (g.status == 0) {
                const tamis_chunk *header = tamis_reader_header(reader);

                g.dialect = *tamis_reader_dialect(reader);
                g.header_cells = header->cells;
                ck_assert_int_eq(tamis_buffer_add(&g.header, header->bytes.p, header->bytes.n, NULL), 0);
        }
        for (int pass = 0; pass < passes && g.status == 0; pass++) {
                if (pass > 0)
                        g.status = tamis_reader_rewind(reader, &g.err);
                if (g.status == 0)
                        g.status = reading_pass(&g, reader);
        }
        if (g.status == 0) {
                tamis_reader_count(reader, &g.counts);
                g.status = tamis_reader_commit(reader, &g.err);
        }
        tamis_reader_free(reader);
        reading_end_texts(&g);
        return g;
}

#endif
