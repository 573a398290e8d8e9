/* What joint strategies and series say of the holes of a batch. */
#include <math.h>

#include <tamis/number.h>

#include "impute/filling.h"

const char *tamis_impute_why(const tamis_impute_column *c) {
        const char *why = c->joint ? c->joint->why : c->series->why;

        return why ? why : "too little was observed beside them";
}

/* -- asking -------------------------------------------------------------------------------------------------------- */

/* What a series says of the holes of column i. */
static int ask_series(const tamis_filling *f, size_t i, tamis_joint_values *v, tamis_error *err) {
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
                bool any = f->missing[i][row] &&
                        tamis_serial_value(&m->serial, i, f->batch->first_row + row, &value, &text);

                if (v->numbers)
                        v->numbers[row] = any ? value : NAN;
                else
                        v->texts[row] = text;
        }
        return 0;
}

/* Beside a series every row is learned from, so the runner marks none: joint strategies need to know the train rows. */
static int mark_train(tamis_filling *f, const uint8_t **train, tamis_error *err) {
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

static int ask_all(tamis_filling *f, tamis_joint_values **values, tamis_error *err) {
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

int tamis_others_ask(tamis_filling *f, tamis_error *err) {
        tamis_impute *m = f->m;
        tamis_joint_values *values;
        int r;

        if (m->joints.n_strategies == 0 && !tamis_serial_any(&m->serial))
                return 0;
        r = ask_all(f, &values, err);
        if (r < 0)
                return r;
        f->values = values;
        return 0;
}

/* -- putting ------------------------------------------------------------------------------------------------------- */

/* Of a hole with copies, the first stands for them all. */
static void count_other(const tamis_filling *f, size_t i) {
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
                tamis_warn(m->context,
                           "column \"%s\": missing cells stay that %s could not fill: %s (--report counts them)",
                           m->columns.names[i], tamis_impute_name(&m->column[i]), tamis_impute_why(&m->column[i]));
}

/* What row `row` of the batch takes for column i: a series says one and the same for each imputation. NULL: it stays
 * as it is. */
static const tamis_joint_values *values_of(const tamis_filling *f, size_t row, size_t i, size_t *delta) {
        size_t which;

        tamis_copy_of(f, row, &which, delta);
        if (which == SIZE_MAX)
                return NULL;
        return &f->values[(f->m->serial.wishes[i] ? 0 : which) * f->m->columns.n + i];
}

static int put_numbers(const tamis_filling *f, size_t i, double *into, tamis_error *err) {
        size_t delta;

        for (size_t row = 0; row < f->batch->n_rows; row++) {
                const tamis_joint_values *v = values_of(f, row, i, &delta);
                double value = v ? v->numbers[row / f->copies] : NAN;

                into[row] = isnan(value) ? NAN : tamis_copy_number(f, i, delta, value);
        }
        return tamis_batch_set_numbers(f->batch, f->m->columns.at[i], into, err);
}

/* A text that is a number keeps its bytes, but where bounds or --delta make another of it. */
static int put_text(const tamis_filling *f, size_t i, size_t row, size_t delta, tamis_slice text, tamis_error *err) {
        size_t at = f->m->columns.at[i];
        double value, adjusted;

        if (f->m->columns.types[i] == TAMIS_TYPE_NUMERIC && tamis_number_parse(text, &value)) {
                adjusted = tamis_copy_number(f, i, delta, value);
                if (adjusted < value || adjusted > value)
                        return tamis_batch_set_number(f->batch, row, at, adjusted, err);
        }
        return tamis_batch_set_text(f->batch, row, at, text, err);
}

static int put_texts(const tamis_filling *f, size_t i, tamis_error *err) {
        size_t delta;
        int r = 0;

        for (size_t row = 0; r == 0 && row < f->batch->n_rows; row++) {
                const tamis_joint_values *v = values_of(f, row, i, &delta);

                if (v && v->texts[row / f->copies].p)
                        r = put_text(f, i, row, delta, v->texts[row / f->copies], err);
        }
        return r;
}

int tamis_others_put(const tamis_filling *f, size_t i, double *room, tamis_error *err) {
        if (!tamis_impute_is_other(f->m, i))
                return 0;
        count_other(f, i);
        if (f->values[i].texts)
                return put_texts(f, i, err);
        return f->values[i].numbers ? put_numbers(f, i, room, err) : 0;
}
