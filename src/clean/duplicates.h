/* duplicates.h: which rows repeat an earlier one.
 *
 * A row is known by 128 bits of hash over its cells, each with its length: 16 bytes a row, whatever it holds. Two
 * different rows among n share them with a chance of n^2 / 2^129: 10^-21 for a billion rows.
 */
#ifndef TAMIS_CLEAN_DUPLICATES_H
#define TAMIS_CLEAN_DUPLICATES_H

#include <tamis/memory.h>

typedef struct tamis_print {
        uint64_t a, b;
} tamis_print;

/* Take one cell in. */
void tamis_print_add(tamis_print *print, tamis_slice cell);

typedef struct tamis_duplicates {
        tamis_print *prints;    /* per row; gone once settled */
        uint8_t *repeats;       /* per row: 1 when an earlier row is the same; once settled */
        size_t n, capacity, found;
} tamis_duplicates;

void tamis_duplicates_done(tamis_duplicates *d);
int tamis_duplicates_add(tamis_duplicates *d, const tamis_print *prints, size_t n, tamis_error *err) TAMIS_CHECKED;
int tamis_duplicates_settle(tamis_duplicates *d, tamis_error *err) TAMIS_CHECKED;

#endif
