#include <math.h>
#include <stdlib.h>

#include "look/runs.h"
#include "stats/order.h"

enum {
        BLOCK = 1024,
        LEAST = 4096,
        MANTISSA = 52,
        PART = 512,
        COUNTS = 64,
        ENOUGH = 65536
};

void tamis_runs_done(tamis_runs *r) {
        tamis_decimals_done(&r->decimals);
        free(r->loose);
        free(r->values);
        free(r->counts);
        tamis_distinct_done(&r->distinct);
        *r = (tamis_runs) { .room = r->room };
}

/* -- powers -------------------------------------------------------------------------------------------------------- */

/* Pebay 2008, "Formulas for robust, one-pass parallel computation of covariances and arbitrary-order
 * moments", eqs 2.1. */
static void powers_merge(tamis_powers *a, const tamis_powers *b) {
        double n = a->n + b->n, d = b->mean - a->mean, dn = d / n, d2 = d * dn * a->n * b->n;
        tamis_powers sum = { .n = n };

        if (a->n == 0 || b->n == 0) {
                if (a->n == 0)
                        *a = *b;
                return;
        }
        sum.mean = a->mean + dn * b->n;
        sum.m2 = a->m2 + b->m2 + d2;
        sum.m3 = a->m3 + b->m3 + d2 * dn * (a->n - b->n) + 3 * dn * (a->n * b->m2 - b->n * a->m2);
        sum.m4 = a->m4 + b->m4 + d2 * dn * dn * (a->n * a->n - a->n * b->n + b->n * b->n) +
                 6 * dn * dn * (a->n * a->n * b->m2 + b->n * b->n * a->m2) + 4 * dn * (a->n * b->m3 - b->n * a->m3);
        *a = sum;
}

/* Of values that come so many times each (counts NULL: once). Blocks of plain sums, the blocks' in wider numbers. */
static tamis_powers powers_of(const double *x, const uint64_t *counts, size_t n) {
        long double total = 0, m1 = 0, m2 = 0, m3 = 0, m4 = 0;
        double mean, times = 0;

        for (size_t i = 0, end; i < n; i = end) {
                double sum = 0;

                for (end = i + BLOCK < n ? i + BLOCK : n; i < end; i++) {
                        double c = counts ? (double) counts[i] : 1;

                        sum += c * x[i];
                        times += c;
                }
                total += sum;
        }
        mean = n > 0 ? (double) (total / times) : 0;
        if (n > 0 && x[0] == x[n - 1] && counts)
                mean = x[0];
        for (size_t i = 0, end; i < n; i = end) {
                double s1 = 0, s2 = 0, s3 = 0, s4 = 0;

                for (end = i + BLOCK < n ? i + BLOCK : n; i < end; i++) {
                        double c = counts ? (double) counts[i] : 1, d = x[i] - mean, d2 = d * d;

                        s1 += c * d;
                        s2 += c * d2;
                        s3 += c * d2 * d;
                        s4 += c * d2 * d2;
                }
                m1 += s1, m2 += s2, m3 += s3, m4 += s4;
        }
        if (n > 0) {            /* what rounding the mean left behind */
                long double left = m1 / times;

                m4 -= 4 * left * m3;
                m3 -= 3 * left * m2;
                m2 -= left * m1;
        }
        return (tamis_powers) { times, mean, (double) m2, (double) m3, (double) m4 };
}

double tamis_powers_skew(const tamis_powers *p) {
        double n = p->n;

        if (n < 3 || !(p->m2 > 0))
                return NAN;
        return n * sqrt(n - 1) / (n - 2) * p->m3 / (p->m2 * sqrt(p->m2));
}

double tamis_powers_kurtosis(const tamis_powers *p) {
        double n = p->n;

        if (n < 4 || !(p->m2 > 0))
                return NAN;
        return n * (n + 1) * (n - 1) / ((n - 2) * (n - 3)) * p->m4 / (p->m2 * p->m2) -
               3 * (n - 1) * (n - 1) / ((n - 2) * (n - 3));
}

/* -- runs ---------------------------------------------------------------------------------------------------------- */

static int count_all(tamis_runs *r, const double *x, size_t n, tamis_error *err) {
        int e = tamis_distinct_open(&r->distinct, err);

        for (size_t i = 0; e == 0 && i < n; i++)
                tamis_distinct_add(&r->distinct, tamis_order_key(x[i]));
        return e;
}

/* One bit more goes; neighbours that became equal become one. Towards 0, so that the order stays. */
static void coarsen(tamis_runs *r) {
        size_t to = 0;

        r->cleared++;
        for (size_t i = 0; i < r->n; i++) {
                double v = tamis_runs_clear(r->values[i], r->cleared);

                if (to > 0 && r->values[to - 1] == v) {
                        r->counts[to - 1] += r->counts[i];
                } else {
                        r->values[to] = v;
                        r->counts[to++] = r->counts[i];
                }
        }
        r->n = to;
}

static size_t count_runs(const double *x, size_t n) {
        size_t runs = n > 0;

        for (size_t i = 1; i < n; i++)
                runs += x[i] != x[i - 1];
        return runs;
}

/* x is sorted. */
static int merge(tamis_runs *r, const double *x, size_t n, tamis_error *err) {
        size_t most = r->n + count_runs(x, n), at = 0, to = 0, i = 0;
        double *values = malloc((most + 1) * sizeof *values);
        uint64_t *counts = malloc((most + 1) * sizeof *counts);

        if (!values || !counts) {
                free(values);
                free(counts);
                return tamis_fail_memory(err);
        }
        while (i < n || at < r->n) {
                double v = i < n && (at == r->n || x[i] < r->values[at]) ? x[i] : r->values[at];
                uint64_t count = 0;

                for (; i < n && x[i] == v; i++)
                        count++;
                if (at < r->n && r->values[at] == v)
                        count += r->counts[at++];
                values[to] = v;
                counts[to++] = count;
        }
        free(r->values);
        free(r->counts);
        r->values = values;
        r->counts = counts;
        r->n = to;
        return 0;
}

/* What was counted as it came becomes runs: there are no others yet. */
static int take_decimals(tamis_runs *r, tamis_error *err) {
        size_t n = tamis_decimals_distinct(&r->decimals);

        if (!r->decimals.counts)
                return 0;
        r->values = malloc((n + 1) * sizeof *r->values);
        r->counts = malloc((n + 1) * sizeof *r->counts);
        if (!r->values || !r->counts)
                return tamis_fail_memory(err);
        tamis_decimals_list(&r->decimals, r->values, r->counts);
        r->n = n;
        if (n > 0 && r->values[0] < r->min)
                r->min = r->values[0];
        if (n > 0 && r->values[n - 1] > r->max)
                r->max = r->values[n - 1];
        tamis_decimals_done(&r->decimals);
        return 0;
}

static int gather(tamis_runs *r, tamis_error *err) {
        double *spare = malloc((r->n_loose + 1) * sizeof *spare);
        int e = spare ? take_decimals(r, err) : tamis_fail_memory(err);

        if (e == 0 && r->cleared > 0) {
                tamis_powers more = powers_of(r->loose, NULL, r->n_loose);

                powers_merge(&r->powers, &more);
                e = count_all(r, r->loose, r->n_loose, err);
                for (size_t i = 0; i < r->n_loose; i++)
                        r->loose[i] = tamis_runs_clear(r->loose[i], r->cleared);
        }
        if (e == 0 && r->n_loose > 0) {
                tamis_sort_doubles(r->loose, spare, r->n_loose);
                e = merge(r, r->loose, r->n_loose, err);
        }
        if (e == 0)
                r->n_loose = 0;
        free(spare);
        if (e == 0 && r->cleared == 0 && r->n > r->room / 2) {
                r->powers = powers_of(r->values, r->counts, r->n);
                e = count_all(r, r->values, r->n, err);
        }
        while (e == 0 && r->n > r->room / 2 && r->cleared < MANTISSA)
                coarsen(r);
        return e;
}

static int make_room(tamis_runs *r, size_t n, tamis_error *err) {
        size_t capacity = r->capacity ? r->capacity : LEAST;
        double *more;

        while (capacity < r->n_loose + n)
                capacity *= 2;
        if (capacity > r->capacity) {
                more = realloc(r->loose, capacity * sizeof *more);
                if (!more)
                        return tamis_fail_memory(err);
                r->loose = more;
                r->capacity = capacity;
        }
        return 0;
}

static int add_loose(tamis_runs *r, const double *x, size_t n, tamis_error *err) {
        double *to, min, max;
        size_t added = 0;
        int e = 0;

        if (r->n_loose > 0 && r->n_loose + n > r->room)
                e = gather(r, err);
        if (e == 0)
                e = make_room(r, n, err);
        if (e < 0)
                return e;
        to = r->loose + r->n_loose;
        min = r->min;
        max = r->max;
        for (size_t i = 0; i < n; i++) {
                to[added] = x[i];
                added += x[i] == x[i];
                min = x[i] < min ? x[i] : min;
                max = x[i] > max ? x[i] : max;
        }
        r->min = min;
        r->max = max;
        r->n_loose += added;
        r->total += added;
        return 0;
}

/* Those that are in the table of decimals are counted, the others put aside as if they alone had come. */
static int add_decimals(tamis_runs *r, const double *x, size_t n, tamis_error *err) {
        tamis_decimals *d = &r->decimals;
        double rest[PART];
        int e = 0;

        for (size_t begin = 0, m; e == 0 && begin < n; begin += m) {
                uint64_t before = d->counted;
                size_t left;

                m = n - begin < PART ? n - begin : PART;
                left = tamis_decimals_add(d, x + begin, m, rest);
                r->total += d->counted - before;
                e = left ? add_loose(r, rest, left, err) : 0;
                if (e == 0 && d->counts && d->counted + d->missed > ENOUGH && d->missed > d->counted)
                        e = take_decimals(r, err);
                if (e == 0 && !d->counts)               /* that filled the room, or the table is of no use */
                        return begin + m < n ? add_loose(r, x + begin + m, n - begin - m, err) : 0;
        }
        return e;
}

int tamis_runs_add(tamis_runs *r, const double *x, size_t n, tamis_error *err) {
        tamis_decimals *d = &r->decimals;

        if (r->total == 0) {
                r->min = INFINITY;
                r->max = -INFINITY;
        }
        if (!d->tried && r->total == 0)
                tamis_decimals_try(d, x, n, r->room / 4);
        return d->counts && d->counted < UINT32_MAX - n ? add_decimals(r, x, n, err) : add_loose(r, x, n, err);
}

int tamis_runs_settle(tamis_runs *r, tamis_error *err) {
        int e = r->n_loose > 0 || r->decimals.counts ? gather(r, err) : 0;

        if (e < 0)
                return e;
        free(r->loose);
        r->loose = NULL;
        r->capacity = 0;
        if (r->cleared == 0)
                r->powers = powers_of(r->values, r->counts, r->n);
        return 0;
}

/* -- what they say ------------------------------------------------------------------------------------------------- */

static uint64_t sum_of(const uint64_t *counts, size_t n) {
        uint64_t sum = 0;

        for (size_t i = 0; i < n; i++)
                sum += counts[i];
        return sum;
}

double tamis_runs_quantile(const tamis_runs *r, double p) {
        double at = p * (double) (r->total - 1), low = NAN;
        uint64_t first = (uint64_t) at, seen = 0, block;
        size_t i = 0;

        if (r->total == 0)
                return NAN;
        for (; i + COUNTS < r->n && seen + (block = sum_of(r->counts + i, COUNTS)) <= first; i += COUNTS)
                seen += block;
        for (; i < r->n && seen + r->counts[i] <= first; i++)
                seen += r->counts[i];
        low = r->values[i];
        if (seen + r->counts[i] > first + 1 || i + 1 == r->n)
                return low;
        return low + (r->values[i + 1] - low) * (at - (double) first);
}

/* From the centre outwards: the runs below and above it are two sorted lists of distances. */
double tamis_runs_mad(const tamis_runs *r, double centre) {
        uint64_t first = (r->total - 1) / 2, second = r->total / 2, seen = 0;
        size_t above = 0, below;
        double low = NAN;

        if (r->total == 0)
                return NAN;
        while (above < r->n && r->values[above] < centre)
                above++;
        for (below = above; below > 0 || above < r->n;) {
                bool up = below == 0 || (above < r->n && r->values[above] - centre < centre - r->values[below - 1]);
                double distance = up ? r->values[above] - centre : centre - r->values[below - 1];
                uint64_t count = up ? r->counts[above++] : r->counts[--below];

                if (seen <= first && first < seen + count)
                        low = distance;
                seen += count;
                if (second < seen)
                        return (low + distance) / 2;
        }
        return low;
}

uint64_t tamis_runs_below(const tamis_runs *r, double x, bool equal) {
        size_t low = 0, high = r->n;

        while (low < high) {
                size_t middle = (low + high) / 2;

                if (r->values[middle] < x || (equal && r->values[middle] == x))
                        low = middle + 1;
                else
                        high = middle;
        }
        return low < r->n / 2 ? sum_of(r->counts, low) : r->total - sum_of(r->counts + low, r->n - low);
}

uint64_t tamis_runs_distinct(const tamis_runs *r) {
        return r->cleared ? tamis_distinct_count(&r->distinct) : r->n;
}
