/* How sure figures are: the bootstrap, paired tests, the worst segment. */
#include <check.h>
#include <math.h>

#include "judge/bootstrap.h"
#include "judge/paired.h"
#include "judge/segments.h"

/* -- the bootstrap --------------------------------------------------------------------------------------------------- */

enum { N = 100 };

/* The share of the first thirty rows; what all weigh; and one that is seldom defined. */
static void share(const void *arg, const double *weight, double *work, double *figures) {
        work[0] = work[1] = 0;
        for (size_t i = 0; i < N; i++) {
                work[0] += i < 30 ? weight[i] : 0;
                work[1] += weight[i];
        }
        figures[0] = work[0] / work[1];
        figures[1] = work[1];
        figures[2] = work[0] > .3 * work[1] ? work[0] : NAN;
}

static void strap(unsigned threads, double conf, const double *weight, double *low, double *high) {
        tamis_bootstrap b = { .rows = N,
                              .figures = 3,
                              .times = 4000,
                              .conf = conf,
                              .seed = 7,
                              .weight = weight,
                              .work = 2,
                              .of = share };
        tamis_pool *pool = NULL;
        tamis_error err = {0};

        if (threads > 0)
                ck_assert_int_eq(tamis_pool_new(threads, &pool, &err), 0);
        ck_assert_int_eq(tamis_bootstrap_run(&b, pool, low, high, &err), 0);
        tamis_pool_free(pool);
}

/* The share of a resample is binomial: its 2.5 % and 97.5 % points, of 100 draws of .3, are 21 and 39; the 10 % and 90 % points
 * 24 and 36. */
START_TEST(resamples_are_binomial) {
        double weight[N], low[3], high[3];

        for (size_t i = 0; i < N; i++)
                weight[i] = 2;
        strap(0, .95, weight, low, high);
        ck_assert_double_eq_tol(low[0], .21, .01);
        ck_assert_double_eq_tol(high[0], .39, .01);
        ck_assert(low[1] == 2 * N && high[1] == 2 * N);
        ck_assert(isnan(low[2]) && isnan(high[2]));
        strap(0, .8, weight, low, high);
        ck_assert_double_eq_tol(low[0], .24, .01);
        ck_assert_double_eq_tol(high[0], .36, .01);
}
END_TEST

START_TEST(any_number_of_threads) {
        double weight[N], low[3][3], high[3][3];

        for (size_t i = 0; i < N; i++)
                weight[i] = 1 / (double) (i + 1);
        for (unsigned t = 0; t < 3; t++)
                strap(t, .95, weight, low[t], high[t]);
        for (size_t t = 1; t < 3; t++)
                ck_assert(low[t][0] == low[0][0] && high[t][0] == high[0][0]);
        ck_assert(low[0][0] < high[0][0]);
}
END_TEST

/* -- paired tests: wanted by SciPy's distributions ------------------------------------------------------------------- */

static const double ten[] = { .02, .01, .03, -.01, .02, .04, 0, .01, .02, .03 };

START_TEST(corrected_t) {
        tamis_paired r = tamis_paired_t(ten, 10, 90, 10);

        ck_assert_double_eq_tol(r.difference, .017, 1e-15);
        ck_assert_double_eq_tol(r.statistic, 2.47580594604713, 1e-12);
        ck_assert_double_eq_tol(r.p, .035233052530102026, 1e-12);
        ck_assert(r.df == 9);
        r = tamis_paired_t((double[]) { .5, .5 }, 2, 1, 1);
        ck_assert(r.p == 0 && isnan(r.statistic));
        r = tamis_paired_t((double[]) { 0, 0 }, 2, 1, 1);
        ck_assert(r.p == 1);
        ck_assert(isnan(tamis_paired_t(ten, 1, 1, 1).p));
}
END_TEST

START_TEST(five_times_two) {
        tamis_paired r = tamis_paired_5x2(ten);

        ck_assert_double_eq_tol(r.statistic, 2.1304347826086962, 1e-12);
        ck_assert_double_eq_tol(r.p, .20894229677615092, 1e-12);
        ck_assert_double_eq_tol(r.difference, .017, 1e-15);
        ck_assert(tamis_paired_5x2((double[10]) {0}).p == 1);
}
END_TEST

START_TEST(mcnemar_is_a_sign_test) {
        static const struct { uint64_t a, b; double p; } cases[] = {
                { 3, 11, .057373046875 }, { 11, 3, .057373046875 }, { 0, 5, .0625 }, { 7, 7, 1 }, { 1, 0, 1 },
                { 400, 500, .0009564441369189373 }, { 0, 0, 1 },
        };

        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
                ck_assert_double_eq_tol(tamis_paired_mcnemar(cases[i].a, cases[i].b).p, cases[i].p, 1e-12);
        ck_assert_double_eq(tamis_paired_mcnemar(11, 3).difference, 8. / 14);
}
END_TEST

/* -- segments -------------------------------------------------------------------------------------------------------- */

/* Eighty rows right, twenty wrong. Column 0: level 0 has 3 rows, all wrong; level 1 has 40, 14 of them wrong; level 2 the rest.
 * Column 1 tells nothing apart. */
START_TEST(small_segments_do_not_win) {
        uint32_t first[N], second[N] = {0};
        double loss[N] = {0};
        size_t levels[] = { 3, 1 };
        const uint32_t *level[] = { first, second };
        tamis_segments s = {
                .n = N, .loss = loss, .columns = 2, .level = level, .levels = levels, .least = 1, .prior = 20
        };
        tamis_error err = {0};
        tamis_segment worst;

        for (size_t i = 0; i < N; i++) {
                first[i] = i < 3 ? 0 : i < 43 ? 1 : 2;
                loss[i] = i < 17 || i >= 97;
        }
        ck_assert_int_eq(tamis_segments_worst(&s, &worst, &err), 0);
        /* (3 + 20 * .2) / 23 = .304 against (14 + 4) / 60 = .3 */
        ck_assert(worst.column == 0 && worst.level == 0);
        ck_assert_double_eq_tol(worst.shrunk, 7. / 23, 1e-15);
        s.prior = 25;   /* 8 / 28 = .286 against 19 / 65 = .292 */
        ck_assert_int_eq(tamis_segments_worst(&s, &worst, &err), 0);
        ck_assert(worst.column == 0 && worst.level == 1 && worst.rows == 40);
        ck_assert_double_eq_tol(worst.loss, .35, 1e-15);
        s.prior = 0;
        s.least = 4;
        ck_assert_int_eq(tamis_segments_worst(&s, &worst, &err), 0);
        ck_assert(worst.level == 1);
        s.least = 101;
        ck_assert_int_eq(tamis_segments_worst(&s, &worst, &err), 0);
        ck_assert(worst.column == SIZE_MAX);
}
END_TEST

START_TEST(quarters) {
        static const double x[] = { 5, NAN, 1, 2, 3, 4 };
        static const uint32_t want[] = { 3, TAMIS_NO_SEGMENT, 0, 0, 1, 2 };
        double quartiles[3];
        tamis_error err = {0};
        uint32_t level[6];

        ck_assert_int_eq(tamis_segments_quarters(x, 6, level, quartiles, &err), 0);
        ck_assert(quartiles[0] == 2 && quartiles[1] == 3 && quartiles[2] == 4);
        for (size_t i = 0; i < 6; i++)
                ck_assert_uint_eq(level[i], want[i]);
}
END_TEST

int main(void) {
        Suite *s = suite_create("doubt");
        TCase *t = tcase_create("doubt");
        SRunner *r;
        int failed;

        tcase_add_test(t, resamples_are_binomial);
        tcase_add_test(t, any_number_of_threads);
        tcase_add_test(t, corrected_t);
        tcase_add_test(t, five_times_two);
        tcase_add_test(t, mcnemar_is_a_sign_test);
        tcase_add_test(t, small_segments_do_not_win);
        tcase_add_test(t, quarters);
        suite_add_tcase(s, t);
        r = srunner_create(s);
        srunner_run_all(r, CK_ENV);
        failed = srunner_ntests_failed(r);
        srunner_free(r);
        return failed != 0;
}
