/* Forward in time: the oldest rows train, the last are judged on.
 *
 *     train ... gap  valid  gap  test             a split
 *     [window] gap  fold i later windows: K folds of n / (K + 1) rows each, the last ends with the table
 *
 * A gap keeps what is known only later (a label that takes a week) out of training. Rows of one time keep their order,
 * and a border may fall between. With groups, rows of a group that comes again in a later part are left out of the
 * earlier: nothing of a group that is judged on is learned from, and nothing of the future.
 */
#include <stdlib.h>

#include <tamis/number.h>

#include "split/deal.h"
#include "split/decide.h"
#include "table/moment.h"

struct instant {
        double at;
        uint32_t code;
};

static int earlier(const void *x, const void *y) {
        const struct instant *a = x, *b = y;

        return (a->at > b->at) - (a->at < b->at);
}

/* All numbers, or all dates: a year alone is both. */
static int read_instants(const tamis_plan *p, struct instant *instants, tamis_error *err) {
        const tamis_dict *d = &p->times.dict;
        size_t no_number = SIZE_MAX, no_date = SIZE_MAX;
        double v;

        for (size_t c = 0; c < d->n; c++) {
                if (!tamis_number_parse(d->entries[c].text, &v) && no_number == SIZE_MAX)
                        no_number = c;
                if (!tamis_moment_parse(d->entries[c].text, &v) && no_date == SIZE_MAX)
                        no_date = c;
        }
        if (no_number != SIZE_MAX && no_date != SIZE_MAX)
                return tamis_fail(err, TAMIS_BAD_DATA, "column \"%s\" holds numbers (\"%.*s\") as well as dates "
                                  "(\"%.*s\"): they cannot be put in order", p->time_name,
                                  (int) d->entries[no_date].text.n, d->entries[no_date].text.p,
                                  (int) d->entries[no_number].text.n, d->entries[no_number].text.p);
        for (size_t c = 0; c < d->n; c++) {
                instants[c].code = (uint32_t) c;
                if (no_number == SIZE_MAX ? !tamis_number_parse(d->entries[c].text, &instants[c].at)
                                          : !tamis_moment_parse(d->entries[c].text, &instants[c].at))
                        return tamis_fail(err, TAMIS_BAD_DATA, "column \"%s\": no time", p->time_name);
        }
        qsort(instants, d->n, sizeof *instants, earlier);
        return 0;
}

/* Where the parts begin, as places in the order of time. */
struct borders {
        uint64_t train, train_end, valid, valid_end, test, test_end;
};

/* As scikit-learn's TimeSeriesSplit. */
static int window_borders(const tamis_plan *p, struct borders *b, tamis_error *err) {
        uint64_t size = p->rows / (p->folds + 1ULL), first = p->rows - size * p->folds;

        if (size == 0 || first <= p->gap)
                return tamis_fail(err, TAMIS_BAD_DATA, "%zu row%s: too few for %u folds, a first part to train on%s",
                                  p->rows, p->rows == 1 ? "" : "s", p->folds, p->gap ? " and the gap" : "");
        /* which fold is test is asked for, or only where folds begin */
        b->test = first + (p->fold ? p->fold - 1 : 0) * size;
        b->test_end = b->test + size;
        b->valid = b->valid_end = b->test;
        b->train_end = b->test - p->gap;
        b->train = p->window && p->window < b->train_end ? b->train_end - p->window : 0;
        return 0;
}

static int part_borders(const tamis_plan *p, uint64_t test, uint64_t valid, struct borders *b, tamis_error *err) {
        uint64_t gaps = ((test > 0) + (uint64_t) (valid > 0)) * p->gap;

        if (p->gap >= p->rows || test + valid + gaps >= p->rows)
                return tamis_fail(err, TAMIS_BAD_DATA,
                                  "%zu row%s: test, valid and the gaps of %llu leave none to train on", p->rows,
                                  p->rows == 1 ? "" : "s", (unsigned long long) p->gap);
        b->test_end = p->rows;
        b->test = p->rows - test;
        b->valid_end = b->test - (test > 0) * p->gap;
        b->valid = b->valid_end - valid;
        b->train_end = b->valid - (valid > 0) * p->gap;
        b->train = p->window && p->window < b->train_end ? b->train_end - p->window : 0;
        return 0;
}

static uint16_t mark_of(const tamis_plan *p, const struct borders *b, uint64_t place) {
        if (p->folds && !p->fold)
                return place < b->test ? 0 : (uint16_t) (1 + (place - b->test) / (b->test_end - b->test));
        if (place >= b->test)
                return place < b->test_end ? TAMIS_SPLIT_TEST : TAMIS_SPLIT_UNUSED;
        if (place >= b->valid && place < b->valid_end)
                return TAMIS_SPLIT_VALID;
        return place >= b->train && place < b->train_end ? TAMIS_SPLIT_TRAIN : TAMIS_SPLIT_UNUSED;
}

/* A group's rows stay in the last part it is in. */
static int purge(const tamis_plan *p, const tamis_context *context, uint16_t *marks, tamis_error *err) {
        uint16_t *last = calloc(p->groups.dict.n + 1, sizeof *last);
        size_t gone = 0, left = 0;

        if (!last)
                return tamis_fail_memory(err);
        for (size_t row = 0; row < p->rows; row++)
                if (marks[row] != TAMIS_SPLIT_UNUSED && marks[row] > last[p->groups.codes[row]])
                        last[p->groups.codes[row]] = marks[row];
        for (size_t row = 0; row < p->rows; row++) {
                if (marks[row] != TAMIS_SPLIT_UNUSED && marks[row] < last[p->groups.codes[row]]) {
                        marks[row] = TAMIS_SPLIT_UNUSED;
                        gone++;
                }
                left += marks[row] == TAMIS_SPLIT_TRAIN;
        }
        free(last);
        if (left == 0)
                return tamis_fail(err, TAMIS_BAD_DATA,
                                  "every group of column \"%s\" comes again in what is judged on: no row "
                                  "is left to train on",
                                  p->group_name);
        if (gone)
                tamis_warn(context, "column \"%s\": %zu row%s of groups that come again in a later part %s unused",
                           p->group_name, gone, gone == 1 ? "" : "s", gone == 1 ? "is" : "are");
        return 0;
}

int tamis_plan_times(const tamis_plan *p, const tamis_context *context, uint64_t test, uint64_t valid, uint16_t *marks,
                     tamis_error *err) {
        size_t n = p->times.dict.n, ranks = 0;
        struct instant *instants = calloc(n + 1, sizeof *instants);
        size_t *rank = calloc(n + 1, sizeof *rank), *next = calloc(n + 2, sizeof *next);
        struct borders b = {0};
        bool cut = false;
        int r = instants && rank && next ? read_instants(p, instants, err) : tamis_fail_memory(err);

        if (r == 0)
                r = p->folds ? window_borders(p, &b, err) : part_borders(p, test, valid, &b, err);
        if (r < 0)
                goto out;
        for (size_t i = 0; i < n; i++) {
                ranks += i > 0 && instants[i].at > instants[i - 1].at;
                rank[instants[i].code] = ranks;
        }
        ranks++;
        for (size_t row = 0; row < p->rows; row++)
                next[rank[p->times.codes[row]] + 1]++;
        for (size_t i = 1; i <= ranks; i++) {
                next[i] += next[i - 1];
                /* with a gap, what lies to both sides of a border is not in two parts */
                cut |= p->gap == 0 && next[i - 1] < b.test && b.test < next[i] && b.test < b.test_end;
                cut |= p->gap == 0 && next[i - 1] < b.valid && b.valid < next[i] && b.valid < b.valid_end;
        }
        for (size_t row = 0; row < p->rows; row++)
                marks[row] = mark_of(p, &b, next[rank[p->times.codes[row]]]++);
        if (cut)
                tamis_warn(context, "column \"%s\": rows of the same time are in two parts, "
                           "cut in the order of the rows",
                           p->time_name);
        if (p->by_group)
                r = purge(p, context, marks, err);
out:
        free(instants);
        free(rank);
        free(next);
        return r;
}
