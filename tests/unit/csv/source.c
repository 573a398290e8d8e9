#include "config.h"

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#ifdef HAVE_ZLIB
#include <zlib.h>
#endif
#ifdef HAVE_ZSTD
#include <zstd.h>
#endif

#include "reading.h"

static const tamis_reader_options plain = { .dialect = { .delimiter = ',', .header = true } };

static reading read_paths(const char *const *paths, size_t n, tamis_reader_options options, int passes) {
        options.paths = paths;
        options.n_paths = n;
        return read_table(&options, passes);
}

/* -- several files, one table ---------------------------------------------------------------------------------------- */

/* (files, header expected or not, bytes behind the first header, lines) */
static const struct { const char *files[4]; bool header; const char *bytes, *places; } several[] = {
        { { "a,b\n1,2\n", "a,b\n3,4\n" }, true, "1,2\n3,4\n", "0.csv:2 1.csv:2 " },
        { { "a,b\n1,2", "\xEF\xBB\xBF" "a,b\n3,4", "\na,b\n\n5,6" }, true, "1,2\n3,4\n5,6", "0.csv:2 1.csv:2 2.csv:4 " },
        { { "a,b\r\n1,2", "a,b\n3,4" }, true, "1,2\r\n3,4", "0.csv:2 1.csv:2 " },
        { { "a,b\n1,2\n\n", "a,b\n\n3,4\n" }, true, "1,2\n\n3,4\n", "0.csv:2 1.csv:3 " },
        { { "a,b\n1,2", "a,b\n", "a,b", "a,b\n3,4" }, true, "1,2\n3,4", "0.csv:2 3.csv:2 " },
        { { "a,b", "a,b\n3,4" }, true, "3,4", "1.csv:2 " },
        { { "a,b\n1,2", "a,b" }, true, "1,2", "0.csv:2 " },
        { { "a,\"b\"\n1,\"x\ny\"", "\"a\",b\n\"3\",4" }, true, "1,\"x\ny\"\n\"3\",4", "0.csv:2 1.csv:2 " },
        { { "1,2\n", "\xEF\xBB\xBF" "3,4\n" }, false, "1,2\n3,4\n", "0.csv:1 1.csv:1 " },
        { { "1,2", "\n3,4" }, false, "1,2\n\n3,4", "0.csv:1 1.csv:2 " },
        { { "", "1,2\n", "", "3,4" }, false, "1,2\n3,4", "1.csv:1 3.csv:1 " },
        { { "\n", "", "\n" }, false, "", "" },
};

static size_t write_several(const char *const files[4], const char *paths[4]) {
        static const char *const names[] = { "0.csv", "1.csv", "2.csv", "3.csv" };
        size_t n = 0;

        for (; n < 4 && files[n]; n++) {
                write_file(names[n], files[n], strlen(files[n]));
                paths[n] = names[n];
        }
        return n;
}

START_TEST(several_files_are_one_table) {
        static const size_t sizes[] = { 0, 1, 7, 64 };

        for (size_t i = 0; i < 4; i++)
                for (int passes = 1; passes <= 2; passes++) {
                        const char *paths[4];
                        size_t n = write_several(several[_i].files, paths);
                        tamis_reader_options options = plain;
                        reading g;

                        options.dialect.header = several[_i].header;
                        options.chunk_bytes = sizes[i];
                        options.again = passes > 1;
                        g = read_paths(paths, n, options, passes);
                        ck_assert_msg(g.status == 0, "%s", g.err.message);
                        ck_assert_str_eq(g.bytes.p, several[_i].bytes);
                        ck_assert_str_eq(g.places.p, several[_i].places);
                        reading_done(&g);
                }
}
END_TEST

START_TEST(a_header_without_line_ending_gets_one_before_another_file) {
        const char *paths[4];
        size_t n = write_several((const char *const[4]) { "a,b", "a,b\n3,4" }, paths);
        reading g = read_paths(paths, n, plain, 1);

        ck_assert_str_eq(g.header.p, "a,b\n");
        reading_done(&g);
        g = read_paths(paths, 1, plain, 1);
        ck_assert_str_eq(g.header.p, "a,b");
        reading_done(&g);
}
END_TEST

/* (second file, line, column, message); the first is a,b */
static const struct { const char *text; uint64_t line, column; const char *message; } others[] = {
        { "a,c\n1,2\n",       1, 3, "column 2 of the header is \"c\", in 0.csv it is \"b\"" },
        { "\n\"a\n\",b\n1,2\n", 2, 1, "column 1 of the header is \"a\n\", in 0.csv it is \"a\"" },
        { "a,b,c\n",          1, 0, "the header has 3 columns, that of 0.csv has 2" },
        { "",                 0, 0, "the input is empty; a header line was expected" },
        { "a,b\n1,2,3\n",     2, 0, "row has 3 cells, the header has 2 (--ragged pad fills them, --ragged skip leaves such "
          "rows out, --rejects FILE sets them aside)" },
        { "a,b\n1,\"2\n",     2, 3, "the quote opened here is never closed (--rejects FILE sets such rows aside)" },
};

START_TEST(a_later_file_is_to_blame_by_name) {
        const char *paths[4];
        size_t n = write_several((const char *const[4]) { "a,b\n1,2\n", others[_i].text }, paths);
        reading g = read_paths(paths, n, plain, 1);

        ck_assert_int_eq(g.status, TAMIS_BAD_DATA);
        ck_assert_str_eq(g.err.file, "1.csv");
        ck_assert_uint_eq(g.err.line, others[_i].line);
        ck_assert_uint_eq(g.err.column, others[_i].column);
        ck_assert_str_eq(g.err.message, others[_i].message);
        reading_done(&g);
}
END_TEST

/* a quote left open at the end of one file must not swallow the next */
START_TEST(a_record_ends_with_its_file) {
        const char *paths[4];
        size_t n = write_several((const char *const[4]) { "a,b\n1,\"2\n", "a,b\n3,\"4\"\n" }, paths);
        tamis_reader_options options = plain;
        reading g = read_paths(paths, n, plain, 1);

        ck_assert_int_eq(g.status, TAMIS_BAD_DATA);
        ck_assert_str_eq(g.err.file, "0.csv");
        reading_done(&g);

        options.rejects = "aside.csv";
        g = read_paths(paths, n, options, 1);
        ck_assert_int_eq(g.status, 0);
        ck_assert_str_eq(g.places.p, "1.csv:2 ");
        reading_done(&g);
}
END_TEST

/* looking for the end of a quote goes far, over many chunks and to the end of the file; what follows is all there */
START_TEST(a_quote_left_open_costs_one_line) {
        const char *const paths[] = { "0.csv", "1.csv" };
        tamis_buffer rows = { 0 }, want = { 0 };

        for (int file = 0; file < 2; file++) {
                tamis_buffer text = { 0 };

                ck_assert_int_eq(tamis_buffer_addf(&text, NULL, "a,b\n%s", file ? "" : "\"open,0\n"), 0);
                rows.n = 0;
                for (int i = 0; i < 1000; i++)
                        ck_assert_int_eq(tamis_buffer_addf(&rows, NULL, "%d,%d\n", i, file), 0);
                ck_assert_int_eq(tamis_buffer_add(&text, rows.p, rows.n, NULL), 0);
                ck_assert_int_eq(tamis_buffer_add(&want, rows.p, rows.n, NULL), 0);
                write_file(paths[file], text.p, text.n);
                tamis_buffer_done(&text);
        }
        for (size_t chunk_bytes = 1; chunk_bytes < 300000; chunk_bytes = 5 * chunk_bytes + 60) {
                tamis_reader_options options = plain;
                reading g;

                options.rejects = "aside.csv";
                options.chunk_bytes = chunk_bytes;
                g = read_paths(paths, 2, options, 1);
                ck_assert_int_eq(g.status, 0);
                ck_assert_uint_eq(g.bytes.n, want.n);
                ck_assert_int_eq(memcmp(g.bytes.p, want.p, want.n), 0);
                ck_assert_uint_eq(g.counts.rejected, 1);
                reading_done(&g);
        }
        tamis_buffer_done(&rows);
        tamis_buffer_done(&want);
}
END_TEST

/* the same table cut into files anywhere gives the same chunks */
START_TEST(chunks_do_not_depend_on_how_the_table_is_cut) {
        enum { ROWS = 500 };
        char row[32];
        uint64_t sizes[2][ROWS], n_sizes[2] = { 0 };

        for (int cut = 0; cut < 2; cut++) {
                const char *paths[4] = { "0.csv", "1.csv", "2.csv", "3.csv" };
                size_t files = cut ? 4 : 1;
                tamis_reader_options options = plain;
                tamis_reader *reader;
                tamis_chunk chunk = { 0 };
                tamis_error err;
                int line = 0;

                for (size_t f = 0; f < files; f++) {
                        FILE *out = fopen(paths[f], "w");
                        int to = f + 1 == files ? ROWS : line + 1 + 37 * (int) f;

                        ck_assert_ptr_nonnull(out);
                        fputs("a,b\n", out);
                        for (; line < to; line++) {
                                snprintf(row, sizeof row, "%d,\"%d\n\"\n", line, line * line);
                                fputs(row, out);
                        }
                        fclose(out);
                }
                options.paths = paths;
                options.n_paths = files;
                options.chunk_bytes = 256;
                ck_assert_int_eq(tamis_reader_new(&options, &reader, &err), 0);
                do {
                        ck_assert_int_eq(tamis_reader_next(reader, &chunk, &err), 0);
                        sizes[cut][n_sizes[cut]++] = chunk.bytes.n;
                } while (chunk.records > 0);
                tamis_reader_free(reader);
                tamis_chunk_done(&chunk);
        }
        ck_assert_uint_gt(n_sizes[0], 10);
        ck_assert_uint_eq(n_sizes[0], n_sizes[1]);
        for (uint64_t i = 0; i < n_sizes[0]; i++)
                ck_assert_uint_eq(sizes[0][i], sizes[1][i]);
}
END_TEST

/* -- standard input, pipes, reading again ---------------------------------------------------------------------------- */

/* Whatever is at the path becomes standard input. */
static void stdin_from(int fd) {
        ck_assert_int_eq(dup2(fd, STDIN_FILENO), STDIN_FILENO);
        if (fd != STDIN_FILENO)
                close(fd);
}

typedef struct feed {
        int fd;
        const char *p;
        size_t n, piece;
} feed;

static void *feeding(void *arg) {
        feed *f = arg;

        for (size_t at = 0; at < f->n;) {
                size_t n = f->n - at < f->piece ? f->n - at : f->piece;
                ssize_t done = write(f->fd, f->p + at, n);

                if (done <= 0)
                        break;
                at += (size_t) done;
        }
        close(f->fd);
        return NULL;
}

/* Standard input is a pipe that gives the text `piece` bytes at a time. */
static reading read_pipe(const char *p, size_t n, size_t piece, tamis_reader_options options, int passes) {
        feed f = { .p = p, .n = n, .piece = piece };
        pthread_t thread;
        int ends[2];
        reading g;

        ck_assert_int_eq(pipe(ends), 0);
        f.fd = ends[1];
        stdin_from(ends[0]);
        ck_assert_int_eq(pthread_create(&thread, NULL, feeding, &f), 0);
        g = read_paths(NULL, 0, options, passes);
        close(STDIN_FILENO);
        ck_assert_int_eq(pthread_join(thread, NULL), 0);
        return g;
}

static tamis_buffer many_rows(size_t rows) {
        tamis_buffer text = { 0 };

        ck_assert_int_eq(tamis_buffer_addf(&text, NULL, "id,what\n"), 0);
        for (size_t i = 0; i < rows; i++)
                ck_assert_int_eq(tamis_buffer_addf(&text, NULL, i % 5 ? "%zu,row\n" : "%zu,\"a \"\"row\"\"\n\"\n", i),
                                 0);
        return text;
}

START_TEST(a_pipe_may_give_one_byte_at_a_time) {
        tamis_buffer text = many_rows(200);
        tamis_reader_options options = plain;
        reading g;

        options.chunk_bytes = 100;
        g = read_pipe(text.p, text.n, 1, options, 1);
        ck_assert_int_eq(g.status, 0);
        ck_assert_uint_eq(g.bytes.n, text.n - 8);
        ck_assert_int_eq(memcmp(g.bytes.p, text.p + 8, g.bytes.n), 0);
        ck_assert_uint_eq(g.records, 200);
        ck_assert_uint_eq(g.counts.bytes_total, 0);
        ck_assert(strncmp(g.places.p, "standard input:2 standard input:4 ", 34) == 0);
        reading_done(&g);
        tamis_buffer_done(&text);
}
END_TEST

/* memory for all of it, for some of it, for none of it */
static const uint64_t memories[] = { 1 << 30, 5000, 1 };

START_TEST(a_pipe_is_read_again_from_what_was_kept) {
        tamis_buffer text = many_rows(5000);
        tamis_reader_options options = plain;
        reading g;

        options.again = true;
        options.memory = memories[_i];
        g = read_pipe(text.p, text.n, 3000, options, 3);
        ck_assert_msg(g.status == 0, "%s", g.err.message);
        ck_assert_uint_eq(g.bytes.n, text.n - 8);
        ck_assert_int_eq(memcmp(g.bytes.p, text.p + 8, g.bytes.n), 0);
        ck_assert_uint_eq(g.counts.bytes, text.n);
        reading_done(&g);
        tamis_buffer_done(&text);
}
END_TEST

START_TEST(reading_again_must_be_asked_for) {
        tamis_reader *reader;
        tamis_error err;
        const char *const paths[] = { "t.csv" };
        tamis_reader_options options = plain;

        write_file("t.csv", "a\n1\n", 4);
        options.paths = paths;
        options.n_paths = 1;
        ck_assert_int_eq(tamis_reader_new(&options, &reader, &err), 0);
        ck_assert_int_eq(tamis_reader_rewind(reader, &err), TAMIS_USAGE);
        tamis_reader_free(reader);
        tamis_reader_free(NULL);
}
END_TEST

/* going back before the end: half the pipe comes from what was kept, half is new */
START_TEST(going_back_half_way) {
        tamis_buffer text = many_rows(5000);
        tamis_reader_options options = plain;
        feed f = { .p = text.p, .n = text.n, .piece = 4096 };
        tamis_reader *reader;
        tamis_chunk chunk = { 0 };
        pthread_t thread;
        reading g = { 0 };
        int ends[2];

        ck_assert_int_eq(pipe(ends), 0);
        f.fd = ends[1];
        stdin_from(ends[0]);
        ck_assert_int_eq(pthread_create(&thread, NULL, feeding, &f), 0);
        options.again = true;
        options.chunk_bytes = 10000;
        g.dialect = options.dialect;
        ck_assert_int_eq(tamis_reader_new(&options, &reader, &g.err), 0);
        ck_assert_int_eq(tamis_reader_next(reader, &chunk, &g.err), 0);
        ck_assert_int_eq(tamis_reader_rewind(reader, &g.err), 0);
        ck_assert_int_eq(reading_pass(&g, reader), 0);
        ck_assert_uint_eq(g.records, 5000);
        ck_assert_uint_eq(g.bytes.n, text.n - 8);
        ck_assert_int_eq(memcmp(g.bytes.p, text.p + 8, g.bytes.n), 0);
        tamis_reader_free(reader);
        close(STDIN_FILENO);
        pthread_join(thread, NULL);
        tamis_chunk_done(&chunk);
        reading_end_texts(&g);
        reading_done(&g);
        tamis_buffer_done(&text);
}
END_TEST

static void *feeding_fifo(void *arg) {
        feed *f = arg;

        f->fd = open("fifo", O_WRONLY);
        return feeding(f);
}

/* a pipe with a name is opened once: a second opening would wait for a writer who never comes */
START_TEST(a_fifo_is_opened_once) {
        feed f = { .p = "a,b\n1,2\n", .n = 8, .piece = 3 };
        tamis_reader_options options = plain;
        pthread_t thread;
        reading g;

        options.again = true;
        ck_assert_int_eq(mkfifo("fifo", 0600), 0);
        ck_assert_int_eq(pthread_create(&thread, NULL, feeding_fifo, &f), 0);
        g = read_paths((const char *const[]) { "fifo" }, 1, options, 3);
        ck_assert_int_eq(pthread_join(thread, NULL), 0);
        ck_assert_int_eq(g.status, 0);
        ck_assert_str_eq(g.cells.p, "[1][2]\n");
        ck_assert_str_eq(g.places.p, "fifo:2 ");
        reading_done(&g);
}
END_TEST

/* a file as standard input is read from where it stands, and again from there */
START_TEST(standard_input_that_is_a_file) {
        static const char text[] = "skipped\na,b\n1,2\n";
        tamis_reader_options options = plain;
        reading g;
        int fd;

        write_file("t.csv", text, sizeof text - 1);
        fd = open("t.csv", O_RDONLY);
        ck_assert_int_ge(fd, 0);
        ck_assert_int_eq(lseek(fd, 8, SEEK_SET), 8);
        stdin_from(fd);
        options.again = true;
        options.memory = 1;
        g = read_paths((const char *const[]) { "-" }, 1, options, 2);
        ck_assert_int_eq(g.status, 0);
        ck_assert_str_eq(g.cells.p, "[1][2]\n");
        ck_assert_str_eq(g.places.p, "standard input:2 ");
        ck_assert_uint_eq(g.counts.bytes_total, 8);
        reading_done(&g);
}
END_TEST

START_TEST(standard_input_that_is_closed) {
        reading g;

        close(STDIN_FILENO);
        g = read_paths(NULL, 0, plain, 1);
        ck_assert_int_eq(g.status, TAMIS_IO);
        ck_assert_str_eq(g.err.file, "standard input");
        ck_assert_str_eq(g.err.message, "is closed");
        reading_done(&g);
}
END_TEST

/* a pipe that does not wait is waited for */
START_TEST(standard_input_that_does_not_wait) {
        pid_t child;
        int ends[2];
        reading g;

        ck_assert_int_eq(pipe(ends), 0);
        ck_assert_int_eq(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
        child = fork();
        ck_assert_int_ge(child, 0);
        if (child == 0) {
                close(ends[0]);
                usleep(20000);
                _exit(write(ends[1], "a,b\n1,2\n", 8) != 8);
        }
        close(ends[1]);
        stdin_from(ends[0]);
        g = read_paths(NULL, 0, plain, 1);
        ck_assert_int_eq(g.status, 0);
        ck_assert_str_eq(g.cells.p, "[1][2]\n");
        reading_done(&g);
        ck_assert_int_eq(waitpid(child, NULL, 0), child);
}
END_TEST

/* counted, and set aside, once */
START_TEST(what_is_wrong_is_counted_on_the_first_reading) {
        tamis_reader_options options = plain;
        tamis_buffer aside;
        reading g;

        write_file("t.csv", "a,b\n1\n2,3\n4,5,6\n", 16);
        options.again = true;
        options.rejects = "aside.csv";
        g = read_paths((const char *const[]) { "t.csv" }, 1, options, 3);
        ck_assert_int_eq(g.status, 0);
        ck_assert_uint_eq(g.counts.rejected, 2);
        ck_assert_uint_eq(g.counts.records, 1);
        aside = read_file("aside.csv");
        ck_assert_str_eq(aside.p, "1\n4,5,6\n");
        tamis_buffer_done(&aside);
        reading_done(&g);
}
END_TEST

START_TEST(a_file_that_changes_between_readings_is_noticed) {
        tamis_reader_options options = plain;
        const char *const paths[] = { "t.csv" };
        tamis_reader *reader;
        tamis_chunk chunk = { 0 };
        tamis_error err;

        write_file("t.csv", "a\n1\n", 4);
        options.paths = paths;
        options.n_paths = 1;
        options.again = true;
        ck_assert_int_eq(tamis_reader_new(&options, &reader, &err), 0);
        ck_assert_int_eq(tamis_reader_next(reader, &chunk, &err), 0);
        write_file("t.csv", "a\n1\n2\n", 6);
        ck_assert_int_eq(tamis_reader_rewind(reader, &err), TAMIS_IO);
        ck_assert_str_eq(err.file, "t.csv");
        ck_assert_str_eq(err.message, "changed while it was read");
        tamis_reader_free(reader);
        tamis_chunk_done(&chunk);
}
END_TEST

START_TEST(a_pipe_in_a_later_place_has_the_same_header) {
        const char *const paths[] = { "t.csv", "fifo" };
        reading g;
        int fd;

        write_file("t.csv", "a,b\n1,2\n", 8);
        ck_assert_int_eq(mkfifo("fifo", 0600), 0);
        fd = open("fifo", O_RDWR);      /* both ends, so that nobody waits */
        ck_assert_int_ge(fd, 0);
        ck_assert_int_eq(write(fd, "a,c\n3,4\n", 8), 8);
        g = read_paths(paths, 2, plain, 0);
        ck_assert_int_eq(g.status, 0);  /* not looked at yet: a pipe can be read only once */
        reading_done(&g);
        g = read_paths(paths, 2, plain, 1);
        ck_assert_int_eq(g.status, TAMIS_BAD_DATA);
        ck_assert_str_eq(g.err.file, "fifo");
        ck_assert_uint_eq(g.err.column, 3);
        ck_assert_str_eq(g.err.message, "column 2 of the header is \"c\", in t.csv it is \"b\"");
        reading_done(&g);
        close(fd);
}
END_TEST

/* -- packed files ---------------------------------------------------------------------------------------------------- */

static inline size_t pack_gz(const void *p, size_t n, char *out, size_t room) {
        size_t made = 0;
#ifdef HAVE_ZLIB
        z_stream z = { 0 };

        ck_assert_int_eq(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
        z.next_in = (Bytef *) (uintptr_t) p;
        z.avail_in = (uInt) n;
        z.next_out = (Bytef *) out;
        z.avail_out = (uInt) room;
        ck_assert_int_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
        made = room - z.avail_out;
        deflateEnd(&z);
#endif
        return made;
}

static inline size_t pack_zst(const void *p, size_t n, char *out, size_t room) {
        size_t made = 0;
#ifdef HAVE_ZSTD
        made = ZSTD_compress(out, room, p, n, 3);
        ck_assert(!ZSTD_isError(made));
#endif
        return made;
}

static size_t (*const packers[])(const void *p, size_t n, char *out, size_t room) = { pack_gz, pack_zst };

START_TEST(packed_files_are_read_as_they_are) {
        tamis_buffer text = many_rows(6000);
        char *packed = malloc(2 * text.n + 100);
        size_t half = text.n / 2, n;

        ck_assert_ptr_nonnull(packed);
        n = packers[_i](text.p, text.n, packed, 2 * text.n + 100);
        if (n > 0) {
                tamis_reader_options options = plain;
                reading g;

                options.again = true;
                for (int way = 0; way < 4; way++) {
                        if (way == 1) { /* in two members */
                                n = packers[_i](text.p, half, packed, text.n + 100);
                                n += packers[_i](text.p + half, text.n - half, packed + n, text.n + 100 - n);
                        }
                        write_file("t.packed", packed, n);
                        if (way == 2)
                                options.memory = 100;
                        if (way < 2)
                                g = read_paths((const char *const[]) { "t.packed" }, 1, options, 2);
                        else
                                g = read_pipe(packed, n, way == 2 ? 1000 : 7, options, 2);
                        ck_assert_msg(g.status == 0, "%s", g.err.message);
                        ck_assert_uint_eq(g.bytes.n, text.n - 8);
                        ck_assert_int_eq(memcmp(g.bytes.p, text.p + 8, g.bytes.n), 0);
                        ck_assert_uint_eq(g.counts.bytes, n);
                        reading_done(&g);
                }
        }
        free(packed);
        tamis_buffer_done(&text);
}
END_TEST

START_TEST(packed_files_that_are_cut_or_damaged) {
        tamis_buffer text = many_rows(3000);
        char *packed = malloc(2 * text.n + 100);
        size_t n;

        ck_assert_ptr_nonnull(packed);
        n = packers[_i](text.p, text.n, packed, 2 * text.n);
        if (n > 0) {
                static const size_t missing[] = { 1, 5, 300 };
                reading g;

                for (size_t i = 0; i < 3; i++) {
                        write_file("t.packed", packed, n - missing[i]);
                        g = read_paths((const char *const[]) { "t.packed" }, 1, plain, 1);
                        ck_assert_int_eq(g.status, TAMIS_IO);
                        ck_assert_str_eq(g.err.file, "t.packed");
                        ck_assert_str_eq(g.err.message, "ends in the middle of the compressed data");
                        reading_done(&g);
                }
                write_file("t.packed", packed, 7);
                g = read_paths((const char *const[]) { "t.packed" }, 1, plain, 0);
                ck_assert_int_eq(g.status, TAMIS_IO);
                ck_assert_str_eq(g.err.message, "ends in the middle of the compressed data");
                reading_done(&g);

                memcpy(packed + n, "more", 4);
                write_file("t.packed", packed, n + 4);
                g = read_paths((const char *const[]) { "t.packed" }, 1, plain, 1);
                ck_assert_int_eq(g.status, TAMIS_IO);
                reading_done(&g);

                /* Zstandard data without a checksum may unpack to something else, which then is no CSV */
                memset(packed + n / 2, 0x55, 40);
                write_file("t.packed", packed, n);
                g = read_paths((const char *const[]) { "t.packed" }, 1, plain, 1);
                ck_assert_int_lt(g.status, 0);
                reading_done(&g);
        }
        free(packed);
        tamis_buffer_done(&text);
}
END_TEST

int main(void) {
        TCase *tc = tcase_create("source");
        Suite *suite = suite_create("source");
        SRunner *runner = srunner_create(suite);
        int failed;

        signal(SIGPIPE, SIG_IGN);
        tcase_set_timeout(tc, 0);
        tcase_add_checked_fixture(tc, scratch_begin, scratch_end);
        tcase_add_loop_test(tc, several_files_are_one_table, 0, sizeof several / sizeof *several);
        tcase_add_test(tc, a_header_without_line_ending_gets_one_before_another_file);
        tcase_add_loop_test(tc, a_later_file_is_to_blame_by_name, 0, sizeof others / sizeof *others);
        tcase_add_test(tc, a_record_ends_with_its_file);
        tcase_add_test(tc, a_quote_left_open_costs_one_line);
        tcase_add_test(tc, chunks_do_not_depend_on_how_the_table_is_cut);
        tcase_add_test(tc, a_pipe_may_give_one_byte_at_a_time);
        tcase_add_loop_test(tc, a_pipe_is_read_again_from_what_was_kept, 0, sizeof memories / sizeof *memories);
        tcase_add_test(tc, reading_again_must_be_asked_for);
        tcase_add_test(tc, going_back_half_way);
        tcase_add_test(tc, a_fifo_is_opened_once);
        tcase_add_test(tc, standard_input_that_is_a_file);
        tcase_add_test(tc, standard_input_that_is_closed);
        tcase_add_test(tc, standard_input_that_does_not_wait);
        tcase_add_test(tc, what_is_wrong_is_counted_on_the_first_reading);
        tcase_add_test(tc, a_file_that_changes_between_readings_is_noticed);
        tcase_add_test(tc, a_pipe_in_a_later_place_has_the_same_header);
        tcase_add_loop_test(tc, packed_files_are_read_as_they_are, 0, 2);
        tcase_add_loop_test(tc, packed_files_that_are_cut_or_damaged, 0, 2);
        suite_add_tcase(suite, tc);
        srunner_run_all(runner, CK_ENV);
        failed = srunner_ntests_failed(runner);
        srunner_free(runner);
        return failed != 0;
}
