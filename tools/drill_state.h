/* drill_state.h: which drills there are, which one is meant, and what the book says of it: shared by the commands of
 * `tamis drill`. */
#ifndef TOOLS_DRILL_STATE_H
#define TOOLS_DRILL_STATE_H

#include "drill_book.h"
#include "drill_find.h"
#include "drill_loop.h"

/* A name's room; the exit status of an answer found wanting. */
enum { DRILL_NAME = 256, DRILL_WANTING = 3 };

/* A change of one drill's state, written at once. `here`: it is the one one is at from now on. */
typedef void drill_change(tamis_drill_state *s, void *arg);
int drill_note(const char *name, drill_change *what, void *arg, bool here, tamis_error *err) TAMIS_CHECKED;
/* The state as it is now; its folder is copied into `folder`, DRILL_PATH long (NULL: not wanted). All 0: never begun. */
int drill_look_up(const char *name, tamis_drill_state *ret, char *folder, tamis_error *err) TAMIS_CHECKED;
/* In a few words: passed, due in 3 days, ...; `size` bytes at most. */
void drill_show_state(const tamis_drill_state *s, long today, char *ret, size_t size);
/* The folder of a drill that was begun, and is still there. */
int drill_where(const char *name, char folder[DRILL_PATH], tamis_error *err) TAMIS_CHECKED;

/* The seed that is wished for, or one drawn: short enough to be typed. */
uint64_t drill_fresh_seed(const drill_wishes *w);

#endif
