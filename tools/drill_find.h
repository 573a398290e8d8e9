/* drill_find.h: where the drills are: $TAMIS_DRILLS, else beside the sources this was built of, else where it was installed. */
#ifndef TOOLS_DRILL_FIND_H
#define TOOLS_DRILL_FIND_H

#include <tamis/error.h>
#include <tamis/memory.h>

#include "drill/config.h"

enum { DRILL_PATH = 4096 };

/* The folder of all drills; borrowed. TAMIS_IO: there is none. */
int drill_find_all(const char **ret, tamis_error *err) TAMIS_CHECKED;
/* The folder of one, into `ret`. TAMIS_USAGE names the nearest. */
int drill_find(const char *name, char *ret, size_t size, tamis_error *err) TAMIS_CHECKED;
/* Their names, in order; the list and they are of the arena. */
int drill_list(tamis_arena *arena, const char ***ret, size_t *n, tamis_error *err) TAMIS_CHECKED;

/* A drill with its drill.ini; the name is borrowed. */
typedef struct drill_opened {
        const char *name;
        char folder[DRILL_PATH];
        tamis_drill_config config;
} drill_opened;

int drill_open(const char *name, drill_opened *ret, tamis_error *err) TAMIS_CHECKED;
void drill_close(drill_opened *drill);
/* What drill.ini says of it (title, topic, question); "" where it does not. */
const char *drill_says(const drill_opened *drill, const char *key);

#endif
