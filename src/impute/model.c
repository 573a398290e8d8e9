/* What was learned, as JSON:
 *
 *     { "columns": [ { "name": "Age", "type": "numeric" }, ... ],
 *       "fill": [ { "strategy": "median", "value": 28, "indicator": true }, ... ],
 *       "group": [ { "name": "Sex", ... } ],
 *       "groups": [ { "of": [ "male" ], "values": [ 29, ... ] }, ... ] }
 *
 * A value is a number, a text, or null for what stays missing.
 */
#include <math.h>
#include <stdlib.h>

#include "impute/impute.h"

static json_t *to_json(const tamis_fill *fill) {
        switch (fill->kind) {
        case TAMIS_FILL_NUMBER:
                return tamis_json_number(fill->number);
        case TAMIS_FILL_TEXT:
                return tamis_json_bytes(fill->text);
        case TAMIS_FILL_NONE:
                break;
        }
        return json_null();
}

static int from_json(tamis_impute *m, const json_t *value, tamis_fill *ret, tamis_error *err) {
        int r;

        if (json_is_null(value))
                return 0;
        if (json_is_number(value)) {
                *ret = (tamis_fill) { .kind = TAMIS_FILL_NUMBER, .number = json_number_value(value) };
                return 0;
        }
        r = tamis_json_bytes_get(value, &m->texts, &ret->text, err);
        if (r < 0)
                return r;
        if (tamis_missing_is(m->context->missing, ret->text))
                return tamis_fail(err, TAMIS_BAD_MODEL, "the value \"%.*s\" is read as missing itself",
                                  (int) ret->text.n, ret->text.p);
        ret->kind = TAMIS_FILL_TEXT;
        return 0;
}

static const char *strategy_name(const tamis_impute_column *c) {
        return c->constant ? tamis_imputer_constant.base.name : c->filler ? c->filler->name : c->imputer->base.name;
}

/* -- saving -------------------------------------------------------------------------------------------------------- */

static int save_columns(const tamis_impute *m, json_t *into, tamis_error *err) {
        json_t *columns, *fills = json_array();
        int r = tamis_columns_save(&m->columns, &columns, err);

        if (r < 0) {
                json_decref(fills);
                return r;
        }
        r |= json_object_set_new(into, "columns", columns);
        r |= json_object_set_new(into, "fill", fills);
        for (size_t i = 0; r == 0 && i < m->columns.n; i++) {
                const tamis_impute_column *c = &m->column[i];
                json_t *one = json_object();

                r |= json_array_append_new(fills, one);
                r |= json_object_set_new(one, "strategy", json_string(strategy_name(c)));
                if (c->drops)
                        r |= json_object_set_new(one, "drop", json_true());
                else
                        r |= json_object_set_new(one, "value", to_json(&c->fill));
                if (c->indicated)
                        r |= json_object_set_new(one, "indicator", json_true());
        }
        return r < 0 ? tamis_fail_memory(err) : 0;
}

static int save_group(const tamis_impute *m, size_t g, json_t *groups, tamis_error *err) {
        json_t *one = json_object(), *values = json_array();
        int r = json_array_append_new(groups, one);

        r |= json_object_set_new(one, "of", tamis_grouping_texts(&m->grouping, g));
        r |= json_object_set_new(one, "values", values);
        for (size_t i = 0; r == 0 && i < m->columns.n; i++)
                r |= json_array_append_new(values, to_json(&m->grouped[g * m->columns.n + i]));
        return r < 0 ? tamis_fail_memory(err) : 0;
}

int tamis_impute_save(const void *state, json_t *into, tamis_error *err) {
        const tamis_impute *m = state;
        json_t *columns, *groups = NULL;
        int r = save_columns(m, into, err);

        if (r < 0 || m->grouping.columns.n == 0)
                return r;
        r = tamis_columns_save(&m->grouping.columns, &columns, err);
        if (r < 0)
                return r;
        groups = json_array();
        r |= json_object_set_new(into, "group", columns);
        r |= json_object_set_new(into, "groups", groups);
        if (r < 0)
                return tamis_fail_memory(err);
        for (size_t g = 0; r == 0 && g < m->grouping.keys.n; g++)
                r = save_group(m, g, groups, err);
        return r;
}

/* -- loading ------------------------------------------------------------------------------------------------------- */

static int load_column(tamis_impute *m, size_t i, const json_t *one, tamis_error *err) {
        tamis_impute_column *c = &m->column[i];
        const json_t *value = json_object_get(one, "value");
        const tamis_strategy *found;
        const char *name;
        int r = tamis_json_text(one, "strategy", &name, NULL, err);

        if (r == 0)
                r = tamis_strategy_find(m->context->type, name, &found, err);
        if (r < 0)
                return tamis_fail(err, TAMIS_BAD_MODEL,
                                  "column \"%s\" is filled with a strategy this tamis does not know",
                                  m->columns.names[i]);
        c->imputer = (const tamis_imputer *) found;
        c->constant = c->imputer->given;
        c->drops = json_is_true(json_object_get(one, "drop"));
        c->indicated = json_is_true(json_object_get(one, "indicator"));
        if (c->drops)
                return 0;
        if (!value)
                return tamis_fail(err, TAMIS_BAD_MODEL, "column \"%s\" has no \"value\"", m->columns.names[i]);
        return from_json(m, value, &c->fill, err);
}

static int load_group(tamis_impute *m, size_t g, const json_t *one, tamis_error *err) {
        const json_t *texts, *values;
        int r = tamis_json_array(one, "of", m->grouping.columns.n, &texts, err);

        if (r == 0)
                r = tamis_json_array(one, "values", m->columns.n, &values, err);
        if (r == 0)
                r = tamis_grouping_load(&m->grouping, texts, err);
        for (size_t i = 0; r == 0 && i < m->columns.n; i++)
                r = from_json(m, json_array_get(values, i), &m->grouped[g * m->columns.n + i], err);
        return r;
}

static int load_groups(tamis_impute *m, const json_t *from, tamis_error *err) {
        const json_t *groups;
        size_t n;
        int r = tamis_columns_load(&m->grouping.columns, json_object_get(from, "group"), err);

        if (r == 0)
                r = tamis_json_array(from, "groups", SIZE_MAX, &groups, err);
        if (r < 0)
                return r;
        n = json_array_size(groups);
        m->grouped = calloc(n * m->columns.n + 1, sizeof *m->grouped);
        if (!m->grouped)
                return tamis_fail_memory(err);
        for (size_t g = 0; r == 0 && g < n; g++)
                r = load_group(m, g, json_array_get(groups, g), err);
        return r;
}

int tamis_impute_load(void *state, const tamis_context *context, const json_t *from, tamis_error *err) {
        tamis_impute *m = state;
        const json_t *fills;
        int r = tamis_columns_load(&m->columns, json_object_get(from, "columns"), err);

        if (r == 0)
                r = tamis_json_array(from, "fill", m->columns.n, &fills, err);
        if (r < 0)
                return r;
        m->column = calloc(m->columns.n + 1, sizeof *m->column);
        if (!m->column)
                return tamis_fail_memory(err);
        for (size_t i = 0; r == 0 && i < m->columns.n; i++)
                r = load_column(m, i, json_array_get(fills, i), err);
        return r == 0 && json_object_get(from, "group") ? load_groups(m, from, err) : r;
}

/* -- reporting ----------------------------------------------------------------------------------------------------- */

static int report_column(const tamis_impute *m, size_t i, json_t *all) {
        const tamis_impute_column *c = &m->column[i];
        json_t *one = json_object();
        int r = json_array_append_new(all, one);

        r |= json_object_set_new(one, "name", tamis_json_bytes(tamis_slice_of(m->columns.names[i])));
        r |= json_object_set_new(one, "type", json_string(tamis_type_name(m->columns.types[i])));
        r |= json_object_set_new(one, "strategy", json_string(strategy_name(c)));
        if (c->drops)
                return r | json_object_set_new(one, "dropped", json_true());
        r |= json_object_set_new(one, "value", to_json(&c->fill));
        r |= json_object_set_new(one, "filled", json_integer((json_int_t) c->filled));
        if (m->grouping.columns.n)
                r |= json_object_set_new(one, "filled_without_group", json_integer((json_int_t) c->fallback));
        r |= json_object_set_new(one, "left", json_integer((json_int_t) c->left));
        if (c->fill.kind == TAMIS_FILL_NONE)
                r |= json_object_set_new(one, "why", json_string(c->imputer->given ? "--fill has no value for it"
                                                                 : "no present cell to learn from"));
        return r;
}

int tamis_impute_report(const void *state, json_t *into, tamis_error *err) {
        const tamis_impute *m = state;
        json_t *columns = json_array(), *groups = NULL;
        int r = json_object_set_new(into, "columns", columns);

        for (size_t i = 0; r == 0 && i < m->columns.n; i++)
                r = report_column(m, i, columns);
        if (r == 0 && m->grouping.columns.n > 0) {
                groups = json_array();
                r = json_object_set_new(into, "groups", groups);
        }
        if (r < 0)
                return tamis_fail_memory(err);
        for (size_t g = 0; groups && r == 0 && g < m->grouping.keys.n; g++)
                r = save_group(m, g, groups, err);
        return r;
}
