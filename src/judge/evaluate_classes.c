/* Figures of predicted classes. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <tamis/number.h>

#include "judge/bootstrap.h"
#include "judge/evaluate.h"
#include "judge/measures.h"

/* One evaluation under way. */
struct classes {
        const tamis_subject *s;
        const tamis_evaluate_options *o;
        tamis_judged judged;
        size_t figures;
        double *values, *low, *high, *confusion;
        double *support;                /* rows of each class, unweighted */
        tamis_curve_point *points;
};

static void classes_done(struct classes *c) {
        tamis_judged_done(&c->judged);
        free(c->values);
        free(c->low);
        free(c->high);
        free(c->confusion);
        free(c->support);
        free(c->points);
}

static void figures_of(const void *arg, const double *weight, double *work, double *figures) {
        tamis_measures_of(arg, weight, work, figures);
}

static int start(struct classes *c, tamis_error *err) {
        const tamis_subject *s = c->s;
        tamis_predictions p = { .n = s->n, .k = s->k, .actual = s->actual, .decided = s->decided, .p = s->p,
                                .weight = s->weight, .cost = s->cost };
        size_t f = c->figures = tamis_measures_count(s->k);
        int r = tamis_judged_init(&c->judged, &p, err);

        if (r < 0)
                return r;
        c->values = reallocarray(NULL, f, sizeof *c->values);
        c->low = reallocarray(NULL, f, sizeof *c->low);
        c->high = reallocarray(NULL, f, sizeof *c->high);
        c->confusion = reallocarray(NULL, s->k * s->k, sizeof *c->confusion);
        c->support = calloc(s->k, sizeof *c->support);
        c->points = reallocarray(NULL, s->n + 1, sizeof *c->points);
        if (!c->values || !c->low || !c->high || !c->confusion || !c->support || !c->points)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < f; i++)
                c->low[i] = c->high[i] = NAN;
        for (size_t i = 0; i < s->n; i++)
                c->support[s->actual[i]]++;
        tamis_measures_of(&c->judged, NULL, c->confusion, c->values);
        return 0;
}

static int doubt(struct classes *c, tamis_error *err) {
        tamis_bootstrap b = {
                .rows = c->judged.n, .figures = c->figures, .times = c->o->bootstrap, .conf = c->o->conf, .seed = c->o->seed,
                .weight = c->judged.weight, .work = c->s->k * c->s->k, .of = figures_of, .arg = &c->judged,
        };

        if (c->o->bootstrap == 0 || c->judged.n == 0 || c->o->figures_only)
                return 0;
        return tamis_bootstrap_run(&b, c->o->pool, c->low, c->high, err);
}

static int write_figures(struct classes *c, tamis_verdicts *ret, tamis_error *err) {
        int r = 0;

        for (size_t f = 0; r == 0 && f < c->figures; f++) {
                size_t of = f < TAMIS_N_OVERALL ? SIZE_MAX : (f - TAMIS_N_OVERALL) / TAMIS_N_OF_CLASS;
                tamis_verdict line = {
                        .measure = of == SIZE_MAX ? tamis_overall_names[f] : tamis_class_names[(f - TAMIS_N_OVERALL) % TAMIS_N_OF_CLASS],
                        .class = of == SIZE_MAX ? tamis_slice_of("*") : c->s->classes[of], .segment = c->o->segment,
                        .value = c->values[f], .low = c->low[f], .high = c->high[f],
                        .n = of == SIZE_MAX ? (double) c->s->n : c->support[of],
                };

                if (tamis_measures_has(&c->judged, f) && line.class.p && (of == SIZE_MAX || !c->o->figures_only))
                        r = tamis_verdicts_add(ret, &line, err);
        }
        return r;
}

static int write_confusion(struct classes *c, tamis_verdicts *ret, tamis_error *err) {
        const tamis_subject *s = c->s;
        tamis_buffer text = {0};
        int r = 0;

        for (size_t a = 0; r == 0 && a < s->k; a++)
                for (size_t d = 0; r == 0 && d < s->k; d++) {
                        tamis_verdict line = { .measure = "confusion", .class = s->classes[a],
                                               .value = c->confusion[a * s->k + d],
                                               .low = NAN, .high = NAN, .n = c->support[a] };

                        if (!s->classes[a].p || !s->classes[d].p)
                                continue;
                        text.n = 0;
                        r = tamis_buffer_addf(&text, err, "predicted=%.*s", (int) s->classes[d].n, s->classes[d].p);
                        line.segment = (tamis_slice) { text.p, text.n };
                        if (r == 0)
                                r = tamis_verdicts_add(ret, &line, err);
                }
        tamis_buffer_done(&text);
        return r;
}

/* -- reliability --------------------------------------------------------------------------------------------------- */

static int write_bin(const tamis_reliability *bin, bool first, tamis_slice class, tamis_verdicts *ret,
                     tamis_error *err) {
        char text[2 * TAMIS_NUMBER_MAX + 8], low[TAMIS_NUMBER_MAX], high[TAMIS_NUMBER_MAX];
        /* edges are numpy's to the last digit; people mean .3 */
        size_t n_low = tamis_number_print(tamis_number_round(bin->low, 12), low);
        size_t n_high = tamis_number_print(tamis_number_round(bin->high, 12), high);
        tamis_verdict line = { .class = class, .low = NAN, .high = NAN, .n = bin->weight };
        int r;

        snprintf(text, sizeof text, "%c%.*s,%.*s]", first ? '[' : '(', (int) n_low, low, (int) n_high, high);
        line.segment = tamis_slice_of(text);
        line.measure = "reliability-predicted";
        line.value = bin->predicted;
        r = tamis_verdicts_add(ret, &line, err);
        line.measure = "reliability-observed";
        line.value = bin->observed;
        return r == 0 ? tamis_verdicts_add(ret, &line, err) : r;
}

/* Of two classes the one table says all. */
static int write_reliability(struct classes *c, tamis_verdicts *ret, tamis_error *err) {
        tamis_reliability bins[TAMIS_RELIABILITY_BINS];
        const tamis_subject *s = c->s;
        int r = 0;

        for (size_t of = s->k == 2; r == 0 && of < s->k; of++) {
                if (!s->classes[of].p)
                        continue;
                r = tamis_reliability_of(&c->judged, of, false, bins, err);
                for (size_t b = 0; r == 0 && b < TAMIS_RELIABILITY_BINS; b++)
                        if (bins[b].weight > 0)
                                r = write_bin(&bins[b], b == 0, s->classes[of], ret, err);
        }
        return r;
}

/* -- thresholds ---------------------------------------------------------------------------------------------------- */

static double f1_of(double tp, double fp, double fn, double tn, const void *arg) {
        return tp > 0 ? 2 * tp / (2 * tp + fp + fn) : 0;
}

static double cheapness_of(double tp, double fp, double fn, double tn, const void *arg) {
        const double *cost = arg;

        return -(tn * cost[0] + fp * cost[1] + fn * cost[2] + tp * cost[3]) / (tp + fp + fn + tn);
}

/* What deciding from `threshold` on costs: the last point that is not below it. */
static double cost_at(const tamis_curve_point *points, size_t n, double threshold, const double *cost) {
        size_t at = 0;

        while (at + 1 < n && points[at + 1].threshold >= threshold)
                at++;
        return -cheapness_of(points[at].tp, points[at].fp, points[n - 1].tp - points[at].tp,
                             points[n - 1].fp - points[at].fp, cost);
}

/* Of two classes. Elkan 2001, "The foundations of cost-sensitive learning": what is best where
 * probabilities are right. */
static int write_thresholds(struct classes *c, tamis_verdicts *ret, tamis_error *err) {
        const tamis_slice *class = &c->s->classes[1];
        const double *cost = c->s->cost;
        double value, best, elkan, rows = (double) c->s->n;
        size_t n = tamis_curve(&c->judged, 1, c->points);
        int r;

        best = tamis_curve_best(c->points, n, f1_of, NULL, &value);
        r = tamis_verdicts_plain(ret, "best-f1-threshold", class, best, rows, err);
        if (r == 0)
                r = tamis_verdicts_plain(ret, "best-f1", class, value, rows, err);
        if (r < 0 || !cost)
                return r;
        best = tamis_curve_best(c->points, n, cheapness_of, cost, &value);
        elkan = (cost[1] - cost[0]) / (cost[1] - cost[0] + cost[2] - cost[3]);
        r = tamis_verdicts_plain(ret, "best-cost-threshold", class, best, rows, err);
        if (r == 0)
                r = tamis_verdicts_plain(ret, "best-cost", class, -value, rows, err);
        if (r == 0 && c->judged.chances)
                r = tamis_verdicts_plain(ret, "elkan-threshold", class, elkan, rows, err);
        if (r == 0 && c->judged.chances)
                r = tamis_verdicts_plain(ret, "elkan-cost", class,
                                         isfinite(elkan) ? cost_at(c->points, n, elkan, cost) : NAN, rows, err);
        return r;
}

int tamis_evaluate_classes(const tamis_subject *s, const tamis_evaluate_options *o, tamis_verdicts *ret,
                           tamis_error *err) {
        struct classes c = { .s = s, .o = o };
        int r = start(&c, err);

        if (r == 0)
                r = doubt(&c, err);
        if (r == 0)
                r = write_figures(&c, ret, err);
        if (r == 0 && !o->figures_only)
                r = write_confusion(&c, ret, err);
        if (r == 0 && !o->figures_only && s->p && c.judged.chances)
                r = write_reliability(&c, ret, err);
        if (r == 0 && !o->figures_only && s->p && s->k == 2 && s->classes[1].p && s->n > 0)
                r = write_thresholds(&c, ret, err);
        classes_done(&c);
        return r;
}
