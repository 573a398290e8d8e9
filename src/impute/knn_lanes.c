#ifdef __x86_64__
#include <immintrin.h>
#endif

#include "impute/knn_lanes.h"

#define INLINE static inline __attribute__((always_inline))

#define BYTES 16
#define NAME(x) x##_16
#ifdef __x86_64__
#define NEAR(a, b) ((uint32_t) _mm_movemask_ps(_mm_cmple_ps((__m128) (a), (__m128) (b))))
#define MORE(a, b) ((floats_16) _mm_max_ps((__m128) (a), (__m128) (b)))
#else
typedef float four_floats __attribute__((vector_size(16), aligned(sizeof(float))));

INLINE uint32_t near_four(four_floats a, four_floats b) {
        uint32_t near = 0;

        for (int i = 0; i < 4; i++)
                near |= (uint32_t) (a[i] <= b[i]) << i;
        return near;
}

INLINE four_floats more_four(four_floats a, four_floats b) {
        for (int i = 0; i < 4; i++)
                a[i] = a[i] > b[i] ? a[i] : b[i];
        return a;
}
#define NEAR(a, b) near_four(a, b)
#define MORE(a, b) more_four(a, b)
#endif
#include "impute/knn_lanes_body.h"
static const tamis_knn_lanes plain = KIND("plain");
#undef BYTES
#undef NAME
#undef NEAR
#undef MORE
#undef KIND

#ifdef __x86_64__

#pragma GCC push_options
#pragma GCC target("avx2")
#define BYTES 32
#define NAME(x) x##_32
#define NEAR(a, b) ((uint32_t) _mm256_movemask_ps(_mm256_cmp_ps((__m256) (a), (__m256) (b), _CMP_LE_OQ)))
#define MORE(a, b) ((floats_32) _mm256_max_ps((__m256) (a), (__m256) (b)))
#include "impute/knn_lanes_body.h"
static const tamis_knn_lanes avx2 = KIND("avx2");
#undef BYTES
#undef NAME
#undef NEAR
#undef MORE
#undef KIND
#pragma GCC pop_options

#pragma GCC push_options
#pragma GCC target("avx512f")
#define BYTES 64
#define NAME(x) x##_64
#define NEAR(a, b) ((uint32_t) _mm512_cmp_ps_mask((__m512) (a), (__m512) (b), _CMP_LE_OQ))
#define MORE(a, b) ((floats_64) _mm512_max_ps((__m512) (a), (__m512) (b)))
#include "impute/knn_lanes_body.h"
static const tamis_knn_lanes avx512 = KIND("avx512f");
#undef BYTES
#undef NAME
#undef NEAR
#undef MORE
#undef KIND
#pragma GCC pop_options

const tamis_knn_lanes *tamis_knn_lanes_at(size_t i) {
        const tamis_knn_lanes *all[4] = { NULL };
        size_t n = 0;

        if (__builtin_cpu_supports("avx512f"))
                all[n++] = &avx512;
        if (__builtin_cpu_supports("avx2"))
                all[n++] = &avx2;
        all[n] = &plain;
        return i <= n ? all[i] : NULL;
}

#else

const tamis_knn_lanes *tamis_knn_lanes_at(size_t i) {
        return i == 0 ? &plain : NULL;
}

#endif
