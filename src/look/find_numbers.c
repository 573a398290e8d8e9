/* What is wrong with the numbers of a column. */
#include <math.h>
#include <stdlib.h>

#include "look/finder.h"

enum { Q25 = 3, MEDIAN = 4, Q75 = 5 };

static const tamis_look_severity note = TAMIS_LOOK_NOTE, warning = TAMIS_LOOK_WARNING, error = TAMIS_LOOK_ERROR;

/* 99, 999, 9999, ... with or without a sign; and what programs write for the ends of their numbers. */
static bool is_token(double x) {
        static const double known[] = { 2147483647, -2147483648.0, 32767, -32768, 65535, 4294967295.0 };
        double a = fabs(x);

        for (size_t i = 0; i < sizeof known / sizeof *known; i++)
                if (x == known[i])
                        return true;
        for (double nines = 99; nines < 1e13; nines = nines * 10 + 9)
                if (a == nines || a == nines - 1 || (a >= 999 && a == floor(nines / 10) * 10 + 7))
                        return true;
        return x == -99.9 || x == -999.9 || x == -9999.9;
}

static void say_sentinel(tamis_finder *f, size_t i, tamis_look_severity how, double value, uint64_t count,
                         double next) {
        const tamis_profile_column *c = &f->p->columns[i];
        const char *v = tamis_find_number(value);

        tamis_cure(f, "clean -c %s --blank=%s", tamis_find_column(f, i), v);
        tamis_find(f, how, "sentinel", (long) i, tamis_find_line(f, i, value), count,
                   "%s stands in %llu of %llu cells, far from the next value (%s): it looks like a mark for \"missing\"", v,
                   (unsigned long long) count, (unsigned long long) c->numbers, tamis_find_number(next));
}

/* The value `at` is a mark when it stands apart: its neighbours inwards are further away than most of
 * the others reach. */
static bool stands_apart(const tamis_runs *r, size_t at, bool low, double iqr) {
        size_t next = low ? at + 1 : at - 1, far = low ? r->n - 1 : 0;
        double gap = fabs(r->values[next] - r->values[at]), reach = fabs(r->values[far] - r->values[next]);

        return gap > 3 * iqr && (gap > reach / 2 || gap > 10 * iqr);
}

static bool look_for_token(tamis_finder *f, size_t i, size_t at, bool low) {
        const tamis_profile_column *c = &f->p->columns[i];
        const tamis_runs *r = &f->g->gathered[i].runs;
        double iqr = c->quantiles[Q75] - c->quantiles[Q25], x = r->values[at];
        double next = r->values[low ? at + 1 : at - 1];

        /* so many marks that they widen the quartiles: the reach of the others will do */
        if (is_token(x) && (stands_apart(r, at, low, iqr) ||
                            (r->counts[at] > 1 && fabs(next - x) > fabs(r->values[low ? r->n - 1 : 0] - next)))) {
                say_sentinel(f, i, error, x, r->counts[at], next);
                return true;
        }
        if (low && x == -1 && r->counts[at] > 1 && next >= 0 && (!c->whole || next > 0 || r->values[r->n - 1] > 20)) {
                say_sentinel(f, i, warning, x, r->counts[at], next);
                return true;
        }
        return false;
}

static bool look_for_tokens(tamis_finder *f, size_t i) {
        const tamis_runs *r = &f->g->gathered[i].runs;
        size_t low = 0, high = r->n;

        if (r->n < 4)
                return false;
        while (low + 3 < r->n && look_for_token(f, i, low, true))
                low++;
        while (high > low + 3 && look_for_token(f, i, high - 1, false))
                high--;
        return low > 0 || high < r->n;
}

/* Zeros, and then nothing for a while: the first step is much wider than those that follow, and not small beside what
 * is usual. A count goes 0, 1, 2; a measurement that is never 0 does not. */
static void look_for_zeros(tamis_finder *f, size_t i) {
        const tamis_profile_column *c = &f->p->columns[i];
        const tamis_runs *r = &f->g->gathered[i].runs;
        double steps[10], median, typical;
        uint64_t positive = r->total - c->zeros, seen = 0;
        size_t n = 0, at = 1;

        if (c->zeros == 0 || c->negatives > 0 || r->n < 12 || r->values[0] != 0 || positive < 20)
                return;
        for (; n < 10 && n + 2 < r->n; n++)
                steps[n] = r->values[n + 2] - r->values[n + 1];
        typical = tamis_quantile(steps, n, .5);
        while (at < r->n && (seen += r->counts[at]) < (positive + 1) / 2)
                at++;
        median = r->values[at];
        if (r->values[1] < 4 * typical || r->values[1] < .08 * median || (c->whole && r->values[1] < 5))
                return;
        tamis_cure(f, "clean -c %s --blank=0", tamis_find_column(f, i));
        tamis_find(f, r->values[1] >= .3 * median ? error : warning, "zero-sentinel", (long) i,
                   tamis_find_line(f, i, 0), c->zeros,
                   "0 in %llu of %llu cells, and nothing between it and %s: it looks like \"not measured\"",
                   (unsigned long long) c->zeros, (unsigned long long) c->numbers, tamis_find_number(r->values[1]));
}

/* A few values that lie among the others when divided by 1000, or 100: grams for kilograms. */
static bool look_for_units(tamis_finder *f, size_t i) {
        static const double factors[] = { 1000, 100 };
        const tamis_profile_column *c = &f->p->columns[i];
        const tamis_runs *r = &f->g->gathered[i].runs;
        double q25 = c->quantiles[Q25], q75 = c->quantiles[Q75], fence = q75 + 10 * (q75 - q25);

        if (c->min <= 0 || q75 <= q25 || c->far_outliers == 0 || q75 > 5 * q25)
                return false;
        for (size_t k = 0; k < sizeof factors / sizeof *factors; k++) {
                uint64_t beyond = 0, fit = 0;

                for (size_t v = r->n; v > 0 && r->values[v - 1] > fence; v--) {
                        double x = r->values[v - 1] / factors[k];

                        beyond += r->counts[v - 1];
                        fit += x >= c->min && x <= q75 + 1.5 * (q75 - q25) ? r->counts[v - 1] : 0;
                }
                if (beyond == 0 || fit * 10 < beyond * 9 || beyond * 10 > r->total)
                        continue;
                tamis_cure(f, "clean -c %s --outliers=iqr --outlier-limit=10 --outliers-to=blank",
                           tamis_find_column(f, i));
                tamis_find(f, error, "unit-slip", (long) i, tamis_find_line(f, i, c->max), beyond,
                           "%s as %s: about %g times what the others are: another unit?",
                           beyond == 1 ? "a value such" : "values such", tamis_find_number(c->max), factors[k]);
                return true;
        }
        return false;
}

static void look_at_tails(tamis_finder *f, size_t i) {
        const tamis_profile_column *c = &f->p->columns[i];
        double share = (double) c->far_outliers / (double) c->numbers;
        bool tail = fabs(c->skew) > 2 && ((c->high_spike.count == 0 && c->low_spike.count == 0) || share > .01);

        if (c->far_outliers > 0 && c->quantiles[Q75] > c->quantiles[Q25]) {
                tamis_cure(f,
                           tail ? "scale -c %s -s power"
                                : "clean -c %s --outliers=iqr --outlier-limit=3 --outliers-to=clip",
                           tamis_find_column(f, i));
                tamis_find(f, note, "outliers", (long) i,
                           tamis_find_line(f, i,
                                           c->max - c->quantiles[MEDIAN] > c->quantiles[MEDIAN] - c->min ? c->max
                                                                                                         : c->min),
                           c->far_outliers,
                           "%llu value%s (%.2g %%) beyond 3 interquartile ranges of the quartiles; from %s to %s: %s",
                           (unsigned long long) c->far_outliers, c->far_outliers == 1 ? "" : "s", 100 * share,
                           tamis_find_number(c->min), tamis_find_number(c->max),
                           tail ? "a long tail, more likely than errors" : "errors, or rare truths?");
        }
        if (fabs(c->skew) > 3 && c->distinct > 10) {
                tamis_cure(f, "scale -c %s -s power", tamis_find_column(f, i));
                tamis_find(f, fabs(c->skew) > 20 ? warning : note, "skewed", (long) i, 0, c->numbers,
                           "skewness %.3g: %s; a logarithm, ranks or trees bear it better than a mean does", c->skew,
                           c->skew > 0 ? "a few large values" : "a few small values");
        }
}

void tamis_find_in_numbers(tamis_finder *f, size_t i) {
        const tamis_profile_column *c = &f->p->columns[i];
        bool marked;

        if (c->numbers < 10 || c->target || c->texts * 10 > c->numbers)
                return;
        marked = look_for_tokens(f, i);
        look_for_zeros(f, i);
        if (!marked && !look_for_units(f, i))
                look_at_tails(f, i);
        if (c->type == TAMIS_TYPE_NUMERIC && c->whole && c->distinct > 2 && c->distinct <= 10 &&
            c->consecutive + 1 >= c->distinct / 2 && c->numbers > 50) {
                tamis_cure(f, "encode -c %s", tamis_find_column(f, i));
                tamis_find(f, note, "integer-codes", (long) i, 0, c->numbers,
                           "%llu different whole numbers: if they are codes and not amounts, say so "
                           "with --types %s=text",
                           (unsigned long long) c->distinct, tamis_find_column(f, i));
        }
}
