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

static json_t *grouped_to_json(const void *state, size_t column, const void *fill) {
        return to_json(fill);
}

static int grouped_from_json(void *state, size_t column, const json_t *value, void *fill, tamis_error *err) {
        return from_json(state, value, fill, err);
}

static const tamis_grouped grouped = {
        .key = "values", .size = sizeof(tamis_fill), .save = grouped_to_json, .load = grouped_from_json,
};

const char *tamis_impute_name(const tamis_impute_column *c) {
        if (c->constant)
                return tamis_imputer_constant.base.name;
        if (c->filler)
                return c->filler->name;
        return c->joint ? c->joint->base.name : c->series ? c->series->base.name : c->imputer->base.name;
}

/* -- saving -------------------------------------------------------------------------------------------------------- */

static int save_columns(const tamis_impute *m, json_t *into, tamis_error *err) {
        json_t *columns, *fills;
        int r = tamis_columns_save(&m->columns, &columns, err);

        if (r < 0)
                return r;
        r |= json_object_set_new(into, "columns", columns);
        fills = tamis_json_child(into, "fill", json_array());
        r |= fills ? 0 : -1;
        for (size_t i = 0; r == 0 && i < m->columns.n; i++) {
                const tamis_impute_column *c = &m->column[i];
                json_t *one = tamis_json_child(fills, NULL, json_object());

                if (c->predicts) {
                        r |= json_object_set_new(one, "predicts", json_true());
                        continue;
                }
                r |= json_object_set_new(one, "strategy", json_string(tamis_impute_name(c)));
                if (c->drops)
                        r |= json_object_set_new(one, "drop", json_true());
                else if (!tamis_impute_is_other(m, i))
                        r |= json_object_set_new(one, "value", to_json(&c->fill));
                if (c->decimals >= 0 && m->joints.wishes[i].joint)
                        r |= json_object_set_new(one, "decimals", json_integer(c->decimals));
                if (c->indicated)
                        r |= json_object_set_new(one, "indicator", json_true());
        }
        return r < 0 ? tamis_fail_memory(err) : 0;
}

int tamis_impute_save(const void *state, json_t *into, tamis_error *err) {
        const tamis_impute *m = state;
        int r = 0;

        for (size_t i = 0; i < m->columns.n; i++)
                if (m->serial.wishes[i])
                        return tamis_fail(err, TAMIS_USAGE,
                                          "strategy %s cannot be saved: what it fills in hangs on the rows around "
                                          "a hole, and new rows have others",
                                          m->serial.wishes[i]->base.name);
        r = save_columns(m, into, err);

        if (r == 0)
                r = tamis_grouped_save(&grouped, &m->grouping, m, m->columns.n, m->grouped, into, err);
        return r == 0 ? tamis_joints_save(&m->joints, into, err) : r;
}

/* -- loading ------------------------------------------------------------------------------------------------------- */

static int load_column(tamis_impute *m, size_t i, const json_t *one, tamis_error *err) {
        tamis_impute_column *c = &m->column[i];
        const json_t *value = json_object_get(one, "value");
        const tamis_strategy *found;
        const char *name;
        int r;

        c->predicts = json_is_true(json_object_get(one, "predicts"));
        c->decimals = -1;
        if (c->predicts)
                return 0;
        r = tamis_json_text(one, "strategy", &name, NULL, err);

        if (r == 0)
                r = tamis_strategy_find(m->context->type, name, &found, err);
        if (r < 0)
                return tamis_fail(err, TAMIS_BAD_MODEL,
                                  "column \"%s\" is filled with a strategy this tamis does not know",
                                  m->columns.names[i]);
        c->least = -INFINITY;
        c->most = INFINITY;
        c->joint = tamis_joint_find(name);
        c->series = tamis_series_find(name);
        c->imputer = c->joint || c->series ? NULL : (const tamis_imputer *) found;
        c->constant = c->imputer && c->imputer->given;
        m->joints.wishes[i].joint = m->columns.types[i] == TAMIS_TYPE_EMPTY ? NULL : c->joint;
        c->decimals = -1;
        if (json_object_get(one, "decimals")) {
                uint64_t decimals;

                r = tamis_json_count(one, "decimals", &decimals, err);
                if (r < 0)
                        return r;
                c->decimals = decimals > INT32_MAX ? INT32_MAX : (int) decimals;
        }
        c->drops = json_is_true(json_object_get(one, "drop"));
        c->indicated = json_is_true(json_object_get(one, "indicator"));
        if (c->drops)
                return 0;
        if (m->joints.wishes[i].joint && !value)
                return 0;
        m->joints.wishes[i].joint = NULL;
        if (!value)
                return tamis_fail(err, TAMIS_BAD_MODEL, "column \"%s\" has no \"value\"", m->columns.names[i]);
        return from_json(m, value, &c->fill, err);
}

int tamis_impute_load(void *state, const tamis_context *context, const json_t *from, tamis_error *err) {
        tamis_impute *m = state;
        const json_t *fills;
        void *values = NULL;
        int r = tamis_columns_load(&m->columns, json_object_get(from, "columns"), err);

        m->loaded = true;
        if (r == 0)
                r = tamis_json_array(from, "fill", m->columns.n, &fills, err);
        if (r < 0)
                return r;
        m->column = calloc(m->columns.n + 1, sizeof *m->column);
        if (!m->column)
                return tamis_fail_memory(err);
        r = tamis_joints_open(&m->joints, context, &m->columns, &m->grouping, err);
        if (r == 0)
                r = tamis_serial_open(&m->serial, context, &m->columns, &m->grouping, err);
        for (size_t i = 0; r == 0 && i < m->columns.n; i++)
                r = load_column(m, i, json_array_get(fills, i), err);
        if (r == 0)
                r = tamis_grouped_load(&grouped, &m->grouping, m, m->columns.n, from, &values, err);
        m->grouped = values;
        if (r == 0)
                r = tamis_joints_load(&m->joints, from, err);
        for (size_t i = 0; r == 0 && i < m->columns.n; i++) {
                m->column[i].least = m->joints.wishes[i].least;
                m->column[i].most = m->joints.wishes[i].most;
        }
        return r;
}

/* -- reporting ----------------------------------------------------------------------------------------------------- */

static int report_column(const tamis_impute *m, size_t i, json_t *all) {
        const tamis_impute_column *c = &m->column[i];
        json_t *one = tamis_json_child(all, NULL, json_object());
        int r = json_object_set_new(one, "name", tamis_json_bytes(tamis_slice_of(m->columns.names[i])));
        r |= json_object_set_new(one, "type", json_string(tamis_type_name(m->columns.types[i])));
        r |= json_object_set_new(one, "strategy", json_string(tamis_impute_name(c)));
        if (c->drops)
                return r | json_object_set_new(one, "dropped", json_true());
        if (!tamis_impute_is_other(m, i))
                r |= json_object_set_new(one, "value", to_json(&c->fill));
        r |= json_object_set_new(one, "filled", json_integer((json_int_t) c->filled));
        if (m->grouping.columns.n && !tamis_impute_is_other(m, i))
                r |= json_object_set_new(one, "filled_without_group", json_integer((json_int_t) c->fallback));
        r |= json_object_set_new(one, "left", json_integer((json_int_t) c->left));
        if (tamis_impute_is_other(m, i) && m->joints.wishes[i].far)
                r |= json_object_set_new(one, "far", json_integer((json_int_t) m->joints.wishes[i].far));
        if (c->strange)
                r |= json_object_set_new(one, "not_numbers", json_integer((json_int_t) c->strange));
        if (tamis_impute_is_other(m, i)) {
                if (c->left)
                        r |= json_object_set_new(one, "why", json_string(tamis_impute_why(c)));
        } else if (c->fill.kind == TAMIS_FILL_NONE)
                r |= json_object_set_new(one, "why",
                                         json_string(c->imputer && c->imputer->given
                                                             ? "--fill has no value for it"
                                                             : "no present cell to learn from"));
        return r;
}

int tamis_impute_report(const void *state, json_t *into, tamis_error *err) {
        const tamis_impute *m = state;
        json_t *columns = tamis_json_child(into, "columns", json_array());
        int r = columns ? 0 : -1;

        for (size_t i = 0; r == 0 && i < m->columns.n; i++)
                if (!m->column[i].predicts)
                        r = report_column(m, i, columns);
        if (r < 0)
                return tamis_fail_memory(err);
        r = tamis_grouped_report(&grouped, &m->grouping, m, m->columns.n, m->grouped, into, err);
        return r == 0 ? tamis_joints_report(&m->joints, into, err) : r;
}
