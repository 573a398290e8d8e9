#include <stdint.h>
#include <stdlib.h>

#include "drill/values.h"

int tamis_drill_numbers_new(const tamis_drill_call *call, size_t n, tamis_drill_column *ret, tamis_error *err) {
        *ret = (tamis_drill_column) { .name = "", .n = n,
                                      .number = tamis_arena_get(&call->scope->world->arena, (n + 1) * sizeof(double)) };
        return ret->number ? 0 : tamis_fail_memory(err);
}

int tamis_drill_texts_new(const tamis_drill_call *call, size_t n, tamis_drill_column *ret, tamis_error *err) {
        *ret = (tamis_drill_column) { .name = "", .text = true, .n = n,
                                      .texts = tamis_arena_get_zeroed(&call->scope->world->arena, n + 1,
                                                                      sizeof *ret->texts) };
        return ret->texts ? 0 : tamis_fail_memory(err);
}

int tamis_drill_text_copy(const tamis_drill_call *call, const char *text, const char **ret, tamis_error *err) {
        *ret = tamis_arena_copy(&call->scope->world->arena, tamis_slice_of(text));
        return *ret ? 0 : tamis_fail_memory(err);
}

int tamis_drill_want_number(const tamis_drill_call *call, size_t i, tamis_error *err) {
        if (call->arguments[i].text)
                return tamis_fail(err, TAMIS_BAD_DATA, "argument %zu is a text, and a number is needed", i + 1);
        return 0;
}

int tamis_drill_want_text(const tamis_drill_call *call, size_t i, tamis_error *err) {
        if (!call->arguments[i].text && !tamis_drill_is_nothing(&call->arguments[i]))
                return tamis_fail(err, TAMIS_BAD_DATA, "argument %zu is a number, and a text is needed "
                                  "(fixed(x, digits) makes one)", i + 1);
        return 0;
}

int tamis_drill_want_numbers(const tamis_drill_call *call, tamis_error *err) {
        int r = 0;

        for (size_t i = 0; r == 0 && i < call->n; i++)
                r = tamis_drill_want_number(call, i, err);
        return r;
}

struct cell {
        const tamis_drill_column *column;
        size_t row;
};

static int by_cell(const void *a, const void *b) {
        const struct cell *x = a, *y = b;
        int order;

        if (x->column->text) {
                const char *s = tamis_drill_text(x->column, x->row), *t = tamis_drill_text(y->column, y->row);

                order = !s || !t ? (s != NULL) - (t != NULL) : strcmp(s, t);
        } else {
                double s = tamis_drill_number(x->column, x->row), t = tamis_drill_number(y->column, y->row);

                order = isnan(s) || isnan(t) ? !isnan(s) - !isnan(t) : (s > t) - (s < t);
        }
        return order ? order : (x->row > y->row) - (x->row < y->row);
}

static bool same_cell(const tamis_drill_column *c, size_t a, size_t b) {
        if (c->text) {
                const char *s = tamis_drill_text(c, a), *t = tamis_drill_text(c, b);

                return s && t && strcmp(s, t) == 0;
        }
        return tamis_drill_number(c, a) == tamis_drill_number(c, b);
}

int tamis_drill_groups(const tamis_drill_call *call, const tamis_drill_column *by, size_t rows, size_t **ret, size_t *n,
                       tamis_error *err) {
        size_t *groups = tamis_arena_get(&call->scope->world->arena, (rows + 1) * sizeof *groups);
        struct cell *cells = calloc(rows + 1, sizeof *cells);

        if (!groups || !cells) {
                free(cells);
                return tamis_fail_memory(err);
        }
        for (size_t i = 0; i < rows; i++)
                cells[i] = (struct cell) { by, i };
        qsort(cells, rows, sizeof *cells, by_cell);
        *n = 0;
        for (size_t i = 0; i < rows; i++) {
                if (tamis_drill_is_missing(by, cells[i].row))
                        groups[cells[i].row] = SIZE_MAX;
                else if (i > 0 && !tamis_drill_is_missing(by, cells[i - 1].row)
                         && same_cell(by, cells[i - 1].row, cells[i].row))
                        groups[cells[i].row] = *n - 1;
                else
                        groups[cells[i].row] = (*n)++;
        }
        free(cells);
        *ret = groups;
        return 0;
}
