#include <endian.h>
#include <stdint.h>
#include <string.h>

#include <tamis/number.h>

#include "csv/number_digits.h"
#include "csv/number_print.h"
#include "csv/number_print_table.h"
#include "csv/number_table.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define ONE52 (UINT64_C(1) << 52)

/* For what nobody can guess. The compiler is kept from seeing through it: it would put a branch instead. */
static inline uint64_t all_ones_if(bool condition) {
        uint64_t mask = -(uint64_t) condition;

        __asm__("" : "+r"(mask));
        return mask;
}

/* 1262611 / 2^22 = log10(2), 1741647 / 2^19 = log2(10): right for every exponent there is. */
static inline int log10_of_power_of_2(int q) {
        return (q * 1262611) >> 22;
}

static inline int log2_of_power_of_10(int k) {
        return (k * 1741647) >> 19;
}

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
        /* 524031 / 2^22 = -log10(3/4) */
        int k = fraction0 ? (q * 1262611 - 524031) >> 22 : log10_of_power_of_2(q);
        int shift = q + log2_of_power_of_10(-k) + 1;
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

/* Sixteen digits, the first not 0, and one behind them: value = (digits * 10 + last) * 10^k. */
struct decimal {
        uint64_t digits;
        unsigned last;
        int k;
};

/* The same as shortest() in one multiplication instead of three, and no branch that hangs on the number; false where
 * that is not enough to tell. For a double with this exponent field that is no power of two.
 *
 * The interval is taken in units of 10^(k+1), of which it holds one multiple at most; units[] has the double's last bit
 * in them, 128 bits behind the point. The whole part then has fifteen or sixteen digits; with the fraction f, and half
 * the interval h, both 64 bits behind the point: where f or 1 - f is less than h that multiple is the answer, and
 * else one digit more, 10 f, rounded. f is too small by less than 2 and h by less than 1, so only what comes
 * within a few units of deciding otherwise (ties and ends of intervals among it, and subnormals, whose h is 0) is
 * left to shortest(). */
static inline bool nearly_always(uint64_t fraction, unsigned field, struct decimal *ret) {
        const uint64_t ten15 = UINT64_C(1000000000000000);
        uint64_t high = units[field].high, low = units[field].low, c = fraction << 11 | UINT64_C(1) << 63;
        unsigned __int128 product = (unsigned __int128) c * high + ((unsigned __int128) c * low >> 64), tenfold;
        uint64_t whole = (uint64_t) (product >> 75), f = (uint64_t) (product >> 11), h = high >> 1;
        uint64_t up = f >> 63, away = (f ^ -up) + up;           /* how far from the next whole number */
        uint64_t last, shorter, few;

        tenfold = (unsigned __int128) f * 10 + (UINT64_C(1) << 63);
        if (__builtin_expect((away - h + 4 < 8) | ((uint64_t) tenfold + 32 < 64), 0))
                return false;
        shorter = all_ones_if(away < h);
        whole += up & shorter;
        last = (uint64_t) (tenfold >> 64) & ~shorter;
        few = all_ones_if(whole < ten15);
        ret->digits = whole + ((whole * 9 + last) & few);
        ret->last = (unsigned) (last & ~few);
        ret->k = log10_of_power_of_2((int) field - 1075) + (int) few;
        return true;
}

/* -- digits to text ------------------------------------------------------------------------------------------------ */

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

#ifdef __SSE2__
/* The digits of n < 10^16 as bytes 0 .. 9: halves, quarters, pairs, all at once. */
static inline __m128i sixteen_bytes(uint64_t n) {
        uint64_t top = n / 100000000;
        __m128i v = _mm_set_epi64x((long long) (n - top * 100000000), (long long) top), w,
                factor = _mm_set1_epi16(2559);

        /* v becomes v % 10000 and v / 10000, in this order; then it is turned */
        w = _mm_srli_epi64(_mm_mul_epu32(v, _mm_set1_epi64x(3518437209)), 45);
        v = _mm_add_epi64(v, _mm_mul_epu32(w, _mm_set1_epi64x((INT64_C(1) << 32) - 10000)));
        v = _mm_shuffle_epi32(v, _MM_SHUFFLE(2, 3, 0, 1));
        w = _mm_srli_epi16(_mm_mulhi_epu16(v, _mm_set1_epi32(5243)), 3);
        v = _mm_or_si128(w, _mm_slli_epi32(_mm_sub_epi16(v, _mm_mullo_epi16(w, _mm_set1_epi32(100))), 16));
        /* v / 10 below v % 10: 256 v - 2559 (v / 10) */
        w = _mm_mulhi_epu16(v, _mm_set1_epi16(6554));
        __asm__("" : "+x"(factor));     /* or the multiplication becomes five additions and shifts */
        return _mm_sub_epi16(_mm_slli_epi16(v, 8), _mm_mullo_epi16(w, factor));
}

/* Where things stand, by the digits before the point: the first digit; the digits behind the point, less how many are
 * before it; the point; how many of the sixteen first bytes are digits before it. */
enum { POINT_LEAST = -5, POINT_GREATEST = 16 };

static const struct { uint8_t first, behind, point, before; } places[] = {
        { 7, 7, 1, 16 }, { 6, 6, 1, 16 }, { 5, 5, 1, 16 }, { 4, 4, 1, 16 }, { 3, 3, 1, 16 }, { 2, 2, 1, 16 },
        { 0, 1, 1, 1 }, { 0, 1, 2, 2 }, { 0, 1, 3, 3 }, { 0, 1, 4, 4 }, { 0, 1, 5, 5 }, { 0, 1, 6, 6 }, { 0, 1, 7, 7 },
        { 0, 1, 8, 8 }, { 0, 1, 9, 9 }, { 0, 1, 10, 10 }, { 0, 1, 11, 11 }, { 0, 1, 12, 12 }, { 0, 1, 13, 13 },
        { 0, 1, 14, 14 }, { 0, 1, 15, 15 }, { 0, 1, 16, 16 },
};

/* Lay out what has its point among the digits or at most five zeros in front of them, without a branch: among numbers
 * about 1 every third would be guessed wrong. The text is written three times over: "0.00000"; the digits where those
 * behind the point belong; and from the first digit on sixteen bytes, digits at their place before the point and one to
 * the right behind it. */
static inline size_t lay_out_plain(char *out, const struct decimal *d, int point) {
        static const uint8_t mask[32] = {
                255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255
        };
        size_t first = places[point - POINT_LEAST].first, behind = places[point - POINT_LEAST].behind;
        size_t dot = places[point - POINT_LEAST].point, n = places[point - POINT_LEAST].before;
        __m128i v = sixteen_bytes(d->digits), text = _mm_or_si128(v, _mm_set1_epi8('0'));
        __m128i before = _mm_loadu_si128((const __m128i *) (mask + sizeof mask / 2 - n));
        unsigned set = (unsigned) _mm_movemask_epi8(_mm_cmpgt_epi8(v, _mm_setzero_si128())) | (d->last != 0) << 16;
        int digits = 32 - __builtin_clz(set);

        memcpy(out, "0.00000", 8);
        _mm_storeu_si128((__m128i *) (out + behind), text);
        out[behind + 16] = (char) ('0' + d->last);
        _mm_storeu_si128((__m128i *) (out + first), _mm_or_si128(_mm_and_si128(before, text),
                                                                 _mm_andnot_si128(before, _mm_slli_si128(text, 1))));
        out[dot] = '.';
        /* behind: first, and one more for the point; which goes when there is nothing behind it */
        return digits > point ? (size_t) digits + behind : (size_t) point;
}

static inline size_t lay_out_decimal(char *out, const struct decimal *d) {
        int point = 17 + d->k;

        if (__builtin_expect((unsigned) (point - POINT_LEAST) <= POINT_GREATEST - POINT_LEAST, 1))
                return lay_out_plain(out, d, point);
        return lay_out(out, d->digits * 10 + d->last, d->k);
}
#else
static inline size_t lay_out_decimal(char *out, const struct decimal *d) {
        return lay_out(out, d->digits * 10 + d->last, d->k);
}
#endif

/* The double |value|: m * 2^q. */
static inline uint64_t take_apart(uint64_t bits, int *q) {
        uint64_t fraction = bits & (ONE52 - 1);
        int field = (int) (bits >> 52 & 0x7ff);

        *q = (field ? field : 1) - 1075;
        return field ? fraction | ONE52 : fraction;
}

/* These end in themselves, with the sign, so that tamis_number_print() has nothing to keep across a call. */
static __attribute__((noinline)) size_t print_exactly(uint64_t bits, char *out) {
        size_t sign = bits >> 63;
        int q, k;
        uint64_t m = take_apart(bits, &q), d = shortest(m, q, m == ONE52 && q > -1074, &k);

        out[0] = '-';
        return sign + lay_out(out + sign, d, k);
}

static inline size_t print_quickly(uint64_t bits, char *out) {
        size_t sign = bits >> 63;
        struct decimal d;

        if (!nearly_always(bits & (ONE52 - 1), bits >> 52 & 0x7ff, &d))
                return print_exactly(bits, out);
        out[0] = '-';
        return sign + lay_out_decimal(out + sign, &d);
}

/* What ends in many zero bits: integers, and powers of two, which nearly_always() does not take. */
static __attribute__((noinline)) size_t print_round(uint64_t bits, char *out) {
        size_t sign = bits >> 63;
        double magnitude;

        bits &= ~(UINT64_C(1) << 63);
        memcpy(&magnitude, &bits, sizeof bits);
        out[0] = '-';
        out += sign;
        if (magnitude < 0x1p53 && (double) (int64_t) magnitude == magnitude)
                return sign + put_integer(out, (uint64_t) (int64_t) magnitude);
        return sign + (bits & (ONE52 - 1) ? print_quickly(bits, out) : print_exactly(bits, out));
}

size_t tamis_number_print(double value, char out[TAMIS_NUMBER_MAX]) {
        uint64_t bits;

        memcpy(&bits, &value, sizeof bits);
        return bits << 43 ? print_quickly(bits, out) : print_round(bits, out);
}

size_t tamis_number_print_slowly(double value, char out[TAMIS_NUMBER_MAX]) {
        uint64_t bits;

        memcpy(&bits, &value, sizeof bits);
        return value == 0 ? print_round(bits, out) : print_exactly(bits, out);
}
