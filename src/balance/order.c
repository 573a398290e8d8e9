/* An order of rows that hangs on their cells alone: by a hash of all that a row consists of, so that no column is
 * favoured where the order breaks a tie. Rows of the same hash are, but for one chance in 2^64, the same row, and it
 * makes no difference which of them is which: they are numbered, and each number gives another place. Otherwise all
 * rows of one class would come before all of another where both have many on one spot. */
#include <stdlib.h>

#include "balance/smote.h"

struct keyed {
        uint64_t hash;
        uint32_t row;
};

/* The finaliser of SplitMix64 (Steele, Lea & Flood 2014). */
static uint64_t mix(uint64_t x) {
        x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
        x = (x ^ x >> 27) * 0x94d049bb133111eb;
        return x ^ x >> 31;
}

static uint64_t add(uint64_t hash, uint64_t x) {
        return mix(hash + 0x9e3779b97f4a7c15 + x);
}

static uint64_t add_texts(uint64_t hash, const tamis_texts *t, const uint32_t *codes) {
        for (size_t j = 0; j < t->width; j++)
                hash = add(hash, t->dicts[j].entries[codes[j]].hash);
        return hash;
}

uint64_t tamis_smote_hash(const tamis_smote *s, uint64_t class_hash, const double *numbers, const uint32_t *codes) {
        uint64_t hash = class_hash;

        for (size_t j = 0; j < s->rows.d; j++) {
                double x = numbers[j] + 0.0;    /* -0 and 0 are the same number */
                uint64_t bits;

                memcpy(&bits, &x, sizeof bits);
                hash = add(hash, bits);
        }
        return add_texts(hash, &s->rows.categories, codes);
}

static uint64_t hash_row(const tamis_smote *s, uint32_t row, uint64_t class_hash) {
        const tamis_rows *rows = &s->rows;
        uint64_t hash = tamis_smote_hash(s, class_hash, rows->numbers + row * rows->d,
                                         rows->categories.codes + row * rows->categories.width);

        return add_texts(hash, &rows->carried, rows->carried.codes + row * rows->carried.width);
}

static int by_hash(const void *a, const void *b) {
        const struct keyed *x = a, *y = b;

        if (x->hash != y->hash)
                return x->hash < y->hash ? -1 : 1;
        return x->row < y->row ? -1 : x->row > y->row;
}

/* False: there are none. */
static bool scatter_duplicates(struct keyed *keys, size_t n) {
        uint64_t run = 0, before = 0;
        bool any = false;

        for (size_t i = 0; i < n; i++) {
                uint64_t hash = keys[i].hash;

                run = i > 0 && hash == before ? run + 1 : 0;
                before = hash;
                if (run > 0)
                        keys[i].hash = add(hash, run);
                any |= run > 0;
        }
        return any;
}

/* Hashes are spread evenly: their first bits put them into buckets of a few, which are sorted by themselves. */
static int sort(struct keyed *keys, size_t n, tamis_error *err) {
        enum { FEWEST = 1024, BITS = 16, A_FEW = 4 };
        unsigned bits = 0;
        struct keyed *spread;
        size_t *ends, at = 0;

        while (bits < BITS && n >> bits > A_FEW)
                bits++;
        if (n < FEWEST) {
                qsort(keys, n, sizeof *keys, by_hash);
                return 0;
        }
        spread = reallocarray(NULL, n, sizeof *spread);
        ends = calloc(((size_t) 1 << bits) + 1, sizeof *ends);
        if (!spread || !ends) {
                free(spread);
                free(ends);
                return tamis_fail_memory(err);
        }
        for (size_t i = 0; i < n; i++)
                ends[(keys[i].hash >> (64 - bits)) + 1]++;
        for (size_t b = 0; b < (size_t) 1 << bits; b++)
                ends[b + 1] += ends[b];
        /* each is where its bucket begins, and in the end where it ends */
        for (size_t i = 0; i < n; i++)
                spread[ends[keys[i].hash >> (64 - bits)]++] = keys[i];
        for (size_t b = 0; b < (size_t) 1 << bits; at = ends[b++])
                if (ends[b] - at > 1)
                        qsort(spread + at, ends[b] - at, sizeof *spread, by_hash);
        memcpy(keys, spread, n * sizeof *keys);
        free(spread);
        free(ends);
        return 0;
}

int tamis_smote_order(const tamis_smote *s, uint32_t *rows, size_t n, tamis_error *err) {
        struct keyed *keys = reallocarray(NULL, n + 1, sizeof *keys);
        uint64_t class_hash = 0;
        int r;

        if (!keys)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < n; i++) {
                uint32_t class = s->labels.codes[rows[i]];

                if (i == 0 || class != s->labels.codes[rows[i - 1]])
                        class_hash = tamis_slice_hash(s->labels.names[class]);
                keys[i] = (struct keyed) { hash_row(s, rows[i], class_hash), rows[i] };
        }
        r = sort(keys, n, err);
        if (r == 0 && scatter_duplicates(keys, n))
                r = sort(keys, n, err);
        for (size_t i = 0; r == 0 && i < n; i++)
                rows[i] = keys[i].row;
        free(keys);
        return r;
}
