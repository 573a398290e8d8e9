/* The judged cells of a complete table: those that it has and the table with holes has not.
 *
 * What type a column is, is known at the end only. Until its first cell that is no number it counts as numeric; a
 * column that turns out to be of texts is rare, and then both tables are read once more. So it is with one that the
 * truth has nothing of, which is no column of numbers either.
 */
#include <math.h>
#include <stdlib.h>

#include "judge/score_cells.h"
#include "table/show.h"

/* -- keys ---------------------------------------------------------------------------------------------------------- */

/* A row's key must be its own. */
static int add_key(tamis_dict *keys, tamis_batch *b, size_t row, size_t column, tamis_error *err) {
        tamis_slice text = tamis_batch_text(b, row, column);
        size_t before = keys->n, code;
        int r = tamis_dict_add(keys, text, 1, &code, err);

        if (r == 0 && keys->n == before) {
                char shown[TAMIS_SHOW_SIZE];

                tamis_show(text, shown, sizeof shown);
                return tamis_batch_fail(b, row, column, err, "\"%s\" is the key of two rows", shown);
        }
        return r;
}

/* Which rows of the table with holes miss which cells, by key. */
static int read_holes(tamis_cells *c, tamis_error *err) {
        size_t key;
        int r = tamis_select_one(&c->holes.schema, c->options->key, "--key", &key, err);

        tamis_reader_once(c->holes.reader);
        c->hole_rows = calloc(c->n, sizeof *c->hole_rows);
        c->hole_hints = calloc(c->n, sizeof *c->hole_hints);
        if (!c->hole_rows || !c->hole_hints)
                return tamis_fail_memory(err);
        for (r = r == 0 ? tamis_feed_next(&c->holes, err) : r; r == 0 && c->holes.batch.n_rows > 0;
             r = r == 0 ? tamis_feed_next(&c->holes, err) : r) {
                tamis_batch *b = &c->holes.batch;

                for (size_t row = 0; r == 0 && row < b->n_rows; row++)
                        r = add_key(&c->hole_keys, b, row, key, err);
                for (size_t i = 0; r == 0 && i < c->n; i++) {
                        const uint8_t *missing;

                        r = tamis_batch_missing(b, c->columns[i].holes_at, &missing, err);
                        for (size_t row = 0; r == 0 && row < b->n_rows; row++)
                                if (missing[row])
                                        r = tamis_row_list_add(&c->hole_rows[i], c->holes.first + row, err);
                }
        }
        return r;
}

/* -- which cells of a run of rows are judged ----------------------------------------------------------------------- */

struct run {
        size_t first, n;        /* of the rows at hand in the truth's batch */
        const size_t *hole_row; /* by row of the run, with keys: the row of `holes`, or SIZE_MAX */
        uint8_t *scratch;
        uint8_t *judged;        /* by row of the run: whether a number in it is */
};

/* 1 where there is a hole; NULL: every cell is judged. */
static int holes_of(tamis_cells *c, size_t i, const struct run *run, const uint8_t **ret, tamis_error *err) {
        int r;

        *ret = NULL;
        if (!c->options->holes)
                return 0;
        if (!c->options->key) {
                r = tamis_batch_missing(&c->holes.batch, c->columns[i].holes_at, ret, err);
                *ret = r == 0 ? *ret + c->holes.at : NULL;
                return r;
        }
        for (size_t row = 0; row < run->n; row++)
                run->scratch[row] = run->hole_row[row] != SIZE_MAX &&
                        tamis_row_list_find(&c->hole_rows[i], run->hole_row[row], &c->hole_hints[i]) != SIZE_MAX;
        *ret = run->scratch;
        return 0;
}

static int collect_numbers(tamis_cells *c, size_t i, const struct run *run, const uint8_t *holes, bool *again,
                           tamis_error *err) {
        tamis_judged *column = &c->columns[i];
        tamis_batch *b = &c->truth.batch;
        const double *numbers;
        int r = column->forced ? tamis_batch_numbers_only(b, column->truth_at, &numbers, err)
                               : tamis_batch_numbers(b, column->truth_at, &numbers, err);

        if (r == 0 && !column->forced && b->columns[column->truth_at].nonnumbers > 0) {
                column->numeric = false;
                *again = true;
        }
        if (r == 0 && b->columns[column->truth_at].missing < b->n_rows)
                column->known = true;
        for (size_t row = 0; r == 0 && row < run->n; row++)
                if ((!holes || holes[row]) && !isnan(numbers[run->first + row])) {
                        r = tamis_judged_add(column, c->truth.first + run->first + row, numbers[run->first + row], err);
                        run->judged[row] = 1;
                }
        return r;
}

static int collect_texts(tamis_cells *c, size_t i, const struct run *run, const uint8_t *holes, tamis_error *err) {
        tamis_judged *column = &c->columns[i];
        tamis_batch *b = &c->truth.batch;
        const uint8_t *missing;
        int r = tamis_batch_missing(b, column->truth_at, &missing, err);

        for (size_t row = 0; r == 0 && row < run->n; row++) {
                double code;

                if ((holes && !holes[row]) || missing[run->first + row])
                        continue;
                r = tamis_judged_code(column, tamis_batch_text(b, run->first + row, column->truth_at), &code, err);
                if (r == 0)
                        r = tamis_judged_add(column, c->truth.first + run->first + row, code, err);
        }
        return r;
}

/* The keys of the run's rows, and which rows of the other table have them. */
static int keys_of(tamis_cells *c, size_t key, struct run *run, tamis_error *err) {
        tamis_batch *b = &c->truth.batch;
        size_t *rows = tamis_arena_get(&b->arena, run->n * sizeof *rows);
        int r = 0;

        run->hole_row = rows;
        if (!rows)
                return tamis_fail_memory(err);
        for (size_t row = 0; r == 0 && row < run->n; row++) {
                long at = tamis_dict_find(&c->hole_keys, tamis_batch_text(b, run->first + row, key));

                rows[row] = at < 0 ? SIZE_MAX : (size_t) at;
                r = add_key(&c->keys, b, run->first + row, key, err);
        }
        return r;
}

static int uneven(const tamis_feed *more, const tamis_feed *less, uint64_t rows, tamis_error *err) {
        return tamis_fail(err, TAMIS_BAD_DATA,
                          "%s has more rows than %s, which has %llu (rows are matched by position; --key "
                          "COL matches them by a column)",
                          tamis_feed_name(more), tamis_feed_name(less), (unsigned long long) rows);
}

/* The next rows that both tables have at hand; n 0: the end of both. */
static int next_run(tamis_cells *c, struct run *run, tamis_error *err) {
        size_t holes = SIZE_MAX;
        int r = tamis_feed_rows(&c->truth, &run->n, err);

        run->first = c->truth.at;
        if (r < 0 || !c->options->holes || c->options->key)
                return r;
        r = tamis_feed_rows(&c->holes, &holes, err);
        if (r < 0)
                return r;
        if ((run->n == 0) != (holes == 0))
                return run->n ? uneven(&c->truth, &c->holes, c->holes.first, err)
                              : uneven(&c->holes, &c->truth, c->truth.first, err);
        run->n = holes < run->n ? holes : run->n;
        return 0;
}

/* Whole rows of more columns are not asked for often, and correlations take their square of memory and time. */
enum { MOST_COLUMNS = 500 };

static int begin_whole(tamis_cells *c, tamis_error *err) {
        size_t p = 0;

        for (size_t i = 0; i < c->n; i++)
                p += c->columns[i].numeric;
        c->p = (c->correlations || c->energy) && p >= 2 && p <= MOST_COLUMNS ? p : 0;
        tamis_apart_begin(&c->apart, c->energy ? c->p : 0);
        return tamis_whole_begin(&c->whole, c->correlations ? c->p : 0, err);
}

static int add_whole(tamis_cells *c, const struct run *run, tamis_error *err) {
        const double *const *numbers;
        int r = tamis_cells_numbers(c, &c->truth, &numbers, err);

        for (size_t row = 0; r == 0 && row < run->n; row++)
                r = tamis_whole_add(&c->whole, 0, numbers, run->first + row, err);
        for (size_t row = 0; r == 0 && row < run->n; row++)
                if (run->judged[row])
                        r = tamis_apart_add(&c->apart, c->truth.first + run->first + row, numbers, run->first + row,
                                            err);
        return r;
}

static int read_once(tamis_cells *c, size_t key, bool *again, tamis_error *err) {
        struct run run;
        int r = begin_whole(c, err);

        while (r == 0 && (r = next_run(c, &run, err)) == 0 && run.n > 0) {
                run.scratch = tamis_arena_get(&c->truth.batch.arena, run.n);
                run.judged = tamis_arena_get_zeroed(&c->truth.batch.arena, run.n, 1);
                if (!run.scratch || !run.judged)
                        return tamis_fail_memory(err);
                if (c->options->key)
                        r = keys_of(c, key, &run, err);
                for (size_t i = 0; r == 0 && i < c->n; i++) {
                        const uint8_t *holes;

                        r = holes_of(c, i, &run, &holes, err);
                        if (r == 0)
                                r = c->columns[i].numeric ? collect_numbers(c, i, &run, holes, again, err)
                                                          : collect_texts(c, i, &run, holes, err);
                }
                if (r == 0 && c->p > 0 && !*again)
                        r = add_whole(c, &run, err);
                if (r < 0)
                        return r;
                c->truth.at += run.n;
                c->holes.at += run.n;
        }
        c->rows = c->truth.first;
        for (size_t i = 0; i < c->n; i++)
                if (c->columns[i].numeric && !c->columns[i].known && !c->columns[i].forced) {
                        c->columns[i].numeric = false;
                        *again = true;
                }
        return r;
}

static int start_again(tamis_cells *c, tamis_error *err) {
        int r = tamis_feed_rewind(&c->truth, err);

        if (r == 0 && c->options->holes && !c->options->key)
                r = tamis_feed_rewind(&c->holes, err);
        for (size_t i = 0; i < c->n; i++)
                tamis_judged_empty(&c->columns[i]);
        tamis_dict_done(&c->keys);
        c->keys = (tamis_dict) {0};
        return r;
}

static int say_what_is_left_out(tamis_cells *c, tamis_error *err) {
        size_t p = 0;
        int r = 0;

        for (size_t i = 0; i < c->n; i++)
                p += c->columns[i].numeric;
        if ((c->correlations || c->energy) && p > MOST_COLUMNS)
                r = tamis_scores_note(c->scores, err,
                                      "nothing is measured of whole rows: %zu columns of numbers are more than "
                                      "%d (-c picks some)",
                                      p, MOST_COLUMNS);
        if (r == 0 && c->apart.over)
                r = tamis_scores_note(c->scores, err,
                                      "no energy distance overall: more than %d rows have a number judged",
                                      TAMIS_APART_MOST);
        if (r == 0 && !c->options->holes)
                r = tamis_scores_note(c->scores, err, "no --holes: every cell that %s has is compared",
                                      tamis_feed_name(&c->truth));
        return r;
}

int tamis_cells_truth(tamis_cells *c, tamis_error *err) {
        bool again = false;
        size_t key = 0;
        int r = 0;

        if (c->options->key)
                r = tamis_select_one(&c->truth.schema, c->options->key, "--key", &key, err);
        if (r == 0 && c->options->key && c->options->holes)
                r = read_holes(c, err);
        if (r == 0)
                r = read_once(c, key, &again, err);
        if (r == 0 && again) {
                r = start_again(c, err);
                again = false;
                if (r == 0)
                        r = read_once(c, key, &again, err);
        }
        return r == 0 ? say_what_is_left_out(c, err) : r;
}
