/* K-means SMOTE: new rows in clusters of all rows where the class is strong, more of them where it is sparse.
 *
 * A cluster counts where the class has at least the share it has in the whole (as in imbalanced-learn; the paper asks
 * for a majority) and two rows or more. Its weight is its sparsity, (mean distance of its pairs)^p / rows, p numbers;
 * its rows share it evenly and step toward neighbours in the cluster. Clusters are found among numbers alone. */
#include <math.h>
#include <stdlib.h>

#include "balance/smote.h"
#include "fit/kmeans.h"

enum {
        ROUNDS = 100,
        PIECE = 64,
        MOST_PAIRS = 1 << 23,           /* all pairs of 4,096 rows */
};

/* What one class has of each cluster. */
struct clusters {
        size_t *starts;         /* clusters + 1 */
        uint32_t *places;       /* of the members, cluster after cluster, ascending within */
        double *sparsity;
};

static void clusters_done(struct clusters *k) {
        free(k->starts);
        free(k->places);
        free(k->sparsity);
}

static size_t members_in(const struct clusters *k, size_t cluster) {
        return k->starts[cluster + 1] - k->starts[cluster];
}

/* The same clusters for every class. */
static int find_clusters(tamis_smote_space *space, tamis_error *err) {
        const tamis_smote *s = space->s;
        const tamis_smote_cloud *all = &space->all;
        double *centres;
        uint32_t *found;
        int r = tamis_smote_all(space, err);

        if (r < 0 || space->cluster_of)
                return r;
        centres = calloc(s->clusters, s->rows.d * sizeof *centres);
        found = reallocarray(NULL, all->points.n + 1, sizeof *found);
        space->cluster_of = calloc(s->labels.n + 1, sizeof *space->cluster_of);
        space->cluster_rows = calloc(s->clusters, sizeof *space->cluster_rows);
        if (centres && found && space->cluster_of && space->cluster_rows)
                r = tamis_kmeans(all->numbers, all->points.n, s->rows.d, s->clusters, s->seed, ROUNDS,
                                 space->context->pool, found, centres, err);
        else
                r = tamis_fail_memory(err);
        for (size_t i = 0; r == 0 && i < all->points.n; i++) {
                space->cluster_of[all->rows[i]] = found[i];
                space->cluster_rows[found[i]]++;
        }
        free(centres);
        free(found);
        return r;
}

static int share_out(const tamis_smote_space *space, const tamis_smote_class *c, struct clusters *k,
                     tamis_error *err) {
        const size_t clusters = space->s->clusters;

        k->starts = calloc(clusters + 2, sizeof *k->starts);
        k->places = reallocarray(NULL, c->n + 1, sizeof *k->places);
        k->sparsity = calloc(clusters, sizeof *k->sparsity);
        if (!k->starts || !k->places || !k->sparsity)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < c->n; i++)
                k->starts[space->cluster_of[c->members[i]] + 2]++;
        for (size_t i = 2; i < clusters + 2; i++)
                k->starts[i] += k->starts[i - 1];
        for (size_t i = 0; i < c->n; i++)
                k->places[k->starts[space->cluster_of[c->members[i]] + 1]++] = (uint32_t) i;
        return 0;
}

/* -- one cluster --------------------------------------------------------------------------------------------------- */

/* All of a cluster, or where they are too many, of each row those to some others that are drawn: how sparse a cluster
 * is beside another is not known that well that it made a difference. */
struct pairs {
        const tamis_points *points;
        size_t drawn;           /* per row; 0: all */
        uint64_t seed, key;
        double *sums;           /* per piece */
};

static double distance(const tamis_points *p, size_t i, size_t j) {
        const double *a = p->numbers + i * p->d, *b = p->numbers + j * p->d;
        const uint32_t *a_codes = p->codes + i * p->c, *b_codes = p->codes + j * p->c;
        double square = 0;

        for (size_t at = 0; at < p->d; at++)
                square += (a[at] - b[at]) * (a[at] - b[at]);
        for (size_t at = 0; at < p->c; at++)
                square += a_codes[at] != b_codes[at] ? p->mismatch : 0;
        return sqrt(square);
}

static void add_distances(void *arg, size_t piece) {
        const struct pairs *p = arg;
        const size_t n = p->points->n;

        for (size_t i = piece * PIECE; i < n && i < (piece + 1) * PIECE; i++) {
                tamis_stream stream;

                if (p->drawn == 0) {
                        for (size_t other = i + 1; other < n; other++)
                                p->sums[piece] += distance(p->points, i, other);
                        continue;
                }
                tamis_stream_init(&stream, p->seed, "smote.pairs", p->key, i);
                for (size_t j = 0; j < p->drawn; j++) {
                        size_t other = tamis_stream_below(&stream, n - 1);

                        p->sums[piece] += distance(p->points, i, other + (other >= i));
                }
        }
}

/* `key` is the class and the cluster. */
static int mean_distance(const tamis_smote_space *space, const tamis_points *points, uint64_t key, double *ret,
                         tamis_error *err) {
        const size_t pieces = (points->n + PIECE - 1) / PIECE;
        double sum = 0, n = (double) points->n * (double) (points->n - 1) / 2;
        struct pairs p = { .points = points, .seed = space->s->seed, .key = key,
                           .sums = calloc(pieces + 1, sizeof *p.sums) };

        if (!p.sums)
                return tamis_fail_memory(err);
        if (n > MOST_PAIRS) {
                p.drawn = (MOST_PAIRS + points->n - 1) / points->n;
                n = (double) points->n * (double) p.drawn;
        }
        tamis_pool_for(space->context->pool, pieces, add_distances, &p);
        for (size_t i = 0; i < pieces; i++)
                sum += p.sums[i];
        free(p.sums);
        *ret = sum / n;
        return 0;
}

/* The members in one cluster, as a class of their own: how sparse they are, and who is near whom. */
static int look_into(tamis_smote_space *space, size_t class, tamis_smote_class *c, struct clusters *k, size_t cluster,
                     tamis_error *err) {
        const uint32_t *places = k->places + k->starts[cluster];
        const size_t n = members_in(k, cluster);
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
                r = mean_distance(space, &cloud.points, (uint64_t) class << 32 | cluster, &mean, err);
        if (r == 0)
                r = tamis_neighbors_build(&cloud.points, space->context->pool, &cloud.index, err);
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
        return members_in(k, cluster) >= 2
                && members_in(k, cluster) * (uint64_t) space->all.points.n >= space->cluster_rows[cluster] * c->n;
}

/* Where all that counts is one spot each, or too far apart for a double, they count by their rows. */
static void weigh_members(const tamis_smote_space *space, const tamis_smote_class *c, const struct clusters *k,
                          double *weights) {
        double sum = 0;

        for (size_t i = 0; i < space->s->clusters; i++)
                sum += k->sparsity[i];
        for (size_t i = 0; i < c->n; i++) {
                uint32_t cluster = space->cluster_of[c->members[i]];

                weights[i] = !is_strong(space, c, k, cluster) ? 0
                        : sum > 0 && isfinite(sum) ? k->sparsity[cluster] / (double) members_in(k, cluster) : 1;
        }
}

static int weigh(tamis_smote_space *space, size_t class, tamis_smote_class *c, double *weights, tamis_error *err) {
        struct clusters k = { 0 };
        size_t strong = 0;
        int r = find_clusters(space, err);

        if (r == 0)
                r = share_out(space, c, &k, err);
        for (size_t cluster = 0; r == 0 && cluster < space->s->clusters; cluster++) {
                if (!is_strong(space, c, &k, cluster))
                        continue;
                r = look_into(space, class, c, &k, cluster, err);
                strong++;
        }
        if (r == 0)
                weigh_members(space, c, &k, weights);
        clusters_done(&k);
        if (r == 0 && strong == 0)
                return tamis_smote_leave(c, err,
                                         "of %llu clusters none has two of its rows and as large a share of it as the "
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
