/* score_apart.h: how far apart the rows that were filled in are from the true ones, as a whole: the energy distance.
 *
 * Columns may each be right on average and still not go together; this sees it. It compares every two rows, so it is
 * for a few thousand: of more, none is kept and the measure is left out.
 *
 * Ownership: embedded; {0} is none at all, and what is asked of it does nothing; _done frees it.
 */
#ifndef TAMIS_JUDGE_SCORE_APART_H
#define TAMIS_JUDGE_SCORE_APART_H

#include <stdbool.h>
#include <stddef.h>

#include <tamis/error.h>

#include "judge/score_row_list.h"

enum { TAMIS_APART_MOST = 4000 };

typedef struct tamis_apart {
        size_t p;               /* columns; 0: nobody asks */
        size_t m;               /* imputations */
        bool over;              /* there were too many rows */
        tamis_row_list rows;
        double *truth;          /* rows.n x p */
        size_t capacity;        /* rows that `truth` has room for */
        double **filled;        /* by imputation: as `truth`, NaN where missing */
        size_t *hints;          /* by imputation */
} tamis_apart;

void tamis_apart_done(tamis_apart *apart);
void tamis_apart_begin(tamis_apart *apart, size_t p);
/* A row of the truth in which a cell is judged: numbers[i][at] for column i. One that misses something
 * is passed over. */
int tamis_apart_add(tamis_apart *apart, size_t row, const double *const *numbers, size_t at,
                    tamis_error *err) TAMIS_CHECKED;
/* One more imputation, and a row of it. */
int tamis_apart_table(tamis_apart *apart, tamis_error *err) TAMIS_CHECKED;
void tamis_apart_take(tamis_apart *apart, size_t k, size_t row, const double *const *numbers, size_t at);
/* The distance of imputation k; *n: how many rows it is of, those without a hole. */
int tamis_apart_figure(const tamis_apart *apart, size_t k, double *figures, size_t *n, tamis_error *err) TAMIS_CHECKED;

#endif
