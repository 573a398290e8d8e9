/* The table that strategies of prune decide on, and what came of it. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "balance/prune.h"

/* -- what cannot be worked with ------------------------------------------------------------------------------------ */

static int check_holes(const tamis_prune *s, tamis_error *err) {
        char names[1024] = "";
        uint64_t cells = 0;
        size_t n = 0;

        for (size_t j = 0; s->rows.missing && j < s->numbers.n + s->categories.n; j++) {
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
                             "%llu missing cell%s in train rows: %s; how far such rows are from others is not known, "
                             "so fill them first (tamis impute), or leave the columns out (--columns)",
                             (unsigned long long) cells,
                             cells == 1 ? "" : "s", names);
}

static int check_data(const tamis_prune *s, tamis_error *err) {
        int r;

        if (s->numbers.n + s->categories.n == 0)
                return tamis_fail(err, TAMIS_USAGE, "there is no feature: no column but the target");
        r = check_holes(s, err);
        if (r < 0)
                return r;
        if (s->labels.n_classes < 2)
                return tamis_fail(err, TAMIS_BAD_DATA,
                                  "the target has one class only, \"%.*s\": there is no other to compare "
                                  "its rows with",
                                  (int) s->labels.names[0].n, s->labels.names[0].p);
        if (s->labels.n >= UINT32_MAX)
                return tamis_fail(err, TAMIS_BAD_DATA, "%zu train rows are too many", s->labels.n);
        return 0;
}

/* -- the order of the table ---------------------------------------------------------------------------------------- */

struct key {
        uint64_t hash;
        uint32_t row;
};

/* Steele, Lea & Flood 2014, "Fast splittable pseudorandom number generators": the mixing function. */
static uint64_t mix(uint64_t x) {
        x ^= x >> 30;
        x *= 0xbf58476d1ce4e5b9;
        x ^= x >> 27;
        x *= 0x94d049bb133111eb;
        return x ^ x >> 31;
}

static int by_hash(const void *a, const void *b) {
        const struct key *x = a, *y = b;

        if (x->hash != y->hash)
                return x->hash < y->hash ? -1 : 1;
        return x->row < y->row ? -1 : x->row > y->row;
}

/* Sums over the columns, each mixed with its name: the order of columns does not matter either. */
static uint64_t hash_row(const tamis_prune *s, size_t row, const uint64_t *salt) {
        const tamis_rows *rows = &s->rows;
        uint64_t hash = mix(s->seed + 1) + mix(tamis_slice_hash(s->labels.names[s->labels.codes[row]]));

        for (size_t j = 0; j < rows->d; j++) {
                double x = rows->numbers[row * rows->d + j] + 0.;       /* -0 is 0 */
                uint64_t bits;

                memcpy(&bits, &x, sizeof bits);
                hash += mix(bits ^ salt[j]);
        }
        for (size_t j = 0; j < rows->categories.width; j++) {
                uint32_t code = rows->categories.codes[row * rows->categories.width + j];

                hash += mix(rows->categories.dicts[j].entries[code].hash ^ salt[rows->d + j]);
        }
        return mix(hash);
}

static int order_rows(const tamis_prune *s, struct key *keys, size_t *n, tamis_error *err) {
        size_t d = s->rows.d, width = s->rows.categories.width;
        uint64_t *salt = calloc(d + width + 1, sizeof *salt);

        if (!salt)
                return tamis_fail_memory(err);
        for (size_t j = 0; j < d + width; j++)
                salt[j] =
                        mix(tamis_slice_hash(tamis_slice_of(j < d ? s->numbers.names[j] : s->categories.names[j - d])));
        *n = 0;
        for (size_t row = 0; row < s->labels.n; row++)
                if (s->labels.codes[row] != TAMIS_NO_CLASS)
                        keys[(*n)++] = (struct key) { hash_row(s, row, salt), (uint32_t) row };
        qsort(keys, *n, sizeof *keys, by_hash);
        free(salt);
        return 0;
}

/* -- how far rows are apart ---------------------------------------------------------------------------------------- */

struct scaling {
        const tamis_prune *s;
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
        /* ddof 0, as in imbalanced-learn's SMOTE-NC */
        w->sds[j] = w->status[j] == 0 ? tamis_moments_sd(&m, 0) : 0;
        tamis_moments_done(&m);
}

/* What numbers are divided by, and what a differing category counts. */
static int find_scale(const tamis_prune *s, tamis_pruning *p, double *by, tamis_error *err) {
        struct scaling w = { s, calloc(p->d + 1, sizeof *w.sds), calloc(p->d + 1, sizeof *w.status) };
        int r = w.sds && w.status ? 0 : tamis_fail_memory(err);
        size_t vary = 0;

        if (r == 0)
                tamis_pool_for(p->context->pool, p->d, find_sd, &w);
        for (size_t j = 0; r == 0 && j < p->d; j++) {
                bool varies = w.sds[j] > 0 && !isinf(w.sds[j]);

                if (w.status[j] < 0)
                        r = tamis_fail_memory(err);
                /* a constant column adds nothing to a distance, whatever it is divided by; nor may one that
                 * overflows */
                by[j] = varies && s->scaled ? w.sds[j] : 1;
                if (varies)
                        w.sds[vary++] = s->scaled ? 1 : w.sds[j];
        }
        if (r == 0) {
                double median = vary > 0 ? tamis_quantile(w.sds, vary, .5) : 1;

                p->mismatch = p->c > 0 ? median * median : 0;
                if (!isfinite(p->mismatch))
                        r = tamis_fail(err, TAMIS_BAD_DATA, "the numbers are too large to be compared with categories");
        }
        free(w.sds);
        free(w.status);
        return r;
}

static int fill_table(const tamis_prune *s, tamis_pruning *p, const struct key *keys, tamis_error *err) {
        double *by = calloc(p->d + 1, sizeof *by);
        int r;

        p->numbers = reallocarray(NULL, p->n + 1, (p->d + 1) * sizeof *p->numbers);
        p->codes = reallocarray(NULL, p->n + 1, (p->c + 1) * sizeof *p->codes);
        p->class = calloc(p->n + 1, sizeof *p->class);
        p->row = calloc(p->n + 1, sizeof *p->row);
        p->goes = calloc(p->n + 1, sizeof *p->goes);
        r = by && p->numbers && p->codes && p->class && p->row && p->goes ? find_scale(s, p, by, err)
                : tamis_fail_memory(err);
        for (size_t i = 0; r == 0 && i < p->n; i++) {
                size_t row = keys[i].row;

                p->row[i] = keys[i].row;
                p->class[i] = s->labels.codes[row];
                for (size_t j = 0; j < p->d; j++)
                        p->numbers[i * p->d + j] = s->rows.numbers[row * p->d + j] / by[j];
                for (size_t j = 0; j < p->c; j++)
                        p->codes[i * p->c + j] = s->rows.categories.codes[row * p->c + j];
        }
        free(by);
        return r;
}

/* -- which classes, and how much of them --------------------------------------------------------------------------- */

static int find_touched(const tamis_prune *s, tamis_pruning *p, tamis_error *err) {
        p->touched = calloc(p->n_classes + 1, sizeof *p->touched);
        p->sizes = calloc(p->n_classes + 1, sizeof *p->sizes);
        if (!p->touched || !p->sizes)
                return tamis_fail_memory(err);
        for (size_t class = 1; class < p->n_classes; class++) {
                if (p->counts[class] < p->counts[p->smallest])
                        p->smallest = class;
                if (p->counts[class] > p->counts[p->largest])
                        p->largest = class;
        }
        for (size_t class = 0; class < p->n_classes; class++)
                p->touched[class] = s->has_only ? s->only_all : class != p->smallest;
        for (size_t i = 0; i < s->only.n; i++) {
                tamis_slice name = s->only.entries[i].text;
                long at = tamis_labels_find(&s->labels, name);
                char near[256];

                if (at < 0) {
                        tamis_nearest(name, s->labels.names, p->n_classes, near, sizeof near);
                        return tamis_fail(err, TAMIS_USAGE, "--only: no train row is of class \"%.*s\"%s%s",
                                          (int) name.n, name.p, *near ? "; near: " : "", near);
                }
                p->touched[at] = true;
        }
        return 0;
}

static int find_sizes(const tamis_prune *s, tamis_pruning *p, tamis_error *err) {
        int r;

        if (!(s->pruner->takes & PRUNE_RATIO))
                return 0;
        r = tamis_ratio_sizes(&s->ratio, &s->labels, false, p->sizes, err);
        for (size_t class = 0; r == 0 && class < p->n_classes; class++) {
                if (p->sizes[class] < p->counts[class] && !p->touched[class] && s->ratio.kind == TAMIS_RATIO_COUNTS)
                        r = tamis_fail(err, TAMIS_USAGE, "--ratio gives class \"%.*s\" fewer rows, and %s",
                                       (int) s->labels.names[class].n, s->labels.names[class].p,
                                       s->has_only ? "--only leaves it out"
                                                   : "it is the smallest: --only has to name it");
                if (!p->touched[class])
                        p->sizes[class] = p->counts[class];
        }
        return r;
}

static void find_k(tamis_prune *s, tamis_pruning *p) {
        p->k = s->k;
        if (p->k >= p->n && s->pruner->takes & PRUNE_NEIGHBORS) {
                p->k = p->n > 1 ? p->n - 1 : 1;
                tamis_warn(p->context, "there are %zu train rows: %zu neighbour%s looked at instead of %llu", p->n,
                           p->k, p->k == 1 ? " is" : "s are", (unsigned long long) s->k);
        }
        s->k_used = p->k;
}

static int make_table(tamis_prune *s, tamis_pruning *p, tamis_error *err) {
        struct key *keys = calloc(s->labels.n + 1, sizeof *keys);
        int r = keys ? order_rows(s, keys, &p->n, err) : tamis_fail_memory(err);

        p->d = s->numbers.n;
        p->c = s->categories.n;
        p->n_classes = s->labels.n_classes;
        p->counts = s->labels.counts;
        p->mode = s->mode;
        if (r == 0)
                r = find_touched(s, p, err);
        if (r == 0)
                r = find_sizes(s, p, err);
        if (r == 0)
                r = fill_table(s, p, keys, err);
        free(keys);
        if (r == 0)
                find_k(s, p);
        return r;
}

/* -- what came of it ----------------------------------------------------------------------------------------------- */

static void tell(const tamis_prune *s, const tamis_context *context, uint64_t dropped) {
        if (s->labels.missing > 0)
                tamis_warn(context, "%llu train row%s without a \"%s\": passed through",
                           (unsigned long long) s->labels.missing, s->labels.missing == 1 ? "" : "s",
                           s->target.names[0]);
        for (size_t c = 0; c < s->labels.n_classes; c++)
                if (s->after[c] == 0)
                        tamis_warn(context, "no row is left of class \"%.*s\"", (int) s->labels.names[c].n,
                                   s->labels.names[c].p);
        if (dropped == 0)
                tamis_warn(context, "no rows were removed");
        else
                tamis_evidence_say(context, TAMIS_EVIDENCE_PICKED);
}

static int take_answer(tamis_prune *s, const tamis_pruning *p, tamis_error *err) {
        uint64_t dropped = 0;

        s->goes = calloc(s->labels.n + 1, sizeof *s->goes);
        s->after = calloc(p->n_classes + 1, sizeof *s->after);
        if (!s->goes || !s->after)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < p->n; i++) {
                s->goes[p->row[i]] = p->goes[i];
                s->after[p->class[i]] += !p->goes[i];
                dropped += p->goes[i];
        }
        memcpy(s->facts, p->facts, sizeof s->facts);
        s->n_facts = p->n_facts;
        tell(s, p->context, dropped);
        return 0;
}

int tamis_prune_decide(tamis_prune *s, const tamis_context *context, tamis_error *err) {
        tamis_pruning p = { .context = context };
        int r = tamis_labels_settle(&s->labels, s->target.names[0], err);

        if (r == 0)
                r = check_data(s, err);
        if (r == 0)
                r = make_table(s, &p, err);
        if (r == 0) {
                tamis_rows_done(&s->rows);      /* the table has them */
                r = s->pruner->decide(&p, err);
        }
        if (r == 0)
                r = take_answer(s, &p, err);
        free(p.numbers);
        free(p.codes);
        free(p.class);
        free(p.row);
        free(p.goes);
        free(p.touched);
        free(p.sizes);
        return r;
}
