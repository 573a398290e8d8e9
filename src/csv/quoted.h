/* quoted.h: the record by record way, for what the scanner does not settle: the first record, a malformed quote.
 *
 * tamis_record_find walks one record a byte at a time and says where its cells lie or what is wrong with its quotes.
 * tamis_record_judge asks libcsv, the authority on what quotes mean (strict; blanks are content), about the same bytes;
 * the two must agree on the number of cells and the length of every value.
 */
#ifndef TAMIS_CSV_QUOTED_H
#define TAMIS_CSV_QUOTED_H

#include <tamis/csv.h>

enum {
        TAMIS_RECORD_WHOLE = 1,
        TAMIS_RECORD_OPEN,      /* no fault so far, but the bytes given end before the record does */
        TAMIS_RECORD_INNER,     /* a quote inside an unquoted cell */
        TAMIS_RECORD_BEHIND,    /* something other than a limit behind a quote that closes */
        TAMIS_RECORD_UNCLOSED,  /* the source ends inside quotes */
};

typedef struct tamis_record_found {
        size_t at;              /* the fault: the quote to blame, or the byte behind the one that closes */
        size_t end;             /* WHOLE: where the last cell ends */
        size_t next;            /* WHOLE: behind the line ending */
        size_t cells;           /* WHOLE */
} tamis_record_found;

/* The record that begins at p[0], which is no line ending. `final`: p[n] is the end of the source. Returns one of the
 * above; all but OPEN are verdicts. */
int tamis_record_find(const char *p, size_t n, bool final, char delimiter, tamis_record_found *found) TAMIS_CHECKED;

/* Ask libcsv about the record at p[0] that tamis_record_find gave `verdict` and `found` for, feeding it no byte of the
 * next one. 0: it agrees (well formed with the same cells, or malformed as well). Anything else is an error. */
int tamis_record_judge(const char *p, size_t n, char delimiter, int verdict, const tamis_record_found *found,
                       tamis_error *err) TAMIS_CHECKED;

/* What is wrong and its cure, for a person. */
const char *tamis_record_fault(int verdict);

#endif
