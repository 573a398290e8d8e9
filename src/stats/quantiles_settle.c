#include <stdlib.h>

#include "stats/order.h"
#include "stats/quantiles.h"

static int by_rank(const void *a, const void *b) {
        uint64_t x = ((const tamis_wanted *) a)->rank, y = ((const tamis_wanted *) b)->rank;

        return (x > y) - (x < y);
}

/* Now that n is known: which order statistics the quantiles lie between. */
static void find_wanted(tamis_quantiles *q) {
        size_t n = 0, kept = 0;

        for (size_t i = 0; i < q->n_p; i++) {
                double part;
                uint64_t rank = tamis_order_place(q->n, q->p[i], &part);

                q->wanted[n++].rank = rank;
                if (part > 0)
                        q->wanted[n++].rank = rank + 1;
        }
        qsort(q->wanted, n, sizeof *q->wanted, by_rank);
        for (size_t i = 0; i < n; i++)
                if (!kept || q->wanted[i].rank != q->wanted[kept - 1].rank)
                        q->wanted[kept++] = q->wanted[i];
        q->n_wanted = kept;
}

static int check_same_data(const tamis_quantiles *q, tamis_error *err) {
        bool same = q->taken == q->n;

        for (size_t i = 0; i < q->n_ranges; i++)
                same = same && q->ranges[i].taken == q->ranges[i].n;
        if (!same)
                return tamis_fail(err, TAMIS_BAD_DATA, "the data changed between two readings");
        return 0;
}

static int settle_held(tamis_quantiles *q, tamis_range *r, tamis_error *err) {
        size_t n = r->last - r->first;
        uint64_t *ranks = malloc((n + 1) * sizeof *ranks);

        if (!ranks)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < n; i++)
                ranks[i] = q->wanted[r->first + i].rank - r->below;
        tamis_order_select(r->held, r->taken, ranks, n);
        for (size_t i = 0; i < n; i++)
                q->wanted[r->first + i].value = r->held[ranks[i]];
        free(ranks);
        return 0;
}

/* The cells of r where the wanted ones lie, as ranges behind next[0..n); returns the new n. A cell of one key is an
 * answer. */
static size_t narrow(tamis_quantiles *q, const tamis_range *r, tamis_range *next, size_t n) {
        unsigned shift = r->bits - r->cells;
        uint64_t below = r->below;
        size_t cell = 0, i = r->first;

        while (i < r->last) {
                size_t first = i;

                for (; q->wanted[first].rank - below >= r->counts[cell]; cell++)
                        below += r->counts[cell];
                for (; i < r->last && q->wanted[i].rank - below < r->counts[cell]; i++)
                        q->wanted[i].value = tamis_order_value(r->low + ((uint64_t) cell << shift));
                if (shift)
                        next[n++] = (tamis_range) { .low = r->low + ((uint64_t) cell << shift),
                                                   .bits = shift,
                                                   .below = below,
                                                   .n = r->counts[cell],
                                                   .first = first,
                                                   .last = i };
        }
        return n;
}

/* All held where the budget allows it, else each has its share. */
static void share_budget(const tamis_quantiles *q, tamis_range *ranges, size_t n) {
        const size_t least = (size_t) 1 << TAMIS_RANGE_CELLS_LEAST;
        size_t share = n ? q->budget / n : 0;
        uint64_t all = 0;

        share = share < least ? least : share;
        for (size_t i = 0; i < n; i++)
                all += ranges[i].n;
        for (size_t i = 0; i < n; i++)
                tamis_range_room(&ranges[i], all <= q->budget ? ranges[i].n : share);
}

static void answer(tamis_quantiles *q) {
        for (size_t i = 0; q->n && i < q->n_p; i++) {
                double part;
                tamis_wanted key = { .rank = tamis_order_place(q->n, q->p[i], &part) };
                const tamis_wanted *w = bsearch(&key, q->wanted, q->n_wanted, sizeof key, by_rank);

                q->results[i] = tamis_order_between(w->value, part > 0 ? w[1].value : 0, part, q->p[i]);
        }
        q->settled = true;
}

/* Whether the brackets answer. */
static bool ask_brackets(tamis_quantiles *q) {
        bool all = q->brackets;

        for (size_t i = 0; all && i < q->n_p; i++)
                all = tamis_bracket_get(&q->brackets[i], q->p[i], q->n, &q->results[i]);
        return all;
}

/* The first pass is over; n is known. True when that settles it. */
static bool settle_first(tamis_quantiles *q) {
        bool settled;

        q->n = q->taken;
        settled = ask_brackets(q);
        if (q->n)
                find_wanted(q);
        q->ranges[0].n = q->n;
        q->ranges[0].last = q->n_wanted;
        return settled;
}

/* What was held or counted in this pass, to answers or to the ranges of the next one. */
static int settle_ranges(tamis_quantiles *q, tamis_range *next, size_t *n, tamis_error *err) {
        int status = 0;

        for (size_t i = 0; i < q->n_ranges && status == 0; i++)
                if (q->ranges[i].counts)
                        *n = narrow(q, &q->ranges[i], next, *n);
                else
                        status = settle_held(q, &q->ranges[i], err);
        return status;
}

int tamis_quantiles_settle(tamis_quantiles *q, bool *again, tamis_error *err) {
        tamis_range *next = calloc(2 * q->n_p + 1, sizeof *next);
        bool settled = q->settled, missed = false;
        size_t n = 0;
        int status = 0;

        if (!next)
                return tamis_fail_memory(err);
        if (q->first) {
                settled = settle_first(q);
                missed = !settled && (q->brackets || q->crowded);
        } else if (!settled) {
                status = check_same_data(q, err);
        }
        if (missed) {                   /* once more, from the start, as one tamis_range */
                next[0] = (tamis_range) { .bits = 64, .n = q->n, .last = q->n_wanted };
                n = 1;
        } else if (status == 0 && !settled) {
                status = settle_ranges(q, next, &n, err);
        }
        if (status < 0) {
                free(next);
                return status;
        }
        tamis_quantiles_close_brackets(q);
        share_budget(q, next, n);
        tamis_ranges_empty(q->ranges, q->n_ranges);
        free(q->ranges);
        q->ranges = next;
        q->n_ranges = n;
        q->first = false;
        q->taken = 0;
        if (settled)
                q->settled = true;
        else if (!n)
                answer(q);
        *again = n > 0;
        return 0;
}
