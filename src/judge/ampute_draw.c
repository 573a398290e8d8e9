#include <tamis/random.h>

#include "judge/ampute.h"

/* A block of Philox has four numbers: those of four rows. */
void tamis_ampute_uniform(uint64_t seed, const char *purpose, uint64_t key, uint64_t first, size_t n, double *u) {
        const uint64_t keys[2] = { seed, tamis_slice_hash(tamis_slice_of(purpose)) };
        uint64_t block[4];

        for (size_t i = 0; i < n; i++) {
                uint64_t row = first + i;

                if (i == 0 || row % 4 == 0) {
                        const uint64_t counter[4] = { 0, 0, key, row / 4 };

                        tamis_philox_block(keys, counter, block);
                }
                u[i] = (double) (block[row % 4] >> 11) * 0x1p-53;
        }
}
