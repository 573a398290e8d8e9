/* Boosted trees, on cells as they are: missing ones too. */
#include <math.h>
#include <stdlib.h>

#include "fit/boost.h"
#include "fit/logistic.h"
#include "learn/state.h"

struct trees {
        tamis_binning *binnings;        /* p */
        tamis_boost boost;
        size_t p;
};

static void boost_done(tamis_learn *l) {
        struct trees *m = l->model;

        if (!m)
                return;
        for (size_t j = 0; m->binnings && j < m->p; j++)
                tamis_binning_done(&m->binnings[j]);
        free(m->binnings);
        tamis_boost_done(&m->boost);
        free(m);
        l->model = NULL;
}

static int32_t code_of(double cell) {
        return isnan(cell) ? -1 : (int32_t) cell;
}

/* One column's bins, by row. */
static int cut(const tamis_learn *l, struct trees *m, size_t column, double *x, int32_t *codes, uint8_t *bins,
               tamis_error *err) {
        const tamis_lesson *t = &l->rows;
        bool category = l->form[column].category;
        int r;

        for (size_t i = 0; i < t->n; i++)
                if (category)
                        codes[i] = code_of(t->cells[i * t->p + column]);
                else
                        x[i] = t->cells[i * t->p + column];
        r = category ? tamis_binning_of_codes(codes, t->n, t->levels[column].n, &m->binnings[column], err)
                     : tamis_binning_of_numbers(x, t->n, &m->binnings[column], err);
        for (size_t i = 0; r == 0 && i < t->n; i++)
                bins[i] = category ? tamis_binning_code(&m->binnings[column], codes[i])
                                   : tamis_binning_number(&m->binnings[column], x[i]);
        return r;
}

static int grow(tamis_learn *l, struct trees *m, const uint8_t *bins, const uint8_t **columns, bool *category,
                uint32_t *rows,
                tamis_error *err) {
        const tamis_lesson *t = &l->rows;
        tamis_cart_data data = { .n = t->p, .columns = columns, .category = category, .target = t->y,
                                 .classes = l->classes ? l->k : 0 };
        tamis_boost_options o = {
                .rounds = l->rounds, .shape = { .leaf = t->n >= 400 ? 20 : t->n / 20 + 1, .depth = l->depth,
                                                .rate = l->rate, .lambda = 1 },
                .purpose = "learn.boost",       /* nothing is held out, and nothing drawn */
        };

        for (size_t j = 0; j < t->p; j++) {
                columns[j] = bins + j * t->n;
                category[j] = l->form[j].category;
        }
        for (size_t i = 0; i < t->n; i++)
                rows[i] = (uint32_t) i;
        return tamis_boost_grow(&data, &o, rows, t->n, &m->boost, err);
}

static int boost_fit(tamis_learn *l, tamis_error *err) {
        size_t n = l->rows.n, p = l->rows.p;
        struct trees *m = l->model = calloc(1, sizeof *m);
        double *x = reallocarray(NULL, n + 1, sizeof *x);
        int32_t *codes = reallocarray(NULL, n + 1, sizeof *codes);
        uint8_t *bins = reallocarray(NULL, n + 1, p + 1);
        const uint8_t **columns = reallocarray(NULL, p + 1, sizeof *columns);
        bool *category = reallocarray(NULL, p + 1, sizeof *category);
        uint32_t *rows = reallocarray(NULL, n + 1, sizeof *rows);
        int r = m && x && codes && bins && columns && category && rows ? 0 : tamis_fail_memory(err);

        if (r == 0) {
                m->p = p;
                m->binnings = calloc(p + 1, sizeof *m->binnings);
                r = m->binnings ? 0 : tamis_fail_memory(err);
        }
        for (size_t j = 0; r == 0 && j < p; j++)
                r = cut(l, m, j, x, codes, bins + j * n, err);
        if (r == 0)
                r = grow(l, m, bins, columns, category, rows, err);
        free(x);
        free(codes);
        free(bins);
        free(columns);
        free(category);
        free(rows);
        return r;
}

/* What the trees say in scores, as probabilities. */
static void chances_of(const tamis_learn *l, const struct trees *m, double *scores, double *out) {
        const tamis_boost *b = &m->boost;

        memset(out, 0, l->k * sizeof *out);
        if (b->width == 0) {
                out[b->known[0]] = 1;
                return;
        }
        if (b->width == 1) {
                double p = 1 / (1 + exp(-scores[0]));

                out[b->known[1]] = p;
                out[b->known[0]] = 1 - p;
                return;
        }
        {
                double most = scores[0];

                for (size_t c = 1; c < b->width; c++)
                        most = fmax(most, scores[c]);
                for (size_t c = 0; c < b->width; c++)
                        scores[c] -= most;
        }
        tamis_softmax(scores, b->width);
        for (size_t c = 0; c < b->width; c++)
                out[b->known[c]] = scores[c];
}

static int boost_score(const tamis_learn *l, const double *cells, size_t n, double *out, tamis_error *err) {
        const struct trees *m = l->model;
        double scores[TAMIS_BOOST_CLASSES];
        uint8_t *row = malloc(m->p + 1);

        if (!row)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < n; i++) {
                double value;

                for (size_t j = 0; j < m->p; j++) {
                        double cell = cells[i * m->p + j];

                        row[j] = l->form[j].category ? tamis_binning_code(&m->binnings[j], code_of(cell))
                                                     : tamis_binning_number(&m->binnings[j], cell);
                }
                value = tamis_boost_predict(&m->boost, row, scores);
                if (l->classes)
                        chances_of(l, m, scores, out + i * l->k);
                else
                        out[i] = value;
        }
        free(row);
        return 0;
}

const tamis_learner tamis_learner_boost = {
        .strategy = { "boost", "gradient-boosted trees; classes and numbers, missing cells too",
                      "Friedman 2001, Chen & Guestrin 2016" },
        .numbers = true, .classes = true, .holes = true, .holds_rows = true,
        .fit = boost_fit, .score = boost_score, .done = boost_done,
};
