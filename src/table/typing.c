#include <stdio.h>

#include "table/cell.h"
#include "table/show.h"

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
        typing->missing += c->missing;
        typing->present += batch->n_rows - c->missing;
        typing->nonnumbers += c->nonnumbers;
        return 0;
}

void tamis_typing_merge(tamis_typing *into, const tamis_typing *later) {
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
