/* effects.h: what a resampling did to the rows, and what the evidence says of doing it.
 *
 * Train rows are counted as they came and as they went out: where each column's values lie (means, sds), how
 * columns hang together (correlations), how many rows are there twice. A column counts where every
 * present cell of it is a number. Only a report tells any of this, so nothing is done where none is wanted.
 *
 * Sums are exact (stats.h), so threads may add in any order. Correlations are of rows without a hole in any such
 * column.
 *
 * Ownership: embedded; {0} is off; _done frees it.
 */
#ifndef BALANCE_EFFECTS_H
#define BALANCE_EFFECTS_H

#include <pthread.h>

#include <tamis/stats.h>
#include <tamis/step.h>

struct tamis_effects_side;

typedef struct tamis_effects {
        bool on;
        size_t n;               /* columns looked at */
        size_t *at;
        char **names;
        uint8_t *text;          /* of them, those with a cell that is no number */
        struct tamis_effects_side *before, *after;
        uint64_t duplicates;
        pthread_mutex_t lock;
        tamis_arena arena;
} tamis_effects;

void tamis_effects_done(tamis_effects *effects);
/* Every column of `schema` but the target (-1: none), marks and ids. Again: forgets what was counted. */
int tamis_effects_begin(tamis_effects *effects, const tamis_schema *schema, long target,
                        tamis_error *err) TAMIS_CHECKED;
/* Row r of the batch was there before[r] times and is there after[r] times (NULL: never). Before it is changed, and
 * in one reading only. Any thread. Columns are where they were in the schema. */
int tamis_effects_add(tamis_effects *effects, tamis_batch *batch, const uint32_t *before, const uint32_t *after,
                      tamis_error *err) TAMIS_CHECKED;
int tamis_effects_report(const tamis_effects *effects, json_t *into, tamis_error *err) TAMIS_CHECKED;

/* For rows that were made, from matrices a step holds anyway: real[n * d] with classes, made[m * d]. */
typedef struct tamis_made {
        const double *real, *made;
        const uint32_t *real_classes, *made_classes;
        size_t n, m, d;
} tamis_made;
/* How many made rows have, as their nearest real row, one of another class. Scale the numbers as distances are
 * meant. */
int tamis_effects_strangers(const tamis_made *made, tamis_pool *pool, uint64_t *ret, tamis_error *err) TAMIS_CHECKED;
/* How many of their values lie outside those observed, min to max of a column. */
uint64_t tamis_effects_outside(const tamis_made *made);

/* One line, said once, on what is known of a choice, and what there is instead. */
typedef enum tamis_evidence { TAMIS_EVIDENCE_SYNTHETIC, TAMIS_EVIDENCE_REPEATED,
                              TAMIS_EVIDENCE_LEFT_OUT } tamis_evidence;
void tamis_evidence_say(const tamis_context *context, tamis_evidence of);

#endif
