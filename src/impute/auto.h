/* auto.h: the best strategies for each column, found by hiding cells that are there.
 *
 * A share of the observed cells is masked at random; every candidate is fitted to what is left and judged by what it
 * says of them: root mean squared error in parts of their standard deviation (NRMSE) for numbers, share of wrong ones
 * (PFC) for categories. The best wins the column, the simpler where they tie; or several share it (stacking, Breiman
 * 1996), where their weighted mean, or vote, was better than the best by more than luck. Those that won are fitted to
 * all rows. Cells that went missing at random are the only ones this is fair for: where they are missing because of
 * what they hold, no score can tell.
 *
 *     auto.c          the trial
 *     auto_choose.c   from what was said in the trial to who fills a column
 *     auto_model.c    what was chosen, at work
 *     auto_saved.c    saved and loaded
 */
#ifndef TAMIS_IMPUTE_AUTO_H
#define TAMIS_IMPUTE_AUTO_H

#include "impute/impute.h"

enum { TAMIS_AUTO_CANDIDATES = 16 };

/* What is known of a column by itself: mean and median of numbers, the most frequent level of texts. */
typedef struct tamis_auto_simple {
        double mean, median;            /* NaN: nothing was observed */
        double low, high;               /* what was observed, and half its range to either side: no number is filled in
                                         * beyond, for one wild cell in a row takes a regression anywhere */
        int32_t mode;                   /* TAMIS_CODE_MISSING: nothing was observed */
} tamis_auto_simple;

/* Who fills a column: 0 the mean (or mode), 1 the median, 2 + i the i-th of `used` (in a trial: of the candidates). */
enum {
        TAMIS_AUTO_MEAN,
        TAMIS_AUTO_MEDIAN,
        TAMIS_AUTO_USED,
        TAMIS_AUTO_SOURCES = TAMIS_AUTO_USED + TAMIS_AUTO_CANDIDATES
};

typedef struct tamis_auto {
        size_t n;                       /* columns of the frame */
        bool *wanted;
        tamis_auto_simple *simple;
        double *weights;                /* per column, TAMIS_AUTO_SOURCES of them, that sum to 1 */
        size_t n_used;
        struct tamis_auto_used {
                const tamis_joint *joint;
                char *purpose;
                void *model;
        } used[TAMIS_AUTO_CANDIDATES];

        /* of the trial; none in a loaded model */
        size_t n_tried;
        const char *tried[TAMIS_AUTO_SOURCES];
        double *scores;                 /* per candidate, per column; NaN: it was not tried on it */
        double *shared;                 /* per column: the score of those that share it together; NaN: one
                                         * has it alone */
        char **names;                   /* per column */
        size_t *masked;                 /* cells, per column */
        size_t rows, repeats;
        bool cut_short;                 /* by --budget: not all candidates were tried, or taken */
        char too_long[128];             /* names of those that were not taken: "knn, forest" */
} tamis_auto;

/* What was said of the masked cells. Those of column i are masked[i] from first[i] on, repeat by repeat. */
typedef struct tamis_auto_trial {
        tamis_auto *m;
        const tamis_frame *truth;       /* the rows it is held on */
        const tamis_fit *fit;
        size_t *first, cells;
        double *said;                   /* per candidate, per cell: how far off a number is, or a level's code */
        double *right;                  /* per cell: the code that was masked */
        size_t *seen;                   /* per candidate, per column: cells it has said something of */
        double *wrong;                  /* per candidate, per column: summed squared errors, or wrong ones */
        double *early;                  /* per column: the least of that after the first repeats; infinite: nobody
                                         * was so far */
        bool *failed;                   /* per candidate, per column: it left a cell, or was stopped */
        double *sum, *squares;          /* per column, of the masked cells, less the column's mean */
        uint8_t *hidden;                /* per column, per row: in this repeat */
        double all_rows;                /* those that will be fitted to */
        double *cost;                   /* per candidate: seconds it would take for them, about */
        double left;                    /* seconds that those chosen may take together; infinite: no matter */
} tamis_auto_trial;

/* Scores, and weights by them; `joints` are the candidates behind mean and median. */
int tamis_auto_choose(tamis_auto_trial *trial, const tamis_joint *const *joints, tamis_error *err) TAMIS_CHECKED;
bool tamis_auto_is_costly(const char *name);

void tamis_auto_free(void *model);
int tamis_auto_new(size_t n, tamis_auto **ret, tamis_error *err) TAMIS_CHECKED;
/* The names of who fills a column, those with more weight first, "a + b". */
void tamis_auto_choice(const tamis_auto *m, size_t column, bool numbers, char *ret, size_t size);
/* The columns that `joint` fills among those wanted, marked so. */
void tamis_auto_want(const tamis_auto *m, const tamis_joint *joint, tamis_frame *frame);
/* From the observed cells of wanted columns. */
int tamis_auto_summarise(const tamis_frame *train, tamis_auto_simple *ret, tamis_error *err) TAMIS_CHECKED;
double tamis_auto_within(const tamis_auto_simple *simple, double x);
/* The holes of train rows, by a model fitted to them. */
int tamis_auto_complete(const tamis_joint *joint, const void *model, tamis_frame *train,
                        tamis_error *err) TAMIS_CHECKED;

int tamis_auto_save(const void *model, json_t *into, tamis_error *err) TAMIS_CHECKED;
int tamis_auto_load(const json_t *from, const tamis_frame *shape, void **ret, tamis_error *err) TAMIS_CHECKED;

int tamis_auto_fit(const tamis_frame *train, const tamis_fit *fit, void **ret, tamis_error *err) TAMIS_CHECKED;

#endif
