/* SVM-SMOTE: the support vectors of a machine that tells the class from all others are used. Of those, rows all of
 * whose m nearest are of other classes are noise and dropped; rows with half or more of other classes around step
 * toward a neighbour, and the others away from it, up to half the way, where there is room for the class.
 *
 * The machine is linear. It only has to say which rows lie at the border, what is around each is looked at
 * afterwards; and the kernel of a curved one has n^2 entries, which a table of 200,000 rows does not leave room for
 * (the paper's own examples have hundreds). It is small enough (src/fit/svm.c) not to need a library. Its cost is 1
 * in the mean, as scikit-learn's, and both sides weigh the same: else it would, of many rows and few that overlap,
 * call all the larger class, and every row of the smaller would be a support vector. Numbers are centred; a category
 * counts in it as it does in distances. */
#include <math.h>
#include <stdlib.h>

#include "balance/smote.h"
#include "fit/svm.h"

struct machine {
        tamis_svm_rows rows;
        double *numbers, *margins, *w;
        size_t *offsets;
        int8_t *signs;
};

static void machine_done(struct machine *m) {
        free(m->numbers);
        free(m->margins);
        free(m->w);
        free(m->offsets);
        free(m->signs);
}

static int machine_init(struct machine *m, const tamis_smote_space *space, size_t class, const tamis_smote_class *c,
                        tamis_error *err) {
        const tamis_points *all = &space->all.points;
        const tamis_texts *categories = &space->s->rows.categories;
        size_t levels = 0;

        m->numbers = reallocarray(NULL, all->n + 1, (all->d + 1) * sizeof *m->numbers);
        m->margins = reallocarray(NULL, all->n + 1, sizeof *m->margins);
        m->signs = reallocarray(NULL, all->n + 1, sizeof *m->signs);
        m->offsets = calloc(all->c + 1, sizeof *m->offsets);
        for (size_t j = 0; m->offsets && j < all->c; j++) {
                m->offsets[j] = levels;
                levels += categories->dicts[j].n;
        }
        m->w = reallocarray(NULL, all->d + levels + 1, sizeof *m->w);
        if (!m->numbers || !m->margins || !m->signs || !m->offsets || !m->w)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < all->n; i++) {
                m->signs[i] = space->s->labels.codes[space->all.rows[i]] == class ? 1 : -1;
                for (size_t j = 0; j < all->d; j++)
                        m->numbers[i * all->d + j] = all->numbers[i * all->d + j] - space->means[j] / space->sds[j];
        }
        /* so that two rows that differ in it are sqrt(mismatch) apart */
        m->rows = (tamis_svm_rows) {
                .n = all->n, .d = all->d, .c = all->c, .numbers = m->numbers, .codes = all->codes,
                .offsets = m->offsets, .levels = levels, .level = sqrt(all->mismatch / 2), .signs = m->signs,
                .costs = { (double) all->n / (2 * (double) (all->n - c->n)), (double) all->n / (2 * (double) c->n) },
        };
        return 0;
}

static int find_vectors(tamis_smote_space *space, size_t class, const tamis_smote_class *c, double *weights,
                        tamis_error *err) {
        struct machine m = { 0 };
        uint8_t *by_row = calloc(space->s->labels.n + 1, sizeof *by_row);
        int r = by_row ? machine_init(&m, space, class, c, err) : tamis_fail_memory(err);

        if (r == 0)
                r = tamis_svm(&m.rows, m.margins, m.w, err);
        for (size_t i = 0; r == 0 && i < m.rows.n; i++)
                by_row[space->all.rows[i]] = m.margins[i] < 1;
        for (size_t i = 0; r == 0 && i < c->n; i++)
                weights[i] = by_row[c->members[i]];
        machine_done(&m);
        free(by_row);
        return r;
}

static int look(tamis_smote_space *space, size_t class, tamis_smote_class *c, tamis_error *err) {
        int r = tamis_smote_look_inside(space, class, c, err);

        return r == 0 ? tamis_smote_look_around(space, class, c, space->s->around, err) : r;
}

static int weigh(tamis_smote_space *space, size_t class, tamis_smote_class *c, double *weights, tamis_error *err) {
        size_t vectors = 0, used = 0;
        int r = find_vectors(space, class, c, weights, err);

        for (size_t i = 0; r == 0 && i < c->n; i++) {
                vectors += weights[i] > 0;
                if (c->others[i] == c->around)
                        weights[i] = 0;
                used += weights[i] > 0;
        }
        if (r < 0 || used > 0)
                return r;
        return tamis_smote_leave(c, err,
                                 "it has %zu support vectors, and all %zu nearest rows of each are of other classes: "
                                 "none can be used (another --around, or -s plain or adasyn)",
                                 vectors, c->around);
}

static void reach(const tamis_smote_class *c, uint32_t parent, uint32_t neighbor, double range[2]) {
        bool danger = 2 * (uint64_t) c->others[parent] >= c->around;

        range[0] = 0;
        range[1] = danger ? 1 : -.5;
}

const tamis_smoter tamis_smoter_svm = {
        .base = {
                .name    = "svm",
                .summary = "support vectors of a linear machine, inward or outward by what is around them",
                .source  = "Nguyen, Cooper & Kamei 2011, as imbalanced-learn; linear, balanced, squared hinge",
        },
        .takes = SMOTE_NEIGHBORS | SMOTE_AROUND | SMOTE_NUMBERS | SMOTE_MEANS,
        .suits = tamis_smote_suits_numbers, .mismatch = tamis_smote_mismatch, .vote = tamis_smote_vote,
        .look = look, .weigh = weigh, .reach = reach,
};
