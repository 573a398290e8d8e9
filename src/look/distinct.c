#include <math.h>
#include <stdlib.h>

#include "look/distinct.h"

enum { BITS = 14, REGISTERS = 1 << BITS, RANKS = 64 - BITS };

void tamis_distinct_done(tamis_distinct *d) {
        free(d->registers);
        d->registers = NULL;
}

int tamis_distinct_open(tamis_distinct *d, tamis_error *err) {
        if (!d->registers)
                d->registers = calloc(REGISTERS, 1);
        return d->registers ? 0 : tamis_fail_memory(err);
}

void tamis_distinct_add(tamis_distinct *d, uint64_t hash) {
        uint64_t x = tamis_mix(hash), rest = x << BITS;
        uint8_t rank = rest ? (uint8_t) (__builtin_clzll(rest) + 1) : RANKS + 1, *at = &d->registers[x >> RANKS];

        if (rank > *at)
                *at = rank;
}

/* Ertl 2017, algorithm 6: sigma for the empty registers, tau for the full ones. */
static double sigma(double x) {
        double y = 1, z = x, before;

        if (x >= 1)
                return INFINITY;
        do {
                x *= x;
                before = z;
                z += x * y;
                y += y;
        } while (z != before);
        return z;
}

static double tau(double x) {
        double y = 1, z = 1 - x, before;

        if (x <= 0 || x >= 1)
                return 0;
        do {
                x = sqrt(x);
                before = z;
                y /= 2;
                z -= (1 - x) * (1 - x) * y;
        } while (z != before);
        return z / 3;
}

uint64_t tamis_distinct_count(const tamis_distinct *d) {
        double c[RANKS + 2] = {0}, z;

        if (!d->registers)
                return 0;
        for (size_t i = 0; i < REGISTERS; i++)
                c[d->registers[i]]++;
        z = REGISTERS * tau(1 - c[RANKS + 1] / REGISTERS);
        for (size_t k = RANKS; k >= 1; k--)
                z = (z + c[k]) / 2;
        z += REGISTERS * sigma(c[0] / REGISTERS);
        return (uint64_t) llround(REGISTERS / (2 * log(2)) * REGISTERS / z);
}
