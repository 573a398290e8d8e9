#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stats/decimals.h"

enum { AHEAD = 24, STRIDE = 16, BLOCK = 512, SAMPLE = 256, LEAST = 64, MOST_PLACES = 1 << 21 };
static const double farthest = 1e9;

void tamis_decimals_done(tamis_decimals *d) {
        free(d->counts);
        *d = (tamis_decimals) { .tried = d->tried };
}

/* The fewest decimals that some of them have; -1: more than six. */
static int decimals_of(const double *x, size_t n, double *ret) {
        static const double scales[] = { 1, 10, 100, 1e3, 1e4, 1e5, 1e6 };
        int d = 0;

        for (size_t i = 0; i < n; i += n / SAMPLE + 1)
                while (x[i] == x[i] &&
                       !(fabs(x[i]) * scales[d] < farthest && (double) llround(x[i] * scales[d]) / scales[d] == x[i]))
                        if (++d == 7)
                                return -1;
        *ret = scales[d];
        return d;
}

void tamis_decimals_try(tamis_decimals *d, const double *x, size_t n, size_t most) {
        double low = INFINITY, high = -INFINITY, span, scale;
        size_t seen = 0;

        if (most > MOST_PLACES)
                most = MOST_PLACES;
        for (size_t i = 0; i < n; i++) {
                low = x[i] < low ? x[i] : low;
                high = x[i] > high ? x[i] : high;
                seen += x[i] == x[i];
        }
        if (seen < LEAST)
                return;
        d->tried = true;
        if (decimals_of(x, n, &scale) < 0)
                return;
        low = floor(low * scale);
        high = ceil(high * scale);
        span = high - low + 1;
        if (!(fabs(low) < farthest && fabs(high) < farthest) || span > (double) most)
                return;
        /* what comes later may lie a little beyond */
        span = span * 3 < (double) most ? span : floor(((double) most - span) / 2);
        low = low - span < -farthest ? -farthest : low - span;
        high = high + span > farthest ? farthest : high + span;
        d->n = (size_t) (high - low) + 1;
        d->counts = calloc(d->n + 1, sizeof *d->counts);
        d->low = (int32_t) low;
        d->scale = scale;
}

/* The place of each, `n` for those that have none: no branch, so that it is done two by two. */
static void find_places(const tamis_decimals *d, const double *x, size_t n, uint32_t *places) {
        const double scale = d->scale;
        const uint32_t low = (uint32_t) d->low, end = (uint32_t) d->n;

        for (size_t i = 0; i < n; i++) {
                double k = x[i] * scale;
                int32_t w;
                uint32_t at;

                k = k > -farthest && k < farthest ? k : 0;
                w = (int32_t) (k + copysign(.5, k));
                at = (uint32_t) w - low;
                places[i] = (double) w / scale == x[i] && at < end ? at : end;
        }
}

size_t tamis_decimals_add(tamis_decimals *d, const double *x, size_t n, double *rest) {
        size_t left = 0;

        for (size_t begin = 0, m; begin < n; begin += m) {
                uint32_t places[BLOCK];

                m = n - begin < BLOCK ? n - begin : BLOCK;
                find_places(d, x + begin, m, places);
                for (size_t i = 0; i < m; i++) {
                        __builtin_prefetch(&d->counts[places[i + AHEAD < m ? i + AHEAD : i]], 1);
                        d->counts[places[i]]++;
                }
                if (d->counts[d->n] == 0)
                        continue;
                for (size_t i = 0; i < m; i++) {
                        rest[left] = x[begin + i];
                        left += places[i] == d->n && x[begin + i] == x[begin + i];
                }
                d->counts[d->n] = 0;
        }
        d->total += n;
        d->missed += left;
        return left;
}

size_t tamis_decimals_distinct(const tamis_decimals *d) {
        size_t n = 0;

        for (size_t i = 0; d->counts && i < d->n; i++)
                n += d->counts[i] > 0;
        return n;
}

void tamis_decimals_list(const tamis_decimals *d, double *values, uint64_t *counts) {
        size_t to = 0;

        for (size_t i = 0, end; d->counts && i < d->n; i = end) {
                uint32_t any = 0;

                end = i + STRIDE < d->n ? i + STRIDE : d->n;
                for (size_t k = i; k < end; k++)
                        any |= d->counts[k];
                if (!any)
                        continue;
                /* written each time, and over where there is none: no branch to guess */
                for (size_t k = i; k < end; k++) {
                        values[to] = (double) (d->low + (int32_t) k) / d->scale;
                        counts[to] = d->counts[k];
                        to += d->counts[k] > 0;
                }
        }
}
