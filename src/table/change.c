/* Cells that a step changes. */
#include <math.h>

#include <tamis/number.h>

#include "table/cell.h"

enum { FIXED_SIZE = 330 + 300 };

static void *copy(tamis_arena *arena, const void *from, size_t n) {
        void *to = tamis_arena_get(arena, n);

        if (to)
                memcpy(to, from, n);
        return to;
}

/* Arrays of its own instead of those of the batch this one is a view of. */
static int unshare(tamis_batch *batch, tamis_column *c, tamis_error *err) {
        size_t n = batch->n_rows;
        uint8_t *state = c->state;
        double *numbers = c->numbers;
        tamis_slice *texts = c->texts;

        if (state && !(state = copy(&batch->arena, state, n)))
                return tamis_fail_memory(err);
        if (numbers && !(numbers = copy(&batch->arena, numbers, n * sizeof *numbers)))
                return tamis_fail_memory(err);
        if (texts && !(texts = copy(&batch->arena, texts, n * sizeof *texts)))
                return tamis_fail_memory(err);
        c->state = state;
        c->numbers = numbers;
        c->texts = texts;
        c->number_view = c->parsed = NULL;      /* theirs to write in */
        c->shared = false;
        return 0;
}

/* Make the column ready for a change of some cells to `state`. */
static int touch(tamis_batch *batch, tamis_column *c, tamis_cell_state state, tamis_error *err) {
        if (c->shared) {
                int r = unshare(batch, c, err);

                if (r < 0)
                        return r;
        }
        if (!c->state) {
                c->state = tamis_arena_get_zeroed(&batch->arena, batch->n_rows, 1);
                if (!c->state)
                        return tamis_fail_memory(err);
        }
        if (state == TAMIS_CELL_TEXT && !c->texts) {
                c->texts = tamis_arena_get(&batch->arena, batch->n_rows * sizeof *c->texts);
                if (!c->texts)
                        return tamis_fail_memory(err);
        }
        tamis_column_drop_views(c);
        /* a number takes the place that its cell had among those parsed: nobody asks there again */
        if (state == TAMIS_CELL_NUMBER && !c->numbers)
                c->numbers = c->parsed ? c->parsed : tamis_arena_get(&batch->arena, batch->n_rows * sizeof *c->numbers);
        return state != TAMIS_CELL_NUMBER || c->numbers ? 0 : tamis_fail_memory(err);
}

int tamis_batch_set_text(tamis_batch *batch, size_t row, size_t column, tamis_slice text, tamis_error *err) {
        tamis_column *c = &batch->columns[column];
        int r = touch(batch, c, TAMIS_CELL_TEXT, err);

        if (r < 0)
                return r;
        c->texts[row] = text;
        c->state[row] = TAMIS_CELL_TEXT;
        return 0;
}

int tamis_batch_set_missing(tamis_batch *batch, size_t row, size_t column, tamis_error *err) {
        tamis_column *c = &batch->columns[column];
        int r = touch(batch, c, TAMIS_CELL_MISSING, err);

        if (r < 0)
                return r;
        c->state[row] = TAMIS_CELL_MISSING;
        return 0;
}

/* What --precision makes of a number is the cell from here on. */
static int set_fixed(tamis_batch *batch, size_t row, size_t column, double value, tamis_error *err) {
        char text[FIXED_SIZE];
        size_t n = tamis_number_print_fixed(value, batch->precision, text);
        char *p = copy(&batch->arena, text, n);

        if (!p)
                return tamis_fail_memory(err);
        return tamis_batch_set_text(batch, row, column, (tamis_slice) { p, n }, err);
}

static int fail_infinite(tamis_batch *batch, size_t row, size_t column, tamis_error *err) {
        return tamis_batch_fail(batch, row, column, err, "the result is too large for a number");
}

int tamis_batch_set_number(tamis_batch *batch, size_t row, size_t column, double value, tamis_error *err) {
        tamis_column *c = &batch->columns[column];
        int r;

        if (!isfinite(value))
                return fail_infinite(batch, row, column, err);
        if (batch->precision >= 0)
                return set_fixed(batch, row, column, value, err);
        r = touch(batch, c, TAMIS_CELL_NUMBER, err);
        if (r < 0)
                return r;
        c->numbers[row] = value;
        c->state[row] = TAMIS_CELL_NUMBER;
        return 0;
}

/* 0 to 9, and not the -0 that is printed with its sign. */
static inline bool is_digit(double value) {
        return value >= 0 && value <= 9 && value == (double) (int) value && !signbit(value);
}

/* NaN aside. Most columns say no with their first number. */
static bool all_digits(const double *values, size_t n) {
        for (size_t row = 0; row < n; row++)
                if (!is_digit(values[row]) && !isnan(values[row]))
                        return false;
        return true;
}

static int set_digits(tamis_batch *batch, tamis_column *c, const double *values, tamis_error *err) {
        int r = touch(batch, c, TAMIS_CELL_DIGIT, err);

        for (size_t row = 0; r == 0 && row < batch->n_rows; row++)
                if (!isnan(values[row]))
                        c->state[row] = (uint8_t) (TAMIS_CELL_DIGIT + (int) values[row]);
        return r;
}

static int set_fixed_numbers(tamis_batch *batch, size_t column, const double *values, tamis_error *err) {
        int r = 0;

        for (size_t row = 0; r == 0 && row < batch->n_rows; row++)
                if (!isnan(values[row]))
                        r = set_fixed(batch, row, column, values[row], err);
        return r;
}

int tamis_batch_set_numbers(tamis_batch *batch, size_t column, const double *values, tamis_error *err) {
        tamis_column *c = &batch->columns[column];
        size_t rows = batch->n_rows, holes = 0, infinite = 0;
        int r;

        for (size_t row = 0; row < rows; row++) {
                holes += isnan(values[row]) != 0;
                infinite += isinf(values[row]) != 0;
        }
        for (size_t row = 0; infinite && row < rows; row++)
                if (isinf(values[row]))
                        return fail_infinite(batch, row, column, err);
        if (holes == rows)      /* an untouched column goes out faster */
                return 0;
        if (batch->precision >= 0)
                return set_fixed_numbers(batch, column, values, err);
        if (all_digits(values, rows))
                return set_digits(batch, c, values, err);
        r = touch(batch, c, TAMIS_CELL_NUMBER, err);
        if (r < 0)
                return r;
        if (holes == 0) {
                memmove(c->numbers, values, rows * sizeof *values);
                memset(c->state, TAMIS_CELL_NUMBER, rows);
                return 0;
        }
        for (size_t row = 0; row < rows; row++) {
                if (isnan(values[row]))
                        continue;
                c->numbers[row] = values[row];
                c->state[row] = TAMIS_CELL_NUMBER;
        }
        return 0;
}
