#include <math.h>

#include "neighbors/lanes.h"

#define INLINE static inline __attribute__((always_inline))

/* Where the row's codes differ, for each row of the leaf. */
INLINE void count_mismatches(const tamis_leaf *leaf, const uint32_t *row_codes, int32_t *differing) {
        for (size_t i = 0; i < leaf->padded; i += LANES_PAD) {
                for (size_t lane = 0; lane < LANES_PAD; lane++)
                        differing[i + lane] = 0;
                for (size_t j = 0; j < leaf->c; j++)
                        for (size_t lane = 0; lane < LANES_PAD; lane++)
                                differing[i + lane] += leaf->codes[j * leaf->padded + i + lane] != row_codes[j];
        }
}

#define BYTES 16
#define NAME(x) x##_16
#include "neighbors/lanes_body.h"
#undef BYTES
#undef NAME

static const tamis_lanes plain = { "plain", squares_16, rough_16, gaps_16 };

#ifdef __x86_64__

#pragma GCC push_options
#pragma GCC target("avx2")
#define BYTES 32
#define NAME(x) x##_32
#include "neighbors/lanes_body.h"
#undef BYTES
#undef NAME
#pragma GCC pop_options

#pragma GCC push_options
#pragma GCC target("avx512f")
#define BYTES 64
#define NAME(x) x##_64
#include "neighbors/lanes_body.h"
#undef BYTES
#undef NAME
#pragma GCC pop_options

static const tamis_lanes avx2 = { "avx2", squares_32, rough_32, gaps_32 };
static const tamis_lanes avx512 = { "avx512f", squares_64, rough_64, gaps_64 };

const tamis_lanes *tamis_lanes_at(size_t i) {
        const tamis_lanes *all[4] = { NULL };
        size_t n = 0;

        if (__builtin_cpu_supports("avx512f"))
                all[n++] = &avx512;
        if (__builtin_cpu_supports("avx2"))
                all[n++] = &avx2;
        all[n] = &plain;
        return i <= n ? all[i] : NULL;
}

#else

const tamis_lanes *tamis_lanes_at(size_t i) {
        return i == 0 ? &plain : NULL;
}

#endif
