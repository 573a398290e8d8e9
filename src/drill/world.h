/* world.h: the tables a formula can see, columns held in memory: what a recipe made, and what the learner answered. */
#ifndef TAMIS_DRILL_WORLD_H
#define TAMIS_DRILL_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tamis/error.h>
#include <tamis/memory.h>

typedef struct tamis_drill_column {
        const char *name;
        bool text;
        size_t n;                       /* rows; 1: a constant, goes with every number of rows */
        double *number;                 /* NAN: missing */
        const char **texts;             /* where text; NULL: missing */
} tamis_drill_column;

typedef struct tamis_drill_table {
        const char *name;
        size_t rows;
        size_t n;
        tamis_drill_column *columns;
        bool absent;                    /* an optional answer that was not given */
} tamis_drill_table;

/* It owns all of its tables, in one arena. */
typedef struct tamis_drill_world {
        uint64_t seed;
        bool altered;                   /* the probe's run */
        size_t n;
        tamis_drill_table *tables;
        tamis_arena arena;
} tamis_drill_world;

void tamis_drill_world_init(tamis_drill_world *w, uint64_t seed, bool altered);
void tamis_drill_world_done(tamis_drill_world *w);

/* NULL: there is none. */
tamis_drill_table *tamis_drill_world_table(const tamis_drill_world *w, const char *name);
tamis_drill_column *tamis_drill_table_column(const tamis_drill_table *t, const char *name);
/* A new table without columns; room for a column of it, which is set where it is there already. Both can move what was
 * got before. */
int tamis_drill_world_add(tamis_drill_world *w, const char *name, size_t rows, tamis_drill_table **ret,
                          tamis_error *err) TAMIS_CHECKED;
int tamis_drill_table_set(tamis_drill_world *w, tamis_drill_table *t, const char *name, const tamis_drill_column *c,
                          tamis_error *err) TAMIS_CHECKED;
/* The rows `which` of all its columns, in that order, and no others. */
int tamis_drill_table_rows(tamis_drill_world *w, tamis_drill_table *t, const size_t *which, size_t n,
                           tamis_error *err) TAMIS_CHECKED;

#endif
