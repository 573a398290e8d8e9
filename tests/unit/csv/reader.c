#include "reading.h"

static const size_t sizes[] = { 0, 1, 7, 64 };

static reading read_text(const char *text, size_t n, tamis_reader_options options, size_t chunk_bytes) {
        static const char *const paths[] = { "t.csv" };

        write_file("t.csv", text, n);
        options.paths = paths;
        options.n_paths = 1;
        options.chunk_bytes = chunk_bytes;
        return read_table(&options, 1);
}

static const tamis_reader_options plain = { .dialect = { .delimiter = ',', .header = true } };
static const tamis_reader_options headless = { .dialect = { .delimiter = ',' } };

/* -- what is read ---------------------------------------------------------------------------------------------------- */

/* (text, header bytes, cells, lines) */
static const struct { const char *text, *header, *cells, *places; } tables[] = {
        { "a,b\n1,2\n3,4\n",        "a,b\n",         "[1][2]\n[3][4]\n", "t.csv:2 t.csv:3 " },
        { "a,b\n1,2\n3,4",          "a,b\n",         "[1][2]\n[3][4]\n", "t.csv:2 t.csv:3 " },
        { "a,b\r\n1,2\r\n3,4\r\n",  "a,b\r\n",       "[1][2]\n[3][4]\n", "t.csv:2 t.csv:3 " },
        { "a,b\r1,2\r3,4\r",        "a,b\r",         "[1][2]\n[3][4]\n", "t.csv:2 t.csv:3 " },
        { "a,b\n1,2\r3,4\r\n5,6",   "a,b\n",         "[1][2]\n[3][4]\n[5][6]\n", "t.csv:2 t.csv:3 t.csv:4 " },
        { "\xEF\xBB\xBF" "a,b\n1,2", "\xEF\xBB\xBF" "a,b\n", "[1][2]\n", "t.csv:2 " },
        { "\xEF\xBB\xBF\"a\",b\n1,2", "\xEF\xBB\xBF\"a\",b\n", "[1][2]\n", "t.csv:2 " },
        { "\n\r\n\na,b\n1,2\n",     "\n\r\n\na,b\n", "[1][2]\n", "t.csv:5 " },
        { "a,b\n\n\n1,2\n\r\n3,4\n\n\n", "a,b\n\n\n", "[1][2]\n[3][4]\n", "t.csv:4 t.csv:6 " },
        { "a\n\"\"\n\n1\n",         "a\n",           "[]\n[1]\n", "t.csv:2 t.csv:4 " },
        { "a,b\n,\n",               "a,b\n",         "[][]\n", "t.csv:2 " },
        { "a,b",                    "a,b",           "", "" },
        { "a,b\n\n",                "a,b\n\n",       "", "" },
        { "a,b\n\"x\ny\",\"p\"\"q\"\n3,\"\"\n", "a,b\n", "[x\ny][p\"q]\n[3][]\n", "t.csv:2 t.csv:4 " },
        { "\"a\nz\",b\n1,2\n",      "\"a\nz\",b\n",  "[1][2]\n", "t.csv:3 " },
        { "a,b\n\"x\r\ny\",\"\r\"\n3,4\n", "a,b\n",  "[x\r\ny][\r]\n[3][4]\n", "t.csv:2 t.csv:5 " },
        { "a,b\n\xFF\x80,\xC3\xA9\n", "a,b\n",       "[\xFF\x80][\xC3\xA9]\n", "t.csv:2 " },
        { "a,b\n 1 ,\t\n",          "a,b\n",         "[ 1 ][\t]\n", "t.csv:2 " },
};

START_TEST(tables_are_read_and_keep_their_bytes) {
        for (size_t i = 0; i < 4; i++) {
                reading g = read_text(tables[_i].text, strlen(tables[_i].text), plain, sizes[i]);

                ck_assert_msg(g.status == 0, "%s", g.err.message);
                ck_assert_str_eq(g.header.p, tables[_i].header);
                ck_assert_str_eq(g.cells.p, tables[_i].cells);
                ck_assert_str_eq(g.places.p, tables[_i].places);
                ck_assert_str_eq(g.bytes.p, tables[_i].text + strlen(tables[_i].header));
                ck_assert_uint_eq(g.counts.bytes, strlen(tables[_i].text));
                ck_assert_uint_eq(g.counts.bytes_total, strlen(tables[_i].text));
                reading_done(&g);
        }
}
END_TEST

/* (text, header bytes, header cells, cells) */
static const struct { const char *text, *header; size_t n; const char *cells; } headless_tables[] = {
        { "1,2\n3,4\n",            "",             2, "[1][2]\n[3][4]\n" },
        { "\xEF\xBB\xBF\n1,2,3\n", "\xEF\xBB\xBF\n", 3, "[1][2][3]\n" },
        { "",                      "",             0, "" },
        { "\n\n",                  "\n\n",         0, "" },
        { "\"1\n\",\n",            "",             2, "[1\n][]\n" },
};

START_TEST(tables_without_a_header) {
        for (size_t i = 0; i < 4; i++) {
                reading g = read_text(headless_tables[_i].text, strlen(headless_tables[_i].text), headless, sizes[i]);

                ck_assert_msg(g.status == 0, "%s", g.err.message);
                ck_assert_str_eq(g.header.p, headless_tables[_i].header);
                ck_assert_uint_eq(g.header_cells, headless_tables[_i].n);
                ck_assert_str_eq(g.cells.p, headless_tables[_i].cells);
                ck_assert_str_eq(g.bytes.p, headless_tables[_i].text + strlen(headless_tables[_i].header));
                reading_done(&g);
        }
}
END_TEST

START_TEST(nul_bytes_are_content) {
        static const char text[] = "a,b\n\0,\"\0\n\"\n";

        for (size_t i = 0; i < 4; i++) {
                reading g = read_text(text, sizeof text - 1, plain, sizes[i]);

                ck_assert_int_eq(g.status, 0);
                ck_assert_uint_eq(g.bytes.n, sizeof text - 1 - 4);
                ck_assert_int_eq(memcmp(g.bytes.p, text + 4, g.bytes.n), 0);
                ck_assert_uint_eq(g.records, 1);
                reading_done(&g);
        }
}
END_TEST

/* (first lines, delimiter found, line ending found) */
static const struct { const char *text; char delimiter; const char *eol; } dialects[] = {
        { "a,b\n1,2\n",          ',',  "\n" },
        { "a;b\r\n1,5;2,5\r\n",  ';',  "\r\n" },
        { "a\tb\r1\t2\r",        '\t', "\r" },
        { "a|b\n1|2\n",          '|',  "\n" },
        { "alone\n1\n2\n",       ',',  "\n" },
        { "a;b;c\n1;\"x,y\";3\n2;\"u,v\";4\n", ';', "\n" },
        { "a,b;c\n1,2\n3,4\n5,6;x;y\n", ',', "\n" },
        { "\"a|b\",c\n1,2",      ',',  "\n" },
        { "\xEF\xBB\xBF\"a,b\";c\n\"1,2\";3", ';', "\n" },
        { "a,b",                 ',',  "\n" },
};

START_TEST(the_dialect_is_found_out) {
        tamis_reader_options options = { .dialect = { .header = true } };
        reading g;

        options.ragged = TAMIS_RAGGED_SKIP;
        g = read_text(dialects[_i].text, strlen(dialects[_i].text), options, 0);
        ck_assert_int_eq(g.status, 0);
        ck_assert_int_eq(g.dialect.delimiter, dialects[_i].delimiter);
        ck_assert_str_eq(g.dialect.eol, dialects[_i].eol);
        ck_assert(g.dialect.header);
        reading_done(&g);
}
END_TEST

/* -- what is refused ------------------------------------------------------------------------------------------------- */

#define SET_ASIDE " (--rejects FILE sets such rows aside)"

/* (text, line, column, message) */
static const struct { const char *text; size_t n; uint64_t line, column; const char *message; } refused[] = {
        { "", 0, 0, 0, "the input is empty; a header line was expected" },
        { "\n\n", 2, 0, 0, "the input is empty; a header line was expected" },
        { "\xEF\xBB\xBF", 3, 0, 0, "the input is empty; a header line was expected" },
        { "a\0b\n1\n", 6, 0, 0, "does not look like CSV text (the header holds a NUL byte)" },
        { "\xFF\xFE" "a\0", 4, 0, 0, "this is UTF-16; convert it with iconv -f UTF-16 -t UTF-8" },
        { "\xFE\xFF\0a", 4, 0, 0, "this is UTF-16; convert it with iconv -f UTF-16 -t UTF-8" },
        { "a,\"b\n1,2\n", 9, 1, 3, "the quote opened here is never closed" },
        { "\na,b\"c\n1,2\n", 10, 2, 4,
          "a quote inside an unquoted cell; quote the whole cell and double the quote inside" },
        { "a,b\n1,2\n3, \"4\"\n", 16, 3, 4,
          "a quote inside an unquoted cell; quote the whole cell and double the quote inside" SET_ASIDE },
        { "\"a\";\"b\"\n1;2\n", 12, 1, 4, "a quoted cell goes on behind its closing quote; double a quote that belongs to "
          "the cell (or another --delimiter is needed; auto finds it out)" },
        { "a,b\n1,2\n\"3\"4,5\n", 16, 3, 4,
          "a quoted cell goes on behind its closing quote; double a quote that belongs to the cell" SET_ASIDE },
        { "a,b\n\"1\n2\",\"3\n4\"5\n", 17, 4, 3,
          "a quoted cell goes on behind its closing quote; double a quote that belongs to the cell" SET_ASIDE },
        { "a,b\n1,2\n3,\"4\n5,6\n", 16, 3, 3, "the quote opened here is never closed" SET_ASIDE },
        { "a,b\n1\n", 6, 2, 0, "row has 1 cell, the header has 2 (--ragged pad fills them, --ragged skip leaves such rows "
          "out, --rejects FILE sets them aside)" },
        { "a,b\n\n\"1\n\",2\n1,2,3\n", 17, 5, 0, "row has 3 cells, the header has 2 (--ragged pad fills them, --ragged skip "
          "leaves such rows out, --rejects FILE sets them aside)" },
};

START_TEST(what_is_no_csv_is_refused_with_its_place) {
        for (size_t i = 0; i < 4; i++) {
                reading g = read_text(refused[_i].text, refused[_i].n, plain, sizes[i]);

                ck_assert_int_eq(g.status, TAMIS_BAD_DATA);
                ck_assert_int_eq(g.err.code, TAMIS_BAD_DATA);
                ck_assert_str_eq(g.err.file, "t.csv");
                ck_assert_uint_eq(g.err.line, refused[_i].line);
                ck_assert_uint_eq(g.err.column, refused[_i].column);
                ck_assert_str_eq(g.err.message, refused[_i].message);
                reading_done(&g);
        }
}
END_TEST

START_TEST(what_cannot_be_opened_is_refused) {
        static const struct { const char *path; int code; const char *message; } cases[] = {
                { "nowhere.csv", TAMIS_IO, "No such file or directory" },
                { ".",           TAMIS_IO, "is a directory" },
        };

        write_file("good.csv", "a\n1\n", 4);
        for (size_t i = 0; i < 2; i++) {
                const char *const paths[] = { "good.csv", cases[i].path };
                tamis_reader_options options = plain;
                reading g;

                options.paths = paths;
                options.n_paths = 2;    /* known before the first record is read */
                g = read_table(&options, 0);
                ck_assert_int_eq(g.status, cases[i].code);
                ck_assert_str_eq(g.err.file, cases[i].path);
                ck_assert_str_eq(g.err.message, cases[i].message);
                reading_done(&g);
        }
}
END_TEST

START_TEST(a_delimiter_must_delimit) {
        static const char none[] = "\"\n\r";
        tamis_reader_options options = plain;
        reading g;

        options.dialect.delimiter = none[_i];
        g = read_text("a\n", 2, options, 0);
        ck_assert_int_eq(g.status, TAMIS_USAGE);
        reading_done(&g);
}
END_TEST

/* -- repairs --------------------------------------------------------------------------------------------------------- */

#define INNER ": a quote inside an unquoted cell; quote the whole cell and double the quote inside"

/* (text, policy, rejects, bytes behind the header, lines, set aside, padded, skipped, rejected, first bad) */
static const struct {
        const char *text;
        tamis_ragged ragged;
        bool rejects;
        const char *bytes, *cells, *places, *aside;
        uint64_t padded, skipped, rejected;
        const char *first_bad;
} repairs[] = {
        { "a,b,c\n1,2,3\n1\n1,2\n7,8,9\n", TAMIS_RAGGED_PAD, false, "1,2,3\n1,,\n1,2,\n7,8,9\n",
          "[1][2][3]\n[1][][]\n[1][2][]\n[7][8][9]\n", "t.csv:2 t.csv:3 t.csv:4 t.csv:5 ", NULL,
          2, 0, 0, "t.csv:3: row has 1 cell, the header has 3" },
        { "a,b\r\n1,2,,\"\"\r\n\r\n\"x\"\r\n5,6", TAMIS_RAGGED_PAD, false, "1,2\r\n\r\n\"x\",\r\n5,6",
          "[1][2]\n[x][]\n[5][6]\n", "t.csv:2 t.csv:4 t.csv:5 ", NULL,
          2, 0, 0, "t.csv:2: row has 4 cells, the header has 2" },
        { "a\n1\n,\n,,\n2,\n", TAMIS_RAGGED_PAD, false, "1\n\"\"\n\"\"\n2\n",
          "[1]\n[]\n[]\n[2]\n", "t.csv:2 t.csv:3 t.csv:4 t.csv:5 ", NULL,
          3, 0, 0, "t.csv:3: row has 2 cells, the header has 1" },
        { "a,b,c\n1", TAMIS_RAGGED_PAD, false, "1,,", "[1][][]\n", "t.csv:2 ", NULL,
          1, 0, 0, "t.csv:2: row has 1 cell, the header has 3" },
        { "a,b\n1\n2,3\n\n4,5,6\n\n7,8\n", TAMIS_RAGGED_SKIP, false, "2,3\n\n7,8\n",
          "[2][3]\n[7][8]\n", "t.csv:3 t.csv:7 ", NULL,
          0, 2, 0, "t.csv:2: row has 1 cell, the header has 2" },
        { "a,b\n1\n2\n3\n", TAMIS_RAGGED_SKIP, false, "", "", "", NULL,
          0, 3, 0, "t.csv:2: row has 1 cell, the header has 2" },
        { "a,b\n1\r\n2,3\n4,5,6", TAMIS_RAGGED_ERROR, true, "2,3\n", "[2][3]\n", "t.csv:3 ", "1\r\n4,5,6\n",
          0, 0, 2, "t.csv:2: row has 1 cell, the header has 2" },
        { "a,b\n1,2\nx\"y,2\n3,4\n", TAMIS_RAGGED_ERROR, true, "1,2\n3,4\n", "[1][2]\n[3][4]\n", "t.csv:2 t.csv:4 ",
          "x\"y,2\n", 0, 0, 1, "t.csv:3" INNER },
        /* the line where the record began goes; the next one is tried again */
        { "a,b\n\"1\n2\"x,3\n4,5\n", TAMIS_RAGGED_ERROR, true, "4,5\n", "[4][5]\n", "t.csv:4 ", "\"1\n2\"x,3\n",
          0, 0, 2, "t.csv:2: a quoted cell goes on behind its closing quote; double a quote that belongs to the cell" },
        { "a,b\n1,2\n\"3,4\n5,6\n\n7,8\n", TAMIS_RAGGED_ERROR, true, "1,2\n5,6\n\n7,8\n", "[1][2]\n[5][6]\n[7][8]\n",
          "t.csv:2 t.csv:4 t.csv:6 ", "\"3,4\n", 0, 0, 1, "t.csv:3: the quote opened here is never closed" },
        /* padding comes before setting aside; what padding cannot mend is set aside */
        { "a,b\n1\n1,2,3\n1,2,\n", TAMIS_RAGGED_PAD, true, "1,\n1,2\n", "[1][]\n[1][2]\n", "t.csv:2 t.csv:4 ", "1,2,3\n",
          2, 0, 1, "t.csv:2: row has 1 cell, the header has 2" },
        { "a,b\n1,2\n", TAMIS_RAGGED_ERROR, true, "1,2\n", "[1][2]\n", "t.csv:2 ", "", 0, 0, 0, "" },
};

START_TEST(rows_are_mended_or_set_aside) {
        for (size_t i = 0; i < 4; i++) {
                tamis_reader_options options = plain;
                reading g;

                options.ragged = repairs[_i].ragged;
                options.rejects = repairs[_i].rejects ? "aside.csv" : NULL;
                g = read_text(repairs[_i].text, strlen(repairs[_i].text), options, sizes[i]);
                ck_assert_msg(g.status == 0, "%s", g.err.message);
                ck_assert_str_eq(g.bytes.p, repairs[_i].bytes);
                ck_assert_str_eq(g.cells.p, repairs[_i].cells);
                ck_assert_str_eq(g.places.p, repairs[_i].places);
                ck_assert_uint_eq(g.counts.padded, repairs[_i].padded);
                ck_assert_uint_eq(g.counts.skipped, repairs[_i].skipped);
                ck_assert_uint_eq(g.counts.rejected, repairs[_i].rejected);
                ck_assert_str_eq(g.counts.first_bad, repairs[_i].first_bad);
                if (repairs[_i].rejects) {
                        tamis_buffer aside = read_file("aside.csv");

                        ck_assert_str_eq(aside.p, repairs[_i].aside);
                        tamis_buffer_done(&aside);
                }
                reading_done(&g);
        }
}
END_TEST

START_TEST(padding_does_not_drop_what_holds_something) {
        tamis_reader_options options = plain;
        reading g;

        options.ragged = TAMIS_RAGGED_PAD;
        g = read_text("a,b\n1,2,3\n", 10, options, 0);
        ck_assert_int_eq(g.status, TAMIS_BAD_DATA);
        ck_assert_uint_eq(g.err.line, 2);
        ck_assert_str_eq(g.err.message,
                         "row has 3 cells, the header has 2, and those too many are not empty (--ragged skip "
                         "leaves such rows out, --rejects FILE sets them aside)");
        reading_done(&g);
}
END_TEST

START_TEST(rejects_that_were_not_committed_leave_no_file) {
        tamis_reader_options options = plain;
        reading g;

        options.rejects = "aside.csv";
        g = read_text("a,b\"\nx\n", 7, options, 0);
        ck_assert_int_eq(g.status, TAMIS_BAD_DATA);     /* the header is not set aside */
        ck_assert_int_ne(access("aside.csv", F_OK), 0);
        reading_done(&g);
}
END_TEST

/* little text, many cells: chunks are cut before the cells run over, and all rows come out */
START_TEST(padding_far_is_cut_into_chunks) {
        enum { COLUMNS = 20000, ROWS = 300 };
        const char *const paths[] = { "t.csv" };
        tamis_reader_options options = plain;
        tamis_buffer text = { 0 };
        tamis_chunk chunk = { 0 };
        tamis_reader *reader;
        tamis_error err;
        size_t records = 0;

        for (int i = 0; i < COLUMNS - 1; i++)
                ck_assert_int_eq(tamis_buffer_add(&text, ",", 1, NULL), 0);
        for (int i = 0; i < ROWS; i++)
                ck_assert_int_eq(tamis_buffer_add(&text, "\nx", 2, NULL), 0);
        write_file("t.csv", text.p, text.n);
        options.ragged = TAMIS_RAGGED_PAD;
        options.paths = paths;
        options.n_paths = 1;
        ck_assert_int_eq(tamis_reader_new(&options, &reader, &err), 0);
        do {
                ck_assert_int_eq(tamis_reader_next(reader, &chunk, &err), 0);
                records += chunk.records;
                ck_assert_uint_lt(chunk.records * COLUMNS, 1200000);
                for (size_t r = 0; r < chunk.records; r++)
                        ck_assert_uint_eq(chunk.ends[(r + 1) * COLUMNS - 1] - chunk.starts[r], COLUMNS);
        } while (chunk.records > 0);
        ck_assert_uint_eq(records, ROWS);
        tamis_reader_free(reader);
        tamis_chunk_done(&chunk);
        tamis_buffer_done(&text);
}
END_TEST

int main(void) {
        TCase *tc = tcase_create("reader");
        Suite *suite = suite_create("reader");
        SRunner *runner = srunner_create(suite);
        int failed;

        tcase_set_timeout(tc, 0);
        tcase_add_checked_fixture(tc, scratch_begin, scratch_end);
        tcase_add_loop_test(tc, tables_are_read_and_keep_their_bytes, 0, sizeof tables / sizeof *tables);
        tcase_add_loop_test(tc, tables_without_a_header, 0, sizeof headless_tables / sizeof *headless_tables);
        tcase_add_test(tc, nul_bytes_are_content);
        tcase_add_loop_test(tc, the_dialect_is_found_out, 0, sizeof dialects / sizeof *dialects);
        tcase_add_loop_test(tc, what_is_no_csv_is_refused_with_its_place, 0, sizeof refused / sizeof *refused);
        tcase_add_test(tc, what_cannot_be_opened_is_refused);
        tcase_add_loop_test(tc, a_delimiter_must_delimit, 0, 3);
        tcase_add_loop_test(tc, rows_are_mended_or_set_aside, 0, sizeof repairs / sizeof *repairs);
        tcase_add_test(tc, padding_does_not_drop_what_holds_something);
        tcase_add_test(tc, rejects_that_were_not_committed_leave_no_file);
        tcase_add_test(tc, padding_far_is_cut_into_chunks);
        suite_add_tcase(suite, tc);
        srunner_run_all(runner, CK_ENV);
        failed = srunner_ntests_failed(runner);
        srunner_free(runner);
        return failed != 0;
}
