/* points.h: what a strong spoken answer holds, and which of it somebody said.
 *
 * A file of points has one a line, `- text | key term, another word for it, ...`; a point that goes on has lines that
 * begin with a blank. A point was made when one of its terms is in the answer, as whole words, whatever their case; a
 * term's last word may go on when it has five letters or more ("impute" is in "imputing"), and have an s when it is
 * shorter, and "-" and "'" count as blanks.
 */
#ifndef TAMIS_DRILL_POINTS_H
#define TAMIS_DRILL_POINTS_H

#include <stdbool.h>
#include <stddef.h>

#include <tamis/error.h>
#include <tamis/memory.h>

typedef struct tamis_drill_point {
        const char *text;
        const char *terms;              /* as they stand, apart by commas */
        bool made;
} tamis_drill_point;

typedef struct tamis_drill_points {
        size_t n;
        tamis_drill_point *points;
        tamis_arena arena;
} tamis_drill_points;

int tamis_drill_points_parse(tamis_slice text, tamis_drill_points *ret, tamis_error *err) TAMIS_CHECKED;
void tamis_drill_points_done(tamis_drill_points *p);

/* Marks those that are in the answer; returns how many are. */
int tamis_drill_points_match(tamis_drill_points *p, tamis_slice answer, size_t *ret, tamis_error *err) TAMIS_CHECKED;

#endif
