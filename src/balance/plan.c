/* What new rows there will be: how many of each class, from which seeds, and who the seeds' neighbours are. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <tamis/neighbors.h>

#include "balance/smote.h"

/* -- what cannot be worked with ------------------------------------------------------------------------------------ */

static int check_holes(const tamis_smote *s, tamis_error *err) {
        char names[1024] = "";
        uint64_t cells = 0;
        size_t n = 0;

        if (!s->rows.missing)
                return 0;
        for (size_t j = 0; j < s->numbers.n + s->categories.n; j++) {
                const char *name = j < s->numbers.n ? s->numbers.names[j] : s->categories.names[j - s->numbers.n];

                if (s->rows.missing[j] == 0)
                        continue;
                cells += s->rows.missing[j];
                if (n < sizeof names)
                        n += (size_t) snprintf(names + n, sizeof names - n, "%s\"%s\" (%llu)", n ? ", " : "", name,
                                               (unsigned long long) s->rows.missing[j]);
        }
        if (cells == 0)
                return 0;
        return tamis_fail_at(err, TAMIS_BAD_DATA, s->rows.file, s->rows.line, s->rows.byte_column,
                             "%llu missing cell%s in train rows: %s; new rows cannot be made of them, so fill them "
                             "first (tamis impute), or leave the columns out (--columns)", (unsigned long long) cells,
                             cells == 1 ? "" : "s", names);
}

static void warn_identifiers(const tamis_smote *s, const tamis_context *context) {
        for (size_t j = 0; j < s->categories.n; j++) {
                size_t distinct = s->rows.categories.dicts[j].n;

                if (distinct > 20 && distinct > s->rows.n / 2)
                        tamis_warn(context, "column \"%s\" has %zu different texts in %zu rows: as a category it says "
                                   "little about a row (--columns '!%s' leaves it out)", s->categories.names[j],
                                   distinct, s->rows.n, s->categories.names[j]);
        }
}

/* k where there are no more than k rows of the class, as --rare says. */
static int treat_rare(const tamis_smote *s, const tamis_context *context, size_t class, tamis_smote_class *c,
                      tamis_error *err) {
        int length = (int) s->labels.names[class].n;
        const char *name = s->labels.names[class].p;

        switch (s->rare) {
        case TAMIS_RARE_REDUCE:
                if (c->n > 1) {
                        c->k = c->n - 1;
                        tamis_warn(context, "class \"%.*s\" has %llu rows: %llu neighbour%s used instead of %llu",
                                   length, name, (unsigned long long) c->n, (unsigned long long) c->k,
                                   c->k == 1 ? " is" : "s are", (unsigned long long) s->k);
                        return 0;
                }
                return tamis_fail(err, TAMIS_BAD_DATA, "class \"%.*s\" has one row and so no neighbour to go toward: "
                                  "--rare duplicate repeats it, skip leaves it as it is", length, name);
        case TAMIS_RARE_DUPLICATE:
                c->k = 0;
                tamis_warn(context, "class \"%.*s\" has %llu row%s, not more than --neighbors %llu: the new ones are "
                           "copies", length, name, (unsigned long long) c->n, c->n == 1 ? "" : "s",
                           (unsigned long long) s->k);
                return 0;
        case TAMIS_RARE_SKIP:
                c->made = 0;
                tamis_warn(context, "class \"%.*s\" has %llu row%s, not more than --neighbors %llu: it is left as it "
                           "is", length, name, (unsigned long long) c->n, c->n == 1 ? "" : "s",
                           (unsigned long long) s->k);
                return 0;
        case TAMIS_RARE_ERROR:
                break;
        }
        return tamis_fail(err, TAMIS_BAD_DATA, "class \"%.*s\" has %llu row%s, and --neighbors %llu needs %llu: --rare "
                          "reduce uses fewer neighbours, duplicate copies rows, skip leaves the class as it is",
                          length, name, (unsigned long long) c->n, c->n == 1 ? "" : "s", (unsigned long long) s->k,
                          (unsigned long long) s->k + 1);
}

/* -- how far rows are apart ---------------------------------------------------------------------------------------- */

struct scaling {
        const tamis_smote *s;
        double *sds;
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
        if (w->status[j] == 0)
                w->sds[j] = tamis_moments_sd(&m, 0);
        /* a constant column adds nothing to a distance, whatever it is divided by; nor may one that overflows */
        if (!(w->sds[j] > 0) || isinf(w->sds[j]))
                w->sds[j] = 1;
        tamis_moments_done(&m);
}

/* The train rows' standard deviations, or ones. */
static int find_sds(const tamis_smote *s, tamis_pool *pool, double **ret, tamis_error *err) {
        size_t d = s->rows.d;
        struct scaling w = { s, calloc(d + 1, sizeof *w.sds), calloc(d + 1, sizeof *w.status) };
        int r = w.sds && w.status ? 0 : tamis_fail_memory(err);

        if (r == 0 && s->scaled)
                tamis_pool_for(pool, d, find_sd, &w);
        for (size_t j = 0; r == 0 && j < d; j++) {
                if (!s->scaled)
                        w.sds[j] = 1;
                else if (w.status[j] < 0)
                        r = tamis_fail_memory(err);
        }
        free(w.status);
        if (r < 0) {
                free(w.sds);
                return r;
        }
        *ret = w.sds;
        return 0;
}

static int find_neighbors(const tamis_smote *s, tamis_smote_class *c, const double *sds, tamis_pool *pool,
                          tamis_error *err) {
        size_t d = s->rows.d, w = s->rows.categories.width;
        double *numbers = reallocarray(NULL, c->n, (d + 1) * sizeof *numbers);
        uint32_t *codes = reallocarray(NULL, c->n, (w + 1) * sizeof *codes);
        tamis_points points = { .n = c->n, .d = d, .c = w, .numbers = numbers, .codes = codes };
        tamis_neighbors *index = NULL;
        int r = numbers && codes ? 0 : tamis_fail_memory(err);

        for (size_t i = 0; r == 0 && i < c->n; i++) {
                for (size_t j = 0; j < d; j++)
                        numbers[i * d + j] = s->rows.numbers[c->members[i] * d + j] / sds[j];
                for (size_t j = 0; j < w; j++)
                        codes[i * w + j] = s->rows.categories.codes[c->members[i] * w + j];
        }
        if (r == 0)
                r = s->smoter->mismatch(numbers, c->n, d, &points.mismatch, err);
        if (r == 0 && !isfinite(points.mismatch))
                r = tamis_fail(err, TAMIS_BAD_DATA, "the numbers are too large to be compared with categories");
        if (r == 0)
                r = tamis_neighbors_new(&points, &index, err);
        if (r == 0) {
                c->neighbors = reallocarray(NULL, c->n, c->k * sizeof *c->neighbors);
                r = c->neighbors ? tamis_neighbors_each(index, c->k, pool, c->neighbors, NULL, err)
                        : tamis_fail_memory(err);
        }
        tamis_neighbors_free(index);
        free(numbers);
        free(codes);
        return r;
}

/* -- who is used --------------------------------------------------------------------------------------------------- */

static int find_members(tamis_smote *s, size_t class, tamis_smote_class *c, tamis_error *err) {
        size_t n = 0;

        c->members = reallocarray(NULL, c->n + 1, sizeof *c->members);
        if (!c->members)
                return tamis_fail_memory(err);
        for (size_t row = 0; row < s->labels.n; row++)
                if (s->labels.codes[row] == class)
                        c->members[n++] = (uint32_t) row;
        return 0;
}

/* Each row as often as any other; who has one turn more is drawn. */
static int choose_seeds(const tamis_smote *s, size_t class, tamis_smote_class *c, tamis_error *err) {
        uint32_t *times = calloc(c->n + 1, sizeof *times);
        tamis_stream stream;
        size_t n = 0;

        c->seeds = reallocarray(NULL, c->made, sizeof *c->seeds);
        if (!times || !c->seeds) {
                free(times);
                return tamis_fail_memory(err);
        }
        tamis_stream_init(&stream, s->seed, "smote.seeds", class, 0);
        tamis_choose(&stream, NULL, c->n, c->made % c->n, times);
        for (size_t i = 0; i < c->n; i++)
                for (uint64_t j = 0; j < c->made / c->n + times[i]; j++)
                        c->seeds[n++] = (uint32_t) i;
        free(times);
        return 0;
}

static int plan_class(tamis_smote *s, const tamis_context *context, size_t class, const double *sds, tamis_error *err) {
        tamis_smote_class *c = &s->classes[class];
        int r = 0;

        if (c->n <= c->k)
                r = treat_rare(s, context, class, c, err);
        if (r < 0 || c->made == 0)
                return r;
        r = find_members(s, class, c, err);
        if (r == 0 && c->k > 0)
                r = find_neighbors(s, c, sds, context->pool, err);
        if (r == 0)
                r = choose_seeds(s, class, c, err);
        if (r == 0)
                s->n_made += c->made;
        return r;
}

static void warn_of_missing_targets(const tamis_smote *s, const tamis_context *context) {
        if (s->labels.missing > 0)
                tamis_warn(context, "%llu train row%s without a \"%s\": passed through, nothing was made of them",
                           (unsigned long long) s->labels.missing, s->labels.missing == 1 ? "" : "s",
                           s->target.names[0]);
}

static void tell_the_truth(const tamis_smote *s, const tamis_context *context) {
        if (s->n_made == 0)
                tamis_warn(context, "no rows were added");
        else
                tamis_warn(context, "synthetic rows help weak learners, seldom strong ones, and spoil predicted "
                           "probabilities; class weights (tamis weigh) or a moved decision threshold often do as well");
}

int tamis_smote_plan(tamis_smote *s, const tamis_context *context, tamis_error *err) {
        uint64_t *sizes = NULL;
        double *sds = NULL;
        int r = tamis_labels_settle(&s->labels, s->target.names[0], err);

        if (r == 0)
                r = check_holes(s, err);
        if (r < 0)
                return r;
        sizes = calloc(s->labels.n_classes + 1, sizeof *sizes);
        s->classes = calloc(s->labels.n_classes + 1, sizeof *s->classes);
        r = sizes && s->classes ? tamis_ratio_sizes(&s->ratio, &s->labels, true, sizes, err) : tamis_fail_memory(err);
        if (r == 0)
                r = find_sds(s, context->pool, &sds, err);
        for (size_t class = 0; r == 0 && class < s->labels.n_classes; class++) {
                tamis_smote_class *c = &s->classes[class];

                c->n = s->labels.counts[class];
                c->made = sizes[class] - c->n;
                c->k = s->k;
                if (c->made > 0)
                        r = plan_class(s, context, class, sds, err);
        }
        if (r == 0) {
                warn_identifiers(s, context);
                warn_of_missing_targets(s, context);
                tell_the_truth(s, context);
        }
        free(sizes);
        free(sds);
        return r;
}
