/* The target: how its classes are spread, and what gives it away. */
#include <math.h>
#include <stdlib.h>

#include "look/finder.h"
#include "look/sort_doubles.h"

static const tamis_look_severity note = TAMIS_LOOK_NOTE, warning = TAMIS_LOOK_WARNING, error = TAMIS_LOOK_ERROR;
enum { MOST_CLASSES = 20, FEW = 10, MOST_LEVELS = 1000, PLACES = 50 };

struct target {
        size_t rows, classes;
        uint32_t *class;                /* of each sampled row; 0: missing */
        uint64_t counts[MOST_CLASSES + 1];
        double *room;                   /* 3 x rows */
        uint8_t *positive;
};

/* -- classes ------------------------------------------------------------------------------------------------------- */

/* The classes of the sample; false where there are too many: a number to be predicted. */
static bool find_classes(const tamis_look_frame *f, size_t at, struct target *t) {
        double values[MOST_CLASSES];

        for (size_t row = 0; row < f->rows; row++) {
                uint32_t c = 0;

                if (f->codes[at]) {
                        c = f->codes[at][row];
                } else if (!isnan(f->numbers[at][row])) {
                        for (c = 0; c < t->classes && values[c] != f->numbers[at][row]; c++)
                                ;
                        if (c == t->classes && c < MOST_CLASSES)
                                values[c] = f->numbers[at][row];
                        c++;
                }
                if (c > MOST_CLASSES)
                        return false;
                t->classes = c > t->classes ? c : t->classes;
                t->class[row] = c;
                t->counts[c]++;
        }
        return t->classes > 0;
}

static void look_at_balance(tamis_finder *f, const tamis_profile_column *c) {
        const tamis_look_value *least = &c->top[c->n_top - 1], *most = &c->top[0];
        uint64_t present = c->rows - c->missing;
        double even = c->entropy / log2((double) c->distinct), share = (double) least->count / (double) present;
        const char *column = tamis_find_column(f, (size_t) f->p->target);

        if (c->distinct < 2 || c->distinct > TAMIS_LOOK_TOP)
                return;
        if (1 - even > .5 || share < .1) {
                tamis_cure(f, "weigh -t %s", column);
                tamis_find(f, warning, "imbalance", f->p->target, 0, least->count,
                           "class \"%s\" has %.3g %% of the rows, \"%s\" has %.3g %%: "
                           "accuracy says little; judge by recall, precision or cost",
                           tamis_find_show(least->text), 100 * share, tamis_find_show(most->text),
                           100. * (double) most->count / (double) present);
        } else if (share * (double) c->distinct < .8) {
                tamis_cure(f, "split -t %s --stratify=%s", column, column);
                tamis_find(f, note, "uneven-classes", f->p->target, 0, least->count,
                           "class \"%s\" has %.3g %% of the rows, \"%s\" has %.3g %%: "
                           "split by strata",
                           tamis_find_show(least->text), 100 * share, tamis_find_show(most->text),
                           100. * (double) most->count / (double) present);
        }
        if (least->count < FEW)
                tamis_find(f, warning, "small-class", f->p->target, 0, least->count,
                           "class \"%s\" has %s: too few to learn and to judge", tamis_find_show(least->text),
                           tamis_find_rows(least->count));
}

/* -- what gives it away -------------------------------------------------------------------------------------------- */

/* The share of rows whose class is guessed from the column's level: the most frequent one there, the row
 * itself left out. */
static double guess_by_level(const tamis_look_frame *f, const struct target *t, const uint32_t *codes, size_t levels) {
        size_t k = t->classes + 1;
        uint32_t *table = calloc((levels + 1) * k, sizeof *table);
        double right = 0, n = 0;

        if (!table)
                return NAN;
        for (size_t row = 0; row < f->rows; row++)
                table[codes[row] * k + t->class[row]]++;
        for (size_t row = 0; row < f->rows; row++) {
                uint32_t *of = table + codes[row] * k, own = t->class[row];
                size_t best = 1;

                if (own == 0)
                        continue;
                of[own]--;
                for (size_t c = 2; c < k; c++)
                        best = of[c] > of[best] ? c : best;
                right += best == own && of[best] > 0;
                of[own]++;
                n++;
        }
        free(table);
        return n > 0 ? right / n : NAN;
}

/* The best AUC of one class against the others. */
static double separate(const tamis_look_frame *f, const struct target *t, size_t i) {
        double best = .5;

        for (size_t c = 1; c <= t->classes; c++) {
                double auc;

                if (t->counts[c] < FEW)
                        continue;
                for (size_t row = 0; row < f->rows; row++) {
                        t->positive[row] = t->class[row] == c;
                        t->room[2 * f->rows + row] = t->class[row] ? f->numbers[i][row] : NAN;
                }
                auc = tamis_look_auc(t->room + 2 * f->rows, t->positive, f->rows, t->room, t->room + f->rows);
                best = fabs(auc - .5) > best - .5 ? .5 + fabs(auc - .5) : best;
        }
        return best;
}

/* With more than two classes a column that tells one from the others gives nothing away: what counts is how well all
 * are guessed from where its number lies among the others. */
static double guess_by_place(const tamis_look_frame *f, const struct target *t, size_t i) {
        double cuts[PLACES], *sorted = t->room;
        uint32_t *codes = calloc(f->rows + 1, sizeof *codes);
        size_t n = 0;
        double share;

        if (!codes)
                return NAN;
        for (size_t row = 0; row < f->rows; row++)
                if (!isnan(f->numbers[i][row]))
                        sorted[n++] = f->numbers[i][row];
        tamis_sort_doubles(sorted, t->room + f->rows, n);
        for (size_t k = 0; n > 0 && k < PLACES; k++)
                cuts[k] = sorted[k * n / PLACES];
        for (size_t row = 0; row < f->rows; row++)
                for (size_t k = 0; k < PLACES && f->numbers[i][row] >= cuts[k]; k++)
                        codes[row]++;
        share = guess_by_level(f, t, codes, PLACES);
        free(codes);
        return share;
}

static void say_leak(tamis_finder *f, size_t i, const char *how, double share, tamis_look_severity severity) {
        tamis_cure(f, "clean --drop=%s", tamis_find_column(f, i));
        tamis_find(f, severity, "leak", (long) i, 0, 0,
                   "by itself it gives the target away (%s %.4g): is it known when a prediction is made?", how, share);
}

static void look_for_leak(tamis_finder *f, const struct target *t, size_t i) {
        const tamis_look_frame *m = f->f;
        double most = 0, share;

        for (size_t c = 1; c <= t->classes; c++)
                most = (double) t->counts[c] > most ? (double) t->counts[c] : most;
        most /= (double) (m->rows - t->counts[0]);
        if (m->codes[i] && m->n_codes[i] <= MOST_LEVELS) {
                share = guess_by_level(m, t, m->codes[i], m->n_codes[i]);
                if (share > .98 && share > most + (1 - most) * .9)
                        say_leak(f, i, "share of rows guessed", share, error);
                return;
        }
        if (m->codes[i])
                return;
        if (t->classes > 2) {
                share = guess_by_place(m, t, i);
                if (share > .98 && share > most + (1 - most) * .9)
                        say_leak(f, i, "share of rows guessed", share, error);
                return;
        }
        share = separate(m, t, i);
        if (share > .98 && m->n_missing[i] * 2 < m->rows)
                say_leak(f, i, "AUC", share, share > .995 ? error : warning);
}

/* Does whether a cell is missing go with the class? */
static void look_for_holes(tamis_finder *f, const struct target *t, size_t i) {
        const tamis_look_frame *m = f->f;
        double low = 2, high = -1, fewest = (double) m->rows;
        uint64_t holes[MOST_CLASSES + 1] = {0};

        if (m->n_missing[i] < FEW)
                return;
        for (size_t row = 0; row < m->rows; row++)
                holes[t->class[row]] += m->missing[i][row];
        for (size_t c = 1; c <= t->classes; c++) {
                double share = (double) holes[c] / (double) t->counts[c];

                if (t->counts[c] < 2 * FEW)
                        continue;
                fewest = (double) t->counts[c] < fewest ? (double) t->counts[c] : fewest;
                low = share < low ? share : low;
                high = share > high ? share : high;
        }
        /* beyond four standard errors of a share of so few */
        if (high - low < .2 || high - low < 2 / sqrt(fewest))
                return;
        if (high - low > .9)
                tamis_cure(f, "clean --drop=%s", tamis_find_column(f, i));
        tamis_find(f, high - low > .9 ? error : warning, "missing-by-class", (long) i, 0, m->n_missing[i],
                   "%.3g %% missing in one class, "
                   "%.3g %% in another: whether it is missing says something of the target, by right or by a leak",
                   100 * high, 100 * low);
}

/* A number to be predicted: a feature that is nearly the same number. */
static void look_for_copies(tamis_finder *f, size_t i) {
        const tamis_profile *p = f->p;
        double r = p->correlation ? p->correlation[i * p->n + (size_t) p->target] : NAN;

        if (fabs(r) > .99)
                say_leak(f, i, "correlation", r, fabs(r) > .999 ? error : warning);
}

void tamis_find_in_target(tamis_finder *f) {
        const tamis_look_frame *m = f->f;
        struct target t = { .rows = m->rows };
        const tamis_profile_column *c;
        size_t at;
        bool classes;

        if (f->p->target < 0 || m->rows == 0)
                return;
        at = (size_t) f->p->target;
        c = &f->p->columns[at];
        t.class = calloc(m->rows, sizeof *t.class);
        t.room = malloc(3 * m->rows * sizeof *t.room);
        t.positive = malloc(m->rows);
        if (!t.class || !t.room || !t.positive) {
                f->r = tamis_fail_memory(f->err);
        } else {
                classes = find_classes(m, at, &t);
                if (classes && c->n_top > 0)
                        look_at_balance(f, c);
                for (size_t i = 0; i < m->n; i++) {
                        if (i == at || c->distinct < 2 || tamis_reserved(f->p->columns[i].name))
                                continue;
                        if (classes) {
                                look_for_leak(f, &t, i);
                                look_for_holes(f, &t, i);
                        } else {
                                look_for_copies(f, i);
                        }
                }
        }
        free(t.class);
        free(t.room);
        free(t.positive);
}
