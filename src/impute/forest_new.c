/* New rows: from the start the train rows had, over the last forest of each column they have a hole in. */
#include <math.h>
#include <stdlib.h>

#include "impute/forest.h"

/* Grown by whoever first has a hole there. */
static int last_of(const tamis_missforest *m, size_t column, const tamis_forest **ret, tamis_error *err) {
        tamis_missforest_column *c = &m->columns[column];
        int r = 0;

        pthread_mutex_lock(&c->lock);
        if (!c->ready) {
                r = tamis_missforest_learn(m, column, 0, NULL, NULL, &c->last, err);
                c->ready = r == 0;
        }
        pthread_mutex_unlock(&c->lock);
        *ret = &c->last;
        return r;
}

/* `visit`: the columns with a hole, n of them, in order. */
static void fill_row(const tamis_missforest *m, const tamis_forest *const *last, const size_t *visit, size_t n,
                     uint8_t *bins, uint32_t *votes, double *values) {
        /* a single hole hangs on nothing that changes */
        size_t sweeps = n > 1 ? TAMIS_MISSFOREST_SWEEPS : 1;

        for (size_t sweep = 0; sweep < sweeps; sweep++)
                for (size_t i = 0; i < n; i++) {
                        const tamis_missforest_column *c = &m->columns[visit[i]];

                        values[i] = tamis_forest_predict(last[visit[i]], bins, votes);
                        if (!m->category[visit[i]])
                                values[i] = fmin(fmax(values[i], c->least), c->most);
                        bins[visit[i]] = tamis_missforest_bin(&c->binning, values[i]);
                }
}

static int find_forests(const tamis_missforest *m, const tamis_frame *rows, const tamis_forest **last,
                        tamis_error *err) {
        int r = 0;

        for (size_t k = 0; r == 0 && k < m->n_order; k++) {
                const tamis_frame_column *c = &rows->columns[m->order[k]];
                bool hole = false;

                for (size_t row = 0; c->wanted && !hole && row < rows->rows; row++)
                        hole = isnan(tamis_missforest_cell(c, row));
                if (hole)
                        r = last_of(m, m->order[k], &last[m->order[k]], err);
        }
        return r;
}

static void fill_rows(const tamis_missforest *m, const tamis_forest *const *last, tamis_frame *rows, size_t *visit,
                      uint8_t *bins, uint32_t *votes, double *values) {
        for (size_t row = 0; row < rows->rows; row++) {
                size_t n = 0;

                for (size_t j = 0; j < m->train.n; j++)
                        bins[j] = tamis_missforest_bin(&m->columns[j].binning,
                                                       tamis_missforest_cell(&rows->columns[j], row));
                for (size_t k = 0; k < m->n_order; k++) {
                        size_t j = m->order[k];

                        if (!rows->columns[j].wanted || !isnan(tamis_missforest_cell(&rows->columns[j], row)))
                                continue;
                        bins[j] = tamis_missforest_bin(&m->columns[j].binning, m->columns[j].start);
                        visit[n++] = j;
                }
                if (n == 0)
                        continue;
                fill_row(m, last, visit, n, bins, votes, values);
                for (size_t i = 0; i < n; i++)
                        tamis_missforest_put(&rows->columns[visit[i]], row, values[i]);
        }
}

int tamis_missforest_fill(const void *model, size_t which, tamis_frame *rows, tamis_error *err) {
        const tamis_missforest *m = model;
        const tamis_forest **last = calloc(m->train.n + 1, sizeof *last);
        size_t *visit = malloc((m->train.n + 1) * sizeof *visit);
        uint8_t *bins = malloc(m->train.n + 1);
        uint32_t *votes = calloc(m->most_levels + 1, sizeof *votes);
        double *values = malloc((m->train.n + 1) * sizeof *values);
        int r = last && visit && bins && votes && values ? find_forests(m, rows, last, err) : tamis_fail_memory(err);

        if (r == 0)
                fill_rows(m, last, rows, visit, bins, votes, values);
        free(last);
        free(visit);
        free(bins);
        free(votes);
        free(values);
        return r;
}
