/* Drift as a page, whole in itself: what was found, the worst first, with the figure, a picture and what to do;
 * then all columns. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "look/drift.h"
#include "look/page.h"

enum { OPEN_PICTURES = 60, MOST_FOUND = 200, MOST_NOTED = 30, MOST_USED = 8 };

static const char style[] =
        ".ref{fill:var(--bar2)}.new{fill:var(--hole)}.drawn{display:flex;flex-wrap:wrap;gap:1rem 1.6rem;align-items:flex-start}"
        ".drawn>div{flex:1 1 22rem;min-width:0}.key{display:inline-block;width:.8em;height:.8em;border-radius:2px;margin:0 .3em 0 .8em}"
        "th{font-weight:600;white-space:nowrap}th.n{text-align:right}#all td{padding:.15rem .8rem .15rem 0;border-top:1px solid var(--line)}"
        "#all td:first-child{min-width:5rem;max-width:16rem}#all td.why{min-width:16rem}.bad{color:var(--err);font-weight:600}"
        ".some{color:var(--warn);font-weight:600}";

static tamis_slice name_of(const tamis_drift_column *c) {
        return (tamis_slice) { c->name, c->name_length };
}

static bool alarms(const tamis_drift_column *c) {
        return c->verdict < TAMIS_DRIFT_SHIFT;
}

static void role(struct tamis_page *g, const tamis_drift_column *c) {
        if (*c->role != 'f')
                tamis_page_put(g, " <span class=tag>%s</span>", c->role);
}

/* -- head ---------------------------------------------------------------------------------------------------------- */

static void tile(struct tamis_page *g, const char *value, const char *label) {
        tamis_page_put(g, "<div class=tile><b>%s</b><span class=soft>%s</span></div>", value, label);
}

static void head(struct tamis_page *g, const tamis_drift_report *d) {
        char text[64];

        tamis_page_put(g, "<!doctype html>\n<html lang=en><meta charset=utf-8>"
                       "<meta name=viewport content='width=device-width,initial-scale=1'><title>Drift of ");
        tamis_page_text(g, tamis_slice_of(d->fresh));
        tamis_page_put(g, "</title>\n<style>");
        tamis_page_put(g, "%s", tamis_page_style);
        tamis_page_put(g, "%s</style>\n<body>\n<h1>", style);
        tamis_page_text(g, tamis_slice_of(d->fresh));
        tamis_page_put(g, "</h1>\n<p class=soft>compared with ");
        tamis_page_text(g, tamis_slice_of(d->reference));
        tamis_page_put(
                g, "</p>\n<nav><a href=#findings>Findings</a>%s<a href=#columns>Columns</a></nav>\n<div class=tiles>",
                d->classifier.asked ? "<a href=#classifier>Classifier</a>" : "");
        tile(g, tamis_page_count(d->alarms, text), "columns drifted");
        tile(g, tamis_page_count(d->shifts, text), "moved a little");
        tile(g, tamis_page_count(d->n, text), "columns compared");
        tile(g, tamis_page_count((uint64_t) d->fresh_rows, text), "new rows");
        tile(g, tamis_page_count((uint64_t) d->reference_rows, text), "rows of the reference");
        if (isfinite(d->classifier.auc)) {
                snprintf(text, sizeof text, "%.3f", d->classifier.auc);
                tile(g, text, "AUC, new from old rows");
        }
        tamis_page_put(g, "</div>\n");
}

/* -- pictures ------------------------------------------------------------------------------------------------------ */

/* The reference as an area, the new table as a line over it. */
static void histogram(struct tamis_page *g, const tamis_drift_picture *p) {
        double most = 0;
        char low[32], high[32];

        for (size_t i = 0; i < p->n; i++)
                most = fmax(most, fmax(p->ref[i], p->fresh[i]));
        tamis_page_put(g, "<svg viewBox='0 0 384 106' width=384 role=img aria-label='reference and new, histogram'>");
        for (size_t i = 0; i < p->n; i++) {
                double height = 84 * p->ref[i] / most;

                tamis_page_put(g, "<rect class=ref x=%zu y=%.1f width=15 height=%.1f />", i * 16, 88 - height, height);
        }
        tamis_page_put(g, "<path fill=none stroke=var(--hole) stroke-width=2 d='M0 88");
        for (size_t i = 0; i < p->n; i++)
                tamis_page_put(g, "V%.1fH%zu", 88 - 84 * p->fresh[i] / most, 16 * (i + 1));
        tamis_page_put(
                g,
                "V88'/><text x=0 y=102 class=soft>%s</text><text x=384 y=102 text-anchor=end class=soft>%s</text></svg>\n",
                tamis_page_figure(p->low, low), tamis_page_figure(p->high, high));
}

static void bars(struct tamis_page *g, const tamis_drift_picture *p) {
        double most = 0;
        char a[64], b[64];

        for (size_t i = 0; i < p->n; i++)
                most = fmax(most, fmax(p->ref[i], p->fresh[i]));
        tamis_page_put(
                g, "<svg viewBox='0 0 420 %zu' width=420 role=img aria-label='reference and new, shares of levels'>",
                p->n * 26 + 2);
        for (size_t i = 0; i < p->n; i++) {
                size_t y = i * 26;

                tamis_page_put(g, "<text x=134 y=%zu text-anchor=end>", y + 15);
                tamis_page_text(g, tamis_slice_of(i < TAMIS_DRIFT_TOP ? p->names[i] : "all others"));
                tamis_page_put(
                        g,
                        "</text><rect class=ref x=140 y=%zu width=%.1f height=10 /><rect class=new x=140 y=%zu width=%.1f height=10 />",
                        y + 1, 190 * p->ref[i] / most, y + 12, 190 * p->fresh[i] / most);
                tamis_page_put(g, "<text x=416 y=%zu class=soft text-anchor=end>%s to %s</text>", y + 15,
                               tamis_page_share(p->ref[i], 1, a), tamis_page_share(p->fresh[i], 1, b));
        }
        tamis_page_put(g, "</svg>\n");
}

static void missing(struct tamis_page *g, const tamis_drift_report *d, const tamis_drift_column *c) {
        char a[64], b[64];
        double before = c->ref.rows > 0 ? c->ref.missing / c->ref.rows : 0,
               now = c->fresh.rows > 0 ? c->fresh.missing / c->fresh.rows : 0;

        if (!(c->missing_q <= d->alpha))
                return;
        tamis_page_put(
                g,
                "<svg viewBox='0 0 420 26' width=420 role=img aria-label='missing cells'><text x=134 y=15 text-anchor=end>missing</text>"
                "<rect class=ref x=140 y=1 width=%.1f height=10 /><rect class=new x=140 y=12 width=%.1f height=10 />"
                "<text x=416 y=15 class=soft text-anchor=end>%s to %s</text></svg>\n",
                190 * before, 190 * now, tamis_page_share(before, 1, a), tamis_page_share(now, 1, b));
}

static void picture(struct tamis_page *g, const tamis_drift_report *d, const tamis_drift_column *c) {
        if (c->picture.n > 0 && c->picture.levels)
                bars(g, &c->picture);
        else if (c->picture.n > 0)
                histogram(g, &c->picture);
        missing(g, d, c);
}

/* -- what was found ------------------------------------------------------------------------------------------------ */

static const char *what_to_do(const tamis_drift_report *d, const tamis_drift_column *c) {
        const bool missing_moved = c->missing_q <= d->alpha;

        switch (c->verdict) {
        case TAMIS_DRIFT_GONE:
                return "Ask whoever makes the table: was it renamed, or dropped? What was trained with it "
                       "cannot run without.";
        case TAMIS_DRIFT_TYPE:
                return "Look at the cells that do not fit (tamis profile names the first line); mend them with tamis "
                       "clean, or give the type with --types.";
        case TAMIS_DRIFT_UNIT:
                return "Ask whether the unit was changed, and convert the column back before anything uses it.";
        case TAMIS_DRIFT_NEW:
                return "Nothing uses it yet. Keep it out of what was trained without it, and save a new reference "
                       "once it is to stay.";
        case TAMIS_DRIFT_DRIFT:
                if (missing_moved && !(c->q <= d->alpha) && !(c->unseen > 0))
                        return "Find out why cells are missing now: filling them in (tamis impute) hides a "
                               "source that broke.";
                if (*c->role == 'l')
                        return "The label itself has moved: are classes as frequent as when the model was trained? "
                               "Thresholds and probabilities need to be set again.";
                if (*c->role == 's')
                        return "The model says something else than it did: look at the features that moved, and "
                               "measure it on new labels.";
                if (c->unseen > 0 && c->unseen_p <= .001)
                        return "Find out what the new levels are: a misspelling to be mapped (tamis clean), or "
                               "something new that a model has to learn; what was trained knows nothing of them.";
                return "Compare the rows by source and by day to see since when; where it is real, train "
                       "again on new rows.";
        case TAMIS_DRIFT_SHIFT:
                return "";
        default:
                return "";
        }
}

static void measures(struct tamis_page *g, const tamis_drift_column *c) {
        const struct { const char *name; double value; } list[] = {
                { "severity", c->severity }, { "PSI", c->divergence.psi }, { "KS", c->apart.ks }, { "Wasserstein / sd", c->distance },
                { "Cramer's V", c->divergence.v },
        };
        size_t n = 0;

        tamis_page_put(g, "<p class=soft>");
        for (size_t i = 0; i < sizeof list / sizeof *list; i++)
                if (isfinite(list[i].value))
                        tamis_page_put(g, "%s%s %.3f", n++ ? ", " : "", list[i].name, list[i].value);
        if (isfinite(c->q))
                tamis_page_put(
                        g, c->q < 1e-4 ? "; adjusted p of the values &lt; 0.0001" : "; adjusted p of the values %.4f",
                        c->q);
        if (isfinite(c->missing_q))
                tamis_page_put(g,
                               c->missing_q < 1e-4 ? ", of what is missing &lt; 0.0001" : ", of what is missing %.4f",
                               c->missing_q);
        tamis_page_put(g, "</p>\n");
}

static void finding(struct tamis_page *g, const tamis_drift_report *d, size_t i) {
        const tamis_drift_column *c = &d->columns[i];
        const char *cure = what_to_do(d, c);
        const bool open = i < OPEN_PICTURES;

        tamis_page_put(g, "<div class='finding %s' id=c%zu><span class=tag>%s</span> <b>",
                       alarms(c) ? "error" : "warning", i, tamis_drift_verdicts[c->verdict]);
        tamis_page_text(g, name_of(c));
        tamis_page_put(g, "</b>");
        role(g, c);
        tamis_page_put(g, "\n<div class=drawn><div>");
        tamis_page_text(g, tamis_slice_of(c->why));
        tamis_page_put(g, ".");
        measures(g, c);
        if (*cure)
                tamis_page_put(g, "<p>%s</p>", cure);
        tamis_page_put(g, "</div>");
        if (c->picture.n > 0 || c->missing_q <= d->alpha) {
                tamis_page_put(g, open ? "<div>" : "<div><details><summary class=soft>picture</summary>");
                picture(g, d, c);
                tamis_page_put(g, open ? "</div>" : "</details></div>");
        }
        tamis_page_put(g, "</div></div>\n");
}

static void findings(struct tamis_page *g, const tamis_drift_report *d) {
        size_t shown = 0;

        tamis_page_put(
                g,
                "<h2 id=findings>Findings</h2>\n<p class=soft><span class=key style=background:var(--bar2);margin-left:0></span>reference"
                "<span class=key style=background:var(--hole)></span>new</p>\n");
        if (d->alarms == 0)
                tamis_page_put(g, "<p>No column drifted.</p>\n");
        for (size_t i = 0; i < d->n && alarms(&d->columns[i]) && shown < MOST_FOUND; i++, shown++)
                finding(g, d, i);
        if (shown < d->alarms)
                tamis_page_put(g, "<p class=soft>... and %zu more: the table below has them all.</p>\n",
                               d->alarms - shown);
        if (d->shifts > 0) {
                tamis_page_put(g, "<details%s><summary>%zu moved for sure, but by too little to matter</summary>\n",
                               d->alarms == 0 ? " open" : "", d->shifts);
                shown = 0;
                for (size_t i = 0; i < d->n && shown < MOST_NOTED; i++)
                        if (d->columns[i].verdict == TAMIS_DRIFT_SHIFT && shown++ < MOST_NOTED)
                                finding(g, d, i);
                if (shown < d->shifts)
                        tamis_page_put(g, "<p class=soft>... and %zu more.</p>\n", d->shifts - shown);
                tamis_page_put(g, "</details>\n");
        }
}

/* -- the classifier ------------------------------------------------------------------------------------------------ */

static int by_use(const void *a, const void *b) {
        const tamis_drift_column *x = *(const tamis_drift_column *const *) a,
                                 *y = *(const tamis_drift_column *const *) b;

        if (x->use != y->use)
                return x->use < y->use ? 1 : -1;
        return (x->ref.at > y->ref.at) - (x->ref.at < y->ref.at);
}

static void classifier(struct tamis_page *g, const tamis_drift_report *d, const tamis_drift_column **used) {
        const tamis_drift_classifier *k = &d->classifier;
        char a[64], b[64];
        size_t n = 0;

        if (!k->asked)
                return;
        tamis_page_put(g, "<h2 id=classifier>Can a model tell the rows apart?</h2>\n");
        if (!isfinite(k->auc)) {
                tamis_page_put(g, "<p>Not asked: too few rows or columns.</p>\n");
                return;
        }
        tamis_page_put(
                g,
                "<p>%s AUC <b>%.3f</b>, 95 %% interval %.3f to %.3f (0.5: not at all; 1: always); p %s%.4f. Boosted trees on "
                "%zu feature%s, %s rows of the reference and %s new ones, each row judged by trees that have not seen it.</p>\n",
                k->alarm                   ? "<b class=bad>Yes.</b>"
                        : k->p <= d->alpha ? "A little."
                                           : "No.",
                k->auc, k->low, k->high, k->p < 1e-4 ? "&lt; " : "", fmax(k->p, 1e-4), k->columns,
                k->columns == 1 ? "" : "s", tamis_page_count(k->ref_rows, a), tamis_page_count(k->fresh_rows, b));
        for (size_t i = 0; i < d->n; i++)
                if (d->columns[i].use > 0)
                        used[n++] = &d->columns[i];
        qsort(used, n, sizeof *used, by_use);
        if (n > 0 && k->p <= d->alpha) {
                tamis_page_put(
                        g,
                        "<p class=soft>Columns it used most, by how much of the AUC goes when they are shuffled:</p>\n<table>");
                for (size_t i = 0; i < n && i < MOST_USED; i++) {
                        tamis_page_put(g, "<tr><td>");
                        tamis_page_text(g, name_of(used[i]));
                        tamis_page_put(
                                g,
                                "<td class=n>%.3f<td><svg width=160 height=10><rect width=%.1f height=10 fill=var(--bar) /></svg>",
                                used[i]->use, fmax(1, 160 * used[i]->use / fmax(used[0]->use, 1e-9)));
                }
                tamis_page_put(g, "</table>\n");
        }
}

/* -- all columns --------------------------------------------------------------------------------------------------- */

static void cell(struct tamis_page *g, double x, bool about) {
        if (isfinite(x))
                tamis_page_put(g, "<td class=n>%s%.3f", about ? "≈" : "", x);
        else
                tamis_page_put(g, "<td class='n soft'>-");
}

static void columns(struct tamis_page *g, const tamis_drift_report *d) {
        size_t sketches = 0;

        tamis_page_put(
                g,
                "<h2 id=columns>Columns</h2>\n<div class=wide><table id=all><tr><th>column<th>verdict<th class=n>severity<th class=n>PSI"
                "<th class=n>adj. p<th class=n>KS<th class=n>Wasserst.<th class=n>JS<th class=n>missing<th>why\n");
        for (size_t i = 0; i < d->n; i++) {
                const tamis_drift_column *c = &d->columns[i];
                const double now = c->fresh.missing / c->fresh.rows;
                char text[160];

                tamis_page_put(g, "<tr><td>");
                tamis_page_text(g, name_of(c));
                role(g, c);
                tamis_page_put(g, "<td class='%s'>%s",
                               alarms(c)                                 ? "bad"
                                       : c->verdict == TAMIS_DRIFT_SHIFT ? "some"
                                                                         : "soft",
                               tamis_drift_verdicts[c->verdict]);
                cell(g, c->severity, false);
                cell(g, c->divergence.psi, false);
                cell(g, c->q, false);
                cell(g, c->apart.ks, c->sketch);
                cell(g, c->distance, c->sketch);
                cell(g, c->divergence.js, false);
                tamis_page_put(g, "<td class=n>%s<td class=why>", isfinite(now) ? tamis_page_share(now, 1, text) : "-");
                tamis_page_text(g, tamis_slice_of(c->why));
                sketches += c->sketch;
                if (!c->sketch && *tamis_drift_approximate(c, text, sizeof text)) {
                        tamis_page_put(g, " <span class=soft>(approximate: ");
                        tamis_page_text(g, tamis_slice_of(text));
                        tamis_page_put(g, ")</span>");
                }
                tamis_page_put(g, "\n");
        }
        tamis_page_put(
                g,
                "</table></div>\n<p class=soft>Adj. p: of the stability index, adjusted for all tests made. Wasserstein's distance "
                "is in standard deviations of the reference.%s</p>\n",
                sketches ? " ≈: approximate, for the saved reference does not hold all values; no verdict hangs on it."
                         : "");
}

int tamis_drift_html(const tamis_drift_report *report, tamis_buffer *out, tamis_error *err) {
        const tamis_drift_column **used = calloc(report->n + 1, sizeof *used);
        struct tamis_page g = { NULL, out, err, used ? 0 : tamis_fail_memory(err) };

        if (used) {
                head(&g, report);
                findings(&g, report);
                classifier(&g, report, used);
                columns(&g, report);
                tamis_page_put(&g, "<p class=soft>tamis " TAMIS_VERSION "</p>\n</html>\n");
        }
        free(used);
        return g.r;
}
