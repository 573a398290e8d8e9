#include <math.h>
#include <stdio.h>

#include "table/cell.h"
#include "table/show.h"

/* Whether the cells that are no number are not all like the example. */
static bool other_words(const tamis_typing *typing, tamis_batch *batch, size_t column, const double *numbers) {
        size_t row = batch->columns[column].first_nonnumber;
        tamis_slice first = tamis_batch_text(batch, row, column);
        char shown[sizeof typing->example];

        tamis_show(first, shown, sizeof shown);
        if (strcmp(shown, typing->example) != 0)
                return true;
        for (row++; row < batch->n_rows; row++)
                if (isnan(numbers[row]) && !tamis_batch_cell_missing(batch, row, column) &&
                    !tamis_slice_equal(tamis_batch_text(batch, row, column), first))
                        return true;
        return false;
}

int tamis_typing_learn(tamis_typing *typing, tamis_batch *batch, size_t column, tamis_error *err) {
        const tamis_column *c = &batch->columns[column];
        const double *numbers;
        const char *file;
        uint64_t byte_column;
        int r = tamis_batch_numbers(batch, column, &numbers, err);

        if (r < 0)
                return r;
        if (c->nonnumbers > 0 && typing->nonnumbers == 0) {
                size_t row = c->first_nonnumber;

                tamis_show(tamis_batch_text(batch, row, column), typing->example, sizeof typing->example);
                tamis_batch_place(batch, row, (long) column, &file, &typing->line, &byte_column);
                snprintf(typing->file, sizeof typing->file, "%s", file);
        }
        if (c->nonnumbers > 0 && !typing->mixed)
                typing->mixed = other_words(typing, batch, column, numbers);
        typing->missing += c->missing;
        typing->present += batch->n_rows - c->missing;
        typing->nonnumbers += c->nonnumbers;
        return 0;
}

void tamis_typing_merge(tamis_typing *into, const tamis_typing *later) {
        into->mixed |= later->mixed ||
                       (into->nonnumbers > 0 && later->nonnumbers > 0 && strcmp(into->example, later->example) != 0);
        if (into->nonnumbers == 0 && later->nonnumbers > 0) {
                memcpy(into->example, later->example, sizeof into->example);
                memcpy(into->file, later->file, sizeof into->file);
                into->line = later->line;
        }
        into->present += later->present;
        into->missing += later->missing;
        into->nonnumbers += later->nonnumbers;
}

tamis_type tamis_typing_type(const tamis_typing *typing) {
        if (typing->present == 0)
                return TAMIS_TYPE_EMPTY;
        return typing->nonnumbers == 0 ? TAMIS_TYPE_NUMERIC : TAMIS_TYPE_CATEGORICAL;
}
