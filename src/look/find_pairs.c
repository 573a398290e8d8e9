/* Columns that say the same, and cells that are missing for a reason. */
#include <math.h>
#include <stdlib.h>

#include "look/finder.h"

static const tamis_look_severity note = TAMIS_LOOK_NOTE, warning = TAMIS_LOOK_WARNING;
static const double collinear = .95, together = .9, predicted = .75;
enum { MOST_PAIRS = 300, MOST_LEVELS = 50, LEAST_MISSING = 10 };

static bool same_column(const tamis_look_frame *t, size_t i, size_t k) {
        if ((t->codes[i] == NULL) != (t->codes[k] == NULL) || t->n_missing[i] != t->n_missing[k] || t->n_codes[i] != t->n_codes[k])
                return false;
        for (size_t row = 0; row < t->rows; row++) {
                if (t->codes[i] && t->codes[i][row] != t->codes[k][row])
                        return false;
                if (!t->codes[i] && !(t->numbers[i][row] == t->numbers[k][row] ||
                                      (isnan(t->numbers[i][row]) && isnan(t->numbers[k][row]))))
                        return false;
        }
        /* codes are given by first arrival: equal codes are equal texts when these are */
        for (size_t c = 0; t->codes[i] && c < t->n_codes[i]; c++)
                if (!tamis_slice_equal(t->texts[i][c], t->texts[k][c]))
                        return false;
        return true;
}

static void look_at_pair(tamis_finder *f, size_t i, size_t k) {
        const tamis_profile *p = f->p;
        double r = p->correlation ? p->correlation[i * p->n + k] : NAN, m = p->nullity ? p->nullity[i * p->n + k] : NAN;
        bool target = (long) i == p->target || (long) k == p->target;

        if (p->columns[i].distinct > 1 && same_column(f->f, i, k)) {
                tamis_cure(f, "clean --drop=%s", tamis_find_column(f, i));
                tamis_find(f, warning, "same-column", (long) i, 0, p->rows, "every cell is that of column \"%s\"",
                           tamis_find_show(p->columns[k].name));
        } else if (fabs(r) >= collinear && !target) {
                tamis_cure(f, "clean --drop=%s", tamis_find_column(f, i));
                tamis_find(f, fabs(r) > .999 ? warning : note, "collinear", (long) i, 0, 0, "correlation %.4f with \"%s\": a linear model "
                           "cannot tell them apart", r, tamis_find_show(p->columns[k].name));
        }
        if (fabs(m) >= together && f->f->n_missing[i] >= LEAST_MISSING && f->f->n_missing[k] >= LEAST_MISSING)
                tamis_find(f, note, "missing-together", (long) i, 0, f->f->n_missing[i], m > 0 ?
                           "its cells are missing where those of \"%s\" are (correlation %.2f)" :
                           "its cells are missing where those of \"%s\" are there (correlation %.2f)",
                           tamis_find_show(p->columns[k].name), m);
}

/* How well column k tells where column i is missing: the AUC of its numbers, or of the share missing at each of its levels, with
 * each row's own cell left out (a level of one row says nothing so). */
static double tells(const tamis_look_frame *t, size_t i, size_t k, double *room) {
        double *score = room, *spare = room + t->rows, *more = room + 2 * t->rows;
        const uint8_t *missing = t->missing[i];
        double auc, share = (double) t->n_missing[i] / (double) t->rows;

        if (!t->codes[k])
                return tamis_look_auc(t->numbers[k], missing, t->rows, spare, more);
        if (t->n_codes[k] > MOST_LEVELS)
                return NAN;
        {
                double holes[MOST_LEVELS + 1] = {0}, rows[MOST_LEVELS + 1] = {0};

                for (size_t row = 0; row < t->rows; row++) {
                        holes[t->codes[k][row]] += missing[row];
                        rows[t->codes[k][row]]++;
                }
                for (size_t row = 0; row < t->rows; row++) {
                        uint32_t c = t->codes[k][row];

                        score[row] = (holes[c] - missing[row] + share * 5) / (rows[c] - 1 + 5);
                }
        }
        auc = tamis_look_auc(score, missing, t->rows, spare, more);
        return auc < .5 ? .5 : auc;
}

static void look_at_missing(tamis_finder *f, size_t i, double *room) {
        const tamis_look_frame *t = f->f;
        double best = 0, low, n1, n0;
        size_t by = 0;

        if (t->n_missing[i] < LEAST_MISSING || t->rows - t->n_missing[i] < LEAST_MISSING || !t->missing[i])
                return;
        for (size_t k = 0; k < t->n; k++) {
                double auc = k == i || f->p->columns[k].distinct < 2 || t->n_missing[k] * 2 > t->rows ? NAN : tells(t, i, k, room);

                if (auc == auc && fabs(auc - .5) > best) {
                        best = fabs(auc - .5);
                        by = k;
                }
        }
        n1 = (double) t->n_missing[i];
        n0 = (double) t->rows - n1;
        /* beyond what chance gives the best of so many columns: five standard errors of the area */
        low = 5 * sqrt((n0 + n1 + 1) / (12 * n0 * n1));
        if (.5 + best < predicted || best < low)
                return;
        tamis_cure(f, "impute -s iterative -c %s", tamis_find_column(f, i));
        tamis_find(f, note, "missing-predicted", (long) i, 0, t->n_missing[i], "where it is missing is told by \"%s\" (AUC %.2f): not "
                   "completely at random; fill it with a model that sees that column", tamis_find_show(f->p->columns[by].name), .5 + best);
}

static void look_at_little(tamis_finder *f) {
        const tamis_profile *p = f->p;

        if (!(p->little_p < .01))
                return;
        tamis_find(f, note, "not-mcar", -1, 0, 0, "Little's test: chi2 = %.4g on %.0f degrees of freedom, p = %.2g: numbers are not missing "
                   "completely at random. It cannot tell whether what is there explains it (MAR) or what is missing does (MNAR)",
                   p->little_chi2, p->little_df, p->little_p);
}

void tamis_find_in_pairs(tamis_finder *f) {
        const tamis_look_frame *t = f->f;
        double *room = malloc((3 * t->rows + 1) * sizeof *room);

        if (!room) {
                f->r = tamis_fail_memory(f->err);
                return;
        }
        for (size_t i = 1; t->rows > 2 && t->n <= MOST_PAIRS && i < t->n; i++)
                for (size_t k = 0; k < i; k++)
                        look_at_pair(f, i, k);
        for (size_t i = 0; t->n <= MOST_PAIRS && i < t->n; i++)
                look_at_missing(f, i, room);
        look_at_little(f);
        free(room);
}
