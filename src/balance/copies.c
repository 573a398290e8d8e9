/* Copies of rows, as the bytes they came in. */
#include <stdlib.h>

#include "balance/sample.h"

enum { BLOCK = 1024 };

static int add_start(size_t **starts, size_t n, size_t *capacity, size_t start, tamis_error *err) {
        size_t more = *capacity ? *capacity * 2 : 64;
        size_t *grown;

        if (n == *capacity) {
                grown = reallocarray(*starts, more, sizeof *grown);
                if (!grown)
                        return tamis_fail_memory(err);
                *starts = grown;
                *capacity = more;
        }
        (*starts)[n] = start;
        return 0;
}

int tamis_sample_capture(const tamis_sample *s, struct tamis_captured *into, tamis_batch *batch, tamis_error *err) {
        const tamis_dialect *dialect = &batch->schema->dialect;

        for (size_t row = 0; row < batch->n_rows; row++) {
                bool open = false;
                int r;

                if (s->times[batch->first_train + row] == 0)
                        continue;
                r = add_start(&into->starts, into->n, &into->capacity, into->text.n, err);
                if (r == 0)
                        r = tamis_batch_print(batch, row, row + 1, dialect, &into->text, &open, err);
                if (r == 0 && open)
                        r = tamis_buffer_add(&into->text, dialect->eol, strlen(dialect->eol), err);
                if (r < 0)
                        return r;
                into->n++;
        }
        return 0;
}

int tamis_sample_merge_captured(tamis_sample *s, const struct tamis_captured *from, tamis_error *err) {
        for (size_t i = 0; i < from->n; i++) {
                int r = add_start(&s->starts, s->n_chosen, &s->chosen_capacity, s->text.n + from->starts[i], err);

                if (r < 0)
                        return r;
                s->n_chosen++;
        }
        return tamis_buffer_add(&s->text, from->text.p, from->text.n, err);
}

int tamis_sample_list_copies(tamis_sample *s, tamis_error *err) {
        uint64_t total = 0;
        uint32_t chosen = 0;
        int r = add_start(&s->starts, s->n_chosen, &s->chosen_capacity, s->text.n, err);

        for (size_t row = 0; row < s->n; row++)
                total += s->times[row];
        s->copies = r == 0 ? reallocarray(NULL, total + 1, sizeof *s->copies) : NULL;
        s->copy_weights = s->undo ? reallocarray(NULL, total + 1, sizeof *s->copy_weights) : NULL;
        if (!s->copies || (s->undo && !s->copy_weights))
                return tamis_fail_memory(err);
        for (size_t row = 0; row < s->n; row++) {
                for (uint32_t i = 0; i < s->times[row]; i++) {
                        if (s->copy_weights)
                                s->copy_weights[s->n_copies] = s->undo[row];
                        s->copies[s->n_copies++] = chosen;
                }
                chosen += s->times[row] > 0;
        }
        return 0;
}

size_t tamis_sample_blocks(const tamis_sample *s) {
        return (s->n_copies + BLOCK - 1) / BLOCK;
}

/* What a reservoir held is what goes out. */
static int see_effects(tamis_sample *s, tamis_batch *out, tamis_error *err) {
        uint32_t *after;

        if (!s->effects.on || !out->final || !s->sampler->drains)
                return 0;
        after = tamis_arena_get(&out->arena, (out->n_rows + 1) * sizeof *after);
        if (!after)
                return tamis_fail_memory(err);
        for (size_t row = 0; row < out->n_rows; row++)
                after[row] = 1;
        return tamis_effects_add(&s->effects, out, NULL, after, err);
}

int tamis_sample_emit(tamis_sample *s, size_t block, tamis_batch *out, tamis_error *err) {
        size_t first = block * BLOCK, n = s->n_copies - first < BLOCK ? s->n_copies - first : BLOCK;
        tamis_buffer text = { 0 };
        int r = 0;

        for (size_t i = first; r == 0 && i < first + n; i++) {
                const size_t *start = &s->starts[s->copies ? s->copies[i] : i];

                r = tamis_buffer_add(&text, s->text.p + start[0], start[1] - start[0], err);
        }
        if (r == 0)
                r = tamis_chunk_parse(&out->chunk, (tamis_slice) { text.p, text.n }, s->delimiter, s->n_columns, err);
        if (r == 0)
                r = tamis_batch_begin(out, err);
        tamis_buffer_done(&text);
        if (r == 0)
                r = see_effects(s, out, err);
        if (r == 0 && s->copy_weights)
                r = tamis_batch_add_column(out, (size_t) s->at_weight, err);
        return r == 0 && s->copy_weights ? tamis_batch_set_numbers(out, (size_t) s->at_weight,
                                                                   s->copy_weights + first, err) : r;
}
