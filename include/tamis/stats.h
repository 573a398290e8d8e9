/* stats.h: summaries of a column that do not depend on the order or the grouping of what was added.
 *
 * Every summary is exact: sums are kept without rounding and rounded once, when asked for; quantiles are selected from
 * the values, not sketched. So any cut of the rows, into batches, threads or shards, gives the same bits after merging.
 *
 * Ownership: a summary is embedded, {0} is empty, _done frees it. All values are finite doubles in the column's own
 * unit; missing cells are the caller's to leave out.
 */
#ifndef TAMIS_STATS_H
#define TAMIS_STATS_H

#include <stdbool.h>
#include <stdint.h>

#include <tamis/memory.h>

/* -- moments ------------------------------------------------------------------------------------------------------- */

/* Count, extremes, and the exact sums of x and of x squared, as fixed-point numbers wide enough for any double (after
 * Neal 2015, "Fast exact summation using small and large superaccumulators"). */
typedef struct tamis_moments {
        uint64_t n;
        double min, max;
        struct tamis_exact_sums *sums;  /* NULL while empty */
} tamis_moments;

/* Add the values of x[0..n) that are not NaN. */
int tamis_moments_add(tamis_moments *m, const double *x, size_t n, tamis_error *err) TAMIS_CHECKED;
int tamis_moments_merge(tamis_moments *into, const tamis_moments *from, tamis_error *err) TAMIS_CHECKED;
void tamis_moments_done(tamis_moments *m);
double tamis_moments_sum(const tamis_moments *m);       /* correctly rounded */
double tamis_moments_mean(const tamis_moments *m);      /* correctly rounded; NaN when n = 0 */
/* sum((x - mean)^2) / (n - ddof), correctly rounded from the exact sums; 0 for a constant column, exactly; NaN when
 * n <= ddof. Inf where it does not fit a double. */
double tamis_moments_variance(const tamis_moments *m, int ddof);
double tamis_moments_sd(const tamis_moments *m, int ddof);      /* its root, correctly rounded */

/* -- quantiles ----------------------------------------------------------------------------------------------------- */

/* The values of a column, kept up to a budget; beyond it those around the quantiles asked for, which are nearly always
 * exact then. Where the data drift too much for that (a sorted column), counts by leading bits, narrowed by further
 * passes over the data until the order statistics asked for are. */
typedef struct tamis_quantiles tamis_quantiles;

/* Exact p-quantiles for the `n_p` probabilities p (0..1), at most `budget` bytes of values or counts held, by this one
 * and by each partial (0: no limit; less than 2 KB for each order statistic counts as that). */
int tamis_quantiles_new(const double *p, size_t n_p, size_t budget, tamis_quantiles **ret,
                        tamis_error *err) TAMIS_CHECKED;
void tamis_quantiles_free(tamis_quantiles *q);
/* An empty one asking the same, at the same pass, for another thread; may be made while others are merged into q. */
int tamis_quantiles_partial(const tamis_quantiles *q, tamis_quantiles **ret, tamis_error *err) TAMIS_CHECKED;
/* NaN left out */
int tamis_quantiles_add(tamis_quantiles *q, const double *x, size_t n, tamis_error *err) TAMIS_CHECKED;
/* Both of the same pass; empties `from`. */
int tamis_quantiles_merge(tamis_quantiles *into, tamis_quantiles *from, tamis_error *err) TAMIS_CHECKED;
/* End of a pass: *again when the data must be added once more, from the start, to settle the answer; with partials made
 * from here on. Whether it is depends on the data, their order and the budget; the answer does not depend on the order.
 * TAMIS_BAD_DATA when they changed. */
int tamis_quantiles_settle(tamis_quantiles *q, bool *again, tamis_error *err) TAMIS_CHECKED;
uint64_t tamis_quantiles_count(const tamis_quantiles *q);
/* The i-th quantile: type 7 of Hyndman & Fan 1996 (linear between order statistics), as R, NumPy and scikit-learn; NaN
 * when nothing was added. */
double tamis_quantiles_get(const tamis_quantiles *q, size_t i);

/* The p-quantile of values[0..n), n >= 1, none missing; reorders them. O(n). Never -0. */
double tamis_quantile(double *values, size_t n, double p);

/* -- categories ---------------------------------------------------------------------------------------------------- */

/* A dictionary: texts to codes 0, 1, 2, ... in order of first arrival, with a count each. Open addressing. */
typedef struct tamis_dict {
        struct tamis_dict_entry { tamis_slice text; uint64_t hash, count; } *entries;
        size_t n, capacity;
        uint32_t *slots;
        size_t n_slots;
        tamis_arena arena;
} tamis_dict;

void tamis_dict_done(tamis_dict *d);
/* The code of `text`, or -1. Safe from several threads while nobody adds. */
long tamis_dict_find(const tamis_dict *d, tamis_slice text);
/* The code of `text`, added (and copied) when new, its count raised by `times` (0 allowed). */
int tamis_dict_add(tamis_dict *d, tamis_slice text, uint64_t times, size_t *code, tamis_error *err) TAMIS_CHECKED;
/* Counts of `from` added; map (NULL, or from->n places) tells the new codes. */
int tamis_dict_merge(tamis_dict *into, const tamis_dict *from, size_t *map, tamis_error *err) TAMIS_CHECKED;
/* Codes by text: order[0] is the code of the smallest. When all texts are numbers (`numeric`), by value, then by text.
 * `order` has d->n places. */
int tamis_dict_sort(const tamis_dict *d, bool numeric, size_t *order, tamis_error *err) TAMIS_CHECKED;
/* The code with the highest count; ties to the bytewise smallest text. -1 when empty. */
long tamis_dict_mode(const tamis_dict *d);

#endif
