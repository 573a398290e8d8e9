#include <stdlib.h>
#include <string.h>

#include "look/sort_doubles.h"
#include "stats/decimals.h"
#include "stats/order.h"

enum { DIGIT = 11, DIGITS = 6, RADIX = 1 << DIGIT, FEW = 256 };

static int by_value(const void *a, const void *b) {
        const double x = *(const double *) a, y = *(const double *) b;

        return (x > y) - (x < y);
}

/* By digits, the last first: six of 11 bits. A digit that all share is passed over. */
void tamis_sort_doubles(double *x, double *spare, size_t n) {
        static _Thread_local uint32_t places[DIGITS][RADIX];
        uint64_t *from = (uint64_t *) x, *to = (uint64_t *) spare;

        if (n < FEW || n > UINT32_MAX) {
                for (size_t i = 0; i < n; i++)
                        x[i] += 0.0;
                qsort(x, n, sizeof *x, by_value);
                return;
        }
        if (tamis_decimals_sort(x, n))
                return;
        memset(places, 0, sizeof places);
        for (size_t i = 0; i < n; i++) {
                uint64_t k = tamis_order_key(x[i]);

                memcpy(&from[i], &k, sizeof k);
                for (unsigned d = 0; d < DIGITS; d++)
                        places[d][k >> (d * DIGIT) & (RADIX - 1)]++;
        }
        for (unsigned d = 0; d < DIGITS; d++) {
                uint32_t *place = places[d], sum = 0;
                uint64_t *swap = from;

                if (place[from[0] >> (d * DIGIT) & (RADIX - 1)] == n)
                        continue;
                for (size_t i = 0; i < RADIX; i++) {
                        uint32_t count = place[i];

                        place[i] = sum;
                        sum += count;
                }
                for (size_t i = 0; i < n; i++)
                        to[place[from[i] >> (d * DIGIT) & (RADIX - 1)]++] = from[i];
                from = to;
                to = swap;
        }
        for (size_t i = 0; i < n; i++)
                x[i] = tamis_order_value(from[i]);
}
