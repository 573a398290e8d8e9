/* words.h: the cells of a column that are no numbers: each text with its count and the line of the first.
 *
 * Every text up to a limit of texts and of bytes; from then on no new ones, whose number is estimated (distinct.h). A
 * text that is there was taken up at its first cell, so its count is exact. Ownership: embedded, {0} but for `most` is
 * empty; _done frees.
 */
#ifndef TAMIS_LOOK_WORDS_H
#define TAMIS_LOOK_WORDS_H

#include <tamis/batch.h>
#include <tamis/stats.h>

#include "look/distinct.h"

enum { TAMIS_WORDS_MOST = 100000, TAMIS_WORDS_LENGTH = 160 };

typedef struct tamis_words {
        size_t most;                    /* texts; each may have TAMIS_WORDS_LENGTH bytes on average */
        tamis_dict dict;
        uint64_t *lines;                /* by code */
        const char **files;             /* by code: the reader's name of the source */
        size_t capacity;
        size_t bytes;
        bool full;
        uint64_t cells;                 /* in all, those not in the dictionary too */
        uint64_t shortest, longest, characters;
        tamis_distinct distinct;        /* from when it was full */
} tamis_words;

/* What a batch adds: its texts, and where each is first. */
typedef struct tamis_words_part {
        tamis_dict dict;
        uint32_t *rows;                 /* by code; in the batch's arena */
} tamis_words_part;

void tamis_words_done(tamis_words *w);
/* The present cells of a column that are no numbers. */
int tamis_words_part_make(tamis_words_part *p, tamis_batch *batch, size_t column, const double *numbers,
                          const uint8_t *missing, tamis_error *err) TAMIS_CHECKED;
int tamis_words_merge(tamis_words *w, const tamis_words_part *p, const tamis_batch *batch,
                      tamis_error *err) TAMIS_CHECKED;
uint64_t tamis_words_distinct(const tamis_words *w);

/* Characters (not bytes) of UTF-8. */
size_t tamis_characters(tamis_slice s);

#endif
