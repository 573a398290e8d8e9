#include <stdlib.h>

#include "encode/coding.h"

static inline uint32_t turn(uint32_t x, int by) {
        return x << by | x >> (32 - by);
}

/* MurmurHash3 for 32 bits (Appleby, public domain), seed 0: what scikit-learn's FeatureHasher takes. Bytes are read in
 * the order of little-endian machines on any. */
static uint32_t murmur3(tamis_slice text) {
        uint32_t h = 0, k = 0;
        size_t i = 0;

        for (; i + 4 <= text.n; i += 4) {
                k = 0;
                for (int b = 3; b >= 0; b--)
                        k = k << 8 | (uint8_t) text.p[i + (size_t) b];
                h ^= turn(k * 0xcc9e2d51U, 15) * 0x1b873593U;
                h = turn(h, 13) * 5 + 0xe6546b64U;
        }
        k = 0;
        for (size_t b = text.n; b-- > i;)
                k = k << 8 | (uint8_t) text.p[b];
        h ^= turn(k * 0xcc9e2d51U, 15) * 0x1b873593U;
        h ^= (uint32_t) text.n;
        h = (h ^ h >> 16) * 0x85ebca6bU;
        h = (h ^ h >> 13) * 0xc2b2ae35U;
        return h ^ h >> 16;
}

/* The bits as a signed number, without its sign. */
static uint64_t bucket_of(tamis_slice text, uint64_t buckets) {
        uint32_t h = murmur3(text);

        return (h >> 31 ? 0x100000000ULL - h : h) % buckets;
}

static int attach(const tamis_coding *c, const tamis_coding_options *o, tamis_schema *schema, size_t at, size_t *n,
                  tamis_error *err) {
        tamis_buffer name = {0};
        int r = 0;

        for (size_t i = 0; i < o->buckets && r == 0; i++) {
                name.n = 0;
                r = tamis_buffer_addf(&name, err, "%s_hash%zu", c->name, i);
                if (r == 0)
                        r = tamis_schema_add(schema, at + i, (tamis_slice) { name.p, name.n }, TAMIS_TYPE_NUMERIC, err);
        }
        tamis_buffer_done(&name);
        if (r == 0)
                *n = o->buckets;
        return r;
}

static int apply(tamis_coding *c, const tamis_coding_options *o, tamis_batch *batch, const int32_t *slots,
                 tamis_error *err) {
        size_t n = batch->n_rows, at = c->at;
        uint64_t *buckets = tamis_arena_get(&batch->arena, (n + 1) * sizeof *buckets), n_missing = 0;
        double *values = malloc((n + 1) * sizeof *values);
        const uint8_t *missing;
        int r = buckets && values ? tamis_batch_missing(batch, c->at, &missing, err) : tamis_fail_memory(err);

        (void) slots;
        for (size_t row = 0; row < n && r == 0; row++) {
                buckets[row] = missing[row] ? o->buckets : bucket_of(tamis_batch_text(batch, row, c->at), o->buckets);
                n_missing += missing[row];
        }
        for (size_t bucket = 0; bucket < o->buckets && r == 0; bucket++) {
                for (size_t row = 0; row < n; row++)
                        values[row] = buckets[row] == bucket;
                r = tamis_batch_add_column(batch, ++at, err);
                if (r == 0)
                        r = tamis_batch_set_numbers(batch, at, values, err);
        }
        if (r == 0) {
                tamis_batch_remove_column(batch, c->at);
                tamis_batch_count(batch, &c->missing, n_missing);
        }
        free(values);
        return r;
}

const tamis_encoder tamis_encoder_hash = {
        .strategy = {
                .name = "hash",
                .summary = "--buckets columns COL_hash0, COL_hash1, ... of 0 and 1; a hash of the level "
                           "picks its column",
                .source = "Weinberger et al. 2009; buckets as scikit-learn FeatureHasher(alternate_sign=False)",
        },
        .replaces = true,
        .zeros = true,
        .no_levels = true,
        .attach = attach,
        .apply = apply,
};
