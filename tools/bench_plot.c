#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench_plot.h"
#include "gnuplot.h"

/* All in pixels: a strategy has a line of its own in every picture but the one of costs. */
enum {
        LETTER = 8,
        LINE = 22,
        LEAST = 90,
        PANEL = 270,
        GAP = 26,
        ABOVE = 46,
        BELOW = 86,
        COST_WIDTH = 760,
        COST_HEIGHT = 480
};

static const char style[] =
        "set datafile missing '?'\nset grid xtics lc 'gray85'\nset border 3 lc 'gray50'\nset tics nomirror "
        "textcolor 'black'\n";

/* A line out of sight: a picture without anything is a complaint of gnuplot's. */
#define NOTHING "-1e9 notitle"

int bench_plot_check(const char *folder, tamis_error *err) {
        struct stat s;

        if (mkdir(folder, 0777) < 0 && errno != EEXIST)
                return tamis_fail(err, TAMIS_IO, "--plot %s: %s", folder, strerror(errno));
        if (stat(folder, &s) == 0 && !S_ISDIR(s.st_mode))
                return tamis_fail(err, TAMIS_USAGE, "--plot %s: a folder is needed, and this is none", folder);
        if (access(folder, W_OK | X_OK) < 0)
                return tamis_fail(err, TAMIS_IO, "--plot %s: %s", folder, strerror(errno));
        return 0;
}

static int width_of_names(const bench_summary *s) {
        size_t most = 4;

        for (size_t i = 0; i < s->k; i++) {
                size_t n = strlen(bench_summary_name(s, &s->lines[i]));

                most = n > most ? n : most;
        }
        most = LETTER * (most < GNUPLOT_LONGEST ? most : GNUPLOT_LONGEST) + 16;
        return most > LEAST ? (int) most : LEAST;
}

/* The strategies from above, the best first; or lines without words. */
static int add_names(const bench_summary *s, bool words, tamis_buffer *out, tamis_error *err) {
        int r = tamis_buffer_addf(out, err, "set yrange [%g:-.5]\nset ytics scale 0 (", (double) s->k - .5);

        for (size_t i = 0; r == 0 && i < s->k; i++) {
                r = i > 0 ? tamis_buffer_add(out, ", ", 2, err) : 0;
                if (r == 0)
                        r = gnuplot_quote(out, tamis_slice_of(words ? bench_summary_name(s, &s->lines[i]) : ""), err);
                if (r == 0)
                        r = tamis_buffer_addf(out, err, " %zu", i);
        }
        return r == 0 ? tamis_buffer_addf(out, err, ")\n") : r;
}

static int draw(const char *folder, const char *name, int width, int height, const tamis_buffer *script,
                tamis_error *err) {
        tamis_buffer path = {0};
        char terminal[128];
        int r = tamis_buffer_addf(&path, err, "%s/%s", folder, name);

        if (r == 0)
                r = tamis_buffer_add(&path, "", 1, err);
        snprintf(terminal, sizeof terminal, "svg size %d,%d noenhanced font 'sans,12' background 'white'", width,
                 height);
        if (r == 0)
                r = gnuplot_draw(path.p, terminal, script, err);
        tamis_buffer_done(&path);
        return r;
}

/* -- errors -------------------------------------------------------------------------------------------------------- */

/* $eM_R: error, line. A strategy that has none in some file has no point. */
static int add_errors(const bench_summary *s, size_t m, size_t rate, bool wide, tamis_buffer *out, tamis_error *err) {
        int r = tamis_buffer_addf(out, err, "$e%zu_%zu << EOD\n", m, rate);

        for (size_t i = 0; r == 0 && i < s->k; i++) {
                double error = bench_summary_error(s, m, rate, s->lines[i].strategy);

                error = wide && error < BENCH_LEAST ? BENCH_LEAST : error;
                r = gnuplot_numbers(out, (double[]) { error, (double) i }, 2, err);
        }
        return r == 0 ? tamis_buffer_addf(out, err, "EOD\n") : r;
}

/* The same scale in every panel. */
static int add_range(const bench_summary *s, tamis_buffer *out, tamis_error *err) {
        bool wide = bench_summary_wide(s);
        double low, high;

        bench_summary_range(s, &low, &high);
        if (wide)
                return tamis_buffer_addf(out, err,
                                         "set xlabel 'error (logarithms)'\nset logscale x\nset xrange [%.17g:%.17g]\n",
                                         fmax(low, BENCH_LEAST) / 1.2, high * 1.2);
        return tamis_buffer_addf(out, err, "set xlabel 'error'\nset xtics autofreq\nset xrange [0:%.17g]\n",
                                 high > 0 ? high * 1.08 : 1);
}

static bool has_errors(const bench_summary *s, size_t m, size_t rate) {
        for (size_t i = 0; i < s->k; i++)
                if (!isnan(bench_summary_error(s, m, rate, i)))
                        return true;
        return false;
}

/* Light is a small share of holes, dark a large one. */
static void colour_of(size_t place, size_t n, char colour[8]) {
        const int from[] = { 0xa9, 0xc8, 0xd8 }, to[] = { 0x12, 0x3a, 0x52 };
        double at = n > 1 ? (double) place / (double) (n - 1) : .7;

        snprintf(colour, 8, "#%02x%02x%02x", from[0] + (int) (at * (to[0] - from[0])),
                 from[1] + (int) (at * (to[1] - from[1])), from[2] + (int) (at * (to[2] - from[2])));
}

/* Under the panels, at places of its own: gnuplot's would lie on the axis. */
static int add_key(const bench_summary *s, const size_t *order, int left, double width, double height,
                   tamis_buffer *out, tamis_error *err) {
        const tamis_bench_options *o = s->bench->options;
        int r = tamis_buffer_addf(out, err, "set label 'cells gone:' at screen %.5f,%.5f right\n", (left - 8) / width,
                                  14 / height);

        for (size_t i = 0; r == 0 && i < o->n_rates; i++) {
                char colour[8];

                colour_of(i, o->n_rates, colour);
                r = tamis_buffer_addf(
                        out, err,
                        "set label '%.4g %%' at screen %.5f,%.5f left point pt 7 ps .8 lc '%s' offset .8,-.3\n",
                        100 * o->rates[order[i]], (left + 8 + 64. * (double) i) / width, 14 / height, colour);
        }
        return r;
}

static int add_panel(const bench_summary *s, size_t m, const size_t *order, int left, double width, tamis_buffer *out,
                     tamis_error *err) {
        const tamis_bench_options *o = s->bench->options;
        double from = left + (double) m * (PANEL + GAP);
        int r = m < 2 ? add_names(s, m == 0, out, err) : 0;

        if (r == 0)
                r = tamis_buffer_addf(
                        out, err, "set lmargin at screen %.5f\nset rmargin at screen %.5f\nset title '%s'\n%splot ",
                        from / width, (from + PANEL) / width, o->mechanisms[m], m == 1 ? "unset label\n" : "");

        for (size_t i = 0; r == 0 && i < o->n_rates; i++) {
                char colour[8];

                if (!has_errors(s, m, order[i]))
                        continue;
                colour_of(i, o->n_rates, colour);
                r = tamis_buffer_addf(out, err, "$e%zu_%zu using 1:2 with points pt 7 ps .8 lc '%s', ", m, order[i],
                                      colour);
        }
        return r == 0 ? tamis_buffer_addf(out, err, NOTHING "\n") : r;
}

static int plot_errors(const char *folder, const bench_summary *s, tamis_error *err) {
        const tamis_bench_options *o = s->bench->options;
        int left = width_of_names(s), width = left + (PANEL + GAP) * (int) o->n_mechanisms,
            height = ABOVE + BELOW + LINE * (int) s->k, r;
        size_t *order = calloc(o->n_rates + 1, sizeof *order);
        bool wide = bench_summary_wide(s);
        tamis_buffer out = {0};

        r = order ? tamis_buffer_addf(&out, err, "%s", style) : tamis_fail_memory(err);
        if (r == 0)
                bench_summary_rates(s, order);
        for (size_t m = 0; r == 0 && m < o->n_mechanisms; m++)
                for (size_t i = 0; r == 0 && i < o->n_rates; i++)
                        r = add_errors(s, m, i, wide, &out, err);
        if (r == 0)
                r = add_range(s, &out, err);
        if (r == 0)
                r = tamis_buffer_addf(&out, err,
                                      "set multiplot\nset tmargin at screen %.5f\nset bmargin at screen %.5f\n"
                                      "unset key\n",
                                      1 - (double) ABOVE / height, (double) BELOW / height);
        if (r == 0)
                r = add_key(s, order, left, width, height, &out, err);
        for (size_t m = 0; r == 0 && m < o->n_mechanisms; m++)
                r = add_panel(s, m, order, left, width, &out, err);
        if (r == 0)
                r = draw(folder, "errors.svg", width, height, &out, err);
        tamis_buffer_done(&out);
        free(order);
        return r;
}

/* -- costs and ranks ----------------------------------------------------------------------------------------------- */

/* $cI: seconds, error, the strategy's place in the ranking. */
static int add_cost(const bench_summary *s, size_t i, bool wide, tamis_buffer *out, tamis_error *err) {
        const bench_line *l = &s->lines[i];
        int r = tamis_buffer_addf(out, err, "$c%zu << EOD\n", i);

        if (r == 0)
                r = gnuplot_numbers(
                        out, (double[]){ l->seconds, wide ? fmax(l->error, BENCH_LEAST) : l->error, (double) (i + 1) },
                        3, err);
        return r == 0 ? tamis_buffer_addf(out, err, "EOD\n") : r;
}

static int add_cost_plot(const bench_summary *s, size_t i, tamis_buffer *out, tamis_error *err) {
        char name[GNUPLOT_LONGEST + 24];
        int r = tamis_buffer_addf(out, err, "$c%zu using 1:2 with points pt 7 ps .8 lc '#3b7ea1' title ", i);

        snprintf(name, sizeof name, "%zu  %s", i + 1, bench_summary_name(s, &s->lines[i]));
        if (r == 0)
                r = gnuplot_quote(out, tamis_slice_of(name), err);
        return r == 0 ? tamis_buffer_addf(out, err, ", $c%zu using 1:2:3 with labels offset .9,.5 notitle, ", i) : r;
}

/* Room around the points; gnuplot finds none where all are at one place. */
static int add_cost_ranges(const bench_summary *s, bool wide, tamis_buffer *out, tamis_error *err) {
        double low = INFINITY, high = 0, least = INFINITY, most = 0;

        for (size_t i = 0; i < s->k; i++)
                if (s->lines[i].known == s->blocks) {
                        low = fmin(low, s->lines[i].seconds);
                        high = fmax(high, s->lines[i].seconds);
                        least = fmin(least, s->lines[i].error);
                        most = fmax(most, s->lines[i].error);
                }
        if (!(low > 0 && low <= high))
                low = high = 1;
        return tamis_buffer_addf(out, err, "set logscale x\nset xrange [%.17g:%.17g]\n%sset yrange [%.17g:%.17g]\n",
                                 low / 1.6, high * 1.6, wide ? "set logscale y\n" : "",
                                 wide ? fmax(least, BENCH_LEAST) / 1.3 : 0,
                                 wide               ? most * 1.3
                                         : most > 0 ? most * 1.1
                                                    : 1);
}

/* Who has an error in every block: else it would be compared with others' blocks. Points bear their places
 * in the ranking. */
static int plot_cost(const char *folder, const bench_summary *s, tamis_error *err) {
        bool wide = bench_summary_wide(s);
        tamis_buffer out = {0};
        int r = tamis_buffer_addf(&out, err,
                                  "%sset grid ytics lc 'gray85'\nset key outside right top Left reverse samplen 1\n"
                                  "set xlabel 'seconds (median, logarithms)'\nset ylabel 'mean error%s'\n"
                                  "set title 'Nearer to the lower left is better'\n",
                                  style, wide ? " (logarithms)" : "");

        if (r == 0)
                r = add_cost_ranges(s, wide, &out, err);
        for (size_t i = 0; r == 0 && i < s->k; i++)
                r = s->lines[i].known == s->blocks ? add_cost(s, i, wide, &out, err) : 0;
        if (r == 0)
                r = tamis_buffer_addf(&out, err, "plot ");
        for (size_t i = 0; r == 0 && i < s->k; i++)
                r = s->lines[i].known == s->blocks ? add_cost_plot(s, i, &out, err) : 0;
        if (r == 0)
                r = tamis_buffer_addf(&out, err, wide ? "1e-9 notitle\n" : NOTHING "\n");
        if (r == 0)
                r = draw(folder, "cost.svg", COST_WIDTH, COST_HEIGHT, &out, err);
        tamis_buffer_done(&out);
        return r;
}

/* Whiskers of half the critical difference: two that do not meet are told apart. */
static int plot_ranks(const char *folder, const bench_summary *s, tamis_error *err) {
        int left = width_of_names(s), width = left + 2 * PANEL + GAP, height = ABOVE + BELOW + LINE * (int) s->k;
        double critical = isnan(s->ranking.critical) ? 0 : s->ranking.critical;
        tamis_buffer out = {0};
        int r = tamis_buffer_addf(&out, err, "%s$r << EOD\n", style);

        for (size_t i = 0; r == 0 && i < s->k; i++)
                r = gnuplot_numbers(&out, (double[]) { s->lines[i].rank, (double) i, critical / 2 }, 3, err);
        if (r == 0)
                r = tamis_buffer_addf(&out, err, "EOD\nunset key\nset xlabel '%s'\n",
                                      critical > 0
                                              ? "mean rank; whose whiskers do not meet are told apart (Nemenyi, .05)"
                                              : "mean rank");
        if (r == 0)
                r = isnan(s->ranking.p) ? tamis_buffer_addf(&out, err, "set title 'All are the same in every block'\n")
                                        : tamis_buffer_addf(&out, err, "set title 'Friedman: p = %.2g, %zu block%s'\n",
                                                            s->ranking.p, s->blocks, s->blocks == 1 ? "" : "s");
        if (r == 0)
                r = add_names(s, true, &out, err);
        if (r == 0)
                r = tamis_buffer_addf(
                        &out, err,
                        "set lmargin at screen %.5f\nset rmargin at screen %.5f\nset bmargin at screen %.5f\n"
                        "plot [%.17g:%.17g] $r using 1:2:3 with xerrorbars pt 7 ps .8 lw 1.5 lc '#3b7ea1'\n",
                        (double) left / width, 1 - (double) GAP / width, (double) BELOW / height,
                        fmin(1, s->lines[0].rank - critical / 2) - .2,
                        fmax((double) s->k, s->lines[s->k - 1].rank + critical / 2) + .2);
        if (r == 0)
                r = draw(folder, "ranks.svg", width, height, &out, err);
        tamis_buffer_done(&out);
        return r;
}

int bench_plot(const char *folder, const bench_summary *s, tamis_error *err) {
        int r = plot_errors(folder, s, err);

        if (r == 0)
                r = plot_cost(folder, s, err);
        return r == 0 && s->k > 1 ? plot_ranks(folder, s, err) : r;
}
