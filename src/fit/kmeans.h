/* kmeans.h: clusters of rows, by Lloyd's iterations from k-means++ centres (Arthur & Vassilvitskii 2007).
 *
 * Rows are gone through in their order and draws are keyed, so the answer hangs on rows, seed and nothing else. Ties go
 * to the cluster of the lower number. A cluster that loses all its rows keeps its centre. Time O(n d clusters) an
 * iteration, memory O(n + d clusters) beside the rows.
 *
 * Ownership: everything is the caller's.
 */
#ifndef TAMIS_FIT_KMEANS_H
#define TAMIS_FIT_KMEANS_H

#include <stdint.h>

#include <tamis/pool.h>

/* n rows of d finite numbers -> cluster[row], 0 .. clusters-1, and `centres` (clusters * d). There are fewer different
 * clusters than asked for where there are fewer different rows. At most `rounds` iterations. */
int tamis_kmeans(const double *numbers, size_t n, size_t d, size_t clusters, uint64_t seed, size_t rounds,
                 tamis_pool *pool, uint32_t *cluster, double *centres, tamis_error *err) TAMIS_CHECKED;

#endif
