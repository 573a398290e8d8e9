/* source.h: the bytes of one file, pipe or standard input, unpacked where they are .gz or .zst.
 *
 * Three layers, from below: the descriptor, or what the spool kept of it; a small buffer of packed bytes; the unpacker.
 * Plain bytes go from read(2) straight to where they are wanted. What can be read again is: a file is opened again (and
 * must be the same file still), standard input that is a file goes back to where it stood; the rest is
 * spooled if `keep`.
 *
 * Ownership: path is the caller's and outlives the source.
 */
#ifndef TAMIS_CSV_SOURCE_H
#define TAMIS_CSV_SOURCE_H

#include <tamis/memory.h>

typedef struct tamis_source tamis_source;

/* Fails for what is not there or is a folder; opens nothing. `budget`: memory that spools may take. */
int tamis_source_new(const char *path, bool keep, uint64_t *budget, tamis_source **ret, tamis_error *err) TAMIS_CHECKED;
void tamis_source_free(tamis_source *source);

/* The path, or "standard input". */
const char *tamis_source_name(const tamis_source *source);
/* How many bytes there are to read, packed; 0: not known. And how many were, since the source was opened. */
uint64_t tamis_source_size(const tamis_source *source);
uint64_t tamis_source_position(const tamis_source *source);
/* A regular file, or standard input that is one. */
bool tamis_source_is_file(const tamis_source *source);
/* It will not be opened again: no more bytes are kept. */
void tamis_source_once(tamis_source *source);

/* Begin at the first byte, again if it was read before. */
int tamis_source_open(tamis_source *source, tamis_error *err) TAMIS_CHECKED;
/* 1 .. n bytes (n >= 1); 0 at the end. */
int tamis_source_read(tamis_source *source, char *p, size_t n, size_t *got, tamis_error *err) TAMIS_CHECKED;
void tamis_source_close(tamis_source *source);

#endif
