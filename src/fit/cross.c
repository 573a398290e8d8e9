#include <stdlib.h>
#include <string.h>

#include "fit/cross.h"

#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__)
#define WIDE __attribute__((target_clones("avx2", "default")))
#else
#define WIDE
#endif

/* Rows summed up by themselves, before the blocks are added in their order. */
enum { BLOCK = 4096 };

struct job {
        const double *z;
        const uint32_t *rows;
        size_t p, n;
        double *sums;           /* one after the other, of every block */
};

static const double *row_at(const struct job *j, size_t i) {
        return j->z + (j->rows ? j->rows[i] : i) * j->p;
}

/* Four rows at a time: each sum is then read and written a quarter as often. */
WIDE static void add_four(const double *const z[4], size_t p, double *sum) {
        double *product = sum + p;

        for (size_t i = 0; i < p; i++) {
                const double a = z[0][i], b = z[1][i], c = z[2][i], d = z[3][i];
                typedef double four __attribute__((vector_size(32), aligned(8)));
                double *to = product + i * p;
                size_t k = i;

                sum[i] += (a + b) + (c + d);
                for (; k + 4 <= p; k += 4) {
                        const four w = *(const four *) (const void *) (z[0] + k),
                                   x = *(const four *) (const void *) (z[1] + k);
                        const four y = *(const four *) (const void *) (z[2] + k),
                                   v = *(const four *) (const void *) (z[3] + k);

                        *(four *) (void *) (to + k) += (a * w + b * x) + (c * y + d * v);
                }
                for (; k < p; k++)
                        to[k] += (a * z[0][k] + b * z[1][k]) + (c * z[2][k] + d * z[3][k]);
        }
}

static void add_block(void *arg, size_t block) {
        const struct job *j = arg;
        const size_t p = j->p, first = block * BLOCK, last = first + BLOCK < j->n ? first + BLOCK : j->n;
        double *sum = j->sums + block * tamis_cross_room(p);
        size_t i = first;

        for (; i + 4 <= last; i += 4) {
                const double *const z[4] = { row_at(j, i), row_at(j, i + 1), row_at(j, i + 2), row_at(j, i + 3) };

                add_four(z, p, sum);
        }
        for (; i < last; i++) {
                const double *z = row_at(j, i);

                for (size_t a = 0; a < p; a++) {
                        sum[a] += z[a];
                        for (size_t b = a; b < p; b++)
                                sum[p + a * p + b] += z[a] * z[b];
                }
        }
}

int tamis_cross(const double *z, size_t p, const uint32_t *rows, size_t n, tamis_pool *pool, double *sum,
                tamis_error *err) {
        const size_t room = tamis_cross_room(p), blocks = (n + BLOCK - 1) / BLOCK;
        struct job j = { .z = z, .rows = rows, .p = p, .n = n };

        memset(sum, 0, room * sizeof *sum);
        j.sums = blocks > 1 ? calloc(blocks, room * sizeof *j.sums) : sum;
        if (!j.sums)
                return tamis_fail_memory(err);
        if (blocks > 1)
                tamis_pool_for(pool, blocks, add_block, &j);
        else if (blocks)
                add_block(&j, 0);
        for (size_t b = 0; blocks > 1 && b < blocks; b++)
                for (size_t i = 0; i < room; i++)
                        sum[i] += j.sums[b * room + i];
        if (blocks > 1)
                free(j.sums);
        return 0;
}
