#include <check.h>
#include <stdlib.h>

#include "step/run.h"

/* (text, what the error says); none of these is a model */
static const struct { const char *text, *says; } bad[] = {
        { "", "not a model" },
        { "{", "not a model" },
        { "[]", "not a model" },
        { "\"x\"", "not a model" },
        { "{}", "not a model" },
        { "{\"tamis_model\": \"1\", \"steps\": []}", "no version" },
        { "{\"tamis_model\": 0, \"steps\": []}", "no version" },
        { "{\"tamis_model\": 2, \"tamis\": \"9.9\", \"steps\": []}", "newer tamis (9.9)" },
        { "{\"tamis_model\": 99}", "newer tamis" },
        { "{\"tamis_model\": 1, \"steps\": []}", "no steps" },
        { "{\"tamis_model\": 1, \"steps\": {}}", "no steps" },
        { "{\"tamis_model\": 1, \"steps\": [3]}", "step 1" },
        { "{\"tamis_model\": 1, \"steps\": [{\"step\": \"impute\"}]}", "\"rows\" is missing" },
        { "{\"tamis_model\": 1, \"steps\": [{\"step\": \"nonesuch\", \"rows\": 1}]}", "does not know" },
        { "{\"tamis_model\": 1, \"tamis_model\": 1}", "not a model" },
        { "{\"tamis_model\": 1} x", "not a model" },
};

START_TEST(what_is_no_model_is_refused) {
        tamis_error err = {0};
        json_t *model = NULL;

        ck_assert_int_eq(tamis_model_parse(bad[_i].text, strlen(bad[_i].text), "m.json", &model, &err),
                         TAMIS_BAD_MODEL);
        ck_assert_ptr_null(model);
        ck_assert_msg(strstr(err.message, bad[_i].says) != NULL, "%s", err.message);
        ck_assert(strstr(err.message, "m.json") || strcmp(err.file, "m.json") == 0);
}
END_TEST

START_TEST(a_file_that_is_not_there) {
        tamis_error err = {0};
        json_t *model;

        ck_assert_int_eq(tamis_model_read("/nonexistent/m.json", &model, &err), TAMIS_IO);
        ck_assert_ptr_nonnull(strstr(err.message, "/nonexistent/m.json"));
}
END_TEST

/* -- values ------------------------------------------------------------------------------------------------------------ */

static const char *const texts[] = { "", "plain", "zwölf", "\xff\xfe", "a\x80", "ab\x80", "abc\x80" };

START_TEST(bytes_survive) {
        tamis_arena arena = {0};
        tamis_error err = {0};
        tamis_slice in = tamis_slice_of(texts[_i]), out;
        json_t *json = tamis_json_bytes(in);
        char *dumped = json_dumps(json, JSON_ENCODE_ANY);
        json_t *read = json_loads(dumped, JSON_DECODE_ANY, NULL);

        ck_assert_int_eq(tamis_json_bytes_get(read, &arena, &out, &err), 0);
        ck_assert(tamis_slice_equal(in, out));
        free(dumped);
        json_decref(json);
        json_decref(read);
        tamis_arena_done(&arena);
}
END_TEST

static const double numbers[] = { 0, -0.0, 1, -17, .1, 1e300, 5e-324, 1e15, 123456789.25, 1.7976931348623157e308 };

START_TEST(numbers_survive) {
        json_t *json = tamis_json_number(numbers[_i]);
        char *dumped = json_dumps(json, JSON_ENCODE_ANY | JSON_REAL_PRECISION(17));
        json_t *read = json_loads(dumped, JSON_DECODE_ANY, NULL);
        double back = json_number_value(read);

        ck_assert(memcmp(&back, &numbers[_i], sizeof back) == 0);
        free(dumped);
        json_decref(json);
        json_decref(read);
}
END_TEST

START_TEST(what_json_cannot_hold_is_refused) {
        ck_assert_ptr_null(tamis_json_number(1.0 / 0.0));
        ck_assert_ptr_null(tamis_json_number(0.0 / 0.0));
}
END_TEST

START_TEST(getters_name_the_key) {
        json_t *o = json_pack("{s:s, s:i, s:f, s:[i,i]}", "text", "t", "count", -1, "real", 1.5, "array", 1, 2);
        tamis_error err = {0};
        double x;
        uint64_t n;
        const char *t;
        const json_t *a;

        ck_assert_int_eq(tamis_json_real(o, "real", &x, &err), 0);
        ck_assert_double_eq(x, 1.5);
        ck_assert_int_eq(tamis_json_real(o, "text", &x, &err), TAMIS_BAD_MODEL);
        ck_assert_ptr_nonnull(strstr(err.message, "text"));
        ck_assert_int_eq(tamis_json_count(o, "count", &n, &err), TAMIS_BAD_MODEL);
        ck_assert_int_eq(tamis_json_count(o, "real", &n, &err), TAMIS_BAD_MODEL);
        ck_assert_int_eq(tamis_json_text(o, "nothing", &t, NULL, &err), TAMIS_BAD_MODEL);
        ck_assert_ptr_nonnull(strstr(err.message, "nothing"));
        ck_assert_int_eq(tamis_json_array(o, "array", 2, &a, &err), 0);
        ck_assert_int_eq(tamis_json_array(o, "array", 3, &a, &err), TAMIS_BAD_MODEL);
        ck_assert_int_eq(tamis_json_array(NULL, "array", 3, &a, &err), TAMIS_BAD_MODEL);
        json_decref(o);
}
END_TEST

int main(void) {
        Suite *s = suite_create("model");
        TCase *t = tcase_create("model");
        SRunner *runner;
        int failed;

        tcase_add_loop_test(t, what_is_no_model_is_refused, 0, sizeof bad / sizeof *bad);
        tcase_add_test(t, a_file_that_is_not_there);
        tcase_add_loop_test(t, bytes_survive, 0, sizeof texts / sizeof *texts);
        tcase_add_loop_test(t, numbers_survive, 0, sizeof numbers / sizeof *numbers);
        tcase_add_test(t, what_json_cannot_hold_is_refused);
        tcase_add_test(t, getters_name_the_key);
        suite_add_tcase(s, t);
        runner = srunner_create(s);
        srunner_run_all(runner, CK_ENV);
        failed = srunner_ntests_failed(runner);
        srunner_free(runner);
        return failed != 0;
}
