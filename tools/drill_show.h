/* drill_show.h: texts for people: within the terminal's width, bold only on one, long ones through a pager.
 */
#ifndef TOOLS_DRILL_SHOW_H
#define TOOLS_DRILL_SHOW_H

#include <tamis/error.h>
#include <tamis/memory.h>

/* What begins bold (or a colour) and ends it; "" where there is no terminal, or NO_COLOR says so. */
const char *show_bold(void);
const char *show_good(void);
const char *show_bad(void);
const char *show_plain(void);

/* A paragraph, filled: its first line behind `first`, the others behind as many blanks. */
void show_filled(const char *first, const char *text);
/* The same behind `begun` columns that are taken already. */
void show_behind(size_t begun, const char *text);

/* A text as its author laid it out, headings bold; lines that are too long for the terminal are filled anew. Through $PAGER (less, where it is
 * not said) when it is longer than the terminal. */
int show_text(tamis_slice text, tamis_error *err) TAMIS_CHECKED;

/* A whole file of at most a megabyte; *ret is NUL-terminated. */
int show_read(const char *path, tamis_buffer *ret, tamis_error *err) TAMIS_CHECKED;

#endif
