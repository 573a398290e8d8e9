#include <stdbool.h>
#include <stdlib.h>

#include <tamis/random.h>

#include "split/apportion.h"
#include "split/deal.h"

struct keyed {
        uint64_t key;
        size_t row;
};

static inline bool comes_before(const struct keyed *a, const struct keyed *b) {
        return a->key != b->key ? a->key < b->key : a->row < b->row;
}

/* Sort `rows` by key. Keys are uniform, so their leading bits say where a row will lie but for a few places, and what
 * is left for an insertion sort is short: a million rows in 30 ms where qsort took 180. `space` has room for n. */
static int sort_by_key(struct keyed *rows, size_t n, struct keyed *space, tamis_error *err) {
        unsigned bits = 1;
        size_t *next;

        while (bits < 40 && n >> bits > 4)
                bits++;
        next = calloc(((size_t) 1 << bits) + 1, sizeof *next);
        if (!next)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < n; i++)
                next[(rows[i].key >> (64 - bits)) + 1]++;
        for (size_t b = 1; b <= (size_t) 1 << bits; b++)
                next[b] += next[b - 1];
        for (size_t i = 0; i < n; i++)
                space[next[rows[i].key >> (64 - bits)]++] = rows[i];
        free(next);
        for (size_t i = 0; i < n; i++) {
                size_t at = i;

                for (; at > 0 && comes_before(&space[i], &rows[at - 1]); at--)
                        rows[at] = rows[at - 1];
                rows[at] = space[i];
        }
        return 0;
}

/* The rows class by class, in the order of their keys within a class; those of class c begin at starts[c]. */
static int arrange(const tamis_deal *deal, struct keyed **rows, size_t **starts, tamis_error *err) {
        struct keyed *keyed = calloc(deal->rows + 1, sizeof *keyed), *space = calloc(deal->rows + 1, sizeof *space);
        size_t *at = calloc(deal->n_classes + 2, sizeof *at);
        tamis_stream stream;
        int r = 0;

        if (!keyed || !space || !at) {
                r = tamis_fail_memory(err);
                goto out;
        }
        for (size_t row = 0; row < deal->rows; row++)
                at[(deal->classes ? deal->classes[row] : 0) + 2]++;
        for (size_t c = 2; c < deal->n_classes + 2; c++)
                at[c] += at[c - 1];
        /* at[c + 1] is where class c begins, and moves on to where it ends: where class c + 1 begins */
        for (size_t row = 0; row < deal->rows; row++) {
                tamis_stream_init(&stream, deal->seed, "split.row", row, 0);
                keyed[at[(deal->classes ? deal->classes[row] : 0) + 1]++] = (struct keyed) {
                        tamis_stream_bits(&stream), row,
                };
        }
        for (size_t c = 0; c < deal->n_classes && r == 0; c++)
                r = sort_by_key(keyed + at[c], at[c + 1] - at[c], space, err);
        if (r < 0)
                goto out;
        *rows = keyed, keyed = NULL;
        *starts = at, at = NULL;
out:
        free(keyed);
        free(space);
        free(at);
        return r;
}

/* -- parts --------------------------------------------------------------------------------------------------------- */

/* Classes as ties are settled, with what each part gets of them. */
struct quotas {
        uint64_t *counts, *least, *most, *test, *valid, *block;
        size_t n;
};

static int quotas_init(struct quotas *q, size_t n, tamis_error *err) {
        q->block = calloc(5 * n + 1, sizeof *q->block);
        if (!q->block)
                return tamis_fail_memory(err);
        q->n = n;
        q->counts = q->block;
        q->least = q->block + n;
        q->most = q->block + 2 * n;
        q->test = q->block + 3 * n;
        q->valid = q->block + 4 * n;
        return 0;
}

/* One of each class that has enough rows, if there are that many rows to give: `spare` rows of a class are not for this
 * part. Where there are not, the largest classes come first by themselves. */
static int apportion(struct quotas *q, uint64_t want, uint64_t spare, uint64_t *ret, tamis_error *err) {
        uint64_t needed = 0;

        for (size_t i = 0; i < q->n; i++) {
                uint64_t n = q->counts[i];
                /* the last row of a class is for training, whatever was asked */
                uint64_t kept = n > spare ? spare : n > 1 ? n - 1 : n;

                q->most[i] = n - kept;
                q->least[i] = q->most[i] > 0 && want > 0;
                needed += q->least[i];
        }
        if (needed > want)
                for (size_t i = 0; i < q->n; i++)
                        q->least[i] = 0;
        return tamis_split_apportion(q->counts, q->least, q->most, q->n, want, ret, err);
}

static int fill_quotas(struct quotas *q, uint64_t test, uint64_t valid, size_t *missed, tamis_error *err) {
        size_t without = 0;
        int r = apportion(q, test, valid > 0 ? 2 : 1, q->test, err);

        if (r < 0)
                return r;
        for (size_t i = 0; i < q->n; i++) {
                without += test > 0 && q->counts[i] >= 2 && q->test[i] == 0;
                q->counts[i] -= q->test[i];
        }
        r = valid > 0 ? apportion(q, valid, 1, q->valid, err) : 0;
        if (r < 0)
                return r;
        for (size_t i = 0; i < q->n; i++)
                without += valid > 0 && q->counts[i] + q->test[i] >= 3 && q->valid[i] == 0;
        *missed = without;
        return 0;
}

int tamis_deal_parts(const tamis_deal *deal, uint64_t test, uint64_t valid, uint16_t *marks, size_t *missed,
                     tamis_error *err) {
        struct keyed *rows = NULL;
        size_t *starts = NULL;
        struct quotas q = {0};
        int r;

        r = arrange(deal, &rows, &starts, err);
        if (r == 0)
                r = quotas_init(&q, deal->n_classes, err);
        if (r < 0)
                goto out;
        for (size_t i = 0; i < q.n; i++) {
                size_t c = deal->order ? deal->order[i] : i;

                q.counts[i] = starts[c + 1] - starts[c];
        }
        r = fill_quotas(&q, test, valid, missed, err);
        if (r < 0)
                goto out;
        for (size_t i = 0; i < q.n; i++) {
                size_t c = deal->order ? deal->order[i] : i;

                for (size_t at = starts[c], n = 0; at < starts[c + 1]; at++, n++)
                        marks[rows[at].row] = n < q.test[i]              ? TAMIS_SPLIT_TEST
                                            : n < q.test[i] + q.valid[i] ? TAMIS_SPLIT_VALID
                                                                         : TAMIS_SPLIT_TRAIN;
        }
out:
        free(rows);
        free(starts);
        free(q.block);
        return r;
}

/* -- folds --------------------------------------------------------------------------------------------------------- */

/* Dealt round and round like cards, one class behind the other, never starting afresh: so both the folds and each
 * class within them come out even. */
int tamis_deal_folds(const tamis_deal *deal, unsigned k, uint16_t *marks, tamis_error *err) {
        struct keyed *rows = NULL;
        size_t *starts = NULL;
        int r = arrange(deal, &rows, &starts, err);

        for (size_t at = 0; r == 0 && at < deal->rows; at++)
                marks[rows[at].row] = (uint16_t) (at % k + 1);
        free(rows);
        free(starts);
        return r;
}
