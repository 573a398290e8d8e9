/* filling.h: one batch on its way through apply.
 *
 *     fill.c     what goes out; values that are the same for a column or a group; indicators
 *     others.c   values that joint strategies and series find for each row
 *     copies.c   rows that go out several times: imputations, and what --delta makes of them
 */
#ifndef TAMIS_IMPUTE_FILLING_H
#define TAMIS_IMPUTE_FILLING_H

#include "impute/impute.h"

typedef struct tamis_filling {
        tamis_impute *m;
        tamis_batch *batch;
        const uint8_t **missing;        /* per column: the holes to fill */
        const uint8_t **holes;          /* per column: what came missing */
        size_t copies;                  /* of each row that came */
        const tamis_joint_values *values;
        const int32_t *codes;           /* the group of each row; NULL: there are no groups, or nobody has asked yet */
} tamis_filling;

/* others.c */
/* What is to be said of the rows as they came, before anything is filled: `values`. */
int tamis_others_ask(tamis_filling *filling, tamis_error *err) TAMIS_CHECKED;
/* Put it into column i; `room` for a value a row. */
int tamis_others_put(const tamis_filling *filling, size_t i, double *room, tamis_error *err) TAMIS_CHECKED;

/* copies.c */
/* Which imputation the row's copy is for (SIZE_MAX: it is the original, and stays as it is), and which of --delta. */
void tamis_copy_of(const tamis_filling *filling, size_t row, size_t *which, size_t *delta);
/* A number for column i, adjusted as that of --delta says, within the bounds, rounded. */
double tamis_copy_number(const tamis_filling *filling, size_t i, size_t delta, double value);
/* As many copies of each row as there are answers. */
int tamis_copies_make(tamis_filling *filling, tamis_error *err) TAMIS_CHECKED;
/* Columns _imputation and _delta, in the schema and in the batch. */
int tamis_copies_attach(tamis_impute *m, tamis_schema *schema, tamis_error *err) TAMIS_CHECKED;
int tamis_copies_mark(const tamis_filling *filling, tamis_error *err) TAMIS_CHECKED;

#endif
