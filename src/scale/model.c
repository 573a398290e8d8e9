/* What was learned, as JSON:
 *
 *     { "columns": [ { "name": "Age", "type": "numeric" }, ... ],
 *       "scale": [ { "strategy": "standard", "learned": { "mean": 29.7, "sd": 14.5 } }, ... ],
 *       "group": [ { "name": "Sex", ... } ],
 *       "groups": [ { "of": [ "male" ], "learned": [ { "mean": 30.7, "sd": 14.7 }, ... ] }, ... ] }
 *
 * Curves may have a list of numbers there besides: "landmarks": [ ... ]. null instead of what was learned: there was
 * nothing to learn from.
 */
#include <math.h>
#include <stdlib.h>

#include "scale/scale.h"

static int list_to_json(const tamis_scaling *s, json_t *list) {
        int r = list ? 0 : -1;

        for (size_t j = 0; r == 0 && j < s->n; j++)
                r = json_array_append_new(list, tamis_json_number(s->values[j]));
        return r;
}

static json_t *to_json(const tamis_scaler *scaler, const tamis_scaling *s) {
        json_t *one = s->known ? json_object() : json_null();
        int r = one ? 0 : -1;

        for (size_t j = 0; r == 0 && s->known && j < TAMIS_SCALE_LEARNED && scaler->names[j]; j++)
                r = json_object_set_new(one, scaler->names[j], tamis_json_number(s->learned[j]));
        if (r == 0 && s->known && scaler->curve && scaler->curve->list)
                r = list_to_json(s, tamis_json_child(one, scaler->curve->list, json_array()));
        if (r < 0) {
                json_decref(one);
                return NULL;
        }
        return one;
}

static int list_from_json(const char *key, const json_t *from, tamis_scaling *ret, tamis_error *err) {
        const json_t *list;
        int r = tamis_json_array(from, key, SIZE_MAX, &list, err);

        if (r < 0)
                return r;
        ret->values = calloc(json_array_size(list) + 1, sizeof *ret->values);
        if (!ret->values)
                return tamis_fail_memory(err);
        for (; ret->n < json_array_size(list); ret->n++) {
                const json_t *one = json_array_get(list, ret->n);

                ret->values[ret->n] = json_number_value(one);
                if (!json_is_number(one) || !isfinite(ret->values[ret->n]))
                        return tamis_fail(err, TAMIS_BAD_MODEL, "\"%s\": element %zu is no number", key, ret->n);
        }
        return 0;
}

static int curve_from_json(const tamis_scale *m, size_t i, const json_t *from, tamis_scaling *ret, tamis_error *err) {
        const tamis_scaler *scaler = m->lines[i].scaler;
        const tamis_scale_curve *curve = scaler->curve;
        int r = curve->list ? list_from_json(curve->list, from, ret, err) : 0;

        if (r < 0)
                return r;
        if (!curve->sound(ret))
                return tamis_fail(err, TAMIS_BAD_MODEL,
                                  "column \"%s\": what was learned for strategy %s is out of order",
                                  m->columns.names[i], scaler->base.name);
        if (curve->ready && curve->ready(&m->asked, ret))
                return tamis_fail_memory(err);
        ret->known = true;
        return 0;
}

static int from_json(const tamis_scale *m, size_t i, const json_t *from, tamis_scaling *ret, tamis_error *err) {
        const tamis_scaler *scaler = m->lines[i].scaler;
        const double *l = ret->learned;

        if (json_is_null(from))
                return 0;
        for (size_t j = 0; j < TAMIS_SCALE_LEARNED && scaler->names[j]; j++) {
                int r = tamis_json_real(from, scaler->names[j], &ret->learned[j], err);

                if (r < 0)
                        return r;
        }
        if (scaler->curve)
                return curve_from_json(m, i, from, ret, err);
        /* a spread that is negative, or a largest below the smallest, was never learned */
        if (scaler->multiplies ? l[1] < l[0] : scaler->names[1] ? l[1] < 0 : scaler == &tamis_scaler_maxabs && l[0] < 0)
                return tamis_fail(err, TAMIS_BAD_MODEL, "column \"%s\": \"%s\" cannot be %g", m->columns.names[i],
                                  scaler->names[scaler->names[1] != NULL], l[scaler->names[1] != NULL]);
        scaler->line(ret->learned, m->range, ret);
        ret->known = true;
        return 0;
}

static json_t *grouped_to_json(const void *state, size_t column, const void *scaling) {
        return to_json(((const tamis_scale *) state)->lines[column].scaler, scaling);
}

static int grouped_from_json(void *state, size_t column, const json_t *from, void *scaling, tamis_error *err) {
        return from_json(state, column, from, scaling, err);
}

static const tamis_grouped grouped = {
        .key = "learned", .size = sizeof(tamis_scaling), .save = grouped_to_json, .load = grouped_from_json,
};

/* -- saving -------------------------------------------------------------------------------------------------------- */

static int save_columns(const tamis_scale *m, json_t *into, tamis_error *err) {
        json_t *columns, *scales;
        int r = tamis_columns_save(&m->columns, &columns, err);

        if (r < 0)
                return r;
        r |= json_object_set_new(into, "columns", columns);
        scales = tamis_json_child(into, "scale", json_array());
        r |= scales ? 0 : -1;
        for (size_t i = 0; r == 0 && i < m->columns.n; i++) {
                const tamis_scale_line *line = &m->lines[i];
                json_t *one = tamis_json_child(scales, NULL, json_object());

                r |= json_object_set_new(one, "strategy", json_string(line->scaler->base.name));
                r |= json_object_set_new(one, "learned", to_json(line->scaler, &line->whole));
        }
        return r < 0 ? tamis_fail_memory(err) : 0;
}

int tamis_scale_save(const void *state, json_t *into, tamis_error *err) {
        const tamis_scale *m = state;
        int r = save_columns(m, into, err);

        return r < 0 ? r : tamis_grouped_save(&grouped, &m->grouping, m, m->columns.n, m->grouped, into, err);
}

/* -- loading ------------------------------------------------------------------------------------------------------- */

static int load_column(tamis_scale *m, size_t i, const json_t *one, tamis_error *err) {
        const json_t *learned = json_object_get(one, "learned");
        const char *name;
        int r = tamis_json_text(one, "strategy", &name, NULL, err);

        if (r < 0)
                return r;
        m->lines[i].scaler = tamis_scaler_find(name);
        if (!m->lines[i].scaler || !learned)
                return tamis_fail(err, TAMIS_BAD_MODEL, "column \"%s\": %s", m->columns.names[i],
                                  learned ? "scaled in a way this tamis does not know" : "\"learned\" is missing");
        if (m->inverse && m->asked.text && m->lines[i].scaler->curve && m->lines[i].scaler->curve->say)
                return tamis_fail(err, TAMIS_USAGE,
                                  "--inverse: column \"%s\" holds texts now (--say text): there is no way back",
                                  m->columns.names[i]);
        if (m->inverse && m->lines[i].scaler->curve && m->lines[i].scaler->curve->one_way)
                return tamis_fail(err, TAMIS_USAGE, "--inverse: column \"%s\" was scaled by strategy %s: %s",
                                  m->columns.names[i], name, m->lines[i].scaler->curve->one_way);
        return from_json(m, i, learned, &m->lines[i].whole, err);
}

int tamis_scale_load(void *state, const tamis_context *context, const json_t *from, tamis_error *err) {
        tamis_scale *m = state;
        const json_t *scales;
        void *values = NULL;
        int r = tamis_columns_load(&m->columns, json_object_get(from, "columns"), err);

        if (r == 0)
                r = tamis_json_array(from, "scale", m->columns.n, &scales, err);
        if (r < 0)
                return r;
        m->lines = calloc(m->columns.n + 1, sizeof *m->lines);
        if (!m->lines)
                return tamis_fail_memory(err);
        for (size_t i = 0; r == 0 && i < m->columns.n; i++)
                r = load_column(m, i, json_array_get(scales, i), err);
        if (r == 0)
                r = tamis_grouped_load(&grouped, &m->grouping, m, m->columns.n, from, &values, err);
        m->grouped = values;
        m->n_grouped = values ? m->grouping.keys.n * m->columns.n : 0;
        return r;
}

/* -- reporting ----------------------------------------------------------------------------------------------------- */

static int report_column(const tamis_scale *m, size_t i, json_t *all) {
        const tamis_scale_line *line = &m->lines[i];
        json_t *one = tamis_json_child(all, NULL, json_object());
        int r = json_object_set_new(one, "name", tamis_json_bytes(tamis_slice_of(m->columns.names[i])));
        r |= json_object_set_new(one, "strategy", json_string(line->scaler->base.name));
        r |= json_object_set_new(one, "learned", to_json(line->scaler, &line->whole));
        r |= json_object_set_new(one, "scaled", json_integer((json_int_t) line->scaled));
        if (m->grouping.columns.n)
                r |= json_object_set_new(one, "scaled_without_group", json_integer((json_int_t) line->fallback));
        if (!line->whole.known) {
                r |= json_object_set_new(one, "left", json_integer((json_int_t) line->left));
                r |= json_object_set_new(one, "why", json_string("no present cell to learn from"));
        }
        return r;
}

int tamis_scale_report(const void *state, json_t *into, tamis_error *err) {
        const tamis_scale *m = state;
        json_t *columns = tamis_json_child(into, "columns", json_array());
        int r = columns ? 0 : -1;

        if (m->inverse)
                r |= json_object_set_new(into, "inverse", json_true());
        for (size_t i = 0; r == 0 && i < m->columns.n; i++)
                r = report_column(m, i, columns);
        if (r < 0)
                return tamis_fail_memory(err);
        return tamis_grouped_report(&grouped, &m->grouping, m, m->columns.n, m->grouped, into, err);
}
