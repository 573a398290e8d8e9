#include <float.h>

#include "scale/extremes.h"

static int add(void *sum, const double *x, size_t n, tamis_error *err) {
        tamis_extremes *e = sum;
        double min = e->n ? e->min : DBL_MAX, max = e->n ? e->max : -DBL_MAX;
        uint64_t present = 0;

        /* no comparison with NaN is true */
        for (size_t i = 0; i < n; i++) {
                min = x[i] < min ? x[i] : min;
                max = x[i] > max ? x[i] : max;
                present += x[i] == x[i];
        }
        e->n += present;
        e->min = min;
        e->max = max;
        return 0;
}

static int merge(void *into, void *from, tamis_error *err) {
        tamis_extremes *a = into;
        const tamis_extremes *b = from;

        if (b->n == 0)
                return 0;
        if (a->n == 0 || b->min < a->min)
                a->min = b->min;
        if (a->n == 0 || b->max > a->max)
                a->max = b->max;
        a->n += b->n;
        return 0;
}

const tamis_summary tamis_summary_extremes = { .size = sizeof(tamis_extremes), .add_numbers = add, .merge = merge };
