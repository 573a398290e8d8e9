#include <stdlib.h>

#include "split/decide.h"

void tamis_codes_done(tamis_codes *c) {
        tamis_dict_done(&c->dict);
        free(c->codes);
        *c = (tamis_codes) {0};
}

int tamis_codes_reserve(tamis_codes *c, size_t more, tamis_error *err) {
        size_t capacity = c->capacity ? c->capacity : 1024;
        uint32_t *codes;

        if (c->n + more <= c->capacity)
                return 0;
        while (capacity < c->n + more)
                capacity *= 2;
        codes = realloc(c->codes, capacity * sizeof *codes);
        if (!codes)
                return tamis_fail_memory(err);
        c->codes = codes;
        c->capacity = capacity;
        return 0;
}

int tamis_codes_add(tamis_codes *c, tamis_slice text, tamis_error *err) {
        size_t code;
        int r = tamis_codes_reserve(c, 1, err);

        if (r == 0)
                r = tamis_dict_add(&c->dict, text, 1, &code, err);
        if (r < 0)
                return r;
        if (code > UINT32_MAX)
                return tamis_fail(err, TAMIS_BAD_DATA, "more than 4294967296 different values in a column to split by");
        c->codes[c->n++] = (uint32_t) code;
        return 0;
}

int tamis_codes_merge(tamis_codes *into, const tamis_codes *from, tamis_error *err) {
        size_t *map = calloc(from->dict.n + 1, sizeof *map);
        int r = map ? tamis_codes_reserve(into, from->n, err) : tamis_fail_memory(err);

        if (r == 0)
                r = tamis_dict_merge(&into->dict, &from->dict, map, err);
        for (size_t i = 0; r == 0 && i < from->n; i++)
                into->codes[into->n + i] = (uint32_t) map[from->codes[i]];
        if (r == 0)
                into->n += from->n;
        free(map);
        return r;
}
