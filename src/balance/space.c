/* Distances: rows as they are measured, and who is near. */
#include <math.h>
#include <stdlib.h>

#include "balance/vdm.h"

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
                /* a constant column adds nothing to a distance, whatever it is divided by; nor may one that
                 * overflows */
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

static int sort_by_class(tamis_smote_space *space, tamis_error *err) {
        const tamis_labels *labels = &space->s->labels;
        size_t *starts = space->class_starts = calloc(labels->n_classes + 2, sizeof *starts);
        uint32_t *rows = space->by_class = reallocarray(NULL, labels->n + 1, sizeof *rows);

        if (!starts || !rows)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < labels->n_classes; i++)
                starts[i + 2] = starts[i + 1] + labels->counts[i];
        /* one place on: each is then where its class begins */
        for (size_t row = 0; row < labels->n; row++)
                if (labels->codes[row] != TAMIS_NO_CLASS)
                        rows[starts[labels->codes[row] + 1]++] = (uint32_t) row;
        return 0;
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
        return r == 0 ? sort_by_class(space, err) : r;
}

void tamis_smote_space_done(tamis_smote_space *space) {
        free(space->means);
        free(space->sds);
        free(space->by_class);
        free(space->class_starts);
        free(space->place_of);
        free(space->cluster_of);
        free(space->cluster_rows);
        tamis_vdm_free(space->vdm);
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
        if (!space->place_of)
                space->place_of = reallocarray(NULL, labels->n + 1, sizeof *space->place_of);
        if (!rows || !space->place_of) {
                free(rows);
                return tamis_fail_memory(err);
        }
        for (size_t row = 0; row < labels->n; row++)
                if (labels->codes[row] != TAMIS_NO_CLASS)
                        rows[n++] = (uint32_t) row;
        r = tamis_smote_order(space->s, rows, n, err);
        if (r == 0)
                r = tamis_smote_cloud_init(&space->all, space, rows, n, err);
        for (size_t i = 0; r == 0 && i < n; i++)
                space->place_of[rows[i]] = (uint32_t) i;
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

int tamis_smote_index_all(tamis_smote_space *space, double mismatch, tamis_error *err) {
        int r = tamis_smote_all(space, err);

        space->all.points.mismatch = mismatch;
        if (space->all.index)
                tamis_neighbors_set_mismatch(space->all.index, mismatch);
        if (r < 0 || space->all.index)
                return r;
        return tamis_neighbors_build(&space->all.points, space->context->pool, &space->all.index, err);
}

/* Where in `all` the members are; the caller frees it. NULL: no memory. */
static uint32_t *places_in_all(const tamis_smote_space *space, const tamis_smote_class *c) {
        uint32_t *own = reallocarray(NULL, c->n + 1, sizeof *own);

        for (size_t i = 0; own && i < c->n; i++)
                own[i] = space->place_of[c->members[i]];
        return own;
}

/* Of the m nearest others of a member, in order, how many are of another class, and which is the first of those:
 * itself, where none is. */
static uint32_t count_others(const tamis_smote_space *space, size_t class, uint32_t self, const uint32_t *found,
                             size_t m, uint32_t *foreign) {
        uint32_t others = 0;

        *foreign = self;
        for (size_t i = 0; i < m; i++) {
                uint32_t row = space->all.rows[found[i]];

                if (space->s->labels.codes[row] != class && others++ == 0)
                        *foreign = row;
        }
        return others;
}

int tamis_smote_look_around(tamis_smote_space *space, size_t class, tamis_smote_class *c, size_t m, tamis_error *err) {
        tamis_smote_cloud cloud = { 0 };
        uint32_t *found = NULL, *own = NULL;
        int r = members_of(space, c, &cloud, err);

        if (r == 0)
                r = tamis_smote_index_all(space, cloud.points.mismatch, err);
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
        for (size_t i = 0; r == 0 && i < c->n; i++) {
                uint32_t foreign;

                c->others[i] = count_others(space, class, c->members[i], found + i * m, m, &foreign);
                if (c->foreign)
                        c->foreign[i] = foreign;
        }
        free(found);
        free(own);
        tamis_smote_cloud_done(&cloud);
        return r;
}

int tamis_smote_look_abroad(tamis_smote_space *space, size_t class, tamis_smote_class *c, size_t m, tamis_error *err) {
        c->foreign = reallocarray(NULL, c->n, sizeof *c->foreign);
        return c->foreign ? tamis_smote_look_around(space, class, c, m, err) : tamis_fail_memory(err);
}
