/* What was made: sums of its columns, who is nearest to it, what was there already. */
#include <math.h>
#include <stdlib.h>

#include "balance/effects.h"

/* -- sums ---------------------------------------------------------------------------------------------------------- */

/* A thread takes a column, so that nobody waits for anybody; sums are exact, and who adds first does not matter. */
struct sums {
        tamis_effects *e;
        tamis_effects_side *side;
        const double *numbers;
        const uint32_t *rows;           /* NULL: all of the n, in their order */
        size_t n;
        int *status;                    /* per column */
};

enum { PIECE = 512 };

/* x - its centre, of a piece of the rows. */
static size_t gather(const struct sums *s, size_t first, size_t column, double centre, double *piece) {
        size_t n = s->n - first < PIECE ? s->n - first : PIECE;

        for (size_t i = 0; i < n; i++)
                piece[i] = s->numbers[(s->rows ? s->rows[first + i] : first + i) * s->e->n + column] - centre;
        return n;
}

static void add_column(void *arg, size_t c) {
        const struct sums *s = arg;
        const tamis_moments *found = &s->e->before->columns[c];
        double piece[PIECE];

        for (size_t first = 0; s->status[c] == 0 && first < s->n; first += PIECE) {
                size_t n = gather(s, first, c, 0, piece);

                s->status[c] = tamis_moments_add(&s->side->columns[c], piece, n, NULL);
                for (size_t i = 0; s->side == s->e->after && i < n; i++)
                        s->e->outside[c] += piece[i] < found->min || piece[i] > found->max;
        }
}

/* What overflows is no number of a table that anyone correlates. */
static void keep_finite(double *piece, size_t n) {
        for (size_t i = 0; i < n; i++)
                piece[i] = isfinite(piece[i]) ? piece[i] : NAN;
}

/* Products of what lies around the means, which the sums of large numbers would leave little of. */
static void add_products(void *arg, size_t a) {
        const struct sums *s = arg;
        const size_t k = s->side->k;
        double x[PIECE], y[PIECE];

        for (size_t first = 0; s->status[a] == 0 && first < s->n; first += PIECE) {
                size_t n = gather(s, first, a, s->e->centres[a], x);

                keep_finite(x, n);
                s->status[a] = tamis_moments_add(&s->side->whole[a], x, n, NULL);
                for (size_t b = a + 1; s->status[a] == 0 && b < k; b++) {
                        gather(s, first, b, s->e->centres[b], y);
                        for (size_t i = 0; i < n; i++)
                                y[i] *= x[i];
                        keep_finite(y, n);
                        s->status[a] = tamis_moments_add(&s->side->products[a * k + b], y, n, NULL);
                }
        }
}

static int add_rows(tamis_effects *e, tamis_effects_side *side, const double *numbers, const uint32_t *rows, size_t n,
                    tamis_pool *pool, tamis_error *err) {
        struct sums s = { e, side, numbers, rows, n, calloc(e->n + 1, sizeof *s.status) };
        int r = 0;

        if (!s.status)
                return tamis_fail_memory(err);
        side->rows += n;
        tamis_pool_for(pool, e->n, add_column, &s);
        for (size_t c = 0; side == e->before && c < e->n; c++) {
                double mean = tamis_moments_mean(&side->columns[c]);

                e->centres[c] = isfinite(mean) ? mean : 0;
        }
        tamis_pool_for(pool, side->k, add_products, &s);
        for (size_t c = 0; r == 0 && c < e->n; c++)
                r = s.status[c] < 0 ? tamis_fail_memory(err) : 0;
        free(s.status);
        return r;
}

int tamis_effects_found(tamis_effects *e, const double *numbers, const uint32_t *rows, size_t n, tamis_pool *pool,
                        tamis_error *err) {
        int r = add_rows(e, e->before, numbers, rows, n, pool, err);

        e->after->rows = n;
        for (size_t c = 0; r == 0 && c < e->n; c++)
                r = tamis_moments_merge(&e->after->columns[c], &e->before->columns[c], err);
        for (size_t a = 0; r == 0 && a < e->before->k; a++) {
                r = tamis_moments_merge(&e->after->whole[a], &e->before->whole[a], err);
                for (size_t b = a + 1; r == 0 && b < e->before->k; b++)
                        r = tamis_moments_merge(&e->after->products[a * e->before->k + b],
                                                &e->before->products[a * e->before->k + b], err);
        }
        return r;
}

int tamis_effects_made(tamis_effects *e, const double *numbers, size_t n, tamis_pool *pool, tamis_error *err) {
        e->made += n;
        return add_rows(e, e->after, numbers, NULL, n, pool, err);
}

/* -- strangers ----------------------------------------------------------------------------------------------------- */

/* Rows out of others, as points of their own. */
struct few {
        tamis_points points;
        double *numbers;
        uint32_t *codes;
};

static void few_done(struct few *f) {
        free(f->numbers);
        free(f->codes);
}

static int few_init(struct few *f, const tamis_points *of, const uint32_t *rows, size_t n, tamis_error *err) {
        f->numbers = reallocarray(NULL, n + 1, (of->d + 1) * sizeof *f->numbers);
        f->codes = reallocarray(NULL, n + 1, (of->c + 1) * sizeof *f->codes);
        if (!f->numbers || !f->codes)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < n; i++) {
                for (size_t j = 0; j < of->d; j++)
                        f->numbers[i * of->d + j] = of->numbers[rows[i] * of->d + j];
                for (size_t j = 0; j < of->c; j++)
                        f->codes[i * of->c + j] = of->codes[rows[i] * of->c + j];
        }
        f->points = (tamis_points) { .n = n, .d = of->d, .c = of->c, .numbers = f->numbers, .codes = f->codes,
                                     .mismatch = of->mismatch };
        return 0;
}

/* Rows by class: those of class i are rows[starts[i]] to rows[starts[i + 1]]. */
static int sort_rows(const tamis_made *made, size_t **starts, uint32_t **rows, tamis_error *err) {
        size_t *at = calloc(made->n_classes + 2, sizeof *at);
        uint32_t *sorted = reallocarray(NULL, made->real->n + 1, sizeof *sorted);

        *starts = at;
        *rows = sorted;
        if (!at || !sorted)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < made->real->n; i++)
                at[made->real_classes[i] + 2]++;
        for (size_t i = 2; i < made->n_classes + 2; i++)
                at[i] += at[i - 1];
        for (size_t i = 0; i < made->real->n; i++)
                sorted[at[made->real_classes[i] + 1]++] = (uint32_t) i;
        return 0;
}

/* The made rows [first, last), all of one class: how near the next of their own is, whose rows are given. */
static int look_at_own(const tamis_made *made, size_t first, size_t last, const uint32_t *own, size_t n_own,
                       tamis_pool *pool, double *squares, tamis_error *err) {
        const tamis_points new = {
                .n = last - first, .d = made->made->d, .c = made->made->c,
                .numbers = made->made->numbers + first * made->made->d,
                .codes = made->made->codes + first * made->made->c, .mismatch = made->made->mismatch,
        };
        struct few real = { 0 };
        uint32_t *nearest = reallocarray(NULL, last - first + 1, sizeof *nearest);
        tamis_neighbors *index = NULL;
        int r = nearest ? few_init(&real, made->real, own, n_own, err) : tamis_fail_memory(err);

        if (r == 0)
                r = tamis_neighbors_build(&real.points, pool, &index, err);
        if (r == 0)
                r = tamis_neighbors_find(index, &new, 1, pool, nearest, squares + first, err);
        tamis_neighbors_free(index);
        few_done(&real);
        free(nearest);
        return r;
}

static int look_at_classes(const tamis_made *made, tamis_pool *pool, double *squares, tamis_error *err) {
        size_t *starts = NULL;
        uint32_t *rows = NULL;
        int r = sort_rows(made, &starts, &rows, err);

        for (size_t first = 0, last; r == 0 && first < made->made->n; first = last) {
                uint32_t class = made->made_classes[first];

                for (last = first; last < made->made->n && made->made_classes[last] == class;)
                        last++;
                r = look_at_own(made, first, last, rows + starts[class], starts[class + 1] - starts[class], pool,
                                squares, err);
        }
        free(starts);
        free(rows);
        return r;
}

/* Who is nearer than the nearest of their own, is of another class. Asked in this way, the search among all rows knows
 * from the start how far it has to look. */
int tamis_effects_strangers(const tamis_made *made, tamis_pool *pool, uint64_t *ret, tamis_error *err) {
        const size_t m = made->made->n;
        double *squares = reallocarray(NULL, m + 1, sizeof *squares);
        uint8_t *nearer = reallocarray(NULL, m + 1, sizeof *nearer);
        uint64_t strangers = 0;
        int r = squares && nearer ? look_at_classes(made, pool, squares, err) : tamis_fail_memory(err);

        if (r == 0)
                r = tamis_neighbors_nearer(made->index, made->made, squares, pool, nearer, err);
        for (size_t i = 0; r == 0 && i < m; i++)
                strangers += nearer[i] ? made->times ? made->times[i] : 1 : 0;
        free(squares);
        free(nearer);
        if (r == 0)
                *ret = strangers;
        return r;
}

/* -- duplicates ---------------------------------------------------------------------------------------------------- */

static int by_size(const void *a, const void *b) {
        const uint64_t x = *(const uint64_t *) a, y = *(const uint64_t *) b;

        return x < y ? -1 : x > y;
}

uint64_t tamis_effects_duplicates(uint64_t *real, size_t n, uint64_t *made, size_t m) {
        uint64_t duplicates = 0;
        size_t at = 0;

        qsort(real, n, sizeof *real, by_size);
        qsort(made, m, sizeof *made, by_size);
        for (size_t i = 0; i < m; i++) {
                while (at < n && real[at] < made[i])
                        at++;
                duplicates += (at < n && real[at] == made[i]) || (i > 0 && made[i - 1] == made[i]);
        }
        return duplicates;
}
