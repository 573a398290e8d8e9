/* score_row_list.h: some rows of a table, ascending, found again quickly by who asks in nearly the same order.
 *
 * Ownership: embedded; {0} is empty; the rows are freed by whoever has it.
 */
#ifndef TAMIS_JUDGE_SCORE_ROW_LIST_H
#define TAMIS_JUDGE_SCORE_ROW_LIST_H

#include <stddef.h>
#include <stdint.h>

#include <tamis/error.h>

typedef struct tamis_row_list {
        size_t *rows;
        size_t n, capacity;
} tamis_row_list;

int tamis_row_list_add(tamis_row_list *list, size_t row, tamis_error *err) TAMIS_CHECKED;
/* Where `row` is in the list, or SIZE_MAX. *hint: where the answer is likely to be; moved behind it. */
size_t tamis_row_list_find(const tamis_row_list *list, size_t row, size_t *hint);

#endif
