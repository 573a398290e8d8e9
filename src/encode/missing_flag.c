#include <stdlib.h>

#include "encode/coding.h"

static int attach(const tamis_coding *c, const tamis_coding_options *o, tamis_schema *schema, size_t at, size_t *n,
                  tamis_error *err) {
        tamis_buffer name = {0};
        int r = tamis_buffer_addf(&name, err, "%s_missing", c->name);

        (void) o;
        if (r == 0)
                r = tamis_schema_add(schema, at, (tamis_slice) { name.p, name.n }, TAMIS_TYPE_NUMERIC, err);
        tamis_buffer_done(&name);
        if (r == 0)
                *n = 1;
        return r;
}

static int apply(tamis_coding *c, const tamis_coding_options *o, tamis_batch *batch, const int32_t *slots,
                 tamis_error *err) {
        double *values = malloc((batch->n_rows + 1) * sizeof *values);
        uint64_t n_missing = 0;
        const uint8_t *missing;
        int r;

        (void) o, (void) slots;
        r = values ? tamis_batch_missing(batch, c->at, &missing, err) : tamis_fail_memory(err);
        for (size_t row = 0; row < batch->n_rows && r == 0; row++) {
                values[row] = missing[row];
                n_missing += missing[row];
        }
        if (r == 0)
                r = tamis_batch_add_column(batch, c->at + 1, err);
        if (r == 0)
                r = tamis_batch_set_numbers(batch, c->at + 1, values, err);
        tamis_batch_count(batch, &c->missing, n_missing);
        free(values);
        return r;
}

const tamis_encoder tamis_encoder_missing_flag = {
        .strategy = {
                .name = "missing-flag",
                .summary = "a column COL_missing of 0 and 1 behind COL, where cells were missing in the "
                           "rows learned from",
                .source = "scikit-learn MissingIndicator(features='missing-only')",
        },
        .keeps = true,
        .no_levels = true,
        .any_type = true,
        .attach = attach,
        .apply = apply,
};
