#include <math.h>

#include "encode/coding.h"

static int apply(tamis_coding *c, const tamis_coding_options *o, tamis_batch *batch, const int32_t *slots,
                 tamis_error *err) {
        double *values = tamis_arena_get(&batch->arena, batch->n_rows * sizeof *values);
        int r = 0;

        if (!values)
                return tamis_fail_memory(err);
        for (size_t row = 0; row < batch->n_rows; row++)
                values[row] = slots[row] < 0 ? NAN : slots[row];
        r = tamis_batch_set_numbers(batch, c->at, values, err);
        for (size_t row = 0; row < batch->n_rows && r == 0; row++)
                if (slots[row] == TAMIS_SLOT_UNKNOWN)
                        r = tamis_batch_set_missing(batch, row, c->at, err);
        return r;
}

const tamis_encoder tamis_encoder_ordinal = {
        .strategy = {
                .name = "ordinal",
                .summary = "the place of the level among the sorted levels, from 0; missing cells stay missing",
                .source = "scikit-learn OrdinalEncoder",
        },
        .apply = apply,
};
