/* chunk.h: what the reader's parts do with a chunk while they fill it. */
#ifndef TAMIS_CSV_CHUNK_H
#define TAMIS_CSV_CHUNK_H

#include <tamis/csv.h>

/* Empty it, keeping its memory. */
void tamis_chunk_reset(tamis_chunk *chunk);

/* Room for `records` records (and the start behind them) and `ends` ends. */
int tamis_chunk_reserve(tamis_chunk *chunk, size_t records, size_t ends, tamis_error *err) TAMIS_CHECKED;

/* From the record that comes next, bytes are of `file` from `line` on; a break at the same record gives way. */
int tamis_chunk_add_break(tamis_chunk *chunk, size_t record, const char *file, uint64_t line, tamis_error *err)
        TAMIS_CHECKED;

#endif
