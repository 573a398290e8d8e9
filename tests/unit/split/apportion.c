#include <check.h>

#include "split/apportion.h"

/* By hand: whole rows of n_i * want / n, then the largest remainders, ties to the first, within the bounds. */
static const struct {
        uint64_t counts[4], least[4], most[4];
        size_t n;
        uint64_t want, ret[4];
} cases[] = {
        /* titanic: 137.405 and 85.595 */
        { { 549, 342 },  { 1, 1 },    { 548, 341 },    2, 223, { 137, 86 } },
        { { 3, 1 },      { 0, 0 },    { 3, 1 },        2, 1,   { 1, 0 } },
        { { 2, 2 },      { 0, 0 },    { 2, 2 },        2, 1,   { 1, 0 } },
        { { 2, 2, 2 },   { 0, 0, 0 }, { 2, 2, 2 },     3, 2,   { 1, 1, 0 } },
        { { 10, 20, 70 }, { 0, 0, 0 }, { 9, 19, 69 },  3, 30,  { 3, 6, 21 } },
        /* 9.8 and .2, but the small one has to have one */
        { { 98, 2 },     { 1, 1 },    { 97, 1 },       2, 10,  { 9, 1 } },
        /* 9, .5 and .5 make 11 with the bounds: the first, which is not at its bound, gives one back */
        { { 90, 5, 5 },  { 0, 1, 1 }, { 90, 5, 5 },    3, 10,  { 8, 1, 1 } },
        /* 5, 4.6, .2 and .2: the one that is owed nothing gives back, not the one that is owed .6 */
        { { 50, 46, 2, 2 }, { 0, 0, 1, 1 }, { 50, 46, 2, 2 }, 4, 10, { 4, 4, 1, 1 } },
        /* the bounds forbid what is wanted */
        { { 10, 10 },    { 0, 0 },    { 9, 9 },        2, 20,  { 9, 9 } },
        { { 5, 5, 5 },   { 1, 1, 1 }, { 4, 4, 4 },     3, 2,   { 1, 1, 1 } },
        /* a class without rows gets none */
        { { 0, 4 },      { 0, 1 },    { 0, 3 },        2, 2,   { 0, 2 } },
        /* what one cannot take goes to the next, in more than one round */
        { { 1, 9, 1 },   { 0, 0, 0 }, { 0, 9, 0 },     3, 8,   { 0, 8, 0 } },
        /* beyond 64 bits in between: 3 : 1 of 2^40 rows */
        { { UINT64_C(3) << 40, UINT64_C(1) << 40 }, { 0, 0 }, { UINT64_C(3) << 40, UINT64_C(1) << 40 },
          2, UINT64_C(1) << 40, { UINT64_C(3) << 38, UINT64_C(1) << 38 } },
};

START_TEST(rows_go_to_classes) {
        uint64_t ret[4] = {0};
        tamis_error err;

        ck_assert_int_eq(tamis_split_apportion(cases[_i].counts, cases[_i].least, cases[_i].most, cases[_i].n,
                                               cases[_i].want, ret, &err), 0);
        for (size_t i = 0; i < cases[_i].n; i++)
                ck_assert_uint_eq(ret[i], cases[_i].ret[i]);
}
END_TEST

static const struct { double p; uint64_t n, rows; } shares[] = {
        { .25, 891, 223 }, { .2, 11, 3 }, { 0, 5, 0 }, { .5, 1, 1 }, { .25, 4, 1 }, { .001, 10, 1 },
        /* doubles make 7.000000000000001 and 28.999999999999996 of these */
        { .07, 100, 7 }, { .29, 100, 29 }, { 1. / 3, 9, 3 },
};

START_TEST(a_share_is_rounded_up) {
        ck_assert_uint_eq(tamis_split_share(shares[_i].p, shares[_i].n), shares[_i].rows);
}
END_TEST

int main(void) {
        TCase *tc = tcase_create("apportion");
        Suite *suite = suite_create("apportion");
        SRunner *runner = srunner_create(suite);
        int failed;

        tcase_set_timeout(tc, 0);
        tcase_add_loop_test(tc, rows_go_to_classes, 0, sizeof cases / sizeof *cases);
        tcase_add_loop_test(tc, a_share_is_rounded_up, 0, sizeof shares / sizeof *shares);
        suite_add_tcase(suite, tc);
        srunner_run_all(runner, CK_ENV);
        failed = srunner_ntests_failed(runner);
        srunner_free(runner);
        return failed != 0;
}
