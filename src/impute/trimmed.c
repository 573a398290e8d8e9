/* The mean without the largest and the smallest values. They are known only when all are, so all are held. */
#include <math.h>
#include <stdlib.h>

#include <tamis/stats.h>

#include "impute/impute.h"

struct held {
        double *x;
        size_t n, capacity;
};

static int reserve(struct held *h, size_t more, tamis_error *err) {
        size_t capacity = h->capacity ? h->capacity : 64;
        double *x;

        while (capacity < h->n + more)
                capacity *= 2;
        if (capacity == h->capacity)
                return 0;
        x = reallocarray(h->x, capacity, sizeof *x);
        if (!x)
                return tamis_fail_memory(err);
        h->x = x;
        h->capacity = capacity;
        return 0;
}

static int add(void *sum, const double *x, size_t n, tamis_error *err) {
        struct held *h = sum;
        int r = reserve(h, n, err);

        for (size_t i = 0; r == 0 && i < n; i++)
                if (!isnan(x[i]))
                        h->x[h->n++] = x[i];
        return r;
}

static int merge(void *into, void *from, tamis_error *err) {
        const struct held *h = from;

        return add(into, h->x, h->n, err);
}

static int compare(const void *a, const void *b) {
        double x = *(const double *) a, y = *(const double *) b;

        return (x > y) - (x < y);
}

static int settle(void *sum, bool *again, tamis_error *err) {
        struct held *h = sum;

        if (h->n > 1)
                qsort(h->x, h->n, sizeof *h->x, compare);
        *again = false;
        return 0;
}

static void done(void *sum) {
        struct held *h = sum;

        free(h->x);
}

/* floor(share * n) from either end, as scipy.stats.trim_mean. */
static int trimmed(const void *sum, double share, tamis_fill *ret, tamis_error *err) {
        const struct held *h = sum;
        size_t cut = h ? (size_t) (share * (double) h->n) : 0;
        tamis_moments rest = {0};
        int r;

        if (!h || h->n == 0)
                return 0;
        r = tamis_moments_add(&rest, h->x + cut, h->n - 2 * cut, err);
        if (r == 0)
                *ret = (tamis_fill) { .kind = TAMIS_FILL_NUMBER, .number = tamis_moments_mean(&rest) };
        tamis_moments_done(&rest);
        return r;
}

static const tamis_summary all = {
        .size = sizeof(struct held), .add_numbers = add, .merge = merge, .settle = settle, .done = done,
};

const tamis_filler tamis_filler_trimmed = { .name = "mean", .summary = &all, .trimmed = trimmed };
