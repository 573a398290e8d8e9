/* What was filled in, beside what was there. */
#include <math.h>
#include <stdlib.h>

#include "judge/score_cells.h"
#include "table/show.h"

struct places {
        long imputation, key;   /* columns of the imputed table; -1: there is none */
};

/* The rows of a batch: which imputation each is of, and which row of the truth it is. SIZE_MAX: not judged. */
struct rows {
        size_t *of, *row;
};

/* -- imputations --------------------------------------------------------------------------------------------------- */

static int grow(tamis_cells *c, tamis_error *err) {
        size_t capacity = c->each_capacity ? 2 * c->each_capacity : 1;
        struct tamis_imputation *each = reallocarray(c->each, capacity, sizeof *each);

        if (!each)
                return tamis_fail_memory(err);
        c->each = each;
        for (size_t i = 0; i < c->n; i++) {
                tamis_judged *column = &c->columns[i];
                double **filled = reallocarray(column->filled, capacity, sizeof *filled);
                size_t *hints;

                if (!filled)
                        return tamis_fail_memory(err);
                column->filled = filled;
                for (size_t k = c->each_capacity; k < capacity; k++)
                        filled[k] = NULL;
                hints = reallocarray(column->hints, capacity, sizeof *hints);
                if (!hints)
                        return tamis_fail_memory(err);
                column->hints = hints;
        }
        for (size_t k = c->each_capacity; k < capacity; k++)
                each[k] = (struct tamis_imputation) {0};
        c->each_capacity = capacity;
        return 0;
}

/* One more: nothing filled in yet. */
static int add_imputation(tamis_cells *c, tamis_error *err) {
        size_t k = c->m;
        int r = k == c->each_capacity ? grow(c, err) : 0;

        if (r < 0)
                return r;
        c->m++;
        r = tamis_whole_table(&c->whole, err);
        if (r == 0)
                r = tamis_apart_table(&c->apart, err);
        if (r < 0)
                return r;
        if (c->options->key) {
                c->each[k].seen = calloc(c->rows + 1, 1);
                if (!c->each[k].seen)
                        return tamis_fail_memory(err);
        }
        for (size_t i = 0; i < c->n; i++) {
                tamis_judged *column = &c->columns[i];

                column->hints[k] = 0;
                column->filled[k] = malloc((column->list.n + 1) * sizeof **column->filled);
                if (!column->filled[k])
                        return tamis_fail_memory(err);
                for (size_t cell = 0; cell < column->list.n; cell++)
                        column->filled[k][cell] = NAN;
        }
        return 0;
}

static void forget(tamis_cells *c) {
        for (size_t k = 0; k < c->each_capacity; k++) {
                for (size_t i = 0; i < c->n; i++) {
                        free(c->columns[i].filled[k]);
                        c->columns[i].filled[k] = NULL;
                }
                free(c->each[k].seen);
                c->each[k] = (struct tamis_imputation) {0};
        }
        c->m = 0;
        c->strangers = 0;
        tamis_dict_done(&c->imputations);
        c->imputations = (tamis_dict) {0};
}

/* -- rows ---------------------------------------------------------------------------------------------------------- */

/* Imputation 0 is the table with its holes, as mice and `impute --original` have it. */
static int imputation_of(tamis_cells *c, size_t row, size_t column, size_t *ret, tamis_error *err) {
        tamis_slice text = tamis_batch_text(&c->imputed.batch, row, column);
        size_t before = c->imputations.n;
        int r;

        *ret = SIZE_MAX;
        if (tamis_slice_equal(text, tamis_slice_of("0")))
                return 0;
        if (tamis_batch_cell_missing(&c->imputed.batch, row, column))
                return tamis_batch_fail(&c->imputed.batch, row, column, err, "missing: every row is of an imputation");
        r = tamis_dict_add(&c->imputations, text, 1, ret, err);
        return r == 0 && c->imputations.n > before ? add_imputation(c, err) : r;
}

static int too_many(const tamis_cells *c, tamis_error *err) {
        return tamis_fail(err, TAMIS_BAD_DATA,
                          "%s has more rows than %s, which has %llu (rows are matched by position; --key "
                          "COL matches them by a column)",
                          tamis_feed_name(&c->imputed), tamis_feed_name(&c->truth), (unsigned long long) c->rows);
}

static int row_of(tamis_cells *c, const struct places *p, size_t row, size_t k, size_t *ret, tamis_error *err) {
        struct tamis_imputation *one = &c->each[k];
        char shown[TAMIS_SHOW_SIZE];
        tamis_slice text;
        long at;

        if (p->key < 0) {
                if (one->rows == c->rows && !c->listed)
                        return too_many(c, err);
                *ret = one->rows++;
                return 0;
        }
        text = tamis_batch_text(&c->imputed.batch, row, (size_t) p->key);
        at = tamis_dict_find(&c->keys, text);
        *ret = at < 0 ? SIZE_MAX : (size_t) at;
        if (at < 0) {
                c->strangers++;
                return 0;
        }
        if (one->seen[at]++) {
                tamis_show(text, shown, sizeof shown);
                return tamis_batch_fail(&c->imputed.batch, row, (size_t) p->key, err, "\"%s\" is the key of two rows",
                                        shown);
        }
        one->rows++;
        return 0;
}

static int rows_of(tamis_cells *c, const struct places *p, struct rows *rows, tamis_error *err) {
        tamis_batch *b = &c->imputed.batch;
        int r = 0;

        rows->of = tamis_arena_get_zeroed(&b->arena, b->n_rows, sizeof *rows->of);
        rows->row = tamis_arena_get(&b->arena, b->n_rows * sizeof *rows->row);
        if (!rows->of || !rows->row)
                return tamis_fail_memory(err);
        for (size_t row = 0; r == 0 && row < b->n_rows; row++) {
                if (p->imputation >= 0)
                        r = imputation_of(c, row, (size_t) p->imputation, &rows->of[row], err);
                if (r == 0 && rows->of[row] != SIZE_MAX)
                        r = row_of(c, p, row, rows->of[row], &rows->row[row], err);
                if (rows->of[row] == SIZE_MAX)
                        rows->row[row] = SIZE_MAX;
        }
        return r;
}

/* -- cells --------------------------------------------------------------------------------------------------------- */

static size_t cell_of(tamis_judged *column, const struct rows *rows, size_t row) {
        return rows->row[row] == SIZE_MAX
                ? SIZE_MAX
                : tamis_row_list_find(&column->list, rows->row[row], &column->hints[rows->of[row]]);
}

/* The list of cells took the column for one of numbers; its other cells say that it is none. */
static int overrule(tamis_cells *c, tamis_judged *column, bool *again, tamis_error *err) {
        const tamis_batch *b = &c->imputed.batch;
        char shown[TAMIS_SHOW_SIZE], name[TAMIS_SHOW_SIZE];
        tamis_slice text = tamis_batch_text(&c->imputed.batch, b->columns[column->imputed_at].first_nonnumber,
                                            column->imputed_at);

        tamis_show(text, shown, sizeof shown);
        tamis_show(column->name, name, sizeof name);
        column->numeric = false;
        *again = true;
        return tamis_scores_note(c->scores, err,
                                 "column \"%s\" is judged as text: %s has \"%s\" (--types '%s=number' makes "
                                 "that an error)",
                                 name, tamis_feed_name(&c->imputed), shown, name);
}

static int take_numbers(tamis_cells *c, tamis_judged *column, const struct rows *rows, bool *again, tamis_error *err) {
        tamis_batch *b = &c->imputed.batch;
        bool open = c->listed && !column->forced;
        const double *numbers;
        int r;

        if (c->listed && column->list.n == 0)
                return 0;
        r = open ? tamis_batch_numbers(b, column->imputed_at, &numbers, err)
                 : tamis_batch_numbers_only(b, column->imputed_at, &numbers, err);

        if (r == 0 && open && b->columns[column->imputed_at].nonnumbers > 0)
                return overrule(c, column, again, err);
        for (size_t row = 0; r == 0 && column->list.n > 0 && row < b->n_rows; row++) {
                size_t cell = cell_of(column, rows, row);

                if (cell != SIZE_MAX)
                        column->filled[rows->of[row]][cell] = numbers[row];
        }
        return r;
}

static int take_texts(tamis_cells *c, tamis_judged *column, const struct rows *rows, tamis_error *err) {
        tamis_batch *b = &c->imputed.batch;
        int r = 0;

        for (size_t row = 0; r == 0 && column->list.n > 0 && row < b->n_rows; row++) {
                size_t cell = cell_of(column, rows, row);

                if (cell != SIZE_MAX && !tamis_batch_cell_missing(b, row, column->imputed_at))
                        r = tamis_judged_code(column, tamis_batch_text(b, row, column->imputed_at),
                                              &column->filled[rows->of[row]][cell], err);
        }
        return r;
}

static int add_whole(tamis_cells *c, const struct rows *rows, tamis_error *err) {
        const double *const *numbers;
        int r = tamis_cells_numbers(c, &c->imputed, &numbers, err);

        for (size_t row = 0; r == 0 && row < c->imputed.batch.n_rows; row++)
                if (rows->row[row] != SIZE_MAX) {
                        tamis_apart_take(&c->apart, rows->of[row], rows->row[row], numbers, row);
                        r = tamis_whole_add(&c->whole, rows->of[row] + 1, numbers, row, err);
                }
        return r;
}

/* -- the table ----------------------------------------------------------------------------------------------------- */

static int check_rows(tamis_cells *c, tamis_error *err) {
        uint64_t absent = 0;
        int r = 0;

        for (size_t k = 0; k < c->m; k++) {
                uint64_t rows = c->each[k].rows;
                tamis_slice name = c->stacked ? c->imputations.entries[k].text : (tamis_slice) {0};

                absent += c->options->key ? c->rows - rows : 0;
                if (c->options->key || rows == c->rows || (c->listed && rows > c->rows))
                        continue;
                return tamis_fail(
                        err, TAMIS_BAD_DATA, "%s has %llu rows%s%.*s, but %s %s %llu%s", tamis_feed_name(&c->imputed),
                        (unsigned long long) rows, c->stacked ? " of imputation " : "", (int) name.n,
                        name.n ? name.p : "", tamis_feed_name(&c->truth), c->listed ? "speaks of row" : "has",
                        (unsigned long long) c->rows,
                        c->listed ? "" : " (rows are matched by position; --key COL matches them by a column)");
        }
        if (absent)
                r = tamis_scores_note(c->scores, err, "rows of %s that %s has not: %llu (their cells count as left)",
                                      tamis_feed_name(&c->truth), tamis_feed_name(&c->imputed),
                                      (unsigned long long) absent);
        if (r == 0 && c->strangers)
                r = tamis_scores_note(c->scores, err, "rows of %s that %s has not: %llu (they are not judged)",
                                      tamis_feed_name(&c->imputed), tamis_feed_name(&c->truth),
                                      (unsigned long long) c->strangers);
        return r;
}

static int read_once(tamis_cells *c, const struct places *p, bool *again, tamis_error *err) {
        int r = p->imputation < 0 ? add_imputation(c, err) : 0;

        if (r == 0)
                r = tamis_feed_next(&c->imputed, err);
        while (r == 0 && c->imputed.batch.n_rows > 0) {
                struct rows rows;

                r = rows_of(c, p, &rows, err);
                for (size_t i = 0; r == 0 && i < c->n; i++) {
                        tamis_judged *column = &c->columns[i];

                        r = column->numeric ? take_numbers(c, column, &rows, again, err)
                                            : take_texts(c, column, &rows, err);
                }
                if (r == 0 && c->p > 0)
                        r = add_whole(c, &rows, err);
                if (r == 0)
                        r = tamis_feed_next(&c->imputed, err);
        }
        return r;
}

static int start_again(tamis_cells *c, tamis_error *err) {
        int r = tamis_feed_rewind(&c->truth, err);

        forget(c);
        if (r == 0)
                r = tamis_cells_list(c, err);
        return r == 0 ? tamis_feed_rewind(&c->imputed, err) : r;
}

int tamis_cells_imputed(tamis_cells *c, tamis_error *err) {
        struct places p = { -1, -1 };
        bool again = false;
        size_t key;
        int r = 0;

        p.imputation = tamis_schema_find(&c->imputed.schema, tamis_slice_of("_imputation"));
        c->stacked = p.imputation >= 0;
        if (c->options->key) {
                r = tamis_select_one(&c->imputed.schema, c->options->key, "--key", &key, err);
                p.key = r == 0 ? (long) key : -1;
        }
        if (!c->listed)         /* the types are known: a pipe need not be kept */
                tamis_reader_once(c->imputed.reader);
        if (r == 0)
                r = read_once(c, &p, &again, err);
        if (r == 0 && again) {
                r = start_again(c, err);
                if (r == 0)
                        r = read_once(c, &p, &again, err);
        }
        if (r == 0 && c->m == 0)
                r = tamis_fail(err, TAMIS_BAD_DATA, "%s has no imputation", tamis_feed_name(&c->imputed));
        return r == 0 ? check_rows(c, err) : r;
}
