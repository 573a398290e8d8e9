/* Which columns a step works on, and how it finds them again. */
#include <stdlib.h>

#include <tamis/stats.h>
#include <tamis/step.h>

void tamis_columns_done(tamis_columns *c) {
        if (c->names)
                for (size_t i = 0; i < c->n; i++)
                        free(c->names[i]);
        free(c->names);
        free(c->nth);
        free(c->types);
        free(c->at);
        *c = (tamis_columns) {0};
}

static int make(tamis_columns *c, size_t n, tamis_error *err) {
        tamis_columns_done(c);
        c->n = n;
        c->names = calloc(n + 1, sizeof *c->names);
        c->nth = calloc(n + 1, sizeof *c->nth);
        c->types = calloc(n + 1, sizeof *c->types);
        c->at = calloc(n + 1, sizeof *c->at);
        if (!c->names || !c->nth || !c->types || !c->at)
                return tamis_fail_memory(err);
        return 0;
}

static tamis_slice name_of(const tamis_schema *schema, size_t i) {
        return (tamis_slice) { schema->fields[i].name, schema->fields[i].name_length };
}

/* Where each name stands, doubled ones in their order: with 100,000 columns, looking them up one by one takes
 * minutes. */
struct places {
        tamis_dict names;       /* name -> code */
        size_t *first;          /* by code: its first column */
        size_t *next;           /* by column: the next of that name; SIZE_MAX: none */
        unsigned *nth;          /* by column: how many of that name came before */
};

static void places_done(struct places *p) {
        tamis_dict_done(&p->names);
        free(p->first);
        free(p->next);
        free(p->nth);
}

static int places_find(struct places *p, const tamis_schema *schema, tamis_error *err) {
        size_t *last = calloc(schema->n + 1, sizeof *last);
        int r = 0;

        p->first = calloc(schema->n + 1, sizeof *p->first);
        p->next = calloc(schema->n + 1, sizeof *p->next);
        p->nth = calloc(schema->n + 1, sizeof *p->nth);
        if (!last || !p->first || !p->next || !p->nth)
                r = tamis_fail_memory(err);
        for (size_t i = 0; r == 0 && i < schema->n; i++) {
                size_t code, before;

                r = tamis_dict_add(&p->names, name_of(schema, i), 1, &code, err);
                if (r < 0)
                        break;
                before = p->names.entries[code].count - 1;
                if (before)
                        p->next[last[code]] = i;
                else
                        p->first[code] = i;
                p->nth[i] = (unsigned) before;
                p->next[i] = SIZE_MAX;
                last[code] = i;
        }
        free(last);
        return r;
}

/* The nth column of a name; SIZE_MAX: there are not so many. */
static size_t places_at(const struct places *p, tamis_slice name, unsigned nth) {
        long code = tamis_dict_find(&p->names, name);
        size_t at = code < 0 ? SIZE_MAX : p->first[code];

        while (at != SIZE_MAX && nth-- > 0)
                at = p->next[at];
        return at;
}

int tamis_columns_bind(tamis_columns *c, tamis_schema *schema, const tamis_selection *selection, tamis_error *err) {
        struct places places = {0};
        int r = make(c, selection->n, err);

        if (r == 0)
                r = places_find(&places, schema, err);
        for (size_t i = 0; r == 0 && i < selection->n; i++) {
                size_t at = selection->columns[i];

                c->names[i] = strndup(schema->fields[at].name, schema->fields[at].name_length);
                if (!c->names[i])
                        r = tamis_fail_memory(err);
                c->nth[i] = places.nth[at];
                c->types[i] = tamis_schema_type(schema, at);
                c->at[i] = at;
        }
        places_done(&places);
        return r;
}

int tamis_columns_attach(tamis_columns *c, const tamis_schema *schema, tamis_error *err) {
        struct places places = {0};
        char missing[1024] = "";
        size_t n = 0, absent = 0;
        int r = places_find(&places, schema, err);

        for (size_t i = 0; r == 0 && i < c->n; i++) {
                c->at[i] = places_at(&places, tamis_slice_of(c->names[i]), c->nth[i]);
                if (c->at[i] != SIZE_MAX)
                        continue;
                absent++;
                if (n < sizeof missing)
                        n += (size_t) snprintf(missing + n, sizeof missing - n, "%s\"%s\"", n ? ", " : "", c->names[i]);
        }
        if (absent)
                r = tamis_fail(err, TAMIS_BAD_DATA, "%s learned from %s not in this table: %s",
                               absent == 1 ? "a column that was" : "columns that were", absent == 1 ? "is" : "are",
                               missing);
        places_done(&places);
        return r;
}

int tamis_columns_save(const tamis_columns *c, json_t **ret, tamis_error *err) {
        json_t *all = json_array();

        if (!all)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < c->n; i++) {
                json_t *one = tamis_json_child(all, NULL, json_object());
                int r = json_object_set_new(one, "name", tamis_json_bytes(tamis_slice_of(c->names[i])));

                if (c->nth[i])
                        r |= json_object_set_new(one, "nth", json_integer(c->nth[i]));
                r |= json_object_set_new(one, "type", json_string(tamis_type_name(c->types[i])));
                if (r < 0) {
                        json_decref(all);
                        return tamis_fail_memory(err);
                }
        }
        *ret = all;
        return 0;
}

static int load_one(tamis_columns *c, size_t i, const json_t *one, tamis_arena *arena, tamis_error *err) {
        const char *type;
        tamis_slice name;
        uint64_t nth = 0;
        int r = tamis_json_bytes_get(json_object_get(one, "name"), arena, &name, err);

        if (r < 0)
                return r;
        c->names[i] = strndup(name.p, name.n);
        if (!c->names[i])
                return tamis_fail_memory(err);
        if (json_object_get(one, "nth")) {
                r = tamis_json_count(one, "nth", &nth, err);
                if (r < 0)
                        return r;
        }
        c->nth[i] = (unsigned) nth;
        r = tamis_json_text(one, "type", &type, NULL, err);
        if (r < 0)
                return r;
        for (tamis_type t = TAMIS_TYPE_UNKNOWN; t <= TAMIS_TYPE_CATEGORICAL; t++)
                if (strcmp(tamis_type_name(t), type) == 0) {
                        c->types[i] = t;
                        return 0;
                }
        return tamis_fail(err, TAMIS_BAD_MODEL, "column \"%s\" has the unknown type \"%s\"", c->names[i], type);
}

int tamis_columns_load(tamis_columns *c, const json_t *from, tamis_error *err) {
        tamis_arena arena = {0};
        int r;

        if (!json_is_array(from))
                return tamis_fail(err, TAMIS_BAD_MODEL, "\"columns\" is missing, or no array");
        r = make(c, json_array_size(from), err);
        for (size_t i = 0; r == 0 && i < c->n; i++)
                r = load_one(c, i, json_array_get(from, i), &arena, err);
        tamis_arena_done(&arena);
        return r;
}

int tamis_target(const tamis_context *context, tamis_schema *schema, size_t *ret, tamis_error *err) {
        const char *sel = tamis_settings_text(context->settings, "target");

        if (!sel)
                return tamis_fail(err, TAMIS_USAGE, "--target COL is needed: which column is the label");
        return tamis_select_one(schema, sel, "--target", ret, err);
}

/* Set barred[] for what is never a feature: reserved columns, the target, the group. */
static int bar(const tamis_context *context, tamis_schema *schema, uint8_t *barred, tamis_error *err) {
        const char *target = tamis_settings_text(context->settings, "target");
        const char *group = tamis_settings_text(context->settings, "group");
        size_t at;
        int r;

        for (size_t i = 0; i < schema->n; i++)
                barred[i] = tamis_reserved(name_of(schema, i));
        if (target) {
                r = tamis_select_one(schema, target, "--target", &at, err);
                if (r < 0)
                        return r;
                barred[at] = 2;
        }
        if (group) {
                tamis_selection groups = {0};

                r = tamis_select(schema, group, &groups, err);
                for (size_t i = 0; i < groups.n; i++)
                        barred[groups.columns[i]] = 3;
                tamis_selection_done(&groups);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int choose(const char *sel, const char *what, tamis_schema *schema, unsigned types, const uint8_t *barred,
                  tamis_selection *ret, tamis_error *err) {
        static const char *const why[] = { "", "a mark of tamis", "the target", "a group column" };
        tamis_selection s = {0};
        size_t n = 0, first = 0;
        int r;

        if (!sel) {
                s.columns = calloc(schema->n + 1, sizeof *s.columns);
                if (!s.columns)
                        return tamis_fail_memory(err);
                for (size_t i = 0; i < schema->n; i++)
                        if (!barred[i] && !tamis_names_id(name_of(schema, i))
                            && (!types || (types & 1U << tamis_schema_type(schema, i))))
                                s.columns[s.n++] = i;
                *ret = s;
                return 0;
        }

        r = tamis_select(schema, sel, &s, err);
        if (r < 0)
                return r;
        /* `!Name` means all but Name, and nobody means the target by it; only a list of nothing else is a mistake */
        for (size_t i = 0; i < s.n; i++) {
                if (barred[s.columns[i]])
                        first = s.columns[i];
                else
                        s.columns[n++] = s.columns[i];
        }
        if (s.n > 0 && n == 0) {
                tamis_selection_done(&s);
                return tamis_fail(err, TAMIS_USAGE, "%s %s: \"%s\" is %s and is never changed", what, sel,
                                  schema->fields[first].name, why[barred[first]]);
        }
        s.n = n;
        *ret = s;
        return 0;
}

int tamis_features(const tamis_context *context, tamis_schema *schema, unsigned types, tamis_selection *ret,
                   tamis_error *err) {
        return tamis_features_of(context, schema, tamis_settings_text(context->settings, "columns"), "--columns", types,
                                 ret, err);
}

int tamis_features_of(const tamis_context *context, tamis_schema *schema, const char *sel, const char *what,
                      unsigned types, tamis_selection *ret, tamis_error *err) {
        uint8_t *barred = calloc(schema->n + 1, 1);
        int r = barred ? bar(context, schema, barred, err) : tamis_fail_memory(err);

        if (r == 0)
                r = choose(sel, what, schema, types, barred, ret, err);
        free(barred);
        return r;
}
