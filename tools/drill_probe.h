/* drill_probe.h: whether what a pipeline learned is the same on data whose held-out rows are altered ([probe] of src/drill/README.md). */
#ifndef TOOLS_DRILL_PROBE_H
#define TOOLS_DRILL_PROBE_H

#include "drill/config.h"

/* *ret: 1 when all that is asked to be the same is, else 0. */
int drill_probe_same(const tamis_drill_config *c, const char *before, const char *after, double *ret,
                     tamis_error *err) TAMIS_CHECKED;

#endif
