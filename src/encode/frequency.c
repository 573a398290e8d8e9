#include <math.h>
#include <stdlib.h>

#include "encode/coding.h"

static int finish(tamis_coding *c, const tamis_coding_options *o, tamis_error *err) {
        uint64_t total = 0;

        c->values = calloc(c->n_slots + 2, sizeof *c->values);
        if (!c->values)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < c->levels.n; i++) {
                c->values[c->slots[i]] += (double) c->levels.entries[i].count;
                total += c->levels.entries[i].count;
        }
        for (size_t slot = 0; slot < c->n_slots && !o->counts; slot++)
                c->values[slot] /= (double) total;
        c->values[c->n_slots] = NAN;            /* a missing cell stays */
        return 0;
}

const tamis_encoder tamis_encoder_frequency = {
        .strategy = {
                .name = "frequency",
                .summary = "the share of the rows learned from that have this level; missing cells stay missing",
                .source = "category_encoders CountEncoder(normalize=True), missing cells aside",
        },
        .apply = tamis_values_apply,
        .finish = finish,
};
