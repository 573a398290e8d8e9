/* Exact sums of x and of x^2.
 *
 * A double is M * 2^(o - 1074), M of 53 bits and 0 <= o <= 2045. Its sum is kept as an integer in units of 2^-1074, cut into
 * chunks of 32 bits; a chunk is an int64, so that carries can wait for 2^28 additions. x^2 is M^2 * 2^(2o - 2148), an
 * integer of 106 bits, in units of 2^-2148. Nothing is ever rounded, so nothing depends on the order.
 */
#include <math.h>
#include <stdlib.h>

#include <tamis/stats.h>

#include "stats/wide.h"

enum { ONES = 70, SQUARES = 138 };      /* 2098 and 4196 bits, and room for 2^64 of them */

struct tamis_exact_sums {
        int64_t one[ONES];
        int64_t square[SQUARES];
        uint32_t waiting;       /* additions since carries were last passed on */
};

enum { MAY_WAIT = 1 << 28 };

static void carry_on(int64_t *chunk, size_t n) {
        int64_t carry = 0;

        /* the highest chunk keeps the sign */
        for (size_t i = 0; i + 1 < n; i++) {
                int64_t v = chunk[i] + carry;

                chunk[i] = v & 0xffffffff;
                carry = v >> 32;
        }
        chunk[n - 1] += carry;
}

static void settle(struct tamis_exact_sums *s) {
        carry_on(s->one, ONES);
        carry_on(s->square, SQUARES);
        s->waiting = 0;
}

static inline void add_one(struct tamis_exact_sums *s, double x) {
        uint64_t bits, m, low, high;
        unsigned field, offset, shift;
        unsigned __int128 wide, square;
        int64_t *one, *two;

        memcpy(&bits, &x, sizeof bits);
        field = (unsigned) (bits >> 52) & 0x7ff;
        m = bits & ((UINT64_C(1) << 52) - 1);
        if (field)
                m |= UINT64_C(1) << 52;
        offset = field ? field - 1 : 0;

        wide = (unsigned __int128) m << (offset % 32);
        one = s->one + offset / 32;
        if (bits >> 63) {
                one[0] -= (int64_t) (uint32_t) wide;
                one[1] -= (int64_t) (uint32_t) (wide >> 32);
                one[2] -= (int64_t) (uint32_t) (wide >> 64);
        } else {
                one[0] += (int64_t) (uint32_t) wide;
                one[1] += (int64_t) (uint32_t) (wide >> 32);
                one[2] += (int64_t) (uint32_t) (wide >> 64);
        }

        square = (unsigned __int128) m * m;
        offset *= 2;
        shift = offset % 32;
        two = s->square + offset / 32;
        low = (uint64_t) square;
        high = (uint64_t) (square >> 64);
        wide = (unsigned __int128) low << shift;
        two[0] += (int64_t) (uint32_t) wide;
        two[1] += (int64_t) (uint32_t) (wide >> 32);
        two[2] += (int64_t) (uint32_t) (wide >> 64);
        wide = (unsigned __int128) high << shift;
        two[2] += (int64_t) (uint32_t) wide;
        two[3] += (int64_t) (uint32_t) (wide >> 32);
        two[4] += (int64_t) (uint32_t) (wide >> 64);
}

static int begin(tamis_moments *m, tamis_error *err) {
        if (m->sums)
                return 0;
        m->sums = calloc(1, sizeof *m->sums);
        return m->sums ? 0 : tamis_fail_memory(err);
}

int tamis_moments_add(tamis_moments *m, const double *x, size_t n, tamis_error *err) {
        int r = begin(m, err);
        double min = m->n ? m->min : INFINITY, max = m->n ? m->max : -INFINITY;
        uint64_t count = 0;

        if (r < 0)
                return r;
        for (size_t i = 0; i < n; i++) {
                if (isnan(x[i]))
                        continue;
                count++;
                min = x[i] < min ? x[i] : min;
                max = x[i] > max ? x[i] : max;
                add_one(m->sums, x[i]);
                if (++m->sums->waiting >= MAY_WAIT)
                        settle(m->sums);
        }
        m->n += count;
        if (m->n) {
                m->min = min;
                m->max = max;
        }
        return 0;
}

int tamis_moments_merge(tamis_moments *into, const tamis_moments *from, tamis_error *err) {
        int r = begin(into, err);

        if (r < 0)
                return r;
        if (from->n == 0)
                return 0;
        if (into->sums->waiting + (uint64_t) from->sums->waiting + 1 >= MAY_WAIT)
                settle(into->sums);
        for (size_t i = 0; i < ONES; i++)
                into->sums->one[i] += from->sums->one[i];
        for (size_t i = 0; i < SQUARES; i++)
                into->sums->square[i] += from->sums->square[i];
        into->sums->waiting += from->sums->waiting + 1;
        into->min = into->n && into->min < from->min ? into->min : from->min;
        into->max = into->n && into->max > from->max ? into->max : from->max;
        into->n += from->n;
        return 0;
}

void tamis_moments_done(tamis_moments *m) {
        if (!m)
                return;
        free(m->sums);
        *m = (tamis_moments) {0};
}

/* Chunks to a natural number and a sign. */
static bool magnitude(const int64_t *chunk, size_t n, tamis_wide *ret) {
        int64_t copy[SQUARES];
        bool negative;

        memcpy(copy, chunk, n * sizeof *copy);
        carry_on(copy, n);
        negative = copy[n - 1] < 0;
        if (negative) {
                for (size_t i = 0; i < n; i++)
                        copy[i] = -copy[i];
                carry_on(copy, n);
        }
        memset(ret, 0, sizeof *ret);
        for (size_t i = 0; i < n; i++)
                ret->limb[i] = (uint32_t) copy[i];
        return negative;
}

double tamis_moments_sum(const tamis_moments *m) {
        tamis_wide sum;
        bool negative;

        if (m->n == 0)
                return 0;
        negative = magnitude(m->sums->one, ONES, &sum);
        return (negative ? -1 : 1) * tamis_wide_double(&sum, -1074, false);
}

/* 128 bits below the unit: what is left over after a division can no longer change the rounding, but for its being there */
enum { RAISE = 4 };

double tamis_moments_mean(const tamis_moments *m) {
        tamis_wide sum;
        bool negative, sticky;

        if (m->n == 0)
                return NAN;
        negative = magnitude(m->sums->one, ONES, &sum);
        tamis_wide_raise(&sum, RAISE);
        sticky = tamis_wide_divide(&sum, m->n);
        return (negative ? -1 : 1) * tamis_wide_double(&sum, -1074 - 32 * RAISE, sticky);
}

/* (n S2 - S1^2) / (n (n - ddof)), in units of 2^(-2148 - 128); true: and a little more. */
static bool spread(const tamis_moments *m, int ddof, tamis_wide *ret) {
        tamis_wide sum, squared;
        bool sticky;

        magnitude(m->sums->one, ONES, &sum);
        magnitude(m->sums->square, SQUARES, ret);
        tamis_wide_times(ret, m->n);
        tamis_wide_square(&sum, &squared);
        tamis_wide_subtract(ret, &squared);     /* never negative, by Cauchy and Schwarz */
        tamis_wide_raise(ret, RAISE);
        sticky = tamis_wide_divide(ret, m->n);
        return tamis_wide_divide(ret, m->n - (uint64_t) ddof) || sticky;
}

double tamis_moments_variance(const tamis_moments *m, int ddof) {
        tamis_wide v;
        bool sticky;

        if (m->n <= (uint64_t) ddof)
                return NAN;
        sticky = spread(m, ddof, &v);
        return tamis_wide_double(&v, -2148 - 32 * RAISE, sticky);
}

double tamis_moments_sd(const tamis_moments *m, int ddof) {
        tamis_wide v;

        if (m->n <= (uint64_t) ddof)
                return NAN;
        spread(m, ddof, &v);
        return tamis_wide_root(&v, -2148 - 32 * RAISE);
}
