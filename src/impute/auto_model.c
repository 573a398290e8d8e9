#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <tamis/stats.h>

#include "impute/auto.h"

void tamis_auto_free(void *model) {
        tamis_auto *m = model;

        if (!m)
                return;
        for (size_t u = 0; u < m->n_used; u++) {
                if (m->used[u].model)
                        m->used[u].joint->free(m->used[u].model);
                free(m->used[u].purpose);
        }
        for (size_t i = 0; m->names && i < m->n; i++)
                free(m->names[i]);
        free(m->names);
        free(m->wanted);
        free(m->simple);
        free(m->weights);
        free(m->shared);
        free(m->scores);
        free(m->masked);
        free(m);
}

int tamis_auto_new(size_t n, tamis_auto **ret, tamis_error *err) {
        tamis_auto *m = calloc(1, sizeof *m);

        if (!m)
                return tamis_fail_memory(err);
        m->n = n;
        m->wanted = calloc(n + 1, sizeof *m->wanted);
        m->simple = calloc(n + 1, sizeof *m->simple);
        m->weights = calloc(n * TAMIS_AUTO_SOURCES + 1, sizeof *m->weights);
        m->masked = calloc(n + 1, sizeof *m->masked);
        m->names = calloc(n + 1, sizeof *m->names);
        if (!m->names || !m->wanted || !m->simple || !m->weights || !m->masked) {
                tamis_auto_free(m);
                return tamis_fail_memory(err);
        }
        *ret = m;
        return 0;
}

void tamis_auto_want(const tamis_auto *m, const tamis_joint *joint, tamis_frame *frame) {
        for (size_t i = 0; i < frame->n; i++)
                frame->columns[i].wanted = m->wanted[i] && (joint->takes & 1U << frame->columns[i].type);
}

/* -- one value ----------------------------------------------------------------------------------------------------- */

/* Bounds somebody gave come first. */
static void limit(const tamis_frame_column *c, const double *values, size_t n, tamis_auto_simple *ret) {
        double least = values[0], most = values[0], half;

        for (size_t i = 1; i < n; i++) {
                least = fmin(least, values[i]);
                most = fmax(most, values[i]);
        }
        half = most / 2 - least / 2;
        ret->low = fmin(fmax(least - half, -DBL_MAX), c->most);
        ret->high = fmax(fmin(most + half, DBL_MAX), c->least);
}

double tamis_auto_within(const tamis_auto_simple *simple, double x) {
        return x < simple->low ? simple->low : x > simple->high ? simple->high : x;
}

static int summarise_numbers(const tamis_frame_column *c, size_t rows, tamis_auto_simple *ret, tamis_error *err) {
        double *values = malloc((rows + 1) * sizeof *values);
        tamis_moments moments = {0};
        size_t n = 0;
        int r = values ? tamis_moments_add(&moments, c->numbers, rows, err) : tamis_fail_memory(err);

        for (size_t row = 0; r == 0 && row < rows; row++)
                if (!isnan(c->numbers[row]))
                        values[n++] = c->numbers[row];
        if (r == 0 && n > 0) {
                ret->mean = tamis_moments_mean(&moments);
                ret->median = tamis_quantile(values, n, .5);
                limit(c, values, n, ret);
        }
        tamis_moments_done(&moments);
        free(values);
        return r;
}

static int summarise_codes(const tamis_frame_column *c, size_t rows, tamis_auto_simple *ret, tamis_error *err) {
        size_t *counts = calloc(c->levels + 1, sizeof *counts), most = 0;

        if (!counts)
                return tamis_fail_memory(err);
        for (size_t row = 0; row < rows; row++)
                if (c->codes[row] >= 0)
                        counts[c->codes[row]]++;
        for (size_t level = 0; level < c->levels; level++)
                if (counts[level] > most) {
                        most = counts[level];
                        ret->mode = (int32_t) level;
                }
        free(counts);
        return 0;
}

int tamis_auto_summarise(const tamis_frame *train, tamis_auto_simple *ret, tamis_error *err) {
        int r = 0;

        for (size_t i = 0; r == 0 && i < train->n; i++) {
                const tamis_frame_column *c = &train->columns[i];

                ret[i] = (tamis_auto_simple) {
                        .mean = NAN, .median = NAN, .low = NAN, .high = NAN, .mode = TAMIS_CODE_MISSING
                };
                r = c->numbers ? summarise_numbers(c, train->rows, &ret[i], err)
                               : summarise_codes(c, train->rows, &ret[i], err);
        }
        return r;
}

/* -- at work ------------------------------------------------------------------------------------------------------- */

int tamis_auto_complete(const tamis_joint *joint, const void *model, tamis_frame *train, tamis_error *err) {
        return joint->fitted ? joint->take(model, 0, train, err) : joint->fill(model, 0, train, err);
}

/* What source `s` says of a row: a number (NaN: nothing). */
static double number_of(const tamis_auto *m, size_t column, size_t s, const tamis_frame *copies, size_t row) {
        if (s == TAMIS_AUTO_MEAN)
                return m->simple[column].mean;
        if (s == TAMIS_AUTO_MEDIAN)
                return m->simple[column].median;
        return tamis_auto_within(&m->simple[column], copies[s - TAMIS_AUTO_USED].columns[column].numbers[row]);
}

static int32_t code_of(const tamis_auto *m, size_t column, size_t s, const tamis_frame *copies, size_t row) {
        return s < TAMIS_AUTO_USED ? m->simple[column].mode : copies[s - TAMIS_AUTO_USED].columns[column].codes[row];
}

/* The weighted mean of those that have something to say. */
static double mean_of(const tamis_auto *m, size_t column, const tamis_frame *copies, size_t row) {
        const double *weights = m->weights + column * TAMIS_AUTO_SOURCES;
        double sum = 0, weight = 0;

        for (size_t s = 0; s < TAMIS_AUTO_USED + m->n_used; s++) {
                double x = weights[s] > 0 ? number_of(m, column, s, copies, row) : NAN;

                if (!isnan(x)) {
                        sum += weights[s] * x;
                        weight += weights[s];
                }
        }
        return weight > 0 ? sum / weight : m->simple[column].mean;
}

/* The level with the most weight behind it. */
static int32_t vote_of(const tamis_auto *m, size_t column, const tamis_frame *copies, size_t row) {
        const double *weights = m->weights + column * TAMIS_AUTO_SOURCES;
        int32_t found = m->simple[column].mode;
        double most = 0;

        for (size_t s = 0; s < TAMIS_AUTO_USED + m->n_used; s++) {
                int32_t code = weights[s] > 0 ? code_of(m, column, s, copies, row) : -1;
                double weight = 0;

                for (size_t other = 0; code >= 0 && other < TAMIS_AUTO_USED + m->n_used; other++)
                        if (weights[other] > 0 && code_of(m, column, other, copies, row) == code)
                                weight += weights[other];
                if (weight > most) {
                        most = weight;
                        found = code;
                }
        }
        return found;
}

static void put(const tamis_auto *m, const tamis_frame *copies, tamis_frame *rows) {
        for (size_t i = 0; i < m->n; i++) {
                tamis_frame_column *c = &rows->columns[i];

                for (size_t row = 0; c->wanted && row < rows->rows; row++) {
                        if (c->numbers && isnan(c->numbers[row]))
                                c->numbers[row] = mean_of(m, i, copies, row);
                        else if (c->codes && c->codes[row] == TAMIS_CODE_MISSING)
                                c->codes[row] = vote_of(m, i, copies, row);
                }
        }
}

/* Each of those in use fills a copy; what it won, or its share, is taken from there. */
static int fill_all(const tamis_auto *m, bool train, tamis_frame *rows, tamis_error *err) {
        tamis_frame *copies = calloc(m->n_used + 1, sizeof *copies);
        int r = copies ? 0 : tamis_fail_memory(err);

        for (size_t u = 0; r == 0 && u < m->n_used; u++) {
                const struct tamis_auto_used *used = &m->used[u];

                r = tamis_frame_head(rows, rows->rows, &copies[u], err);
                if (r < 0)
                        break;
                tamis_auto_want(m, used->joint, &copies[u]);
                r = train ? tamis_auto_complete(used->joint, used->model, &copies[u], err)
                        : used->joint->fill(used->model, 0, &copies[u], err);
        }
        if (r == 0)
                put(m, copies, rows);
        for (size_t u = 0; copies && u < m->n_used; u++)
                tamis_frame_done(&copies[u]);
        free(copies);
        return r;
}

static int auto_take(const void *model, size_t which, tamis_frame *train, tamis_error *err) {
        return fill_all(model, true, train, err);
}

static int auto_fill(const void *model, size_t which, tamis_frame *rows, tamis_error *err) {
        return fill_all(model, false, rows, err);
}

/* -- reported ------------------------------------------------------------------------------------------------------ */

static const char *source_name(const tamis_auto *m, size_t s, bool numbers) {
        if (s >= TAMIS_AUTO_USED)
                return m->used[s - TAMIS_AUTO_USED].joint->base.name;
        return !numbers ? "mode" : s == TAMIS_AUTO_MEDIAN ? "median" : "mean";
}

void tamis_auto_choice(const tamis_auto *m, size_t column, bool numbers, char *ret, size_t size) {
        const double *weights = m->weights + column * TAMIS_AUTO_SOURCES;
        double above = INFINITY;
        size_t length = 0;

        *ret = '\0';
        for (;;) {
                double next = 0;

                for (size_t s = 0; s < TAMIS_AUTO_USED + m->n_used; s++)
                        next = weights[s] < above && weights[s] > next ? weights[s] : next;
                if (!(next > 0))
                        break;
                for (size_t s = 0; s < TAMIS_AUTO_USED + m->n_used; s++)
                        if (weights[s] >= next && weights[s] <= next && length < size)
                                length += (size_t) snprintf(ret + length, size - length, "%s%s", length ? " + " : "",
                                                            source_name(m, s, numbers));
                above = next;
        }
}

static int report_weights(const tamis_auto *m, size_t column, bool numbers, json_t *into) {
        json_t *weights = tamis_json_child(into, "weights", json_object());
        int r = weights ? 0 : -1;

        for (size_t s = 0; r == 0 && s < TAMIS_AUTO_USED + m->n_used; s++)
                if (m->weights[column * TAMIS_AUTO_SOURCES + s] > 0)
                        r = json_object_set_new(weights, source_name(m, s, numbers),
                                                tamis_json_number(m->weights[column * TAMIS_AUTO_SOURCES + s]));
        return r;
}

static int auto_report(const void *model, json_t *into, tamis_error *err) {
        const tamis_auto *m = model;
        json_t *columns;
        int r;

        if (!m->scores)
                return 0;
        r = json_object_set_new(into, "trial_rows", json_integer((json_int_t) m->rows));
        r |= json_object_set_new(into, "repeats", json_integer((json_int_t) m->repeats));
        r |= json_object_set_new(into, "cut_short", json_boolean(m->cut_short));
        r |= json_object_set_new(into, "caution",
                                 json_string("scores are from observed cells masked at random: fair where cells are "
                                             "missing completely at random, and only there"));
        columns = tamis_json_child(into, "columns", json_array());
        r |= columns ? 0 : -1;
        for (size_t i = 0; r == 0 && i < m->n; i++) {
                bool numbers = m->simple[i].mode == TAMIS_CODE_MISSING;
                json_t *one, *scores;
                char choice[256];

                if (!m->wanted[i])
                        continue;
                one = tamis_json_child(columns, NULL, json_object());
                r |= json_object_set_new(one, "name", tamis_json_bytes(tamis_slice_of(m->names[i])));
                tamis_auto_choice(m, i, numbers, choice, sizeof choice);
                r |= json_object_set_new(one, "choice", json_string(choice));
                r |= report_weights(m, i, numbers, one);
                r |= json_object_set_new(one, "masked", json_integer((json_int_t) m->masked[i]));
                scores = tamis_json_child(one, numbers ? "nrmse" : "pfc", json_object());
                r |= scores ? 0 : -1;
                for (size_t k = 0; r == 0 && k < m->n_tried; k++)
                        if (!isnan(m->scores[k * m->n + i]))
                                r |= json_object_set_new(scores, k > 0 ? m->tried[k] : numbers ? "mean" : "mode",
                                                          tamis_json_figure(m->scores[k * m->n + i]));
                if (r == 0 && !isnan(m->shared[i]))
                        r = json_object_set_new(scores, "together", tamis_json_figure(m->shared[i]));
        }
        return r < 0 ? tamis_fail_memory(err) : 0;
}

static const char *const options[] = {
        "budget", "neighbors", "weights", "metric", "average", "max-iter", "tol", "sweep", "nearest", "trees", "depth", "rate", "match", "rank",
        "lambda", NULL,
};

const tamis_joint tamis_joint_auto = {
        .base = {
                .name = "auto",
                .summary = "for each column the strategy that finds masked cells best",
                .source = "masking, as in HyperImpute (Jarrett et al. 2022) and Jaeger et al. 2021",
        },
        .takes = 1U << TAMIS_TYPE_NUMERIC | 1U << TAMIS_TYPE_CATEGORICAL,
        .options = options,
        .random = true,
        .fitted = true,
        .fewest = 200,
        .why = "nothing was observed in the column",
        .fit = tamis_auto_fit,
        .take = auto_take,
        .fill = auto_fill,
        .save = tamis_auto_save,
        .load = tamis_auto_load,
        .report = auto_report,
        .free = tamis_auto_free,
};
