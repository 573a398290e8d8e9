/* state.h: the step taken apart.
 *
 *     clean.c    options, which columns go, names; the table of the step
 *     learn.c    columns with too many holes, repeated rows
 *     change.c   cells and rows, batch by batch
 *     mend.c forms.c dates.c   what is done to one column's cells
 *     wishes.c   what is asked of them
 *     mends.c    which columns, what is learned for it
 *     bounds.c   of outliers
 *     repair.c   doing it
 */
#ifndef TAMIS_CLEAN_STATE_H
#define TAMIS_CLEAN_STATE_H

#include "clean/duplicates.h"
#include "clean/mend.h"
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
        tamis_mend_wishes wishes;
        tamis_columns mended;   /* columns that mends are for */
        tamis_mend *mends;      /* per mended column */
        size_t n_mends;
        tamis_mend **mend_at;   /* per column of the schema last attached to: its mend, or NULL */
        size_t first_extra;     /* where the new columns begin, in what goes out */
        json_t *gone;           /* the names of the columns that went, for the report */

        /* learning: holes first, where columns may go for them; then duplicates among what is left */
        const tamis_schema *in; /* the runner's, from bind to finish */
        enum {
                TAMIS_CLEAN_LOOKS,
                TAMIS_CLEAN_BOUNDS,
                TAMIS_CLEAN_SPREADS,
                TAMIS_CLEAN_HOLES,
                TAMIS_CLEAN_REPEATS
        } phase;
        uint64_t rows;
        uint64_t *holes;        /* per column */
        tamis_duplicates duplicates;

        _Atomic uint64_t cells_trimmed, cells_blanked, rows_repeated, rows_hollow, rows_out;
};

/* change.c */
typedef enum tamis_cell_change { TAMIS_AS_IT_WAS, TAMIS_TRIMMED, TAMIS_BLANKED } tamis_cell_change;

/* Cells of the column may be changed by trimming, blanking or mending, bounds aside. */
bool tamis_clean_changes(const struct tamis_clean *s, size_t column);
/* What a cell becomes, bounds aside; its text in `room` where it has to be made. */
tamis_slice tamis_clean_text(const struct tamis_clean *s, tamis_batch *batch, size_t row, size_t column,
                             char room[TAMIS_FORM_MAX]);
/* What trimming and blanking make of a cell of a column that is worked on. */
tamis_cell_change tamis_clean_cell(const struct tamis_clean *s, tamis_slice *text);
/* Trim and blank. */
int tamis_clean_column(struct tamis_clean *s, tamis_batch *batch, size_t column, tamis_error *err);
int tamis_clean_apply(void *state, tamis_batch *batch, tamis_error *err);

/* learn.c */
struct tamis_clean_partial {
        uint64_t rows, *holes;
        size_t n_columns;
        tamis_duplicates prints;
        tamis_looks *looks;     /* per mended column */
        size_t n_looks;
};

/* wishes.c */
int tamis_mends_configure(struct tamis_clean *s, tamis_error *err);

/* bounds.c; i: of the mended columns, `values` is room for a batch's */
int tamis_bounds_learn(const struct tamis_clean *s, size_t i, tamis_looks *looks, tamis_batch *batch, double *values,
                       tamis_error *err);
int tamis_bounds_ask(struct tamis_clean *s, bool fences, tamis_error *err);
int tamis_bounds_settle(struct tamis_clean *s, bool *again, tamis_error *err);
void tamis_bounds_finish(struct tamis_clean *s);

/* mends.c */
int tamis_mends_bind(struct tamis_clean *s, tamis_schema *schema, tamis_error *err);
int tamis_mends_learn(const struct tamis_clean *s, struct tamis_clean_partial *p, tamis_batch *batch, tamis_error *err);
int tamis_mends_merge(struct tamis_clean *s, struct tamis_clean_partial *p, tamis_error *err);
/* *again: the same phase once more; else s->phase is the next. */
int tamis_mends_finish(struct tamis_clean *s, bool *again, tamis_error *err);
/* Find the columns again, and say which new ones come behind all others; `place`: where a column is in
 * what goes out. */
int tamis_mends_find(struct tamis_clean *s, const tamis_schema *schema, tamis_error *err);
int tamis_mends_attach(struct tamis_clean *s, tamis_schema *schema, const size_t *place, tamis_error *err);
int tamis_mends_save(const struct tamis_clean *s, json_t *into, tamis_error *err);
int tamis_mends_load(struct tamis_clean *s, const json_t *from, tamis_error *err);
int tamis_mends_report(const struct tamis_clean *s, json_t *into, tamis_error *err);
void tamis_mends_done(struct tamis_clean *s);

/* repair.c; keep[row] = 0 where --outliers-to drop takes the row; new columns come last. */
int tamis_mends_apply(struct tamis_clean *s, tamis_batch *batch, size_t column, uint8_t *keep, tamis_error *err);

int tamis_clean_learn(const void *state, void *partial, tamis_batch *batch, tamis_error *err);
int tamis_clean_merge(void *state, void *partial, tamis_error *err);
void tamis_clean_partial_done(void *partial);
int tamis_clean_finish(void *state, const tamis_context *context, bool *again, tamis_error *err);

#endif
