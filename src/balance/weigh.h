/* weigh.h: what the strategies of weigh share: a weight for each class, from how many rows it has. */
#ifndef BALANCE_WEIGH_H
#define BALANCE_WEIGH_H

#include "balance/balance.h"
#include "balance/costs.h"
#include "balance/targets.h"

typedef struct tamis_weigh_options {
        tamis_class_values costs;       /* --cost */
        tamis_costs matrix;             /* --cost-matrix; n 0: none */
        double beta;
} tamis_weigh_options;

/* Options that not every strategy takes. */
enum { WEIGH_COST = 1 << 0, WEIGH_BETA = 1 << 1 };

typedef struct tamis_weigher {
        tamis_strategy base;
        unsigned takes;
        /* weights[class] */
        int (*weigh)(const tamis_weigh_options *o, const tamis_labels *labels, double *weights, tamis_error *err);
} tamis_weigher;

extern const tamis_weigher tamis_weigher_balanced;
extern const tamis_weigher tamis_weigher_cost;
extern const tamis_weigher tamis_weigher_effective;

#endif
