/* How far apart two distributions are: what was there, and what was filled in, whichever cell it is in. */
#include <math.h>
#include <stdlib.h>

#include "judge/figures.h"
#include "stats/order.h"

enum { DIGIT = 8, N_DIGITS = 64 / DIGIT, BUCKETS = 1 << DIGIT, FEW = 2000 };

static int ascending(const void *a, const void *b) {
        double x = *(const double *) a, y = *(const double *) b;

        return (x > y) - (x < y);
}

/* By the digits of their keys, the last one first; a digit that all have in common is passed over. A million values take a
 * quarter of qsort()'s time. */
static void sort_many(uint64_t *keys, uint64_t *spare, size_t n, double *values) {
        size_t counts[N_DIGITS][BUCKETS] = {{0}};

        for (size_t i = 0; i < n; i++) {
                keys[i] = tamis_order_key(values[i]);
                for (size_t d = 0; d < N_DIGITS; d++)
                        counts[d][keys[i] >> d * DIGIT & (BUCKETS - 1)]++;
        }
        for (size_t d = 0; d < N_DIGITS; d++) {
                size_t *count = counts[d], sum = 0;
                uint64_t *sorted = spare;

                if (count[keys[0] >> d * DIGIT & (BUCKETS - 1)] == n)
                        continue;
                for (size_t b = 0; b < BUCKETS; b++) {
                        size_t here = count[b];

                        count[b] = sum;
                        sum += here;
                }
                for (size_t i = 0; i < n; i++)
                        sorted[count[keys[i] >> d * DIGIT & (BUCKETS - 1)]++] = keys[i];
                spare = keys;
                keys = sorted;
        }
        for (size_t i = 0; i < n; i++)
                values[i] = tamis_order_value(keys[i]);
}

static int sort_both(double *truth, double *filled, size_t n, tamis_error *err) {
        uint64_t *keys;

        if (n < FEW) {
                qsort(truth, n, sizeof *truth, ascending);
                qsort(filled, n, sizeof *filled, ascending);
                return 0;
        }
        keys = reallocarray(NULL, n, 2 * sizeof *keys);
        if (!keys)
                return tamis_fail_memory(err);
        sort_many(keys, keys + n, n, truth);
        sort_many(keys, keys + n, n, filled);
        free(keys);
        return 0;
}

/* All three are read off the difference of the two distribution functions F and G, a step function: its greatest height, the
 * area of |F - G|, and the root of twice that of its square (Szekely & Rizzo 2013; in one dimension that is the energy
 * distance). Between two neighbouring values the difference is a whole number of n-ths. */
int tamis_distances(double *truth, double *filled, size_t n, double *figures, tamis_error *err) {
        size_t i = 0, j = 0, highest = 0;
        double area = 0, square = 0;
        int r;

        if (n == 0)
                return 0;
        r = sort_both(truth, filled, n, err);
        if (r < 0)
                return r;
        while (i < n || j < n) {
                double at = j == n || (i < n && truth[i] <= filled[j]) ? truth[i] : filled[j], next, height;
                size_t steps;

                while (i < n && truth[i] == at)
                        i++;
                while (j < n && filled[j] == at)
                        j++;
                if (i == n && j == n)
                        break;
                next = j == n || (i < n && truth[i] <= filled[j]) ? truth[i] : filled[j];
                steps = i > j ? i - j : j - i;
                height = (double) steps / (double) n;
                highest = steps > highest ? steps : highest;
                area += height * (next - at);
                square += height * height * (next - at);
        }
        figures[TAMIS_KS] = (double) highest / (double) n;
        figures[TAMIS_WASSERSTEIN] = area;
        figures[TAMIS_ENERGY] = sqrt(2 * square);
        return 0;
}
