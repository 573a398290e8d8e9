/* soft.h: low-rank completion of a sparse table.
 *
 * Minimises |observed cells of (X - M)|^2 / 2 + lambda * (sum of the singular values of M), by alternating ridge
 * regressions of softImpute-ALS (Hastie, Mazumder, Lee & Zadeh 2015, "Matrix completion and low-rank SVD via fast
 * alternating least squares", algorithm 3.1): what is filled in is M, what is worked on the residuals of the observed
 * cells and the factors of M. No table of all cells is ever made: a round costs (cells + rows + columns) * rank.
 *
 * Ownership: cells own their arrays, a fit its factors.
 */
#ifndef TAMIS_IMPUTE_SOFT_H
#define TAMIS_IMPUTE_SOFT_H

#include <stdbool.h>
#include <stdint.h>

#include <tamis/pool.h>

enum { TAMIS_SOFT_RANK = 500 };         /* at most */

/* The cells that are there, once by row and once by column. */
typedef struct tamis_soft_cells {
        size_t rows, columns, n;
        size_t *row_at, *column_at;     /* where a row's cells begin; rows + 1 and columns + 1 of them */
        uint32_t *column, *row;         /* of the cells by row, by column */
        double *by_row, *by_column;
} tamis_soft_cells;

/* M = U diag(d)^2 V'; U and V have `rank` numbers a row. While fitting; then (tamis_soft_end) M = U diag(d) V' with the
 * d shrunk singular values, descending, and V alone is right. */
typedef struct tamis_soft {
        size_t rank;
        double *u, *v, *d;
} tamis_soft;

void tamis_soft_cells_done(tamis_soft_cells *cells);
/* By row is filled in; make by column of it. */
int tamis_soft_transpose(tamis_soft_cells *cells, tamis_error *err) TAMIS_CHECKED;

void tamis_soft_done(tamis_soft *soft);
/* Room, and a random beginning, keyed by (seed, purpose). */
int tamis_soft_init(tamis_soft *soft, const tamis_soft_cells *cells, size_t rank, uint64_t seed, const char *purpose,
                    tamis_error *err) TAMIS_CHECKED;
/* Rounds until M changes by less than `enough` of its square norm, `most` at most; goes on from where it was. */
int tamis_soft_run(tamis_soft *soft, const tamis_soft_cells *cells, double lambda, size_t most, double enough,
                   tamis_pool *pool, tamis_error *err) TAMIS_CHECKED;
int tamis_soft_end(tamis_soft *soft, const tamis_soft_cells *cells, double lambda, tamis_pool *pool, tamis_error *err)
        TAMIS_CHECKED;
/* The largest singular value of the observed cells, the rest 0: with a lambda beyond it, M is 0. */
double tamis_soft_largest(const tamis_soft_cells *cells, double *room_rows, double *room_columns);
/* A cell of M while fitting. */
double tamis_soft_cell(const tamis_soft *soft, size_t row, size_t column);

#endif
