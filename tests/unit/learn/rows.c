#include <check.h>
#include <math.h>

#include "learn/state.h"

static const struct { double x; const char *level, *label; double y; } table[] = {
        { 3, "b", "no", 0 }, { 1, "c", "yes", 1 }, { 2, "a", "no", 0 }, { 1, "b", "yes", 1 }, { 5, "a", "yes", 1 }, { 0, "c", "no", 0 },
};
enum { N = sizeof table / sizeof *table };

/* Rows first .. last - 1 of the table, in the order of `order`. */
static void fill(tamis_lesson *t, const size_t *order, size_t first, size_t last) {
        tamis_error err;

        ck_assert_int_eq(tamis_lesson_start(t, 2, false, true, &err), 0);
        ck_assert_int_eq(tamis_lesson_reserve(t, N, &err), 0);
        for (size_t i = first; i < last; i++) {
                size_t row = order[i], code;

                t->cells[t->n * 2] = table[row].x;
                ck_assert_int_eq(tamis_dict_add(&t->levels[1], tamis_slice_of(table[row].level), 1, &code, &err), 0);
                t->cells[t->n * 2 + 1] = (double) code;
                ck_assert_int_eq(tamis_dict_add(&t->labels, tamis_slice_of(table[row].label), 1, &code, &err), 0);
                t->label[t->n] = (uint32_t) code;
                t->y[t->n++] = table[row].y;
        }
}

/* by label, y, x, level: no 0 c, no 2 a, no 3 b, yes 1 b, yes 1 c, yes 5 a */
static const double settled[N * 2] = { 0, 2, 2, 0, 3, 1, 1, 1, 1, 2, 5, 0 };
static const size_t orders[][N] = { { 0, 1, 2, 3, 4, 5 }, { 5, 4, 3, 2, 1, 0 }, { 2, 5, 1, 0, 4, 3 } };

START_TEST(order_and_cut_do_not_matter) {
        tamis_lesson whole = {0}, parts[2] = { {0}, {0} };
        tamis_error err;

        fill(&parts[0], orders[_i], 0, 2);
        fill(&parts[1], orders[_i], 2, N);
        ck_assert_int_eq(tamis_lesson_start(&whole, 2, false, true, &err), 0);
        for (size_t i = 0; i < 2; i++)
                ck_assert_int_eq(tamis_lesson_merge(&whole, &parts[i], &err), 0);
        ck_assert_int_eq(tamis_lesson_settle(&whole, &err), 0);
        ck_assert_uint_eq(whole.n, N);
        for (size_t i = 0; i < N * 2; i++)
                ck_assert_double_eq(whole.cells[i], settled[i]);
        for (size_t i = 0; i < N; i++) {
                ck_assert_uint_eq(whole.label[i], i >= 3);
                ck_assert_double_eq(whole.y[i], i >= 3);
        }
        ck_assert_str_eq(whole.levels[1].entries[2].text.p, "c");
        tamis_lesson_done(&whole);
        tamis_lesson_done(&parts[0]);
        tamis_lesson_done(&parts[1]);
}
END_TEST

/* A missing cell stays one, and is last among equals. */
START_TEST(holes_stay) {
        tamis_lesson t = {0};
        tamis_error err;

        fill(&t, orders[0], 0, N);
        t.cells[0] = NAN;
        ck_assert_int_eq(tamis_lesson_settle(&t, &err), 0);
        ck_assert_double_eq(t.cells[0], 0);
        ck_assert_double_eq(t.cells[2], 2);
        ck_assert(isnan(t.cells[4]));
        ck_assert_double_eq(t.cells[5], 1);
        tamis_lesson_done(&t);
}
END_TEST

int main(void) {
        Suite *s = suite_create("rows");
        TCase *t = tcase_create("rows");
        SRunner *r;
        int failed;

        tcase_add_loop_test(t, order_and_cut_do_not_matter, 0, sizeof orders / sizeof *orders);
        tcase_add_test(t, holes_stay);
        suite_add_tcase(s, t);
        r = srunner_create(s);
        srunner_run_all(r, CK_ENV);
        failed = srunner_ntests_failed(r);
        srunner_free(r);
        return failed != 0;
}
