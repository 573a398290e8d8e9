#include <stdlib.h>
#include <string.h>

#include <tamis/stats.h>

#include "stats/wide.h"

/* A finite double is m * 2^(place - 1074), 0 <= m < 2^53, 0 <= place <= 2045; its square is m^2 * 2^(2 place - 2148).
 * The sums count in units of 2^-1074 and 2^-2148, and have room for 2^64 of the largest: 2045 + 53 + 64 bits and a
 * sign, and 2 * 2045 + 106 + 64. */
enum { LINEAR = 34, SQUARES = 67, UNIT = -1074 };

struct tamis_exact_sums {
        uint64_t linear[LINEAR];        /* two's complement */
        uint64_t squares[SQUARES];
};

/* What one call adds is first summed by exponent, for a column has few: then a value costs two additions of 128 bits,
 * and the long sums are touched once for each exponent: 4.5 ns a value, and 20 without. */
enum { SLOTS = 64, FEW = 16, ROUND = 1 << 20 };        /* 2^20 squares of 106 bits fit into 128 */

struct slot {
        __int128 linear;
        tamis_u128 squares;
        uint64_t exponent;              /* as the double has it; modulo their number, the slot's place */
};

static void empty_slot(struct slot *s, struct tamis_exact_sums *sums) {
        size_t place = s->exponent ? s->exponent - 1 : 0;
        bool negative = s->linear < 0;

        if (s->squares) {
                tamis_u128 magnitude = negative ? -(tamis_u128) s->linear : (tamis_u128) s->linear;

                tamis_wide_add_at(sums->linear, LINEAR, place, magnitude, negative);
                tamis_wide_add_at(sums->squares, SQUARES, 2 * place, s->squares, false);
        }
        s->linear = 0;
        s->squares = 0;
}

/* Zeros and NaN go, as m = 0, where the last value went: no branch hangs on them, nor on the sign. */
static void add_round(tamis_moments *m, struct slot *slots, size_t n_slots, const double *x, size_t n) {
        double min = m->n ? m->min : INFINITY, max = m->n ? m->max : -INFINITY;
        uint64_t finite = 0, exponent = 0;

        for (size_t i = 0; i < n; i++) {
                double value = x[i] + 0.;       /* -0 becomes 0, or the extremes would hang on the order */
                uint64_t bits, e, mantissa, sign;
                struct slot *s;

                memcpy(&bits, &value, sizeof bits);
                e = bits >> 52 & 0x7ff;
                sign = -(bits >> 63);
                mantissa = (bits & ((UINT64_C(1) << 52) - 1)) | (uint64_t) (e != 0) << 52;
                mantissa &= -(uint64_t) (e != 0x7ff);
                finite += e != 0x7ff;
                exponent ^= (exponent ^ e) & -(uint64_t) (mantissa != 0);
                min = value < min ? value : min;
                max = value > max ? value : max;

                s = &slots[exponent & (n_slots - 1)];
                if (__builtin_expect(s->exponent != exponent, 0)) {
                        empty_slot(s, m->sums);
                        s->exponent = exponent;
                }
                s->linear += (int64_t) ((mantissa ^ sign) - sign);
                s->squares += (tamis_u128) mantissa * mantissa;
        }
        if (finite) {
                m->n += finite;
                m->min = min;
                m->max = max;
        }
}

static int have_sums(tamis_moments *m, tamis_error *err) {
        if (!m->sums)
                m->sums = calloc(1, sizeof *m->sums);
        return m->sums ? 0 : tamis_fail_memory(err);
}

int tamis_moments_add(tamis_moments *m, const double *x, size_t n, tamis_error *err) {
        struct slot slots[SLOTS];
        size_t n_slots = n < FEW ? 1 : SLOTS;
        int r = have_sums(m, err);

        if (r < 0)
                return r;
        for (size_t i = 0; i < n_slots; i++)
                slots[i] = (struct slot) { .exponent = i };
        while (n) {
                size_t some = n < ROUND ? n : ROUND;

                add_round(m, slots, n_slots, x, some);
                for (size_t i = 0; i < n_slots; i++)
                        empty_slot(&slots[i], m->sums);
                x += some;
                n -= some;
        }
        return 0;
}

int tamis_moments_merge(tamis_moments *into, const tamis_moments *from, tamis_error *err) {
        int r;

        if (!from->n)
                return 0;
        r = have_sums(into, err);
        if (r < 0)
                return r;
        tamis_wide_add(into->sums->linear, from->sums->linear, LINEAR);
        tamis_wide_add(into->sums->squares, from->sums->squares, SQUARES);
        into->min = into->n && into->min < from->min ? into->min : from->min;
        into->max = into->n && into->max > from->max ? into->max : from->max;
        into->n += from->n;
        return 0;
}

void tamis_moments_done(tamis_moments *m) {
        if (!m)
                return;
        free(m->sums);
        *m = (tamis_moments) { 0 };
}

/* -- what they come to, rounded once ------------------------------------------------------------------------------- */

/* |sum of x| into w; true when it was negative. */
static bool linear_magnitude(const tamis_moments *m, uint64_t w[LINEAR]) {
        bool negative = tamis_wide_negative(m->sums->linear, LINEAR);

        memcpy(w, m->sums->linear, sizeof m->sums->linear);
        if (negative)
                tamis_wide_negate(w, LINEAR);
        return negative;
}

double tamis_moments_sum(const tamis_moments *m) {
        uint64_t w[LINEAR];
        double sum;
        bool negative;

        if (!m->n)
                return 0;
        negative = linear_magnitude(m, w);
        sum = tamis_wide_round(w, LINEAR, UNIT, false);
        return negative ? -sum : sum;
}

/* The sum is taken times 2^128, so that the quotient has 64 bits and more. */
double tamis_moments_mean(const tamis_moments *m) {
        uint64_t w[2 + LINEAR] = {0};
        double mean;
        bool negative, more;

        if (!m->n)
                return NAN;
        negative = linear_magnitude(m, w + 2);
        more = tamis_wide_divide(w, 2 + LINEAR, m->n) != 0;
        mean = tamis_wide_round(w, 2 + LINEAR, UNIT - 128, more);
        return negative ? -mean : mean;
}

/* The variance is (n * squares - linear^2) / (n * (n - ddof)), a whole number of units of 2^-2148 divided by another.
 * Here times 2^256, so that the quotient, w, has 128 bits and more, or is 0; `more`, when a remainder was left. */
enum { QUOTIENT = 4 + SQUARES + 1, QUOTIENT_UNIT = 2 * UNIT - 256 };

static bool quotient(const tamis_moments *m, int ddof, uint64_t w[QUOTIENT]) {
        uint64_t linear[LINEAR], square[2 * LINEAR];
        uint64_t rest;

        linear_magnitude(m, linear);
        tamis_wide_multiply(linear, LINEAR, linear, LINEAR, square);
        memset(w, 0, 4 * sizeof *w);
        tamis_wide_multiply(m->sums->squares, SQUARES, &m->n, 1, w + 4);
        tamis_wide_subtract(w + 4, square, SQUARES + 1);
        rest = tamis_wide_divide(w, QUOTIENT, m->n);
        rest |= tamis_wide_divide(w, QUOTIENT, m->n - (uint64_t) ddof);
        return rest != 0;
}

static bool enough(const tamis_moments *m, int ddof) {
        return m->n && (ddof < 0 || m->n > (uint64_t) ddof);
}

double tamis_moments_variance(const tamis_moments *m, int ddof) {
        uint64_t w[QUOTIENT];
        bool more;

        if (!enough(m, ddof))
                return NAN;
        more = quotient(m, ddof, w);
        return tamis_wide_round(w, QUOTIENT, QUOTIENT_UNIT, more);
}

/* The root of the highest 127 or 128 bits, so many that an even exponent is left: 64 bits, rounded once. */
double tamis_moments_sd(const tamis_moments *m, int ddof) {
        uint64_t w[QUOTIENT], root;
        bool more, inexact;
        size_t length, cut;
        tamis_u128 top;

        if (!enough(m, ddof))
                return NAN;
        more = quotient(m, ddof, w);
        length = tamis_wide_bit_length(w, QUOTIENT);
        if (!length)
                return 0;
        cut = length - 128;
        cut += cut % 2;         /* QUOTIENT_UNIT is even */
        top = (tamis_u128) tamis_wide_bits(w, QUOTIENT, cut + 64) << 64 | tamis_wide_bits(w, QUOTIENT, cut);
        more |= tamis_wide_any_below(w, QUOTIENT, cut);
        root = tamis_wide_root(top, &inexact);
        return tamis_wide_round(&root, 1, (int) cut / 2 + QUOTIENT_UNIT / 2, more || inexact);
}
