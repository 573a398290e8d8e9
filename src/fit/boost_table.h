/* boost_table.h: the rows that trees of a gradient boosting are grown on.
 *
 * Predictors' columns, one behind the other and without the rows that have no part in it; each with the bins that
 * are in use there, so that its histogram is no longer than need be. A missing cell has a bin of its own, the one
 * behind the last.
 *
 * Ownership: embedded, {0} is empty; _done frees it. It holds copies, and points to nothing of the caller's.
 */
#ifndef TAMIS_FIT_BOOST_TABLE_H
#define TAMIS_FIT_BOOST_TABLE_H

#include "fit/tree.h"

/* Columns of the rows that are given, cut to the bins in use; read by any number of growers. */
typedef struct tamis_boost_table {
        size_t rows, n;                 /* n: columns looked at */
        size_t *predictor;              /* per column: its number */
        bool *category;
        uint8_t *bins;                  /* column after column, by row */
        unsigned *used;                 /* per column: bins; a missing cell has that number */
        size_t *at;                     /* per column, and one more: where its histogram begins */
} tamis_boost_table;

int tamis_boost_table_make(const tamis_cart_data *data, const uint32_t *rows, size_t n, tamis_boost_table *ret,
                           tamis_error *err) TAMIS_CHECKED;
void tamis_boost_table_done(tamis_boost_table *t);

/* What a tree says of a row of the table. */
double tamis_boost_table_predict(const tamis_boost_table *t, const uint32_t *column_of, const tamis_cart *tree,
                                 size_t row);

#endif
