#include <math.h>
#include <stdlib.h>

#include "impute/iterative.h"

static size_t weights_of(const tamis_iterative_step *step) {
        return step->classes > 0 ? (step->classes - 1) * (step->n + 1) : step->n;
}

static int save_step(const tamis_iterative_step *step, json_t *steps) {
        json_t *one = tamis_json_child(steps, NULL, json_object());
        json_t *features = tamis_json_child(one, "features", json_array()),
               *weights = tamis_json_child(one, "weights", json_array());
        int r = one && features && weights ? 0 : -1;

        r |= r == 0 ? json_object_set_new(one, "target", json_integer(step->target)) : 0;
        for (size_t i = 0; r == 0 && i < step->n; i++)
                r |= json_array_append_new(features, json_integer(step->features[i]));
        for (size_t i = 0; r == 0 && i < weights_of(step); i++)
                r |= json_array_append_new(weights, tamis_json_number(step->weights[i]));
        if (r == 0 && step->classes > 0) {
                json_t *classes = tamis_json_child(one, "classes", json_array());

                r = classes ? 0 : -1;
                for (size_t i = 0; r == 0 && i < step->classes; i++)
                        r |= json_array_append_new(classes, json_integer(step->class[i]));
        } else if (r == 0) {
                r = json_object_set_new(one, "intercept", tamis_json_number(step->intercept));
        }
        return r;
}

/* Sums of squares can be too large for a number where the cells are not. */
static bool is_finite(const tamis_iterative *m) {
        bool finite = true;

        for (size_t i = 0; i < m->n; i++)
                finite &= isfinite(m->features[i].mean) != 0;
        for (size_t i = 0; i < m->n_steps; i++) {
                finite &= m->steps[i].classes > 0 || isfinite(m->steps[i].intercept);
                for (size_t k = 0; k < weights_of(&m->steps[i]); k++)
                        finite &= isfinite(m->steps[i].weights[k]) != 0;
        }
        return finite;
}

int tamis_iterative_save(const void *model, json_t *into, tamis_error *err) {
        const tamis_iterative *m = model;
        json_t *features = tamis_json_child(into, "features", json_array());
        json_t *steps = tamis_json_child(into, "steps", json_array());
        json_t *modes = tamis_json_child(into, "modes", json_array());
        int r = features && steps && modes ? 0 : -1;

        if (!is_finite(m))
                return tamis_fail(err, TAMIS_BAD_DATA,
                                  "strategy iterative: the cells are so large that its sums are no numbers, so "
                                  "there is no model to save (scale them first)");
        for (size_t i = 0; r == 0 && i < m->n_columns; i++)
                r |= json_array_append_new(modes, json_integer(m->columns[i].mode));
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

/* A column's features stand together, the columns in their order; that of all other levels is its last. */
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
        if (column >= shape->n || !json_is_integer(level) || (m->n > 0 && column < f[-1].column))
                return damaged("features", err);
        c = &shape->columns[column];
        *f = (tamis_iterative_feature) { (size_t) column, TAMIS_ITERATIVE_NUMBER, f->mean, -INFINITY, INFINITY };
        if (c->type == TAMIS_TYPE_NUMERIC) {
                if (m->columns[column].n > 0)
                        return damaged("features", err);
                f->least = c->least;
                f->most = c->most;
        } else if (json_integer_value(level) < TAMIS_ITERATIVE_OTHERS ||
                   json_integer_value(level) == TAMIS_ITERATIVE_NUMBER ||
                   json_integer_value(level) >= (json_int_t) c->levels) {
                return damaged("features", err);
        } else {
                f->level = (int32_t) json_integer_value(level);
        }
        if (m->columns[column].n++ == 0)
                m->columns[column].first = m->n;
        m->n++;
        return 0;
}

static int load_classes(const tamis_iterative *m, const json_t *from, tamis_iterative_step *step, tamis_error *err) {
        const json_t *classes;
        int r = tamis_json_array(from, "classes", SIZE_MAX, &classes, err);

        if (r < 0)
                return r;
        if (json_array_size(classes) == 0)
                return damaged("steps", err);
        step->class = malloc(json_array_size(classes) * sizeof *step->class);
        if (!step->class)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < json_array_size(classes); i++) {
                const json_t *class = json_array_get(classes, i);

                if (!json_is_integer(class) || json_integer_value(class) < 0
                    || json_integer_value(class) >= (json_int_t) m->columns[step->column].levels)
                        return damaged("steps", err);
                step->class[step->classes++] = (int32_t) json_integer_value(class);
        }
        return 0;
}

static int load_predictors(const tamis_iterative *m, const json_t *from, tamis_iterative_step *step, tamis_error *err) {
        const json_t *features, *weights;
        int r = tamis_json_array(from, "features", SIZE_MAX, &features, err);

        if (r < 0)
                return r;
        step->features = malloc((json_array_size(features) + 1) * sizeof *step->features);
        if (!step->features)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < json_array_size(features); i++) {
                const json_t *feature = json_array_get(features, i);

                if (!json_is_integer(feature) || json_integer_value(feature) < 0
                    || (size_t) json_integer_value(feature) >= m->n)
                        return damaged("steps", err);
                step->features[step->n++] = (uint32_t) json_integer_value(feature);
        }
        r = tamis_json_array(from, "weights", weights_of(step), &weights, err);
        if (r < 0)
                return r;
        step->weights = malloc((weights_of(step) + 1) * sizeof *step->weights);
        if (!step->weights)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < weights_of(step); i++) {
                if (!json_is_number(json_array_get(weights, i)))
                        return damaged("steps", err);
                step->weights[i] = json_number_value(json_array_get(weights, i));
        }
        return 0;
}

static int load_step(tamis_iterative *m, const json_t *from, tamis_error *err) {
        tamis_iterative_step *step = &m->steps[m->n_steps++];
        uint64_t target;
        int r = tamis_json_count(from, "target", &target, err);

        if (r < 0)
                return r;
        if (target >= m->n)
                return damaged("steps", err);
        step->column = m->features[target].column;
        step->target = (uint32_t) target;
        r = m->columns[step->column].place ? load_classes(m, from, step, err)
                : tamis_json_real(from, "intercept", &step->intercept, err);
        return r == 0 ? load_predictors(m, from, step, err) : r;
}

static int load_modes(tamis_iterative *m, const json_t *modes, const tamis_frame *shape, tamis_error *err) {
        for (size_t i = 0; i < shape->n; i++) {
                const json_t *mode = json_array_get(modes, i);

                if (!json_is_integer(mode) || json_integer_value(mode) < -1 ||
                    json_integer_value(mode) >= (json_int_t) (shape->columns[i].levels ? shape->columns[i].levels : 1))
                        return damaged("modes", err);
                m->columns[i] = (tamis_iterative_column) { .mode = (int32_t) json_integer_value(mode),
                                                           .levels = shape->columns[i].levels };
                if (m->columns[i].levels == 0)
                        m->columns[i].mode = -1;
        }
        return 0;
}

static int load(tamis_iterative *m, const json_t *from, const tamis_frame *shape, tamis_error *err) {
        const json_t *features, *steps, *modes;
        int r = tamis_json_array(from, "features", SIZE_MAX, &features, err);

        if (r == 0)
                r = tamis_json_array(from, "steps", SIZE_MAX, &steps, err);
        if (r == 0)
                r = tamis_json_array(from, "modes", shape->n, &modes, err);
        if (r < 0)
                return r;
        m->n_columns = shape->n;
        m->columns = calloc(shape->n + 1, sizeof *m->columns);
        m->features = calloc(json_array_size(features) + 1, sizeof *m->features);
        m->steps = calloc(json_array_size(steps) + 1, sizeof *m->steps);
        if (!m->columns || !m->features || !m->steps)
                return tamis_fail_memory(err);
        r = load_modes(m, modes, shape, err);
        for (size_t i = 0; r == 0 && i < json_array_size(features); i++)
                r = load_feature(m, json_array_get(features, i), shape, err);
        if (r == 0)
                r = tamis_iterative_place(m, err);
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
        if (m->rounds > 0 && !isnan(m->changed))
                r |= json_object_set_new(into, "levels_changed", tamis_json_figure(m->changed));
        return r < 0 ? tamis_fail_memory(err) : 0;
}
