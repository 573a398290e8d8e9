#include <math.h>
#include <stdlib.h>

#include "step/ledger.h"

/* Bytes that all columns together may hold while they learn, and bounds for one. */
enum { BUDGET = 16 << 20, MOST = 1 << 20, LEAST = 4 << 10 };

static void free_sum(const tamis_summary *summary, void *sum) {
        if (sum && summary->done)
                summary->done(sum);
        free(sum);
}

static void free_all(tamis_ledger_line *lines, size_t columns, void **grouped, size_t groups) {
        for (size_t i = 0; i < groups * columns; i++)
                if (grouped[i])
                        free_sum(lines[i % columns].summary, grouped[i]);
        free(grouped);
        for (size_t i = 0; lines && i < columns; i++)
                free_sum(lines[i].summary, lines[i].sum);
        free(lines);
}

void tamis_ledger_done(tamis_ledger *ledger) {
        if (ledger->columns)
                free_all(ledger->lines, ledger->columns->n, ledger->grouped, ledger->groups);
        *ledger = (tamis_ledger) {0};
}

void tamis_page_done(tamis_page *page) {
        free_all(page->lines, page->columns, page->grouped, page->groups);
        tamis_dict_done(&page->keys);
        *page = (tamis_page) {0};
}

static int new_sum(const tamis_summary *summary, size_t budget, void **ret, tamis_error *err) {
        void *sum = calloc(1, summary->size);
        int r = sum ? 0 : tamis_fail_memory(err);

        if (r == 0 && summary->start)
                r = summary->start(sum, budget, err);
        if (r < 0) {
                free(sum);
                return r;
        }
        *ret = sum;
        return 0;
}

int tamis_ledger_init(tamis_ledger *ledger, const tamis_columns *columns, const tamis_grouping *grouping,
                      const tamis_summary *const *summaries, tamis_error *err) {
        size_t budget = columns->n ? BUDGET / columns->n : BUDGET;

        budget = budget > MOST ? MOST : budget < LEAST ? LEAST : budget;
        ledger->lines = calloc(columns->n + 1, sizeof *ledger->lines);
        if (!ledger->lines)
                return tamis_fail_memory(err);
        ledger->columns = columns;
        ledger->grouping = grouping;
        for (size_t i = 0; i < columns->n; i++) {
                tamis_ledger_line *line = &ledger->lines[i];
                int r;

                line->summary = summaries[i];
                line->settled = !line->summary;
                if (!line->summary)
                        continue;
                r = new_sum(line->summary, budget, &line->sum, err);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* -- a batch ------------------------------------------------------------------------------------------------------- */

/* Room for the sums of `n` groups, those that are new NULL. */
static int grow(void ***grouped, size_t *groups, size_t *capacity, size_t columns, size_t n, tamis_error *err) {
        if (n > *capacity) {
                size_t room = n + n / 2 + 16;
                void **more = reallocarray(*grouped, room, columns * sizeof *more);

                if (!more)
                        return tamis_fail_memory(err);
                *grouped = more;
                *capacity = room;
        }
        if (n > *groups) {
                memset(*grouped + *groups * columns, 0, (n - *groups) * columns * sizeof **grouped);
                *groups = n;
        }
        return 0;
}

static int open_page(const tamis_ledger *ledger, tamis_page *page, tamis_error *err) {
        size_t n = ledger->columns->n;

        page->lines = calloc(n + 1, sizeof *page->lines);
        if (!page->lines)
                return tamis_fail_memory(err);
        page->columns = n;
        for (size_t i = 0; i < n; i++) {
                const tamis_ledger_line *from = &ledger->lines[i];
                tamis_ledger_line *line = &page->lines[i];
                int r = 0;

                line->summary = from->summary;
                line->settled = from->settled;
                if (line->settled)
                        continue;
                line->sum = calloc(1, line->summary->size);
                if (!line->sum)
                        return tamis_fail_memory(err);
                if (line->summary->partial)
                        r = line->summary->partial(from->sum, line->sum, err);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* What adding to one column's sums needs. */
struct adding {
        tamis_page *page;
        tamis_batch *batch;
        const tamis_runs *runs; /* NULL: no groups, or not in this pass */
        size_t column;
};

static int group_sum(const struct adding *a, size_t group, void **ret, tamis_error *err) {
        void **sum = &a->page->grouped[group * a->page->columns + a->column];
        int r = 0;

        if (!*sum)
                r = new_sum(a->page->lines[a->column].summary, 0, sum, err);
        *ret = *sum;
        return r;
}

static int add_numbers(const struct adding *a, const double *x, tamis_error *err) {
        const tamis_ledger_line *line = &a->page->lines[a->column];
        double *some = NULL;
        int r = line->summary->add_numbers(line->sum, x, a->batch->n_rows, err);

        if (r < 0 || !a->runs)
                return r;
        some = tamis_arena_get(&a->batch->arena, a->batch->n_rows * sizeof *some);
        if (!some)
                return tamis_fail_memory(err);
        for (size_t g = 0; r == 0 && g < a->page->groups; g++) {
                size_t n = 0;
                void *sum;

                for (size_t i = a->runs->starts[g]; i < a->runs->starts[g + 1]; i++)
                        if (!isnan(x[a->runs->rows[i]]))
                                some[n++] = x[a->runs->rows[i]];
                if (n == 0)
                        continue;
                r = group_sum(a, g, &sum, err);
                if (r == 0)
                        r = line->summary->add_numbers(sum, some, n, err);
        }
        return r;
}

static int add_texts(const struct adding *a, const uint8_t *missing, size_t at, tamis_error *err) {
        const tamis_ledger_line *line = &a->page->lines[a->column];
        size_t rows = a->batch->n_rows, n = 0;
        tamis_slice *texts = tamis_arena_get(&a->batch->arena, rows * sizeof *texts);
        int r;

        if (!texts)
                return tamis_fail_memory(err);
        for (size_t row = 0; row < rows; row++)
                if (!missing[row])
                        texts[n++] = tamis_batch_text(a->batch, row, at);
        r = line->summary->add_texts(line->sum, texts, n, err);
        for (size_t g = 0; r == 0 && a->runs && g < a->page->groups; g++) {
                void *sum;

                n = 0;
                for (size_t i = a->runs->starts[g]; i < a->runs->starts[g + 1]; i++)
                        if (!missing[a->runs->rows[i]])
                                texts[n++] = tamis_batch_text(a->batch, a->runs->rows[i], at);
                if (n == 0)
                        continue;
                r = group_sum(a, g, &sum, err);
                if (r == 0)
                        r = line->summary->add_texts(sum, texts, n, err);
        }
        return r;
}

static int learn_column(const tamis_ledger *ledger, const struct adding *a, tamis_error *err) {
        tamis_ledger_line *line = &a->page->lines[a->column];
        size_t at = ledger->columns->at[a->column];
        const uint8_t *missing;
        const double *x;
        int r = 0;

        if (line->settled && ledger->passes > 0)
                return 0;
        if (line->summary && line->summary->add_numbers) {
                r = tamis_batch_numbers(a->batch, at, &x, err);
                if (r == 0)
                        r = add_numbers(a, x, err);
        } else {
                r = tamis_batch_missing(a->batch, at, &missing, err);
                if (r == 0 && line->summary)
                        r = add_texts(a, missing, at, err);
        }
        line->rows += a->batch->n_rows;
        line->missing += a->batch->columns[at].missing;
        return r;
}

int tamis_ledger_learn(const tamis_ledger *ledger, tamis_page *page, tamis_batch *batch, tamis_error *err) {
        struct adding a = { .page = page, .batch = batch };
        tamis_runs runs;
        const int32_t *codes;
        int r = page->lines ? 0 : open_page(ledger, page, err);

        if (r == 0 && ledger->grouping->columns.n > 0 && ledger->passes == 0) {
                r = tamis_grouping_codes(ledger->grouping, &page->keys, batch, &codes, err);
                if (r == 0)
                        r = tamis_grouping_runs(codes, page->keys.n, batch, &runs, err);
                if (r == 0)
                        r = grow(&page->grouped, &page->groups, &page->groups_capacity, page->columns, page->keys.n,
                                 err);
                a.runs = &runs;
        }
        for (; r == 0 && a.column < page->columns; a.column++)
                r = learn_column(ledger, &a, err);
        return r;
}

/* -- in order ------------------------------------------------------------------------------------------------------ */

static int merge_groups(tamis_ledger *ledger, tamis_dict *keys, tamis_page *page, tamis_error *err) {
        size_t columns = ledger->columns->n;
        size_t *map = malloc((page->keys.n + 1) * sizeof *map);
        int r = map ? tamis_dict_merge(keys, &page->keys, map, err) : tamis_fail_memory(err);

        if (r == 0)
                r = grow(&ledger->grouped, &ledger->groups, &ledger->groups_capacity, columns, keys->n, err);
        for (size_t g = 0; r == 0 && g < page->groups; g++)
                for (size_t i = 0; r == 0 && i < columns; i++) {
                        void **into = &ledger->grouped[map[g] * columns + i], **from = &page->grouped[g * columns + i];

                        if (*into && *from) {
                                r = ledger->lines[i].summary->merge(*into, *from, err);
                        } else if (*from) {
                                *into = *from;
                                *from = NULL;
                        }
                }
        free(map);
        return r;
}

int tamis_ledger_merge(tamis_ledger *ledger, tamis_dict *keys, tamis_page *page, tamis_error *err) {
        for (size_t i = 0; i < page->columns; i++) {
                tamis_ledger_line *into = &ledger->lines[i], *from = &page->lines[i];
                int r = 0;

                if (ledger->passes == 0) {
                        into->rows += from->rows;
                        into->missing += from->missing;
                }
                if (!into->settled)
                        r = into->summary->merge(into->sum, from->sum, err);
                if (r < 0)
                        return r;
        }
        return page->groups ? merge_groups(ledger, keys, page, err) : 0;
}

int tamis_ledger_settle(tamis_ledger *ledger, bool *again, tamis_error *err) {
        bool more = false, ignored;
        int r = 0;

        for (size_t i = 0; r == 0 && i < ledger->columns->n; i++) {
                tamis_ledger_line *line = &ledger->lines[i];
                bool ask = false;

                if (line->settled)
                        continue;
                if (line->summary->settle)
                        r = line->summary->settle(line->sum, &ask, err);
                line->settled = !ask;
                more |= ask;
        }
        for (size_t i = 0; r == 0 && ledger->passes == 0 && i < ledger->groups * ledger->columns->n; i++) {
                const tamis_summary *s = ledger->lines[i % ledger->columns->n].summary;

                /* without a budget the first pass settles it */
                if (ledger->grouped[i] && s->settle)
                        r = s->settle(ledger->grouped[i], &ignored, err);
        }
        ledger->passes++;
        if (r == 0)
                *again = more;
        return r;
}
