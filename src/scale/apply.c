/* Along the line, and back. */
#include <math.h>

#include "scale/scale.h"

void tamis_scale_divide_line(const double learned[2], const double range[2], tamis_scaling *ret) {
        ret->a = learned[0];
        ret->b = learned[1] == 0 ? 1 : learned[1];
}

/* What overflows in a quarter of its size is too large indeed, or is brought back by the other term. */
double tamis_scale_divide_careful(const tamis_scaling *s, const double range[2], double x, bool inverse) {
        return inverse ? (x * (s->b / 4) + s->a / 4) * 4 : (x / 4 - s->a / 4) / s->b * 4;
}

/* -- loops over a column ------------------------------------------------------------------------------------------- */

static bool all_numbers(const double *x, const double *y, size_t n) {
        unsigned bad = 0;

        /* y - y is 0 for numbers alone */
        for (size_t i = 0; i < n; i++)
                bad |= (unsigned) (x[i] == x[i]) & (unsigned) (y[i] - y[i] != 0);
        return !bad;
}

bool tamis_scale_straight(const tamis_scaler *scaler, const tamis_scaling *s, bool inverse, const double *x, double *y,
                          size_t n) {
        const double a = s->a, b = s->b;

        if (scaler->multiplies && inverse)
                for (size_t i = 0; i < n; i++)
                        y[i] = (x[i] - b) / a;
        else if (scaler->multiplies)
                for (size_t i = 0; i < n; i++)
                        y[i] = x[i] * a + b;
        else if (inverse)
                for (size_t i = 0; i < n; i++)
                        y[i] = x[i] * b + a;
        else
                for (size_t i = 0; i < n; i++)
                        y[i] = (x[i] - a) / b;
        return all_numbers(x, y, n);
}

struct scaling {
        tamis_scale *m;
        tamis_batch *batch;
        size_t column;
        const int32_t *codes;   /* the group of each row; NULL: nobody has asked yet, or there are none */
        const double *x;
        double *y;
        double *lengths;        /* of the rows, for normalize; NULL: not yet asked */
};

static bool along(const struct scaling *s, const tamis_scaling *g, const double *x, double *y, size_t n) {
        const tamis_scaler *scaler = s->m->lines[s->column].scaler;

        if (!scaler->curve)
                return tamis_scale_straight(scaler, g, s->m->inverse, x, y, n);
        (s->m->inverse ? scaler->curve->backward : scaler->curve->forward)(&s->m->asked, g, x, y, n);
        return all_numbers(x, y, n);
}

static const tamis_scaling *scaling_of(const struct scaling *s, size_t row) {
        const tamis_scale *m = s->m;

        if (s->codes && s->codes[row] >= 0) {
                const tamis_scaling *g = &m->grouped[(size_t) s->codes[row] * m->columns.n + s->column];

                if (g->known)
                        return g;
        }
        return &m->lines[s->column].whole;
}

/* The cells that overflowed, one by one. */
static int mend(const struct scaling *s, tamis_error *err) {
        const tamis_scale *m = s->m;
        const tamis_scale_curve *curve = m->lines[s->column].scaler->curve;
        size_t at = m->columns.at[s->column];

        for (size_t row = 0; row < s->batch->n_rows; row++) {
                const tamis_scaling *g = scaling_of(s, row);

                if (isnan(s->x[row]) || isfinite(s->y[row]))
                        continue;
                if (curve)
                        return tamis_batch_fail(s->batch, row, at, err, "%g %s", s->x[row],
                                                m->inverse ? curve->domain_back : curve->domain);
                s->y[row] = m->lines[s->column].scaler->careful(g, m->range, s->x[row], m->inverse);
                if (!isfinite(s->y[row]))
                        return tamis_batch_fail(s->batch, row, at, err, "%g is too large to be %s: the result does not "
                                                "fit a number",
                                                s->x[row], m->inverse ? "scaled back" : "scaled");
        }
        return 0;
}

/* A group's rows lie anywhere: each takes its own line. */
static bool scale_by_group(struct scaling *s, uint64_t *fallback) {
        const tamis_scale_line *line = &s->m->lines[s->column];
        bool good = true;

        for (size_t row = 0; row < s->batch->n_rows; row++) {
                const tamis_scaling *g = scaling_of(s, row);

                *fallback += g == &line->whole && !isnan(s->x[row]);
                good &= along(s, g, &s->x[row], &s->y[row], 1);
        }
        return good;
}

/* Texts in the place of numbers. */
static int say_column(struct scaling *s, size_t at, tamis_error *err) {
        const tamis_scaler *scaler = s->m->lines[s->column].scaler;
        int r = 0;

        for (size_t row = 0; r == 0 && row < s->batch->n_rows; row++)
                if (!isnan(s->y[row]))
                        r = tamis_batch_set_text(s->batch, row, at, scaler->curve->say(scaling_of(s, row), s->y[row]),
                                                 err);
        return r;
}

static int scale_column(struct scaling *s, tamis_error *err) {
        tamis_scale *m = s->m;
        tamis_scale_line *line = &m->lines[s->column];
        size_t at = m->columns.at[s->column];
        uint64_t fallback = 0;
        bool good;
        int r = tamis_batch_numbers_only(s->batch, at, &s->x, err);

        if (r == 0 && m->grouping.columns.n > 0 && !s->codes)
                r = tamis_grouping_codes(&m->grouping, NULL, s->batch, &s->codes, err);
        if (r < 0)
                return r;
        good = s->codes ? scale_by_group(s, &fallback)
                : along(s, &line->whole, s->x, s->y, s->batch->n_rows);
        if (!good)
                r = mend(s, err);
        if (r < 0)
                return r;
        if (fallback)
                tamis_warn(m->context, "rows whose group (--group) was not learned, or had nothing to learn from, are "
                           "scaled as the whole column is; --report counts them");
        tamis_batch_count(s->batch, &line->fallback, fallback);
        tamis_batch_count(s->batch, &line->scaled, s->batch->n_rows - s->batch->columns[at].missing);
        if (m->asked.text && line->scaler->curve && line->scaler->curve->say)
                return say_column(s, at, err);
        return tamis_batch_set_numbers(s->batch, at, s->y, err);
}

/* -- along the rows ------------------------------------------------------------------------------------------------ */

static bool normalizes(const tamis_scale_line *line) {
        return line->scaler->curve && line->scaler->curve->along_rows && line->whole.known;
}

/* The lengths of all rows, one column after the other. */
static void measure(const tamis_scale *m, const double *const *columns, size_t n, size_t rows, double *lengths) {
        memset(lengths, 0, rows * sizeof *lengths);
        for (size_t i = 0; i < n; i++)
                for (size_t row = 0; row < rows; row++) {
                        double x = fabs(columns[i][row]);

                        if (x != x)
                                continue;
                        if (m->asked.norm == TAMIS_NORM_MAX)
                                lengths[row] = x > lengths[row] ? x : lengths[row];
                        else
                                lengths[row] += m->asked.norm == TAMIS_NORM_L1 ? x : x * x;
                }
        for (size_t row = 0; m->asked.norm == TAMIS_NORM_L2 && row < rows; row++)
                lengths[row] = sqrt(lengths[row]);
}

/* One whose length overflowed, or vanished, again in units of its largest value. */
static double measure_again(const tamis_scale *m, const double *const *columns, size_t n, size_t row) {
        double most = 0, sum = 0;

        for (size_t i = 0; i < n; i++)
                most = fabs(columns[i][row]) > most ? fabs(columns[i][row]) : most;
        for (size_t i = 0; most > 0 && i < n; i++) {
                double x = fabs(columns[i][row]) / most;

                if (x == x)
                        sum += m->asked.norm == TAMIS_NORM_L1 ? x : x * x;
        }
        return most == 0 ? 0 : m->asked.norm == TAMIS_NORM_L2 ? sqrt(sum) * most : sum * most;
}

/* Before any column is changed: all of normalize's must be seen as they came. */
static int find_lengths(struct scaling *s, tamis_error *err) {
        tamis_scale *m = s->m;
        size_t rows = s->batch->n_rows, n = 0;
        const double **columns = tamis_arena_get(&s->batch->arena, (m->columns.n + 1) * sizeof *columns);

        s->lengths = tamis_arena_get(&s->batch->arena, (rows + 1) * sizeof *s->lengths);
        if (!columns || !s->lengths)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < m->columns.n; i++) {
                int r = normalizes(&m->lines[i])
                        ? tamis_batch_numbers_only(s->batch, m->columns.at[i], &columns[n], err)
                        : 0;

                if (r < 0)
                        return r;
                n += normalizes(&m->lines[i]);
        }
        measure(m, columns, n, rows, s->lengths);
        for (size_t row = 0; m->asked.norm != TAMIS_NORM_MAX && row < rows; row++)
                if (!(s->lengths[row] < 1e150 && s->lengths[row] > 1e-150))
                        s->lengths[row] = measure_again(m, columns, n, row);
        return 0;
}

static int normalize_column(struct scaling *s, tamis_error *err) {
        size_t at = s->m->columns.at[s->column];
        int r = tamis_batch_numbers_only(s->batch, at, &s->x, err);

        if (r < 0)
                return r;
        for (size_t row = 0; row < s->batch->n_rows; row++) {
                double length = s->lengths[row];

                if (!isfinite(length))
                        return tamis_batch_fail(s->batch, row, at, err, "the length of this row does not fit a number");
                s->y[row] = length == 0 ? s->x[row] : s->x[row] / length;
        }
        tamis_batch_count(s->batch, &s->m->lines[s->column].scaled, s->batch->n_rows - s->batch->columns[at].missing);
        return tamis_batch_set_numbers(s->batch, at, s->y, err);
}

/* Nothing is known of the column: its cells stay. */
static int leave_column(struct scaling *s, tamis_error *err) {
        size_t at = s->m->columns.at[s->column];
        const uint8_t *missing;
        int r = tamis_batch_missing(s->batch, at, &missing, err);

        if (r < 0)
                return r;
        if (s->batch->columns[at].missing < s->batch->n_rows)
                tamis_scale_warn_empty(s->m);
        tamis_batch_count(s->batch, &s->m->lines[s->column].left, s->batch->n_rows - s->batch->columns[at].missing);
        return 0;
}

/* -- the step ------------------------------------------------------------------------------------------------------ */

int tamis_scale_attach(void *state, const tamis_context *context, tamis_schema *schema, tamis_error *err) {
        tamis_scale *m = state;
        int r = tamis_columns_attach(&m->columns, schema, err);

        return r < 0 ? r : tamis_columns_attach(&m->grouping.columns, schema, err);
}

int tamis_scale_apply(void *state, tamis_batch *batch, tamis_error *err) {
        struct scaling s = { .m = state, .batch = batch };
        int r = 0;

        s.y = tamis_arena_get(&batch->arena, batch->n_rows * sizeof *s.y);
        if (!s.y)
                return tamis_fail_memory(err);
        for (size_t i = 0; r == 0 && !s.lengths && i < s.m->columns.n; i++)
                if (normalizes(&s.m->lines[i]))
                        r = find_lengths(&s, err);
        for (; r == 0 && s.column < s.m->columns.n; s.column++) {
                const tamis_scale_line *line = &s.m->lines[s.column];

                r = normalizes(line) ? normalize_column(&s, err) : line->whole.known ? scale_column(&s, err)
                                                                                     : leave_column(&s, err);
        }
        return r;
}
