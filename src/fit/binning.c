#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fit/tree.h"

void tamis_binning_done(tamis_binning *b) {
        free(b->cuts);
        free(b->map);
        *b = (tamis_binning) {0};
}

static int compare(const void *a, const void *b) {
        double x = *(const double *) a, y = *(const double *) b;

        return (x > y) - (x < y);
}

/* a < b; what comes out is at least a and below b. */
static double halfway(double a, double b) {
        double middle = a / 2 + b / 2;

        return middle >= a && middle < b ? middle : a;
}

/* One bin for each value if that is enough. Else a bin ends with the value that holds the next 255th part
 * of the cells. */
static void cut(const double *sorted, size_t n, tamis_binning *b) {
        size_t distinct = 0, bin = 1;

        for (size_t i = 0; i < n; i++)
                distinct += i == 0 || sorted[i - 1] < sorted[i];
        b->n = n > 0;
        for (size_t i = 1; i < n; i++) {
                if (!(sorted[i - 1] < sorted[i]))
                        continue;
                if (distinct > TAMIS_BINS && i * TAMIS_BINS < bin * n)
                        continue;
                b->cuts[b->n - 1] = halfway(sorted[i - 1], sorted[i]);
                b->n++;
                while (bin * n <= i * TAMIS_BINS)
                        bin++;
        }
}

int tamis_binning_of_numbers(const double *values, size_t n, tamis_binning *ret, tamis_error *err) {
        double *sorted = malloc((n + 1) * sizeof *sorted);
        tamis_binning b = { .cuts = malloc(TAMIS_BINS * sizeof *b.cuts) };
        size_t present = 0;

        if (!sorted || !b.cuts) {
                free(sorted);
                tamis_binning_done(&b);
                return tamis_fail_memory(err);
        }
        for (size_t i = 0; i < n; i++)
                if (isfinite(values[i]))
                        sorted[present++] = values[i];
        qsort(sorted, present, sizeof *sorted, compare);
        cut(sorted, present, &b);
        free(sorted);
        *ret = b;
        return 0;
}

struct level {
        size_t code, times;
};

static int by_times(const void *a, const void *b) {
        const struct level *x = a, *y = b;

        return x->times != y->times ? (x->times < y->times) - (x->times > y->times)
                                    : (x->code > y->code) - (x->code < y->code);
}

/* The 254 most frequent have a bin each, in the order of their codes; the last bin is for all others. */
static void share_out(struct level *levels, size_t n, uint8_t *map) {
        size_t bin = 0;

        qsort(levels, n, sizeof *levels, by_times);
        memset(map, TAMIS_BINS - 1, n);
        for (size_t i = 0; i < TAMIS_BINS - 1; i++)
                map[levels[i].code] = 0;
        for (size_t code = 0; code < n; code++)
                if (map[code] == 0)
                        map[code] = (uint8_t) bin++;
}

int tamis_binning_of_codes(const int32_t *codes, size_t n, size_t levels, tamis_binning *ret, tamis_error *err) {
        tamis_binning b = { .category = true,
                            .codes = levels,
                            .n = levels < TAMIS_BINS ? (unsigned) levels : TAMIS_BINS };
        struct level *all = calloc(levels + 1, sizeof *all);

        b.map = malloc(levels + 1);
        if (!all || !b.map) {
                free(all);
                tamis_binning_done(&b);
                return tamis_fail_memory(err);
        }
        for (size_t code = 0; code < levels; code++) {
                all[code].code = code;
                b.map[code] = (uint8_t) code;
        }
        for (size_t i = 0; i < n; i++)
                if (codes[i] >= 0 && (size_t) codes[i] < levels)
                        all[codes[i]].times++;
        if (levels > TAMIS_BINS)
                share_out(all, levels, b.map);
        free(all);
        *ret = b;
        return 0;
}

uint8_t tamis_binning_number(const tamis_binning *b, double value) {
        size_t first = 0, last = b->n ? b->n - 1 : 0;

        if (!isfinite(value) || b->n == 0)
                return TAMIS_BIN_MISSING;
        while (first < last) {
                size_t middle = first + (last - first) / 2;

                if (b->cuts[middle] < value)
                        first = middle + 1;
                else
                        last = middle;
        }
        return (uint8_t) first;
}

uint8_t tamis_binning_code(const tamis_binning *b, int32_t code) {
        return code >= 0 && (size_t) code < b->codes ? b->map[code] : TAMIS_BIN_MISSING;
}
