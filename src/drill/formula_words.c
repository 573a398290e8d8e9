#include <stdarg.h>
#include <stdio.h>

#include <tamis/number.h>
#include <tamis/schema.h>

#include "drill/reading.h"

int tamis_drill_wrong(const tamis_drill_reading *r, const char *format, ...) {
        char what[768];
        va_list list;

        va_start(list, format);
        vsnprintf(what, sizeof what, format, list);
        va_end(list);
        return tamis_fail_at(r->err, TAMIS_BAD_DATA, r->scope->file, r->scope->line, 0, "%s%s\"%.200s\": %s",
                             r->key ? r->key : "", r->key ? " = " : "", r->text, what);
}

int tamis_drill_unknown(const tamis_drill_reading *r, const char *what, const char *name, const tamis_slice *words,
                        size_t n) {
        char near[256] = "";

        tamis_nearest(tamis_slice_of(name), words, n, near, sizeof near);
        return tamis_drill_wrong(r, "no %s \"%s\"%s%s%s", what, name, *near ? " (did you mean " : "", near,
                                 *near ? "?)" : "");
}

static void skip_blanks(tamis_drill_reading *r) {
        while (r->text[r->at] == ' ' || r->text[r->at] == '\t')
                r->at++;
}

static bool is_letter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool goes_on(char c) {
        return is_letter(c) || (c >= '0' && c <= '9') || c == '.';
}

bool tamis_drill_take(tamis_drill_reading *r, const char *what) {
        size_t n = strlen(what);

        skip_blanks(r);
        if (strncmp(r->text + r->at, what, n) != 0)
                return false;
        if (is_letter(*what) && goes_on(r->text[r->at + n]))
                return false;           /* oracle is no or */
        if (n == 1 && (*what == '<' || *what == '>') && r->text[r->at + 1] == '=')
                return false;
        r->at += n;
        return true;
}

bool tamis_drill_take_name(tamis_drill_reading *r, char name[TAMIS_DRILL_NAME]) {
        size_t n = 0;

        skip_blanks(r);
        if (!is_letter(r->text[r->at]) && !(r->text[r->at] == '.' && is_letter(r->text[r->at + 1])))
                return false;
        while (goes_on(r->text[r->at + n]) && n + 1 < TAMIS_DRILL_NAME)
                n++;
        memcpy(name, r->text + r->at, n);
        name[n] = '\0';
        r->at += n;
        return true;
}

int tamis_drill_take_text(tamis_drill_reading *r, tamis_drill_column *ret) {
        const char *begin = r->text + r->at + 1, *end = strchr(begin, '\'');
        tamis_arena *arena = &r->scope->world->arena;

        if (!end)
                return tamis_drill_wrong(r, "a text without its second '");
        r->at += (size_t) (end - begin) + 2;
        *ret = (tamis_drill_column) { .name = "", .text = true, .n = 1,
                                      .texts = tamis_arena_get(arena, sizeof *ret->texts) };
        if (!ret->texts || !(ret->texts[0] = tamis_arena_copy(arena, (tamis_slice) { begin, (size_t) (end - begin) })))
                return tamis_fail_memory(r->err);
        return 0;
}

int tamis_drill_take_number(tamis_drill_reading *r, tamis_drill_column *ret) {
        const char *begin = r->text + r->at;
        size_t n = strspn(begin, "0123456789."), power = 0;
        double x;

        if (begin[n] == 'e' || begin[n] == 'E') {
                size_t sign = begin[n + 1] == '-' || begin[n + 1] == '+';

                power = strspn(begin + n + 1 + sign, "0123456789");
                n += power > 0 ? 1 + sign + power : 0;
        }
        if (!tamis_number_parse((tamis_slice) { begin, n }, &x))
                return tamis_drill_wrong(r, "\"%.*s\" is not a number", n < 60 ? (int) n : 60, begin);
        r->at += n;
        return tamis_drill_constant(r, x, ret);
}

/* What other languages write, and what this one has for it. */
static const struct {
        const char *theirs, *ours;
} elsewhere[] = {
        { "==", "== stands between two values" },
        { "=", "equality is ==" },
        { "&&", "it is the word and" },
        { "||", "it is the word or" },
        { "!=", "!= stands between two values" },
        { "!", "it is the word not" },
        { "\"", "texts stand in 'single quotes'" },
        { "&", "it is the word and" },
        { "|", "it is the word or" },
        { "?", "it is if(condition, a, b)" },
        { ")", "a ) too many" },
};

int tamis_drill_no_value(const tamis_drill_reading *r) {
        const char *rest = r->text + r->at;

        while (*rest == ' ' || *rest == '\t')
                rest++;
        if (!*rest)
                return tamis_drill_wrong(r, "it ends too soon");
        for (size_t i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++)
                if (strncmp(rest, elsewhere[i].theirs, strlen(elsewhere[i].theirs)) == 0)
                        return tamis_drill_wrong(r, "not understood at \"%.30s\": %s", rest, elsewhere[i].ours);
        return tamis_drill_wrong(r, "not understood at \"%.30s\": an operator, or a value, should stand here", rest);
}
