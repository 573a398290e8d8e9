/* Order statistics by selection: Hoare's find with a median of three, expected O(n). */
#include <math.h>

#include <tamis/stats.h>

#include "stats/order.h"

static void swap(double *a, double *b) {
        double t = *a;

        *a = *b;
        *b = t;
}

static double middle_of(double a, double b, double c) {
        if (a > b)
                swap(&a, &b);
        return c < a ? a : c > b ? b : c;
}

double tamis_order_statistic(double *v, size_t n, size_t k) {
        size_t low = 0, high = n - 1;

        while (low < high) {
                /* some value at another place is no smaller, some no larger: both sides below come out non-empty */
                double pivot = middle_of(v[low], v[low + (high - low) / 2], v[high]);
                size_t i = low, j = high;

                for (;;) {
                        while (v[i] < pivot)
                                i++;
                        while (v[j] > pivot)
                                j--;
                        if (i >= j)
                                break;
                        swap(&v[i++], &v[j--]);
                }
                /* v[low .. j] <= pivot <= v[j + 1 .. high] */
                if (k <= j)
                        high = j;
                else
                        low = j + 1;
        }
        return v[k];
}

double tamis_order_between(double a, double b, double t) {
        if (t <= 0)
                return a;
        if (t == .5)
                return isfinite(a + b) ? (a + b) / 2 : a / 2 + b / 2;
        return t < .5 ? a + (b - a) * t : b - (b - a) * (1 - t);
}

/* Type 7: the value at place (n - 1) p. */
double tamis_quantile(double *v, size_t n, double p) {
        double h = (double) (n - 1) * p, low, high;
        size_t k = (size_t) h;

        if (k >= n - 1)
                return tamis_order_statistic(v, n, n - 1);
        low = tamis_order_statistic(v, n, k);
        high = v[k + 1];
        for (size_t i = k + 2; i < n; i++)
                high = v[i] < high ? v[i] : high;
        return tamis_order_between(low, high, h - (double) k);
}
