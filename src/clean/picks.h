/* picks.h: columns chosen once and remembered by name, for the table at hand and for those a saved model will meet.
 *
 * Choosing by name needs no types, so that it need not read the table first (tamis_columns_bind would).
 */
#ifndef TAMIS_CLEAN_PICKS_H
#define TAMIS_CLEAN_PICKS_H

#include <tamis/step.h>

typedef struct tamis_picks {
        tamis_columns drop;     /* they go */
        bool keeps;             /* everything else but `keep` and reserved columns goes too */
        tamis_columns keep;
        bool chosen;            /* trimming and blanking is for `work` only; else for all but reserved columns */
        tamis_columns work;

        /* in the schema last resolved against, per column */
        size_t n;
        uint8_t *goes, *works, *counts;         /* counts: stays and is no mark, so its holes and values count */
        size_t n_counts;
} tamis_picks;

void tamis_picks_done(tamis_picks *picks);

/* The types of columns are asked for. */
bool tamis_picks_need_types(const tamis_settings *settings);

/* One more column, by name and without asking for its type. */
int tamis_picks_remember(tamis_columns *columns, const tamis_schema *schema, size_t column,
                         tamis_error *err) TAMIS_CHECKED;

/* From --drop, --keep and --columns. */
int tamis_picks_choose(tamis_picks *picks, const tamis_context *context, tamis_schema *schema, tamis_error *err)
        TAMIS_CHECKED;
/* One more that goes. */
int tamis_picks_drop(tamis_picks *picks, const tamis_schema *schema, size_t column, tamis_error *err) TAMIS_CHECKED;
/* Find them in a schema. A column to keep or to work on must be there; one to drop need not (it is said). Dropping all
 * is an error. */
int tamis_picks_resolve(tamis_picks *picks, const tamis_context *context, const tamis_schema *schema, tamis_error *err)
        TAMIS_CHECKED;

int tamis_picks_save(const tamis_picks *picks, json_t *into, tamis_error *err) TAMIS_CHECKED;
int tamis_picks_load(tamis_picks *picks, const json_t *from, tamis_error *err) TAMIS_CHECKED;

#endif
