/* tree.h: decision trees and forests of them, grown on binned predictors.
 *
 * A predictor is cut once into at most 255 levels, a byte a cell: numbers at quantiles, halfway between the values on
 * either side; categories as they are, the rarest together if there are more. What a node has to know of a predictor is
 * then a histogram of that many bins, and a scan over it finds the best split: the least squared error (regression) or
 * the least Gini impurity (classification). Categories are scanned in the order of their mean target, which finds the
 * best subset (Breiman, Friedman, Olshen & Stone 1984, section 4.2) for numbers and two classes; with more classes, in
 * the order of their share of the node's largest class. A missing cell is a level of its own: with a number, it goes to
 * the side where it does best, and where none was seen, to the heavier one.
 *
 * A tree of a forest is grown on a bootstrap sample and looks at some predictors a node, drawn anew (Breiman 2001).
 * Where cuts are drawn, too, trees err each in its own way, and less together (Geurts, Ernst & Wehenkel 2006). A tree's
 * stream is keyed by the seed, the purpose, the tree and the caller's key: the same for any number of threads.
 *
 * Ownership: a binning, a tree and a forest own their arrays; data points into the caller's.
 */
#ifndef TAMIS_FIT_TREE_H
#define TAMIS_FIT_TREE_H

#include <stdbool.h>
#include <stdint.h>

#include <tamis/error.h>
#include <tamis/pool.h>
#include <tamis/random.h>

enum { TAMIS_BINS = 255, TAMIS_BIN_MISSING = 255, TAMIS_BIN_PLACES = 256 };

/* -- one predictor ------------------------------------------------------------------------------------------------- */

typedef struct tamis_binning {
        bool category;
        unsigned n;             /* bins in use */
        double *cuts;           /* a number: n - 1, ascending; its bin is how many lie below it */
        uint8_t *map;           /* a category: the bin of each code */
        size_t codes;
} tamis_binning;

/* From the finite ones of `values`, and the codes 0 .. levels - 1 of `codes`; others are missing. */
int tamis_binning_of_numbers(const double *values, size_t n, tamis_binning *ret, tamis_error *err) TAMIS_CHECKED;
int tamis_binning_of_codes(const int32_t *codes, size_t n, size_t levels, tamis_binning *ret,
                           tamis_error *err) TAMIS_CHECKED;
void tamis_binning_done(tamis_binning *b);

uint8_t tamis_binning_number(const tamis_binning *b, double value);     /* not finite: missing */
uint8_t tamis_binning_code(const tamis_binning *b, int32_t code);       /* not a code of the binning: missing */

/* -- what a tree is grown on --------------------------------------------------------------------------------------- */

typedef struct tamis_cart_data {
        size_t n;                       /* predictors */
        const uint8_t *const *columns;  /* of each, its bins by row; NULL: not to be looked at */
        const bool *category;           /* of each */
        const double *target;           /* by row; a class is its number */
        size_t classes;                 /* 0: a number */
} tamis_cart_data;

typedef struct tamis_cart_options {
        size_t tries;                   /* predictors a node looks at; more only while none of them splits it. 0: all */
        size_t leaf;                    /* rows in a leaf at least */
        size_t split;                   /* rows in a node that is split at least */
        size_t depth;                   /* splits one below the other at most; 0: any number */
        bool draws;                     /* where to cut a number is drawn, if none of its cells is missing and the
                                         * target is no class of three or more */
} tamis_cart_options;

/* -- a tree -------------------------------------------------------------------------------------------------------- */

/* Nodes lie in preorder. A split is followed by its left side; before that, a category's by the four words of the set
 * of bins that go left. A leaf is followed by its value. */
typedef union tamis_cart_word {
        struct {
                uint32_t what;          /* predictor << 10 | missing goes left << 9 | category << 8 | last bin that goes
                                         * left; all ones: a leaf */
                uint32_t right;         /* where the right side begins */
        } node;
        uint64_t set;
        double value;
} tamis_cart_word;

enum { TAMIS_CART_PREDICTORS = (1 << 22) - 2 };         /* at most */
#define TAMIS_CART_LEAF UINT32_MAX

typedef struct tamis_cart {
        tamis_cart_word *words;
        size_t n;
} tamis_cart;

/* On `rows` (n >= 1, all different), each counting `times` over; the stream draws predictors, where not all are
 * tried, and cuts. */
int tamis_cart_grow(const tamis_cart_data *data, const tamis_cart_options *options, const uint32_t *rows,
                    const uint32_t *times, size_t n, tamis_stream *stream, tamis_cart *ret,
                    tamis_error *err) TAMIS_CHECKED;
void tamis_cart_done(tamis_cart *tree);

/* The value, or the class, for a row given as one bin for each predictor. */
double tamis_cart_predict(const tamis_cart *tree, const uint8_t *row);

/* -- a forest ------------------------------------------------------------------------------------------------------ */

typedef struct tamis_forest_options {
        size_t trees;
        tamis_cart_options tree;
        uint64_t seed, key;
        const char *purpose;
        bool mixed;                     /* every other tree draws its cuts */
        tamis_pool *pool;               /* NULL: this thread alone */
} tamis_forest_options;

typedef struct tamis_forest {
        tamis_cart *trees;
        size_t n;
        size_t classes;
} tamis_forest;

/* On `rows` (n >= 1, all different). `outside`, unless NULL: for each of them what the trees say that did not draw it,
 * NaN if all did. */
int tamis_forest_grow(const tamis_cart_data *data, const tamis_forest_options *options, const uint32_t *rows, size_t n,
                      double *outside, tamis_forest *ret, tamis_error *err) TAMIS_CHECKED;
void tamis_forest_done(tamis_forest *forest);

/* The mean of the trees, or the class most of them name, the first of equals. `votes`: room for as many as there are
 * classes; zeroed, and left so. */
double tamis_forest_predict(const tamis_forest *forest, const uint8_t *row, uint32_t *votes);

/* The mean of n numbers, from that of the n - 1 before. Trees of one mind give it to the last digit, and
 * no sum overflows. */
static inline double tamis_forest_mean(double mean, double value, double n) {
        const double share = 1 / n;

        return mean + (value * share - mean * share);
}

/* For each tree, the rows it drew: one bit a row, `words` words a tree. */
typedef struct tamis_forest_drawn {
        const uint64_t *sets;
        size_t words;
} tamis_forest_drawn;

enum { TAMIS_FOREST_BLOCK = 256 };

/* The same for n rows at once, which takes less time: row i is the bytes from cells + i * stride on. Unless `drawn` is
 * NULL, only the trees speak that did not draw row `first` + i; NaN where all did. */
int tamis_forest_ask(const tamis_forest *forest, const uint8_t *cells, size_t stride, size_t n,
                     const tamis_forest_drawn *drawn, size_t first, double *ret, tamis_error *err) TAMIS_CHECKED;

#endif
