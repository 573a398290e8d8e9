#include <math.h>

#include "impute/auto.h"

static int save_weights(const tamis_auto *m, size_t column, json_t *into) {
        json_t *weights = tamis_json_child(into, "weights", json_array());
        int r = weights ? 0 : -1;

        for (size_t s = 0; r == 0 && s < TAMIS_AUTO_USED + m->n_used; s++)
                r = json_array_append_new(weights, tamis_json_number(m->weights[column * TAMIS_AUTO_SOURCES + s]));
        return r;
}

int tamis_auto_save(const void *model, json_t *into, tamis_error *err) {
        const tamis_auto *m = model;
        json_t *columns = tamis_json_child(into, "columns", json_array()),
               *used = tamis_json_child(into, "used", json_array());
        int r = columns && used ? 0 : -1;

        for (size_t i = 0; r == 0 && i < m->n; i++) {
                json_t *one = tamis_json_child(columns, NULL, json_object());

                r |= json_object_set_new(one, "wanted", json_boolean(m->wanted[i]));
                r |= save_weights(m, i, one);
                if (!isnan(m->simple[i].mean)) {
                        r |= json_object_set_new(one, "mean", tamis_json_number(m->simple[i].mean));
                        r |= json_object_set_new(one, "median", tamis_json_number(m->simple[i].median));
                        r |= json_object_set_new(one, "low", tamis_json_number(m->simple[i].low));
                        r |= json_object_set_new(one, "high", tamis_json_number(m->simple[i].high));
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

static int load_weights(const json_t *one, size_t n, double *weights, const char *name, tamis_error *err) {
        const json_t *list;
        double sum = 0;
        int r = tamis_json_array(one, "weights", n, &list, err);

        if (r < 0)
                return r;
        for (size_t s = 0; s < n; s++) {
                weights[s] = json_number_value(json_array_get(list, s));
                if (!(weights[s] >= 0 && weights[s] <= 1))
                        return tamis_fail(err, TAMIS_BAD_MODEL, "column \"%s\": \"weights\" are from 0 to 1", name);
                sum += weights[s];
        }
        if (fabs(sum - 1) > 1e-6)
                return tamis_fail(err, TAMIS_BAD_MODEL, "column \"%s\": \"weights\" do not sum to 1", name);
        return 0;
}

static int load_column(tamis_auto *m, size_t i, const json_t *one, const tamis_frame_column *c, tamis_error *err) {
        const json_t *mode = json_object_get(one, "mode");
        int r = load_weights(one, TAMIS_AUTO_USED + m->n_used, m->weights + i * TAMIS_AUTO_SOURCES, c->name, err);

        if (r < 0)
                return r;
        m->simple[i] =
                (tamis_auto_simple) { .mean = NAN, .median = NAN, .low = NAN, .high = NAN, .mode = TAMIS_CODE_MISSING };
        if (json_object_get(one, "mean")) {
                r = tamis_json_real(one, "mean", &m->simple[i].mean, err);
                if (r == 0)
                        r = tamis_json_real(one, "median", &m->simple[i].median, err);
                if (r == 0)
                        r = tamis_json_real(one, "low", &m->simple[i].low, err);
                if (r == 0)
                        r = tamis_json_real(one, "high", &m->simple[i].high, err);
        }
        if (r == 0 && (!json_is_integer(mode) || json_integer_value(mode) < -1
                       || json_integer_value(mode) >= (json_int_t) (c->levels ? c->levels : 1)))
                r = tamis_fail(err, TAMIS_BAD_MODEL, "column \"%s\": \"mode\" is damaged", c->name);
        m->wanted[i] = json_is_true(json_object_get(one, "wanted"));
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

int tamis_auto_load(const json_t *from, const tamis_frame *shape, void **ret, tamis_error *err) {
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
