/* forest.h: random forests that fill columns from each other (missForest).
 *
 * Holes start as the column's mean or most frequent level. Then, column after column, a forest is grown on the rows
 * where the column was observed, with all others as they stand for predictors, and its holes become what the forest
 * says; round after round, until a round changes more than the one before it did, or four are done; numbers become the
 * mean of what the last two rounds said. Every other tree draws its cuts, and all of them err less than either kind
 * alone. A new row goes the same way, from the same start, with forests grown on the train rows as they were left.
 *
 * Those last forests follow from the rows, what is in their holes, and the seed. They are grown when a new row first
 * asks for them, so that a model is about as large as the table it was learned from, and not a hundred times that.
 */
#ifndef TAMIS_IMPUTE_FOREST_H
#define TAMIS_IMPUTE_FOREST_H

#include <pthread.h>

#include "fit/tree.h"
#include "impute/joint.h"

enum {
        TAMIS_MISSFOREST_TREES_MOST = 100000,
        TAMIS_MISSFOREST_SWEEPS = 3,    /* over a new row; later ones change next to nothing */
};

typedef struct tamis_missforest_column {
        tamis_binning binning;
        uint8_t *bins;                  /* by train row: with what is in its holes */
        uint32_t *seen, *holes;         /* rows; holes only of a column that is filled */
        size_t n_seen, n_holes;
        bool target;                    /* wanted, and something was observed */
        double start;                   /* the mean, or the most frequent level */
        double least, most;
        double *filled;                 /* by hole: the value, or the level */
        double error;                   /* of rows that a tree did not draw: NRMSE, or the share of wrong levels. NaN:
                                         * no forest was grown */
        double *targets;                /* by row, as forests want them; numbers: the train frame's own */

        /* for new rows */
        pthread_mutex_t lock;
        bool locks, ready;
        tamis_forest last;
} tamis_missforest_column;

typedef struct tamis_missforest {
        tamis_frame train;              /* with its holes */
        tamis_missforest_column *columns;
        const uint8_t **bins;           /* of each column */
        bool *category;
        size_t *order, n_order;         /* of targets: those with fewer holes first */
        size_t most_levels;

        size_t trees, rounds_most;
        uint64_t seed;
        char *purpose;
        size_t rounds;                  /* grown until it stopped */
} tamis_missforest;

/* The rows and what follows from them; holes as they start. */
int tamis_missforest_new(const tamis_frame *train, size_t trees, size_t rounds_most, uint64_t seed, const char *purpose,
                         tamis_missforest **ret, tamis_error *err) TAMIS_CHECKED;
void tamis_missforest_free(void *model);

/* The forest of a column, grown on the rows as they stand; round 0 is the last. */
int tamis_missforest_learn(const tamis_missforest *m, size_t column, size_t round, tamis_pool *pool, double *outside,
                           tamis_forest *ret, tamis_error *err) TAMIS_CHECKED;

double tamis_missforest_cell(const tamis_frame_column *c, size_t row);          /* NaN: missing */
void tamis_missforest_put(tamis_frame_column *c, size_t row, double value);
uint8_t tamis_missforest_bin(const tamis_binning *b, double value);

int tamis_missforest_run(tamis_missforest *m, tamis_pool *pool, tamis_error *err) TAMIS_CHECKED;
int tamis_missforest_fill(const void *model, size_t which, tamis_frame *rows, tamis_error *err) TAMIS_CHECKED;

int tamis_missforest_save(const void *model, json_t *into, tamis_error *err) TAMIS_CHECKED;
int tamis_missforest_load(const json_t *from, const tamis_frame *shape, void **ret, tamis_error *err) TAMIS_CHECKED;
int tamis_missforest_report(const void *model, json_t *into, tamis_error *err) TAMIS_CHECKED;

#endif
