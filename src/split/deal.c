#include <stdlib.h>

#include <tamis/random.h>

#include "split/apportion.h"
#include "split/deal.h"

struct keyed {
        uint64_t key;
        size_t row;
};

static int by_key(const void *x, const void *y) {
        const struct keyed *a = x, *b = y;

        if (a->key != b->key)
                return a->key < b->key ? -1 : 1;
        return a->row < b->row ? -1 : 1;
}

/* The rows class by class, in the order of their keys within a class; those of class c begin at starts[c]. */
static int arrange(const tamis_deal *deal, struct keyed **rows, size_t **starts, tamis_error *err) {
        struct keyed *keyed = calloc(deal->rows + 1, sizeof *keyed);
        size_t *at = calloc(deal->n_classes + 2, sizeof *at);
        tamis_stream stream;

        if (!keyed || !at) {
                free(keyed);
                free(at);
                return tamis_fail_memory(err);
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
        for (size_t c = 0; c < deal->n_classes; c++)
                qsort(keyed + at[c], at[c + 1] - at[c], sizeof *keyed, by_key);
        *rows = keyed;
        *starts = at;
        return 0;
}

/* -- parts ----------------------------------------------------------------------------------------------------------- */

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

/* -- folds ----------------------------------------------------------------------------------------------------------- */

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
