#include <check.h>
#include <stdlib.h>

#include "clean/mend.h"

/* What a person means by each, by hand; NULL: it is of no form, "=": it is plain already. */
static const struct { const char *text; char decimal; const char *want; } numbers[] = {
        { "1,234", '.', "1234" },       { "1,234,567.890", '.', "1234567.890" }, { "12,345", '.', "12345" },
        { "1234", '.', "=" },           { " 12 ", '.', "=" },                    { "007", '.', "=" },
        { "1,23", '.', NULL },          { "1,2345", '.', NULL },                 { "1234,567", '.', NULL },
        { "0,123", '.', NULL },         { "01,234", '.', NULL },                 { ",123", '.', NULL },
        { "1,234,", '.', NULL },        { "1,,234", '.', NULL },                 { "1,234 567", '.', NULL },
        { "12%", '.', "0.12" },         { "12.5 %", '.', "0.125" },              { "-3%", '.', "-0.03" },
        { "65.10%", '.', "0.651" },         { "100%", '.', "1" },                    { "%", '.', NULL },
        { "12%%", '.', NULL },          { "$5", '.', "5" },                      { "$-5.10", '.', "-5.10" },
        { "-$5", '.', "-5" },           { "$ 1,000", '.', "1000" },              { "5 \xe2\x82\xac", '.', "5" },
        { "\xc2\xa3" "1.50", '.', "1.50" }, { "$$5", '.', NULL },                { "$", '.', NULL },
        { "(5)", '.', "-5" },           { "($1,234.5)", '.', "-1234.5" },        { "(-5)", '.', NULL },
        { "()", '.', NULL },            { "\xe2\x88\x92" "5", '.', "-5" },       { "--5", '.', NULL },
        { "1 234", '.', "1234" },       { "1\xc2\xa0" "234", '.', "1234" },      { "1'234'567", '.', "1234567" },
        { "1.234", '.', "=" },          { "1.234,5", '.', NULL },                { "abc", '.', NULL },
        { "$007", '.', NULL },          { "$0.50", '.', "0.50" },                { "$.50", '.', ".50" },
        { "", '.', NULL },              { "1,5", ',', "1.5" },                   { "1.234,5", ',', "1234.5" },
        { "1.234", ',', "1234" },       { "1.5", ',', NULL },                    { "5", ',', "=" },
        { "1 234,50", ',', "1234.50" }, { "12,5%", ',', "0.125" },               { "1,234,567", ',', NULL },
        { "Braund, Mr.", '.', NULL },   { "2020-01-02", '.', NULL },             { "1e3", '.', "=" },
};

START_TEST(numbers_as_people_write_them) {
        char out[TAMIS_FORM_MAX];
        size_t n = 0;
        tamis_form form = tamis_form_number(tamis_slice_of(numbers[_i].text), numbers[_i].decimal, out, &n);

        if (!numbers[_i].want) {
                ck_assert_msg(form == TAMIS_FORM_NONE, "%s became %.*s", numbers[_i].text, (int) n, out);
        } else if (strcmp(numbers[_i].want, "=") == 0) {
                ck_assert_msg(form == TAMIS_FORM_PLAIN, "%s is plain", numbers[_i].text);
        } else {
                ck_assert_msg(form == TAMIS_FORM_CHANGED, "%s is a number", numbers[_i].text);
                ck_assert_msg(tamis_slice_equal((tamis_slice) { out, n }, tamis_slice_of(numbers[_i].want)),
                              "%s became %.*s, not %s", numbers[_i].text, (int) n, out, numbers[_i].want);
        }
}
END_TEST

static const struct { const char *text; tamis_date_kind kind; const char *want; } dates[] = {
        { "2020-12-25", TAMIS_DATE_SURE, "2020-12-25" },
        { "2020/1/5", TAMIS_DATE_SURE, "2020-01-05" },
        { "2020-1/5", TAMIS_DATE_NONE, NULL },
        { "25.12.2020", TAMIS_DATE_SURE, "2020-12-25" },
        { "3.4.2020", TAMIS_DATE_SURE, "2020-04-03" },
        { "03/04/2020", TAMIS_DATE_EITHER, "2020-04-03" },
        { "05/05/2020", TAMIS_DATE_SURE, "2020-05-05" },
        { "25/12/2020", TAMIS_DATE_DAY_FIRST, "2020-12-25" },
        { "12/25/2020", TAMIS_DATE_MONTH_FIRST, "2020-12-25" },
        { "12-25-2020", TAMIS_DATE_MONTH_FIRST, "2020-12-25" },
        { "25 Dec 2020", TAMIS_DATE_SURE, "2020-12-25" },
        { "25-DEC-2020", TAMIS_DATE_SURE, "2020-12-25" },
        { "December 25, 2020", TAMIS_DATE_SURE, "2020-12-25" },
        { "Dec. 25, 2020", TAMIS_DATE_SURE, "2020-12-25" },
        { "Decem 25, 2020", TAMIS_DATE_NONE, NULL },
        { "1 May 2020", TAMIS_DATE_SURE, "2020-05-01" },
        { "2020-12-25 9:30", TAMIS_DATE_SURE, "2020-12-25T09:30" },
        { "2020-12-25T23:59:59", TAMIS_DATE_SURE, "2020-12-25T23:59:59" },
        { "2020-12-25 24:00", TAMIS_DATE_NONE, NULL },
        { "2020-02-29", TAMIS_DATE_SURE, "2020-02-29" },
        { "2021-02-29", TAMIS_DATE_NONE, NULL },
        { "1900-02-29", TAMIS_DATE_NONE, NULL },
        { "2000-02-29", TAMIS_DATE_SURE, "2000-02-29" },
        { "31/04/2020", TAMIS_DATE_NONE, NULL },
        { "13/13/2020", TAMIS_DATE_NONE, NULL },
        { "25/12/20", TAMIS_DATE_NONE, NULL },
        { "20201225", TAMIS_DATE_NONE, NULL },
        { "1.2.2020.", TAMIS_DATE_NONE, NULL },
        { "hello world", TAMIS_DATE_NONE, NULL },
};

START_TEST(dates_as_people_write_them) {
        tamis_date date = {0};
        char out[TAMIS_FORM_MAX];
        size_t n;

        ck_assert_msg(tamis_date_read(tamis_slice_of(dates[_i].text), &date) == dates[_i].kind, "%s", dates[_i].text);
        if (dates[_i].kind == TAMIS_DATE_NONE)
                return;
        n = tamis_date_print(&date, out);
        ck_assert_msg(tamis_slice_equal((tamis_slice) { out, n }, tamis_slice_of(dates[_i].want)), "%s became %.*s",
                      dates[_i].text, (int) n, out);
}
END_TEST

static const struct { const char *text, *format, *want; } formatted[] = {
        { "25.12.20", "%d.%m.%y", "2020-12-25" },
        { "25.12.69", "%d.%m.%y", "1969-12-25" },
        { "20201225", "%Y%m%d", "2020-12-25" },
        { "12/25/2020  10:05", "%m/%d/%Y %H:%M", "2020-12-25T10:05" },
        { "25/12/2020", "%m/%d/%Y", NULL },
        { "2020-12-25x", "%Y-%m-%d", NULL },
        { "5 march 2020", "%d %B %Y", "2020-03-05" },
};

START_TEST(dates_by_a_format) {
        tamis_date date;
        char out[TAMIS_FORM_MAX];
        bool is = tamis_date_parse(tamis_slice_of(formatted[_i].text), formatted[_i].format, &date);
        size_t n;

        ck_assert_msg(is == (formatted[_i].want != NULL), "%s", formatted[_i].text);
        if (!is)
                return;
        n = tamis_date_print(&date, out);
        ck_assert(tamis_slice_equal((tamis_slice) { out, n }, tamis_slice_of(formatted[_i].want)));
}
END_TEST

START_TEST(formats_are_whole) {
        ck_assert(tamis_date_format_is_whole("%d/%m/%Y"));
        ck_assert(tamis_date_format_is_whole("%b %d, %y %H:%M:%S"));
        ck_assert(!tamis_date_format_is_whole("%d/%Y"));
        ck_assert(!tamis_date_format_is_whole("%d/%m/%Y %Z"));
        ck_assert(!tamis_date_format_is_whole("%d/%m/%Y%"));
}
END_TEST

START_TEST(days_of_the_week) {
        /* 2000-01-01 was a Saturday, 1970-01-01 a Thursday, 2024-02-29 a Thursday, 2023-01-01 a Sunday */
        ck_assert_int_eq(tamis_date_weekday(&(tamis_date) { .year = 2000, .month = 1, .day = 1 }), 6);
        ck_assert_int_eq(tamis_date_weekday(&(tamis_date) { .year = 1970, .month = 1, .day = 1 }), 4);
        ck_assert_int_eq(tamis_date_weekday(&(tamis_date) { .year = 2024, .month = 2, .day = 29 }), 4);
        ck_assert_int_eq(tamis_date_weekday(&(tamis_date) { .year = 2023, .month = 1, .day = 1 }), 7);
}
END_TEST

static const struct { const char *a, *b; bool cased, blanks, punctuation, same; } spellings[] = {
        { "New York", "new york", true, false, false, true },
        { "New York", "new york", false, true, true, false },
        { "New York", " New  York ", false, true, false, true },
        { "New York", "New  York", true, false, false, false },
        { "St. Gallen", "St Gallen", false, false, true, true },
        { "St. Gallen", "st-gallen", true, false, true, true },
        { "Z\xc3\x9cRICH", "z\xc3\xbcrich", true, false, false, true },
        { "\xc3\x97", "\xc3\xb7", true, false, false, false },          /* times is no capital of divided by */
        { "ab", "a b", true, true, true, false },
};

START_TEST(spellings_meet) {
        tamis_mend_wishes w = { .alike_case = spellings[_i].cased, .alike_blanks = spellings[_i].blanks,
                                .alike_punctuation = spellings[_i].punctuation };
        char a[64], b[64];
        size_t n = tamis_alike_key(&w, tamis_slice_of(spellings[_i].a), a);
        size_t m = tamis_alike_key(&w, tamis_slice_of(spellings[_i].b), b);

        ck_assert_msg(tamis_slice_equal((tamis_slice) { a, n }, (tamis_slice) { b, m }) == spellings[_i].same, "%s",
                      spellings[_i].a);
}
END_TEST

/* Each is what a damaged or foreign model might hold. */
static const char *const broken[] = {
        "{\"dates\": \"month first\"}", "{\"dates\": 3}", "{\"low\": \"a\"}", "{\"low\": 1}", "{\"map\": 3}", "{\"map\": [[1, 2]]}",
        "{\"map\": [[\"a\"]]}", "{\"alike\": [[\"a\", \"b\"], [\"a\", \"c\"]]}",
};

START_TEST(a_broken_mend_is_refused) {
        json_t *json = json_loads(broken[_i], 0, NULL);
        tamis_mend mend = {0};
        tamis_error err;

        ck_assert_ptr_nonnull(json);
        ck_assert_int_eq(tamis_mend_load(&mend, json, &err), TAMIS_BAD_MODEL);
        tamis_mend_done(&mend);
        json_decref(json);
}
END_TEST

int main(void) {
        TCase *tc = tcase_create("forms");
        Suite *suite = suite_create("forms");
        SRunner *runner = srunner_create(suite);
        int failed;

        tcase_set_timeout(tc, 0);
        tcase_add_loop_test(tc, numbers_as_people_write_them, 0, sizeof numbers / sizeof *numbers);
        tcase_add_loop_test(tc, dates_as_people_write_them, 0, sizeof dates / sizeof *dates);
        tcase_add_loop_test(tc, dates_by_a_format, 0, sizeof formatted / sizeof *formatted);
        tcase_add_test(tc, formats_are_whole);
        tcase_add_test(tc, days_of_the_week);
        tcase_add_loop_test(tc, spellings_meet, 0, sizeof spellings / sizeof *spellings);
        tcase_add_loop_test(tc, a_broken_mend_is_refused, 0, sizeof broken / sizeof *broken);
        suite_add_tcase(suite, tc);
        srunner_run_all(runner, CK_ENV);
        failed = srunner_ntests_failed(runner);
        srunner_free(runner);
        return failed != 0;
}
