/* The model, made, saved and loaded. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "impute/regression.h"

void tamis_regression_free(void *model) {
        tamis_regression *m = model;

        if (!m)
                return;
        for (size_t j = 0; m->columns && j < m->n; j++) {
                free(m->columns[j].place);
                free(m->columns[j].class);
                free(m->columns[j].b);
        }
        free(m->columns);
        free(m->purpose);
        free(m);
}

tamis_regression *tamis_regression_new(size_t n, uint64_t seed, const char *purpose) {
        tamis_regression *m = calloc(1, sizeof *m);

        if (!m)
                return NULL;
        m->n = n;
        m->q = 1;
        m->seed = seed;
        m->columns = calloc(n + 1, sizeof *m->columns);
        m->purpose = strdup(purpose);
        if (!m->columns || !m->purpose) {
                tamis_regression_free(m);
                return NULL;
        }
        for (size_t j = 0; j < n; j++) {
                m->columns[j].centre = NAN;
                m->columns[j].mode = -1;
        }
        return m;
}

static int save_reals(json_t *into, const char *key, const double *x, size_t n) {
        json_t *all = tamis_json_child(into, key, json_array());
        int r = all ? 0 : -1;

        for (size_t i = 0; r == 0 && i < n; i++)
                r = json_array_append_new(all, tamis_json_number(x[i]));
        return r;
}

static int save_codes(json_t *into, const char *key, const int32_t *x, size_t n) {
        json_t *all = tamis_json_child(into, key, json_array());
        int r = all ? 0 : -1;

        for (size_t i = 0; r == 0 && i < n; i++)
                r = json_array_append_new(all, json_integer(x[i]));
        return r;
}

static int save_column(const tamis_regression_column *c, bool number, json_t *one) {
        int r = 0;

        if (number) {
                if (isnan(c->centre))
                        return 0;
                r |= json_object_set_new(one, "centre", tamis_json_number(c->centre));
                r |= json_object_set_new(one, "spread", tamis_json_number(c->spread));
                if (c->fitted)
                        r |= json_object_set_new(one, "sd", tamis_json_number(c->sd));
        } else {
                if (c->mode < 0)
                        return 0;
                r |= json_object_set_new(one, "mode", json_integer(c->mode));
                r |= save_codes(one, "places", c->place, c->levels);
                r |= save_codes(one, "classes", c->class, c->classes);
        }
        if (c->fitted)
                r |= save_reals(one, "coefficients", c->b, number ? c->k : (c->classes - 1) * c->k);
        return r;
}

/* Columns as they are in the frame; coefficients: all places of the code, for each class but the first; or one for
 * each, where there is no model. */
int tamis_regression_save(const void *model, json_t *into, tamis_error *err) {
        const tamis_regression *m = model;
        json_t *columns = tamis_json_child(into, "columns", json_array());
        char seed[24];
        int r = columns ? 0 : -1;

        snprintf(seed, sizeof seed, "%llu", (unsigned long long) m->seed);
        r |= json_object_set_new(into, "stochastic", json_boolean(m->stochastic));
        r |= json_object_set_new(into, "seed", json_string(seed));      /* whole numbers end at 2^63 */
        r |= json_object_set_new(into, "purpose", json_string(m->purpose));
        for (size_t j = 0; r == 0 && j < m->n; j++) {
                json_t *one = tamis_json_child(columns, NULL, json_object());

                r = one ? save_column(&m->columns[j], !m->columns[j].class, one) : -1;
        }
        return r < 0 ? tamis_fail_memory(err) : 0;
}

/* An array of whole numbers from `least` to below `most`. */
static int load_codes(const json_t *from, const char *key, size_t n, json_int_t least, size_t most, int32_t **ret,
                      size_t *n_ret, tamis_error *err) {
        const json_t *all;
        int r = tamis_json_array(from, key, n, &all, err);

        if (r < 0)
                return r;
        *n_ret = json_array_size(all);
        *ret = malloc((*n_ret + 1) * sizeof **ret);
        if (!*ret)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < *n_ret; i++) {
                const json_t *x = json_array_get(all, i);

                if (!json_is_integer(x) || json_integer_value(x) < least || json_integer_value(x) >= (json_int_t) most)
                        return tamis_fail(err, TAMIS_BAD_MODEL, "\"%s\" is damaged", key);
                (*ret)[i] = (int32_t) json_integer_value(x);
        }
        return 0;
}

static int load_category(tamis_regression_column *c, const json_t *one, tamis_error *err) {
        size_t places;
        uint64_t mode;
        int r = tamis_json_count(one, "mode", &mode, err);

        if (r == 0 && mode >= c->levels)
                r = tamis_fail(err, TAMIS_BAD_MODEL, "\"mode\" is no level");
        if (r == 0)
                r = load_codes(one, "places", c->levels, -1, c->levels, &c->place, &places, err);
        if (r == 0)
                r = load_codes(one, "classes", SIZE_MAX, 0, c->levels, &c->class, &c->classes, err);
        if (r < 0)
                return r;
        c->mode = (int32_t) mode;
        for (size_t i = 0; i < places; i++)
                c->width = c->place[i] >= (int32_t) c->width ? (size_t) c->place[i] + 1 : c->width;
        return 0;
}

static int load_coding(tamis_regression_column *c, const json_t *one, const tamis_frame_column *shape,
                       tamis_error *err) {
        int r;

        if (json_object_size(one) == 0)
                return 0;
        if (shape->type != TAMIS_TYPE_NUMERIC) {
                c->levels = shape->levels;
                return load_category(c, one, err);
        }
        r = tamis_json_real(one, "centre", &c->centre, err);
        if (r == 0)
                r = tamis_json_real(one, "spread", &c->spread, err);
        if (r == 0 && c->spread < 0)
                r = tamis_fail(err, TAMIS_BAD_MODEL, "\"spread\" is below 0");
        if (r == 0 && json_object_get(one, "sd"))
                r = tamis_json_real(one, "sd", &c->sd, err);
        c->width = c->spread > 0;
        return r;
}

static int load_coefficients(const tamis_regression *m, tamis_regression_column *c, bool number, const json_t *one,
                             tamis_error *err) {
        const json_t *all = json_object_get(one, "coefficients");
        size_t n = number ? 1 : c->classes - 1;

        if (!all)
                return 0;
        c->fitted = true;
        c->k = !number && json_array_size(all) == n ? 1 : m->q;
        if ((number ? c->spread == 0 : c->classes < 2) || !json_is_array(all) || json_array_size(all) != n * c->k)
                return tamis_fail(err, TAMIS_BAD_MODEL, "\"coefficients\" are not as many as there must be");
        c->b = malloc((n * c->k + 1) * sizeof *c->b);
        if (!c->b)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < n * c->k; i++) {
                if (!json_is_number(json_array_get(all, i)))
                        return tamis_fail(err, TAMIS_BAD_MODEL, "\"coefficients\" are numbers");
                c->b[i] = json_number_value(json_array_get(all, i));
        }
        return 0;
}

static int load_model(tamis_regression *m, const json_t *from, const tamis_frame *shape, tamis_error *err) {
        const json_t *columns;
        int r = tamis_json_array(from, "columns", shape->n, &columns, err);

        m->stochastic = json_is_true(json_object_get(from, "stochastic"));
        for (size_t j = 0; r == 0 && j < m->n; j++) {
                r = load_coding(&m->columns[j], json_array_get(columns, j), &shape->columns[j], err);
                m->columns[j].at = m->q;
                m->q += m->columns[j].width;
        }
        for (size_t j = 0; r == 0 && j < m->n; j++)
                r = load_coefficients(m, &m->columns[j], shape->columns[j].type == TAMIS_TYPE_NUMERIC,
                                      json_array_get(columns, j), err);
        return r;
}

int tamis_regression_load(const json_t *from, const tamis_frame *shape, void **ret, tamis_error *err) {
        const char *purpose, *seed;
        tamis_regression *m;
        int r = tamis_json_text(from, "seed", &seed, NULL, err);

        if (r == 0)
                r = tamis_json_text(from, "purpose", &purpose, NULL, err);
        if (r < 0)
                return r;
        m = tamis_regression_new(shape->n, strtoull(seed, NULL, 10), purpose);
        r = m ? load_model(m, from, shape, err) : tamis_fail_memory(err);
        if (r < 0) {
                tamis_regression_free(m);
                return r;
        }
        *ret = m;
        return 0;
}
