/* Linear models: logistic regression, ridge, the support vector machine. */
#include <math.h>
#include <stdlib.h>

#include "fit/cholesky.h"
#include "fit/logistic.h"
#include "fit/svm.h"
#include "learn/state.h"

static double dot(const double *a, const double *b, size_t n) {
        double sum = 0;

        for (size_t i = 0; i < n; i++)
                sum += a[i] * b[i];
        return sum;
}

static int make_b(tamis_learn *l, size_t vectors, tamis_error *err) {
        l->n_b = vectors;
        l->b = calloc(vectors * l->places, sizeof *l->b);
        return l->b ? 0 : tamis_fail_memory(err);
}

static int save(const tamis_learn *l, json_t *into, tamis_error *err) {
        json_t *list = tamis_learn_numbers(l->b, l->n_b * l->places);

        return json_object_set_new(into, "coefficients", list) < 0 ? tamis_fail_memory(err) : 0;
}

static int load(tamis_learn *l, const json_t *from, size_t vectors, tamis_error *err) {
        l->n_b = vectors;
        return tamis_learn_numbers_get(from, "coefficients", vectors * l->places, false, &l->b, err);
}

/* Row by row: what `each` makes of a row's vector. */
static int score_rows(const tamis_learn *l, const double *cells, size_t n, double *out,
                      void (*each)(const tamis_learn *l, const double *x, double *out), tamis_error *err) {
        double *x = reallocarray(NULL, l->places, sizeof *x);

        if (!x)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < n; i++) {
                tamis_learn_vector(l, cells + i * l->features.n, x);
                each(l, x, out + i * l->k);
        }
        free(x);
        return 0;
}

/* -- logistic regression ------------------------------------------------------------------------------------------- */

static int logistic_fit(tamis_learn *l, tamis_error *err) {
        tamis_logistic m = {0};
        int r = tamis_logistic_init(&m, l->rows.n, l->places, l->k, err);

        if (r == 0)
                r = make_b(l, l->k - 1, err);
        if (r == 0) {
                for (size_t i = 0; i < m.n; i++) {
                        tamis_learn_vector(l, l->rows.cells + i * l->rows.p, m.x + i * m.k);
                        m.weight[i] = l->rows.weight ? l->rows.weight[i] : 1;
                        m.class[i] = (uint32_t) l->rows.y[i];
                }
                m.penalty = l->penalty;
                m.enough = 1e-14;
                tamis_logistic_climb(&m);
                memcpy(l->b, m.b, l->n_b * l->places * sizeof *l->b);
        }
        tamis_logistic_done(&m);
        return r;
}

static void logistic_row(const tamis_learn *l, const double *x, double *out) {
        out[0] = 0;
        for (size_t c = 1; c < l->k; c++)
                out[c] = dot(l->b + (c - 1) * l->places, x, l->places);
        tamis_softmax(out, l->k);
}

static int logistic_score(const tamis_learn *l, const double *cells, size_t n, double *out, tamis_error *err) {
        return score_rows(l, cells, n, out, logistic_row, err);
}

static int logistic_load(tamis_learn *l, const json_t *from, tamis_error *err) {
        return load(l, from, l->k - 1, err);
}

const tamis_learner tamis_learner_logistic = {
        .strategy = { "logistic", "logistic regression with a ridge; classes",
                      "scikit-learn LogisticRegression, C = 1 / --penalty" },
        .classes = true, .weights = true,
        .fit = logistic_fit, .score = logistic_score, .save = save, .load = logistic_load,
};

/* -- ridge --------------------------------------------------------------------------------------------------------- */

/* The lower triangle of X'WX with X and y about their weighted means, which keeps the penalty off the 1. */
static void cross(const tamis_learn *l, const double *x, const double *mean, double *a, double *right) {
        size_t q = l->places;

        for (size_t i = 0; i < l->rows.n; i++) {
                double w = l->rows.weight ? l->rows.weight[i] : 1, y = l->rows.y[i] - mean[0];

                for (size_t j = 1; j < q; j++) {
                        double d = w * (x[i * q + j] - mean[j]);

                        right[j - 1] += d * y;
                        for (size_t k = 1; k <= j; k++)
                                a[(j - 1) * (q - 1) + k - 1] += d * (x[i * q + k] - mean[k]);
                }
        }
        for (size_t j = 0; j + 1 < q; j++)
                a[j * (q - 1) + j] += l->penalty;
}

/* mean[0] is that of y. */
static void find_means(const tamis_learn *l, const double *x, double *mean) {
        double all = 0;

        for (size_t i = 0; i < l->rows.n; i++) {
                double w = l->rows.weight ? l->rows.weight[i] : 1;

                all += w;
                mean[0] += w * l->rows.y[i];
                for (size_t j = 1; j < l->places; j++)
                        mean[j] += w * x[i * l->places + j];
        }
        for (size_t j = 0; j < l->places; j++)
                mean[j] /= all;
}

static int ridge_fit(tamis_learn *l, tamis_error *err) {
        size_t q = l->places;
        double *x = NULL, *a = calloc(q, q * sizeof *a), *right = calloc(q, sizeof *right),
               *mean = calloc(q, sizeof *mean);
        int r = a && right && mean ? tamis_learn_vectors(l, &x, err) : tamis_fail_memory(err);

        if (r == 0)
                r = make_b(l, 1, err);
        if (r == 0) {
                find_means(l, x, mean);
                cross(l, x, mean, a, right);
                if (q > 1 && !tamis_cholesky(a, q - 1, q - 1))
                        r = tamis_fail(err, TAMIS_BAD_DATA,
                                       "some columns can be told from the others: --penalty above 0 is needed");
        }
        if (r == 0) {
                tamis_cholesky_forward(a, q - 1, q - 1, right);
                tamis_cholesky_backward(a, q - 1, q - 1, right);
                memcpy(l->b + 1, right, (q - 1) * sizeof *right);
                l->b[0] = mean[0] - dot(right, mean + 1, q - 1);
        }
        free(x);
        free(a);
        free(right);
        free(mean);
        return r;
}

static void ridge_row(const tamis_learn *l, const double *x, double *out) {
        out[0] = dot(l->b, x, l->places);
}

static int ridge_score(const tamis_learn *l, const double *cells, size_t n, double *out, tamis_error *err) {
        return score_rows(l, cells, n, out, ridge_row, err);
}

static int ridge_load(tamis_learn *l, const json_t *from, tamis_error *err) {
        return load(l, from, 1, err);
}

const tamis_learner tamis_learner_ridge = {
        .strategy = { "ridge", "linear regression with a ridge; numbers", "scikit-learn Ridge, alpha = --penalty" },
        .numbers = true, .weights = true,
        .fit = ridge_fit, .score = ridge_score, .save = save, .load = ridge_load,
};

/* -- support vectors ----------------------------------------------------------------------------------------------- */

/* Of two classes one machine, of more each against the rest. */
static size_t machines(const tamis_learn *l) {
        return l->k == 2 ? 1 : l->k;
}

static int svm_fit(tamis_learn *l, tamis_error *err) {
        size_t n = l->rows.n, q = l->places;
        double *x = NULL, *numbers = reallocarray(NULL, n + 1, q * sizeof *numbers), *margins = calloc(n + 1,
                        sizeof *margins);
        int8_t *signs = malloc(n + 1);
        double *w = calloc(q + 1, sizeof *w);
        int r = numbers && margins && signs && w ? tamis_learn_vectors(l, &x, err) : tamis_fail_memory(err);

        if (r == 0)
                r = make_b(l, machines(l), err);
        for (size_t i = 0; r == 0 && i < n; i++)
                memcpy(numbers + i * (q - 1), x + i * q + 1, (q - 1) * sizeof *x);
        for (size_t m = 0; r == 0 && m < l->n_b; m++) {
                tamis_svm_rows rows = { .n = n, .d = q - 1, .numbers = numbers, .signs = signs,
                                        .costs = { 1 / l->penalty, 1 / l->penalty } };

                for (size_t i = 0; i < n; i++)
                        signs[i] = (size_t) l->rows.y[i] == (l->n_b == 1 ? 1 : m) ? 1 : -1;
                r = tamis_svm(&rows, margins, w, err);
                l->b[m * q] = w[q - 1];
                memcpy(l->b + m * q + 1, w, (q - 1) * sizeof *w);
        }
        free(x);
        free(numbers);
        free(margins);
        free(signs);
        free(w);
        return r;
}

static void svm_row(const tamis_learn *l, const double *x, double *out) {
        for (size_t m = 0; m < l->n_b; m++)
                out[l->k == 2 ? 1 : m] = dot(l->b + m * l->places, x, l->places);
        if (l->k == 2)
                out[0] = -out[1];
}

static int svm_score(const tamis_learn *l, const double *cells, size_t n, double *out, tamis_error *err) {
        return score_rows(l, cells, n, out, svm_row, err);
}

static int svm_load(tamis_learn *l, const json_t *from, tamis_error *err) {
        return load(l, from, machines(l), err);
}

const tamis_learner tamis_learner_svm = {
        .strategy = { "svm", "linear support vector machine; classes, scores are margins",
                      "scikit-learn LinearSVC (squared hinge), C = 1 / --penalty" },
        .classes = true, .margins = true,
        .fit = svm_fit, .score = svm_score, .save = save, .load = svm_load,
};
