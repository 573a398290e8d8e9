/* spool.h: keeps the bytes of what cannot be read again, in memory up to a limit and behind it in an unlinked temporary
 * file (in TMPDIR, else /tmp), so that nothing is left behind however the program ends.
 */
#ifndef TAMIS_CSV_SPOOL_H
#define TAMIS_CSV_SPOOL_H

#include <tamis/memory.h>

typedef struct tamis_spool {
        tamis_buffer head;      /* the first bytes */
        uint64_t n;             /* bytes kept */
        int fd;                 /* the others; -1: none */
} tamis_spool;

#define TAMIS_SPOOL_EMPTY { .fd = -1 }

/* Keep n more bytes; `budget` is what memory may still take, over all spools. */
int tamis_spool_add(tamis_spool *spool, uint64_t *budget, const void *p, size_t n, tamis_error *err) TAMIS_CHECKED;
/* Up to n bytes from `at` < spool->n on; *got >= 1. */
int tamis_spool_read(const tamis_spool *spool, uint64_t at, void *p, size_t n, size_t *got,
                     tamis_error *err) TAMIS_CHECKED;
void tamis_spool_done(tamis_spool *spool);

#endif
