#include "look/findings.h"

const char *const tamis_look_severities[] = { "note", "warning", "error" };

int tamis_look_findings(tamis_profile *p, tamis_look_frame *f, tamis_gather *g, tamis_error *err) {
        return 0;
}
