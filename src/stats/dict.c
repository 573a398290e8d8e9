#include <endian.h>
#include <stdlib.h>

#include <tamis/number.h>
#include <tamis/stats.h>

#include "stats/order.h"

/* A slot holds a code + 1, 0 where free; at most half of them are taken, so that a probe is short. Nothing is ever
 * taken out, hence no marks of what was. */
enum { SLOTS_FIRST = 64, ENTRIES_FIRST = 32 };
#define CODES_MOST (UINT32_MAX - 1)

void tamis_dict_done(tamis_dict *d) {
        if (!d)
                return;
        free(d->entries);
        free(d->slots);
        tamis_arena_done(&d->arena);
        *d = (tamis_dict) { 0 };
}

/* The slot that holds `text`, or the free one where it would go; there is one. */
static size_t probe(const tamis_dict *d, tamis_slice text, uint64_t hash) {
        size_t mask = d->n_slots - 1;
        size_t i = hash & mask;

        while (d->slots[i]) {
                const struct tamis_dict_entry *e = &d->entries[d->slots[i] - 1];

                if (e->hash == hash && tamis_slice_equal(e->text, text))
                        break;
                i = (i + 1) & mask;
        }
        return i;
}

long tamis_dict_find(const tamis_dict *d, tamis_slice text) {
        return d->n ? (long) d->slots[probe(d, text, tamis_slice_hash(text))] - 1 : -1;
}

static int grow_slots(tamis_dict *d, tamis_error *err) {
        size_t n = d->n_slots ? 2 * d->n_slots : SLOTS_FIRST;
        uint32_t *slots = calloc(n, sizeof *slots);

        if (!slots)
                return tamis_fail_memory(err);
        for (size_t code = 0; code < d->n; code++) {
                size_t i = d->entries[code].hash & (n - 1);

                while (slots[i])
                        i = (i + 1) & (n - 1);
                slots[i] = (uint32_t) code + 1;
        }
        free(d->slots);
        d->slots = slots;
        d->n_slots = n;
        return 0;
}

static int grow_entries(tamis_dict *d, tamis_error *err) {
        size_t n = d->capacity ? 2 * d->capacity : ENTRIES_FIRST;
        struct tamis_dict_entry *entries = realloc(d->entries, n * sizeof *entries);

        if (!entries)
                return tamis_fail_memory(err);
        d->entries = entries;
        d->capacity = n;
        return 0;
}

/* Room for one entry more; whatever fails, the dictionary stays as it was. */
static int reserve(tamis_dict *d, tamis_error *err) {
        int r = 0;

        if (d->n >= CODES_MOST)
                return tamis_fail_memory(err);
        if (d->n == d->capacity)
                r = grow_entries(d, err);
        if (r == 0 && 2 * (d->n + 1) > d->n_slots)
                r = grow_slots(d, err);
        return r;
}

static int add(tamis_dict *d, tamis_slice text, uint64_t hash, uint64_t times, size_t *code, tamis_error *err) {
        size_t i = d->n ? probe(d, text, hash) : 0;
        char *copy;
        int r;

        if (!d->n || !d->slots[i]) {
                r = reserve(d, err);
                if (r < 0)
                        return r;
                copy = tamis_arena_copy(&d->arena, text);
                if (!copy)
                        return tamis_fail_memory(err);
                d->entries[d->n] = (struct tamis_dict_entry) { { copy, text.n }, hash, 0 };
                i = probe(d, text, hash);
                d->slots[i] = (uint32_t) ++d->n;
        }
        *code = d->slots[i] - 1;
        d->entries[*code].count += times;
        return 0;
}

int tamis_dict_add(tamis_dict *d, tamis_slice text, uint64_t times, size_t *code, tamis_error *err) {
        return add(d, text, tamis_slice_hash(text), times, code, err);
}

int tamis_dict_merge(tamis_dict *into, const tamis_dict *from, size_t *map, tamis_error *err) {
        for (size_t i = 0; i < from->n; i++) {
                const struct tamis_dict_entry *e = &from->entries[i];
                size_t code;
                int r = add(into, e->text, e->hash, e->count, &code, err);

                if (r < 0)
                        return r;
                if (map)
                        map[i] = code;
        }
        return 0;
}

/* -- order --------------------------------------------------------------------------------------------------------- */

/* A text and a number that sorts as it does as far as it goes: most comparisons end there. */
struct place {
        uint64_t key;
        size_t code;
};

/* The first eight bytes, as the bytes of a big-endian number. */
static uint64_t key_of_text(tamis_slice text) {
        uint64_t key = 0;

        if (text.n)
                memcpy(&key, text.p, text.n < 8 ? text.n : 8);
        return be64toh(key);
}

/* What is no number comes last. */
static uint64_t key_of_number(tamis_slice text) {
        double x;

        return tamis_number_parse(text, &x) ? tamis_order_key(x) : UINT64_MAX;
}

static int by_key_then_text(const void *a, const void *b, void *arg) {
        const struct place *x = a, *y = b;
        const tamis_dict *d = arg;

        if (x->key != y->key)
                return x->key < y->key ? -1 : 1;
        return tamis_slice_compare(d->entries[x->code].text, d->entries[y->code].text);
}

int tamis_dict_sort(const tamis_dict *d, bool numeric, size_t *order, tamis_error *err) {
        struct place *places = malloc((d->n ? d->n : 1) * sizeof *places);

        if (!places)
                return tamis_fail_memory(err);
        for (size_t code = 0; code < d->n; code++) {
                tamis_slice text = d->entries[code].text;

                places[code] = (struct place) { numeric ? key_of_number(text) : key_of_text(text), code };
        }
        qsort_r(places, d->n, sizeof *places, by_key_then_text, (void *) d);
        for (size_t i = 0; i < d->n; i++)
                order[i] = places[i].code;
        free(places);
        return 0;
}

long tamis_dict_mode(const tamis_dict *d) {
        long best = -1;

        for (size_t code = 0; code < d->n; code++) {
                const struct tamis_dict_entry *e = &d->entries[code], *b = best < 0 ? NULL : &d->entries[best];

                if (!b || e->count > b->count || (e->count == b->count && tamis_slice_compare(e->text, b->text) < 0))
                        best = (long) code;
        }
        return best;
}
