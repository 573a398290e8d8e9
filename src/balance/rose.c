/* The smoothed bootstrap of ROSE: a row of the class, and to each number something normal added, whose sd is that of
 * the class in this column times (4 / ((p + 2) n))^(1 / (p + 4)), p numbers, n rows: the bandwidth that is best for
 * normal data (Bowman & Azzalini 1997). Categories are those of the row. */
#include <math.h>
#include <stdlib.h>

#include "balance/smote.h"

/* ddof 1, as R's sd(). */
static int find_noise(const tamis_smote *s, tamis_smote_class *c, size_t j, double bandwidth, tamis_error *err) {
        tamis_moments m = { 0 };
        double piece[512];
        int r = 0;

        for (size_t row = 0; r == 0 && row < c->n;) {
                size_t i = 0;

                for (; i < 512 && row < c->n; i++, row++)
                        piece[i] = s->rows.numbers[c->members[row] * s->rows.d + j];
                r = tamis_moments_add(&m, piece, i, err);
        }
        if (r == 0) {
                double sd = tamis_moments_sd(&m, 1);

                c->noise[j] = isfinite(sd) ? bandwidth * sd : 0;
        }
        tamis_moments_done(&m);
        return r;
}

static int look(tamis_smote_space *space, size_t class, tamis_smote_class *c, tamis_error *err) {
        const tamis_smote *s = space->s;
        double p = (double) s->rows.d;
        double bandwidth = s->shrinkage * pow(4 / ((p + 2) * (double) c->n), 1 / (p + 4));
        int r = 0;

        c->noise = calloc(s->rows.d + 1, sizeof *c->noise);
        if (!c->noise)
                return tamis_fail_memory(err);
        for (size_t j = 0; r == 0 && j < s->rows.d; j++)
                r = find_noise(s, c, j, bandwidth, err);
        return r;
}

const tamis_smoter tamis_smoter_rose = {
        .base = {
                .name    = "rose",
                .summary = "a row of the class with noise on its numbers (smoothed bootstrap)",
                .source  = "Menardi & Torelli 2014, the bandwidth of R's ROSE",
        },
        .takes = SMOTE_SHRINKAGE,
        .suits = tamis_smote_suits_numbers, .mismatch = tamis_smote_mismatch, .vote = tamis_smote_vote,
        .look = look,
};
