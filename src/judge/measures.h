/* measures.h: how good predicted classes and their probabilities are.
 *
 * What is judged is put in an order of its own first, by truth, decision, probabilities and weight: then every sum runs
 * the same way whatever order the rows came in, and so do the draws of the bootstrap. Beside it lie, for each class,
 * the rows by falling probability. With these two orders all figures for any weights of the rows take time linear in
 * the rows and no memory: a bootstrap is many such weights.
 *
 * The definitions are scikit-learn's wherever it has one; where a figure is not defined (the area under a curve when
 * one class has no rows), it is NaN here.
 *
 * Ownership: a tamis_judged copies what it is given and owns it; {0} is empty.
 */
#ifndef JUDGE_MEASURES_H
#define JUDGE_MEASURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tamis/pool.h>

/* What was predicted, as it comes. */
typedef struct tamis_predictions {
        size_t n, k;                    /* rows, classes; k >= 2 */
        const uint32_t *actual;         /* n: 0 .. k-1 */
        const uint32_t *decided;        /* n */
        const double *p;                /* n * k, finite; NULL: decisions alone. Of two classes, class
                                         * 1's count alone */
        const double *weight;           /* n, >= 0 and finite; NULL: all 1 */
        const double *cost;             /* k * k, [actual * k + decided]; NULL: mistakes are not priced */
} tamis_predictions;

enum { TAMIS_RELIABILITY_BINS = 10 };

typedef struct tamis_judged {
        size_t n, k;
        uint32_t *row;                  /* which of the caller's rows it is */
        uint32_t *actual, *decided;
        double *p;                      /* n * k or NULL */
        double *weight;                 /* never NULL */
        double *cost;                   /* k * k or NULL */
        uint32_t *order;                /* k * n: rows by falling score of the class */
        bool chances;                   /* p are probabilities: in 0 .. 1 */
        double width[TAMIS_RELIABILITY_BINS + 1];       /* edges of the bins: of equal width, */
        double filled[TAMIS_RELIABILITY_BINS + 1];      /* and of equal numbers of rows */
} tamis_judged;

/* TAMIS_BAD_DATA where there are more rows than 32 bits count. */
int tamis_judged_init(tamis_judged *j, const tamis_predictions *p, tamis_error *err) TAMIS_CHECKED;
void tamis_judged_done(tamis_judged *j);

/* By what rows are put in order for class c. Of two classes the one score serves both, turned round for class 0. */
static inline double tamis_judged_score(const tamis_judged *j, size_t i, size_t c) {
        return j->k > 2 ? j->p[i * j->k + c] : c == 1 ? j->p[i * 2 + 1] : -j->p[i * 2 + 1];
}

/* -- figures ------------------------------------------------------------------------------------------------------- */

/* Of all classes together. */
enum {
        TAMIS_ACCURACY,
        TAMIS_BALANCED,                 /* mean recall of the classes that have rows */
        /* means over classes that occur or were decided */
        TAMIS_PRECISION_MACRO, TAMIS_RECALL_MACRO, TAMIS_F1_MACRO,
        TAMIS_PRECISION_WEIGHTED, TAMIS_RECALL_WEIGHTED, TAMIS_F1_WEIGHTED,     /* by the classes' rows */
        TAMIS_MCC, TAMIS_KAPPA, TAMIS_GMEAN,
        TAMIS_AUC,                      /* of two classes: class 1's; of more: mean of one against the rest */
        TAMIS_AUC_WEIGHTED,             /* more than two: the same, by the classes' rows */
        TAMIS_AVERAGE_PRECISION,        /* of two: class 1's; of more: the mean */
        TAMIS_LOG_LOSS, TAMIS_BRIER,
        TAMIS_ECE, TAMIS_ECE_FILLED,    /* expected calibration error, with either bins */
        TAMIS_COST,                     /* mean */
        TAMIS_N_OVERALL,
};

/* Of each class. */
enum { TAMIS_SUPPORT, TAMIS_PRECISION, TAMIS_RECALL, TAMIS_F1, TAMIS_CLASS_AUC, TAMIS_CLASS_AP, TAMIS_N_OF_CLASS };

extern const char *const tamis_overall_names[TAMIS_N_OVERALL];
extern const char *const tamis_class_names[TAMIS_N_OF_CLASS];

/* values[f] overall, values[TAMIS_N_OVERALL + c * TAMIS_N_OF_CLASS + f] of class c. */
static inline size_t tamis_measures_count(size_t k) {
        return TAMIS_N_OVERALL + k * TAMIS_N_OF_CLASS;
}

/* Is the figure one of those that what is given can have (whether or not it is defined)? */
bool tamis_measures_has(const tamis_judged *j, size_t figure);

/* All figures under `weight` (in the order of j; NULL: its own) into values[count]; `confusion` has k * k places and
 * gets the rows' weights by [actual * k + decided]. Several threads may do so at once. */
void tamis_measures_of(const tamis_judged *j, const double *weight, double *confusion, double *values);

/* Its parts: of a confusion matrix; of the orders; of the probabilities. */
void tamis_measures_confusion(const double *confusion, const double *cost, size_t k, double *values);
void tamis_measures_ranks(const tamis_judged *j, const double *weight, double *values);
void tamis_measures_chances(const tamis_judged *j, const double *weight, double *values);

/* -- curves -------------------------------------------------------------------------------------------------------- */

/* What lies at or above a threshold: weights of rows of the class, and of others. */
typedef struct tamis_curve_point {
        double threshold, tp, fp;
} tamis_curve_point;

/* Class c against the rest: a point at each distinct score, falling, after a first one of nothing (threshold INFINITY).
 * At most n + 1 points, into room the caller has; returns their number. */
size_t tamis_curve(const tamis_judged *j, size_t c, tamis_curve_point *points);

/* What a threshold is good by, given the counts it makes; more is better. */
typedef double (*tamis_merit)(double tp, double fp, double fn, double tn, const void *arg);

/* The best of a curve, ties to the highest threshold; *value is its merit. */
double tamis_curve_best(const tamis_curve_point *points, size_t n, tamis_merit merit, const void *arg, double *value);

/* -- reliability --------------------------------------------------------------------------------------------------- */

typedef struct tamis_reliability {
        double weight, predicted, observed;     /* of rows; mean probability; share that is of the class */
        double low, high;                       /* the bin's edges */
} tamis_reliability;

/* Of class c, by either kind of bin. A bin holds what is above its low edge, and the first one that edge too. */
int tamis_reliability_of(const tamis_judged *j, size_t c, bool filled, tamis_reliability bins[TAMIS_RELIABILITY_BINS],
                         tamis_error *err) TAMIS_CHECKED;
/* Edge b, 0 .. TAMIS_RELIABILITY_BINS, of bins of equal width, and of equal numbers of sorted[0..n), n >= 1. */
double tamis_reliability_share(size_t b);
double tamis_reliability_edge(const double *sorted, size_t n, size_t b);

/* -- sums ---------------------------------------------------------------------------------------------------------- */

/* A sum that keeps what rounding loses (Neumaier 1974). */
typedef struct tamis_exact {
        double sum, lost;
} tamis_exact;

static inline void tamis_exact_add(tamis_exact *s, double x) {
        double t = s->sum + x;

        s->lost += (s->sum < 0 ? -s->sum : s->sum) >= (x < 0 ? -x : x) ? (s->sum - t) + x : (x - t) + s->sum;
        s->sum = t;
}

static inline double tamis_exact_get(const tamis_exact *s) {
        return s->sum + s->lost;
}

#endif
