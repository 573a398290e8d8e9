/* mice.h: chained equations, what its parts share.
 *
 * Every column with holes is regressed on all others, in turn; its holes are drawn from that regression, and the next
 * column is regressed on what was drawn. Some rounds of this make one chain, its last state one imputation; m chains
 * make m imputations (van Buuren & Groothuis-Oudshoorn 2011, "mice: multivariate imputation by chained
 * equations in R").
 *
 * The columns are coded once into a *design*, a row of doubles for each row: a 1, every number less its mean over its
 * sd, every category as one such number for each of its levels but the most frequent. A chain keeps the cross-products
 * of its design; the system for a column is those less its missing rows, so a round costs what its holes cost and not
 * what the table does. The part that rows without holes have in them is the same for all chains and summed up once.
 *
 * A model is the train frame and what the chains left in its holes. New rows are filled by the regressions learned once
 * more from each chain's last state (mice_new.c), made when first asked for: they follow from the rest, so they are
 * not saved.
 *
 * mice.c: the strategy. mice_model.c: the model. mice_chain.c: the rounds. mice_linear.c: numbers. mice_logit.c:
 * categories. mice_tree.c: donors from leaves. mice_new.c: new rows. mice_saved.c: to and from JSON.
 */
#ifndef TAMIS_IMPUTE_MICE_H
#define TAMIS_IMPUTE_MICE_H

#include <pthread.h>

#include <tamis/pool.h>
#include <tamis/random.h>

#include "fit/cholesky.h"
#include "impute/joint.h"

enum {
        TAMIS_MICE_LEVELS = 32,         /* so many levels of a category have a place in the design */
        TAMIS_MICE_CLASSES = 64,        /* a category of more levels is not modelled but sampled, if nothing is said */
        TAMIS_MICE_MOST = 10000,        /* imputations, iterations */
};

typedef enum tamis_mice_method {
        TAMIS_MICE_CART,
        TAMIS_MICE_FOREST,
        TAMIS_MICE_LOGREG,
        TAMIS_MICE_MEAN,
        TAMIS_MICE_NORM,
        TAMIS_MICE_NORM_PREDICT,
        TAMIS_MICE_PMM,
        TAMIS_MICE_POLYREG,
        TAMIS_MICE_SAMPLE,
        TAMIS_MICE_N_METHODS,
} tamis_mice_method;
extern const char *const tamis_mice_methods[];          /* their names, NULL-ended */

/* By how much is missing, few or many first; by name, from the first or from the last. As `tamis_joint_sweeps`. */
typedef enum tamis_mice_sweep {
        TAMIS_MICE_ASCENDING, TAMIS_MICE_DESCENDING, TAMIS_MICE_ROMAN, TAMIS_MICE_ARABIC,
} tamis_mice_sweep;

int tamis_mice_sweep_of(const char *word, tamis_mice_sweep *ret, tamis_error *err) TAMIS_CHECKED;
/* Whether it can fill such a column. */
bool tamis_mice_suits(tamis_mice_method method, const tamis_frame_column *column);

typedef struct tamis_mice_options {
        size_t imputations, iterations, donors;
        tamis_mice_sweep sweep;         /* in which order columns are visited */
        uint64_t seed;
        const char *purpose;
} tamis_mice_options;

/* A column, and its place in the design. */
typedef struct tamis_mice_column {
        tamis_mice_method method;
        bool target;                    /* holes of it can be filled */
        size_t at, width;               /* its places in the design; width 0: none */
        int32_t *place;                 /* of a category, per level: 0 .. width - 1, or -1 */
        uint32_t *holes, *seen;         /* its rows */
        size_t n_holes, n_seen;
        size_t *counts;                 /* of a category: rows per level */
        size_t levels_seen;
} tamis_mice_column;

/* A column's regression. What of it there is depends on the method. */
typedef struct tamis_mice_regression {
        double *beta, *star;            /* per place of the design: fitted, drawn */
        double *class;                  /* logreg, polyreg: per place, for each class seen but the first */
        double sigma;                   /* drawn, of the column in its design's unit */
        /* pmm: the donors by score; those of the i-th distinct score are donor[begin[i] .. begin[i + 1]) */
        size_t n_scores;
        double *score;
        uint32_t *begin;
        uint32_t *donor;                /* rows */
        void *trees;
} tamis_mice_regression;

/* Why a predictor was left out. */
typedef enum tamis_mice_reason { TAMIS_MICE_CONSTANT, TAMIS_MICE_ALIKE, TAMIS_MICE_COLLINEAR, TAMIS_MICE_N_REASONS }
        tamis_mice_reason;

typedef struct tamis_mice_chain {
        double **filled;                /* per column, per hole: what is in it; a code as a number */
        double *mean, *sd;              /* [iteration * columns + column]: of what was filled in */
        uint32_t *dropped;              /* [(column * q + place) * reasons + reason]: how often; NULL: never */
        pthread_mutex_t lock;           /* of what follows */
        bool ready;
        tamis_mice_regression *last;    /* per column: for new rows */
} tamis_mice_chain;

typedef struct tamis_mice {
        tamis_mice_options options;
        char *row_purpose, *fit_purpose, *new_purpose;
        tamis_frame train;              /* a copy */
        tamis_mice_column *columns;
        size_t *visit, n_visit;         /* columns with holes to fill, in order */
        size_t q, stride;               /* places of the design; doubles from row to row, a multiple of 4, the rest 0 */
        size_t *owner;                  /* per place: its column */
        double *centre, *scale;         /* per place: (x - centre) * scale is in the design */
        double *shared;                 /* the cross-products of rows without holes; NULL once the chains are done */
        bool ran;                       /* the chains did; they were not loaded */
        tamis_mice_chain *chains;
} tamis_mice;


/* -- mice_model.c */

/* `methods`: per column of the frame. */
int tamis_mice_new(const tamis_frame *train, const tamis_mice_options *options, const tamis_mice_method *methods,
                   tamis_mice **ret, tamis_error *err) TAMIS_CHECKED;
void tamis_mice_free(void *model);
/* Put a cell (a code as a number; NaN or a negative code: a hole) into a row of the design. */
void tamis_mice_encode(const tamis_mice *m, size_t column, double value, double *row);
double tamis_mice_cell(const tamis_frame *frame, size_t column, size_t row);
/* The whole train design, holes as filled[column][hole] says (NULL: at the mean). */
int tamis_mice_design(const tamis_mice *m, double *const *filled, double **ret, tamis_error *err) TAMIS_CHECKED;

/* -- mice_chain.c */

/* What one chain works with. */
typedef struct tamis_mice_work {
        const tamis_mice *model;
        size_t chain, iteration;
        double *z;                      /* the design: row * stride */
        double *gram;                   /* its cross-products: [a * stride + b], a <= b */
        double *system;                 /* those of the rows where the column under way is seen */
        size_t *kept, n_kept;           /* the predictors left, by place; the first is the 1 */
        size_t *live;                   /* scratch, q */
        double *root;                   /* the Cholesky factor of their cross-products, row * n_kept */
        double *vector[4];              /* scratch, q each */
        double *square;                 /* scratch, q * q */
        uint64_t *order[2];             /* scratch for sorting, 2 a row */
        uint32_t *dropped;              /* counts of the chain, or NULL */
} tamis_mice_work;

int tamis_mice_run(tamis_mice *m, tamis_pool *pool, tamis_error *err) TAMIS_CHECKED;
int tamis_mice_work_init(tamis_mice_work *w, const tamis_mice *m, size_t chain, tamis_error *err) TAMIS_CHECKED;
void tamis_mice_work_done(tamis_mice_work *w);
/* system = the cross-products of rows where the column is seen. */
void tamis_mice_system(tamis_mice_work *w, size_t column);
/* One regression, as the column's method says; `g` is empty or one of before, whose room is used again. */
int tamis_mice_learn(tamis_mice_work *w, size_t column, tamis_mice_regression *g, tamis_error *err) TAMIS_CHECKED;
/* What a hole of the column gets, in a row of the design; a code as a number. */
double tamis_mice_draw(const tamis_mice *m, size_t column, const tamis_mice_regression *g, const double *row,
                       tamis_stream *s);
void tamis_mice_regression_done(tamis_mice_regression *g);
/* Add (sign 1) or take away (-1) the cross-products of rows of the design. */
void tamis_mice_products(const double *z, size_t stride, const uint32_t *rows, size_t n, double sign, double *gram);
uint64_t tamis_mice_key(const tamis_mice *m, size_t chain, size_t iteration, size_t column);

/* Products and sums, in an order that hangs on nothing but n, a multiple of 4. */
static inline double tamis_mice_dot(const double *a, const double *b, size_t n) {
        double s[4] = {0};

        for (size_t i = 0; i < n; i += 4)
                for (size_t k = 0; k < 4; k++)
                        s[k] += a[i + k] * b[i + k];
        return (s[0] + s[1]) + (s[2] + s[3]);
}

/* -- mice_linear.c */

/* Fill `kept`: the predictors of the column that mice would keep, the system being made; `y`: a place of the design to
 * compare them with, or SIZE_MAX. */
int tamis_mice_keep(tamis_mice_work *w, size_t column, size_t y, double sign, tamis_error *err) TAMIS_CHECKED;
int tamis_mice_linear(tamis_mice_work *w, size_t column, tamis_mice_regression *g, tamis_error *err) TAMIS_CHECKED;
double tamis_mice_match(const tamis_mice *m, size_t column, const tamis_mice_regression *g, double score,
                        tamis_stream *s);

/* Doubles in order as unsigned numbers in order, and back. */
uint64_t tamis_mice_bits(double x);
double tamis_mice_unbits(uint64_t bits);
/* n pairs of a key and something by key, stable. Returns which of the two holds them in order. */
uint64_t *tamis_mice_sort(uint64_t *pairs, uint64_t *other, size_t n);

/* -- mice_logit.c */
int tamis_mice_logit(tamis_mice_work *w, size_t column, tamis_mice_regression *g, tamis_error *err) TAMIS_CHECKED;
double tamis_mice_class(const tamis_mice *m, size_t column, const tamis_mice_regression *g, const double *row,
                        tamis_stream *s);

/* -- mice_tree.c */
int tamis_mice_trees(tamis_mice_work *w, size_t column, tamis_mice_regression *g, tamis_error *err) TAMIS_CHECKED;
double tamis_mice_leaf(const tamis_mice *m, size_t column, const tamis_mice_regression *g, const double *row,
                       tamis_stream *s);
void tamis_mice_trees_free(void *trees);

/* -- mice_new.c, mice_saved.c: as tamis_joint has them */
int tamis_mice_take(const void *model, size_t which, tamis_frame *train, tamis_error *err) TAMIS_CHECKED;
int tamis_mice_fill(const void *model, size_t which, tamis_frame *rows, tamis_error *err) TAMIS_CHECKED;
int tamis_mice_save(const void *model, json_t *into, tamis_error *err) TAMIS_CHECKED;
int tamis_mice_load(const json_t *from, const tamis_frame *shape, void **ret, tamis_error *err) TAMIS_CHECKED;
int tamis_mice_report(const void *model, json_t *into, tamis_error *err) TAMIS_CHECKED;

#endif
