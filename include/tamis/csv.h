/* csv.h: bytes to records and back, nothing changed on the way.
 *
 * The reader finds where records and cells lie and leaves the bytes alone. It hands out *chunks*: a run of whole
 * records, their bytes as they came, and for every cell where it ends. libcsv decides what a record with a quote in it
 * means; the scanner finds the unquoted ones. A record ends at LF, CRLF or CR; blank lines are no records, and stay, as
 * bytes, behind the record before them.
 *
 * Sources are files, pipes, `-`, .gz and .zst (known by their first bytes), one after the other as one table: each has
 * the same header, and only the first header is handed out. A source that can be read again is rewound by going back to
 * its start; one that cannot (a pipe) is kept, as it came, in memory and beyond a limit in an unlinked temporary file.
 *
 * Ownership: a chunk owns its bytes and is reused by the next call; the reader owns the header.
 */
#ifndef TAMIS_CSV_H
#define TAMIS_CSV_H

#include <stdbool.h>
#include <stdint.h>

#include <tamis/memory.h>

typedef enum tamis_ragged { TAMIS_RAGGED_ERROR, TAMIS_RAGGED_PAD, TAMIS_RAGGED_SKIP } tamis_ragged;

/* How a file is written. */
typedef struct tamis_dialect {
        char delimiter;         /* one byte; 0 asks the reader to find it out (auto) */
        char eol[3];            /* "\n", "\r\n" or "\r": how the first record ended; new rows end so */
        bool header;            /* the first record holds names */
} tamis_dialect;

/* From here on records do not follow, in the same file, on the one before. */
typedef struct tamis_chunk_break {
        size_t record;          /* the first one behind the break; may be == records */
        const char *file;
        uint64_t line;          /* on which it begins */
} tamis_chunk_break;

/* A run of whole records. Cell c of record r lies at bytes[start .. end), where end = ends[r * cells + c] and start =
 * starts[r] for c = 0, else the end of the cell before it + 1 (the delimiter). The record's own line ending, and blank
 * lines behind it, lie between the end of its last cell and starts[r + 1]. */
typedef struct tamis_chunk {
        tamis_buffer bytes;
        uint32_t *starts;       /* records + 1 */
        uint32_t *ends;         /* records * cells */
        size_t records, cells;
        bool quoted;            /* false: no cell begins with a quote */
        const char *file;       /* the reader's name of the source of the first record */
        uint64_t first_line;    /* the line of the first record in its file, 1-based */
        uint64_t first_record;  /* records before this chunk in the whole table, header not counted */
        tamis_chunk_break *breaks; /* where the bytes are no unbroken run of one file: another file begins, lines
                                    * were left out */
        size_t n_breaks;
        size_t starts_capacity, ends_capacity, breaks_capacity;
} tamis_chunk;

void tamis_chunk_done(tamis_chunk *chunk);

typedef struct tamis_reader tamis_reader;

typedef struct tamis_reader_options {
        const char *const *paths; /* "-" or none: standard input */
        size_t n_paths;
        tamis_dialect dialect;    /* delimiter 0: auto; eol is found out */
        tamis_ragged ragged;
        const char *rejects;      /* NULL, or a file (written aside, renamed at the end) malformed and ragged
                                   * records go to */
        bool again;               /* the table will be read more than once: keep what cannot be read again */
        uint64_t memory;          /* bytes kept in memory before spilling; 0: 1 GiB */
        size_t chunk_bytes;       /* a chunk has about so many bytes, but whole records; 0: 256 KiB, up to 2 MiB
                                   * for many columns */
} tamis_reader_options;

/* Open the sources and read the header. The errors a person meets are made here: no such file, a directory, no header
 * line in an empty input, a compressed file cut short, a header that differs in a later file. */
int tamis_reader_new(const tamis_reader_options *options, tamis_reader **ret, tamis_error *err) TAMIS_CHECKED;
void tamis_reader_free(tamis_reader *reader);

/* What was found out. */
const tamis_dialect *tamis_reader_dialect(const tamis_reader *reader);

/* The header record as it came: one record of `cells` cells; with a BOM or blank lines in front, starts[0] is behind
 * them, and bytes[0 .. starts[0]) holds them. Without a header (dialect.header false): 0 records, and `cells` is the
 * number of cells in the first record (0 when the input is empty). */
const tamis_chunk *tamis_reader_header(const tamis_reader *reader);

/* The next chunk; records = 0 at the end. Its limits depend on the bytes alone. Not thread-safe: callers take turns. */
int tamis_reader_next(tamis_reader *reader, tamis_chunk *chunk, tamis_error *err) TAMIS_CHECKED;

/* Go back to the first record; needs options.again. What was counted (below) is counted on the first reading only. */
int tamis_reader_rewind(tamis_reader *reader, tamis_error *err) TAMIS_CHECKED;

/* Before the first chunk: it will not be read again after all, and nothing more is kept. */
void tamis_reader_once(tamis_reader *reader);

/* After the last chunk: rename the rejects file to its final name. */
int tamis_reader_commit(tamis_reader *reader, tamis_error *err) TAMIS_CHECKED;

typedef struct tamis_reader_counts {
        uint64_t records, bytes;        /* read so far on this pass; bytes as they lie in the files, packed or not */
        uint64_t bytes_total;           /* of all files together; 0: not known (a pipe) */
        uint64_t padded, skipped, rejected; /* padded: surplus empty cells taken away as well */
        char first_bad[256];            /* "file:line: why" of the first record skipped or padded */
} tamis_reader_counts;
void tamis_reader_count(const tamis_reader *reader, tamis_reader_counts *counts);

/* Where cell `cell` of record `record` begins: file, line, byte column, all for people. */
void tamis_chunk_place(const tamis_chunk *chunk, size_t record, size_t cell, const char **file, uint64_t *line,
                       uint64_t *column);

/* Split `records` (one or more whole records, as bytes) into a chunk with `cells` cells a record: for rows the program
 * itself made. */
int tamis_chunk_parse(tamis_chunk *chunk, tamis_slice records, char delimiter, size_t cells,
                      tamis_error *err) TAMIS_CHECKED;

/* The value of a cell from its bytes: quotes off, doubled quotes single. `raw` unquoted, or quoted without a doubled
 * quote: a slice into raw. Otherwise decoded into the arena (p NULL, n > 0 when memory is out). */
tamis_slice tamis_cell_value(tamis_slice raw, tamis_arena *arena);

/* Append `value` as a cell: quoted only where it must be (delimiter, quote, CR, LF in it; a BOM or nothing at all in
 * the only cell of a record: `only`). */
int tamis_cell_write(tamis_buffer *out, tamis_slice value, char delimiter, bool only, tamis_error *err) TAMIS_CHECKED;

/* -- files that appear whole or not at all ------------------------------------------------------------------------- */

/* An output: standard output ("-" or NULL), or a file that gets its name when it is whole (written aside, synced,
 * renamed). Writing to a pipe nobody reads gives TAMIS_CLOSED. */
typedef struct tamis_output tamis_output;
int tamis_output_new(const char *path, tamis_output **ret, tamis_error *err) TAMIS_CHECKED;
int tamis_output_write(tamis_output *out, const void *p, size_t n, tamis_error *err) TAMIS_CHECKED;
int tamis_output_commit(tamis_output *out, tamis_error *err) TAMIS_CHECKED;
void tamis_output_free(tamis_output *out);      /* not committed: nothing stays */

#endif
