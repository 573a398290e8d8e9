/* As JSON:
 *
 *     { "columns": [ { "name": "Age", "type": "numeric", "wanted": true, "least": 0 },
 *                    { "name": "Sex", "type": "categorical", "wanted": false, "levels": [ "female", "male" ] } ],
 *       "rows": 891, "cells": "22,1;38,0;,0;..." }
 *
 * Rows end in `;`. A category is the number of its level, a hole is nothing.
 */
#include <endian.h>
#include <math.h>
#include <stdlib.h>

#include <tamis/number.h>
#include <tamis/step.h>

#include "csv/number_plain.h"
#include "impute/frame.h"

void tamis_frame_done(tamis_frame *f) {
        for (size_t i = 0; f->columns && i < f->n; i++) {
                free(f->columns[i].numbers);
                free(f->columns[i].codes);
                free(f->columns[i].spelling);
                free(f->columns[i].texts);
        }
        free(f->columns);
        free(f->keys);
        tamis_arena_done(&f->arena);
        *f = (tamis_frame) {0};
}

/* Room for the rows of every column, by its type; all missing. */
static int make_rows(tamis_frame *f, size_t rows, tamis_error *err) {
        f->rows = rows;
        f->keys = calloc(rows + 1, sizeof *f->keys);
        if (!f->keys)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < f->n; i++) {
                tamis_frame_column *c = &f->columns[i];

                c->missing = rows;
                if (c->type == TAMIS_TYPE_NUMERIC)
                        c->numbers = malloc((rows + 1) * sizeof *c->numbers);
                else
                        c->codes = malloc((rows + 1) * sizeof *c->codes);
                if (!c->numbers && !c->codes)
                        return tamis_fail_memory(err);
                for (size_t row = 0; row < rows; row++) {
                        if (c->numbers)
                                c->numbers[row] = NAN;
                        else
                                c->codes[row] = TAMIS_CODE_MISSING;
                }
        }
        return 0;
}

int tamis_frame_like(const tamis_frame *frame, size_t rows, tamis_frame *ret, tamis_error *err) {
        tamis_frame f = { .n = frame->n };
        int r;

        f.columns = calloc(f.n + 1, sizeof *f.columns);
        if (!f.columns)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < f.n; i++) {
                f.columns[i] = frame->columns[i];
                f.columns[i].numbers = NULL;
                f.columns[i].codes = NULL;
                f.columns[i].spelling = NULL;
                f.columns[i].texts = NULL;
        }
        r = make_rows(&f, rows, err);
        if (r < 0) {
                tamis_frame_done(&f);
                return r;
        }
        *ret = f;
        return 0;
}

int tamis_frame_head(const tamis_frame *from, size_t rows, tamis_frame *ret, tamis_error *err) {
        tamis_frame f;
        int r;

        if (rows > from->rows)
                rows = from->rows;
        r = tamis_frame_like(from, rows, &f, err);
        if (r < 0)
                return r;
        memcpy(f.keys, from->keys, rows * sizeof *f.keys);
        for (size_t i = 0; i < f.n; i++) {
                tamis_frame_column *c = &f.columns[i];

                c->missing = 0;
                if (c->numbers)
                        memcpy(c->numbers, from->columns[i].numbers, rows * sizeof *c->numbers);
                else
                        memcpy(c->codes, from->columns[i].codes, rows * sizeof *c->codes);
                for (size_t row = 0; row < rows; row++)
                        c->missing += c->numbers ? isnan(c->numbers[row]) : c->codes[row] == TAMIS_CODE_MISSING;
        }
        *ret = f;
        return 0;
}

static int copy_texts(tamis_frame *f, tamis_error *err) {
        for (size_t j = 0; j < f->n; j++) {
                tamis_frame_column *c = &f->columns[j];
                tamis_slice *level = tamis_arena_get(&f->arena, c->levels * sizeof *level);

                c->name = tamis_arena_copy(&f->arena, tamis_slice_of(c->name));
                if (!level || !c->name)
                        return tamis_fail_memory(err);
                for (size_t i = 0; i < c->levels; i++) {
                        level[i] = (tamis_slice) { tamis_arena_copy(&f->arena, c->level[i]), c->level[i].n };
                        if (!level[i].p)
                                return tamis_fail_memory(err);
                }
                c->level = level;
        }
        return 0;
}

int tamis_frame_copy(const tamis_frame *from, tamis_frame *ret, tamis_error *err) {
        tamis_frame copy;
        int r = tamis_frame_head(from, from->rows, &copy, err);

        if (r < 0)
                return r;
        r = copy_texts(&copy, err);
        if (r < 0) {
                tamis_frame_done(&copy);
                return r;
        }
        *ret = copy;
        return 0;
}

/* -- saving -------------------------------------------------------------------------------------------------------- */

static int save_column(const tamis_frame_column *c, json_t *all) {
        json_t *one = tamis_json_child(all, NULL, json_object()), *levels;
        int r = json_object_set_new(one, "name", tamis_json_bytes(tamis_slice_of(c->name)));

        r |= json_object_set_new(one, "type", json_string(tamis_type_name(c->type)));
        r |= json_object_set_new(one, "wanted", json_boolean(c->wanted));
        if (isfinite(c->least))
                r |= json_object_set_new(one, "least", tamis_json_number(c->least));
        if (isfinite(c->most))
                r |= json_object_set_new(one, "most", tamis_json_number(c->most));
        if (c->type == TAMIS_TYPE_NUMERIC)
                return r;
        levels = tamis_json_child(one, "levels", json_array());
        r |= levels ? 0 : -1;
        for (size_t i = 0; r == 0 && i < c->levels; i++)
                r = json_array_append_new(levels, tamis_json_bytes(c->level[i]));
        return r;
}

static size_t print_code(int32_t code, char *out) {
        char digits[16];
        size_t n = 0, length;

        do
                digits[n++] = (char) ('0' + code % 10);
        while ((code /= 10) > 0);
        length = n;
        while (n > 0)
                *out++ = digits[--n];
        return length;
}

static int save_cells(const tamis_frame *f, json_t *into, tamis_error *err) {
        tamis_buffer text = {0};
        int r = 0;

        for (size_t row = 0; r == 0 && row < f->rows; row++) {
                r = tamis_buffer_reserve(&text, f->n * (TAMIS_NUMBER_MAX + 1) + 1, err);
                for (size_t i = 0; r == 0 && i < f->n; i++) {
                        const tamis_frame_column *c = &f->columns[i];

                        if (i > 0)
                                text.p[text.n++] = ',';
                        if (c->numbers && !isnan(c->numbers[row]))
                                text.n += tamis_number_print(c->numbers[row], text.p + text.n);
                        else if (c->codes && c->codes[row] >= 0)
                                text.n += print_code(c->codes[row], text.p + text.n);
                }
                if (r == 0)
                        text.p[text.n++] = ';';
        }
        if (r == 0 && json_object_set_new(into, "rows", json_integer((json_int_t) f->rows)) < 0)
                r = tamis_fail_memory(err);
        if (r == 0 && json_object_set_new(into, "cells", json_stringn_nocheck(text.p ? text.p : "", text.n)) < 0)
                r = tamis_fail_memory(err);
        tamis_buffer_done(&text);
        return r;
}

int tamis_frame_save(const tamis_frame *frame, bool rows, json_t **ret, tamis_error *err) {
        json_t *into = json_object(), *columns = tamis_json_child(into, "columns", json_array());
        int r = columns ? 0 : -1;

        for (size_t i = 0; r == 0 && i < frame->n; i++)
                r = save_column(&frame->columns[i], columns);
        r = r < 0 ? tamis_fail_memory(err) : rows ? save_cells(frame, into, err) : 0;
        if (r < 0) {
                json_decref(into);
                return r;
        }
        *ret = into;
        return 0;
}

/* -- loading ------------------------------------------------------------------------------------------------------- */

static int load_levels(tamis_frame *f, tamis_frame_column *c, const json_t *one, tamis_error *err) {
        const json_t *levels;
        tamis_slice *level;
        int r = tamis_json_array(one, "levels", SIZE_MAX, &levels, err);

        if (r < 0)
                return r;
        c->levels = json_array_size(levels);
        if (c->levels > INT32_MAX)
                return tamis_fail(err, TAMIS_BAD_MODEL, "column \"%s\" has too many levels", c->name);
        level = tamis_arena_get(&f->arena, c->levels * sizeof *level);
        if (!level)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < c->levels; i++) {
                r = tamis_json_bytes_get(json_array_get(levels, i), &f->arena, &level[i], err);
                if (r < 0)
                        return r;
                if (i > 0 && tamis_slice_compare(level[i - 1], level[i]) >= 0)
                        return tamis_fail(err, TAMIS_BAD_MODEL, "the levels of column \"%s\" are not in their order",
                                          c->name);
        }
        c->level = level;
        return 0;
}

static int load_bound(const json_t *one, const char *key, double *ret, tamis_error *err) {
        return json_object_get(one, key) ? tamis_json_real(one, key, ret, err) : 0;
}

static int load_column(tamis_frame *f, tamis_frame_column *c, const json_t *one, tamis_error *err) {
        const char *type;
        tamis_slice name;
        int r = tamis_json_bytes_get(json_object_get(one, "name"), &f->arena, &name, err);

        if (r == 0)
                r = tamis_json_text(one, "type", &type, NULL, err);
        if (r < 0)
                return r;
        *c = (tamis_frame_column) { .least = -INFINITY, .most = INFINITY };
        c->name = tamis_arena_copy(&f->arena, name);
        if (!c->name)
                return tamis_fail_memory(err);
        c->wanted = json_is_true(json_object_get(one, "wanted"));
        c->type = strcmp(type, tamis_type_name(TAMIS_TYPE_NUMERIC)) == 0 ? TAMIS_TYPE_NUMERIC : TAMIS_TYPE_CATEGORICAL;
        if (strcmp(type, tamis_type_name(c->type)) != 0)
                return tamis_fail(err, TAMIS_BAD_MODEL, "column \"%s\" has the type \"%s\"", c->name, type);
        r = load_bound(one, "least", &c->least, err);
        if (r == 0)
                r = load_bound(one, "most", &c->most, err);
        return r == 0 && c->type == TAMIS_TYPE_CATEGORICAL ? load_levels(f, c, one, err) : r;
}

/* `before`: how many bytes there are before its end. */
static bool load_cell(tamis_frame_column *c, size_t row, tamis_slice text, size_t before) {
        uint64_t code = 0;

        if (text.n == 0)
                return true;
        c->missing--;
#if TAMIS_NUMBER_PLAIN
        if (c->numbers && before >= TAMIS_PLAIN_BYTES && tamis_number_plain(text.p + text.n, text.n, &c->numbers[row]))
                return true;
#endif
        if (c->numbers)
                return tamis_number_parse(text, &c->numbers[row]);
        if (text.n > 10)
                return false;
        for (size_t i = 0; i < text.n; i++) {
                if (text.p[i] < '0' || text.p[i] > '9')
                        return false;
                code = 10 * code + (uint64_t) (text.p[i] - '0');
        }
        c->codes[row] = (int32_t) code;
        return code < c->levels;
}

/* The next comma or semicolon, eight bytes at a time while there are so many; `end`: there is none. */
static const char *end_of_cell(const char *p, const char *end) {
        const uint64_t each = UINT64_C(0x0101010101010101), high = each << 7;

        for (; end - p >= 8; p += 8) {
                uint64_t x, comma, semicolon, found;

                memcpy(&x, p, sizeof x);
                x = le64toh(x);
                comma = x ^ each * ',';
                semicolon = x ^ each * ';';
                /* the lowest byte that is zero is told rightly */
                found = (((comma - each) & ~comma) | ((semicolon - each) & ~semicolon)) & high;
                if (found)
                        return p + __builtin_ctzll(found) / 8;
        }
        while (p < end && *p != ',' && *p != ';')
                p++;
        return p;
}

static int load_cells(tamis_frame *f, const char *text, size_t n, tamis_error *err) {
        const char *begin = text, *end = text + n;

        for (size_t row = 0; row < f->rows; row++) {
                f->keys[row] = row;
                for (size_t i = 0; i < f->n; i++) {
                        const char *p = end_of_cell(text, end);

                        if (p == end || *p != (i + 1 < f->n ? ',' : ';') ||
                            !load_cell(&f->columns[i], row, (tamis_slice) { text, (size_t) (p - text) },
                                       (size_t) (p - begin)))
                                return tamis_fail(err, TAMIS_BAD_MODEL,
                                                  "\"cells\": row %zu is not %zu cells of the columns' "
                                                  "types",
                                                  row + 1, f->n);
                        text = p + 1;
                }
                if (f->n == 0 && (text == end || *text++ != ';'))
                        return tamis_fail(err, TAMIS_BAD_MODEL, "\"cells\" has fewer than %zu rows", f->rows);
        }
        return text == end ? 0 : tamis_fail(err, TAMIS_BAD_MODEL, "\"cells\" has more than %zu rows", f->rows);
}

static int load(tamis_frame *f, const json_t *from, tamis_error *err) {
        const json_t *columns;
        const char *cells = "";
        size_t length = 0;
        uint64_t rows = 0;
        int r = tamis_json_array(from, "columns", SIZE_MAX, &columns, err);

        if (r < 0)
                return r;
        f->columns = calloc(json_array_size(columns) + 1, sizeof *f->columns);
        if (!f->columns)
                return tamis_fail_memory(err);
        for (; r == 0 && f->n < json_array_size(columns); f->n++)
                r = load_column(f, &f->columns[f->n], json_array_get(columns, f->n), err);
        if (r == 0 && json_object_get(from, "cells")) {
                r = tamis_json_count(from, "rows", &rows, err);
                if (r == 0)
                        r = tamis_json_text(from, "cells", &cells, &length, err);
                if (r == 0 && rows > length)    /* a row is one byte at least */
                        r = tamis_fail(err, TAMIS_BAD_MODEL, "\"cells\" has fewer than %llu rows",
                                       (unsigned long long) rows);
        }
        if (r == 0)
                r = make_rows(f, rows, err);
        return r == 0 ? load_cells(f, cells, length, err) : r;
}

int tamis_frame_load(const json_t *from, tamis_frame *ret, tamis_error *err) {
        tamis_frame f = {0};
        int r = load(&f, from, err);

        if (r < 0) {
                tamis_frame_done(&f);
                return r;
        }
        *ret = f;
        return 0;
}
