/* lanes_body.h: included by lanes.c once for each width, with N (lanes of a vector), VECTOR, NAME(x), what is done to
 * vectors (LOAD, STORE, FILL, LESS for a - b, PLUS, ADD_SQUARE, FARTHER for the largest, ADD_UNEQUAL, NEAR) and
 * the target set. */

enum { NAME(VECTORS) = LANES / N };

static uint32_t NAME(rows)(const tamis_leaf *leaf, const float *row, const uint32_t *row_codes, float limit) {
        VECTOR sums[NAME(VECTORS)], more[NAME(VECTORS)];
        const float *numbers = leaf->numbers;
        uint32_t near = 0;
        size_t j = 0;

#pragma GCC unroll 4
        for (size_t v = 0; v < NAME(VECTORS); v++)
                sums[v] = more[v] = FILL(0);
        /* two sums, so that an addition need not wait for the one before */
        for (; j + 2 <= leaf->d; j += 2, numbers += 2 * LANES) {
                VECTOR x = FILL(row[j * LANES]), y = FILL(row[(j + 1) * LANES]);

#pragma GCC unroll 4
                for (size_t v = 0; v < NAME(VECTORS); v++) {
                        VECTOR gap = LESS(LOAD(numbers + v * N), x), other = LESS(LOAD(numbers + LANES + v * N), y);

                        sums[v] = ADD_SQUARE(sums[v], gap);
                        more[v] = ADD_SQUARE(more[v], other);
                }
        }
#pragma GCC unroll 4
        for (size_t v = 0; v < NAME(VECTORS); v++) {
                if (j < leaf->d) {
                        VECTOR gap = LESS(LOAD(numbers + v * N), FILL(row[j * LANES]));

                        sums[v] = ADD_SQUARE(sums[v], gap);
                }
                sums[v] = PLUS(sums[v], more[v]);
        }
        for (j = 0; j < leaf->c; j++)
#pragma GCC unroll 4
                for (size_t v = 0; v < NAME(VECTORS); v++)
                        sums[v] = ADD_UNEQUAL(sums[v], leaf->codes + j * LANES + v * N, row_codes[j], leaf->mismatch);
#pragma GCC unroll 4
        for (size_t v = 0; v < NAME(VECTORS); v++)
                near |= NEAR(sums[v], limit) << (v * N);
        return near;
}

static uint32_t NAME(gaps)(const float *boxes, size_t d, const float *row, float limit, float *gaps) {
        VECTOR sums[NAME(VECTORS)];
        uint32_t near = 0;

#pragma GCC unroll 4
        for (size_t v = 0; v < NAME(VECTORS); v++)
                sums[v] = FILL(0);
        for (size_t j = 0; j < d; j++, boxes += 2 * LANES) {
                VECTOR x = FILL(row[j * LANES]);

#pragma GCC unroll 4
                for (size_t v = 0; v < NAME(VECTORS); v++) {
                        VECTOR below = LESS(LOAD(boxes + v * N), x), above = LESS(x, LOAD(boxes + LANES + v * N));

                        sums[v] = ADD_SQUARE(sums[v], FARTHER(FARTHER(below, above), FILL(0)));
                }
        }
#pragma GCC unroll 4
        for (size_t v = 0; v < NAME(VECTORS); v++) {
                STORE(gaps + v * N, sums[v]);
                near |= NEAR(sums[v], limit) << (v * N);
        }
        return near;
}

#undef N
#undef VECTOR
#undef NAME
#undef LOAD
#undef STORE
#undef FILL
#undef LESS
#undef PLUS
#undef ADD_SQUARE
#undef FARTHER
#undef ADD_UNEQUAL
#undef NEAR
