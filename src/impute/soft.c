#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_eigen.h>
#include <gsl/gsl_randist.h>

#include <tamis/random.h>

#include "impute/soft.h"

enum { POWER_ROUNDS = 30, LOOKS_EVERY = 4 };
/* What a singular value must have of the largest to be told from rounding; its fourth power is seen. */
static const double NEGLIGIBLE = 1e-7, NEARLY_GONE = 1e-3;

void tamis_soft_cells_done(tamis_soft_cells *c) {
        free(c->row_at);
        free(c->column_at);
        free(c->column);
        free(c->row);
        free(c->by_row);
        free(c->by_column);
}

int tamis_soft_transpose(tamis_soft_cells *c, tamis_error *err) {
        size_t *next;

        c->column_at = calloc(c->columns + 2, sizeof *c->column_at);
        c->row = malloc((c->n + 1) * sizeof *c->row);
        c->by_column = malloc((c->n + 1) * sizeof *c->by_column);
        if (!c->column_at || !c->row || !c->by_column)
                return tamis_fail_memory(err);
        next = c->column_at + 1;        /* where the next cell of a column goes; in the end, where the
                                         * next column begins */
        for (size_t i = 0; i < c->n; i++)
                if (c->column[i] + 1 < c->columns)
                        next[c->column[i] + 1]++;
        for (size_t j = 1; j < c->columns; j++)
                next[j] += next[j - 1];
        for (size_t row = 0; row < c->rows; row++)
                for (size_t i = c->row_at[row]; i < c->row_at[row + 1]; i++) {
                        size_t to = next[c->column[i]]++;

                        c->row[to] = (uint32_t) row;
                        c->by_column[to] = c->by_row[i];
                }
        return 0;
}

void tamis_soft_done(tamis_soft *s) {
        free(s->u);
        free(s->v);
        free(s->d);
        *s = (tamis_soft) {0};
}

/* -- small things -------------------------------------------------------------------------------------------------- */

/* Column k of U, made of length 1 and square to those before it; false where nothing is left of it. */
static bool square_up(double *u, size_t n, size_t rank, size_t k) {
        double length = 0;

        for (int twice = 0; twice < 2; twice++)
                for (size_t j = 0; j < rank; j++) {
                        double sum = 0;

                        for (size_t i = 0; i < n && j != k; i++)
                                sum += u[i * rank + j] * u[i * rank + k];
                        for (size_t i = 0; i < n && j != k; i++)
                                u[i * rank + k] -= sum * u[i * rank + j];
                }
        for (size_t i = 0; i < n; i++)
                length += u[i * rank + k] * u[i * rank + k];
        length = sqrt(length);
        for (size_t i = 0; i < n; i++)
                u[i * rank + k] = length > 1e-8 ? u[i * rank + k] / length : 0;
        return length > 1e-8;
}

int tamis_soft_init(tamis_soft *s, const tamis_soft_cells *c, size_t rank, uint64_t seed, const char *purpose,
                    tamis_error *err) {
        s->rank = rank;
        s->u = calloc(c->rows * rank + 1, sizeof *s->u);
        s->v = calloc(c->columns * rank + 1, sizeof *s->v);
        s->d = calloc(rank + 1, sizeof *s->d);
        if (!s->u || !s->v || !s->d)
                return tamis_fail_memory(err);
        for (size_t k = 0; k < rank; k++) {
                tamis_stream stream;

                tamis_stream_init(&stream, seed, purpose, k, 0);
                for (size_t i = 0; i < c->rows; i++)
                        s->u[i * rank + k] = gsl_ran_gaussian_ziggurat(&stream.rng, 1);
                s->d[k] = square_up(s->u, c->rows, rank, k);
        }
        return 0;
}

double tamis_soft_cell(const tamis_soft *s, size_t row, size_t column) {
        const double *u = s->u + row * s->rank, *v = s->v + column * s->rank;
        double sum = 0;

        for (size_t k = 0; k < s->rank; k++)
                sum += u[k] * (s->d[k] * s->d[k]) * v[k];
        return sum;
}

double tamis_soft_largest(const tamis_soft_cells *c, double *u, double *v) {
        double length = 0;

        for (size_t j = 0; j < c->columns; j++)
                v[j] = 1 + (double) j / (double) c->columns;
        for (int round = 0; round < POWER_ROUNDS; round++) {
                double square = 0;

                for (size_t i = 0; i < c->rows; i++) {
                        u[i] = 0;
                        for (size_t e = c->row_at[i]; e < c->row_at[i + 1]; e++)
                                u[i] += c->by_row[e] * v[c->column[e]];
                }
                for (size_t j = 0; j < c->columns; j++) {
                        v[j] = 0;
                        for (size_t e = c->column_at[j]; e < c->column_at[j + 1]; e++)
                                v[j] += c->by_column[e] * u[c->row[e]];
                        square += v[j] * v[j];
                }
                /* |X'Xv| with |v| = 1, from the second round on */
                length = round > 0 ? sqrt(sqrt(square)) : 0;
                for (size_t j = 0; j < c->columns && square > 0; j++)
                        v[j] /= sqrt(square);
        }
        return length;
}

/* -- one side by the other ----------------------------------------------------------------------------------------- */

struct side {
        const size_t *at;
        const uint32_t *other_of;
        const double *x;
        size_t n, n_fixed, rank;
        double *fixed, *moving, *d, *to;        /* `to`: room for `moving` */
        double lambda;
        bool ends;                              /* the last step: no ridge, the residual alone */
};

/* One row of the moving side: its ridge regression, times d. Sums are taken four by four, so that they go
 * side by side. */
static void move(void *arg, size_t i) {
        const struct side *s = arg;
        const size_t r = s->rank, whole = r & ~(size_t) 3;
        const double *v = s->moving + i * r, *d = s->d;
        double to[TAMIS_SOFT_RANK], weighed[TAMIS_SOFT_RANK];

        for (size_t k = 0; k < r; k++) {
                to[k] = 0;
                weighed[k] = d[k] * d[k] * v[k];
        }
        for (size_t e = s->at[i]; e < s->at[i + 1]; e++) {
                const double *u = s->fixed + s->other_of[e] * r;
                double sum[4] = {0}, gap = s->x[e];

                for (size_t k = 0; k < whole; k += 4)
                        for (size_t lane = 0; lane < 4; lane++)
                                sum[lane] += u[k + lane] * weighed[k + lane];
                for (size_t k = whole; k < r; k++)
                        sum[0] += u[k] * weighed[k];
                gap -= (sum[0] + sum[1]) + (sum[2] + sum[3]);
                for (size_t k = 0; k < whole; k += 4)
                        for (size_t lane = 0; lane < 4; lane++)
                                to[k + lane] += gap * u[k + lane];
                for (size_t k = whole; k < r; k++)
                        to[k] += gap * u[k];
        }
        for (size_t k = 0; k < r; k++) {
                double square = d[k] * d[k];

                if (s->ends)
                        to[k] += weighed[k];
                else
                        to[k] = square > 0 ? square * (to[k] + weighed[k]) / (square + s->lambda) : 0;
        }
        memcpy(s->to + i * r, to, r * sizeof *to);
}

typedef double two __attribute__((vector_size(16), aligned(8)));

/* rows of a, each times the r x r matrix of eigenvectors */
static void rotate(double *a, size_t n, size_t r, const double *by, double *row) {
        for (size_t i = 0; i < n; i++) {
                size_t j = 0;

                for (; j + 8 <= r; j += 8) {
                        two sums[4] = { { 0 } };

                        for (size_t k = 0; k < r; k++) {
                                const two *from = (const two *) (by + k * r + j);
                                double x = a[i * r + k];

                                sums[0] += x * from[0];
                                sums[1] += x * from[1];
                                sums[2] += x * from[2];
                                sums[3] += x * from[3];
                        }
                        memcpy(row + j, sums, sizeof sums);
                }
                for (; j < r; j++) {
                        row[j] = 0;
                        for (size_t k = 0; k < r; k++)
                                row[j] += a[i * r + k] * by[k * r + j];
                }
                memcpy(a + i * r, row, r * sizeof *row);
        }
}

/* to = W; W = V S R', by the eigenvectors of W'W: `to` becomes V, `fixed` times R, values S (descending). */
static int split(struct side *s, gsl_eigen_symmv_workspace *room, gsl_matrix *square, gsl_matrix *vectors,
                 gsl_vector *values, double *row) {
        size_t r = s->rank;

        gsl_matrix_set_zero(square);
        for (size_t i = 0; i < s->n; i++)
                for (size_t a = 0; a < r; a++)
                        for (size_t b = 0; b <= a; b++)
                                square->data[a * r + b] += s->to[i * r + a] * s->to[i * r + b];
        if (gsl_eigen_symmv(square, values, vectors, room) != 0)
                return -1;
        gsl_eigen_symmv_sort(values, vectors, GSL_EIGEN_SORT_VAL_DESC);
        rotate(s->to, s->n, r, vectors->data, row);
        rotate(s->fixed, s->n_fixed, r, vectors->data, row);
        for (size_t k = 0; k < r; k++) {
                double least = NEGLIGIBLE * NEGLIGIBLE * gsl_vector_get(values, 0), value = gsl_vector_get(values, k);

                value = value > least ? sqrt(value) : 0;
                gsl_vector_set(values, k, value);
                for (size_t i = 0; i < s->n; i++)
                        s->to[i * r + k] = value > 0 ? s->to[i * r + k] / value : 0;
        }
        return 0;
}

/* -- rounds -------------------------------------------------------------------------------------------------------- */

struct room {
        gsl_eigen_symmv_workspace *eigen;
        gsl_matrix *square, *vectors;
        gsl_vector *values;
        double *row, *to, *old_u, *old_v, *old_d;
};

static void room_done(struct room *m) {
        if (m->eigen)
                gsl_eigen_symmv_free(m->eigen);
        gsl_matrix_free(m->square);
        gsl_matrix_free(m->vectors);
        gsl_vector_free(m->values);
        free(m->row);
        free(m->to);
        free(m->old_u);
        free(m->old_v);
        free(m->old_d);
}

static int room_init(struct room *m, const tamis_soft *s, const tamis_soft_cells *c, tamis_error *err) {
        size_t r = s->rank, most = c->rows > c->columns ? c->rows : c->columns;

        *m = (struct room) {
                .eigen = gsl_eigen_symmv_alloc(r), .square = gsl_matrix_alloc(r, r), .vectors = gsl_matrix_alloc(r, r),
                .values = gsl_vector_alloc(r), .row = malloc(r * sizeof(double)), .to = malloc(most * r * sizeof(double)),
                .old_u = malloc(c->rows * r * sizeof(double)), .old_v = malloc(c->columns * r * sizeof(double)),
                .old_d = malloc(r * sizeof(double)),
        };
        return m->eigen && m->square && m->vectors && m->values && m->row && m->to && m->old_u && m->old_v && m->old_d
                       ? 0 : tamis_fail_memory(err);
}

static struct side side_of(tamis_soft *s, const tamis_soft_cells *c, struct room *m, double lambda, bool rows) {
        return (struct side) {
                .at = rows ? c->row_at : c->column_at, .other_of = rows ? c->column : c->row,
                .x = rows ? c->by_row : c->by_column, .n = rows ? c->rows : c->columns,
                .n_fixed = rows ? c->columns : c->rows, .rank = s->rank, .fixed = rows ? s->v : s->u,
                .moving = rows ? s->u : s->v, .d = s->d, .to = m->to, .lambda = lambda,
        };
}

static bool half(tamis_soft *s, const tamis_soft_cells *c, struct room *m, double lambda, bool rows, tamis_pool *pool) {
        struct side side = side_of(s, c, m, lambda, rows);

        tamis_pool_for(pool, side.n, move, &side);
        if (split(&side, m->eigen, m->square, m->vectors, m->values, m->row) < 0)
                return false;
        memcpy(side.moving, side.to, side.n * s->rank * sizeof *side.to);
        for (size_t k = 0; k < s->rank; k++)
                s->d[k] = sqrt(gsl_vector_get(m->values, k));
        return true;
}

/* to = A'B, of n rows of r */
static void cross(const double *a, const double *b, size_t n, size_t r, double *to) {
        memset(to, 0, r * r * sizeof *to);
        for (size_t i = 0; i < n; i++)
                for (size_t k = 0; k < r; k++)
                        for (size_t j = 0; j < r; j++)
                                to[k * r + j] += a[i * r + k] * b[i * r + j];
}

/* tr(A'B) of two M, the old one and this, from their factors. */
static double inner(const tamis_soft *s, const tamis_soft_cells *c, const struct room *m) {
        size_t r = s->rank;
        double sum = 0;

        cross(m->old_u, s->u, c->rows, r, m->square->data);
        cross(m->old_v, s->v, c->columns, r, m->vectors->data);
        for (size_t a = 0; a < r; a++)
                for (size_t b = 0; b < r; b++)
                        sum += m->old_d[a] * m->old_d[a] * m->square->data[a * r + b] * m->vectors->data[a * r + b]
                                * s->d[b] * s->d[b];
        return sum;
}

static double square_norm(const double *d, size_t r) {
        double sum = 0;

        for (size_t k = 0; k < r; k++)
                sum += d[k] * d[k] * d[k] * d[k];
        return sum;
}

/* Directions that a larger lambda has shrunk away may be wanted again: they begin anew, and leave M as it is. */
static void revive(tamis_soft *s, const tamis_soft_cells *c) {
        for (size_t k = 1; k < s->rank; k++) {
                tamis_stream stream;

                if (s->d[k] > NEARLY_GONE * s->d[0])
                        continue;
                tamis_stream_init(&stream, k, "soft.revive", 0, 0);
                for (size_t i = 0; i < c->rows; i++)
                        s->u[i * s->rank + k] = gsl_ran_gaussian_ziggurat(&stream.rng, 1);
                for (size_t j = 0; j < c->columns; j++)
                        s->v[j * s->rank + k] = 0;
                s->d[k] = square_up(s->u, c->rows, s->rank, k) ? (s->d[0] > 0 ? s->d[0] : 1) : 0;
        }
}

int tamis_soft_run(tamis_soft *s, const tamis_soft_cells *c, double lambda, size_t most, double enough,
                   tamis_pool *pool, tamis_error *err) {
        struct room m;
        int r = room_init(&m, s, c, err);
        bool good = r == 0;

        if (good)
                revive(s, c);
        for (size_t round = 0; good && round < most; round++) {
                bool looks = round % LOOKS_EVERY == LOOKS_EVERY - 1;
                double before, after, change;

                if (!looks) {
                        good = half(s, c, &m, lambda, false, pool) && half(s, c, &m, lambda, true, pool);
                        continue;
                }
                memcpy(m.old_u, s->u, c->rows * s->rank * sizeof *s->u);
                memcpy(m.old_v, s->v, c->columns * s->rank * sizeof *s->v);
                memcpy(m.old_d, s->d, s->rank * sizeof *s->d);
                good = half(s, c, &m, lambda, false, pool) && half(s, c, &m, lambda, true, pool);
                before = square_norm(m.old_d, s->rank);
                after = square_norm(s->d, s->rank);
                change = before + after - 2 * inner(s, c, &m);
                if (change <= enough * after)
                        break;
        }
        room_done(&m);
        return r;
}

int tamis_soft_end(tamis_soft *s, const tamis_soft_cells *c, double lambda, tamis_pool *pool, tamis_error *err) {
        struct side side;
        struct room m;
        int r = room_init(&m, s, c, err);

        if (r == 0) {
                side = side_of(s, c, &m, lambda, true);
                side.ends = true;
                tamis_pool_for(pool, side.n, move, &side);
                if (split(&side, m.eigen, m.square, m.vectors, m.values, m.row) == 0)
                        for (size_t k = 0; k < s->rank; k++)
                                s->d[k] = fmax(gsl_vector_get(m.values, k) - lambda, 0);
        }
        room_done(&m);
        return r;
}
