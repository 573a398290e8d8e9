/* strata.h: what rows are kept even by: the classes of one column or of several together.
 *
 * A column of numbers with many values is cut at its quantiles first, as pandas' qcut does: strata of about equal
 * counts, each with its upper edge.
 */
#ifndef TAMIS_SPLIT_STRATA_H
#define TAMIS_SPLIT_STRATA_H

#include "split/decide.h"

/* A numeric column with more values than this is measured, not named: there are no classes to keep even. */
enum { TAMIS_NUMERIC_CLASSES = 20 };

/* Replace the values of a measured column by the number of their quantile, from 1 of `strata`. Missing ones stay so. */
int tamis_strata_cut(tamis_codes *column, size_t strata, tamis_error *err) TAMIS_CHECKED;

/* The classes of several columns together, named `a|b`; n >= 2, all of the same rows. */
int tamis_strata_join(const tamis_codes *columns, size_t n, tamis_codes *ret, tamis_error *err) TAMIS_CHECKED;

#endif
