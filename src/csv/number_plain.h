/* number_plain.h: the cells nearly all numeric columns consist of, parsed without a branch that depends
 * on their digits.
 *
 * A plain number is a sign or none, then at most fifteen digits with a point or none among them: an exact integer over
 * an exact power of ten, so that one division rounds it correctly (Clinger 1990). Sixteen bytes that *end* with the
 * cell are loaded at once; the digits thus stand right-aligned, whatever their number. Bytes before the cell may be
 * anything, but must be there.
 */
#ifndef TAMIS_CSV_NUMBER_PLAIN_H
#define TAMIS_CSV_NUMBER_PLAIN_H

#include <float.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Operations on doubles are rounded to doubles. (16 is said where _Float16 is computed as it is.) */
#define TAMIS_DOUBLES_ARE_DOUBLES (FLT_EVAL_METHOD == 0 || FLT_EVAL_METHOD == 16)

#if defined(__x86_64__) && TAMIS_DOUBLES_ARE_DOUBLES
#include <emmintrin.h>
#define TAMIS_NUMBER_PLAIN 1

enum { TAMIS_PLAIN_BYTES = 16 };

/* A window over these is ones in the last n bytes of sixteen. */
extern const uint8_t tamis_plain_window[2 * TAMIS_PLAIN_BYTES];

/* The number that sixteen digits make, the first of them in the lowest byte: pairs, fours, eights, all. */
static inline uint64_t tamis_plain_sixteen(__m128i digits) {
        const __m128i low = _mm_set1_epi16(0xff), ten = _mm_set1_epi16(10);
        const __m128i hundred = _mm_set1_epi32(100 | 1 << 16), myriad = _mm_set1_epi32(10000 | 1 << 16);
        __m128i pairs = _mm_add_epi16(_mm_mullo_epi16(_mm_and_si128(digits, low), ten), _mm_srli_epi16(digits, 8));
        __m128i fours = _mm_madd_epi16(pairs, hundred);
        uint64_t eights = (uint64_t) _mm_cvtsi128_si64(_mm_madd_epi16(_mm_packs_epi32(fours, fours), myriad));

        return (eights & UINT32_MAX) * 100000000 + (eights >> 32);
}

/* The `n` bytes before `end` as a number; false where they are no plain one, and then nothing is said of what they are:
 * a number written otherwise, zero padded (007), no number. n 0 is false too. */
static inline bool tamis_number_plain(const char *end, size_t n, double *value) {
        static const double tens[] = { 1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                       1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15 };
        const char first = end[-(ptrdiff_t) n];
        const size_t sign = (first == '-') | (first == '+');
        __m128i bytes, digit, before, window;
        unsigned points, inside, behind, written;
        uint64_t bits;
        double x;

        n -= sign;
        if (n - 1 >= TAMIS_PLAIN_BYTES)         /* n is 0 .. */
                return false;
        bytes = _mm_loadu_si128((const __m128i *) (const void *) (end - TAMIS_PLAIN_BYTES));
        window = _mm_loadu_si128((const __m128i *) (const void *) (tamis_plain_window + n));
        inside = 0xffffu << (TAMIS_PLAIN_BYTES - n) & 0xffff;
        points = (unsigned) _mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('.'))) & inside;
        digit = _mm_sub_epi8(bytes, _mm_set1_epi8('0'));
        written = (unsigned) _mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(digit, _mm_set1_epi8(9)), digit)) & inside;
        if ((written | points) != inside || (points & (points - 1)) || !written)
                return false;

        /* what stands before the point moves up by one and takes its place */
        digit = _mm_and_si128(digit, window);
        behind = points ? 15 - (unsigned) __builtin_ctz(points) : 0;
        before = _mm_loadu_si128((const __m128i *) (const void *) (tamis_plain_window + (points ? behind : 16)));
        digit = _mm_or_si128(_mm_and_si128(before, digit), _mm_andnot_si128(before, _mm_slli_si128(digit, 1)));
        if (n - (points != 0) == TAMIS_PLAIN_BYTES || ((end[-(ptrdiff_t) n] == '0') & written >> (17 - n)))
                return false;
        x = (double) (int64_t) tamis_plain_sixteen(digit) / tens[behind];
        memcpy(&bits, &x, sizeof bits);         /* a branch on the sign would be guessed wrong every other time */
        bits ^= (uint64_t) (first == '-') << 63;
        memcpy(value, &bits, sizeof bits);
        return true;
}

#else
#define TAMIS_NUMBER_PLAIN 0
#endif

#endif
