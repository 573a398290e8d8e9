/* knn_look.h: one row of a block against the leaves and boxes of one group. Only for knn_search.c. */
#ifndef IMPUTE_KNN_LOOK_H
#define IMPUTE_KNN_LOOK_H

#include "impute/knn_heaps.h"
#include "impute/knn_search.h"

/* Rows that miss the same cells. */
typedef struct tamis_knn_run {
        const uint64_t *pattern;
        size_t first, n;                /* in the block */
        size_t holes;
} tamis_knn_run;

typedef struct tamis_knn_looking {
        const tamis_knn_index *index;
        const tamis_knn_lanes *lanes;
        const tamis_frame *frame;
        tamis_knn_cost *costs;
        size_t k;
        bool *wanted;                   /* per coordinate */

        uint64_t *patterns;             /* per row of the frame */
        uint32_t *sorted;               /* rows with holes, by pattern */
        size_t n_sorted;

        /* the block at hand */
        const uint32_t *rows;           /* of the frame */
        double *numbers;
        int32_t *codes;
        float *rough;
        double *off;
        tamis_knn_heaps heaps;

        /* the run at hand */
        tamis_knn_run run;
        uint32_t *hole;                 /* per hole: its coordinate */

        /* what the run shares with the group at hand */
        const tamis_knn_group *group;
        size_t n_open;
        uint32_t *open;                 /* the holes that its rows may fill */
        uint32_t *number, *code;        /* coordinates shared */
        uint32_t *number_at, *code_at;  /* their places in its leaves */
        double slack, least;            /* what rounding that many terms may add: in parts, and in all */
        float *number_of;               /* the row's */
        int32_t *code_of;
        tamis_knn_query query;

        /* the row at hand */
        size_t at;                      /* in the block */
        double worst, reach;            /* the worst distance that counts, and its sum (squares: the root of it) */
} tamis_knn_looking;

/* What the run at hand and the rows of `pattern` have in common; false: nothing that could fill a hole. */
bool tamis_knn_meet(tamis_knn_looking *s, const tamis_knn_group *group, const uint64_t *pattern);
/* A row of that run, by its place in the block. */
void tamis_knn_turn_to(tamis_knn_looking *s, size_t at);

/* One row of the index: true when it changed how near the next has to be. */
bool tamis_knn_try(tamis_knn_looking *s, uint32_t row);
void tamis_knn_look_in_leaf(tamis_knn_looking *s, size_t leaf);
/* Boxes that may hold something near, the nearest first. Depth: levels. */
void tamis_knn_look_in_block(tamis_knn_looking *s, size_t level, size_t block, tamis_knn_cost *cost);
/* The leaf that a way down to the nearest box leads to, so that the first donors are near ones. */
void tamis_knn_look_in_nearest(tamis_knn_looking *s);

#endif
