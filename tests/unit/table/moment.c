#include <check.h>

#include "table/moment.h"

/* Seconds as `date -u +%s` has them. */
static const struct { const char *text; double want; } times[] = {
        { "1970-01-01", 0 },
        { "1970", 0 },
        { "1970-02", 31 * 86400. },
        { "1969-12-31T23:59:59Z", -1 },
        { "2000-03-01", 951868800 },
        { "2024-02-29", 1709164800 },
        { "2024-05-17T08:30:00Z", 1715934600 },
        { "2024-05-17T08:30", 1715934600 },
        { " 2024-05-17 08:30:00 ", 1715934600 },
        { "2024-05-17T08:30:00.25Z", 1715934600.25 },
        { "2024-05-17T08:30:00+02:00", 1715927400 },
        { "2024-05-17 08:30:00 -0530", 1715954400 },
        { "0001-01-01", -62135596800 },
};

START_TEST(dates_are_points_in_time) {
        double v = 0;

        ck_assert(tamis_moment_parse(tamis_slice_of(times[_i].text), &v));
        ck_assert_double_eq(v, times[_i].want);
}
END_TEST

static const char *const others[] = {
        "", " ", "17/05/2024", "2024-5-17", "2024-13-01", "2024-00-01", "2024-04-31", "1900-02-29", "2023-02-29",
        "2024-05-", "2024-05-17T", "2024-05-17T8:30", "2024-05-17T08", "2024-05-17T08:60", "2024-05-17T08:30:00.",
        "2024-05-17T08:30+2", "2024-05-17T08:30Q", "2024-05-17x", "24-05-17", "May 17, 2024", "20240517", "0000-01-01",
};

START_TEST(what_sorts_otherwise_is_no_date) {
        double v;

        ck_assert(!tamis_moment_parse(tamis_slice_of(others[_i]), &v));
}
END_TEST

int main(void) {
        TCase *tc = tcase_create("moment");
        Suite *suite = suite_create("moment");
        SRunner *runner = srunner_create(suite);
        int failed;

        tcase_set_timeout(tc, 0);
        tcase_add_loop_test(tc, dates_are_points_in_time, 0, sizeof times / sizeof *times);
        tcase_add_loop_test(tc, what_sorts_otherwise_is_no_date, 0, sizeof others / sizeof *others);
        suite_add_tcase(suite, tc);
        srunner_run_all(runner, CK_ENV);
        failed = srunner_ntests_failed(runner);
        srunner_free(runner);
        return failed != 0;
}
