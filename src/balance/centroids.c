/* Cluster centroids: a class of n rows is parted into as many clusters as rows are to stay, and of each cluster the row
 * nearest to its centre stays ("hard" voting in imbalanced-learn, whose other voting makes rows that nobody measured).
 *
 * k-means (Lloyd), its first centres drawn: as k-means++ (Arthur & Vassilvitskii 2007) where that costs little, else
 * rows in the order of the table, which is drawn. With a thousand clusters and more what is gained by the former is
 * small. The centre of categories is the most frequent of each (Huang 1998, k-prototypes). */
#include <math.h>
#include <stdlib.h>

#include "balance/prune.h"

enum { ROUNDS = 100 };

struct clusters {
        const tamis_pruning *p;
        const uint32_t *rows;
        size_t n, k;
        tamis_points points;    /* the rows, n */
        double *numbers;
        uint32_t *codes;
        double *centres;        /* k * d */
        uint32_t *modes;        /* k * c */
        uint32_t *of;           /* n: the cluster */
        double *square;         /* n: how far its centre is */
        uint32_t *size;         /* k */
        uint32_t *start;        /* k + 1: where a cluster's members begin */
        uint32_t *members;      /* n, cluster after cluster */
        uint32_t *times;        /* per code: how often it was seen; all 0 between uses */
};

static void clusters_done(struct clusters *c) {
        free(c->numbers);
        free(c->codes);
        free(c->centres);
        free(c->modes);
        free(c->of);
        free(c->square);
        free(c->size);
        free(c->start);
        free(c->members);
        free(c->times);
}

static int clusters_init(struct clusters *c, const tamis_pruning *p, const uint32_t *rows, size_t n, size_t k,
                         tamis_error *err) {
        uint32_t codes = 0;

        for (size_t i = 0; i < p->n * p->c; i++)
                codes = p->codes[i] >= codes ? p->codes[i] + 1 : codes;
        *c = (struct clusters) {
                .p = p, .rows = rows, .n = n, .k = k,
                .numbers = reallocarray(NULL, n + 1, (p->d + 1) * sizeof *c->numbers),
                .codes = reallocarray(NULL, n + 1, (p->c + 1) * sizeof *c->codes),
                .centres = reallocarray(NULL, k + 1, (p->d + 1) * sizeof *c->centres),
                .modes = reallocarray(NULL, k + 1, (p->c + 1) * sizeof *c->modes),
                .of = calloc(n + 1, sizeof *c->of), .square = calloc(n + 1, sizeof *c->square),
                .size = calloc(k + 1, sizeof *c->size), .start = calloc(k + 2, sizeof *c->start),
                .members = calloc(n + 1, sizeof *c->members), .times = calloc((size_t) codes + 1, sizeof *c->times),
        };
        if (!c->numbers || !c->codes || !c->centres || !c->modes || !c->of || !c->square || !c->size || !c->start
            || !c->members || !c->times)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < n; i++) {
                memcpy(c->numbers + i * p->d, p->numbers + rows[i] * p->d, p->d * sizeof *c->numbers);
                memcpy(c->codes + i * p->c, p->codes + rows[i] * p->c, p->c * sizeof *c->codes);
        }
        c->points = (tamis_points) { .n = n, .d = p->d, .c = p->c, .numbers = c->numbers, .codes = c->codes,
                                     .mismatch = p->mismatch };
        return 0;
}

static void set_centre(struct clusters *c, size_t k, size_t i) {
        size_t d = c->p->d, w = c->p->c;

        memcpy(c->centres + k * d, c->numbers + i * d, d * sizeof *c->centres);
        memcpy(c->modes + k * w, c->codes + i * w, w * sizeof *c->modes);
}

/* The next centre is a row, with a probability in proportion to the square of its distance from those there are. */
static void draw_centres(struct clusters *c, uint64_t seed, size_t class) {
        tamis_stream stream;
        size_t i = 0;

        tamis_stream_init(&stream, seed, "prune.centroids", class, 0);
        for (size_t j = 0; j < c->n; j++)
                c->square[j] = INFINITY;
        for (size_t k = 0; k < c->k; k++) {
                double sum = 0, mark;

                set_centre(c, k, i);
                for (size_t j = 0; j < c->n; j++) {
                        double square = tamis_prune_square(c->p, c->rows[i], c->rows[j]);

                        c->square[j] = square < c->square[j] ? square : c->square[j];
                        sum += c->square[j];
                }
                mark = tamis_stream_uniform(&stream) * sum;
                for (i = 0; i + 1 < c->n && (mark -= c->square[i]) >= 0;)
                        i++;
        }
}

static void first_centres(struct clusters *c, uint64_t seed, size_t class) {
        if ((double) c->n * (double) c->k * (double) (c->p->d + c->p->c) < 1e9) {
                draw_centres(c, seed, class);
                return;
        }
        for (size_t k = 0; k < c->k; k++)
                set_centre(c, k, k);
}

static int assign(struct clusters *c, uint32_t *next, size_t *changed, tamis_error *err) {
        const tamis_points centres = { .n = c->k, .d = c->p->d, .c = c->p->c, .numbers = c->centres, .codes = c->modes,
                                       .mismatch = c->p->mismatch };
        tamis_neighbors *index;
        int r = tamis_neighbors_new(&centres, &index, err);

        if (r < 0)
                return r;
        r = tamis_neighbors_find(index, &c->points, 1, c->p->context->pool, next, c->square, err);
        tamis_neighbors_free(index);
        *changed = 0;
        for (size_t i = 0; r == 0 && i < c->n; i++) {
                *changed += next[i] != c->of[i];
                c->of[i] = next[i];
        }
        return r;
}

static void list_members(struct clusters *c) {
        memset(c->size, 0, c->k * sizeof *c->size);
        for (size_t i = 0; i < c->n; i++)
                c->size[c->of[i]]++;
        c->start[0] = 0;
        for (size_t k = 0; k < c->k; k++)
                c->start[k + 1] = c->start[k] + c->size[k];
        memset(c->size, 0, c->k * sizeof *c->size);
        for (size_t i = 0; i < c->n; i++)
                c->members[c->start[c->of[i]] + c->size[c->of[i]]++] = (uint32_t) i;
}

static uint32_t find_mode(struct clusters *c, size_t k, size_t column) {
        size_t w = c->p->c;
        uint32_t best = 0, most = 0;

        for (uint32_t m = c->start[k]; m < c->start[k + 1]; m++)
                c->times[c->codes[c->members[m] * w + column]]++;
        /* the first in the order of the table of equals */
        for (uint32_t m = c->start[k]; m < c->start[k + 1]; m++) {
                uint32_t code = c->codes[c->members[m] * w + column];

                if (c->times[code] > most) {
                        most = c->times[code];
                        best = code;
                }
        }
        for (uint32_t m = c->start[k]; m < c->start[k + 1]; m++)
                c->times[c->codes[c->members[m] * w + column]] = 0;
        return best;
}

/* An empty cluster keeps its centre. */
static void move_centres(struct clusters *c) {
        size_t d = c->p->d, w = c->p->c;

        list_members(c);
        for (size_t k = 0; k < c->k; k++) {
                double *centre = c->centres + k * d;

                if (c->size[k] == 0)
                        continue;
                memset(centre, 0, d * sizeof *centre);
                for (uint32_t m = c->start[k]; m < c->start[k + 1]; m++)
                        for (size_t j = 0; j < d; j++)
                                centre[j] += c->numbers[c->members[m] * d + j];
                for (size_t j = 0; j < d; j++)
                        centre[j] /= c->size[k];
                for (size_t j = 0; j < w; j++)
                        c->modes[k * w + j] = find_mode(c, k, j);
        }
}

/* Until fewer than one row in a thousand changes its cluster. */
static int settle(struct clusters *c, uint64_t *rounds, tamis_error *err) {
        uint32_t *next = calloc(c->n + 1, sizeof *next);
        size_t changed, round = 1;
        int r = next ? assign(c, next, &changed, err) : tamis_fail_memory(err);

        for (changed = c->n; r == 0 && changed > c->n / 1000 && round < ROUNDS; round++) {
                move_centres(c);
                r = assign(c, next, &changed, err);
        }
        free(next);
        list_members(c);
        *rounds = round > *rounds ? round : *rounds;
        return r;
}

/* The nearest to the centre of each cluster; and for each that is empty one of those farthest from theirs. */
static int keep(struct clusters *c, tamis_pruning *p, size_t class, tamis_error *err) {
        double *score = calloc(c->n + 1, sizeof *score);
        int r;

        if (!score)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < c->n; i++)
                score[i] = -c->square[i];
        for (size_t k = 0; k < c->k; k++) {
                uint32_t best = UINT32_MAX;

                for (uint32_t m = c->start[k]; m < c->start[k + 1]; m++)
                        if (best == UINT32_MAX || c->square[c->members[m]] < c->square[best])
                                best = c->members[m];
                if (best != UINT32_MAX)
                        score[best] = -INFINITY;
        }
        r = tamis_prune_keep_lowest(p, class, c->rows, score, c->n, err);
        free(score);
        return r;
}

static int treat_class(tamis_pruning *p, size_t class, uint64_t *rounds, tamis_error *err) {
        struct clusters c;
        uint32_t *rows;
        size_t n;
        int r = tamis_prune_list(p, tamis_prune_in_class, class, &rows, &n, err);

        if (r < 0)
                return r;
        if (p->sizes[class] == 0) {
                for (size_t i = 0; i < n; i++)
                        p->goes[rows[i]] = 1;
                free(rows);
                return 0;
        }
        r = clusters_init(&c, p, rows, n, p->sizes[class], err);
        if (r == 0) {
                first_centres(&c, p->context->seed, class);
                r = settle(&c, rounds, err);
        }
        if (r == 0)
                r = keep(&c, p, class, err);
        clusters_done(&c);
        free(rows);
        return r;
}

static int decide(tamis_pruning *p, tamis_error *err) {
        uint64_t rounds = 0;
        int r = 0;

        for (size_t class = 0; r == 0 && class < p->n_classes; class++)
                if (p->sizes[class] < p->counts[class])
                        r = treat_class(p, class, &rounds, err);
        tamis_prune_count(p, "rounds", rounds);
        return r;
}

const tamis_pruner tamis_pruner_centroids = {
        .base = {
                .name    = "centroids",
                .summary = "keep the row nearest to the centre of each of as many clusters as rows are wanted",
                .source  = "k-means; imbalanced-learn ClusterCentroids(voting=\"hard\")",
        },
        .takes = PRUNE_RATIO | PRUNE_DRAWS, .decide = decide,
};
