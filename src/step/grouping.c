#include <stdlib.h>

#include "step/grouping.h"

void tamis_grouping_done(tamis_grouping *g) {
        tamis_columns_done(&g->columns);
        tamis_dict_done(&g->keys);
}

int tamis_grouping_bind(tamis_grouping *g, const tamis_context *context, tamis_schema *schema, tamis_error *err) {
        const char *sel = tamis_settings_text(context->settings, "group");
        const char *target = tamis_settings_text(context->settings, "target");
        tamis_selection columns = {0};
        size_t label;
        int r;

        if (!sel)
                return 0;
        r = tamis_select(schema, sel, &columns, err);
        if (r == 0 && target)
                r = tamis_select_one(schema, target, "--target", &label, err);
        for (size_t i = 0; r == 0 && target && i < columns.n; i++)
                if (columns.columns[i] == label)
                        r = tamis_fail(err, TAMIS_USAGE, "--group %s: \"%s\" is the target; new rows do not have it, "
                                       "and features made with it give it away", sel, schema->fields[label].name);
        if (r == 0)
                r = tamis_columns_bind(&g->columns, schema, &columns, err);
        tamis_selection_done(&columns);
        return r;
}

static int add_text(tamis_buffer *key, tamis_slice text, tamis_error *err) {
        uint64_t n = text.n;
        int r = tamis_buffer_add(key, &n, sizeof n, err);

        return r < 0 ? r : tamis_buffer_add(key, text.p, text.n, err);
}

/* Rows with a hole among the cells of their group: in none. */
static int find_holes(const tamis_grouping *g, tamis_batch *batch, int32_t *codes, tamis_error *err) {
        memset(codes, 0, batch->n_rows * sizeof *codes);
        for (size_t i = 0; i < g->columns.n; i++) {
                const uint8_t *missing;
                int r = tamis_batch_missing(batch, g->columns.at[i], &missing, err);

                if (r < 0)
                        return r;
                for (size_t row = 0; batch->columns[g->columns.at[i]].missing && row < batch->n_rows; row++)
                        if (missing[row])
                                codes[row] = TAMIS_NO_GROUP;
        }
        return 0;
}

static int code_of(const tamis_grouping *g, tamis_dict *keys, tamis_slice key, int32_t *ret, tamis_error *err) {
        size_t code;
        int r;

        if (!keys) {
                *ret = (int32_t) tamis_dict_find(&g->keys, key);
                return 0;
        }
        r = tamis_dict_add(keys, key, 1, &code, err);
        if (r < 0)
                return r;
        if (code > INT32_MAX)
                return tamis_fail(err, TAMIS_BAD_DATA, "--group: there are more than 2147483647 groups");
        *ret = (int32_t) code;
        return 0;
}

int tamis_grouping_codes(const tamis_grouping *g, tamis_dict *keys, tamis_batch *batch, const int32_t **ret,
                         tamis_error *err) {
        int32_t *codes = tamis_arena_get(&batch->arena, batch->n_rows * sizeof *codes);
        tamis_buffer key = {0};
        int r = codes ? find_holes(g, batch, codes, err) : tamis_fail_memory(err);

        for (size_t row = 0; r == 0 && row < batch->n_rows; row++) {
                if (codes[row] == TAMIS_NO_GROUP)
                        continue;
                key.n = 0;
                for (size_t i = 0; r == 0 && i < g->columns.n; i++)
                        r = add_text(&key, tamis_batch_text(batch, row, g->columns.at[i]), err);
                if (r == 0)
                        r = code_of(g, keys, (tamis_slice) { key.p, key.n }, &codes[row], err);
        }
        tamis_buffer_done(&key);
        if (r < 0)
                return r;
        *ret = codes;
        return 0;
}

int tamis_grouping_runs(const int32_t *codes, size_t n, tamis_batch *batch, tamis_runs *ret, tamis_error *err) {
        size_t *starts = tamis_arena_get_zeroed(&batch->arena, n + 2, sizeof *starts);
        uint32_t *rows = tamis_arena_get(&batch->arena, batch->n_rows * sizeof *rows);

        if (!starts || !rows)
                return tamis_fail_memory(err);
        /* starts[g + 2] counts g, then becomes where g + 1 begins while rows are put in place */
        for (size_t row = 0; row < batch->n_rows; row++)
                if (codes[row] >= 0)
                        starts[codes[row] + 2]++;
        for (size_t g = 2; g < n + 2; g++)
                starts[g] += starts[g - 1];
        for (size_t row = 0; row < batch->n_rows; row++)
                if (codes[row] >= 0)
                        rows[starts[codes[row] + 1]++] = (uint32_t) row;
        *ret = (tamis_runs) { .starts = starts, .rows = rows };
        return 0;
}

json_t *tamis_grouping_texts(const tamis_grouping *g, size_t group) {
        tamis_slice key = g->keys.entries[group].text;
        json_t *texts = json_array();
        int r = texts ? 0 : -1;

        while (r == 0 && key.n > 0) {
                uint64_t n;

                memcpy(&n, key.p, sizeof n);
                r = json_array_append_new(texts, tamis_json_bytes((tamis_slice) { key.p + sizeof n, n }));
                key.p += sizeof n + n;
                key.n -= sizeof n + n;
        }
        if (r < 0) {
                json_decref(texts);
                return NULL;
        }
        return texts;
}

int tamis_grouping_load(tamis_grouping *g, const json_t *texts, tamis_error *err) {
        tamis_arena arena = {0};
        tamis_buffer key = {0};
        size_t before = g->keys.n, code;
        int r = 0;

        if (json_array_size(texts) != g->columns.n)
                r = tamis_fail(err, TAMIS_BAD_MODEL, "a group has %zu texts, but there are %zu group columns",
                               json_array_size(texts), g->columns.n);
        for (size_t i = 0; r == 0 && i < g->columns.n; i++) {
                tamis_slice text;

                r = tamis_json_bytes_get(json_array_get(texts, i), &arena, &text, err);
                if (r == 0)
                        r = add_text(&key, text, err);
        }
        if (r == 0)
                r = tamis_dict_add(&g->keys, (tamis_slice) { key.p, key.n }, 0, &code, err);
        if (r == 0 && g->keys.n == before)
                r = tamis_fail(err, TAMIS_BAD_MODEL, "a group is there twice");
        tamis_buffer_done(&key);
        tamis_arena_done(&arena);
        return r;
}

/* -- what was learned within them ---------------------------------------------------------------------------------- */

static int save_group(const tamis_grouped *grouped, const tamis_grouping *g, size_t group, const void *state,
                      size_t columns, const char *values, json_t *groups) {
        json_t *one = tamis_json_child(groups, NULL, json_object()), *learned;
        int r = json_object_set_new(one, "of", tamis_grouping_texts(g, group));

        learned = tamis_json_child(one, grouped->key, json_array());
        r |= learned ? 0 : -1;
        for (size_t i = 0; r == 0 && i < columns; i++)
                r = json_array_append_new(learned, grouped->save(state, i, values + i * grouped->size));
        return r;
}

int tamis_grouped_report(const tamis_grouped *grouped, const tamis_grouping *g, const void *state, size_t columns,
                         const void *values, json_t *into, tamis_error *err) {
        json_t *groups;
        int r;

        if (g->columns.n == 0)
                return 0;
        groups = tamis_json_child(into, "groups", json_array());
        r = groups ? 0 : -1;
        for (size_t group = 0; r == 0 && group < g->keys.n; group++)
                r = save_group(grouped, g, group, state, columns,
                               (const char *) values + group * columns * grouped->size, groups);
        return r < 0 ? tamis_fail_memory(err) : 0;
}

int tamis_grouped_save(const tamis_grouped *grouped, const tamis_grouping *g, const void *state, size_t columns,
                       const void *values, json_t *into, tamis_error *err) {
        json_t *names;
        int r;

        if (g->columns.n == 0)
                return 0;
        r = tamis_columns_save(&g->columns, &names, err);
        if (r < 0)
                return r;
        if (json_object_set_new(into, "group", names) < 0)
                return tamis_fail_memory(err);
        return tamis_grouped_report(grouped, g, state, columns, values, into, err);
}

static int load_group(const tamis_grouped *grouped, tamis_grouping *g, void *state, size_t columns, const json_t *one,
                      char *values, tamis_error *err) {
        const json_t *texts, *learned;
        int r = tamis_json_array(one, "of", g->columns.n, &texts, err);

        if (r == 0)
                r = tamis_json_array(one, grouped->key, columns, &learned, err);
        if (r == 0)
                r = tamis_grouping_load(g, texts, err);
        for (size_t i = 0; r == 0 && i < columns; i++)
                r = grouped->load(state, i, json_array_get(learned, i), values + i * grouped->size, err);
        return r;
}

int tamis_grouped_load(const tamis_grouped *grouped, tamis_grouping *g, void *state, size_t columns, const json_t *from,
                       void **ret, tamis_error *err) {
        const json_t *names = json_object_get(from, "group"), *groups;
        char *values;
        int r;

        if (!names)
                return 0;
        r = tamis_columns_load(&g->columns, names, err);
        if (r == 0)
                r = tamis_json_array(from, "groups", SIZE_MAX, &groups, err);
        if (r < 0)
                return r;
        values = calloc(json_array_size(groups) * columns + 1, grouped->size);
        if (!values)
                return tamis_fail_memory(err);
        for (size_t i = 0; r == 0 && i < json_array_size(groups); i++)
                r = load_group(grouped, g, state, columns, json_array_get(groups, i),
                               values + i * columns * grouped->size, err);
        if (r < 0) {
                free(values);
                return r;
        }
        *ret = values;
        return 0;
}
