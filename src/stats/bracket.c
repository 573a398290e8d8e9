#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stats/bracket.h"
#include "stats/order.h"

void tamis_bracket_done(tamis_bracket *b) {
        free(b->held);
        *b = (tamis_bracket) {0};
}

static void lose(tamis_bracket *b) {
        tamis_bracket_done(b);
        b->lost = true;
}

/* Of values[0..n), the `keep` <= n nearest to rank k by rank, together, from the returned place on. A limit of the
 * bracket moves where something beyond it is left out. */
static size_t nearest(tamis_bracket *b, double *values, size_t n, uint64_t k, size_t keep) {
        size_t first = k > keep / 2 ? (size_t) k - keep / 2 : 0;
        uint64_t ranks[2];

        if (first + keep > n)
                first = n - keep;
        ranks[0] = first;
        ranks[1] = first + keep - 1;
        tamis_order_select(values, n, ranks, ranks[0] < ranks[1] ? 2 : 1);
        if (first > 0)
                b->low = values[first];
        if (first + keep < n)
                b->high = values[first + keep - 1];
        b->below += first;
        return first;
}

int tamis_bracket_open(tamis_bracket *b, double p, double *values, size_t n, size_t room, tamis_error *err) {
        tamis_bracket new = { .low = -INFINITY, .high = INFINITY, .room = room };
        double part;

        new.n = n < room / 2 ? n : room / 2;
        new.held = malloc(room * sizeof *new.held);
        if (!new.held)
                return tamis_fail_memory(err);
        memcpy(new.held, values + nearest(&new, values, n, tamis_order_place(n, p, &part), new.n),
               new.n * sizeof *values);
        *b = new;
        return 0;
}

/* The room is full, `seen` values in all were looked at. */
static void narrow(tamis_bracket *b, double p, uint64_t seen) {
        double part;
        uint64_t k = tamis_order_place(seen, p, &part);
        size_t keep = b->room / 2, first;

        if (k < b->below || k - b->below >= b->n) {
                lose(b);
                return;
        }
        first = nearest(b, b->held, b->n, k - b->below, keep);
        memmove(b->held, b->held + first, keep * sizeof *b->held);
        b->n = keep;
}

void tamis_bracket_add(tamis_bracket *b, double p, uint64_t seen, const double *x, size_t n) {
        while (n > 0 && !b->lost) {
                const double low = b->low, high = b->high;
                const size_t some = n < b->room - b->n ? n : b->room - b->n;
                double *to = b->held + b->n;
                uint64_t below = 0;
                size_t k = 0;

                for (size_t i = 0; i < some; i++) {     /* no branch depends on a value */
                        to[k] = x[i];
                        k += (x[i] >= low) & (x[i] <= high);
                        below += x[i] < low;
                }
                b->n += k;
                b->below += below;
                seen += some;
                x += some;
                n -= some;
                if (b->n == b->room)
                        narrow(b, p, seen);
        }
}

bool tamis_bracket_get(tamis_bracket *b, double p, uint64_t seen, double *ret) {
        double part;
        uint64_t k = tamis_order_place(seen, p, &part), ranks[2];
        size_t n = part > 0 ? 2 : 1;

        if (b->lost || k < b->below || k - b->below + n > b->n)
                return false;
        ranks[0] = k - b->below;
        ranks[1] = ranks[0] + 1;
        tamis_order_select(b->held, b->n, ranks, n);
        *ret = tamis_order_between(b->held[ranks[0]], n == 2 ? b->held[ranks[1]] : 0, part, p);
        return true;
}
