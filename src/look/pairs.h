/* pairs.h: what columns say about each other, found in the sample of whole rows. */
#ifndef TAMIS_LOOK_PAIRS_H
#define TAMIS_LOOK_PAIRS_H

#include "look/gather.h"

/* The sample as columns of numbers: what is text has the number of its place among the column's texts of the sample,
 * by first arrival. NaN: missing. */
typedef struct tamis_look_frame {
        size_t rows, n;
        double **numbers;               /* n; NaN where it is no number */
        uint32_t **codes;               /* n; 0: missing; NULL: a column of numbers alone */
        size_t *n_codes;                /* the highest code */
        tamis_slice **texts;            /* n; by code - 1; NULL where codes is */
        const uint8_t **missing;        /* n; NULL: none */
        size_t *n_missing, *n_numbers;
        const uint64_t *lines;          /* of each row */
        tamis_batch batch;
        tamis_arena arena;
} tamis_look_frame;

void tamis_look_frame_done(tamis_look_frame *f);
int tamis_look_frame_make(tamis_look_frame *f, tamis_gather *g, tamis_error *err) TAMIS_CHECKED;

/* Everything that is of more than one column. */
int tamis_look_pairs(tamis_profile *p, tamis_look_frame *f, tamis_gather *g, tamis_error *err) TAMIS_CHECKED;

/* The area under the curve of `score` (NaN: left out) for telling rows with positive[row] from the others; NaN where
 * one kind is not there. `order` and `spare` have room for n. */
double tamis_look_auc(const double *score, const uint8_t *positive, size_t n, double *spare, double *room);

#endif
