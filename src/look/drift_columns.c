/* Which columns two tables are compared by, and which of them only one has. */
#include <stdlib.h>

#include <tamis/step.h>

#include "look/drift_reading.h"
#include "table/show.h"

static tamis_slice name_of(const tamis_schema *schema, size_t i) {
        return (tamis_slice) { schema->fields[i].name, schema->fields[i].name_length };
}

static bool names(tamis_slice what, tamis_slice name) {
        return what.p && tamis_slice_equal(what, name);
}

/* Without -c: what tells rows apart is different in every table. */
static bool by_default(const tamis_drift_reading *r, tamis_slice name) {
        return names(r->target, name) || names(r->score, name) || !(tamis_reserved(name) || tamis_names_id(name));
}

static int add(tamis_drift_reading *r, const tamis_schema *schema, size_t at, tamis_drift_column *ret,
               tamis_error *err) {
        tamis_slice name = name_of(schema, at);
        const char *copy = tamis_arena_copy(&r->report->arena, name);

        if (!copy)
                return tamis_fail_memory(err);
        *ret = (tamis_drift_column) {
                .name = copy,
                .name_length = name.n,
                .role = names(r->target, name) ? "label" : names(r->score, name) ? "score" : "feature",
                .verdict = TAMIS_DRIFT_OK,
                .ref.at = SIZE_MAX, .fresh.at = SIZE_MAX,
        };
        return 0;
}

static bool compatible(tamis_type a, tamis_type b) {
        return a == b || a == TAMIS_TYPE_EMPTY || b == TAMIS_TYPE_EMPTY;
}

static int fail_twice(tamis_slice name, tamis_error *err) {
        char shown[TAMIS_SHOW_SIZE];

        tamis_show(name, shown, sizeof shown);
        return tamis_fail(err, TAMIS_BAD_DATA, "two columns are called \"%s\"", shown);
}

static int index_names(const tamis_schema *schema, tamis_dict *ret, tamis_error *err) {
        int s = 0;

        for (size_t i = 0; s == 0 && i < schema->n; i++) {
                size_t code;

                s = tamis_dict_add(ret, name_of(schema, i), 1, &code, err);
                if (s == 0 && ret->n == i)
                        s = fail_twice(name_of(schema, i), err);
        }
        return s;
}

/* What was saved of a column becomes the report's. */
static int take_saved(tamis_drift_reading *r, size_t at, tamis_drift_column *c, tamis_error *err) {
        tamis_drift_column *from = &r->saved.columns[at];
        char shown[TAMIS_SHOW_SIZE];

        if (!r->saved.kept[at]) {
                tamis_show(name_of(r->schema, at), shown, sizeof shown);
                return tamis_fail(err, TAMIS_USAGE, "%s: holds no figures of column \"%s\": it was not asked for when "
                                  "it was saved", r->options->load, shown);
        }
        c->ref = from->ref;
        memcpy(c->edges, from->edges, sizeof c->edges);
        memcpy(c->counts, from->counts, sizeof c->counts);
        c->n_edges = from->n_edges;
        c->sketch = from->sketch;
        c->levels = from->levels;
        c->halved = from->halved;
        c->known = from->known;
        *from = (tamis_drift_column) {0};
        return 0;
}

/* One column of the reference, and where it is in the new table (code; below 0: nowhere). */
static int add_one(tamis_drift_reading *r, size_t i, long code, tamis_error *err) {
        tamis_drift_column *c = &r->report->columns[r->report->n];
        int s = add(r, r->schema, i, c, err);

        if (s < 0)
                return s;
        r->report->n++;
        if (r->options->load)
                s = take_saved(r, i, c, err);
        c->ref.at = i;
        c->ref.type = r->schema->fields[i].type;
        if (!r->options->fresh)
                return s;
        c->fresh.at = code < 0 ? SIZE_MAX : (size_t) code;
        if (code < 0)
                c->verdict = TAMIS_DRIFT_GONE;
        else
                c->fresh.type = r->fresh.schema.fields[code].type;
        if (code >= 0 && !compatible(c->ref.type, c->fresh.type))
                c->verdict = TAMIS_DRIFT_TYPE;
        return s;
}

static bool is_numeric(const tamis_drift_column *c) {
        return c->ref.type == TAMIS_TYPE_NUMERIC ||
                (c->ref.type != TAMIS_TYPE_CATEGORICAL && c->verdict == TAMIS_DRIFT_OK &&
                 c->fresh.type == TAMIS_TYPE_NUMERIC);
}

static int add_reference(tamis_drift_reading *r, const bool *wanted, size_t *there, tamis_error *err) {
        tamis_dict names_seen = {0}, own = {0};
        int s = index_names(&r->fresh.schema, &names_seen, err);

        if (s == 0)
                s = index_names(r->schema, &own, err);
        for (size_t i = 0; s == 0 && i < r->schema->n; i++) {
                long code = tamis_dict_find(&names_seen, name_of(r->schema, i));

                if (code >= 0)
                        there[code]++;
                if (wanted[i])
                        s = add_one(r, i, code, err);
        }
        tamis_dict_done(&names_seen);
        tamis_dict_done(&own);
        return s;
}

/* A column of the new table alone; with -c nobody asked. */
static int add_new(tamis_drift_reading *r, const size_t *there, tamis_error *err) {
        int s = 0;

        for (size_t i = 0; s == 0 && i < r->fresh.schema.n; i++) {
                tamis_drift_column *c = &r->report->columns[r->report->n];

                if (there[i] > 0 || !by_default(r, name_of(&r->fresh.schema, i)))
                        continue;
                s = add(r, &r->fresh.schema, i, c, err);
                r->report->n += s == 0;
                c->verdict = TAMIS_DRIFT_NEW;
                c->ref.at = SIZE_MAX;
                c->fresh.at = i;
                c->fresh.type = r->fresh.schema.fields[i].type;
        }
        return s;
}

static int choose(tamis_drift_reading *r, bool *wanted, tamis_error *err) {
        const tamis_drift_options *o = r->options;
        tamis_selection selection = {0};
        size_t at;
        int s = 0;

        if (o->target)
                s = tamis_select_one(r->schema, o->target, "--target", &at, err);
        if (s == 0 && o->target)
                r->target = name_of(r->schema, at);
        if (s == 0 && o->score)
                s = tamis_select_one(r->schema, o->score, "--score", &at, err);
        if (s == 0 && o->score)
                r->score = name_of(r->schema, at);
        if (s == 0 && o->columns)
                s = tamis_select(r->schema, o->columns, &selection, err);
        for (size_t i = 0; s == 0 && i < selection.n; i++)
                wanted[selection.columns[i]] = true;
        for (size_t i = 0; s == 0 && !o->columns && i < r->schema->n; i++)
                wanted[i] = by_default(r, name_of(r->schema, i)) && (!o->load || r->saved.kept[i]);
        for (size_t i = 0; s == 0 && i < r->schema->n; i++)
                wanted[i] |= names(r->target, name_of(r->schema, i)) || names(r->score, name_of(r->schema, i));
        tamis_selection_done(&selection);
        return s;
}

int tamis_drift_choose(tamis_drift_reading *r, tamis_error *err) {
        bool *wanted = calloc(r->schema->n + 1, sizeof *wanted);
        size_t *there = calloc(r->fresh.schema.n + 1, sizeof *there);
        int s = 0;

        r->report->columns = calloc(r->schema->n + r->fresh.schema.n + 1, sizeof *r->report->columns);
        if (!wanted || !there || !r->report->columns)
                s = tamis_fail_memory(err);
        if (s == 0)
                s = choose(r, wanted, err);
        if (s == 0)
                s = add_reference(r, wanted, there, err);
        if (s == 0 && !r->options->columns && r->options->fresh)
                s = add_new(r, there, err);
        for (size_t i = 0; s == 0 && i < r->report->n; i++)
                r->report->columns[i].numeric = is_numeric(&r->report->columns[i]);
        free(wanted);
        free(there);
        return s;
}
