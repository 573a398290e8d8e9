/* measures.h: the figures of a column and of the table, one after the other, under the names that CSV and
 * JSON give them. */
#ifndef TAMIS_LOOK_MEASURES_H
#define TAMIS_LOOK_MEASURES_H

#include "look/profile.h"

typedef struct tamis_look_measure {
        const char *name;
        double value;
        tamis_slice text;               /* p not NULL: instead of the value */
        bool yes_no;
} tamis_look_measure;

typedef int tamis_look_each(const tamis_look_measure *measure, void *arg, tamis_error *err);

int tamis_look_column_measures(const tamis_profile_column *column, tamis_look_each *each, void *arg, tamis_error *err)
        TAMIS_CHECKED;
int tamis_look_table_measures(const tamis_profile *profile, tamis_look_each *each, void *arg,
                              tamis_error *err) TAMIS_CHECKED;

#endif
