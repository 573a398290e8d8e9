/* ampute_truth.h: the cells that ampute removed, in a file: row,column,value.
 *
 * Batches come from any thread in any order, and know which rows they hold. A batch whose rows are next is written; one
 * that is early waits. No more batches are under way than there are threads, so little waits.
 *
 * Ownership: the writer takes the bytes of the buffer it is given.
 */
#ifndef TAMIS_JUDGE_AMPUTE_TRUTH_H
#define TAMIS_JUDGE_AMPUTE_TRUTH_H

#include <tamis/batch.h>

typedef struct tamis_ampute_truth tamis_ampute_truth;

/* Written aside; `path` appears with tamis_ampute_truth_commit(). */
int tamis_ampute_truth_new(const char *path, tamis_ampute_truth **ret, tamis_error *err) TAMIS_CHECKED;
void tamis_ampute_truth_free(tamis_ampute_truth *truth);

/* Append the line of one cell, which is still there. Its value is its bytes where these make a cell of a CSV file with
 * commas; otherwise its text, quoted. */
int tamis_ampute_truth_line(tamis_batch *batch, size_t row, size_t column, tamis_buffer *out,
                            tamis_error *err) TAMIS_CHECKED;
/* The lines of rows [first, first + rows); `lines` is left empty. Thread-safe. */
int tamis_ampute_truth_add(tamis_ampute_truth *truth, uint64_t first, size_t rows, tamis_buffer *lines,
                           tamis_error *err) TAMIS_CHECKED;
/* All rows have come. */
int tamis_ampute_truth_commit(tamis_ampute_truth *truth, tamis_error *err) TAMIS_CHECKED;

#endif
