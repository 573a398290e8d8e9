/* Distances: rows as they are measured, and who is near. */
#include <math.h>
#include <stdlib.h>

#include "balance/smote.h"

/* -- the measure --------------------------------------------------------------------------------------------------- */

/* Row by row the numbers lie, column by column they are added up: a column of a piece that fits the cache, then the
 * next column of it. Sums are exact, so pieces may be added in any order. */
enum { ADDED = 65536, PIECES = 16, BUFFER = 4096 };

struct scaling {
        const tamis_rows *rows;
        size_t pieces;
        tamis_moments *moments;         /* pieces * d */
        int *status;                    /* the same */
};

static void add_piece(void *arg, size_t task) {
        const struct scaling *w = arg;
        const tamis_rows *rows = w->rows;
        size_t j = task % rows->d, row = rows->n * (task / rows->d) / w->pieces;
        const size_t last = rows->n * (task / rows->d + 1) / w->pieces;
        double buffer[BUFFER];

        while (w->status[task] == 0 && row < last) {
                size_t i = 0;

                for (; i < BUFFER && row < last; i++, row++)
                        buffer[i] = rows->numbers[row * rows->d + j];
                w->status[task] = tamis_moments_add(&w->moments[task], buffer, i, NULL);
        }
}

static int find_scales(const struct scaling *w, double *means, double *sds, tamis_error *err) {
        const size_t d = w->rows->d;
        int r = 0;

        for (size_t task = 0; r == 0 && task < w->pieces * d; task++) {
                if (w->status[task] < 0)
                        r = tamis_fail_memory(err);
                else if (task >= d)
                        r = tamis_moments_merge(&w->moments[task % d], &w->moments[task], err);
        }
        for (size_t j = 0; r == 0 && j < d; j++) {
                means[j] = tamis_moments_mean(&w->moments[j]);
                sds[j] = tamis_moments_sd(&w->moments[j], 0);
                /* a constant column adds nothing to a distance, whatever it is divided by; nor may one that overflows */
                if (!(sds[j] > 0) || isinf(sds[j]))
                        sds[j] = 1;
        }
        return r;
}

static int measure_columns(const tamis_smote_space *space, tamis_error *err) {
        const tamis_rows *rows = &space->s->rows;
        size_t pieces = rows->n / ADDED + 1 < PIECES ? rows->n / ADDED + 1 : PIECES, n = pieces * rows->d;
        struct scaling w = { rows, pieces, calloc(n + 1, sizeof *w.moments), calloc(n + 1, sizeof *w.status) };
        int r = w.moments && w.status ? 0 : tamis_fail_memory(err);

        if (r == 0)
                tamis_pool_for(space->context->pool, n, add_piece, &w);
        if (r == 0)
                r = find_scales(&w, space->means, space->sds, err);
        for (size_t i = 0; w.moments && i < n; i++)
                tamis_moments_done(&w.moments[i]);
        free(w.moments);
        free(w.status);
        return r;
}

int tamis_smote_space_init(tamis_smote_space *space, const tamis_smote *s, const tamis_context *context,
                           tamis_error *err) {
        size_t d = s->rows.d;
        int r;

        *space = (tamis_smote_space) { .s = s, .context = context, .means = calloc(d + 1, sizeof *space->means),
                                       .sds = calloc(d + 1, sizeof *space->sds) };
        r = space->means && space->sds ? 0 : tamis_fail_memory(err);
        if (r == 0 && (s->scaled || s->smoter->takes & SMOTE_MEANS))
                r = measure_columns(space, err);
        for (size_t j = 0; r == 0 && !s->scaled && j < d; j++)
                space->sds[j] = 1;
        return r;
}

void tamis_smote_space_done(tamis_smote_space *space) {
        free(space->means);
        free(space->sds);
        free(space->cluster_of);
        tamis_smote_cloud_done(&space->all);
}

/* -- clouds -------------------------------------------------------------------------------------------------------- */

void tamis_smote_cloud_done(tamis_smote_cloud *cloud) {
        tamis_neighbors_free(cloud->index);
        free(cloud->rows);
        free(cloud->numbers);
        free(cloud->codes);
        *cloud = (tamis_smote_cloud) { 0 };
}

struct filling {
        const tamis_smote_space *space;
        tamis_smote_cloud *cloud;
};

enum { PIECE = 4096 };

static void fill(void *arg, size_t piece) {
        const struct filling *f = arg;
        const tamis_rows *rows = &f->space->s->rows;
        tamis_smote_cloud *cloud = f->cloud;
        size_t d = rows->d, w = rows->categories.width, last = (piece + 1) * PIECE;

        if (last > cloud->points.n)
                last = cloud->points.n;
        for (size_t i = piece * PIECE; i < last; i++) {
                for (size_t j = 0; j < d; j++)
                        cloud->numbers[i * d + j] = rows->numbers[cloud->rows[i] * d + j] / f->space->sds[j];
                for (size_t j = 0; j < w; j++)
                        cloud->codes[i * w + j] = rows->categories.codes[cloud->rows[i] * w + j];
        }
}

int tamis_smote_cloud_init(tamis_smote_cloud *cloud, const tamis_smote_space *space, const uint32_t *rows, size_t n,
                           tamis_error *err) {
        size_t d = space->s->rows.d, w = space->s->rows.categories.width;
        struct filling f = { space, cloud };

        *cloud = (tamis_smote_cloud) {
                .rows = reallocarray(NULL, n + 1, sizeof *cloud->rows),
                .numbers = reallocarray(NULL, n + 1, (d + 1) * sizeof *cloud->numbers),
                .codes = reallocarray(NULL, n + 1, (w + 1) * sizeof *cloud->codes),
        };
        if (!cloud->rows || !cloud->numbers || !cloud->codes) {
                tamis_smote_cloud_done(cloud);
                return tamis_fail_memory(err);
        }
        cloud->points = (tamis_points) { .n = n, .d = d, .c = w, .numbers = cloud->numbers, .codes = cloud->codes };
        if (n > 0)
                memcpy(cloud->rows, rows, n * sizeof *rows);
        tamis_pool_for(space->context->pool, (n + PIECE - 1) / PIECE, fill, &f);
        return 0;
}

int tamis_smote_all(tamis_smote_space *space, tamis_error *err) {
        const tamis_labels *labels = &space->s->labels;
        uint32_t *rows;
        size_t n = 0;
        int r;

        if (space->all.rows)
                return 0;
        rows = reallocarray(NULL, labels->n + 1, sizeof *rows);
        if (!rows)
                return tamis_fail_memory(err);
        for (size_t row = 0; row < labels->n; row++)
                if (labels->codes[row] != TAMIS_NO_CLASS)
                        rows[n++] = (uint32_t) row;
        r = tamis_smote_order(space->s, rows, n, err);
        if (r == 0)
                r = tamis_smote_cloud_init(&space->all, space, rows, n, err);
        free(rows);
        return r;
}

/* The members as points, and what a differing category counts among them. */
static int members_of(const tamis_smote_space *space, const tamis_smote_class *c, tamis_smote_cloud *cloud,
                      tamis_error *err) {
        int r = tamis_smote_cloud_init(cloud, space, c->members, c->n, err);

        if (r == 0)
                r = space->s->smoter->mismatch(cloud->numbers, c->n, cloud->points.d, &cloud->points.mismatch, err);
        if (r == 0 && !isfinite(cloud->points.mismatch))
                r = tamis_fail(err, TAMIS_BAD_DATA, "the numbers are too large to be compared with categories");
        return r;
}

/* -- who is near --------------------------------------------------------------------------------------------------- */

int tamis_smote_look_inside(tamis_smote_space *space, size_t class, tamis_smote_class *c, tamis_error *err) {
        tamis_smote_cloud cloud = { 0 };
        int r = members_of(space, c, &cloud, err);

        if (r == 0)
                r = tamis_neighbors_build(&cloud.points, space->context->pool, &cloud.index, err);
        if (r == 0) {
                c->neighbors = reallocarray(NULL, c->n, c->k * sizeof *c->neighbors);
                r = c->neighbors ? tamis_neighbors_each(cloud.index, c->k, space->context->pool, c->neighbors, NULL,
                                                        err)
                        : tamis_fail_memory(err);
        }
        tamis_smote_cloud_done(&cloud);
        return r;
}

/* The index of all rows, categories counting as they do among the members. */
static int index_all(tamis_smote_space *space, double mismatch, tamis_error *err) {
        int r = tamis_smote_all(space, err);

        if (r < 0 || (space->all.index && (space->all.points.c == 0 || space->all.points.mismatch == mismatch)))
                return r;
        tamis_neighbors_free(space->all.index);
        space->all.index = NULL;
        space->all.points.mismatch = mismatch;
        return tamis_neighbors_build(&space->all.points, space->context->pool, &space->all.index, err);
}

/* Where in `all` the members are; the caller frees it. NULL: no memory. */
static uint32_t *places_in_all(const tamis_smote_space *space, const tamis_smote_class *c) {
        const tamis_smote_cloud *all = &space->all;
        uint32_t *place_of = reallocarray(NULL, space->s->labels.n + 1, sizeof *place_of);
        uint32_t *own = reallocarray(NULL, c->n + 1, sizeof *own);

        for (size_t i = 0; place_of && i < all->points.n; i++)
                place_of[all->rows[i]] = (uint32_t) i;
        for (size_t i = 0; place_of && own && i < c->n; i++)
                own[i] = place_of[c->members[i]];
        if (!place_of) {
                free(own);
                own = NULL;
        }
        free(place_of);
        return own;
}

static uint32_t count_others(const tamis_smote_space *space, size_t class, const uint32_t *found, size_t m) {
        uint32_t others = 0;

        for (size_t i = 0; i < m; i++)
                others += space->s->labels.codes[space->all.rows[found[i]]] != class;
        return others;
}

int tamis_smote_look_around(tamis_smote_space *space, size_t class, tamis_smote_class *c, size_t m, tamis_error *err) {
        tamis_smote_cloud cloud = { 0 };
        uint32_t *found = NULL, *own = NULL;
        int r = members_of(space, c, &cloud, err);

        if (r == 0)
                r = index_all(space, cloud.points.mismatch, err);
        if (r == 0) {
                if (m > space->all.points.n - 1)
                        m = space->all.points.n - 1;
                c->around = m;
                found = reallocarray(NULL, c->n, m * sizeof *found);
                own = places_in_all(space, c);
                c->others = reallocarray(NULL, c->n, sizeof *c->others);
                r = found && own && c->others ? tamis_neighbors_find_others(space->all.index, &cloud.points, own, m,
                                                                            space->context->pool, found, NULL, err)
                        : tamis_fail_memory(err);
        }
        for (size_t i = 0; r == 0 && i < c->n; i++)
                c->others[i] = count_others(space, class, found + i * m, m);
        free(found);
        free(own);
        tamis_smote_cloud_done(&cloud);
        return r;
}

/* Rows of other classes, in canonical order. */
static int others_of(tamis_smote_space *space, size_t class, tamis_smote_cloud *cloud, tamis_error *err) {
        const tamis_smote_cloud *all = &space->all;
        uint32_t *rows;
        size_t n = 0;
        int r = tamis_smote_all(space, err);

        if (r < 0)
                return r;
        rows = reallocarray(NULL, all->points.n + 1, sizeof *rows);
        if (!rows)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < all->points.n; i++)
                if (space->s->labels.codes[all->rows[i]] != class)
                        rows[n++] = all->rows[i];
        r = tamis_smote_cloud_init(cloud, space, rows, n, err);
        free(rows);
        return r;
}

int tamis_smote_look_abroad(tamis_smote_space *space, size_t class, tamis_smote_class *c, tamis_error *err) {
        tamis_smote_cloud cloud = { 0 }, abroad = { 0 };
        int r = members_of(space, c, &cloud, err);

        if (r == 0)
                r = others_of(space, class, &abroad, err);
        if (r == 0) {
                abroad.points.mismatch = cloud.points.mismatch;
                r = tamis_neighbors_build(&abroad.points, space->context->pool, &abroad.index, err);
        }
        if (r == 0) {
                c->foreign = reallocarray(NULL, c->n, sizeof *c->foreign);
                r = c->foreign ? tamis_neighbors_find(abroad.index, &cloud.points, 1, space->context->pool, c->foreign,
                                                      NULL, err)
                        : tamis_fail_memory(err);
        }
        for (size_t i = 0; r == 0 && i < c->n; i++)
                c->foreign[i] = abroad.rows[c->foreign[i]];
        tamis_smote_cloud_done(&abroad);
        tamis_smote_cloud_done(&cloud);
        return r;
}
