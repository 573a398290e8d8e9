/* verb_pool.h: estimates by imputation, pooled by term. */
#ifndef TOOLS_VERB_POOL_H
#define TOOLS_VERB_POOL_H

#include "verb.h"

extern const tamis_option verb_pool_options[];
extern const char verb_pool_details[], verb_pool_examples[];

#endif
