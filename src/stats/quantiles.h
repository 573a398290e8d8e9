/* quantiles.h (private): exact quantiles taken apart.
 *
 * First everything is held; when the room is full, what lies around each quantile (bracket.h). That is the
 * answer, in one pass, unless the data drift so far that the quantile leaves what is held. Then further passes
 * find it for certain:
 *
 * Values are placed by their key, a whole number that compares as they do. A range of keys holds its values until there
 * is no room for one more; then it counts them, in cells of equal width. After the pass, each cell that holds a wanted
 * order statistic is a range of the next pass, at most 2^-8 as wide; one key, and it is known. So whether a range is
 * held or counted hangs on how many values it has in all, not on where they were cut.
 *
 *     quantiles.c           made, and given values
 *     quantiles_settle.c    the end of a pass: answers, or the ranges of the next one
 *
 * Ownership: one is freed with tamis_quantiles_free(); a partial is one piece of memory.
 */
#ifndef TAMIS_STATS_QUANTILES_H
#define TAMIS_STATS_QUANTILES_H

#include <tamis/stats.h>

#include "stats/bracket.h"
#include "stats/range.h"

/* An order statistic. */
typedef struct tamis_wanted {
        uint64_t rank;
        double value;
} tamis_wanted;

struct tamis_quantiles {
        double *p, *results;
        size_t n_p, budget;     /* budget in values */
        uint64_t n, taken;      /* values in all, once the first pass is over; in this pass */
        bool first, settled;
        tamis_wanted *wanted;   /* ascending, different */
        size_t n_wanted;
        tamis_range *ranges;    /* ascending, apart; in the first pass what is held before there are brackets */
        size_t n_ranges;
        tamis_bracket *brackets; /* n_p; NULL before the first pass has more than the budget, and after it */
        bool part, crowded;     /* a partial; in the first pass one had no room to hold all it was given */
};

/* They, and what they hold, are given back; without any, nothing is done. */
void tamis_quantiles_close_brackets(tamis_quantiles *q);

#endif
