#include <stdlib.h>

#include "clean/picks.h"

void tamis_picks_done(tamis_picks *p) {
        tamis_columns_done(&p->drop);
        tamis_columns_done(&p->keep);
        tamis_columns_done(&p->work);
        free(p->goes);
        free(p->works);
        free(p->counts);
        *p = (tamis_picks) {0};
}

bool tamis_picks_need_types(const tamis_settings *settings) {
        static const char *const options[] = { "drop", "keep", "columns" };

        for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
                const char *sel = tamis_settings_text(settings, options[i]);

                if (sel && strchr(sel, '@'))
                        return true;
        }
        return false;
}

static tamis_slice name_of(const tamis_schema *schema, size_t column) {
        return (tamis_slice) { schema->fields[column].name, schema->fields[column].name_length };
}

/* -- by name ------------------------------------------------------------------------------------------------------- */

int tamis_picks_remember(tamis_columns *c, const tamis_schema *schema, size_t column, tamis_error *err) {
        size_t n = c->n + 1;
        char **names = realloc(c->names, n * sizeof *names);
        unsigned *nth;
        tamis_type *types;
        size_t *at;

        if (!names)
                return tamis_fail_memory(err);
        c->names = names;
        nth = realloc(c->nth, n * sizeof *nth);
        if (!nth)
                return tamis_fail_memory(err);
        c->nth = nth;
        types = realloc(c->types, n * sizeof *types);
        if (!types)
                return tamis_fail_memory(err);
        c->types = types;
        at = realloc(c->at, n * sizeof *at);
        if (!at)
                return tamis_fail_memory(err);
        c->at = at;
        names[c->n] = strndup(schema->fields[column].name, schema->fields[column].name_length);
        if (!names[c->n])
                return tamis_fail_memory(err);
        types[c->n] = TAMIS_TYPE_UNKNOWN;
        at[c->n] = column;
        nth[c->n] = 0;
        for (size_t before = 0; before < column; before++)
                nth[c->n] += tamis_slice_equal(name_of(schema, before), name_of(schema, column));
        c->n = n;
        return 0;
}

/* The place of the i-th remembered column, or -1. */
static long recall(const tamis_columns *c, size_t i, const tamis_schema *schema) {
        unsigned seen = 0;

        for (size_t at = 0; at < schema->n; at++)
                if (tamis_slice_equal(name_of(schema, at), tamis_slice_of(c->names[i])) && seen++ == c->nth[i])
                        return (long) at;
        return -1;
}

/* -- choosing ------------------------------------------------------------------------------------------------------ */

/* A mark like _split goes only when its name is said: `--drop '!Age'` means all other data, not the marks on them. */
static bool is_spared(const tamis_schema *schema, size_t column, const char *sel) {
        return tamis_reserved(name_of(schema, column)) && !strstr(sel, schema->fields[column].name);
}

static int choose(tamis_columns *c, tamis_schema *schema, const char *sel, tamis_error *err) {
        tamis_selection s = {0};
        int r = tamis_select(schema, sel, &s, err);

        for (size_t i = 0; i < s.n && r == 0; i++)
                if (!is_spared(schema, s.columns[i], sel))
                        r = tamis_picks_remember(c, schema, s.columns[i], err);
        tamis_selection_done(&s);
        return r;
}

int tamis_picks_choose(tamis_picks *p, const tamis_context *context, tamis_schema *schema, tamis_error *err) {
        const char *drop = tamis_settings_text(context->settings, "drop");
        const char *keep = tamis_settings_text(context->settings, "keep");
        tamis_selection work = {0};
        int r = 0;

        tamis_picks_done(p);
        p->keeps = keep != NULL;
        p->chosen = tamis_settings_given(context->settings, "columns");
        if (drop)
                r = choose(&p->drop, schema, drop, err);
        if (r == 0 && keep)
                r = choose(&p->keep, schema, keep, err);
        if (r == 0 && p->chosen)
                r = tamis_features(context, schema, 0, &work, err);
        for (size_t i = 0; i < work.n && r == 0; i++)
                r = tamis_picks_remember(&p->work, schema, work.columns[i], err);
        tamis_selection_done(&work);
        return r;
}

int tamis_picks_drop(tamis_picks *p, const tamis_schema *schema, size_t column, tamis_error *err) {
        return tamis_picks_remember(&p->drop, schema, column, err);
}

/* -- resolving ----------------------------------------------------------------------------------------------------- */

static int make_flags(tamis_picks *p, size_t n, tamis_error *err) {
        free(p->goes);
        free(p->works);
        free(p->counts);
        p->n = n;
        p->goes = calloc(n + 1, 1);
        p->works = calloc(n + 1, 1);
        p->counts = calloc(n + 1, 1);
        return p->goes && p->works && p->counts ? 0 : tamis_fail_memory(err);
}

static void flag_going(tamis_picks *p, const tamis_context *context, const tamis_schema *schema) {
        for (size_t i = 0; i < schema->n && p->keeps; i++)
                p->goes[i] = !tamis_reserved(name_of(schema, i));
        for (size_t i = 0; i < p->keep.n; i++)
                p->goes[p->keep.at[i]] = 0;
        for (size_t i = 0; i < p->drop.n; i++) {
                long at = recall(&p->drop, i, schema);

                if (at >= 0)
                        p->goes[at] = 1;
                else
                        tamis_warn(context, "column \"%s\", to be dropped, is not there", p->drop.names[i]);
        }
}

int tamis_picks_resolve(tamis_picks *p, const tamis_context *context, const tamis_schema *schema, tamis_error *err) {
        int r = make_flags(p, schema->n, err);

        if (r == 0 && p->keeps)
                r = tamis_columns_attach(&p->keep, schema, err);
        if (r == 0 && p->chosen)
                r = tamis_columns_attach(&p->work, schema, err);
        if (r < 0)
                return r;
        flag_going(p, context, schema);
        p->n_counts = 0;
        for (size_t i = 0; i < schema->n; i++) {
                bool mark = tamis_reserved(name_of(schema, i));

                p->counts[i] = !p->goes[i] && !mark;
                p->works[i] = !p->goes[i] && !mark && !p->chosen;
                p->n_counts += p->counts[i];
        }
        for (size_t i = 0; i < p->work.n; i++)
                p->works[p->work.at[i]] = !p->goes[p->work.at[i]];
        if (p->n_counts == 0 && schema->n > 0)
                return tamis_fail(err, TAMIS_USAGE, "every column would be dropped");
        return 0;
}

/* -- saving -------------------------------------------------------------------------------------------------------- */

static int save_one(const tamis_columns *c, const char *key, json_t *into, tamis_error *err) {
        json_t *json;
        int r = tamis_columns_save(c, &json, err);

        if (r == 0 && json_object_set_new(into, key, json) < 0)
                r = tamis_fail_memory(err);
        return r;
}

int tamis_picks_save(const tamis_picks *p, json_t *into, tamis_error *err) {
        int r = save_one(&p->drop, "drop", into, err);

        if (r == 0 && p->keeps)
                r = save_one(&p->keep, "keep", into, err);
        if (r == 0 && p->chosen)
                r = save_one(&p->work, "work", into, err);
        return r;
}

int tamis_picks_load(tamis_picks *p, const json_t *from, tamis_error *err) {
        const json_t *keep = json_object_get(from, "keep"), *work = json_object_get(from, "work");
        int r = tamis_columns_load(&p->drop, json_object_get(from, "drop"), err);

        p->keeps = keep != NULL;
        p->chosen = work != NULL;
        if (r == 0 && keep)
                r = tamis_columns_load(&p->keep, keep, err);
        if (r == 0 && work)
                r = tamis_columns_load(&p->work, work, err);
        return r;
}
