/* long_texts.h: long texts in JSON, without going through a parser byte by byte.
 *
 * A model that holds rows is a little JSON around one text of megabytes, and jansson takes 20 ns for each of its bytes.
 * So long texts are cut out of what it reads, a short one in the place of each, and are put back into what it made.
 * Only texts that stand for themselves are cut: printable ASCII without a backslash. The others go the usual way.
 */
#ifndef TAMIS_STEP_LONG_TEXTS_H
#define TAMIS_STEP_LONG_TEXTS_H

#include <jansson.h>

#include <tamis/memory.h>

typedef struct tamis_long_texts {
        tamis_buffer rest;      /* the JSON without them */
        tamis_slice *texts;     /* borrowed from what they were cut from */
        size_t n, capacity;
} tamis_long_texts;

/* `json` need not be JSON: what cannot be understood is left as it is, for the parser to complain of. */
int tamis_long_texts_cut(tamis_long_texts *long_texts, tamis_slice json, tamis_error *err) TAMIS_CHECKED;
/* Into what was parsed from `rest`. */
int tamis_long_texts_restore(const tamis_long_texts *long_texts, json_t *json, tamis_error *err) TAMIS_CHECKED;
void tamis_long_texts_done(tamis_long_texts *long_texts);

#endif
