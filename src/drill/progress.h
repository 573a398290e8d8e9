/* progress.h: what a learner has done, as lines of text that a person can read and mend.
 *
 *     at miss30
 *     miss30 started 2026-11-23 hints 2 tries 5 passed 2026-11-24 step 1 due 2026-11-25 told 7/9 in /home/lena/drills/miss30
 *
 * `at` names the drill one is at. A line's words come in pairs, in any order, but `in` with the folder, which goes to
 * the end. Pairs and lines nobody knows are kept as they are: a later version may know them.
 *
 * Spaced repetition is as simple as it can be: after a pass a drill is due in 1, 3, 7, 16, 35 days, one step further
 * each time it is passed again when due, and back at the first step after a review that failed.
 */
#ifndef TAMIS_DRILL_PROGRESS_H
#define TAMIS_DRILL_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

#include <tamis/error.h>
#include <tamis/memory.h>

enum { TAMIS_DRILL_NEVER = 0 };

typedef struct tamis_drill_state {
        const char *name;
        long started, passed, due;      /* days since 1970-01-01; 0: never */
        unsigned hints, tries, step;    /* step: passes in a row; 0: none */
        bool gave_up;
        unsigned told, points;          /* of the last spoken answer */
        const char *folder;             /* NULL: none */
        const char *unknown;            /* words kept as they are; "" */
} tamis_drill_state;

typedef struct tamis_drill_progress {
        const char *at;                 /* NULL: at none */
        size_t n;
        tamis_drill_state *drills;      /* in the order they were begun in */
        const char *unknown;            /* lines kept as they are */
        tamis_arena arena;
} tamis_drill_progress;

/* Never fails on what it does not know. */
int tamis_drill_progress_parse(tamis_slice text, tamis_drill_progress *ret, tamis_error *err) TAMIS_CHECKED;
int tamis_drill_progress_print(const tamis_drill_progress *p, tamis_buffer *out, tamis_error *err) TAMIS_CHECKED;
void tamis_drill_progress_done(tamis_drill_progress *p);

/* NULL: never begun. */
tamis_drill_state *tamis_drill_progress_find(const tamis_drill_progress *p, const char *name);
/* The one there is, or a new one; moves the others. */
int tamis_drill_progress_add(tamis_drill_progress *p, const char *name, tamis_drill_state **ret,
                             tamis_error *err) TAMIS_CHECKED;

/* A check came out on a day. A pass before it is due leaves the schedule alone. */
void tamis_drill_passed(tamis_drill_state *s, long today);
void tamis_drill_failed(tamis_drill_state *s, long today);

/* 2026-11-23 and back. -1: no date. */
long tamis_drill_day(tamis_slice text);
void tamis_drill_day_print(long day, char ret[16]);

#endif
