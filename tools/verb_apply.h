/* verb_apply.h: which words behind `apply` are models, and which data. */
#ifndef TOOLS_VERB_APPLY_H
#define TOOLS_VERB_APPLY_H

#include "options.h"

/* How many of the operands, from the first, are models; 0: there is none. */
size_t apply_models(const parsed *parsed);

#endif
