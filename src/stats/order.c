#include <math.h>

#include <tamis/stats.h>

#include "stats/order.h"

/* -- selection ----------------------------------------------------------------------------------------------------- */

enum { SMALL = 32, PATIENCE = 4 };

/* The values below `pivot` to the front; how many they are. No branch depends on a value. */
static size_t below_first(double *v, size_t n, double pivot) {
        size_t m = 0;

        for (size_t i = 0; i < n; i++) {
                double x = v[i];

                v[i] = v[m];
                v[m] = x;
                m += x < pivot;
        }
        return m;
}

static size_t not_above_first(double *v, size_t n, double pivot) {
        size_t m = 0;

        for (size_t i = 0; i < n; i++) {
                double x = v[i];

                v[i] = v[m];
                v[m] = x;
                m += x <= pivot;
        }
        return m;
}

static void sort_few(double *v, size_t n) {
        for (size_t i = 1; i < n; i++) {
                double x = v[i];
                size_t j = i;

                for (; j && v[j - 1] > x; j--)
                        v[j] = v[j - 1];
                v[j] = x;
        }
}

static void extremes(const double *v, size_t n, size_t *least, size_t *most) {
        *least = *most = 0;
        for (size_t i = 1; i < n; i++) {
                if (v[i] < v[*least])
                        *least = i;
                if (v[i] > v[*most])
                        *most = i;
        }
}

static void swap(double *v, size_t i, size_t j) {
        double x = v[i];

        v[i] = v[j];
        v[j] = x;
}

static void select_rank(double *v, size_t n, size_t k);

/* Two values of a sample between which the k-th very likely lies, three standard deviations of its rank to either side
 * (Floyd & Rivest 1975, "Expected time bounds for selection"). The sample is drawn at random, always alike. */
static void pivots_of_sample(double *v, size_t n, size_t k, double *low, double *high) {
        double root = cbrt((double) n);
        size_t size = (size_t) (.5 * root * root);
        size_t middle = (size_t) ((double) k / (double) n * (double) size);
        size_t spread = 1 + (size_t) (1.5 * sqrt((double) size));
        size_t first = middle > spread ? middle - spread : 0;
        size_t last = middle + spread < size ? middle + spread : size - 1;
        uint64_t state = n;

        for (size_t i = 0; i < size; i++) {
                state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
                swap(v, i, i + (size_t) ((unsigned __int128) state * (n - i) >> 64));
        }
        select_rank(v, size, last);
        select_rank(v, last + 1, first);
        *low = v[first];
        *high = v[last];
}

/* A value that at least halves the range of the values, and what lies below it; false when they are all equal. */
static bool halve(const double *v, size_t n, double *pivot) {
        size_t least, most;
        uint64_t low, high;

        extremes(v, n, &least, &most);
        low = tamis_order_key(v[least]);
        high = tamis_order_key(v[most]);
        *pivot = tamis_order_value(high - (high - low) / 2);
        return low < high;
}

/* The k-th to its place, nothing larger before it, nothing smaller behind. Each round keeps the part where it lies;
 * should sampling fail to make that smaller, the range of the values is halved instead, 64 times at most. */
static void select_rank(double *v, size_t n, size_t k) {
        int patience = PATIENCE;

        while (n > SMALL && k > 0 && k < n - 1) {
                size_t a, b, before = n;
                double low, high;

                if (patience)
                        pivots_of_sample(v, n, k, &low, &high);
                else if (halve(v, n, &low))
                        high = low;
                else
                        return;
                a = below_first(v, n, low);
                if (k < a) {
                        n = a;
                } else {
                        b = a + not_above_first(v + a, n - a, high);
                        if (k < b && low == high)
                                return;
                        if (k < b && b - a > n / 2) {   /* very many are equal: to low, it may be */
                                a += not_above_first(v + a, b - a, low);
                                if (k < a)
                                        return;
                        }
                        n = k < b ? b - a : n - b;
                        a = k < b ? a : b;
                        v += a;
                        k -= a;
                }
                if (n > before - before / 4 && patience)
                        patience--;
        }
        if (n <= SMALL) {
                sort_few(v, n);
        } else {
                size_t least, most;

                extremes(v, n, &least, &most);
                swap(v, k, k ? most : least);
        }
}

static void select_ranks(double *v, size_t n, uint64_t offset, const uint64_t *ranks, size_t n_ranks) {
        size_t middle = n_ranks / 2, k;

        if (!n_ranks)
                return;
        k = (size_t) (ranks[middle] - offset);
        select_rank(v, n, k);
        select_ranks(v, k, offset, ranks, middle);
        select_ranks(v + k + 1, n - k - 1, ranks[middle] + 1, ranks + middle + 1, n_ranks - middle - 1);
}

void tamis_order_select(double *values, size_t n, const uint64_t *ranks, size_t n_ranks) {
        select_ranks(values, n, 0, ranks, n_ranks);
}

/* -- quantiles ----------------------------------------------------------------------------------------------------- */

uint64_t tamis_order_place(uint64_t n, double p, double *part) {
        double h = (double) (n - 1) * p, low = floor(h);

        *part = 0;
        if (!(h > 0))
                return 0;
        if (low >= (double) (n - 1))
                return n - 1;
        *part = h - low;
        return (uint64_t) low;
}

/* As NumPy's "linear" does it: from the nearer end. */
static double linear(double a, double b, double part) {
        return part < .5 ? a + (b - a) * part : b - (b - a) * (1 - part);
}

/* The median of an even count is the mean of the two, rounded once. Halves keep what is too far apart from overflowing.
 * */
double tamis_order_between(double a, double b, double part, double p) {
        double x;

        if (part == 0)
                x = a;
        else if (p == .5)
                x = isfinite(a + b) ? (a + b) / 2 : a / 2 + b / 2;
        else
                x = isfinite(b - a) ? linear(a, b, part) : 2 * linear(a / 2, b / 2, part);
        return x + 0.;
}

double tamis_quantile(double *values, size_t n, double p) {
        double part;
        uint64_t rank = tamis_order_place(n, p, &part);
        uint64_t ranks[2] = { rank, rank + 1 };

        select_ranks(values, n, 0, ranks, part > 0 ? 2 : 1);
        return tamis_order_between(values[rank], part > 0 ? values[rank + 1] : 0, part, p);
}
