#include <math.h>
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
        free(m->choice);
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
        m->choice = calloc(n + 1, sizeof *m->choice);
        m->masked = calloc(n + 1, sizeof *m->masked);
        m->names = calloc(n + 1, sizeof *m->names);
        if (!m->names || !m->wanted || !m->simple || !m->choice || !m->masked) {
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

                ret[i] = (tamis_auto_simple) { .mean = NAN, .median = NAN, .mode = TAMIS_CODE_MISSING };
                r = c->numbers ? summarise_numbers(c, train->rows, &ret[i], err) : summarise_codes(c, train->rows, &ret[i], err);
        }
        return r;
}

/* -- at work ------------------------------------------------------------------------------------------------------- */

int tamis_auto_complete(const tamis_joint *joint, const void *model, tamis_frame *train, tamis_error *err) {
        return joint->fitted ? joint->take(model, 0, train, err) : joint->fill(model, 0, train, err);
}

/* Into the holes of `rows`, from those of `from` (NULL: from one value). */
static void put(const tamis_auto *m, size_t choice, const tamis_frame *from, tamis_frame *rows) {
        for (size_t i = 0; i < m->n; i++) {
                tamis_frame_column *c = &rows->columns[i];
                const tamis_frame_column *f = from ? &from->columns[i] : NULL;

                if (!c->wanted || (from && m->choice[i] != choice))
                        continue;
                for (size_t row = 0; row < rows->rows; row++) {
                        if (c->numbers && isnan(c->numbers[row]))
                                c->numbers[row] = f ? f->numbers[row]
                                        : m->choice[i] == TAMIS_AUTO_MEDIAN ? m->simple[i].median : m->simple[i].mean;
                        else if (c->codes && c->codes[row] == TAMIS_CODE_MISSING)
                                c->codes[row] = f ? f->codes[row] : m->simple[i].mode;
                }
        }
}

/* Each of those in use fills a copy; what it won is taken from there. What it leaves, one value fills. */
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
        for (size_t u = 0; r == 0 && u < m->n_used; u++)
                put(m, TAMIS_AUTO_USED + u, &copies[u], rows);
        if (r == 0)
                put(m, 0, NULL, rows);
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

/* -- saved --------------------------------------------------------------------------------------------------------- */

static int auto_save(const void *model, json_t *into, tamis_error *err) {
        const tamis_auto *m = model;
        json_t *columns = tamis_json_child(into, "columns", json_array()), *used = tamis_json_child(into, "used", json_array());
        int r = columns && used ? 0 : -1;

        for (size_t i = 0; r == 0 && i < m->n; i++) {
                json_t *one = tamis_json_child(columns, NULL, json_object());

                r |= json_object_set_new(one, "wanted", json_boolean(m->wanted[i]));
                r |= json_object_set_new(one, "choice", json_integer((json_int_t) m->choice[i]));
                if (!isnan(m->simple[i].mean)) {
                        r |= json_object_set_new(one, "mean", tamis_json_number(m->simple[i].mean));
                        r |= json_object_set_new(one, "median", tamis_json_number(m->simple[i].median));
                }
                r |= json_object_set_new(one, "mode", json_integer(m->simple[i].mode));
        }
        for (size_t u = 0; r == 0 && u < m->n_used; u++) {
                json_t *one = tamis_json_child(used, NULL, json_object()), *child;

                r |= json_object_set_new(one, "strategy", json_string(m->used[u].joint->base.name));
                child = tamis_json_child(one, "model", json_object());
                if (r < 0 || !child)
                        return tamis_fail_memory(err);
                r = m->used[u].joint->save(m->used[u].model, child, err);
                if (r < 0)
                        return r;
        }
        return r < 0 ? tamis_fail_memory(err) : 0;
}

static int load_column(tamis_auto *m, size_t i, const json_t *one, const tamis_frame_column *c, tamis_error *err) {
        const json_t *mode = json_object_get(one, "mode");
        uint64_t choice;
        int r = tamis_json_count(one, "choice", &choice, err);

        if (r < 0)
                return r;
        m->simple[i] = (tamis_auto_simple) { .mean = NAN, .median = NAN, .mode = TAMIS_CODE_MISSING };
        if (json_object_get(one, "mean")) {
                r = tamis_json_real(one, "mean", &m->simple[i].mean, err);
                if (r == 0)
                        r = tamis_json_real(one, "median", &m->simple[i].median, err);
        }
        if (r == 0 && (choice >= TAMIS_AUTO_USED + m->n_used || !json_is_integer(mode) || json_integer_value(mode) < -1
                       || json_integer_value(mode) >= (json_int_t) (c->levels ? c->levels : 1)))
                r = tamis_fail(err, TAMIS_BAD_MODEL, "column \"%s\": \"choice\" or \"mode\" is damaged", c->name);
        m->wanted[i] = json_is_true(json_object_get(one, "wanted"));
        m->choice[i] = choice;
        if (c->levels)
                m->simple[i].mode = (int32_t) json_integer_value(mode);
        return r;
}

static int load_used(tamis_auto *m, const json_t *used, const tamis_frame *shape, tamis_error *err) {
        tamis_frame own = {0};
        int r = tamis_frame_like(shape, 0, &own, err);

        for (size_t u = 0; r == 0 && u < json_array_size(used); u++) {
                const json_t *one = json_array_get(used, u);
                const char *name;

                r = tamis_json_text(one, "strategy", &name, NULL, err);
                if (r < 0)
                        break;
                m->used[u].joint = tamis_joint_find(name);
                if (!m->used[u].joint || !m->used[u].joint->load || m->used[u].joint->load == tamis_joint_auto.load) {
                        r = tamis_fail(err, TAMIS_BAD_MODEL, "auto uses a strategy this tamis does not know");
                        break;
                }
                m->n_used++;
                tamis_auto_want(m, m->used[u].joint, &own);
                r = m->used[u].joint->load(json_object_get(one, "model"), &own, &m->used[u].model, err);
        }
        tamis_frame_done(&own);
        return r;
}

static int auto_load(const json_t *from, const tamis_frame *shape, void **ret, tamis_error *err) {
        const json_t *columns, *used;
        tamis_auto *m = NULL;
        int r = tamis_json_array(from, "columns", shape->n, &columns, err);

        if (r == 0)
                r = tamis_json_array(from, "used", SIZE_MAX, &used, err);
        if (r == 0 && json_array_size(used) > TAMIS_AUTO_CANDIDATES)
                r = tamis_fail(err, TAMIS_BAD_MODEL, "\"used\" has too many strategies");
        if (r == 0)
                r = tamis_auto_new(shape->n, &m, err);
        for (size_t i = 0; r == 0 && i < m->n; i++)
                m->wanted[i] = json_is_true(json_object_get(json_array_get(columns, i), "wanted"));
        if (r == 0)
                r = load_used(m, used, shape, err);
        for (size_t i = 0; r == 0 && i < m->n; i++)
                r = load_column(m, i, json_array_get(columns, i), &shape->columns[i], err);
        if (r < 0) {
                tamis_auto_free(m);
                return r;
        }
        *ret = m;
        return 0;
}

/* -- reported ------------------------------------------------------------------------------------------------------ */

const char *tamis_auto_choice(const tamis_auto *m, size_t column, bool numbers) {
        size_t choice = m->choice[column];

        if (choice >= TAMIS_AUTO_USED)
                return m->used[choice - TAMIS_AUTO_USED].joint->base.name;
        return !numbers ? "mode" : choice == TAMIS_AUTO_MEDIAN ? "median" : "mean";
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
        r |= json_object_set_new(into, "caution", json_string("scores are from observed cells masked at random: fair where cells are "
                                                              "missing completely at random, and only there"));
        columns = tamis_json_child(into, "columns", json_array());
        r |= columns ? 0 : -1;
        for (size_t i = 0; r == 0 && i < m->n; i++) {
                bool numbers = m->simple[i].mode == TAMIS_CODE_MISSING;
                json_t *one, *scores;

                if (!m->wanted[i])
                        continue;
                one = tamis_json_child(columns, NULL, json_object());
                r |= json_object_set_new(one, "name", tamis_json_bytes(tamis_slice_of(m->names[i])));
                r |= json_object_set_new(one, "choice", json_string(tamis_auto_choice(m, i, numbers)));
                r |= json_object_set_new(one, "masked", json_integer((json_int_t) m->masked[i]));
                scores = tamis_json_child(one, numbers ? "nrmse" : "pfc", json_object());
                r |= scores ? 0 : -1;
                for (size_t k = 0; r == 0 && k < m->n_tried; k++)
                        if (!isnan(m->scores[k * m->n + i]))
                                r |= json_object_set_new(scores, k > 0 ? m->tried[k] : numbers ? "mean" : "mode",
                                                          tamis_json_figure(m->scores[k * m->n + i]));
        }
        return r < 0 ? tamis_fail_memory(err) : 0;
}

static const char *const options[] = {
        "budget", "neighbors", "weights", "metric", "max-iter", "tol", "sweep", "nearest", "trees", "depth", "rate", "match", "rank",
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
        .save = auto_save,
        .load = auto_load,
        .report = auto_report,
        .free = tamis_auto_free,
};
