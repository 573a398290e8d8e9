/* Borderline-SMOTE: only rows in danger are used, those of whose m nearest rows half or more, but not all, are of other
 * classes. Kind 2 steps toward the nearest row of another class as well, not half the way. */
#include "balance/smote.h"

static int look(tamis_smote_space *space, size_t class, tamis_smote_class *c, tamis_error *err) {
        int r = tamis_smote_look_inside(space, class, c, err);

        return r == 0 ? tamis_smote_look_around(space, class, c, space->s->around, err) : r;
}

/* Of a row in danger, and no other is used, the nearest of another class is among the m nearest of all. */
static int look_abroad(tamis_smote_space *space, size_t class, tamis_smote_class *c, tamis_error *err) {
        int r = tamis_smote_look_inside(space, class, c, err);

        return r == 0 ? tamis_smote_look_abroad(space, class, c, space->s->around, err) : r;
}

static int weigh(tamis_smote_space *space, size_t class, tamis_smote_class *c, double *weights, tamis_error *err) {
        uint64_t danger = 0, noise = 0;

        for (size_t i = 0; i < c->n; i++) {
                bool lost = c->others[i] == c->around;

                weights[i] = !lost && 2 * (uint64_t) c->others[i] >= c->around;
                danger += weights[i] > 0;
                noise += lost;
        }
        if (danger > 0)
                return 0;
        return tamis_smote_leave(c, err,
                                 "no row is in danger, and -s %s makes new rows of those alone: of the %zu nearest "
                                 "rows, fewer than half are of other classes for %llu rows, and all are for %llu "
                                 "(another --around, or -s plain or adasyn)",
                                 space->s->smoter->base.name, c->around, (unsigned long long) (c->n - noise),
                                 (unsigned long long) noise);
}

static void reach(const tamis_smote_class *c, uint32_t parent, uint32_t neighbor, double range[2]) {
        range[0] = 0;
        range[1] = neighbor == TAMIS_NO_NEIGHBOR ? .5 : 1;
}

const tamis_smoter tamis_smoter_borderline1 = {
        .base = {
                .name    = "borderline1",
                .summary = "rows at the border with other classes alone are used",
                .source  = "Borderline-SMOTE1, Han, Wang & Mao 2005",
        },
        .takes = SMOTE_NEIGHBORS | SMOTE_AROUND | SMOTE_NUMBERS,
        .suits = tamis_smote_suits_numbers, .mismatch = tamis_smote_mismatch, .vote = tamis_smote_vote,
        .look = look, .weigh = weigh,
};

const tamis_smoter tamis_smoter_borderline2 = {
        .base = {
                .name    = "borderline2",
                .summary = "as borderline1, and up to half the way to the nearest row of another class",
                .source  = "Borderline-SMOTE2, Han, Wang & Mao 2005",
        },
        .takes = SMOTE_NEIGHBORS | SMOTE_AROUND | SMOTE_NUMBERS,
        .suits = tamis_smote_suits_numbers, .mismatch = tamis_smote_mismatch, .vote = tamis_smote_vote,
        .look = look_abroad, .weigh = weigh, .reach = reach,
};
