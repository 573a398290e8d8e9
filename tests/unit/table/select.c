#include "helper.h"

/* 1 Age  2 Fare  3 Sex  4 "a,b"  5 x:y  6 s*  7 " p "  8 2020  9 !no  10 @numeric  11 Sex  12 (empty) */
static const char names[] = "Age,Fare,Sex,\"a,b\",x:y,s*, p ,2020,!no,@numeric,Sex,\n";

static void begin(struct table *t) {
        *t = (struct table) { 0 };
        table_schema(t, names);
        for (size_t i = 0; i < t->schema.n; i++)
                t->schema.fields[i].type = TAMIS_TYPE_CATEGORICAL;
        t->schema.fields[0].type = t->schema.fields[1].type = TAMIS_TYPE_NUMERIC;
        t->schema.fields[11].type = TAMIS_TYPE_EMPTY;
        t->schema.fields[1].has_missing = t->schema.fields[11].has_missing = true;
}

/* (SEL, positions selected); by hand from the grammar in schema.h */
static const struct { const char *sel, *want; } cases[] = {
        { "Age", "1" }, { "Fare,Age", "1 2" }, { " Age , Fare ", "1 2" }, { "Age,Age,1", "1" },
        { "1", "1" }, { "12", "12" }, { "02", "2" }, { "2020", "8" },
        { "Sex", "3 11" }, { "\"Sex\"", "3 11" }, { "\"\"", "12" },
        { "a,b", "4" }, { "\"a,b\"", "4" }, { "Age,a,b,2", "1 2 4" }, { "Age,\"a,b\"", "1 4" },
        { "x:y", "5" }, { "s*", "6" }, { "\"s*\"", "6" }, { "[s]*", "6" }, { " p ", "7" }, { "\" p \"", "7" },
        { "!no", "9" }, { "!!no", "1 2 3 4 5 6 7 8 10 11 12" }, { "@numeric", "10" },
        { "!\"@numeric\",1:12", "1 2 3 4 5 6 7 8 9 11 12" },
        { "@missing", "2 12" }, { "@categorical,Age", "1 3 4 5 6 7 8 9 10 11" },
        { "1:3", "1 2 3" }, { "3:1", "1 2 3" }, { "Age:Sex", "1 2 3" }, { "11:", "11 12" }, { ":2", "1 2" },
        { ":", "1 2 3 4 5 6 7 8 9 10 11 12" }, { "Fare:3", "2 3" }, { "Sex:x:y", "3 4 5" }, { "x:y:s*", "5 6" },
        { "\"a,b\":6", "4 5 6" }, { "\"a,b\":\"x:y\"", "4 5" }, { "2020:9", "8 9" }, { "Fare : Sex", "2 3" },
        { "*e*", "1 2 3 10 11" }, { "?ge", "1" }, { "/^[AF]/", "1 2" }, { "/e$/", "1 2" },
        { "/a,b|x/,Age", "1 3 4 5 11" }, { "/x:?y/", "5" }, { "/z\\/,z|^Age/", "1" }, { "/^Age|z/z/", "1" },
        { "!/e/", "4 5 6 7 8 9 12" }, { "!Age", "2 3 4 5 6 7 8 9 10 11 12" },
        { "1:4,!Fare", "1 3 4" }, { "!Fare,1:4", "1 3 4" }, { "!2:", "1" }, { "!Age,!Fare,!3:11", "12" },
        { "! Age,1:2", "2" }, { "1:2,!@missing", "1" },
};

START_TEST(sel_selects) {
        struct table t;
        tamis_selection s;
        char got[256] = "";
        int r;

        begin(&t);
        r = tamis_select(&t.schema, cases[_i].sel, &s, &t.err);
        ck_assert_msg(r == 0, "%s: %s", cases[_i].sel, t.err.message);
        for (size_t i = 0; i < s.n; i++)
                snprintf(got + strlen(got), sizeof got - strlen(got), "%s%zu", i ? " " : "", s.columns[i] + 1);
        ck_assert_msg(strcmp(got, cases[_i].want) == 0, "%s: %s, not %s", cases[_i].sel, got, cases[_i].want);
        tamis_selection_done(&s);
        tamis_selection_done(&s);
        table_done(&t);
}
END_TEST

static const struct { const char *sel, *want; } faults[] = {
        { "Agee", "no column \"Agee\"; near: \"Age\"" },
        { "age", "no column \"age\"; near: \"Age\"" },
        { "Fra", "no column \"Fra\"" },
        { "Frae", "no column \"Frae\"; near: \"Fare\"" },
        { "\"1\"", "no column \"1\"" },
        { "zzz\x01", "no column \"zzz\\x01\"" },
        { "14", "position 14 is beyond the 12 columns" },
        { "99999999999999999999999", "position 99999999999999999999999 is beyond the 12 columns" },
        { "0", "position 0: the first column is 1" },
        { "1:13", "position 13 is beyond the 12 columns" },
        { "Age:Sox", "no column \"Sox\"; near: \"Sex\"" },
        { "Ago:Sex", "no column \"Ago\"; near: \"Age\"" },
        { "q*", "no column matches q*" },
        { "/q/", "no column matches /q/" },
        { "!q*", "no column matches q*" },
        { "/q(/", "/q(/: Unmatched ( or \\(" },
        { "/q", "a regex is not closed by a slash: /q" },
        { "\"Age", "a quote is not closed: \"Age" },
        { "", "a name is wanted before and behind each comma" },
        { "Age,", "a name is wanted before and behind each comma" },
        { "Age,,Sex", "a name is wanted before and behind each comma" },
        { "!", "a name is wanted before and behind each comma" },
        { "@number", "there is no @number, but @numeric, @categorical and @missing" },
        { "Age,!Age", "Age,!Age leaves no column" },
        { "!:", "!: leaves no column" },
        { "\"Age\"x", "no column \"\"Age\"x\"" },
};

START_TEST(sel_that_selects_nothing_is_refused) {
        struct table t;
        tamis_selection s = { 0 };

        begin(&t);
        ck_assert_int_eq(tamis_select(&t.schema, faults[_i].sel, &s, &t.err), TAMIS_USAGE);
        ck_assert_str_eq(t.err.message, faults[_i].want);
        ck_assert_ptr_null(s.columns);
        table_done(&t);
}
END_TEST

START_TEST(facts_that_nobody_has_are_refused_but_may_be_taken_away) {
        struct table t = { 0 };
        tamis_selection s;

        table_schema(&t, "a,b\n");
        ck_assert_int_eq(tamis_select(&t.schema, "@numeric", &s, &t.err), TAMIS_USAGE);
        ck_assert_str_eq(t.err.message, "no column is @numeric");
        ck_assert(t.schema.fields[0].consulted && t.schema.fields[1].consulted);
        ck_assert(!t.schema.fields[0].consulted_missing);
        ck_assert_int_eq(tamis_select(&t.schema, "!@missing", &s, &t.err), 0);
        ck_assert_uint_eq(s.n, 2);
        ck_assert(t.schema.fields[0].consulted_missing && t.schema.fields[1].consulted_missing);
        tamis_selection_done(&s);
        table_done(&t);
}
END_TEST

START_TEST(the_longest_name_wins) {
        struct table t = { 0 };
        tamis_selection s;

        table_schema(&t, "\"a,b,c\",a,\"a,b\",b,c\n");
        ck_assert_int_eq(tamis_select(&t.schema, "a,b,c", &s, &t.err), 0);
        ck_assert(s.n == 1 && s.columns[0] == 0);
        tamis_selection_done(&s);
        ck_assert_int_eq(tamis_select(&t.schema, "a,b,\"c\"", &s, &t.err), 0);
        ck_assert(s.n == 2 && s.columns[0] == 2 && s.columns[1] == 4);
        tamis_selection_done(&s);
        table_done(&t);
}
END_TEST

START_TEST(names_alone_consult_nothing) {
        struct table t;
        tamis_selection s;

        begin(&t);
        ck_assert_int_eq(tamis_select(&t.schema, "Age,1:3,F*,/S/,!2", &s, &t.err), 0);
        for (size_t i = 0; i < t.schema.n; i++)
                ck_assert(!t.schema.fields[i].consulted && !t.schema.fields[i].consulted_missing);
        tamis_selection_done(&s);
        table_done(&t);
}
END_TEST

static const struct { const char *sel; int status; size_t want; const char *message; } ones[] = {
        { "Fare", 0, 1, "" },
        { "2:2", 0, 1, "" },
        { "Faire", TAMIS_USAGE, 0, "--target: no column \"Faire\"; near: \"Fare\"" },
        { "Age,Fare", TAMIS_USAGE, 0, "--target Age,Fare: one column is wanted, not 2" },
        { "Sex", TAMIS_USAGE, 0, "--target Sex: 2 columns have this name; say which by position (3 or 11)" },
};

START_TEST(one_column_is_one) {
        struct table t;
        size_t at = 0;

        begin(&t);
        ck_assert_int_eq(tamis_select_one(&t.schema, ones[_i].sel, "--target", &at, &t.err), ones[_i].status);
        ck_assert_uint_eq(at, ones[_i].want);
        if (ones[_i].status < 0)
                ck_assert_str_eq(t.err.message, ones[_i].message);
        table_done(&t);
}
END_TEST

/* Distances by hand. */
static const struct { const char *word, *want; } near[] = {
        { "medain", "\"median\", \"mean\"" },           /* two neighbours swapped: 1; two letters too many: 2 */
        { "MEAN", "\"mean\", \"median\"" },             /* 0; two letters too few: 2 */
        { "mode", "\"mode\"" },
        { "kn", "\"knn\"" },
        { "men", "\"mean\"" },
        { "mod", "\"mode\"" },
        { "", "" }, { "x", "" }, { "zzzzzz", "" },
        { "meen", "\"mean\"" },                         /* 1; median: 3, of 4 letters */
        { "hot", "\"hot-deck\"" },                      /* a part of it */
};

START_TEST(near_words_are_named) {
        static const char *const list[] = { "hot-deck", "knn", "mean", "median", "mode", "regression" };
        tamis_slice words[6];
        char out[128];

        for (size_t i = 0; i < 6; i++)
                words[i] = tamis_slice_of(list[i]);
        tamis_nearest(tamis_slice_of(near[_i].word), words, 6, out, sizeof out);
        ck_assert_msg(strcmp(out, near[_i].want) == 0, "%s: %s, not %s", near[_i].word, out, near[_i].want);
}
END_TEST

START_TEST(at_most_three_the_best_first_and_what_fits) {
        tamis_slice words[] = {
                { "aaxx", 4 }, { "aaax", 4 }, { "baaa", 4 }, { "aaaa", 4 }, { "aaa", 3 }, { "aaaa", 4 },
        };
        char out[64];

        tamis_nearest(tamis_slice_of("aaaa"), words, 6, out, sizeof out);
        ck_assert_str_eq(out, "\"aaaa\", \"aaax\", \"baaa\"");
        tamis_nearest(tamis_slice_of("aaaa"), words, 6, out, 15);
        ck_assert_str_eq(out, "\"aaaa\", \"aaax\"");
        tamis_nearest(tamis_slice_of("aaaa"), words, 6, out, 14);
        ck_assert_str_eq(out, "\"aaaa\"");
        tamis_nearest(tamis_slice_of("aaaa"), words, 6, out, 6);
        ck_assert_str_eq(out, "");
}
END_TEST

START_TEST(a_word_of_other_letters_is_not_near) {
        tamis_slice other = { "y", 1 };
        char out[8];

        tamis_nearest(tamis_slice_of("x"), &other, 1, out, sizeof out);
        ck_assert_str_eq(out, "");
}
END_TEST

START_TEST(long_words_are_compared_by_their_beginning) {
        char a[1000], b[1000], out[256];
        tamis_slice word = { a, sizeof a }, other = { b, sizeof b };

        memset(a, 'a', sizeof a);
        memset(b, 'a', sizeof b);
        tamis_nearest(word, &other, 1, out, sizeof out);
        ck_assert_uint_eq(strlen(out), 2 + 40 + 3);
}
END_TEST

TEST_MAIN("select",
        TESTS(sel_selects, cases)
        TESTS(sel_that_selects_nothing_is_refused, faults)
        TEST(facts_that_nobody_has_are_refused_but_may_be_taken_away)
        TEST(the_longest_name_wins)
        TEST(names_alone_consult_nothing)
        TESTS(one_column_is_one, ones)
        TESTS(near_words_are_named, near)
        TEST(at_most_three_the_best_first_and_what_fits)
        TEST(a_word_of_other_letters_is_not_near)
        TEST(long_words_are_compared_by_their_beginning))
