/* One boosting of the train rows, and its donors. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "impute/boost.h"

enum { PATIENCE = 10, LEAF = 20, LEAVES = 20 };

void tamis_boosting_donors_done(tamis_boosting_donors *d) {
        free(d->predicted);
        free(d->value);
        *d = (tamis_boosting_donors) {0};
}

void tamis_boosting_free(void *model) {
        tamis_boosting *m = model;

        if (!m)
                return;
        for (size_t j = 0; m->columns && j < m->rows->train.n; j++) {
                tamis_boost_done(&m->columns[j].last);
                tamis_boosting_donors_done(&m->columns[j].donors);
        }
        free(m->columns);
        free(m->draws);
        tamis_missforest_free(m->rows);
        free(m);
}

int tamis_boosting_new(tamis_missforest *rows, const tamis_boosting_options *options, tamis_boosting **ret,
                       tamis_error *err) {
        static const char suffix[] = ".match";
        tamis_boosting *m = calloc(1, sizeof *m);
        size_t length = strlen(rows->purpose);

        if (!m) {
                tamis_missforest_free(rows);
                return tamis_fail_memory(err);
        }
        m->rows = rows;
        m->options = *options;
        m->columns = calloc(rows->train.n + 1, sizeof *m->columns);
        m->draws = malloc(length + sizeof suffix);
        if (!m->columns || !m->draws) {
                tamis_boosting_free(m);
                return tamis_fail_memory(err);
        }
        memcpy(m->draws, rows->purpose, length);
        memcpy(m->draws + length, suffix, sizeof suffix);
        for (size_t j = 0; j < rows->train.n; j++)
                m->columns[j].loss = NAN;
        *ret = m;
        return 0;
}

/* -- donors -------------------------------------------------------------------------------------------------------- */

struct donor {
        double predicted, value;
};

static int by_prediction(const void *a, const void *b) {
        const struct donor *x = a, *y = b;

        if (x->predicted < y->predicted || x->predicted > y->predicted)
                return x->predicted < y->predicted ? -1 : 1;
        return (x->value > y->value) - (x->value < y->value);
}

static int find_donors(const tamis_boosting *m, size_t column, const tamis_boost *b, tamis_boosting_donors *ret,
                       tamis_error *err) {
        const tamis_missforest_column *c = &m->rows->columns[column];
        size_t n = m->rows->train.n;
        tamis_boosting_donors d = { .n = c->n_seen };
        struct donor *donors = malloc((c->n_seen + 1) * sizeof *donors);
        uint8_t *row = malloc(n + 1);
        double scores[TAMIS_BOOST_CLASSES];

        d.predicted = malloc((c->n_seen + 1) * sizeof *d.predicted);
        d.value = malloc((c->n_seen + 1) * sizeof *d.value);
        if (!donors || !row || !d.predicted || !d.value) {
                free(donors);
                free(row);
                tamis_boosting_donors_done(&d);
                return tamis_fail_memory(err);
        }
        for (size_t i = 0; i < c->n_seen; i++) {
                for (size_t j = 0; j < n; j++)
                        row[j] = m->rows->bins[j][c->seen[i]];
                donors[i] = (struct donor) { tamis_boost_predict(b, row, scores), c->targets[c->seen[i]] };
        }
        qsort(donors, c->n_seen, sizeof *donors, by_prediction);
        for (size_t i = 0; i < c->n_seen; i++) {
                d.predicted[i] = donors[i].predicted;
                d.value[i] = donors[i].value;
        }
        free(donors);
        free(row);
        *ret = d;
        return 0;
}

/* The first donor whose prediction is at least (`above`: larger than) this. */
static size_t bound(const tamis_boosting_donors *d, double predicted, bool above) {
        size_t first = 0, last = d->n;

        while (first < last) {
                size_t middle = first + (last - first) / 2;

                if (d->predicted[middle] < predicted || (above && !(d->predicted[middle] > predicted)))
                        first = middle + 1;
                else
                        last = middle;
        }
        return first;
}

/* One of the k nearest, and of those as near as the farthest of them, on either side: trees say the same
 * of many rows. */
static double draw(const tamis_boosting *m, size_t column, const tamis_boosting_donors *d, double predicted,
                   uint64_t key) {
        size_t first = bound(d, predicted, false), end = first;
        tamis_stream stream;
        double farthest;

        while (end - first < m->options.donors && end - first < d->n) {
                if (end == d->n || (first > 0 && predicted - d->predicted[first - 1] <= d->predicted[end] - predicted))
                        first--;
                else
                        end++;
        }
        farthest = fmax(predicted - d->predicted[first], d->predicted[end - 1] - predicted);
        first -= first > 0 && predicted - d->predicted[first - 1] <= farthest;
        end += end < d->n && d->predicted[end] - predicted <= farthest;
        first = bound(d, d->predicted[first], false);
        end = bound(d, d->predicted[end - 1], true);
        tamis_stream_init(&stream, m->rows->seed, m->draws, key, column);
        return d->value[first + tamis_stream_below(&stream, end - first)];
}

/* -- a boosting ---------------------------------------------------------------------------------------------------- */

int tamis_boosting_learn(const tamis_boosting *m, size_t column, bool held, tamis_pool *pool, tamis_boost *ret,
                         tamis_boosting_donors *donors, tamis_error *err) {
        const tamis_missforest *rows = m->rows;
        const tamis_missforest_column *c = &rows->columns[column];
        const uint8_t **bins = malloc((rows->train.n + 1) * sizeof *bins);
        bool category = rows->category[column];
        tamis_cart_data data = { rows->train.n, bins, rows->category, c->targets,
                                 category ? rows->train.columns[column].levels : 0 };
        size_t leaf = c->n_seen / LEAVES < LEAF ? c->n_seen / LEAVES : LEAF;
        tamis_boost_options options = {
                .rounds = held ? m->options.trees : m->columns[column].trees, .patience = held ? PATIENCE : 0,
                .shape = { .leaf = leaf ? leaf : 1, .depth = m->options.depth, .rate = m->options.rate, .lambda = 1 },
                .seed = rows->seed, .purpose = rows->purpose, .key = column, .pool = pool,
        };
        int r;

        if (!bins)
                return tamis_fail_memory(err);
        for (size_t j = 0; j < rows->train.n; j++)
                bins[j] = j == column ? NULL : rows->bins[j];
        r = tamis_boost_grow(&data, &options, c->seen, c->n_seen, ret, err);
        free(bins);
        if (r == 0 && m->options.match && !category) {
                r = find_donors(m, column, ret, donors, err);
                if (r < 0)
                        tamis_boost_done(ret);
        }
        return r;
}

double tamis_boosting_value(const tamis_boosting *m, size_t column, const tamis_boost *b,
                            const tamis_boosting_donors *donors, const uint8_t *row, uint64_t key, double *scores) {
        const tamis_missforest_column *c = &m->rows->columns[column];
        double value = tamis_boost_predict(b, row, scores);

        if (m->rows->category[column])
                return value;
        if (donors->n > 0)
                value = draw(m, column, donors, value, key);
        return fmin(fmax(value, c->least), c->most);
}
