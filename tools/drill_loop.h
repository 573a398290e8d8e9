/* drill_loop.h: the practice loop: what `tamis drill` can be told to do, but for dev (drill_dev.h) and what is spoken (drill_spoken.h).
 *
 * Each prints what it did and what to do next, and returns the exit status: 3 when a check found the answer wanting.
 */
#ifndef TOOLS_DRILL_LOOP_H
#define TOOLS_DRILL_LOOP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <tamis/error.h>

typedef struct drill_wishes {
        const char *name, *folder;      /* operands; NULL: not given */
        uint64_t seed;                  /* 0: a fresh one */
        bool give_up;
        const atomic_bool *stop;
} drill_wishes;

int drill_go_on(const drill_wishes *w, tamis_error *err) TAMIS_CHECKED;         /* where one stopped */
int drill_show_list(const drill_wishes *w, tamis_error *err) TAMIS_CHECKED;
int drill_start(const drill_wishes *w, tamis_error *err) TAMIS_CHECKED;
int drill_check(const drill_wishes *w, tamis_error *err) TAMIS_CHECKED;
int drill_hint(const drill_wishes *w, tamis_error *err) TAMIS_CHECKED;
int drill_explain(const drill_wishes *w, tamis_error *err) TAMIS_CHECKED;
int drill_next(const drill_wishes *w, tamis_error *err) TAMIS_CHECKED;
int drill_reset(const drill_wishes *w, tamis_error *err) TAMIS_CHECKED;
int drill_review(const drill_wishes *w, tamis_error *err) TAMIS_CHECKED;
int drill_watch(const drill_wishes *w, tamis_error *err) TAMIS_CHECKED;

/* All drills by `order`, then name; *ret is an array that drill_all_done frees. */
struct drill_opened;
int drill_all(struct drill_opened **ret, size_t *n, tamis_error *err) TAMIS_CHECKED;
void drill_all_done(struct drill_opened *all, size_t n);

/* The drill that is meant: w->name, or the one one is at. `name` has room for 256. */
int drill_meant(const drill_wishes *w, char *name, tamis_error *err) TAMIS_CHECKED;

#endif
