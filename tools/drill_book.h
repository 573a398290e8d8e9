/* drill_book.h: the learner's progress on disk: one file, ${XDG_STATE_HOME:-~/.local/state}/tamis/drill/progress.
 *
 * It is held while it is read and changed, so that two programs do not lose each other's lines, and written aside and renamed, so that it is
 * whole whenever one is interrupted. Nothing long is done while it is held.
 */
#ifndef TOOLS_DRILL_BOOK_H
#define TOOLS_DRILL_BOOK_H

#include "drill/progress.h"

typedef struct drill_book {
        tamis_drill_progress progress;
        char folder[4096];
        int lock;
} drill_book;

/* TAMIS_IO says what to do about a folder that cannot be written to. */
int drill_book_open(drill_book *book, tamis_error *err) TAMIS_CHECKED;
int drill_book_save(drill_book *book, tamis_error *err) TAMIS_CHECKED;
void drill_book_close(drill_book *book);

/* Days since 1970-01-01, here; TAMIS_DRILL_TODAY=2026-11-23 is another day, for tests. */
long drill_today(void);

#endif
