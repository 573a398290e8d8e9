#include <check.h>
#include <stdlib.h>

#include <tamis/csv.h>

#define S(text) { text, sizeof text - 1 }

/* (raw, value, decoded into the arena) */
static const struct { tamis_slice raw, value; bool decoded; } values[] = {
        { S(""),                  S(""),         false },
        { S("a"),                 S("a"),        false },
        { S(" a "),               S(" a "),      false },
        { S("\"\""),              S(""),         false },
        { S("\"a\""),             S("a"),        false },
        { S("\"0616685\""),       S("0616685"),  false },
        { S("\" a,\n\""),         S(" a,\n"),    false },
        { S("\"\"\"\""),          S("\""),       true  },
        { S("\"a\"\"b\""),        S("a\"b"),     true  },
        { S("\"\"\"a\"\"\"\"b\"\"\""), S("\"a\"\"b\""), true },
        { S("a\0b"),              S("a\0b"),     false },
        { S("\"a\0\"\"b\""),      S("a\0\"b"),   true  },
        { S("\xC3\xA9\xFF"),      S("\xC3\xA9\xFF"), false },
};

START_TEST(a_value_is_the_cell_without_its_quotes) {
        tamis_slice raw = values[_i].raw, got;
        tamis_arena arena = { 0 };

        got = tamis_cell_value(raw, &arena);
        ck_assert(tamis_slice_equal(got, values[_i].value));
        ck_assert_int_eq(got.n == 0 || (got.p >= raw.p && got.p < raw.p + raw.n), !values[_i].decoded);
        tamis_arena_done(&arena);
}
END_TEST

/* (value, delimiter, the only cell of its record, as written) */
static const struct { tamis_slice value; char delimiter; bool only; tamis_slice want; } cells[] = {
        { S(""),           ',', false, S("") },
        { S(""),           ',', true,  S("\"\"") },
        { S("a"),          ',', true,  S("a") },
        { S(" a "),        ',', false, S(" a ") },
        { S("a,b"),        ',', false, S("\"a,b\"") },
        { S("a,b"),        ';', false, S("a,b") },
        { S("a;b"),        ';', false, S("\"a;b\"") },
        { S("a\tb"),       '\t', false, S("\"a\tb\"") },
        { S("a\nb"),       ',', false, S("\"a\nb\"") },
        { S("a\rb"),       ',', false, S("\"a\rb\"") },
        { S("\""),         ',', false, S("\"\"\"\"") },
        { S("say \"hi\""), ',', false, S("\"say \"\"hi\"\"\"") },
        { S("\xEF\xBB\xBFx"), ',', true,  S("\"\xEF\xBB\xBFx\"") },
        { S("\xEF\xBB\xBFx"), ',', false, S("\xEF\xBB\xBFx") },
        { S("a\0b"),       ',', false, S("a\0b") },
        { S("a\0,"),       ',', false, S("\"a\0,\"") },
};

START_TEST(a_cell_is_quoted_only_where_it_must_be) {
        tamis_buffer out = { 0 };
        tamis_arena arena = { 0 };
        tamis_error err;

        ck_assert_int_eq(tamis_buffer_add(&out, "x", 1, &err), 0);
        ck_assert_int_eq(tamis_cell_write(&out, cells[_i].value, cells[_i].delimiter, cells[_i].only, &err), 0);
        ck_assert(tamis_slice_equal((tamis_slice) { out.p + 1, out.n - 1 }, cells[_i].want));
        /* and it reads back */
        ck_assert(tamis_slice_equal(tamis_cell_value((tamis_slice) { out.p + 1, out.n - 1 }, &arena), cells[_i].value));
        tamis_arena_done(&arena);
        tamis_buffer_done(&out);
}
END_TEST

START_TEST(records_made_by_the_program_are_split) {
        static const char text[] = "1,\"a,\"\"b\"\"\",\r\n2,,x\r\n";
        static const uint32_t ends[] = { 1, 11, 12, 15, 16, 18 };
        tamis_chunk chunk = { 0 };
        uint64_t line, column;
        const char *file;
        tamis_error err;

        ck_assert_int_eq(tamis_chunk_parse(&chunk, tamis_slice_of(text), ',', 3, &err), 0);
        ck_assert_uint_eq(chunk.records, 2);
        ck_assert_uint_eq(chunk.cells, 3);
        ck_assert_uint_eq(chunk.starts[0], 0);
        ck_assert_uint_eq(chunk.starts[1], 14);
        ck_assert_uint_eq(chunk.starts[2], 20);
        for (size_t i = 0; i < 6; i++)
                ck_assert_uint_eq(chunk.ends[i], ends[i]);
        ck_assert(chunk.quoted);
        tamis_chunk_place(&chunk, 1, 2, &file, &line, &column);
        ck_assert_str_eq(file, "");
        ck_assert_uint_eq(line, 2);
        ck_assert_uint_eq(column, 4);

        ck_assert_int_eq(tamis_chunk_parse(&chunk, tamis_slice_of("a,b\n"), ',', 3, &err), TAMIS_BAD_DATA);
        ck_assert_str_eq(err.message, "a record has 2 cells, not 3");
        ck_assert_int_eq(tamis_chunk_parse(&chunk, tamis_slice_of("a,b,\"c\n"), ',', 3, &err), TAMIS_BAD_DATA);
        ck_assert_int_eq(tamis_chunk_parse(&chunk, (tamis_slice) { NULL, 0 }, ',', 3, &err), 0);
        ck_assert_uint_eq(chunk.records, 0);
        tamis_chunk_done(&chunk);
        tamis_chunk_done(&chunk);
        tamis_chunk_done(NULL);
}
END_TEST

int main(void) {
        TCase *tc = tcase_create("cell");
        Suite *suite = suite_create("cell");
        SRunner *runner = srunner_create(suite);
        int failed;

        tcase_add_loop_test(tc, a_value_is_the_cell_without_its_quotes, 0, sizeof values / sizeof *values);
        tcase_add_loop_test(tc, a_cell_is_quoted_only_where_it_must_be, 0, sizeof cells / sizeof *cells);
        tcase_add_test(tc, records_made_by_the_program_are_split);
        suite_add_tcase(suite, tc);
        srunner_run_all(runner, CK_ENV);
        failed = srunner_ntests_failed(runner);
        srunner_free(runner);
        return failed != 0;
}
