#include <math.h>
#include <stdlib.h>

#include "look/pairs.h"

void tamis_look_frame_done(tamis_look_frame *f) {
        tamis_batch_done(&f->batch);
        tamis_arena_done(&f->arena);
        *f = (tamis_look_frame) {0};
}

/* A column with texts: every present cell gets a code, numbers too, by what is written. */
static int code_column(tamis_look_frame *f, size_t i, size_t column, tamis_error *err) {
        uint32_t *codes = tamis_arena_get(&f->arena, (f->rows + 1) * sizeof *codes);
        tamis_dict dict = {0};
        int r = codes ? 0 : tamis_fail_memory(err);

        for (size_t row = 0; r == 0 && row < f->rows; row++) {
                size_t code;

                codes[row] = 0;
                if (f->missing[i] && f->missing[i][row])
                        continue;
                r = tamis_dict_add(&dict, tamis_batch_text(&f->batch, row, column), 1, &code, err);
                if (r == 0)
                        codes[row] = (uint32_t) code + 1;
        }
        f->codes[i] = codes;
        f->n_codes[i] = dict.n;
        f->texts[i] = r == 0 ? tamis_arena_get(&f->arena, (dict.n + 1) * sizeof **f->texts) : NULL;
        if (r == 0 && !f->texts[i])
                r = tamis_fail_memory(err);
        for (size_t k = 0; r == 0 && k < dict.n; k++) {
                f->texts[i][k] = dict.entries[k].text;
                f->texts[i][k].p = tamis_arena_copy(&f->arena, dict.entries[k].text);
                if (!f->texts[i][k].p)
                        r = tamis_fail_memory(err);
        }
        tamis_dict_done(&dict);
        return r;
}

static int make_column(tamis_look_frame *f, size_t i, size_t column, tamis_error *err) {
        const tamis_column *c = &f->batch.columns[column];
        const double *numbers;
        int r = tamis_batch_numbers(&f->batch, column, &numbers, err);

        if (r == 0 && c->missing > 0)
                r = tamis_batch_missing(&f->batch, column, &f->missing[i], err);
        if (r < 0)
                return r;
        f->numbers[i] = (double *) numbers;
        f->n_missing[i] = c->missing;
        f->n_numbers[i] = f->rows - c->missing - c->nonnumbers;
        return c->nonnumbers > 0 ? code_column(f, i, column, err) : 0;
}

int tamis_look_frame_make(tamis_look_frame *f, tamis_gather *g, tamis_error *err) {
        size_t n = g->columns.n;
        uint64_t *lines;
        int r = tamis_sample_batch(&g->sample, tamis_reader_dialect(g->reader)->delimiter, g->schema.n, &f->batch, err);

        if (r < 0)
                return r;
        f->rows = g->sample.n;
        f->n = n;
        f->batch.schema = &g->schema;
        f->batch.missing = &g->missing;
        f->batch.precision = -1;
        f->numbers = tamis_arena_get_zeroed(&f->arena, n + 1, sizeof *f->numbers);
        f->codes = tamis_arena_get_zeroed(&f->arena, n + 1, sizeof *f->codes);
        f->n_codes = tamis_arena_get_zeroed(&f->arena, n + 1, sizeof *f->n_codes);
        f->texts = tamis_arena_get_zeroed(&f->arena, n + 1, sizeof *f->texts);
        f->missing = tamis_arena_get_zeroed(&f->arena, n + 1, sizeof *f->missing);
        f->n_missing = tamis_arena_get_zeroed(&f->arena, n + 1, sizeof *f->n_missing);
        f->n_numbers = tamis_arena_get_zeroed(&f->arena, n + 1, sizeof *f->n_numbers);
        lines = tamis_arena_get(&f->arena, (f->rows + 1) * sizeof *lines);
        if (!f->numbers || !f->codes || !f->n_codes || !f->texts || !f->missing || !f->n_missing || !f->n_numbers ||
            !lines)
                return tamis_fail_memory(err);
        for (size_t row = 0; row < f->rows; row++)
                lines[row] = g->sample.rows[row].line;
        f->lines = lines;
        for (size_t i = 0; r == 0 && i < n; i++)
                r = make_column(f, i, g->columns.columns[i], err);
        return r == 0 && f->batch.no_memory ? tamis_fail_memory(err) : r;
}
