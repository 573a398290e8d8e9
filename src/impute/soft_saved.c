/* As JSON:
 *
 *     { "lambda": 4.6, "rank": 2, "columns": [ { "centre": 3.5, "spread": 1.1, "factors": [ 0.5, -1.2 ] }, {}, ... ] }
 *
 * A column of the frame each; {}: no numbers, or nothing of it was seen.
 */
#include <stdlib.h>

#include "impute/soft_model.h"

int tamis_soft_save(const void *model, json_t *into, tamis_error *err) {
        const tamis_soft_model *m = model;
        json_t *columns = tamis_json_child(into, "columns", json_array());
        int r = columns ? 0 : -1;

        r |= json_object_set_new(into, "rank", json_integer((json_int_t) m->rank));
        r |= json_object_set_new(into, "lambda", tamis_json_number(m->lambda));
        for (size_t j = 0; r == 0 && j < m->n; j++) {
                json_t *one = tamis_json_child(columns, NULL, json_object()), *right;

                r |= one ? 0 : -1;
                if (m->place[j] < 0)
                        continue;
                r |= json_object_set_new(one, "centre", tamis_json_number(m->centre[m->place[j]]));
                r |= json_object_set_new(one, "spread", tamis_json_number(m->spread[m->place[j]]));
                right = tamis_json_child(one, "factors", json_array());
                for (size_t k = 0; k < m->rank; k++)
                        r |= json_array_append_new(right,
                                                   tamis_json_number(m->right[(size_t) m->place[j] * m->rank + k]));
                r |= right ? 0 : -1;
        }
        return r < 0 ? tamis_fail_memory(err) : 0;
}

static int load_column(tamis_soft_model *m, size_t j, const json_t *one, tamis_type type, tamis_error *err) {
        double *right = m->right + m->columns * m->rank;
        const json_t *factors;
        int r;

        m->place[j] = -1;
        if (json_object_size(one) == 0)
                return 0;
        if (type != TAMIS_TYPE_NUMERIC)
                return tamis_fail(err, TAMIS_BAD_MODEL, "\"columns\": factors for what is no number");
        r = tamis_json_real(one, "centre", &m->centre[m->columns], err);
        if (r == 0)
                r = tamis_json_real(one, "spread", &m->spread[m->columns], err);
        if (r == 0)
                r = tamis_json_array(one, "factors", m->rank, &factors, err);
        for (size_t k = 0; r == 0 && k < m->rank; k++) {
                if (!json_is_number(json_array_get(factors, k)))
                        return tamis_fail(err, TAMIS_BAD_MODEL, "\"factors\" are numbers");
                right[k] = json_number_value(json_array_get(factors, k));
        }
        m->place[j] = (long) m->columns++;
        return r;
}

static int load_model(tamis_soft_model *m, const json_t *from, const tamis_frame *shape, tamis_error *err) {
        const json_t *columns;
        uint64_t rank;
        int r = tamis_json_count(from, "rank", &rank, err);

        if (r == 0)
                r = tamis_json_real(from, "lambda", &m->lambda, err);
        if (r == 0)
                r = tamis_json_array(from, "columns", shape->n, &columns, err);
        if (r < 0)
                return r;
        if (rank > shape->n)
                return tamis_fail(err, TAMIS_BAD_MODEL, "\"rank\" is beyond the number of columns");
        m->rank = rank;
        m->right = calloc(shape->n * rank + 1, sizeof *m->right);
        if (!m->right)
                return tamis_fail_memory(err);
        for (size_t j = 0; r == 0 && j < shape->n; j++)
                r = load_column(m, j, json_array_get(columns, j), shape->columns[j].type, err);
        return r;
}

int tamis_soft_load(const json_t *from, const tamis_frame *shape, void **ret, tamis_error *err) {
        tamis_soft_model *m = tamis_soft_model_new(shape->n);
        int r = m ? load_model(m, from, shape, err) : tamis_fail_memory(err);

        if (r < 0) {
                tamis_soft_free(m);
                return r;
        }
        *ret = m;
        return 0;
}

int tamis_soft_report(const void *model, json_t *into, tamis_error *err) {
        const tamis_soft_model *m = model;
        json_t *path = tamis_json_child(into, "path", json_array());
        int r = path ? 0 : -1;

        r |= json_object_set_new(into, "rank", json_integer((json_int_t) m->rank));
        r |= json_object_set_new(into, "lambda", tamis_json_number(m->lambda));
        for (size_t i = 0; i < m->n_path; i++) {
                json_t *one = tamis_json_child(path, NULL, json_object());

                r |= json_object_set_new(one, "lambda", tamis_json_figure(m->path[i][0]));
                r |= json_object_set_new(one, "rmse", tamis_json_figure(m->path[i][1]));
        }
        return r < 0 ? tamis_fail_memory(err) : 0;
}
