/* What the new rows will do to the table, for a report: they are made beforehand, some at a time, and looked at.
 *
 * Features of rows that have a class are looked at. Who is nearest is measured as the strategy measures numbers; a
 * differing category counts as in prune.h, the square of the median sd of the numbers that vary, of all rows, for
 * rows of all classes are compared here. Where none varies, and for -s n, mismatches are counted. */
#include <float.h>
#include <stdlib.h>

#include "balance/smote.h"

enum { BLOCKS = 64 };           /* made at a time: by 64 threads at most */

struct ahead {
        tamis_smote *s;
        tamis_smote_space *space;
        size_t first, n;                /* of the new rows, those here */
        double *numbers;
        uint32_t *codes, *classes;
        uint32_t *times;                /* rows that are the same, one behind the other, are looked at once */
        uint32_t *real_classes;         /* of space->all */
        uint64_t *class_hashes, *real_hashes, *hashes;
        int status[BLOCKS];
};

static void ahead_done(struct ahead *a) {
        free(a->numbers);
        free(a->codes);
        free(a->classes);
        free(a->times);
        free(a->real_classes);
        free(a->class_hashes);
        free(a->real_hashes);
        free(a->hashes);
}

static int ahead_init(struct ahead *a, tamis_smote *s, tamis_smote_space *space, tamis_error *err) {
        const size_t rows = s->n_made < (size_t) BLOCKS * TAMIS_SMOTE_BLOCK ? s->n_made
                : (size_t) BLOCKS * TAMIS_SMOTE_BLOCK;
        const size_t n = space->all.points.n;

        *a = (struct ahead) {
                .s = s, .space = space,
                .numbers = reallocarray(NULL, rows + 1, (s->rows.d + 1) * sizeof *a->numbers),
                .codes = reallocarray(NULL, rows + 1, (s->rows.categories.width + 1) * sizeof *a->codes),
                .classes = reallocarray(NULL, rows + 1, sizeof *a->classes),
                .times = reallocarray(NULL, rows + 1, sizeof *a->times),
                .real_classes = reallocarray(NULL, n + 1, sizeof *a->real_classes),
                .class_hashes = reallocarray(NULL, s->labels.n_classes + 1, sizeof *a->class_hashes),
                .real_hashes = reallocarray(NULL, n + 1, sizeof *a->real_hashes),
                .hashes = reallocarray(NULL, s->n_made + 1, sizeof *a->hashes),
        };
        if (!a->numbers || !a->codes || !a->classes || !a->times || !a->real_classes || !a->class_hashes ||
            !a->real_hashes || !a->hashes)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < s->labels.n_classes; i++)
                a->class_hashes[i] = tamis_slice_hash(s->labels.names[i]);
        for (size_t i = 0; i < n; i++) {
                size_t row = space->all.rows[i];

                a->real_classes[i] = s->labels.codes[row];
                a->real_hashes[i] = tamis_smote_hash(s, a->class_hashes[a->real_classes[i]],
                                                     s->rows.numbers + row * s->rows.d,
                                                     s->rows.categories.codes + row * s->rows.categories.width);
        }
        return 0;
}

static void make_block(void *arg, size_t block) {
        struct ahead *a = arg;
        const tamis_smote *s = a->s;
        const size_t d = s->rows.d, width = s->rows.categories.width, first = block * TAMIS_SMOTE_BLOCK;
        const size_t n = a->n - first < TAMIS_SMOTE_BLOCK ? a->n - first : TAMIS_SMOTE_BLOCK;
        double *numbers = a->numbers + first * d;
        uint32_t *codes = a->codes + first * width;

        a->status[block] = tamis_smote_foresee(s, a->first + first, n, numbers, codes, a->classes + first, NULL);
        for (size_t i = 0; a->status[block] == 0 && i < n; i++)
                a->hashes[a->first + first + i] = tamis_smote_hash(s, a->class_hashes[a->classes[first + i]],
                                                                   numbers + i * d, codes + i * width);
}

/* The new rows of one parent may be alike (-s n, copies), and they follow each other. How many are different. */
static size_t fold(struct ahead *a) {
        const size_t d = a->s->rows.d, width = a->s->rows.categories.width;
        size_t n = 0;

        for (size_t i = 0; i < a->n; i++) {
                if (i > 0 && a->hashes[a->first + i] == a->hashes[a->first + i - 1]) {
                        a->times[n - 1]++;
                        continue;
                }
                for (size_t j = 0; j < d; j++)
                        a->numbers[n * d + j] = a->numbers[i * d + j] / a->space->sds[j];
                memmove(a->codes + n * width, a->codes + i * width, width * sizeof *a->codes);
                a->classes[n] = a->classes[i];
                a->times[n++] = 1;
        }
        return n;
}

static int look_at_some(struct ahead *a, tamis_error *err) {
        tamis_smote *s = a->s;
        const size_t d = s->rows.d, blocks = (a->n + TAMIS_SMOTE_BLOCK - 1) / TAMIS_SMOTE_BLOCK;
        tamis_pool *pool = a->space->context->pool;
        tamis_points points = { .d = d, .c = s->rows.categories.width, .numbers = a->numbers,
                                      .codes = a->codes, .mismatch = a->space->all.points.mismatch };
        const tamis_made made = { &a->space->all.points, &points, a->real_classes, a->classes, a->times,
                                  s->labels.n_classes, a->space->all.index };
        uint64_t strangers;
        int r = 0;

        tamis_pool_for(pool, blocks, make_block, a);
        for (size_t i = 0; r == 0 && i < blocks; i++)
                r = a->status[i] < 0 ? tamis_fail_memory(err) : 0;
        if (r == 0)
                r = tamis_effects_made(&s->effects, a->numbers, a->n, pool, err);
        if (r == 0)
                points.n = fold(a);
        if (r == 0)
                r = tamis_effects_strangers(&made, pool, &strangers, err);
        if (r == 0)
                s->effects.strangers += strangers;
        return r;
}

static int find_mismatch(const tamis_smote *s, double *ret, tamis_error *err) {
        double *sds = calloc(s->rows.d + 1, sizeof *sds);
        size_t vary = 0;

        if (!sds)
                return tamis_fail_memory(err);
        for (size_t j = 0; j < s->rows.d; j++) {
                double sd = tamis_moments_sd(&s->effects.before->columns[j], 0);

                if (sd > 0 && sd <= DBL_MAX)
                        sds[vary++] = s->scaled ? 1 : sd;
        }
        *ret = vary > 0 ? tamis_quantile(sds, vary, .5) : 1;
        *ret = *ret * *ret <= DBL_MAX ? *ret * *ret : DBL_MAX;
        free(sds);
        return 0;
}

int tamis_smote_see_effects(tamis_smote *s, tamis_smote_space *space, tamis_error *err) {
        struct ahead a = { 0 };
        double mismatch = 0;
        int r = tamis_effects_begin_made(&s->effects, s->numbers.names, s->numbers.n, err);

        if (r == 0)
                r = tamis_smote_all(space, err);
        if (r == 0)
                r = tamis_effects_found(&s->effects, s->rows.numbers, space->all.rows, space->all.points.n,
                                        space->context->pool, err);
        if (r == 0 && s->n_made > 0)
                r = find_mismatch(s, &mismatch, err);
        if (r == 0 && s->n_made > 0)
                r = tamis_smote_index_all(space, mismatch, err);
        if (r == 0)
                r = ahead_init(&a, s, space, err);
        for (; r == 0 && a.first < s->n_made; a.first += a.n) {
                a.n = s->n_made - a.first < (size_t) BLOCKS * TAMIS_SMOTE_BLOCK ? s->n_made - a.first
                        : (size_t) BLOCKS * TAMIS_SMOTE_BLOCK;
                r = look_at_some(&a, err);
        }
        if (r == 0)
                s->effects.duplicates = tamis_effects_duplicates(a.real_hashes, space->all.points.n, a.hashes,
                                                                 s->n_made);
        ahead_done(&a);
        return r;
}
