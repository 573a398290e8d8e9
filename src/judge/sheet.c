#include <math.h>
#include <stdlib.h>

#include "judge/sheet.h"

void tamis_sheet_done(tamis_sheet *s) {
        for (size_t i = 0; s->columns && i < s->schema.n; i++) {
                free(s->columns[i].numbers);
                free(s->columns[i].codes);
                free(s->columns[i].levels);
                tamis_dict_done(&s->columns[i].dict);
        }
        free(s->columns);
        tamis_reader_free(s->reader);
        tamis_missing_done(&s->missing);
        tamis_schema_done(&s->schema);
        *s = (tamis_sheet) {0};
}

int tamis_sheet_open(tamis_sheet *s, const tamis_reader_options *input, const char *na, tamis_error *err) {
        int r = tamis_reader_new(input, &s->reader, err);

        if (r == 0)
                r = tamis_schema_from_header(tamis_reader_header(s->reader), tamis_reader_dialect(s->reader),
                                             &s->schema, err);
        if (r == 0)
                r = tamis_missing_init(&s->missing, na, err);
        if (r < 0)
                return r;
        s->columns = calloc(s->schema.n + 1, sizeof *s->columns);
        return s->columns ? 0 : tamis_fail_memory(err);
}

/* -- reading ------------------------------------------------------------------------------------------------------- */

static bool as_numbers(const tamis_sheet_column *c) {
        return (c->wanted & TAMIS_SHEET_NUMBERS) || ((c->wanted & TAMIS_SHEET_EITHER) && !c->texts);
}

static bool as_levels(const tamis_sheet_column *c) {
        return c->wanted & (TAMIS_SHEET_LEVELS | TAMIS_SHEET_EITHER);
}

static int make_room(tamis_sheet *s, size_t more, tamis_error *err) {
        size_t capacity = s->capacity ? s->capacity : 1024;

        while (capacity < s->rows + more)
                capacity *= 2;
        if (capacity == s->capacity)
                return 0;
        for (size_t i = 0; i < s->schema.n; i++) {
                tamis_sheet_column *c = &s->columns[i];
                double *numbers = as_numbers(c) ? reallocarray(c->numbers, capacity, sizeof *numbers) : NULL;
                uint32_t *codes = NULL;

                c->numbers = numbers ? numbers : c->numbers;
                if (as_levels(c))
                        codes = reallocarray(c->codes, capacity, sizeof *codes);
                c->codes = codes ? codes : c->codes;
                if ((as_numbers(c) && !numbers) || (as_levels(c) && !codes))
                        return tamis_fail_memory(err);
        }
        s->capacity = capacity;
        return 0;
}

static int read_numbers(tamis_sheet *s, tamis_sheet_column *c, tamis_batch *b, size_t at, tamis_error *err) {
        const double *numbers;
        int r = c->wanted & TAMIS_SHEET_NUMBERS ? tamis_batch_numbers_only(b, at, &numbers, err)
                                                : tamis_batch_numbers(b, at, &numbers, err);

        if (r < 0)
                return r;
        c->texts = c->texts || b->columns[at].nonnumbers > 0;
        memcpy(c->numbers + s->rows, numbers, b->n_rows * sizeof *numbers);
        return 0;
}

static int read_levels(tamis_sheet *s, tamis_sheet_column *c, tamis_batch *b, size_t at, tamis_error *err) {
        const uint8_t *missing;
        int r = tamis_batch_missing(b, at, &missing, err);

        for (size_t row = 0; r == 0 && row < b->n_rows; row++) {
                size_t code = TAMIS_NO_LEVEL;

                if (!missing[row])
                        r = tamis_dict_add(&c->dict, tamis_batch_text(b, row, at), 1, &code, err);
                c->codes[s->rows + row] = (uint32_t) code;
                c->missing += missing[row];
                c->present += !missing[row];
        }
        return r;
}

static int read_batch(tamis_sheet *s, tamis_batch *b, tamis_error *err) {
        int r = tamis_batch_begin(b, err);

        b->schema = &s->schema;
        b->missing = &s->missing;
        b->precision = -1;
        if (r == 0 && s->rows + b->n_rows >= TAMIS_NO_LEVEL)
                r = tamis_fail(err, TAMIS_BAD_DATA, "more rows than can be judged at once");
        if (r == 0)
                r = make_room(s, b->n_rows, err);
        for (size_t i = 0; r == 0 && i < s->schema.n; i++) {
                tamis_sheet_column *c = &s->columns[i];

                if (as_numbers(c))
                        r = read_numbers(s, c, b, i, err);
                if (r == 0 && as_levels(c))
                        r = read_levels(s, c, b, i, err);
        }
        s->rows += b->n_rows;
        return r == 0 && b->no_memory ? tamis_fail_memory(err) : r;
}

/* -- what was read ------------------------------------------------------------------------------------------------- */

static int sort_levels(tamis_sheet_column *c, size_t rows, tamis_error *err) {
        size_t n = c->dict.n, *order = reallocarray(NULL, n + 1, sizeof *order);
        uint32_t *place = reallocarray(NULL, n + 1, sizeof *place);
        int r;

        c->levels = reallocarray(NULL, n + 1, sizeof *c->levels);
        r = order && place && c->levels ? tamis_dict_sort(&c->dict, false, order, err) : tamis_fail_memory(err);
        for (size_t i = 0; r == 0 && i < n; i++) {
                c->levels[i] = c->dict.entries[order[i]].text;
                place[order[i]] = (uint32_t) i;
        }
        for (size_t i = 0; r == 0 && i < rows; i++)
                if (c->codes[i] != TAMIS_NO_LEVEL)
                        c->codes[i] = place[c->codes[i]];
        c->n_levels = n;
        free(order);
        free(place);
        return r;
}

/* One of the two of what was wanted as either. */
static int settle(tamis_sheet *s, size_t at, tamis_error *err) {
        tamis_sheet_column *c = &s->columns[at];
        bool either = c->wanted & TAMIS_SHEET_EITHER;

        if (either) {
                c->numeric = !c->texts && c->present > 0;
                s->schema.fields[at].type = c->numeric ? TAMIS_TYPE_NUMERIC
                                          : c->present > 0 ? TAMIS_TYPE_CATEGORICAL : TAMIS_TYPE_EMPTY;
                s->schema.fields[at].has_missing = c->missing > 0;
        }
        if (either && !c->numeric && !(c->wanted & TAMIS_SHEET_NUMBERS)) {
                free(c->numbers);
                c->numbers = NULL;
        }
        if (either && c->numeric && !(c->wanted & TAMIS_SHEET_LEVELS)) {
                free(c->codes);
                c->codes = NULL;
                tamis_dict_done(&c->dict);
                c->dict = (tamis_dict) {0};
        }
        return c->codes ? sort_levels(c, s->rows, err) : 0;
}

int tamis_sheet_read(tamis_sheet *s, tamis_error *err) {
        tamis_batch b = {0};
        int r = make_room(s, 1, err);

        while (r == 0) {
                tamis_batch_reset(&b);
                r = tamis_reader_next(s->reader, &b.chunk, err);
                if (r < 0 || b.chunk.records == 0)
                        break;
                r = read_batch(s, &b, err);
        }
        tamis_batch_done(&b);
        if (r == 0)
                r = tamis_reader_commit(s->reader, err);
        for (size_t i = 0; r == 0 && i < s->schema.n; i++)
                r = settle(s, i, err);
        return r;
}

uint32_t tamis_sheet_level(const tamis_sheet_column *c, tamis_slice text) {
        for (size_t i = 0; i < c->n_levels; i++)
                if (tamis_slice_equal(c->levels[i], text))
                        return (uint32_t) i;
        return TAMIS_NO_LEVEL;
}
