#include "helper.h"

/* (list, value, missing) */
static const struct { const char *list, *value; bool want; } cases[] = {
        { NULL, "", true }, { NULL, "  \t", true }, { NULL, "NA", true }, { NULL, "N/A", true }, { NULL, "NaN", true },
        { NULL, "nan", true }, { NULL, "null", true }, { NULL, "NULL", true }, { NULL, "None", true },
        { NULL, " NA\t", true }, { NULL, "na", false }, { NULL, "none", false }, { NULL, "NAN", false },
        { NULL, "N", false }, { NULL, "NAs", false }, { NULL, "NULLNULL", false },
        { NULL, "?", false }, { NULL, "0", false },
        { "?", "?", true }, { "?", "NA", true }, { "?", "??", false },
        { "?,-999", "-999", true }, { "?,-999", "-99", false },
        { "?, -999 ", "-999", true }, { "?,-999", " -999", true },
        { "=NA", "NA", true }, { "=NA", "null", false }, { "=NA", "", true }, { "=NA", "=NA", false },
        { "=", "", true }, { "=", "NA", false }, { "=", " ", true }, { "", "NA", true }, { "", "x", false },
        { "\"a,b\"", "a,b", true }, { "\"a,b\"", "a", false }, { "\"a,b\",c", "c", true },
        { "\"say \"\"so\"\"\"", "say \"so\"", true }, { "\"=x\"", "=x", true }, { "\"=x\"", "NA", true },
        { " \"x\" ,y", "x", true }, { " \"x\" ,y", "y", true }, { "5\"", "5\"", true }, { "x,x,x", "x", true },
        { ",", "", true }, { "\xC3\xA9,\xFF", "\xFF", true }, { "\xC3\xA9", "\xC3\xA9", true },
        { "=c,a,e,b,d", "a", true }, { "=c,a,e,b,d", "b", true },
        { "=c,a,e,b,d", "d", true }, { "=c,a,e,b,d", "e", true }, { "=c,a,e,b,d", "f", false }, { "=b,bb,bbbb", "bbb", false }, { "=b,bb,bbbb", "bbbb", true },
};

START_TEST(tokens_are_missing) {
        tamis_missing m;

        ck_assert_int_eq(tamis_missing_init(&m, cases[_i].list, NULL), 0);
        ck_assert_msg(tamis_missing_is(&m, tamis_slice_of(cases[_i].value)) == cases[_i].want, "--na %s: \"%s\"",
                      cases[_i].list, cases[_i].value);
        tamis_missing_done(&m);
}
END_TEST

static const char *const faults[] = { "\"a", "a,\"", "\"a\"b", "\"a\"\"", "=\"x\" y" };

START_TEST(a_list_with_a_bad_quote_is_refused) {
        tamis_missing m;
        tamis_error err;

        ck_assert_int_eq(tamis_missing_init(&m, faults[_i], &err), TAMIS_USAGE);
        ck_assert_ptr_nonnull(strstr(err.message, faults[_i]));
}
END_TEST

START_TEST(the_set_is_sorted_and_knows_its_beginnings) {
        tamis_missing m;

        ck_assert_int_eq(tamis_missing_init(&m, "=zz,-999,zz,a", NULL), 0);
        ck_assert_uint_eq(m.n, 3);
        ck_assert(slice_is(m.tokens[0], "-999") && slice_is(m.tokens[1], "a") && slice_is(m.tokens[2], "zz"));
        ck_assert_uint_eq(m.longest, 4);
        for (int c = 0; c < 256; c++)
                ck_assert_int_eq(m.may_begin[c], c == '-' || c == 'a' || c == 'z');
        tamis_missing_done(&m);
        tamis_missing_done(&m);
}
END_TEST

TEST_MAIN("missing",
        TESTS(tokens_are_missing, cases)
        TESTS(a_list_with_a_bad_quote_is_refused, faults)
        TEST(the_set_is_sorted_and_knows_its_beginnings))
