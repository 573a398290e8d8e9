#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <tamis/stats.h>

#include "stats/order.h"
#include "stats/quantiles.h"

enum { BLOCK = 512 };   /* values looked at together */

/* -- making and freeing -------------------------------------------------------------------------------------------- */

void tamis_quantiles_close_brackets(tamis_quantiles *q) {
        for (size_t i = 0; q->brackets && i < q->n_p; i++)
                tamis_bracket_done(&q->brackets[i]);
        free(q->brackets);
        q->brackets = NULL;
}

void tamis_quantiles_free(tamis_quantiles *q) {
        if (!q)
                return;
        tamis_ranges_empty(q->ranges, q->n_ranges);
        tamis_quantiles_close_brackets(q);
        if (!q->part) {         /* a partial is one piece of memory: there are many of them */
                free(q->ranges);
                free(q->p);
                free(q->results);
                free(q->wanted);
        }
        free(q);
}

static tamis_quantiles *allocate(const double *p, size_t n_p) {
        tamis_quantiles *q = calloc(1, sizeof *q);

        if (!q)
                return NULL;
        q->n_p = n_p;
        q->p = calloc(n_p + 1, sizeof *q->p);
        q->results = calloc(n_p + 1, sizeof *q->results);
        q->wanted = calloc(2 * n_p + 1, sizeof *q->wanted);
        q->ranges = calloc(2 * n_p + 1, sizeof *q->ranges);
        if (!q->p || !q->results || !q->wanted || !q->ranges) {
                tamis_quantiles_free(q);
                return NULL;
        }
        for (size_t i = 0; i < n_p; i++) {
                q->p[i] = p[i];
                q->results[i] = NAN;
        }
        return q;
}

int tamis_quantiles_new(const double *p, size_t n_p, size_t budget, tamis_quantiles **ret, tamis_error *err) {
        const size_t least = (size_t) 1 << TAMIS_RANGE_CELLS_LEAST, most = PTRDIFF_MAX / sizeof(double);
        tamis_quantiles *q;

        for (size_t i = 0; i < n_p; i++)
                if (!(p[i] >= 0 && p[i] <= 1))
                        return tamis_fail(err, TAMIS_USAGE, "%g is not a probability: from 0 to 1", p[i]);
        q = allocate(p, n_p);
        if (!q)
                return tamis_fail_memory(err);
        q->budget = budget ? budget / sizeof(double) : most;
        if (q->budget < least)
                q->budget = least;
        q->first = true;
        q->ranges[0].bits = 64;
        q->n_ranges = 1;
        tamis_range_room(&q->ranges[0], q->budget);
        *ret = q;
        return 0;
}

int tamis_quantiles_partial(const tamis_quantiles *q, tamis_quantiles **ret, tamis_error *err) {
        tamis_quantiles *part = calloc(1, sizeof *part + q->n_ranges * sizeof *part->ranges);

        if (!part)
                return tamis_fail_memory(err);
        part->part = true;
        part->n_p = q->n_p;
        part->budget = q->budget;
        part->n = q->n;
        part->first = q->first;
        part->settled = q->settled;
        part->n_ranges = q->n_ranges;
        part->ranges = (tamis_range *) (part + 1);
        /* what was taken is left alone: another thread may be merging into it */
        for (size_t i = 0; i < q->n_ranges; i++) {
                const tamis_range *r = &q->ranges[i];

                part->ranges[i] = (tamis_range) {
                        .low = r->low, .bits = r->bits, .cells = r->cells, .below = r->below, .n = r->n,
                        .first = r->first, .last = r->last, .room = r->room,
                };
        }
        *ret = part;
        return 0;
}

/* -- adding -------------------------------------------------------------------------------------------------------- */

/* What is held goes into brackets. */
static int open_brackets(tamis_quantiles *q, tamis_error *err) {
        tamis_range *all = &q->ranges[0];
        size_t room = q->budget / q->n_p, least = (size_t) 1 << TAMIS_RANGE_CELLS_LEAST;
        int status = 0;

        q->brackets = calloc(q->n_p + 1, sizeof *q->brackets);
        if (!q->brackets)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < q->n_p && status == 0; i++)
                status = tamis_bracket_open(&q->brackets[i], q->p[i], all->held, all->taken,
                                            room < least ? least : room, err);
        free(all->held);
        all->held = NULL;
        all->capacity = 0;
        return status;
}

/* The first pass is no good beyond the number of values. */
static void crowd(tamis_quantiles *q) {
        q->crowded = true;
        tamis_range_empty(&q->ranges[0]);
        tamis_quantiles_close_brackets(q);
}

/* n values of the first pass, the last of q->taken. What a partial would keep around its own middle is of no use to the
 * whole: it holds all it is given or nothing. */
static int take_first(tamis_quantiles *q, const double *x, size_t n, tamis_error *err) {
        tamis_range *all = &q->ranges[0];
        int status = 0;

        if (!q->crowded && !q->brackets) {
                size_t some = n < all->room - all->taken ? n : all->room - all->taken;

                status = tamis_range_take(all, x, some, err);
                x += some;
                n -= some;
                if (n > 0 && (q->part || q->n_p == 0))
                        crowd(q);
                else if (n > 0 && status == 0)
                        status = open_brackets(q, err);
        }
        for (size_t i = 0; q->brackets && i < q->n_p && status == 0; i++)
                tamis_bracket_add(&q->brackets[i], q->p[i], q->taken - n, x, n);
        return status;
}

/* The last range that begins at or below `key`, or the first; whether it reaches so far is another question. */
static tamis_range *near_key(tamis_quantiles *q, uint64_t key) {
        tamis_range *r = q->ranges;

        for (size_t n = q->n_ranges; n > 1;) {
                size_t half = n / 2;

                r = r[half].low <= key ? r + half : r;
                n -= half;
        }
        return r;
}

static int take_where_wanted(tamis_quantiles *q, const double *x, size_t n, tamis_error *err) {
        int status = 0;

        if (!q->n_ranges)
                return 0;
        if (q->ranges[0].bits == 64)
                return tamis_range_take(&q->ranges[0], x, n, err);
        for (size_t i = 0; i < n && status == 0; i++) {
                uint64_t key = tamis_order_key(x[i]);
                tamis_range *r = near_key(q, key);

                if ((key - r->low) >> r->bits == 0)
                        status = tamis_range_take(r, &x[i], 1, err);
        }
        return status;
}

/* Two at a time: NaN alone differs from itself. */
static bool has_missing(const double *x, size_t n) {
        typedef double pair __attribute__((vector_size(16)));
        typedef long long mask __attribute__((vector_size(16)));
        mask missing = {0};
        size_t i = 0;

        for (; i + 2 <= n; i += 2) {
                pair two;

                memcpy(&two, x + i, sizeof two);
                missing |= two != two;
        }
        return missing[0] | missing[1] || (i < n && x[i] != x[i]);
}

int tamis_quantiles_add(tamis_quantiles *q, const double *x, size_t n, tamis_error *err) {
        double present[BLOCK];
        int status = 0;

        for (size_t i = 0; i < n && status == 0; i += BLOCK) {
                const size_t some = n - i < BLOCK ? n - i : BLOCK;
                const double *from = x + i;
                size_t k = some;

                if (has_missing(from, some)) {
                        k = 0;
                        for (size_t j = 0; j < some; j++) {
                                present[k] = from[j];
                                k += from[j] == from[j];
                        }
                        from = present;
                }
                q->taken += k;
                status = q->first ? take_first(q, from, k, err) : take_where_wanted(q, from, k, err);
        }
        return status;
}

static int merge_first(tamis_quantiles *into, tamis_quantiles *from, tamis_error *err) {
        tamis_range *all = &from->ranges[0];
        int status = 0;

        into->taken += from->taken;
        if (from->crowded)
                crowd(into);
        else
                status = take_first(into, all->held, all->taken, err);
        tamis_range_empty(all);
        return status;
}

int tamis_quantiles_merge(tamis_quantiles *into, tamis_quantiles *from, tamis_error *err) {
        int status = 0;

        if (into->first) {
                status = merge_first(into, from, err);
        } else {
                for (size_t i = 0; i < into->n_ranges && status == 0; i++)
                        status = tamis_range_merge(&into->ranges[i], &from->ranges[i], err);
                into->taken += from->taken;
        }
        from->taken = 0;
        return status;
}

uint64_t tamis_quantiles_count(const tamis_quantiles *q) {
        return q->first ? q->taken : q->n;
}

double tamis_quantiles_get(const tamis_quantiles *q, size_t i) {
        return q->results[i];
}
