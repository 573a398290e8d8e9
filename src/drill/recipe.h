/* recipe.h: a drill's tables made, and its files written. */
#ifndef TAMIS_DRILL_RECIPE_H
#define TAMIS_DRILL_RECIPE_H

#include "drill/config.h"
#include "drill/world.h"

/* All [table]s, in order, into an initialised world. */
int tamis_drill_recipe_make(const tamis_drill_config *c, tamis_drill_world *w, tamis_error *err) TAMIS_CHECKED;
/* All [file]s, into a folder that is there. */
int tamis_drill_recipe_write(const tamis_drill_config *c, tamis_drill_world *w, const char *folder,
                             tamis_error *err) TAMIS_CHECKED;

#endif
