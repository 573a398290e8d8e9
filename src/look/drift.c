/* From two samples of each column to a verdict, and the columns in the order of how much each has moved. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "look/drift.h"
#include "table/show.h"

const char *const tamis_drift_verdicts[] = {
        [TAMIS_DRIFT_GONE] = "gone", [TAMIS_DRIFT_TYPE] = "type", [TAMIS_DRIFT_UNIT] = "unit", [TAMIS_DRIFT_NEW] = "new",
        [TAMIS_DRIFT_DRIFT] = "drift", [TAMIS_DRIFT_SHIFT] = "shift", [TAMIS_DRIFT_FEW] = "few", [TAMIS_DRIFT_OK] = "ok",
};

/* FEW: below so many present values in either table bins hold too little to be tested. The others: what matters,
 * as shares of rows, and how sure a test must be that is not among those adjusted (of levels and ranges, which
 * have no alternative). */
enum { FEW = 20, EXPECTED = 5 };
static const double least_missing = .02, least_unseen = .005, least_outside = .01, sure = .001;

void tamis_drift_column_done(tamis_drift_column *c) {
        tamis_runs_done(&c->ref.runs);
        tamis_runs_done(&c->fresh.runs);
        tamis_moments_done(&c->ref.moments);
        tamis_moments_done(&c->fresh.moments);
        free(c->fresh_counts);
        tamis_dict_done(&c->levels);
}

void tamis_drift_report_done(tamis_drift_report *report) {
        for (size_t i = 0; i < report->n; i++)
                tamis_drift_column_done(&report->columns[i]);
        free(report->columns);
        tamis_drift_sample_done(&report->ref_sample);
        tamis_drift_sample_done(&report->fresh_sample);
        tamis_arena_done(&report->arena);
        *report = (tamis_drift_report) {0};
}

const char *tamis_drift_approximate(const tamis_drift_column *c, char *out, size_t size) {
        const unsigned cleared =
                c->ref.runs.cleared > c->fresh.runs.cleared ? c->ref.runs.cleared : c->fresh.runs.cleared;
        size_t n = 0;

        *out = '\0';
        if (c->halved > 0)
                n += (size_t) snprintf(out, size, "levels: one in %.0f", ldexp(1, (int) c->halved));
        if (c->numeric && cleared > 0)
                n += (size_t) snprintf(out + n, size - n, "%svalues to %.1g of them", n ? "; " : "",
                                       ldexp(1, (int) cleared - 52));
        if (c->numeric && c->sketch)
                snprintf(out + n, size - n, "%sks and wasserstein to %.3g of the rows", n ? "; " : "",
                         1. / TAMIS_DRIFT_SAVED);
        return out;
}

/* -- figures of one column ----------------------------------------------------------------------------------------- */

static void beyond(tamis_drift_column *c) {
        const tamis_runs *ref = &c->ref.runs, *fresh = &c->fresh.runs;
        const unsigned cleared = ref->cleared > fresh->cleared ? ref->cleared : fresh->cleared;
        const double least = tamis_runs_clear(ref->min, cleared), most = tamis_runs_clear(ref->max, cleared);
        double out = 0;

        for (size_t i = 0; i < fresh->n; i++) {
                double x = tamis_runs_clear(fresh->values[i], cleared);

                out += x < least || x > most ? (double) fresh->counts[i] : 0;
        }
        c->outside = out / (double) fresh->total;
        c->range_p = tamis_range_p(out, (double) ref->total, (double) fresh->total);
}

static int numbers(tamis_drift_column *c, tamis_error *err) {
        const tamis_runs *ref = &c->ref.runs, *fresh = &c->fresh.runs;
        double counts[TAMIS_DRIFT_BINS];
        int r;

        if (ref->total == 0 || fresh->total == 0)
                return 0;
        tamis_apartness_of(ref, fresh, &c->apart);
        r = tamis_ks_p(c->apart.steps, ref->total, fresh->total, &c->ks_p, err);
        if (r < 0)
                return r;
        c->distance = c->ref.sd > 0 ? c->apart.wasserstein / c->ref.sd : NAN;
        tamis_drift_count(fresh, ref->cleared, c->edges, c->n_edges, counts);
        tamis_divergence_of(c->counts, counts, c->n_edges + 1, &c->divergence);
        beyond(c);
        tamis_drift_units(c);
        return 0;
}

static double fresh_count(const tamis_drift_column *c, size_t level) {
        return level < c->fresh_capacity ? c->fresh_counts[level] : 0;
}

/* Levels too rare to be tested alone, whose rows in the smaller table are fewer than EXPECTED, are taken together. */
static int levels(tamis_drift_column *c, tamis_error *err) {
        double n = 0, m = 0, share;             /* rows of the levels kept: all but where there are too many levels */
        double *counts = calloc(c->levels.n + 1, 2 * sizeof *counts), *ref = counts, *fresh, once = 0, unseen = 0;
        size_t *order = calloc(c->levels.n + 1, sizeof *order), bins = 1;       /* the first one: the rare ones */
        int r = counts && order ? tamis_dict_sort(&c->levels, false, order, err) : tamis_fail_memory(err);

        fresh = counts ? counts + c->levels.n + 1 : NULL;
        for (size_t i = 0; i < c->levels.n; i++) {
                n += (double) c->levels.entries[i].count;
                m += fresh_count(c, i);
        }
        share = fmin(n, m) / (n + m);
        /* by their texts: sums are not to depend on the order of the rows */
        for (size_t k = 0; r == 0 && k < c->levels.n; k++) {
                const size_t i = order[k];
                double here = (double) c->levels.entries[i].count, there = fresh_count(c, i);
                size_t b = (here + there) * share < EXPECTED ? 0 : bins++;

                ref[b] += here;
                fresh[b] += there;
                once += here == 1;
                if (i >= c->known) {
                        unseen += there;
                        if (c->unseen_levels++ == 0)
                                tamis_show((tamis_slice) { c->levels.entries[i].text.p, c->levels.entries[i].text.n < 15
                                           ? c->levels.entries[i].text.n : 15 }, c->example, sizeof c->example);
                }
        }
        if (r == 0)
                tamis_divergence_of(ref, fresh, bins, &c->divergence);
        c->unseen = m > 0 ? unseen / m : NAN;
        c->unseen_p = m > 0 ? tamis_unseen_p(once, n, unseen, m) : NAN;
        free(order);
        free(counts);
        return r;
}

/* The Jensen-Shannon distance of two shares. */
static double share_distance(double p, double q) {
        double in[2] = { p, 1 - p }, of[2] = { q, 1 - q }, sum = 0;

        for (int i = 0; i < 2; i++) {
                double mid = (in[i] + of[i]) / 2;

                sum += (in[i] > 0 ? in[i] * log2(in[i] / mid) : 0) + (of[i] > 0 ? of[i] * log2(of[i] / mid) : 0);
        }
        return sum > 0 ? sqrt(sum / 2) : 0;
}

static int figures(tamis_drift_column *c, tamis_error *err) {
        int r = 0;

        c->divergence = (tamis_divergence) { NAN, NAN, NAN, NAN, NAN, NAN, 0 };
        c->apart = (tamis_apartness) { NAN, 0, NAN };
        c->use = NAN;
        c->ks_p = c->distance = c->q = c->missing_p = c->missing_q = c->outside = c->range_p = c->unseen = c->unseen_p =
                NAN;
        if (c->verdict == TAMIS_DRIFT_GONE || c->verdict == TAMIS_DRIFT_TYPE || c->verdict == TAMIS_DRIFT_NEW)
                return 0;
        if (c->ref.rows > 0 && c->fresh.rows > 0) {
                c->missing_p = tamis_shares_p(c->ref.missing, c->ref.rows, c->fresh.missing, c->fresh.rows);
                c->severity = share_distance(c->ref.missing / c->ref.rows, c->fresh.missing / c->fresh.rows);
        }
        r = c->levels.n > 0 && !c->numeric ? levels(c, err) : c->numeric ? numbers(c, err) : 0;
        c->severity = fmax(c->severity, c->divergence.js);
        /* bins of the reference do not tell what lies outside of them, nor the rare levels what is new among them */
        if (c->outside > 0)
                c->severity = fmax(c->severity, share_distance(0, c->outside));
        if (c->unseen > 0)
                c->severity = fmax(c->severity, share_distance(0, c->unseen));
        return r;
}

/* -- verdicts ------------------------------------------------------------------------------------------------------ */

__attribute__((format(printf, 2, 3)))
static void because(tamis_drift_column *c, const char *format, ...) {
        size_t n = strlen(c->why);
        va_list args;

        if (n > 0 && n + 3 < sizeof c->why)
                n += (size_t) snprintf(c->why + n, sizeof c->why - n, "; ");
        if (n >= sizeof c->why)
                return;
        va_start(args, format);
        vsnprintf(c->why + n, sizeof c->why - n, format, args);
        va_end(args);
}

static void worse(tamis_drift_column *c, tamis_drift_verdict v) {
        c->verdict = v < c->verdict ? v : c->verdict;
}

static void judge_values(tamis_drift_column *c, const tamis_drift_options *o) {
        const double n = c->ref.rows - c->ref.missing, m = c->fresh.rows - c->fresh.missing;

        if (c->factor > 0) {
                worse(c, TAMIS_DRIFT_UNIT);
                because(c, "as if in another unit: %s%s", c->factor < 1 ? "divided by " : "times ", c->unit);
        }
        if (c->q <= o->alpha) {
                worse(c, c->divergence.psi >= o->effect ? TAMIS_DRIFT_DRIFT : TAMIS_DRIFT_SHIFT);
                if (c->levels.n > 0)
                        because(c, "shares of levels differ");
                else
                        because(c, "values differ: median %.4g, was %.4g", c->fresh.median, c->ref.median);
        } else if ((n < FEW || m < FEW) && (n > 0 || m > 0) && c->verdict == TAMIS_DRIFT_OK) {
                worse(c, TAMIS_DRIFT_FEW);
                because(c, "too few values to compare: %.0f against %.0f", m, n);
        }
        if (c->unseen_levels > 0) {
                bool surely = c->unseen_p <= sure && c->unseen >= least_unseen;

                if (surely || c->unseen_p <= o->alpha)
                        worse(c, surely ? TAMIS_DRIFT_DRIFT : TAMIS_DRIFT_SHIFT);
                because(c, "%.0f unseen level%s in %.3g %% of rows: %s%s", c->unseen_levels,
                        c->unseen_levels > 1 ? "s" : "", 100 * c->unseen, c->example,
                        c->unseen_levels > 1 ? ", ..." : "");
        }
        if (c->range_p <= sure && c->factor == 0) {
                worse(c, c->outside >= least_outside ? TAMIS_DRIFT_DRIFT : TAMIS_DRIFT_SHIFT);
                because(c, "%.3g %% beyond what was seen (%.4g to %.4g)", 100 * c->outside, c->ref.runs.min + 0.,
                        c->ref.runs.max + 0.);
        }
}

static void judge(tamis_drift_column *c, const tamis_drift_options *o) {
        double before = c->ref.missing / c->ref.rows, now = c->fresh.missing / c->fresh.rows;

        if (c->verdict == TAMIS_DRIFT_GONE || c->verdict == TAMIS_DRIFT_NEW || c->verdict == TAMIS_DRIFT_TYPE) {
                c->severity = c->verdict == TAMIS_DRIFT_NEW ? 0 : 1;
                if (c->verdict == TAMIS_DRIFT_TYPE)
                        because(c, "was %s, is %s", tamis_type_name(c->ref.type), tamis_type_name(c->fresh.type));
                else
                        because(c, c->verdict == TAMIS_DRIFT_GONE ? "not in the new table" : "not in the reference");
                return;
        }
        if (c->missing_q <= o->alpha) {
                worse(c, fabs(before - now) >= least_missing ? TAMIS_DRIFT_DRIFT : TAMIS_DRIFT_SHIFT);
                because(c, "missing %.3g %%, was %.3g %%", 100 * now, 100 * before);
        }
        judge_values(c, o);
}

static int by_severity(const void *a, const void *b) {
        const tamis_drift_column *x = a, *y = b;

        if (x->verdict != y->verdict)
                return (int) x->verdict - (int) y->verdict;
        if (x->severity != y->severity)
                return x->severity < y->severity ? 1 : -1;
        /* as the tables have them */
        if (x->ref.at != y->ref.at)
                return x->ref.at < y->ref.at ? -1 : 1;
        return x->fresh.at < y->fresh.at ? -1 : x->fresh.at > y->fresh.at;
}

/* All tests of all columns are one family. */
static int adjust(tamis_drift_report *report, tamis_error *err) {
        double *p = calloc(report->n + 1, 4 * sizeof *p), *q = p + 2 * report->n;
        int r;

        if (!p)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < report->n; i++) {
                const tamis_drift_column *c = &report->columns[i];
                double n = c->ref.rows - c->ref.missing, m = c->fresh.rows - c->fresh.missing;

                p[2 * i] = n < FEW || m < FEW ? NAN : c->divergence.psi_p;
                p[2 * i + 1] = c->missing_p;
        }
        r = tamis_adjust(p, 2 * report->n, q, err);
        for (size_t i = 0; r == 0 && i < report->n; i++) {
                report->columns[i].q = q[2 * i];
                report->columns[i].missing_q = q[2 * i + 1];
        }
        free(p);
        return r;
}

static const char *table_name(const char *path) {
        return strcmp(path, "-") == 0 ? "standard input" : path;
}

int tamis_drift_tables(const tamis_drift_options *options, tamis_drift_report *ret, tamis_error *err) {
        tamis_drift_report report = { .reference = table_name(options->load ? options->load : options->reference),
                                      .fresh = options->fresh ? table_name(options->fresh) : NULL,
                                      .alpha = options->alpha };
        int r = tamis_drift_read(options, &report, err);

        for (size_t i = 0; r == 0 && options->fresh && i < report.n; i++) {
                r = figures(&report.columns[i], err);
                if (r == 0)
                        r = tamis_drift_draw(&report.columns[i], err);
        }
        if (r == 0 && options->fresh)
                r = adjust(&report, err);
        for (size_t i = 0; r == 0 && options->fresh && i < report.n; i++) {
                judge(&report.columns[i], options);
                report.alarms += report.columns[i].verdict < TAMIS_DRIFT_SHIFT;
                report.shifts += report.columns[i].verdict == TAMIS_DRIFT_SHIFT;
        }
        if (r == 0 && options->fresh && options->classifier)
                r = tamis_drift_classify(options, &report, err);
        if (r < 0) {
                tamis_drift_report_done(&report);
                return r;
        }
        if (report.n > 0 && options->fresh)
                qsort(report.columns, report.n, sizeof *report.columns, by_severity);
        *ret = report;
        return 0;
}
