/* grouping.h: which group each row is in. A group is the rows that agree, text by text, in the columns of --group.
 *
 * A row with a missing cell among them is in no group: nothing says that two unknowns agree.
 */
#ifndef TAMIS_STEP_GROUPING_H
#define TAMIS_STEP_GROUPING_H

#include <tamis/stats.h>
#include <tamis/step.h>

enum { TAMIS_NO_GROUP = -1 };

typedef struct tamis_grouping {
        tamis_columns columns;  /* n 0: there are no groups */
        tamis_dict keys;        /* of the groups learned, in the order they came; the texts, each behind its length */
} tamis_grouping;

void tamis_grouping_done(tamis_grouping *grouping);
/* The columns of --group, if it was given. The target cannot be one: that would leak it into the features. */
int tamis_grouping_bind(tamis_grouping *grouping, const tamis_context *context, tamis_schema *schema, tamis_error *err)
        TAMIS_CHECKED;

/* The group of every row: its code in `keys`, where new ones are added; or, where `keys` is NULL, in grouping->keys,
 * and TAMIS_NO_GROUP for those not learned. In the batch's arena. */
int tamis_grouping_codes(const tamis_grouping *grouping, tamis_dict *keys, tamis_batch *batch, const int32_t **ret,
                         tamis_error *err) TAMIS_CHECKED;

/* The rows of group g, ascending: rows[starts[g]] .. rows[starts[g + 1] - 1]; g < n. In the batch's arena. */
typedef struct tamis_runs {
        size_t *starts;
        uint32_t *rows;
} tamis_runs;
int tamis_grouping_runs(const int32_t *codes, size_t n, tamis_batch *batch, tamis_runs *ret, tamis_error *err)
        TAMIS_CHECKED;

/* -- what was learned within the groups, as JSON ------------------------------------------------------------------- */

/* The texts of a group, ["S", "male"]; NULL when memory is out. */
json_t *tamis_grouping_texts(const tamis_grouping *grouping, size_t group);
/* Add the next group. */
int tamis_grouping_load(tamis_grouping *grouping, const json_t *texts, tamis_error *err) TAMIS_CHECKED;

/* A step has an array of values of `size` bytes, group after group, one for each of its columns:
 *
 *     "group":  [ { "name": "Sex", ... } ],
 *     "groups": [ { "of": [ "male" ], KEY: [ value of column 0, ... ] }, ... ]
 *
 * Zeroes stand for a value that was not learned. */
typedef struct tamis_grouped {
        const char *key;
        size_t size;
        json_t *(*save)(const void *state, size_t column, const void *value);  /* NULL when memory is out */
        int (*load)(void *state, size_t column, const json_t *from, void *value, tamis_error *err);
} tamis_grouped;

/* Put both there; without groups neither. */
int tamis_grouped_save(const tamis_grouped *grouped, const tamis_grouping *grouping, const void *state, size_t columns,
                       const void *values, json_t *into, tamis_error *err) TAMIS_CHECKED;
/* "groups" alone. */
int tamis_grouped_report(const tamis_grouped *grouped, const tamis_grouping *grouping, const void *state,
                         size_t columns, const void *values, json_t *into, tamis_error *err) TAMIS_CHECKED;
/* The groups into `grouping`, their values into *ret, which the caller frees. Without a "group" there: nothing. */
int tamis_grouped_load(const tamis_grouped *grouped, tamis_grouping *grouping, void *state, size_t columns,
                       const json_t *from, void **ret, tamis_error *err) TAMIS_CHECKED;

#endif
