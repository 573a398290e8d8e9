/* lanes_body.h: included by lanes.c once for each width, with BYTES (of a vector), NAME(x) and the target set.
 *
 * Whether anything is near enough is read off the signs of limit - square, not off comparisons: GCC 12 may take
 * comparisons of vectors apart, lane by lane. */

typedef double NAME(doubles) __attribute__((vector_size(BYTES), aligned(sizeof(double))));
typedef int64_t NAME(longs) __attribute__((vector_size(BYTES)));
typedef float NAME(floats) __attribute__((vector_size(BYTES), aligned(sizeof(float))));
typedef int32_t NAME(ints) __attribute__((vector_size(BYTES)));

/* `n` vectors of rows, beginning with row `at`; n is a constant where this is inlined. */
INLINE void NAME(add_columns)(const tamis_leaf *leaf, const double *row, size_t at, const size_t n, double *squares) {
        NAME(doubles) sums[4] = { { 0 } };
        const double *column = leaf->numbers + at;

        for (size_t j = 0; j < leaf->d; j++, column += leaf->padded) {
                double x = row[j];

#pragma GCC unroll 4
                for (size_t v = 0; v < n; v++) {
                        NAME(doubles) gap = ((const NAME(doubles) *) column)[v] - x;

                        sums[v] += gap * gap;
                }
        }
#pragma GCC unroll 4
        for (size_t v = 0; v < n; v++)
                ((NAME(doubles) *) (squares + at))[v] = sums[v];
}

INLINE void NAME(add_rough_columns)(const tamis_leaf *leaf, const float *row, size_t stride, size_t at, const size_t n,
                                    float *squares) {
        NAME(floats) sums[4] = { { 0 } };
        const float *column = leaf->rough + at;

        for (size_t j = 0; j < leaf->d; j++, column += leaf->padded) {
                float x = row[j * stride];

#pragma GCC unroll 4
                for (size_t v = 0; v < n; v++) {
                        NAME(floats) gap = ((const NAME(floats) *) column)[v] - x;

                        sums[v] += gap * gap;
                }
        }
#pragma GCC unroll 4
        for (size_t v = 0; v < n; v++)
                ((NAME(floats) *) (squares + at))[v] = sums[v];
}

static bool NAME(squares)(const tamis_leaf *leaf, const double *row, const uint32_t *row_codes, double limit,
                          double *squares) {
        const size_t lanes = BYTES / sizeof(double);
        NAME(longs) far;
        int64_t all = -1;
        size_t i = 0;

        for (; i + 4 * lanes <= leaf->padded; i += 4 * lanes)
                NAME(add_columns)(leaf, row, i, 4, squares);
        for (; i < leaf->padded; i += 2 * lanes)
                NAME(add_columns)(leaf, row, i, 2, squares);
        if (leaf->c > 0) {
                int32_t differing[LANES_LEAF];

                count_mismatches(leaf, row_codes, differing);
                for (i = 0; i < leaf->padded; i++)
                        squares[i] += leaf->mismatch * (double) differing[i];
        }
        if (limit == INFINITY)
                return true;
        far = (NAME(longs)) (limit - *(const NAME(doubles) *) squares);
        for (i = lanes; i < leaf->padded; i += lanes)
                far &= (NAME(longs)) (limit - *(const NAME(doubles) *) (squares + i));
        for (size_t lane = 0; lane < lanes; lane++)
                all &= far[lane];
        return all >= 0;
}

static bool NAME(rough)(const tamis_leaf *leaf, const float *rough_row, size_t stride, const uint32_t *row_codes,
                        float limit, float *squares) {
        const size_t lanes = BYTES / sizeof(float);
        NAME(ints) far;
        int32_t all = -1;
        size_t i = 0;

        /* what is left is 0 to 3 vectors */
        for (; i + 4 * lanes <= leaf->padded; i += 4 * lanes)
                NAME(add_rough_columns)(leaf, rough_row, stride, i, 4, squares);
        if (leaf->padded - i == 3 * lanes)
                NAME(add_rough_columns)(leaf, rough_row, stride, i, 3, squares);
        else if (leaf->padded - i == 2 * lanes)
                NAME(add_rough_columns)(leaf, rough_row, stride, i, 2, squares);
        else if (leaf->padded - i == lanes)
                NAME(add_rough_columns)(leaf, rough_row, stride, i, 1, squares);
        if (leaf->c > 0) {
                int32_t differing[LANES_LEAF];

                count_mismatches(leaf, row_codes, differing);
                for (i = 0; i < leaf->padded; i++)
                        squares[i] += (float) leaf->mismatch * (float) differing[i];
        }
        if (limit == INFINITY)
                return true;
        far = (NAME(ints)) (limit - *(const NAME(floats) *) squares);
        for (i = lanes; i < leaf->padded; i += lanes)
                far &= (NAME(ints)) (limit - *(const NAME(floats) *) (squares + i));
        for (size_t lane = 0; lane < lanes; lane++)
                all &= far[lane];
        return all >= 0;
}

/* max(x, 0), twice, without a comparison. */
#define TWICE_POSITIVE(x) ((x) + (NAME(doubles)) ((NAME(longs)) (x) & INT64_MAX))

static void NAME(gaps)(const tamis_leaf *leaf, const double *box, double *gaps) {
        const size_t lanes = BYTES / sizeof(double);

        for (size_t i = 0; i < leaf->padded; i += 2 * lanes) {
                NAME(doubles) sum0 = { 0 }, sum1 = { 0 };

                for (size_t j = 0; j < leaf->d; j++) {
                        const NAME(doubles) *x = (const NAME(doubles) *) (leaf->numbers + j * leaf->padded + i);
                        NAME(doubles) below0 = box[j] - x[0], above0 = x[0] - box[leaf->d + j];
                        NAME(doubles) below1 = box[j] - x[1], above1 = x[1] - box[leaf->d + j];
                        /* a row is above the box or below it, or neither: one of the two is 0, and the sum exact */
                        NAME(doubles) gap0 = .5 * (TWICE_POSITIVE(below0) + TWICE_POSITIVE(above0));
                        NAME(doubles) gap1 = .5 * (TWICE_POSITIVE(below1) + TWICE_POSITIVE(above1));

                        sum0 += gap0 * gap0;
                        sum1 += gap1 * gap1;
                }
                ((NAME(doubles) *) (gaps + i))[0] = sum0;
                ((NAME(doubles) *) (gaps + i))[1] = sum1;
        }
}

#undef TWICE_POSITIVE
