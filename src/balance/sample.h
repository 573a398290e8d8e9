/* sample.h: what the strategies of sample share.
 *
 * A strategy decides how often each train row goes out: times[row]. Rows come out in the order they came, copies side
 * by side; only `over` puts its copies behind the last row, where a person looks for new ones: it has the chosen rows
 * printed in a second pass, and keeps them as bytes.
 */
#ifndef BALANCE_SAMPLE_H
#define BALANCE_SAMPLE_H

#include "balance/balance.h"
#include "balance/targets.h"

struct tamis_sampler;

/* Options that not every strategy takes. */
enum {
        SAMPLE_RATIO = 1 << 0,
        SAMPLE_COUNT = 1 << 1,
        SAMPLE_COST = 1 << 2,
        SAMPLE_COST_COLUMN = 1 << 3,
        SAMPLE_WEIGHT = 1 << 4,
};

typedef struct tamis_sample {
        const struct tamis_sampler *sampler;
        tamis_ratio ratio;
        tamis_class_values costs;
        bool has_ratio, has_count, has_costs, has_target;
        const char *value_option;       /* "--weight", "--cost-column"; NULL: none is given */
        uint64_t count, seed;

        tamis_columns target, value;
        tamis_labels labels;
        double *values;         /* per train row: its cell of the value column */
        size_t n, capacity;     /* train rows */
        uint32_t *times;        /* per train row; of `over`: copies beside itself */
        uint64_t *after;        /* per class */

        /* the second pass of `over`: the chosen rows' bytes, and which of them each new row is */
        bool capturing;
        tamis_buffer text;
        size_t *starts;         /* n_chosen + 1 */
        size_t n_chosen, chosen_capacity;
        uint32_t *copies;
        size_t n_copies;
        size_t n_columns;
        char delimiter;
        char eol[3];
} tamis_sample;

typedef struct tamis_sampler {
        tamis_strategy base;
        unsigned takes;         /* SAMPLE_* */
        bool copies_behind;
        /* Usage errors that the options alone show. */
        int (*check)(const tamis_sample *s, tamis_error *err);
        int (*decide)(tamis_sample *s, const tamis_context *context, tamis_error *err);
} tamis_sampler;

extern const tamis_sampler tamis_sampler_cost;
extern const tamis_sampler tamis_sampler_over;
extern const tamis_sampler tamis_sampler_under;
extern const tamis_sampler tamis_sampler_weighted;

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
int tamis_sample_emit(const tamis_sample *s, size_t block, tamis_batch *out, tamis_error *err) TAMIS_CHECKED;

#endif
