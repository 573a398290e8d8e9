#include <stdlib.h>

#include "clean/mend.h"

/* Columns are taken for numbers, dates or truth where so many of the present cells are. */
#define NEARLY_ALL .9

void tamis_looks_done(tamis_looks *l) {
        tamis_dict_done(&l->texts);
        tamis_quantiles_free(l->quantiles);
        tamis_moments_done(&l->moments);
        *l = (tamis_looks) {0};
}

static void done_texts(char **texts, size_t n) {
        for (size_t i = 0; texts && i < n; i++)
                free(texts[i]);
        free(texts);
}

void tamis_mend_done(tamis_mend *m) {
        tamis_looks_done(&m->looks);
        tamis_dict_done(&m->from);
        tamis_dict_done(&m->map);
        done_texts(m->to, m->n_to);
        done_texts(m->map_to, m->n_map);
        m->to = m->map_to = NULL;
        m->n_to = m->n_map = 0;
}

void tamis_mend_wishes_done(tamis_mend_wishes *w) {
        done_texts(w->formats, w->n_formats);
        w->formats = NULL;
        w->n_formats = 0;
}

/* -- one cell ------------------------------------------------------------------------------------------------------ */

bool tamis_mend_writes(const tamis_mend *m) {
        return m->numbers || m->dates || m->booleans || m->from.n || m->map.n;
}

/* How a date reads, given formats or the order of the column; `kind` is that of the text alone. */
static bool read_date(const tamis_mend_wishes *w, tamis_date_order order, tamis_slice text, tamis_date *date,
                      tamis_date_kind *kind) {
        *kind = TAMIS_DATE_NONE;
        for (size_t i = 0; i < w->n_formats; i++)
                if (tamis_date_parse(text, w->formats[i], date)) {
                        *kind = TAMIS_DATE_SURE;
                        return true;
                }
        if (w->n_formats)
                return false;
        *kind = tamis_date_read(text, date);
        if (*kind == TAMIS_DATE_EITHER && order == TAMIS_ORDER_MONTH) {
                int day = date->day;

                date->day = date->month;
                date->month = day;
        }
        switch (*kind) {
        case TAMIS_DATE_SURE:
                return true;
        case TAMIS_DATE_EITHER:
                return order == TAMIS_ORDER_DAY || order == TAMIS_ORDER_MONTH;
        case TAMIS_DATE_DAY_FIRST:
                return order != TAMIS_ORDER_MONTH;
        case TAMIS_DATE_MONTH_FIRST:
                return order != TAMIS_ORDER_DAY;
        default:
                return false;
        }
}

static tamis_slice stripped(tamis_slice t) {
        while (t.n > 0 && (t.p[0] == ' ' || t.p[0] == '\t'))
                t.p++, t.n--;
        while (t.n > 0 && (t.p[t.n - 1] == ' ' || t.p[t.n - 1] == '\t'))
                t.n--;
        return t;
}

static void mend_form(const tamis_mend *m, const tamis_mend_wishes *w, tamis_slice *text, char *room,
                      tamis_mended *ret) {
        size_t n = 0;
        tamis_form form =
                m->numbers ? tamis_form_number(*text, w->decimal, room, &n) : tamis_form_boolean(*text, room, &n);

        ret->left = form == TAMIS_FORM_NONE;
        if (form != TAMIS_FORM_CHANGED)
                return;
        *text = (tamis_slice) { room, n };
        ret->kind = m->numbers ? TAMIS_MEND_NUMBER : TAMIS_MEND_BOOLEAN;
}

static void mend_date(const tamis_mend *m, const tamis_mend_wishes *w, tamis_slice *text, char *room,
                      tamis_mended *ret) {
        tamis_date_kind kind;
        size_t n;

        ret->whole = read_date(w, m->order, stripped(*text), &ret->date, &kind);
        ret->left = !ret->whole;
        ret->either = kind == TAMIS_DATE_EITHER;
        if (!ret->whole || m->parts)
                return;
        n = tamis_date_print(&ret->date, room);
        if (tamis_slice_equal(*text, (tamis_slice) { room, n }))
                return;
        *text = (tamis_slice) { room, n };
        ret->kind = TAMIS_MEND_DATE;
}

static void mend_spelling(const tamis_mend *m, const tamis_mend_wishes *w, tamis_slice *text, tamis_mended *ret) {
        char key[4 * TAMIS_FORM_MAX];
        long code = tamis_dict_find(&m->from, *text);

        /* a spelling that was not learned may have a key that was; what is longer than any name is left alone */
        if (code < 0 && text->n + 2 <= sizeof key)
                code = tamis_dict_find(&m->from, (tamis_slice) { key, tamis_alike_key(w, *text, key) });
        if (code < 0 || tamis_slice_equal(*text, tamis_slice_of(m->to[code])))
                return;
        *text = tamis_slice_of(m->to[code]);
        ret->kind = TAMIS_MEND_ALIKE;
}

tamis_mended tamis_mend_cell(const tamis_mend *m, const tamis_mend_wishes *w, tamis_slice *text,
                             char room[TAMIS_FORM_MAX]) {
        tamis_mended ret = { .kind = TAMIS_MEND_NOTHING };
        long code = m->map.n ? tamis_dict_find(&m->map, stripped(*text)) : -1;

        if (code >= 0) {
                *text = tamis_slice_of(m->map_to[code]);
                ret.kind = TAMIS_MEND_MAP;
                return ret;
        }
        if (m->dates)
                mend_date(m, w, text, room, &ret);
        else if (m->numbers || m->booleans)
                mend_form(m, w, text, room, &ret);
        else if (m->from.n)
                mend_spelling(m, w, text, &ret);
        return ret;
}

/* -- spellings ----------------------------------------------------------------------------------------------------- */

/* Capitals of ASCII and Latin-1 (as UTF-8) become small; runs of blanks one; punctuation of ASCII a blank. */
size_t tamis_alike_key(const tamis_mend_wishes *w, tamis_slice text, char *key) {
        bool blanks = w->alike_blanks || w->alike_punctuation;
        size_t n = 0;

        key[n++] = '\001';      /* so that no key is the same as a text */
        for (size_t i = 0; i < text.n; i++) {
                uint8_t c = (uint8_t) text.p[i], before = i ? (uint8_t) text.p[i - 1] : 0;

                if (w->alike_case && c >= 'A' && c <= 'Z')
                        c |= 32;
                else if (w->alike_case && before == 0xc3 && c >= 0x80 && c <= 0x9e && c != 0x97)
                        c += 0x20;
                if (w->alike_punctuation && c > 32 && c < 127 && !((c | 32) >= 'a' && (c | 32) <= 'z') &&
                    !(c >= '0' && c <= '9'))
                        c = ' ';
                if (blanks && (c == ' ' || c == '\t')) {
                        if (n == 1 || key[n - 1] == ' ')
                                continue;
                        c = ' ';
                }
                key[n++] = (char) c;
        }
        while (blanks && n > 1 && key[n - 1] == ' ')
                n--;
        return n;
}

int tamis_keep_text(char ***texts, size_t *n, tamis_slice text, tamis_error *err) {
        char **more = realloc(*texts, (*n + 1) * sizeof *more);

        if (!more)
                return tamis_fail_memory(err);
        *texts = more;
        more[*n] = strndup(text.p ? text.p : "", text.n);
        if (!more[*n])
                return tamis_fail_memory(err);
        (*n)++;
        return 0;
}

/* Of the spellings of a key the most frequent stays, of equals the bytewise smallest. `from` holds the keys, and where
 * there are several spellings those too: both lead to what stays. */
static int decide_spellings(tamis_mend *m, const tamis_mend_wishes *w, tamis_error *err) {
        const tamis_dict *texts = &m->looks.texts;
        size_t *best, *spellings, *key_of, code;
        tamis_buffer key = {0};
        tamis_dict keys = {0};
        int r = 0;

        best = calloc(texts->n + 1, sizeof *best);
        spellings = calloc(texts->n + 1, sizeof *spellings);
        key_of = calloc(texts->n + 1, sizeof *key_of);
        if (!best || !spellings || !key_of)
                r = tamis_fail_memory(err);
        for (size_t i = 0; i < texts->n && r == 0; i++) {
                const struct tamis_dict_entry *e = &texts->entries[i], *b;

                r = tamis_buffer_reserve(&key, e->text.n + 2, err);
                if (r == 0)
                        r = tamis_dict_add(&keys, (tamis_slice) { key.p, tamis_alike_key(w, e->text, key.p) }, 0, &code,
                                           err);
                if (r < 0)
                        break;
                key_of[i] = code;
                b = &texts->entries[best[code]];
                if (spellings[code]++ == 0 || e->count > b->count
                    || (e->count == b->count && tamis_slice_compare(e->text, b->text) < 0))
                        best[code] = i;
        }
        for (size_t pass = 0; pass < 2; pass++)
                for (size_t i = 0; i < (pass ? texts->n : keys.n) && r == 0; i++) {
                        size_t k = pass ? key_of[i] : i;

                        if (pass && spellings[k] < 2)
                                continue;
                        r = tamis_dict_add(&m->from, pass ? texts->entries[i].text : keys.entries[i].text, 1, &code,
                                           err);
                        if (r == 0)
                                r = tamis_keep_text(&m->to, &m->n_to, texts->entries[best[k]].text, err);
                }
        free(best);
        free(spellings);
        free(key_of);
        tamis_dict_done(&keys);
        tamis_buffer_done(&key);
        return r;
}

/* -- learning ------------------------------------------------------------------------------------------------------ */

int tamis_mend_look(const tamis_mend *m, const tamis_mend_wishes *w, tamis_looks *l, tamis_slice text,
                    tamis_error *err) {
        char room[TAMIS_FORM_MAX];
        tamis_date_kind kind;
        tamis_form form;
        tamis_date date;
        size_t n, code;

        if (m->map.n && tamis_dict_find(&m->map, stripped(text)) >= 0)
                return 0;               /* said by hand: it shows nothing */
        l->present++;
        if (w->numbers) {
                form = tamis_form_number(text, w->decimal, room, &n);
                l->plain += form == TAMIS_FORM_PLAIN;
                l->formed += form == TAMIS_FORM_CHANGED;
        }
        if (w->booleans) {
                form = tamis_form_boolean(text, room, &n);
                l->truths += form != TAMIS_FORM_NONE;
                l->words += form == TAMIS_FORM_CHANGED;
        }
        if (w->dates) {
                (void) read_date(w, TAMIS_ORDER_NONE, stripped(text), &date, &kind);
                l->dates += kind != TAMIS_DATE_NONE;
                l->either += kind == TAMIS_DATE_EITHER;
                l->day_first += kind == TAMIS_DATE_DAY_FIRST;
                l->month_first += kind == TAMIS_DATE_MONTH_FIRST;
        }
        return m->spells ? tamis_dict_add(&l->texts, text, 1, &code, err) : 0;
}

int tamis_looks_merge(tamis_looks *into, tamis_looks *from, tamis_error *err) {
        into->present += from->present;
        into->blanked += from->blanked;
        into->plain += from->plain;
        into->formed += from->formed;
        into->truths += from->truths;
        into->words += from->words;
        into->dates += from->dates;
        into->day_first += from->day_first;
        into->month_first += from->month_first;
        into->either += from->either;
        into->nonnumbers += from->nonnumbers;
        return tamis_dict_merge(&into->texts, &from->texts, NULL, err);
}

static void decide_order(tamis_mend *m, const tamis_mend_wishes *w, const char *name, const tamis_context *context) {
        const tamis_looks *l = &m->looks;

        m->order = l->day_first && !l->month_first ? TAMIS_ORDER_DAY
                : l->month_first && !l->day_first  ? TAMIS_ORDER_MONTH
                                                   : TAMIS_ORDER_NONE;
        if (w->n_formats || !l->either || m->order != TAMIS_ORDER_NONE)
                return;
        tamis_warn(
                context,
                "column \"%s\": %s, so dates like 03/04/2020 stay as they are, %llu in the rows learned from "
                "(--date-format '%%d/%%m/%%Y' or '%%m/%%d/%%Y' says which)",
                name,
                l->day_first ? "some dates have the day first and some the month"
                             : "no date tells the day from the month",
                (unsigned long long) l->either);
}

/* Not enough to touch the column unasked, too many to pass over in silence. */
static void say_half(const tamis_mend *m, const char *name, uint64_t n, const char *what,
                     const tamis_context *context) {
        if (n < m->looks.present && 2 * n >= m->looks.present && n > 0)
                tamis_warn(
                        context,
                        "column \"%s\": %llu of %llu cells are %s, too few to take it for a column of them; it stays "
                        "as it is (-c '%s' does what can be done)",
                        name, (unsigned long long) n, (unsigned long long) m->looks.present, what, name);
}

int tamis_mend_decide(tamis_mend *m, const tamis_mend_wishes *w, const char *name, bool named,
                      const tamis_context *context, tamis_error *err) {
        const tamis_looks *l = &m->looks;
        double enough = named ? 0 : NEARLY_ALL * (double) l->present;

        m->dates = w->dates && (named || (l->dates > 0 && (double) l->dates >= enough));
        if (m->dates)
                decide_order(m, w, name, context);
        m->parts = m->dates && w->parts;
        /* with several wishes for a named column the one that more cells answer to */
        if (m->dates && named && w->numbers && l->formed + l->plain > l->dates)
                m->dates = m->parts = false;
        m->numbers = !m->dates && w->numbers
                     && (named ? !w->booleans || l->formed + l->plain >= l->truths
                               : l->formed > 0 && (double) (l->formed + l->plain) >= enough);
        m->booleans = !m->dates && !m->numbers && w->booleans
                      && (named || (l->words > 0 && (double) l->truths >= enough));
        m->flag = w->flag && l->blanked > 0;
        if (!named && !m->dates && !m->numbers && !m->booleans) {
                say_half(m, name, l->dates, "dates", context);
                say_half(m, name, l->formed ? l->formed + l->plain : 0, "numbers", context);
                say_half(m, name, l->words ? l->truths : 0, "yes or no", context);
        }
        if (m->dates || m->numbers || m->booleans || !l->texts.n)
                return 0;
        return decide_spellings(m, w, err);
}
