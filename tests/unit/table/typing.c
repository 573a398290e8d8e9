#include "helper.h"

/* (cells of the column, present, missing, nonnumbers, type) */
static const struct { const char *rows; unsigned present, missing, nonnumbers; tamis_type type; } cases[] = {
        { "1\n2.5\n\"3\"\n", 3, 0, 0, TAMIS_TYPE_NUMERIC },
        { "1\nNA\n\"\"\n", 1, 2, 0, TAMIS_TYPE_NUMERIC },
        { "NA\nnull\n", 0, 2, 0, TAMIS_TYPE_EMPTY },
        { "1\n2\nx\n", 3, 0, 1, TAMIS_TYPE_CATEGORICAL },
        { "01234\n1\n", 2, 0, 1, TAMIS_TYPE_CATEGORICAL },
        { "0\n0.5\n-0\n", 3, 0, 0, TAMIS_TYPE_NUMERIC },
        { "1e999\n", 1, 0, 1, TAMIS_TYPE_CATEGORICAL },
        { "x\ny\nNA\n1\n", 3, 1, 2, TAMIS_TYPE_CATEGORICAL },
};

START_TEST(a_type_is_what_all_cells_say) {
        tamis_typing typing = { 0 };
        struct table t;

        table_begin(&t, "a\n", cases[_i].rows);
        assert_ok(tamis_typing_learn(&typing, &t.batch, 0, &t.err));
        ck_assert_uint_eq(typing.present, cases[_i].present);
        ck_assert_uint_eq(typing.missing, cases[_i].missing);
        ck_assert_uint_eq(typing.nonnumbers, cases[_i].nonnumbers);
        ck_assert_int_eq(tamis_typing_type(&typing), cases[_i].type);
        table_done(&t);
}
END_TEST

START_TEST(the_first_example_stays) {
        tamis_typing typing[3] = { { 0 } };
        static const char *const rows[] = { "1\n2\n", "3\n4l\n5l\n", "6l\n" };
        struct table t;

        for (int i = 0; i < 3; i++) {
                table_begin(&t, "a\n", rows[i]);
                t.batch.chunk.first_line = 10 + 10 * (uint64_t) i;
                assert_ok(tamis_typing_learn(&typing[i], &t.batch, 0, &t.err));
                table_done(&t);
        }
        ck_assert_str_eq(typing[0].example, "");
        tamis_typing_merge(&typing[0], &typing[1]);
        tamis_typing_merge(&typing[0], &typing[2]);
        ck_assert_str_eq(typing[0].example, "4l");
        ck_assert_str_eq(typing[0].file, "t.csv");
        ck_assert_uint_eq(typing[0].line, 21);
        ck_assert_uint_eq(typing[0].present, 6);
        ck_assert_uint_eq(typing[0].nonnumbers, 3);
}
END_TEST

START_TEST(several_batches_add_up) {
        tamis_typing typing = { 0 };
        struct table t;

        for (int i = 0; i < 2; i++) {
                table_begin(&t, "a\n", i ? "z\n" : "NA\ny\n");
                assert_ok(tamis_typing_learn(&typing, &t.batch, 0, &t.err));
                table_done(&t);
        }
        ck_assert(typing.present == 2 && typing.missing == 1 && typing.nonnumbers == 2);
        ck_assert_str_eq(typing.example, "y");
        ck_assert_uint_eq(typing.line, 3);
}
END_TEST

START_TEST(a_long_example_is_cut) {
        tamis_typing typing = { 0 };
        struct table t;
        char rows[200];

        memset(rows, '\x01', sizeof rows);
        table_begin_n(&t, "a\n", (tamis_slice) { rows, sizeof rows }, NULL);
        assert_ok(tamis_typing_learn(&typing, &t.batch, 0, &t.err));
        ck_assert_uint_eq(strlen(typing.example), 15 * 4 + 3);
        ck_assert_str_eq(typing.example + 56, "\\x01...");
        table_done(&t);
}
END_TEST

/* (rows of two batches, whether other words than the first are among them) */
static const struct { const char *rows[2]; bool mixed; } words[] = {
        { { "1\n2\n", "3\n" }, false },
        { { "1\n?\n", "?\n2\n?\n" }, false },
        { { "?\n1\nNA\n?\n", "2\n" }, false },
        { { "1\n2\n", "?\n?\n" }, false },
        { { "?\n1\nx\n", "2\n" }, true },
        { { "1\n?\n", "2\nx\n" }, true },
        { { "1\n2\n", "?\nx\n" }, true },
};

START_TEST(one_word_is_told_from_several) {
        for (int merged = 0; merged < 2; merged++) {
                tamis_typing typing[2] = { { 0 } };
                struct table t;

                for (int i = 0; i < 2; i++) {
                        table_begin(&t, "a\n", words[_i].rows[i]);
                        assert_ok(tamis_typing_learn(&typing[merged * i], &t.batch, 0, &t.err));
                        table_done(&t);
                }
                if (merged)
                        tamis_typing_merge(&typing[0], &typing[1]);
                ck_assert_int_eq(typing[0].mixed, words[_i].mixed);
        }
}
END_TEST

TEST_MAIN("typing",
        TESTS(a_type_is_what_all_cells_say, cases)
        TEST(the_first_example_stays)
        TEST(several_batches_add_up)
        TEST(a_long_example_is_cut)
        TESTS(one_word_is_told_from_several, words))
