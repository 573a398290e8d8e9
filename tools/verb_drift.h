/* verb_drift.h: a new table compared with a reference. */
#ifndef TOOLS_VERB_DRIFT_H
#define TOOLS_VERB_DRIFT_H

#include "verb.h"

int verb_drift(const verb *verb, int argc, char **argv, tamis_error *err);

extern const tamis_option verb_drift_options[];
extern const char verb_drift_details[], verb_drift_examples[];

#endif
