/* Values that are one and the same, written differently. */
#include <stdio.h>
#include <stdlib.h>

#include "look/finder.h"
#include "table/cell.h"

static const tamis_look_severity note = TAMIS_LOOK_NOTE, warning = TAMIS_LOOK_WARNING;
enum { MANY = 300, SHORT = 5, RATIO = 5 };

/* Folded: ASCII letters small, and (blanks) no blank at the ends, one in the place of many, none of `_`, `-`, `.`. */
static size_t fold(tamis_slice s, bool blanks, char *out) {
        size_t n = 0;

        if (blanks)
                s = tamis_trim(s);
        for (size_t i = 0; i < s.n; i++) {
                char c = s.p[i];
                bool blank = blanks && (c == ' ' || c == '\t' || c == '_' || c == '-' || c == '.');

                if (blank && n > 0 && out[n - 1] == ' ')
                        continue;
                out[n++] = blank ? ' ' : !blanks && c >= 'A' && c <= 'Z' ? (char) (c | 0x20) : c;
        }
        return n;
}

struct variants {
        uint64_t cells, line;
        size_t groups, one, other;      /* entries: an example */
        bool within;                    /* some differ within, not in blanks at their ends alone */
};

/* Groups of entries that are the same when folded; the cells of all but the first of each are counted. */
static int look(const tamis_words *w, bool blanks, struct variants *v, tamis_error *err) {
        tamis_dict folded = {0};
        tamis_buffer b = {0};
        size_t *first = malloc((w->dict.n + 1) * sizeof *first);
        uint8_t *grouped = calloc(w->dict.n + 1, 1);
        int r = first && grouped ? 0 : tamis_fail_memory(err);

        for (size_t k = 0; r == 0 && k < w->dict.n; k++) {
                tamis_slice s = w->dict.entries[k].text;
                size_t code, before = folded.n;

                b.n = 0;
                r = tamis_buffer_reserve(&b, s.n + 1, err);
                if (r == 0)
                        r = tamis_dict_add(&folded, (tamis_slice) { b.p, fold(s, blanks, b.p) }, 1, &code, err);
                if (r < 0)
                        break;
                if (code == before) {
                        first[code] = k;
                        continue;
                }
                if (v->cells == 0) {
                        v->one = first[code];
                        v->other = k;
                        v->line = w->lines[k];
                }
                v->cells += w->dict.entries[k].count;
                v->within =
                        v->within || !tamis_slice_equal(tamis_trim(s), tamis_trim(w->dict.entries[first[code]].text));
                v->groups += !grouped[code];
                grouped[code] = 1;
        }
        free(first);
        free(grouped);
        tamis_buffer_done(&b);
        tamis_dict_done(&folded);
        return r;
}

/* One letter more, less, other, or two in the wrong order. */
static bool one_apart(tamis_slice a, tamis_slice b) {
        size_t head = 0, tail = 0;

        if (a.n > b.n) {
                tamis_slice swap = a;

                a = b, b = swap;
        }
        if (b.n - a.n > 1)
                return false;
        while (head < a.n && a.p[head] == b.p[head])
                head++;
        while (tail < a.n - head && a.p[a.n - 1 - tail] == b.p[b.n - 1 - tail])
                tail++;
        if (head + tail >= a.n)
                return b.n > a.n;
        if (a.n == b.n && head + tail + 2 == a.n)
                return a.p[head] == b.p[head + 1] && a.p[head + 1] == b.p[head];
        return a.n == b.n && head + tail + 1 == a.n;
}

/* But for case and blanks: said already. */
static bool same_letters(tamis_slice a, tamis_slice b) {
        size_t i = 0, k = 0;

        for (;; i++, k++) {
                while (i < a.n && (a.p[i] == ' ' || a.p[i] == '\t'))
                        i++;
                while (k < b.n && (b.p[k] == ' ' || b.p[k] == '\t'))
                        k++;
                if (i == a.n || k == b.n)
                        return i == a.n && k == b.n;
                if (a.p[i] != b.p[k] && ((a.p[i] ^ b.p[k]) != 0x20 || (a.p[i] | 0x20) < 'a' || (a.p[i] | 0x20) > 'z'))
                        return false;
        }
}

/* Letters alone: codes (A12, A13) are one apart by nature. */
static bool is_wordy(tamis_slice s) {
        for (size_t i = 0; i < s.n; i++)
                if (s.p[i] >= '0' && s.p[i] <= '9')
                        return false;
        return s.n >= SHORT;
}

/* typo,meant as a line of a map that printf writes; false where a letter of them means something to it or
 * to the shell. */
static bool add_pair(char *map, size_t size, size_t *at, tamis_slice typo, tamis_slice meant) {
        const tamis_slice words[] = { typo, meant };

        for (size_t k = 0; k < 2; k++) {
                for (size_t i = 0; i < words[k].n; i++) {
                        char c = words[k].p[i], small = (char) (c | 0x20);

                        if (!((small >= 'a' && small <= 'z') || (signed char) c < 0 ||
                              ((c == ' ' || c == '-') && i > 0)))
                                return false;
                }
                if (*at + words[k].n + 4 > size)
                        return false;
                *at += (size_t) snprintf(map + *at, size - *at, "%.*s%s", (int) words[k].n, words[k].p, k == 0 ? "," : "\\n");
        }
        return true;
}

static void look_for_typos(tamis_finder *f, size_t i) {
        const tamis_words *w = &f->g->gathered[i].words;
        const struct tamis_dict_entry *e = w->dict.entries;
        size_t n = 0, typo = 0, meant = 0, at = 0;
        bool all = true;
        char map[512];
        uint64_t cells = 0;

        if (w->dict.n > MANY || w->full)
                return;
        for (size_t a = 0; a < w->dict.n; a++)
                for (size_t b = 0; b < w->dict.n; b++) {
                        if (a == b || e[a].count * RATIO > e[b].count || !is_wordy(e[a].text) || !is_wordy(e[b].text) ||
                            !one_apart(e[a].text, e[b].text) || same_letters(e[a].text, e[b].text))
                                continue;
                        typo = n++ ? typo : a;
                        meant = n == 1 ? b : meant;
                        cells += e[a].count;
                        all = all && add_pair(map, sizeof map, &at, e[a].text, e[b].text);
                        break;
                }
        if (n > 0 && all)
                tamis_cure(f, "clean -c %s --map=<(printf 'from,to\\n%s')", tamis_find_column(f, i), map);
        if (n > 0)
                tamis_find(f, warning, "near-duplicate-values", (long) i, w->lines[typo], cells,
                           "\"%s\" (%s) is a letter away from "
                           "\"%s\" (%llu)%s",
                           tamis_find_show(e[typo].text), tamis_find_cells(e[typo].count),
                           tamis_find_show(e[meant].text), (unsigned long long) e[meant].count,
                           n > 1 ? ", and there are more" : "");
}

void tamis_find_variants(tamis_finder *f, size_t i) {
        const tamis_words *w = &f->g->gathered[i].words;
        struct variants cased = {0}, blank = {0};

        if (w->dict.n < 2)
                return;
        if (f->r == 0)
                f->r = look(w, false, &cased, f->err);
        if (f->r == 0)
                f->r = look(w, true, &blank, f->err);
        if (f->r < 0)
                return;
        if (cased.cells) {
                tamis_cure(f, "clean -c %s --alike=case", tamis_find_column(f, i));
                tamis_find(f, f->p->columns[i].distinct > MANY ? note : warning, "case-variants", (long) i, cased.line,
                           cased.cells, "%zu value%s written in several cases (\"%s\", \"%s\")", cased.groups,
                           cased.groups == 1 ? " is" : "s are", tamis_find_show(w->dict.entries[cased.one].text),
                           tamis_find_show(w->dict.entries[cased.other].text));
        }
        if (blank.cells) {
                tamis_slice a = w->dict.entries[blank.one].text, b = w->dict.entries[blank.other].text;

                tamis_cure(f, blank.within ? "clean -c %s --alike=punctuation" : "clean --trim -c %s",
                           tamis_find_column(f, i));
                tamis_find(f, f->p->columns[i].distinct > MANY ? note : warning, "blank-variants", (long) i, blank.line,
                           blank.cells,
                           "%zu value%s in ways that differ in blanks, dots or dashes alone (\"%s\", \"%s\")",
                           blank.groups, blank.groups == 1 ? " is written" : "s are written", tamis_find_show(a),
                           tamis_find_show(b));
        }
        look_for_typos(f, i);
}
