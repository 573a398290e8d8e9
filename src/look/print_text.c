/* The view for a terminal: a summary, what is wrong, a table of columns with their histograms, where
 * cells are missing. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include <tamis/number.h>

#include "look/groups.h"
#include "table/show.h"

enum { WIDEST_NAME = 18, BARS = 16, MOST_COLUMNS = 60, MOST_FINDINGS = 40, FIGURE = 8, MOST_PATTERNS = 5 };

struct page {
        const tamis_profile *p;
        tamis_buffer *out;
        tamis_error *err;
        size_t width;
        bool colour;
        int r;
};

static void put(struct page *g, const char *format, ...) __attribute__((format(printf, 2, 3)));


static void put(struct page *g, const char *format, ...) {
        char text[2048];
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

/* Of any length. */
static void put_all(struct page *g, const char *text) {
        if (g->r == 0)
                g->r = tamis_buffer_add(g->out, text, strlen(text), g->err);
}

static void paint(struct page *g, const char *code) {
        if (g->colour)
                put(g, "\033[%sm", code);
}

static void title(struct page *g, const char *text) {
        put(g, "\n");
        paint(g, "1");
        put(g, "%s", text);
        paint(g, "0");
        put(g, "\n");
}

/* -- text in a given room ------------------------------------------------------------------------------------------ */

static size_t characters(const char *s) {
        size_t n = 0;

        for (; *s; s++)
                n += ((unsigned char) *s & 0xc0) != 0x80;
        return n;
}

/* Cut to `room` characters, the last of them `…` where something was cut; filled up with blanks. */
static void put_cut(struct page *g, const char *s, size_t room, bool fill) {
        size_t n = characters(s), keep = n > room ? room - 1 : n;
        const char *end = s;

        for (size_t k = 0; *end; end++) {
                k += ((unsigned char) *end & 0xc0) != 0x80;
                if (k > keep)
                        break;
        }
        put(g, "%.*s%s", (int) (end - s), s, n > room ? "…" : "");
        if (fill && n < room)
                put(g, "%*s", (int) (room - n), "");
}

/* Lines of at most `width` characters, broken at blanks, those after the first behind `indent` blanks; `at` is where
 * the first one begins. */
static void put_wrapped(struct page *g, const char *s, size_t at, size_t indent, size_t width) {
        while (*s) {
                const char *end = s;
                size_t n;

                while (*end && (*end != ' ' || end[1] == '%'))
                        end++;
                {
                        char word[1100];

                        snprintf(word, sizeof word, "%.*s", (int) (end - s), s);
                        n = characters(word);
                        if (at > indent && at + 1 + n > width) {
                                put(g, "\n%*s", (int) indent, "");
                                at = indent;
                        } else if (at > indent) {
                                put(g, " ");
                                at++;
                        }
                        put(g, "%s", word);
                        at += n;
                }
                s = *end ? end + 1 : end;
        }
        put(g, "\n");
}

/* A number in at most seven characters: 12.35, 1.2e+09, 104500. */
static const char *figure(double x, char out[32]) {
        if (!isfinite(x))
                snprintf(out, 32, "-");
        else if (x == floor(x) && fabs(x) < 1e6)
                snprintf(out, 32, "%.0f", x);
        else if (fabs(x) >= 1e6 || fabs(x) < 1e-3)
                snprintf(out, 32, "%.2g", x);
        else
                snprintf(out, 32, "%.4g", x);
        return out;
}

static const char *grouped(uint64_t n, char out[32]) {
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

static const char *percent(uint64_t part, uint64_t whole, char out[32]) {
        double share = whole ? 100 * (double) part / (double) whole : 0;

        if (part == 0)
                snprintf(out, 32, "0 %%");
        else if (share < .1)
                snprintf(out, 32, "<.1 %%");
        else
                snprintf(out, 32, share < 9.95 ? "%.1f %%" : "%.0f %%", share);
        return out;
}

/* -- parts of the page --------------------------------------------------------------------------------------------- */

static void summary(struct page *g) {
        const tamis_profile *p = g->p;
        uint64_t cells = p->rows * p->n;
        char a[32], b[32];
        char name[TAMIS_SHOW_SIZE];
        size_t numeric = 0, textual = 0;

        for (size_t i = 0; i < p->n; i++) {
                numeric += p->columns[i].type == TAMIS_TYPE_NUMERIC;
                textual += p->columns[i].type == TAMIS_TYPE_CATEGORICAL;
        }
        tamis_show(tamis_slice_of(p->names), name, sizeof name);
        paint(g, "1");
        put(g, "%s", strcmp(p->names, "-") == 0 ? "standard input" : name);
        paint(g, "0");
        put(g, ": %s rows, %zu columns (%zu numeric, %zu text%s)\n", grouped(p->rows, a), p->n, numeric, textual,
            numeric + textual < p->n ? ", others empty" : "");
        put(g, "missing %s of the cells; ", percent(p->missing_cells, cells, a));
        put(g, "%s complete rows (%s); ", grouped(p->complete_rows, a), percent(p->complete_rows, p->rows, b));
        put(g, "%s%s repeated\n", p->duplicates_estimated ? "about " : "", grouped(p->duplicates, a));
        if (p->sampled)
                put(g, "what is of two columns at once is of %s rows drawn from all\n", grouped(p->sample_rows, a));
}

/* `age: missing: 3 of 12 cells missing (line 4)`; of a group
 * `300 columns: missing: c0, c1 and 298 more; most in c17: ...` */
static void finding(struct page *g, const tamis_look_group *group) {
        static const char *const colours[] = { "36", "33", "31" };
        const tamis_profile *p = g->p;
        const tamis_look_finding *f = group->most;
        char text[2 * TAMIS_LOOK_GROUP_NAMES + 1400], name[TAMIS_SHOW_SIZE] = "table", line[48] = "",
                                                      names[TAMIS_LOOK_GROUP_NAMES];

        if (f->column >= 0)
                tamis_show(p->columns[f->column].name, name, sizeof name);
        if (f->line)
                snprintf(line, sizeof line, " (line %llu)", (unsigned long long) f->line);
        paint(g, colours[f->severity]);
        put(g, "%-8s", tamis_look_severities[f->severity]);
        paint(g, "0");
        if (group->n_columns > 1)
                snprintf(text, sizeof text, "%zu columns: %s: %s; %s %s: %s%s", group->n_columns, f->kind,
                         tamis_look_group_names(p, group, names, sizeof names), group->differ ? "most in" : "as in",
                         name, f->text, line);
        else if (group->n > 1)
                snprintf(text, sizeof text, "%s: %s, %zu times: %s%s", name, f->kind, group->n, f->text, line);
        else
                snprintf(text, sizeof text, "%s: %s: %s%s", name, f->kind, f->text, line);
        put_wrapped(g, text, 8, 8, g->width);
        if (*group->cure) {
                put(g, "        ");
                paint(g, "2");
                put_all(g, "$ ");
                put_all(g, group->cure);
                paint(g, "0");
                put(g, "\n");
        }
}

static void findings(struct page *g) {
        const tamis_profile *p = g->p;
        tamis_look_groups list = {0};
        size_t counts[3] = {0}, left = p->n_findings;
        char head[64];

        for (size_t i = 0; i < p->n_findings; i++)
                counts[p->findings[i].severity]++;
        snprintf(head, sizeof head, "Findings: %zu error%s, %zu warning%s, %zu note%s", counts[2],
                 counts[2] == 1 ? "" : "s", counts[1], counts[1] == 1 ? "" : "s", counts[0], counts[0] == 1 ? "" : "s");
        title(g, head);
        if (g->r == 0)
                g->r = tamis_look_group_findings(p, &list, g->err);
        for (size_t i = 0; i < list.n && i < MOST_FINDINGS; i++) {
                finding(g, &list.groups[i]);
                left -= list.groups[i].n;
        }
        if (left > 0)
                put(g, "... and %zu more (--json, --html)\n", left);
        tamis_look_groups_done(&list);
}

static void bars(struct page *g, const uint64_t *counts, size_t n) {
        static const char *const heights[] = { " ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
        uint64_t most = 1;

        for (size_t i = 0; i < n; i++)
                most = counts[i] > most ? counts[i] : most;
        for (size_t i = 0; i < n; i++) {
                size_t h = (size_t) ((double) counts[i] / (double) most * 8 + .5);

                put(g, "%s", heights[counts[i] > 0 && h == 0 ? 1 : h]);
        }
}

/* The bins, two and two, or the counts of the most frequent values. */
static void histogram(struct page *g, const tamis_profile_column *c) {
        uint64_t counts[BARS] = {0};

        if (c->numbers > 0 && c->distinct > 10) {
                for (size_t i = 0; i < TAMIS_LOOK_BINS; i++)
                        counts[i * BARS / TAMIS_LOOK_BINS] += c->bins[i];
                bars(g, counts, BARS);
                return;
        }
        for (size_t i = 0; i < c->n_top; i++)
                counts[i] = c->top[i].count > 1 || c->rows < 10 ? c->top[i].count : 0;
        bars(g, counts, BARS);
}

static void top(struct page *g, const tamis_profile_column *c, size_t room) {
        char text[600] = "";
        size_t at = 0;

        if (c->n_top > 0 && c->top[0].count == 1 && c->n_top == TAMIS_LOOK_TOP)
                at = (size_t) snprintf(text, sizeof text, "all different: ");
        for (size_t i = 0; i < c->n_top && i < 3; i++) {
                char shown[TAMIS_SHOW_SIZE], share[32];

                tamis_show(c->top[i].text, shown, sizeof shown);
                at += (size_t) snprintf(text + at, sizeof text - at, "%s%s %s", i ? ", " : "", shown,
                                        percent(c->top[i].count, c->rows - c->missing, share));
        }
        put_cut(g, text, room, false);
}

static void column_line(struct page *g, const tamis_profile_column *c, size_t name_room) {
        char name[TAMIS_SHOW_SIZE], a[32];
        size_t room = g->width - name_room - 16 - BARS - 2;

        tamis_show(c->name, name, sizeof name);
        if (c->target)
                paint(g, "1");
        put_cut(g, name, name_room, true);
        if (c->target)
                paint(g, "0");
        if (c->missing > 0)
                paint(g, c->missing * 2 >= c->rows ? "31" : "33");
        put(g, " %6s", percent(c->missing, c->rows, a));
        if (c->missing > 0)
                paint(g, "0");
        snprintf(a, sizeof a, "%s%llu", c->distinct_estimated ? "~" : "", (unsigned long long) c->distinct);
        put(g, " %7s ", a);
        histogram(g, c);
        put(g, "  ");
        if (c->type == TAMIS_TYPE_NUMERIC && c->distinct > 10) {
                static const size_t at[] = { 3, 4, 5 };
                char text[200], low[32], mid[3][32], high[32];

                for (size_t i = 0; i < 3; i++)
                        figure(c->quantiles[at[i]], mid[i]);
                snprintf(text, sizeof text, "%s [%s %s %s] %s", figure(c->min, low), mid[0], mid[1], mid[2],
                         figure(c->max, high));
                put_cut(g, text, room, false);
        } else {
                top(g, c, room);
        }
        put(g, "\n");
}

static void columns(struct page *g) {
        const tamis_profile *p = g->p;
        size_t room = 6;

        for (size_t i = 0; i < p->n; i++) {
                char name[TAMIS_SHOW_SIZE];

                tamis_show(p->columns[i].name, name, sizeof name);
                room = characters(name) > room ? characters(name) : room;
        }
        room = room > WIDEST_NAME ? WIDEST_NAME : room;
        title(g, "Columns");
        paint(g, "2");
        put_cut(g, "column", room, true);
        put(g, " %6s %7s %-*s  ", "miss", "values", BARS, "distribution");
        put_cut(g, "min [quartiles] max, or top values", g->width - room - 16 - BARS - 2, false);
        put(g, "\n");
        paint(g, "0");
        for (size_t i = 0; i < p->n && i < MOST_COLUMNS; i++)
                column_line(g, &p->columns[i], room);
        if (p->n > MOST_COLUMNS)
                put(g, "... and %zu columns more (--columns, --csv, --html)\n", p->n - MOST_COLUMNS);
}

/* -- missing ------------------------------------------------------------------------------------------------------- */

static void matrix(struct page *g) {
        static const char *const shades[] = { "·", "░", "▒", "▓", "█" };
        const tamis_profile *p = g->p;
        size_t shown = 0, with = 0;

        for (size_t i = 0; i < p->n; i++)
                with += p->columns[i].missing > 0;
        if (with == 0 || p->n_blocks == 0)
                return;
        title(g, "Missing cells, from the first rows to the last");
        for (size_t i = 0; i < p->n && shown < MOST_COLUMNS; i++) {
                char name[TAMIS_SHOW_SIZE], a[32];

                if (p->columns[i].missing == 0)
                        continue;
                shown++;
                tamis_show(p->columns[i].name, name, sizeof name);
                put_cut(g, name, WIDEST_NAME, true);
                put(g, " ");
                for (size_t b = 0; b < p->n_blocks; b++) {
                        float share = p->blocks[b * p->n + i];

                        put(g, "%s", shades[share <= 0 ? 0 : share < .25 ? 1 : share < .5 ? 2 : share < .75 ? 3 : 4]);
                }
                put(g, " %6s\n", percent(p->columns[i].missing, p->rows, a));
        }
        if (shown < with)
                put(g, "... and %zu columns more\n", with - shown);
}

static void patterns(struct page *g) {
        const tamis_profile *p = g->p;
        char a[32];

        if (p->n_patterns == 0)
                return;
        title(g, "Missing together");
        put(g, "%8s  nothing\n", percent(p->complete_rows, p->rows, a));
        for (size_t i = 0; i < p->n_patterns && i < MOST_PATTERNS; i++) {
                char text[600] = "";
                size_t at = 0, n = 0;

                for (size_t c = 0; c < p->n; c++) {
                        char name[TAMIS_SHOW_SIZE];

                        if (!(p->patterns[i].bits[c / 64] >> c % 64 & 1))
                                continue;
                        tamis_show(p->columns[c].name, name, sizeof name);
                        if (at < sizeof text - TAMIS_SHOW_SIZE)
                                at += (size_t) snprintf(text + at, sizeof text - at, "%s%s", n ? ", " : "", name);
                        n++;
                }
                put(g, "%8s  ", percent(p->patterns[i].rows, p->rows, a));
                put_cut(g, text, g->width - 10, false);
                put(g, "\n");
        }
        if (p->n_patterns > MOST_PATTERNS)
                put(g, "... %zu patterns in all%s\n", p->n_patterns, p->rows_in_no_pattern ? ", at least" : "");
}

int tamis_profile_text(const tamis_profile *p, size_t width, bool colour, tamis_buffer *out, tamis_error *err) {
        struct page g = { p, out, err, width, colour, 0 };

        summary(&g);
        findings(&g);
        if (p->n > 0 && p->rows > 0) {
                columns(&g);
                matrix(&g);
                patterns(&g);
        }
        return g.r;
}
