/* Functions of texts, and planted faults. */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include <gsl/gsl_rng.h>

#include <tamis/number.h>
#include <tamis/random.h>

#include "drill/values.h"

enum { LONGEST = 1024 };       /* of a text that is made; a number with all its digits needs 630 */

/* A cell as it would stand in a file; NULL: missing. `room` is for numbers. */
static const char *spelled(const tamis_drill_column *c, size_t row, char room[TAMIS_NUMBER_MAX + 1]) {
        double x;

        if (c->text)
                return tamis_drill_text(c, row);
        x = tamis_drill_number(c, row);
        if (!isfinite(x))
                return NULL;
        room[tamis_number_print(x == 0 ? 0 : x, room)] = '\0';         /* no -0 */
        return room;
}

/* -- texts made ---------------------------------------------------------------------------------------------------- */

/* What becomes of a row's arguments; false: missing. */
typedef bool spell_one(const tamis_drill_call *call, size_t row, char ret[LONGEST]);

static int spell(const tamis_drill_call *call, spell_one *one, tamis_drill_column *ret, tamis_error *err) {
        char text[LONGEST];
        int r = tamis_drill_texts_new(call, call->rows, ret, err);

        for (size_t row = 0; r == 0 && row < call->rows; row++)
                if (one(call, row, text))
                        r = tamis_drill_text_copy(call, text, &ret->texts[row], err);
        return r;
}

static bool join_one(const tamis_drill_call *call, size_t row, char ret[LONGEST]) {
        size_t n = 0;

        for (size_t i = 0; i < call->n; i++) {
                char room[TAMIS_NUMBER_MAX + 1];
                const char *part = spelled(&call->arguments[i], row, room);

                if (!part)
                        return false;
                n += (size_t) snprintf(ret + n, LONGEST - n, "%s", part);
                n = n < LONGEST ? n : LONGEST - 1;
        }
        return true;
}

static bool fixed_one(const tamis_drill_call *call, size_t row, char ret[LONGEST]) {
        double x = tamis_drill_number(&call->arguments[0], row), digits = tamis_drill_number(&call->arguments[1], row);

        if (!isfinite(x) || !(digits >= 0 && digits <= 300))
                return false;
        ret[tamis_number_print_fixed(x, (int) digits, ret)] = '\0';
        return true;
}

static bool padded_one(const tamis_drill_call *call, size_t row, char ret[LONGEST]) {
        double x = tamis_drill_number(&call->arguments[0], row), width = tamis_drill_number(&call->arguments[1], row);

        if (!(fabs(x) < 1e15) || !(width >= 1 && width <= 30))
                return false;
        snprintf(ret, LONGEST, "%0*" PRId64, (int) width, (int64_t) x);
        return true;
}

/* 1234567.5 as 1,234,567.5 */
static bool thousands_one(const tamis_drill_call *call, size_t row, char ret[LONGEST]) {
        char room[TAMIS_NUMBER_MAX + 1];
        const tamis_drill_column *x = &call->arguments[0];
        const char *p = fabs(tamis_drill_number(x, row)) < 1e15 ? spelled(x, row, room) : NULL;
        size_t whole, n = 0;

        if (!p)
                return false;
        if (*p == '-')
                ret[n++] = *p++;
        whole = strcspn(p, ".e");
        for (size_t i = 0; i < whole; i++) {
                if (i > 0 && (whole - i) % 3 == 0)
                        ret[n++] = ',';
                ret[n++] = p[i];
        }
        snprintf(ret + n, LONGEST - n, "%s", p + whole);
        return true;
}

static bool date_one(const tamis_drill_call *call, size_t row, char ret[LONGEST]) {
        double days = tamis_drill_number(&call->arguments[0], row);
        const char *format = call->n > 1 ? tamis_drill_text(&call->arguments[1], row) : "%Y-%m-%d";
        time_t seconds = fabs(days) < 1e6 ? (time_t) floor(days) * 86400 : 0;
        struct tm tm;

        return format && fabs(days) < 1e6 && gmtime_r(&seconds, &tm) && strftime(ret, LONGEST, format, &tm) > 0;
}

static bool upper_one(const tamis_drill_call *call, size_t row, char ret[LONGEST]) {
        const char *p = tamis_drill_text(&call->arguments[0], row);
        size_t n = 0;

        for (; p && *p && n + 1 < LONGEST; p++)
                ret[n++] = *p >= 'a' && *p <= 'z' ? (char) (*p - 32) : *p;
        ret[n] = '\0';
        return p != NULL;
}

static bool lower_one(const tamis_drill_call *call, size_t row, char ret[LONGEST]) {
        const char *p = tamis_drill_text(&call->arguments[0], row);
        size_t n = 0;

        for (; p && *p && n + 1 < LONGEST; p++)
                ret[n++] = *p >= 'A' && *p <= 'Z' ? (char) (*p + 32) : *p;
        ret[n] = '\0';
        return p != NULL;
}

static int join(const tamis_drill_call *call, tamis_drill_column *ret, tamis_error *err) {
        return spell(call, join_one, ret, err);
}

static int fixed(const tamis_drill_call *call, tamis_drill_column *ret, tamis_error *err) {
        int r = tamis_drill_want_numbers(call, err);

        return r < 0 ? r : spell(call, fixed_one, ret, err);
}

static int padded(const tamis_drill_call *call, tamis_drill_column *ret, tamis_error *err) {
        int r = tamis_drill_want_numbers(call, err);

        return r < 0 ? r : spell(call, padded_one, ret, err);
}

static int thousands(const tamis_drill_call *call, tamis_drill_column *ret, tamis_error *err) {
        int r = tamis_drill_want_numbers(call, err);

        return r < 0 ? r : spell(call, thousands_one, ret, err);
}

static int date(const tamis_drill_call *call, tamis_drill_column *ret, tamis_error *err) {
        int r = tamis_drill_want_number(call, 0, err);

        if (r == 0 && call->n > 1)
                r = tamis_drill_want_text(call, 1, err);
        return r < 0 ? r : spell(call, date_one, ret, err);
}

static int upper(const tamis_drill_call *call, tamis_drill_column *ret, tamis_error *err) {
        int r = tamis_drill_want_text(call, 0, err);

        return r < 0 ? r : spell(call, upper_one, ret, err);
}

static int lower(const tamis_drill_call *call, tamis_drill_column *ret, tamis_error *err) {
        int r = tamis_drill_want_text(call, 0, err);

        return r < 0 ? r : spell(call, lower_one, ret, err);
}

/* What is no number is missing. */
static int number(const tamis_drill_call *call, tamis_drill_column *ret, tamis_error *err) {
        const tamis_drill_column *x = &call->arguments[0];
        int r = tamis_drill_numbers_new(call, call->rows, ret, err);

        for (size_t row = 0; r == 0 && row < call->rows; row++) {
                const char *text = x->text ? tamis_drill_text(x, row) : NULL;

                if (!x->text)
                        ret->number[row] = tamis_drill_number(x, row);
                else if (!text || !tamis_number_parse(tamis_slice_of(text), &ret->number[row]))
                        ret->number[row] = NAN;
        }
        return r;
}

/* -- planted faults ------------------------------------------------------------------------------------------------ */

/* The share of rows that are hit is the last argument. */
static bool is_hit(const tamis_drill_call *call, size_t row, tamis_stream *s) {
        tamis_stream_init(s, call->scope->world->seed, call->key, 0, row);
        return gsl_rng_uniform(&s->rng) < tamis_drill_number(&call->arguments[call->n - 1], row);
}

/* A copy of the first argument for each row of the table. */
static int copy(const tamis_drill_call *call, tamis_drill_column *ret, tamis_error *err) {
        const tamis_drill_column *x = &call->arguments[0];
        int r = tamis_drill_want_number(call, call->n - 1, err);

        if (r == 0)
                r = x->text ? tamis_drill_texts_new(call, call->rows, ret, err)
                            : tamis_drill_numbers_new(call, call->rows, ret, err);
        for (size_t row = 0; r == 0 && row < call->rows; row++) {
                if (x->text)
                        ret->texts[row] = tamis_drill_text(x, row);
                else
                        ret->number[row] = tamis_drill_number(x, row);
        }
        return r;
}

static int hole(const tamis_drill_call *call, tamis_drill_column *ret, tamis_error *err) {
        int r = copy(call, ret, err);
        tamis_stream s;

        for (size_t row = 0; r == 0 && row < call->rows; row++) {
                if (!is_hit(call, row, &s))
                        continue;
                if (ret->text)
                        ret->texts[row] = NULL;
                else
                        ret->number[row] = NAN;
        }
        return r;
}

static int sentinel(const tamis_drill_call *call, tamis_drill_column *ret, tamis_error *err) {
        const tamis_drill_column *value = &call->arguments[1];
        int r = copy(call, ret, err);
        tamis_stream s;

        if (r == 0 && value->text != ret->text && !tamis_drill_is_nothing(value))
                r = tamis_fail(err, TAMIS_BAD_DATA, "a text in place of numbers, or the other way round");
        for (size_t row = 0; r == 0 && row < call->rows; row++) {
                if (!is_hit(call, row, &s))
                        continue;
                if (ret->text)
                        ret->texts[row] = tamis_drill_text(value, row);
                else
                        ret->number[row] = tamis_drill_number(value, row);
        }
        return r;
}

/* A wrong unit: the value times a factor. */
static int slip(const tamis_drill_call *call, tamis_drill_column *ret, tamis_error *err) {
        int r = tamis_drill_want_numbers(call, err);
        tamis_stream s;

        if (r == 0)
                r = copy(call, ret, err);
        for (size_t row = 0; r == 0 && row < call->rows; row++)
                if (is_hit(call, row, &s))
                        ret->number[row] *= tamis_drill_number(&call->arguments[1], row);
        return r;
}

/* The same level written otherwise, and never as it was: in upper case, lower case, a blank before it, or behind it. */
static void vary(const tamis_drill_call *call, size_t row, const char *as_was, unsigned long how, char ret[LONGEST]) {
        if (how == 0)
                upper_one(call, row, ret);
        if (how == 1 || (how == 0 && strcmp(ret, as_was) == 0))
                lower_one(call, row, ret);
        if (how >= 2 || strcmp(ret, as_was) == 0)
                snprintf(ret, LONGEST, how == 2 ? " %s" : "%s ", as_was);
}

static int variant(const tamis_drill_call *call, tamis_drill_column *ret, tamis_error *err) {
        int r = tamis_drill_want_text(call, 0, err);
        tamis_stream s;

        if (r == 0)
                r = copy(call, ret, err);
        for (size_t row = 0; r == 0 && ret->text && row < call->rows; row++) {
                char text[LONGEST] = "";
                const char *p = ret->texts[row];

                if (!is_hit(call, row, &s) || !p || strlen(p) + 2 > LONGEST)
                        continue;
                vary(call, row, p, gsl_rng_uniform_int(&s.rng, 4), text);
                r = tamis_drill_text_copy(call, text, &ret->texts[row], err);
        }
        return r;
}

const tamis_drill_function tamis_drill_texts[] = {
        { "join", 1, 40, join, false, 0 },
        { "fixed", 2, 2, fixed, false, 0 },
        { "padded", 2, 2, padded, false, 0 },
        { "thousands", 1, 1, thousands, false, 0 },
        { "date", 1, 2, date, false, 0 },
        { "upper", 1, 1, upper, false, 0 },
        { "lower", 1, 1, lower, false, 0 },
        { "number", 1, 1, number, false, 0 },
        { "hole", 2, 2, hole, true, 0 },
        { "sentinel", 3, 3, sentinel, true, 0 },
        { "slip", 3, 3, slip, true, 0 },
        { "variant", 2, 2, variant, true, 0 },
        { NULL, 0, 0, NULL, false, 0 },
};
