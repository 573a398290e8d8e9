/* What a model and a report hold of decisions; the search has its own part of the report (decide_best.c). */
#include <math.h>
#include <stdlib.h>

#include "balance/decide.h"

int tamis_decide_save(const void *state, json_t *into, tamis_error *err) {
        const tamis_decide *d = state;
        json_t *columns, *names;
        int r = tamis_columns_save(&d->scores, &columns, err);

        if (r < 0)
                return r;
        r = json_object_set_new(into, "probability", columns);
        names = tamis_json_child(into, "classes", json_array());
        r |= names ? 0 : -1;
        for (size_t i = 0; i < d->n_classes; i++)
                r |= json_array_append_new(names, tamis_json_bytes(d->names[i]));
        if (d->scores.n == 1)
                r |= json_object_set_new(into, "threshold", isinf(d->threshold) ? json_null()
                                         : tamis_json_number(d->threshold));
        if (d->matrix) {
                json_t *costs = tamis_json_child(into, "costs", json_array());

                for (size_t i = 0; i < d->n_classes * d->n_classes; i++)
                        r |= json_array_append_new(costs, tamis_json_number(d->matrix[i]));
        }
        if (d->shares) {
                json_t *shares = tamis_json_child(into, "kept", json_array());

                for (size_t i = 0; i < d->n_classes; i++)
                        r |= json_array_append_new(shares, tamis_json_number(d->shares[i]));
        }
        return r < 0 ? tamis_fail_memory(err) : 0;
}

static int load_numbers(const json_t *from, const char *key, size_t n, double **ret, tamis_error *err) {
        const json_t *array;
        int r;

        if (!json_object_get(from, key))
                return 0;
        r = tamis_json_array(from, key, n, &array, err);
        if (r < 0)
                return r;
        *ret = calloc(n, sizeof **ret);
        if (!*ret)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < n; i++) {
                const json_t *one = json_array_get(array, i);

                (*ret)[i] = json_number_value(one);
                if (!json_is_number(one) || !isfinite((*ret)[i]))
                        return tamis_fail(err, TAMIS_BAD_MODEL, "\"%s\" holds what is no number", key);
        }
        return 0;
}

int tamis_decide_load(void *state, const tamis_context *context, const json_t *from, tamis_error *err) {
        tamis_decide *d = state;
        const json_t *names;
        int r = tamis_columns_load(&d->scores, json_object_get(from, "probability"), err);

        d->loaded = true;
        if (r == 0 && d->scores.n == 0)
                r = tamis_fail(err, TAMIS_BAD_MODEL, "\"probability\" holds no column");
        if (r < 0)
                return r;
        d->n_classes = d->scores.n == 1 ? 2 : d->scores.n;
        r = tamis_json_array(from, "classes", d->n_classes, &names, err);
        if (r < 0)
                return r;
        d->names = calloc(d->n_classes, sizeof *d->names);
        if (!d->names)
                return tamis_fail_memory(err);
        for (size_t i = 0; r == 0 && i < d->n_classes; i++)
                r = tamis_json_bytes_get(json_array_get(names, i), &d->arena, &d->names[i], err);
        if (r == 0 && d->scores.n == 1) {
                d->threshold = INFINITY;
                if (!json_is_null(json_object_get(from, "threshold")))
                        r = tamis_json_real(from, "threshold", &d->threshold, err);
        }
        if (r == 0 && d->scores.n > 1)
                r = load_numbers(from, "costs", d->n_classes * d->n_classes, &d->matrix, err);
        if (r == 0)
                r = load_numbers(from, "kept", d->n_classes, &d->shares, err);
        for (size_t i = 0; r == 0 && d->shares && i < d->n_classes; i++)
                if (!(d->shares[i] > 0 && d->shares[i] <= 1))
                        r = tamis_fail(err, TAMIS_BAD_MODEL, "\"kept\" holds what is no share");
        return r;
}

int tamis_decide_report(const void *state, json_t *into, tamis_error *err) {
        const tamis_decide *d = state;
        json_t *classes;
        int r = 0;

        if (d->scores.n == 1) {
                r |= json_object_set_new(into, "positive", tamis_json_bytes(d->names[1]));
                r |= json_object_set_new(into, "threshold", isinf(d->threshold) ? json_null()
                                         : tamis_json_number(d->threshold));
        }
        classes = tamis_json_child(into, "classes", json_array());
        r |= classes ? 0 : -1;
        for (size_t i = 0; d->decided && i < d->n_classes; i++) {
                json_t *one = tamis_json_child(classes, NULL, json_object());

                r |= json_object_set_new(one, "class", tamis_json_bytes(d->names[i]));
                r |= json_object_set_new(one, "decided", json_integer((json_int_t) d->decided[i]));
                if (d->shares)
                        r |= json_object_set_new(one, "kept", tamis_json_number(d->shares[i]));
        }
        if (d->decided)
                r |= json_object_set_new(into, "rows_without_score",
                                         json_integer((json_int_t) d->decided[d->n_classes]));
        if (r < 0)
                return tamis_fail_memory(err);
        return d->has_target && !d->loaded && d->scores.n == 1 ? tamis_decide_report_search(d, into, err) : 0;
}
