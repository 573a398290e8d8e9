#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tamis/number.h>

#include "step/long_texts.h"

/* What stands for a text begins with a byte that may stand in JSON as it is, and is nowhere else in this one. */
enum { LONG = 4096, MARK = 0x7f };

/* Eight bytes at a time: the highest bit of each tells of one that is below a blank, is a backslash, or is not
 * below the mark. */
static uint64_t odd_ones(uint64_t x) {
        const uint64_t each = UINT64_C(0x0101010101010101), high = each << 7;
        const uint64_t slash = x ^ each * '\\';

        return (x | (x + each * (0x80 - MARK)) | ~((x | high) - each * ' ') | ~((slash | high) - each)) & high;
}

static bool stands_for_itself(tamis_slice s) {
        uint64_t odd = 0, eight;
        size_t i = 0;

        for (; i + sizeof eight <= s.n; i += sizeof eight) {
                memcpy(&eight, s.p + i, sizeof eight);
                odd |= odd_ones(eight);
        }
        eight = UINT64_C(0x0101010101010101) * '.';
        if (i < s.n)
                memcpy(&eight, s.p + i, s.n - i);
        return (odd | odd_ones(eight)) == 0;
}

/* The quote that ends the text which begins at p; NULL: there is none. */
static const char *end_of_text(const char *p, const char *end) {
        const char *quote = memchr(p, '"', (size_t) (end - p)), *escape;

        while (quote) {
                escape = memchr(p, '\\', (size_t) (quote - p));
                if (!escape)
                        return quote;
                p = escape + 2 <= end ? escape + 2 : end;
                if (p > quote)
                        quote = memchr(p, '"', (size_t) (end - p));
        }
        return NULL;
}

/* What follows makes it a name, not a value. */
static bool is_key(const char *p, const char *end) {
        while (p < end && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r'))
                p++;
        return p < end && *p == ':';
}

/* Raw or escaped. */
static bool has_mark(tamis_slice json) {
        return json.n > 0 && (memchr(json.p, MARK, json.n) || memmem(json.p, json.n, "\\u007", 5));
}

static int add(tamis_long_texts *l, tamis_slice text, tamis_error *err) {
        if (l->n == l->capacity) {
                size_t capacity = 2 * l->capacity + 8;
                tamis_slice *more = reallocarray(l->texts, capacity, sizeof *more);

                if (!more)
                        return tamis_fail_memory(err);
                l->texts = more;
                l->capacity = capacity;
        }
        l->texts[l->n] = text;
        return tamis_buffer_addf(&l->rest, err, "%c%zu", MARK, l->n++);
}

/* What is cut has no mark in it: what is left is looked through. False: it has one, or memory is short. */
static bool keep(tamis_long_texts *l, const char *from, const char *to, int *status, tamis_error *err) {
        tamis_slice part = { from, (size_t) (to - from) };

        if (has_mark(part))
                return false;
        *status = tamis_buffer_add(&l->rest, part.p, part.n, err);
        return *status == 0;
}

/* False: nothing can be cut, since there is a mark, or memory is short. */
static bool cut(tamis_long_texts *l, tamis_slice json, int *status, tamis_error *err) {
        const char *end = json.p + json.n, *done = json.p, *p = json.p;

        while ((p = memchr(p, '"', (size_t) (end - p)))) {
                const char *from = p + 1, *to = end_of_text(from, end);
                tamis_slice text;

                if (!to)
                        break;
                p = to + 1;
                text = (tamis_slice) { from, (size_t) (to - from) };
                if (text.n < LONG || is_key(p, end) || !stands_for_itself(text))
                        continue;
                if (!keep(l, done, from, status, err))
                        return false;
                *status = add(l, text, err);
                if (*status < 0)
                        return false;
                done = to;
        }
        return keep(l, done, end, status, err);
}

int tamis_long_texts_cut(tamis_long_texts *l, tamis_slice json, tamis_error *err) {
        int r = 0;

        if (json.n == 0 || cut(l, json, &r, err) || r < 0)
                return r;
        l->n = l->rest.n = 0;
        return tamis_buffer_add(&l->rest, json.p, json.n, err);
}

/* The text that `json` stands for, as JSON; *ret stays NULL where it stands for itself. */
static int text_for(const tamis_long_texts *l, const json_t *json, json_t **ret, tamis_error *err) {
        const char *s = json_string_value(json);
        size_t place;

        if (!s || s[0] != MARK)
                return 0;
        place = strtoul(s + 1, NULL, 10);
        if (place >= l->n)
                return tamis_fail(err, TAMIS_BAD_MODEL, "a text of it is lost");
        *ret = json_stringn_nocheck(l->texts[place].p, l->texts[place].n);
        return *ret ? 0 : tamis_fail_memory(err);
}

/* Depth is bounded by jansson's own limit of nesting. */
int tamis_long_texts_restore(const tamis_long_texts *l, json_t *json, tamis_error *err) {
        json_t *value, *text;
        const char *key;
        size_t i;
        int r = 0;

        if (l->n == 0)
                return 0;
        json_object_foreach(json, key, value) {
                text = NULL;
                r = text_for(l, value, &text, err);
                if (r == 0)
                        r = text ? json_object_set_new_nocheck(json, key, text)
                                 : tamis_long_texts_restore(l, value, err);
                if (r < 0)
                        return r;
        }
        json_array_foreach(json, i, value) {
                text = NULL;
                r = text_for(l, value, &text, err);
                if (r == 0)
                        r = text ? json_array_set_new(json, i, text) : tamis_long_texts_restore(l, value, err);
                if (r < 0)
                        return r;
        }
        return 0;
}

void tamis_long_texts_done(tamis_long_texts *l) {
        tamis_buffer_done(&l->rest);
        free(l->texts);
        *l = (tamis_long_texts) {0};
}
