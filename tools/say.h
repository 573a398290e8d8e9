/* say.h: everything the program tells a person on standard error, and words for it.
 *
 * One place, because notes come from any thread while a progress line may be on the screen: the line is taken away, the
 * note is written whole, the line comes back with the next redraw.
 */
#ifndef TOOLS_SAY_H
#define TOOLS_SAY_H

#include <tamis/memory.h>

/* Look at standard error once: is it a terminal, may it be coloured. */
void say_init(void);
bool say_on_terminal(void);

/* `tamis STEP: FILE:LINE:COL: message`, the parts that are known. Control characters are shown as \xNN. */
void say_error(const tamis_error *err);
void say_note(const char *step, const char *text);

/* Replace the progress line; "" takes it away. */
void say_status(const char *text);

/* Flush standard output; TAMIS_IO, or TAMIS_CLOSED, when what was printed did not arrive. */
int say_flush(tamis_error *err) TAMIS_CHECKED;

/* "; near: --seed, --save" for what is near `word`, or "": each word gets `prefix` in front. */
void say_near(const char *word, const char *prefix, const tamis_slice *words, size_t n, char *out, size_t size);

#endif
