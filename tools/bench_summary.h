/* bench_summary.h: what a bench comes to: a line for each strategy, the best first. The table, the pictures and the
 * page show it.
 *
 * A block is a file, a mechanism and a rate; its error is the mean over repeats.
 *
 * Ownership: a summary borrows the bench and owns the rest; {0} is empty, _done frees it.
 */
#ifndef TOOLS_BENCH_SUMMARY_H
#define TOOLS_BENCH_SUMMARY_H

#include "judge/bench.h"
#include "judge/bench_ranks.h"

/* One strategy, over all cells. */
typedef struct bench_line {
        size_t strategy;
        size_t ended[TAMIS_BENCH_JUNK + 1];     /* runs by status */
        size_t failed;                  /* those of no use at all: timeout, failed, junk */
        double rank;
        size_t known;                   /* blocks that have an error */
        double error, low, high;        /* mean over these; 95 % of it when blocks are drawn anew */
        double seconds, megabytes;      /* median; largest. NaN: none */
} bench_line;

typedef struct bench_summary {
        const tamis_bench *bench;
        size_t k, blocks, repeats;
        double *errors;                 /* block * k + strategy; NaN: no repeat has one */
        bench_line *lines;              /* k, by rank */
        tamis_ranking ranking;
} bench_summary;

int bench_summary_make(const tamis_bench *bench, bench_summary *ret, tamis_error *err) TAMIS_CHECKED;
void bench_summary_done(bench_summary *summary);

static inline const char *bench_summary_name(const bench_summary *s, const bench_line *line) {
        return s->bench->options->strategies[line->strategy].name;
}

/* How many strategies behind the first one are not told apart from it by Nemenyi's test; 0 where it says nothing. */
size_t bench_summary_near(const bench_summary *summary);

/* The mean over files; NaN where one of them has none: the others would make it look better, or worse, than it is. */
double bench_summary_error(const bench_summary *summary, size_t mechanism, size_t rate, size_t strategy);

/* The places of all rates from the least on: order[0] is that of the least. */
void bench_summary_rates(const bench_summary *summary, size_t *order);

/* The range of what the one before gives, over everything; low > high: there is nothing. */
void bench_summary_range(const bench_summary *summary, double *low, double *high);

/* The largest error is more than 8 times the middle strategy's: better seen on a scale of logarithms. */
#define BENCH_LEAST 1e-3                /* what is less is drawn there, on such a scale */
bool bench_summary_wide(const bench_summary *summary);

#endif
