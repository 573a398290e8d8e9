#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stats/decimals.h"

enum { AHEAD = 24, STRIDE = 16, SAMPLE = 256, LEAST = 64, MOST_PLACES = 1 << 21 };
enum { LEAST_WAITING = 1024, MOST_WAITING = 1 << 16 };
enum { PART = 512, LEAST_SORTED = 4096 };
static const double farthest = 1e9;
static const double shift = 6755399441055744;   /* 2^52 + 2^51: what is added to it loses its decimals */

void tamis_decimals_done(tamis_decimals *d) {
        free(d->counts);
        free(d->waiting);
        free(d->touched);
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
        d->low = (int32_t) low;
        d->scale = scale;
        /* the widest differ too, so that not all columns of a table are counted at once */
        most = MOST_WAITING - d->n % (MOST_WAITING / 2);
        d->most_waiting = d->n / STRIDE < most ? d->n / STRIDE : most;
        if (d->most_waiting < LEAST_WAITING)
                d->most_waiting = LEAST_WAITING;
        d->counts = calloc(d->n + 1, sizeof *d->counts);
        d->waiting = malloc(d->most_waiting * sizeof *d->waiting);
        d->touched = calloc(d->n / TAMIS_DECIMALS_PAGE + 1, sizeof *d->touched);
        if (!d->counts || !d->waiting || !d->touched)
                tamis_decimals_done(d);
}

static inline uint64_t bits_of(double x) {
        uint64_t bits;

        memcpy(&bits, &x, sizeof bits);
        return bits;
}

/* The place of each, `n` for those that have none; how many these are. No branch: what is added to the shift stands in
 * its last bits, and what is too far, or no number, is far beyond the table when their difference is taken for a
 * place. */
static size_t find_places(const tamis_decimals *d, const double *x, size_t n, uint32_t *places) {
        const double scale = d->scale;
        const uint64_t low = bits_of(shift + d->low), end = d->n;
        size_t none = 0;

        for (size_t i = 0; i < n; i++) {
                double k = x[i] * scale + shift;
                uint64_t at = bits_of(k) - low;

                at = at < end && (k - shift) / scale == x[i] ? at : end;
                none += at == end;
                places[i] = (uint32_t) at;
        }
        return none;
}

/* What waits is counted. A table is wider than the cache that is near, and is fetched anew for every batch: it had
 * better be for many. */
static void count(tamis_decimals *d) {
        const uint32_t *places = d->waiting;
        const size_t n = d->n_waiting;

        for (size_t i = 0; i < n; i++) {
                __builtin_prefetch(&d->counts[places[i + AHEAD < n ? i + AHEAD : i]], 1);
                d->counts[places[i]]++;
                d->touched[places[i] / TAMIS_DECIMALS_PAGE] = true;
        }
        d->n_waiting = 0;
        d->counts[d->n] = 0;
}

size_t tamis_decimals_add(tamis_decimals *d, const double *x, size_t n, double *rest) {
        size_t left = 0;

        for (size_t begin = 0, m; begin < n; begin += m) {
                uint32_t *places;
                size_t none;

                if (d->n_waiting == d->most_waiting)
                        count(d);
                m = n - begin < d->most_waiting - d->n_waiting ? n - begin : d->most_waiting - d->n_waiting;
                places = d->waiting + d->n_waiting;
                d->n_waiting += m;
                none = find_places(d, x + begin, m, places);
                d->counted += m - none;
                for (size_t i = 0; none > 0 && i < m; i++) {
                        rest[left] = x[begin + i];
                        left += places[i] == d->n && x[begin + i] == x[begin + i];
                }
        }
        d->missed += left;
        return left;
}

static size_t end_of(const tamis_decimals *d, size_t page) {
        size_t end = (page + 1) * TAMIS_DECIMALS_PAGE;

        return end < d->n ? end : d->n;
}

size_t tamis_decimals_distinct(tamis_decimals *d) {
        size_t n = 0;

        if (d->counts)
                count(d);
        for (size_t page = 0; d->counts && page <= d->n / TAMIS_DECIMALS_PAGE; page++)
                for (size_t i = page * TAMIS_DECIMALS_PAGE; d->touched[page] && i < end_of(d, page); i++)
                        n += d->counts[i] > 0;
        return n;
}

void tamis_decimals_list(tamis_decimals *d, double *values, uint64_t *counts) {
        size_t to = 0;

        if (d->counts)
                count(d);
        for (size_t page = 0; d->counts && page <= d->n / TAMIS_DECIMALS_PAGE; page++)
                for (size_t i = page * TAMIS_DECIMALS_PAGE, end; d->touched[page] && i < end_of(d, page); i = end) {
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

bool tamis_decimals_sort(double *x, size_t n) {
        tamis_decimals d = {0};
        double *values = NULL, rest[PART];
        uint64_t *counts = NULL;
        size_t distinct, to = 0;
        bool all;

        if (n < LEAST_SORTED || n > UINT32_MAX)
                return false;
        tamis_decimals_try(&d, x, n, 2 * n);
        all = d.counts;
        for (size_t i = 0; all && i < n; i += PART)
                all = tamis_decimals_add(&d, x + i, n - i < PART ? n - i : PART, rest) == 0;
        if (all) {
                distinct = tamis_decimals_distinct(&d);
                values = malloc((distinct + 1) * sizeof *values);
                counts = malloc((distinct + 1) * sizeof *counts);
                all = values && counts;
        }
        if (all) {
                tamis_decimals_list(&d, values, counts);
                for (size_t i = 0; i < distinct; i++)
                        for (uint64_t k = counts[i]; k > 0; k--)
                                x[to++] = values[i];
        }
        free(values);
        free(counts);
        tamis_decimals_done(&d);
        return all;
}
