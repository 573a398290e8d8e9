#include <math.h>

#ifdef __x86_64__
#include <immintrin.h>
#endif

#include "neighbors/lanes.h"

#ifdef __x86_64__

#define INLINE static inline __attribute__((always_inline))

#define N 4
#define VECTOR __m128
#define NAME(x) x##_4
#define LOAD(p) _mm_loadu_ps(p)
#define STORE(p, a) _mm_storeu_ps(p, a)
#define FILL(x) _mm_set1_ps(x)
#define LESS(a, b) _mm_sub_ps(a, b)
#define PLUS(a, b) _mm_add_ps(a, b)
#define ADD_SQUARE(sum, a) _mm_add_ps(sum, _mm_mul_ps(a, a))
#define FARTHER(a, b) _mm_max_ps(a, b)
#define ADD_UNEQUAL(sum, p, code, x) add_unequal_4(sum, p, code, x)
#define NEAR(a, limit) ((uint32_t) _mm_movemask_ps(_mm_cmple_ps(a, _mm_set1_ps(limit))))
INLINE __m128 add_unequal_4(__m128 sum, const uint32_t *p, uint32_t code, float x) {
        __m128i same = _mm_cmpeq_epi32(_mm_loadu_si128((const __m128i *) p), _mm_set1_epi32((int) code));

        return _mm_add_ps(sum, _mm_andnot_ps(_mm_castsi128_ps(same), _mm_set1_ps(x)));
}
#include "neighbors/lanes_body.h"

#pragma GCC push_options
#pragma GCC target("avx2,fma")
#define N 8
#define VECTOR __m256
#define NAME(x) x##_8
#define LOAD(p) _mm256_loadu_ps(p)
#define STORE(p, a) _mm256_storeu_ps(p, a)
#define FILL(x) _mm256_set1_ps(x)
#define LESS(a, b) _mm256_sub_ps(a, b)
#define PLUS(a, b) _mm256_add_ps(a, b)
#define ADD_SQUARE(sum, a) _mm256_fmadd_ps(a, a, sum)
#define FARTHER(a, b) _mm256_max_ps(a, b)
#define ADD_UNEQUAL(sum, p, code, x) add_unequal_8(sum, p, code, x)
#define NEAR(a, limit) ((uint32_t) _mm256_movemask_ps(_mm256_cmp_ps(a, _mm256_set1_ps(limit), _CMP_LE_OQ)))
INLINE __m256 add_unequal_8(__m256 sum, const uint32_t *p, uint32_t code, float x) {
        __m256i same = _mm256_cmpeq_epi32(_mm256_loadu_si256((const __m256i *) p), _mm256_set1_epi32((int) code));

        return _mm256_add_ps(sum, _mm256_andnot_ps(_mm256_castsi256_ps(same), _mm256_set1_ps(x)));
}
#include "neighbors/lanes_body.h"
#pragma GCC pop_options

#pragma GCC push_options
#pragma GCC target("avx512f")
#define N 16
#define VECTOR __m512
#define NAME(x) x##_16
#define LOAD(p) _mm512_loadu_ps(p)
#define STORE(p, a) _mm512_storeu_ps(p, a)
#define FILL(x) _mm512_set1_ps(x)
#define LESS(a, b) _mm512_sub_ps(a, b)
#define PLUS(a, b) _mm512_add_ps(a, b)
#define ADD_SQUARE(sum, a) _mm512_fmadd_ps(a, a, sum)
#define FARTHER(a, b) _mm512_max_ps(a, b)
#define ADD_UNEQUAL(sum, p, code, x) add_unequal_16(sum, p, code, x)
#define NEAR(a, limit) ((uint32_t) _mm512_cmp_ps_mask(a, _mm512_set1_ps(limit), _CMP_LE_OQ))
INLINE __m512 add_unequal_16(__m512 sum, const uint32_t *p, uint32_t code, float x) {
        __mmask16 differ = _mm512_cmpneq_epi32_mask(_mm512_loadu_si512(p), _mm512_set1_epi32((int) code));

        return _mm512_mask_add_ps(sum, differ, sum, _mm512_set1_ps(x));
}
#include "neighbors/lanes_body.h"
#pragma GCC pop_options

static const tamis_lanes sse = { "sse2", rows_4, gaps_4 };
static const tamis_lanes avx2 = { "avx2", rows_8, gaps_8 };
static const tamis_lanes avx512 = { "avx512f", rows_16, gaps_16 };

const tamis_lanes *tamis_lanes_at(size_t i) {
        const tamis_lanes *all[4] = { NULL };
        size_t n = 0;

        if (__builtin_cpu_supports("avx512f"))
                all[n++] = &avx512;
        if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
                all[n++] = &avx2;
        all[n] = &sse;
        return i <= n ? all[i] : NULL;
}

#else

#define N 1
#define VECTOR float
#define NAME(x) x##_1
#define LOAD(p) (*(p))
#define STORE(p, a) (*(p) = (a))
#define FILL(x) ((float) (x))
#define LESS(a, b) ((a) - (b))
#define PLUS(a, b) ((a) + (b))
#define ADD_SQUARE(sum, a) ((sum) + (a) * (a))
#define FARTHER(a, b) ((a) > (b) ? (a) : (b))
#define ADD_UNEQUAL(sum, p, code, x) ((sum) + (*(p) != (code) ? (x) : 0))
#define NEAR(a, limit) ((uint32_t) ((a) <= (limit)))
#include "neighbors/lanes_body.h"

static const tamis_lanes plain = { "plain", rows_1, gaps_1 };

const tamis_lanes *tamis_lanes_at(size_t i) {
        return i == 0 ? &plain : NULL;
}

#endif
