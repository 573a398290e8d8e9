/* repeats.h: how many rows were there before, byte for byte.
 *
 * By 64-bit hashes of the rows. Where they are too many, those above a limit that is halved are left out: all rows of
 * one kind are in or out together, and the share of repeats among those that are in is that of the table. Ownership:
 * embedded, {0} but for `most` is empty; _done frees. */
#ifndef TAMIS_LOOK_REPEATS_H
#define TAMIS_LOOK_REPEATS_H

#include <tamis/batch.h>

typedef struct tamis_repeats {
        size_t most;
        uint64_t *hashes;
        size_t n, capacity;
        unsigned halved;
} tamis_repeats;

void tamis_repeats_done(tamis_repeats *r);
/* A hash for each row, in the batch's arena. */
uint64_t *tamis_repeats_hash(tamis_batch *batch);
int tamis_repeats_add(tamis_repeats *r, const uint64_t *hashes, size_t n, tamis_error *err) TAMIS_CHECKED;
/* Rows that repeat an earlier one; `rows` in all. */
int tamis_repeats_count(tamis_repeats *r, uint64_t rows, uint64_t *ret, tamis_error *err) TAMIS_CHECKED;

#endif
