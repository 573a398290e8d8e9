/* weigh.h: what the strategies of weigh share: a weight for each class, from how many rows it has. */
#ifndef BALANCE_WEIGH_H
#define BALANCE_WEIGH_H

#include "balance/balance.h"
#include "balance/targets.h"

typedef struct tamis_weigher {
        tamis_strategy base;
        bool takes_costs;
        /* weights[class] */
        int (*weigh)(const tamis_labels *labels, const tamis_class_values *costs, double *weights, tamis_error *err);
} tamis_weigher;

extern const tamis_weigher tamis_weigher_balanced;
extern const tamis_weigher tamis_weigher_cost;

#endif
