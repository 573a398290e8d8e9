/* SMOTE-N (section 6.2 of the paper): categories alone. Two categories of a column are as far apart as the shares of
 * the classes among their rows differ: the value difference metric (Stanfill & Waltz 1986), with
 *
 *     distance^2 = sum over columns of (sum over classes of |P(class | a) - P(class | b)|)^2
 *
 * A new row has, in each column, what most of the parent and its k nearest neighbours have; ties go to the nearest,
 * the parent first (the paper draws). So the new rows of one parent are alike.
 *
 * Shares are held as multiples of 2^-24: what is done with them is then exact (sums of eight columns at the least),
 * and two distances that are equal by the formula are equal, in whatever order the columns come. With two classes a
 * column's distance is that of the numbers 2 P, and rows are found as they are among numbers; with more, all pairs
 * of the class are looked at: O(n^2) time, O(n) memory. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "balance/smote.h"

enum {
        TABLE_LEVELS = 1024,    /* a column of that many keeps the squares of all pairs: 8 MB */
        PIECE = 32,
};

struct column {
        size_t levels;          /* categories that the members have */
        double *shares;         /* levels * classes */
        double *squares;        /* levels * levels, or NULL */
};

struct vdm {
        size_t n, width, classes, k;
        struct column *columns;
        uint32_t *codes;        /* n * width: the members' categories, counted anew */
        uint32_t *rows;         /* the answer */
        double *distances;      /* n * k, its squares */
};

static void vdm_done(struct vdm *v) {
        for (size_t j = 0; v->columns && j < v->width; j++) {
                free(v->columns[j].shares);
                free(v->columns[j].squares);
        }
        free(v->columns);
        free(v->codes);
        free(v->distances);
}

/* -- what is far --------------------------------------------------------------------------------------------------- */

static double square_of(const struct column *column, size_t classes, uint32_t a, uint32_t b) {
        double sum = 0;

        for (size_t i = 0; i < classes; i++)
                sum += fabs(column->shares[a * classes + i] - column->shares[b * classes + i]);
        return sum * sum;
}

/* Number the members' categories, count the classes among all rows that have them. */
static int count_column(const tamis_smote *s, const tamis_smote_class *c, struct vdm *v, size_t j, uint32_t *numbers,
                        tamis_error *err) {
        const tamis_texts *t = &s->rows.categories;
        struct column *column = &v->columns[j];

        for (size_t level = 0; level < t->dicts[j].n; level++)
                numbers[level] = UINT32_MAX;
        for (size_t i = 0; i < c->n; i++) {
                uint32_t *number = &numbers[t->codes[c->members[i] * t->width + j]];

                if (*number == UINT32_MAX)
                        *number = (uint32_t) column->levels++;
                v->codes[i * v->width + j] = *number;
        }
        column->shares = calloc(column->levels * v->classes + 1, sizeof *column->shares);
        if (!column->shares)
                return tamis_fail_memory(err);
        for (size_t row = 0; row < s->labels.n; row++) {
                uint32_t number = numbers[t->codes[row * t->width + j]];

                if (number != UINT32_MAX && s->labels.codes[row] != TAMIS_NO_CLASS)
                        column->shares[number * v->classes + s->labels.codes[row]]++;
        }
        return 0;
}

static int measure_column(struct vdm *v, struct column *column, tamis_error *err) {
        for (size_t level = 0; level < column->levels; level++) {
                double *shares = column->shares + level * v->classes, sum = 0;

                for (size_t i = 0; i < v->classes; i++)
                        sum += shares[i];
                for (size_t i = 0; i < v->classes; i++)
                        shares[i] = nearbyint(shares[i] / sum * 0x1p24) * 0x1p-24;
        }
        if (v->classes == 2 || column->levels > TABLE_LEVELS)
                return 0;
        column->squares = reallocarray(NULL, column->levels, column->levels * sizeof *column->squares);
        if (!column->squares)
                return tamis_fail_memory(err);
        for (uint32_t a = 0; a < column->levels; a++)
                for (uint32_t b = 0; b < column->levels; b++)
                        column->squares[a * column->levels + b] = square_of(column, v->classes, a, b);
        return 0;
}

static int vdm_init(struct vdm *v, const tamis_smote *s, const tamis_smote_class *c, tamis_error *err) {
        size_t width = s->rows.categories.width, most = 0;
        uint32_t *numbers;
        int r = 0;

        for (size_t j = 0; j < width; j++)
                if (s->rows.categories.dicts[j].n > most)
                        most = s->rows.categories.dicts[j].n;
        numbers = reallocarray(NULL, most + 1, sizeof *numbers);
        *v = (struct vdm) {
                .n = c->n, .width = width, .classes = s->labels.n_classes, .k = c->k,
                .columns = calloc(width + 1, sizeof *v->columns),
                .codes = reallocarray(NULL, c->n, (width + 1) * sizeof *v->codes), .rows = c->neighbors,
        };
        if (!numbers || !v->columns || !v->codes)
                r = tamis_fail_memory(err);
        for (size_t j = 0; r == 0 && j < width; j++) {
                r = count_column(s, c, v, j, numbers, err);
                if (r == 0)
                        r = measure_column(v, &v->columns[j], err);
        }
        free(numbers);
        return r;
}

/* -- who is near --------------------------------------------------------------------------------------------------- */

/* |P - P'| of the two classes are the same, so their sum is the difference of 2 P. */
static int find_among_numbers(const struct vdm *v, tamis_pool *pool, tamis_error *err) {
        double *numbers = reallocarray(NULL, v->n, (v->width + 1) * sizeof *numbers);
        tamis_points points = { .n = v->n, .d = v->width, .numbers = numbers };
        tamis_neighbors *index = NULL;
        int r = numbers ? 0 : tamis_fail_memory(err);

        for (size_t i = 0; r == 0 && i < v->n; i++)
                for (size_t j = 0; j < v->width; j++)
                        numbers[i * v->width + j] = 2 * v->columns[j].shares[2 * v->codes[i * v->width + j]];
        if (r == 0)
                r = tamis_neighbors_new(&points, &index, err);
        if (r == 0)
                r = tamis_neighbors_each(index, v->k, pool, v->rows, NULL, err);
        tamis_neighbors_free(index);
        free(numbers);
        return r;
}

static double distance(const struct vdm *v, const uint32_t *a, const uint32_t *b) {
        double sum = 0;

        for (size_t j = 0; j < v->width; j++) {
                const struct column *column = &v->columns[j];

                sum += column->squares ? column->squares[a[j] * column->levels + b[j]]
                        : square_of(column, v->classes, a[j], b[j]);
        }
        return sum;
}

/* Members are looked at by place, so that one as far as the last of the list stays behind it. */
static void find_one(const struct vdm *v, size_t i) {
        double *distances = v->distances + i * v->k;
        uint32_t *rows = v->rows + i * v->k;
        size_t n = 0;

        for (size_t other = 0; other < v->n; other++) {
                double d;
                size_t at;

                if (other == i)
                        continue;
                d = distance(v, v->codes + i * v->width, v->codes + other * v->width);
                if (n == v->k && !(d < distances[n - 1]))
                        continue;
                at = n < v->k ? n++ : n - 1;
                for (; at > 0 && d < distances[at - 1]; at--) {
                        distances[at] = distances[at - 1];
                        rows[at] = rows[at - 1];
                }
                distances[at] = d;
                rows[at] = (uint32_t) other;
        }
        for (; n < v->k; n++)
                rows[n] = TAMIS_NO_NEIGHBOR;
}

static void find_piece(void *arg, size_t piece) {
        const struct vdm *v = arg;

        for (size_t i = piece * PIECE; i < v->n && i < (piece + 1) * PIECE; i++)
                find_one(v, i);
}

static int find_among_pairs(struct vdm *v, tamis_pool *pool, tamis_error *err) {
        v->distances = reallocarray(NULL, v->n, v->k * sizeof *v->distances);
        if (!v->distances)
                return tamis_fail_memory(err);
        tamis_pool_for(pool, (v->n + PIECE - 1) / PIECE, find_piece, v);
        return 0;
}

/* -- the strategy -------------------------------------------------------------------------------------------------- */

static int suits(const tamis_smote *s, tamis_error *err) {
        char names[1024] = "";
        size_t n = 0;

        for (size_t i = 0; i < s->numbers.n && n < sizeof names; i++)
                n += (size_t) snprintf(names + n, sizeof names - n, "%s\"%s\"", i ? ", " : "", s->numbers.names[i]);
        if (s->numbers.n == 0)
                return 0;
        return tamis_fail(err, TAMIS_USAGE, "SMOTE-N takes categories, and these columns are numbers: %s (-s nc takes "
                          "both, --columns leaves them out, --types %s=text reads one as categories)", names,
                          s->numbers.names[0]);
}

static int look(tamis_smote_space *space, size_t class, tamis_smote_class *c, tamis_error *err) {
        struct vdm v = { 0 };
        int r;

        c->neighbors = reallocarray(NULL, c->n, c->k * sizeof *c->neighbors);
        r = c->neighbors ? vdm_init(&v, space->s, c, err) : tamis_fail_memory(err);
        if (r == 0)
                r = v.classes == 2 ? find_among_numbers(&v, space->context->pool, err)
                        : find_among_pairs(&v, space->context->pool, err);
        vdm_done(&v);
        return r;
}

const tamis_smoter tamis_smoter_n = {
        .base = {
                .name    = "n",
                .summary = "categories alone, by the vote of a row and its neighbours",
                .source  = "SMOTE-N, Chawla et al. 2002: value difference metric; ties to the nearest, not drawn",
        },
        .takes = SMOTE_NEIGHBORS, .votes_itself = true,
        .suits = suits, .mismatch = tamis_smote_mismatch, .vote = tamis_smote_vote, .look = look,
};
