#include <stdlib.h>
#include <string.h>

#include "csv/chunk.h"
#include "csv/scan.h"

/* Blocks classified at one go: their masks stay in the first-level cache, and one call serves 4 KiB. */
#define BLOCKS 64
/* Ends written at one go; the last block may be followed by as many places. */
#define SEVERAL 8
/* For what one go can find: each byte may end a cell, and the source may end behind them. */
#define ROOM (64 * BLOCKS + 2 + SEVERAL)

void tamis_scan_init(tamis_scan *scan, char delimiter, size_t cells) {
        *scan = (tamis_scan) {
                .version = tamis_scan_version_at(0),
                .delimiter = delimiter,
                .cells = cells,
                .after_limit = 1,
        };
}

void tamis_scan_resume(tamis_scan *scan, size_t pos) {
        scan->pos = scan->start = pos;
        scan->n_ends = scan->row;
        scan->inside = 0;
        scan->after_limit = 1;
        scan->after_close = 0;
}

/* Bit i: the number of ones in bits 0 .. i is odd. */
static inline uint64_t prefix_xor(uint64_t x) {
        x ^= x << 1;
        x ^= x << 2;
        x ^= x << 4;
        x ^= x << 8;
        x ^= x << 16;
        x ^= x << 32;
        return x;
}

/* Take away what lies inside quotes and move the state on by `n` bytes; returns the lowest malformed
 * place, 64: none. */
static unsigned mask_quotes(tamis_scan *scan, tamis_scan_masks *m, unsigned n) {
        uint64_t valid = n < 64 ? (UINT64_C(1) << n) - 1 : ~UINT64_C(0);
        uint64_t limits = m->delimiter | m->eol | m->quote;
        uint64_t inside = prefix_xor(m->quote) ^ scan->inside;
        uint64_t opens = m->quote & inside, closes = m->quote & ~inside;
        uint64_t bad =
                ((opens & ~(limits << 1 | scan->after_limit)) | ((closes << 1 | scan->after_close) & ~limits)) & valid;

        m->delimiter &= ~inside;
        m->eol &= ~inside;
        if (bad)
                return (unsigned) __builtin_ctzll(bad);
        scan->inside = -(inside >> (n - 1) & 1);
        scan->after_limit = limits >> (n - 1) & 1;
        scan->after_close = closes >> (n - 1) & 1;
        return 64;
}

/* The record under way ends at its last end, `next` is where the following one may begin. */
static inline int record_ends(tamis_scan *scan, tamis_chunk *chunk, size_t next) {
        if (scan->n_ends - scan->row != scan->cells) {
                if (scan->cells)
                        return TAMIS_SCAN_RAGGED;
                scan->cells = chunk->cells = scan->n_ends - scan->row;
        }
        chunk->starts[chunk->records++] = (uint32_t) scan->start;
        scan->row = scan->n_ends;
        scan->start = next;
        return 0;
}

/* One block whose masks hold only what counts, when it has blank lines, or line endings of two bytes. */
static int block_with_blanks(tamis_scan *scan, tamis_chunk *chunk, tamis_scan_masks m) {
        uint64_t bits = m.delimiter | m.eol;
        uint32_t *ends = chunk->ends + scan->n_ends;
        int r = 0;

        while (bits) {
                uint64_t lowest = bits & -bits;
                size_t at = scan->pos + (unsigned) __builtin_ctzll(bits);

                bits ^= lowest;
                *ends++ = (uint32_t) at;
                if (!(m.eol & lowest))
                        continue;
                if (at == scan->start) {        /* a blank line, or the LF of a CRLF */
                        ends--;
                        scan->start++;
                        continue;
                }
                scan->n_ends = (size_t) (ends - chunk->ends);
                r = record_ends(scan, chunk, at + 1);
                if (r)
                        return r;
        }
        scan->n_ends = (size_t) (ends - chunk->ends);
        return 0;
}

/* One block whose masks hold only what counts. Every end is written down before it is known which of them end records:
 * eight at a time, whether there are as many or not, for a loop that ends where the bits do is left at the wrong moment
 * nearly every time. */
static inline __attribute__((always_inline)) int block_ends(tamis_scan *scan, tamis_chunk *chunk, tamis_scan_masks m) {
        const uint64_t bits = m.delimiter | m.eol;
        const size_t before = scan->n_ends;
        uint32_t *ends = chunk->ends + before;
        uint64_t left = bits;

        if (m.eol & (m.eol << 1 | (scan->pos == scan->start)))
                return block_with_blanks(scan, chunk, m);
        for (; left; ends += SEVERAL)
                for (unsigned i = 0; i < SEVERAL; i++) {
                        ends[i] = (uint32_t) (scan->pos + (unsigned) __builtin_ctzll(left | UINT64_C(1) << 63));
                        left &= left - 1;
                }
        for (left = m.eol; left; left &= left - 1) {
                const unsigned bit = (unsigned) __builtin_ctzll(left);
                int r;

                scan->n_ends = before + 1 + (unsigned) __builtin_popcountll(bits & ((UINT64_C(1) << bit) - 1));
                r = record_ends(scan, chunk, scan->pos + bit + 1);
                if (r)
                        return r;
        }
        scan->n_ends = before + (unsigned) __builtin_popcountll(bits);
        return 0;
}

/* The `n` <= 64 bytes at scan->pos. */
static inline __attribute__((always_inline)) int block(tamis_scan *scan, tamis_chunk *chunk, tamis_scan_masks m,
                                                       unsigned n) {
        unsigned bad = 64;
        int r;

        if (n < 64) {
                uint64_t valid = (UINT64_C(1) << n) - 1;

                m.delimiter &= valid, m.eol &= valid, m.quote &= valid;
        }
        if (m.quote | scan->inside | scan->after_close) {
                chunk->quoted = true;
                bad = mask_quotes(scan, &m, n);
                if (bad < 64) {
                        uint64_t sound = (UINT64_C(1) << bad) - 1;

                        m.delimiter &= sound, m.eol &= sound;
                }
        } else {
                scan->after_limit = (m.delimiter | m.eol) >> (n - 1) & 1;
        }
        r = block_ends(scan, chunk, m);
        if (r)
                return r;
        if (bad < 64)
                return TAMIS_SCAN_QUOTE;
        scan->pos += n;
        return 0;
}

/* Whole blocks. */
static inline __attribute__((always_inline)) int all_blocks(tamis_scan *scan, tamis_chunk *chunk,
                                                            const tamis_scan_masks *masks, size_t n) {
        int r = 0;

        for (size_t i = 0; i < n && r == 0; i++)
                r = block(scan, chunk, masks[i], 64);
        return r;
}

int tamis_scan_blocks(tamis_scan *scan, tamis_chunk *chunk, const tamis_scan_masks *masks, size_t n) {
        return all_blocks(scan, chunk, masks, n);
}

#if defined(__x86_64__)
__attribute__((target("bmi,popcnt")))
int tamis_scan_blocks_bmi(tamis_scan *scan, tamis_chunk *chunk, const tamis_scan_masks *masks, size_t n) {
        return all_blocks(scan, chunk, masks, n);
}
#endif

static int finish(tamis_scan *scan, tamis_chunk *chunk, size_t n) {
        int r = 0;

        if (scan->inside)
                return TAMIS_SCAN_QUOTE;
        if (scan->start < n) {
                chunk->ends[scan->n_ends++] = (uint32_t) n;
                r = record_ends(scan, chunk, n);
        }
        return r ? r : TAMIS_SCAN_ALL;
}

int tamis_scan_run(tamis_scan *scan, tamis_chunk *chunk, size_t n, bool final, tamis_error *err) {
        tamis_scan_masks masks[BLOCKS];
        char tail[64];
        int r = 0;

        if (n > TAMIS_SCAN_LIMIT)
                return tamis_fail(err, TAMIS_BAD_DATA, "more than 4 GiB in one piece");
        r = tamis_chunk_reserve(chunk, chunk->records + ROOM, scan->n_ends + ROOM, err);
        while (r == 0 && scan->pos < n) {
                size_t left = n - scan->pos, blocks = left / 64;

                if (blocks > BLOCKS)
                        blocks = BLOCKS;
                if (blocks == 0) {
                        memset(tail, 0, sizeof tail);
                        memcpy(tail, chunk->bytes.p + scan->pos, left);
                        scan->version->classify(tail, 1, scan->delimiter, masks);
                        r = block(scan, chunk, masks[0], (unsigned) left);
                        break;
                }
                scan->version->classify(chunk->bytes.p + scan->pos, blocks, scan->delimiter, masks);
                r = scan->version->blocks(scan, chunk, masks, blocks);
                if (r == 0)
                        r = tamis_chunk_reserve(chunk, chunk->records + ROOM, scan->n_ends + ROOM, err);
        }
        if (r < 0)
                return r;
        if (r == 0)
                r = final ? finish(scan, chunk, n) : TAMIS_SCAN_ALL;
        chunk->starts[chunk->records] = (uint32_t) scan->start;
        return r;
}
