#include <stdlib.h>

#include "clean/duplicates.h"

static inline uint64_t rotate(uint64_t x, int bits) {
        return x << bits | x >> (64 - bits);
}

/* Two lanes, each a permutation of 64 bits for every word taken in, so that nothing once different becomes equal by
 * taking the same words in; the lanes lean on each other, so that they do not fall together. Multipliers are odd bits
 * of the golden ratio and of square roots. */
static inline void take(tamis_print *p, uint64_t word) {
        p->a = rotate(p->a ^ word * 0x9e3779b97f4a7c15, 29) * 0xbf58476d1ce4e5b9 + p->b;
        p->b = rotate(p->b ^ rotate(word, 32) * 0xd6e8feb86659fd93, 31) * 0x94d049bb133111eb + p->a;
}

void tamis_print_add(tamis_print *p, tamis_slice cell) {
        size_t n = cell.n;
        uint64_t word;

        take(p, n);
        for (; n >= 8; n -= 8, cell.p += 8) {
                memcpy(&word, cell.p, 8);
                take(p, word);
        }
        if (n > 0) {
                word = 0;
                memcpy(&word, cell.p, n);
                take(p, word);
        }
}

void tamis_duplicates_done(tamis_duplicates *d) {
        free(d->prints);
        free(d->repeats);
        *d = (tamis_duplicates) {0};
}

int tamis_duplicates_add(tamis_duplicates *d, const tamis_print *prints, size_t n, tamis_error *err) {
        if (d->n + n > d->capacity) {
                size_t capacity = d->capacity ? d->capacity : 1024;
                tamis_print *more;

                while (capacity < d->n + n)
                        capacity *= 2;
                more = realloc(d->prints, capacity * sizeof *more);
                if (!more)
                        return tamis_fail_memory(err);
                d->prints = more;
                d->capacity = capacity;
        }
        memcpy(d->prints + d->n, prints, n * sizeof *prints);
        d->n += n;
        return 0;
}

int tamis_duplicates_settle(tamis_duplicates *d, tamis_error *err) {
        size_t n_slots = 16, *slots;

        while (n_slots < 2 * d->n)
                n_slots *= 2;
        slots = calloc(n_slots, sizeof *slots);         /* row + 1; 0: free */
        d->repeats = calloc(d->n + 1, 1);
        if (!slots || !d->repeats) {
                free(slots);
                return tamis_fail_memory(err);
        }
        d->found = 0;
        for (size_t row = 0; row < d->n; row++) {
                const tamis_print *p = &d->prints[row];
                size_t at = (p->a ^ p->b >> 32) & (n_slots - 1);

                while (slots[at] && (d->prints[slots[at] - 1].a != p->a || d->prints[slots[at] - 1].b != p->b))
                        at = (at + 1) & (n_slots - 1);
                if (slots[at])
                        d->repeats[row] = 1, d->found++;
                else
                        slots[at] = row + 1;
        }
        free(slots);
        free(d->prints);
        d->prints = NULL;
        d->capacity = 0;
        return 0;
}
