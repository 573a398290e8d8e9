/* Exact quantiles in bounded memory, by narrowing.
 *
 * Doubles are put in order as 64-bit keys. At first one window covers all keys and holds the values that fall in it. When
 * they outgrow the budget it counts them instead, by their leading bits. At the end of a pass the bucket that a wanted order
 * statistic lies in becomes a window of its own for the next pass, and so on, until its values fit or are all the same. With
 * b bits a pass, 64 / b passes are enough for any data; two or three are for most.
 */
#include <math.h>
#include <stdlib.h>

#include <tamis/stats.h>

#include "stats/order.h"

struct window {
        uint64_t low, high;     /* keys, both ends in it */
        uint64_t below;         /* values under `low` */
        uint64_t count;         /* values in it, so far this pass */
        double *values;         /* held, while counts is NULL */
        size_t capacity;
        uint64_t *counts;       /* by bucket */
};

struct tamis_quantiles {
        double *p;
        size_t n_p;
        size_t room;            /* values that may be held in all; 0: no limit */
        unsigned bits;          /* buckets: 1 << bits */
        uint64_t n;             /* values in all, known after the first pass */
        bool counted;           /* the first pass is over */
        struct window *windows; /* ascending, apart */
        size_t n_windows;
        size_t held;
        double *low, *high;     /* the order statistics around each quantile */
        bool *known;            /* 2 n_p of them: low, then high */
};

/* -- keys ------------------------------------------------------------------------------------------------------------ */

static inline uint64_t key_of(double x) {
        uint64_t bits;

        x += 0.0;               /* -0 and 0 are one value */
        memcpy(&bits, &x, sizeof bits);
        return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

static double value_of(uint64_t key) {
        uint64_t bits = key >> 63 ? key & ~(UINT64_C(1) << 63) : ~key;
        double x;

        memcpy(&x, &bits, sizeof x);
        return x;
}

/* How far a key is shifted down to give its bucket in the window. */
static unsigned shift_of(const tamis_quantiles *q, const struct window *w) {
        uint64_t span = w->high - w->low;
        unsigned width = span ? 64 - (unsigned) __builtin_clzll(span) : 0;

        return width > q->bits ? width - q->bits : 0;
}

/* -- making ---------------------------------------------------------------------------------------------------------- */

void tamis_quantiles_free(tamis_quantiles *q) {
        if (!q)
                return;
        for (size_t i = 0; i < q->n_windows; i++) {
                free(q->windows[i].values);
                free(q->windows[i].counts);
        }
        free(q->windows);
        free(q->p);
        free(q->low);
        free(q->high);
        free(q->known);
        free(q);
}

int tamis_quantiles_new(const double *p, size_t n_p, size_t budget, tamis_quantiles **ret, tamis_error *err) {
        tamis_quantiles *q = calloc(1, sizeof *q);

        if (!q)
                return tamis_fail_memory(err);
        q->n_p = n_p;
        q->room = budget ? budget / sizeof(double) + 1 : 0;
        q->bits = 8;
        while (q->bits < 14 && budget >> (q->bits + 5))
                q->bits++;
        q->p = malloc((n_p + 1) * sizeof *q->p);
        q->low = calloc(n_p + 1, sizeof *q->low);
        q->high = calloc(n_p + 1, sizeof *q->high);
        q->known = calloc(2 * n_p + 1, sizeof *q->known);
        q->windows = calloc(1, sizeof *q->windows);
        if (!q->p || !q->low || !q->high || !q->known || !q->windows) {
                tamis_quantiles_free(q);
                return tamis_fail_memory(err);
        }
        memcpy(q->p, p, n_p * sizeof *q->p);
        q->windows[0] = (struct window) { .high = UINT64_MAX };
        q->n_windows = 1;
        *ret = q;
        return 0;
}

int tamis_quantiles_partial(const tamis_quantiles *q, tamis_quantiles **ret, tamis_error *err) {
        tamis_quantiles *part;
        struct window *windows;
        int r = tamis_quantiles_new(q->p, q->n_p, q->room * sizeof(double), &part, err);

        if (r < 0)
                return r;
        windows = realloc(part->windows, (q->n_windows + 1) * sizeof *windows);
        if (!windows) {
                tamis_quantiles_free(part);
                return tamis_fail_memory(err);
        }
        for (size_t i = 0; i < q->n_windows; i++)
                windows[i] = (struct window) { .low = q->windows[i].low, .high = q->windows[i].high };
        part->windows = windows;
        part->n_windows = q->n_windows;
        part->bits = q->bits;
        part->room = q->room;
        part->counted = q->counted;
        *ret = part;
        return 0;
}

/* -- adding ---------------------------------------------------------------------------------------------------------- */

/* From values to counts. */
static int start_counting(tamis_quantiles *q, struct window *w, tamis_error *err) {
        unsigned shift = shift_of(q, w);

        w->counts = calloc((size_t) 1 << q->bits, sizeof *w->counts);
        if (!w->counts)
                return tamis_fail_memory(err);
        for (uint64_t i = 0; i < w->count; i++)
                w->counts[(key_of(w->values[i]) - w->low) >> shift]++;
        q->held -= w->count;
        free(w->values);
        w->values = NULL;
        w->capacity = 0;
        return 0;
}

/* Room in the window for `more` values, or a start of counting. */
static int make_room(tamis_quantiles *q, struct window *w, size_t more, tamis_error *err) {
        size_t capacity = w->capacity ? w->capacity : 256;
        double *values;

        if (w->counts)
                return 0;
        if (q->room && q->held + more > q->room)
                return start_counting(q, w, err);
        if (w->count + more <= w->capacity)
                return 0;
        while (capacity < w->count + more)
                capacity *= 2;
        values = realloc(w->values, capacity * sizeof *values);
        if (!values)
                return tamis_fail_memory(err);
        w->values = values;
        w->capacity = capacity;
        return 0;
}

static void put(tamis_quantiles *q, struct window *w, const double *x, size_t n) {
        if (w->counts) {
                unsigned shift = shift_of(q, w);

                for (size_t i = 0; i < n; i++)
                        w->counts[(key_of(x[i]) - w->low) >> shift]++;
        } else {
                memcpy(w->values + w->count, x, n * sizeof *x);
                q->held += n;
        }
        w->count += n;
}

enum { BLOCK = 512 };

int tamis_quantiles_add(tamis_quantiles *q, const double *x, size_t n, tamis_error *err) {
        for (size_t k = 0; k < q->n_windows; k++) {
                struct window *w = &q->windows[k];

                for (size_t first = 0; first < n; first += BLOCK) {
                        size_t last = first + BLOCK < n ? first + BLOCK : n, taken = 0;
                        double in[BLOCK];
                        int r;

                        for (size_t i = first; i < last; i++) {
                                uint64_t key = key_of(x[i]);

                                in[taken] = x[i];
                                taken += !isnan(x[i]) && key >= w->low && key <= w->high;
                        }
                        r = make_room(q, w, taken, err);
                        if (r < 0)
                                return r;
                        put(q, w, in, taken);
                }
        }
        return 0;
}

int tamis_quantiles_merge(tamis_quantiles *into, tamis_quantiles *from, tamis_error *err) {
        for (size_t k = 0; k < into->n_windows; k++) {
                struct window *w = &into->windows[k], *f = &from->windows[k];
                int r = 0;

                if (!f->counts) {
                        r = make_room(into, w, f->count, err);
                        if (r < 0)
                                return r;
                        put(into, w, f->values, f->count);
                } else {
                        if (!w->counts)
                                r = start_counting(into, w, err);
                        if (r < 0)
                                return r;
                        for (size_t i = 0; i < (size_t) 1 << into->bits; i++)
                                w->counts[i] += f->counts[i];
                        w->count += f->count;
                }
                free(f->values);
                free(f->counts);
                f->values = NULL;
                f->counts = NULL;
                f->capacity = f->count = 0;
        }
        from->held = 0;
        return 0;
}

/* -- settling -------------------------------------------------------------------------------------------------------- */

uint64_t tamis_quantiles_count(const tamis_quantiles *q) {
        return q->counted ? q->n : q->windows[0].count;
}

/* The order statistic below the i-th quantile, or the one above. */
static uint64_t rank_of(const tamis_quantiles *q, size_t i, bool above) {
        double h = (double) (q->n - 1) * q->p[i];
        uint64_t k = (uint64_t) h + above;

        return k < q->n ? k : q->n - 1;
}

/* Look for order statistic `rank` in the window: its value, or the narrower window that it lies in. */
static bool look(const tamis_quantiles *q, struct window *w, uint64_t rank, double *value, struct window *narrower) {
        uint64_t below = w->below;
        unsigned shift = shift_of(q, w);
        size_t bucket = 0;

        if (w->low == w->high) {
                *value = value_of(w->low);
                return true;
        }
        if (!w->counts) {
                *value = tamis_order_statistic(w->values, w->count, rank - w->below);
                return true;
        }
        while (rank >= below + w->counts[bucket])
                below += w->counts[bucket++];
        *narrower = (struct window) { .low = w->low + ((uint64_t) bucket << shift), .below = below };
        narrower->high = narrower->low + ((UINT64_C(1) << shift) - 1);
        if (narrower->high > w->high)
                narrower->high = w->high;
        return false;
}

static struct window *window_of(tamis_quantiles *q, uint64_t rank) {
        for (size_t k = 0; k < q->n_windows; k++)
                if (rank >= q->windows[k].below && rank - q->windows[k].below < q->windows[k].count)
                        return &q->windows[k];
        return NULL;
}

static void add_window(struct window *windows, size_t *n, struct window w) {
        for (size_t k = 0; k < *n; k++)
                if (windows[k].low == w.low)
                        return;
        windows[(*n)++] = w;
}

static void replace_windows(tamis_quantiles *q, struct window *windows, size_t n) {
        for (size_t k = 0; k < q->n_windows; k++) {
                free(q->windows[k].values);
                free(q->windows[k].counts);
        }
        free(q->windows);
        q->windows = windows;
        q->n_windows = n;
        q->held = 0;
}

int tamis_quantiles_settle(tamis_quantiles *q, bool *again, tamis_error *err) {
        struct window *windows = calloc(2 * q->n_p + 1, sizeof *windows);
        size_t n = 0;

        if (!windows)
                return tamis_fail_memory(err);
        if (!q->counted)
                q->n = q->windows[0].count;
        q->counted = true;
        for (size_t i = 0; q->n > 0 && i < 2 * q->n_p; i++) {
                bool above = i % 2;
                uint64_t rank = rank_of(q, i / 2, above);
                struct window *w = window_of(q, rank), narrower;

                if (q->known[i])
                        continue;
                if (!w) {       /* other data came the second time */
                        free(windows);
                        return tamis_fail(err, TAMIS_BAD_DATA, "the input changed while it was read again");
                }
                q->known[i] = look(q, w, rank, above ? &q->high[i / 2] : &q->low[i / 2], &narrower);
                if (!q->known[i])
                        add_window(windows, &n, narrower);
        }
        replace_windows(q, windows, n);
        *again = n > 0;
        return 0;
}

double tamis_quantiles_get(const tamis_quantiles *q, size_t i) {
        double h = (double) (q->n - 1) * q->p[i];

        return q->n ? tamis_order_between(q->low[i], q->high[i], h - floor(h)) : NAN;
}
