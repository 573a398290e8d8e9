/* ADASYN: a row is used the more, the more of its k nearest rows are of other classes. */
#include "balance/smote.h"

static int look(tamis_smote_space *space, size_t class, tamis_smote_class *c, tamis_error *err) {
        int r = tamis_smote_look_inside(space, class, c, err);

        return r == 0 ? tamis_smote_look_around(space, class, c, c->k, err) : r;
}

static int weigh(tamis_smote_space *space, size_t class, tamis_smote_class *c, double *weights, tamis_error *err) {
        const tamis_slice name = space->s->labels.names[class];
        uint64_t sum = 0;

        for (size_t i = 0; i < c->n; i++)
                sum += c->others[i];
        for (size_t i = 0; sum > 0 && i < c->n; i++)
                weights[i] = c->others[i];
        if (sum == 0)
                tamis_warn(space->context, "class \"%.*s\": no row has another class among its %zu nearest rows: its "
                           "rows are used equally", (int) name.n, name.p, c->around);
        return 0;
}

const tamis_smoter tamis_smoter_adasyn = {
        .base = {
                .name    = "adasyn",
                .summary = "rows with more of other classes around are used more",
                .source  = "He, Bai, Garcia & Li 2008; the total is exact, by largest remainder",
        },
        .takes = SMOTE_NEIGHBORS | SMOTE_NUMBERS,
        .suits = tamis_smote_suits_numbers, .mismatch = tamis_smote_mismatch, .vote = tamis_smote_vote,
        .look = look, .weigh = weigh,
};
