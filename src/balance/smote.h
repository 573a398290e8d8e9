/* smote.h: what the strategies of smote share.
 *
 * SMOTE (Chawla, Bowyer, Hall & Kegelmeyer 2002, "SMOTE: synthetic minority over-sampling technique", JAIR 16): a new
 * row lies on the way from a row of the class, its parent, to one of the parent's k nearest neighbours in the class, at
 * a share u of it. u is drawn once a row here (once an attribute in the paper's pseudo-code: --per-attribute), and the
 * rows of a class are used equally often, as there.
 *
 * What came later are answers to three questions, and a strategy is a table of them: how much is each row of the class
 * used as a parent (weights), toward whom may it step (neighbours), and how far (the range of u).
 *
 * The rows of a class are put into an order that hangs on their cells alone; a row's place in that order is what draws
 * are keyed by and ties are broken by. So the order in which rows came changes nothing.
 *
 * The state holds every train row until the end. New rows are made when they are asked for, any block on any thread:
 * all that is decided beforehand is the parent of each and the neighbours of each row.
 */
#ifndef BALANCE_SMOTE_H
#define BALANCE_SMOTE_H

#include <tamis/neighbors.h>

#include "balance/balance.h"
#include "balance/effects.h"
#include "balance/rows.h"
#include "balance/targets.h"

struct tamis_smoter;

enum tamis_rare { TAMIS_RARE_ERROR, TAMIS_RARE_REDUCE, TAMIS_RARE_DUPLICATE, TAMIS_RARE_SKIP };

/* A class that gets new rows. A place is an index of `members`. */
typedef struct tamis_smote_class {
        uint32_t *members;      /* its rows, n of them, in canonical order (order.c) */
        uint64_t n;
        uint64_t made;          /* new rows */
        bool copies;            /* new rows are copies of rows: there are too few to measure */
        size_t k;               /* neighbours within the class */
        uint32_t *neighbors;    /* n * k places, nearest first, TAMIS_NO_NEIGHBOR behind the last; or NULL */
        uint32_t *foreign;      /* per place: a row of another class to step toward, too; NULL: none */
        uint32_t *others;       /* per place: how many of the rows around it are of other classes; or NULL */
        size_t around;          /* how many nearest rows of all that was counted among */
        double *noise;          /* per number column: the sd of what is added to the parent; NULL: nothing */
        uint32_t *seeds;        /* `made` places, ascending: the parents */
        uint64_t n_seeds;       /* different ones among them */
        char *why;              /* no row of it can be used, for this reason: left as it is; NULL: some can */
} tamis_smote_class;

typedef struct tamis_smote {
        const struct tamis_smoter *smoter;
        tamis_ratio ratio;
        uint64_t k, around, clusters, seed;
        double shrinkage;
        bool mark, scaled, per_attribute, provenance;
        enum tamis_rare rare;

        tamis_columns target, numbers, categories, carried;
        bool chosen;            /* by -c */
        tamis_labels labels;
        tamis_rows rows;
        tamis_smote_class *classes;     /* labels.n_classes */
        size_t n_made;
        tamis_effects effects;  /* for the report */

        /* in the schema that goes out; -1: not there */
        size_t n_columns;
        long at_split, at_synthetic, at_parent, at_neighbor, at_gap;
        bool adds_mark;
        size_t first_added;     /* columns from here on are new */
} tamis_smote;

/* Options that not every strategy takes. */
enum {
        SMOTE_NEIGHBORS = 1 << 0,
        SMOTE_AROUND = 1 << 1,
        SMOTE_CLUSTERS = 1 << 2,
        SMOTE_SHRINKAGE = 1 << 3,
        SMOTE_NUMBERS = 1 << 4,         /* it measures numbers: --metric, --per-attribute */
        SMOTE_MEANS = 1 << 5,           /* no option: it asks for the columns' means, scaled or not */
};

struct tamis_smote_space;

typedef struct tamis_smoter {
        tamis_strategy base;
        unsigned takes;         /* SMOTE_* */
        bool votes_itself;      /* the parent votes with its neighbours */
        /* Whether the features suit it; once they are bound. */
        int (*suits)(const tamis_smote *s, tamis_error *err);
        /* What a differing category adds to the square of a distance, from the class's numbers as they are measured:
         * n * d of them, row by row. */
        int (*mismatch)(const double *numbers, size_t n, size_t d, double *ret, tamis_error *err);
        /* The category of a new row: `votes` are the codes of the k neighbours, nearest first. */
        uint32_t (*vote)(const uint32_t *votes, size_t k);
        /* neighbors, and what else `reach` is to know. */
        int (*look)(struct tamis_smote_space *space, size_t class, tamis_smote_class *c, tamis_error *err);
        /* How much each member is used: weights[place] >= 0, 1 beforehand; one at least above 0, or else
         * tamis_smote_leave(). NULL: all equally. */
        int (*weigh)(struct tamis_smote_space *space, size_t class, tamis_smote_class *c, double *weights,
                     tamis_error *err);
        /* u is drawn from range[0] to range[1] on the way to the neighbour at a place, or (TAMIS_NO_NEIGHBOR) to the
         * foreign one. NULL: from 0 to 1. */
        void (*reach)(const tamis_smote_class *c, uint32_t parent, uint32_t neighbor, double range[2]);
} tamis_smoter;

extern const tamis_smoter tamis_smoter_adasyn, tamis_smoter_borderline1, tamis_smoter_borderline2,
        tamis_smoter_kmeans, tamis_smoter_n, tamis_smoter_nc, tamis_smoter_plain, tamis_smoter_rose,
        tamis_smoter_safe_level, tamis_smoter_svm;

/* -- smote_options.c ----------------------------------------------------------------------------------------------- */

extern const tamis_option tamis_smote_options[];
const tamis_strategy *const *tamis_smote_list_strategies(size_t *n);
int tamis_smote_configure(void *state, const tamis_context *context, tamis_error *err) TAMIS_CHECKED;

/* -- nc.c ---------------------------------------------------------------------------------------------------------- */

/* nc's answers, which all that take numbers and categories share. */
int tamis_smote_suits_numbers(const tamis_smote *s, tamis_error *err) TAMIS_CHECKED;
int tamis_smote_mismatch(const double *numbers, size_t n, size_t d, double *ret, tamis_error *err) TAMIS_CHECKED;
uint32_t tamis_smote_vote(const uint32_t *votes, size_t k);

/* -- order.c ------------------------------------------------------------------------------------------------------- */

/* Put train rows into canonical order. */
int tamis_smote_order(const tamis_smote *s, uint32_t *rows, size_t n, tamis_error *err) TAMIS_CHECKED;
/* Of a class, given by its hash, and features: equal rows have equal ones, others but for one chance in 2^64 not. */
uint64_t tamis_smote_hash(const tamis_smote *s, uint64_t class_hash, const double *numbers, const uint32_t *codes);

/* -- space.c: distances, for finish -------------------------------------------------------------------------------- */

/* Rows with their numbers as they are measured. */
typedef struct tamis_smote_cloud {
        tamis_points points;    /* its numbers and codes are the two below */
        uint32_t *rows;         /* train row of each */
        double *numbers;
        uint32_t *codes;
        tamis_neighbors *index;
} tamis_smote_cloud;

typedef struct tamis_smote_space {
        const tamis_smote *s;
        const tamis_context *context;
        double *means, *sds;    /* per number column; where nothing is scaled the sds are ones, means SMOTE_MEANS's
                                 * alone */
        uint32_t *by_class;     /* train rows with a class: those of class i from class_starts[i] to
                                 * [i + 1], ascending */
        size_t *class_starts;
        tamis_smote_cloud all;  /* every row with a class, in canonical order; once it was asked for, */
        uint32_t *place_of;     /* and where each such row is in it */
        uint32_t *cluster_of;   /* kmeans: per train row, */
        uint64_t *cluster_rows; /* and how many rows each has; once it was asked for */
        struct tamis_vdm *vdm;  /* n: once it was asked for */
} tamis_smote_space;

int tamis_smote_space_init(tamis_smote_space *space, const tamis_smote *s, const tamis_context *context,
                           tamis_error *err) TAMIS_CHECKED;
void tamis_smote_space_done(tamis_smote_space *space);

/* The rows as points, without an index. */
int tamis_smote_cloud_init(tamis_smote_cloud *cloud, const tamis_smote_space *space, const uint32_t *rows, size_t n,
                           tamis_error *err) TAMIS_CHECKED;
void tamis_smote_cloud_done(tamis_smote_cloud *cloud);
/* space->all, without an index. */
int tamis_smote_all(tamis_smote_space *space, tamis_error *err) TAMIS_CHECKED;

/* The same with one, a differing category counting `mismatch`. */
int tamis_smote_index_all(tamis_smote_space *space, double mismatch, tamis_error *err) TAMIS_CHECKED;

/* look: the k nearest members of each. */
int tamis_smote_look_inside(tamis_smote_space *space, size_t class, tamis_smote_class *c, tamis_error *err)
        TAMIS_CHECKED;
/* others[] and around: among the m nearest of all rows. */
int tamis_smote_look_around(tamis_smote_space *space, size_t class, tamis_smote_class *c, size_t m, tamis_error *err)
        TAMIS_CHECKED;
/* The same, and foreign[]: the nearest of another class among those m; itself where there is none. */
int tamis_smote_look_abroad(tamis_smote_space *space, size_t class, tamis_smote_class *c, size_t m, tamis_error *err)
        TAMIS_CHECKED;

/* -- share.c ------------------------------------------------------------------------------------------------------- */

/* seeds[] and n_seeds: c->made turns shared by weight, by largest remainder; between equal remainders it is drawn. */
int tamis_smote_share(const tamis_smote *s, size_t class, tamis_smote_class *c, const double *weights, tamis_error *err)
        TAMIS_CHECKED;

/* -- plan.c, make.c ------------------------------------------------------------------------------------------------ */

/* finish: sizes, neighbours, seeds. */
int tamis_smote_plan(tamis_smote *s, const tamis_context *context, tamis_error *err) TAMIS_CHECKED;
/* weigh: no row of the class can be used; why, and what else to try. */
int tamis_smote_leave(tamis_smote_class *c, tamis_error *err, const char *format, ...)
        __attribute__((format(printf, 3, 4))) TAMIS_CHECKED;
/* tail: block `block` of the new rows. */
size_t tamis_smote_blocks(const tamis_smote *s);
int tamis_smote_make(const tamis_smote *s, size_t block, tamis_batch *out, tamis_error *err) TAMIS_CHECKED;
/* The features of new rows [first, first + n), n up to TAMIS_SMOTE_BLOCK, row by row, and their classes. */
enum { TAMIS_SMOTE_BLOCK = 1024 };
int tamis_smote_foresee(const tamis_smote *s, size_t first, size_t n, double *numbers, uint32_t *codes,
                        uint32_t *classes, tamis_error *err) TAMIS_CHECKED;

/* -- smote_effects.c ----------------------------------------------------------------------------------------------- */

/* What the planned rows will do to the table: s->effects. */
int tamis_smote_see_effects(tamis_smote *s, tamis_smote_space *space, tamis_error *err) TAMIS_CHECKED;

#endif
