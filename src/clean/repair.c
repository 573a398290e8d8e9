#include <math.h>

#include <tamis/number.h>

#include "clean/state.h"

/* What is counted of one column of one batch. */
struct tally {
        uint64_t changed[TAMIS_MEND_KINDS], left, either;
};

static tamis_mend_kind form_of(const tamis_mend *m) {
        return m->dates ? TAMIS_MEND_DATE : m->numbers ? TAMIS_MEND_NUMBER : TAMIS_MEND_BOOLEAN;
}

/* Said once; the report has the numbers. */
static void say_left(const struct tamis_clean *s, tamis_mend *m, const tamis_batch *batch, size_t column,
                     const struct tally *t) {
        static const char *const names[] = { "", "numbers", "dates", "yes or no" };

        /* of dates in doubt it was said while learning */
        if (t->left == (s->loaded ? 0 : t->either) || !batch->final)
                return;
        tamis_warn(s->context, "column \"%s\": there are cells that cannot be read as %s; they stay as they are",
                   batch->schema->fields[column].name, names[form_of(m)]);
}

static void put_parts(double *parts[4], size_t row, const tamis_mended *done) {
        const tamis_date *d = &done->date;

        parts[0][row] = done->whole ? d->year : NAN;
        parts[1][row] = done->whole ? d->month : NAN;
        parts[2][row] = done->whole ? d->day : NAN;
        parts[3][row] = done->whole ? tamis_date_weekday(d) : NAN;
}

static int set_cell(tamis_batch *batch, size_t row, size_t column, tamis_slice text, const char *room,
                    tamis_error *err) {
        if (text.n == 0)
                return tamis_batch_set_missing(batch, row, column, err);
        if (text.p == room) {
                text.p = tamis_arena_copy(&batch->arena, text);
                if (!text.p)
                        return tamis_fail_memory(err);
        }
        return tamis_batch_set_text(batch, row, column, text, err);
}

static int mend_texts(struct tamis_clean *s, tamis_mend *m, tamis_batch *batch, size_t column, double *parts[4],
                      tamis_error *err) {
        struct tally t = {0};
        int r = 0;

        for (size_t row = 0; row < batch->n_rows && r == 0; row++) {
                tamis_slice text = tamis_batch_text(batch, row, column);
                char room[TAMIS_FORM_MAX];
                tamis_mended done;

                if (m->parts)
                        put_parts(parts, row, &(tamis_mended) {0});
                if (tamis_missing_is(batch->missing, text) && !m->map.n)
                        continue;
                if (tamis_missing_is(batch->missing, text) && tamis_dict_find(&m->map, text) < 0)
                        continue;
                done = tamis_mend_cell(m, &s->wishes, &text, room);
                t.left += done.left;
                t.either += done.left && done.either;
                if (m->parts)
                        put_parts(parts, row, &done);
                if (done.kind == TAMIS_MEND_NOTHING)
                        continue;
                t.changed[done.kind]++;
                r = set_cell(batch, row, column, text, room, err);
        }
        for (size_t i = 0; i < TAMIS_MEND_KINDS; i++)
                tamis_batch_count(batch, &m->changed[i], t.changed[i]);
        tamis_batch_count(batch, &m->left[form_of(m)], t.left);
        say_left(s, m, batch, column, &t);
        return r;
}

static int add_column(tamis_batch *batch, const double *values, tamis_error *err) {
        int precision = batch->precision, r = tamis_batch_add_column(batch, batch->n_columns, err);

        batch->precision = -1;          /* whole numbers */
        if (r == 0)
                r = tamis_batch_set_numbers(batch, batch->n_columns - 1, values, err);
        batch->precision = precision;
        return r;
}

/* Values out of bounds. A mark is 0 where a cell is missing: nothing is known of it. */
static int bound(struct tamis_clean *s, tamis_mend *m, tamis_batch *batch, size_t column, uint8_t *keep, double *marks,
                 tamis_error *err) {
        const double *values;
        uint64_t n = 0;
        int r = tamis_batch_numbers(batch, column, &values, err);

        for (size_t row = 0; row < batch->n_rows && r == 0; row++) {
                double v = values[row];
                bool out = v < m->low || v > m->high;

                if (marks)
                        marks[row] = out;
                n += out;
                if (out && keep && tamis_batch_is_train(batch, row))
                        keep[row] = 0;
        }
        tamis_batch_count(batch, &m->out, n);
        if (r < 0 || n == 0 || s->wishes.action == TAMIS_OUT_DROP || s->wishes.action == TAMIS_OUT_MARK)
                return r;
        /* `values` holds until the column is looked at again, which nothing here does */
        for (size_t row = 0; row < batch->n_rows && r == 0; row++) {
                double v = values[row];

                if (!(v < m->low || v > m->high))
                        continue;
                r = s->wishes.action == TAMIS_OUT_BLANK
                            ? tamis_batch_set_missing(batch, row, column, err)
                            : tamis_batch_set_number(batch, row, column, v < m->low ? m->low : m->high, err);
        }
        return r;
}

static int find_flags(const struct tamis_clean *s, tamis_batch *batch, size_t column, double *flags, uint64_t *n) {
        for (size_t row = 0; row < batch->n_rows; row++) {
                tamis_slice text = tamis_batch_text(batch, row, column);

                flags[row] = tamis_clean_cell(s, &text) == TAMIS_BLANKED;
                *n += flags[row] != 0;
        }
        return 0;
}

/* All that is done to a mended column, trimming and blanking included. */
int tamis_mends_apply(struct tamis_clean *s, tamis_batch *batch, size_t column, uint8_t *keep, tamis_error *err) {
        tamis_mend *m = s->mend_at[column];
        size_t size = (batch->n_rows + 1) * sizeof(double);
        double *parts[4] = {0}, *flags = NULL, *marks = NULL;
        uint64_t flagged = 0;
        int r = 0;

        for (size_t i = 0; m->parts && i < 4; i++)
                if (!(parts[i] = tamis_arena_get(&batch->arena, size)))
                        return tamis_fail_memory(err);
        flags = m->flag ? tamis_arena_get(&batch->arena, size) : NULL;
        marks = m->marks ? tamis_arena_get(&batch->arena, size) : NULL;
        if ((m->flag && !flags) || (m->marks && !marks))
                return tamis_fail_memory(err);
        if (m->flag)
                r = find_flags(s, batch, column, flags, &flagged);
        tamis_batch_count(batch, &m->flagged, flagged);
        if (r == 0 && (s->trim || s->blanks) && s->picks.works[column])
                r = tamis_clean_column(s, batch, column, err);
        if (r == 0 && tamis_mend_writes(m))
                r = mend_texts(s, m, batch, column, parts, err);
        if (r == 0 && m->bounded)
                r = bound(s, m, batch, column, s->wishes.action == TAMIS_OUT_DROP ? keep : NULL, marks, err);
        for (size_t i = 0; m->parts && i < 4 && r == 0; i++)
                r = add_column(batch, parts[i], err);
        if (r == 0 && flags)
                r = add_column(batch, flags, err);
        return r == 0 && marks ? add_column(batch, marks, err) : r;
}
