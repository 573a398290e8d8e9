/* smote.h: what the strategies of smote share.
 *
 * SMOTE (Chawla, Bowyer, Hall & Kegelmeyer 2002, "SMOTE: synthetic minority over-sampling technique", JAIR 16): a new
 * row lies on the way from a row of the class to one of its k nearest neighbours in the class, at a share u of it. u is
 * drawn once a row here (once an attribute in the paper's pseudo-code), and the rows of a class are used equally often,
 * as there.
 *
 * The state holds every train row until the end. New rows are made when they are asked for, any block on any thread:
 * all that is decided beforehand is the seed row of each and the neighbours of each row.
 */
#ifndef BALANCE_SMOTE_H
#define BALANCE_SMOTE_H

#include "balance/balance.h"
#include "balance/rows.h"
#include "balance/targets.h"

struct tamis_smoter;

enum tamis_rare { TAMIS_RARE_ERROR, TAMIS_RARE_REDUCE, TAMIS_RARE_DUPLICATE, TAMIS_RARE_SKIP };

/* A class that gets new rows. */
typedef struct tamis_smote_class {
        uint32_t *members;      /* its rows, ascending, n of them */
        uint64_t n;
        uint64_t made;          /* new rows */
        size_t k;               /* neighbours used; 0: new rows are copies */
        uint32_t *neighbors;    /* n * k places among the members, nearest first */
        uint32_t *seeds;        /* `made` places among the members, ascending */
} tamis_smote_class;

typedef struct tamis_smote {
        const struct tamis_smoter *smoter;
        tamis_ratio ratio;
        uint64_t k, seed;
        bool mark, scaled;
        enum tamis_rare rare;

        tamis_columns target, numbers, categories, carried;
        bool chosen;            /* by -c */
        tamis_labels labels;
        tamis_rows rows;
        tamis_smote_class *classes;     /* labels.n_classes */
        size_t n_made;

        /* in the schema that goes out */
        size_t n_columns;
        long at_split, at_synthetic;
        bool adds_mark;
} tamis_smote;

typedef struct tamis_smoter {
        tamis_strategy base;
        /* Whether the features suit it; once they are bound. */
        int (*suits)(const tamis_smote *s, tamis_error *err);
        /* What a differing category adds to the square of a distance, from the class's numbers as they are measured:
         * n * d of them, row by row. */
        int (*mismatch)(const double *numbers, size_t n, size_t d, double *ret, tamis_error *err);
        /* The category of a new row: `votes` are the codes of the k neighbours, nearest first. */
        uint32_t (*vote)(const uint32_t *votes, size_t k);
} tamis_smoter;

extern const tamis_smoter tamis_smoter_plain;
extern const tamis_smoter tamis_smoter_nc;

/* finish: sizes, neighbours, seeds. */
int tamis_smote_plan(tamis_smote *s, const tamis_context *context, tamis_error *err) TAMIS_CHECKED;
/* tail: block `block` of the new rows. */
size_t tamis_smote_blocks(const tamis_smote *s);
int tamis_smote_make(const tamis_smote *s, size_t block, tamis_batch *out, tamis_error *err) TAMIS_CHECKED;

#endif
