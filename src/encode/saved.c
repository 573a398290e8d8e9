#include <stdlib.h>

#include "encode/coding.h"

/* The levels of slots (`rare` false) or those that share the last, in their order; with counts where asked. */
static json_t *levels_json(const tamis_coding *c, bool rare, bool counts) {
        json_t *all = json_array();
        int r = all ? 0 : -1;

        for (size_t i = 0; i < (rare ? c->levels.n : c->n_slots) && r == 0; i++) {
                size_t code = rare ? i : c->codes[i];
                json_t *text;

                if (code == SIZE_MAX || (rare && !(c->infrequent && (size_t) c->slots[code] == c->n_slots - 1)))
                        continue;
                text = tamis_json_bytes(c->levels.entries[code].text);
                if (counts) {
                        json_t *one = tamis_json_child(all, NULL, json_object());

                        r = json_object_set_new(one, "level", text);
                        r |= json_object_set_new(one, "rows", json_integer((json_int_t) c->levels.entries[code].count));
                        if (c->values && tamis_coding_outputs(c) == 1)
                                r |= json_object_set_new(one, "value", tamis_json_figure(c->values[c->slots[code]]));
                } else {
                        r = json_array_append_new(all, text);
                }
        }
        if (r < 0) {
                json_decref(all);
                return NULL;
        }
        return all;
}

static int describe(const tamis_coding *c, bool counts, json_t **ret, tamis_error *err) {
        json_t *o = json_object();
        int r = json_object_set_new(o, "strategy", json_string(c->encoder->strategy.name));

        r |= json_object_set_new(o, "levels", levels_json(c, false, counts));
        if (c->infrequent)
                r |= json_object_set_new(o, "infrequent", levels_json(c, true, counts));
        if (r < 0) {
                json_decref(o);
                return tamis_fail_memory(err);
        }
        *ret = o;
        return 0;
}

int tamis_coding_save(const tamis_coding *c, json_t **ret, tamis_error *err) {
        json_t *o = NULL;
        int r = describe(c, false, &o, err);

        if (r == 0 && json_object_set_new(o, "missing", json_boolean(c->has_missing)) < 0) {
                json_decref(o);
                return tamis_fail_memory(err);
        }
        if (r == 0 && c->values)
                r = tamis_values_save(c, o, err);
        if (r < 0) {
                json_decref(o);
                return r;
        }
        *ret = o;
        return 0;
}

int tamis_coding_report(const tamis_coding *c, json_t **ret, tamis_error *err) {
        json_t *o = NULL;
        int r = describe(c, true, &o, err);

        if (r < 0)
                return r;
        if (json_object_set_new(o, "column", tamis_json_bytes(tamis_slice_of(c->name))) < 0
            || json_object_set_new(o, "missing", json_integer((json_int_t) c->missing)) < 0
            || json_object_set_new(o, "unknown", json_integer((json_int_t) c->unknown)) < 0) {
                json_decref(o);
                return tamis_fail_memory(err);
        }
        *ret = o;
        return 0;
}

static int load_levels(tamis_coding *c, const json_t *from, tamis_error *err) {
        tamis_arena arena = {0};
        int r = 0;

        for (size_t i = 0; i < json_array_size(from) && r == 0; i++) {
                size_t before = c->levels.n, code;
                tamis_slice text;

                r = tamis_json_bytes_get(json_array_get(from, i), &arena, &text, err);
                if (r == 0)
                        r = tamis_dict_add(&c->levels, text, 0, &code, err);
                if (r == 0 && c->levels.n == before)
                        r = tamis_fail(err, TAMIS_BAD_MODEL, "\"levels\" holds \"%.*s\" twice", (int) text.n, text.p);
        }
        tamis_arena_done(&arena);
        return r;
}

int tamis_coding_load(tamis_coding *c, const tamis_step_type *type, const json_t *from, tamis_error *err) {
        const json_t *levels, *rare = json_object_get(from, "infrequent");
        const tamis_strategy *strategy;
        const char *name;
        int r = tamis_json_text(from, "strategy", &name, NULL, err);

        if (r == 0)
                r = tamis_strategy_find(type, name, &strategy, err);
        if (r < 0)
                return r == TAMIS_USAGE ? tamis_fail(err, TAMIS_BAD_MODEL, "\"strategy\": no encoder \"%s\"", name) : r;
        c->encoder = (const tamis_encoder *) strategy;
        r = tamis_json_array(from, "levels", SIZE_MAX, &levels, err);
        if (r == 0 && rare)
                r = tamis_json_array(from, "infrequent", SIZE_MAX, &rare, err);
        if (r == 0 && !json_is_boolean(json_object_get(from, "missing")))
                r = tamis_fail(err, TAMIS_BAD_MODEL, "\"missing\" is neither true nor false");
        if (r == 0)
                r = load_levels(c, levels, err);
        if (r < 0)
                return r;
        c->has_missing = json_is_true(json_object_get(from, "missing"));
        c->n_slots = c->levels.n;
        c->infrequent = rare != NULL;
        if (rare)
                r = load_levels(c, rare, err);
        if (r < 0)
                return r;
        c->slots = calloc(c->levels.n + 1, sizeof *c->slots);
        c->codes = calloc(c->levels.n + 2, sizeof *c->codes);
        if (!c->slots || !c->codes)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < c->levels.n; i++) {
                c->slots[i] = (int32_t) (i < c->n_slots ? i : c->n_slots);
                c->codes[i] = i;
        }
        if (rare)
                c->codes[c->n_slots++] = SIZE_MAX;
        return c->encoder->apply == tamis_values_apply && c->levels.n > 0 ? tamis_values_load(c, from, err) : 0;
}
