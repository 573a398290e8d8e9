/* What a model says: of the rows it was learned from, as the chains left them; of new ones, by the regressions of each
 * chain's last state. */
#include <math.h>
#include <stdlib.h>

#include "impute/mice.h"

static void put(tamis_frame *f, size_t column, size_t row, double value) {
        if (f->columns[column].type == TAMIS_TYPE_NUMERIC)
                f->columns[column].numbers[row] = value;
        else
                f->columns[column].codes[row] = (int32_t) value;
}

int tamis_mice_take(const void *model, size_t which, tamis_frame *train, tamis_error *err) {
        const tamis_mice *m = model;

        for (size_t v = 0; v < m->n_visit; v++) {
                size_t j = m->visit[v];

                for (size_t i = 0; i < m->columns[j].n_holes; i++)
                        put(train, j, m->columns[j].holes[i], m->chains[which].filled[j][i]);
        }
        return 0;
}

static int learn_last(const tamis_mice *m, size_t which, tamis_mice_regression *last, tamis_error *err) {
        tamis_mice_work w;
        uint32_t *rows = malloc((m->train.rows + 1) * sizeof *rows);
        int r = tamis_mice_work_init(&w, m, which, err);

        if (r == 0 && !rows)
                r = tamis_fail_memory(err);
        w.iteration = m->options.iterations + 1;
        w.dropped = NULL;               /* the report is of the chains */
        for (size_t row = 0; r == 0 && row < m->train.rows; row++)
                rows[row] = (uint32_t) row;
        if (r == 0)
                tamis_mice_products(w.z, m->stride, rows, m->train.rows, 1, w.gram);
        for (size_t j = 0; r == 0 && j < m->train.n; j++)
                if (m->columns[j].target) {
                        tamis_mice_system(&w, j);
                        r = tamis_mice_learn(&w, j, &last[j], err);
                }
        free(w.dropped);
        free(rows);
        tamis_mice_work_done(&w);
        return r;
}

/* They follow from the model, so they are made when first asked for, by whoever is first. */
static int last_of(const tamis_mice *m, size_t which, const tamis_mice_regression **ret, tamis_error *err) {
        tamis_mice_chain *c = &m->chains[which];
        int r = 0;

        pthread_mutex_lock(&c->lock);
        if (!c->ready) {
                tamis_mice_regression *last = calloc(m->train.n + 1, sizeof *last);

                r = last ? learn_last(m, which, last, err) : tamis_fail_memory(err);
                if (r == 0) {
                        c->last = last;
                        c->ready = true;
                } else {
                        for (size_t j = 0; last && j < m->train.n; j++)
                                tamis_mice_regression_done(&last[j]);
                        free(last);
                }
        }
        pthread_mutex_unlock(&c->lock);
        *ret = c->last;
        return r;
}

/* The rounds of one row: random observed values, then every hole in turn from the rest. One stream a row. */
static void fill_row(const tamis_mice *m, size_t which, const tamis_mice_regression *last, const size_t *visit,
                     double *values, double *row, uint64_t key) {
        tamis_stream s;
        size_t rounds = 0;

        tamis_stream_init(&s, m->options.seed, m->new_purpose, which, key);
        memset(row, 0, m->stride * sizeof *row);
        row[0] = 1;
        for (size_t j = 0; j < m->train.n; j++) {
                const tamis_mice_column *c = &m->columns[j];

                if (isnan(values[j]) && c->target) {
                        values[j] = tamis_mice_cell(&m->train, j, c->seen[tamis_stream_below(&s, c->n_seen)]);
                        rounds += 1;
                }
                tamis_mice_encode(m, j, values[j], row);
        }
        /* a single hole hangs on nothing that is drawn: one round does */
        rounds = rounds > 1 ? m->options.iterations : 1;
        for (size_t round = 0; round < rounds; round++)
                for (const size_t *j = visit; *j != SIZE_MAX; j++) {
                        values[*j] = tamis_mice_draw(m, *j, &last[*j], row, &s);
                        tamis_mice_encode(m, *j, values[*j], row);
                }
}

static void fill_rows(const tamis_mice *m, size_t which, const tamis_mice_regression *last, tamis_frame *rows,
                      size_t *visit, double *values, double *z) {
        for (size_t row = 0; row < rows->rows; row++) {
                size_t n = 0;

                for (size_t j = 0; j < m->train.n; j++) {
                        values[j] = tamis_mice_cell(rows, j, row);
                        if (isnan(values[j]) && m->columns[j].target)
                                visit[n++] = j;
                }
                visit[n] = SIZE_MAX;
                if (n == 0)
                        continue;
                fill_row(m, which, last, visit, values, z, rows->keys[row]);
                for (size_t i = 0; i < n; i++)
                        put(rows, visit[i], row, values[visit[i]]);
        }
}

int tamis_mice_fill(const void *model, size_t which, tamis_frame *rows, tamis_error *err) {
        const tamis_mice *m = model;
        const tamis_mice_regression *last = NULL;
        double *values = malloc((m->train.n + 1) * sizeof *values), *z = malloc((m->stride + 4) * sizeof *z);
        size_t *visit = malloc((m->train.n + 1) * sizeof *visit);
        int r = values && z && visit ? last_of(m, which, &last, err) : tamis_fail_memory(err);

        if (r == 0)
                fill_rows(m, which, last, rows, visit, values, z);
        free(values);
        free(z);
        free(visit);
        return r;
}
