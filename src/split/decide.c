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
                tamis_warn(context,
                           "column \"%s\": a part is too small to hold a row of each class: %zu time%s a class of two "
                           "rows or more has none there",
                           p->class_name, missed, missed == 1 ? "" : "s");
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

/* Leave one out: a fold for each group, in the order of their names. */
static int one_fold_each(const tamis_plan *p, uint16_t *marks, tamis_error *err) {
        const tamis_dict *d = &p->groups.dict;
        size_t *order = calloc(d->n + 1, sizeof *order), *rank = calloc(d->n + 1, sizeof *rank);
        int r = order && rank ? tamis_dict_sort(d, false, order, err) : tamis_fail_memory(err);

        for (size_t i = 0; r == 0 && i < d->n; i++)
                rank[order[i]] = i + 1;
        for (size_t row = 0; r == 0 && row < p->rows; row++)
                marks[row] = (uint16_t) rank[p->groups.codes[row]];
        free(order);
        free(rank);
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
                r = tamis_plan_times(p, context, test, valid, marks, err);
        else if (p->each_group)
                r = one_fold_each(p, marks, err);
        else if (p->by_group)
                r = put_groups(p, context, test, valid, marks, err);
        else
                r = deal_rows(p, context, test, valid, marks, err);
        if (r < 0 || !p->fold || p->by_time)
                return r;
        for (size_t row = 0; row < p->rows; row++)
                marks[row] = marks[row] == p->fold ? TAMIS_SPLIT_TEST : TAMIS_SPLIT_TRAIN;
        return 0;
}
