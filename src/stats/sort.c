/* Values in ascending order. */
#include <stdlib.h>

#include <tamis/memory.h>

#include "stats/order.h"

enum { DIGIT = 8, N_DIGITS = 64 / DIGIT, BUCKETS = 1 << DIGIT, FEW = 2000 };

static int ascending(const void *a, const void *b) {
        double x = *(const double *) a, y = *(const double *) b;

        return (x > y) - (x < y);
}

/* By the digits of their keys, the last one first; a digit that all have in common is passed over. A million values
 * take a quarter of qsort()'s time. */
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

int tamis_order_sort(double *values, size_t n, tamis_error *err) {
        uint64_t *keys;

        if (n < FEW) {
                if (n > 1)              /* of no values there may be no array either */
                        qsort(values, n, sizeof *values, ascending);
                return 0;
        }
        keys = reallocarray(NULL, n, 2 * sizeof *keys);
        if (!keys)
                return tamis_fail_memory(err);
        sort_many(keys, keys + n, n, values);
        free(keys);
        return 0;
}
