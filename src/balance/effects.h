/* effects.h: what a resampling did to the rows, and what the evidence says of doing it.
 *
 * Train rows are counted as they came and as they went out: where each column's values lie (means, sds), how
 * columns hang together (correlations), how many rows are there twice. A column counts where every
 * present cell of it is a number. Only a report tells any of this, so nothing is done where none is wanted.
 *
 * Sums are exact (stats.h), so threads may add in any order. Correlations are of rows without a hole in any such
 * column.
 *
 * Of rows that were made, more is told: how many have a row of another class nearest, and how many of their values lie
 * outside what was observed.
 *
 * Ownership: embedded; {0} is off; _done frees it.
 */
#ifndef BALANCE_EFFECTS_H
#define BALANCE_EFFECTS_H

#include <pthread.h>

#include <tamis/neighbors.h>
#include <tamis/stats.h>
#include <tamis/step.h>

/* The sums before, or after. Rows that count for correlations have all columns. */
typedef struct tamis_effects_side {
        uint64_t rows;
        tamis_moments *columns;         /* n */
        size_t k;                       /* the first of them: correlated */
        tamis_moments *whole;           /* k: of whole rows */
        tamis_moments *products;        /* k * k: [i * k + j], i < j, of whole rows */
        unsigned parts;                 /* of two numbers each product is told in, so that it is exact; or one */
} tamis_effects_side;

typedef struct tamis_effects {
        bool on;
        size_t n;               /* columns looked at */
        size_t *at;
        char **names;
        uint8_t *text;          /* of them, those with a cell that is no number */
        tamis_effects_side *before, *after;
        uint64_t duplicates;
        pthread_mutex_t lock;
        tamis_arena arena;
        /* of rows that were made, where any could be */
        bool makes;
        uint64_t made, strangers;
        uint64_t *outside;      /* per column */
        double *centres;        /* per column: what whole rows are counted from */
} tamis_effects;

void tamis_effects_done(tamis_effects *effects);
/* Every column of `schema` but the target (-1: none), marks and ids. Again: forgets what was counted. */
int tamis_effects_begin(tamis_effects *effects, const tamis_schema *schema, long target,
                        tamis_error *err) TAMIS_CHECKED;
/* Row r of the batch was there before[r] times and is there after[r] times (NULL: never). Before it is changed, and
 * in one reading only. Any thread. Columns are where they were in the schema. */
int tamis_effects_add(tamis_effects *effects, tamis_batch *batch, const uint32_t *before, const uint32_t *after,
                      tamis_error *err) TAMIS_CHECKED;
/* effects_report.c */
int tamis_effects_report(const tamis_effects *effects, json_t *into, tamis_error *err) TAMIS_CHECKED;

/* -- made.c: rows that were made, by a step that holds the others ------------------------------------------------- */

/* Columns of these names, all numbers without a hole; instead of _begin. */
int tamis_effects_begin_made(tamis_effects *effects, char *const *names, size_t n, tamis_error *err) TAMIS_CHECKED;
/* The rows there were, once: rows[n] of `numbers`, effects->n a row. They stay. */
int tamis_effects_found(tamis_effects *effects, const double *numbers, const uint32_t *rows, size_t n,
                        tamis_pool *pool, tamis_error *err) TAMIS_CHECKED;
/* Then those that were made, any number at a time: means, and what lies outside of what was found. */
int tamis_effects_made(tamis_effects *effects, const double *numbers, size_t n, tamis_pool *pool,
                       tamis_error *err) TAMIS_CHECKED;

/* How many made rows have, as their nearest real row, one of another class and none of their own as near.
 * Numbers and codes as distances are meant; `index` is that of the real rows. */
typedef struct tamis_made {
        const tamis_points *real, *made;
        const uint32_t *real_classes, *made_classes;    /* quickest where the latter come class after class */
        const uint32_t *times;          /* how often each was made; NULL: once */
        size_t n_classes;
        const tamis_neighbors *index;
} tamis_made;
int tamis_effects_strangers(const tamis_made *made, tamis_pool *pool, uint64_t *ret, tamis_error *err) TAMIS_CHECKED;

/* How many of the made rows equal one that was there, or one made before: by their hashes, which are put in order. */
uint64_t tamis_effects_duplicates(uint64_t *real, size_t n, uint64_t *made, size_t m);

/* One line, said once, on what is known of a choice, and what there is instead. */
typedef enum tamis_evidence { TAMIS_EVIDENCE_SYNTHETIC, TAMIS_EVIDENCE_REPEATED,
                              TAMIS_EVIDENCE_LEFT_OUT, TAMIS_EVIDENCE_PICKED } tamis_evidence;
void tamis_evidence_say(const tamis_context *context, tamis_evidence of);

#endif
