/* Numbers of few decimals, counted place by place: what is counted and what is handed back make up what came. */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "stats/decimals.h"

enum { N = 3000, MOST = 1 << 20 };

static int by_value(const void *a, const void *b) {
        double x = *(const double *) a, y = *(const double *) b;

        return (x > y) - (x < y);
}

/* All that was counted, and then the rest. */
static size_t everything(tamis_decimals *d, double *rest, size_t left, double *out) {
        size_t n = tamis_decimals_distinct(d), to = 0;
        double *values = calloc(n + 1, sizeof *values);
        uint64_t *counts = calloc(n + 1, sizeof *counts);

        tamis_decimals_list(d, values, counts);
        for (size_t i = 0; i < n; i++) {
                ck_assert(i == 0 || values[i] > values[i - 1]);
                ck_assert(values[i] != 0 || !signbit(values[i]));
                for (uint64_t k = 0; k < counts[i]; k++)
                        out[to++] = values[i];
        }
        for (size_t i = 0; i < left; i++)
                out[to++] = rest[i];
        qsort(out, to, sizeof *out, by_value);
        free(values);
        free(counts);
        return to;
}

START_TEST(none_is_lost) {
        static double x[N], want[N], rest[N], got[2 * N];
        double scale = pow(10, _i);
        tamis_decimals d = {0};
        size_t n = 0, left, in_order;

        for (size_t i = 0; i < N; i++) {
                x[i] = (double) ((int) (i * 7919 % N) - N / 3) / scale;
                if (i % 50 == 0)
                        x[i] = i % 100 ? NAN : -0.0;
                if (x[i] == x[i])
                        want[n++] = x[i];
        }
        qsort(want, n, sizeof *want, by_value);
        /* a table made for the first ones alone; then what has no place in it, one more decimal, and what no number is near */
        tamis_decimals_try(&d, x, N / 2, MOST);
        ck_assert_ptr_nonnull(d.counts);
        left = tamis_decimals_add(&d, x, N, rest);
        ck_assert_uint_eq(left, 0);
        ck_assert_uint_eq(everything(&d, rest, left, got), n);
        for (size_t i = 0; i < n; i++)
                ck_assert(got[i] == want[i]);
        left = tamis_decimals_add(&d, (double[]) { 1e300, -1e300, 1e9, 5 / scale / 10, NAN, 1. / 3, 1 / scale }, 7,
                                  rest);
        ck_assert_uint_eq(left, 5);
        ck_assert(rest[0] == 1e300 && rest[1] == -1e300 && rest[2] == 1e9 && rest[3] == 5 / scale / 10 &&
                  rest[4] == 1. / 3);
        in_order = everything(&d, rest, left, got);
        ck_assert_uint_eq(in_order, n + 6);
        tamis_decimals_done(&d);
        ck_assert(d.tried && !d.counts);
}
END_TEST

/* More than waits at once, the widest table there is, and one number far more often than the others. */
START_TEST(many) {
        enum { MANY = 300000, PART = 512 };
        static double x[MANY], rest[PART], values[MANY + 1];
        static uint64_t counts[MANY + 1];
        static uint32_t want[20011];
        tamis_decimals d = {0};
        size_t n, present = 0;

        for (size_t i = 0; i < MANY; i++) {
                size_t k = i % 3 ? 77 : i * 7919 % 20011;

                x[i] = i % 50 == 49 ? NAN : ((double) k * 104 - 1000000) / 100;
                want[k] += x[i] == x[i];
                present += x[i] == x[i];
        }
        tamis_decimals_try(&d, x, MANY, 1 << 22);
        ck_assert_ptr_nonnull(d.counts);
        for (size_t i = 0; i < MANY; i += PART)
                ck_assert_uint_eq(tamis_decimals_add(&d, x + i, MANY - i < PART ? MANY - i : PART, rest), 0);
        ck_assert_uint_eq(d.counted, present);
        ck_assert_uint_eq(d.missed, 0);
        n = tamis_decimals_distinct(&d);
        tamis_decimals_list(&d, values, counts);
        for (size_t i = 0, k = 0; i < n; i++, k++) {
                for (; want[k] == 0; k++)
                        ;
                ck_assert(values[i] == ((double) k * 104 - 1000000) / 100);
                ck_assert_uint_eq(counts[i], want[k]);
                present -= counts[i];
        }
        ck_assert_uint_eq(present, 0);
        tamis_decimals_done(&d);
}
END_TEST

START_TEST(no_table_where_there_can_be_none) {
        static double x[N];
        tamis_decimals d = {0};

        for (size_t i = 0; i < N; i++)
                x[i] = (double) (i + 1) / 7;
        tamis_decimals_try(&d, x, N, MOST);
        ck_assert(!d.counts && d.tried);
        d = (tamis_decimals) {0};
        for (size_t i = 0; i < N; i++)
                x[i] = (double) i * 1000;
        tamis_decimals_try(&d, x, N, MOST);
        ck_assert_ptr_null(d.counts);
        d = (tamis_decimals) {0};
        for (size_t i = 0; i < N; i++)
                x[i] = i % 2 ? 1e12 : NAN;
        tamis_decimals_try(&d, x, N, MOST);
        ck_assert_ptr_null(d.counts);
        /* too few to tell: to be tried again */
        d = (tamis_decimals) {0};
        tamis_decimals_try(&d, (double[]) { 1, 2, NAN }, 3, MOST);
        ck_assert(!d.counts && !d.tried);
}
END_TEST

int main(void) {
        Suite *s = suite_create("decimals");
        TCase *c = tcase_create("decimals");
        SRunner *r;
        int failed;

        tcase_add_loop_test(c, none_is_lost, 0, 6);
        tcase_add_test(c, many);
        tcase_add_test(c, no_table_where_there_can_be_none);
        suite_add_tcase(s, c);
        r = srunner_create(s);
        srunner_run_all(r, CK_ENV);
        failed = srunner_ntests_failed(r);
        srunner_free(r);
        return failed != 0;
}
