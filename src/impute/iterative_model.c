#include <math.h>
#include <stdlib.h>

#include "impute/iterative.h"

void tamis_iterative_free(void *model) {
        tamis_iterative *m = model;

        if (!m)
                return;
        for (size_t i = 0; i < m->n_steps; i++) {
                free(m->steps[i].features);
                free(m->steps[i].weights);
        }
        free(m->steps);
        free(m->features);
        free(m->first);
        free(m);
}

/* -- rows ---------------------------------------------------------------------------------------------------------- */

void tamis_iterative_row(const tamis_iterative *m, const tamis_frame *frame, size_t row, double *z, uint8_t *holes) {
        for (size_t i = 0; i < m->n; i++) {
                const tamis_iterative_feature *f = &m->features[i];
                const tamis_frame_column *c = &frame->columns[f->column];
                bool hole;

                if (f->level < 0) {
                        hole = isnan(c->numbers[row]);
                        z[i] = hole ? 0 : c->numbers[row] - f->mean;
                } else {
                        hole = c->codes[row] == TAMIS_CODE_MISSING;
                        z[i] = hole ? 0 : (c->codes[row] == f->level) - f->mean;
                }
                if (holes)
                        holes[i] = hole;
        }
}

double tamis_iterative_predict(const tamis_iterative *m, const tamis_iterative_step *step, const double *z) {
        const tamis_iterative_feature *f = &m->features[step->target];
        double value = step->intercept, x;

        for (size_t i = 0; i < step->n; i++)
                value += step->weights[i] * z[step->features[i]];
        x = value + f->mean;
        if (x < f->least)
                return f->least - f->mean;
        return x > f->most ? f->most - f->mean : value;
}

static void fill_row(const tamis_iterative *m, tamis_frame *rows, size_t row, double *z, const uint8_t *holes) {
        for (size_t i = 0; i < m->n_steps; i++) {
                const tamis_iterative_step *step = &m->steps[i];

                if (holes[step->target])
                        z[step->target] = tamis_iterative_predict(m, step, z);
        }
        for (size_t i = 0; i < m->n; i++) {
                const tamis_iterative_feature *f = &m->features[i];
                tamis_frame_column *c = &rows->columns[f->column];

                if (f->level < 0 && holes[i] && c->wanted)
                        c->numbers[row] = fmin(fmax(z[i] + f->mean, f->least), f->most);
        }
}

int tamis_iterative_fill(const void *model, size_t which, tamis_frame *rows, tamis_error *err) {
        const tamis_iterative *m = model;
        double *z = malloc((m->n + 1) * sizeof *z);
        uint8_t *holes = malloc(m->n + 1);
        int r = z && holes ? 0 : tamis_fail_memory(err);

        for (size_t row = 0; r == 0 && row < rows->rows; row++) {
                tamis_iterative_row(m, rows, row, z, holes);
                fill_row(m, rows, row, z, holes);
        }
        free(z);
        free(holes);
        return r;
}

/* -- saved --------------------------------------------------------------------------------------------------------- */

static int save_step(const tamis_iterative_step *step, json_t *steps) {
        json_t *one = tamis_json_child(steps, NULL, json_object());
        json_t *features = tamis_json_child(one, "features", json_array()), *weights = tamis_json_child(one, "weights", json_array());
        int r = one && features && weights ? 0 : -1;

        r |= r == 0 ? json_object_set_new(one, "target", json_integer(step->target)) : 0;
        r |= r == 0 ? json_object_set_new(one, "intercept", tamis_json_number(step->intercept)) : 0;
        for (size_t i = 0; r == 0 && i < step->n; i++) {
                r |= json_array_append_new(features, json_integer(step->features[i]));
                r |= json_array_append_new(weights, tamis_json_number(step->weights[i]));
        }
        return r;
}

/* Sums of squares can be too large for a number where the cells are not. */
static bool is_finite(const tamis_iterative *m) {
        bool finite = true;

        for (size_t i = 0; i < m->n; i++)
                finite &= isfinite(m->features[i].mean) != 0;
        for (size_t i = 0; i < m->n_steps; i++) {
                finite &= isfinite(m->steps[i].intercept) != 0;
                for (size_t k = 0; k < m->steps[i].n; k++)
                        finite &= isfinite(m->steps[i].weights[k]) != 0;
        }
        return finite;
}

int tamis_iterative_save(const void *model, json_t *into, tamis_error *err) {
        const tamis_iterative *m = model;
        json_t *features = tamis_json_child(into, "features", json_array());
        json_t *steps = tamis_json_child(into, "steps", json_array());
        int r = features && steps ? 0 : -1;

        if (!is_finite(m))
                return tamis_fail(err, TAMIS_BAD_DATA, "strategy iterative: the cells are so large that its sums are no numbers, so "
                                  "there is no model to save (scale them first)");
        for (size_t i = 0; r == 0 && i < m->n; i++) {
                json_t *one = tamis_json_child(features, NULL, json_object());

                r |= json_object_set_new(one, "column", json_integer((json_int_t) m->features[i].column));
                r |= json_object_set_new(one, "level", json_integer(m->features[i].level));
                r |= json_object_set_new(one, "mean", tamis_json_number(m->features[i].mean));
        }
        for (size_t i = 0; r == 0 && i < m->n_steps; i++)
                r |= save_step(&m->steps[i], steps);
        return r < 0 ? tamis_fail_memory(err) : 0;
}

static int damaged(const char *what, tamis_error *err) {
        return tamis_fail(err, TAMIS_BAD_MODEL, "strategy iterative: \"%s\" is damaged", what);
}

static int load_feature(tamis_iterative *m, const json_t *from, const tamis_frame *shape, tamis_error *err) {
        tamis_iterative_feature *f = &m->features[m->n];
        const json_t *level = json_object_get(from, "level");
        const tamis_frame_column *c;
        uint64_t column;
        int r = tamis_json_count(from, "column", &column, err);

        if (r == 0)
                r = tamis_json_real(from, "mean", &f->mean, err);
        if (r < 0)
                return r;
        if (column >= shape->n || !json_is_integer(level))
                return damaged("features", err);
        c = &shape->columns[column];
        f->column = (size_t) column;
        f->level = -1;
        f->least = -INFINITY;
        f->most = INFINITY;
        if (c->type == TAMIS_TYPE_NUMERIC) {
                f->least = c->least;
                f->most = c->most;
        } else if (json_integer_value(level) < 1 || (size_t) json_integer_value(level) >= c->levels) {
                return damaged("features", err);
        } else {
                f->level = (int32_t) json_integer_value(level);
        }
        if (m->first[f->column] == SIZE_MAX)
                m->first[f->column] = m->n;
        m->n++;
        return 0;
}

static int load_step(tamis_iterative *m, const json_t *from, tamis_error *err) {
        tamis_iterative_step *step = &m->steps[m->n_steps++];
        const json_t *features, *weights;
        uint64_t target;
        int r = tamis_json_count(from, "target", &target, err);

        if (r == 0)
                r = tamis_json_real(from, "intercept", &step->intercept, err);
        if (r == 0)
                r = tamis_json_array(from, "features", SIZE_MAX, &features, err);
        if (r == 0)
                r = tamis_json_array(from, "weights", json_array_size(features), &weights, err);
        if (r < 0)
                return r;
        if (target >= m->n || m->features[target].level >= 0)
                return damaged("steps", err);
        step->target = (uint32_t) target;
        step->features = malloc((json_array_size(features) + 1) * sizeof *step->features);
        step->weights = malloc((json_array_size(features) + 1) * sizeof *step->weights);
        if (!step->features || !step->weights)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < json_array_size(features); i++) {
                const json_t *feature = json_array_get(features, i), *weight = json_array_get(weights, i);

                if (!json_is_integer(feature) || json_integer_value(feature) < 0
                    || (size_t) json_integer_value(feature) >= m->n || !json_is_number(weight))
                        return damaged("steps", err);
                step->features[i] = (uint32_t) json_integer_value(feature);
                step->weights[i] = json_number_value(weight);
                step->n++;
        }
        return 0;
}

static int load(tamis_iterative *m, const json_t *from, const tamis_frame *shape, tamis_error *err) {
        const json_t *features, *steps;
        int r = tamis_json_array(from, "features", SIZE_MAX, &features, err);

        if (r == 0)
                r = tamis_json_array(from, "steps", SIZE_MAX, &steps, err);
        if (r < 0)
                return r;
        m->columns = shape->n;
        m->first = malloc((shape->n + 1) * sizeof *m->first);
        m->features = calloc(json_array_size(features) + 1, sizeof *m->features);
        m->steps = calloc(json_array_size(steps) + 1, sizeof *m->steps);
        if (!m->first || !m->features || !m->steps)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < shape->n; i++)
                m->first[i] = SIZE_MAX;
        for (size_t i = 0; r == 0 && i < json_array_size(features); i++)
                r = load_feature(m, json_array_get(features, i), shape, err);
        for (size_t i = 0; r == 0 && i < json_array_size(steps); i++)
                r = load_step(m, json_array_get(steps, i), err);
        return r;
}

int tamis_iterative_load(const json_t *from, const tamis_frame *shape, void **ret, tamis_error *err) {
        tamis_iterative *m = calloc(1, sizeof *m);
        int r = m ? load(m, from, shape, err) : tamis_fail_memory(err);

        if (r < 0) {
                tamis_iterative_free(m);
                return r;
        }
        *ret = m;
        return 0;
}

int tamis_iterative_report(const void *model, json_t *into, tamis_error *err) {
        const tamis_iterative *m = model;
        int r = json_object_set_new(into, "rounds", json_integer((json_int_t) m->rounds));

        r |= json_object_set_new(into, "converged", json_boolean(m->converged));
        r |= json_object_set_new(into, "change", tamis_json_figure(m->change));
        return r < 0 ? tamis_fail_memory(err) : 0;
}
