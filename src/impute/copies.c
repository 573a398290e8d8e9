/* Rows that go out several times: once for each imputation, and for each of the adjustments that --delta lists.
 *
 * An adjustment makes what was filled in larger or smaller: what is missing may be missing because it is so (not at
 * random), and no data say by how much. A list of them shows from where on a conclusion no longer holds (van Buuren
 * 2018, section 3.8).
 */
#include <math.h>
#include <stdlib.h>

#include <tamis/number.h>

#include "impute/filling.h"

/* -- --delta ------------------------------------------------------------------------------------------------------- */

/* `+10%`, `-3`: how a number becomes another. */
static bool parse_one(tamis_slice text, tamis_delta *ret) {
        bool share = text.n > 0 && text.p[text.n - 1] == '%';
        double value;

        text.n -= share;
        if (!tamis_number_parse(text, &value))
                return false;
        *ret = (tamis_delta) { .times = share ? 1 + value / 100 : 1, .plus = share ? 0 : value };
        return true;
}

/* The i-th of a list with `;` between; false: there are fewer. */
static bool nth(const char *list, size_t i, tamis_slice *ret) {
        const char *end;

        for (; i > 0; i--) {
                list = strchr(list, ';');
                if (!list++)
                        return false;
        }
        end = strchrnul(list, ';');
        *ret = (tamis_slice) { list, (size_t) (end - list) };
        return true;
}

static size_t count(const char *list) {
        size_t n = 1;

        while ((list = strchr(list, ';'))) {
                list++;
                n++;
        }
        return n;
}

int tamis_delta_configure(tamis_impute *m, tamis_error *err) {
        const char *text = tamis_settings_text(m->context->settings, "delta");
        int r = text ? tamis_rules_parse(text, "--delta", &m->delta, err) : 0;

        m->n_deltas = 1;
        for (size_t i = 0; r == 0 && i < m->delta.n; i++) {
                size_t n = count(m->delta.rules[i].value);
                tamis_slice one;
                tamis_delta ignored;

                for (size_t k = 0; k < n; k++)
                        if (!nth(m->delta.rules[i].value, k, &one) || !parse_one(one, &ignored))
                                return tamis_fail(err, TAMIS_USAGE,
                                                  "--delta: \"%.*s\" is no adjustment (+5, -10%%, or several: "
                                                  "'0;+10%%;+20%%')",
                                                  (int) one.n, one.p);
                if (n > 1 && m->n_deltas > 1 && n != m->n_deltas)
                        return tamis_fail(err, TAMIS_USAGE,
                                          "--delta: a list of %zu and a list of %zu do not go side by side",
                                          m->n_deltas, n);
                if (n > m->n_deltas)
                        m->n_deltas = n;
        }
        return r;
}

/* What `_delta` says: the adjustment; where columns have one each, with their names. */
static int mark(tamis_impute *m, size_t k, tamis_error *err) {
        tamis_buffer text = {0};
        int r = 0;

        for (size_t i = 0; r == 0 && i < m->delta.n; i++) {
                const tamis_rule *rule = &m->delta.rules[i];
                tamis_slice one;

                if (!nth(rule->value, k, &one))
                        one = tamis_slice_of(rule->value);
                if (m->delta.n == 1)
                        r = tamis_buffer_add(&text, one.p, one.n, err);
                else
                        r = tamis_buffer_addf(&text, err, "%s%s=%.*s", i ? "," : "", rule->item ? rule->item : "*",
                                              (int) one.n, one.p);
        }
        if (r == 0) {
                m->delta_marks[k] =
                        (tamis_slice) { tamis_arena_copy(&m->texts, (tamis_slice) { text.p, text.n }), text.n };
                if (!m->delta_marks[k].p)
                        r = tamis_fail_memory(err);
        }
        tamis_buffer_done(&text);
        return r;
}

static int resolve(tamis_impute *m, tamis_schema *schema, long *which, tamis_error *err) {
        size_t n = m->columns.n;
        int r = tamis_rules_resolve(&m->delta, schema, &(tamis_selection) { .columns = m->columns.at, .n = n }, which,
                                    err);

        for (size_t i = 0; r == 0 && i < n; i++) {
                const tamis_rule *rule = which[i] < 0 ? NULL : &m->delta.rules[which[i]];

                if (rule && rule->item && m->columns.types[i] == TAMIS_TYPE_CATEGORICAL)
                        return tamis_fail(err, TAMIS_USAGE,
                                          "--delta: column \"%s\" is categorical; there is nothing to add to",
                                          m->columns.names[i]);
                for (size_t k = 0; k < m->n_deltas; k++) {
                        tamis_delta *d = &m->deltas[k * n + i];
                        tamis_slice one;

                        *d = (tamis_delta) { .times = 1 };
                        if (rule && (nth(rule->value, k, &one) || nth(rule->value, 0, &one)))
                                (void) parse_one(one, d);
                }
        }
        return r;
}

static int attach_delta(tamis_impute *m, tamis_schema *schema, tamis_error *err) {
        long *which = calloc(m->columns.n + 1, sizeof *which);
        int r = which ? 0 : tamis_fail_memory(err);

        m->deltas = tamis_arena_get(&m->texts, (m->n_deltas * m->columns.n + 1) * sizeof *m->deltas);
        m->delta_marks = tamis_arena_get(&m->texts, m->n_deltas * sizeof *m->delta_marks);
        if (!m->deltas || !m->delta_marks)
                r = tamis_fail_memory(err);
        if (r == 0)
                r = resolve(m, schema, which, err);
        for (size_t k = 0; r == 0 && k < m->n_deltas; k++)
                r = mark(m, k, err);
        free(which);
        return r;
}

double tamis_copy_number(const tamis_filling *f, size_t i, size_t delta, double value) {
        const tamis_delta *d = f->m->delta.n ? &f->m->deltas[delta * f->m->columns.n + i] : NULL;

        return tamis_impute_settle(&f->m->column[i], d ? value * d->times + d->plus : value);
}

/* -- copies -------------------------------------------------------------------------------------------------------- */

static bool marks_imputations(const tamis_impute *m) {
        return m->joints.imputations > 1 || m->original;
}

int tamis_copies_attach(tamis_impute *m, tamis_schema *schema, tamis_error *err) {
        int r = m->delta.n ? attach_delta(m, schema, err) : 0;

        if (r == 0 && marks_imputations(m))
                r = tamis_schema_add(schema, schema->n, tamis_slice_of("_imputation"), TAMIS_TYPE_NUMERIC, err);
        if (r == 0 && m->n_deltas > 1)
                r = tamis_schema_add(schema, schema->n, tamis_slice_of("_delta"), TAMIS_TYPE_CATEGORICAL, err);
        return r;
}

void tamis_copy_of(const tamis_filling *f, size_t row, size_t *which, size_t *delta) {
        size_t k = row % f->copies;

        *which = SIZE_MAX;
        *delta = 0;
        if (f->m->original && k == 0)
                return;
        k -= f->m->original;
        *delta = k / f->m->joints.imputations;
        *which = k % f->m->joints.imputations;
}

static const uint8_t *repeat_mask(tamis_batch *batch, const uint8_t *mask, size_t rows, size_t copies, bool original) {
        uint8_t *ret = tamis_arena_get(&batch->arena, rows * copies);

        for (size_t row = 0; ret && row < rows; row++)
                for (size_t k = 0; k < copies; k++)
                        ret[row * copies + k] = mask[row] && !(original && k == 0);
        return ret;
}

/* Side by side; the first with its holes, if it was asked for. */
int tamis_copies_make(tamis_filling *f, tamis_error *err) {
        size_t rows = f->batch->n_rows;
        const uint8_t **filled;
        uint32_t *times;

        f->copies = f->m->joints.imputations * f->m->n_deltas + f->m->original;
        if (f->copies == 1)
                return 0;
        times = tamis_arena_get(&f->batch->arena, rows * sizeof *times);
        filled = tamis_arena_get(&f->batch->arena, (f->m->columns.n + 1) * sizeof *filled);
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

/* Whole numbers, whatever --precision says of others. */
static int mark_imputations(const tamis_filling *f, tamis_error *err) {
        tamis_batch *batch = f->batch;
        size_t at = batch->n_columns, which, delta;
        double *values = tamis_arena_get(&batch->arena, batch->n_rows * sizeof *values);
        int precision = batch->precision, r = values ? tamis_batch_add_column(batch, at, err) : tamis_fail_memory(err);

        if (r < 0)
                return r;
        for (size_t row = 0; row < batch->n_rows; row++) {
                tamis_copy_of(f, row, &which, &delta);
                values[row] = which == SIZE_MAX ? 0 : (double) which + 1;
        }
        batch->precision = -1;
        r = tamis_batch_set_numbers(batch, at, values, err);
        batch->precision = precision;
        return r;
}

static int mark_deltas(const tamis_filling *f, tamis_error *err) {
        size_t at = f->batch->n_columns, which, delta;
        int r = tamis_batch_add_column(f->batch, at, err);

        for (size_t row = 0; r == 0 && row < f->batch->n_rows; row++) {
                tamis_copy_of(f, row, &which, &delta);
                if (which != SIZE_MAX)
                        r = tamis_batch_set_text(f->batch, row, at, f->m->delta_marks[delta], err);
        }
        return r;
}

int tamis_copies_mark(const tamis_filling *f, tamis_error *err) {
        int r = marks_imputations(f->m) ? mark_imputations(f, err) : 0;

        return r == 0 && f->m->n_deltas > 1 ? mark_deltas(f, err) : r;
}
