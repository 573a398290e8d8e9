/* Putting values in. */
#include <math.h>

#include "impute/impute.h"
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
        if (r == 0 && m->joints.imputations > 1) {
                m->marks = true;
                r = tamis_schema_add(schema, schema->n, tamis_slice_of("_imputation"), TAMIS_TYPE_NUMERIC, err);
        }
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

struct filling {
        tamis_impute *m;
        tamis_batch *batch;
        const uint8_t **missing;        /* per column: the holes to fill */
        const uint8_t **holes;          /* per column: what came missing */
        size_t copies;                  /* of each row that came */
        const tamis_joint_values *values;
        const int32_t *codes;           /* the group of each row; NULL: there are no groups, or nobody has asked yet */
};

static void warn_left(const tamis_impute *m) {
        const char *why = m->constants.n ? "nothing to learn from, or --fill has no value"
                                         : "no present cell to learn from";
        tamis_names names = {0};

        for (size_t i = 0; i < m->columns.n; i++)
                if (m->column[i].fill.kind == TAMIS_FILL_NONE && !m->column[i].drops)
                        tamis_names_add(&names, m->columns.names[i], -1);
        tamis_warn(m->context, "missing cells stay in %s: there was %s (--empty drop or --empty fill)",
                   tamis_names_end(&names), why);
}

static int put(tamis_batch *batch, size_t row, size_t at, const tamis_fill *fill, tamis_error *err) {
        if (fill->kind == TAMIS_FILL_NUMBER)
                return tamis_batch_set_number(batch, row, at, fill->number, err);
        return tamis_batch_set_text(batch, row, at, fill->text, err);
}

static int fill_plain(struct filling *f, size_t i, const uint8_t *missing, tamis_error *err) {
        size_t at = f->m->columns.at[i];
        const tamis_fill *fill = &f->m->column[i].fill;
        int r = 0;

        for (size_t row = 0; r == 0 && row < f->batch->n_rows; row++)
                if (missing[row])
                        r = put(f->batch, row, at, fill, err);
        return r;
}

static int fill_by_group(struct filling *f, size_t i, const uint8_t *missing, tamis_error *err) {
        tamis_impute *m = f->m;
        size_t at = m->columns.at[i];
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
                r = put(f->batch, row, at, fill, err);
        }
        if (r == 0 && fallback)
                tamis_warn(m->context, "rows whose group (--group) was not learned, or had nothing to learn from, take "
                           "the value of the whole column; --report counts them");
        tamis_batch_count(f->batch, &m->column[i].fallback, fallback);
        return r;
}

static int fill_column(struct filling *f, size_t i, tamis_error *err) {
        tamis_impute *m = f->m;
        tamis_impute_column *c = &m->column[i];
        size_t n = f->copies > 1 ? 0 : f->batch->columns[m->columns.at[i]].missing;
        bool grouped = m->grouping.columns.n > 0 && !c->constant;

        for (size_t row = f->copies - 1; f->copies > 1 && row < f->batch->n_rows; row += f->copies)
                n += f->missing[i][row];
        if (n == 0 || c->drops || tamis_impute_is_other(m, i))
                return 0;
        if (c->fill.kind == TAMIS_FILL_NONE) {
                warn_left(m);
                tamis_batch_count(f->batch, &c->left, n);
                return 0;
        }
        tamis_batch_count(f->batch, &c->filled, n);
        return grouped ? fill_by_group(f, i, f->missing[i], err) : fill_plain(f, i, f->missing[i], err);
}

/* -- several imputations ------------------------------------------------------------------------------------------- */

const char *tamis_impute_why(const tamis_impute_column *c) {
        const char *why = c->joint ? c->joint->why : c->series->why;

        return why ? why : "too little was observed beside them";
}

static const uint8_t *repeat_mask(tamis_batch *batch, const uint8_t *mask, size_t rows, size_t copies, bool original) {
        uint8_t *ret = tamis_arena_get(&batch->arena, rows * copies);

        for (size_t row = 0; ret && row < rows; row++)
                for (size_t k = 0; k < copies; k++)
                        ret[row * copies + k] = mask[row] && !(original && k == 0);
        return ret;
}

/* Copies of each row, side by side; the first with its holes, if it was asked for. */
static int repeat(struct filling *f, tamis_error *err) {
        size_t rows = f->batch->n_rows;
        uint32_t *times = tamis_arena_get(&f->batch->arena, rows * sizeof *times);
        const uint8_t **filled = tamis_arena_get(&f->batch->arena, (f->m->columns.n + 1) * sizeof *filled);

        if (!times || !filled)
                return tamis_fail_memory(err);
        for (size_t row = 0; row < rows; row++)
                times[row] = (uint32_t) f->copies;
        for (size_t i = 0; i < f->m->columns.n; i++) {
                filled[i] = repeat_mask(f->batch, f->missing[i], rows, f->copies, f->m->original);
                f->holes[i] = repeat_mask(f->batch, f->missing[i], rows, f->copies, false);
                if (!filled[i] || !f->holes[i])
                        return tamis_fail_memory(err);
        }
        f->missing = filled;
        return tamis_batch_repeat_rows(f->batch, times, err);
}

static int put_marks(struct filling *f, double *values, tamis_error *err) {
        tamis_batch *batch = f->batch;
        size_t at = batch->n_columns;
        int precision = batch->precision, r = tamis_batch_add_column(batch, at, err);

        if (r < 0)
                return r;
        for (size_t row = 0; row < batch->n_rows; row++)
                values[row] = (double) (row % f->copies + (f->m->original ? 0 : 1));
        batch->precision = -1;
        r = tamis_batch_set_numbers(batch, at, values, err);
        batch->precision = precision;
        return r;
}

/* -- what joint strategies and series say ----------------------------------------------------------------------------- */

/* Of a hole with copies, the first stands for them all. */
static void count_other(const struct filling *f, size_t i) {
        tamis_impute *m = f->m;
        const tamis_joint_values *v = &f->values[i];
        size_t rows = f->batch->n_rows / f->copies, first = f->copies - 1;
        uint64_t filled = 0, left = 0;

        for (size_t row = 0; row < rows; row++) {
                if (!f->missing[i][row * f->copies + first])
                        continue;
                if (v->numbers ? !isnan(v->numbers[row]) : v->texts && v->texts[row].p)
                        filled++;
                else
                        left++;
        }
        tamis_batch_count(f->batch, &m->column[i].filled, filled);
        tamis_batch_count(f->batch, &m->column[i].left, left);
        if (left > 0)
                tamis_warn(m->context, "column \"%s\": missing cells stay that %s could not fill: %s (--report counts them)",
                           m->columns.names[i], tamis_impute_name(&m->column[i]), tamis_impute_why(&m->column[i]));
}

/* From each imputation: a series says one and the same. */
static const tamis_joint_values *values_of(const struct filling *f, size_t copy, size_t i) {
        size_t which = f->m->serial.wishes[i] ? 0 : copy;

        return &f->values[which * f->m->columns.n + i];
}

static int put_numbers(const struct filling *f, size_t i, double *into, tamis_error *err) {
        const tamis_impute *m = f->m;
        size_t skipped = m->marks && m->original;

        for (size_t row = 0; row < f->batch->n_rows; row++) {
                size_t k = row % f->copies;
                const double *from = k < skipped ? NULL : values_of(f, k - skipped, i)->numbers;

                into[row] = from ? tamis_impute_settle(&m->column[i], from[row / f->copies]) : NAN;
        }
        return tamis_batch_set_numbers(f->batch, m->columns.at[i], into, err);
}

static int put_texts(const struct filling *f, size_t i, tamis_error *err) {
        const tamis_impute *m = f->m;
        size_t skipped = m->marks && m->original;
        int r = 0;

        for (size_t row = 0; r == 0 && row < f->batch->n_rows; row++) {
                size_t k = row % f->copies;
                const tamis_slice *from = k < skipped ? NULL : values_of(f, k - skipped, i)->texts;

                if (from && from[row / f->copies].p)
                        r = tamis_batch_set_text(f->batch, row, m->columns.at[i], from[row / f->copies], err);
        }
        return r;
}

static int put_other(const struct filling *f, size_t i, double *values, tamis_error *err) {
        if (!tamis_impute_is_other(f->m, i))
                return 0;
        count_other(f, i);
        if (f->values[i].numbers)
                return put_numbers(f, i, values, err);
        return f->values[i].texts ? put_texts(f, i, err) : 0;
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

/* New rows may hold words where numbers were learned. They are present, so they stay; but nobody should find out later. While
 * learning, such a column would have been taken for text and said so. */
static int look_for_words(struct filling *f, size_t i, tamis_error *err) {
        tamis_impute *m = f->m;
        const tamis_column *column = &f->batch->columns[m->columns.at[i]];
        const double *numbers;
        int r;

        if (!m->loaded || m->columns.types[i] != TAMIS_TYPE_NUMERIC || m->column[i].drops)
                return 0;
        r = tamis_batch_numbers(f->batch, m->columns.at[i], &numbers, err);
        if (r < 0 || column->nonnumbers == 0)
                return r;
        tamis_batch_count(f->batch, &m->column[i].strange, column->nonnumbers);
        tamis_warn(m->context, "column \"%s\" was learned as numbers; cells that are none stay as they are "
                   "(--report counts them)", m->columns.names[i]);
        return 0;
}

static int look(struct filling *f, tamis_error *err) {
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

/* What a series says of the holes of column i. */
static int ask_series(const struct filling *f, size_t i, tamis_joint_values *v, tamis_error *err) {
        const tamis_impute *m = f->m;
        size_t rows = f->batch->n_rows;

        if (m->serial.wishes[i]->numbers)
                v->numbers = tamis_arena_get(&f->batch->arena, rows * sizeof *v->numbers);
        else
                v->texts = tamis_arena_get_zeroed(&f->batch->arena, rows, sizeof *v->texts);
        if (!v->numbers && !v->texts)
                return tamis_fail_memory(err);
        for (size_t row = 0; row < rows; row++) {
                tamis_slice text = {0};
                double value = NAN;
                bool any = f->missing[i][row] && tamis_serial_value(&m->serial, i, f->batch->first_row + row, &value, &text);

                if (v->numbers)
                        v->numbers[row] = any ? value : NAN;
                else
                        v->texts[row] = text;
        }
        return 0;
}

/* Beside a series every row is learned from, so the runner marks none: joint strategies need to know the train rows. */
static int mark_train(struct filling *f, const uint8_t **train, tamis_error *err) {
        const tamis_serial *s = &f->m->serial;
        uint64_t first = f->batch->first_row;
        uint8_t *marks = tamis_arena_get(&f->batch->arena, f->batch->n_rows);

        if (!marks)
                return tamis_fail_memory(err);
        for (size_t row = 0; row < f->batch->n_rows; row++)
                marks[row] = first + row < s->rows.n && s->rows.train[first + row];
        f->batch->first_train = first < s->rows.n ? s->train_before[first] : 0;
        *train = marks;
        return 0;
}

static int ask_all(struct filling *f, tamis_joint_values **values, tamis_error *err) {
        tamis_impute *m = f->m;
        const uint8_t *before = f->batch->train;
        int r = tamis_serial_any(&m->serial) ? mark_train(f, &f->batch->train, err) : 0;

        if (r == 0)
                r = tamis_joints_fill(&m->joints, f->batch, f->missing, values, err);
        for (size_t i = 0; r == 0 && i < m->columns.n; i++)
                if (m->serial.wishes[i])
                        r = ask_series(f, i, &(*values)[i], err);
        f->batch->train = before;
        return r;
}

/* What is to be said of the rows as they came, before anything is filled; then as many copies as there are answers. */
static int ask_others(struct filling *f, tamis_error *err) {
        tamis_impute *m = f->m;
        tamis_joint_values *values;
        int r;

        f->copies = 1;
        if (m->joints.n_strategies == 0 && !tamis_serial_any(&m->serial))
                return 0;
        r = ask_all(f, &values, err);
        if (r < 0)
                return r;
        f->values = values;
        if (!m->marks)
                return 0;
        f->copies = m->joints.imputations + m->original;
        return repeat(f, err);
}

int tamis_impute_apply(void *state, tamis_batch *batch, tamis_error *err) {
        tamis_impute *m = state;
        struct filling f = { .m = m, .batch = batch };
        size_t columns = batch->n_columns;
        double *values = NULL;
        int r = look(&f, err);

        if (r == 0)
                r = ask_others(&f, err);
        if (r == 0 && (m->indicator || f.values)) {
                values = tamis_arena_get(&batch->arena, batch->n_rows * sizeof *values);
                if (!values)
                        r = tamis_fail_memory(err);
        }
        for (size_t i = 0; r == 0 && i < m->columns.n; i++)
                r = fill_column(&f, i, err);
        for (size_t i = 0; r == 0 && i < m->columns.n; i++)
                r = put_other(&f, i, values, err);
        for (size_t i = 0; r == 0 && i < m->columns.n; i++)
                if (m->column[i].indicated)
                        r = put_indicator(batch, f.holes[i], values, err);
        if (r == 0 && m->marks)
                r = put_marks(&f, values, err);
        for (size_t at = columns; r == 0 && at-- > 0;)
                if (m->goes[at])
                        tamis_batch_remove_column(batch, at);
        return r;
}
