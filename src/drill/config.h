/* config.h: a drill.ini as sections of keys and values, in the order of the file; README.md tells what they mean.
 *
 * The texts belong to the config.
 */
#ifndef TAMIS_DRILL_CONFIG_H
#define TAMIS_DRILL_CONFIG_H

#include <stddef.h>

#include <tamis/error.h>
#include <tamis/memory.h>

typedef struct tamis_drill_entry {
        const char *key;
        const char *value;
        size_t line;
} tamis_drill_entry;

typedef struct tamis_drill_section {
        const char *kind;               /* "table"; "" for what stands before the first section */
        const char *name;               /* "people"; "" where there is none */
        size_t line;
        size_t n;
        tamis_drill_entry *entries;
} tamis_drill_section;

typedef struct tamis_drill_config {
        char *file;
        size_t n;
        tamis_drill_section *sections;
        tamis_arena arena;
} tamis_drill_config;

int tamis_drill_config_read(const char *path, tamis_drill_config *ret, tamis_error *err) TAMIS_CHECKED;
/* The same of a text; `file` is what errors name. */
int tamis_drill_config_parse(const char *file, tamis_slice text, tamis_drill_config *ret,
                             tamis_error *err) TAMIS_CHECKED;
void tamis_drill_config_done(tamis_drill_config *c);

/* The first section of a kind (and name, where name is not NULL); NULL: there is none. */
const tamis_drill_section *tamis_drill_config_section(const tamis_drill_config *c, const char *kind, const char *name);
/* A section's value, the last where there are several; NULL: there is none, or no section. */
const char *tamis_drill_config_value(const tamis_drill_section *s, const char *key);

#endif
