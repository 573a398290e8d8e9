/* score_whole.h: measures of whole tables: how far the imputed one's correlations are from those of the truth.
 *
 * Rows go by once, of the truth first; what is kept is sums, of products of every two columns. A correlation is of the
 * rows that have both columns, as pandas and R's "pairwise": with nothing missing that is all of them, and a row is
 * then added to the sums of all pairs at once.
 *
 * Ownership: embedded; {0} is none at all, and what is asked of it does nothing; _done frees it.
 */
#ifndef TAMIS_JUDGE_SCORE_WHOLE_H
#define TAMIS_JUDGE_SCORE_WHOLE_H

#include <stdbool.h>
#include <stddef.h>

#include <tamis/error.h>

/* Sums over the rows of one table. */
typedef struct tamis_cross {
        double *shift;                  /* taken from each column, so that sums do not cancel: its first value;
                                         * NaN: none yet */
        double n, *sums, *products;     /* of rows without a hole; p, and p x p of which the upper triangle is used */
        double *pairs;                  /* of the others: for each two columns n, x, y, xx, yy, xy; NULL:
                                         * there are none */
} tamis_cross;

typedef struct tamis_whole {
        size_t p;               /* columns; 0: nobody asks */
        size_t m;               /* tables beside the truth */
        double *row;
        tamis_cross *tables;    /* the truth, then the imputed ones */
} tamis_whole;

void tamis_whole_done(tamis_whole *whole);
int tamis_whole_begin(tamis_whole *whole, size_t p, tamis_error *err) TAMIS_CHECKED;
/* One more table. */
int tamis_whole_table(tamis_whole *whole, tamis_error *err) TAMIS_CHECKED;
/* Does nothing when nobody asks. A row of table k (0: the truth): numbers[i][row] for column i, NaN where missing. */
int tamis_whole_add(tamis_whole *whole, size_t k, const double *const *numbers, size_t row,
                    tamis_error *err) TAMIS_CHECKED;
/* The difference between table k and the truth; returns how many pairs of columns have a correlation in both. */
size_t tamis_whole_figure(const tamis_whole *whole, size_t k, double *figures);

#endif
