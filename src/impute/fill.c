/* Putting values in. */
#include <math.h>

#include "impute/filling.h"
#include "step/names.h"

/* -- what goes out ------------------------------------------------------------------------------------------------- */

static int add_indicator(const tamis_impute *m, size_t i, tamis_schema *schema, tamis_error *err) {
        tamis_buffer name = {0};
        int r = tamis_buffer_addf(&name, err, "%s_missing", m->columns.names[i]);

        if (r == 0)
                r = tamis_schema_add(schema, schema->n, (tamis_slice) { name.p, name.n }, TAMIS_TYPE_NUMERIC, err);
        tamis_buffer_done(&name);
        return r;
}

int tamis_impute_attach(void *state, const tamis_context *context, tamis_schema *schema, tamis_error *err) {
        tamis_impute *m = state;
        size_t before = schema->n;
        int r = tamis_columns_attach(&m->columns, schema, err);

        if (r == 0)
                r = tamis_columns_attach(&m->grouping.columns, schema, err);
        for (size_t i = 0; r == 0 && i < m->columns.n; i++)
                if (m->column[i].indicated)
                        r = add_indicator(m, i, schema, err);
        if (r == 0)
                r = tamis_copies_attach(m, schema, err);
        if (r < 0)
                return r;
        /* from the last to the first, so that the positions before stay what they are */
        m->goes = tamis_arena_get_zeroed(&m->texts, before + 1, 1);
        if (!m->goes)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < m->columns.n; i++)
                m->goes[m->columns.at[i]] = m->column[i].drops;
        for (size_t at = before; at-- > 0;)
                if (m->goes[at])
                        tamis_schema_remove(schema, at);
        return 0;
}

/* -- a batch ------------------------------------------------------------------------------------------------------- */

static void warn_left(const tamis_impute *m) {
        const char *why = m->constants.n ? "nothing to learn from, or --fill has no value"
                                         : "no present cell to learn from";
        tamis_names names = {0};

        for (size_t i = 0; i < m->columns.n; i++)
                if (m->column[i].fill.kind == TAMIS_FILL_NONE && !m->column[i].drops && !m->column[i].predicts
                    && !tamis_impute_is_other(m, i))
                        tamis_names_add(&names, m->columns.names[i], -1);
        tamis_warn(m->context, "missing cells stay in %s: there was %s (--empty drop or --empty fill)",
                   tamis_names_end(&names), why);
}

static int put(const tamis_filling *f, size_t row, size_t i, const tamis_fill *fill, tamis_error *err) {
        size_t at = f->m->columns.at[i], which, delta = 0;

        if (fill->kind == TAMIS_FILL_TEXT)
                return tamis_batch_set_text(f->batch, row, at, fill->text, err);
        if (f->m->delta.n == 0)
                return tamis_batch_set_number(f->batch, row, at, fill->number, err);
        tamis_copy_of(f, row, &which, &delta);
        return tamis_batch_set_number(f->batch, row, at, tamis_copy_number(f, i, delta, fill->number), err);
}

static int fill_plain(tamis_filling *f, size_t i, const uint8_t *missing, tamis_error *err) {
        const tamis_fill *fill = &f->m->column[i].fill;
        int r = 0;

        for (size_t row = 0; r == 0 && row < f->batch->n_rows; row++)
                if (missing[row])
                        r = put(f, row, i, fill, err);
        return r;
}

static int fill_by_group(tamis_filling *f, size_t i, const uint8_t *missing, tamis_error *err) {
        tamis_impute *m = f->m;
        uint64_t fallback = 0;
        int r = f->codes ? 0 : tamis_grouping_codes(&m->grouping, NULL, f->batch, &f->codes, err);

        for (size_t row = 0; r == 0 && row < f->batch->n_rows; row++) {
                const tamis_fill *fill = &m->column[i].fill;
                int32_t code = f->codes[row];

                if (!missing[row])
                        continue;
                if (code >= 0 && m->grouped[(size_t) code * m->columns.n + i].kind != TAMIS_FILL_NONE)
                        fill = &m->grouped[(size_t) code * m->columns.n + i];
                else
                        fallback++;
                r = put(f, row, i, fill, err);
        }
        if (r == 0 && fallback)
                tamis_warn(m->context, "rows whose group (--group) was not learned, or had nothing to learn from, take "
                           "the value of the whole column; --report counts them");
        tamis_batch_count(f->batch, &m->column[i].fallback, fallback);
        return r;
}

static int fill_column(tamis_filling *f, size_t i, tamis_error *err) {
        tamis_impute *m = f->m;
        tamis_impute_column *c = &m->column[i];
        size_t n = f->copies > 1 ? 0 : f->batch->columns[m->columns.at[i]].missing;
        bool grouped = m->grouping.columns.n > 0 && !c->constant;

        for (size_t row = f->copies - 1; f->copies > 1 && row < f->batch->n_rows; row += f->copies)
                n += f->missing[i][row];
        if (n == 0 || c->drops || c->predicts || tamis_impute_is_other(m, i))
                return 0;
        if (c->fill.kind == TAMIS_FILL_NONE) {
                warn_left(m);
                tamis_batch_count(f->batch, &c->left, n);
                return 0;
        }
        tamis_batch_count(f->batch, &c->filled, n);
        return grouped ? fill_by_group(f, i, f->missing[i], err) : fill_plain(f, i, f->missing[i], err);
}

/* An indicator is a whole number, whatever --precision says of others. */
static int put_indicator(tamis_batch *batch, const uint8_t *missing, double *values, tamis_error *err) {
        size_t at = batch->n_columns;
        int precision = batch->precision, r = tamis_batch_add_column(batch, at, err);

        if (r < 0)
                return r;
        for (size_t row = 0; row < batch->n_rows; row++)
                values[row] = missing[row];
        batch->precision = -1;
        r = tamis_batch_set_numbers(batch, at, values, err);
        batch->precision = precision;
        return r;
}

/* New rows may hold words where numbers were learned. They are present, so they stay; but nobody should find out later.
 * While learning, such a column would have been taken for text and said so. */
static int look_for_words(tamis_filling *f, size_t i, tamis_error *err) {
        tamis_impute *m = f->m;
        const tamis_column *column = &f->batch->columns[m->columns.at[i]];
        const double *numbers;
        int r;

        if (!m->loaded || m->columns.types[i] != TAMIS_TYPE_NUMERIC || m->column[i].drops || m->column[i].predicts)
                return 0;
        r = tamis_batch_numbers(f->batch, m->columns.at[i], &numbers, err);
        if (r < 0 || column->nonnumbers == 0)
                return r;
        tamis_batch_count(f->batch, &m->column[i].strange, column->nonnumbers);
        tamis_warn(m->context, "column \"%s\" was learned as numbers; cells that are none stay as they are "
                   "(--report counts them)", m->columns.names[i]);
        return 0;
}

static int look(tamis_filling *f, tamis_error *err) {
        tamis_impute *m = f->m;
        int r = 0;

        f->holes = tamis_arena_get(&f->batch->arena, (m->columns.n + 1) * sizeof *f->holes);
        if (!f->holes)
                return tamis_fail_memory(err);
        for (size_t i = 0; r == 0 && i < m->columns.n; i++) {
                r = look_for_words(f, i, err);
                if (r == 0)
                        r = tamis_batch_missing(f->batch, m->columns.at[i], &f->holes[i], err);
        }
        f->missing = f->holes;
        return r;
}

int tamis_impute_apply(void *state, tamis_batch *batch, tamis_error *err) {
        tamis_impute *m = state;
        tamis_filling f = { .m = m, .batch = batch };
        size_t columns = batch->n_columns;
        double *values = NULL;
        int r = look(&f, err);

        if (r == 0)
                r = tamis_others_ask(&f, err);
        if (r == 0)
                r = tamis_copies_make(&f, err);
        if (r == 0 && (m->indicator || f.values)) {
                values = tamis_arena_get(&batch->arena, batch->n_rows * sizeof *values);
                if (!values)
                        r = tamis_fail_memory(err);
        }
        for (size_t i = 0; r == 0 && i < m->columns.n; i++)
                r = fill_column(&f, i, err);
        for (size_t i = 0; r == 0 && i < m->columns.n; i++)
                r = tamis_others_put(&f, i, values, err);
        for (size_t i = 0; r == 0 && i < m->columns.n; i++)
                if (m->column[i].indicated)
                        r = put_indicator(batch, f.holes[i], values, err);
        if (r == 0)
                r = tamis_copies_mark(&f, err);
        for (size_t at = columns; r == 0 && at-- > 0;)
                if (m->goes[at])
                        tamis_batch_remove_column(batch, at);
        return r;
}
