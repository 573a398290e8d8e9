/* Order statistics by selection: Hoare's find with a median of three, expected O(n). */
#include <math.h>

#include <tamis/stats.h>

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

/* Put the k-th smallest in its place: what is before it is no larger, what is behind it no smaller. */
static void place(double *v, size_t n, size_t k) {
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
}

/* Type 7: the value at (n - 1) p, linear between neighbours. NumPy's form of the line, exact at both ends. */
double tamis_quantile(double *v, size_t n, double p) {
        double h = (double) (n - 1) * p, t, a, b;
        size_t k = (size_t) h;

        if (k >= n - 1)
                k = n - 1;
        place(v, n, k);
        t = h - (double) k;
        if (k == n - 1 || t <= 0)
                return v[k];
        a = v[k];
        b = v[k + 1];
        for (size_t i = k + 2; i < n; i++)
                b = v[i] < b ? v[i] : b;
        if (t == .5)
                return isfinite(a + b) ? (a + b) / 2 : a / 2 + b / 2;
        return t < .5 ? a + (b - a) * t : b - (b - a) * (1 - t);
}
