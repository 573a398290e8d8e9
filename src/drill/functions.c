#include "drill/functions.h"

const tamis_drill_function *tamis_drill_function_find(const char *name, size_t n) {
        const tamis_drill_function *const lists[] = { tamis_drill_draws, tamis_drill_rowwise, tamis_drill_texts,
                                                      tamis_drill_wholes, tamis_drill_measures };

        for (size_t l = 0; l < sizeof lists / sizeof *lists; l++)
                for (const tamis_drill_function *f = lists[l]; f->name; f++)
                        if (strlen(f->name) == n && memcmp(f->name, name, n) == 0)
                                return f;
        return NULL;
}
