/* The nearest train rows, in standardised numbers; a level that differs counts as much as two places of
 * a one-hot code. */
#include <math.h>
#include <stdlib.h>

#include <tamis/neighbors.h>

#include "learn/state.h"

#define FARTHEST 1e100          /* standard deviations; squares must not overflow */

/* What the index borrows. */
struct near {
        size_t d, c;
        double *numbers;
        uint32_t *codes;
        tamis_neighbors *index;
};

static void points_done(struct near *m) {
        free(m->numbers);
        free(m->codes);
}

static int make_points(const tamis_learn *l, const double *cells, size_t n, struct near *ret, tamis_error *err) {
        struct near m = {0};
        size_t p = l->features.n;

        for (size_t j = 0; j < p; j++)
                l->form[j].category ? m.c++ : m.d++;
        m.numbers = reallocarray(NULL, n * m.d + 1, sizeof *m.numbers);
        m.codes = reallocarray(NULL, n * m.c + 1, sizeof *m.codes);
        if (!m.numbers || !m.codes) {
                points_done(&m);
                return tamis_fail_memory(err);
        }
        for (size_t i = 0, x = 0, c = 0; i < n; i++)
                for (size_t j = 0; j < p; j++) {
                        const tamis_feature *f = &l->form[j];

                        if (f->category)
                                m.codes[c++] = (uint32_t) cells[i * p + j];
                        else
                                m.numbers[x++] = fmin(fmax((cells[i * p + j] - f->mean) / f->sd, -FARTHEST), FARTHEST);
                }
        *ret = m;
        return 0;
}

static tamis_points points_of(const struct near *m, size_t n) {
        return (tamis_points) { .n = n, .d = m->d, .c = m->c, .numbers = m->numbers, .codes = m->codes, .mismatch = 2 };
}

static void knn_done(tamis_learn *l) {
        struct near *m = l->model;

        if (!m)
                return;
        tamis_neighbors_free(m->index);
        points_done(m);
        free(m);
        l->model = NULL;
}

static int knn_fit(tamis_learn *l, tamis_error *err) {
        struct near *m = l->model = calloc(1, sizeof *m);
        tamis_points points;
        int r = m ? make_points(l, l->rows.cells, l->rows.n, m, err) : tamis_fail_memory(err);

        if (r < 0)
                return r;
        points = points_of(m, l->rows.n);
        return tamis_neighbors_new(&points, &m->index, err);
}

/* Mean of the neighbours, by their weights; where these are all 0, as if they had none. */
static void vote(const tamis_learn *l, const uint32_t *near, size_t k, double *out) {
        double all = 0;

        for (size_t i = 0; i < k; i++)
                all += near[i] == TAMIS_NO_NEIGHBOR ? 0 : l->rows.weight ? l->rows.weight[near[i]] : 1;
        for (int again = 0; again < 2; again++) {
                bool weights = l->rows.weight && all > 0;
                double sum = 0;

                memset(out, 0, l->k * sizeof *out);
                for (size_t i = 0; i < k && near[i] != TAMIS_NO_NEIGHBOR; i++) {
                        double w = weights ? l->rows.weight[near[i]] : 1, y = l->rows.y[near[i]];

                        sum += w;
                        if (l->classes)
                                out[(size_t) y] += w;
                        else
                                out[0] += w * y;
                }
                for (size_t c = 0; c < l->k; c++)
                        out[c] /= sum;
                if (sum > 0)
                        return;
        }
}

static int knn_score(const tamis_learn *l, const double *cells, size_t n, double *out, tamis_error *err) {
        const struct near *m = l->model;
        struct near of = {0};
        tamis_points points;
        tamis_pool *pool = NULL;
        uint32_t *near = NULL;
        int r = make_points(l, cells, n, &of, err);

        if (r == 0 && n > 0) {
                near = reallocarray(NULL, n, l->neighbors * sizeof *near);
                points = points_of(&of, n);
                r = near ? tamis_pool_new(1, &pool, err) : tamis_fail_memory(err);
        }
        if (r == 0 && n > 0)
                r = tamis_neighbors_find(m->index, &points, l->neighbors, pool, near, NULL, err);
        for (size_t i = 0; r == 0 && i < n; i++)
                vote(l, near + i * l->neighbors, l->neighbors, out + i * l->k);
        tamis_pool_free(pool);
        points_done(&of);
        free(near);
        return r;
}

const tamis_learner tamis_learner_knn = {
        .strategy = { "knn", "the mean of the nearest rows; classes and numbers",
                      "scikit-learn KNeighborsClassifier, KNeighborsRegressor" },
        .numbers = true, .classes = true, .weights = true, .holds_rows = true,
        .fit = knn_fit, .score = knn_score, .done = knn_done,
};
