#include <stdlib.h>

#include "encode/coding.h"

/* Digits for the codes 1 .. n_slots; 0 is for what is missing or unknown. */
static size_t digits(const tamis_coding *c) {
        size_t n = 0;

        while (c->n_slots >> n)
                n++;
        return n;
}

static int attach(const tamis_coding *c, const tamis_coding_options *o, tamis_schema *schema, size_t at, size_t *n,
                  tamis_error *err) {
        tamis_buffer name = {0};
        int r = 0;

        (void) o;
        for (size_t i = 0; i < digits(c) && r == 0; i++) {
                name.n = 0;
                r = tamis_buffer_addf(&name, err, "%s_bit%zu", c->name, digits(c) - 1 - i);
                if (r == 0)
                        r = tamis_schema_add(schema, at + i, (tamis_slice) { name.p, name.n }, TAMIS_TYPE_NUMERIC, err);
        }
        tamis_buffer_done(&name);
        if (r == 0)
                *n = digits(c);
        return r;
}

static int apply(tamis_coding *c, const tamis_coding_options *o, tamis_batch *batch, const int32_t *slots,
                 tamis_error *err) {
        size_t n = batch->n_rows, at = c->at;
        double *values = malloc((n + 1) * sizeof *values);
        int r = values ? 0 : tamis_fail_memory(err);

        (void) o;
        for (size_t bit = digits(c); bit-- > 0 && r == 0;) {
                for (size_t row = 0; row < n; row++)
                        values[row] = slots[row] < 0 ? 0 : (slots[row] + 1) >> bit & 1;
                r = tamis_batch_add_column(batch, ++at, err);
                if (r == 0)
                        r = tamis_batch_set_numbers(batch, at, values, err);
        }
        if (r == 0)
                tamis_batch_remove_column(batch, c->at);
        free(values);
        return r;
}

const tamis_encoder tamis_encoder_binary = {
        .strategy = {
                .name = "binary",
                .summary = "the digits, base 2, of the level's place counted from 1: columns COL_bit2, "
                           "COL_bit1, COL_bit0",
                .source = "category_encoders BinaryEncoder, levels sorted",
        },
        .replaces = true,
        .zeros = true,
        .attach = attach,
        .apply = apply,
};
