/* show.h: cells and names inside messages: short, printable, and as a person would have to type them. */
#ifndef TAMIS_TABLE_SHOW_H
#define TAMIS_TABLE_SHOW_H

#include <stdbool.h>

#include <tamis/memory.h>

/* Enough for what these functions write, the NUL included. */
enum { TAMIS_SHOW_BYTES = 40, TAMIS_SHOW_SIZE = 4 * TAMIS_SHOW_BYTES + 4 };

/* `text` for a message: control characters as \xNN, what is longer than 40 bytes cut (between characters) and ended
 * with `...`. Never writes more than `size` bytes. */
void tamis_show(tamis_slice text, char *out, size_t size);

/* `text` as one item of a comma list (--na, --drop) on a shell's command line, quoted where the list or the shell needs
 * it. False where it is too long to be worth it or holds control characters. */
bool tamis_show_item(tamis_slice text, char *out, size_t size);

#endif
