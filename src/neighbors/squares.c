/* The loop everything else is there to feed: squares of distances of the rows of a leaf to one row, eight rows at a time,
 * four eights in flight. Each row's sum is taken from the first column to the last, whatever the width of the machine's
 * registers, so all the clones give the same bits. */
#include "neighbors/tree.h"

typedef double eight __attribute__((vector_size(TREE_LANES * sizeof(double)), aligned(sizeof(double))));
typedef int64_t eight_long __attribute__((vector_size(TREE_LANES * sizeof(int64_t))));
typedef uint32_t eight_codes __attribute__((vector_size(TREE_LANES * sizeof(uint32_t)), aligned(sizeof(uint32_t))));
typedef int32_t eight_int __attribute__((vector_size(TREE_LANES * sizeof(int32_t))));

/* not under the thread sanitizer: the clones are chosen before it is ready, and the program does not start */
#if defined(__x86_64__) && defined(__linux__) && defined(__GLIBC__) && !defined(__clang__) && !defined(__SANITIZE_THREAD__)
#define WIDE __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define WIDE
#endif

static inline __attribute__((always_inline)) void add_mismatches(const uint32_t *codes, size_t padded, size_t c,
                                                                 const uint32_t *row_codes, double mismatch, eight *sum) {
        eight_int differing = { 0 };

        for (size_t j = 0; j < c; j++)
                differing -= (eight_int) (*(const eight_codes *) (codes + j * padded) != row_codes[j]);
        *sum += mismatch * __builtin_convertvector(differing, eight);
}

WIDE bool tamis_leaf_squares(const double *numbers, const uint32_t *codes, size_t padded, size_t d, size_t c,
                             double mismatch, const double *row, const uint32_t *row_codes, double limit,
                             double *squares) {
        eight_long near = { 0 };
        int64_t any = 0;
        size_t i = 0;

        for (; i + 4 * TREE_LANES <= padded; i += 4 * TREE_LANES) {
                eight s0 = { 0 }, s1 = { 0 }, s2 = { 0 }, s3 = { 0 };

                for (size_t j = 0; j < d; j++) {
                        const double *column = numbers + j * padded + i;

                        eight g0 = *(const eight *) column - row[j];
                        eight g1 = *(const eight *) (column + TREE_LANES) - row[j];
                        eight g2 = *(const eight *) (column + 2 * TREE_LANES) - row[j];
                        eight g3 = *(const eight *) (column + 3 * TREE_LANES) - row[j];

                        s0 += g0 * g0;
                        s1 += g1 * g1;
                        s2 += g2 * g2;
                        s3 += g3 * g3;
                }
                if (c > 0) {
                        add_mismatches(codes + i, padded, c, row_codes, mismatch, &s0);
                        add_mismatches(codes + i + TREE_LANES, padded, c, row_codes, mismatch, &s1);
                        add_mismatches(codes + i + 2 * TREE_LANES, padded, c, row_codes, mismatch, &s2);
                        add_mismatches(codes + i + 3 * TREE_LANES, padded, c, row_codes, mismatch, &s3);
                }
                near |= (s0 <= limit) | (s1 <= limit) | (s2 <= limit) | (s3 <= limit);
                *(eight *) (squares + i) = s0;
                *(eight *) (squares + i + TREE_LANES) = s1;
                *(eight *) (squares + i + 2 * TREE_LANES) = s2;
                *(eight *) (squares + i + 3 * TREE_LANES) = s3;
        }
        for (; i < padded; i += TREE_LANES) {
                eight sum = { 0 };

                for (size_t j = 0; j < d; j++) {
                        eight gap = *(const eight *) (numbers + j * padded + i) - row[j];

                        sum += gap * gap;
                }
                if (c > 0)
                        add_mismatches(codes + i, padded, c, row_codes, mismatch, &sum);
                near |= sum <= limit;
                *(eight *) (squares + i) = sum;
        }
        for (size_t lane = 0; lane < TREE_LANES; lane++)
                any |= near[lane];
        return any != 0;
}
