/* runs.h: how often each number of a column is there, in bounded memory.
 *
 * Numbers of few decimals are counted as they come (decimals.h), the others put aside. When there is no more room they
 * are sorted and equal ones become a run: a value and a count. A column with few different values is exact so for any
 * number of rows. Where the runs themselves are too many, the last bits of the values are cleared, bit by bit, until
 * they fit: what is left is a histogram with bins of equal relative width (as DDSketch; Masson, Rim & Lee 2019), and
 * `bits` says how much was kept. How many bits go depends on the set of values alone, not on their order or on how they
 * were cut up.
 *
 * Ownership: embedded, {0} is empty but for `room`; _done frees.
 */
#ifndef TAMIS_LOOK_RUNS_H
#define TAMIS_LOOK_RUNS_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <tamis/error.h>

#include "look/distinct.h"
#include "look/sort_doubles.h"
#include "stats/decimals.h"

/* Count, mean, and sums of powers of the distances from it. */
typedef struct tamis_powers {
        double n, mean, m2, m3, m4;
} tamis_powers;

typedef struct tamis_runs {
        size_t room;                    /* numbers put aside at most; runs: half of that */
        tamis_decimals decimals;        /* those that are counted as they come, while all are kept exactly */
        double *loose;                  /* put aside, in no order */
        size_t n_loose, capacity;
        double *values;                 /* ascending, each once */
        uint64_t *counts;
        size_t n;
        uint64_t total;                 /* numbers added */
        unsigned cleared;               /* bits of the mantissa that were cleared: 0, the counts are exact */
        double min, max;
        tamis_powers powers;            /* when settled: of all values, as they were before bits were cleared */
        tamis_distinct distinct;        /* of all values, from when the first bit was cleared */
} tamis_runs;

void tamis_runs_done(tamis_runs *r);
/* Those of x that are not NaN. */
int tamis_runs_add(tamis_runs *r, const double *x, size_t n, tamis_error *err) TAMIS_CHECKED;
/* All that was put aside becomes runs; the room for it is given back. */
int tamis_runs_settle(tamis_runs *r, tamis_error *err) TAMIS_CHECKED;

/* Of what is settled. The p-quantile (type 7), and the median distance from `centre`; NaN of nothing. */
double tamis_runs_quantile(const tamis_runs *r, double p);
double tamis_runs_mad(const tamis_runs *r, double centre);
/* How many are below x, or (equal) not above it. */
uint64_t tamis_runs_below(const tamis_runs *r, double x, bool equal);
/* x without its last `bits` bits, as the values of runs that were cleared; towards 0, so that order stays. */
static inline double tamis_runs_clear(double x, unsigned bits) {
        uint64_t u;

        if (bits == 0)
                return x;
        memcpy(&u, &x, sizeof u);
        u &= ~((UINT64_C(1) << bits) - 1);
        memcpy(&x, &u, sizeof x);
        return x + 0.0;
}

/* Different values; an estimate where bits were cleared. */
uint64_t tamis_runs_distinct(const tamis_runs *r);

/* Pandas' skew() and kurt(): corrected for bias. NaN where they are not defined. */
double tamis_powers_skew(const tamis_powers *p);
double tamis_powers_kurtosis(const tamis_powers *p);

#endif
