/* Texts that are something else, written so that it is not seen: numbers with separators or units, dates,
 * yes and no. */
#include <stdio.h>
#include <stdlib.h>

#include <tamis/number.h>

#include "look/finder.h"
#include "table/cell.h"

static const tamis_look_severity note = TAMIS_LOOK_NOTE, warning = TAMIS_LOOK_WARNING, error = TAMIS_LOOK_ERROR;

enum form {
        PLAIN,
        THOUSANDS,
        DECIMAL_COMMA,
        PERCENT,
        CURRENCY,
        UNIT,
        DATE_ISO,
        DATE_SLASH,
        DATE_DOT,
        DATE_TEXT,
        DATE_COMPACT,
        YES_NO,
        N_FORMS
};

static bool digit(char c) {
        return c >= '0' && c <= '9';
}

static size_t digits(tamis_slice s, size_t at) {
        size_t n = 0;

        while (at + n < s.n && digit(s.p[at + n]))
                n++;
        return n;
}

/* 1,234 or 12,345,678.90 */
static bool is_thousands(tamis_slice s) {
        size_t at = s.n > 0 && (s.p[0] == '-' || s.p[0] == '+'), n = digits(s, at), groups = 0;

        if (n < 1 || n > 3)
                return false;
        for (at += n; at < s.n && (s.p[at] == ',' || s.p[at] == '\'' || s.p[at] == ' '); at += 4, groups++)
                if (digits(s, at + 1) != 3)
                        return false;
        if (at < s.n && s.p[at] == '.')
                at += 1 + digits(s, at + 1);
        return groups > 0 && at == s.n;
}

/* 3,5 or 1.234,50 */
static bool is_decimal_comma(tamis_slice s) {
        size_t at = s.n > 0 && (s.p[0] == '-' || s.p[0] == '+'), n = digits(s, at), after;

        if (n < 1)
                return false;
        for (at += n; at < s.n && s.p[at] == '.' && digits(s, at + 1) == 3; at += 4)
                ;
        after = at < s.n && s.p[at] == ',' ? digits(s, at + 1) : 0;
        return after > 0 && at + 1 + after == s.n;
}

static bool is_number(tamis_slice s) {
        double value;

        s = tamis_trim(s);
        return s.n > 0 && (tamis_number_parse(s, &value) || is_thousands(s) || is_decimal_comma(s));
}

static bool is_currency(tamis_slice s) {
        static const char *const signs[] = { "$", "\xe2\x82\xac", "\xc2\xa3", "\xc2\xa5", "EUR", "USD", "GBP", "CHF" };

        for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
                size_t n = strlen(signs[i]), minus = s.n > 0 && s.p[0] == '-';

                if (s.n > n + minus && memcmp(s.p + minus, signs[i], n) == 0)
                        return is_number((tamis_slice) { s.p + minus + n, s.n - minus - n });
                if (s.n > n && memcmp(s.p + s.n - n, signs[i], n) == 0)
                        return is_number((tamis_slice) { s.p, s.n - n });
        }
        return false;
}

static bool letter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '/' || c == '%' || (signed char) c < 0;
}

/* 12 kg, 5cm: a number, and a short word behind it. */
static bool is_unit(tamis_slice s) {
        size_t n = s.n;
        double value;

        while (n > 0 && letter(s.p[n - 1]))
                n--;
        if (n == s.n || s.n - n > 6 || n == 0)
                return false;
        return tamis_number_parse(tamis_trim((tamis_slice) { s.p, n }), &value);
}

/* Three runs of digits between two separators: their lengths are given back. */
static bool three_parts(tamis_slice s, char separator, size_t lengths[3]) {
        size_t at = 0;

        for (size_t i = 0; i < 3; i++) {
                lengths[i] = digits(s, at);
                at += lengths[i];
                if (lengths[i] == 0 || (i < 2 && (at >= s.n || s.p[at++] != separator)))
                        return false;
        }
        return at == s.n || s.p[at] == ' ' || s.p[at] == 'T';
}

static bool has_month(tamis_slice s) {
        static const char months[] = "janfebmaraprmayjunjulaugsepoctnovdec";

        for (size_t at = 0; at + 3 <= s.n; at++)
                for (size_t m = 0; m < 36; m += 3)
                        if ((s.p[at] | 0x20) == months[m] && (s.p[at + 1] | 0x20) == months[m + 1] &&
                            (s.p[at + 2] | 0x20) == months[m + 2] && (at == 0 || !letter(s.p[at - 1])))
                                return true;
        return false;
}

static bool is_text_date(tamis_slice s) {
        size_t n = 0;

        for (size_t i = 0; i < s.n; i++)
                n += digit(s.p[i]);
        return n >= 3 && n <= 14 && s.n <= 30 && has_month(s);
}

static bool is_yes_no(tamis_slice s) {
        static const char *const words[] = { "yes", "no", "true", "false", "y", "n", "t", "f" };

        for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
                size_t n = strlen(words[i]), k = 0;

                while (k < n && k < s.n && (s.p[k] | 0x20) == words[i][k])
                        k++;
                if (k == n && s.n == n)
                        return true;
        }
        return false;
}

static enum form form_of(tamis_slice s) {
        size_t parts[3];

        if (three_parts(s, '-', parts))
                return parts[0] == 4 && parts[1] == 2 && parts[2] == 2 ? DATE_ISO : DATE_TEXT;
        if (three_parts(s, '/', parts))
                return parts[0] == 4 || parts[2] == 4 || parts[2] == 2 ? DATE_SLASH : PLAIN;
        if (three_parts(s, '.', parts))
                return parts[2] == 4 || parts[2] == 2 ? DATE_DOT : PLAIN;
        if (is_text_date(s))
                return DATE_TEXT;
        if (is_thousands(s))
                return THOUSANDS;
        if (is_decimal_comma(s))
                return DECIMAL_COMMA;
        if (s.n > 1 && s.p[s.n - 1] == '%' && is_number((tamis_slice) { s.p, s.n - 1 }))
                return PERCENT;
        if (is_currency(s))
                return CURRENCY;
        if (is_unit(s))
                return UNIT;
        return is_yes_no(s) ? YES_NO : PLAIN;
}

/* Days that programs write when they know none. */
static bool is_sentinel_date(tamis_slice s) {
        static const char *const days[] = { "1900-01-01", "1899-12-30", "1899-12-31", "1970-01-01",
                                            "9999-12-31", "0000-00-00", "0001-01-01", "1/1/1900",
                                            "01/01/1900", "01.01.1900", "1.1.1900",   "31.12.9999",
                                            "12/31/9999", "01/01/1970", "2099-12-31", "1901-01-01" };

        for (size_t i = 0; i < sizeof days / sizeof *days; i++)
                if (s.n >= strlen(days[i]) && memcmp(s.p, days[i], strlen(days[i])) == 0 &&
                    (s.n == strlen(days[i]) || s.p[strlen(days[i])] == ' ' || s.p[strlen(days[i])] == 'T'))
                        return true;
        return false;
}

struct forms {
        uint64_t cells[N_FORMS], total;
        size_t first[N_FORMS];
        bool in_doubt, told;            /* of d/m/yyyy: some can be read in two ways; some in one way alone */
};

static void say_numbers(tamis_finder *f, size_t i, const struct forms *s) {
        static const struct { enum form form; const char *name, *one, *many, *cure; } kinds[] = {
                { THOUSANDS, "thousands", "a number with separators between thousands", "numbers with separators "
                                                                                        "between thousands",
                  "--numbers" },
                { DECIMAL_COMMA, "decimal-comma", "a number with a decimal comma", "numbers with a decimal comma", "--numbers --decimal=," },
                { PERCENT, "percent", "a percentage", "percentages", "--numbers" },
                { CURRENCY, "currency", "an amount with a currency", "amounts with a currency", "--numbers" },
                { UNIT, "units", "a number with a unit", "numbers with a unit", NULL },
        };
        const tamis_profile_column *c = &f->p->columns[i];
        const tamis_words *w = &f->g->gathered[i].words;
        uint64_t alike = c->numbers;

        for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
                alike += s->cells[kinds[k].form];
        for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
                uint64_t cells = s->cells[kinds[k].form];

                if (cells == 0 || alike * 10 < (c->numbers + s->total) * 8)
                        continue;
                if (kinds[k].cure)
                        tamis_cure(f, "clean -c %s %s", tamis_find_column(f, i), kinds[k].cure);
                tamis_find(f, kinds[k].cure ? error : warning, kinds[k].name, (long) i,
                           w->lines[s->first[kinds[k].form]], cells,
                           "%s %s %s (\"%s\"), read as text: each is a category of its own", tamis_find_cells(cells),
                           cells == 1 ? "is" : "are", cells == 1 ? kinds[k].one : kinds[k].many,
                           tamis_find_show(w->dict.entries[s->first[kinds[k].form]].text));
        }
}

static void say_dates(tamis_finder *f, size_t i, const struct forms *s, uint64_t sentinels, size_t sentinel) {
        const tamis_words *w = &f->g->gathered[i].words;
        uint64_t dates = 0;
        size_t forms = 0, second = 0, first = 0;

        for (enum form k = DATE_ISO; k <= DATE_COMPACT; k++) {
                dates += s->cells[k];
                forms += s->cells[k] > 0;
                if (s->cells[k] > 0 && (forms == 1 || s->first[k] < first))
                        first = s->first[k];
                if (s->cells[k] > 0 && forms > 1)
                        second = s->first[k] != first ? s->first[k] : second;
        }
        if (dates * 10 < s->total * 8)
                return;
        tamis_cure(f,
                   forms == 1 && s->cells[DATE_ISO]  ? "clean -c %s --dates=parts then clean --drop=%s"
                           : s->in_doubt && !s->told ? "clean -c %s --dates=iso --date-format='%%Y-%%m-%%d|%%d/%%m/%%Y'"
                                                     : "clean -c %s --dates=iso",
                   tamis_find_column(f, i), tamis_find_column(f, i));
        if (forms > 1)
                tamis_find(f, error, "mixed-dates", (long) i, w->lines[second], dates,
                           "dates in %zu forms (\"%s\", \"%s\"): which is the "
                           "day, which the month?",
                           forms, tamis_find_show(w->dict.entries[first].text),
                           tamis_find_show(w->dict.entries[second].text));
        else
                tamis_find(f, note, "dates", (long) i, w->lines[first], dates,
                           "dates, read as text: %ssplit by time with tamis split "
                           "--time=%s",
                           s->cells[DATE_ISO] ? "models want their parts; " : "", tamis_find_column(f, i));
        if (sentinels == 0)
                return;
        if (tamis_find_item(w->dict.entries[sentinel].text))
                tamis_cure(f, "clean -c %s --blank=%s", tamis_find_column(f, i),
                           tamis_find_item(w->dict.entries[sentinel].text));
        tamis_find(f, sentinels > 1 ? error : warning, "sentinel-date", (long) i, w->lines[sentinel], sentinels,
                   "%s in %s: the day that programs write when they know none",
                   tamis_find_show(w->dict.entries[sentinel].text), tamis_find_cells(sentinels));
}

static void look_at_day(tamis_slice s, struct forms *ret) {
        size_t n = digits(s, 0), m = digits(s, n + 1);
        int first = n <= 2 ? atoi(s.p) : 0, second = m <= 2 ? atoi(s.p + n + 1) : 0;

        ret->in_doubt = ret->in_doubt || (first > 0 && first <= 12 && second <= 12 && first != second);
        ret->told = ret->told || (n <= 2 && (first > 12) != (second > 12));
}

void tamis_find_in_formats(tamis_finder *f, size_t i) {
        const tamis_words *w = &f->g->gathered[i].words;
        const tamis_profile_column *c = &f->p->columns[i];
        struct forms s = {0};
        uint64_t sentinels = 0;
        size_t sentinel = 0, words = 0, n_before = f->p->n_findings;

        f->disguised = false;
        for (size_t k = 0; k < w->dict.n; k++) {
                tamis_slice text = tamis_trim(w->dict.entries[k].text);
                enum form form = form_of(text);

                if (s.cells[form] == 0)
                        s.first[form] = k;
                s.cells[form] += w->dict.entries[k].count;
                s.total += w->dict.entries[k].count;
                if (form == DATE_SLASH)
                        look_at_day(text, &s);
                words += form == YES_NO;
                if (is_sentinel_date(text) && sentinels < w->dict.entries[k].count) {
                        sentinels = w->dict.entries[k].count;
                        sentinel = k;
                }
        }
        if (s.total == 0)
                return;
        say_numbers(f, i, &s);
        say_dates(f, i, &s, sentinels, sentinel);
        if (s.cells[YES_NO] * 10 >= s.total * 9 && (words > 2 || (words > 0 && c->numbers > 0 && c->distinct <= 6))) {
                tamis_cure(f, "clean -c %s --booleans", tamis_find_column(f, i));
                tamis_find(f, warning, "mixed-booleans", (long) i, w->lines[s.first[YES_NO]],
                           s.cells[YES_NO] + c->numbers,
                           "yes and no in "
                           "%llu spellings",
                           (unsigned long long) c->distinct);
        }
        f->disguised = f->p->n_findings > n_before && s.total * 2 > c->numbers;
}
