/* reader.h: what the parts of the reader share.
 *
 * stream.c joins the sources: one run of bytes behind the first header, later headers gone. *Seams* say where in it a
 * file begins. reader.c cuts the stream into chunks; repair.c holds what is done about records that do not fit.
 *
 * A chunk's limits must depend on bytes alone. So the stream is always read up to a fixed limit, and only a record
 * whose successor (or the end of the table) is in sight below that limit is taken; the limit moves on by a fixed amount
 * when there is none.
 */
#ifndef TAMIS_CSV_READER_H
#define TAMIS_CSV_READER_H

#include <tamis/csv.h>

#include "csv/scan.h"
#include "csv/source.h"

typedef struct tamis_seam {
        uint64_t at;            /* offset in the stream */
        const char *file;
        uint64_t line;          /* of the byte there */
} tamis_seam;

/* A record that did not fit. Counted and set aside only when the chunk is cut behind it. */
typedef struct tamis_edit {
        enum { TAMIS_EDIT_PAD, TAMIS_EDIT_TRIM, TAMIS_EDIT_SKIP, TAMIS_EDIT_REJECT } kind;
        size_t record;          /* records before it; PAD and TRIM: itself included */
        size_t start, end;      /* its bytes, line ending not included */
        size_t at;              /* PAD: delimiters are put here; TRIM: bytes go from here to end */
        size_t cells;           /* PAD: how many are added; otherwise how many it had, 0: a malformed quote */
        int fault;              /* what is wrong with the quote */
} tamis_edit;

struct tamis_reader {
        tamis_dialect dialect;
        tamis_ragged ragged;
        bool again, judge_all;
        size_t chunk_bytes;
        uint64_t budget;        /* memory that spools may still take */

        tamis_source **sources;
        size_t n_sources, source;       /* the one under way; n_sources: the end */
        uint64_t source_bytes;          /* read of those before it */

        tamis_chunk header, other;      /* other: a later file's header */
        tamis_arena names;
        size_t cells;

        /* the stream: pending[pending_at ..] comes before what the source has left */
        tamis_buffer pending;
        size_t pending_at;
        size_t from_pending;    /* so many of the last bytes of the chunk under way came from there */
        uint64_t base;          /* offset in the stream of the chunk's first byte */
        char last;              /* the stream's byte before those to come */
        tamis_seam *seams;      /* in order; the first one holds at base */
        size_t n_seams, seams_capacity;

        tamis_edit *edits;
        size_t n_edits, edits_capacity;
        tamis_buffer spare;     /* a repaired chunk is put together here */
        tamis_output *rejects;
        tamis_buffer rejected;  /* on its way there */

        uint64_t counted;       /* what is wrong before this offset was counted on a pass before */
        tamis_reader_counts counts;
};

/* -- stream.c */
/* Open the first source and read its header; on the first pass find out the dialect and check the other files. */
int tamis_stream_begin(tamis_reader *reader, bool first_pass, tamis_error *err) TAMIS_CHECKED;
/* Add bytes to the chunk until it has `limit` of them or the table ends. */
int tamis_stream_fill(tamis_reader *reader, tamis_chunk *chunk, size_t limit, tamis_error *err) TAMIS_CHECKED;
/* There is nothing behind what was filled in. */
bool tamis_stream_ended(const tamis_reader *reader);
/* Give back the chunk's bytes from `cut` on; the next chunk begins there. */
int tamis_stream_cut(tamis_reader *reader, tamis_chunk *chunk, size_t cut, tamis_error *err) TAMIS_CHECKED;

/* A place in the chunk's bytes that moves forward: a file and a line. */
typedef struct tamis_cursor {
        size_t at, seam;
        uint64_t line;
} tamis_cursor;
tamis_cursor tamis_cursor_begin(const tamis_reader *reader);
/* Move on to `at`, which is no LF behind a CR. */
void tamis_cursor_move(tamis_cursor *cursor, const tamis_reader *reader, const char *bytes, size_t at);

/* -- repair.c */
/* The record under way, complete, has another number of cells. 0: dealt with; else an error. */
int tamis_repair_ragged(tamis_reader *reader, tamis_chunk *chunk, tamis_scan *scan, size_t limit, tamis_error *err)
        TAMIS_CHECKED;
/* The record under way, up to `limit`, has the fault; its first line ends at `end`. */
int tamis_repair_quote(tamis_reader *reader, tamis_scan *scan, size_t records, size_t end, size_t limit, int fault,
                       tamis_error *err) TAMIS_CHECKED;
/* The chunk will be cut at `cut`: note where its records come from, count the edits, set aside what goes. */
int tamis_repair_note(tamis_reader *reader, tamis_chunk *chunk, size_t cut, tamis_error *err) TAMIS_CHECKED;
/* It was: carry out the edits in its bytes, starts and ends. */
int tamis_repair_apply(tamis_reader *reader, tamis_chunk *chunk, tamis_error *err) TAMIS_CHECKED;

/* -- dialect.c */
/* The delimiter that cuts the records at the beginning of a table most evenly; a comma where none does. */
char tamis_dialect_guess(const char *p, size_t n, bool ended);
/* The line ending at p[at], "\n" where there is none. */
void tamis_dialect_eol(tamis_dialect *dialect, const char *p, size_t n, size_t at);

/* -- for the fuzzer and the tests: let libcsv judge every record with a quote in it */
void tamis_reader_judge_all(tamis_reader *reader);

#endif
