/* verb_score.h: imputed cells compared with what was there. */
#ifndef TOOLS_VERB_SCORE_H
#define TOOLS_VERB_SCORE_H

#include "verb.h"

extern const tamis_option verb_score_options[];
extern const char verb_score_details[], verb_score_examples[];

#endif
