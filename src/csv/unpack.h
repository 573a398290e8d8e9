/* unpack.h: streams of .gz and .zst, told by their first bytes. */
#ifndef TAMIS_CSV_UNPACK_H
#define TAMIS_CSV_UNPACK_H

#include <stdbool.h>

#include <tamis/memory.h>

typedef struct tamis_unpacker tamis_unpacker;

/* Bytes to look at before asking for an unpacker. */
#define TAMIS_UNPACK_PEEK 4

/* *ret is NULL for what is not packed. `name` is for messages and outlives the unpacker. */
int tamis_unpacker_new(const char *name, const char *first, size_t n, tamis_unpacker **ret,
                       tamis_error *err) TAMIS_CHECKED;
void tamis_unpacker_free(tamis_unpacker *unpacker);

/* Unpack some of in[0 .. *n_in) into out[0 .. *n_out); both are set to what was used. */
int tamis_unpacker_run(tamis_unpacker *unpacker, const char *in, size_t *n_in, char *out, size_t *n_out,
                       tamis_error *err) TAMIS_CHECKED;
/* No more packed bytes come: fails if they end too early. */
int tamis_unpacker_end(const tamis_unpacker *unpacker, tamis_error *err) TAMIS_CHECKED;

#endif
