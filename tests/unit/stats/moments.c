#include <check.h>
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <tamis/stats.h>

/* Expected: in Python, with fractions.Fraction(x) for each x, mean and variances from their definitions, and float() of
 * the fraction, which CPython rounds correctly; roots by math.isqrt of the fraction times 4^k, k so large that the root
 * has 300 bits, with one more bit set where it is not exact. */
static const struct {
        size_t n;
        double x[10], sum, mean, variance_0, variance_1, sd_0, sd_1;
} cases[] = {
        /* plain */
        { 1, { 3 },
          3, 3, 0, NAN,
          0, NAN },
        { 4, { 1, 2, 3, 4 },
          10, 0x1.4p+1, 0x1.4p+0, 0x1.aaaaaaaaaaaabp+0,
          0x1.1e3779b97f4a8p+0, 0x1.4a7e9cb8a3491p+0 },
        { 2, { -1.5, -2.5 },
          -4, -2, 0x1p-2, 0x1p-1,
          0x1p-1, 0x1.6a09e667f3bcdp-1 },
        { 4, { NAN, 1, NAN, 4 },
          5, 0x1.4p+1, 0x1.2p+1, 0x1.2p+2,
          0x1.8p+0, 0x1.0f876ccdf6cd9p+1 },
        { 2, { -0., -0. },
          0, 0, 0, 0,
          0, 0 },
        { 5, { 7.25, 7.25, 7.25, 7.25, 7.25 },
          0x1.22p+5, 0x1.dp+2, 0, 0,
          0, 0 },
        /* one rounding: the mean is not the rounded sum over n */
        { 3, { 0.9424502837770503, 0.7398985747399307, 0.922324996665417 },
          0x1.4d65f3f06098p+1, 0x1.bc87efeb2b756p-1, 0x1.1004474290b1ep-7, 0x1.98066ae3d90adp-7,
          0x1.7531402fdeb4p-4, 0x1.c910c2030b642p-4 },
        { 10, { 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1 },
          1, 0x1.999999999999ap-4, 0, 0,
          0, 0 },
        { 3, { 0.1, 0.2, 0.3 },
          0x1.3333333333333p-1, 0x1.999999999999ap-3, 0x1.b4e81b4e81b4dp-8, 0x1.47ae147ae147ap-7,
          0x1.4e6fdf33cf031p-4, 0x1.9999999999999p-4 },
        { 3, { 0.3333333333333333, 0.3333333333333333, 0.3333333333333333 },
          1, 0x1.5555555555555p-2, 0, 0,
          0, 0 },
        /* ties go to even, and a trifle more breaks them */
        { 2, { 1, 1.1102230246251565e-16 },
          1, 0x1p-1, 0x1.ffffffffffffep-3, 0x1.ffffffffffffep-2,
          0x1.fffffffffffffp-2, 0x1.6a09e667f3bccp-1 },
        { 3, { 1, 1.1102230246251565e-16, 1.232595164407831e-32 },
          0x1.0000000000001p+0, 0x1.5555555555556p-2, 0x1.c71c71c71c71cp-3, 0x1.5555555555555p-2,
          0x1.e2b7dddfefa66p-2, 0x1.279a74590331cp-1 },
        { 2, { 1.0000000000000002, 1.1102230246251565e-16 },
          0x1.0000000000002p+0, 0x1.0000000000002p-1, 0x1.0000000000001p-2, 0x1.0000000000001p-1,
          0x1p-1, 0x1.6a09e667f3bcdp-1 },
        { 2, { -1, -1.1102230246251565e-16 },
          -1, -0x1p-1, 0x1.ffffffffffffep-3, 0x1.ffffffffffffep-2,
          0x1.fffffffffffffp-2, 0x1.6a09e667f3bccp-1 },
        { 2, { 1, -5.551115123125783e-17 },
          1, 0x1p-1, 0x1.0000000000001p-2, 0x1.0000000000001p-1,
          0x1p-1, 0x1.6a09e667f3bcdp-1 },
        { 3, { 1, 1.1102230246251565e-16, -5e-324 },
          1, 0x1.5555555555556p-2, 0x1.c71c71c71c71cp-3, 0x1.5555555555555p-2,
          0x1.e2b7dddfefa66p-2, 0x1.279a74590331cp-1 },
        /* the root, to 64 bits, seems to lie half-way between two doubles */
        { 3, { 0, 1, 3377 },
          3378, 1126, 0x1.3543e55555555p+21, 0x1.cfe5d8p+21,
          0x1.8deca27a19495p+10, 0x1.e75b167ef2cc5p+10 },
        { 4, { 0, 0, 1, 4322 },
          4323, 0x1.0e3p+10, 0x1.ab7a658p+21, 0x1.1cfc43aaaaaabp+22,
          0x1.d3d58aedc73e5p+10, 0x1.0e1aab1680d51p+11 },
        /* what cancels */
        { 3, { 1e+308, 1, -1e+308 },
          1, 0x1.5555555555555p-2, INFINITY, INFINITY,
          0x1.d1178624fcf1fp+1022, 0x1.1ccf385ebc8ap+1023 },
        { 4, { 1e+16, 1, -1e+16, 1e-16 },
          1, 0x1p-2, 0x1.3b8b5b5056e17p+105, 0x1.a4b9cf15c92c9p+105,
          0x1.91f19451be383p+52, 0x1.d01fe3eaa494cp+52 },
        { 5, { 1e+300, -1, 1e-300, -1e+300, 1 },
          0x1.56e1fc2f8f359p-997, 0x1.124e63593f5e1p-999, INFINITY, INFINITY,
          0x1.e387ec290d92dp+995, 0x1.0e4d50f99b211p+996 },
        /* a large offset */
        { 4, { 1000000000, 1000000000.000001, 1000000000.0000005, 999999999.9999998 },
          0x1.dcd6500000002p+31, 0x1.dcd6500000002p+29, 0x1.d8p-43, 0x1.3aaaaaaaaaaabp-42,
          0x1.eb97e455b9edbp-22, 0x1.1bd25074f31d3p-21 },
        { 3, { 1000000000.1, 1000000000.2, 1000000000.3 },
          0x1.65a0bc0133333p+31, 0x1.dcd650019999ap+29, 0x1.b4e806d3a0e39p-8, 0x1.47ae051eb8aabp-7,
          0x1.4e6fd75d2fddbp-4, 0x1.99999000001abp-4 },
        { 3, { 9007199254740992, 9007199254740991, 9007199254740992 },
          0x1.8p+54, 0x1p+53, 0x1.c71c71c71c71cp-3, 0x1.5555555555555p-2,
          0x1.e2b7dddfefa66p-2, 0x1.279a74590331cp-1 },
        { 2, { 1000000000000000.1, 1000000000000000 },
          0x1.c6bf52634p+50, 0x1.c6bf52634p+49, 0x1p-8, 0x1p-7,
          0x1p-4, 0x1.6a09e667f3bcdp-4 },
        /* sum, square or variance beyond the largest double */
        { 2, { 1e+308, 1e+308 },
          INFINITY, 0x1.1ccf385ebc8ap+1023, 0, 0,
          0, 0 },
        { 3, { DBL_MAX, DBL_MAX, DBL_MAX },
          INFINITY, 0x1.fffffffffffffp+1023, 0, 0,
          0, 0 },
        { 2, { DBL_MAX, -DBL_MAX },
          0, 0, INFINITY, INFINITY,
          0x1.fffffffffffffp+1023, INFINITY },
        { 3, { DBL_MAX, 0, 1 },
          0x1.fffffffffffffp+1023, 0x1.5555555555555p+1022, INFINITY, INFINITY,
          0x1.e2b7dddfefa65p+1022, 0x1.279a74590331cp+1023 },
        { 2, { DBL_MAX, 4.9896007738368e+291 },
          0x1.fffffffffffffp+1023, 0x1.fffffffffffffp+1022, INFINITY, INFINITY,
          0x1.fffffffffffffp+1022, 0x1.6a09e667f3bccp+1023 },
        { 2, { DBL_MAX, 9.9792015476736e+291 },
          INFINITY, 0x1p+1023, INFINITY, INFINITY,
          0x1.ffffffffffffep+1022, 0x1.6a09e667f3bccp+1023 },
        { 2, { -DBL_MAX, -9.9792015476736e+291 },
          -INFINITY, -0x1p+1023, INFINITY, INFINITY,
          0x1.ffffffffffffep+1022, 0x1.6a09e667f3bccp+1023 },
        { 3, { 1e+200, 3e+200, -1e+200 },
          0x1.f5aa543c31387p+665, 0x1.4e718d7d7625ap+664, INFINITY, INFINITY,
          0x1.1112706525c9fp+665, 0x1.4e718d7d7625ap+665 },
        /* below the smallest */
        { 1, { 5e-324 },
          0x0.0000000000001p-1022, 0x0.0000000000001p-1022, 0, NAN,
          0, NAN },
        { 2, { 5e-324, 0 },
          0x0.0000000000001p-1022, 0, 0, 0,
          0, 0x0.0000000000001p-1022 },
        { 2, { 1.5e-323, 0 },
          0x0.0000000000003p-1022, 0x0.0000000000002p-1022, 0, 0,
          0x0.0000000000002p-1022, 0x0.0000000000002p-1022 },
        { 3, { 5e-324, 5e-324, 0 },
          0x0.0000000000002p-1022, 0x0.0000000000001p-1022, 0, 0,
          0, 0x0.0000000000001p-1022 },
        { 3, { -5e-324, 0, 0 },
          -0x0.0000000000001p-1022, -0., 0, 0,
          0, 0x0.0000000000001p-1022 },
        { 4, { 5e-324, 1e-323, 1.5e-323, -2.5e-323 },
          0x0.0000000000001p-1022, 0, 0, 0,
          0x0.0000000000003p-1022, 0x0.0000000000004p-1022 },
        { 2, { 1e-200, 3e-200 },
          0x1.87e92154ef7acp-663, 0x1.87e92154ef7acp-664, 0, 0,
          0x1.87e92154ef7acp-665, 0x1.151f68876f41p-664 },
        { 3, { 1e-160, 3e-160, 4e-160 },
          0x1.67e9c127b6e74p-529, 0x1.dfe256df9e89bp-531, 0x0.0000000000c4cp-1022, 0x0.0000000001273p-1022,
          0x1.c0e3f84cedadfp-532, 0x1.12e35f55c6ea6p-531 },
        { 2, { 2.2250738585072014e-308, 2.225073858507201e-308 },
          0x1.fffffffffffffp-1022, 0x1p-1022, 0, 0,
          0, 0x0.0000000000001p-1022 },
        { 3, { 1e-320, -3e-310, 2e-308 },
          0x0.e2a734de1270bp-1022, 0x0.4b8d119f5b7aep-1022, 0, 0,
          0x0.6d4b874436acbp-1022, 0x0.85dbc8ad36381p-1022 },
        /* all at once */
        { 7, { DBL_MAX, 5e-324, -1, 1e-160, 1e+160, -DBL_MAX, 3 },
          0x1.6c2d4256ffcc3p+531, 0x1.a033b987ffc4dp+528, INFINITY, INFINITY,
          0x1.11acee5602429p+1023, 0x1.279a74590331cp+1023 },
        { 4, { 1, 1e-300, -1, 1e+300 },
          0x1.7e43c8800759cp+996, 0x1.7e43c8800759cp+994, INFINITY, INFINITY,
          0x1.4b0d0eea55018p+995, 0x1.7e43c8800759cp+995 },
};

static uint64_t bits_of(double x) {
        uint64_t bits;

        memcpy(&bits, &x, sizeof bits);
        return isnan(x) ? UINT64_MAX : bits;
}

static void same_bits(double got, double want, const char *what, int i) {
        ck_assert_msg(bits_of(got) == bits_of(want), "%s of case %d: %a, not %a", what, i, got, want);
}

START_TEST(rounded_once) {
        tamis_moments m = {0};

        ck_assert_int_eq(tamis_moments_add(&m, cases[_i].x, cases[_i].n, NULL), 0);
        same_bits(tamis_moments_sum(&m), cases[_i].sum, "sum", _i);
        same_bits(tamis_moments_mean(&m), cases[_i].mean, "mean", _i);
        same_bits(tamis_moments_variance(&m, 0), cases[_i].variance_0, "variance, ddof 0,", _i);
        same_bits(tamis_moments_variance(&m, 1), cases[_i].variance_1, "variance, ddof 1,", _i);
        same_bits(tamis_moments_sd(&m, 0), cases[_i].sd_0, "sd, ddof 0,", _i);
        same_bits(tamis_moments_sd(&m, 1), cases[_i].sd_1, "sd, ddof 1,", _i);
        tamis_moments_done(&m);
}
END_TEST

START_TEST(nothing_has_no_mean) {
        static const double nan[3] = { NAN, NAN, -NAN };
        tamis_moments m = {0}, none = {0};

        for (int round = 0; round < 3; round++) {
                ck_assert_uint_eq(m.n, 0);
                ck_assert(bits_of(tamis_moments_sum(&m)) == 0);
                ck_assert(isnan(tamis_moments_mean(&m)));
                ck_assert(isnan(tamis_moments_variance(&m, 0)));
                ck_assert(isnan(tamis_moments_sd(&m, 0)));
                if (round == 0)
                        ck_assert_int_eq(tamis_moments_merge(&m, &none, NULL), 0);
                if (round == 1)
                        ck_assert_int_eq(tamis_moments_add(&m, nan, 3, NULL), 0);
        }
        tamis_moments_done(&m);
        tamis_moments_done(&m);
        tamis_moments_done(NULL);
}
END_TEST

START_TEST(too_few_for_ddof) {
        static const double x[3] = { 1, 2, 4 };
        tamis_moments m = {0};

        ck_assert_int_eq(tamis_moments_add(&m, x, 3, NULL), 0);
        ck_assert(isnan(tamis_moments_variance(&m, 3)));
        ck_assert(isnan(tamis_moments_sd(&m, 4)));
        ck_assert_double_eq(tamis_moments_variance(&m, 2), 14. / 3);
        tamis_moments_done(&m);
}
END_TEST

START_TEST(count_and_extremes) {
        static const double x[6] = { NAN, 3, -0., NAN, 0, 1e300 }, y[2] = { -7, 5 };
        tamis_moments m = {0}, other = {0};

        ck_assert_int_eq(tamis_moments_add(&m, x, 6, NULL), 0);
        ck_assert_uint_eq(m.n, 4);
        ck_assert(bits_of(m.min) == 0);
        ck_assert_double_eq(m.max, 1e300);
        ck_assert_int_eq(tamis_moments_add(&other, y, 2, NULL), 0);
        ck_assert_double_eq(other.min, -7);
        ck_assert_double_eq(other.max, 5);
        ck_assert_int_eq(tamis_moments_merge(&m, &other, NULL), 0);
        ck_assert_uint_eq(m.n, 6);
        ck_assert_double_eq(m.min, -7);
        ck_assert_double_eq(m.max, 1e300);
        tamis_moments_done(&m);
        tamis_moments_done(&other);

        /* an empty one has no extremes of its own */
        ck_assert_int_eq(tamis_moments_add(&other, y + 1, 1, NULL), 0);
        ck_assert_int_eq(tamis_moments_merge(&m, &other, NULL), 0);
        ck_assert_double_eq(m.min, 5);
        tamis_moments_done(&m);
        tamis_moments_done(&other);
        ck_assert_int_eq(tamis_moments_add(&other, y, 1, NULL), 0);
        ck_assert_int_eq(tamis_moments_merge(&m, &other, NULL), 0);
        ck_assert_double_eq(m.max, -7);
        tamis_moments_done(&m);
        tamis_moments_done(&other);
}
END_TEST

/* So many, and so near the largest fraction, that sums of them by exponent would overflow 128 bits (2^22 squares
 * would). */
START_TEST(very_many_of_a_kind) {
        enum { N = (1 << 22) + 1000 };
        const double one = 0x1.fffffffffffffp0;
        double *x = malloc(N * sizeof *x);
        tamis_moments m = {0};

        ck_assert_ptr_nonnull(x);
        for (size_t i = 0; i < N; i++)
                x[i] = one;
        ck_assert_int_eq(tamis_moments_add(&m, x, N, NULL), 0);
        ck_assert_uint_eq(m.n, N);
        ck_assert_double_eq(tamis_moments_mean(&m), one);
        ck_assert_double_eq(tamis_moments_sum(&m), one * N);
        ck_assert_double_eq(tamis_moments_variance(&m, 1), 0);
        ck_assert_double_eq(tamis_moments_sd(&m, 1), 0);
        tamis_moments_done(&m);
        free(x);
}
END_TEST

/* -- order and cut ------------------------------------------------------------------------------------------------- */

static uint64_t state = 1;

static uint64_t below(uint64_t n) {
        state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        return (state >> 33) % n;
}

/* Finite doubles of every kind: near each other, of any size, of either sign, subnormal, zero, missing. */
static double any_value(void) {
        static const double some[] = { 0, -0., 1, -1, DBL_MAX, -DBL_MAX, DBL_MIN, 5e-324, 1e308, -1e308, .1, NAN };
        uint64_t bits;
        double x;

        switch (below(4)) {
        case 0:
                return some[below(sizeof some / sizeof *some)];
        case 1:
                return 1e9 + (double) below(1000) / 64;
        case 2:
                return ((double) below(2000) - 1000) * .01;
        default:
                bits = below(UINT64_C(1) << 31) << 33 | below(UINT64_C(1) << 31) << 2;
                memcpy(&x, &bits, sizeof x);
                return isfinite(x) ? x : 2.5;
        }
}

/* x[0..n) cut anywhere into partials, which are merged in any order, into whichever. */
static void in_pieces(const double *x, size_t n, tamis_moments *ret) {
        enum { PIECES = 9 };
        tamis_moments parts[PIECES] = {0};
        size_t left = PIECES;

        for (size_t i = 0; i < n;) {
                size_t some = 1 + below(below(3) ? 20 : 200);

                some = some < n - i ? some : n - i;
                ck_assert_int_eq(tamis_moments_add(&parts[below(PIECES)], x + i, some, NULL), 0);
                i += some;
        }
        for (; left > 1; left--) {
                size_t gone = below(left), into = below(left - 1);
                tamis_moments from = parts[gone];

                parts[gone] = parts[left - 1];
                ck_assert_int_eq(tamis_moments_merge(&parts[into], &from, NULL), 0);
                tamis_moments_done(&from);
        }
        *ret = parts[0];
}

START_TEST(neither_order_nor_cut_moves_a_bit) {
        enum { N = 700 };
        double x[N];
        tamis_moments whole = {0}, m;

        state = (uint64_t) _i + 1;
        for (size_t i = 0; i < N; i++)
                x[i] = any_value();
        ck_assert_int_eq(tamis_moments_add(&whole, x, N, NULL), 0);
        for (int round = 0; round < 20; round++) {
                for (size_t i = N; i > 1; i--) {
                        size_t j = below(i);
                        double t = x[j];

                        x[j] = x[i - 1];
                        x[i - 1] = t;
                }
                in_pieces(x, N, &m);
                ck_assert_uint_eq(m.n, whole.n);
                same_bits(m.min, whole.min, "min", _i);
                same_bits(m.max, whole.max, "max", _i);
                same_bits(tamis_moments_sum(&m), tamis_moments_sum(&whole), "sum", _i);
                same_bits(tamis_moments_mean(&m), tamis_moments_mean(&whole), "mean", _i);
                same_bits(tamis_moments_variance(&m, 1), tamis_moments_variance(&whole, 1), "variance", _i);
                same_bits(tamis_moments_sd(&m, 0), tamis_moments_sd(&whole, 0), "sd", _i);
                tamis_moments_done(&m);
        }
        tamis_moments_done(&whole);
}
END_TEST

int main(void) {
        TCase *tc = tcase_create("moments");
        Suite *suite = suite_create("moments");
        SRunner *runner = srunner_create(suite);
        int failed;

        tcase_set_timeout(tc, 0);
        tcase_add_loop_test(tc, rounded_once, 0, sizeof cases / sizeof *cases);
        tcase_add_test(tc, nothing_has_no_mean);
        tcase_add_test(tc, too_few_for_ddof);
        tcase_add_test(tc, count_and_extremes);
        tcase_add_test(tc, very_many_of_a_kind);
        tcase_add_loop_test(tc, neither_order_nor_cut_moves_a_bit, 0, 40);
        suite_add_tcase(suite, tc);
        srunner_run_all(runner, CK_ENV);
        failed = srunner_ntests_failed(runner);
        srunner_free(runner);
        return failed != 0;
}
