/* Safe-Level-SMOTE: a row's safe level is how many of its k nearest rows are of its own class, and a new row lies
 * nearer to the safer of parent and neighbour. With levels p and q: p = q, anywhere between them; p > q, at most q/p
 * of the way (so at the parent where q is 0); p < q, at least 1 - p/q of it; both 0, that pair is not used.
 *
 * The paper looks for the neighbour and the level in the same set; here, as in R's smotefamily, the neighbour is one
 * of the class and the level is counted among all rows. */
#include "balance/smote.h"

static uint32_t level(const tamis_smote_class *c, uint32_t place) {
        return (uint32_t) c->around - c->others[place];
}

static int look(tamis_smote_space *space, size_t class, tamis_smote_class *c, tamis_error *err) {
        int r = tamis_smote_look_inside(space, class, c, err);

        return r == 0 ? tamis_smote_look_around(space, class, c, c->k, err) : r;
}

/* Leave the neighbours a row of level 0 may not step toward out of its list. */
static bool keep_safe(const tamis_smote_class *c, uint32_t place) {
        uint32_t *list = c->neighbors + (size_t) place * c->k;
        size_t n = 0;

        if (level(c, place) > 0)
                return true;
        for (size_t i = 0; i < c->k && list[i] != TAMIS_NO_NEIGHBOR; i++)
                if (level(c, list[i]) > 0)
                        list[n++] = list[i];
        for (size_t i = n; i < c->k; i++)
                list[i] = TAMIS_NO_NEIGHBOR;
        return n > 0;
}

static int weigh(tamis_smote_space *space, size_t class, tamis_smote_class *c, double *weights, tamis_error *err) {
        size_t safe = 0;

        for (size_t i = 0; i < c->n; i++) {
                weights[i] = keep_safe(c, (uint32_t) i);
                safe += weights[i] > 0;
        }
        if (safe > 0)
                return 0;
        return tamis_smote_leave(c, err,
                                 "no row has one of its own class among its %zu nearest rows: there is no safe one "
                                 "to use (more --neighbors, or -s plain)",
                                 c->around);
}

static void reach(const tamis_smote_class *c, uint32_t parent, uint32_t neighbor, double range[2]) {
        double p = level(c, parent), q = level(c, neighbor);

        range[0] = p < q ? 1 - p / q : 0;
        range[1] = p > q ? q / p : 1;
}

const tamis_smoter tamis_smoter_safe_level = {
        .base = {
                .name    = "safe-level",
                .summary = "nearer to the one of the two that has more of its own class around",
                .source  = "Bunkhumpornpat, Sinapiromsaran & Lursinsap 2009; neighbours as in smotefamily",
        },
        .takes = SMOTE_NEIGHBORS | SMOTE_NUMBERS,
        .suits = tamis_smote_suits_numbers, .mismatch = tamis_smote_mismatch, .vote = tamis_smote_vote,
        .look = look, .weigh = weigh, .reach = reach,
};
