/* What a learner has done, when it is due again, and what of an answer was said. */
#include <stdlib.h>

#include <check.h>

#include "drill/points.h"
#include "drill/progress.h"

static tamis_drill_progress parse(const char *text) {
        tamis_drill_progress p;

        ck_assert_int_eq(tamis_drill_progress_parse(tamis_slice_of(text), &p, NULL), 0);
        return p;
}

static void prints(const tamis_drill_progress *p, const char *want) {
        tamis_buffer out = {0};

        ck_assert_int_eq(tamis_drill_progress_print(p, &out, NULL), 0);
        ck_assert_int_eq(tamis_buffer_add(&out, "", 1, NULL), 0);
        ck_assert_str_eq(out.p, want);
        tamis_buffer_done(&out);
}

START_TEST(lines_and_back) {
        static const char text[] = "# mine\nat b\n"
                                   "a started 2026-11-23 hints 2 tries 5 passed 2026-11-24 step 2 due 2026-11-27 gave-up yes told 7/9 mood good in /home/x y/a\n"
                                   "b started 2024-02-29\n";
        tamis_drill_progress p = parse(text);

        ck_assert_str_eq(p.at, "b");
        ck_assert_uint_eq(p.n, 2);
        ck_assert_str_eq(p.drills[0].folder, "/home/x y/a");
        ck_assert_int_eq(p.drills[0].due - p.drills[0].passed, 3);
        ck_assert_uint_eq(p.drills[0].told, 7);
        ck_assert(p.drills[0].gave_up && !p.drills[1].gave_up);
        ck_assert_ptr_null(tamis_drill_progress_find(&p, "c"));
        prints(&p, text);
        tamis_drill_progress_done(&p);
}
END_TEST

START_TEST(anything_can_be_read) {
        static const char *const texts[][2] = {
                { "", "" },
                { "\n\n  \n", "" },
                { "a", "a\n" },
                { "at", "at \n" },
                { "a hints x told 3 due tomorrow", "a told 3 due tomorrow\n" },
                { "a hints 99999999999\n", "a hints 999999\n" },
                { "a in", "a in \n" },
                { "a b", "a b\n" },
        };
        tamis_drill_progress p = parse(texts[_i][0]);

        prints(&p, texts[_i][1]);
        tamis_drill_progress_done(&p);
}
END_TEST

/* GNU date: date -d 2026-11-23 +%s is 20780 days. */
START_TEST(days) {
        static const struct { const char *text; long day; } known[] = {
                { "1970-01-01", 0 }, { "1970-01-02", 1 }, { "2000-02-29", 11016 }, { "2000-03-01", 11017 }, { "2026-11-23", 20780 },
                { "2100-03-01", 47541 }, { "2026-1-23", -1 }, { "2026-13-01", -1 }, { "1969-12-31", -1 }, { "x", -1 }, { "2026-11-23x", -1 },
        };
        char text[16];

        for (size_t i = 0; i < sizeof known / sizeof *known; i++)
                ck_assert_msg(tamis_drill_day(tamis_slice_of(known[i].text)) == known[i].day, "%s", known[i].text);
        for (long day = 0; day < 60000; day++) {
                tamis_drill_day_print(day, text);
                ck_assert_int_eq(tamis_drill_day(tamis_slice_of(text)), day);
        }
}
END_TEST

START_TEST(what_is_due) {
        tamis_drill_state s = { .name = "a", .unknown = "" };
        const long steps[] = { 1, 3, 7, 16, 35, 35 };
        long today = 100;

        tamis_drill_failed(&s, today);
        ck_assert(s.step == 0 && s.due == 0 && s.tries == 1);
        for (size_t i = 0; i < 6; i++) {
                tamis_drill_passed(&s, today);
                ck_assert_int_eq(s.due, today + steps[i]);
                /* once more on the same day changes nothing */
                tamis_drill_passed(&s, today);
                tamis_drill_failed(&s, today);
                ck_assert_int_eq(s.due, today + steps[i]);
                today = s.due;
        }
        tamis_drill_failed(&s, today + 5);
        ck_assert(s.step == 1 && s.due == today + 6);
        tamis_drill_passed(&s, today + 6);
        ck_assert_int_eq(s.due, today + 6 + 3);
}
END_TEST

static const struct {
        const char *answer;
        size_t made;
} answers[] = {
        { "", 0 },
        { "I would use MULTIPLE\n  imputation.", 1 },
        { "multiple-imputation", 1 },
        { "multiples imputed", 0 },
        { "multiple imputations", 1 },
        { "The p-value: rubin's rules", 2 },
        { "an up value", 0 },
        { "Modelling; p value; Rubin", 1 },
        { "mean", 1 },
        { "demeaning", 0 },
        { "means", 1 },
        { "meaning", 0 },
        { "we scale", 1 },
        { "scaling", 1 },
};

START_TEST(points_made) {
        tamis_drill_points p;
        size_t made = 99;

        ck_assert_int_eq(
                tamis_drill_points_parse(
                        tamis_slice_of("# head\n- Fill | twice | multiple imputation, Rubin's\n  rules\n\nnothing\n"
                                       "- Say it | p-value\n- No terms\n- Last | mean,, scale\n"),
                        &p, NULL),
                0);
        ck_assert_uint_eq(p.n, 4);
        ck_assert_str_eq(p.points[0].text, "Fill | twice");
        ck_assert_str_eq(p.points[0].terms, "multiple imputation, Rubin's rules");
        ck_assert_int_eq(tamis_drill_points_match(&p, tamis_slice_of(answers[_i].answer), &made, NULL), 0);
        ck_assert_msg(made == answers[_i].made, "%s: %zu", answers[_i].answer, made);
        ck_assert(!p.points[2].made);
        tamis_drill_points_done(&p);
}
END_TEST

int main(void) {
        Suite *s = suite_create("drill/practice");
        TCase *t = tcase_create("practice");
        SRunner *runner = srunner_create(s);
        int failures;

        tcase_add_test(t, lines_and_back);
        tcase_add_loop_test(t, anything_can_be_read, 0, 8);
        tcase_add_test(t, days);
        tcase_add_test(t, what_is_due);
        tcase_add_loop_test(t, points_made, 0, sizeof answers / sizeof *answers);
        suite_add_tcase(s, t);
        srunner_run_all(runner, CK_ENV);
        failures = srunner_ntests_failed(runner);
        srunner_free(runner);
        return failures != 0;
}
