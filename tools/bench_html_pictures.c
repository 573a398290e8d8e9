/* A strategy has a line of its own, the best above: that stays legible with twenty of them, where lines of twenty
 * colours do not. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench_html.h"

enum { LEFT = 200, LINE = 22, ABOVE = 26, AXIS = 40, PANEL = 260, GAP = 24, LONGEST = 28 };
enum { COST_WIDTH = 760, COST_HEIGHT = 400, COST_LEFT = 56, COST_RIGHT = 200, LABEL = 13 };

/* -- axes ---------------------------------------------------------------------------------------------------------- */

struct axis {
        double low, high;       /* as shown: of logarithms, their logarithms */
        bool logarithms;
        int from, to;           /* pixels */
};

static double place(const struct axis *a, double x) {
        double at = a->logarithms ? log10(x) : x;

        return a->from + (at - a->low) / (a->high - a->low) * (a->to - a->from);
}

/* 1, 2 or 5 times a power of ten, for about `n` of them. */
static double step_of(double range, int n) {
        double power = pow(10, floor(log10(range / n))), least = range / n / power;

        return power * (least <= 1 ? 1 : least <= 2 ? 2 : least <= 5 ? 5 : 10);
}

/* The next tick, *i counts them; false: there is none. Of logarithms 1, 2 and 5 times each power, or, over more than
 * two powers, powers alone. */
static bool next_tick(const struct axis *a, int *i, double *x) {
        static const double leads[] = { 1, 2, 5 };
        double range = a->high - a->low;

        if (!a->logarithms) {
                double step = step_of(range, 5);

                *x = (ceil(a->low / step - 1e-9) + (*i)++) * step;
                return *x <= a->high + step * 1e-9;
        }
        do {
                int at = (*i)++, powers = range > 2 ? at * (int) ceil(range / 8) : at / 3;

                *x = (range > 2 ? 1 : leads[at % 3]) * pow(10, floor(a->low) + powers);
        } while (log10(*x) < a->low - 1e-9);
        return log10(*x) <= a->high + 1e-9;
}

static void across(struct tamis_page *g, const struct axis *a, int top, int bottom, const char *name) {
        double x;

        for (int i = 0; next_tick(a, &i, &x);) {
                double at = place(a, x);
                char text[32];

                tamis_page_put(
                        g,
                        "<line class=grid x1=%.1f x2=%.1f y1=%d y2=%d /><text class=soft x=%.1f y=%d text-anchor=middle>%s</text>",
                        at, at, top, bottom, at, bottom + 15, tamis_page_figure(x, text));
        }
        tamis_page_put(
                g,
                "<line class=axis x1=%d x2=%d y1=%d y2=%d /><text class=soft x=%d y=%d text-anchor=middle>%s</text>\n",
                a->from, a->to, bottom, bottom, (a->from + a->to) / 2, bottom + 32, name);
}

/* Room for what is shown, and a little beyond; something sensible where nothing is. */
static struct axis axis_of(double low, double high, bool logarithms, int from, int to) {
        struct axis a = { low, high, logarithms, from, to };
        double beyond;

        if (!(low <= high) || (logarithms && !(low > 0)))
                a.low = logarithms ? 1 : 0, a.high = logarithms ? 10 : 1;
        if (logarithms)
                a.low = log10(a.low), a.high = log10(a.high);
        beyond = a.high > a.low ? .06 * (a.high - a.low) : logarithms ? .3 : .1;
        a.low -= logarithms || a.low != 0 ? beyond : 0;
        a.high += beyond;
        return a;
}

/* -- names --------------------------------------------------------------------------------------------------------- */

/* At most so many characters, and a mark where there were more. */
static void shortened(struct tamis_page *g, const char *name) {
        size_t at = 0, n = 0;

        for (; name[at]; at++) {
                n += ((unsigned char) name[at] & 0xc0) != 0x80;
                if (n > LONGEST)
                        break;
        }
        tamis_page_text(g, (tamis_slice) { name, at });
        if (name[at])
                tamis_page_put(g, "…");
}

static void names(struct tamis_page *g, const bench_summary *s, int right) {
        for (size_t i = 0; i < s->k; i++) {
                int y = ABOVE + LINE * (int) i + LINE / 2;

                tamis_page_put(g, "<line class=grid x1=%d x2=%d y1=%d y2=%d /><text x=%d y=%d text-anchor=end>", LEFT,
                               right, y, y, LEFT - 10, y + 4);
                shortened(g, bench_summary_name(s, &s->lines[i]));
                tamis_page_put(g, "</text>\n");
        }
}

/* A point over the ground, so that what lies behind does not shine through; with a word for who points at it. */
static void point(struct tamis_page *g, double x, double y, double full, const char *name, const char *words) {
        tamis_page_put(
                g,
                "<circle class=under cx=%.1f cy=%.1f r=5.5 /><circle class=mark cx=%.1f cy=%.1f r=4.5 fill-opacity=%.2f><title>",
                x, y, x, y, full);
        tamis_page_text(g, tamis_slice_of(name));
        tamis_page_put(g, "%s</title></circle>\n", words);
}

/* -- errors -------------------------------------------------------------------------------------------------------- */

static double shade(size_t i, size_t n) {
        return n > 1 ? .1 + .9 * (double) i / (double) (n - 1) : .8;
}

static struct axis axis_of_errors(const bench_summary *s) {
        bool wide = bench_summary_wide(s);
        double low, high;

        bench_summary_range(s, &low, &high);
        return axis_of(wide ? fmax(low, BENCH_LEAST) : high > 0 ? 0 : low, high, wide, LEFT, LEFT + PANEL);
}

/* The largest share first: where points cover each other, small ones are to be seen. */
static void row_of_errors(struct tamis_page *g, const bench_summary *s, const struct axis *a, size_t m,
                          const size_t *order, size_t i) {
        const tamis_bench_options *o = s->bench->options;
        double y = ABOVE + LINE * (double) i + LINE / 2.;

        for (size_t r = o->n_rates; r-- > 0;) {
                double error = bench_summary_error(s, m, order[r], s->lines[i].strategy);
                char words[96];

                if (isnan(error))
                        continue;
                snprintf(words, sizeof words, ", %s, %.4g %%: %.4f", o->mechanisms[m], 100 * o->rates[order[r]], error);
                point(g, place(a, a->logarithms ? fmax(error, BENCH_LEAST) : error), y, shade(r, o->n_rates),
                      bench_summary_name(s, &s->lines[i]), words);
        }
}

static void key_of_rates(struct tamis_page *g, const bench_summary *s, const size_t *order) {
        const tamis_bench_options *o = s->bench->options;

        tamis_page_put(g, "<p>");
        for (size_t r = 0; r < o->n_rates; r++)
                tamis_page_put(
                        g,
                        "<svg width=14 height=12 style='display:inline-block'><circle class=mark cx=6 cy=6 r=4.5 fill-opacity=%.2f />"
                        "</svg> %.4g %% of the cells &nbsp; ",
                        shade(r, o->n_rates), 100 * o->rates[order[r]]);
        tamis_page_put(g, "</p>\n");
}

void bench_html_errors(struct tamis_page *g, const bench_summary *s) {
        const tamis_bench_options *o = s->bench->options;
        size_t *order = calloc(o->n_rates + 1, sizeof *order);
        int width = LEFT + (int) o->n_mechanisms * (PANEL + GAP), bottom = ABOVE + LINE * (int) s->k;
        struct axis a = axis_of_errors(s);

        if (!order) {
                g->r = g->r < 0 ? g->r : tamis_fail_memory(g->err);
                return;
        }
        bench_summary_rates(s, order);
        tamis_page_put(
                g,
                "<h2 id=errors>Errors by mechanism and share of cells</h2>\n<p class=soft>Left is better.%s A strategy that has no "
                "error in some file has no point.</p>\n",
                o->n_files > 1 ? " The mean over files." : "");
        key_of_rates(g, s, order);
        tamis_page_put(g,
                       "<div class=wide><svg width=%d height=%d role=img aria-label='errors by mechanism and share'>\n",
                       width, bottom + AXIS);
        names(g, s, width - GAP);
        for (size_t m = 0; m < o->n_mechanisms; m++) {
                struct axis here = a;

                here.from += (int) m * (PANEL + GAP);
                here.to += (int) m * (PANEL + GAP);
                tamis_page_put(g, "<text x=%d y=14 text-anchor=middle>%s</text>", (here.from + here.to) / 2,
                               o->mechanisms[m]);
                across(g, &here, ABOVE, bottom, a.logarithms ? "error (logarithms)" : "error");
                for (size_t i = 0; i < s->k; i++)
                        row_of_errors(g, s, &here, m, order, i);
        }
        tamis_page_put(g, "</svg></div>\n");
        free(order);
}

/* -- ranks --------------------------------------------------------------------------------------------------------- */

void bench_html_ranks(struct tamis_page *g, const bench_summary *s) {
        double half = isnan(s->ranking.critical) ? 0 : s->ranking.critical / 2, last = s->lines[s->k - 1].rank + half;
        int width = LEFT + 2 * PANEL + GAP, bottom = ABOVE + LINE * (int) s->k;
        struct axis a =
                axis_of(fmin(1, s->lines[0].rank - half), fmax((double) s->k, last), false, LEFT, LEFT + 2 * PANEL);

        tamis_page_put(
                g, "<h2 id=ranks>Mean ranks</h2>\n<p class=soft>Left is better.%s</p>\n",
                half > 0 ? " Whiskers are half of Nemenyi's critical difference: two that do not meet are told apart."
                         : "");
        tamis_page_put(g, "<div class=wide><svg width=%d height=%d role=img aria-label='mean ranks'>\n", width,
                       bottom + AXIS);
        names(g, s, width - GAP);
        across(g, &a, ABOVE, bottom, "mean rank");
        for (size_t i = 0; i < s->k; i++) {
                const bench_line *l = &s->lines[i];
                double y = ABOVE + LINE * (double) i + LINE / 2.;
                char words[64];

                if (half > 0)
                        tamis_page_put(g, "<line class=whisker x1=%.1f x2=%.1f y1=%.1f y2=%.1f />",
                                       place(&a, l->rank - half), place(&a, l->rank + half), y, y);
                snprintf(words, sizeof words, ": %.2f", l->rank);
                point(g, place(&a, l->rank), y, 1, bench_summary_name(s, l), words);
        }
        tamis_page_put(g, "</svg></div>\n");
}

/* -- cost ---------------------------------------------------------------------------------------------------------- */

static bool has_cost(const bench_summary *s, const bench_line *l) {
        return l->known == s->blocks && l->seconds > 0;
}

struct label {
        size_t line;
        double x, y, at;        /* of the point; how far down the name is */
};

static int by_height(const void *a, const void *b) {
        const struct label *p = a, *q = b;

        if (p->y < q->y || p->y > q->y)
                return p->y < q->y ? -1 : 1;
        return (p->line > q->line) - (p->line < q->line);
}

/* Names stand at the right in the order of their points, none on another, all in the picture as far as they fit. */
static void spread(struct label *labels, size_t n, double bottom) {
        for (size_t i = 0; i < n; i++)
                labels[i].at = i > 0 ? fmax(labels[i].y, labels[i - 1].at + LABEL) : labels[i].y;
        for (size_t i = n; i-- > 0;)
                labels[i].at = fmin(labels[i].at, i + 1 < n ? labels[i + 1].at - LABEL : bottom);
}

static void draw_costs(struct tamis_page *g, const bench_summary *s, const struct label *labels, size_t n, int right) {
        for (size_t i = 0; i < n; i++)
                tamis_page_put(g, "<polyline class=grid fill=none points='%.1f,%.1f %d,%.1f %d,%.1f' />", labels[i].x,
                               labels[i].y, right, labels[i].y, right + 16, labels[i].at);
        for (size_t i = 0; i < n; i++) {
                const bench_line *l = &s->lines[labels[i].line];
                char words[96];

                snprintf(words, sizeof words, ": %.4f, %.3g s", l->error, l->seconds);
                point(g, labels[i].x, labels[i].y, .8, bench_summary_name(s, l), words);
                tamis_page_put(g, "<text x=%d y=%.1f>", right + 20, labels[i].at + 4);
                shortened(g, bench_summary_name(s, l));
                tamis_page_put(g, "</text>\n");
        }
}

static void up(struct tamis_page *g, const struct axis *a, int right) {
        double y;

        for (int i = 0; next_tick(a, &i, &y);) {
                double at = place(a, y);
                char text[32];

                tamis_page_put(
                        g,
                        "<line class=grid x1=%d x2=%d y1=%.1f y2=%.1f /><text class=soft x=%d y=%.1f text-anchor=end>%s</text>",
                        COST_LEFT, right, at, at, COST_LEFT - 6, at + 4, tamis_page_figure(y, text));
        }
}

/* Who is in the picture, from above. */
static size_t collect(const bench_summary *s, const struct axis *x, const struct axis *y, struct label *labels) {
        size_t n = 0;

        for (size_t i = 0; i < s->k; i++)
                if (has_cost(s, &s->lines[i])) {
                        double error = s->lines[i].error;

                        labels[n++] = (struct label) { i, place(x, s->lines[i].seconds),
                                                      place(y, y->logarithms ? fmax(error, BENCH_LEAST) : error), 0 };
                }
        qsort(labels, n, sizeof *labels, by_height);
        return n;
}

void bench_html_cost(struct tamis_page *g, const bench_summary *s) {
        double low = INFINITY, high = -INFINITY, least = INFINITY, most = -INFINITY;
        struct label *labels = calloc(s->k + 1, sizeof *labels);
        int bottom = (COST_HEIGHT > LABEL * (int) s->k ? COST_HEIGHT : LABEL * (int) s->k) + ABOVE,
            right = COST_WIDTH - COST_RIGHT;
        bool wide = bench_summary_wide(s);
        struct axis x, y;
        size_t n;

        if (!labels) {
                g->r = g->r < 0 ? g->r : tamis_fail_memory(g->err);
                return;
        }
        for (size_t i = 0; i < s->k; i++)
                if (has_cost(s, &s->lines[i])) {
                        low = fmin(low, s->lines[i].seconds);
                        high = fmax(high, s->lines[i].seconds);
                        least = fmin(least, s->lines[i].error);
                        most = fmax(most, s->lines[i].error);
                }
        x = axis_of(low, high, true, COST_LEFT, right);
        y = axis_of(wide ? fmax(least, BENCH_LEAST) : most > 0 ? 0 : least, most, wide, bottom, ABOVE);
        n = collect(s, &x, &y, labels);
        spread(labels, n, bottom);
        tamis_page_put(
                g,
                "<h2 id=cost>Time against error</h2>\n<p class=soft>Nearer to the lower left is better. Seconds: the median of the whole "
                "process, started and read included. Only who has an error in every block.</p>\n<div class=wide><svg width=%d height=%d role=img aria-label='time against error'>\n",
                COST_WIDTH, bottom + AXIS);
        across(g, &x, ABOVE, bottom, "seconds (logarithms)");
        up(g, &y, right);
        tamis_page_put(g, "<text class=soft x=4 y=14>mean error%s</text>\n", wide ? " (logarithms)" : "");
        draw_costs(g, s, labels, n, right);
        tamis_page_put(g, "</svg></div>\n");
        free(labels);
}
