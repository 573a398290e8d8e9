/* What is wrong with the cells of a column that are no numbers, text by text. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <tamis/number.h>

#include "look/finder.h"
#include "table/cell.h"

static const tamis_look_severity note = TAMIS_LOOK_NOTE, warning = TAMIS_LOOK_WARNING, error = TAMIS_LOOK_ERROR;

static inline char lower(char c) {
        return c >= 'A' && c <= 'Z' ? (char) (c | 0x20) : c;
}

static bool is_word(tamis_slice s, const char *word) {
        size_t n = strlen(word);

        if (s.n != n)
                return false;
        for (size_t i = 0; i < n; i++)
                if (lower(s.p[i]) != word[i])
                        return false;
        return true;
}

/* What people and programs write for "nothing there", beyond what is missing by default. */
static bool says_nothing(tamis_slice s) {
        static const char *const words[] = {
                "?", "??", "-", "--", "---", ".", "..", "*", "x.x", "na", "n/a", "n.a.", "n.a", "#n/a", "#na", "nan", "-nan", "null", "nil",
                "none", "missing", "unknown", "unk", "undefined", "not available", "not applicable", "not known", "no data", "nodata",
                "(null)", "<na>", "<null>", "\\n", "#value!", "#ref!", "#div/0!", "#name?", "#num!", "tbd", "not measured", "blank", "empty",
        };

        s = tamis_trim(s);
        for (size_t i = 0; i < sizeof words / sizeof *words; i++)
                if (is_word(s, words[i]))
                        return true;
        return false;
}

static bool says_infinity(tamis_slice s) {
        double value;

        s = tamis_trim(s);
        if (s.n > 0 && (s.p[0] == '-' || s.p[0] == '+'))
                s.p++, s.n--;
        if (is_word(s, "inf") || is_word(s, "infinity"))
                return true;
        /* 1e999: written as a number, and too large for one */
        if (s.n < 4 || s.p[0] < '0' || s.p[0] > '9' || tamis_number_parse(s, &value))
                return false;
        for (size_t i = 0, e = 0; i < s.n; i++) {
                e += lower(s.p[i]) == 'e';
                if (!(s.p[i] >= '0' && s.p[i] <= '9') && s.p[i] != '.' && s.p[i] != '+' &&
                    !(lower(s.p[i]) == 'e' && e == 1))
                        return false;
        }
        return true;
}

static bool zero_padded(tamis_slice s) {
        double value;

        s = tamis_trim(s);
        return s.n > 1 && tamis_number_parse(s, &value) && tamis_number_zero_padded(s);
}

/* 0: plain ASCII or sound UTF-8; else what is wrong. */
enum fault { SOUND, NOT_UTF8, MOJIBAKE, REPLACED, CONTROL, ODD_BLANK, LINE };

static size_t utf8_length(const unsigned char *p, size_t n) {
        size_t want = p[0] >= 0xf0 && p[0] < 0xf5 ? 4
                : p[0] >= 0xe0 && p[0] < 0xf0     ? 3
                : p[0] >= 0xc2 && p[0] < 0xe0     ? 2
                                                  : 0;

        for (size_t i = 1; i < want; i++)
                if (i >= n || (p[i] & 0xc0) != 0x80)
                        return 0;
        return want;
}

static enum fault look_at_bytes(tamis_slice s) {
        const unsigned char *p = (const unsigned char *) s.p;
        enum fault found = SOUND;

        for (size_t i = 0; i < s.n;) {
                size_t length = p[i] < 0x80 ? 1 : utf8_length(p + i, s.n - i);

                if (length == 0)
                        return NOT_UTF8;
                if (length == 1 && (p[i] == '\n' || p[i] == '\r'))
                        found = found == SOUND ? LINE : found;
                else if (length == 1 && p[i] < 0x20 && p[i] != '\t')
                        return CONTROL;
                if (length == 3 && memcmp(p + i, "\xef\xbf\xbd", 3) == 0)
                        return REPLACED;
                /* no-break space, zero width space and joiners, byte order mark, thin spaces */
                if ((length == 2 && memcmp(p + i, "\xc2\xa0", 2) == 0) ||
                    (length == 3 && memcmp(p + i, "\xef\xbb\xbf", 3) == 0) ||
                    (length == 3 && p[i] == 0xe2 && p[i + 1] == 0x80 && p[i + 2] >= 0x80 && p[i + 2] <= 0x8f))
                        found = ODD_BLANK;
                /* UTF-8 read as Latin-1 and written as UTF-8 again: 0xC3 or 0xC2 and a byte of 0x80 to 0xBF, each
                 * as a character */
                if (length == 2 && i + 3 < s.n && p[i] == 0xc3 && (p[i + 1] == 0x83 || p[i + 1] == 0x82) &&
                    p[i + 2] == 0xc2 && p[i + 3] >= 0x80)
                        return MOJIBAKE;
                if (length == 2 && i + 4 < s.n && p[i] == 0xc3 && p[i + 1] == 0xa2 && p[i + 2] == 0xe2 &&
                    p[i + 3] == 0x82)
                        return MOJIBAKE;
                i += length;
        }
        return found;
}

/* -- what was seen of each kind ------------------------------------------------------------------------------------ */

struct seen {
        uint64_t cells, line;
        size_t texts, first;            /* entries; the first of them */
};

static void see(struct seen *s, const tamis_words *w, size_t k) {
        if (s->texts++ == 0) {
                s->first = k;
                s->line = w->lines[k];
        }
        s->cells += w->dict.entries[k].count;
}

/* Up to six of the entries that `is` marks, as a list on the command line; "" where one cannot be on it, or
 * there are more. */
static const char *list_of(const tamis_words *w, const uint8_t *is, char list[512]) {
        size_t at = 0, n = 0;

        list[0] = '\0';
        for (size_t k = 0; k < w->dict.n; k++) {
                const char *item = is[k] ? tamis_find_item(tamis_trim(w->dict.entries[k].text)) : NULL;

                if (is[k] && (!item || n == 6 || at + strlen(item) + 2 > 512)) {
                        list[0] = '\0';
                        break;
                }
                if (item)
                        at += (size_t) snprintf(list + at, 512 - at, "%s%s", n++ ? "," : "", item);
        }
        return list;
}

static void say_nothing(tamis_finder *f, size_t i, const struct seen *s, const uint8_t *is) {
        const tamis_words *w = &f->g->gathered[i].words;
        char list[512];

        if (*list_of(w, is, list))
                tamis_cure(f, "clean -c %s --blank=%s", tamis_find_column(f, i), list);
        tamis_find(f, f->p->columns[i].numbers * 2 > f->p->columns[i].numbers + w->cells - s->cells ? error : warning,
                   "missing-token", (long) i, s->line, s->cells,
                   "\"%s\" in %s means missing, it seems, and is read as a value%s",
                   tamis_find_show(w->dict.entries[s->first].text), tamis_find_cells(s->cells),
                   f->p->columns[i].numbers > 0 && w->cells == s->cells ? "; without it the column is numeric" : "");
}

static void say_infinite(tamis_finder *f, size_t i, const struct seen *s, const uint8_t *is) {
        const tamis_words *w = &f->g->gathered[i].words;
        char list[512];

        if (*list_of(w, is, list))
                tamis_cure(f, "clean -c %s --blank=%s", tamis_find_column(f, i), list);
        tamis_find(f, error, "infinite", (long) i, s->line, s->cells,
                   "\"%s\" in %s is without end: a division by 0, or a number too "
                   "large",
                   tamis_find_show(w->dict.entries[s->first].text), tamis_find_cells(s->cells));
}

static void say_mixed(tamis_finder *f, size_t i, const struct seen *s, const uint8_t *is) {
        const tamis_profile_column *c = &f->p->columns[i];
        const tamis_words *w = &f->g->gathered[i].words;
        double share = (double) c->numbers / (double) (c->numbers + s->cells);
        tamis_slice text = w->dict.entries[s->first].text;
        char list[512];

        if (share < .5)
                return;
        if (share >= .9 && *list_of(w, is, list))
                tamis_cure(f, "clean -c %s --blank=%s", tamis_find_column(f, i), list);
        tamis_find(f, share >= .9 ? error : warning, "mixed-types", (long) i, s->line, s->cells,
                   "%.4g %% of the cells are numbers, "
                   "%llu %s not (the first: \"%s\"): the column is read as text",
                   100 * share, (unsigned long long) s->cells, s->cells == 1 ? "is" : "are", tamis_find_show(text));
}

static void say_blanks(tamis_finder *f, size_t i, const struct seen *s) {
        const tamis_words *w = &f->g->gathered[i].words;

        tamis_cure(f, "clean --trim -c %s", tamis_find_column(f, i));
        tamis_find(f, note, "blanks", (long) i, s->line, s->cells, "%s %s with a blank (the first: \"%s\")",
                   tamis_find_cells(s->cells), s->cells == 1 ? "begins or ends" : "begin or end",
                   tamis_find_show(w->dict.entries[s->first].text));
}

static void say_bytes(tamis_finder *f, size_t i, enum fault fault, const struct seen *s) {
        static const struct {
                const char *kind;
                tamis_look_severity severity;
                const char *one, *many, *text;
        } faults[] = {
                [NOT_UTF8] = { "encoding", TAMIS_LOOK_WARNING, "is", "are",
                               "not UTF-8: saved by a program that writes Latin-1, perhaps "
                               "(iconv -f latin1 -t utf8)" },
                [MOJIBAKE] = { "encoding", TAMIS_LOOK_WARNING, "looks", "look",
                               "as if UTF-8 had been read as Latin-1 and saved again" },
                [REPLACED] = { "encoding", TAMIS_LOOK_WARNING, "holds", "hold",
                               "U+FFFD: characters were lost in an earlier conversion" },
                [CONTROL] = { "control-characters", TAMIS_LOOK_WARNING, "holds", "hold", "control characters" },
                [ODD_BLANK] = { "odd-blanks", TAMIS_LOOK_WARNING, "holds", "hold",
                                "blanks nobody sees (no-break or zero width)" },
                [LINE] = { "line-breaks", TAMIS_LOOK_NOTE, "goes", "go",
                           "over several lines: tools that read line by line will stumble" },
        };
        const tamis_words *w = &f->g->gathered[i].words;

        tamis_find(f, faults[fault].severity, faults[fault].kind, (long) i, s->line, s->cells,
                   "%s %s %s; the first: \"%s\"", tamis_find_cells(s->cells),
                   s->cells == 1 ? faults[fault].one : faults[fault].many, faults[fault].text,
                   tamis_find_show(w->dict.entries[s->first].text));
}

void tamis_find_in_texts(tamis_finder *f, size_t i) {
        const tamis_words *w = &f->g->gathered[i].words;
        struct seen nothing = { 0 }, infinite = { 0 }, padded = { 0 }, blank = { 0 }, quoted = { 0 }, other = { 0 },
                    faults[LINE + 1] = { 0 };
        uint8_t *is_nothing = calloc(w->dict.n + 1, 1), *is_infinite = calloc(w->dict.n + 1, 1),
                *is_other = calloc(w->dict.n + 1, 1);

        if (!is_nothing || !is_infinite || !is_other) {
                f->r = tamis_fail_memory(f->err);
                goto out;
        }
        for (size_t k = 0; k < w->dict.n; k++) {
                tamis_slice s = w->dict.entries[k].text, t = tamis_trim(s);
                enum fault fault = look_at_bytes(s);

                if ((is_nothing[k] = says_nothing(s)))
                        see(&nothing, w, k);
                else if ((is_infinite[k] = says_infinity(s)))
                        see(&infinite, w, k);
                else if (zero_padded(s))
                        see(&padded, w, k);
                else if ((is_other[k] = true))
                        see(&other, w, k);
                if (t.n < s.n)
                        see(&blank, w, k);
                if (t.n > 2 && t.p[0] == '\'' && t.p[t.n - 1] == '\'')
                        see(&quoted, w, k);
                if (fault)
                        see(&faults[fault], w, k);
        }
        if (nothing.texts)
                say_nothing(f, i, &nothing, is_nothing);
        if (infinite.texts)
                say_infinite(f, i, &infinite, is_infinite);
        if (padded.texts) {
                tamis_cure(f, "profile --types %s=%s", tamis_find_column(f, i), other.cells ? "text" : "number");
                tamis_find(f, note, "zero-padded", (long) i, padded.line, padded.cells,
                           "%s %s leading zeros (\"%s\"): codes, kept "
                           "as text; if they are amounts, say so",
                           tamis_find_cells(padded.cells), padded.cells == 1 ? "has" : "have",
                           tamis_find_show(w->dict.entries[padded.first].text));
        }
        if (other.texts && f->p->columns[i].numbers > 0)
                say_mixed(f, i, &other, is_other);
        if (blank.texts)
                say_blanks(f, i, &blank);
        if (quoted.texts)
                tamis_find(f, warning, "quoted-values", (long) i, quoted.line, quoted.cells,
                           "%s %s wrapped in single quotes (%s), "
                           "part of the value here",
                           tamis_find_cells(quoted.cells), quoted.cells == 1 ? "is" : "are",
                           tamis_find_show(w->dict.entries[quoted.first].text));
        for (int k = NOT_UTF8; k <= LINE; k++)
                if (faults[k].texts)
                        say_bytes(f, i, (enum fault) k, &faults[k]);
out:
        free(is_nothing);
        free(is_infinite);
        free(is_other);
}
