#include <check.h>
#include <math.h>

#include <tamis/step.h>

static const char *const colours[] = { "red", "green", NULL };
static const tamis_option options[] = {
        { "flag", 'f', TAMIS_FLAG, NULL, NULL, "a flag", NULL },
        { "share", 0, TAMIS_SHARE, "S", ".25", "a share", NULL },
        { "many", 'm', TAMIS_COUNT, "N", "5", "a count", NULL },
        { "real", 0, TAMIS_REAL, "X", NULL, "a number", NULL },
        { "colour", 0, TAMIS_CHOICE, "C", "red", "a choice", colours },
        { NULL },
};
static const tamis_step_type type = {
        .name = "tried", .options = options, .common = TAMIS_OPT_TARGET | TAMIS_OPT_SEED, .strategy = "plain",
};

/* (option, value, accepted) */
static const struct { const char *name, *value; bool good; } values[] = {
        { "flag", NULL, true },         { "share", "0", true },         { "share", "1", true },
        { "share", "30%", true },       { "share", "1.5", false },      { "share", "-0.1", false },
        { "share", "", false },         { "share", "150%", false },     { "many", "0", true },
        { "many", "-1", false },        { "many", "1.5", false },       { "many", "99999999999999999999", false },
        { "many", "", false },          { "real", "-1e3", true },       { "real", "inf", false },
        { "real", "x", false },         { "colour", "green", true },    { "colour", "blue", false },
        { "target", "y", true },        { "seed", "7", true },          { "columns", "a", false },
        { "many", NULL, false },
};

START_TEST(values_are_checked) {
        tamis_settings *s;
        tamis_error err = {0};
        int r;

        ck_assert_int_eq(tamis_settings_new(&type, &s, &err), 0);
        r = tamis_settings_set(s, values[_i].name, values[_i].value, &err);
        ck_assert_int_eq(r, values[_i].good ? 0 : TAMIS_USAGE);
        if (!values[_i].good)
                ck_assert_ptr_nonnull(strstr(err.message, values[_i].name));
        ck_assert_int_eq(tamis_settings_given(s, values[_i].name), values[_i].good);
        tamis_settings_free(s);
}
END_TEST

START_TEST(fallbacks_hold_until_a_value_is_given) {
        tamis_settings *s;
        tamis_error err = {0};

        ck_assert_int_eq(tamis_settings_new(&type, &s, &err), 0);
        ck_assert_double_eq(tamis_settings_real(s, "share"), .25);
        ck_assert_uint_eq(tamis_settings_count(s, "many"), 5);
        ck_assert(isnan(tamis_settings_real(s, "real")));
        ck_assert_str_eq(tamis_settings_text(s, "colour"), "red");
        ck_assert_str_eq(tamis_settings_text(s, "strategy"), "plain");
        ck_assert_ptr_null(tamis_settings_text(s, "target"));
        ck_assert(!tamis_settings_flag(s, "flag"));
        ck_assert_int_eq(tamis_settings_set(s, "share", "30%", &err), 0);
        ck_assert_int_eq(tamis_settings_set(s, "flag", NULL, &err), 0);
        ck_assert_double_eq(tamis_settings_real(s, "share"), .3);
        ck_assert(tamis_settings_flag(s, "flag"));
        /* the same again is no harm, another value is */
        ck_assert_int_eq(tamis_settings_set(s, "share", "30%", &err), 0);
        ck_assert_int_eq(tamis_settings_set(s, "share", "40%", &err), TAMIS_USAGE);
        tamis_settings_free(s);
}
END_TEST

START_TEST(an_unknown_option_names_the_nearest) {
        tamis_settings *s;
        tamis_error err = {0};

        ck_assert_int_eq(tamis_settings_new(&type, &s, &err), 0);
        ck_assert_int_eq(tamis_settings_set(s, "shaer", "1", &err), TAMIS_USAGE);
        ck_assert_ptr_nonnull(strstr(err.message, "share"));
        tamis_settings_free(s);
}
END_TEST

/* -- pairs ------------------------------------------------------------------------------------------------------------- */

static int join(tamis_slice name, tamis_slice value, void *arg, tamis_error *err) {
        char *out = arg;

        sprintf(out + strlen(out), "[%.*s|%.*s]", (int) name.n, name.n ? name.p : "", (int) value.n,
                value.n ? value.p : "");
        return 0;
}

static const struct { const char *text, *want; } pairs[] = {
        { "a=1", "[a|1]" },
        { "a=1,b=2", "[a|1][b|2]" },
        { "plain", "[|plain]" },
        { "a=x=y", "[a|x=y]" },
        { "\"a,b\"=1,\"c=d\"=\"x,y\"", "[a,b|1][c=d|x,y]" },
        { "\"say \"\"hi\"\"\"=1", "[say \"hi\"|1]" },
        { "a=", "[a|]" },
        { "", "" },
        { "*=knn,Age=median", "[*|knn][Age|median]" },
};

START_TEST(pairs_are_read) {
        char out[256] = "";
        tamis_error err = {0};

        ck_assert_int_eq(tamis_pairs(pairs[_i].text, "--x", join, out, &err), 0);
        ck_assert_str_eq(out, pairs[_i].want);
}
END_TEST

START_TEST(an_open_quote_in_pairs_is_an_error) {
        char out[256] = "";
        tamis_error err = {0};

        ck_assert_int_eq(tamis_pairs("\"a=1", "--cost", join, out, &err), TAMIS_USAGE);
        ck_assert_int_eq(tamis_pairs("\"a\"b=1", "--cost", join, out, &err), TAMIS_USAGE);
        ck_assert_ptr_nonnull(strstr(err.message, "--cost"));
}
END_TEST

/* -- over all registered steps ----------------------------------------------------------------------------------------- */

START_TEST(every_table_is_sound) {
        for (size_t i = 0; i < tamis_n_steps; i++) {
                const tamis_step_type *t = tamis_steps[i];
                tamis_settings *s;
                tamis_error err = {0};

                if (i > 0)
                        ck_assert_msg(strcmp(tamis_steps[i - 1]->name, t->name) < 0, "%s is out of order", t->name);
                ck_assert_ptr_eq(tamis_step_find(t->name), t);
                ck_assert_ptr_nonnull(t->summary);
                ck_assert_ptr_nonnull(t->done);
                ck_assert_ptr_nonnull(t->report);
                if ((t->traits & TAMIS_LEARNS) && !(t->traits & TAMIS_TRAIN_ONLY)) {
                        ck_assert_ptr_nonnull(t->save);
                        ck_assert_ptr_nonnull(t->load);
                }
                ck_assert_int_eq(tamis_settings_new(t, &s, &err), 0);
                for (const tamis_option *o = t->options; o && o->name; o++) {
                        ck_assert_ptr_nonnull(o->help);
                        ck_assert_msg((o->kind == TAMIS_FLAG) == (o->arg == NULL), "%s --%s", t->name, o->name);
                        /* a fallback is a value that would be accepted */
                        if (o->fallback)
                                ck_assert_msg(tamis_option_check(o, o->fallback, &err) == 0, "%s: %s", t->name,
                                              err.message);
                }
                tamis_settings_free(s);
        }
}
END_TEST

START_TEST(every_strategy_list_is_sorted_and_found) {
        for (size_t i = 0; i < tamis_n_steps; i++) {
                const tamis_step_type *t = tamis_steps[i];
                const tamis_strategy *const *all;
                size_t n = 0;

                if (!t->strategies)
                        continue;
                all = t->strategies(&n);
                ck_assert_uint_ge(n, 1);
                for (size_t k = 0; k < n; k++) {
                        const tamis_strategy *found = NULL;
                        tamis_error err = {0};

                        ck_assert_ptr_nonnull(all[k]->summary);
                        ck_assert_ptr_nonnull(all[k]->source);
                        if (k > 0)
                                ck_assert_msg(strcmp(all[k - 1]->name, all[k]->name) < 0, "%s %s", t->name,
                                              all[k]->name);
                        ck_assert_int_eq(tamis_strategy_find(t, all[k]->name, &found, &err), 0);
                        ck_assert_ptr_eq(found, all[k]);
                }
        }
}
END_TEST

int main(void) {
        Suite *s = suite_create("settings");
        TCase *t = tcase_create("settings");
        SRunner *runner;
        int failed;

        tcase_add_loop_test(t, values_are_checked, 0, sizeof values / sizeof *values);
        tcase_add_test(t, fallbacks_hold_until_a_value_is_given);
        tcase_add_test(t, an_unknown_option_names_the_nearest);
        tcase_add_loop_test(t, pairs_are_read, 0, sizeof pairs / sizeof *pairs);
        tcase_add_test(t, an_open_quote_in_pairs_is_an_error);
        tcase_add_test(t, every_table_is_sound);
        tcase_add_test(t, every_strategy_list_is_sorted_and_found);
        suite_add_tcase(s, t);
        runner = srunner_create(s);
        srunner_run_all(runner, CK_ENV);
        failed = srunner_ntests_failed(runner);
        srunner_free(runner);
        return failed != 0;
}
