/* decide.h: from probabilities to decisions.
 *
 * One column of probabilities is that of the positive class, and a row is decided positive where it reaches a
 * threshold: one that is given, one that follows from costs, or one sought among the distinct scores of labelled
 * rows. Several columns are those of a class each, and a row is decided to be of the class whose expected cost is
 * least.
 *
 * Before that the probabilities of a model that learned from an under-sampled table may be put right
 * (decide_undo.c).
 *
 * Where nothing is learned, nothing is held: rows stream through. Where there is a target, its class, score and fold
 * are held of each train row.
 */
#ifndef BALANCE_DECIDE_H
#define BALANCE_DECIDE_H

#include <stdatomic.h>

#include "balance/balance.h"
#include "balance/costs.h"
#include "balance/targets.h"

/* What is counted of a threshold. */
typedef struct tamis_outcomes {
        uint64_t tp, fp, fn, tn;
} tamis_outcomes;

/* How good a threshold is: the greatest is the best. */
typedef struct tamis_measure {
        const char *name;
        bool costs;             /* it needs them; the least is the best */
        double (*value)(const tamis_outcomes *o, const tamis_mistakes *m);
} tamis_measure;

extern const char *const tamis_measure_names[];         /* for the option; ends with NULL */
const tamis_measure *tamis_measure_find(const char *name);

/* A labelled row. */
typedef struct tamis_scored {
        double score;
        uint32_t fold;
        bool positive;
} tamis_scored;

/* The best threshold of some rows. Decided positive from it on; INFINITY: none is. */
typedef struct tamis_best {
        double threshold, value;
        tamis_outcomes outcomes;
} tamis_best;

/* Among the distinct scores of rows[0..n), by descending score, and INFINITY; ties to the highest. */
tamis_best tamis_best_threshold(const tamis_scored *rows, size_t n, const tamis_measure *measure,
                                const tamis_mistakes *m);
tamis_outcomes tamis_count_outcomes(const tamis_scored *rows, size_t n, double threshold);

typedef struct tamis_fold_best {
        uint32_t fold;
        uint64_t rows;
        tamis_best best;        /* on this fold alone */
        double value;           /* here, of the threshold that all rows gave */
} tamis_fold_best;

typedef struct tamis_decide {
        const tamis_measure *measure;   /* --best */
        bool has_threshold, has_list, has_target, loaded;
        double threshold;
        tamis_mistakes mistakes;        /* of two classes; where costs are given */
        bool has_costs;
        tamis_costs costs;              /* the file */
        const char *undo;               /* the report, as given */

        tamis_columns scores, target, fold;
        size_t n_classes;
        tamis_slice *names;             /* one column: negative, positive; several: of each column */
        /* several columns and costs: [actual * n + decided], in the order of the columns */
        double *matrix;
        double *shares;                 /* --undo: the share of each class that was kept; NULL: nothing to put right */
        tamis_arena arena;

        /* learned */
        tamis_labels labels, folds;
        double *values;
        size_t n, capacity;
        uint64_t without_score, without_target;
        tamis_best best;
        tamis_fold_best *by_fold;
        size_t n_folds;

        /* going out */
        size_t at_scores, at_decision;
        _Atomic uint64_t *decided;      /* per class, and behind them rows without a score */
        _Atomic uint64_t odd;           /* rows whose probabilities do not add up to 1 */
} tamis_decide;

/* -- decide_names.c: which classes there are, from all who know --------------------------------------------------- */

/* When everything is known that will be: names, matrix, shares. */
int tamis_decide_settle(tamis_decide *d, const tamis_context *context, tamis_error *err) TAMIS_CHECKED;

/* -- decide_undo.c ------------------------------------------------------------------------------------------------- */

/* What a report of `sample` says was kept of each class: the shares in the order of the names, which come sorted.
 * The caller frees both arrays; the texts are the arena's. TAMIS_USAGE, with the reason, where there is no formula. */
int tamis_undo_read(const char *path, tamis_arena *arena, tamis_slice **names, double **shares, size_t *n,
                    tamis_error *err) TAMIS_CHECKED;
/* p[0..n), made on rows of which `shares` were kept -> what they are on all rows. */
void tamis_undo(double *p, const double *shares, size_t n);
/* The same for one column, the positive class being the second of two. */
double tamis_undo_positive(double p, const double *shares);

/* -- decide_best.c ------------------------------------------------------------------------------------------------- */

typedef struct tamis_decide_partial {
        tamis_labels labels, folds;
        double *values;
        size_t n;
} tamis_decide_partial;

int tamis_decide_learn(const tamis_decide *d, void *partial, tamis_batch *batch, tamis_error *err) TAMIS_CHECKED;
int tamis_decide_merge(tamis_decide *d, void *partial, tamis_error *err) TAMIS_CHECKED;
void tamis_decide_partial_done(void *partial);
/* The search, once names and shares are settled. */
int tamis_decide_search(tamis_decide *d, const tamis_context *context, tamis_error *err) TAMIS_CHECKED;
int tamis_decide_report_search(const tamis_decide *d, json_t *into, tamis_error *err) TAMIS_CHECKED;

/* -- decide_saved.c: the step's, under these names in tamis_step_type ---------------------------------------------- */

int tamis_decide_save(const void *state, json_t *into, tamis_error *err) TAMIS_CHECKED;
/* What is loaded is checked; after a failure the state is for `done` alone. */
int tamis_decide_load(void *state, const tamis_context *context, const json_t *from, tamis_error *err) TAMIS_CHECKED;
int tamis_decide_report(const void *state, json_t *into, tamis_error *err) TAMIS_CHECKED;

#endif
