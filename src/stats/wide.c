#include <math.h>
#include <string.h>

#include "stats/wide.h"

void tamis_wide_subtract(tamis_wide *a, const tamis_wide *b) {
        int64_t carry = 0;

        for (size_t i = 0; i < TAMIS_WIDE; i++) {
                carry += (int64_t) a->limb[i] - b->limb[i];
                a->limb[i] = (uint32_t) carry;
                carry >>= 32;
        }
}

void tamis_wide_times(tamis_wide *a, uint64_t m) {
        unsigned __int128 carry = 0;

        for (size_t i = 0; i < TAMIS_WIDE; i++) {
                carry += (unsigned __int128) a->limb[i] * m;
                a->limb[i] = (uint32_t) carry;
                carry >>= 32;
        }
}

void tamis_wide_square(const tamis_wide *a, tamis_wide *ret) {
        size_t n = TAMIS_WIDE;

        memset(ret, 0, sizeof *ret);
        while (n > 0 && !a->limb[n - 1])
                n--;
        for (size_t i = 0; i < n; i++) {
                uint64_t carry = 0;

                for (size_t j = 0; i + j < TAMIS_WIDE; j++) {
                        carry += ret->limb[i + j] + (j < n ? (uint64_t) a->limb[i] * a->limb[j] : 0);
                        ret->limb[i + j] = (uint32_t) carry;
                        carry >>= 32;
                }
        }
}

void tamis_wide_raise(tamis_wide *a, unsigned limbs) {
        memmove(a->limb + limbs, a->limb, (TAMIS_WIDE - limbs) * sizeof *a->limb);
        memset(a->limb, 0, limbs * sizeof *a->limb);
}

bool tamis_wide_divide(tamis_wide *a, uint64_t d) {
        unsigned __int128 rest = 0;

        for (size_t i = TAMIS_WIDE; i-- > 0;) {
                rest = rest << 32 | a->limb[i];
                a->limb[i] = (uint32_t) (rest / d);
                rest %= d;
        }
        return rest != 0;
}

static int highest_bit(const tamis_wide *a) {
        for (size_t i = TAMIS_WIDE; i-- > 0;)
                if (a->limb[i])
                        return (int) (32 * i) + 31 - __builtin_clz(a->limb[i]);
        return -1;
}

static bool bit(const tamis_wide *a, int at) {
        return at >= 0 && (a->limb[at / 32] >> (at % 32) & 1);
}

static bool any_below(const tamis_wide *a, int at) {
        for (int i = 0; i < at / 32; i++)
                if (a->limb[i])
                        return true;
        return at > 0 && at % 32 && (a->limb[at / 32] & ((1U << (at % 32)) - 1));
}

double tamis_wide_double(const tamis_wide *a, int exponent, bool sticky) {
        int high = highest_bit(a), low = high - 52;
        uint64_t mantissa = 0;

        if (high < 0)
                return 0;
        /* a subnormal result has fewer bits: none below 2^-1074 */
        if (low + exponent < -1074)
                low = -1074 - exponent;
        for (int i = high; i >= low; i--)
                mantissa = mantissa << 1 | bit(a, i);
        if (bit(a, low - 1) && (sticky || any_below(a, low - 1) || (mantissa & 1)))
                mantissa++;
        return ldexp((double) mantissa, low + exponent);
}

double tamis_wide_root(const tamis_wide *a, int exponent) {
        int high = highest_bit(a), scale;

        if (high < 0)
                return 0;
        /* a * 2^-scale lies in [1, 4) */
        scale = high & ~1;
        return ldexp(sqrt(tamis_wide_double(a, -scale, false)), (scale + exponent) / 2);
}
