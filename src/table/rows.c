/* Rows that go, stay, or stay several times: all is gathering by a list of source rows. */
#include "table/cell.h"

/* The new array of n items: item i is item rows[i] of the old one. NULL when memory is out. */
#define GATHER(arena, type, old, rows, n) ({                                            \
        type *new_items = tamis_arena_get((arena), (n) * sizeof(type));                 \
        for (size_t i_ = 0; new_items && i_ < (n); i_++)                                \
                new_items[i_] = (old)[(rows)[i_]];                                      \
        new_items;                                                                      \
})

/* Views are gathered when somebody asks: of the columns that are there when a step learns it looks at few. */
int tamis_column_pick_views(tamis_batch *batch, tamis_column *c, tamis_error *err) {
        const uint32_t *rows = c->picked;
        size_t n = batch->n_rows;
        const double *old = c->number_view ? c->number_view : c->parsed;
        bool whole = c->number_view && c->nonnumbers == 0;      /* else where they are would have to be found again */
        double *numbers = NULL;
        uint8_t *missing = NULL;
        size_t n_missing = 0;

        if (old) {
                numbers = GATHER(&batch->arena, double, old, rows, n);
                if (!numbers)
                        return tamis_fail_memory(err);
        }
        if (c->missing_view) {
                missing = GATHER(&batch->arena, uint8_t, c->missing_view, rows, n);
                if (!missing)
                        return tamis_fail_memory(err);
        }
        for (size_t i = 0; i < n; i++)
                n_missing += missing ? missing[i] : whole ? numbers[i] != numbers[i] : 0;
        c->picked = NULL;
        c->number_view = whole ? numbers : NULL;
        c->parsed = numbers;
        c->missing_view = missing;
        c->missing = n_missing;
        return 0;
}

static int gather_column(tamis_batch *batch, tamis_column *c, const uint32_t *rows, size_t n, tamis_error *err) {
        tamis_arena *arena = &batch->arena;

        if (c->picked) {
                int r = tamis_column_pick_views(batch, c, err);

                if (r < 0)
                        return r;
        }
        if (c->state) {
                uint8_t *state = GATHER(arena, uint8_t, c->state, rows, n);
                double *numbers = c->numbers ? GATHER(arena, double, c->numbers, rows, n) : NULL;
                tamis_slice *texts = c->texts ? GATHER(arena, tamis_slice, c->texts, rows, n) : NULL;

                if (!state || (c->numbers && !numbers) || (c->texts && !texts))
                        return tamis_fail_memory(err);
                c->state = state;
                c->numbers = numbers;
                c->texts = texts;
        }
        c->shared = false;
        c->train_view = NULL;
        if (c->number_view || c->missing_view || c->parsed)
                c->picked = rows;
        return 0;
}

static int gather(tamis_batch *batch, const uint32_t *rows, size_t n, tamis_error *err) {
        uint32_t *records = NULL;
        uint8_t *train = NULL;
        size_t n_train = n;

        if (batch->chunk.records > 0 && batch->records) {
                records = GATHER(&batch->arena, uint32_t, batch->records, rows, n);
                if (!records)
                        return tamis_fail_memory(err);
        }
        if (batch->train) {
                train = GATHER(&batch->arena, uint8_t, batch->train, rows, n);
                if (!train)
                        return tamis_fail_memory(err);
                n_train = 0;
                for (size_t i = 0; i < n; i++)
                        n_train += train[i] != 0;
        }
        for (size_t i = 0; i < batch->n_columns; i++) {
                int r = gather_column(batch, &batch->columns[i], rows, n, err);

                if (r < 0)
                        return r;
        }
        if (batch->chunk.records > 0)
                batch->records = records ? records : rows;      /* row r was record r */
        batch->train = train;
        batch->n_train = n_train;
        batch->n_rows = n;
        return 0;
}

int tamis_batch_repeat_rows(tamis_batch *batch, const uint32_t *times, tamis_error *err) {
        uint32_t *rows;
        size_t n = 0, at = 0;
        bool same = true;

        for (size_t i = 0; i < batch->n_rows; i++) {
                same = same && times[i] == 1;
                if (__builtin_add_overflow(n, (size_t) times[i], &n))
                        return tamis_fail_memory(err);
        }
        if (same)
                return 0;
        if (n > SIZE_MAX / sizeof(tamis_slice))
                return tamis_fail_memory(err);
        rows = tamis_arena_get(&batch->arena, n * sizeof *rows);
        if (!rows)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < batch->n_rows; i++)
                for (uint32_t k = 0; k < times[i]; k++)
                        rows[at++] = (uint32_t) i;
        return gather(batch, rows, n, err);
}

int tamis_batch_keep_rows(tamis_batch *batch, const uint8_t *keep, tamis_error *err) {
        uint32_t *rows;
        size_t n = 0;

        for (size_t i = 0; i < batch->n_rows; i++)
                n += keep[i] != 0;
        if (n == batch->n_rows)
                return 0;
        rows = tamis_arena_get(&batch->arena, n * sizeof *rows);
        if (!rows)
                return tamis_fail_memory(err);
        n = 0;
        for (size_t i = 0; i < batch->n_rows; i++)
                if (keep[i])
                        rows[n++] = (uint32_t) i;
        return gather(batch, rows, n, err);
}
