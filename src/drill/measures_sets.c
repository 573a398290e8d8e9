/* Measures of tables as sets of rows. */
#include <stdlib.h>

#include "drill/keys.h"
#include "drill/values.h"

static int by_text(const void *a, const void *b) {
        return strcmp(*(const char *const *) a, *(const char *const *) b);
}

/* In order, each once; their number. */
static size_t distinct(const char **keys, size_t n) {
        size_t kept = 0;

        if (n > 1)
                qsort(keys, n, sizeof *keys, by_text);
        for (size_t i = 0; i < n; i++)
                if (kept == 0 || strcmp(keys[kept - 1], keys[i]) != 0)
                        keys[kept++] = keys[i];
        return kept;
}

struct overlap {
        double answered, true_ones, both;
};

static int overlap_of(const tamis_drill_call *call, struct overlap *ret, tamis_error *err) {
        const tamis_drill_table *answer = call->tables[0], *truth = call->tables[1];
        const char **a = NULL, **t = NULL;
        size_t n_a = 0, n_t = 0;
        int r;

        *ret = (struct overlap) { .both = NAN };
        if (answer->absent)
                return 0;
        r = tamis_drill_row_keys(call->scope->world, answer, answer, &a, err);
        if (r == 0)
                r = tamis_drill_row_keys(call->scope->world, truth, answer, &t, err);
        if (r < 0)
                return r;
        n_a = distinct(a, answer->rows);
        n_t = distinct(t, truth->rows);
        *ret = (struct overlap) { .answered = (double) n_a, .true_ones = (double) n_t };
        for (size_t i = 0; i < n_a; i++)
                ret->both += bsearch(&a[i], t, n_t, sizeof *t, by_text) != NULL;
        return 0;
}

static int figure(const tamis_drill_call *call, double x, tamis_drill_column *ret, tamis_error *err) {
        int r = tamis_drill_numbers_new(call, 1, ret, err);

        if (r == 0)
                ret->number[0] = x;
        return r;
}

/* Nothing answered: no precision to speak of, so 0. Nothing true: 1 when nothing was answered. */
int tamis_drill_setprecision(const tamis_drill_call *call, tamis_drill_column *ret, tamis_error *err) {
        struct overlap o;
        int r = overlap_of(call, &o, err);

        return r == 0 ? figure(call, o.answered > 0 ? o.both / o.answered : o.true_ones > 0 ? 0 : 1, ret, err) : r;
}

int tamis_drill_setrecall(const tamis_drill_call *call, tamis_drill_column *ret, tamis_error *err) {
        struct overlap o;
        int r = overlap_of(call, &o, err);

        return r == 0 ? figure(call, o.true_ones > 0 ? o.both / o.true_ones : 1, ret, err) : r;
}

int tamis_drill_setf1(const tamis_drill_call *call, tamis_drill_column *ret, tamis_error *err) {
        struct overlap o;
        int r = overlap_of(call, &o, err);

        return r == 0
                ? figure(call, o.answered + o.true_ones > 0 ? 2 * o.both / (o.answered + o.true_ones) : 1, ret, err)
                : r;
}

/* -- recall at k --------------------------------------------------------------------------------------------------- */

/* Of each user how many items are true, and how many of them were shown. */
static int sum_up(const tamis_drill_call *call, const tamis_drill_table *truth, const char *const *shown,
                  size_t n_shown, const char *const *keys, double *ret, tamis_error *err) {
        const tamis_drill_column *users = tamis_drill_table_column(truth, "user");
        size_t *groups = NULL, n = 0, counted = 0;
        double *all, *hits, sum = 0;
        int r = tamis_drill_groups(call, users, truth->rows, &groups, &n, err);

        if (r < 0)
                return r;
        all = calloc(2 * n + 1, sizeof *all);
        if (!all)
                return tamis_fail_memory(err);
        hits = all + n;
        for (size_t row = 0; row < truth->rows; row++)
                if (groups[row] < n) {
                        all[groups[row]]++;
                        hits[groups[row]] +=
                                n_shown > 0 && bsearch(&keys[row], shown, n_shown, sizeof *shown, by_text) != NULL;
                }
        for (size_t i = 0; i < n; i++)
                if (all[i] > 0) {
                        sum += hits[i] / all[i];
                        counted++;
                }
        free(all);
        *ret = counted > 0 ? sum / (double) counted : NAN;
        return 0;
}

/* The mean over the truth's users of the share of their items that are among the answer's first k of theirs. Tables
 * with columns user and item; the answer's rank is 1 for what comes first. */
int tamis_drill_recallat(const tamis_drill_call *call, tamis_drill_column *ret, tamis_error *err) {
        const tamis_drill_table *answer = call->tables[0], *truth = call->tables[1];
        const tamis_drill_column *rank = tamis_drill_table_column(answer, "rank");
        const tamis_drill_table like = { .n = 2,
                                         .columns = (tamis_drill_column[]) { { .name = "user" }, { .name = "item" } } };
        const char **shown = NULL, **keys = NULL;
        size_t kept = 0;
        double x = NAN;
        int r = tamis_drill_want_number(call, 0, err);

        if (r == 0 && answer->absent)
                return figure(call, NAN, ret, err);
        if (r == 0 && (!rank || rank->text || !tamis_drill_table_column(truth, "user")))
                r = tamis_fail(err, TAMIS_BAD_DATA, "the answer has columns user, item, rank; the truth user and item");
        if (r == 0)
                r = tamis_drill_row_keys(call->scope->world, answer, &like, &shown, err);
        if (r == 0)
                r = tamis_drill_row_keys(call->scope->world, truth, &like, &keys, err);
        if (r < 0)
                return r;
        for (size_t row = 0; row < answer->rows; row++)
                if (tamis_drill_number(rank, row) >= 1 && tamis_drill_number(rank, row) <= call->arguments[0].number[0])
                        shown[kept++] = shown[row];
        r = sum_up(call, truth, shown, distinct(shown, kept), keys, &x, err);
        return r == 0 ? figure(call, x, ret, err) : r;
}

int tamis_drill_present(const tamis_drill_call *call, tamis_drill_column *ret, tamis_error *err) {
        return figure(call, !call->tables[0]->absent, ret, err);
}
