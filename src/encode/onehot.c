#include "encode/coding.h"

/* "COL_level": the text of slot `slot`'s column, in `name`. */
static int slot_name(const tamis_coding *c, size_t slot, tamis_buffer *name, tamis_error *err) {
        tamis_slice level = slot == c->n_slots     ? tamis_slice_of("missing")
                          : c->codes[slot] == SIZE_MAX ? tamis_slice_of("infrequent")
                                                       : c->levels.entries[c->codes[slot]].text;
        int r;

        name->n = 0;
        r = tamis_buffer_addf(name, err, "%s_", c->name);
        return r < 0 ? r : tamis_buffer_add(name, level.p, level.n, err);
}

/* Slots that have a column: [first, last), the one behind n_slots being for missing cells. */
static size_t last_slot(const tamis_coding *c, const tamis_coding_options *o) {
        return c->n_slots + (o->missing_column && c->has_missing);
}

static size_t first_slot(const tamis_coding *c, const tamis_coding_options *o) {
        return o->drop_first || (o->drop_binary && last_slot(c, o) == 2);
}

static int attach(const tamis_coding *c, const tamis_coding_options *o, tamis_schema *schema, size_t at, size_t *n,
                  tamis_error *err) {
        tamis_buffer name = {0};
        size_t added = 0;
        int r = 0;

        for (size_t slot = first_slot(c, o); slot < last_slot(c, o) && r == 0; slot++) {
                r = slot_name(c, slot, &name, err);
                if (r == 0)
                        r = tamis_schema_add(schema, at + added++, (tamis_slice) { name.p, name.n },
                                             TAMIS_TYPE_NUMERIC, err);
        }
        tamis_buffer_done(&name);
        if (r == 0)
                *n = added;
        return r;
}

static int apply(tamis_coding *c, const tamis_coding_options *o, tamis_batch *batch, const int32_t *slots,
                 tamis_error *err) {
        size_t n = batch->n_rows, at = c->at;
        double *values = malloc((n + 1) * sizeof *values);      /* not the batch's: it may be kept long */
        int r = 0;

        if (!values)
                return tamis_fail_memory(err);
        for (size_t slot = first_slot(c, o); slot < last_slot(c, o) && r == 0; slot++) {
                int32_t is = slot == c->n_slots ? TAMIS_SLOT_MISSING : (int32_t) slot;

                for (size_t row = 0; row < n; row++)
                        values[row] = slots[row] == is;
                r = tamis_batch_add_column(batch, ++at, err);
                if (r == 0)
                        r = tamis_batch_set_numbers(batch, at, values, err);
        }
        if (r == 0)
                tamis_batch_remove_column(batch, c->at);
        free(values);
        return r;
}

const tamis_encoder tamis_encoder_onehot = {
        .strategy = {
                .name = "onehot",
                .summary = "a column COL_level of 0 and 1 for each level, in the place of COL",
                .source = "scikit-learn OneHotEncoder, min_frequency and max_categories included",
        },
        .replaces = true,
        .zeros = true,
        .limited = true,
        .attach = attach,
        .apply = apply,
};
