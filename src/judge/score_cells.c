#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "judge/score_cells.h"

/* -- cells --------------------------------------------------------------------------------------------------------- */

int tamis_judged_add(tamis_judged *column, size_t row, double value, tamis_error *err) {
        int r = tamis_row_list_add(&column->list, row, err);

        if (r == 0 && column->truth_capacity < column->list.capacity) {
                double *truth = reallocarray(column->truth, column->list.capacity, sizeof *truth);

                if (!truth)
                        return tamis_fail_memory(err);
                column->truth = truth;
                column->truth_capacity = column->list.capacity;
        }
        if (r == 0)
                column->truth[column->list.n - 1] = value;
        return r;
}

void tamis_judged_empty(tamis_judged *column) {
        column->list.n = 0;
        tamis_dict_done(&column->levels);
        column->levels = (tamis_dict) {0};
}

int tamis_judged_code(tamis_judged *column, tamis_slice text, double *ret, tamis_error *err) {
        size_t code;
        int r = tamis_dict_add(&column->levels, text, 1, &code, err);

        if (r == 0)
                *ret = (double) code;
        return r;
}

static void judged_done(tamis_judged *column, size_t m) {
        for (size_t k = 0; column->filled && k < m; k++)
                free(column->filled[k]);
        free(column->filled);
        free(column->hints);
        free(column->truth);
        free(column->list.rows);
        tamis_dict_done(&column->levels);
}

void tamis_cells_done(tamis_cells *c) {
        for (size_t i = 0; i < c->n; i++) {
                judged_done(&c->columns[i], c->each_capacity);
                if (c->hole_rows)
                        free(c->hole_rows[i].rows);
        }
        for (size_t k = 0; k < c->each_capacity; k++)
                free(c->each[k].seen);
        free(c->columns);
        free(c->each);
        free(c->hole_rows);
        free(c->hole_hints);
        tamis_whole_done(&c->whole);
        tamis_apart_done(&c->apart);
        tamis_dict_done(&c->keys);
        tamis_dict_done(&c->hole_keys);
        tamis_dict_done(&c->imputations);
        tamis_feed_done(&c->truth);
        tamis_feed_done(&c->holes);
        tamis_feed_done(&c->imputed);
        tamis_missing_done(&c->missing);
        *c = (tamis_cells) {0};
}

int tamis_cells_numbers(const tamis_cells *c, tamis_feed *feed, const double *const **ret, tamis_error *err) {
        const double **numbers = tamis_arena_get(&feed->batch.arena, c->p * sizeof *numbers);
        size_t p = 0;
        int r = numbers ? 0 : tamis_fail_memory(err);

        for (size_t i = 0; r == 0 && i < c->n; i++) {
                const tamis_judged *column = &c->columns[i];
                bool only = feed == &c->imputed || column->forced;      /* as they were asked for already */
                size_t at = feed == &c->imputed ? column->imputed_at : column->truth_at;

                if (column->numeric)
                        r = only ? tamis_batch_numbers_only(&feed->batch, at, &numbers[p++], err)
                                 : tamis_batch_numbers(&feed->batch, at, &numbers[p++], err);
        }
        *ret = numbers;
        return r;
}

/* -- all of it ----------------------------------------------------------------------------------------------------- */

int tamis_scores_note(tamis_scores *scores, tamis_error *err, const char *format, ...) {
        char **notes = reallocarray(scores->notes, scores->n_notes + 1, sizeof *notes), *text;
        va_list args;
        int n;

        if (!notes)
                return tamis_fail_memory(err);
        scores->notes = notes;
        va_start(args, format);
        n = vasprintf(&text, format, args);
        va_end(args);
        if (n < 0)
                return tamis_fail_memory(err);
        notes[scores->n_notes++] = text;
        return 0;
}

static int say_padded(tamis_cells *c, const tamis_feed *feed, tamis_error *err) {
        tamis_reader_counts counts = {0};

        if (feed->reader)
                tamis_reader_count(feed->reader, &counts);
        return counts.padded == 0
                ? 0
                : tamis_scores_note(c->scores, err, "%s: %llu ragged records made to fit, the first at %s",
                                    tamis_feed_name(feed), (unsigned long long) counts.padded, counts.first_bad);
}

int tamis_cells_read(tamis_cells *c, const tamis_score_options *options, tamis_scores *scores, tamis_error *err) {
        int r;

        c->options = options;
        c->scores = scores;
        r = tamis_cells_open(c, err);
        if (r == 0)
                r = c->listed ? tamis_cells_list(c, err) : tamis_cells_truth(c, err);
        if (r == 0)
                r = tamis_cells_imputed(c, err);
        if (r == 0)
                r = say_padded(c, &c->truth, err);
        if (r == 0)
                r = say_padded(c, &c->imputed, err);
        if (r == 0)
                r = say_padded(c, &c->holes, err);
        return r;
}
