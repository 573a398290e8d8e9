/* knn_layout.h: a group's rows put in the order of a tree, its leaves filled and boxed. Only for knn_index.c. */
#ifndef IMPUTE_KNN_LAYOUT_H
#define IMPUTE_KNN_LAYOUT_H

#include "impute/knn_index.h"

/* Its pattern and rows are known. */
int tamis_knn_group_lay_out(tamis_knn_index *index, tamis_knn_group *group, tamis_error *err) TAMIS_CHECKED;
void tamis_knn_group_done(tamis_knn_group *group);

#endif
