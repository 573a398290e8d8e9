/* sample.h: whole rows, drawn by their number, as many as there is room for; all of them while they fit.
 *
 * A row is in when the hash of its number is at most `limit`, which is halved when there are too many: which rows
 * are in hangs on how many there are and how long they are, and on nothing else. Ownership: embedded; {0} but for
 * `most` is empty.
 */
#ifndef TAMIS_LOOK_SAMPLE_H
#define TAMIS_LOOK_SAMPLE_H

#include <tamis/batch.h>

enum { TAMIS_SAMPLE_ROWS = 50000, TAMIS_SAMPLE_CELLS = 3000000, TAMIS_SAMPLE_BYTES = 64 << 20 };

typedef struct tamis_sample {
        size_t most;                    /* rows */
        tamis_buffer bytes;             /* the records, each with a line ending */
        struct tamis_sample_row { uint64_t hash, line; size_t begin; } *rows;
        size_t n, capacity;
        unsigned halved;
} tamis_sample;

void tamis_sample_done(tamis_sample *s);
int tamis_sample_add(tamis_sample *s, const tamis_batch *batch, tamis_error *err) TAMIS_CHECKED;
/* The rows as a batch over bytes of its own; the sample's are given back. */
int tamis_sample_batch(tamis_sample *s, char delimiter, size_t cells, tamis_batch *ret, tamis_error *err) TAMIS_CHECKED;

#endif
