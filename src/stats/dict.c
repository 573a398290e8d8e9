/* Texts to codes. Open addressing with linear probing, at most half full. */
#include <stdlib.h>

#include <tamis/number.h>
#include <tamis/stats.h>

void tamis_dict_done(tamis_dict *d) {
        if (!d)
                return;
        free(d->entries);
        free(d->slots);
        tamis_arena_done(&d->arena);
        *d = (tamis_dict) {0};
}

/* The slot of `text`, or the empty one where it would go. Slots hold codes + 1. */
static size_t slot_of(const tamis_dict *d, tamis_slice text, uint64_t hash) {
        size_t mask = d->n_slots - 1, at = hash & mask;

        for (; d->slots[at]; at = (at + 1) & mask) {
                const struct tamis_dict_entry *e = &d->entries[d->slots[at] - 1];

                if (e->hash == hash && tamis_slice_equal(e->text, text))
                        break;
        }
        return at;
}

long tamis_dict_find(const tamis_dict *d, tamis_slice text) {
        if (d->n == 0)
                return -1;
        return (long) d->slots[slot_of(d, text, tamis_slice_hash(text))] - 1;
}

static int grow_slots(tamis_dict *d, tamis_error *err) {
        size_t n = d->n_slots ? d->n_slots * 2 : 16;
        uint32_t *slots;

        if (d->n >= UINT32_MAX - 1)
                return tamis_fail(err, TAMIS_BAD_DATA, "more than four thousand million different texts");
        slots = calloc(n, sizeof *slots);
        if (!slots)
                return tamis_fail_memory(err);
        free(d->slots);
        d->slots = slots;
        d->n_slots = n;
        for (size_t i = 0; i < d->n; i++)
                slots[slot_of(d, d->entries[i].text, d->entries[i].hash)] = (uint32_t) i + 1;
        return 0;
}

static int grow_entries(tamis_dict *d, tamis_error *err) {
        size_t capacity = d->capacity ? d->capacity * 2 : 8;
        struct tamis_dict_entry *entries = realloc(d->entries, capacity * sizeof *entries);

        if (!entries)
                return tamis_fail_memory(err);
        d->entries = entries;
        d->capacity = capacity;
        return 0;
}

static int add_hashed(tamis_dict *d, tamis_slice text, uint64_t hash, uint64_t times, size_t *code, tamis_error *err) {
        size_t at;
        char *copy;
        int r = 0;

        if (2 * (d->n + 1) > d->n_slots)
                r = grow_slots(d, err);
        if (r < 0)
                return r;
        at = slot_of(d, text, hash);
        if (d->slots[at]) {
                *code = d->slots[at] - 1;
                d->entries[*code].count += times;
                return 0;
        }
        if (d->n == d->capacity)
                r = grow_entries(d, err);
        if (r < 0)
                return r;
        copy = tamis_arena_copy(&d->arena, text);
        if (!copy)
                return tamis_fail_memory(err);
        d->entries[d->n] = (struct tamis_dict_entry) { { copy, text.n }, hash, times };
        *code = d->n++;
        d->slots[at] = (uint32_t) d->n;
        return 0;
}

int tamis_dict_add(tamis_dict *d, tamis_slice text, uint64_t times, size_t *code, tamis_error *err) {
        return add_hashed(d, text, tamis_slice_hash(text), times, code, err);
}

int tamis_dict_merge(tamis_dict *into, const tamis_dict *from, size_t *map, tamis_error *err) {
        for (size_t i = 0; i < from->n; i++) {
                const struct tamis_dict_entry *e = &from->entries[i];
                size_t code;
                int r = add_hashed(into, e->text, e->hash, e->count, &code, err);

                if (r < 0)
                        return r;
                if (map)
                        map[i] = code;
        }
        return 0;
}

/* What sorting compares, so that a text is parsed once. */
struct key {
        double value;
        tamis_slice text;
        size_t code;
};

static int by_text(const void *a, const void *b) {
        return tamis_slice_compare(((const struct key *) a)->text, ((const struct key *) b)->text);
}

static int by_value(const void *a, const void *b) {
        const struct key *x = a, *y = b;

        if (x->value != y->value)
                return x->value < y->value ? -1 : 1;
        return by_text(a, b);
}

int tamis_dict_sort(const tamis_dict *d, bool numeric, size_t *order, tamis_error *err) {
        struct key *keys = malloc((d->n + 1) * sizeof *keys);

        if (!keys)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < d->n; i++) {
                keys[i] = (struct key) { 0, d->entries[i].text, i };
                if (numeric && !tamis_number_parse(keys[i].text, &keys[i].value))
                        numeric = false;
        }
        qsort(keys, d->n, sizeof *keys, numeric ? by_value : by_text);
        for (size_t i = 0; i < d->n; i++)
                order[i] = keys[i].code;
        free(keys);
        return 0;
}

long tamis_dict_mode(const tamis_dict *d) {
        size_t best = 0;

        for (size_t i = 1; i < d->n; i++) {
                const struct tamis_dict_entry *e = &d->entries[i], *b = &d->entries[best];

                if (e->count > b->count || (e->count == b->count && tamis_slice_compare(e->text, b->text) < 0))
                        best = i;
        }
        return d->n ? (long) best : -1;
}
