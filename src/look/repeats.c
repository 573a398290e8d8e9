#include <stdlib.h>

#include "look/distinct.h"
#include "look/repeats.h"

enum { AHEAD = 16 };

void tamis_repeats_done(tamis_repeats *r) {
        free(r->hashes);
        *r = (tamis_repeats) { .most = r->most };
}

uint64_t *tamis_repeats_hash(tamis_batch *b) {
        const tamis_chunk *c = &b->chunk;
        uint64_t *hashes = tamis_arena_get(&b->arena, c->records * sizeof *hashes);

        for (size_t row = 0; hashes && row < c->records; row++) {
                size_t begin = c->starts[row], end = c->ends[(row + 1) * c->cells - 1];

                hashes[row] = tamis_mix(tamis_slice_hash((tamis_slice) { c->bytes.p + begin, end - begin }));
        }
        return hashes;
}

static void halve(tamis_repeats *r) {
        size_t to = 0;

        r->halved++;
        for (size_t i = 0; i < r->n; i++)
                if (r->hashes[i] <= UINT64_MAX >> r->halved)
                        r->hashes[to++] = r->hashes[i];
        r->n = to;
}

int tamis_repeats_add(tamis_repeats *r, const uint64_t *hashes, size_t n, tamis_error *err) {
        if (r->n + n > r->capacity) {
                size_t capacity = r->capacity ? 2 * r->capacity : 65536;
                uint64_t *more;

                while (capacity < r->n + n)
                        capacity *= 2;
                more = realloc(r->hashes, capacity * sizeof *more);
                if (!more)
                        return tamis_fail_memory(err);
                r->hashes = more;
                r->capacity = capacity;
        }
        for (size_t i = 0; i < n; i++)
                if (hashes[i] <= UINT64_MAX >> r->halved)
                        r->hashes[r->n++] = hashes[i];
        while (r->n > r->most && r->halved < 60)
                halve(r);
        return 0;
}

/* Hashes fall evenly into a table: no order is needed to find those that are there twice. */
int tamis_repeats_count(tamis_repeats *r, uint64_t rows, uint64_t *ret, tamis_error *err) {
        size_t slots = 64, n = 0;
        uint64_t *table;

        while (slots < 2 * r->n)
                slots *= 2;
        table = calloc(slots, sizeof *table);
        if (!table)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < r->n; i++) {
                uint64_t hash = r->hashes[i] ? r->hashes[i] : 1;
                size_t at = tamis_mix(hash) & (slots - 1);

                /* the table is wider than any cache */
                if (i + AHEAD < r->n)
                        __builtin_prefetch(&table[tamis_mix(r->hashes[i + AHEAD]) & (slots - 1)], 1);

                while (table[at] && table[at] != hash)
                        at = (at + 1) & (slots - 1);
                n += table[at] == hash;
                table[at] = hash;
        }
        free(table);
        *ret = n;
        if (r->halved && r->n > 0)
                *ret = (uint64_t) ((double) n / (double) r->n * (double) rows + .5);
        return 0;
}
