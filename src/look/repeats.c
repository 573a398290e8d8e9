#include <stdlib.h>
#include <string.h>

#include "look/distinct.h"
#include "look/repeats.h"

enum { PART = 4096 };          /* hashes */

void tamis_repeats_done(tamis_repeats *r) {
        free(r->hashes);
        *r = (tamis_repeats) { .most = r->most };
}

static inline uint64_t load(const char *p) {
        uint64_t x;

        memcpy(&x, p, sizeof x);
        return x;
}

/* Both halves of a product, one over the other, as wyhash does (Wang Yi 2019): sixteen bytes take one
 * multiplication. */
static inline uint64_t fold(uint64_t a, uint64_t b) {
        unsigned __int128 product = (unsigned __int128) a * b;

        return (uint64_t) product ^ (uint64_t) (product >> 64);
}

static uint64_t hash_of(const char *p, size_t n) {
        const uint64_t x = UINT64_C(0xa0761d6478bd642f), y = UINT64_C(0xe7037ed1a0b428db);
        char short_row[16] = {0};
        uint64_t h = n * y;
        size_t i = 0;

        if (n < sizeof short_row)
                p = n > 0 ? memcpy(short_row, p, n) : short_row;
        for (; i + 16 < n; i += 16)
                h = fold(load(p + i) ^ x ^ h, load(p + i + 8) ^ y);
        i = n < 16 ? 0 : n - 16;        /* what is left, and some of what was before it */
        return tamis_mix(fold(load(p + i) ^ x ^ h, load(p + i + 8) ^ y));
}

uint64_t *tamis_repeats_hash(tamis_batch *b) {
        const tamis_chunk *c = &b->chunk;
        uint64_t *hashes = tamis_arena_get(&b->arena, c->records * sizeof *hashes);

        for (size_t row = 0; hashes && row < c->records; row++) {
                size_t begin = c->starts[row], end = c->ends[(row + 1) * c->cells - 1];

                hashes[row] = hash_of(c->bytes.p + begin, end - begin);
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

/* Those that are in have nothing but zeros in their first `halved` bits. */
static inline size_t part_of(const tamis_repeats *r, uint64_t hash, unsigned bits) {
        return hash << r->halved >> (64 - bits);
}

/* A power of two, at least twice n. */
static size_t slots_for(size_t n) {
        size_t slots = 64;

        while (slots < 2 * n)
                slots *= 2;
        return slots;
}

/* Those in a part of all hashes that repeat one of them. */
static size_t count_part(const uint64_t *hashes, size_t n, uint64_t *table) {
        size_t slots = slots_for(n), repeats = 0;

        memset(table, 0, slots * sizeof *table);
        for (size_t i = 0; i < n; i++) {
                uint64_t hash = hashes[i] ? hashes[i] : 1;
                size_t at = hash & (slots - 1);

                while (table[at] && table[at] != hash)
                        at = (at + 1) & (slots - 1);
                repeats += table[at] == hash;
                table[at] = hash;
        }
        return repeats;
}

/* By the first bits that differ into parts, each of which has room in a near cache; no order is needed. */
int tamis_repeats_count(tamis_repeats *r, uint64_t rows, uint64_t *ret, tamis_error *err) {
        unsigned bits = 1;
        size_t n_parts, n = 0, largest = 0, *places;
        uint64_t *parted, *table;
        int status = 0;

        while (r->n >> bits > PART)
                bits++;
        n_parts = (size_t) 1 << bits;
        places = calloc(n_parts + 1, sizeof *places);
        parted = malloc((r->n + 1) * sizeof *parted);
        for (size_t i = 0; places && i < r->n; i++)
                places[part_of(r, r->hashes[i], bits) + 1]++;
        for (size_t p = 0; places && p < n_parts; p++) {
                largest = places[p + 1] > largest ? places[p + 1] : largest;
                places[p + 1] += places[p];
        }
        table = malloc(slots_for(largest) * sizeof *table);
        if (!places || !parted || !table) {
                status = tamis_fail_memory(err);
                goto out;
        }
        for (size_t i = 0; i < r->n; i++)
                parted[places[part_of(r, r->hashes[i], bits)]++] = r->hashes[i];
        for (size_t p = 0; p < n_parts; p++) {          /* each place is now its part's end */
                size_t begin = p > 0 ? places[p - 1] : 0;

                n += count_part(parted + begin, places[p] - begin, table);
        }
        *ret = r->halved && r->n > 0 ? (uint64_t) ((double) n / (double) r->n * (double) rows + .5) : n;
out:
        free(places);
        free(parted);
        free(table);
        return status;
}
