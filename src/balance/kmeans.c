/* K-means SMOTE: new rows in clusters of all rows where the class is strong, more of them where it is sparse.
 *
 * A cluster counts where the class has at least the share it has in the whole (as in imbalanced-learn; the paper asks
 * for a majority) and two rows or more. Its weight is its sparsity, (mean distance of its pairs)^p / rows, p numbers;
 * its rows share it evenly and step toward neighbours in the cluster. Clusters are found among numbers alone. */
#include <math.h>
#include <stdlib.h>

#include "balance/smote.h"
#include "fit/kmeans.h"

enum { ROUNDS = 100, PIECE = 64 };

struct clusters {
        uint32_t *of_member;    /* per place */
        uint64_t *rows, *members;       /* per cluster */
        double *sparsity;
};

static void clusters_done(struct clusters *k) {
        free(k->of_member);
        free(k->rows);
        free(k->members);
        free(k->sparsity);
}

/* The same clusters for every class. */
static int find_clusters(tamis_smote_space *space, tamis_error *err) {
        const tamis_smote *s = space->s;
        double *centres;
        int r = tamis_smote_all(space, err);

        if (r < 0 || space->cluster_of)
                return r;
        centres = calloc(s->clusters, s->rows.d * sizeof *centres);
        space->cluster_of = reallocarray(NULL, space->all.points.n + 1, sizeof *space->cluster_of);
        if (centres && space->cluster_of)
                r = tamis_kmeans(space->all.numbers, space->all.points.n, s->rows.d, s->clusters, s->seed, ROUNDS,
                                 space->context->pool, space->cluster_of, centres, err);
        else
                r = tamis_fail_memory(err);
        free(centres);
        return r;
}

/* How many rows and members each has, and where the members are. */
static int count_clusters(const tamis_smote_space *space, size_t class, const tamis_smote_class *c, struct clusters *k,
                          tamis_error *err) {
        const tamis_smote *s = space->s;
        const tamis_smote_cloud *all = &space->all;
        uint32_t *by_row = calloc(s->labels.n + 1, sizeof *by_row);

        k->of_member = reallocarray(NULL, c->n + 1, sizeof *k->of_member);
        k->rows = calloc(s->clusters, sizeof *k->rows);
        k->members = calloc(s->clusters, sizeof *k->members);
        k->sparsity = calloc(s->clusters, sizeof *k->sparsity);
        if (!k->of_member || !k->rows || !k->members || !k->sparsity || !by_row) {
                free(by_row);
                return tamis_fail_memory(err);
        }
        for (size_t i = 0; i < all->points.n; i++) {
                uint32_t cluster = space->cluster_of[i];

                by_row[all->rows[i]] = cluster;
                k->rows[cluster]++;
                k->members[cluster] += s->labels.codes[all->rows[i]] == class;
        }
        for (size_t i = 0; i < c->n; i++)
                k->of_member[i] = by_row[c->members[i]];
        free(by_row);
        return 0;
}

/* -- one cluster --------------------------------------------------------------------------------------------------- */

struct pairs {
        const tamis_points *points;
        double *sums;           /* per piece */
};

static void add_distances(void *arg, size_t piece) {
        const struct pairs *p = arg;
        const size_t n = p->points->n, d = p->points->d, w = p->points->c;

        for (size_t i = piece * PIECE; i < n && i < (piece + 1) * PIECE; i++) {
                const double *a = p->points->numbers + i * d;
                const uint32_t *a_codes = p->points->codes + i * w;

                for (size_t other = i + 1; other < n; other++) {
                        const double *b = p->points->numbers + other * d;
                        double square = 0;

                        for (size_t j = 0; j < d; j++)
                                square += (a[j] - b[j]) * (a[j] - b[j]);
                        for (size_t j = 0; j < w; j++)
                                square += a_codes[j] != p->points->codes[other * w + j] ? p->points->mismatch : 0;
                        p->sums[piece] += sqrt(square);
                }
        }
}

static int mean_distance(const tamis_points *points, tamis_pool *pool, double *ret, tamis_error *err) {
        size_t pieces = (points->n + PIECE - 1) / PIECE;
        struct pairs p = { points, calloc(pieces + 1, sizeof *p.sums) };
        double sum = 0;

        if (!p.sums)
                return tamis_fail_memory(err);
        tamis_pool_for(pool, pieces, add_distances, &p);
        for (size_t i = 0; i < pieces; i++)
                sum += p.sums[i];
        free(p.sums);
        *ret = sum / ((double) points->n * (double) (points->n - 1) / 2);
        return 0;
}

/* The members in one cluster, as a class of their own: how sparse they are, and who is near whom. */
static int look_into(tamis_smote_space *space, tamis_smote_class *c, struct clusters *k, size_t cluster,
                     const uint32_t *places, size_t n, tamis_error *err) {
        uint32_t *rows = reallocarray(NULL, n, sizeof *rows), *found = reallocarray(NULL, n, c->k * sizeof *found);
        tamis_smote_cloud cloud = { 0 };
        double mean = 0;
        int r = rows && found ? 0 : tamis_fail_memory(err);

        for (size_t i = 0; r == 0 && i < n; i++)
                rows[i] = c->members[places[i]];
        if (r == 0)
                r = tamis_smote_cloud_init(&cloud, space, rows, n, err);
        if (r == 0)
                r = space->s->smoter->mismatch(cloud.numbers, n, cloud.points.d, &cloud.points.mismatch, err);
        if (r == 0)
                r = mean_distance(&cloud.points, space->context->pool, &mean, err);
        if (r == 0)
                r = tamis_neighbors_new(&cloud.points, &cloud.index, err);
        if (r == 0)
                r = tamis_neighbors_each(cloud.index, c->k, space->context->pool, found, NULL, err);
        for (size_t i = 0; r == 0 && i < n * c->k; i++)
                c->neighbors[places[i / c->k] * c->k + i % c->k] = found[i] == TAMIS_NO_NEIGHBOR ? TAMIS_NO_NEIGHBOR
                        : places[found[i]];
        k->sparsity[cluster] = pow(mean, (double) cloud.points.d) / (double) n;
        tamis_smote_cloud_done(&cloud);
        free(rows);
        free(found);
        return r;
}

/* -- the strategy -------------------------------------------------------------------------------------------------- */

static int look(tamis_smote_space *space, size_t class, tamis_smote_class *c, tamis_error *err) {
        c->neighbors = reallocarray(NULL, c->n, c->k * sizeof *c->neighbors);
        if (!c->neighbors)
                return tamis_fail_memory(err);
        memset(c->neighbors, 0xff, c->n * c->k * sizeof *c->neighbors);         /* TAMIS_NO_NEIGHBOR */
        return 0;
}

static bool is_strong(const tamis_smote_space *space, const tamis_smote_class *c, const struct clusters *k,
                      size_t cluster) {
        return k->members[cluster] >= 2
                && k->members[cluster] * (uint64_t) space->all.points.n >= k->rows[cluster] * c->n;
}

/* Where all that counts is one spot each, or too far apart for a double, they count by their rows. */
static void weigh_members(const tamis_smote_space *space, const tamis_smote_class *c, const struct clusters *k,
                          double *weights) {
        double sum = 0;

        for (size_t i = 0; i < space->s->clusters; i++)
                sum += k->sparsity[i];
        for (size_t i = 0; i < c->n; i++) {
                uint32_t cluster = k->of_member[i];

                weights[i] = !is_strong(space, c, k, cluster) ? 0
                        : sum > 0 && isfinite(sum) ? k->sparsity[cluster] / (double) k->members[cluster] : 1;
        }
}

static int weigh(tamis_smote_space *space, size_t class, tamis_smote_class *c, double *weights, tamis_error *err) {
        struct clusters k = { 0 };
        uint32_t *places = reallocarray(NULL, c->n, sizeof *places);
        size_t strong = 0;
        int r = places ? find_clusters(space, err) : tamis_fail_memory(err);

        if (r == 0)
                r = count_clusters(space, class, c, &k, err);
        for (size_t cluster = 0; r == 0 && cluster < space->s->clusters; cluster++) {
                size_t n = 0;

                if (!is_strong(space, c, &k, cluster))
                        continue;
                for (size_t i = 0; i < c->n; i++)
                        if (k.of_member[i] == cluster)
                                places[n++] = (uint32_t) i;
                r = look_into(space, c, &k, cluster, places, n, err);
                strong++;
        }
        if (r == 0)
                weigh_members(space, c, &k, weights);
        clusters_done(&k);
        free(places);
        if (r == 0 && strong == 0)
                return tamis_smote_leave(c, err, "of %llu clusters none has two of its rows and as large a share of it as the "
                                         "whole (other --clusters, or -s plain)",
                                         (unsigned long long) space->s->clusters);
        return r;
}

const tamis_smoter tamis_smoter_kmeans = {
        .base = {
                .name    = "kmeans",
                .summary = "in clusters where the class is strong, more where it is sparse",
                .source  = "Douzas, Bacao & Last 2018; a strong cluster as in imbalanced-learn",
        },
        .takes = SMOTE_NEIGHBORS | SMOTE_CLUSTERS | SMOTE_NUMBERS,
        .suits = tamis_smote_suits_numbers, .mismatch = tamis_smote_mismatch, .vote = tamis_smote_vote,
        .look = look, .weigh = weigh,
};
