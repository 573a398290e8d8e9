/* lines.h: on which line a record begins, asked for records in ascending order. {0} to begin with, one
 * for each chunk. */
#ifndef TAMIS_LOOK_LINES_H
#define TAMIS_LOOK_LINES_H

#include <tamis/csv.h>

#include "csv/scan.h"

typedef struct tamis_lines {
        size_t record, next_break;
        uint64_t line;                  /* of `record`; 0: not begun */
        const char *file;
} tamis_lines;

/* Whether each record from `record` to `to` is a line that ends in one byte, so that none needs to be looked for. */
static inline bool tamis_lines_plain(const tamis_chunk *c, size_t record, size_t to) {
        bool plain = !c->quoted;

        for (; plain && record < to; record++)
                plain = c->starts[record + 1] - c->ends[(record + 1) * c->cells - 1] == 1;
        return plain;
}

static inline uint64_t tamis_lines_at(tamis_lines *l, const tamis_chunk *c, size_t record, const char **file) {
        if (l->line == 0) {
                l->line = c->first_line;
                l->file = c->file;
        }
        while (l->next_break < c->n_breaks && c->breaks[l->next_break].record <= record) {
                const tamis_chunk_break *b = &c->breaks[l->next_break++];

                l->record = b->record;
                l->line = b->line;
                l->file = b->file;
        }
        if (tamis_lines_plain(c, l->record, record))
                l->line += record - l->record;
        else
                l->line += tamis_scan_lines(c->bytes.p + c->starts[l->record], c->starts[record] - c->starts[l->record]);
        l->record = record;
        if (file)
                *file = l->file ? l->file : "";
        return l->line;
}

#endif
