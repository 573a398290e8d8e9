/* bench_write.h: where the results of a bench go.
 *
 * Rows, or the table they are ranked in, to the output; a page and pictures besides, where they are asked for. Files
 * appear whole or not at all. A failure leaves those that were written before.
 *
 * Ownership: nothing is kept; the paths are the caller's.
 */
#ifndef TOOLS_BENCH_WRITE_H
#define TOOLS_BENCH_WRITE_H

#include "judge/bench.h"

typedef struct bench_outputs {
        const char *path;               /* NULL: standard output */
        bool table;                     /* there, not the rows */
        const char *html, *plot;        /* a file, a folder; NULL: none */
} bench_outputs;

int bench_write(const tamis_bench *b, const bench_outputs *o, tamis_error *err) TAMIS_CHECKED;

#endif
