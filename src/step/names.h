/* names.h: columns listed for a person: `"Age", "Fare" (20 %) and 12 more`. */
#ifndef TAMIS_STEP_NAMES_H
#define TAMIS_STEP_NAMES_H

#include <stddef.h>

typedef struct tamis_names {
        char text[512];
        size_t n;               /* bytes of text */
        size_t more;            /* names that no longer fit */
} tamis_names;

/* `percent` below 0: none is shown. */
void tamis_names_add(tamis_names *names, const char *name, double percent);
/* The whole list, once all are added; "" when there are none. */
const char *tamis_names_end(tamis_names *names);

#endif
