/* ampute_grid.h: a small CSV file of numbers: patterns, weights. It owns all it holds. */
#ifndef TAMIS_JUDGE_AMPUTE_GRID_H
#define TAMIS_JUDGE_AMPUTE_GRID_H

#include <tamis/schema.h>

typedef struct tamis_grid {
        const char *path;       /* the caller's */
        tamis_schema schema;    /* its header */
        size_t rows;
        double *v;              /* [rows][schema.n] */
} tamis_grid;

int tamis_grid_read(tamis_grid *grid, const char *path, tamis_error *err) TAMIS_CHECKED;
void tamis_grid_done(tamis_grid *grid);
/* Where its columns are in a table: at[schema.n], SIZE_MAX for `special` (NULL: none). A name that is not there, or
 * twice in the grid, is an error. */
int tamis_grid_locate(const tamis_grid *grid, const tamis_schema *table, const char *special, size_t *at,
                      tamis_error *err) TAMIS_CHECKED;

#endif
