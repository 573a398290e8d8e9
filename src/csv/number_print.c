#include <endian.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>

#include <tamis/number.h>

#include "csv/number_table.h"

/* -- the shortest digits ------------------------------------------------------------------------------------------- */

/* c * 10^p / 2^n, where `high` and `low` hold the 128 bits of 10^p rounded up: to two bits behind the point, the last
 * one "sticky" (set when anything at all is behind it). Giulietti calls this rounding to odd. */
static inline uint64_t scale(uint64_t high, uint64_t low, uint64_t c) {
        unsigned __int128 product = (unsigned __int128) c * high + ((unsigned __int128) c * low >> 64);

        return (uint64_t) (product >> 64) | ((uint64_t) product > 1);
}

/* The shortest decimal d * 10^k within what reads back as the double m * 2^q, the nearest to it if there are several;
 * `fraction0`: m is a power of two, the double below is only half as far. Schubfach: Giulietti 2020, "The Schubfach way
 * to render doubles". 10^k is the greatest power of ten no wider than that interval: so it holds a multiple of 10^k,
 * and of 10^(k+1) at most one. */
static uint64_t shortest(uint64_t m, int q, bool fraction0, int *k_out) {
        /* 1262611 / 2^22 = log10(2), 524031 / 2^22 = -log10(3/4), 1741647 / 2^19 = log2(10), all rounded down right */
        int k = (q * 1262611 - (fraction0 ? 524031 : 0)) >> 22;
        int shift = q + ((-k * 1741647) >> 19) + 1;
        uint64_t high = ten[-k - TEN_LEAST].high, low = ten[-k - TEN_LEAST].low + (-k < 0 || -k > TEN_EXACT);
        uint64_t lower = scale(high, low, (4 * m - 2 + fraction0) << shift);
        uint64_t value = scale(high, low, (4 * m) << shift);
        uint64_t upper = scale(high, low, (4 * m + 2) << shift);
        uint64_t s = value / 4, tens = s / 10 * 10;
        bool below, above;

        /* the ends of the interval read back only when m is even */
        lower += m & 1;
        upper -= m & 1;

        *k_out = k;
        below = s >= 10 && lower <= 4 * tens;
        above = s >= 10 && 4 * tens + 40 <= upper;
        if (below != above)
                return above ? tens + 10 : tens;
        below = lower <= 4 * s;
        above = 4 * s + 4 <= upper;
        if (below != above)
                return above ? s + 1 : s;
        return s + (value > 4 * s + 2 || (value == 4 * s + 2 && (s & 1)));
}

/* -- digits to text ------------------------------------------------------------------------------------------------ */

#define ZEROS UINT64_C(0x3030303030303030)

/* The eight digits of n < 10^8 as bytes 0..9, the first in the lowest: halves, quarters, all at once. */
static inline uint64_t eight_bytes(uint32_t n) {
        uint64_t v = n / 10000 | (uint64_t) (n % 10000) << 32, hundreds, tens;

        hundreds = (v * 10486 >> 20) & UINT64_C(0x0000007f0000007f);
        v = hundreds | (v - hundreds * 100) << 16;
        tens = (v * 103 >> 10) & UINT64_C(0x000f000f000f000f);
        return tens | (v - tens * 10) << 8;
}

/* Sixteen characters, the first in the lowest byte. They stay in registers: reading back what was just written in other
 * pieces would have the processor wait for it. */
typedef unsigned __int128 sixteen;

static inline void put_sixteen(char *out, sixteen text) {
        uint64_t words[2] = { htole64((uint64_t) text), htole64((uint64_t) (text >> 64)) };

        memcpy(out, words, 16);
}

/* The digits of n < 10^16; *count is how many there are without the zeros at the end. */
static inline sixteen sixteen_digits(uint64_t n, int *count) {
        uint64_t first = eight_bytes((uint32_t) (n / 100000000)), last = eight_bytes((uint32_t) (n % 100000000));

        *count = last ? 16 - __builtin_clzll(last) / 8 : first ? 8 - __builtin_clzll(first) / 8 : 0;
        return (sixteen) (last | ZEROS) << 64 | first | ZEROS;
}

/* Writes as many as 24 bytes. */
static size_t put_integer(char *out, uint64_t n) {
        size_t digits = 0;
        uint64_t v;
        int zeros;

        if (n >= 100000000) {
                digits = put_integer(out, n / 100000000);
                n %= 100000000;
        }
        v = eight_bytes((uint32_t) n);
        zeros = digits ? 0 : __builtin_ctzll(v | UINT64_C(1) << 56) / 8;        /* one zero stays */
        v = htole64((v | ZEROS) >> 8 * zeros);
        memcpy(out + digits, &v, 8);
        return digits + 8 - (size_t) zeros;
}

static size_t put_exponent(char *out, int exponent) {
        unsigned e = (unsigned) (exponent < 0 ? -exponent : exponent);
        size_t n = 0;

        out[n++] = 'e';
        out[n++] = exponent < 0 ? '-' : '+';
        if (e >= 100)
                out[n++] = (char) ('0' + e / 100);
        out[n++] = (char) ('0' + e / 10 % 10);
        out[n++] = (char) ('0' + e % 10);
        return n;
}

/* Lay out d * 10^k, 0 < d < 10^17. Sixteen bytes at a time, more than need be: what is too much is written over or left
 * behind the end, within TAMIS_NUMBER_MAX. */
static size_t lay_out(char *out, uint64_t d, int k) {
        const uint64_t ten16 = UINT64_C(10000000000000000);
        sixteen text;
        char first;
        int digits, point;

        while (d < ten16) {
                d *= 10;
                k--;
        }
        first = (char) ('0' + d / ten16);
        text = sixteen_digits(d % ten16, &digits);
        digits++;
        point = 17 + k;         /* digits before the point */

        if (point > 0 && point <= 21) {
                out[0] = first;
                put_sixteen(out + 1, text);
                if (digits <= point) {
                        memset(out + 17, '0', 4);
                        return (size_t) point;
                }
                put_sixteen(out + point + 1, text >> 8 * (point - 1));
                out[point] = '.';
                return (size_t) digits + 1;
        }
        if (point > -6 && point <= 0) {
                memcpy(out, "0.00000", 7);
                out[2 - point] = first;
                put_sixteen(out + 3 - point, text);
                return (size_t) (2 - point + digits);
        }
        out[0] = first;
        out[1] = '.';
        put_sixteen(out + 2, text);
        if (digits == 1)
                digits = 0;     /* no point either */
        return (size_t) digits + 1 + put_exponent(out + digits + 1, point - 1);
}

size_t tamis_number_print(double value, char out[TAMIS_NUMBER_MAX]) {
        uint64_t bits, fraction;
        size_t sign;
        int field, k;

        memcpy(&bits, &value, sizeof bits);
        fraction = bits & ((UINT64_C(1) << 52) - 1);
        field = (int) (bits >> 52 & 0x7ff);
        out[0] = '-';
        sign = bits >> 63;

        if (value < 0)
                value = -value;
        if (value < 0x1p53 && (double) (uint64_t) value == value)
                return sign + put_integer(out + sign, (uint64_t) value);
        if (field)
                fraction |= UINT64_C(1) << 52;
        else
                field = 1;
        fraction = shortest(fraction, field - 1075, fraction == UINT64_C(1) << 52 && field > 1, &k);
        return sign + lay_out(out + sign, fraction, k);
}

/* -- a given number of digits -------------------------------------------------------------------------------------- */

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

double tamis_number_round(double value, int decimals) {
        char text[330 + 300];
        double rounded;

        if (!isfinite(value))
                return value;
        size_t n = tamis_number_print_fixed(value, decimals, text);
        return tamis_number_parse((tamis_slice) { text, n }, &rounded) ? rounded : value;
}
