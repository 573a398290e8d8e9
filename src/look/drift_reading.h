/* drift_reading.h (private): two tables while they become columns side by side.
 *
 *     drift_read.c       opened, read, kept
 *     drift_columns.c    which of their columns are compared
 *
 * Ownership: embedded; drift_read.c opens and frees what it holds. Options and report are the caller's.
 */
#ifndef TAMIS_LOOK_DRIFT_READING_H
#define TAMIS_LOOK_DRIFT_READING_H

#include "look/drift.h"
#include "table/feed.h"

typedef struct tamis_drift_reading {
        const tamis_drift_options *options;
        tamis_drift_report *report;
        tamis_missing missing;
        tamis_feed ref, fresh;
        tamis_drift_saved saved;
        tamis_schema *schema;           /* of the reference: read, or saved */
        tamis_slice target, score;      /* names; p NULL: none */
} tamis_drift_reading;

/* When both are open and their types known: the report gets its columns, without any figures that are
 * not saved ones. */
int tamis_drift_choose(tamis_drift_reading *r, tamis_error *err) TAMIS_CHECKED;

#endif
