/* knn_lanes_body.h: included by knn_lanes.c once for each width, with BYTES (of a vector), NAME(x), the target set, and
 * NEAR(sums, limits) (bits of sums <= limits) and MORE(a, b) (the greater of each lane, never of a NaN). */

typedef float NAME(floats) __attribute__((vector_size(BYTES), aligned(sizeof(float))));
typedef int32_t NAME(ints) __attribute__((vector_size(BYTES), aligned(sizeof(int32_t))));

#define LANES (BYTES / sizeof(float))

INLINE NAME(floats) NAME(term)(NAME(floats) gap, const bool gower) {
        return gower ? (NAME(floats)) ((NAME(ints)) gap & INT32_MAX) : gap * gap;
}

/* -1 where the two differ. Shifts, not comparisons: GCC 12 may take comparisons of vectors apart. */
INLINE NAME(ints) NAME(differ)(NAME(ints) codes, int32_t code) {
        NAME(ints) bits = codes ^ code;

        return (bits | -bits) >> 31;
}

INLINE NAME(floats) NAME(limit)(NAME(ints) shared, float each, float base) {
        return __builtin_convertvector(shared, NAME(floats)) * each + base;
}

/* Four vectors of donors, beginning with donor `at`: their bits, from bit 0. */
INLINE uint64_t NAME(look_at)(const tamis_knn_leaf *leaf, const tamis_knn_query *q, float each, float base, float *ret,
                              size_t at, const bool gower, const bool masked) {
        NAME(floats) sums[4] = { { 0 } };
        NAME(ints) shared[4] = { { 0 } }, differing[4] = { { 0 } };
        NAME(floats) most = (float) (q->numbers + q->codes) * each + base + (NAME(floats)) { 0 };
        uint64_t near = 0;

        for (size_t i = 0; i < q->numbers; i++) {
                size_t from = q->number_at[i] * KNN_LEAF + at;
                const NAME(floats) *column = (const NAME(floats) *) (leaf->numbers + from);
                const NAME(ints) *mask = masked ? (const NAME(ints) *) (leaf->number_masks + from) : NULL;
                float x = q->number[i];

#pragma GCC unroll 4
                for (size_t v = 0; v < 4; v++) {
                        NAME(floats) term = NAME(term)(column[v] - x, gower);

                        if (masked) {
                                term = (NAME(floats)) ((NAME(ints)) term & mask[v]);
                                shared[v] -= mask[v];
                        }
                        sums[v] += term;
                }
                if (i % KNN_STRIDE == KNN_STRIDE - 1) {
                        near = 0;
#pragma GCC unroll 4
                        for (size_t v = 0; v < 4; v++)
                                near |= NEAR(sums[v], most);
                        if (!near)
                                return 0;
                }
        }
        for (size_t i = 0; i < q->codes; i++) {
                size_t from = q->code_at[i] * KNN_LEAF + at;
                const NAME(ints) *column = (const NAME(ints) *) (leaf->codes + from);
                const NAME(ints) *mask = masked ? (const NAME(ints) *) (leaf->code_masks + from) : NULL;
                int32_t code = q->code[i];

#pragma GCC unroll 4
                for (size_t v = 0; v < 4; v++) {
                        NAME(ints) differing_here = NAME(differ)(column[v], code);

                        if (masked) {
                                differing_here &= mask[v];
                                shared[v] -= mask[v];
                        }
                        differing[v] -= differing_here;
                }
        }
        near = 0;
#pragma GCC unroll 4
        for (size_t v = 0; v < 4; v++) {
                if (q->codes > 0)
                        sums[v] += __builtin_convertvector(differing[v], NAME(floats));
                if (masked)
                        most = __builtin_convertvector(shared[v], NAME(floats)) * each + base;
                near |= (uint64_t) NEAR(sums[v], most) << (v * LANES);
                ((NAME(floats) *) (ret + at))[v] = sums[v];
        }
        return near;
}

INLINE uint64_t NAME(look)(const tamis_knn_leaf *leaf, const tamis_knn_query *q, float each, float base, float *sums,
                           const bool gower, const bool masked) {
        uint64_t near = 0;

        for (size_t at = 0; at < KNN_LEAF; at += 4 * LANES)
                near |= NAME(look_at)(leaf, q, each, base, sums, at, gower, masked) << at;
        return near;
}

static uint64_t NAME(look_square)(const tamis_knn_leaf *leaf, const tamis_knn_query *q, float each, float base,
                                  float *sums) {
        return NAME(look)(leaf, q, each, base, sums, false, false);
}

static uint64_t NAME(look_gower)(const tamis_knn_leaf *leaf, const tamis_knn_query *q, float each, float base,
                                 float *sums) {
        return NAME(look)(leaf, q, each, base, sums, true, false);
}

static uint64_t NAME(look_square_masked)(const tamis_knn_leaf *leaf, const tamis_knn_query *q, float each, float base,
                                         float *sums) {
        return NAME(look)(leaf, q, each, base, sums, false, true);
}

static uint64_t NAME(look_gower_masked)(const tamis_knn_leaf *leaf, const tamis_knn_query *q, float each, float base,
                                        float *sums) {
        return NAME(look)(leaf, q, each, base, sums, true, true);
}

INLINE uint32_t NAME(gaps)(const tamis_knn_block *block, const tamis_knn_query *q, float limit, float *gaps,
                           const bool gower) {
        uint32_t near = 0;

        for (size_t at = 0; at < KNN_FAN; at += LANES) {
                NAME(floats) sum = { 0 };
                NAME(ints) outside = { 0 };

                for (size_t i = 0; i < q->numbers; i++) {
                        size_t from = q->number_at[i] * KNN_FAN + at;
                        float x = q->number[i];
                        NAME(floats) below = *(const NAME(floats) *) (block->low + from) - x;
                        NAME(floats) above = x - *(const NAME(floats) *) (block->high + from);

                        sum += NAME(term)(MORE(MORE(below, above), (NAME(floats)) { 0 }), gower);
                }
                for (size_t i = 0; i < q->codes; i++) {
                        size_t from = q->code_at[i] * KNN_FAN + at;
                        NAME(ints) low = *(const NAME(ints) *) (block->low_code + from);
                        NAME(ints) high = *(const NAME(ints) *) (block->high_code + from);

                        outside -= ((q->code[i] - low) | (high - q->code[i])) >> 31;
                }
                if (q->codes > 0)
                        sum += __builtin_convertvector(outside, NAME(floats));
                *(NAME(floats) *) (gaps + at) = sum;
                near |= (uint32_t) NEAR(sum, limit + (NAME(floats)) { 0 }) << at;
        }
        return near;
}

static uint32_t NAME(gaps_square)(const tamis_knn_block *block, const tamis_knn_query *q, float limit, float *gaps) {
        return NAME(gaps)(block, q, limit, gaps, false);
}

static uint32_t NAME(gaps_gower)(const tamis_knn_block *block, const tamis_knn_query *q, float limit, float *gaps) {
        return NAME(gaps)(block, q, limit, gaps, true);
}

#define KIND(text) {                                                                                                   \
        .name = text,                                                                                                  \
        .look = { NAME(look_square), NAME(look_gower) },                                                               \
        .look_masked = { NAME(look_square_masked), NAME(look_gower_masked) },                                          \
        .gaps = { NAME(gaps_square), NAME(gaps_gower) },                                                               \
}

#undef LANES
