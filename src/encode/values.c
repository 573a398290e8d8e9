#include <math.h>
#include <stdlib.h>

#include <tamis/random.h>

#include "encode/coding.h"

uint64_t tamis_coding_fold(uint64_t seed, uint64_t folds, uint64_t row) {
        uint64_t place = row % folds, fold = place;
        tamis_stream stream;

        /* Fisher-Yates from the end; only the card at `place` is followed: a swap with a later one moved it there. */
        tamis_stream_init(&stream, seed, "encode.fold", row / folds, 0);
        for (uint64_t i = folds - 1; i > 0; i--) {
                uint64_t other = tamis_stream_below(&stream, i + 1);

                if (fold == i)
                        fold = other;
                else if (fold == other)
                        fold = i;
        }
        return fold;
}

int tamis_values_attach(const tamis_coding *c, const tamis_coding_options *o, tamis_schema *schema, size_t at,
                        size_t *n, tamis_error *err) {
        tamis_buffer name = {0};
        int r = 0;

        (void) o;
        for (size_t i = 0; i < tamis_coding_outputs(c) && r == 0; i++) {
                name.n = 0;
                r = tamis_buffer_addf(&name, err, "%s_%s", c->name, c->outputs[i]);
                if (r == 0)
                        r = tamis_schema_add(schema, at + i, (tamis_slice) { name.p, name.n }, TAMIS_TYPE_NUMERIC, err);
        }
        tamis_buffer_done(&name);
        if (r == 0)
                *n = tamis_coding_outputs(c);
        return r;
}

/* The table for each row: that of its fold for rows learned from, else the one learned from all. */
static const double **choose_tables(const tamis_coding *c, const tamis_coding_options *o, tamis_batch *batch) {
        size_t width = (c->n_slots + 2) * tamis_coding_outputs(c);
        const double **tables = tamis_arena_get(&batch->arena, (batch->n_rows + 1) * sizeof *tables);
        uint64_t next = batch->first_train;

        for (size_t row = 0; tables && row < batch->n_rows; row++) {
                tables[row] = c->values;
                if (!c->fold_values || next == TAMIS_NOT_NUMBERED || !tamis_batch_is_train(batch, row))
                        continue;
                tables[row] = c->fold_values + width * tamis_coding_fold(o->seed, o->folds, next++);
        }
        return tables;
}

int tamis_values_apply(tamis_coding *c, const tamis_coding_options *o, tamis_batch *batch, const int32_t *slots,
                       tamis_error *err) {
        size_t n = batch->n_rows, n_outputs = tamis_coding_outputs(c), at = c->at;
        const double **tables = choose_tables(c, o, batch);
        double *values = malloc((n + 1) * sizeof *values);
        int r = tables && values ? 0 : tamis_fail_memory(err);

        for (size_t k = 0; k < n_outputs && r == 0; k++) {
                for (size_t row = 0; row < n; row++) {
                        size_t slot = slots[row] >= 0 ? (size_t) slots[row]
                                                      : c->n_slots + (slots[row] == TAMIS_SLOT_UNKNOWN);

                        values[row] = tables[row][slot * n_outputs + k];
                }
                if (n_outputs > 1)
                        r = tamis_batch_add_column(batch, ++at, err);
                if (r == 0)
                        r = tamis_batch_set_numbers(batch, at, values, err);
                for (size_t row = 0; row < n && r == 0; row++)
                        if (slots[row] == TAMIS_SLOT_UNKNOWN && isnan(values[row]))
                                r = tamis_batch_set_missing(batch, row, at, err);
        }
        if (r == 0 && n_outputs > 1)
                tamis_batch_remove_column(batch, c->at);
        free(values);
        return r;
}

int tamis_values_save(const tamis_coding *c, json_t *into, tamis_error *err) {
        json_t *values = tamis_json_child(into, "values", json_array());
        json_t *names = c->outputs ? tamis_json_child(into, "outputs", json_array()) : NULL;
        int r = c->outputs && !names ? -1 : 0;

        for (size_t i = 0; i < (c->n_slots + 2) * tamis_coding_outputs(c) && r == 0; i++)
                r = json_array_append_new(values, tamis_json_figure(c->values[i]));
        for (size_t i = 0; c->outputs && i < c->n_outputs && r == 0; i++)
                r = json_array_append_new(names, tamis_json_bytes(tamis_slice_of(c->outputs[i])));
        return r < 0 ? tamis_fail_memory(err) : 0;
}

static int load_outputs(tamis_coding *c, const json_t *names, tamis_error *err) {
        tamis_arena arena = {0};
        size_t n = json_array_size(names);
        int r = 0;

        if (n < 2)
                return tamis_fail(err, TAMIS_BAD_MODEL, "\"outputs\" are fewer than two");
        c->outputs = calloc(n, sizeof *c->outputs);
        if (!c->outputs)
                return tamis_fail_memory(err);
        c->n_outputs = n;
        for (size_t i = 0; i < n && r == 0; i++) {
                tamis_slice text;

                r = tamis_json_bytes_get(json_array_get(names, i), &arena, &text, err);
                if (r < 0)
                        break;
                c->outputs[i] = strndup(text.p ? text.p : "", text.n);
                if (!c->outputs[i])
                        r = tamis_fail_memory(err);
        }
        tamis_arena_done(&arena);
        return r;
}

int tamis_values_load(tamis_coding *c, const json_t *from, tamis_error *err) {
        const json_t *values, *names = json_object_get(from, "outputs");
        size_t n;
        int r = names ? tamis_json_array(from, "outputs", SIZE_MAX, &names, err) : 0;

        if (r == 0 && names)
                r = load_outputs(c, names, err);
        if (r < 0)
                return r;
        n = (c->n_slots + 2) * tamis_coding_outputs(c);
        r = tamis_json_array(from, "values", n, &values, err);
        if (r < 0)
                return r;
        c->values = calloc(n, sizeof *c->values);
        if (!c->values)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < n; i++) {
                const json_t *v = json_array_get(values, i);

                if (!json_is_number(v) && !json_is_null(v))
                        return tamis_fail(err, TAMIS_BAD_MODEL, "\"values\" holds what is no number");
                c->values[i] = json_is_null(v) ? NAN : json_number_value(v);
        }
        return 0;
}
