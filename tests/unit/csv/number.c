#include <check.h>
#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <tamis/number.h>
#include <tamis/random.h>

#include "csv/number_print.h"

static uint64_t bits_of(double x) {
        uint64_t bits;

        memcpy(&bits, &x, sizeof bits);
        return bits;
}

static double double_of(uint64_t bits) {
        double x;

        memcpy(&x, &bits, sizeof x);
        return x;
}

/* The slice ends where the memory ends, so that AddressSanitizer sees who reads further. */
static bool parse(const char *text, size_t n, double *value) {
        char *copy = malloc(n ? n : 1);
        bool is;

        ck_assert_ptr_nonnull(copy);
        memcpy(copy, text, n);
        is = tamis_number_parse((tamis_slice) { copy, n }, value);
        free(copy);
        return is;
}

static const char *print(double value, char text[TAMIS_NUMBER_MAX + 1]) {
        size_t n = tamis_number_print(value, text);

        ck_assert_uint_le(n, 25);
        text[n] = '\0';
        return text;
}

/* -- parsing ------------------------------------------------------------------------------------------------------- */

/* (text, the bits of the double): from IEEE 754 by hand, or from the papers' and the well-known lists of hard cases */
static const struct { const char *text; uint64_t want; } numbers[] = {
        { "0", 0 }, { "-0", UINT64_C(1) << 63 }, { "+0", 0 }, { "0.0", 0 }, { "00", 0 },
        { "0e999999999999999999999", 0 },
        { "1", 0x3ff0000000000000 }, { "+1", 0x3ff0000000000000 }, { "-1", 0xbff0000000000000 },
        { "1.", 0x3ff0000000000000 }, { ".5", 0x3fe0000000000000 }, { "-.5", 0xbfe0000000000000 },
        { "1.e0", 0x3ff0000000000000 }, { ".5e+1", 0x4014000000000000 }, { "50e-1", 0x4014000000000000 },
        { "0005", 0x4014000000000000 }, { "5E0", 0x4014000000000000 },
        { "5e00000000000000000000000", 0x4014000000000000 },
        { " 5", 0x4014000000000000 }, { "5 ", 0x4014000000000000 }, { " \t5\t ", 0x4014000000000000 },
        { "0.1", 0x3fb999999999999a }, { "12345678", 0x41678c29c0000000 }, { "123456789", 0x419d6f3454000000 },
        { "1234567890123456", 0x43118b54f22aeb00 },
        { "1e22", 0x4480f0cf064dd592 }, { "1e23", 0x44b52d02c7e14af6 },   /* the first power of ten that is no double */
        { "9007199254740992", 0x4340000000000000 },             /* 2^53 */
        { "9007199254740993", 0x4340000000000000 },             /* the middle: to the even one below */
        { "9007199254740995", 0x4340000000000002 },             /* the middle: to the even one above */
        { "9007199254740993.0000000000000000000000000000000000000001", 0x4340000000000001 },
        { "9007199254740992999999999999999999999999999999999999999e-39", 0x4340000000000000 },
        { "900719925474099300000000000000000000000000000000000000000000e-44", 0x4340000000000000 },
        { "900719925474099300000000000000000000000000000000000000000001e-44", 0x4340000000000001 },
        { "90071992547409930e-1", 0x4340000000000000 }, { "90071992547409950e-1", 0x4340000000000002 },
        { "900719925474099300e-2", 0x4340000000000000 }, { "900719925474099500e-2", 0x4340000000000002 },
        { "18446744073709551615", 0x43f0000000000000 }, { "18446744073709551616", 0x43f0000000000000 },
        { "1000000000000000000000000", 0x44ea784379d99db4 },
        { "2.2250738585072011e-308", 0x000fffffffffffff },      /* the number that hung PHP */
        { "2.2250738585072012e-308", 0x0010000000000000 },      /* the number that hung Java */
        { "2.2250738585072014e-308", 0x0010000000000000 },
        { "5e-324", 1 }, { "4.9e-324", 1 }, { "3e-324", 1 }, { "2.4703282292062328e-324", 1 }, { "7.5e-324", 2 },
        { "2.4703282292062327e-324", 0 },                       /* below half the least subnormal */
        { "1e-400", 0 }, { "-1e-400", UINT64_C(1) << 63 }, { "1e-99999999999999999999999", 0 },
        { "1.7976931348623157e308", 0x7fefffffffffffff }, { "1.7976931348623158e308", 0x7fefffffffffffff },
        { "17976931348623157e292", 0x7fefffffffffffff }, { "-1.7976931348623157E+308", 0xffefffffffffffff },
        { "179769313486231580793e288", 0x7fefffffffffffff },    /* just below the middle to 2^1024 */
        { "0.000000000000000000000000000000000000000000000000000000000000001e63", 0x3ff0000000000000 },
        /* Lemire 2021 and Clinger 1990: products that come close to a middle */
        { "7.2057594037927933e16", 0x4370000000000000 }, { "9.2233720368547758e18", 0x43e0000000000000 },
        { "6.02214076e23", 0x44dfe185ca57c517 }, { "8.10109172351e-10", 0x3e0bd5cbaef0fd0c },
        { "1.00000000000000011102230246251565404236316680908203125", 0x3ff0000000000000 }, /* 1 + 2^-53: to 1 */
        { "1.00000000000000011102230246251565404236316680908203124", 0x3ff0000000000000 },
        { "1.00000000000000011102230246251565404236316680908203126", 0x3ff0000000000001 },
};

START_TEST(parses_to_the_nearest_double) {
        double value = NAN;

        ck_assert_msg(parse(numbers[_i].text, strlen(numbers[_i].text), &value), "\"%s\" refused", numbers[_i].text);
        ck_assert_msg(bits_of(value) == numbers[_i].want, "\"%s\": %a", numbers[_i].text, value);
}
END_TEST

/* the length is given where there is a NUL inside */
static const struct { const char *text; size_t n; } others[] = {
        { "" }, { " " }, { "\t \t" }, { "." }, { "+" }, { "-" }, { "+." }, { "e" }, { "e5" }, { ".e5" }, { "1e" },
        { "1e+" },
        { "1e-" }, { "1e " }, { "1e5.0" }, { "1.2.3" }, { "1..2" }, { "--1" }, { "+-1" }, { "1-" }, { "- 1" },
        { "1 2" },
        { "1_000" }, { "1,5" }, { "1,000" }, { "1'000" }, { "0x10" }, { "0x1p3" }, { "0b1" }, { "inf" }, { "-inf" },
        { "Infinity" }, { "nan" }, { "NaN" }, { "nan(1)" }, { "1f" }, { "1d" }, { "1.0L" }, { "12a" }, { "a12" },
        { "1e5e5" },
        { "1e1 0" }, { "5\n" }, { "5\r" }, { "\n5" }, { "5\v" }, { "\xc2\xa0" "5" }, { "5\xc2\xa0" }, { "\xd9\xa5" },
        { "\xef\xbc\x95" }, { "\xe2\x88\x92" "5" }, { "\xc2\xbd" }, { "\xff" }, { "12345678a" }, { "1234567/" },
        { "1234567:" },
        { "1\0002", 3 }, { "1\0", 2 }, { "\0001", 2 }, { "12345678\0", 9 }, { "1234567\0", 8 }, { "\0", 1 },
        { "1e309" }, { "-1e309" }, { "1.7976931348623159e308" }, { "179769313486231580794e288" },
        { "1e99999999999999999999" },
        { "10000000000000000000000e999999999999999999999999999999" }, { "$5" }, { "5%" }, { "(5)" }, { "1/2" },
};

START_TEST(refuses_what_is_no_number) {
        size_t n = others[_i].n ? others[_i].n : strlen(others[_i].text);
        double value = 17;

        ck_assert_msg(!parse(others[_i].text, n, &value), "\"%s\" taken for %g", others[_i].text, value);
        ck_assert_double_eq(value, 17);         /* outputs on success only */
}
END_TEST

START_TEST(an_empty_slice_without_bytes_is_no_number) {
        double value;

        ck_assert(!tamis_number_parse((tamis_slice) { NULL, 0 }, &value));
        ck_assert(!tamis_number_zero_padded((tamis_slice) { NULL, 0 }));
        ck_assert_int_eq(tamis_number_decimals((tamis_slice) { NULL, 0 }), 0);
}
END_TEST

/* The middle between x and the next double has up to 767 digits. As it is it goes to the even one; with a digit at the
 * end, however far out, up. */
START_TEST(middles_of_two_doubles_with_hundreds_of_digits) {
        static const uint64_t evens[] = { 0, 2, 0x000ffffffffffffe, 0x0010000000000000, 0x0000000000000f00,
                                          0x0012345678901234, 0x001ffffffffffffe, 0x0360000000000002 };
        uint64_t bits = evens[_i];
        volatile long double one = 1, little = LDBL_EPSILON;
        /* The middle times 2: the sum, exact with a bit more than a double has; printf of long double is exact. */
        long double sum = ((long double) double_of(bits) + (long double) double_of(bits + 1)) / 2;
        char text[2000];
        double value;
        int n = snprintf(text, sizeof text, "%.1100Lf", sum);

        if (one + little == one) {
                printf("# long double is no wider than double here (valgrind reckons so): the middles cannot be had\n");
                return;
        }
        ck_assert_int_gt(n, 1000);
        ck_assert(parse(text, (size_t) n, &value));
        ck_assert_uint_eq(bits_of(value), bits);
        memset(text + n, '0', 500);
        ck_assert(parse(text, (size_t) n + 500, &value));
        ck_assert_uint_eq(bits_of(value), bits);
        text[n + 499] = '1';
        ck_assert(parse(text, (size_t) n + 500, &value));
        ck_assert_uint_eq(bits_of(value), bits + 1);
}
END_TEST

START_TEST(digit_strings_of_800_digits) {
        char text[2000];
        double value;

        memset(text, '0', 1000);                /* the middle, and a digit a thousand places away */
        memcpy(text, "9007199254740993", 16);
        text[999] = '1';
        memcpy(text + 1000, "e-984", 5);
        ck_assert(parse(text, 1005, &value));
        ck_assert_uint_eq(bits_of(value), 0x4340000000000001);
        text[999] = '0';
        ck_assert(parse(text, 1005, &value));
        ck_assert_uint_eq(bits_of(value), 0x4340000000000000);
        memcpy(text + 1000, ".001e-984", 9);
        ck_assert(parse(text, 1009, &value));
        ck_assert_uint_eq(bits_of(value), 0x4340000000000001);

        memset(text, '9', 800);
        memcpy(text + 800, "e-800", 5);
        ck_assert(parse(text, 805, &value));
        ck_assert_double_eq(value, 1);

        memset(text, '0', 1600);                /* 1 with 1599 zeros: too great, but for its exponent */
        text[0] = '1';
        ck_assert(!parse(text, 1600, &value));
        memcpy(text + 1600, "e-1599", 6);
        ck_assert(parse(text, 1606, &value));
        ck_assert_double_eq(value, 1);

        text[0] = '0';                          /* nothing but zeros */
        ck_assert(parse(text, 1600, &value));
        ck_assert_double_eq(value, 0);
        text[1] = '.';
        text[1599] = '7';
        memcpy(text + 1600, "e1598", 5);
        ck_assert(parse(text, 1605, &value));
        ck_assert_double_eq(value, 7);
}
END_TEST

static const struct { const char *text; bool padded; int decimals; } shapes[] = {
        { "0", false, 0 }, { "-0", false, 0 }, { "00", true, 0 }, { "007", true, 0 }, { "-01", true, 0 },
        { "+01", true, 0 },
        { "00.5", true, 1 }, { "0.5", false, 1 }, { "-0.5", false, 1 }, { "0e5", false, 0 }, { "0.", false, 0 },
        { ".05", false, 2 }, { " 007 ", true, 0 }, { "10", false, 0 }, { "100.00", false, 2 }, { "3.50", false, 2 },
        { "17", false, 0 }, { "1.5e-3", false, 4 }, { "1e3", false, 0 }, { "1.25e1", false, 1 }, { "1.25e2", false, 0 },
        { "1.25e5", false, 0 }, { "1e-10", false, 10 }, { "\t-2.125 ", false, 3 }, { "1.", false, 0 },
        { "1e-99999999999", false, INT32_MAX }, { "0.1e99999999999", false, 0 }, { "x.25", false, 0 },
};

START_TEST(tells_zero_padding_and_decimals) {
        tamis_slice text = tamis_slice_of(shapes[_i].text);

        ck_assert_int_eq(tamis_number_zero_padded(text), shapes[_i].padded);
        ck_assert_int_eq(tamis_number_decimals(text), shapes[_i].decimals);
}
END_TEST

/* -- printing ------------------------------------------------------------------------------------------------------ */

static const struct { double value; const char *want; } printed[] = {
        { 0, "0" }, { -0., "-0" }, { 1, "1" }, { -1, "-1" }, { 28, "28" }, { 10, "10" }, { 1000000, "1000000" },
        { 0.1, "0.1" }, { 0.3, "0.3" }, { 0.1 + 0.2, "0.30000000000000004" }, { 1 / 3., "0.3333333333333333" },
        { 2 / 3., "0.6666666666666666" }, { 3.5, "3.5" }, { -3.25, "-3.25" }, { 100.125, "100.125" },
        { 0.001, "0.001" }, { 0.000001, "0.000001" }, { 1.25e-6, "0.00000125" }, { -1.2345678901234567e-6,
        "-0.0000012345678901234567" }, { 9.99999999999999e-7, "9.99999999999999e-07" }, { 1e-7, "1e-07" },
        { 1.5e-10, "1.5e-10" }, { 1e20, "100000000000000000000" }, { 123456789012345680000., "123456789012345680000" },
        { 999999999999999900000., "999999999999999900000" }, { 1e21, "1e+21" }, { 1.5e21, "1.5e+21" },
        { 1e22, "1e+22" },
        { 1e23, "1e+23" }, { -1e100, "-1e+100" }, { 9007199254740991, "9007199254740991" },
        { 9007199254740992, "9007199254740992" }, { 9007199254740994, "9007199254740994" },
        { 2251799813685249.5, "2251799813685249.5" }, { 5e-324, "5e-324" }, { 1e-323, "1e-323" },
        { 2.2250738585072014e-308, "2.2250738585072014e-308" }, { 2.225073858507201e-308, "2.225073858507201e-308" },
        { DBL_MAX, "1.7976931348623157e+308" }, { -DBL_MAX, "-1.7976931348623157e+308" },
        { 9.5367431640625e-07, "9.5367431640625e-07" }, { 5.684341886080802e-14, "5.684341886080802e-14" },
        /* Steele & White, Gay, Adams: the nearest of the shortest, not just any */
        { 2e-44, "2e-44" }, { 2.0019989e+88, "2.0019989e+88" }, { 9.007199254740993e15, "9007199254740992" },
        { 4.35, "4.35" }, { 0.000035689, "0.000035689" }, { 299792458, "299792458" }, { 1.1, "1.1" },
        { 1.0000000000000002, "1.0000000000000002" }, { 0.9999999999999999, "0.9999999999999999" },
};

START_TEST(prints_the_shortest_that_reads_back) {
        char text[TAMIS_NUMBER_MAX + 1];

        ck_assert_str_eq(print(printed[_i].value, text), printed[_i].want);
}
END_TEST

/* The same digits without the zeros and the point: what shortness is about. */
static int digits_of(const char *text) {
        int n = 0, zeros = 0;

        for (; *text && *text != 'e'; text++) {
                if (*text < '0' || *text > '9' || (n == 0 && *text == '0'))
                        continue;
                n++;
                zeros = *text == '0' ? zeros + 1 : 0;
        }
        return n - zeros;
}

static void check_round_trip(double x) {
        char text[TAMIS_NUMBER_MAX + 1];
        double back;

        text[tamis_number_print(x, text)] = '\0';
        if (bits_of(strtod(text, NULL)) != bits_of(x))
                ck_abort_msg("%a: \"%s\" reads back as another", x, text);
        if (!tamis_number_parse(tamis_slice_of(text), &back) || bits_of(back) != bits_of(x))
                ck_abort_msg("%a: \"%s\" is not parsed as it", x, text);
}

/* With a digit fewer, correctly rounded, it would be another number; and it is the nearest with as many. Where the
 * double is a power of two more might fit than the correctly rounded one: bench/prove_number.c looks at these too. */
static void check_shortest(double x) {
        char text[TAMIS_NUMBER_MAX + 1], other[64];
        double back;
        int digits;

        check_round_trip(x);
        text[tamis_number_print(x, text)] = '\0';
        snprintf(other, sizeof other, "%.17g", x);
        if (!tamis_number_parse(tamis_slice_of(other), &back) || bits_of(back) != bits_of(x))
                ck_abort_msg("%a: \"%s\" is not parsed as it", x, other);

        digits = digits_of(text);
        if (digits == 0)
                return;
        snprintf(other, sizeof other, "%.*e", digits > 1 ? digits - 2 : 0, x);
        if (digits > 1 && strtod(other, NULL) == x)
                ck_abort_msg("%a: \"%s\" is shorter than \"%s\"", x, other, text);
        snprintf(other, sizeof other, "%.*e", digits - 1, x);
        if (strtod(other, NULL) == x && strtold(other, NULL) != strtold(text, NULL))
                ck_abort_msg("%a: \"%s\" is nearer than \"%s\"", x, other, text);
}

START_TEST(random_doubles_go_round) {
        tamis_stream s;

        tamis_stream_init(&s, 20, "test.number", (uint64_t) _i, 0);
        for (int i = 0; i < 250000; i++) {
                void (*check)(double x) = i % 8 ? check_round_trip : check_shortest;    /* which takes longer */
                double x = double_of(tamis_stream_bits(&s));

                if (isfinite(x))
                        check(x);
                check((double) (int64_t) tamis_stream_below(&s, 100000000) / 1e4);
        }
}
END_TEST

START_TEST(neighbours_of_powers_go_round) {
        for (uint64_t field = 0; field < 0x7ff; field++) {
                check_shortest(double_of(field << 52));
                check_shortest(double_of((field << 52) + 1));
                if (field)
                        check_shortest(double_of((field << 52) - 1));
        }
        for (int i = -323; i <= 308; i++) {
                char text[16];
                double x;

                snprintf(text, sizeof text, "1e%d", i);
                x = strtod(text, NULL);
                check_shortest(x);
                check_shortest(nextafter(x, 0));
                if (i < 308)
                        check_shortest(nextafter(x, INFINITY));
        }
        for (int shift = 0; shift < 52; shift++)
                check_shortest(double_of(UINT64_C(1) << shift));
}
END_TEST

/* -- the short way and the long one ---------------------------------------------------------------------------------- */

static void check_ways(double x) {
        char quick[TAMIS_NUMBER_MAX + 1], slow[TAMIS_NUMBER_MAX + 1];

        for (int sign = 0; sign < 2; sign++, x = -x) {
                quick[tamis_number_print(x, quick)] = '\0';
                slow[tamis_number_print_slowly(x, slow)] = '\0';
                if (strcmp(quick, slow) != 0)
                        ck_abort_msg("%a: \"%s\", the long way \"%s\"", x, quick, slow);
        }
}

static void check_about(double x) {
        uint64_t bits = bits_of(x);

        for (uint64_t step = 0; step < 9; step++)
                if (bits + step >= 4 && isfinite(double_of(bits + step - 4)))
                        check_ways(double_of(bits + step - 4));
}

/* An odd number of halves, quarters, ... of a number with as many bits as there are: the digits end in 5, in the middle of
 * what is shown; and beyond 2^53 the ends of the interval are whole numbers. */
static void check_ties(tamis_stream *s) {
        for (int q = -60; q <= 60; q++)
                for (int i = 0; i < 200; i++)
                        check_ways(ldexp((double) (UINT64_C(1) << 52 | tamis_stream_below(s, UINT64_C(1) << 52)), q));
        for (int bits = 1; bits <= 53; bits++)
                for (int i = 0; i < 200; i++)
                        check_ways(ldexp((double) (tamis_stream_below(s, UINT64_C(1) << bits) | 1), -(i % 60)));
}

START_TEST(both_ways_print_the_same) {
        tamis_stream s;
        double x, power = 1;

        tamis_stream_init(&s, 21, "test.number.ways", 0, 0);
        check_ties(&s);
        for (uint64_t field = 0; field < 0x7ff; field++) {
                check_about(double_of(field << 52));
                for (int bit = 0; bit < 52; bit++)
                        check_ways(double_of(field << 52 | UINT64_C(1) << bit));
        }
        for (int i = -330; i <= 308; i++)
                for (int d = 1; d < 100; d++) {
                        char text[16];

                        snprintf(text, sizeof text, "%de%d", d, i - 1);
                        check_about(strtod(text, NULL));
                }
        for (int decimals = 0; decimals <= 17; decimals++, power *= 10)
                for (int i = 0; i < 20000; i++)         /* short decimals, whole numbers */
                        check_ways((double) (tamis_stream_bits(&s) >> (i % 64)) / power);
        for (int i = 0; i < 300000; i++) {
                x = double_of(tamis_stream_bits(&s));
                check_ways(isfinite(x) ? x : 0);
                check_ways(double_of(tamis_stream_bits(&s) >> 12));      /* subnormals */
                x = (double) tamis_stream_below(&s, 1000000) / 1e4;     /* as `scale` has them */
                check_ways((x - 49.987654321) / 28.8675134594813);
        }
}
END_TEST

/* -- a given number of digits -------------------------------------------------------------------------------------- */

static const struct { double value; int decimals; const char *want; double rounded; } fixed[] = {
        { 0, 0, "0", 0 }, { 0, 2, "0.00", 0 }, { -0., 2, "0.00", 0 }, { -0.001, 2, "0.00", 0 }, { -0.4, 0, "0", 0 },
        { 1, 0, "1", 1 }, { 1, 3, "1.000", 1 }, { -1.5, 1, "-1.5", -1.5 }, { 3.14159, 2, "3.14", 3.14 },
        { 0.5, 0, "0", 0 }, { 1.5, 0, "2", 2 }, { 2.5, 0, "2", 2 }, { -2.5, 0, "-2", -2 }, { 0.125, 2, "0.12", 0.12 },
        { 0.375, 2, "0.38", 0.38 }, { 1.005, 2, "1.00", 1 }, { 2.675, 2, "2.67", 2.67 },    /* both below as binary */
        { 1.015, 2, "1.01", 1.01 }, { 1.025, 2, "1.02", 1.02 }, { 0.045, 2, "0.04", 0.04 }, { 0.145, 2, "0.14", 0.14 },
        { 9.995, 2, "9.99", 9.99 }, { 99.995, 2, "100.00", 100 }, { 0.05, 1, "0.1", 0.1 }, { 0.999, 2, "1.00", 1 },
        { 1e-10, 5, "0.00000", 0 }, { 1e-300, 10, "0.0000000000", 0 }, { 5e-324, 3, "0.000", 0 },
        { 1e15, 2, "1000000000000000.00", 1e15 }, { 1e17, 1, "100000000000000000.0", 1e17 },
        { 1e18, 0, "1000000000000000000", 1e18 },
        { 1e21, 0, "1000000000000000000000", 1e21 }, { 1e22, 2, "10000000000000000000000.00", 1e22 },
        { 0.1, 20, "0.10000000000000000555", 0.1 }, { -0.1, 30, "-0.100000000000000005551115123126", -0.1 },
        { -1e-30, 25, "0.0000000000000000000000000", 0 }, { 123456.789, 18, "123456.789000000004307367", 123456.789 },
};

START_TEST(prints_fixed) {
        char text[800];
        size_t n;

        n = tamis_number_print_fixed(fixed[_i].value, fixed[_i].decimals, text);
        text[n] = '\0';
        ck_assert_str_eq(text, fixed[_i].want);
        ck_assert_uint_eq(bits_of(tamis_number_round(fixed[_i].value, fixed[_i].decimals)), bits_of(fixed[_i].rounded));
}
END_TEST

/* printf of the C library is exact: the same text, but for "-0.00". */
static void check_fixed(double x, int decimals) {
        char text[800], want[800];
        char *w = want;
        size_t n = tamis_number_print_fixed(x, decimals, text);

        text[n] = '\0';
        snprintf(want, sizeof want, "%.*f", decimals, x);
        if (want[0] == '-' && strspn(want + 1, "0.") == strlen(want + 1))
                w++;
        if (strcmp(text, w) != 0)
                ck_abort_msg("%a to %d: \"%s\", printf \"%s\"", x, decimals, text, w);
        if (bits_of(tamis_number_round(x, decimals)) != bits_of(strtod(w, NULL)))
                ck_abort_msg("%a rounded to %d: %a", x, decimals, tamis_number_round(x, decimals));
}

START_TEST(fixed_is_as_printf_has_it) {
        tamis_stream s;

        tamis_stream_init(&s, 20, "test.fixed", 0, 0);
        for (int i = 0; i < 50000; i++) {
                int decimals = (int) tamis_stream_below(&s, 22);
                double x = ldexp((double) (int64_t) tamis_stream_bits(&s), -(int) tamis_stream_below(&s, 140));
                double odd = (double) tamis_stream_below(&s, 100000) + 0.5;
                double tie = odd / (double) (1 << tamis_stream_below(&s, 12));

                check_fixed(x, decimals);
                check_fixed(tie, (int) tamis_stream_below(&s, 12));
        }
        check_fixed(DBL_MAX, 300);
        check_fixed(-DBL_MAX, 0);
        check_fixed(5e-324, 300);
        check_fixed(-DBL_MIN, 300);
        check_fixed(999999999999999999., 0);
}
END_TEST

START_TEST(round_leaves_what_is_not_finite) {
        ck_assert(isnan(tamis_number_round(NAN, 2)));
        ck_assert(isinf(tamis_number_round(-INFINITY, 2)));
}
END_TEST

/* -- wherever we are ----------------------------------------------------------------------------------------------- */

START_TEST(a_decimal_comma_does_not_matter) {
        static const char *const names[] = { "de_DE.UTF-8", "fr_FR.UTF-8", "ps_AF.UTF-8", "de_DE.utf8", "fr_FR.utf8",
                                             "de_DE", "fr_FR" };
        const char *found = NULL;
        char text[800];
        double value;
        size_t n;

        for (size_t i = 0; i < sizeof names / sizeof *names && !found; i++)
                found = setlocale(LC_ALL, names[i]);
        if (!found)
                fprintf(stderr, "# no locale with a decimal comma is installed: tested in the C locale\n");

        ck_assert(parse("9007199254740993.00000000000000000000001", 40, &value));
        ck_assert_double_eq(value, 9007199254740994.);
        ck_assert(!parse("1,5", 3, &value));
        ck_assert_str_eq(print(1.5, text), "1.5");
        n = tamis_number_print_fixed(0.1, 25, text);
        text[n] = '\0';
        ck_assert_str_eq(text, "0.1000000000000000055511151");
        n = tamis_number_print_fixed(-0.1, 0, text);
        ck_assert_uint_eq(n, 1);
        setlocale(LC_ALL, "C");
}
END_TEST

#define COUNT(array) ((int) (sizeof (array) / sizeof *(array)))

int main(void) {
        TCase *tc = tcase_create("number");
        Suite *suite = suite_create("number");
        SRunner *runner = srunner_create(suite);
        int failed;

        tcase_set_timeout(tc, 0);
        tcase_add_loop_test(tc, parses_to_the_nearest_double, 0, COUNT(numbers));
        tcase_add_loop_test(tc, refuses_what_is_no_number, 0, COUNT(others));
        tcase_add_test(tc, an_empty_slice_without_bytes_is_no_number);
        tcase_add_loop_test(tc, middles_of_two_doubles_with_hundreds_of_digits, 0, 8);
        tcase_add_test(tc, digit_strings_of_800_digits);
        tcase_add_loop_test(tc, tells_zero_padding_and_decimals, 0, COUNT(shapes));
        tcase_add_loop_test(tc, prints_the_shortest_that_reads_back, 0, COUNT(printed));
        tcase_add_loop_test(tc, random_doubles_go_round, 0, 4);
        tcase_add_test(tc, neighbours_of_powers_go_round);
        tcase_add_test(tc, both_ways_print_the_same);
        tcase_add_loop_test(tc, prints_fixed, 0, COUNT(fixed));
        tcase_add_test(tc, fixed_is_as_printf_has_it);
        tcase_add_test(tc, round_leaves_what_is_not_finite);
        tcase_add_test(tc, a_decimal_comma_does_not_matter);
        suite_add_tcase(suite, tc);
        srunner_run_all(runner, CK_ENV);
        failed = srunner_ntests_failed(runner);
        srunner_free(runner);
        return failed != 0;
}
