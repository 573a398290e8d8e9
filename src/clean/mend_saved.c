#include "clean/mend.h"

static int save_pairs(const tamis_dict *from, char **to, json_t *into, const char *key) {
        json_t *pairs = from->n ? tamis_json_child(into, key, json_array()) : NULL;
        int r = from->n && !pairs ? -1 : 0;

        for (size_t i = 0; i < from->n && r == 0; i++) {
                json_t *pair = tamis_json_child(pairs, NULL, json_array());

                r = json_array_append_new(pair, tamis_json_bytes(from->entries[i].text));
                r |= json_array_append_new(pair, tamis_json_bytes(tamis_slice_of(to[i])));
        }
        return r;
}

static const char *const orders[] = { "none", "sure", "day", "month" };

int tamis_mend_save(const tamis_mend *m, json_t **ret, tamis_error *err) {
        json_t *o = json_object();
        int r = o ? 0 : -1;

        if (m->dates)
                r |= json_object_set_new(o, "dates", json_string(orders[m->order]));
        if (m->parts)
                r |= json_object_set_new(o, "parts", json_true());
        if (m->numbers)
                r |= json_object_set_new(o, "numbers", json_true());
        if (m->booleans)
                r |= json_object_set_new(o, "booleans", json_true());
        if (m->flag)
                r |= json_object_set_new(o, "flag", json_true());
        if (m->marks)
                r |= json_object_set_new(o, "marks", json_true());
        if (m->bounded) {
                r |= json_object_set_new(o, "low", tamis_json_number(m->low));
                r |= json_object_set_new(o, "high", tamis_json_number(m->high));
        }
        r |= save_pairs(&m->from, m->to, o, "alike");
        r |= save_pairs(&m->map, m->map_to, o, "map");
        if (r < 0) {
                json_decref(o);
                return tamis_fail_memory(err);
        }
        *ret = o;
        return 0;
}

static int load_pairs(const json_t *o, const char *key, tamis_dict *from, char ***to, size_t *n, tamis_error *err) {
        const json_t *pairs = json_object_get(o, key);
        tamis_arena arena = {0};
        int r = pairs ? tamis_json_array(o, key, SIZE_MAX, &pairs, err) : 0;

        for (size_t i = 0; pairs && i < json_array_size(pairs) && r == 0; i++) {
                const json_t *pair = json_array_get(pairs, i);
                tamis_slice a, b;
                size_t code;

                if (!json_is_array(pair) || json_array_size(pair) != 2) {
                        r = tamis_fail(err, TAMIS_BAD_MODEL, "\"%s\" holds what is no pair", key);
                        break;
                }
                r = tamis_json_bytes_get(json_array_get(pair, 0), &arena, &a, err);
                if (r == 0)
                        r = tamis_json_bytes_get(json_array_get(pair, 1), &arena, &b, err);
                if (r == 0)
                        r = tamis_dict_add(from, a, 1, &code, err);
                if (r == 0 && from->n != *n + 1)
                        r = tamis_fail(err, TAMIS_BAD_MODEL, "\"%s\" holds a text twice", key);
                if (r == 0)
                        r = tamis_keep_text(to, n, b, err);
        }
        tamis_arena_done(&arena);
        return r;
}

int tamis_mend_load(tamis_mend *m, const json_t *from, tamis_error *err) {
        const char *order = NULL;
        int r = json_object_get(from, "dates") ? tamis_json_text(from, "dates", &order, NULL, err) : 0;

        for (size_t i = 0; order && i < sizeof orders / sizeof *orders; i++)
                if (strcmp(order, orders[i]) == 0) {
                        m->order = (tamis_date_order) i;
                        m->dates = true;
                }
        if (r == 0 && order && !m->dates)
                r = tamis_fail(err, TAMIS_BAD_MODEL, "\"dates\": \"%s\" is no order", order);
        m->parts = json_is_true(json_object_get(from, "parts"));
        m->numbers = json_is_true(json_object_get(from, "numbers"));
        m->booleans = json_is_true(json_object_get(from, "booleans"));
        m->flag = json_is_true(json_object_get(from, "flag"));
        m->marks = json_is_true(json_object_get(from, "marks"));
        m->bounded = json_object_get(from, "low") != NULL;
        if (r == 0 && m->bounded)
                r = tamis_json_real(from, "low", &m->low, err);
        if (r == 0 && m->bounded)
                r = tamis_json_real(from, "high", &m->high, err);
        if (r == 0)
                r = load_pairs(from, "alike", &m->from, &m->to, &m->n_to, err);
        return r < 0 ? r : load_pairs(from, "map", &m->map, &m->map_to, &m->n_map, err);
}
