#include <check.h>
#include <stdlib.h>
#include <unistd.h>

#include "judge/evaluate_trial.h"

static tamis_sheet sheet;
static tamis_subject subject;
static tamis_verdicts notes;

/* A table with a column y, held out by what the others say. */
static void open_table(const char *text, size_t folds) {
        char path[] = "/tmp/tamis-unit-trial-XXXXXX";
        const char *paths[] = { path };
        tamis_reader_options input = { .paths = paths, .n_paths = 1, .dialect = { .delimiter = ',', .header = true } };
        tamis_subject_options o = { .target = "y", .predicted_elsewhere = true };
        tamis_error err = {0};
        int fd = mkstemp(path);

        ck_assert_int_ge(fd, 0);
        ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t) strlen(text));
        close(fd);
        ck_assert_int_eq(tamis_sheet_open(&sheet, &input, NULL, &err), 0);
        ck_assert_int_eq(tamis_subject_want(&subject, &o, &sheet, &err), 0);
        ck_assert_msg(tamis_trial_plan_want(&sheet, folds, &err) == 0, "%s", err.message);
        ck_assert_msg(tamis_sheet_read(&sheet, &err) == 0, "%s", err.message);
        ck_assert_msg(tamis_subject_make(&subject, &o, &sheet, &notes, &err) == 0, "%s", err.message);
        unlink(path);
}

static void close_table(void) {
        tamis_subject_done(&subject);
        tamis_sheet_done(&sheet);
        tamis_verdicts_done(&notes);
}

/* 103 rows, of which each tenth has no target, each third of the others is yes */
static void made_up(char *text) {
        strcpy(text, "y,x\n");
        for (int i = 0; i < 103; i++)
                strcat(text, i % 10 == 9 ? ",1\n" : i % 3 ? "no,1\n" : "yes,1\n");
}

START_TEST(folds_are_even_in_classes) {
        char text[2000];
        tamis_trial_plan plan = {0};
        tamis_error err;
        bool moved = false;

        made_up(text);
        open_table(text, 4);
        ck_assert_uint_eq(subject.n, 93);
        ck_assert_uint_eq(notes.n_notes, 1);
        ck_assert_int_eq(tamis_trial_plan_make(&subject, &sheet, 4, 2, 5, &plan, &err), 0);
        for (size_t repeat = 0; repeat < 2; repeat++) {
                size_t rows[4] = {0}, yes[4] = {0}, unused = 0;

                for (size_t i = 0; i < 103; i++) {
                        uint16_t fold = plan.fold[repeat * 103 + i];

                        ck_assert(fold < 4 || fold == TAMIS_NEVER_USED);
                        ck_assert_int_eq(fold == TAMIS_NEVER_USED, i % 10 == 9);
                        unused += fold == TAMIS_NEVER_USED;
                        if (fold < 4) {
                                rows[fold]++;
                                yes[fold] += i % 3 == 0;
                        }
                        moved = moved || fold != plan.fold[i];
                }
                ck_assert_uint_eq(unused, 10);
                for (size_t f = 0; f < 4; f++) {
                        ck_assert(rows[f] == 23 || rows[f] == 24);
                        ck_assert(yes[f] >= 7 && yes[f] <= 9);
                }
        }
        ck_assert(moved);
        tamis_trial_plan_done(&plan);
        close_table();
}
END_TEST

START_TEST(a_column_says_it) {
        tamis_trial_plan plan = {0};
        tamis_error err;

        open_table("y,_split\na,train\nb,test\na,valid\nb,\na,test\n,test\n", 0);
        ck_assert_int_eq(tamis_trial_plan_make(&subject, &sheet, 0, 3, 5, &plan, &err), 0);
        ck_assert(plan.one_part && plan.folds == 1 && plan.repeats == 1);
        ck_assert_uint_eq(plan.fold[0], TAMIS_NEVER_TESTED);
        ck_assert_uint_eq(plan.fold[1], 0);
        ck_assert_uint_eq(plan.fold[2], TAMIS_NEVER_USED);
        ck_assert_uint_eq(plan.fold[3], TAMIS_NEVER_USED);
        ck_assert_uint_eq(plan.fold[4], 0);
        ck_assert_uint_eq(plan.fold[5], TAMIS_NEVER_USED);
        tamis_trial_plan_done(&plan);
        close_table();

        /* folds come before a part of one of them; a row of none is trained on alone */
        open_table("y,_split,_fold\na,train,1\nb,test,2\na,train,\nb,test,2\n", 0);
        ck_assert_int_eq(tamis_trial_plan_make(&subject, &sheet, 0, 1, 5, &plan, &err), 0);
        ck_assert(!plan.one_part && plan.folds == 2);
        ck_assert_uint_eq(plan.fold[0], 0);
        ck_assert_uint_eq(plan.fold[1], 1);
        ck_assert_uint_eq(plan.fold[2], TAMIS_NEVER_TESTED);
        tamis_trial_plan_done(&plan);
        close_table();
}
END_TEST

START_TEST(folds_go_by_their_number) {
        tamis_trial_plan plan = {0};
        tamis_error err;

        open_table("y,_fold\na,10\nb,2\na,1\nb,2\n", 0);
        ck_assert_int_eq(tamis_trial_plan_make(&subject, &sheet, 0, 1, 5, &plan, &err), 0);
        ck_assert_uint_eq(plan.fold[0], 2);
        ck_assert_uint_eq(plan.fold[1], 1);
        ck_assert_uint_eq(plan.fold[2], 0);
        tamis_trial_plan_done(&plan);
        close_table();
}
END_TEST

START_TEST(nothing_to_hold_out) {
        tamis_trial_plan plan = {0};
        tamis_error err;

        open_table("y,_split\na,train\nb,train\n", 0);
        ck_assert_int_eq(tamis_trial_plan_make(&subject, &sheet, 0, 1, 5, &plan, &err), TAMIS_BAD_DATA);
        ck_assert_int_eq(tamis_trial_plan_make(&subject, &sheet, 3, 1, 5, &plan, &err), TAMIS_BAD_DATA);
        ck_assert_ptr_null(plan.fold);
        close_table();
}
END_TEST

/* What the target looks like, and which class is the positive one. */
START_TEST(classes_or_numbers) {
        open_table("y\n1\n0\n1\n", 2);
        ck_assert(!subject.numbers && subject.k == 2);
        ck_assert_uint_eq(subject.actual[0], 1);
        close_table();
        open_table("y\n1.5\n0\n1\n", 2);
        ck_assert(subject.numbers);
        ck_assert_double_eq(subject.y[0], 1.5);
        close_table();
        open_table("y\n1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n16\n17\n18\n19\n20\n", 2);
        ck_assert(!subject.numbers && subject.k == 20);
        close_table();
        open_table("y\n1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n16\n17\n18\n19\n20\n21\n", 2);
        ck_assert(subject.numbers);
        close_table();
}
END_TEST

/* Numbers and levels side by side; levels by text, whatever row came first. */
START_TEST(a_sheet_knows_its_cells) {
        const tamis_sheet_column *y;

        open_table("y,x\nb,1\n,2\na,3\nb,4\n", 2);
        y = &sheet.columns[0];
        ck_assert(!y->numeric && y->n_levels == 2 && y->missing == 1 && y->present == 3);
        ck_assert_uint_eq(y->codes[0], 1);
        ck_assert_uint_eq(y->codes[1], TAMIS_NO_LEVEL);
        ck_assert_uint_eq(y->codes[2], 0);
        ck_assert_uint_eq(tamis_sheet_level(y, tamis_slice_of("b")), 1);
        ck_assert_uint_eq(tamis_sheet_level(y, tamis_slice_of("c")), TAMIS_NO_LEVEL);
        ck_assert_ptr_null(sheet.columns[1].codes);
        close_table();
}
END_TEST

int main(void) {
        Suite *s = suite_create("trial");
        TCase *t = tcase_create("trial");
        SRunner *r;
        int failed;

        tcase_add_test(t, folds_are_even_in_classes);
        tcase_add_test(t, a_column_says_it);
        tcase_add_test(t, folds_go_by_their_number);
        tcase_add_test(t, nothing_to_hold_out);
        tcase_add_test(t, classes_or_numbers);
        tcase_add_test(t, a_sheet_knows_its_cells);
        suite_add_tcase(s, t);
        r = srunner_create(s);
        srunner_run_all(r, CK_ENV);
        failed = srunner_ntests_failed(r);
        srunner_free(r);
        return failed != 0;
}
