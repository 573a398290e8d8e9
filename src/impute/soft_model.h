/* soft_model.h: what softimpute learned, for the two files that need it: softimpute.c fits and fills, soft_saved.c
 * saves, loads and reports. */
#ifndef TAMIS_IMPUTE_SOFT_MODEL_H
#define TAMIS_IMPUTE_SOFT_MODEL_H

#include "impute/joint.h"
#include "impute/soft.h"

enum { TAMIS_SOFT_PATH = 24 };          /* lambdas tried at most */

/* Column by column of the frame: `place` in the factors, or -1. A cell is centre + sum(of the
 * row's * right) / scale. */
typedef struct tamis_soft_model {
        size_t n, columns, rank;
        long *place;
        double *centre, *spread;        /* per place; spread 0: constant, or seen once */
        double *right;                  /* per place, rank: V sqrt(d) */
        double lambda;
        size_t n_path;
        double path[TAMIS_SOFT_PATH][2];           /* lambdas tried, and the error of held out cells in standard
                                                    * deviations */
} tamis_soft_model;

tamis_soft_model *tamis_soft_model_new(size_t n);      /* NULL: no memory */
void tamis_soft_free(void *model);

/* As tamis_joint has them. */
int tamis_soft_save(const void *model, json_t *into, tamis_error *err) TAMIS_CHECKED;
int tamis_soft_load(const json_t *from, const tamis_frame *shape, void **ret, tamis_error *err) TAMIS_CHECKED;
int tamis_soft_report(const void *model, json_t *into, tamis_error *err) TAMIS_CHECKED;

#endif
