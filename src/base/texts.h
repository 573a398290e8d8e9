/* texts.h: many short texts, one behind the other, found by their number.
 *
 * What a column of cells is kept in where each is wanted as it stood: 8 bytes a text of up to seven, 8 and its length
 * beyond that for a longer one. No text is looked for, so nothing is hashed.
 *
 * Ownership: embedded; {0} is empty; _done frees it. What is added is copied.
 */
#ifndef TAMIS_BASE_TEXTS_H
#define TAMIS_BASE_TEXTS_H

#include <tamis/memory.h>

enum { TAMIS_TEXT_SHORT = 7 };

typedef struct tamis_text {
        char bytes[TAMIS_TEXT_SHORT];   /* of a longer one: where in `far` its length and bytes are */
        uint8_t length;                 /* TAMIS_TEXT_SHORT + 1: longer */
} tamis_text;

typedef struct tamis_texts {
        tamis_text *texts;
        size_t n, capacity;
        tamis_buffer far;
} tamis_texts;

void tamis_texts_done(tamis_texts *texts);
int tamis_texts_add(tamis_texts *texts, tamis_slice text, tamis_error *err) TAMIS_CHECKED;
/* All of `from` behind what is there. */
int tamis_texts_append(tamis_texts *texts, const tamis_texts *from, tamis_error *err) TAMIS_CHECKED;

/* Text i < n; until the next is added. */
tamis_slice tamis_texts_at(const tamis_texts *texts, size_t i);

static inline bool tamis_texts_empty(const tamis_texts *texts, size_t i) {
        return texts->texts[i].length == 0;
}

#endif
