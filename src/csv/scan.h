/* scan.h: find where records and cells end, many bytes at a time.
 *
 * The bytes are looked at in blocks of 64: wide compares make of each block three bit masks (delimiters, line endings,
 * quotes), and the rest is arithmetic on masks. Inside quotes is where the number of quotes so far is odd; a delimiter
 * or line ending counts only outside. The record is well formed when every quote that opens stands directly behind a
 * delimiter, a line ending, another quote or nothing, and every quote that closes directly before one of these: a
 * doubled quote is then one that closes and one that opens. What fails this is left to quoted.h, which asks libcsv.
 *
 * A scan stops and goes on anywhere: what it has to remember is a few words, so a record that does not fit into what
 * was read is never looked at twice.
 *
 * Ownership: the chunk scanned is the caller's; a tamis_scan holds nothing.
 */
#ifndef TAMIS_CSV_SCAN_H
#define TAMIS_CSV_SCAN_H

#include <tamis/csv.h>

/* Records are cut with 32-bit offsets. */
#define TAMIS_SCAN_LIMIT ((size_t) UINT32_MAX - 4096)

typedef struct tamis_scan_masks {
        uint64_t delimiter, eol, quote;
} tamis_scan_masks;

/* The masks of `blocks` blocks of 64 bytes; every version gives the same. */
typedef void tamis_scan_classify(const char *p, size_t blocks, char delimiter, tamis_scan_masks *masks);

struct tamis_scan;
/* Find the ends in blocks whose masks are known; 0, or one of TAMIS_SCAN_* below. */
typedef int tamis_scan_find(struct tamis_scan *scan, tamis_chunk *chunk, const tamis_scan_masks *masks, size_t n);

/* The versions this processor can run, the fastest first, NULL at the end; `name` is for tests and benchmarks. */
typedef struct tamis_scan_version {
        const char *name;
        tamis_scan_classify *classify;
        tamis_scan_find *blocks;
        uint64_t (*lines)(const char *p, size_t n);
} tamis_scan_version;
const tamis_scan_version *tamis_scan_version_at(size_t i);

typedef struct tamis_scan {
        const tamis_scan_version *version;
        char delimiter;
        size_t cells;           /* that every record must have; 0: as many as the first */

        size_t pos;             /* bytes looked at */
        size_t start;           /* where the record under way begins */
        size_t n_ends;          /* ends written, those of the record under way included */
        size_t row;             /* of these, the ones before the record under way */
        uint64_t inside;        /* all ones: pos lies inside quotes */
        uint64_t after_limit;   /* 1: the byte before pos is a delimiter, a line ending or a quote, or there is none */
        uint64_t after_close;   /* 1: the byte before pos is a quote that closes */
} tamis_scan;

enum {
        TAMIS_SCAN_ALL = 1,     /* every byte was looked at */
        TAMIS_SCAN_RAGGED,      /* the record at start, complete, has n_ends - row cells, not `cells` */
        TAMIS_SCAN_QUOTE,       /* the record at start has a malformed quote */
};

void tamis_scan_init(tamis_scan *scan, char delimiter, size_t cells);

/* Look at chunk->bytes[scan->pos .. n) and append to chunk's starts, ends and records. `final`: what ends at n is the
 * end of the source. starts[records] is the start of the record under way. Returns one of the above, or an error. After
 * RAGGED or QUOTE go on with tamis_scan_resume. */
int tamis_scan_run(tamis_scan *scan, tamis_chunk *chunk, size_t n, bool final, tamis_error *err) TAMIS_CHECKED;

/* Go on at byte `pos`, where a record begins, forgetting the cells of the record under way. */
void tamis_scan_resume(tamis_scan *scan, size_t pos);

/* For the table of versions. */
tamis_scan_find tamis_scan_blocks;
#if defined(__x86_64__)
tamis_scan_find tamis_scan_blocks_bmi;
#endif

/* How many lines end in these bytes (LF, CRLF, CR). A CR at the very end counts. */
uint64_t tamis_scan_lines(const char *p, size_t n);

#endif
