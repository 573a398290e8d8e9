#include "helper.h"

#define BOM "\xEF\xBB\xBF"

/* What the schema prints, with the header it came from or without. */
static void prints(const tamis_schema *s, const tamis_chunk *lead, const char *want) {
        tamis_buffer out = { 0 };

        ck_assert_int_eq(tamis_schema_print(s, lead, &out, NULL), 0);
        assert_slice(((tamis_slice) { out.p, out.n }), want);
        tamis_buffer_done(&out);
}

START_TEST(names_are_decoded_and_bytes_kept) {
        static const char line[] = "Age,\"a, b\",\"say \"\"so\"\"\", x ,,Age\r\n\r\n";
        static const char *const names[] = { "Age", "a, b", "say \"so\"", " x ", "", "Age" };
        struct table t = { 0 };

        table_schema(&t, line);
        ck_assert_uint_eq(t.schema.n, 6);
        for (size_t i = 0; i < 6; i++) {
                ck_assert_str_eq(t.schema.fields[i].name, names[i]);
                ck_assert_uint_eq(t.schema.fields[i].name_length, strlen(names[i]));
                ck_assert_int_eq(t.schema.fields[i].type, TAMIS_TYPE_UNKNOWN);
        }
        assert_slice(t.schema.fields[2].raw, "\"say \"\"so\"\"\"");
        prints(&t.schema, &t.header, line);
        prints(&t.schema, NULL, "Age,\"a, b\",\"say \"\"so\"\"\", x ,,Age\n");
        ck_assert_int_eq(tamis_schema_find(&t.schema, tamis_slice_of("a, b")), 1);
        ck_assert_int_eq(tamis_schema_find(&t.schema, tamis_slice_of("Age")), 0);
        ck_assert_int_eq(tamis_schema_find(&t.schema, tamis_slice_of("")), 4);
        ck_assert_int_eq(tamis_schema_find(&t.schema, tamis_slice_of("age")), -1);
        table_done(&t);
}
END_TEST

START_TEST(a_nul_belongs_to_the_name) {
        struct table t = { 0 };

        ck_assert_int_eq(tamis_chunk_parse(&t.header, (tamis_slice) { "a\0b,c\n", 6 }, ',', 2, NULL), 0);
        ck_assert_int_eq(tamis_schema_from_header(&t.header, &comma, &t.schema, NULL), 0);
        ck_assert_uint_eq(t.schema.fields[0].name_length, 3);
        ck_assert_mem_eq(t.schema.fields[0].name, "a\0b", 4);
        ck_assert_int_eq(tamis_schema_find(&t.schema, tamis_slice_of("a")), -1);
        table_done(&t);
}
END_TEST

START_TEST(without_a_header_columns_are_numbered) {
        tamis_dialect d = { ',', "\n", false };
        tamis_chunk none = { .cells = 11 };
        tamis_schema s;

        ck_assert_int_eq(tamis_schema_from_header(&none, &d, &s, NULL), 0);
        ck_assert_uint_eq(s.n, 11);
        ck_assert_str_eq(s.fields[0].name, "1");
        ck_assert_str_eq(s.fields[10].name, "11");
        prints(&s, &none, "");
        ck_assert_int_eq(tamis_buffer_add(&none.bytes, BOM "\n", 4, NULL), 0);
        prints(&s, &none, BOM "\n");
        tamis_chunk_done(&none);
        tamis_schema_done(&s);
}
END_TEST

START_TEST(what_stands_before_the_header_stays_there) {
        struct table t = { 0 };
        static const char lead[] = BOM "\r\n", line[] = "a,b\r\n";

        /* as the reader hands it out: bytes[0 .. starts[0]) are no record */
        table_schema(&t, line);
        t.header.bytes.n = 0;
        ck_assert_int_eq(tamis_buffer_add(&t.header.bytes, lead, 5, NULL), 0);
        ck_assert_int_eq(tamis_buffer_add(&t.header.bytes, line, 5, NULL), 0);
        for (size_t i = 0; i < 2; i++) {
                t.header.starts[i] += 5;
                t.header.ends[i] += 5;
        }
        prints(&t.schema, &t.header, BOM "\r\na,b\r\n");
        tamis_schema_remove(&t.schema, 0);
        prints(&t.schema, &t.header, BOM "\r\nb\r\n");
        table_done(&t);
}
END_TEST

START_TEST(a_header_alone_need_not_end) {
        struct table t = { 0 };

        table_schema(&t, "a,b");
        prints(&t.schema, &t.header, "a,b");
        prints(&t.schema, NULL, "a,b\n");
        table_done(&t);
}
END_TEST

START_TEST(columns_come_and_go) {
        struct table t = { 0 };
        tamis_schema copy;

        table_schema(&t, "\"a\",b,c\n");
        ck_assert_int_eq(tamis_schema_add(&t.schema, 3, tamis_slice_of("d,e"), TAMIS_TYPE_NUMERIC, NULL), 0);
        ck_assert_int_eq(tamis_schema_add(&t.schema, 0, tamis_slice_of("z"), TAMIS_TYPE_EMPTY, NULL), 0);
        prints(&t.schema, &t.header, "z,\"a\",b,c,\"d,e\"\n");
        ck_assert_int_eq(t.schema.fields[0].type, TAMIS_TYPE_EMPTY);
        ck_assert_int_eq(t.schema.fields[4].type, TAMIS_TYPE_NUMERIC);

        ck_assert_int_eq(tamis_schema_copy(&t.schema, &copy, NULL), 0);
        tamis_schema_remove(&t.schema, 2);
        prints(&t.schema, &t.header, "z,\"a\",c,\"d,e\"\n");
        ck_assert_int_eq(tamis_schema_rename(&t.schema, 1, tamis_slice_of("a"), NULL), 0);
        prints(&t.schema, &t.header, "z,\"a\",c,\"d,e\"\n");
        ck_assert_int_eq(tamis_schema_rename(&t.schema, 1, tamis_slice_of("x\"y"), NULL), 0);
        prints(&t.schema, &t.header, "z,\"x\"\"y\",c,\"d,e\"\n");
        ck_assert_int_eq(tamis_schema_rename(&t.schema, 1, tamis_slice_of("c"), &t.err), TAMIS_USAGE);
        for (int i = 0; i < 20; i++) {
                char name[8];

                snprintf(name, sizeof name, "n%d", i);
                ck_assert_int_eq(tamis_schema_add(&t.schema, 1, tamis_slice_of(name), TAMIS_TYPE_NUMERIC, NULL), 0);
        }
        ck_assert_str_eq(t.schema.fields[1].name, "n19");
        ck_assert_str_eq(t.schema.fields[21].name, "x\"y");

        table_done(&t);
        prints(&copy, NULL, "z,\"a\",b,c,\"d,e\"\n");        /* a copy owns what it says */
        tamis_schema_done(&copy);
        tamis_schema_done(&copy);
}
END_TEST

START_TEST(the_only_name_may_be_empty) {
        struct table t = { 0 };

        table_schema(&t, ",b\n");
        tamis_schema_remove(&t.schema, 1);
        prints(&t.schema, &t.header, "\"\"\n");
        table_done(&t);
}
END_TEST

/* (name there, message) */
static const struct { const char *name, *want; } taken[] = {
        { "_split", "there is a column \"_split\" already; drop or rename it first (tamis clean --drop _split)" },
        { "a b", "there is a column \"a b\" already; drop or rename it first (tamis clean --drop 'a b')" },
        { "a,b", "there is a column \"a,b\" already; drop or rename it first (tamis clean --drop '\"a,b\"')" },
        { "it's", "there is a column \"it's\" already; drop or rename it first (tamis clean --drop 'it'\\''s')" },
        { "!x", "there is a column \"!x\" already; drop or rename it first (tamis clean --drop '\"!x\"')" },
        { "a\tb", "there is a column \"a\\x09b\" already; drop or rename it first" },
};

START_TEST(a_name_that_is_there_is_refused) {
        tamis_slice name = tamis_slice_of(taken[_i].name);
        tamis_schema s = { 0 };
        tamis_error err;

        ck_assert_int_eq(tamis_schema_add(&s, 0, name, TAMIS_TYPE_UNKNOWN, NULL), 0);
        ck_assert_int_eq(tamis_schema_add(&s, 0, name, TAMIS_TYPE_UNKNOWN, &err), TAMIS_USAGE);
        ck_assert_str_eq(err.message, taken[_i].want);
        ck_assert_uint_eq(s.n, 1);
        tamis_schema_done(&s);
}
END_TEST

START_TEST(facts_are_noted_when_read) {
        struct table t = { 0 };

        table_schema(&t, "a,b\n");
        t.schema.fields[0].type = TAMIS_TYPE_NUMERIC;
        t.schema.fields[1].has_missing = true;
        ck_assert_int_eq(tamis_schema_type(&t.schema, 0), TAMIS_TYPE_NUMERIC);
        ck_assert(t.schema.fields[0].consulted && !t.schema.fields[0].consulted_missing);
        ck_assert(tamis_schema_has_missing(&t.schema, 1));
        ck_assert(!t.schema.fields[1].consulted && t.schema.fields[1].consulted_missing);
        ck_assert_str_eq(tamis_type_name(TAMIS_TYPE_UNKNOWN), "unknown");
        ck_assert_str_eq(tamis_type_name(TAMIS_TYPE_EMPTY), "empty");
        ck_assert_str_eq(tamis_type_name(TAMIS_TYPE_NUMERIC), "numeric");
        ck_assert_str_eq(tamis_type_name(TAMIS_TYPE_CATEGORICAL), "categorical");
        ck_assert(tamis_reserved(tamis_slice_of("_split")) && !tamis_reserved(tamis_slice_of("split_")));
        ck_assert(!tamis_reserved(tamis_slice_of("")));
        table_done(&t);
}
END_TEST

START_TEST(names_that_tell_rows_apart) {
        static const char *const ids[] = { "id",       "ID",     "Id",          "uuid",  "customer_id",
                                           "order-id", "row id", "PassengerId", "userID" };
        static const char *const others[] = { "",      "d",    "grid", "GRID", "idea",    "paid",
                                              "Rapid", "VOID", "i",    "D",    "identity" };

        for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
                ck_assert_msg(tamis_names_id(tamis_slice_of(ids[i])), "%s", ids[i]);
        for (size_t i = 0; i < sizeof others / sizeof *others; i++)
                ck_assert_msg(!tamis_names_id(tamis_slice_of(others[i])), "%s", others[i]);
}
END_TEST

TEST_MAIN("schema",
        TEST(names_are_decoded_and_bytes_kept)
        TEST(a_nul_belongs_to_the_name)
        TEST(without_a_header_columns_are_numbered)
        TEST(what_stands_before_the_header_stays_there)
        TEST(a_header_alone_need_not_end)
        TEST(columns_come_and_go)
        TEST(the_only_name_may_be_empty)
        TESTS(a_name_that_is_there_is_refused, taken)
        TEST(facts_are_noted_when_read)
        TEST(names_that_tell_rows_apart))
