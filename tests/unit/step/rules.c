#include "../table/helper.h"

#include "step/rules.h"

/* (rules, the value for each of Age, Fare, "Home, dest", Sex; "-" for none): by hand from rules.h */
static const struct { const char *text, *want; } cases[] = {
        { "median", "median median median median" },
        { "*=median", "median median median median" },
        { "Age=mean", "mean - - -" },
        { "Age=mean,mode", "mean mode mode mode" },
        { "*=mode,Age=mean", "mean mode mode mode" },
        { "Age=mean,A*=median,*=mode", "mean mode mode mode" },
        { "A*=median,Age=mean", "median - - -" },
        { "\"Home, dest\"=mode,1:2=mean", "mean mean mode -" },
        { "@numeric=mean,*=mode", "mean mean mode mode" },
        { "@missing=mean,*=mode", "mode mode mode mode" },
        { "/e$/=x=y", "x=y x=y - -" },
        { "Age=", " - - -" },
};

static void begin(struct table *t, tamis_selection *s) {
        table_begin(t, "Age,Fare,\"Home, dest\",Sex,y\n", "1,2,x,m,0\n");
        for (size_t i = 0; i < t->schema.n; i++)
                t->schema.fields[i].type = i < 2 ? TAMIS_TYPE_NUMERIC : TAMIS_TYPE_CATEGORICAL;
        ck_assert_int_eq(tamis_select(&t->schema, "1:4", s, &t->err), 0);
}

START_TEST(the_first_item_that_matches_decides) {
        struct table t;
        tamis_selection s = {0};
        tamis_rules rules = {0};
        long which[4];
        char got[256] = "";

        begin(&t, &s);
        assert_ok(tamis_rules_parse(cases[_i].text, "--strategy", &rules, &t.err));
        assert_ok(tamis_rules_resolve(&rules, &t.schema, &s, which, &t.err));
        for (size_t i = 0; i < 4; i++)
                snprintf(got + strlen(got), sizeof got - strlen(got), "%s%s", i ? " " : "",
                         which[i] < 0 ? "-" : rules.rules[which[i]].value);
        ck_assert_str_eq(got, cases[_i].want);
        tamis_rules_done(&rules);
        tamis_rules_done(&rules);
        tamis_selection_done(&s);
        table_done(&t);
}
END_TEST

static const struct { const char *text, *says; } faults[] = {
        { "mean,mode", "both \"mean\" and \"mode\" are for all other columns" },
        { "*=mean,mode", "both" },
        { "Agee=mean", "near: \"Age\"" },
        { "y=mean", "\"y\" is not among the columns" },
        { "q*=mean", "q*" },
};

START_TEST(what_matches_nothing_is_said) {
        struct table t;
        tamis_selection s = {0};
        tamis_rules rules = {0};
        long which[4];
        int r;

        begin(&t, &s);
        r = tamis_rules_parse(faults[_i].text, "--strategy", &rules, &t.err);
        if (r == 0)
                r = tamis_rules_resolve(&rules, &t.schema, &s, which, &t.err);
        ck_assert_int_eq(r, TAMIS_USAGE);
        ck_assert_msg(strstr(t.err.message, faults[_i].says) != NULL, "%s", t.err.message);
        tamis_rules_done(&rules);
        tamis_selection_done(&s);
        table_done(&t);
}
END_TEST

int main(void) {
        Suite *s = suite_create("rules");
        TCase *t = tcase_create("rules");
        SRunner *runner;
        int failed;

        tcase_add_loop_test(t, the_first_item_that_matches_decides, 0, sizeof cases / sizeof *cases);
        tcase_add_loop_test(t, what_matches_nothing_is_said, 0, sizeof faults / sizeof *faults);
        suite_add_tcase(s, t);
        runner = srunner_create(s);
        srunner_run_all(runner, CK_ENV);
        failed = srunner_ntests_failed(runner);
        srunner_free(runner);
        return failed != 0;
}
