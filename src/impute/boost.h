/* boost.h: gradient-boosted trees that fill columns from each other.
 *
 * The rows, their bins and the way of the rounds are those of forest.h; a boosting takes the forest's place (as in
 * miceforest and mixgb, Deng & Lumley 2024). How many trees a column takes is found in the first round, on rows held
 * out. What a boosting says is filled in, or, with --match, the observed value of one of the donors whose own
 * prediction is nearest (Little 1988): only values that occur, with the spread they have. Categories are what is
 * likeliest in either case.
 */
#ifndef TAMIS_IMPUTE_BOOST_H
#define TAMIS_IMPUTE_BOOST_H

#include "fit/boost.h"
#include "impute/forest.h"

typedef struct tamis_boosting_options {
        size_t iterations, trees, depth, donors;
        double rate;
        bool match;
} tamis_boosting_options;

/* Observed values of a number in the order of what is predicted for their rows. */
typedef struct tamis_boosting_donors {
        double *predicted, *value;
        size_t n;
} tamis_boosting_donors;

typedef struct tamis_boosting_column {
        size_t trees;                   /* taken; 0: not known yet */
        double loss;                    /* of held-out rows; NaN: none were */
        /* for new rows; `ready` under the lock of the rows' column */
        bool ready;
        tamis_boost last;
        tamis_boosting_donors donors;
} tamis_boosting_column;

typedef struct tamis_boosting {
        tamis_missforest *rows;
        tamis_boosting_options options;
        char *draws;                    /* purpose of streams that draw donors */
        tamis_boosting_column *columns;
} tamis_boosting;

int tamis_boosting_new(tamis_missforest *rows, const tamis_boosting_options *options, tamis_boosting **ret,
                       tamis_error *err) TAMIS_CHECKED; /* the rows are its own, if it fails too */
void tamis_boosting_free(void *model);

/* Of a column, on the rows as they stand; `held`: find out how many trees. Donors with --match. */
int tamis_boosting_learn(const tamis_boosting *m, size_t column, bool held, tamis_pool *pool, tamis_boost *ret,
                         tamis_boosting_donors *donors, tamis_error *err) TAMIS_CHECKED;
void tamis_boosting_donors_done(tamis_boosting_donors *d);
/* What goes into a hole of a row given in bins. `scores`: TAMIS_BOOST_CLASSES. */
double tamis_boosting_value(const tamis_boosting *m, size_t column, const tamis_boost *b,
                            const tamis_boosting_donors *donors, const uint8_t *row, uint64_t key, double *scores);

int tamis_boosting_fill(const void *model, size_t which, tamis_frame *rows, tamis_error *err) TAMIS_CHECKED;
int tamis_boosting_save(const void *model, json_t *into, tamis_error *err) TAMIS_CHECKED;
int tamis_boosting_load(const json_t *from, const tamis_frame *shape, void **ret, tamis_error *err) TAMIS_CHECKED;
int tamis_boosting_report(const void *model, json_t *into, tamis_error *err) TAMIS_CHECKED;

#endif
