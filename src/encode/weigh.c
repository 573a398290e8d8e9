#include <math.h>
#include <stdlib.h>

#include "encode/evidence.h"

/* What is known of some rows: of all of them, or of those of one slot. */
struct known {
        double n, mean, squares;        /* squares: of the distances from the mean, summed */
};

/* -- values -------------------------------------------------------------------------------------------------------- */

/* As scikit-learn's TargetEncoder: an empirical Bayes shrinkage (lambda: how much of what is known of the slot is due
 * to the slot), or `smooth` rows at the mean of all. */
static double shrink(struct known slot, struct known all, double smooth) {
        double lambda, variance = all.squares / all.n;

        if (slot.n == 0)
                return all.mean;
        if (!isnan(smooth))
                return (slot.n * slot.mean + smooth * all.mean) / (slot.n + smooth);
        lambda = variance * slot.n / (variance * slot.n + slot.squares / slot.n);
        return isnan(lambda) ? all.mean : lambda * slot.mean + (1 - lambda) * all.mean;
}

/* ln of the slot's share of the positive rows over its share of the negative ones, each with `smooth` rows more. A slot
 * of which nothing is known says nothing. */
static double weight(struct known slot, struct known all, double smooth) {
        double yes = slot.n * slot.mean, no = slot.n - yes, all_yes = all.n * all.mean, all_no = all.n - all_yes;

        if (isnan(smooth))
                smooth = 1;
        if (slot.n == 0)
                return 0;
        return log((yes + smooth) / (all_yes + 2 * smooth)) - log((no + smooth) / (all_no + 2 * smooth));
}

static double value_of(const tamis_coding *c, const tamis_coding_options *o, struct known slot, struct known all) {
        if (all.n == 0)
                return NAN;
        return c->encoder->two_classes ? weight(slot, all, o->smooth) : shrink(slot, all, o->smooth);
}

/* -- classes: counts ----------------------------------------------------------------------------------------------- */

/* counts[fold][slot][class]; `skip`: the fold left out, or none (SIZE_MAX). */
static struct known count_known(const uint64_t *counts, size_t folds, size_t slots, size_t classes, size_t skip,
                                size_t slot, size_t class) {
        double n = 0, in = 0;

        for (size_t fold = 0; fold < folds; fold++) {
                const uint64_t *at = counts + (fold * slots + slot) * classes;

                for (size_t i = 0; fold != skip && i < classes; i++) {
                        n += (double) at[i];
                        in += i == class ? (double) at[i] : 0;
                }
        }
        return (struct known) { n, n > 0 ? in / n : 0, n > 0 ? in * (n - in) / n : 0 };
}

static size_t slot_of(const tamis_coding *c, size_t row) {
        return c->rows[row] == UINT32_MAX ? c->n_slots : (size_t) c->slots[c->rows[row]];
}

/* The last slot of `counts` is for all rows. */
static int weigh_classes(const tamis_evidence *e, tamis_coding *c, const tamis_coding_options *o, tamis_error *err) {
        size_t classes = e->n_classes, n_out = tamis_coding_outputs(c), slots = c->n_slots + 2;
        uint64_t *counts = calloc(o->folds * slots * classes, sizeof *counts);

        if (!counts)
                return tamis_fail_memory(err);
        for (size_t row = 0; row < e->n; row++) {
                uint64_t *fold = counts + tamis_coding_fold(o->seed, o->folds, row) * slots * classes;

                if (isnan(e->y[row]))
                        continue;
                fold[slot_of(c, row) * classes + (size_t) e->y[row]]++;
                fold[(slots - 1) * classes + (size_t) e->y[row]]++;
        }
        for (size_t table = 0; table <= o->folds; table++) {
                double *values = table < o->folds ? c->fold_values + table * slots * n_out : c->values;

                for (size_t out = 0; out < n_out; out++) {
                        size_t class = n_out == 1 ? 1 : out;
                        struct known all = count_known(counts, o->folds, slots, classes, table, slots - 1, class);

                        for (size_t slot = 0; slot < slots - 1; slot++)
                                values[slot * n_out + out] = value_of(
                                        c, o, count_known(counts, o->folds, slots, classes, table, slot, class), all);
                        values[(slots - 1) * n_out + out] = value_of(c, o, (struct known) {0}, all);
                }
        }
        free(counts);
        return 0;
}

/* -- numbers: exact sums ------------------------------------------------------------------------------------------- */

/* Rows by slot: those of slot s are order[start[s]] .. order[start[s + 1] - 1]; rows without a target are left out. */
struct sorted {
        size_t *order, *start;
        uint16_t *folds;
        double *picked;         /* scratch */
};

static void sorted_done(struct sorted *s) {
        free(s->order);
        free(s->start);
        free(s->folds);
        free(s->picked);
}

static int sort_rows(const tamis_evidence *e, const tamis_coding *c, const tamis_coding_options *o, struct sorted *s,
                     tamis_error *err) {
        size_t slots = c->n_slots + 1;

        s->order = calloc(e->n + 1, sizeof *s->order);
        s->start = calloc(slots + 2, sizeof *s->start);
        s->folds = calloc(e->n + 1, sizeof *s->folds);
        s->picked = calloc(e->n + 1, sizeof *s->picked);
        if (!s->order || !s->start || !s->folds || !s->picked)
                return tamis_fail_memory(err);
        for (size_t row = 0; row < e->n; row++)
                if (!isnan(e->y[row]))
                        s->start[slot_of(c, row) + 2]++;
        for (size_t slot = 0; slot < slots; slot++)
                s->start[slot + 1] += s->start[slot];
        for (size_t row = 0; row < e->n; row++) {
                s->folds[row] = (uint16_t) tamis_coding_fold(o->seed, o->folds, row);
                if (!isnan(e->y[row]))
                        s->order[s->start[slot_of(c, row) + 1]++] = row;
        }
        return 0;
}

static int know(const tamis_evidence *e, struct sorted *s, size_t first, size_t last, size_t skip, struct known *ret,
                tamis_error *err) {
        tamis_moments m = {0};
        size_t n = 0;
        int r;

        for (size_t i = first; i < last; i++)
                if (s->folds[s->order[i]] != skip)
                        s->picked[n++] = e->y[s->order[i]];
        *ret = (struct known) {0};
        if (n == 0)
                return 0;
        r = tamis_moments_add(&m, s->picked, n, err);
        if (r == 0)
                *ret = (struct known) { (double) n, tamis_moments_mean(&m), tamis_moments_variance(&m, 0) * (double) n };
        tamis_moments_done(&m);
        return r;
}

static int weigh_numbers(const tamis_evidence *e, tamis_coding *c, const tamis_coding_options *o, tamis_error *err) {
        size_t slots = c->n_slots + 2;
        struct sorted s = {0};
        int r = sort_rows(e, c, o, &s, err);

        for (size_t table = 0; table <= o->folds && r == 0; table++) {
                double *values = table < o->folds ? c->fold_values + table * slots : c->values;
                struct known all, one;

                r = know(e, &s, 0, s.start[slots - 1], table, &all, err);
                for (size_t slot = 0; slot < slots - 1 && r == 0; slot++) {
                        r = know(e, &s, s.start[slot], s.start[slot + 1], table, &one, err);
                        values[slot] = value_of(c, o, one, all);
                }
                values[slots - 1] = value_of(c, o, (struct known) {0}, all);
        }
        sorted_done(&s);
        return r;
}

/* -- a column ------------------------------------------------------------------------------------------------------ */

static int name_outputs(const tamis_evidence *e, tamis_coding *c, tamis_error *err) {
        c->outputs = calloc(e->n_classes, sizeof *c->outputs);
        if (!c->outputs)
                return tamis_fail_memory(err);
        c->n_outputs = e->n_classes;
        for (size_t i = 0; i < e->n_classes; i++) {
                tamis_slice label = e->labels.entries[e->order[i]].text;

                c->outputs[i] = strndup(label.p, label.n);
                if (!c->outputs[i])
                        return tamis_fail_memory(err);
        }
        return 0;
}

int tamis_evidence_weigh(const tamis_evidence *e, tamis_coding *c, const tamis_coding_options *o, tamis_error *err) {
        size_t width;
        int r = 0;

        if (c->encoder->two_classes && e->n_classes != 2)
                return tamis_fail(err, TAMIS_BAD_DATA,
                                  "the target must have two classes for -s %s (-s target takes any)",
                                  c->encoder->strategy.name);
        if (e->n_classes > 2)
                r = name_outputs(e, c, err);
        if (r < 0)
                return r;
        width = (c->n_slots + 2) * tamis_coding_outputs(c);
        c->values = calloc(width, sizeof *c->values);
        c->fold_values = calloc(width * o->folds, sizeof *c->fold_values);
        if (!c->values || !c->fold_values)
                return tamis_fail_memory(err);
        r = e->n_classes ? weigh_classes(e, c, o, err) : weigh_numbers(e, c, o, err);
        if (r == 0 && !c->has_missing)          /* of missing cells as little is known as of what is unknown */
                memcpy(c->values + c->n_slots * tamis_coding_outputs(c),
                       c->values + (c->n_slots + 1) * tamis_coding_outputs(c),
                       tamis_coding_outputs(c) * sizeof *c->values);
        free(c->rows);
        c->rows = NULL;
        c->n_rows = c->rows_capacity = 0;
        return r;
}

const tamis_encoder tamis_encoder_target = {
        .strategy = {
                .name = "target",
                .summary = "the mean of the target where the level is, drawn to the mean of all; rows learned from are "
                           "encoded from the other folds",
                .source = "Micci-Barreca 2001; scikit-learn TargetEncoder",
        },
        .supervised = true,
        .attach = tamis_values_attach,
        .apply = tamis_values_apply,
};

const tamis_encoder tamis_encoder_woe = {
        .strategy = {
                .name = "woe",
                .summary = "weight of evidence: ln of the level's share of one class over its share of the other; "
                           "cross-fitted as target",
                .source = "Good 1950; smoothed as category_encoders WOEEncoder",
        },
        .supervised = true,
        .two_classes = true,
        .apply = tamis_values_apply,
};
