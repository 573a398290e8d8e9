/* What is learned from the rows: sums by column and group, rows for joint strategies and series; and what
 * follows from it. */
#include <stdlib.h>

#include <tamis/number.h>

#include "impute/impute.h"
#include "step/names.h"

/* -- learning ------------------------------------------------------------------------------------------------------ */

static int count_decimals(const tamis_impute *m, int *decimals, tamis_batch *batch, tamis_error *err) {
        for (size_t i = 0; i < m->columns.n; i++) {
                const uint8_t *missing;
                int r;

                if (m->columns.types[i] != TAMIS_TYPE_NUMERIC)
                        continue;
                r = tamis_batch_missing(batch, m->columns.at[i], &missing, err);
                if (r < 0)
                        return r;
                for (size_t row = 0; row < batch->n_rows; row++) {
                        int d = missing[row] ? 0 : tamis_batch_decimals(batch, row, m->columns.at[i]);

                        if (d > decimals[i])
                                decimals[i] = d;
                }
        }
        return 0;
}

/* From train rows. */
static int learn_rows(const tamis_impute *m, tamis_impute_partial *p, tamis_batch *batch, tamis_error *err) {
        int r = tamis_ledger_learn(&m->ledger, &p->page, batch, err);

        if (r == 0 && m->ledger.passes == 0 && tamis_joints_any(&m->joints))
                r = tamis_collected_learn(&p->collected, batch, &m->columns, m->joints.spelled, &m->grouping, err);
        if (r < 0 || !m->round || m->ledger.passes > 0)
                return r;
        if (!p->decimals)
                p->decimals = calloc(m->columns.n + 1, sizeof *p->decimals);
        return p->decimals ? count_decimals(m, p->decimals, batch, err) : tamis_fail_memory(err);
}

/* Series see every row; what is learned beside them, train rows alone. */
int tamis_impute_learn(const void *state, void *partial, tamis_batch *batch, tamis_error *err) {
        const tamis_impute *m = state;
        tamis_impute_partial *p = partial;
        const uint8_t *train = NULL;
        tamis_batch rows = {0};
        int r;

        if (!tamis_serial_any(&m->serial))
                return learn_rows(m, p, batch, err);
        r = tamis_serial_learn(&m->serial, &p->serial, batch, &train, err);
        if (r < 0 || !train)
                return r < 0 ? r : learn_rows(m, p, batch, err);
        r = tamis_batch_view(batch, train, &rows, err);
        if (r == 0)
                r = learn_rows(m, p, &rows, err);
        tamis_batch_done(&rows);
        return r;
}

int tamis_impute_merge(void *state, void *partial, tamis_error *err) {
        tamis_impute *m = state;
        tamis_impute_partial *p = partial;
        int r;

        for (size_t i = 0; p->decimals && i < m->columns.n; i++)
                if (p->decimals[i] > m->column[i].decimals)
                        m->column[i].decimals = p->decimals[i];
        r = tamis_ledger_merge(&m->ledger, &m->grouping.keys, &p->page, err);
        if (r == 0 && p->collected.n)
                r = tamis_collected_merge(&m->joints.collected, &p->collected, &m->grouping, err);
        return r == 0 && p->serial.columns && m->ledger.passes == 0 ? tamis_serial_merge(&m->serial, &p->serial, err)
                                                                    : r;
}

void tamis_impute_partial_done(void *partial) {
        tamis_impute_partial *p = partial;

        tamis_page_done(&p->page);
        tamis_collected_done(&p->collected);
        tamis_serial_rows_done(&p->serial);
        free(p->decimals);
}

/* -- what was learned ---------------------------------------------------------------------------------------------- */

/* The value from a sum, with a text of our own, rounded. */
static int take(tamis_impute *m, const tamis_impute_column *c, const void *sum, tamis_fill *ret, tamis_error *err) {
        int r = 0;

        if (c->filler->trimmed)
                r = c->filler->trimmed(sum, m->trim, ret, err);
        else
                c->filler->value(sum, ret);
        if (r < 0)
                return r;
        if (ret->kind == TAMIS_FILL_NUMBER)
                ret->number = tamis_impute_settle(c, ret->number);
        if (ret->kind == TAMIS_FILL_TEXT) {
                ret->text.p = tamis_arena_copy(&m->texts, ret->text);
                if (!ret->text.p)
                        return tamis_fail_memory(err);
        }
        return 0;
}

/* --fill's word for a column: a number where the column is one, or where nothing says what it is. */
static int take_given(const tamis_impute *m, size_t i, tamis_fill *ret, tamis_error *err) {
        const tamis_impute_column *c = &m->column[i];
        tamis_slice text = tamis_slice_of(c->given ? c->given : "0");
        bool number = tamis_number_parse(text, &ret->number) && !tamis_number_zero_padded(text);

        if (m->columns.types[i] == TAMIS_TYPE_NUMERIC && !number)
                return tamis_fail(err, TAMIS_USAGE, "--fill: column \"%s\" is numeric, and \"%s\" is no number (--fill "
                                  "'%s=0,...' gives it a value of its own, --types '%s=text' makes it text)",
                                  m->columns.names[i], c->given, m->columns.names[i], m->columns.names[i]);
        ret->kind = number && m->columns.types[i] != TAMIS_TYPE_CATEGORICAL ? TAMIS_FILL_NUMBER : TAMIS_FILL_TEXT;
        ret->text = text;
        return 0;
}

static int settle_column(tamis_impute *m, size_t i, tamis_error *err) {
        tamis_impute_column *c = &m->column[i];
        const tamis_ledger_line *line = &m->ledger.lines[i];
        bool empty = line->rows == line->missing;

        if (c->predicts)
                return 0;
        c->rows = line->rows;
        c->missing = line->missing;
        c->drops = empty && m->empty == TAMIS_EMPTY_DROP;
        c->indicated = m->indicator && c->missing > 0 && !c->drops;
        c->constant = (empty && m->empty == TAMIS_EMPTY_FILL) || (c->imputer && c->imputer->given && c->given);
        m->joints.wishes[i].holes = c->missing > 0;
        m->serial.holes[i] = c->missing > 0;
        if (c->drops || c->constant)
                m->joints.wishes[i].joint = NULL;
        if (c->drops)
                return 0;
        if (c->constant)
                return take_given(m, i, &c->fill, err);
        if (!c->imputer)
                return 0;
        if (c->imputer->given && c->missing > 0)
                return tamis_fail(err, TAMIS_USAGE, "--fill: column \"%s\" has missing cells and no value is given for "
                                  "it ('%s=VALUE', or '*=VALUE' for all others)",
                                  m->columns.names[i], m->columns.names[i]);
        return c->imputer->given || !c->filler ? 0 : take(m, c, line->sum, &c->fill, err);
}

static int settle_groups(tamis_impute *m, tamis_error *err) {
        size_t n = m->columns.n;

        m->grouped = calloc(m->ledger.groups * n + 1, sizeof *m->grouped);
        if (!m->grouped)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < m->ledger.groups * n; i++) {
                const void *sum = m->ledger.grouped[i];
                int r = sum ? take(m, &m->column[i % n], sum, &m->grouped[i], err) : 0;

                if (r < 0)
                        return r;
        }
        return 0;
}

/* One line for all columns where one value stands in for much. A word that no row had keeps the holes apart: fine. */
static void warn_much(const tamis_impute *m) {
        tamis_names names = {0};

        for (size_t i = 0; i < m->columns.n; i++) {
                const tamis_impute_column *c = &m->column[i];

                if (!c->imputer || c->missing * 5 <= c->rows || c->missing == c->rows)
                        continue;
                if (!c->constant || c->fill.kind != TAMIS_FILL_TEXT)
                        tamis_names_add(&names, m->columns.names[i], 100.0 * (double) c->missing / (double) c->rows);
        }
        if (names.n)
                tamis_warn(m->context, "more than 20 %% missing: %s; one value for them all shrinks the spread and "
                           "weakens correlations%s", tamis_names_end(&names),
                           m->indicator ? "" : " (--indicator keeps the fact that it was missing)");
}

int tamis_impute_finish(void *state, const tamis_context *context, bool *again, tamis_error *err) {
        tamis_impute *m = state;
        int r = tamis_ledger_settle(&m->ledger, again, err);

        if (r < 0 || *again)
                return r;
        for (size_t i = 0; r == 0 && i < m->columns.n; i++)
                r = settle_column(m, i, err);
        if (r == 0)
                r = settle_groups(m, err);
        tamis_ledger_done(&m->ledger);
        if (r == 0 && tamis_joints_any(&m->joints))
                r = tamis_joints_fit(&m->joints, err);
        if (r == 0 && tamis_serial_any(&m->serial))
                r = tamis_serial_finish(&m->serial, err);
        if (r == 0)
                warn_much(m);
        return r;
}
