#include <stdio.h>
#include <stdlib.h>

#include "drill/progress.h"

/* -- days ---------------------------------------------------------------------------------------------------------- */

/* Days of the proleptic Gregorian calendar, years beginning in March so that the leap day is the last
 * (Howard Hinnant's algorithm). */
static long days_of(long year, long month, long day) {
        long era, of_era, of_year;

        year -= month <= 2;
        era = (year >= 0 ? year : year - 399) / 400;
        of_era = year - era * 400;
        of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
        return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

long tamis_drill_day(tamis_slice text) {
        char copy[16];
        int year, month, day, n = 0;

        if (text.n != 10)
                return -1;
        memcpy(copy, text.p, 10);
        copy[10] = '\0';
        if (sscanf(copy, "%4d-%2d-%2d%n", &year, &month, &day, &n) != 3 || n != 10 || year < 1970 || month < 1 ||
            month > 12 || day < 1 || day > 31)
                return -1;
        return days_of(year, month, day);
}

void tamis_drill_day_print(long day, char ret[16]) {
        long z = day + 719468, era = z / 146097, of_era = z - era * 146097;
        long year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
        long of_year = of_era - (365 * year + year / 4 - year / 100), month = (5 * of_year + 2) / 153;

        snprintf(ret, 16, "%04d-%02d-%02d", (int) (year + era * 400 + (month >= 10)) % 10000,
                 (int) (month < 10 ? month + 3 : month - 9) % 100, (int) (of_year - (153 * month + 2) / 5 + 1) % 100);
}

/* -- reading ------------------------------------------------------------------------------------------------------- */

static tamis_slice next_word(tamis_slice *line) {
        tamis_slice word;

        while (line->n > 0 && *line->p == ' ')
                line->p++, line->n--;
        word = (tamis_slice) { line->p, 0 };
        while (word.n < line->n && word.p[word.n] != ' ')
                word.n++;
        line->p += word.n;
        line->n -= word.n;
        return word;
}

static bool is(tamis_slice word, const char *text) {
        return tamis_slice_equal(word, tamis_slice_of(text));
}

static unsigned count_of(tamis_slice word) {
        unsigned n = 0;

        for (size_t i = 0; i < word.n && i < 6 && word.p[i] >= '0' && word.p[i] <= '9'; i++)
                n = n * 10 + (unsigned) (word.p[i] - '0');
        return n;
}

static int keep(tamis_arena *arena, const char **kept, tamis_slice text, char between, tamis_error *err) {
        size_t n = strlen(*kept);
        char *both = tamis_arena_get(arena, n + text.n + 2);

        if (!both)
                return tamis_fail_memory(err);
        memcpy(both, *kept, n);
        if (n > 0)
                both[n++] = between;
        memcpy(both + n, text.p, text.n);
        both[n + text.n] = '\0';
        *kept = both;
        return 0;
}

static bool take_day(tamis_slice word, long *ret) {
        long day = tamis_drill_day(word);

        if (day >= 0)
                *ret = day;
        return day >= 0;
}

static int take_pair(tamis_drill_progress *p, tamis_drill_state *s, tamis_slice key, tamis_slice value,
                     tamis_error *err) {
        const char *slash = memchr(value.p, '/', value.n);
        tamis_slice both = { key.p, (size_t) (value.p + value.n - key.p) };

        if (is(key, "started") && take_day(value, &s->started))
                return 0;
        if (is(key, "passed") && take_day(value, &s->passed))
                return 0;
        if (is(key, "due") && take_day(value, &s->due))
                return 0;
        if (is(key, "hints"))
                s->hints = count_of(value);
        else if (is(key, "tries"))
                s->tries = count_of(value);
        else if (is(key, "step"))
                s->step = count_of(value);
        else if (is(key, "gave-up"))
                s->gave_up = is(value, "yes");
        else if (is(key, "told") && slash) {
                s->told = count_of((tamis_slice) { value.p, (size_t) (slash - value.p) });
                s->points = count_of((tamis_slice) { slash + 1, value.n - (size_t) (slash + 1 - value.p) });
        } else
                return keep(&p->arena, &s->unknown, both, ' ', err);
        return 0;
}

static int take_line(tamis_drill_progress *p, tamis_slice line, tamis_error *err) {
        tamis_slice rest = line, name = next_word(&rest);
        tamis_drill_state *s = NULL;
        char *copy;
        int r;

        if (name.n == 0)
                return 0;
        if (*name.p == '#')
                return keep(&p->arena, &p->unknown, line, '\n', err);
        copy = tamis_arena_copy(&p->arena, is(name, "at") ? next_word(&rest) : name);
        if (!copy)
                return tamis_fail_memory(err);
        if (is(name, "at")) {
                p->at = copy;
                return 0;
        }
        r = tamis_drill_progress_add(p, copy, &s, err);
        while (r == 0 && rest.n > 0) {
                tamis_slice key = next_word(&rest), value;

                if (is(key, "in")) {
                        while (rest.n > 0 && *rest.p == ' ')
                                rest.p++, rest.n--;
                        s->folder = tamis_arena_copy(&p->arena, rest);
                        return s->folder ? 0 : tamis_fail_memory(err);
                }
                value = next_word(&rest);
                if (key.n > 0)
                        r = take_pair(p, s, key, value, err);
        }
        return r;
}

int tamis_drill_progress_parse(tamis_slice text, tamis_drill_progress *ret, tamis_error *err) {
        tamis_drill_progress p = { .unknown = "" };
        int r = 0;

        while (r == 0 && text.n > 0) {
                const char *end = memchr(text.p, '\n', text.n);
                tamis_slice line = { text.p, end ? (size_t) (end - text.p) : text.n };

                r = take_line(&p, line, err);
                line.n += end != NULL;
                text.p += line.n;
                text.n -= line.n;
        }
        if (r < 0) {
                tamis_drill_progress_done(&p);
                return r;
        }
        *ret = p;
        return 0;
}

void tamis_drill_progress_done(tamis_drill_progress *p) {
        tamis_arena_done(&p->arena);
        *p = (tamis_drill_progress) {0};
}

/* -- writing ------------------------------------------------------------------------------------------------------- */

static int print_day(tamis_buffer *out, const char *key, long day, tamis_error *err) {
        char text[16];

        tamis_drill_day_print(day, text);
        return day > 0 ? tamis_buffer_addf(out, err, " %s %s", key, text) : 0;
}

static int print_one(const tamis_drill_state *s, tamis_buffer *out, tamis_error *err) {
        int r = tamis_buffer_addf(out, err, "%s", s->name);

        if (r == 0)
                r = print_day(out, "started", s->started, err);
        if (r == 0 && s->hints > 0)
                r = tamis_buffer_addf(out, err, " hints %u", s->hints);
        if (r == 0 && s->tries > 0)
                r = tamis_buffer_addf(out, err, " tries %u", s->tries);
        if (r == 0)
                r = print_day(out, "passed", s->passed, err);
        if (r == 0 && s->step > 0)
                r = tamis_buffer_addf(out, err, " step %u", s->step);
        if (r == 0)
                r = print_day(out, "due", s->due, err);
        if (r == 0 && s->gave_up)
                r = tamis_buffer_addf(out, err, " gave-up yes");
        if (r == 0 && s->points > 0)
                r = tamis_buffer_addf(out, err, " told %u/%u", s->told, s->points);
        if (r == 0 && *s->unknown)
                r = tamis_buffer_addf(out, err, " %s", s->unknown);
        if (r == 0 && s->folder)
                r = tamis_buffer_addf(out, err, " in %s", s->folder);
        return r == 0 ? tamis_buffer_add(out, "\n", 1, err) : r;
}

int tamis_drill_progress_print(const tamis_drill_progress *p, tamis_buffer *out, tamis_error *err) {
        int r = *p->unknown ? tamis_buffer_addf(out, err, "%s\n", p->unknown) : 0;

        if (r == 0 && p->at)
                r = tamis_buffer_addf(out, err, "at %s\n", p->at);
        for (size_t i = 0; r == 0 && i < p->n; i++)
                r = print_one(&p->drills[i], out, err);
        return r;
}

/* ------------------------------------------------------------------------------------------------------------------ */

tamis_drill_state *tamis_drill_progress_find(const tamis_drill_progress *p, const char *name) {
        for (size_t i = 0; i < p->n; i++)
                if (strcmp(p->drills[i].name, name) == 0)
                        return &p->drills[i];
        return NULL;
}

int tamis_drill_progress_add(tamis_drill_progress *p, const char *name, tamis_drill_state **ret, tamis_error *err) {
        tamis_drill_state *there = tamis_drill_progress_find(p, name), *longer;
        char *copy;

        if (there) {
                *ret = there;
                return 0;
        }
        longer = tamis_arena_get(&p->arena, (p->n + 1) * sizeof *longer);
        copy = tamis_arena_copy(&p->arena, tamis_slice_of(name));
        if (!longer || !copy)
                return tamis_fail_memory(err);
        if (p->n > 0)
                memcpy(longer, p->drills, p->n * sizeof *longer);
        p->drills = longer;
        longer[p->n] = (tamis_drill_state) { .name = copy, .unknown = "" };
        *ret = &longer[p->n++];
        return 0;
}

/* -- schedule ------------------------------------------------------------------------------------------------------ */

static const int intervals[] = { 1, 3, 7, 16, 35 };
enum { STEPS = sizeof intervals / sizeof *intervals };

void tamis_drill_passed(tamis_drill_state *s, long today) {
        s->tries++;
        if (s->step > 0 && today < s->due)
                return;
        if (s->step < STEPS)
                s->step++;
        s->passed = today;
        s->due = today + intervals[s->step - 1];
}

void tamis_drill_failed(tamis_drill_state *s, long today) {
        s->tries++;
        if (s->step == 0 || today < s->due)
                return;
        s->step = 1;
        s->due = today + intervals[0];
}
