#include <stdlib.h>

#include <tamis/number.h>
#include <tamis/random.h>

#include "split/apportion.h"
#include "split/deal.h"
#include "split/decide.h"
#include "split/groups.h"
#include "table/moment.h"

void tamis_plan_done(tamis_plan *p) {
        tamis_codes_done(&p->classes);
        tamis_codes_done(&p->groups);
        tamis_codes_done(&p->times);
}

/* -- rows for themselves ------------------------------------------------------------------------------------------- */

static void warn_small_classes(const tamis_plan *p, const tamis_context *context) {
        size_t single = 0, few = 0;

        for (size_t c = 0; c < p->classes.dict.n; c++) {
                single += p->classes.dict.entries[c].count == 1;
                few += p->classes.dict.entries[c].count < p->folds;
        }
        if (p->folds && few)
                tamis_warn(context, "column \"%s\": %zu of %zu classes %s fewer than %u rows: "
                           "some folds have none of them",
                           p->class_name, few, p->classes.dict.n, few == 1 ? "has" : "have", p->folds);
        else if (!p->folds && single)
                tamis_warn(context, "column \"%s\": %zu of %zu classes %s a single row, "
                           "which goes to train", p->class_name,
                           single, p->classes.dict.n, single == 1 ? "has" : "have");
}

static int deal_rows(const tamis_plan *p, const tamis_context *context, uint64_t test, uint64_t valid, uint16_t *marks,
                     tamis_error *err) {
        tamis_deal deal = { .seed = context->seed, .rows = p->rows, .n_classes = 1 };
        size_t *order = NULL, missed = 0, marked = 0;
        int r = 0;

        if (p->by_class) {
                order = calloc(p->classes.dict.n + 1, sizeof *order);
                r = order ? tamis_dict_sort(&p->classes.dict, false, order, err) : tamis_fail_memory(err);
                deal.classes = p->classes.codes;
                deal.n_classes = p->classes.dict.n;
                deal.order = order;
        }
        if (r == 0)
                r = p->folds ? tamis_deal_folds(&deal, p->folds, marks, err)
                             : tamis_deal_parts(&deal, test, valid, marks, &missed, err);
        free(order);
        if (r < 0 || !p->by_class)
                return r;

        warn_small_classes(p, context);
        if (missed)
                tamis_warn(context, "column \"%s\": a part is too small to hold a row of each class: %zu time%s a class of two "
                           "rows or more has none there", p->class_name, missed, missed == 1 ? "" : "s");
        for (size_t row = 0; !p->folds && row < p->rows; row++)
                marked += marks[row] != TAMIS_SPLIT_TRAIN;
        if (!p->folds && marked == 0)
                return tamis_fail(err, TAMIS_BAD_DATA, "column \"%s\" has a class for every row: "
                                  "rows cannot be split by it",
                                  p->class_name);
        return 0;
}

/* -- groups -------------------------------------------------------------------------------------------------------- */

/* Groups may be large, so what was asked is met as nearly as they allow. */
static void warn_uneven(const tamis_plan *p, const tamis_context *context, const uint16_t *marks, uint16_t mark,
                        const char *name, double share) {
        uint64_t n = 0;

        for (size_t row = 0; row < p->rows; row++)
                n += marks[row] == mark;
        if ((double) n < .8 * share * (double) p->rows || (double) n > 1.2 * share * (double) p->rows)
                tamis_warn(context, "column \"%s\": groups are too large to be cut as asked: %s has %llu of %zu rows",
                           p->group_name, name, (unsigned long long) n, p->rows);
}

static int balance(const tamis_plan *p, const tamis_groups *groups, uint16_t *part, tamis_error *err) {
        double parts[3] = { 1 - p->test - p->valid, p->valid, p->test };
        uint16_t to[3] = { TAMIS_SPLIT_TRAIN, TAMIS_SPLIT_VALID, TAMIS_SPLIT_TEST };
        double *shares = parts;
        size_t k = p->folds, n = 0;
        int r;

        if (p->folds) {
                shares = calloc(k, sizeof *shares);
                if (!shares)
                        return tamis_fail_memory(err);
                for (size_t i = 0; i < k; i++)
                        shares[i] = 1. / (double) k;
                r = tamis_groups_balance(groups, shares, k, part, err);
                free(shares);
                for (size_t g = 0; r == 0 && g < groups->n; g++)
                        part[g]++;
                return r;
        }
        for (size_t i = 0; i < 3; i++)
                if (parts[i] > 0) {
                        parts[n] = parts[i];
                        to[n++] = to[i];
                }
        r = tamis_groups_balance(groups, parts, n, part, err);
        for (size_t g = 0; r == 0 && g < groups->n; g++)
                part[g] = to[part[g]];
        return r;
}

static int put_groups(const tamis_plan *p, const tamis_context *context, uint64_t test, uint64_t valid, uint16_t *marks,
                      tamis_error *err) {
        size_t n = p->groups.dict.n, parts = p->folds ? p->folds : 1U + (test > 0) + (valid > 0);
        tamis_groups groups = {0};
        uint16_t *part = NULL;
        int r;

        if (n < parts)
                return tamis_fail(err, TAMIS_BAD_DATA, "column \"%s\" has %zu group%s, "
                                  "too few for %zu %s", p->group_name, n,
                                  n == 1 ? "" : "s", parts, p->folds ? "folds" : "parts");
        r = tamis_groups_init(&groups, p->groups.codes, p->by_class ? p->classes.codes : NULL, p->rows, n,
                              p->by_class ? p->classes.dict.n : 1, err);
        if (r < 0)
                return r;
        /* keyed by the group's name, so that other groups and other rows do not change its fortune */
        for (size_t g = 0; g < n; g++) {
                tamis_stream stream;

                tamis_stream_init(&stream, context->seed, "split.group", p->groups.dict.entries[g].hash, 0);
                groups.keys[g] = tamis_stream_bits(&stream);
        }
        part = calloc(n + 1, sizeof *part);
        if (!part)
                r = tamis_fail_memory(err);
        else if (p->folds || p->by_class)
                r = balance(p, &groups, part, err);
        else
                r = tamis_groups_draw(&groups, test, valid, part, err);
        for (size_t row = 0; r == 0 && row < p->rows; row++)
                marks[row] = part[p->groups.codes[row]];
        tamis_groups_done(&groups);
        free(part);
        if (r < 0 || p->folds)
                return r;
        if (test > 0)
                warn_uneven(p, context, marks, TAMIS_SPLIT_TEST, "test", p->test);
        if (valid > 0)
                warn_uneven(p, context, marks, TAMIS_SPLIT_VALID, "valid", p->valid);
        return 0;
}

/* -- time ---------------------------------------------------------------------------------------------------------- */

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

/* The oldest rows train, then come valid and test. Rows of one time keep their order, and a border may fall between. */
static int put_times(const tamis_plan *p, const tamis_context *context, uint64_t test, uint64_t valid, uint16_t *marks,
                     tamis_error *err) {
        size_t n = p->times.dict.n, ranks = 0;
        struct instant *instants = calloc(n + 1, sizeof *instants);
        size_t *rank = calloc(n + 1, sizeof *rank), *next = calloc(n + 2, sizeof *next);
        uint64_t first_test = p->rows - test, first_valid = first_test - valid;
        bool cut = false;
        int r = instants && rank && next ? read_instants(p, instants, err) : tamis_fail_memory(err);

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
                cut |= next[i - 1] < first_test && first_test < next[i] && test > 0;
                cut |= next[i - 1] < first_valid && first_valid < next[i] && valid > 0;
        }
        for (size_t row = 0; row < p->rows; row++) {
                size_t place = next[rank[p->times.codes[row]]]++;

                marks[row] = place >= first_test ? TAMIS_SPLIT_TEST : place >= first_valid ? TAMIS_SPLIT_VALID
                                                                                           : TAMIS_SPLIT_TRAIN;
        }
        if (cut)
                tamis_warn(context, "column \"%s\": rows of the same time are in two parts, "
                           "cut in the order of the rows",
                           p->time_name);
out:
        free(instants);
        free(rank);
        free(next);
        return r;
}

/* -- all ----------------------------------------------------------------------------------------------------------- */

int tamis_plan_decide(const tamis_plan *p, const tamis_context *context, uint16_t *marks, tamis_error *err) {
        uint64_t test = tamis_split_share(p->test, p->rows), valid = tamis_split_share(p->valid, p->rows);
        int r;

        if (p->folds > p->rows)
                return tamis_fail(err, TAMIS_BAD_DATA, "%zu row%s cannot make %u folds", p->rows,
                                  p->rows == 1 ? "" : "s", p->folds);
        if (!p->folds && test + valid >= p->rows)
                return tamis_fail(err, TAMIS_BAD_DATA, "%zu row%s: %llu for test and %llu for valid "
                                  "leave none to train on",
                                  p->rows, p->rows == 1 ? "" : "s", (unsigned long long) test,
                                  (unsigned long long) valid);
        if (p->by_time)
                r = put_times(p, context, test, valid, marks, err);
        else if (p->by_group)
                r = put_groups(p, context, test, valid, marks, err);
        else
                r = deal_rows(p, context, test, valid, marks, err);
        if (r < 0 || !p->fold)
                return r;
        for (size_t row = 0; row < p->rows; row++)
                marks[row] = marks[row] == p->fold ? TAMIS_SPLIT_TEST : TAMIS_SPLIT_TRAIN;
        return 0;
}
