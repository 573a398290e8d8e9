/* What a page draws of a column, computed while its values are there. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "look/drift.h"
#include "table/show.h"

static const double tail = .005;

static void spread(const tamis_runs *r, const tamis_drift_picture *p, double *bars) {
        const double width = (p->high - p->low) / TAMIS_DRIFT_BARS;

        for (size_t i = 0; i < r->n; i++) {
                double at = (r->values[i] - p->low) / width;
                size_t bar = !(at >= 0) ? 0 : at >= TAMIS_DRIFT_BARS ? TAMIS_DRIFT_BARS - 1 : (size_t) at;

                bars[bar] += (double) r->counts[i] / (double) r->total;
        }
}

/* Few values: a bar for each would be as wide as it pleases; so between the tails of both, or all of it. */
static void draw_numbers(tamis_drift_column *c) {
        const tamis_runs *ref = &c->ref.runs, *fresh = &c->fresh.runs;
        tamis_drift_picture *p = &c->picture;

        if (ref->total == 0 || fresh->total == 0)
                return;
        p->low = fmin(tamis_drift_quantile(ref, tail), tamis_drift_quantile(fresh, tail));
        p->high = fmax(tamis_drift_quantile(ref, 1 - tail), tamis_drift_quantile(fresh, 1 - tail));
        if (!(p->low < p->high) || !isfinite(p->high - p->low))
                return;
        p->n = TAMIS_DRIFT_BARS;
        spread(ref, p, p->ref);
        spread(fresh, p, p->fresh);
}

struct level {
        size_t code;
        double most;
        tamis_slice text;
};

static int by_most(const void *a, const void *b) {
        const struct level *x = a, *y = b;

        if (x->most != y->most)
                return x->most < y->most ? 1 : -1;
        return tamis_slice_compare(x->text, y->text);
}

static int draw_levels(tamis_drift_column *c, tamis_error *err) {
        tamis_drift_picture *p = &c->picture;
        struct level *all = calloc(c->levels.n + 1, sizeof *all);
        double n = 0, m = 0;

        if (!all)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < c->levels.n; i++) {
                n += (double) c->levels.entries[i].count;
                m += i < c->fresh_capacity ? c->fresh_counts[i] : 0;
        }
        for (size_t i = 0; i < c->levels.n; i++) {
                double here = n > 0 ? (double) c->levels.entries[i].count / n : 0;
                double there = m > 0 && i < c->fresh_capacity ? c->fresh_counts[i] / m : 0;

                all[i] = (struct level) { i, fmax(here, there), c->levels.entries[i].text };
        }
        qsort(all, c->levels.n, sizeof *all, by_most);
        p->levels = true;
        for (size_t k = 0; k < c->levels.n && n > 0 && m > 0; k++) {
                size_t i = all[k].code, bar = k < TAMIS_DRIFT_TOP ? k : TAMIS_DRIFT_TOP;
                char shown[TAMIS_SHOW_SIZE];

                p->n = bar + 1;
                p->ref[bar] += (double) c->levels.entries[i].count / n;
                p->fresh[bar] += i < c->fresh_capacity ? c->fresh_counts[i] / m : 0;
                if (bar == TAMIS_DRIFT_TOP)
                        continue;
                tamis_show(all[k].text.n > 20 ? (tamis_slice) { all[k].text.p, 20 } : all[k].text, shown, sizeof shown);
                snprintf(p->names[bar], sizeof p->names[bar], "%.70s%s", shown, all[k].text.n > 20 ? "…" : "");
        }
        free(all);
        return 0;
}

int tamis_drift_draw(tamis_drift_column *c, tamis_error *err) {
        if (c->verdict == TAMIS_DRIFT_GONE || c->verdict == TAMIS_DRIFT_NEW || c->verdict == TAMIS_DRIFT_TYPE)
                return 0;
        if (!c->numeric)
                return c->levels.n > 0 ? draw_levels(c, err) : 0;
        draw_numbers(c);
        return 0;
}
