/* drift_figures.h: how far apart two samples of one column are, and how surely.
 *
 * `ref` is the sample compared with, `new` the one compared. Samples are runs, settled: each value with how often it is
 * there; missing cells are left out. Where one of two has lost bits (runs.h), both are looked at with as many gone. A
 * figure that is not defined is NaN. Nothing allocates but where it says so.
 */
#ifndef TAMIS_LOOK_DRIFT_FIGURES_H
#define TAMIS_LOOK_DRIFT_FIGURES_H

#include <stddef.h>
#include <stdint.h>

#include <tamis/error.h>

#include "look/runs.h"

/* Of samples of numbers (n, m >= 1). D, the greatest distance of the distribution functions, is steps / (n * m). */
typedef struct tamis_apartness {
        double ks;
        uint64_t steps;
        double wasserstein;     /* in the column's unit */
} tamis_apartness;
void tamis_apartness_of(const tamis_runs *ref, const tamis_runs *new, tamis_apartness *ret);

/* The p-value of D = steps / (n * m): exact, over all orders in which n and m values may come, where n * m is at most
 * TAMIS_KS_EXACT (the paths of Hodges 1958; allocates m numbers); beyond it Kolmogorov's limit. Ties make
 * it too large. */
enum { TAMIS_KS_EXACT = 25000000 };
int tamis_ks_p(uint64_t steps, size_t n, size_t m, double *ret, tamis_error *err) TAMIS_CHECKED;
double tamis_kolmogorov(double x);      /* the limit's upper tail */

/* Where bins end, by the reference alone: `edges` (room for 10) gets how many it returns, ascending and different;
 * bin i holds what is above edge i - 1 and not above edge i. Deciles; or, of ten different values at most, halfway
 * between each two. */
enum { TAMIS_DRIFT_BINS = 10 };
size_t tamis_drift_edges(const tamis_runs *ref, double *edges);
/* counts: n_edges + 1 places. `cleared`: bits that the edges have lost, or those they were had from. */
void tamis_drift_count(const tamis_runs *values, unsigned cleared, const double *edges, size_t n_edges, double *counts);
/* The p-quantile (type 7), rounded as the exact quantiles are; NaN of nothing. */
double tamis_drift_quantile(const tamis_runs *values, double p);

/* Of counts by bin or level. */
typedef struct tamis_divergence {
        double psi;             /* population stability index: half a row is added to each bin, so that none is empty */
        double psi_p;           /* psi / (1/n + 1/m) is chi-squared with bins - 1 degrees of freedom
                                 * when nothing drifted */
        double js;              /* Jensen-Shannon distance, base 2: from 0 to 1 */
        double chi2, chi2_p;    /* Pearson's test of homogeneity, of bins that are not empty in both */
        double v;               /* Cramer's V of it */
        size_t bins;            /* not empty in both */
} tamis_divergence;
void tamis_divergence_of(const double *ref, const double *new, size_t bins, tamis_divergence *ret);

/* Two shares, x of n and y of m: the p-value of the difference, two-sided. Pooled z-test, Fisher's exact test where a
 * count expected is below 5. NaN where there is nothing to tell (no row, none or all in both). */
double tamis_shares_p(double x, double n, double y, double m);

/* Of the new rows, `out` lie beyond the extremes of n reference values: how likely that many or more are when both come
 * from one distribution. All orders of n + m values are then alike, and so are the gaps between those of the reference:
 * the two outer ones together hold `out` when at most one of the first out + 1 values is of the reference. */
double tamis_range_p(double out, double n, double m);

/* `seen_once` of n reference rows have a level to themselves, `unseen` of m new rows one the reference has not:
 * the upper tail of Fisher's test. A row that is left out of the reference would be unseen as often as a new one
 * is (Good 1953). */
double tamis_unseen_p(double seen_once, double n, double unseen, double m);

/* Adjusted p-values by Benjamini & Hochberg (1995), NaN where p is. Allocates n places. */
int tamis_adjust(const double *p, size_t n, double *q, tamis_error *err) TAMIS_CHECKED;

#endif
