#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "step/long_texts.h"

enum { LONG = 4096 };

static char long_one[2 * LONG + 1];     /* printable, of all kinds */

static void fill(void) {
        for (size_t i = 0; i < 2 * LONG; i++) {
                long_one[i] = (char) (' ' + i % 95);
                if (long_one[i] == '"' || long_one[i] == '\\')
                        long_one[i] = '.';
        }
}

/* (JSON, %.*s being a text of `length` bytes; how many are cut) */
static const struct { const char *format; int length; size_t cut; } cases[] = {
        { "{\"a\": \"%.*s\"}", LONG, 1 },
        { "{\"a\": \"%.*s\"}", LONG - 1, 0 },
        { "[1, \"%.*s\" , {\"b\": [\"x\", \"y\\\"\"]}]", LONG + 7, 1 },
        { "[\"\\\\\", \"%.*s\", \"\\\"\"]", LONG, 1 },
        { "{\"%.*s\" : 1}", LONG, 0 },
        { "{\"%.*s\"\n: 1}", LONG, 0 },
        { "[\"\\n%.*s\"]", LONG, 0 },
        { "[\"%.*s\\\"\"]", LONG, 0 },
        { "[\"\xc3\xb6%.*s\"]", LONG, 0 },
        { "[\"\x7f\", \"%.*s\"]", LONG, 0 },
        { "[\"\\u007F0\", \"%.*s\"]", LONG, 0 },
        { "{\"a\": {\"b\": [[\"%.*s\"]]}, \"c\": \"\"}", 2 * LONG, 1 },
        { "\"%.*s\"", 5, 0 }, { "[\"%.*s]", LONG, 0 }, { "[\"%.*s\\", LONG, 0 }, { "%.*s", 0, 0 }, { "\"%.*s", 0, 0 },
};

/* jansson, with all of it to read, is the judge. */
START_TEST(nothing_is_lost) {
        char json[3 * LONG];
        size_t n = (size_t) snprintf(json, sizeof json, cases[_i].format, cases[_i].length, long_one);
        json_t *want = json_loadb(json, n, 0, NULL), *got;
        tamis_long_texts texts = {0};
        tamis_error err = {0};

        ck_assert_int_eq(tamis_long_texts_cut(&texts, (tamis_slice) { json, n }, &err), 0);
        ck_assert_uint_eq(texts.n, cases[_i].cut);
        ck_assert(texts.n == 0 || texts.rest.n < 200);
        got = json_loadb(texts.rest.p ? texts.rest.p : "", texts.rest.n, 0, NULL);
        ck_assert((got == NULL) == (want == NULL));
        if (got)
                ck_assert_int_eq(tamis_long_texts_restore(&texts, got, &err), 0);
        ck_assert(!want || json_equal(got, want));
        json_decref(got);
        json_decref(want);
        tamis_long_texts_done(&texts);
}
END_TEST

/* Two in one text, in their order, and a mark that was not made here. */
START_TEST(each_comes_back_to_its_place) {
        tamis_long_texts texts = {0};
        tamis_buffer json = {0};
        tamis_error err = {0};
        json_t *got, *stray = json_string("\x7f" "2");

        ck_assert_int_eq(tamis_buffer_addf(&json, &err, "{\"a\": \"%.*s\", \"b\": [\"%.*s\"]}", LONG, long_one,
                                           LONG + 1, long_one),
                         0);
        ck_assert_int_eq(tamis_long_texts_cut(&texts, (tamis_slice) { json.p, json.n }, &err), 0);
        ck_assert_uint_eq(texts.n, 2);
        got = json_loadb(texts.rest.p, texts.rest.n, 0, NULL);
        ck_assert_int_eq(tamis_long_texts_restore(&texts, got, &err), 0);
        ck_assert_uint_eq(json_string_length(json_object_get(got, "a")), LONG);
        ck_assert_uint_eq(json_string_length(json_array_get(json_object_get(got, "b"), 0)), LONG + 1);
        ck_assert_int_eq(json_object_set_new(got, "c", stray), 0);
        ck_assert_int_eq(tamis_long_texts_restore(&texts, got, &err), TAMIS_BAD_MODEL);
        json_decref(got);
        tamis_long_texts_done(&texts);
        tamis_buffer_done(&json);
}
END_TEST

int main(void) {
        Suite *suite = suite_create("long_texts");
        TCase *all = tcase_create("all");
        SRunner *runner;
        int failed;

        fill();
        tcase_add_loop_test(all, nothing_is_lost, 0, sizeof cases / sizeof *cases);
        tcase_add_test(all, each_comes_back_to_its_place);
        suite_add_tcase(suite, all);
        runner = srunner_create(suite);
        srunner_run_all(runner, CK_ENV);
        failed = srunner_ntests_failed(runner);
        srunner_free(runner);
        return failed != 0;
}
