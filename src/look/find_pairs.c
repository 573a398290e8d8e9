/* Columns that say the same, and cells that are missing for a reason. */
#include <math.h>
#include <stdatomic.h>
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
        tamis_finder *f;
        size_t rows;                    /* of the sample that are looked at */
        uint32_t *holes;                /* rows where a column's cell is missing; from begins[column] on */
        size_t *begins;                 /* and one more */
        uint32_t *holed;                /* rows that have any */
        size_t n_holed;
        double *told;                   /* [k * columns + i]: AUC of k for telling where i is missing; 1/2: nothing, or not asked */
        atomic_bool no_memory;
};

/* What a thread needs for itself. */
struct ranking {
        const struct asking *a;
        double *ranks;                  /* of the column that tells, in rows with a hole: from 1, ties have the mean; NaN: missing */
        double *sorted, *spare;
        uint32_t *first;                /* the first of `sorted` in each bucket of equal width, BUCKETS + 1 */
};

/* How many numbers there are. */
static size_t rank(struct ranking *r, const double *x) {
        const struct asking *a = r->a;
        size_t n = 0;
        double width;

        for (size_t row = 0; row < a->rows; row++)
                if (x[row] == x[row])
                        r->sorted[n++] = x[row];
        tamis_sort_doubles(r->sorted, r->spare, n);
        /* each value's mean rank, beside its first place */
        for (size_t i = 0, end; i < n; i = end) {
                for (end = i + 1; end < n && r->sorted[end] == r->sorted[i]; end++)
                        ;
                r->spare[i] = (double) (i + 1 + end) / 2;
        }
        /* the search begins at the first value of its bucket, of equal widths: what is monotone is exact however it is rounded */
        width = n > 0 && r->sorted[n - 1] > r->sorted[0] ? BUCKETS / (r->sorted[n - 1] - r->sorted[0]) : 0;
        width = isfinite(width) ? width : 0;
        for (size_t i = 0, b = 0; width > 0 && b <= BUCKETS; r->first[b++] = (uint32_t) i)
                while (i < n && (r->sorted[i] - r->sorted[0]) * width < (double) b)
                        i++;
        for (size_t i = 0; i < a->n_holed; i++) {
                size_t row = a->holed[i], low = 0, high = n;

                if (width > 0 && x[row] == x[row]) {
                        size_t b = (size_t) ((x[row] - r->sorted[0]) * width);

                        low = r->first[b < BUCKETS ? b : BUCKETS];
                        high = b < BUCKETS ? r->first[b + 1] : n;
                }
                while (low < high) {
                        size_t middle = (low + high) / 2;

                        if (r->sorted[middle] < x[row])
                                low = middle + 1;
                        else
                                high = middle;
                }
                r->ranks[row] = x[row] == x[row] ? r->spare[low] : NAN;
        }
        return n;
}

/* Mann-Whitney, from the ranks; n of them are numbers. */
static double told_by_number(const struct ranking *r, size_t column, double n) {
        const struct asking *a = r->a;
        double n1 = 0, sum = 0, n0;

        for (size_t i = a->begins[column]; i < a->begins[column + 1]; i++) {
                double rank = r->ranks[a->holes[i]];

                n1 += rank == rank;
                sum += rank == rank ? rank : 0;
        }
        n0 = n - n1;
        return n0 > 0 && n1 > 0 ? (sum - n1 * (n1 + 1) / 2) / n0 / n1 : NAN;
}

/* The score of a row is the share missing at its level, the row itself left out, drawn towards the share of all: a level of one row
 * says nothing so. Rows of one level have two scores, as they miss the cell or do not. `rows`: how many each level has. */
static double told_by_level(const struct asking *a, size_t column, const uint32_t *codes, size_t levels,
                            const double *rows) {
        enum { WEIGHT = 5 };
        double holes[MOST_LEVELS + 1] = {0}, n1 = (double) (a->begins[column + 1] - a->begins[column]), area = 0;
        double share = n1 / (double) a->rows, auc;

        for (size_t i = a->begins[column]; i < a->begins[column + 1]; i++)
                holes[codes[a->holes[i]]]++;
        for (size_t p = 0; p <= levels; p++)
                for (size_t q = 0; holes[p] > 0 && q <= levels; q++) {
                        double with = (holes[p] - 1 + WEIGHT * share) / (rows[p] - 1 + WEIGHT);
                        double without = (holes[q] + WEIGHT * share) / (rows[q] - 1 + WEIGHT);

                        area += holes[p] * (rows[q] - holes[q]) * (with > without ? 1 : with == without ? .5 : 0);
                }
        auc = area / n1 / ((double) a->rows - n1);
        return auc < .5 ? .5 : auc;
}

static void ask(struct ranking *r, size_t k) {
        const struct asking *a = r->a;
        const tamis_look_frame *t = a->f->f;
        double of_level[MOST_LEVELS + 1] = {0};
        size_t numbers = 0;

        if (a->f->p->columns[k].distinct < 2 || t->n_missing[k] * 2 > t->rows ||
            (t->codes[k] && t->n_codes[k] > MOST_LEVELS))
                return;
        if (!t->codes[k])
                numbers = rank(r, t->numbers[k]);
        for (size_t row = 0; t->codes[k] && row < a->rows; row++)
                of_level[t->codes[k][row]]++;
        for (size_t i = 0; i < t->n; i++)
                if (i != k && t->missing[i] && t->n_missing[i] >= LEAST_MISSING)
                        a->told[k * t->n + i] =
                                t->codes[k] ? told_by_level(a, i, t->codes[k], t->n_codes[k], of_level)
                                            : told_by_number(r, i, (double) numbers);
}

/* Each thread's share of the columns. */
static void ask_all(void *arg, unsigned thread) {
        struct asking *a = arg;
        struct ranking r = { .a = a };

        r.ranks = malloc((a->rows + 1) * sizeof *r.ranks);
        r.sorted = malloc((a->rows + 1) * sizeof *r.sorted);
        r.spare = malloc((a->rows + 1) * sizeof *r.spare);
        r.first = malloc((BUCKETS + 1) * sizeof *r.first);
        if (!r.ranks || !r.sorted || !r.spare || !r.first)
                a->no_memory = true;
        for (size_t k = thread; !a->no_memory && k < a->f->f->n; k += tamis_pool_threads(a->f->g->pool))
                ask(&r, k);
        free(r.ranks);
        free(r.sorted);
        free(r.spare);
        free(r.first);
}

/* The column that tells best where this one is missing, the first of equals. */
static void answer(tamis_finder *f, const struct asking *a, size_t i) {
        double n1 = (double) f->f->n_missing[i] * (double) a->rows / (double) f->f->rows, n0 = (double) a->rows - n1;
        double best = 0;
        size_t by = 0;

        for (size_t k = 0; k < f->f->n; k++)
                if (fabs(a->told[k * f->f->n + i] - .5) > best) {
                        best = fabs(a->told[k * f->f->n + i] - .5);
                        by = k;
                }
        /* beyond what chance gives the best of so many columns: five standard errors of the area */
        if (n1 < LEAST_MISSING || n0 < LEAST_MISSING || .5 + best < predicted ||
            best < 5 * sqrt((n0 + n1 + 1) / (12 * n0 * n1)))
                return;
        tamis_cure(f, "impute -s iterative -c %s", tamis_find_column(f, i));
        tamis_find(f, note, "missing-predicted", (long) i, 0, f->f->n_missing[i],
                   "where it is missing is told by \"%s\" (AUC %.2f): not "
                   "completely at random; fill it with a model that sees that column",
                   tamis_find_show(f->p->columns[by].name), .5 + best);
}

static int find_holes(const tamis_look_frame *t, struct asking *a, tamis_error *err) {
        size_t n = 0;

        for (size_t i = 0; i < t->n; i++)
                n += t->missing[i] ? t->n_missing[i] : 0;
        a->begins = malloc((t->n + 1) * sizeof *a->begins);
        a->holes = malloc((n + 1) * sizeof *a->holes);
        a->holed = calloc(a->rows + 1, sizeof *a->holed);
        a->told = malloc((t->n * t->n + 1) * sizeof *a->told);
        if (!a->begins || !a->holes || !a->holed || !a->told)
                return tamis_fail_memory(err);
        n = 0;
        for (size_t i = 0; i < t->n; i++) {
                a->begins[i] = n;
                for (size_t row = 0; t->missing[i] && row < a->rows; row++)
                        if (t->missing[i][row]) {
                                a->holes[n++] = (uint32_t) row;
                                a->holed[row] = 1;      /* for now: that it has one */
                        }
        }
        a->begins[t->n] = n;
        for (size_t row = 0; row < a->rows; row++)
                if (a->holed[row])
                        a->holed[a->n_holed++] = (uint32_t) row;
        return 0;
}

static void look_at_missing(tamis_finder *f) {
        const tamis_look_frame *t = f->f;
        double most = most_work / ((double) t->n * (double) t->n + 1);
        struct asking a = { .f = f, .rows = (double) t->rows > most ? (size_t) most : t->rows };

        f->r = find_holes(t, &a, f->err);
        for (size_t i = 0; f->r == 0 && i < t->n * t->n; i++)
                a.told[i] = .5;
        if (f->r == 0 && a.n_holed > 0)
                tamis_pool_run(f->g->pool, ask_all, &a);
        if (a.no_memory)
                f->r = tamis_fail_memory(f->err);
        for (size_t i = 0; f->r == 0 && i < t->n; i++)
                answer(f, &a, i);
        free(a.holes);
        free(a.begins);
        free(a.holed);
        free(a.told);
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
                if (f->r == 0)
                        look_at_missing(f);
        }
        look_at_little(f);
}
