/* sheet.h: the columns of a table that are asked for, in memory.
 *
 * Open it, say which columns are wanted and as what, read. Numbers come as doubles, levels as codes of texts in the
 * order of the texts, so that nothing hangs on which row came first. A column wanted as either is one of numbers when
 * all its present cells are (as everywhere in tamis), and else of levels.
 *
 * Ownership: a sheet owns everything; {0} is empty, _done frees it. It borrows the reader's options while it is open.
 */
#ifndef JUDGE_SHEET_H
#define JUDGE_SHEET_H

#include <tamis/batch.h>
#include <tamis/stats.h>

#define TAMIS_NO_LEVEL UINT32_MAX       /* a missing cell */

enum { TAMIS_SHEET_NUMBERS = 1, TAMIS_SHEET_LEVELS = 2, TAMIS_SHEET_EITHER = 4 };

typedef struct tamis_sheet_column {
        unsigned wanted;                /* of TAMIS_SHEET_*; 0: not read */
        bool numeric;                   /* every present cell is a number (wanted as either) */
        double *numbers;                /* NaN: missing; NULL: not wanted */
        uint32_t *codes;
        tamis_slice *levels;            /* [n_levels], by text */
        size_t n_levels;
        size_t missing, present;

        /* while reading */
        tamis_dict dict;
        bool texts;                     /* a cell that is no number was seen */
} tamis_sheet_column;

typedef struct tamis_sheet {
        tamis_schema schema;
        tamis_missing missing;
        tamis_reader *reader;
        tamis_sheet_column *columns;    /* one for each of the schema */
        size_t rows, capacity;
} tamis_sheet;

void tamis_sheet_done(tamis_sheet *sheet);
/* Reads the header. `na` as --na; NULL: nothing was said. */
int tamis_sheet_open(tamis_sheet *sheet, const tamis_reader_options *input, const char *na,
                     tamis_error *err) TAMIS_CHECKED;
static inline void tamis_sheet_want(tamis_sheet *sheet, size_t column, unsigned as) {
        sheet->columns[column].wanted |= as;
}
/* All rows. A cell that is no number in a column wanted as numbers is TAMIS_BAD_DATA, with its place. The types of
 * columns wanted as either are then in the schema. */
int tamis_sheet_read(tamis_sheet *sheet, tamis_error *err) TAMIS_CHECKED;

/* The code of a text, or TAMIS_NO_LEVEL. */
uint32_t tamis_sheet_level(const tamis_sheet_column *column, tamis_slice text);

#endif
