/* prune.h: what the strategies of prune share.
 *
 * A strategy sees the train rows that have a class as one table, and says of each whether it goes. The smallest class
 * (the first by text, of several) is the one the others are thinned for; a class is `touched` when it may lose rows.
 *
 * The table's rows do not stand in the order of the file but in that of a hash of what they hold: numbers, texts,
 * class. Where a definition leaves something open (which of two rows equally far is the neighbour, which row a
 * condensed set is begun with) the order of the table decides. So the same rows go, in whatever order they came. For a
 * strategy that draws, the seed is part of the hash: the order is the draw.
 *
 * Distances: numbers divided by their standard deviation among the train rows (--metric scaled) or as they are (raw). A
 * category that differs adds m^2, where m is the median of the standard deviations of the numbers that vary, as they
 * are measured: as in SMOTE-NC (Chawla et al. 2002), but of all rows, since here rows of all classes are compared.
 * Where no number varies m is 1, and mismatches are counted.
 */
#ifndef BALANCE_PRUNE_H
#define BALANCE_PRUNE_H

#include <tamis/neighbors.h>

#include "balance/balance.h"
#include "balance/effects.h"
#include "balance/rows.h"
#include "balance/targets.h"

struct tamis_pruner;

/* Options that not every strategy takes. */
enum {
        PRUNE_NEIGHBORS = 1 << 0,       /* -k */
        PRUNE_KIND = 1 << 1,            /* --kind */
        PRUNE_RATIO = 1 << 2,           /* --ratio: how many rows a class keeps */
        PRUNE_DRAWS = 1 << 3,           /* --seed */
};

/* What a strategy counted, for the report. */
typedef struct tamis_prune_fact {
        const char *name;
        uint64_t n;
} tamis_prune_fact;

typedef struct tamis_pruning {
        size_t n, d, c;
        double *numbers;        /* n * d, as they are measured */
        uint32_t *codes;        /* n * c */
        double mismatch;
        uint32_t *class;        /* n */
        uint32_t *row;          /* n: the train row each was */
        size_t n_classes, smallest, largest;
        const uint64_t *counts; /* per class */
        bool *touched;          /* per class */
        uint64_t *sizes;        /* per class: rows that are to stay; its count where it is not touched */
        size_t k;
        bool mode;              /* --kind mode */
        const tamis_context *context;

        uint8_t *goes;          /* the answer: n, all 0 at first */
        tamis_prune_fact facts[4];
        size_t n_facts;
} tamis_pruning;

typedef struct tamis_prune {
        const struct tamis_pruner *pruner;
        tamis_ratio ratio;
        tamis_dict only;        /* --only's classes */
        bool has_only, only_all;
        uint64_t k, seed;
        bool scaled, mode;

        tamis_columns target, numbers, categories;
        tamis_labels labels;
        tamis_rows rows;        /* until finish */
        uint8_t *goes;          /* per train row */
        uint64_t *after;        /* per class */
        tamis_prune_fact facts[4];
        size_t n_facts;
        size_t k_used;
        tamis_effects effects;  /* for the report */
} tamis_prune;

typedef struct tamis_pruner {
        tamis_strategy base;
        unsigned takes;
        size_t k;               /* -k where it is not given */
        int (*decide)(tamis_pruning *p, tamis_error *err);
} tamis_pruner;

extern const tamis_pruner tamis_pruner_allknn;
extern const tamis_pruner tamis_pruner_centroids;
extern const tamis_pruner tamis_pruner_cnn;
extern const tamis_pruner tamis_pruner_enn;
extern const tamis_pruner tamis_pruner_iht;
extern const tamis_pruner tamis_pruner_ncr;
extern const tamis_pruner tamis_pruner_nearmiss1;
extern const tamis_pruner tamis_pruner_nearmiss2;
extern const tamis_pruner tamis_pruner_nearmiss3;
extern const tamis_pruner tamis_pruner_oss;
extern const tamis_pruner tamis_pruner_renn;
extern const tamis_pruner tamis_pruner_tomek;

/* finish: the table, the decision, what came of it. */
int tamis_prune_decide(tamis_prune *s, const tamis_context *context, tamis_error *err) TAMIS_CHECKED;

/* -- for strategies ------------------------------------------------------------------------------------------------ */

static inline void tamis_prune_count(tamis_pruning *p, const char *name, uint64_t n) {
        p->facts[p->n_facts++] = (tamis_prune_fact) { name, n };
}

/* The square of the distance of two rows of the table, as the search for neighbours has it. */
double tamis_prune_square(const tamis_pruning *p, size_t a, size_t b);

/* Rows of the table for which want(p, row, arg), ascending: the caller's to free. */
int tamis_prune_list(const tamis_pruning *p, bool (*want)(const tamis_pruning *p, size_t row, size_t arg), size_t arg,
                     uint32_t **ret, size_t *n, tamis_error *err) TAMIS_CHECKED;
bool tamis_prune_in_class(const tamis_pruning *p, size_t row, size_t class);
bool tamis_prune_stays(const tamis_pruning *p, size_t row, size_t unused);

/* For each of the rows `of` the k nearest among the rows `among` (both ascending), itself left out by its number,
 * nearest first: near[i * k + j], rows of the table or TAMIS_NO_NEIGHBOR; and the squares (NULL: not wanted). */
int tamis_prune_near(const tamis_pruning *p, const uint32_t *among, size_t n_among, const uint32_t *of, size_t n_of,
                     size_t k, uint32_t *near, double *squares, tamis_error *err) TAMIS_CHECKED;

/* The class most of these rows are of, the first by text of equals: scipy's mode, as imbalanced-learn votes. `votes`
 * has a place for each class, all 0, and is left so. */
uint32_t tamis_prune_vote(const tamis_pruning *p, const uint32_t *near, size_t k, uint32_t *votes);

/* Of rows of one class those stay that have the lowest `score`, as many as the class is to keep; the others go. */
int tamis_prune_keep_lowest(tamis_pruning *p, size_t class, const uint32_t *rows, const double *score, size_t n,
                            tamis_error *err) TAMIS_CHECKED;

/* The same for several `of`, of one index. It borrows `among`. */
typedef struct tamis_prune_index tamis_prune_index;

int tamis_prune_index_new(const tamis_pruning *p, const uint32_t *among, size_t n, tamis_prune_index **ret,
                          tamis_error *err) TAMIS_CHECKED;
void tamis_prune_index_free(tamis_prune_index *index);
int tamis_prune_index_near(const tamis_prune_index *index, const uint32_t *of, size_t n, size_t k, uint32_t *near,
                           double *squares, tamis_error *err) TAMIS_CHECKED;

/* Tomek links among these rows (ascending): the ends that are touched go. */
int tamis_prune_tomek(tamis_pruning *p, const uint32_t *rows, size_t n, uint64_t *links,
                      tamis_error *err) TAMIS_CHECKED;
/* Wilson's rule once, over all rows of the table. */
int tamis_prune_edit(tamis_pruning *p, bool mode, tamis_error *err) TAMIS_CHECKED;
/* The same for the largest class alone, where that is quicker: which of its rows go, and the class. Else -1 stays. */
int tamis_prune_edit_large(const tamis_pruning *p, bool mode, uint8_t *goes, long *class,
                           tamis_error *err) TAMIS_CHECKED;

#endif
