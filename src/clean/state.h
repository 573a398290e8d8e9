/* state.h: the step taken apart.
 *
 *     clean.c    options, which columns go, names; the table of the step
 *     learn.c    columns with too many holes, repeated rows
 *     change.c   cells and rows, batch by batch
 */
#ifndef TAMIS_CLEAN_STATE_H
#define TAMIS_CLEAN_STATE_H

#include "clean/duplicates.h"
#include "clean/picks.h"

struct tamis_rename {
        char *from, *to;
        size_t at;              /* in the schema that came in */
};

struct tamis_clean {
        const tamis_context *context;
        bool trim, blanks, dedupe, types, loaded;
        double rows_over, columns_over;         /* NaN: not asked */
        tamis_missing blank;
        double *blank_values;   /* of those tokens that are numbers, to tell of cells that are the same number */
        size_t n_blank_values;
        struct tamis_rename *renames;
        size_t n_renames;
        tamis_picks picks;
        json_t *gone;           /* the names of the columns that went, for the report */

        /* learning: holes first, where columns may go for them; then duplicates among what is left */
        const tamis_schema *in; /* the runner's, from bind to finish */
        bool counting;
        uint64_t rows;
        uint64_t *holes;        /* per column */
        tamis_duplicates duplicates;

        _Atomic uint64_t cells_trimmed, cells_blanked, rows_repeated, rows_hollow;
};

/* change.c */
typedef enum tamis_cell_change { TAMIS_AS_IT_WAS, TAMIS_TRIMMED, TAMIS_BLANKED } tamis_cell_change;

bool tamis_clean_changes(const struct tamis_clean *s, size_t column);
/* What trimming and blanking make of a cell of a column that is worked on. */
tamis_cell_change tamis_clean_cell(const struct tamis_clean *s, tamis_slice *text);
int tamis_clean_apply(void *state, tamis_batch *batch, tamis_error *err);

/* learn.c */
struct tamis_clean_partial {
        uint64_t rows, *holes;
        size_t n_columns;
        tamis_duplicates prints;
};

int tamis_clean_learn(const void *state, void *partial, tamis_batch *batch, tamis_error *err);
int tamis_clean_merge(void *state, void *partial, tamis_error *err);
void tamis_clean_partial_done(void *partial);
int tamis_clean_finish(void *state, const tamis_context *context, bool *again, tamis_error *err);

#endif
