/* What goes out: scores, decisions, what each column adds. */
#include <math.h>
#include <stdlib.h>

#include "learn/state.h"

static bool has_each(const tamis_learn *l) {
        return l->classes && (l->k > 2 || l->each);
}

static int add(tamis_schema *schema, const char *prefix, tamis_slice name, tamis_type type, tamis_error *err) {
        tamis_buffer text = {0};
        int r = tamis_buffer_add(&text, prefix, strlen(prefix), err);

        if (r == 0)
                r = tamis_buffer_add(&text, name.p, name.n, err);
        if (r == 0)
                r = tamis_schema_add(schema, schema->n, (tamis_slice) { text.p, text.n }, type, err);
        tamis_buffer_done(&text);
        return r;
}

int tamis_learn_attach(void *state, const tamis_context *context, tamis_schema *schema, tamis_error *err) {
        tamis_learn *l = state;
        const tamis_slice none = tamis_slice_of("");
        int r = tamis_columns_attach(&l->features, schema, err);

        l->at = schema->n;
        for (size_t c = 0; r == 0 && has_each(l) && c < l->k; c++)
                r = add(schema, "_score_", l->names[c], TAMIS_TYPE_NUMERIC, err);
        if (r == 0 && !has_each(l))
                r = add(schema, "_score", none, TAMIS_TYPE_NUMERIC, err);
        if (r == 0 && l->classes)
                r = add(schema, "_predicted", none, TAMIS_TYPE_CATEGORICAL, err);
        if (r == 0 && l->explain)
                r = add(schema, "_shap", none, TAMIS_TYPE_NUMERIC, err);
        for (size_t j = 0; r == 0 && l->explain && j < l->features.n; j++)
                r = add(schema, "_shap_", tamis_slice_of(l->features.names[j]), TAMIS_TYPE_NUMERIC, err);
        l->n_out = schema->n - l->at;
        return r;
}

/* A batch's cells, and which of its rows can be scored. */
struct view {
        double *cells;                  /* of those rows, one behind the other */
        uint32_t *row;                  /* n: where they are in the batch */
        size_t n;
};

static int read_column(tamis_learn *l, size_t j, tamis_batch *batch, double *cells, uint8_t *without,
                       tamis_error *err) {
        size_t column = l->features.at[j], p = l->features.n, unknown = 0;
        const uint8_t *missing;
        const double *numbers = NULL;
        int r = tamis_batch_missing(batch, column, &missing, err);

        if (r == 0 && !l->form[j].category)
                r = tamis_batch_numbers_only(batch, column, &numbers, err);
        for (size_t row = 0; r == 0 && row < batch->n_rows; row++) {
                double *cell = &cells[row * p + j];
                long code;

                *cell = NAN;
                without[row] |= missing[row];
                if (missing[row])
                        continue;
                if (numbers) {
                        *cell = numbers[row];
                        continue;
                }
                code = tamis_dict_find(&l->rows.levels[j], tamis_batch_text(batch, row, column));
                unknown += code < 0;
                *cell = code < 0 ? (double) l->rows.levels[j].n : (double) code;
        }
        tamis_batch_count(batch, &l->unknown, unknown);
        return r;
}

static int look(tamis_learn *l, tamis_batch *batch, struct view *v, tamis_error *err) {
        size_t n = batch->n_rows, p = l->features.n;
        uint8_t *without = tamis_arena_get_zeroed(&batch->arena, n + 1, 1);
        int r = 0;

        v->cells = tamis_arena_get_zeroed(&batch->arena, n * p + 1, sizeof *v->cells);
        v->row = tamis_arena_get_zeroed(&batch->arena, n + 1, sizeof *v->row);
        if (!without || !v->cells || !v->row)
                return tamis_fail_memory(err);
        for (size_t j = 0; r == 0 && j < p; j++)
                r = read_column(l, j, batch, v->cells, without, err);
        for (size_t i = 0; r == 0 && i < n; i++)
                if (!without[i] || l->learner->holes) {
                        memmove(v->cells + v->n * p, v->cells + i * p, p * sizeof *v->cells);
                        v->row[v->n++] = (uint32_t) i;
                }
        tamis_batch_count(batch, &l->unscored, n - v->n);
        return r;
}

/* The next column out: number `from` of each scored row's `stride`. */
static int write_numbers(tamis_batch *batch, const struct view *v, const double *x, size_t stride, size_t from,
                         size_t column,
                         tamis_error *err) {
        int r = tamis_batch_add_column(batch, column, err);

        /* what is beyond any double stays empty */
        for (size_t i = 0; r == 0 && i < v->n; i++)
                if (isfinite(x[i * stride + from]))
                        r = tamis_batch_set_number(batch, v->row[i], column, x[i * stride + from], err);
        return r;
}

/* The likeliest, the first of equals; of two, the positive one. */
static size_t decide(const double *p, size_t k) {
        size_t most = 0;

        if (k == 2)
                return p[1] >= p[0];
        for (size_t c = 1; c < k; c++)
                if (p[c] > p[most])
                        most = c;
        return most;
}

static int write_scores(const tamis_learn *l, tamis_batch *batch, const struct view *v, const double *p, size_t *at,
                        tamis_error *err) {
        int r = 0;

        for (size_t c = has_each(l) ? 0 : l->k - 1; r == 0 && c < l->k; c++)
                r = write_numbers(batch, v, p, l->k, c, (*at)++, err);
        if (r < 0 || !l->classes)
                return r;
        r = tamis_batch_add_column(batch, *at, err);
        for (size_t i = 0; r == 0 && i < v->n; i++)
                r = tamis_batch_set_text(batch, v->row[i], *at, l->names[decide(p + i * l->k, l->k)], err);
        ++*at;
        return r;
}

int tamis_learn_apply(void *state, tamis_batch *batch, tamis_error *err) {
        tamis_learn *l = state;
        struct view v = {0};
        size_t at = l->at, parts = l->features.n + 1;
        double *p = tamis_arena_get_zeroed(&batch->arena, batch->n_rows * l->k + 1, sizeof *p), *shap;
        int r = p ? look(l, batch, &v, err) : tamis_fail_memory(err);

        if (r == 0)
                r = l->learner->score(l, v.cells, v.n, p, err);
        if (r == 0)
                r = write_scores(l, batch, &v, p, &at, err);
        if (r < 0 || !l->explain)
                return r;
        shap = tamis_arena_get_zeroed(&batch->arena, v.n * parts + 1, sizeof *shap);
        r = shap ? tamis_learn_explain(l, v.cells, v.n, shap, err) : tamis_fail_memory(err);
        for (size_t j = 0; r == 0 && j < parts; j++)
                r = write_numbers(batch, &v, shap, parts, j, at++, err);
        return r;
}

int tamis_learn_end(void *state, const tamis_context *context, tamis_error *err) {
        const tamis_learn *l = state;

        if (l->unscored > 0)
                tamis_warn(context, "rows with a missing cell, which have no score (impute before): %llu",
                           (unsigned long long) l->unscored);
        if (l->unknown > 0)
                tamis_warn(context, "cells with a level that was not learned: %llu", (unsigned long long) l->unknown);
        return 0;
}
