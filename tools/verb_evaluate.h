/* verb_evaluate.h: how good predictions are, those of a table or of a model trained here. */
#ifndef TOOLS_VERB_EVALUATE_H
#define TOOLS_VERB_EVALUATE_H

#include "verb.h"

extern const tamis_option verb_evaluate_options[];
extern const char verb_evaluate_details[], verb_evaluate_examples[];

#endif
