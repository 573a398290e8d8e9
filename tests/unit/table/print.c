#include "helper.h"

static const tamis_dialect crlf = { ',', "\r\n", true }, dots = { '.', "\n", true };

START_TEST(what_nobody_changed_goes_out_as_it_came) {
        static const char rows[] = "1, 2 ,\"3\"\r\n\r\n\n\"a\"\"b\",\"x,\ny\",\n,,\r,\"\",0.10";
        struct table t;

        table_begin(&t, "a,b,c\n", rows);
        ck_assert_uint_eq(t.batch.n_rows, 4);
        assert_prints(&t.batch, 0, 4, &comma, rows, true);
        assert_prints(&t.batch, 0, 1, &comma, "1, 2 ,\"3\"\r\n\r\n\n", false);
        assert_prints(&t.batch, 1, 3, &comma, "\"a\"\"b\",\"x,\ny\",\n,,\r", false);
        assert_prints(&t.batch, 2, 2, &comma, "", false);
        table_done(&t);
}
END_TEST

START_TEST(changed_cells_stand_among_the_untouched) {
        struct table t;

        table_begin(&t, "a,b,c\n", "1,2,3\n4,5,6\n7,8,9\n");
        assert_ok(tamis_batch_set_number(&t.batch, 0, 1, 2.5, &t.err));
        assert_ok(tamis_batch_set_text(&t.batch, 1, 0, tamis_slice_of("x,\"y\""), &t.err));
        assert_ok(tamis_batch_set_missing(&t.batch, 1, 2, &t.err));
        assert_ok(tamis_batch_set_number(&t.batch, 2, 2, 1e21, &t.err));
        assert_prints(&t.batch, 0, 3, &comma, "1,2.5,3\n\"x,\"\"y\"\"\",5,\n7,8,1e+21\n", false);
        assert_prints(&t.batch, 1, 2, &comma, "\"x,\"\"y\"\"\",5,\n", false);
        table_done(&t);
}
END_TEST

/* Columns that go and come: (what to do, what goes out) */
static const struct { int remove[3], n; int add; const char *want; } shapes[] = {
        { { 0 }, 1, -1, "2,3\n\"5\",6\n" },
        { { 2 }, 1, -1, "1,2\n4,\"5\"\n" },
        { { 1 }, 1, -1, "1,3\n4,6\n" },
        { { 0, 0 }, 2, -1, "3\n6\n" },
        { { 0, 1 }, 2, -1, "2\n\"5\"\n" },
        { { 0, 0, 0 }, 3, -1, "" },
        { { 0 }, 0, 0, ",1,2,3\n,4,\"5\",6\n" },
        { { 0 }, 0, 1, "1,,2,3\n4,,\"5\",6\n" },
        { { 0 }, 0, 3, "1,2,3,\n4,\"5\",6,\n" },
        { { 2 }, 1, 2, "1,2,\n4,\"5\",\n" },
        { { 1 }, 1, 0, ",1,3\n,4,6\n" },
        { { 0 }, 1, 0, ",2,3\n,\"5\",6\n" },
        { { 0, 0, 0 }, 3, 0, "\"\"\n\"\"\n" },
};

START_TEST(columns_go_and_come) {
        struct table t;

        table_begin(&t, "a,b,c\n", "1,2,3\n4,\"5\",6\n");
        for (int i = 0; i < shapes[_i].n; i++)
                tamis_batch_remove_column(&t.batch, (size_t) shapes[_i].remove[i]);
        if (shapes[_i].add >= 0)
                assert_ok(tamis_batch_add_column(&t.batch, (size_t) shapes[_i].add, &t.err));
        assert_prints(&t.batch, 0, 2, &comma, shapes[_i].want, false);
        table_done(&t);
}
END_TEST

START_TEST(the_only_cell_is_no_blank_line) {
        struct table t;

        table_begin(&t, "a,b\n", "1,\n2,x\n3,\"\"\n");
        tamis_batch_remove_column(&t.batch, 0);
        assert_prints(&t.batch, 0, 3, &comma, "\"\"\nx\n\"\"\n", false);
        assert_ok(tamis_batch_set_missing(&t.batch, 1, 0, &t.err));
        assert_prints(&t.batch, 0, 3, &comma, "\"\"\n\"\"\n\"\"\n", false);
        assert_ok(tamis_batch_set_text(&t.batch, 1, 0, (tamis_slice) { "", 0 }, &t.err));
        assert_prints(&t.batch, 0, 3, &comma, "\"\"\n\"\"\n\"\"\n", false);
        table_done(&t);
}
END_TEST

START_TEST(a_row_without_an_ending_gets_one_when_more_follow) {
        static const uint32_t twice[] = { 0, 2 };
        struct table t;

        table_begin(&t, "a,b\n", "1,2\r\n3,4");
        assert_prints(&t.batch, 0, 2, &crlf, "1,2\r\n3,4", true);
        assert_ok(tamis_batch_set_number(&t.batch, 1, 1, 5, &t.err));
        assert_prints(&t.batch, 0, 2, &crlf, "1,2\r\n3,5", true);
        assert_ok(tamis_batch_repeat_rows(&t.batch, twice, &t.err));
        assert_prints(&t.batch, 0, 2, &crlf, "3,5\r\n3,5", true);
        assert_prints(&t.batch, 0, 1, &crlf, "3,5", true);
        table_done(&t);
}
END_TEST

START_TEST(a_row_in_the_middle_without_an_ending_gets_one) {
        static const uint8_t keep[] = { 1, 1 };
        struct table t;
        tamis_batch into = { 0 };

        /* rows in another order than they came: the last of the file is not printed last */
        table_begin(&t, "a,b\n", "1,2\n3,4");
        assert_ok(tamis_batch_view(&t.batch, keep, &into, &t.err));
        into.records = (uint32_t[]) { 1, 0 };
        assert_prints(&into, 0, 2, &comma, "3,4\n1,2\n", false);
        tamis_batch_done(&into);
        table_done(&t);
}
END_TEST

START_TEST(blank_lines_behind_a_repeated_row_go_out_once) {
        static const uint32_t times[] = { 3, 0, 1 };
        struct table t;

        table_begin(&t, "a,b\n", "1,2\r\n\n\n3,4\n5,6\n\n");
        assert_ok(tamis_batch_repeat_rows(&t.batch, times, &t.err));
        assert_prints(&t.batch, 0, 4, &comma, "1,2\r\n1,2\r\n1,2\r\n\n\n5,6\n\n", false);
        table_done(&t);
}
END_TEST

START_TEST(rows_a_step_made_end_as_the_dialect_says) {
        struct table t = { 0 };
        tamis_batch_reset(&t.batch);

        assert_ok(tamis_batch_begin_empty(&t.batch, 3, 2, &t.err));
        assert_ok(tamis_batch_set_number(&t.batch, 0, 0, -0.5, &t.err));
        assert_ok(tamis_batch_set_text(&t.batch, 1, 2, tamis_slice_of("a\rb"), &t.err));
        assert_prints(&t.batch, 0, 2, &crlf, "-0.5,,\r\n,,\"a\rb\"\r\n", false);
        table_done(&t);
}
END_TEST

START_TEST(a_number_that_holds_the_delimiter_is_quoted) {
        struct table t = { 0 };
        tamis_batch_reset(&t.batch);

        assert_ok(tamis_batch_begin_empty(&t.batch, 2, 1, &t.err));
        assert_ok(tamis_batch_set_number(&t.batch, 0, 0, 1.5, &t.err));
        assert_ok(tamis_batch_set_number(&t.batch, 0, 1, 15, &t.err));
        assert_prints(&t.batch, 0, 1, &dots, "\"1.5\".15\n", false);
        table_done(&t);
}
END_TEST

START_TEST(a_line_ending_is_never_taken_for_a_delimiter) {
        struct table t;

        table_begin(&t, "a,b\n", "\n1,2\n");
        ck_assert_uint_eq(t.batch.chunk.starts[0], 1);
        assert_ok(tamis_batch_add_column(&t.batch, 0, &t.err));
        assert_prints(&t.batch, 0, 1, &comma, ",1,2\n", false);
        table_done(&t);
}
END_TEST

START_TEST(what_was_there_stays_in_the_buffer) {
        struct table t;
        tamis_buffer out = { 0 };
        bool open;

        table_begin(&t, "a,b\n", "1,2\n");
        ck_assert_int_eq(tamis_buffer_add(&out, "head\n", 5, NULL), 0);
        assert_ok(tamis_batch_print(&t.batch, 0, 1, &comma, &out, &open, &t.err));
        assert_slice(((tamis_slice) { out.p, out.n }), "head\n1,2\n");
        tamis_buffer_done(&out);
        table_done(&t);
}
END_TEST

/* -- a printer that knows no runs, to hold the other against ------------------------------------------------------- */

static uint64_t seed;

static unsigned any(unsigned n) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        return (unsigned) (seed >> 33) % n;
}

static void plain_cell(tamis_batch *b, size_t row, size_t column, tamis_buffer *out) {
        const tamis_column *c = &b->columns[column];
        bool only = b->n_columns == 1;
        int r;

        if (!c->state || c->state[row] == TAMIS_CELL_RAW) {
                size_t record = b->records ? b->records[row] : row, at = record * b->chunk.cells + (size_t) c->field;
                size_t from = c->field ? b->chunk.ends[at - 1] + 1 : b->chunk.starts[record];

                r = tamis_buffer_add(out, b->chunk.bytes.p + from, b->chunk.ends[at] - from, NULL);
                if (r == 0 && only && from == b->chunk.ends[at])
                        r = tamis_buffer_add(out, "\"\"", 2, NULL);
        } else {
                r = tamis_cell_write(out, tamis_batch_text(b, row, column), ',', only, NULL);
        }
        ck_assert_int_eq(r, 0);
}

static void plain_print(tamis_batch *b, tamis_buffer *out) {
        for (size_t row = 0; row < b->n_rows; row++) {
                size_t record = b->records ? b->records[row] : row;
                size_t end = b->chunk.ends[(record + 1) * b->chunk.cells - 1], next = b->chunk.starts[record + 1];

                for (size_t c = 0; c < b->n_columns; c++) {
                        if (c > 0)
                                ck_assert_int_eq(tamis_buffer_add(out, ",", 1, NULL), 0);
                        plain_cell(b, row, c, out);
                }
                if (b->records && row + 1 < b->n_rows && b->records[row + 1] == record && next > end)
                        next = end + 1;         /* every ending here is \n */
                if (next > end)
                        ck_assert_int_eq(tamis_buffer_add(out, b->chunk.bytes.p + end, next - end, NULL), 0);
                else if (row + 1 < b->n_rows)
                        ck_assert_int_eq(tamis_buffer_add(out, "\n", 1, NULL), 0);
        }
}

static void random_rows(tamis_buffer *rows, size_t cells, bool ended) {
        static const char *const texts[] = { "", "a", "\"\"", "\"x,y\"", "12", "-3.5", "\"q\"\"\"", " b " };
        size_t n = 1 + any(8);

        for (size_t i = 0; i < n; i++) {
                for (size_t c = 0; c < cells; c++)
                        ck_assert_int_eq(tamis_buffer_addf(rows, NULL, "%s%s", c ? "," : "", texts[any(8)]), 0);
                if (i + 1 < n || ended)
                        ck_assert_int_eq(tamis_buffer_addf(rows, NULL, "\n%s", any(4) ? "" : "\n\n"), 0);
        }
}

static void random_change(struct table *t) {
        tamis_batch *b = &t->batch;
        size_t row = b->n_rows ? any((unsigned) b->n_rows) : 0;
        size_t column = b->n_columns ? any((unsigned) b->n_columns) : 0;
        uint32_t times[512];
        int r = 0;

        for (size_t i = 0; i < b->n_rows; i++)
                times[i] = any(4) ? 1 : any(3);
        switch (any(7)) {
        case 0:
                r = tamis_batch_add_column(b, any((unsigned) b->n_columns + 1), &t->err);
                break;
        case 1:
                if (b->n_columns > 1)
                        tamis_batch_remove_column(b, column);
                break;
        case 2:
                if (b->n_rows < 64)
                        r = tamis_batch_repeat_rows(b, times, &t->err);
                break;
        case 3:
                r = b->n_rows ? tamis_batch_set_number(b, row, column, (double) any(1000) / 8, &t->err) : 0;
                break;
        case 4:
                r = b->n_rows ? tamis_batch_set_text(b, row, column, tamis_slice_of("t,\"u"), &t->err) : 0;
                break;
        case 5:
                r = b->n_rows ? tamis_batch_set_missing(b, row, column, &t->err) : 0;
                break;
        default:
                break;
        }
        ck_assert_int_eq(r, 0);
}

START_TEST(runs_are_the_same_as_cell_by_cell) {
        for (seed = 1; seed < 20000; seed += 2) {
                tamis_buffer rows = { 0 }, got = { 0 }, want = { 0 };
                struct table t;
                size_t changes;
                uint64_t keep = seed;
                bool open = false;

                random_rows(&rows, 4, any(2));
                table_begin_n(&t, "a,b,c,d\n", (tamis_slice) { rows.p, rows.n }, NULL);
                changes = any(12);
                for (size_t i = 0; i < changes; i++)
                        random_change(&t);
                assert_ok(tamis_batch_print(&t.batch, 0, t.batch.n_rows, &comma, &got, &open, &t.err));
                plain_print(&t.batch, &want);
                ck_assert_msg(got.n == want.n && (!got.n || memcmp(got.p, want.p, got.n) == 0),
                              "seed %llu:\n%.*s\nnot\n%.*s", (unsigned long long) keep, (int) got.n, got.p, (int) want.n, want.p);
                ck_assert_int_eq(open, got.n > 0 && got.p[got.n - 1] != '\n');
                tamis_buffer_done(&rows);
                tamis_buffer_done(&got);
                tamis_buffer_done(&want);
                table_done(&t);
                seed = keep;
        }
}
END_TEST

TEST_MAIN("print",
        TEST(what_nobody_changed_goes_out_as_it_came)
        TEST(changed_cells_stand_among_the_untouched)
        TESTS(columns_go_and_come, shapes)
        TEST(the_only_cell_is_no_blank_line)
        TEST(a_row_without_an_ending_gets_one_when_more_follow)
        TEST(a_row_in_the_middle_without_an_ending_gets_one)
        TEST(blank_lines_behind_a_repeated_row_go_out_once)
        TEST(rows_a_step_made_end_as_the_dialect_says)
        TEST(a_number_that_holds_the_delimiter_is_quoted)
        TEST(a_line_ending_is_never_taken_for_a_delimiter)
        TEST(what_was_there_stays_in_the_buffer)
        TEST(runs_are_the_same_as_cell_by_cell))
