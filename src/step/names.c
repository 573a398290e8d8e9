#include <stdio.h>

#include "step/names.h"

/* A list stays readable, and leaves room for the longest name and the end. */
enum { ENOUGH = 200 };

void tamis_names_add(tamis_names *names, const char *name, double percent) {
        char share[32] = "";

        if (names->n > ENOUGH) {
                names->more++;
                return;
        }
        if (percent >= 0)
                snprintf(share, sizeof share, " (%.0f %%)", percent);
        names->n += (size_t) snprintf(names->text + names->n, sizeof names->text - names->n, "%s\"%.200s\"%s",
                                      names->n ? ", " : "", name, share);
}

const char *tamis_names_end(tamis_names *names) {
        if (names->more)
                snprintf(names->text + names->n, sizeof names->text - names->n, " and %zu more", names->more);
        return names->text;
}
