#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scale/values.h"
#include "stats/decimals.h"

static int reserve(tamis_values *v, size_t more, tamis_error *err) {
        size_t room;
        double *x;

        if (v->n + more <= v->capacity)
                return 0;
        room = v->n + more > 2 * v->capacity ? v->n + more : 2 * v->capacity;
        x = reallocarray(v->x, room, sizeof *x);
        if (!x)
                return tamis_fail_memory(err);
        v->x = x;
        v->capacity = room;
        return 0;
}

static int add(void *sum, const double *x, size_t n, tamis_error *err) {
        tamis_values *v = sum;
        size_t at;
        int r = reserve(v, n, err);

        if (r < 0)
                return r;
        at = v->n;
        /* written even where missing, and then written over: no branch; + 0 makes 0 of -0 */
        for (size_t i = 0; i < n; i++) {
                v->x[at] = x[i] + 0.;
                at += x[i] == x[i];
        }
        v->n = at;
        v->rows += n;
        return 0;
}

static int merge(void *into, void *from, tamis_error *err) {
        tamis_values *a = into, *b = from;
        int r = reserve(a, b->n, err);

        if (r < 0)
                return r;
        if (b->n)
                memcpy(a->x + a->n, b->x, b->n * sizeof *a->x);
        a->n += b->n;
        a->rows += b->rows;
        free(b->x);
        *b = (tamis_values) {0};
        return 0;
}

static void values_done(void *sum) {
        free(((tamis_values *) sum)->x);
}

const tamis_summary tamis_summary_values = {
        .size = sizeof(tamis_values), .add_numbers = add, .merge = merge, .done = values_done,
};

/* -- in order ------------------------------------------------------------------------------------------------------ */

enum { DIGIT = 11, DIGITS = 6, RADIX = 1 << DIGIT, FEW = 256 };

static int ascending(const void *x, const void *y) {
        const double *a = x, *b = y;

        return (*a > *b) - (*a < *b);
}

/* Bits that sort as the numbers do: the sign turned, and all the others of what is negative. */
static inline uint64_t key_of(double x) {
        uint64_t bits;

        memcpy(&bits, &x, sizeof bits);
        return bits ^ ((uint64_t) ((int64_t) bits >> 63) | (uint64_t) 1 << 63);
}

static inline double value_of(uint64_t key) {
        double x;

        key ^= ~(uint64_t) ((int64_t) key >> 63) | (uint64_t) 1 << 63;
        memcpy(&x, &key, sizeof x);
        return x;
}

/* Keys by their digits from bit `shift` on, `digits` of them, the last first; a digit that all share is passed over.
 * Returns where they are then: `keys`, or `space`. */
static uint64_t *by_digits(uint64_t *keys, uint64_t *space, size_t n, unsigned shift, unsigned digits, size_t *counts) {
        memset(counts, 0, (size_t) digits * RADIX * sizeof *counts);
        for (size_t i = 0; i < n; i++)
                for (unsigned d = 0; d < digits; d++)
                        counts[d * RADIX + (keys[i] >> (shift + d * DIGIT) & (RADIX - 1))]++;
        for (unsigned d = 0; d < digits; d++) {
                size_t *next = counts + (size_t) d * RADIX, sum = 0;
                uint64_t *from = keys;

                if (next[keys[0] >> (shift + d * DIGIT) & (RADIX - 1)] == n)
                        continue;
                for (size_t i = 0; i < RADIX; i++) {
                        size_t count = next[i];

                        next[i] = sum;
                        sum += count;
                }
                for (size_t i = 0; i < n; i++)
                        space[next[from[i] >> (shift + d * DIGIT) & (RADIX - 1)]++] = from[i];
                keys = space;
                space = from;
        }
        return keys;
}

/* What is nearly in order, by insertion. False: it was not so nearly. */
static bool insert(uint64_t *keys, size_t n) {
        size_t budget = 8 * n;

        for (size_t i = 1; i < n; i++) {
                uint64_t key = keys[i];
                size_t at = i;

                for (; at > 0 && keys[at - 1] > key && budget > 0; at--, budget--)
                        keys[at] = keys[at - 1];
                keys[at] = key;
                if (budget == 0)
                        return false;
        }
        return true;
}

/* By the leading 33 bits of what they differ in, and the rest, where few rows are wrong, by insertion: half the work of
 * all digits, which are for what is left. */
bool tamis_values_sort(double *x, size_t n) {
        uint64_t *keys, *sorted, least = UINT64_MAX, most = 0;
        size_t *counts;
        unsigned bits = 0;

        if (n < FEW) {
                if (n > 1)
                        qsort(x, n, sizeof *x, ascending);
                return true;
        }
        if (tamis_decimals_sort(x, n))
                return true;
        keys = malloc(2 * n * sizeof *keys);
        counts = malloc((size_t) DIGITS * RADIX * sizeof *counts);
        if (!keys || !counts) {
                free(keys);
                free(counts);
                return false;
        }
        for (size_t i = 0; i < n; i++) {
                uint64_t key = keys[i] = key_of(x[i]);

                least = key < least ? key : least;
                most = key > most ? key : most;
        }
        for (size_t i = 0; i < n; i++)
                keys[i] -= least;
        while (bits < 64 && (most - least) >> bits)
                bits++;
        sorted = by_digits(keys, keys + n, n, bits > 3 * DIGIT ? bits - 3 * DIGIT : 0, 3, counts);
        if (bits > 3 * DIGIT && !insert(sorted, n))
                sorted = by_digits(sorted, sorted == keys ? keys + n : keys, n, 0, DIGITS, counts);
        for (size_t i = 0; i < n; i++)
                x[i] = value_of(sorted[i] + least);
        free(keys);
        free(counts);
        return true;
}

double tamis_values_quantile(const double *x, size_t n, double p) {
        double place = p * (double) (n - 1), below = floor(place), t = place - below, a, b;
        size_t at = (size_t) below;

        if (at + 1 >= n)
                return x[n - 1];
        a = x[at];
        b = x[at + 1];
        if (!isfinite(b - a))
                return a * (1 - t) + b * t;
        return t < .5 ? a + (b - a) * t : b - (b - a) * (1 - t);
}
