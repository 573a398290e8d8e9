#include <math.h>
#include <stdlib.h>

#include "impute/series.h"

void tamis_serial_column_done(struct tamis_serial_column *c) {
        free(c->numbers);
        tamis_texts_done(&c->cells);
        free(c->codes);
        tamis_dict_done(&c->texts);
        free(c->donors);
        *c = (struct tamis_serial_column) {0};
}

void tamis_serial_rows_done(tamis_serial_rows *rows) {
        for (size_t i = 0; rows->columns && i < rows->n_columns; i++)
                tamis_serial_column_done(&rows->columns[i]);
        free(rows->columns);
        free(rows->train);
        free(rows->groups);
        tamis_dict_done(&rows->keys);
        *rows = (tamis_serial_rows) {0};
}

void tamis_serial_done(tamis_serial *s) {
        tamis_serial_rows_done(&s->rows);
        tamis_columns_done(&s->order);
        tamis_columns_done(&s->mark);
        free(s->wishes);
        free(s->holes);
        free(s->of);
        free(s->train_before);
        *s = (tamis_serial) {0};
}

/* -- columns ------------------------------------------------------------------------------------------------------- */

struct listing {
        tamis_schema *schema;
        size_t *columns, n;
};

static int list_one(tamis_slice name, tamis_slice value, void *arg, tamis_error *err) {
        struct listing *l = arg;
        long at = tamis_schema_find(l->schema, value);
        char *sel;
        int r;

        if (name.p)
                return tamis_fail(err, TAMIS_USAGE, "--order takes names of columns, not \"%.*s=%.*s\"", (int) name.n,
                                  name.p, (int) value.n, value.p);
        if (l->n == l->schema->n)
                return tamis_fail(err, TAMIS_USAGE, "--order names more columns than there are");
        if (at >= 0) {
                l->columns[l->n++] = (size_t) at;
                return 0;
        }
        sel = strndup(value.p ? value.p : "", value.n);
        if (!sel)
                return tamis_fail_memory(err);
        r = tamis_select_one(l->schema, sel, "--order", &l->columns[l->n], err);
        l->n += r == 0;
        free(sel);
        return r;
}

static int bind_order(tamis_serial *s, tamis_schema *schema, tamis_error *err) {
        const char *order = tamis_settings_text(s->context->settings, "order");
        struct listing l = { .schema = schema, .columns = calloc(schema->n + 1, sizeof *l.columns) };
        int r = l.columns ? 0 : tamis_fail_memory(err);

        if (r == 0 && order)
                r = tamis_pairs(order, "--order", list_one, &l, err);
        if (r == 0)
                r = tamis_columns_bind(&s->order, schema, &(tamis_selection) { .columns = l.columns, .n = l.n }, err);
        free(l.columns);
        return r;
}

static bool orders(const tamis_serial *s, size_t column) {
        for (size_t i = 0; i < s->order.n; i++)
                if (s->order.at[i] == s->columns->at[column])
                        return true;
        return false;
}

int tamis_serial_open(tamis_serial *s, const tamis_context *context, const tamis_columns *columns,
                      const tamis_grouping *grouping, tamis_error *err) {
        s->context = context;
        s->columns = columns;
        s->grouping = grouping;
        s->wishes = calloc(columns->n + 1, sizeof *s->wishes);
        s->holes = calloc(columns->n + 1, sizeof *s->holes);
        s->of = calloc(columns->n + 1, sizeof *s->of);
        return s->wishes && s->holes && s->of ? 0 : tamis_fail_memory(err);
}

int tamis_serial_bind(tamis_serial *s, tamis_schema *schema, tamis_error *err) {
        long mark = tamis_schema_find(schema, tamis_slice_of("_split"));
        size_t at = (size_t) mark;
        bool any = false;
        int r;

        s->max_gap = tamis_settings_count(s->context->settings, "max-gap");
        for (size_t i = 0; i < s->columns->n; i++)
                any |= s->wishes[i] != NULL;
        if (!any)
                return 0;
        r = bind_order(s, schema, err);
        if (r == 0 && mark >= 0 && !s->context->learn_all)
                r = tamis_columns_bind(&s->mark, schema, &(tamis_selection) { .columns = &at, .n = 1 }, err);
        /* what orders the rows is not filled by the order */
        for (size_t i = 0; r == 0 && i < s->columns->n; i++) {
                if (s->wishes[i] && orders(s, i))
                        s->wishes[i] = NULL;
                if (s->wishes[i])
                        s->of[s->n++] = i;
        }
        return r;
}

/* -- collecting ---------------------------------------------------------------------------------------------------- */

static int open_rows(const tamis_serial *s, tamis_serial_rows *rows, size_t n, tamis_error *err) {
        rows->n_columns = s->n + s->order.n;
        rows->columns = calloc(rows->n_columns + 1, sizeof *rows->columns);
        rows->train = malloc(n + 1);
        if (s->grouping->columns.n)
                rows->groups = malloc((n + 1) * sizeof *rows->groups);
        if (!rows->columns || !rows->train || (s->grouping->columns.n && !rows->groups))
                return tamis_fail_memory(err);
        for (size_t i = 0; i < rows->n_columns; i++) {
                struct tamis_serial_column *c = &rows->columns[i];
                bool fills = i < s->n;
                bool numbers = fills ? s->wishes[s->of[i]]->numbers : s->order.types[i - s->n] == TAMIS_TYPE_NUMERIC;

                if (numbers)
                        c->numbers = malloc((n + 1) * sizeof *c->numbers);
                else if (!fills)
                        c->codes = malloc((n + 1) * sizeof *c->codes);
                if ((numbers && !c->numbers) || (!numbers && !fills && !c->codes))
                        return tamis_fail_memory(err);
        }
        return 0;
}

static int learn_numbers(struct tamis_serial_column *c, tamis_batch *batch, size_t at, tamis_error *err) {
        const double *numbers;
        int r = tamis_batch_numbers(batch, at, &numbers, err);

        for (size_t row = 0; r == 0 && row < batch->n_rows; row++) {
                c->numbers[row] = numbers[row];
                c->holes += isnan(numbers[row]);
        }
        return r;
}

static int learn_texts(struct tamis_serial_column *c, tamis_batch *batch, size_t at, tamis_error *err) {
        const uint8_t *missing;
        int r = tamis_batch_missing(batch, at, &missing, err);

        for (size_t row = 0; r == 0 && row < batch->n_rows; row++) {
                tamis_slice text = missing[row] ? (tamis_slice) {0} : tamis_batch_text(batch, row, at);
                size_t code;

                c->holes += missing[row];
                if (!c->codes) {
                        r = tamis_texts_add(&c->cells, text, err);
                        continue;
                }
                c->codes[row] = -1;
                if (missing[row])
                        continue;
                r = tamis_dict_add(&c->texts, text, 1, &code, err);
                if (r == 0)
                        c->codes[row] = (int32_t) code;
        }
        return r;
}

static int learn_column(struct tamis_serial_column *c, tamis_batch *batch, size_t at, tamis_error *err) {
        return c->numbers ? learn_numbers(c, batch, at, err) : learn_texts(c, batch, at, err);
}

static bool learn_marks(const tamis_serial *s, uint8_t *train, tamis_batch *batch) {
        bool all = true;

        for (size_t row = 0; row < batch->n_rows; row++) {
                train[row] = s->mark.n == 0
                        || tamis_slice_equal(tamis_batch_text(batch, row, s->mark.at[0]), tamis_slice_of("train"));
                all &= train[row];
        }
        return all;
}

int tamis_serial_learn(const tamis_serial *s, tamis_serial_rows *rows, tamis_batch *batch, const uint8_t **train,
                       tamis_error *err) {
        const int32_t *codes;
        int r = open_rows(s, rows, batch->n_rows, err);

        *train = NULL;
        for (size_t i = 0; r == 0 && i < rows->n_columns; i++)
                r = learn_column(&rows->columns[i], batch, i < s->n ? s->columns->at[s->of[i]] : s->order.at[i - s->n],
                                 err);
        if (r == 0 && rows->groups) {
                r = tamis_grouping_codes(s->grouping, &rows->keys, batch, &codes, err);
                if (r == 0)
                        memcpy(rows->groups, codes, batch->n_rows * sizeof *codes);
        }
        if (r < 0)
                return r;
        if (!learn_marks(s, rows->train, batch))
                *train = rows->train;
        rows->n = batch->n_rows;
        return 0;
}

static int grow(void *array, size_t capacity, size_t size, tamis_error *err) {
        void **at = array, *more;

        if (!*at)
                return 0;
        more = reallocarray(*at, capacity, size);
        if (!more)
                return tamis_fail_memory(err);
        *at = more;
        return 0;
}

static int reserve(tamis_serial_rows *rows, size_t needed, tamis_error *err) {
        size_t capacity = rows->capacity ? rows->capacity : 256;
        int r;

        while (capacity < needed)
                capacity += capacity / 2;
        if (capacity == rows->capacity)
                return 0;
        r = grow(&rows->train, capacity, sizeof *rows->train, err);
        if (r == 0)
                r = grow(&rows->groups, capacity, sizeof *rows->groups, err);
        for (size_t i = 0; r == 0 && i < rows->n_columns; i++) {
                r = grow(&rows->columns[i].numbers, capacity, sizeof(double), err);
                if (r == 0)
                        r = grow(&rows->columns[i].codes, capacity, sizeof(int32_t), err);
        }
        if (r == 0)
                rows->capacity = capacity;
        return r;
}

/* Codes of another dictionary, in that of `dict`. */
static int append_codes(int32_t *into, const int32_t *from, size_t n, tamis_dict *dict, const tamis_dict *other,
                        tamis_error *err) {
        size_t *map = calloc(other->n + 1, sizeof *map);
        int r = map ? tamis_dict_merge(dict, other, map, err) : tamis_fail_memory(err);

        if (r == 0 && dict->n > INT32_MAX)
                r = tamis_fail(err, TAMIS_BAD_DATA, "a column has more than 2147483647 different texts");
        for (size_t row = 0; r == 0 && row < n; row++)
                into[row] = from[row] < 0 ? from[row] : (int32_t) map[from[row]];
        free(map);
        return r;
}

int tamis_serial_merge(tamis_serial *s, const tamis_serial_rows *from, tamis_error *err) {
        tamis_serial_rows *into = &s->rows;
        int r = into->columns ? 0 : open_rows(s, into, 0, err);

        if (r == 0 && into->n + from->n > UINT32_MAX)
                return tamis_fail(err, TAMIS_BAD_DATA, "there are more than 4294967295 rows to put in order");
        if (r == 0)
                r = reserve(into, into->n + from->n, err);
        if (r < 0)
                return r;
        memcpy(into->train + into->n, from->train, from->n);
        if (into->groups)
                r = append_codes(into->groups + into->n, from->groups, from->n, &into->keys, &from->keys, err);
        for (size_t i = 0; r == 0 && i < into->n_columns; i++) {
                struct tamis_serial_column *c = &into->columns[i];

                c->holes += from->columns[i].holes;
                if (c->numbers)
                        memcpy(c->numbers + into->n, from->columns[i].numbers, from->n * sizeof *c->numbers);
                else if (c->codes)
                        r = append_codes(c->codes + into->n, from->columns[i].codes, from->n, &c->texts,
                                         &from->columns[i].texts, err);
                else
                        r = tamis_texts_append(&c->cells, &from->columns[i].cells, err);
        }
        if (r == 0)
                into->n += from->n;
        return r;
}

/* -- looked up ----------------------------------------------------------------------------------------------------- */

bool tamis_serial_value(const tamis_serial *s, size_t i, uint64_t number, double *value, tamis_slice *text) {
        for (size_t k = 0; k < s->n; k++) {
                const struct tamis_serial_column *c = &s->rows.columns[k];

                if (s->of[k] != i || number >= s->rows.n)
                        continue;
                *text = (tamis_slice) {0};
                if (c->numbers)
                        *value = c->numbers[number];
                else if (c->donors && c->donors[number] != TAMIS_NO_DONOR)
                        *text = tamis_texts_at(&c->cells, c->donors[number]);
                return c->numbers ? !isnan(*value) : text->p != NULL;
        }
        return false;
}
