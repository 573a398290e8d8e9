/* New rows: from the start the train rows had, over the last boosting of each column they have a hole in.
 * Saved, loaded, reported:
 *
 *     { ...as forest.h's..., "iterations": 5, "depth": 6, "rate": 0.1, "match": false, "donors": 5, "taken": [ 37, 0, ... ] }
 *
 * `taken`: trees, by column; 0: not found out.
 */
#include <math.h>
#include <stdlib.h>

#include "impute/boost.h"

static int last_of(const tamis_boosting *m, size_t column, tamis_error *err) {
        tamis_boosting_column *b = &m->columns[column];
        int r = 0;

        pthread_mutex_lock(&m->rows->columns[column].lock);
        if (!b->ready) {
                r = tamis_boosting_learn(m, column, b->trees == 0, NULL, &b->last, &b->donors, err);
                b->ready = r == 0;
        }
        pthread_mutex_unlock(&m->rows->columns[column].lock);
        return r;
}

static int find_boostings(const tamis_boosting *m, const tamis_frame *rows, tamis_error *err) {
        int r = 0;

        for (size_t k = 0; r == 0 && k < m->rows->n_order; k++) {
                const tamis_frame_column *c = &rows->columns[m->rows->order[k]];
                bool hole = false;

                for (size_t row = 0; c->wanted && !hole && row < rows->rows; row++)
                        hole = isnan(tamis_missforest_cell(c, row));
                if (hole)
                        r = last_of(m, m->rows->order[k], err);
        }
        return r;
}

static void fill_row(const tamis_boosting *m, const size_t *visit, size_t n, uint8_t *bins, uint64_t key,
                     double *values) {
        double scores[TAMIS_BOOST_CLASSES];
        /* a single hole hangs on nothing that changes */
        size_t sweeps = n > 1 ? TAMIS_MISSFOREST_SWEEPS : 1;

        for (size_t sweep = 0; sweep < sweeps; sweep++)
                for (size_t i = 0; i < n; i++) {
                        const tamis_boosting_column *b = &m->columns[visit[i]];

                        values[i] = tamis_boosting_value(m, visit[i], &b->last, &b->donors, bins, key, scores);
                        bins[visit[i]] = tamis_missforest_bin(&m->rows->columns[visit[i]].binning, values[i]);
                }
}

int tamis_boosting_fill(const void *model, size_t which, tamis_frame *rows, tamis_error *err) {
        const tamis_boosting *m = model;
        const tamis_missforest_column *columns = m->rows->columns;
        size_t *visit = malloc((rows->n + 1) * sizeof *visit);
        uint8_t *bins = malloc(rows->n + 1);
        double *values = malloc((rows->n + 1) * sizeof *values);
        int r = visit && bins && values ? find_boostings(m, rows, err) : tamis_fail_memory(err);

        for (size_t row = 0; r == 0 && row < rows->rows; row++) {
                size_t n = 0;

                for (size_t j = 0; j < rows->n; j++)
                        bins[j] = tamis_missforest_bin(&columns[j].binning,
                                                       tamis_missforest_cell(&rows->columns[j], row));
                for (size_t k = 0; k < m->rows->n_order; k++) {
                        size_t j = m->rows->order[k];

                        if (!rows->columns[j].wanted || !isnan(tamis_missforest_cell(&rows->columns[j], row)))
                                continue;
                        bins[j] = tamis_missforest_bin(&columns[j].binning, columns[j].start);
                        visit[n++] = j;
                }
                if (n > 0)
                        fill_row(m, visit, n, bins, rows->keys[row], values);
                for (size_t i = 0; i < n; i++)
                        tamis_missforest_put(&rows->columns[visit[i]], row, values[i]);
        }
        free(visit);
        free(bins);
        free(values);
        return r;
}

/* -- saved --------------------------------------------------------------------------------------------------------- */

int tamis_boosting_save(const void *model, json_t *into, tamis_error *err) {
        const tamis_boosting *m = model;
        json_t *taken;
        int r = tamis_missforest_save(m->rows, into, err);

        if (r < 0)
                return r;
        r = json_object_set_new(into, "iterations", json_integer((json_int_t) m->options.iterations));
        r |= json_object_set_new(into, "depth", json_integer((json_int_t) m->options.depth));
        r |= json_object_set_new(into, "rate", tamis_json_number(m->options.rate));
        r |= json_object_set_new(into, "match", json_boolean(m->options.match));
        r |= json_object_set_new(into, "donors", json_integer((json_int_t) m->options.donors));
        taken = tamis_json_child(into, "taken", json_array());
        for (size_t j = 0; j < m->rows->train.n; j++)
                r |= json_array_append_new(taken, json_integer((json_int_t) m->columns[j].trees));
        return r < 0 || !taken ? tamis_fail_memory(err) : 0;
}

static int load_options(const json_t *from, size_t trees, tamis_boosting_options *o, tamis_error *err) {
        uint64_t iterations, depth, donors;
        int r = tamis_json_count(from, "iterations", &iterations, err);

        if (r == 0)
                r = tamis_json_count(from, "depth", &depth, err);
        if (r == 0)
                r = tamis_json_count(from, "donors", &donors, err);
        if (r == 0)
                r = tamis_json_real(from, "rate", &o->rate, err);
        if (r < 0)
                return r;
        if (iterations < 1 || depth < 1 || depth > TAMIS_BOOST_DEPTH || donors < 1 || !(o->rate > 0 && o->rate <= 1)
            || !json_is_boolean(json_object_get(from, "match")))
                return tamis_fail(err, TAMIS_BAD_MODEL,
                                  "\"iterations\", \"depth\", \"donors\", \"rate\" or \"match\" is damaged");
        o->trees = trees;
        o->iterations = iterations;
        o->depth = depth;
        o->donors = donors;
        o->match = json_is_true(json_object_get(from, "match"));
        return 0;
}

static int load_taken(tamis_boosting *m, const json_t *from, tamis_error *err) {
        const json_t *taken;
        int r = tamis_json_array(from, "taken", m->rows->train.n, &taken, err);

        for (size_t j = 0; r == 0 && j < m->rows->train.n; j++) {
                const json_t *one = json_array_get(taken, j);

                if (!json_is_integer(one) || json_integer_value(one) < 0
                    || json_integer_value(one) > TAMIS_MISSFOREST_TREES_MOST)
                        return tamis_fail(err, TAMIS_BAD_MODEL, "\"taken\" are whole numbers, of trees");
                m->columns[j].trees = (size_t) json_integer_value(one);
        }
        return r;
}

int tamis_boosting_load(const json_t *from, const tamis_frame *shape, void **ret, tamis_error *err) {
        tamis_boosting_options options = {0};
        tamis_boosting *m = NULL;
        void *rows = NULL;
        int r = tamis_missforest_load(from, shape, &rows, err);

        if (r == 0)
                r = load_options(from, ((tamis_missforest *) rows)->trees, &options, err);
        if (r < 0) {
                tamis_missforest_free(rows);
                return r;
        }
        r = tamis_boosting_new(rows, &options, &m, err);
        if (r == 0)
                r = load_taken(m, from, err);
        if (r < 0) {
                tamis_boosting_free(m);
                return r;
        }
        *ret = m;
        return 0;
}

int tamis_boosting_report(const void *model, json_t *into, tamis_error *err) {
        const tamis_boosting *m = model;
        int r = json_object_set_new(into, "iterations", json_integer((json_int_t) m->rows->rounds));
        json_t *columns = tamis_json_child(into, "boosting", json_object());

        r |= columns ? 0 : -1;
        for (size_t j = 0; r == 0 && j < m->rows->train.n; j++) {
                const tamis_boosting_column *b = &m->columns[j];
                json_t *one;

                if (b->trees == 0)
                        continue;
                one = json_object();
                r |= json_object_set_new_nocheck(columns, m->rows->train.columns[j].name, one);
                r |= json_object_set_new(one, "trees", json_integer((json_int_t) b->trees));
                if (!isnan(b->loss))
                        r |= json_object_set_new(one, m->rows->category[j] ? "held_out_log_loss" : "held_out_rmse",
                                                 tamis_json_figure(m->rows->category[j] ? b->loss : sqrt(b->loss)));
        }
        return r < 0 ? tamis_fail_memory(err) : 0;
}
