#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <tamis/random.h>

#include "fit/kmeans.h"

enum { PIECE = 1024 };

struct work {
        const double *numbers, *centres;
        size_t n, d, clusters;
        uint32_t *cluster;
        double *squares;        /* to the nearest centre so far */
        uint8_t *changed;       /* per piece */
};

static double square_of(const double *a, const double *b, size_t d) {
        double sum = 0;

        for (size_t j = 0; j < d; j++)
                sum += (a[j] - b[j]) * (a[j] - b[j]);
        return sum;
}

/* Against the newest centre, while they are chosen. */
static void compare_newest(void *arg, size_t piece) {
        const struct work *w = arg;
        const double *centre = w->centres + (w->clusters - 1) * w->d;

        for (size_t i = piece * PIECE; i < w->n && i < (piece + 1) * PIECE; i++) {
                double square = square_of(w->numbers + i * w->d, centre, w->d);

                if (square < w->squares[i])
                        w->squares[i] = square;
        }
}

static void assign(void *arg, size_t piece) {
        const struct work *w = arg;

        w->changed[piece] = 0;
        for (size_t i = piece * PIECE; i < w->n && i < (piece + 1) * PIECE; i++) {
                double best = INFINITY;
                uint32_t which = 0;

                for (size_t c = 0; c < w->clusters; c++) {
                        double square = square_of(w->numbers + i * w->d, w->centres + c * w->d, w->d);

                        if (square < best) {
                                best = square;
                                which = (uint32_t) c;
                        }
                }
                w->changed[piece] |= w->cluster[i] != which;
                w->cluster[i] = which;
        }
}

/* Each centre is a row, drawn by the square of its distance to the centres there are. */
static void choose_centres(struct work *w, size_t clusters, uint64_t seed, tamis_pool *pool, double *centres) {
        tamis_stream stream;
        size_t row;

        tamis_stream_init(&stream, seed, "kmeans.centres", 0, 0);
        row = tamis_stream_below(&stream, w->n);
        for (size_t i = 0; i < w->n; i++)
                w->squares[i] = INFINITY;
        for (w->clusters = 1; ; w->clusters++) {
                double sum = 0, at;

                memcpy(centres + (w->clusters - 1) * w->d, w->numbers + row * w->d, w->d * sizeof *centres);
                if (w->clusters == clusters)
                        return;
                tamis_pool_for(pool, (w->n + PIECE - 1) / PIECE, compare_newest, w);
                for (size_t i = 0; i < w->n; i++)
                        sum += w->squares[i];
                if (!(sum > 0))                 /* every row is a centre */
                        return;
                at = tamis_stream_uniform(&stream) * sum;
                for (size_t i = 0; i < w->n; i++) {
                        if (w->squares[i] > 0)
                                row = i;        /* the last such one, should rounding carry past the end */
                        at -= w->squares[i];
                        if (at < 0)
                                break;
                }
        }
}

static void move_centres(const struct work *w, double *centres, double *sums, size_t *counts) {
        memset(sums, 0, w->clusters * w->d * sizeof *sums);
        memset(counts, 0, w->clusters * sizeof *counts);
        for (size_t i = 0; i < w->n; i++) {
                double *sum = sums + w->cluster[i] * w->d;

                counts[w->cluster[i]]++;
                for (size_t j = 0; j < w->d; j++)
                        sum[j] += w->numbers[i * w->d + j];
        }
        for (size_t c = 0; c < w->clusters; c++)
                for (size_t j = 0; counts[c] > 0 && j < w->d; j++)
                        centres[c * w->d + j] = sums[c * w->d + j] / (double) counts[c];
}

int tamis_kmeans(const double *numbers, size_t n, size_t d, size_t clusters, uint64_t seed, size_t rounds,
                 tamis_pool *pool, uint32_t *cluster, double *centres, tamis_error *err) {
        size_t pieces = (n + PIECE - 1) / PIECE;
        struct work w = { .numbers = numbers, .centres = centres, .n = n, .d = d, .cluster = cluster };
        double *sums = calloc(clusters * d + 1, sizeof *sums);
        size_t *counts = calloc(clusters + 1, sizeof *counts);
        int r = 0;

        w.squares = reallocarray(NULL, n + 1, sizeof *w.squares);
        w.changed = calloc(pieces + 1, 1);
        if (!sums || !counts || !w.squares || !w.changed)
                r = tamis_fail_memory(err);
        if (r == 0 && n > 0) {
                choose_centres(&w, clusters, seed, pool, centres);
                memset(cluster, 0xff, n * sizeof *cluster);
                for (size_t round = 0; round < rounds; round++) {
                        tamis_pool_for(pool, pieces, assign, &w);
                        if (!memchr(w.changed, 1, pieces))
                                break;
                        move_centres(&w, centres, sums, counts);
                }
        }
        free(sums);
        free(counts);
        free(w.squares);
        free(w.changed);
        return r;
}
