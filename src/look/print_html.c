/* One page, whole in itself: no script, no font, no picture from elsewhere. */
#include <stdlib.h>

#include "look/groups.h"
#include "look/page.h"
#include "table/show.h"

enum { OPEN_CARDS = 60, MOST_CARDS = 1000 };

/* -- head ---------------------------------------------------------------------------------------------------------- */

static void tile(struct tamis_page *g, const char *value, const char *label) {
        tamis_page_put(g, "<div class=tile><b>%s</b><span class=soft>%s</span></div>", value, label);
}

static void head(struct tamis_page *g) {
        const tamis_profile *p = g->p;
        tamis_slice name = tamis_slice_of(strcmp(p->names, "-") == 0 ? "standard input" : p->names);
        char text[64];

        tamis_page_put(g, "<!doctype html>\n<html lang=en><meta charset=utf-8>"
                       "<meta name=viewport content='width=device-width,initial-scale=1'><title>Profile of ");
        tamis_page_text(g, name);
        tamis_page_put(g, "</title>\n<style>");
        tamis_page_put(g, "%s", tamis_page_style);
        tamis_page_put(g, "</style>\n<body>\n<h1>");
        tamis_page_text(g, name);
        tamis_page_put(
                g,
                "</h1>\n<nav><a href=#findings>Findings</a><a href=#columns>Columns</a>%s%s</nav>\n<div class=tiles>",
                p->missing_cells ? "<a href=#missing>Missing</a>" : "",
                p->correlation ? "<a href=#together>Correlation</a>" : "");
        tile(g, tamis_page_count(p->rows, text), "rows");
        tile(g, tamis_page_count(p->n, text), "columns");
        tile(g, tamis_page_share((double) p->missing_cells, (double) p->rows * (double) p->n, text),
             "of the cells missing");
        tile(g, tamis_page_share((double) p->complete_rows, (double) p->rows, text), "of the rows complete");
        tile(g, tamis_page_count(p->duplicates, text),
             p->duplicates_estimated ? "repeated rows, about" : "repeated rows");
        tamis_page_put(g, "</div>\n");
        if (p->sampled)
                tamis_page_put(
                        g,
                        "<p class=soft>What is of two columns at once, and where cells are missing, is of %s rows drawn from "
                        "all.</p>\n",
                        tamis_page_count(p->sample_rows, text));
}

static void link_to(struct tamis_page *g, long column) {
        tamis_page_put(g, column < MOST_CARDS ? "<a href=#c%ld><b>" : "<a href=#columns><b>", column);
        tamis_page_text(g, g->p->columns[column].name);
        tamis_page_put(g, "</b></a>");
}

/* What is said of each of many columns, to be opened. */
static void members(struct tamis_page *g, const tamis_look_group *group) {
        tamis_page_put(g, "<details><summary class=soft>each of them</summary><table>");
        for (size_t i = 0; i < group->n && i < MOST_CARDS; i++) {
                tamis_page_put(g, "<tr><td>");
                link_to(g, group->members[i]->column);
                tamis_page_put(g, "<td>");
                tamis_page_text(g, tamis_slice_of(group->members[i]->text));
        }
        tamis_page_put(g, "</table>");
        if (group->n > MOST_CARDS)
                tamis_page_put(g, "<p class=soft>... and %zu more.</p>", group->n - MOST_CARDS);
        tamis_page_put(g, "</details>");
}

static void finding(struct tamis_page *g, const tamis_look_group *group) {
        const tamis_look_finding *f = group->most;
        char names[TAMIS_LOOK_GROUP_NAMES];

        tamis_page_put(g, "<div class='finding %s'><span class=tag>%s</span> ", tamis_look_severities[f->severity],
                       tamis_look_severities[f->severity]);
        if (group->n_columns > 1)
                tamis_page_put(g, "<b>%zu columns</b>", group->n_columns);
        else if (f->column >= 0)
                link_to(g, f->column);
        tamis_page_put(g, " <span class=soft>%s</span><br>", f->kind);
        if (group->n_columns > 1) {
                tamis_page_text(g, tamis_slice_of(tamis_look_group_names(g->p, group, names, sizeof names)));
                tamis_page_put(g, group->differ ? "; most in " : "; as in ");
                link_to(g, f->column);
                tamis_page_put(g, ": ");
        }
        tamis_page_text(g, tamis_slice_of(f->text));
        if (f->line)
                tamis_page_put(g, " <span class=soft>(line %llu)</span>", (unsigned long long) f->line);
        if (*group->cure) {
                tamis_page_put(g, "<br><code>");
                tamis_page_text(g, tamis_slice_of(group->cure));
                tamis_page_put(g, "</code>");
        }
        if (group->n > 1)
                members(g, group);
        tamis_page_put(g, "</div>\n");
}

static void findings(struct tamis_page *g) {
        const tamis_profile *p = g->p;
        tamis_look_groups list = {0};
        size_t n[3] = {0}, notes = 0;

        for (size_t i = 0; i < p->n_findings; i++)
                n[p->findings[i].severity]++;
        tamis_page_put(g, "<h2 id=findings>Findings: %zu error%s, %zu warning%s, %zu note%s</h2>\n", n[2],
                       n[2] == 1 ? "" : "s", n[1], n[1] == 1 ? "" : "s", n[0], n[0] == 1 ? "" : "s");
        if (g->r == 0)
                g->r = tamis_look_group_findings(p, &list, g->err);
        for (size_t i = 0; i < list.n; i++)
                notes += list.groups[i].most->severity == TAMIS_LOOK_NOTE;
        for (size_t i = 0; i < list.n; i++) {
                if (i + notes == list.n)
                        tamis_page_put(g, "<details%s><summary>%zu note%s</summary>\n", notes <= 30 ? " open" : "",
                                       n[0], n[0] == 1 ? "" : "s");
                finding(g, &list.groups[i]);
        }
        if (notes > 0)
                tamis_page_put(g, "</details>\n");
        if (p->n_findings == 0)
                tamis_page_put(g, "<p>Nothing.</p>\n");
        tamis_look_groups_done(&list);
}

/* -- columns ------------------------------------------------------------------------------------------------------- */

static void figures(struct tamis_page *g, const tamis_profile_column *c) {
        const struct { const char *name; double value; } list[] = {
                { "mean", c->mean }, { "min", c->min }, { "sd", c->sd }, { "1 %", c->quantiles[0] }, { "median", c->quantiles[4] },
                { "25 %", c->quantiles[3] }, { "MAD", c->mad }, { "75 %", c->quantiles[5] }, { "skewness", c->skew },
                { "99 %", c->quantiles[8] }, { "kurtosis", c->kurtosis }, { "max", c->max }, { "zeros", (double) c->zeros },
                { "negative", (double) c->negatives },
        };

        tamis_page_put(g, "<table>");
        for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
                char text[32];

                tamis_page_put(g, "%s<td class=soft>%s<td class=n>%s", i % 2 ? "" : "<tr>", list[i].name,
                               tamis_page_figure(list[i].value, text));
        }
        tamis_page_put(g, "</table>\n");
        if (c->quantiles_estimated)
                tamis_page_put(g, "<p class=soft>Quantiles are estimates, to %.1g of their value.</p>",
                               c->quantile_error);
}

static void values(struct tamis_page *g, const tamis_profile_column *c) {
        size_t most = c->numbers > c->texts && c->distinct > 10 ? 3 : 8;

        tamis_page_put(g, "<table>");
        for (size_t i = 0; i < c->n_top && i < most; i++) {
                char shown[TAMIS_SHOW_SIZE], text[64];
                double share = (double) c->top[i].count / (double) (c->rows - c->missing);

                tamis_show(c->top[i].text, shown, sizeof shown);
                tamis_page_put(g, "<tr><td>");
                tamis_page_text(g, tamis_slice_of(shown));
                tamis_page_put(
                        g,
                        "<td class=n>%s<td><svg width=80 height=10><rect width=%.1f height=10 fill=var(--bar) /></svg>",
                        tamis_page_count(c->top[i].count, text), 80 * share < .5 ? .5 : 80 * share);
        }
        tamis_page_put(g, "</table>\n");
}

static void bins(struct tamis_page *g, const tamis_profile_column *c) {
        char low[32], high[32];
        double most = 1;

        for (size_t i = 0; i < TAMIS_LOOK_BINS; i++)
                most = (double) c->bins[i] > most ? (double) c->bins[i] : most;
        tamis_page_put(g, "<svg viewBox='0 0 320 88' width=320 role=img aria-label=histogram>");
        for (size_t i = 0; i < TAMIS_LOOK_BINS; i++) {
                double height = 70 * (double) c->bins[i] / most;

                height = c->bins[i] > 0 && height < 1 ? 1 : height;
                tamis_page_put(g, "<rect x=%zu y=%.1f width=9 height=%.1f fill=var(--bar) />", i * 10, 70 - height,
                               height);
        }
        tamis_page_put(
                g, "<text x=0 y=84 class=soft>%s</text><text x=320 y=84 text-anchor=end class=soft>%s</text></svg>\n",
                tamis_page_figure(c->bin_low, low), tamis_page_figure(c->bin_high, high));
}

static void card(struct tamis_page *g, size_t i) {
        const tamis_profile_column *c = &g->p->columns[i];
        char a[64], b[64];

        tamis_page_put(g, "<div class=card id=c%zu><h3>", i);
        tamis_page_text(g, c->name);
        tamis_page_put(g, "%s</h3><p class=soft>%s, %s%s different, %s missing</p>\n", c->target ? " (target)" : "",
                       tamis_type_name(c->type), c->distinct_estimated ? "about " : "",
                       tamis_page_count(c->distinct, a), tamis_page_share((double) c->missing, (double) c->rows, b));
        if (c->numbers > 0 && c->distinct > 10)
                bins(g, c);
        if (g->p->n > OPEN_CARDS)
                tamis_page_put(g, "<details><summary class=soft>figures</summary>");
        if (c->n_top > 0 && (c->top[0].count > 1 || c->distinct <= 10 || c->numbers == 0))
                values(g, c);
        if (c->numbers > 0 && c->distinct > 2)
                figures(g, c);
        if (c->texts > 0)
                tamis_page_put(g, "<p class=soft>%llu to %llu characters, %.3g on average</p>",
                               (unsigned long long) c->shortest, (unsigned long long) c->longest, c->length);
        tamis_page_put(g, "%s</div>\n", g->p->n > OPEN_CARDS ? "</details>" : "");
}

static void columns(struct tamis_page *g) {
        const tamis_profile *p = g->p;

        tamis_page_put(g, "<h2 id=columns>Columns</h2>\n<div class=cards>\n");
        for (size_t i = 0; i < p->n && i < MOST_CARDS; i++)
                card(g, i);
        tamis_page_put(g, "</div>\n");
        if (p->n > MOST_CARDS)
                tamis_page_put(g, "<p class=soft>... and %zu more.</p>", p->n - MOST_CARDS);
}

static void balance(struct tamis_page *g) {
        const tamis_profile_column *c;

        if (g->p->target < 0)
                return;
        c = &g->p->columns[g->p->target];
        tamis_page_put(g, "<h2>Classes of ");
        tamis_page_text(g, c->name);
        tamis_page_put(g, "</h2>\n");
        if (c->distinct > 20 && c->numbers > 0)
                bins(g, c);
        for (size_t i = 0; c->distinct <= 20 && i < c->n_top; i++) {
                double share = (double) c->top[i].count / (double) (c->rows - c->missing);
                char shown[TAMIS_SHOW_SIZE], a[64], b[64];

                tamis_show(c->top[i].text, shown, sizeof shown);
                tamis_page_put(
                        g,
                        "<div><svg viewBox='0 0 600 22' width=600><rect width=%.1f y=3 height=16 fill=var(--bar2) />"
                        "<text x=6 y=15>",
                        600 * share);
                tamis_page_text(g, tamis_slice_of(shown));
                tamis_page_put(g, ": %s (%s)</text></svg></div>\n", tamis_page_count(c->top[i].count, a),
                               tamis_page_share(share, 1, b));
        }
}

int tamis_profile_html(const tamis_profile *p, tamis_buffer *out, tamis_error *err) {
        struct tamis_page g = { p, out, err, 0 };

        head(&g);
        findings(&g);
        if (p->rows > 0) {
                balance(&g);
                tamis_page_missing(&g);
                tamis_page_correlations(&g);
        }
        columns(&g);
        tamis_page_put(&g, "<p class=soft>tamis " TAMIS_VERSION "</p>\n</html>\n");
        return g.r;
}
