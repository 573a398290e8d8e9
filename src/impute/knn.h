/* knn.h: holes filled from the k nearest rows that have the cell.
 *
 *     knn.c           the strategy: options, the model, saving
 *     knn_vote.c      the donors of a hole -> its value
 *     knn_search.c    the donors of holes; knn_look.c: of one row among those of one group
 *     knn_index.c     the rows to be searched; knn_layout.c: in which order
 *     knn_lanes.c     64 of them at once
 *
 * nan-euclidean is scikit-learn's KNNImputer: all numeric columns are coordinates, empty ones too. gower is the
 * distance of VIM's kNN (Kowarik & Templ 2016): numbers in parts of the range of the train rows, categories equal or
 * not. A hole gets the donors' mean (or median, as VIM has it: farther from the truth by squared error,
 * docs/imputation-quality.md), or their most frequent category, ties to the smallest text; a row that shares no cell
 * with any donor gets the column's. With distance weights donors count by the inverse of their distance (those at
 * distance 0 alone, where there are such), and categories go by the greatest weight. Donors at the same distance: those
 * first in the order of the frame, which hangs on what is in the cells alone.
 */
#ifndef IMPUTE_KNN_H
#define IMPUTE_KNN_H

#include "impute/knn_search.h"

typedef struct tamis_knn_wishes {
        size_t k;
        bool gower, weighted, median;
} tamis_knn_wishes;

/* What a hole gets. */
typedef struct tamis_knn_value {
        double number;                  /* NaN: nothing */
        int32_t code;
} tamis_knn_value;

typedef struct tamis_knn_model {
        tamis_knn_wishes wishes;
        tamis_frame shape;              /* columns without rows, with texts of its own */
        tamis_knn_index index;
        tamis_knn_value *alone;         /* per coordinate: without donors */
        size_t levels;                  /* the most of a column */
} tamis_knn_model;

int tamis_knn_model_new(const tamis_frame *train, const tamis_knn_wishes *wishes, tamis_knn_model **ret,
                        tamis_error *err) TAMIS_CHECKED;
void tamis_knn_model_free(void *model);
int tamis_knn_model_fill(const void *model, size_t which, tamis_frame *rows, tamis_error *err) TAMIS_CHECKED;

/* What the column of a coordinate has where there are no donors. */
int tamis_knn_alone(const tamis_knn_model *model, size_t coordinate, tamis_knn_value *ret,
                    tamis_error *err) TAMIS_CHECKED;

/* A vote: room for one at a time. */
typedef struct tamis_knn_vote {
        const tamis_knn_model *model;
        double *weights, *values;       /* k */
        double *tally;                  /* levels, all 0 between votes */
} tamis_knn_vote;

int tamis_knn_vote_init(tamis_knn_vote *vote, const tamis_knn_model *model, tamis_error *err) TAMIS_CHECKED;
void tamis_knn_vote_done(tamis_knn_vote *vote);
tamis_knn_value tamis_knn_vote_take(const tamis_knn_vote *vote, const tamis_knn_donors *donors);

#endif
