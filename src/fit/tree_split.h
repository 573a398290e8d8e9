/* tree_split.h: the best split of a node's rows on one predictor. */
#ifndef TAMIS_FIT_TREE_SPLIT_H
#define TAMIS_FIT_TREE_SPLIT_H

#include "fit/tree.h"

/* What a row, or a bin of rows, brings to a sum. */
typedef struct tamis_cart_share {
        double sum, weight;             /* the target, as often as it counts; and how often that is */
} tamis_cart_share;

/* Rows first .. end - 1 are the node's. */
typedef struct tamis_cart_node_rows {
        const tamis_cart_data *data;
        uint32_t *rows;
        double *targets;                /* centred; a class: its number */
        tamis_cart_share *shares;
        size_t first, end;
} tamis_cart_node_rows;

typedef struct tamis_cart_node_sums {
        double weight;                  /* rows, as often as they count */
        double sum, least, most;        /* of targets */
        size_t largest;                 /* class; the first of equals */
        double score;                   /* what splitting is to raise: sum(class^2) / weight, or sum^2 / weight */
} tamis_cart_node_sums;

typedef struct tamis_cart_split {
        double gain;                    /* 0: none */
        size_t predictor;
        bool category, missing_left;
        uint8_t last;                   /* number: the last bin that goes left */
        uint64_t left[4];               /* the bins that do, missing and those unseen here as well */
} tamis_cart_split;

typedef struct tamis_cart_search tamis_cart_search;

/* Room for nodes of n rows at most. */
int tamis_cart_search_new(size_t n, size_t classes, tamis_cart_search **ret, tamis_error *err) TAMIS_CHECKED;
void tamis_cart_search_free(tamis_cart_search *s);

void tamis_cart_sum(tamis_cart_search *s, const tamis_cart_node_rows *at, tamis_cart_node_sums *ret);

/* Into `best`, if it is better. `cuts`: a number's cut is drawn from it, NULL: the best is sought. */
void tamis_cart_search_predictor(tamis_cart_search *s, const tamis_cart_node_rows *at, const tamis_cart_node_sums *sums,
                                 size_t predictor, size_t leaf, tamis_stream *cuts, tamis_cart_split *best);

#endif
