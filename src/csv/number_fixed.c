/* Numbers with a given number of digits behind the point, and rounded to it. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <tamis/number.h>

#include "csv/number_digits.h"

/* |value| * 10^decimals rounded to an integer, ties to even, in exact arithmetic; false where it would not fit. */
static bool scaled(double value, int decimals, uint64_t *n) {
        static const uint64_t power[] = { 1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000,
                                          10000000000, 100000000000, 1000000000000, 10000000000000, 100000000000000,
                                          1000000000000000, 10000000000000000, 100000000000000000,
                                          1000000000000000000 };
        unsigned __int128 product, rest, half;
        uint64_t bits, m;
        int q;

        if (value < 0)
                value = -value;
        if (decimals > 18 || !(value * (double) power[decimals] < 1e18))
                return false;
        memcpy(&bits, &value, sizeof bits);
        q = (int) (bits >> 52 & 0x7ff);
        m = bits & ((UINT64_C(1) << 52) - 1);
        if (q)
                m |= UINT64_C(1) << 52;
        q = (q ? q : 1) - 1075;

        product = (unsigned __int128) m * power[decimals];
        if (q >= 0) {
                *n = (uint64_t) (product << q);
        } else if (q < -127) {          /* below 2^117 / 2^128 */
                *n = 0;
        } else {
                *n = (uint64_t) (product >> -q);
                half = (unsigned __int128) 1 << (-q - 1);
                rest = product & ((half << 1) - 1);
                *n += rest > half || (rest == half && (*n & 1));
        }
        return true;
}

/* What scaled() leaves: printf is exact, and slow. The decimal point of the locale may be any bytes: they lie between
 * the digits before and the `decimals` digits behind. */
static size_t by_printf(double value, int decimals, char *out) {
        size_t n = (size_t) snprintf(out, (size_t) decimals + 330, "%.*f", decimals, value);
        size_t whole = out[0] == '-';

        while (out[whole] >= '0' && out[whole] <= '9')
                whole++;
        if (decimals) {
                memmove(out + whole + 1, out + n - decimals, (size_t) decimals);
                out[whole] = '.';
                n = whole + 1 + (size_t) decimals;
        }
        if (out[0] == '-' && strspn(out + 1, "0.") >= n - 1)
                memmove(out, out + 1, --n);
        return n;
}

size_t tamis_number_print_fixed(double value, int decimals, char *out) {
        char text[24];
        uint64_t n;
        size_t length, sign, whole;

        if (!scaled(value, decimals, &n))
                return by_printf(value, decimals, out);

        sign = value < 0 && n;
        out[0] = '-';
        memset(text, '0', sizeof text);
        length = put_integer(text, n);
        out += sign;
        if (length <= (size_t) decimals) {      /* zeros in front, one before the point */
                size_t zeros = (size_t) decimals + 1 - length;

                memmove(text + zeros, text, length);
                memset(text, '0', zeros);
                length += zeros;
        }
        whole = length - (size_t) decimals;
        memcpy(out, text, whole);
        if (decimals == 0)
                return sign + whole;
        out[whole] = '.';
        memcpy(out + whole + 1, text + whole, (size_t) decimals);
        return sign + length + 1;
}

/* The whole number nearest to value * 10^decimals, over 10^decimals: both are exact below 2^50 and 10^15, and so their
 * quotient is the double nearest to the decimal number. The product is rounded, and where that could matter, next to a
 * half, this gives up. -0.00 loses its sign, as it does in print. */
static bool round_quickly(double value, int decimals, double *ret) {
        static const double powers[] = { 1,   1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                         1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15 };
        double scaled, whole;

        if (decimals < 0 || decimals > 15)
                return false;
        scaled = value * powers[decimals];
        if (!(fabs(scaled) < 0x1p50))
                return false;
        /* to the nearest whole number, for there is no room for a fraction behind it */
        whole = scaled + 0x1.8p52 - 0x1.8p52;
        if (fabs(fabs(scaled - whole) - .5) < 1e-3 + fabs(scaled) * 0x1p-51)
                return false;
        *ret = whole / powers[decimals] + 0.;
        return true;
}

double tamis_number_round(double value, int decimals) {
        char text[330 + 300];
        double rounded;

        if (!isfinite(value))
                return value;
        if (round_quickly(value, decimals, &rounded))
                return rounded;
        size_t n = tamis_number_print_fixed(value, decimals, text);
        return tamis_number_parse((tamis_slice) { text, n }, &rounded) ? rounded : value;
}
