/* SEL: which columns a person means.
 *
 * A list is taken item by item. One rule comes before the grammar: where a name of the schema reads the same as what is
 * there, up to a comma or the end, it is that name (the longest), whatever it holds.
 */
#include <fnmatch.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>

#include <tamis/schema.h>

#include "table/cell.h"
#include "table/show.h"

struct selector {
        tamis_schema *schema;
        const char *at;         /* what is left of SEL */
        bool *with, *without;
        bool *marks;            /* with or without: where the item at hand goes */
        bool any_with;
        tamis_arena arena;
};

static tamis_slice name_of(const tamis_schema *schema, size_t i) {
        return (tamis_slice) { schema->fields[i].name, schema->fields[i].name_length };
}

/* -- errors -------------------------------------------------------------------------------------------------------- */

static int fail_name(struct selector *s, tamis_slice name, tamis_error *err) {
        char shown[TAMIS_SHOW_SIZE], near[4 * TAMIS_SHOW_SIZE] = "";
        size_t n = s->schema->n;
        tamis_slice *names = calloc(n ? n : 1, sizeof *names);

        if (!names)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < n; i++)
                names[i] = name_of(s->schema, i);
        tamis_nearest(name, names, n, near, sizeof near);
        free(names);
        tamis_show(name, shown, sizeof shown);
        return tamis_fail(err, TAMIS_USAGE, "no column \"%s\"%s%s", shown, *near ? "; near: " : "", near);
}

static int fail_position(struct selector *s, tamis_slice digits, tamis_error *err) {
        char shown[TAMIS_SHOW_SIZE];

        tamis_show(digits, shown, sizeof shown);
        if (strspn(shown, "0") == strlen(shown))
                return tamis_fail(err, TAMIS_USAGE, "position %s: the first column is 1", shown);
        return tamis_fail(err, TAMIS_USAGE, "position %s is beyond the %zu column%s", shown, s->schema->n,
                          s->schema->n == 1 ? "" : "s");
}

static int fail_nothing(const char *what, tamis_slice item, tamis_error *err) {
        char shown[TAMIS_SHOW_SIZE];

        tamis_show(item, shown, sizeof shown);
        return tamis_fail(err, TAMIS_USAGE, "no column %s %s", what, shown);
}

/* -- names and positions ------------------------------------------------------------------------------------------- */

static bool is_position(tamis_slice s) {
        for (size_t i = 0; i < s.n; i++)
                if (s.p[i] < '0' || s.p[i] > '9')
                        return false;
        return s.n > 0;
}

/* The column at a 1-based position, or -1. */
static long column_at(const tamis_schema *schema, tamis_slice digits) {
        size_t n = 0;

        for (size_t i = 0; i < digits.n; i++) {
                n = 10 * n + (size_t) (digits.p[i] - '0');
                if (n > schema->n)
                        return -1;
        }
        return (long) n - 1;
}

/* All columns of that name; false: there is none. */
static bool mark_name(struct selector *s, tamis_slice name) {
        bool found = false;

        for (size_t i = 0; i < s->schema->n; i++)
                if (tamis_slice_equal(name_of(s->schema, i), name))
                        s->marks[i] = found = true;
        return found;
}

/* The length of the longest name that stands at `at`, up to a comma or the end (blanks in front of these are passed
 * over, but not counted); 0: none. */
static size_t name_at(const tamis_schema *schema, const char *at) {
        size_t longest = 0, rest = strlen(at);

        for (size_t i = 0; i < schema->n; i++) {
                tamis_slice name = name_of(schema, i);
                const char *end;

                if (name.n <= longest || name.n > rest || memcmp(name.p, at, name.n) != 0)
                        continue;
                end = at + name.n + strspn(at + name.n, " \t");
                if (!*end || *end == ',')
                        longest = name.n;
        }
        return longest;
}

/* -- ranges -------------------------------------------------------------------------------------------------------- */

/* One end of a range, a name (it may be quoted) or a position, or nothing: `open`. -1: neither. */
static long range_end(struct selector *s, tamis_slice end, long open) {
        long column;

        end = tamis_trim(end);
        if (end.n == 0)
                return open;
        column = tamis_schema_find(s->schema, end);
        if (column < 0 && is_position(end))
                return column_at(s->schema, end);
        if (column < 0 && end.n >= 2 && end.p[0] == '"' && end.p[end.n - 1] == '"') {
                tamis_slice name = tamis_cell_value(end, &s->arena);

                column = tamis_schema_find(s->schema, name);
        }
        return column;
}

/* Try each colon, since names may hold some. */
static bool mark_range(struct selector *s, tamis_slice item) {
        for (size_t i = 0; i < item.n; i++) {
                long from, to;

                if (item.p[i] != ':')
                        continue;
                from = range_end(s, (tamis_slice) { item.p, i }, 0);
                to = range_end(s, (tamis_slice) { item.p + i + 1, item.n - i - 1 }, (long) s->schema->n - 1);
                if (from < 0 || to < 0)
                        continue;
                for (long c = from < to ? from : to; c <= (from < to ? to : from); c++)
                        s->marks[c] = true;
                return true;
        }
        return false;
}

/* Say which end of `a:b` is wrong. */
static int fail_range(struct selector *s, tamis_slice item, tamis_error *err) {
        const char *colon = memchr(item.p, ':', item.n);
        tamis_slice end = tamis_trim((tamis_slice) { item.p, (size_t) (colon - item.p) });

        if (range_end(s, end, 0) >= 0)
                end = tamis_trim((tamis_slice) { colon + 1, item.n - (size_t) (colon - item.p) - 1 });
        return is_position(end) ? fail_position(s, end, err) : fail_name(s, end, err);
}

/* -- patterns and facts -------------------------------------------------------------------------------------------- */

static bool is_glob(tamis_slice item) {
        for (size_t i = 0; i < item.n; i++)
                if (strchr("*?[", item.p[i]))
                        return true;
        return false;
}

static int mark_glob(struct selector *s, tamis_slice item, tamis_error *err) {
        const char *pattern = tamis_arena_copy(&s->arena, item);
        bool found = false;

        if (!pattern)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < s->schema->n; i++)
                if (fnmatch(pattern, s->schema->fields[i].name, 0) == 0)
                        s->marks[i] = found = true;
        return found ? 0 : fail_nothing("matches", item, err);
}

/* `item` is what stands between the slashes. */
static int mark_regex(struct selector *s, tamis_slice item, tamis_error *err) {
        const char *pattern = tamis_arena_copy(&s->arena, item);
        bool found = false;
        regex_t regex;
        int r;

        if (!pattern)
                return tamis_fail_memory(err);
        r = regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB);
        if (r != 0) {
                char why[128];

                regerror(r, &regex, why, sizeof why);
                return tamis_fail(err, TAMIS_USAGE, "/%s/: %s", pattern, why);
        }
        for (size_t i = 0; i < s->schema->n; i++)
                if (regexec(&regex, s->schema->fields[i].name, 0, NULL, 0) == 0)
                        s->marks[i] = found = true;
        regfree(&regex);
        return found ? 0 : tamis_fail(err, TAMIS_USAGE, "no column matches /%s/", pattern);
}

static int fail_fact(tamis_slice item, tamis_error *err) {
        char shown[TAMIS_SHOW_SIZE];

        tamis_show(item, shown, sizeof shown);
        return tamis_fail(err, TAMIS_USAGE, "there is no %s, but @numeric, @categorical and @missing", shown);
}

static int mark_fact(struct selector *s, tamis_slice item, tamis_error *err) {
        bool missing = tamis_slice_equal(item, tamis_slice_of("@missing")), found = false;
        tamis_type type = TAMIS_TYPE_UNKNOWN;

        if (tamis_slice_equal(item, tamis_slice_of("@numeric")))
                type = TAMIS_TYPE_NUMERIC;
        else if (tamis_slice_equal(item, tamis_slice_of("@categorical")))
                type = TAMIS_TYPE_CATEGORICAL;
        else if (!missing)
                return fail_fact(item, err);
        for (size_t i = 0; i < s->schema->n; i++)
                if (missing ? tamis_schema_has_missing(s->schema, i) : tamis_schema_type(s->schema, i) == type)
                        s->marks[i] = found = true;
        if (!found && s->marks == s->with)
                return fail_nothing("is", item, err);
        return 0;
}

/* -- the list ------------------------------------------------------------------------------------------------------ */

/* Behind the closing quote of what is quoted at `at`, or NULL. */
static const char *behind_quoted(const char *at) {
        for (at++; *at; at++) {
                if (*at != '"')
                        continue;
                if (at[1] != '"')
                        return at + 1;
                at++;
        }
        return NULL;
}

/* Behind the slash that closes the regex at `at`, or NULL: the first one not escaped that a comma or the end
 * follows. */
static const char *behind_regex(const char *at) {
        for (at++; *at; at++) {
                const char *end = at + 1 + strspn(at + 1, " \t");

                if (*at == '\\' && at[1])
                        at++;
                else if (*at == '/' && (!*end || *end == ','))
                        return at + 1;
        }
        return NULL;
}

static int mark_item(struct selector *s, tamis_slice item, tamis_error *err) {
        if (item.n == 0)
                return tamis_fail(err, TAMIS_USAGE, "a name is wanted before and behind each comma");
        if (item.p[0] == '"' && behind_quoted(item.p) == item.p + item.n) {
                tamis_slice name = tamis_cell_value(item, &s->arena);

                if (!name.p)
                        return tamis_fail_memory(err);
                return mark_name(s, name) ? 0 : fail_name(s, name, err);
        }
        if (mark_range(s, item))
                return 0;
        if (item.p[0] == '@')
                return mark_fact(s, item, err);
        if (is_glob(item))
                return mark_glob(s, item, err);
        if (is_position(item)) {
                long column = column_at(s->schema, item);

                if (column < 0)
                        return fail_position(s, item, err);
                s->marks[column] = true;
                return 0;
        }
        return memchr(item.p, ':', item.n) ? fail_range(s, item, err) : fail_name(s, item, err);
}

/* The item at s->at, which is no name as it stands; s->at moves behind it. */
static int take_item(struct selector *s, tamis_error *err) {
        const char *begin = s->at, *end = begin;

        if (*begin == '/') {
                end = behind_regex(begin);
                if (!end)
                        return tamis_fail(err, TAMIS_USAGE, "a regex is not closed by a slash: %s", begin);
                s->at = end;
                return mark_regex(s, (tamis_slice) { begin + 1, (size_t) (end - begin) - 2 }, err);
        }
        while (*end && *end != ',') {
                end = *end == '"' ? behind_quoted(end) : end + 1;
                if (!end)
                        return tamis_fail(err, TAMIS_USAGE, "a quote is not closed: %s", begin);
        }
        s->at = end;
        return mark_item(s, tamis_trim((tamis_slice) { begin, (size_t) (end - begin) }), err);
}

/* A name at s->at wins over everything else that could be read there. */
static bool take_name(struct selector *s) {
        size_t n = name_at(s->schema, s->at);

        if (n == 0) {
                s->at += strspn(s->at, " \t");
                n = name_at(s->schema, s->at);
        }
        if (n == 0)
                return false;
        mark_name(s, (tamis_slice) { s->at, n });
        s->at += n;
        return true;
}

static int take(struct selector *s, tamis_error *err) {
        bool name;
        int r = 0;

        s->marks = s->with;
        name = take_name(s);
        if (!name && *s->at == '!') {
                s->at++;
                s->marks = s->without;
                name = take_name(s);
        }
        if (!name)
                r = take_item(s, err);
        s->any_with = s->any_with || s->marks == s->with;
        s->at += strspn(s->at, " \t");
        return r;
}

static int take_all(struct selector *s, tamis_error *err) {
        int r;

        for (;;) {
                r = take(s, err);
                if (r < 0 || !*s->at)
                        return r;
                if (*s->at != ',')
                        return tamis_fail(err, TAMIS_USAGE, "a comma is wanted before %s", s->at);
                s->at++;
        }
}

int tamis_select(tamis_schema *schema, const char *sel, tamis_selection *ret, tamis_error *err) {
        struct selector s = { .schema = schema, .at = sel };
        size_t *columns = calloc(schema->n + 1, sizeof *columns), n = 0;
        int r = 0;

        s.with = calloc(2 * schema->n + 1, sizeof *s.with);
        if (!columns || !s.with) {
                r = tamis_fail_memory(err);
                goto out;
        }
        s.without = s.with + schema->n;
        r = take_all(&s, err);
        if (r < 0)
                goto out;
        for (size_t i = 0; i < schema->n; i++)
                if ((s.with[i] || !s.any_with) && !s.without[i])
                        columns[n++] = i;
        if (n == 0) {
                r = tamis_fail(err, TAMIS_USAGE, "%s leaves no column", sel);
                goto out;
        }
        *ret = (tamis_selection) { columns, n };
        columns = NULL;
out:
        free(columns);
        free(s.with);
        tamis_arena_done(&s.arena);
        return r;
}

void tamis_selection_done(tamis_selection *selection) {
        if (!selection)
                return;
        free(selection->columns);
        *selection = (tamis_selection) { 0 };
}

int tamis_select_one(tamis_schema *schema, const char *sel, const char *what, size_t *ret, tamis_error *err) {
        tamis_selection s = { 0 };
        tamis_error why;
        bool doubled;
        int r = tamis_select(schema, sel, &s, &why);

        if (r == TAMIS_NO_MEMORY)
                return tamis_fail_memory(err);
        if (r < 0)
                return tamis_fail(err, r, "%s: %s", what, why.message);
        doubled = s.n > 1 && tamis_slice_equal(name_of(schema, s.columns[0]), name_of(schema, s.columns[1]));
        if (s.n == 1)
                *ret = s.columns[0];
        else if (doubled)
                r = tamis_fail(err, TAMIS_USAGE,
                               "%s %s: %zu columns have this name; say which by position (%zu or %zu)",
                               what, sel, s.n, s.columns[0] + 1, s.columns[1] + 1);
        else
                r = tamis_fail(err, TAMIS_USAGE, "%s %s: one column is wanted, not %zu", what, sel, s.n);
        tamis_selection_done(&s);
        return r;
}
