/* verb_profile.h: what a table holds, and what is wrong with it. */
#ifndef TOOLS_VERB_PROFILE_H
#define TOOLS_VERB_PROFILE_H

#include "verb.h"

extern const tamis_option verb_profile_options[];
extern const char verb_profile_details[], verb_profile_examples[];
int verb_profile(const verb *verb, int argc, char **argv, tamis_error *err);

#endif
