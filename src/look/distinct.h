/* distinct.h: about how many different things there were, from their hashes, in 16 KB.
 *
 * HyperLogLog (Flajolet, Fusy, Gandouet & Meunier 2007) with 2^14 registers, linear counting where many of them are
 * empty, and Ertl's estimator (2017, "New cardinality estimation algorithms for HyperLogLog sketches"), which needs no
 * table of corrections. Standard error 0.8 %. The order of what is added does not matter.
 *
 * Ownership: embedded, {0} is empty; _done frees.
 */
#ifndef TAMIS_LOOK_DISTINCT_H
#define TAMIS_LOOK_DISTINCT_H

#include <stdint.h>

#include <tamis/error.h>

typedef struct tamis_distinct {
        uint8_t *registers;             /* NULL: nothing was added */
} tamis_distinct;

void tamis_distinct_done(tamis_distinct *d);
int tamis_distinct_open(tamis_distinct *d, tamis_error *err) TAMIS_CHECKED;
/* It must be open. The hash is mixed here: any 64 bits that tell things apart will do. */
void tamis_distinct_add(tamis_distinct *d, uint64_t hash);
uint64_t tamis_distinct_count(const tamis_distinct *d);

/* 64 bits, each of which hangs on all bits of x (the finaliser of SplitMix64: Steele, Lea & Flood 2014). */
static inline uint64_t tamis_mix(uint64_t x) {
        x += 0x9e3779b97f4a7c15;
        x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
        x = (x ^ x >> 27) * 0x94d049bb133111eb;
        return x ^ x >> 31;
}

#endif
