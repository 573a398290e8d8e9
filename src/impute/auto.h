/* auto.h: the best strategy for each column, found by hiding cells that are there.
 *
 * A share of the observed cells is masked at random; every candidate is fitted to what is left and judged by what it says of
 * them: root mean squared error in parts of their standard deviation (NRMSE) for numbers, share of wrong ones (PFC) for
 * categories. The best wins the column, the simpler where they tie; those that won are fitted to all rows. Cells that went
 * missing at random are the only ones this is fair for: where they are missing because of what they hold, no score can tell.
 *
 *     auto.c          trial and choice
 *     auto_model.c    what was chosen, at work
 */
#ifndef TAMIS_IMPUTE_AUTO_H
#define TAMIS_IMPUTE_AUTO_H

#include "impute/impute.h"

enum { TAMIS_AUTO_CANDIDATES = 16 };

/* One value for a column: mean and median of numbers, the most frequent level of texts. */
typedef struct tamis_auto_simple {
        double mean, median;            /* NaN: nothing was observed */
        int32_t mode;                   /* TAMIS_CODE_MISSING: nothing was observed */
} tamis_auto_simple;

/* Who fills a column: 0 the mean (or mode), 1 the median, 2 + i the i-th of `used`. */
enum { TAMIS_AUTO_MEAN, TAMIS_AUTO_MEDIAN, TAMIS_AUTO_USED };

typedef struct tamis_auto {
        size_t n;                       /* columns of the frame */
        bool *wanted;
        tamis_auto_simple *simple;
        size_t *choice;
        size_t n_used;
        struct tamis_auto_used {
                const tamis_joint *joint;
                char *purpose;
                void *model;
        } used[TAMIS_AUTO_CANDIDATES];

        /* of the trial; none in a loaded model */
        size_t n_tried;
        const char *tried[TAMIS_AUTO_CANDIDATES + TAMIS_AUTO_USED];
        double *scores;                 /* per candidate, per column; NaN: it was not tried on it */
        char **names;                   /* per column */
        size_t *masked;                 /* cells, per column */
        size_t rows, repeats;
        bool cut_short;                 /* by --budget */
} tamis_auto;

void tamis_auto_free(void *model);
int tamis_auto_new(size_t n, tamis_auto **ret, tamis_error *err) TAMIS_CHECKED;
/* The name of who fills a column. */
const char *tamis_auto_choice(const tamis_auto *m, size_t column, bool numbers);
/* The columns that `joint` fills among those wanted, marked so. */
void tamis_auto_want(const tamis_auto *m, const tamis_joint *joint, tamis_frame *frame);
/* From the observed cells of wanted columns. */
int tamis_auto_summarise(const tamis_frame *train, tamis_auto_simple *ret, tamis_error *err) TAMIS_CHECKED;
/* The holes of train rows, by a model fitted to them. */
int tamis_auto_complete(const tamis_joint *joint, const void *model, tamis_frame *train, tamis_error *err) TAMIS_CHECKED;

int tamis_auto_fit(const tamis_frame *train, const tamis_fit *fit, void **ret, tamis_error *err) TAMIS_CHECKED;

#endif
