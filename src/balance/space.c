/* Distances: rows as they are measured, and who is near. */
#include <math.h>
#include <stdlib.h>

#include "balance/vdm.h"

/* -- the measure --------------------------------------------------------------------------------------------------- */

struct scaling {
        const tamis_smote *s;
        double *means, *sds;
        int *status;
};

static void find_sd(void *arg, size_t j) {
        const struct scaling *w = arg;
        const tamis_rows *rows = &w->s->rows;
        tamis_moments m = { 0 };
        double piece[512];

        for (size_t row = 0; w->status[j] == 0 && row < rows->n;) {
                size_t i = 0;

                for (; i < 512 && row < rows->n; i++, row++)
                        piece[i] = rows->numbers[row * rows->d + j];
                w->status[j] = tamis_moments_add(&m, piece, i, NULL);
        }
        if (w->status[j] == 0) {
                w->means[j] = tamis_moments_mean(&m);
                w->sds[j] = tamis_moments_sd(&m, 0);
        }
        /* a constant column adds nothing to a distance, whatever it is divided by; nor may one that overflows */
        if (!(w->sds[j] > 0) || isinf(w->sds[j]))
                w->sds[j] = 1;
        tamis_moments_done(&m);
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
        struct scaling w = { s, calloc(d + 1, sizeof *w.means), calloc(d + 1, sizeof *w.sds),
                             calloc(d + 1, sizeof *w.status) };
        int r = w.means && w.sds && w.status ? 0 : tamis_fail_memory(err);

        *space = (tamis_smote_space) { .s = s, .context = context, .means = w.means, .sds = w.sds };
        if (r == 0)
                tamis_pool_for(context->pool, d, find_sd, &w);
        for (size_t j = 0; r == 0 && j < d; j++) {
                if (w.status[j] < 0)
                        r = tamis_fail_memory(err);
                if (!s->scaled)
                        w.sds[j] = 1;
        }
        free(w.status);
        return r == 0 ? sort_by_class(space, err) : r;
}

void tamis_smote_space_done(tamis_smote_space *space) {
        free(space->means);
        free(space->sds);
        free(space->by_class);
        free(space->class_starts);
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
                r = tamis_neighbors_new(&cloud.points, &cloud.index, err);
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
        return tamis_neighbors_new(&space->all.points, &space->all.index, err);
}

/* Of m + 1 found, in order, the member itself is one; where m + 1 rows and more lie on the same spot it may not be, and
 * then the last is one too many. */
static uint32_t count_others(const tamis_smote_space *space, size_t class, uint32_t self, const uint32_t *found,
                             size_t m, uint32_t *foreign) {
        uint32_t others = 0;
        size_t seen = 0;

        *foreign = self;

        for (size_t i = 0; i <= m && seen < m; i++) {
                uint32_t row = space->all.rows[found[i]];

                if (row == self)
                        continue;
                seen++;
                if (space->s->labels.codes[row] != class && others++ == 0)
                        *foreign = row;
        }
        return others;
}

int tamis_smote_look_around(tamis_smote_space *space, size_t class, tamis_smote_class *c, size_t m, tamis_error *err) {
        tamis_smote_cloud cloud = { 0 };
        uint32_t *found = NULL;
        int r = members_of(space, c, &cloud, err);

        if (r == 0)
                r = tamis_smote_index_all(space, cloud.points.mismatch, err);
        if (r == 0) {
                if (m > space->all.points.n - 1)
                        m = space->all.points.n - 1;
                c->around = m;
                found = reallocarray(NULL, c->n, (m + 1) * sizeof *found);
                c->others = reallocarray(NULL, c->n, sizeof *c->others);
                r = found && c->others ? tamis_neighbors_find(space->all.index, &cloud.points, m + 1,
                                                              space->context->pool, found, NULL, err)
                        : tamis_fail_memory(err);
        }
        for (size_t i = 0; r == 0 && i < c->n; i++) {
                uint32_t foreign;

                c->others[i] = count_others(space, class, c->members[i], found + i * (m + 1), m, &foreign);
                if (c->foreign)
                        c->foreign[i] = foreign;
        }
        free(found);
        tamis_smote_cloud_done(&cloud);
        return r;
}

int tamis_smote_look_abroad(tamis_smote_space *space, size_t class, tamis_smote_class *c, size_t m, tamis_error *err) {
        c->foreign = reallocarray(NULL, c->n, sizeof *c->foreign);
        return c->foreign ? tamis_smote_look_around(space, class, c, m, err) : tamis_fail_memory(err);
}
