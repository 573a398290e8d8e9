#include <tamis/number.h>

#include "clean/forms.h"

/* -- numbers ------------------------------------------------------------------------------------------------------- */

static bool is_digit(char c) {
        return c >= '0' && c <= '9';
}

/* Take `word` off the front (or the end) of `t`. */
static bool take_front(tamis_slice *t, const char *word) {
        size_t n = strlen(word);

        if (t->n < n || memcmp(t->p, word, n) != 0)
                return false;
        t->p += n, t->n -= n;
        return true;
}

static bool take_end(tamis_slice *t, const char *word) {
        size_t n = strlen(word);

        if (t->n < n || memcmp(t->p + t->n - n, word, n) != 0)
                return false;
        t->n -= n;
        return true;
}

static const char *const blanks[] = { " ", "\t", "\xc2\xa0", "\xe2\x80\xaf" };     /* no-break, narrow no-break */
static const char *const money[] = { "$", "\xe2\x82\xac", "\xc2\xa3", "\xc2\xa5" }; /* dollar, euro, pound, yen */

static bool take_any(tamis_slice *t, const char *const *words, size_t n, bool front) {
        for (size_t i = 0; i < n; i++)
                if (front ? take_front(t, words[i]) : take_end(t, words[i]))
                        return true;
        return false;
}

static void strip(tamis_slice *t) {
        while (take_any(t, blanks, 4, true))
                ;
        while (take_any(t, blanks, 4, false))
                ;
}

/* What stands before and behind the digits. False: something twice. */
static bool undress(tamis_slice *t, bool *minus, bool *percent) {
        bool sign = false, paid = false;

        strip(t);
        if (t->n > 2 && t->p[0] == '(' && t->p[t->n - 1] == ')') {
                t->p++, t->n -= 2;
                *minus = sign = true;
                strip(t);
        }
        for (int i = 0; i < 2; i++) {
                bool dash = !sign && (take_front(t, "-") || take_front(t, "\xe2\x88\x92"));

                *minus |= dash;
                sign |= dash || (!sign && take_front(t, "+"));
                if (!paid)
                        paid = take_any(t, money, 4, true);
                strip(t);
        }
        *percent = take_end(t, "%");
        strip(t);
        if (!paid && !*percent)
                (void) take_any(t, money, 4, false);
        strip(t);
        return t->n > 0;
}

/* The mark between groups at the front of `t`, or none. */
static const char *find_mark(tamis_slice t, char decimal) {
        static const char *const marks[] = { ",", ".", "'", " ", "\xc2\xa0", "\xe2\x80\xaf", "\xe2\x80\x99" };

        for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
                if (marks[i][0] != decimal && (marks[i][0] != '.' || decimal == ',') && take_front(&t, marks[i]))
                        return marks[i];
        return NULL;
}

/* Digits in groups of three behind a first of one to three, or in one run. */
static bool read_whole(tamis_slice *t, char decimal, char *out, size_t *n) {
        const char *mark;
        size_t k = 0;

        while (k < t->n && is_digit(t->p[k]))
                out[(*n)++] = t->p[k++];
        t->p += k, t->n -= k;
        mark = find_mark(*t, decimal);
        if (!mark || k == 0)
                return true;
        if (k > 3 || out[*n - k] == '0')
                return false;
        while (take_front(t, mark)) {
                if (t->n < 3 || !is_digit(t->p[0]) || !is_digit(t->p[1]) || !is_digit(t->p[2]))
                        return false;
                memcpy(out + *n, t->p, 3);
                *n += 3;
                t->p += 3, t->n -= 3;
        }
        return true;
}

tamis_form tamis_form_number(tamis_slice text, char decimal, char out[TAMIS_FORM_MAX], size_t *n) {
        bool minus = false, percent = false;
        tamis_slice whole = text;
        char made[TAMIS_FORM_MAX + 8];
        size_t k = 0, digits;
        double value;

        if (text.n == 0 || text.n >= TAMIS_FORM_MAX)
                return TAMIS_FORM_NONE;
        if (decimal == '.' && tamis_number_parse(text, &value))
                return TAMIS_FORM_PLAIN;
        if (!undress(&text, &minus, &percent))
                return TAMIS_FORM_NONE;
        if (minus)
                made[k++] = '-';
        digits = k;
        if (!read_whole(&text, decimal, made, &k))
                return TAMIS_FORM_NONE;
        if (text.n > 0 && text.p[0] == decimal) {
                made[k++] = '.';
                text.p++, text.n--;
                while (text.n > 0 && is_digit(text.p[0])) {
                        made[k++] = text.p[0];
                        text.p++, text.n--;
                }
        }
        if (text.n > 0 || !tamis_number_parse((tamis_slice) { made, k }, &value)
            /* a code: its zeros would be lost */
            || (k - digits > 1 && made[digits] == '0' && made[digits + 1] != '.'))
                return TAMIS_FORM_NONE;
        if (percent) {
                char printed[TAMIS_NUMBER_MAX];

                /* not value / 100: 65.1 is no double, and the error would show */
                memcpy(made + k, "e-2", 3);
                if (!tamis_number_parse((tamis_slice) { made, k + 3 }, &value))
                        return TAMIS_FORM_NONE;
                *n = tamis_number_print(value, printed);
                memcpy(out, printed, *n);
                return TAMIS_FORM_CHANGED;
        }
        if (tamis_slice_equal(whole, (tamis_slice) { made, k }))
                return TAMIS_FORM_PLAIN;
        memcpy(out, made, k);
        *n = k;
        return TAMIS_FORM_CHANGED;
}

/* -- truth --------------------------------------------------------------------------------------------------------- */

static char small(char c) {
        return c >= 'A' && c <= 'Z' ? (char) (c + 32) : c;
}

static bool reads(tamis_slice text, const char *word) {
        size_t n = strlen(word);

        if (text.n != n)
                return false;
        for (size_t i = 0; i < n; i++)
                if (small(text.p[i]) != word[i])
                        return false;
        return true;
}

tamis_form tamis_form_boolean(tamis_slice text, char out[TAMIS_FORM_MAX], size_t *n) {
        static const char *const words[2][6] = { { "no", "false", "n", "f", "off" },
                                                 { "yes", "true", "y", "t", "on" } };

        strip(&text);
        if (text.n == 1 && (text.p[0] == '0' || text.p[0] == '1'))
                return TAMIS_FORM_PLAIN;
        for (size_t is = 0; is < 2; is++)
                for (size_t i = 0; i < 5; i++)
                        if (reads(text, words[is][i])) {
                                out[0] = (char) ('0' + is);
                                *n = 1;
                                return TAMIS_FORM_CHANGED;
                        }
        return TAMIS_FORM_NONE;
}
