#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <tamis/stats.h>

#include "stats/bracket.h"
#include "stats/order.h"
#include "stats/range.h"

/* First everything is held; when the room is full, what lies around each quantile (bracket.h). That is the answer, in one
 * pass, unless the data drift so far that the quantile leaves what is held. Then further passes find it for certain:
 *
 * Values are placed by their key, a whole number that compares as they do. A range of keys holds its values until there
 * is no room for one more; then it counts them, in cells of equal width. After the pass, each cell that holds a wanted
 * order statistic is a range of the next pass, at most 2^-8 as wide; one key, and it is known. So whether a range is
 * held or counted hangs on how many values it has in all, not on where they were cut. */
enum { BLOCK = 512 };   /* values looked at together */

typedef struct wanted {
        uint64_t rank;
        double value;
} wanted;

struct tamis_quantiles {
        double *p, *results;
        size_t n_p, budget;     /* budget in values */
        uint64_t n, taken;      /* values in all, once the first pass is over; in this pass */
        bool first, settled;
        wanted *wanted;         /* ascending, different */
        size_t n_wanted;
        tamis_range *ranges;          /* ascending, apart; in the first pass what is held before there are brackets */
        size_t n_ranges;
        tamis_bracket *brackets; /* n_p; NULL before the first pass has more than the budget, and after it */
        bool part, crowded;     /* a partial; in the first pass one had no room to hold all it was given */
};

/* -- making and freeing -------------------------------------------------------------------------------------------- */

static void free_brackets(tamis_quantiles *q) {
        for (size_t i = 0; q->brackets && i < q->n_p; i++)
                tamis_bracket_done(&q->brackets[i]);
        free(q->brackets);
        q->brackets = NULL;
}

void tamis_quantiles_free(tamis_quantiles *q) {
        if (!q)
                return;
        tamis_ranges_empty(q->ranges, q->n_ranges);
        free_brackets(q);
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
        free_brackets(q);
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

/* -- the end of a pass --------------------------------------------------------------------------------------------- */

static int by_rank(const void *a, const void *b) {
        uint64_t x = ((const wanted *) a)->rank, y = ((const wanted *) b)->rank;

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
                wanted key = { .rank = tamis_order_place(q->n, q->p[i], &part) };
                const wanted *w = bsearch(&key, q->wanted, q->n_wanted, sizeof key, by_rank);

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
        free_brackets(q);
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

uint64_t tamis_quantiles_count(const tamis_quantiles *q) {
        return q->first ? q->taken : q->n;
}

double tamis_quantiles_get(const tamis_quantiles *q, size_t i) {
        return q->results[i];
}
