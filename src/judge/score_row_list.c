#include <stdlib.h>

#include "judge/score_row_list.h"

int tamis_row_list_add(tamis_row_list *list, size_t row, tamis_error *err) {
        if (list->n == list->capacity) {
                size_t capacity = list->capacity ? 2 * list->capacity : 64;
                size_t *rows = reallocarray(list->rows, capacity, sizeof *rows);

                if (!rows)
                        return tamis_fail_memory(err);
                list->rows = rows;
                list->capacity = capacity;
        }
        list->rows[list->n++] = row;
        return 0;
}

size_t tamis_row_list_find(const tamis_row_list *list, size_t row, size_t *hint) {
        size_t low = 0, high = list->n, at = *hint;

        /* in order, each question is about the row at the hint or one before it */
        if (at <= list->n && (at == 0 || list->rows[at - 1] < row)) {
                if (at == list->n || list->rows[at] > row)
                        return SIZE_MAX;
                low = at;
                if (list->rows[at] == row)
                        high = at;
        }
        while (low < high) {
                size_t middle = low + (high - low) / 2;

                if (list->rows[middle] < row)
                        low = middle + 1;
                else
                        high = middle;
        }
        if (low == list->n || list->rows[low] != row)
                return SIZE_MAX;
        *hint = low + 1;
        return low;
}
