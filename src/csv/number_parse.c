#include <endian.h>
#include <errno.h>
#include <float.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <tamis/number.h>

#include "csv/number_plain.h"
#include "csv/number_table.h"

#if TAMIS_NUMBER_PLAIN
const uint8_t tamis_plain_window[] = {
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
};
#endif

enum {
        WORD_DIGITS = 19,       /* as many decimal digits as always fit 64 bits */
        KEPT_DIGITS = 800,      /* more than the 768 that can tell a number from the middle of two doubles */
};

static const uint64_t infinity_bits = UINT64_C(0x7ff) << 52;

/* A number as it is written: the digits from `first` to `end` (a point among them), times 10^exponent. */
struct written {
        const char *first, *end;
        int64_t exponent;
        bool negative;
};

/* -- correctly rounded --------------------------------------------------------------------------------------------- */

/* The upper 128 bits, nearly, of w * 10^q, w normalised: one product with the upper word of the power, and one with the
 * lower word only where it could reach the bits that count. Lemire 2021, algorithm 1: the power is rounded down for
 * q >= 0 and up for q < 0. */
static inline uint64_t times_ten(uint64_t w, int q, uint64_t *low) {
        unsigned __int128 product = (unsigned __int128) w * ten[q - TEN_LEAST].high;

        if (((uint64_t) (product >> 64) & 0x1ff) == 0x1ff)
                product += (unsigned __int128) w * (ten[q - TEN_LEAST].low + (q < 0)) >> 64;
        *low = (uint64_t) product;
        return (uint64_t) (product >> 64);
}

/* The bits of the double nearest to w * 10^q, infinity where that overflows. Lemire 2021, "Number parsing at a gigabyte
 * per second", with the proof of Mushtak & Lemire 2023, "Fast number parsing without fallback", that 128 bits do. */
static uint64_t eisel_lemire(uint64_t w, int64_t q) {
        uint64_t high, low, mantissa;
        int zeros, top, exponent;

        if (w == 0 || q < TEN_LEAST)
                return 0;
        if (q > DBL_MAX_10_EXP)
                return infinity_bits;

        zeros = __builtin_clzll(w);
        high = times_ten(w << zeros, (int) q, &low);
        top = (int) (high >> 63);
        mantissa = high >> (top + 9);           /* 53 bits and one to round by */
        exponent = ((217706 * (int) q) >> 16) + 63 + top - zeros + 1023;        /* 217706 / 2^16 = log2(10) */

        if (exponent <= 0) {                    /* subnormal: fewer bits; no such number lies in the middle of two */
                if (exponent < -62)
                        return 0;
                mantissa >>= 1 - exponent;
                return (mantissa + (mantissa & 1)) >> 1;        /* rounding up to 2^52 makes the exponent field 1 */
        }
        /* In the middle of two doubles, and exactly so: to the even one. Only 5^-4 .. 5^23 leave room for that. */
        if (low <= 1 && q >= -4 && q <= 23 && (mantissa & 3) == 1 && mantissa << (top + 9) == high)
                mantissa--;
        mantissa = (mantissa + (mantissa & 1)) >> 1;
        if (mantissa >> 53) {
                mantissa >>= 1;
                exponent++;
        }
        if (exponent >= 0x7ff)
                return infinity_bits;
        return (uint64_t) exponent << 52 | (mantissa & ~(UINT64_C(1) << 52));
}

/* Any number of digits, by strtod: they are handed over as one integer and an exponent, so that no locale's decimal
 * point can matter. Digits beyond those kept count only by not being 0. */
static double by_strtod(const struct written *s) {
        char text[KEPT_DIGITS + 32];
        int64_t exponent = s->exponent;
        int kept = 0, saved = errno;
        bool point = false, more = false;
        double value;

        for (const char *p = s->first; p < s->end; p++) {
                if (*p == '.') {
                        point = true;
                } else if (kept < KEPT_DIGITS) {
                        if (kept || *p != '0')
                                text[kept++] = *p;
                        exponent -= point;
                } else {
                        more |= *p != '0';
                        exponent += !point;
                }
        }
        if (more) {
                text[kept++] = '1';
                exponent--;
        }
        snprintf(text + kept, sizeof text - (size_t) kept, "e%lld", (long long) exponent);
        value = strtod(text, NULL);
        errno = saved;
        return value;
}

static double from_bits(uint64_t bits) {
        double value;

        memcpy(&value, &bits, sizeof value);
        return value;
}

/* More than nineteen digits. Leading zeros do not count; of the rest the first nineteen nearly always tell: where they
 * and the next greater nineteen give the same double, so does all that lies between. */
static double many_digits(const struct written *s) {
        int64_t q = s->exponent;
        uint64_t w = 0, bits;
        int digits = 0;
        bool point = false, more = false;

        for (const char *p = s->first; p < s->end; p++) {
                if (*p == '.') {
                        point = true;
                } else if (digits < WORD_DIGITS) {
                        w = 10 * w + (uint64_t) (*p - '0');
                        digits += w != 0;
                        q -= point;
                } else {
                        more |= *p != '0';
                        q += !point;
                }
        }
        bits = eisel_lemire(w, q);
        if (more && bits != eisel_lemire(w + 1, q))
                return by_strtod(s);
        return from_bits(bits);
}

/* Without leading zeros, they are no more than nineteen. */
static bool fits_word(const struct written *s) {
        const char *p = s->first;

        while (p < s->end && (*p == '0' || *p == '.'))
                p++;
        return s->end - p <= WORD_DIGITS || (s->end - p == WORD_DIGITS + 1 && memchr(p, '.', WORD_DIGITS + 1));
}

/* Clinger 1990: where both numbers are exact doubles, one operation rounds once. */
static inline bool clinger(uint64_t w, int64_t q, double *value) {
        static const double exact[] = { 1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                        1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };

        if (!TAMIS_DOUBLES_ARE_DOUBLES || w > UINT64_C(1) << 53 || q < -22 || q > 22)
                return false;
        *value = q < 0 ? (double) w / exact[-q] : (double) w * exact[q];
        return true;
}

/* -- as it is written ---------------------------------------------------------------------------------------------- */

static inline bool is_blank(char c) {
        return c == ' ' || c == '\t';
}

static inline bool is_digit(char c) {
        return (unsigned char) (c - '0') <= 9;
}

#define BYTES(b) (UINT64_C(0x0101010101010101) * (b))

/* 0x80 in each byte of v that is no digit (and perhaps in some behind the first of these), 0 if all are. */
static inline uint64_t no_digits(uint64_t v) {
        return ((v + BYTES(0x46)) | (v - BYTES('0'))) & BYTES(0x80);
}

/* The number eight digits make, the first in the lowest byte: pairs, fours, all. Bytes of 0 count as '0'. */
static inline uint64_t eight_digits(uint64_t v) {
        v &= BYTES(0x0f);
        v = (v * (1 + (10 << 8))) >> 8 & UINT64_C(0x00ff00ff00ff00ff);
        v = (v * (1 + (100 << 16))) >> 16 & UINT64_C(0x0000ffff0000ffff);
        return (v * (1 + (UINT64_C(10000) << 32))) >> 32;
}

static inline uint64_t load_8(const char *p) {
        uint64_t v;

        memcpy(&v, p, 8);
        return le64toh(v);
}

/* n bytes, 1 to 8, zeros above; nothing else is read. */
static inline uint64_t load_up_to_8(const char *p, size_t n) {
        uint32_t first, last;

        if (n == 8)
                return load_8(p);
        if (n < 4)
                return (uint64_t) (unsigned char) p[0] | (uint64_t) (unsigned char) p[n / 2] << 8 * (n / 2) |
                       (uint64_t) (unsigned char) p[n - 1] << 8 * (n - 1);
        memcpy(&first, p, 4);
        memcpy(&last, p + n - 4, 4);
        return le32toh(first) | (uint64_t) le32toh(last) << 8 * (n - 4);
}

/* Past the digits from p on; *w takes them in, modulo 2^64. */
static inline const char *digits(const char *p, const char *end, uint64_t *w) {
        for (uint64_t v; end - p >= 8 && !no_digits(v = load_8(p)); p += 8)
                *w = *w * 100000000 + eight_digits(v);
        for (; p < end && is_digit(*p); p++)
                *w = 10 * *w + (uint64_t) (*p - '0');
        return p;
}

/* [+-] digits behind the e; NULL where there are none. What is beyond any meaning stays beyond it. */
static const char *read_exponent(const char *p, const char *end, int64_t *exponent) {
        bool negative = p < end && *p == '-';
        int64_t e = 0;

        if (p < end && (*p == '-' || *p == '+'))
                p++;
        if (p == end || !is_digit(*p))
                return NULL;
        for (; p < end && is_digit(*p); p++)
                if (e < INT64_MAX / 16)
                        e = 10 * e + (*p - '0');
        *exponent = negative ? -e : e;
        return p;
}

/* The grammar of number.h. *w is the digits modulo 2^64, *q the exponent that goes with them. False: not a number. */
static inline bool read_written(tamis_slice text, struct written *s, uint64_t *w, int64_t *q) {
        const char *p = text.p, *end = text.n ? p + text.n : p, *point;
        size_t n;

        while (p < end && is_blank(*p))
                p++;
        while (p < end && is_blank(end[-1]))
                end--;
        s->negative = p < end && *p == '-';
        if (p < end && (*p == '-' || *p == '+'))
                p++;

        *w = 0;
        *q = 0;
        s->first = p;
        s->exponent = 0;
        p = digits(p, end, w);
        n = (size_t) (p - s->first);
        if (p < end && *p == '.') {
                point = p++;
                p = digits(p, end, w);
                *q = point + 1 - p;
                n += (size_t) -*q;
        }
        if (n == 0)
                return false;
        s->end = p;
        if (p < end && (*p == 'e' || *p == 'E')) {
                p = read_exponent(p + 1, end, &s->exponent);
                *q += s->exponent;
        }
        return p == end;
}

/* Most cells: a sign perhaps, then at most eight bytes of digits and a point, taken as one word (prices parse in 9 ns
 * instead of 15), then Clinger's division. False: it is not so simple. */
static inline bool parse_short(tamis_slice text, double *value) {
        static const double tens[] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7 };
        const char *p = text.p;
        size_t n = text.n, behind = 0, signs;
        uint64_t v, point;
        double x;

        if (!TAMIS_DOUBLES_ARE_DOUBLES || n == 0 || n > 9)
                return false;
        signs = (*p == '-') | (*p == '+');
        n -= signs;
        if (n == 0 || n > 8)
                return false;
        v = load_up_to_8(p + signs, n) << (64 - 8 * n);
        if (n < 8)
                v |= BYTES('0') >> 8 * n;

        point = v ^ BYTES('.');         /* 0x80 where this is 0 */
        point = ~(((point & BYTES(0x7f)) + BYTES(0x7f)) | point | BYTES(0x7f));
        if (point) {                    /* the bytes before it move up, a zero comes in */
                int bit = __builtin_ctzll(point) - 7;
                uint64_t before = (UINT64_C(1) << bit) - 1;

                behind = 7 - (size_t) bit / 8;
                v = (v & before) << 8 | (v & ~before & ~(UINT64_C(0xff) << bit)) | '0';
                n--;
        }
        if (no_digits(v) || n == 0)
                return false;
        x = (double) eight_digits(v) / tens[behind];
        *value = *p == '-' ? -x : x;
        return true;
}

bool tamis_number_parse(tamis_slice text, double *value) {
        struct written s;
        uint64_t w;
        int64_t q;
        double v;

        if (parse_short(text, value))
                return true;
        if (!read_written(text, &s, &w, &q))
                return false;
        if (s.end - s.first > WORD_DIGITS && !fits_word(&s))
                v = many_digits(&s);
        else if (!clinger(w, q, &v))
                v = from_bits(eisel_lemire(w, q));
        if (v > DBL_MAX)
                return false;
        *value = s.negative ? -v : v;
        return true;
}

bool tamis_number_zero_padded(tamis_slice text) {
        const char *p = text.p, *end = text.n ? p + text.n : p;

        while (p < end && is_blank(*p))
                p++;
        if (p < end && (*p == '-' || *p == '+'))
                p++;
        return end - p >= 2 && p[0] == '0' && is_digit(p[1]);
}

int tamis_number_decimals(tamis_slice text) {
        struct written s;
        uint64_t w;
        int64_t q;

        if (!read_written(text, &s, &w, &q) || q >= 0)
                return 0;
        return q < -INT32_MAX ? INT32_MAX : (int) -q;
}
