#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "csv/scan.h"

/* Eight bytes at a time: a byte of `x` is zero where it matched; the top bit of each such byte is gathered into 8 bits.
 * The usual trick of subtracting ones borrows across bytes; this form does not. */
static inline uint64_t zero_bytes(uint64_t x) {
        const uint64_t low = 0x7f7f7f7f7f7f7f7f;
        uint64_t top = ~(((x & low) + low) | x | low);

        return (top >> 7) * 0x0102040810204080 >> 56;
}

static inline uint64_t load_little(const char *p) {
        const unsigned char *u = (const unsigned char *) p;
        uint64_t x = 0;

        for (unsigned i = 0; i < 8; i++)
                x |= (uint64_t) u[i] << (8 * i);
        return x;
}

static void classify_portable(const char *p, size_t blocks, char delimiter, tamis_scan_masks *masks) {
        const uint64_t ones = 0x0101010101010101;
        const uint64_t d = ones * (unsigned char) delimiter, lf = ones * '\n', cr = ones * '\r', q = ones * '"';

        for (size_t b = 0; b < blocks; b++) {
                tamis_scan_masks m = { 0 };

                for (unsigned i = 0; i < 64; i += 8) {
                        uint64_t x = load_little(p + b * 64 + i);

                        m.delimiter |= zero_bytes(x ^ d) << i;
                        m.eol |= (zero_bytes(x ^ lf) | zero_bytes(x ^ cr)) << i;
                        m.quote |= zero_bytes(x ^ q) << i;
                }
                masks[b] = m;
        }
}

static uint64_t lines_portable(const char *p, size_t n) {
        uint64_t lines = 0;

        for (size_t i = 0; i < n; i++)
                lines += p[i] == '\n' ? i == 0 || p[i - 1] != '\r' : p[i] == '\r';
        return lines;
}

#if defined(__x86_64__)

static inline uint64_t equal_sse2(const __m128i x[4], __m128i c) {
        uint64_t m = 0;

        for (unsigned i = 0; i < 4; i++)
                m |= (uint64_t) (unsigned) _mm_movemask_epi8(_mm_cmpeq_epi8(x[i], c)) << (16 * i);
        return m;
}

static void classify_sse2(const char *p, size_t blocks, char delimiter, tamis_scan_masks *masks) {
        const __m128i d = _mm_set1_epi8(delimiter), lf = _mm_set1_epi8('\n'), cr = _mm_set1_epi8('\r'),
                      q = _mm_set1_epi8('"');

        for (size_t b = 0; b < blocks; b++, p += 64) {
                __m128i x[4];

                for (unsigned i = 0; i < 4; i++)
                        x[i] = _mm_loadu_si128((const __m128i *) (const void *) (p + 16 * i));
                masks[b].delimiter = equal_sse2(x, d);
                masks[b].eol = equal_sse2(x, lf) | equal_sse2(x, cr);
                masks[b].quote = equal_sse2(x, q);
        }
}

/* A line ends at each CR, and at each LF that has no CR before it. The byte before the first counts as no CR. Each lane
 * holds up to 255 before it is added up. */
static uint64_t lines_sse2(const char *p, size_t n) {
        const __m128i lf = _mm_set1_epi8('\n'), cr = _mm_set1_epi8('\r');
        __m128i sum = _mm_setzero_si128();
        uint64_t lines = 0, parts[2];
        size_t i = 0;

        if (n > 0) {
                lines = p[0] == '\n' || p[0] == '\r';
                i = 1;
        }
        while (n - i >= 16) {
                __m128i bytes = _mm_setzero_si128();

                for (unsigned k = 0; k < 255 && n - i >= 16; k++, i += 16) {
                        __m128i x = _mm_loadu_si128((const __m128i *) (const void *) (p + i));
                        __m128i before = _mm_loadu_si128((const __m128i *) (const void *) (p + i - 1));
                        __m128i is = _mm_or_si128(_mm_cmpeq_epi8(x, cr),
                                                  _mm_andnot_si128(_mm_cmpeq_epi8(before, cr), _mm_cmpeq_epi8(x, lf)));

                        bytes = _mm_sub_epi8(bytes, is);
                }
                sum = _mm_add_epi64(sum, _mm_sad_epu8(bytes, _mm_setzero_si128()));
        }
        _mm_storeu_si128((__m128i *) (void *) parts, sum);
        lines += parts[0] + parts[1];
        for (; i < n; i++)
                lines += p[i] == '\n' ? p[i - 1] != '\r' : p[i] == '\r';
        return lines;
}

#define AVX2 __attribute__((target("avx2")))

AVX2 static inline uint64_t equal_avx2(__m256i a, __m256i b, __m256i c) {
        return (uint32_t) _mm256_movemask_epi8(_mm256_cmpeq_epi8(a, c)) |
               (uint64_t) (uint32_t) _mm256_movemask_epi8(_mm256_cmpeq_epi8(b, c)) << 32;
}

AVX2 static void classify_avx2(const char *p, size_t blocks, char delimiter, tamis_scan_masks *masks) {
        const __m256i d = _mm256_set1_epi8(delimiter), lf = _mm256_set1_epi8('\n'), cr = _mm256_set1_epi8('\r'),
                      q = _mm256_set1_epi8('"');

        for (size_t i = 0; i < blocks; i++, p += 64) {
                __m256i a = _mm256_loadu_si256((const __m256i *) (const void *) p);
                __m256i b = _mm256_loadu_si256((const __m256i *) (const void *) (p + 32));

                masks[i].delimiter = equal_avx2(a, b, d);
                masks[i].eol = equal_avx2(a, b, lf) | equal_avx2(a, b, cr);
                masks[i].quote = equal_avx2(a, b, q);
        }
}

#endif

static const tamis_scan_version portable = { "portable", classify_portable, tamis_scan_blocks, lines_portable };
#if defined(__x86_64__)
static const tamis_scan_version sse2 = { "sse2", classify_sse2, tamis_scan_blocks, lines_sse2 };
static const tamis_scan_version avx2 = { "avx2", classify_avx2, tamis_scan_blocks_bmi, lines_sse2 };
#endif

const tamis_scan_version *tamis_scan_version_at(size_t i) {
#if defined(__x86_64__)
        __builtin_cpu_init();
        if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("bmi") || !__builtin_cpu_supports("popcnt"))
                i++;
        if (i == 0)
                return &avx2;
        if (i == 1)
                return &sse2;
        i -= 2;
#endif
        return i == 0 ? &portable : NULL;
}

uint64_t tamis_scan_lines(const char *p, size_t n) {
#if defined(__x86_64__)
        return lines_sse2(p, n);
#else
        return lines_portable(p, n);
#endif
}
