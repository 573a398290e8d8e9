/* groups.h: findings that say the same of many columns, for people to read as one.
 *
 * Five findings or more of one kind and severity, whose cures differ in nothing but the column, are one group. It
 * stands where its first finding stood, and its cure is for all of its columns at once. A finding like no others is a
 * group of one.
 *
 * Ownership: what a group points to is in the `arena`; the list of members borrows the profile's findings.
 */
#ifndef TAMIS_LOOK_GROUPS_H
#define TAMIS_LOOK_GROUPS_H

#include "look/profile.h"

typedef struct tamis_look_group {
        const tamis_look_finding **members;     /* by column */
        size_t n, n_columns;
        const tamis_look_finding *most;         /* of the most cells; the first of these */
        bool differ;                            /* not all are of as many cells */
        const char *cure;
} tamis_look_group;

typedef struct tamis_look_groups {
        tamis_look_group *groups;
        size_t n;
        tamis_arena arena;
} tamis_look_groups;

/* {0} to begin with. */
int tamis_look_group_findings(const tamis_profile *profile, tamis_look_groups *ret, tamis_error *err) TAMIS_CHECKED;
void tamis_look_groups_done(tamis_look_groups *groups);

/* "c0, c1, c2, c3 and 296 more" */
const char *tamis_look_group_names(const tamis_profile *profile, const tamis_look_group *group, char *out, size_t size);
enum { TAMIS_LOOK_GROUP_NAMES = 1024 };         /* room enough for it */

#endif
