/* order.h: order statistics of values in memory. */
#ifndef TAMIS_STATS_ORDER_H
#define TAMIS_STATS_ORDER_H

#include <stddef.h>

/* The k-th smallest (from 0) of v[0 .. n), n > k. Reorders them: what is before place k is no larger, behind it no smaller. */
double tamis_order_statistic(double *v, size_t n, size_t k);

/* Between two neighbours, 0 <= t < 1: NumPy's form of the line, exact at both ends; halfway is the mean of the two. */
double tamis_order_between(double a, double b, double t);

#endif
