/* patterns.h: which cells of a row are missing together, and how many rows have each such pattern.
 *
 * Up to a limit of patterns; what comes beyond it is counted together. Ownership: embedded, {0} is
 * empty; _done frees. */
#ifndef TAMIS_LOOK_PATTERNS_H
#define TAMIS_LOOK_PATTERNS_H

#include <tamis/batch.h>
#include <tamis/stats.h>

enum { TAMIS_PATTERNS_MOST = 20000 };

typedef struct tamis_patterns {
        size_t words;                   /* 64 columns each */
        tamis_dict dict;                /* the bits, as bytes */
        uint64_t complete;              /* rows that miss nothing; no pattern */
        uint64_t others;                /* rows of patterns beyond the limit */
} tamis_patterns;

void tamis_patterns_done(tamis_patterns *p);
/* missing[column] is the column's mask, or NULL: nothing is missing there. */
int tamis_patterns_make(tamis_patterns *p, tamis_batch *batch, const uint8_t *const *missing, size_t n,
                        tamis_error *err) TAMIS_CHECKED;
int tamis_patterns_merge(tamis_patterns *into, const tamis_patterns *later, tamis_error *err) TAMIS_CHECKED;

#endif
