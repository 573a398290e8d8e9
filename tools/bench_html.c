#include <math.h>
#include <stdio.h>

#include "bench_html.h"

enum { MOST_BLOCKS = 2000 };

static const char more_style[] =
        "th{font-weight:600;border-bottom:1px solid var(--line)}th.n{text-align:right}td,th{padding:.15rem .9rem .15rem 0}"
        "tr.near td{background:color-mix(in srgb,var(--bar2) 25%,transparent)}b.best{color:var(--note)}.bad{color:var(--warn)}"
        "svg .grid{stroke:var(--line)}svg .axis{stroke:var(--soft)}svg .mark{fill:var(--bar);stroke:var(--bar)}"
        "svg .under{fill:var(--bg)}svg .whisker{stroke:var(--bar);stroke-width:2}.blocks th,.blocks td{white-space:nowrap}";

static void tile(struct tamis_page *g, size_t n, const char *one, const char *many) {
        char text[64];

        tamis_page_put(g, "<div class=tile><b>%s</b><span class=soft>%s</span></div>", tamis_page_count(n, text),
                       n == 1 ? one : many);
}

static void head(struct tamis_page *g, const bench_summary *s) {
        const tamis_bench_options *o = s->bench->options;
        size_t failed = 0;

        for (size_t i = 0; i < s->k; i++)
                failed += s->lines[i].failed;
        tamis_page_put(g, "<!doctype html>\n<html lang=en><meta charset=utf-8>"
                       "<meta name=viewport content='width=device-width,initial-scale=1'><title>Imputation compared</title>\n<style>");
        tamis_page_put(g, "%s", tamis_page_style);
        tamis_page_put(g, "%s</style>\n<body>\n<h1>Imputation compared: ", more_style);
        for (size_t i = 0; i < o->n_files && i < 12; i++) {
                tamis_page_put(g, "%s", i > 0 ? ", " : "");
                tamis_page_text(g, tamis_slice_of(o->files[i]));
        }
        tamis_page_put(g, "%s</h1>\n<nav><a href=#ranking>Ranking</a>%s<a href=#errors>Errors</a><a href=#cost>Time</a>"
                       "<a href=#blocks>All errors</a></nav>\n<div class=tiles>", o->n_files > 12 ? ", ..." : "",
                       s->k > 1 ? "<a href=#ranks>Ranks</a>" : "");
        tile(g, s->k, "strategy", "strategies");
        tile(g, s->blocks, "block", "blocks");
        tile(g, s->repeats, "repeat of each", "repeats of each");
        tile(g, s->bench->n_cells * s->k, "run", "runs");
        tile(g, failed, "run failed", "runs failed");
        tamis_page_put(
                g,
                "</div>\n<p class=soft>Cells that are known were taken out, every strategy filled the same ones, and what it "
                "put there was compared with what was there. A block is a file, a mechanism and a share of cells. The "
                "error is the mean over columns of the NRMSE (1: no better than a constant), and for categories of the "
                "share of wrong levels.</p>\n");
        for (size_t m = 0; m < o->n_mechanisms; m++)
                if (strcmp(o->mechanisms[m], "mcar") != 0)
                        return;
        tamis_page_put(
                g,
                "<p class=soft>All holes were made by chance alone (MCAR). If yours hang on other columns, or on what is missing, "
                "the order may be another: --mechanism mcar,mar,mnar.</p>\n");
}

/* -- ranking ------------------------------------------------------------------------------------------------------- */

static const char *figure(double x, const char *format, char room[64]) {
        snprintf(room, 64, isfinite(x) ? format : "-", x);
        return room;
}

/* What became of the runs that have no table, or not a whole one; nothing where all is well. */
static void endings(struct tamis_page *g, const bench_line *l) {
        const char *between = "";

        for (size_t i = TAMIS_BENCH_PARTIAL; i <= TAMIS_BENCH_JUNK; i++)
                if (l->ended[i] > 0) {
                        tamis_page_put(g, "%s%zu %s", between, l->ended[i], tamis_bench_status_names[i]);
                        between = ", ";
                }
}

static void line(struct tamis_page *g, const bench_summary *s, size_t i, bool near) {
        const bench_line *l = &s->lines[i];
        char rank[64], error[64], low[64], high[64], seconds[64], megabytes[64];

        tamis_page_put(g, "<tr%s><td class=n>%zu<td>", near ? " class=near" : "", i + 1);
        tamis_page_text(g, tamis_slice_of(bench_summary_name(s, l)));
        tamis_page_put(
                g, "<td class=n>%s<td class=n>%s<td class=n>%s<td class=n>%s<td class=n>%s<td class=n>%s<td class=bad>",
                figure(l->rank, "%.2f", rank), figure(l->error, "%.4f", error), figure(l->low, "%.4f", low),
                figure(l->high, "%.4f", high), figure(l->seconds, "%.3f", seconds),
                figure(l->megabytes, "%.0f", megabytes));
        endings(g, l);
        if (l->known > 0 && l->known < s->blocks)
                tamis_page_put(g, "; error of %zu of %zu blocks: not to be compared", l->known, s->blocks);
        tamis_page_put(g, "\n");
}

static void ranking(struct tamis_page *g, const bench_summary *s) {
        size_t near = bench_summary_near(s);
        bool told = s->k > 1 && !isnan(s->ranking.critical) && !isnan(s->ranking.statistic);

        tamis_page_put(
                g,
                "<h2 id=ranking>Ranking</h2>\n<div class=wide><table><tr><th class=n><th>strategy<th class=n>mean rank"
                "<th class=n>error<th class=n>low<th class=n>high<th class=n>seconds<th class=n>MB<th>not whole\n");
        for (size_t i = 0; i < s->k; i++)
                line(g, s, i, told && near > 0 && i <= near);
        tamis_page_put(
                g,
                "</table></div>\n<p class=soft>Rank: the mean over blocks, by error; who has none in a block is last there. "
                "Low, high: 95 %% of the mean errors when blocks are drawn anew. Seconds: the median of the whole "
                "process, by the clock; MB: the most it held.</p>\n");
        if (s->k < 2)
                return;
        if (isnan(s->ranking.statistic)) {
                tamis_page_put(g, "<p>All are the same in every block.</p>\n");
                return;
        }
        tamis_page_put(
                g,
                "<p>Do they differ by more than chance? Friedman's test: chi² = %.2f on %zu degrees of freedom, p = %.2g, %zu "
                "block%s.",
                s->ranking.statistic, s->k - 1, s->ranking.p, s->blocks, s->blocks == 1 ? "" : "s");
        if (told) {
                tamis_page_put(g, " Mean ranks less than %.2f apart are not told apart (Nemenyi, .05): with ",
                               s->ranking.critical);
                tamis_page_text(g, tamis_slice_of(bench_summary_name(s, &s->lines[0])));
                tamis_page_put(g, ", %zu other%s%s.", near, near == 1 ? "" : "s", near > 0 ? " (shaded)" : "");
        }
        tamis_page_put(g, "</p>\n");
}

/* -- all errors ---------------------------------------------------------------------------------------------------- */

static void block(struct tamis_page *g, const bench_summary *s, size_t b) {
        const tamis_bench_cell *cell = &s->bench->cells[b * s->repeats];
        double least = INFINITY;

        for (size_t i = 0; i < s->k; i++)
                least = fmin(least, s->errors[b * s->k + i]);
        tamis_page_put(g, "<tr><td>");
        tamis_page_text(g, tamis_slice_of(cell->file));
        tamis_page_put(g, "<td>%s<td class=n>%.4g %%", cell->mechanism, 100 * cell->rate);
        for (size_t i = 0; i < s->k; i++) {
                double error = s->errors[b * s->k + s->lines[i].strategy];
                char text[64];

                tamis_page_put(g, error <= least ? "<td class=n><b class=best>%s</b>" : "<td class=n>%s",
                               figure(error, "%.4f", text));
        }
        tamis_page_put(g, "\n");
}

static void blocks(struct tamis_page *g, const bench_summary *s) {
        tamis_page_put(
                g,
                "<h2 id=blocks>All errors</h2>\n<div class=wide><table class=blocks><tr><th>file<th>mechanism<th class=n>cells");
        for (size_t i = 0; i < s->k; i++) {
                tamis_page_put(g, "<th class=n>");
                tamis_page_text(g, tamis_slice_of(bench_summary_name(s, &s->lines[i])));
        }
        tamis_page_put(g, "\n");
        for (size_t b = 0; b < s->blocks && b < MOST_BLOCKS; b++)
                block(g, s, b);
        tamis_page_put(g, "</table></div>\n");
        if (s->blocks > MOST_BLOCKS)
                tamis_page_put(g, "<p class=soft>... and %zu blocks more.</p>\n", s->blocks - MOST_BLOCKS);
        tamis_page_put(g,
                       "<p class=soft>Each the mean over repeats that ended well. Seed %llu; tamis " TAMIS_VERSION
                       ".</p>\n</html>\n",
                       (unsigned long long) s->bench->options->seed);
}

int bench_html(const bench_summary *s, tamis_buffer *out, tamis_error *err) {
        struct tamis_page g = { .out = out, .err = err };

        head(&g, s);
        ranking(&g, s);
        if (s->k > 1)
                bench_html_ranks(&g, s);
        bench_html_errors(&g, s);
        bench_html_cost(&g, s);
        blocks(&g, s);
        return g.r;
}
