/* verb_drill.h: practise the answers, on data that answers back. */
#ifndef TOOLS_VERB_DRILL_H
#define TOOLS_VERB_DRILL_H

#include "verb.h"

int verb_drill(const verb *verb, int argc, char **argv, tamis_error *err);

/* The names of its commands, one after the other; NULL behind the last. */
const char *verb_drill_word(size_t i);

extern const tamis_option verb_drill_options[];
extern const char verb_drill_details[], verb_drill_examples[];

#endif
