#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "look/page.h"
#include "table/show.h"

enum { MOST = 40, LONGEST = 18 };

const char tamis_page_style[] =
        ":root{--bg:#fbfbf9;--ink:#1c2024;--soft:#5f6b76;--line:#dcdfe2;--card:#fff;--bar:#3b7ea1;--bar2:#a9c8d8;--hole:#c2540a;"
        "--err:#b3261e;--warn:#9a6200;--note:#3b6ea5;color-scheme:light dark}"
        "@media(prefers-color-scheme:dark){:root{--bg:#15181b;--ink:#e6e8ea;--soft:#9aa5af;--line:#333a40;--card:#1d2226;--bar:#6fb3d6;"
        "--bar2:#35566a;--hole:#f0904a;--err:#ff8a80;--warn:#f0b84a;--note:#8ab8ea}}"
        "*{box-sizing:border-box}body{margin:0 auto;max-width:76rem;padding:1.5rem;background:var(--bg);color:var(--ink);"
        "font:15px/1.5 system-ui,sans-serif}h1{font-size:1.5rem;margin:0;overflow-wrap:anywhere}h2{font-size:1.15rem;margin:2.2rem 0 .7rem}"
        "h3{font-size:1rem;margin:0;overflow-wrap:anywhere}p{margin:.3rem 0}.soft{color:var(--soft)}a{color:var(--note)}nav a{margin-right:1rem}"
        ".tiles{display:flex;flex-wrap:wrap;gap:.7rem;margin:1rem 0}.tile{background:var(--card);border:1px solid var(--line);"
        "border-radius:6px;padding:.5rem .9rem;min-width:7rem}.tile b{display:block;font-size:1.25rem}"
        ".finding{border-left:4px solid var(--note);background:var(--card);margin:.5rem 0;padding:.45rem .8rem;border-radius:0 6px 6px 0;"
        "overflow-wrap:anywhere}.error{border-color:var(--err)}.warning{border-color:var(--warn)}.tag{font-weight:600;color:var(--note)}"
        ".error .tag{color:var(--err)}.warning .tag{color:var(--warn)}code{font:13px ui-monospace,monospace;background:var(--bg);"
        "border:1px solid var(--line);border-radius:4px;padding:.05rem .35rem;display:inline-block;max-width:100%;overflow-x:auto;"
        "white-space:pre-wrap}.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(21rem,1fr));gap:.8rem}"
        ".card{background:var(--card);border:1px solid var(--line);border-radius:6px;padding:.7rem .9rem;min-width:0}"
        "table{border-collapse:collapse;font-size:13px}td,th{padding:.05rem .8rem .05rem 0;text-align:left;font-weight:400;"
        "vertical-align:top;overflow-wrap:anywhere}td.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}"
        ".wide{overflow-x:auto}svg{display:block;max-width:100%}svg text{fill:var(--ink);font:11px system-ui,sans-serif}"
        "svg .soft{fill:var(--soft)}.wide svg{max-width:none}summary{cursor:pointer}";

void tamis_page_put(struct tamis_page *g, const char *format, ...) {
        char text[4096];
        va_list args;
        int n;

        va_start(args, format);
        n = vsnprintf(text, sizeof text, format, args);
        va_end(args);
        if (n >= (int) sizeof text)
                n = sizeof text - 1;
        if (g->r == 0 && n > 0)
                g->r = tamis_buffer_add(g->out, text, (size_t) n, g->err);
}

/* How many bytes the character at `p` has; 0: it is none. */
static size_t character(const unsigned char *p, size_t n) {
        size_t want = p[0] < 0x80 ? 1 : p[0] >= 0xf0 && p[0] < 0xf5 ? 4 : p[0] >= 0xe0 && p[0] < 0xf0 ? 3
                      : p[0] >= 0xc2 && p[0] < 0xe0 ? 2 : 0;

        for (size_t i = 1; i < want; i++)
                if (i >= n || (p[i] & 0xc0) != 0x80)
                        return 0;
        return want;
}

void tamis_page_text(struct tamis_page *g, tamis_slice s) {
        for (size_t i = 0; g->r == 0 && i < s.n;) {
                size_t n = character((const unsigned char *) s.p + i, s.n - i);
                const char *as = NULL;

                if (n == 0)
                        as = "\xef\xbf\xbd";
                else if (s.p[i] == '&')
                        as = "&amp;";
                else if (s.p[i] == '<')
                        as = "&lt;";
                else if (s.p[i] == '>')
                        as = "&gt;";
                else if (s.p[i] == '"')
                        as = "&quot;";
                else if (s.p[i] == '\'')
                        as = "&#39;";
                g->r = as ? tamis_buffer_add(g->out, as, strlen(as), g->err)
                          : tamis_buffer_add(g->out, s.p + i, n, g->err);
                i += n ? n : 1;
        }
}

const char *tamis_page_count(uint64_t n, char *out) {
        char plain[32];
        size_t length = (size_t) snprintf(plain, sizeof plain, "%llu", (unsigned long long) n), to = 0;

        for (size_t i = 0; i < length; i++) {
                if (i > 0 && (length - i) % 3 == 0)
                        out[to++] = ',';
                out[to++] = plain[i];
        }
        out[to] = '\0';
        return out;
}

const char *tamis_page_share(double part, double whole, char *out) {
        double share = whole > 0 ? 100 * part / whole : 0;

        if (share > 0 && share < .1)
                snprintf(out, 32, "&lt;0.1 %%");
        else
                snprintf(out, 32, share == 0 || share >= 9.95 ? "%.0f %%" : "%.1f %%", share);
        return out;
}

const char *tamis_page_figure(double x, char *out) {
        if (!isfinite(x))
                snprintf(out, 32, "-");
        else if (x == floor(x) && fabs(x) < 1e9)
                snprintf(out, 32, "%.0f", x);
        else
                snprintf(out, 32, "%.5g", x);
        return out;
}

/* -- pictures of many columns -------------------------------------------------------------------------------------- */

static void name_of(struct tamis_page *g, size_t column) {
        tamis_slice name = g->p->columns[column].name;
        size_t n = 0, at = 0;

        for (; at < name.n; at++) {
                n += ((unsigned char) name.p[at] & 0xc0) != 0x80;
                if (n > LONGEST)
                        break;
        }
        tamis_page_text(g, (tamis_slice) { name.p, at });
        if (at < name.n)
                tamis_page_put(g, "…");
}

struct ranked {
        size_t column;
        double by;
};

static int by_rank(const void *a, const void *b) {
        const struct ranked *x = a, *y = b;

        if (x->by != y->by)
                return x->by < y->by ? 1 : -1;
        return x->column < y->column ? -1 : 1;
}

static int by_column(const void *a, const void *b) {
        const struct ranked *x = a, *y = b;

        return (x->column > y->column) - (x->column < y->column);
}

/* The first columns by rank, in the order of the table. */
static size_t choose(struct ranked *list, size_t n) {
        size_t keep = n < MOST ? n : MOST;

        qsort(list, n, sizeof *list, by_rank);
        qsort(list, keep, sizeof *list, by_column);
        return keep;
}

/* How many pixels the longest of the names takes, the mark of what was cut included. */
static int room_for(const tamis_profile *p, const struct ranked *list, size_t n) {
        size_t most = 2;

        for (size_t i = 0; i < n; i++) {
                tamis_slice name = p->columns[list[i].column].name;
                size_t length = 0;

                for (size_t k = 0; k < name.n; k++)
                        length += ((unsigned char) name.p[k] & 0xc0) != 0x80;
                most = length > most ? length : most;
        }
        return 7 * (int) (most > LONGEST ? LONGEST + 1 : most) + 8;
}

/* Blue below, red above, nothing at 0; a column with itself tells nothing, and is grey. */
static void heat(struct tamis_page *g, const double *m, const struct ranked *list, size_t n) {
        const tamis_profile *p = g->p;
        const int left = room_for(p, list, n), top = left * 4 / 5 + 8, size = n > 20 ? 16 : 26;

        tamis_page_put(g, "<div class=wide><svg width=%d height=%d role=img>", left + size * (int) n + top,
                       top + size * (int) n + 4);
        for (size_t i = 0; i < n; i++) {
                tamis_page_put(g, "<text x=%d y=%d text-anchor=end>", left - 6, top + size * (int) i + size / 2 + 4);
                name_of(g, list[i].column);
                tamis_page_put(g, "</text><text transform='translate(%d %d) rotate(-50)'>",
                               left + size * (int) i + size / 2 + 4, top - 5);
                name_of(g, list[i].column);
                tamis_page_put(g, "</text>");
                for (size_t k = 0; k < n; k++) {
                        double r = m[list[i].column * p->n + list[k].column];
                        int x = left + size * (int) k, y = top + size * (int) i;

                        if (isnan(r))
                                continue;
                        tamis_page_put(g, "<rect x=%d y=%d width=%d height=%d fill='%s' fill-opacity=%.2f><title>", x,
                                       y, size - 1, size - 1,
                                       i == k          ? "#8a929a"
                                               : r < 0 ? "#2f6fd0"
                                                       : "#d0402f",
                                       i == k ? .25 : fabs(r));
                        tamis_page_text(g, p->columns[list[i].column].name);
                        tamis_page_put(g, ", ");
                        tamis_page_text(g, p->columns[list[k].column].name);
                        tamis_page_put(g, ": %.3f</title></rect>", r);
                        if (size > 20 && i != k)
                                tamis_page_put(g,
                                               "<text x=%d y=%d text-anchor=middle style='font-size:9px%s'>%.0f</text>",
                                               x + size / 2, y + size / 2 + 3, fabs(r) > .6 ? ";fill:#fff" : "",
                                               fabs(r) < .005 ? 0. : 100 * r);
                }
        }
        tamis_page_put(g, "</svg></div>\n");
}

static void heat_of(struct tamis_page *g, const double *m, const char *title, const char *words, const char *id) {
        const tamis_profile *p = g->p;
        struct ranked *list = malloc((p->n + 1) * sizeof *list);
        size_t n = 0, keep;

        if (!list)
                g->r = tamis_fail_memory(g->err);
        for (size_t i = 0; g->r == 0 && i < p->n; i++) {
                double most = 0;

                if (isnan(m[i * p->n + i]))
                        continue;
                for (size_t k = 0; k < p->n; k++)
                        if (k != i && fabs(m[i * p->n + k]) > most)
                                most = fabs(m[i * p->n + k]);
                list[n++] = (struct ranked) { i, most };
        }
        if (n >= 2) {
                keep = choose(list, n);
                tamis_page_put(g, "<h2 id=%s>%s</h2><p class=soft>%s", id, title, words);
                if (keep < n)
                        tamis_page_put(g, " The %zu columns of %zu with the strongest.", keep, n);
                tamis_page_put(g, "</p>\n");
                heat(g, m, list, keep);
        }
        free(list);
}

static void matrix(struct tamis_page *g, const struct ranked *list, size_t n) {
        const tamis_profile *p = g->p;
        const int left = room_for(p, list, n), height = 15, width = 14;

        tamis_page_put(g, "<div class=wide><svg width=%d height=%d role=img>", left + width * (int) p->n_blocks + 60,
                       height * (int) n + 4);
        for (size_t i = 0; i < n; i++) {
                char share[64];
                int y = height * (int) i;

                tamis_page_put(g, "<text x=%d y=%d text-anchor=end>", left - 6, y + 11);
                name_of(g, list[i].column);
                tamis_page_put(g, "</text><rect x=%d y=%d width=%d height=%d fill=var(--bar2) opacity=.35 />", left, y,
                               width * (int) p->n_blocks, height - 2);
                for (size_t b = 0; b < p->n_blocks; b++) {
                        double holes = p->blocks[b * p->n + list[i].column];

                        if (holes > 0)
                                tamis_page_put(
                                        g, "<rect x=%d y=%d width=%d height=%d fill=var(--hole) fill-opacity=%.2f />",
                                        left + width * (int) b, y, width, height - 2, .15 + .85 * holes);
                }
                tamis_page_put(g, "<text x=%d y=%d class=soft>%s</text>", left + width * (int) p->n_blocks + 6, y + 11,
                               tamis_page_share((double) p->columns[list[i].column].missing, (double) p->rows, share));
        }
        tamis_page_put(g, "</svg></div>\n");
}

static void patterns(struct tamis_page *g) {
        const tamis_profile *p = g->p;
        char a[64], b[64];

        tamis_page_put(g,
                       "<h2>Missing together</h2>\n<div class=wide><table><tr><td class=n>%s<td class=n>%s<td>nothing",
                       tamis_page_count(p->complete_rows, a),
                       tamis_page_share((double) p->complete_rows, (double) p->rows, b));
        for (size_t i = 0; i < p->n_patterns && i < 10; i++) {
                size_t n = 0;

                tamis_page_put(g, "<tr><td class=n>%s<td class=n>%s<td>", tamis_page_count(p->patterns[i].rows, a),
                               tamis_page_share((double) p->patterns[i].rows, (double) p->rows, b));
                for (size_t c = 0; c < p->n; c++) {
                        if (!(p->patterns[i].bits[c / 64] >> c % 64 & 1))
                                continue;
                        if (n < 12) {
                                tamis_page_put(g, "%s", n ? ", " : "");
                                tamis_page_text(g, p->columns[c].name);
                        }
                        n++;
                }
                if (n > 12)
                        tamis_page_put(g, " and %zu more", n - 12);
        }
        tamis_page_put(g, "</table></div>\n");
        if (p->n_patterns > 10)
                tamis_page_put(g, "<p class=soft>%zu patterns in all.</p>\n", p->n_patterns);
}

void tamis_page_missing(struct tamis_page *g) {
        const tamis_profile *p = g->p;
        struct ranked *list = malloc((p->n + 1) * sizeof *list);
        size_t n = 0, keep;

        if (!list)
                g->r = tamis_fail_memory(g->err);
        for (size_t i = 0; g->r == 0 && i < p->n; i++)
                if (p->columns[i].missing > 0)
                        list[n++] = (struct ranked) { i, (double) p->columns[i].missing };
        if (n > 0) {
                keep = choose(list, n);
                tamis_page_put(
                        g, "<h2 id=missing>Missing cells</h2><p class=soft>From the first rows (left) to the last.");
                if (keep < n)
                        tamis_page_put(g, " The %zu columns of %zu that miss the most.", keep, n);
                tamis_page_put(g, "</p>\n");
                matrix(g, list, keep);
                patterns(g);
                if (p->nullity)
                        heat_of(g, p->nullity, "Correlation of being missing",
                                "100: missing in the same rows; -100: one or the other.", "holes");
        }
        free(list);
}

void tamis_page_correlations(struct tamis_page *g) {
        if (!g->p->correlation)
                return;
        tamis_page_put(g, "<div id=together></div>\n");
        heat_of(g, g->p->correlation, "Correlation", "Pearson's, of the rows where both are there, in hundredths.",
                "numbers");
}
