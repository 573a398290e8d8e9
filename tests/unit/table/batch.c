#include "helper.h"

/* A cell's bytes as the only row of column a; what its views must say. Number: NaN where there is none. By hand. */
static const struct { const char *raw; double number; bool missing; const char *text; int decimals; } cells[] = {
        { "1", 1, false, "1", 0 },
        { "-2.50", -2.5, false, "-2.50", 2 },
        { " 3.5\t", 3.5, false, " 3.5\t", 1 },
        { "\"4.25\"", 4.25, false, "4.25", 2 },
        { "\" 4.25 \"", 4.25, false, " 4.25 ", 2 },
        { "+7", 7, false, "+7", 0 }, { ".5", .5, false, ".5", 1 }, { "5.", 5, false, "5.", 0 },
        { "1.5e-3", .0015, false, "1.5e-3", 4 },
        { "0", 0, false, "0", 0 }, { "0.50", .5, false, "0.50", 2 }, { "-0.5", -.5, false, "-0.5", 1 },
        { "007", NAN, false, "007", 0 }, { "-01", NAN, false, "-01", 0 }, { "\"007\"", NAN, false, "007", 0 },
        { " 00.5", NAN, false, " 00.5", 1 },
        { "", NAN, true, "", 0 }, { "  ", NAN, true, "  ", 0 }, { "\"\"", NAN, true, "", 0 },
        { "\"  \"", NAN, true, "  ", 0 },
        { "NA", NAN, true, "NA", 0 }, { " NA ", NAN, true, " NA ", 0 }, { "\"NA\"", NAN, true, "NA", 0 },
        { "\" null\"", NAN, true, " null", 0 },
        { "-999", NAN, true, "-999", 0 }, { "\"-999\"", NAN, true, "-999", 0 }, { "-99", -99, false, "-99", 0 },
        { "\"a \"\"b\"\"\"", NAN, true, "a \"b\"", 0 }, { "\"\"\"\"", NAN, true, "\"", 0 },
        { "\"a \"\"c\"\"\"", NAN, false, "a \"c\"", 0 }, { "\"1\"\"\"", NAN, false, "1\"", 0 },
        { "N", NAN, false, "N", 0 }, { "3l", NAN, false, "3l", 0 }, { "-", NAN, false, "-", 0 },
        { "1e999", NAN, false, "1e999", 0 },
        { "inf", NAN, false, "inf", 0 }, { "0x10", NAN, false, "0x10", 0 }, { "1 2", NAN, false, "1 2", 0 },
};
static const char tokens[] = "-999,\"a \"\"b\"\"\",\"\"\"\"";

static bool same(double a, double b) {
        return isnan(a) ? isnan(b) : a == b;
}

static void says(struct table *t, size_t row, size_t column, size_t i, const char *how) {
        const double *numbers;
        const uint8_t *missing;
        const tamis_column *c = &t->batch.columns[column];
        bool nonnumber = isnan(cells[i].number) && !cells[i].missing;

        ck_assert_int_eq(tamis_batch_numbers(&t->batch, column, &numbers, &t->err), 0);
        ck_assert_msg(same(numbers[row], cells[i].number), "%s %s: %g", how, cells[i].raw, numbers[row]);
        ck_assert_uint_eq(c->missing, cells[i].missing);
        ck_assert_uint_eq(c->nonnumbers, nonnumber);
        if (nonnumber)
                ck_assert_uint_eq(c->first_nonnumber, row);
        ck_assert_int_eq(tamis_batch_missing(&t->batch, column, &missing, &t->err), 0);
        ck_assert_msg(missing[row] == cells[i].missing, "%s %s: missing %d", how, cells[i].raw, missing[row]);
        ck_assert_int_eq(tamis_batch_cell_missing(&t->batch, row, column), cells[i].missing);
        assert_slice(tamis_batch_text(&t->batch, row, column), cells[i].text);
        if (strcmp(cells[i].text, "007") != 0 && strcmp(cells[i].text, "-01") != 0)
                ck_assert_int_eq(tamis_batch_decimals(&t->batch, row, column), cells[i].decimals);
}

static void begin_with(struct table *t, const char *cell) {
        char rows[128];

        snprintf(rows, sizeof rows, "x,%s,y\n", cell);
        table_begin_n(t, "l,a,r\n", tamis_slice_of(rows), tokens);
}

START_TEST(an_untouched_cell_says_what_its_bytes_say) {
        const uint8_t *missing;
        struct table t;

        begin_with(&t, cells[_i].raw);
        says(&t, 0, 1, _i, "raw");
        table_done(&t);

        /* and when nobody asked for numbers before */
        begin_with(&t, cells[_i].raw);
        ck_assert_int_eq(tamis_batch_cell_missing(&t.batch, 0, 1), cells[_i].missing);
        assert_ok(tamis_batch_missing(&t.batch, 1, &missing, &t.err));
        ck_assert_int_eq(missing[0], cells[_i].missing);
        ck_assert_uint_eq(t.batch.columns[1].missing, cells[_i].missing);
        ck_assert_ptr_null(t.batch.columns[1].number_view);
        table_done(&t);
}
END_TEST

START_TEST(a_text_says_what_it_would_say_when_read_again) {
        struct table t;

        begin_with(&t, "0");
        assert_ok(tamis_batch_set_text(&t.batch, 0, 1, tamis_slice_of(cells[_i].text), &t.err));
        says(&t, 0, 1, _i, "text");
        table_done(&t);
}
END_TEST

START_TEST(a_number_says_what_it_would_say_when_read_again) {
        static const double numbers[] = { -999, 1.5, -0.0, 1e21, 1e-7 };
        static const char *const texts[] = { "-999", "1.5", "-0", "1e+21", "1e-07" };
        static const int decimals[] = { 0, 1, 0, 0, 7 };
        const double *view;
        struct table t;

        table_begin_n(&t, "a\n", tamis_slice_of("1\n2\n3\n4\n5\n"), tokens);
        assert_ok(tamis_batch_set_numbers(&t.batch, 0, numbers, &t.err));
        assert_ok(tamis_batch_numbers(&t.batch, 0, &view, &t.err));
        ck_assert(isnan(view[0]) && tamis_batch_cell_missing(&t.batch, 0, 0));  /* --na -999 */
        ck_assert_uint_eq(t.batch.columns[0].missing, 1);
        ck_assert_uint_eq(t.batch.columns[0].nonnumbers, 0);
        for (size_t i = 1; i < 5; i++)
                ck_assert(view[i] == numbers[i] && !tamis_batch_cell_missing(&t.batch, i, 0));
        for (size_t i = 0; i < 5; i++) {
                assert_slice(tamis_batch_text(&t.batch, i, 0), texts[i]);
                assert_slice(tamis_batch_text(&t.batch, i, 0), texts[i]);
                if (i > 0)
                        ck_assert_int_eq(tamis_batch_decimals(&t.batch, i, 0), decimals[i]);
        }
        t.batch.columns[0].number_view = NULL;
        assert_ok(tamis_batch_numbers(&t.batch, 0, &view, &t.err));
        ck_assert(isnan(view[0]) && view[3] == 1e21);
        assert_prints(&t.batch, 0, 5, &comma, "-999\n1.5\n-0\n1e+21\n1e-07\n", false);
        table_done(&t);
}
END_TEST

START_TEST(views_hold_until_the_column_changes) {
        const double *view, *again;
        const uint8_t *missing, *missing_again;
        struct table t;

        table_begin(&t, "a,b\n", "1,x\n,x\n3,x\n");
        assert_ok(tamis_batch_numbers(&t.batch, 0, &view, &t.err));
        assert_ok(tamis_batch_missing(&t.batch, 0, &missing, &t.err));
        assert_ok(tamis_batch_set_number(&t.batch, 1, 1, 9, &t.err));
        assert_ok(tamis_batch_numbers(&t.batch, 0, &again, &t.err));
        assert_ok(tamis_batch_missing(&t.batch, 0, &missing_again, &t.err));
        ck_assert(view == again && missing == missing_again);
        assert_ok(tamis_batch_set_number(&t.batch, 1, 0, 2, &t.err));
        assert_ok(tamis_batch_numbers(&t.batch, 0, &again, &t.err));
        ck_assert(again[0] == 1 && again[1] == 2 && again[2] == 3);
        assert_ok(tamis_batch_missing(&t.batch, 0, &missing_again, &t.err));
        ck_assert_int_eq(missing_again[1], 0);
        assert_ok(tamis_batch_set_missing(&t.batch, 2, 0, &t.err));
        assert_ok(tamis_batch_missing(&t.batch, 0, &missing_again, &t.err));
        ck_assert(missing_again[2] && !missing_again[1] && t.batch.columns[0].missing == 1);
        assert_slice(tamis_batch_text(&t.batch, 2, 0), "");
        table_done(&t);
}
END_TEST

START_TEST(the_next_step_may_call_other_things_missing) {
        const double *view, *again;
        const uint8_t *missing;
        tamis_missing same_as, other;
        struct table t;

        table_begin(&t, "a\n", "1\n-9\nNA\n");
        assert_ok(tamis_missing_init(&same_as, NULL, &t.err));
        assert_ok(tamis_missing_init(&other, "=-9", &t.err));
        assert_ok(tamis_batch_numbers(&t.batch, 0, &view, &t.err));
        assert_ok(tamis_batch_missing(&t.batch, 0, &missing, &t.err));
        t.batch.missing = &same_as;
        assert_ok(tamis_batch_numbers(&t.batch, 0, &again, &t.err));
        ck_assert_ptr_eq(view, again);
        t.batch.missing = &other;
        ck_assert(tamis_batch_cell_missing(&t.batch, 1, 0) && !tamis_batch_cell_missing(&t.batch, 2, 0));
        assert_ok(tamis_batch_missing(&t.batch, 0, &missing, &t.err));
        ck_assert(!missing[0] && missing[1] && !missing[2]);
        assert_ok(tamis_batch_numbers(&t.batch, 0, &again, &t.err));
        ck_assert(again[0] == 1 && isnan(again[1]) && isnan(again[2]));
        ck_assert_uint_eq(t.batch.columns[0].nonnumbers, 1);
        ck_assert_uint_eq(t.batch.columns[0].first_nonnumber, 2);
        tamis_missing_done(&same_as);
        tamis_missing_done(&other);
        table_done(&t);
}
END_TEST

START_TEST(zero_padded_cells_are_numbers_where_a_column_is_numeric) {
        const double *view;
        struct table t;

        table_begin(&t, "a\n", "1\n007\n00.5\n");
        assert_ok(tamis_batch_numbers(&t.batch, 0, &view, &t.err));
        ck_assert(isnan(view[1]) && isnan(view[2]));
        ck_assert_uint_eq(t.batch.columns[0].nonnumbers, 2);
        ck_assert_uint_eq(t.batch.columns[0].first_nonnumber, 1);
        assert_ok(tamis_batch_numbers_only(&t.batch, 0, &view, &t.err));        /* learned as numeric elsewhere */
        ck_assert(view[0] == 1 && view[1] == 7 && view[2] == .5);
        assert_ok(tamis_batch_numbers(&t.batch, 0, &view, &t.err));
        ck_assert(isnan(view[1]));

        t.schema.fields[0].type = TAMIS_TYPE_NUMERIC;                           /* --types a=number */
        t.schema.fields[0].forced = true;
        assert_ok(tamis_batch_numbers(&t.batch, 0, &view, &t.err));
        ck_assert(view[1] == 7 && view[2] == .5);
        ck_assert_uint_eq(t.batch.columns[0].nonnumbers, 0);
        t.schema.fields[0].forced = false;                                      /* the next step was not told */
        assert_ok(tamis_batch_numbers(&t.batch, 0, &view, &t.err));
        ck_assert(isnan(view[1]));

        t.schema.fields[0].forced = true;
        assert_ok(tamis_batch_numbers(&t.batch, 0, &view, &t.err));
        assert_ok(tamis_batch_set_number(&t.batch, 0, 0, 2, &t.err));
        assert_ok(tamis_batch_numbers(&t.batch, 0, &view, &t.err));
        ck_assert(view[0] == 2 && view[1] == 7);
        t.schema.fields[0].forced = false;
        assert_ok(tamis_batch_set_number(&t.batch, 0, 0, 3, &t.err));
        assert_ok(tamis_batch_numbers(&t.batch, 0, &view, &t.err));
        ck_assert(view[0] == 3 && isnan(view[1]) && isnan(view[2]));
        table_done(&t);
}
END_TEST

/* (cell, message); the place is that of the cell */
static const struct { const char *cell, *want; } faults[] = {
        { "3l", "column \"a\": \"3l\" is not a number (--na 3l treats it as missing)" },
        { "?", "column \"a\": \"?\" is not a number (--na '?' treats it as missing)" },
        { "\"1,5\"", "column \"a\": \"1,5\" is not a number (--na '\"1,5\"' treats it as missing)" },
        { "3 l", "column \"a\": \"3 l\" is not a number (--na '3 l' treats it as missing)" },
        { " n.a. ", "column \"a\": \" n.a. \" is not a number (--na n.a. treats it as missing)" },
        { "it's", "column \"a\": \"it's\" is not a number (--na 'it'\\''s' treats it as missing)" },
        { "=1", "column \"a\": \"=1\" is not a number (--na '\"=1\"' treats it as missing)" },
        { "a\x01", "column \"a\": \"a\\x01\" is not a number" },
        { "aaaaaaaaaabbbbbbbbbbaaaaaaaaaabbbbbbbbbb",
          "column \"a\": \"aaaaaaaaaabbbbbbbbbbaaaaaaaaaabbbbbbbbbb\" is not a number "
          "(--na aaaaaaaaaabbbbbbbbbbaaaaaaaaaabbbbbbbbbb treats it as missing)" },
        { "aaaaaaaaaabbbbbbbbbbaaaaaaaaaabbbbbbbbbbc",
          "column \"a\": \"aaaaaaaaaabbbbbbbbbbaaaaaaaaaabbbbbbbbbb...\" is not a number" },
        { "aaaaaaaaaabbbbbbbbbbaaaaaaaaaabbbbbbbbb\xC3\xA9zzz",
          "column \"a\": \"aaaaaaaaaabbbbbbbbbbaaaaaaaaaabbbbbbbbb...\" is not a number" },
};

START_TEST(what_is_no_number_is_said_with_its_place_and_cure) {
        const double *view = NULL;
        char rows[128];
        struct table t;

        snprintf(rows, sizeof rows, "x,1,y\nx,007,y\n\nx,%s,y\n", faults[_i].cell);
        table_begin(&t, "l,a,r\n", rows);
        ck_assert_int_eq(tamis_batch_numbers_only(&t.batch, 1, &view, &t.err), TAMIS_BAD_DATA);
        ck_assert_str_eq(t.err.message, faults[_i].want);
        ck_assert_str_eq(t.err.file, "t.csv");
        ck_assert_uint_eq(t.err.line, 5);
        ck_assert_uint_eq(t.err.column, 3);
        ck_assert_ptr_null(view);
        table_done(&t);
}
END_TEST

START_TEST(rows_have_places) {
        const char *file;
        uint64_t line, column;
        struct table t;

        table_begin(&t, "a,b\n", "1,2\n\n3,4\n5,6\n");
        assert_ok(tamis_batch_keep_rows(&t.batch, (uint8_t[]) { 0, 1, 1 }, &t.err));
        tamis_batch_place(&t.batch, 0, 1, &file, &line, &column);
        ck_assert(strcmp(file, "t.csv") == 0 && line == 4 && column == 3);
        tamis_batch_place(&t.batch, 1, -1, &file, &line, &column);
        ck_assert(line == 5 && column == 1);
        assert_ok(tamis_batch_add_column(&t.batch, 0, &t.err));
        tamis_batch_place(&t.batch, 1, 0, &file, &line, &column);
        ck_assert(line == 5 && column == 0);
        ck_assert_int_eq(tamis_batch_fail(&t.batch, 0, 2, &t.err, "bad %d", 7), TAMIS_BAD_DATA);
        ck_assert_str_eq(t.err.message, "column \"3\": bad 7");         /* beyond the schema at the door */
        table_done(&t);

        t = (struct table) { 0 };
        assert_ok(tamis_batch_begin_empty(&t.batch, 1, 1, &t.err));
        tamis_batch_place(&t.batch, 0, 0, &file, &line, &column);
        ck_assert(*file == '\0' && line == 0 && column == 0);
        table_done(&t);
}
END_TEST

START_TEST(precision_is_what_later_steps_see) {
        static const double values[] = { 1.005, NAN, -0.001, 2.5 };
        const double *view;
        struct table t;

        table_begin(&t, "a\n", "7.123\n8.123\n9\n10\n");
        t.batch.precision = 2;
        assert_ok(tamis_batch_set_numbers(&t.batch, 0, values, &t.err));
        assert_ok(tamis_batch_numbers(&t.batch, 0, &view, &t.err));
        ck_assert(view[0] == 1.0 && view[1] == 8.123 && view[2] == 0 && view[3] == 2.5);
        ck_assert_int_eq(tamis_batch_decimals(&t.batch, 3, 0), 2);
        t.batch.precision = 0;
        assert_ok(tamis_batch_set_number(&t.batch, 3, 0, 1e22, &t.err));
        assert_prints(&t.batch, 0, 4, &comma, "1.00\n8.123\n0.00\n10000000000000000000000\n", false);
        t.batch.precision = 300;
        assert_ok(tamis_batch_set_number(&t.batch, 0, 0, -1.7976931348623157e308, &t.err));
        ck_assert_uint_eq(tamis_batch_text(&t.batch, 0, 0).n, 1 + 309 + 1 + 300);
        table_done(&t);
}
END_TEST

START_TEST(nan_leaves_a_cell_as_it_is) {
        static const double values[] = { NAN, 2, NAN };
        struct table t;

        table_begin(&t, "a,b\n", "1.0,x\n,x\n03,x\n");
        assert_ok(tamis_batch_set_text(&t.batch, 2, 0, tamis_slice_of("y"), &t.err));
        assert_ok(tamis_batch_set_numbers(&t.batch, 0, values, &t.err));
        assert_prints(&t.batch, 0, 3, &comma, "1.0,x\n2,x\ny,x\n", false);
        table_done(&t);
}
END_TEST

START_TEST(small_whole_numbers_need_no_array) {
        static const tamis_dialect nine = { '9', "\n", true };
        static const double flags[] = { 0, NAN, 9 }, others[] = { 3, -0.0, 10 };
        const double *numbers;
        struct table t;

        table_begin_n(&t, "a,b\n", tamis_slice_of("x,x\n1.0,x\ny,x\n"), "9");
        assert_ok(tamis_batch_set_numbers(&t.batch, 0, flags, &t.err));
        ck_assert_ptr_null(t.batch.columns[0].numbers);
        assert_prints(&t.batch, 0, 3, &comma, "0,x\n1.0,x\n9,x\n", false);
        assert_slice(tamis_batch_text(&t.batch, 2, 0), "9");
        assert_ok(tamis_batch_numbers(&t.batch, 0, &numbers, &t.err));
        ck_assert(numbers[0] == 0 && numbers[1] == 1 && isnan(numbers[2]));     /* 9 is called missing */
        assert_ok(tamis_batch_set_numbers(&t.batch, 0, others, &t.err));
        assert_prints(&t.batch, 0, 3, &comma, "3,x\n-0,x\n10,x\n", false);

        /* between delimiters that are digits they are quoted */
        tamis_batch_reset(&t.batch);
        assert_ok(tamis_chunk_parse(&t.batch.chunk, tamis_slice_of("x9x\nx9x\nx9x\n"), '9', 2, &t.err));
        assert_ok(tamis_batch_begin(&t.batch, &t.err));
        assert_ok(tamis_batch_set_numbers(&t.batch, 0, flags, &t.err));
        assert_prints(&t.batch, 0, 3, &nine, "09x\nx9x\n\"9\"9x\n", false);
        table_done(&t);
}
END_TEST

START_TEST(numbers_set_where_others_were_parsed_leave_those_alone) {
        const double *numbers;
        tamis_missing other;
        struct table t;

        table_begin(&t, "a,b\n", "1.50,x\n,x\n3.25,x\n");
        assert_ok(tamis_batch_numbers(&t.batch, 0, &numbers, &t.err));
        assert_ok(tamis_batch_set_number(&t.batch, 1, 0, -999, &t.err));
        ck_assert_ptr_eq(t.batch.columns[0].numbers, numbers);
        assert_ok(tamis_batch_numbers(&t.batch, 0, &numbers, &t.err));
        ck_assert(numbers[0] == 1.5 && numbers[1] == -999 && numbers[2] == 3.25);
        assert_prints(&t.batch, 0, 3, &comma, "1.50,x\n-999,x\n3.25,x\n", false);
        /* a step that calls what was set missing must not take it away */
        assert_ok(tamis_missing_init(&other, "-999", &t.err));
        t.batch.missing = &other;
        assert_ok(tamis_batch_numbers(&t.batch, 0, &numbers, &t.err));
        ck_assert(numbers[0] == 1.5 && isnan(numbers[1]) && numbers[2] == 3.25);
        assert_prints(&t.batch, 0, 3, &comma, "1.50,x\n-999,x\n3.25,x\n", false);
        tamis_missing_done(&other);
        table_done(&t);
}
END_TEST

START_TEST(what_is_too_large_is_refused_and_changes_nothing) {
        struct table t;

        table_begin(&t, "a,b\n", "1,2\n3,4\n");
        ck_assert_int_eq(tamis_batch_set_number(&t.batch, 0, 1, INFINITY, &t.err), TAMIS_BAD_DATA);
        ck_assert_str_eq(t.err.message, "column \"b\": the result is too large for a number");
        ck_assert_int_eq(tamis_batch_set_number(&t.batch, 0, 1, NAN, &t.err), TAMIS_BAD_DATA);
        ck_assert_int_eq(tamis_batch_set_numbers(&t.batch, 1, (double[]) { 5, -INFINITY }, &t.err), TAMIS_BAD_DATA);
        ck_assert_uint_eq(t.err.line, 3);
        assert_prints(&t.batch, 0, 2, &comma, "1,2\n3,4\n", false);
        assert_ok(tamis_batch_set_numbers(&t.batch, 1, (double[]) { NAN, NAN }, &t.err));
        ck_assert_ptr_null(t.batch.columns[1].state);
        table_done(&t);
}
END_TEST

/* -- rows ---------------------------------------------------------------------------------------------------------- */

/* Five rows, with every kind of cell. */
static void begin_five(struct table *t) {
        tamis_batch *b = &t->batch;

        table_begin(t, "a,b\n", "1,p\n2,q\n3,r\n,s\n5,NA\n");
        ck_assert_int_eq(tamis_batch_set_number(b, 0, 1, 0.5, &t->err), 0);
        ck_assert_int_eq(tamis_batch_set_text(b, 2, 1, tamis_slice_of("text"), &t->err), 0);
        ck_assert_int_eq(tamis_batch_set_missing(b, 4, 0, &t->err), 0);
        ck_assert_int_eq(tamis_batch_add_column(b, 2, &t->err), 0);
        for (size_t i = 0; i < 4; i++)
                ck_assert_int_eq(tamis_batch_set_number(b, i, 2, (double) i, &t->err), 0);
        assert_prints(b, 0, 5, &comma, "1,0.5,0\n2,q,1\n3,text,2\n,s,3\n,NA,\n", false);
}

START_TEST(rows_stay_go_and_stay_often) {
        static uint8_t train[] = { 1, 0, 1, 0, 1 };
        const double *view;
        struct table t;

        begin_five(&t);
        t.batch.train = train;
        t.batch.n_train = 3;
        assert_ok(tamis_batch_numbers(&t.batch, 0, &view, &t.err));
        assert_ok(tamis_batch_keep_rows(&t.batch, (uint8_t[]) { 1, 0, 1, 1, 1 }, &t.err));
        ck_assert_uint_eq(t.batch.n_rows, 4);
        assert_prints(&t.batch, 0, 4, &comma, "1,0.5,0\n3,text,2\n,s,3\n,NA,\n", false);
        ck_assert_uint_eq(t.batch.n_train, 3);
        ck_assert(tamis_batch_is_train(&t.batch, 1) && !tamis_batch_is_train(&t.batch, 2));
        ck_assert_ptr_nonnull(t.batch.columns[0].number_view);
        assert_ok(tamis_batch_numbers(&t.batch, 0, &view, &t.err));
        ck_assert(view[0] == 1 && view[1] == 3 && isnan(view[2]) && isnan(view[3]));
        ck_assert_uint_eq(t.batch.columns[0].missing, 2);

        assert_ok(tamis_batch_repeat_rows(&t.batch, (uint32_t[]) { 2, 1, 0, 3 }, &t.err));
        ck_assert_uint_eq(t.batch.n_rows, 6);
        assert_prints(&t.batch, 0, 6, &comma, "1,0.5,0\n1,0.5,0\n3,text,2\n,NA,\n,NA,\n,NA,\n", false);
        ck_assert_uint_eq(t.batch.n_train, 6);
        assert_ok(tamis_batch_numbers(&t.batch, 0, &view, &t.err));
        ck_assert(view[1] == 1 && view[2] == 3 && isnan(view[5]));
        ck_assert_uint_eq(t.batch.columns[0].missing, 3);
        /* a copy is a row of its own */
        assert_ok(tamis_batch_set_number(&t.batch, 1, 0, 8, &t.err));
        assert_ok(tamis_batch_set_number(&t.batch, 4, 2, 9, &t.err));
        assert_prints(&t.batch, 0, 6, &comma, "1,0.5,0\n8,0.5,0\n3,text,2\n,NA,\n,NA,9\n,NA,\n", false);

        assert_ok(tamis_batch_keep_rows(&t.batch, (uint8_t[]) { 0, 0, 0, 0, 0, 0 }, &t.err));
        ck_assert(t.batch.n_rows == 0 && t.batch.n_train == 0);
        assert_prints(&t.batch, 0, 0, &comma, "", false);
        assert_ok(tamis_batch_numbers(&t.batch, 0, &view, &t.err));
        table_done(&t);
}
END_TEST

START_TEST(all_rows_kept_costs_nothing) {
        struct table t;

        begin_five(&t);
        assert_ok(tamis_batch_keep_rows(&t.batch, (uint8_t[]) { 1, 1, 1, 1, 1 }, &t.err));
        assert_ok(tamis_batch_repeat_rows(&t.batch, (uint32_t[]) { 1, 1, 1, 1, 1 }, &t.err));
        ck_assert_ptr_null(t.batch.records);
        ck_assert_uint_eq(t.batch.n_rows, 5);
        table_done(&t);
}
END_TEST

START_TEST(rows_without_bytes_are_repeated_too) {
        struct table t;

        table_begin(&t, "a\n", "left over\n");
        assert_ok(tamis_batch_begin_empty(&t.batch, 2, 3, &t.err));
        for (size_t i = 0; i < 3; i++)
                assert_ok(tamis_batch_set_number(&t.batch, i, 0, (double) i, &t.err));
        assert_ok(tamis_batch_repeat_rows(&t.batch, (uint32_t[]) { 0, 2, 1 }, &t.err));
        assert_prints(&t.batch, 0, 3, &comma, "1,\n1,\n2,\n", false);
        table_done(&t);
}
END_TEST

START_TEST(views_of_nonnumbers_are_made_anew) {
        const double *view;
        struct table t;

        table_begin(&t, "a\n", "1\nx\n3\ny\n");
        assert_ok(tamis_batch_numbers(&t.batch, 0, &view, &t.err));
        assert_ok(tamis_batch_keep_rows(&t.batch, (uint8_t[]) { 1, 0, 1, 1 }, &t.err));
        assert_ok(tamis_batch_numbers(&t.batch, 0, &view, &t.err));
        ck_assert_uint_eq(t.batch.columns[0].nonnumbers, 1);
        ck_assert_uint_eq(t.batch.columns[0].first_nonnumber, 2);
        table_done(&t);
}
END_TEST

START_TEST(what_was_parsed_is_used_again_but_only_where_it_holds) {
        const double *view;
        tamis_missing other;
        struct table t;

        table_begin(&t, "a\n", "1\n2\nx\nNA\n5\n");
        assert_ok(tamis_missing_init(&other, "5", &t.err));
        assert_ok(tamis_batch_numbers(&t.batch, 0, &view, &t.err));
        assert_ok(tamis_batch_set_text(&t.batch, 0, 0, tamis_slice_of("y"), &t.err));
        assert_ok(tamis_batch_set_number(&t.batch, 3, 0, 4, &t.err));
        assert_ok(tamis_batch_numbers(&t.batch, 0, &view, &t.err));
        ck_assert(isnan(view[0]) && view[1] == 2 && isnan(view[2]) && view[3] == 4 && view[4] == 5);
        ck_assert(t.batch.columns[0].nonnumbers == 2 && t.batch.columns[0].first_nonnumber == 0);
        assert_ok(tamis_batch_keep_rows(&t.batch, (uint8_t[]) { 0, 1, 1, 1, 1 }, &t.err));
        t.batch.missing = &other;
        assert_ok(tamis_batch_numbers(&t.batch, 0, &view, &t.err));
        ck_assert(view[0] == 2 && isnan(view[1]) && view[2] == 4 && isnan(view[3]));
        ck_assert(t.batch.columns[0].nonnumbers == 1 && t.batch.columns[0].missing == 1);
        tamis_missing_done(&other);
        table_done(&t);
}
END_TEST

START_TEST(a_view_has_the_rows_kept) {
        static uint8_t train[] = { 0, 1, 1, 0, 1 };
        const double *view;
        const uint8_t *missing;
        tamis_batch into = { 0 };
        struct table t;

        begin_five(&t);
        t.batch.train = train;
        t.batch.n_train = 3;
        t.batch.precision = 3;
        t.batch.final = true;
        assert_ok(tamis_batch_missing(&t.batch, 0, &missing, &t.err));
        into.first_row = 77;
        assert_ok(tamis_batch_view(&t.batch, train, &into, &t.err));
        ck_assert(into.n_rows == 3 && into.n_train == 3 && !into.train && into.first_row == 77);
        ck_assert(into.schema == &t.schema && into.missing == &t.missing && into.precision == 3 && into.final);
        assert_prints(&into, 0, 3, &comma, "2,q,1\n3,text,2\n,NA,\n", false);
        assert_ok(tamis_batch_missing(&into, 0, &missing, &t.err));
        ck_assert(!missing[0] && !missing[1] && missing[2] && into.columns[0].missing == 1);
        assert_ok(tamis_batch_numbers(&into, 2, &view, &t.err));
        ck_assert(view[0] == 1 && view[1] == 2 && isnan(view[2]));

        /* changed without changing the other */
        assert_ok(tamis_batch_set_text(&into, 1, 1, tamis_slice_of("new"), &t.err));
        assert_ok(tamis_batch_set_missing(&into, 0, 2, &t.err));
        assert_prints(&into, 0, 3, &comma, "2,q,\n3,new,2\n,NA,\n", false);
        assert_prints(&t.batch, 0, 5, &comma, "1,0.5,0\n2,q,1\n3,text,2\n,s,3\n,NA,\n", false);
        tamis_batch_reset(&into);
        ck_assert(!into.borrowed && !into.chunk.bytes.p);
        tamis_batch_done(&into);
        tamis_batch_done(&into);
        table_done(&t);
}
END_TEST

/* Rows go twice before anybody asks, and once after; a change in between makes what was parsed of no use. */
START_TEST(views_are_right_however_often_rows_went_before_somebody_asks) {
        static const uint8_t first[] = { 0, 1, 1, 1, 1, 1 }, second[] = { 1, 0, 1, 1, 1 }, third[] = { 0, 1, 1, 1 };
        const double *view;
        const uint8_t *missing;
        struct table t;

        table_begin(&t, "a,b\n", "1,10\n2,20\n3,30\n,\n5,50\n6,60\n");
        for (size_t column = 0; column < 2; column++) {
                assert_ok(tamis_batch_numbers(&t.batch, column, &view, &t.err));
                assert_ok(tamis_batch_missing(&t.batch, column, &missing, &t.err));
        }
        assert_ok(tamis_batch_keep_rows(&t.batch, first, &t.err));
        assert_ok(tamis_batch_keep_rows(&t.batch, second, &t.err));
        assert_ok(tamis_batch_set_number(&t.batch, 1, 1, 40, &t.err));
        assert_ok(tamis_batch_numbers(&t.batch, 0, &view, &t.err));
        ck_assert(view[0] == 2 && isnan(view[1]) && view[2] == 5 && view[3] == 6);
        ck_assert_uint_eq(t.batch.columns[0].missing, 1);
        assert_ok(tamis_batch_missing(&t.batch, 1, &missing, &t.err));
        ck_assert(!missing[0] && !missing[1] && !missing[2] && !missing[3]);
        assert_ok(tamis_batch_keep_rows(&t.batch, third, &t.err));
        ck_assert(tamis_batch_cell_missing(&t.batch, 0, 0) && !tamis_batch_cell_missing(&t.batch, 1, 0));
        assert_ok(tamis_batch_numbers(&t.batch, 1, &view, &t.err));
        ck_assert(view[0] == 40 && view[1] == 50 && view[2] == 60);
        table_done(&t);
}
END_TEST

START_TEST(blanks_in_the_bytes_are_seen) {
        static const struct { const char *rows; bool want; } cases[] = {
                { "1,x\n", false }, { "1, x\n", true }, { "1,x\t\n", true }, { "1,\"x\"\n", true }, { "1,x y\n", true },
        };
        struct table t;

        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
                table_begin(&t, "a,b\n", cases[i].rows);
                ck_assert(tamis_batch_has_blanks(&t.batch) == cases[i].want);
                table_done(&t);
        }
}
END_TEST

START_TEST(a_view_of_all_rows_is_an_alias_that_can_be_changed) {
        const double *view, *again;
        tamis_batch into = { 0 };
        struct table t;

        begin_five(&t);
        assert_ok(tamis_batch_numbers(&t.batch, 0, &view, &t.err));
        assert_ok(tamis_batch_view(&t.batch, NULL, &into, &t.err));
        assert_ok(tamis_batch_numbers(&into, 0, &again, &t.err));
        ck_assert_ptr_eq(view, again);
        assert_slice(tamis_batch_text(&into, 0, 1), "0.5");
        ck_assert_int_eq(t.batch.columns[1].state[0], TAMIS_CELL_NUMBER);
        assert_ok(tamis_batch_set_number(&into, 1, 1, 6, &t.err));
        assert_ok(tamis_batch_set_number(&into, 1, 2, 6, &t.err));
        assert_ok(tamis_batch_set_missing(&into, 0, 0, &t.err));
        assert_ok(tamis_batch_numbers(&into, 0, &again, &t.err));
        ck_assert(isnan(again[0]) && again[1] == 2 && view[0] == 1 && view[1] == 2);
        assert_prints(&into, 0, 2, &comma, ",0.5,0\n2,6,6\n", false);
        assert_prints(&t.batch, 0, 2, &comma, "1,0.5,0\n2,q,1\n", false);

        /* used again, over a chunk of its own before */
        tamis_batch_reset(&into);
        assert_ok(tamis_chunk_parse(&into.chunk, tamis_slice_of("8\n"), ',', 1, &t.err));
        assert_ok(tamis_batch_begin(&into, &t.err));
        assert_prints(&into, 0, 1, &comma, "8\n", false);
        assert_ok(tamis_batch_view(&t.batch, NULL, &into, &t.err));
        assert_prints(&into, 0, 1, &comma, "1,0.5,0\n", false);
        tamis_batch_done(&into);
        assert_prints(&t.batch, 0, 2, &comma, "1,0.5,0\n2,q,1\n", false);
        table_done(&t);
}
END_TEST

START_TEST(a_reset_batch_is_as_new) {
        static uint8_t train[] = { 1, 0, 1, 1, 1 };
        struct table t;

        begin_five(&t);
        t.batch.train = train;
        t.batch.first_row = t.batch.first_train = 9;
        t.batch.final = true;
        tamis_batch_reset(&t.batch);
        ck_assert(t.batch.n_rows == 0 && t.batch.n_columns == 0 && t.batch.precision == -1 && !t.batch.train);
        ck_assert(!t.batch.first_row && !t.batch.first_train && !t.batch.final && !t.batch.schema);
        assert_ok(tamis_batch_begin_empty(&t.batch, 1, 1, &t.err));
        assert_prints(&t.batch, 0, 1, &comma, "\"\"\n", false);
        table_done(&t);
}
END_TEST

/* -- a chain is a pipeline ----------------------------------------------------------------------------------------- */

/* Whatever was changed: print, read again, and every view says the same. */
START_TEST(printed_and_read_again_all_views_say_the_same) {
        static const char *const texts[] = { "", "NA", " 5 ", "007", "x,y", "-999", "\"", "a \"b\"", "1e5", "\n" };
        static const double numbers[] = { -999, 0, 1.5, -1e-9, 1e300 };
        static const double columns[][5] = {
                { 0, 1, NAN, 9, 5 }, { 0, -0.0, 1, 2, 3 }, { 10, 1, NAN, -999, 2 }, { 1, .5, 2, 2, 2 }
        };
        unsigned seed = (unsigned) _i;
        tamis_buffer out = { 0 };
        struct table t, again;
        const double *x, *y;
        const uint8_t *m, *n;
        bool open;

        table_begin_n(&t, "a,b\n", tamis_slice_of("1,NA\n\"2\",\"a \"\"b\"\"\"\n007, 3\n-999,-999\n,\n"), tokens);
        t.batch.precision = _i % 3 - 1;
        for (size_t i = 0; i < 10; i++) {
                size_t row = (seed = seed * 1103515245u + 12345u) >> 16, column = row % 2;
                unsigned what = (seed = seed * 1103515245u + 12345u) >> 16;

                row = row / 2 % 5;
                if (what & 64)          /* views that are there already must not go stale */
                        assert_ok(tamis_batch_numbers(&t.batch, column, &x, &t.err));
                if (what & 128)
                        assert_ok(tamis_batch_missing(&t.batch, column, &m, &t.err));
                if (what % 11 == 0)
                        assert_ok(tamis_batch_repeat_rows(&t.batch, (uint32_t[]) { 2, 1, 0, 1, 1 }, &t.err));
                if (what % 5 == 0)
                        assert_ok(tamis_batch_set_numbers(&t.batch, column, columns[what / 5 % 4], &t.err));
                else if (what % 3 == 0)
                        assert_ok(tamis_batch_set_number(&t.batch, row, column, numbers[what / 3 % 5], &t.err));
                else if (what % 3 == 1)
                        assert_ok(tamis_batch_set_text(&t.batch, row, column, tamis_slice_of(texts[what / 3 % 10]),
                                                       &t.err));
                else
                        assert_ok(tamis_batch_set_missing(&t.batch, row, column, &t.err));
        }
        if (_i % 2)
                tamis_batch_remove_column(&t.batch, 1);
        assert_ok(tamis_batch_print(&t.batch, 0, 5, &comma, &out, &open, &t.err));
        table_begin_n(&again, _i % 2 ? "a\n" : "a,b\n", (tamis_slice) { out.p, out.n }, tokens);
        ck_assert_uint_eq(again.batch.n_rows, 5);

        for (size_t c = 0; c < t.batch.n_columns; c++) {
                assert_ok(tamis_batch_missing(&t.batch, c, &m, &t.err));
                assert_ok(tamis_batch_missing(&again.batch, c, &n, &t.err));
                assert_ok(tamis_batch_numbers(&t.batch, c, &x, &t.err));
                assert_ok(tamis_batch_numbers(&again.batch, c, &y, &t.err));
                ck_assert_uint_eq(t.batch.columns[c].nonnumbers, again.batch.columns[c].nonnumbers);
                ck_assert_uint_eq(t.batch.columns[c].missing, again.batch.columns[c].missing);
                for (size_t r = 0; r < 5; r++) {
                        ck_assert(same(x[r], y[r]) && m[r] == n[r]);
                        ck_assert_int_eq(tamis_batch_decimals(&t.batch, r, c),
                                         tamis_batch_decimals(&again.batch, r, c));
                        ck_assert(tamis_slice_equal(tamis_batch_text(&t.batch, r, c),
                                                    tamis_batch_text(&again.batch, r, c)));
                }
        }
        tamis_buffer_done(&out);
        table_done(&t);
        table_done(&again);
}
END_TEST

TEST_MAIN("batch",
        TESTS(an_untouched_cell_says_what_its_bytes_say, cells)
        TESTS(a_text_says_what_it_would_say_when_read_again, cells)
        TEST(a_number_says_what_it_would_say_when_read_again)
        TEST(views_hold_until_the_column_changes)
        TEST(the_next_step_may_call_other_things_missing)
        TEST(zero_padded_cells_are_numbers_where_a_column_is_numeric)
        TESTS(what_is_no_number_is_said_with_its_place_and_cure, faults)
        TEST(rows_have_places)
        TEST(precision_is_what_later_steps_see)
        TEST(nan_leaves_a_cell_as_it_is)
        TEST(small_whole_numbers_need_no_array)
        TEST(numbers_set_where_others_were_parsed_leave_those_alone)
        TEST(what_is_too_large_is_refused_and_changes_nothing)
        TEST(rows_stay_go_and_stay_often)
        TEST(all_rows_kept_costs_nothing)
        TEST(rows_without_bytes_are_repeated_too)
        TEST(views_of_nonnumbers_are_made_anew)
        TEST(what_was_parsed_is_used_again_but_only_where_it_holds)
        TEST(a_view_has_the_rows_kept)
        TEST(views_are_right_however_often_rows_went_before_somebody_asks)
        TEST(blanks_in_the_bytes_are_seen)
        TEST(a_view_of_all_rows_is_an_alias_that_can_be_changed)
        TEST(a_reset_batch_is_as_new)
        tcase_add_loop_test(tc, printed_and_read_again_all_views_say_the_same, 0, 600);)
