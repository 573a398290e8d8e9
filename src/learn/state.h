/* state.h: what a model of the target is made of; for the files of this folder. */
#ifndef LEARN_STATE_H
#define LEARN_STATE_H

#include <tamis/stats.h>
#include <tamis/step.h>

enum { TAMIS_LEARN_LEVELS = 256, TAMIS_LEARN_CLASSES = 64, TAMIS_LEARN_FEW = 20 };

/* Rows, row by row: a number, or the code of a level (NaN: missing; levels->n: a level that was not learned). */
typedef struct tamis_lesson {
        size_t n, capacity, p;
        double *cells;                  /* n * p */
        double *y;                      /* n: a number, NaN where it is none; later the class, where
                                         * there are classes */
        double *weight;                 /* n; NULL: all 1 */
        uint32_t *label;                /* n: codes of `labels`; NULL: not wanted, or there are too many */
        tamis_dict *levels;             /* p; of numbers, empty */
        tamis_dict labels;
        bool too_many, fraction;        /* labels; some y is no whole number */
        uint64_t unlabelled;            /* rows without a target: left out */
} tamis_lesson;

typedef struct tamis_feature {
        bool category;
        double mean, sd;                /* of a number; sd 1 where it does not vary */
        size_t offset, places;          /* in the vector */
        double *shares;                 /* of a category: of each level in the train rows */
} tamis_feature;

typedef struct tamis_learn {
        const tamis_context *context;
        const struct tamis_learner *learner;
        double penalty, rate;
        size_t neighbors, rounds, depth;
        const char *task, *positive;
        bool each, explain;
        tamis_columns features, target, weight; /* the last two: while learning */

        tamis_lesson rows;              /* kept where the learner holds rows; its dictionaries always */
        tamis_feature *form;            /* p */
        size_t places;                  /* of the vector, a 1 in front */
        bool classes;
        size_t k;                       /* classes, or 1 */
        tamis_slice *names;             /* k, of classes; the positive one last, where there are two */
        tamis_arena arena;
        double *b;                      /* of linear models: (k - 1, k or 1) * places */
        size_t n_b;
        double *share;                  /* majority: k */
        void *model;                    /* the learner's own */

        size_t at, n_out;               /* columns that are added: where, how many */
        _Atomic uint64_t unscored, unknown;
} tamis_learn;

typedef struct tamis_learner {
        tamis_strategy strategy;
        bool numbers, classes;          /* what it can be of */
        bool weights, holes, holds_rows, margins;
        int (*fit)(tamis_learn *l, tamis_error *err);
        /* out[n * k]: probabilities or margins of classes; or a number a row. Any thread. */
        int (*score)(const tamis_learn *l, const double *cells, size_t n, double *out, tamis_error *err);
        int (*save)(const tamis_learn *l, json_t *into, tamis_error *err);      /* besides rows; NULL: nothing */
        int (*load)(tamis_learn *l, const json_t *from, tamis_error *err);
        void (*done)(tamis_learn *l);
} tamis_learner;

extern const tamis_learner tamis_learner_boost, tamis_learner_knn, tamis_learner_logistic, tamis_learner_majority,
        tamis_learner_ridge, tamis_learner_svm;

/* rows.c */
void tamis_lesson_done(tamis_lesson *t);
int tamis_lesson_start(tamis_lesson *t, size_t p, bool weights, bool labels, tamis_error *err) TAMIS_CHECKED;
int tamis_lesson_reserve(tamis_lesson *t, size_t more, tamis_error *err) TAMIS_CHECKED;
/* `from` behind `into`; codes become those of `into`. */
int tamis_lesson_merge(tamis_lesson *into, const tamis_lesson *from, tamis_error *err) TAMIS_CHECKED;
/* Codes by text, then rows in an order of their own. */
int tamis_lesson_settle(tamis_lesson *t, tamis_error *err) TAMIS_CHECKED;

/* design.c */
int tamis_learn_form(tamis_learn *l, tamis_error *err) TAMIS_CHECKED;
/* Offsets, once features know their levels. */
void tamis_learn_place(tamis_learn *l);
void tamis_learn_vector(const tamis_learn *l, const double *cells, double *x);
/* The rows' vectors, n * places. */
int tamis_learn_vectors(const tamis_learn *l, double **ret, tamis_error *err) TAMIS_CHECKED;

/* apply.c */
int tamis_learn_attach(void *state, const tamis_context *context, tamis_schema *schema, tamis_error *err) TAMIS_CHECKED;
int tamis_learn_apply(void *state, tamis_batch *batch, tamis_error *err) TAMIS_CHECKED;
int tamis_learn_end(void *state, const tamis_context *context, tamis_error *err) TAMIS_CHECKED;

/* saved.c */
int tamis_learn_save(const void *state, json_t *into, tamis_error *err) TAMIS_CHECKED;
int tamis_learn_load(void *state, const tamis_context *context, const json_t *from, tamis_error *err) TAMIS_CHECKED;
int tamis_learn_report(const void *state, json_t *into, tamis_error *err) TAMIS_CHECKED;
json_t *tamis_learn_numbers(const double *x, size_t n);
int tamis_learn_numbers_get(const json_t *from, const char *key, size_t n, bool holes, double **ret,
                            tamis_error *err) TAMIS_CHECKED;

/* explain.c: out[n * (1 + p)]: what every row has, and what each feature adds (exact Shapley values of a linear score,
 * features taken to be independent). */
int tamis_learn_explain(const tamis_learn *l, const double *cells, size_t n, double *out,
                        tamis_error *err) TAMIS_CHECKED;

#endif
