/* wide.h: whole numbers of many words, for sums that must not round.
 *
 * A number is n 64-bit words, the lowest first. Sums are two's complement, so that adding never asks for the sign; what
 * is multiplied, divided or rounded is a magnitude. Fixed widths, no allocation.
 */
#ifndef TAMIS_STATS_WIDE_H
#define TAMIS_STATS_WIDE_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef unsigned __int128 tamis_u128;

static inline bool tamis_wide_negative(const uint64_t *w, size_t n) {
        return w[n - 1] >> 63;
}

static inline void tamis_wide_negate(uint64_t *w, size_t n) {
        bool carry = true;

        for (size_t i = 0; i < n; i++) {
                w[i] = ~w[i] + carry;
                carry = carry && !w[i];
        }
}

/* w += v, or w -= v; both n words. */
static inline void tamis_wide_add(uint64_t *w, const uint64_t *v, size_t n) {
        bool carry = false;

        for (size_t i = 0; i < n; i++) {
                bool over = __builtin_add_overflow(w[i], v[i], &w[i]);

                carry = over | __builtin_add_overflow(w[i], (uint64_t) carry, &w[i]);
        }
}

static inline void tamis_wide_subtract(uint64_t *w, const uint64_t *v, size_t n) {
        bool borrow = false;

        for (size_t i = 0; i < n; i++) {
                bool under = __builtin_sub_overflow(w[i], v[i], &w[i]);

                borrow = under | __builtin_sub_overflow(w[i], (uint64_t) borrow, &w[i]);
        }
}

/* w += v << bit, or w -= v << bit, for a w with room for the carry. */
static inline void tamis_wide_add_at(uint64_t *w, size_t n, size_t bit, tamis_u128 v, bool minus) {
        size_t i = bit / 64, shift = bit % 64;
        uint64_t part[3] = { (uint64_t) (v << shift), (uint64_t) (v << shift >> 64),
                             shift ? (uint64_t) (v >> (128 - shift)) : 0 };
        bool carry = false;

        for (size_t j = 0; i < n && (j < 3 || carry); i++, j++) {
                uint64_t x = j < 3 ? part[j] : 0;
                bool over = minus ? __builtin_sub_overflow(w[i], x, &w[i]) : __builtin_add_overflow(w[i], x, &w[i]);

                carry = over | (minus ? __builtin_sub_overflow(w[i], (uint64_t) carry, &w[i])
                                      : __builtin_add_overflow(w[i], (uint64_t) carry, &w[i]));
        }
}

/* Words in use: 0 for the number 0. */
static inline size_t tamis_wide_length(const uint64_t *w, size_t n) {
        while (n && !w[n - 1])
                n--;
        return n;
}

/* out (n + m words, none of them in a or b) = a * b. Words of 0 cost nothing. */
static inline void tamis_wide_multiply(const uint64_t *a, size_t n, const uint64_t *b, size_t m, uint64_t *out) {
        for (size_t i = 0; i < n + m; i++)
                out[i] = 0;
        for (size_t i = 0; i < n; i++) {
                uint64_t carry = 0;

                for (size_t j = 0; a[i] && j < m; j++) {
                        tamis_u128 t = (tamis_u128) a[i] * b[j] + out[i + j] + carry;

                        out[i + j] = (uint64_t) t;
                        carry = (uint64_t) (t >> 64);
                }
                out[i + m] = carry;
        }
}

/* w = floor(w / by), returns the remainder. */
static inline uint64_t tamis_wide_divide(uint64_t *w, size_t n, uint64_t by) {
        uint64_t rest = 0;

        for (size_t i = tamis_wide_length(w, n); i-- > 0;) {
                tamis_u128 t = (tamis_u128) rest << 64 | w[i];

                w[i] = (uint64_t) (t / by);
                rest = (uint64_t) (t % by);
        }
        return rest;
}

/* The 64 bits from `bit` on; those past the end are 0. */
static inline uint64_t tamis_wide_bits(const uint64_t *w, size_t n, size_t bit) {
        size_t i = bit / 64, shift = bit % 64;
        uint64_t low = i < n ? w[i] >> shift : 0;

        return low | (shift && i + 1 < n ? w[i + 1] << (64 - shift) : 0);
}

/* Is any bit below `bit` set? */
static inline bool tamis_wide_any_below(const uint64_t *w, size_t n, size_t bit) {
        size_t i;

        for (i = 0; i < n && i < bit / 64; i++)
                if (w[i])
                        return true;
        return i < n && bit % 64 && w[i] << (64 - bit % 64);
}

/* The bit length: w < 2^length. */
static inline size_t tamis_wide_bit_length(const uint64_t *w, size_t n) {
        n = tamis_wide_length(w, n);
        return n ? 64 * n - (size_t) __builtin_clzll(w[n - 1]) : 0;
}

/* The double next to w * 2^exponent (half to even, inf beyond the largest), where `more` says that a little more than w
 * is meant, less than one unit of it. Without `more`, exponent is at least -1074 or w has 54 bits and more; with it,
 * always the latter. */
static inline double tamis_wide_round(const uint64_t *w, size_t n, int exponent, bool more) {
        int length = (int) tamis_wide_bit_length(w, n);
        int lowest = length + exponent - 53;    /* the exponent of the last bit that is kept */
        int cut;
        uint64_t kept;

        if (length == 0)
                return 0;
        if (lowest < -1074)
                lowest = -1074;
        cut = lowest - exponent;
        if (cut <= 0)
                return ldexp((double) w[0], exponent);
        kept = tamis_wide_bits(w, n, (size_t) cut);
        if (tamis_wide_bits(w, n, (size_t) cut - 1) & 1)
                kept += more || kept & 1 || tamis_wide_any_below(w, n, (size_t) cut - 1);
        return ldexp((double) kept, lowest);
}

/* floor(sqrt(x)), digit by digit (in base 2, as one learned it in base 10). */
static inline uint64_t tamis_wide_root(tamis_u128 x, bool *inexact) {
        tamis_u128 root = 0, bit = (tamis_u128) 1 << 126;

        for (; bit; bit >>= 2) {
                bool one = x >= root + bit;

                if (one)
                        x -= root + bit;
                root = (root >> 1) + (one ? bit : 0);
        }
        *inexact = x != 0;
        return (uint64_t) root;
}

#endif
