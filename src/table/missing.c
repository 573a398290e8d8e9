#include <stdlib.h>

#include <tamis/schema.h>

#include "table/cell.h"

static const char *const defaults[] = { "NA", "N/A", "NaN", "nan", "null", "NULL", "None" };
enum { N_DEFAULTS = sizeof defaults / sizeof *defaults };

static int compare(const void *a, const void *b) {
        return tamis_slice_compare(*(const tamis_slice *) a, *(const tamis_slice *) b);
}

/* The empty token is no member: what is empty is missing before anybody looks. */
static int add(tamis_missing *m, tamis_slice token, tamis_error *err) {
        tamis_slice copy = tamis_trim(token);
        char *p;

        if (copy.n == 0)
                return 0;
        p = tamis_arena_copy(&m->arena, copy);
        if (!p)
                return tamis_fail_memory(err);
        m->tokens[m->n++] = (tamis_slice) { p, copy.n };
        return 0;
}

/* `at` is behind the opening quote; *end is set behind the closing one. */
static int add_quoted(tamis_missing *m, const char *list, const char *at, const char **end, tamis_error *err) {
        char *token = tamis_arena_get(&m->arena, strlen(at) + 1), *to = token;

        if (!token)
                return tamis_fail_memory(err);
        for (; *at && (*at != '"' || at[1] == '"'); at++) {
                if (*at == '"')
                        at++;
                *to++ = *at;
        }
        if (!*at)
                return tamis_fail(err, TAMIS_USAGE, "--na %s: a quote is not closed", list);
        at++;
        at += strspn(at, " \t");
        if (*at && *at != ',')
                return tamis_fail(err, TAMIS_USAGE, "--na %s: a comma is wanted behind the closing quote", list);
        *end = at;
        return add(m, (tamis_slice) { token, (size_t) (to - token) }, err);
}

static int add_list(tamis_missing *m, const char *list, tamis_error *err) {
        const char *at = list + (*list == '=');
        int r = 0;

        while (r == 0 && *at) {
                const char *begin = at + strspn(at, " \t"), *end = begin + strcspn(begin, ",");

                if (*begin == '"')
                        r = add_quoted(m, list, begin + 1, &end, err);
                else
                        r = add(m, (tamis_slice) { begin, (size_t) (end - begin) }, err);
                at = end + (*end == ',');
        }
        return r;
}

int tamis_missing_init(tamis_missing *missing, const char *list, tamis_error *err) {
        tamis_missing m = { 0 };
        size_t most = N_DEFAULTS, n = 0;
        int r = 0;

        for (const char *c = list; c && *c; c++)
                most += *c == ',';
        m.tokens = calloc(most + 1, sizeof *m.tokens);
        if (!m.tokens)
                return tamis_fail_memory(err);

        if (!list || *list != '=')
                for (size_t i = 0; r == 0 && i < N_DEFAULTS; i++)
                        r = add(&m, tamis_slice_of(defaults[i]), err);
        if (r == 0 && list)
                r = add_list(&m, list, err);
        if (r < 0) {
                tamis_missing_done(&m);
                return r;
        }

        qsort(m.tokens, m.n, sizeof *m.tokens, compare);
        for (size_t i = 0; i < m.n; i++) {
                if (n > 0 && tamis_slice_equal(m.tokens[n - 1], m.tokens[i]))
                        continue;
                m.tokens[n++] = m.tokens[i];
                m.may_begin[(uint8_t) m.tokens[i].p[0]] = 1;
                if (m.tokens[i].n > m.longest)
                        m.longest = m.tokens[i].n;
        }
        m.n = n;
        *missing = m;
        return 0;
}

void tamis_missing_done(tamis_missing *missing) {
        if (!missing)
                return;
        free(missing->tokens);
        tamis_arena_done(&missing->arena);
        *missing = (tamis_missing) { 0 };
}

bool tamis_missing_is(const tamis_missing *missing, tamis_slice value) {
        size_t low = 0, high = missing->n;

        value = tamis_trim(value);
        if (value.n == 0)
                return true;
        if (value.n > missing->longest || !missing->may_begin[(uint8_t) value.p[0]])
                return false;
        while (low < high) {
                size_t middle = low + (high - low) / 2;
                int order = tamis_slice_compare(missing->tokens[middle], value);

                if (order == 0)
                        return true;
                if (order < 0)
                        low = middle + 1;
                else
                        high = middle;
        }
        return false;
}
