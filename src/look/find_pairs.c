/* Columns that say the same, and cells that are missing for a reason. */
#include <math.h>
#include <stdlib.h>

#include "look/finder.h"

static const tamis_look_severity note = TAMIS_LOOK_NOTE, warning = TAMIS_LOOK_WARNING;
static const double collinear = .95, together = .9, predicted = .75;
static const double most_work = 2e8;            /* columns squared times rows: a fraction of a second */
enum { MOST_PAIRS = 300, MOST_LEVELS = 50, LEAST_MISSING = 10, BUCKETS = 16384 };

static bool same_column(const tamis_look_frame *t, size_t i, size_t k) {
        if ((t->codes[i] == NULL) != (t->codes[k] == NULL) || t->n_missing[i] != t->n_missing[k] ||
            t->n_codes[i] != t->n_codes[k])
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
                tamis_find(f, fabs(r) > .999 ? warning : note, "collinear", (long) i, 0, 0,
                           "correlation %.4f with \"%s\": a linear model "
                           "cannot tell them apart",
                           r, tamis_find_show(p->columns[k].name));
        }
        if (fabs(m) >= together && f->f->n_missing[i] >= LEAST_MISSING && f->f->n_missing[k] >= LEAST_MISSING)
                tamis_find(f, note, "missing-together", (long) i, 0, f->f->n_missing[i], m > 0 ?
                           "its cells are missing where those of \"%s\" are (correlation %.2f)" :
                           "its cells are missing where those of \"%s\" are there (correlation %.2f)",
                           tamis_find_show(p->columns[k].name), m);
}

/* -- where cells are missing ----------------------------------------------------------------------------------------- */

struct asking {
        size_t rows;                    /* of the sample that are looked at */
        double *ranks;                  /* of the column that tells: from 1, ties have the mean; NaN: missing */
        double *sorted, *spare;
        uint32_t *first;                /* the first of `sorted` in each bucket of equal width, BUCKETS + 1 */
        double *best;                   /* by column: |AUC - 1/2| of the one that tells best where it is missing */
        size_t *by;
};

static void rank(struct asking *a, const double *x) {
        size_t n = 0;
        double width;

        for (size_t row = 0; row < a->rows; row++)
                if (x[row] == x[row])
                        a->sorted[n++] = x[row];
        tamis_sort_doubles(a->sorted, a->spare, n);
        /* each value's mean rank, beside its first place */
        for (size_t i = 0, end; i < n; i = end) {
                for (end = i + 1; end < n && a->sorted[end] == a->sorted[i]; end++)
                        ;
                a->spare[i] = (double) (i + 1 + end) / 2;
        }
        /* the search begins at the first value of its bucket, of equal widths: what is monotone is exact however it is rounded */
        width = n > 0 && a->sorted[n - 1] > a->sorted[0] ? BUCKETS / (a->sorted[n - 1] - a->sorted[0]) : 0;
        width = isfinite(width) ? width : 0;
        for (size_t i = 0, b = 0; width > 0 && b <= BUCKETS; a->first[b++] = (uint32_t) i)
                while (i < n && (a->sorted[i] - a->sorted[0]) * width < (double) b)
                        i++;
        for (size_t row = 0; row < a->rows; row++) {
                size_t low = 0, high = n;

                if (width > 0 && x[row] == x[row]) {
                        size_t b = (size_t) ((x[row] - a->sorted[0]) * width);

                        low = a->first[b < BUCKETS ? b : BUCKETS];
                        high = b < BUCKETS ? a->first[b + 1] : n;
                }
                while (low < high) {
                        size_t middle = (low + high) / 2;

                        if (a->sorted[middle] < x[row])
                                low = middle + 1;
                        else
                                high = middle;
                }
                a->ranks[row] = x[row] == x[row] ? a->spare[low] : NAN;
        }
}

/* Mann-Whitney, from the ranks. */
static double told_by_number(const struct asking *a, const uint8_t *missing) {
        double n = 0, n1 = 0, sum = 0, n0;

        for (size_t row = 0; row < a->rows; row++) {
                bool there = a->ranks[row] == a->ranks[row];

                n += there;
                n1 += there && missing[row];
                sum += there && missing[row] ? a->ranks[row] : 0;
        }
        n0 = n - n1;
        return n0 > 0 && n1 > 0 ? (sum - n1 * (n1 + 1) / 2) / n0 / n1 : NAN;
}

/* The score of a row is the share missing at its level, the row itself left out, drawn towards the share of all: a level of one row
 * says nothing so. Rows of one level have two scores, as they miss the cell or do not. */
static double told_by_level(const struct asking *a, const uint8_t *missing, const uint32_t *codes, size_t levels) {
        enum { WEIGHT = 5 };
        double holes[MOST_LEVELS + 1] = {0}, rows[MOST_LEVELS + 1] = {0}, n1 = 0, area = 0, share, auc;

        for (size_t row = 0; row < a->rows; row++) {
                holes[codes[row]] += missing[row];
                rows[codes[row]]++;
                n1 += missing[row];
        }
        share = n1 / (double) a->rows;
        for (size_t p = 0; p <= levels; p++)
                for (size_t q = 0; holes[p] > 0 && q <= levels; q++) {
                        double with = (holes[p] - 1 + WEIGHT * share) / (rows[p] - 1 + WEIGHT);
                        double without = (holes[q] + WEIGHT * share) / (rows[q] - 1 + WEIGHT);

                        area += holes[p] * (rows[q] - holes[q]) * (with > without ? 1 : with == without ? .5 : 0);
                }
        auc = area / n1 / ((double) a->rows - n1);
        return auc < .5 ? .5 : auc;
}

static void ask(tamis_finder *f, struct asking *a, size_t k) {
        const tamis_look_frame *t = f->f;

        if (f->p->columns[k].distinct < 2 || t->n_missing[k] * 2 > t->rows ||
            (t->codes[k] && t->n_codes[k] > MOST_LEVELS))
                return;
        if (!t->codes[k])
                rank(a, t->numbers[k]);
        for (size_t i = 0; i < t->n; i++) {
                double auc;

                if (i == k || !t->missing[i] || t->n_missing[i] < LEAST_MISSING)
                        continue;
                auc = t->codes[k] ? told_by_level(a, t->missing[i], t->codes[k], t->n_codes[k])
                                  : told_by_number(a, t->missing[i]);
                if (fabs(auc - .5) > a->best[i]) {
                        a->best[i] = fabs(auc - .5);
                        a->by[i] = k;
                }
        }
}

static void answer(tamis_finder *f, const struct asking *a, size_t i) {
        double n1 = (double) f->f->n_missing[i] * (double) a->rows / (double) f->f->rows, n0 = (double) a->rows - n1;

        /* beyond what chance gives the best of so many columns: five standard errors of the area */
        if (n1 < LEAST_MISSING || n0 < LEAST_MISSING || .5 + a->best[i] < predicted ||
            a->best[i] < 5 * sqrt((n0 + n1 + 1) / (12 * n0 * n1)))
                return;
        tamis_cure(f, "impute -s iterative -c %s", tamis_find_column(f, i));
        tamis_find(f, note, "missing-predicted", (long) i, 0, f->f->n_missing[i],
                   "where it is missing is told by \"%s\" (AUC %.2f): not "
                   "completely at random; fill it with a model that sees that column",
                   tamis_find_show(f->p->columns[a->by[i]].name), .5 + a->best[i]);
}

static void look_at_missing(tamis_finder *f) {
        const tamis_look_frame *t = f->f;
        double most = most_work / ((double) t->n * (double) t->n + 1);
        struct asking a = { .rows = (double) t->rows > most ? (size_t) most : t->rows };

        a.ranks = malloc((a.rows + 1) * sizeof *a.ranks);
        a.sorted = malloc((a.rows + 1) * sizeof *a.sorted);
        a.spare = malloc((a.rows + 1) * sizeof *a.spare);
        a.first = malloc((BUCKETS + 1) * sizeof *a.first);
        a.best = calloc(t->n + 1, sizeof *a.best);
        a.by = calloc(t->n + 1, sizeof *a.by);
        if (!a.ranks || !a.sorted || !a.spare || !a.first || !a.best || !a.by)
                f->r = tamis_fail_memory(f->err);
        for (size_t k = 0; f->r == 0 && k < t->n; k++)
                ask(f, &a, k);
        for (size_t i = 0; f->r == 0 && i < t->n; i++)
                answer(f, &a, i);
        free(a.ranks);
        free(a.sorted);
        free(a.spare);
        free(a.first);
        free(a.best);
        free(a.by);
}

static void look_at_little(tamis_finder *f) {
        const tamis_profile *p = f->p;

        if (!(p->little_p < .01))
                return;
        tamis_find(
                f, note, "not-mcar", -1, 0, 0,
                "Little's test: chi2 = %.4g on %.0f degrees of freedom, p = %.2g: numbers are not missing "
                "completely at random. It cannot tell whether what is there explains it (MAR) or what is missing does (MNAR)",
                p->little_chi2, p->little_df, p->little_p);
}

void tamis_find_in_pairs(tamis_finder *f) {
        const tamis_look_frame *t = f->f;

        if (t->n <= MOST_PAIRS) {
                for (size_t i = 1; t->rows > 2 && i < t->n; i++)
                        for (size_t k = 0; k < i; k++)
                                look_at_pair(f, i, k);
                look_at_missing(f);
        }
        look_at_little(f);
}
