/* ledger.h: what a step learns of each of its columns by itself, over all rows and within the groups of --group.
 *
 * A step says, for each column, which summary it wants (a table of functions over stats.h); the ledger takes batches
 * apart by column and by group, keeps a page for each batch, and merges the pages in order. Summaries are exact and do
 * not depend on the cut, so neither does the ledger. A summary over all rows may ask for more passes (settle); the
 * columns that did not ask are then left alone. Groups are many and small: theirs keep what they need at once.
 *
 * Ownership: a ledger borrows the columns and the grouping of its step, and owns all sums.
 */
#ifndef TAMIS_STEP_LEDGER_H
#define TAMIS_STEP_LEDGER_H

#include "step/grouping.h"

/* How to summarise. A sum of `size` bytes starts as zeroes; functions that are NULL are not needed. */
typedef struct tamis_summary {
        size_t size;
        int (*start)(void *sum, size_t budget, tamis_error *err);       /* budget in bytes, 0: no limit */
        int (*partial)(const void *of, void *ret, tamis_error *err);    /* an empty one at the same pass */
        /* one of them: numbers (NaN: missing, or no number), or texts that are all present */
        int (*add_numbers)(void *sum, const double *x, size_t n, tamis_error *err);
        int (*add_texts)(void *sum, const tamis_slice *texts, size_t n, tamis_error *err);
        int (*merge)(void *into, void *from, tamis_error *err);         /* may empty `from` */
        int (*settle)(void *sum, bool *again, tamis_error *err);        /* the end of a pass */
        void (*done)(void *sum);
} tamis_summary;

/* A tamis_moments. */
extern const tamis_summary tamis_summary_moments;
/* A tamis_quantiles *: of 1/2; of 1/4, 1/2 and 3/4. */
extern const tamis_summary tamis_summary_median, tamis_summary_quartiles;

typedef struct tamis_ledger_line {
        const tamis_summary *summary;   /* NULL: nothing is learned, cells are counted all the same */
        void *sum;
        bool settled;
        uint64_t rows, missing;
} tamis_ledger_line;

typedef struct tamis_ledger {
        const tamis_columns *columns;
        const tamis_grouping *grouping;
        tamis_ledger_line *lines;       /* per column */
        void **grouped;                 /* per group, per column: its sum; NULL: nothing was observed */
        size_t groups, groups_capacity;
        unsigned passes;                /* that are over */
} tamis_ledger;

/* Embedded in a step's partial; {0} before the first batch. */
typedef struct tamis_page {
        size_t columns;
        tamis_ledger_line *lines;
        tamis_dict keys;
        void **grouped;
        size_t groups, groups_capacity;
} tamis_page;

void tamis_ledger_done(tamis_ledger *ledger);
void tamis_page_done(tamis_page *page);

/* One summary (or NULL) a column. */
int tamis_ledger_init(tamis_ledger *ledger, const tamis_columns *columns, const tamis_grouping *grouping,
                      const tamis_summary *const *summaries, tamis_error *err) TAMIS_CHECKED;
int tamis_ledger_learn(const tamis_ledger *ledger, tamis_page *page, tamis_batch *batch, tamis_error *err)
        TAMIS_CHECKED;
/* `keys` are the ledger's groups: grouping->keys of the step. */
int tamis_ledger_merge(tamis_ledger *ledger, tamis_dict *keys, tamis_page *page, tamis_error *err) TAMIS_CHECKED;
/* The end of a pass: *again when the data must come once more. */
int tamis_ledger_settle(tamis_ledger *ledger, bool *again, tamis_error *err) TAMIS_CHECKED;

/* What was learned of a column in a group, or NULL. */
static inline const void *tamis_ledger_grouped(const tamis_ledger *ledger, size_t group, size_t column) {
        return ledger->grouped[group * ledger->columns->n + column];
}

#endif
