/* sample.h: what the strategies of sample share.
 *
 * A strategy decides how often each train row goes out: times[row]. Rows come out in the order they came, copies
 * side by side; only `over` puts its copies behind the last row, where a person looks for new ones: it has the
 * chosen rows printed in a second pass, and keeps them as bytes.
 *
 * Two kinds hold less. Who can tell of a row by itself whether it stays (stream.c: bernoulli, cost, costing) learns
 * nothing and holds nothing. A reservoir (reservoir.c) holds the bytes of its own rows, in one reading.
 */
#ifndef BALANCE_SAMPLE_H
#define BALANCE_SAMPLE_H

#include <stdatomic.h>

#include "balance/balance.h"
#include "balance/effects.h"
#include "balance/targets.h"

struct tamis_sampler;

/* Options that not every strategy takes. */
enum {
        SAMPLE_RATIO = 1 << 0,
        SAMPLE_COUNT = 1 << 1,
        SAMPLE_COST = 1 << 2,
        SAMPLE_COST_COLUMN = 1 << 3,
        SAMPLE_WEIGHT = 1 << 4,
        SAMPLE_SHARE = 1 << 5,
        SAMPLE_EACH = 1 << 6,
        SAMPLE_MAX_COST = 1 << 7,
        SAMPLE_SAMPLES = 1 << 8,
};

/* What was counted of rows that were told by themselves, as they went out. */
typedef struct tamis_sample_tally {
        pthread_mutex_t lock;
        bool has_lock;
        tamis_dict classes;     /* how many there were, and, by code, how many went out */
        uint64_t *after;
        size_t capacity;
        uint64_t rows, accepted, classless;
} tamis_sample_tally;

/* A row of a reservoir. */
typedef struct tamis_held {
        uint64_t key, row;
        size_t start, length;   /* in the text */
} tamis_held;

/* The greatest key that a class holds, once it holds enough: rows beyond it need not be offered. It only falls, so a
 * look at it that comes late does no harm: whoever learns reads it while others are merged. */
typedef struct tamis_tide {
        tamis_slice class;
        _Atomic uint64_t key;
} tamis_tide;

enum { TAMIS_TIDES = 256 };     /* by the hash of the class; where two classes meet, the second has none */

/* Of one class: a heap, the greatest (key, row) on top. */
typedef struct tamis_pond {
        tamis_held *held;
        size_t n, capacity;
        uint64_t most;          /* how many it is to hold */
        tamis_tide *tide;       /* NULL: none */
} tamis_pond;

typedef struct tamis_sample {
        const struct tamis_sampler *sampler;
        tamis_ratio ratio;
        tamis_class_values costs;
        bool has_ratio, has_count, has_costs, has_target;
        const char *value_option;       /* "--weight", "--cost-column"; NULL: none is given */
        uint64_t count, seed;
        uint64_t each;                  /* reservoir: of each class; 0: not said */
        bool has_shares;
        double share;                   /* of every class; 1 where classes are listed */
        tamis_class_values shares;
        bool has_max_cost;
        double greatest;                /* cost; 0: not known yet */
        uint64_t samples;               /* costing */
        bool weighs_back;               /* --weigh-back */
        bool bound;
        /* no row is marked: what drains meets every row as it learns, and never again */
        bool alone;
        tamis_effects effects;

        tamis_columns target, value;
        tamis_labels labels;
        double *values;         /* per train row: its cell of the value column */
        size_t n, capacity;     /* train rows */
        uint32_t *times;        /* per train row; of `over`: copies beside itself */
        uint64_t *after;        /* per class */
        double *undo;           /* per train row: its weight in _weight; NULL: not wanted, or known otherwise */
        tamis_sample_tally tally;
        long at_weight, at_sample;      /* of the added columns; -1: none */

        /* the reservoir */
        tamis_pond *ponds;      /* per class, by the code of labels.dict */
        size_t n_ponds;
        _Atomic(tamis_tide *) tides[TAMIS_TIDES];
        size_t garbage;         /* bytes of the text that nobody holds */

        /* the second pass of `over`: the chosen rows' bytes, and which of them each new row is */
        bool capturing;
        tamis_buffer text;
        size_t *starts;         /* n_chosen + 1 */
        size_t n_chosen, chosen_capacity;
        uint32_t *copies;       /* NULL: each of the chosen once */
        double *copy_weights;   /* NULL: none is wanted */
        size_t n_copies;
        size_t n_columns;
        char delimiter;
        char eol[3];
} tamis_sample;

typedef struct tamis_sampler {
        tamis_strategy base;
        unsigned takes;         /* SAMPLE_* */
        bool copies_behind;
        bool streams;           /* stream.c; no decide */
        bool drains;            /* reservoir.c; no decide */
        /* Usage errors that the options alone show. */
        int (*check)(const tamis_sample *s, tamis_error *err);
        int (*decide)(tamis_sample *s, const tamis_context *context, tamis_error *err);
} tamis_sampler;

extern const tamis_sampler tamis_sampler_bernoulli;
extern const tamis_sampler tamis_sampler_cost;
extern const tamis_sampler tamis_sampler_costing;
extern const tamis_sampler tamis_sampler_over;
extern const tamis_sampler tamis_sampler_reservoir;
extern const tamis_sampler tamis_sampler_under;
extern const tamis_sampler tamis_sampler_weighted;

/* -- sample_options.c, sample_sizes.c, for the step ---------------------------------------------------------------- */

extern const tamis_option tamis_sample_options[];
const tamis_strategy *const *tamis_sample_list(size_t *n);
int tamis_sample_configure(void *state, const tamis_context *context, tamis_error *err) TAMIS_CHECKED;
/* after[] from times[], where the strategy has left it open; then, where it is wanted, undo[] from after[]. */
int tamis_sample_count_after(tamis_sample *s, tamis_error *err) TAMIS_CHECKED;
int tamis_sample_weigh_back(tamis_sample *s, tamis_error *err) TAMIS_CHECKED;

/* -- for the strategies -------------------------------------------------------------------------------------------- */

/* One class where no target is given. */
size_t tamis_sample_classes(const tamis_sample *s);
uint64_t tamis_sample_class_size(const tamis_sample *s, size_t class);
/* The rows of a class, ascending; the caller frees them. */
int tamis_sample_members(const tamis_sample *s, size_t class, uint32_t **ret, tamis_error *err) TAMIS_CHECKED;
/* after[] from --ratio or --count, rows being added or taken away. */
int tamis_sample_sizes(tamis_sample *s, bool raise, tamis_error *err) TAMIS_CHECKED;
/* --cost as one value a class, 1 where it says nothing; the caller frees them. */
int tamis_sample_class_costs(const tamis_sample *s, double **ret, tamis_error *err) TAMIS_CHECKED;

/* -- stream.c: rows that are told by themselves -------------------------------------------------------------------- */

/* The greatest cost, where the options say it; usage errors. */
int tamis_sample_stream_begin(tamis_sample *s, tamis_error *err) TAMIS_CHECKED;
/* After a first reading, which was needed where they do not. */
int tamis_sample_stream_finish(tamis_sample *s, tamis_error *err) TAMIS_CHECKED;
int tamis_sample_stream(tamis_sample *s, tamis_batch *batch, tamis_error *err) TAMIS_CHECKED;
/* stream_report.c */
int tamis_sample_stream_end(tamis_sample *s, const tamis_context *context, tamis_error *err) TAMIS_CHECKED;
int tamis_sample_stream_report(const tamis_sample *s, json_t *into, tamis_error *err) TAMIS_CHECKED;
void tamis_sample_tally_done(tamis_sample_tally *tally);

/* -- reservoir.c --------------------------------------------------------------------------------------------------- */

/* What one batch has to offer. */
typedef struct tamis_offers {
        tamis_dict classes;
        tamis_held *held;       /* by class, then key */
        uint32_t *codes;
        size_t n;
        tamis_buffer text;
        uint64_t missing, rows;
} tamis_offers;

int tamis_reservoir_learn(const tamis_sample *s, tamis_offers *into, tamis_batch *batch,
                          tamis_error *err) TAMIS_CHECKED;
int tamis_reservoir_merge(tamis_sample *s, const tamis_offers *from, tamis_error *err) TAMIS_CHECKED;
int tamis_reservoir_finish(tamis_sample *s, const tamis_context *context, tamis_error *err) TAMIS_CHECKED;
void tamis_offers_done(tamis_offers *offers);
void tamis_ponds_done(tamis_sample *s);

/* -- copies.c: the second pass of `over`, and its rows ---------------------------------------------------------- */

struct tamis_captured {
        tamis_buffer text;
        size_t *starts;
        size_t n, capacity;
};

int tamis_sample_capture(const tamis_sample *s, struct tamis_captured *into, tamis_batch *batch, tamis_error *err)
        TAMIS_CHECKED;
int tamis_sample_merge_captured(tamis_sample *s, const struct tamis_captured *from, tamis_error *err) TAMIS_CHECKED;
/* After that pass: which copies there will be. */
int tamis_sample_list_copies(tamis_sample *s, tamis_error *err) TAMIS_CHECKED;
size_t tamis_sample_blocks(const tamis_sample *s);
int tamis_sample_emit(tamis_sample *s, size_t block, tamis_batch *out, tamis_error *err) TAMIS_CHECKED;

#endif
