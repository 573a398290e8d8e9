/* findings.h: what is wrong, how badly, and what would mend it. */
#ifndef TAMIS_LOOK_FINDINGS_H
#define TAMIS_LOOK_FINDINGS_H

#include "look/pairs.h"

typedef struct tamis_look_hint {
        tamis_look_severity severity;
        const char *kind;
        long column;
        uint64_t line, cells;
} tamis_look_hint;

int tamis_look_findings(tamis_profile *p, tamis_look_frame *f, tamis_gather *g, tamis_error *err) TAMIS_CHECKED;

#endif
