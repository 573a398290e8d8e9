/* boost.h: gradient-boosted trees, for a number or for classes.
 *
 * Each round adds a tree grown on the slopes of the loss (Friedman 2001), its leaves worth a Newton step
 * (Chen & Guestrin 2016): squared error for a number, the logistic loss for two classes, softmax with a tree a class
 * for more. How many rounds there are is found on a share of the rows held out, drawn by a stream keyed by the seed,
 * the purpose, the caller's key and the row's place; then all rows are learned from. The result hangs on none of the
 * number of threads and the order of sums.
 *
 * Ownership: a boosting owns its arrays.
 */
#ifndef TAMIS_FIT_BOOST_H
#define TAMIS_FIT_BOOST_H

#include "fit/boost_tree.h"

enum { TAMIS_BOOST_CLASSES = 64, TAMIS_BOOST_DEPTH = 30 };

typedef struct tamis_boost_options {
        size_t rounds;                  /* at most */
        size_t patience;                /* rounds without a better held-out loss until it stops; 0: nothing
                                         * is held out */
        tamis_boost_shape shape;
        uint64_t seed, key;
        const char *purpose;
        tamis_pool *pool;               /* NULL: this thread alone */
} tamis_boost_options;

typedef struct tamis_boost {
        size_t classes;                 /* 0: a number */
        size_t width;                   /* trees a round: 1, or one a class; 0: there is nothing to tell apart */
        size_t rounds;
        size_t n_known;                 /* classes it can name: those with rows, the 64 most frequent */
        uint32_t *known;                /* ascending */
        double *base;                   /* width (at least 1): scores before the first round */
        double unit;                    /* of a number's scores */
        tamis_cart *trees;              /* round after round, width a round */
        double loss;                    /* per held-out row, at the rounds taken; NaN: nothing was held out */
} tamis_boost;

/* On `rows` (n >= 1, all different). */
int tamis_boost_grow(const tamis_cart_data *data, const tamis_boost_options *options, const uint32_t *rows, size_t n,
                     tamis_boost *ret, tamis_error *err) TAMIS_CHECKED;
void tamis_boost_done(tamis_boost *b);

/* The value, or the likeliest class (the first of equals), for a row given as one bin for each predictor. `scores`:
 * room for max(1, width). */
double tamis_boost_predict(const tamis_boost *b, const uint8_t *row, double *scores);

#endif
