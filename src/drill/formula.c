#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <tamis/number.h>
#include <tamis/schema.h>

#include "drill/functions.h"

/* A formula is worked out as it is read: nothing is kept of it but the values. */
enum { DEEPEST = 60, MOST_ARGUMENTS = 40, MOST_NAME = 120, MOST_WORDS = 256 };

typedef struct reading {
        const tamis_drill_scope *scope;
        const char *key, *text;
        size_t at;
        unsigned depth, calls;
        tamis_error *err;
} reading;

typedef tamis_drill_column column;

static int either(reading *r, column *ret);

static __attribute__((format(printf, 2, 3))) int fail(const reading *r, const char *format, ...) {
        char what[512];
        va_list list;

        va_start(list, format);
        vsnprintf(what, sizeof what, format, list);
        va_end(list);
        return tamis_fail_at(r->err, TAMIS_BAD_DATA, r->scope->file, r->scope->line, 0, "%s%s\"%.200s\": %s", r->key ? r->key : "",
                             r->key ? " = " : "", r->text, what);
}

/* -- words --------------------------------------------------------------------------------------------------------- */

static void skip_blanks(reading *r) {
        while (r->text[r->at] == ' ' || r->text[r->at] == '\t')
                r->at++;
}

static bool is_letter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool goes_on(char c) {
        return is_letter(c) || (c >= '0' && c <= '9') || c == '.';
}

/* An operator, when it is the next word. */
static bool take(reading *r, const char *what) {
        size_t n = strlen(what);

        skip_blanks(r);
        if (strncmp(r->text + r->at, what, n) != 0)
                return false;
        if (is_letter(*what) ? goes_on(r->text[r->at + n]) : n == 1 && strchr("<>", *what) && r->text[r->at + 1] == '=')
                return false;
        r->at += n;
        return true;
}

static bool take_name(reading *r, char name[MOST_NAME]) {
        size_t n = 0;

        skip_blanks(r);
        if (!is_letter(r->text[r->at]) && !(r->text[r->at] == '.' && is_letter(r->text[r->at + 1])))
                return false;
        while (goes_on(r->text[r->at + n]) && n + 1 < MOST_NAME)
                n++;
        memcpy(name, r->text + r->at, n);
        name[n] = '\0';
        r->at += n;
        return true;
}

/* -- values -------------------------------------------------------------------------------------------------------- */

static int number_room(reading *r, size_t n, column *ret) {
        *ret = (column) { .name = "", .n = n, .number = tamis_arena_get(&r->scope->world->arena, (n + 1) * sizeof(double)) };
        return ret->number ? 0 : tamis_fail_memory(r->err);
}

static int constant(reading *r, double x, column *ret) {
        int status = number_room(r, 1, ret);

        if (status == 0)
                ret->number[0] = x;
        return status;
}

static int text_constant(reading *r, tamis_slice text, column *ret) {
        tamis_arena *arena = &r->scope->world->arena;

        *ret = (column) { .name = "", .text = true, .n = 1, .texts = tamis_arena_get(arena, sizeof *ret->texts) };
        if (!ret->texts || !(ret->texts[0] = tamis_arena_copy(arena, text)))
                return tamis_fail_memory(r->err);
        return 0;
}

static size_t rows_of(const reading *r, const column *a, const column *b, int *status) {
        if (a->n == b->n || b->n == 1)
                return a->n;
        if (a->n == 1)
                return b->n;
        *status = fail(r, "%zu rows beside %zu: only columns of one table, or constants, go together (lookup(table.column, i) takes "
                       "rows of another)", a->n, b->n);
        return 0;
}

/* -- operators ----------------------------------------------------------------------------------------------------- */

static double compute(char op, double a, double b) {
        switch (op) {
        case '+': return a + b;
        case '-': return a - b;
        case '*': return a * b;
        case '/': return a / b;
        case '%': return a - b * floor(a / b);
        case '^': return pow(a, b);
        case '=': return a == b;
        case '!': return a != b;
        case '<': return a < b;
        case 'l': return a <= b;
        case '>': return a > b;
        case 'g': return a >= b;
        default: return NAN;
        }
}

static double compare_texts(char op, const char *a, const char *b) {
        return compute(op, strcmp(a, b), 0);
}

static int binary(reading *r, char op, const column *a, const column *b, column *ret) {
        bool comparing = strchr("=!<l>g", op) != NULL;
        int status = 0;
        size_t n = rows_of(r, a, b, &status);

        if (status < 0)
                return status;
        if (a->text != b->text)
                return fail(r, "a text beside a number (number(text) makes numbers of texts)");
        if (a->text && !comparing)
                return fail(r, "texts can be compared and joined, but not computed with (number(text) makes numbers of them)");
        status = number_room(r, n, ret);
        for (size_t i = 0; status == 0 && i < n; i++) {
                size_t x = a->n == 1 ? 0 : i, y = b->n == 1 ? 0 : i;

                if (a->text ? !a->texts[x] || !b->texts[y] : isnan(a->number[x]) || isnan(b->number[y]))
                        ret->number[i] = NAN;
                else if (a->text)
                        ret->number[i] = compare_texts(op, a->texts[x], b->texts[y]);
                else
                        ret->number[i] = compute(op, a->number[x], b->number[y]);
        }
        return status;
}

/* Missing only where the other side does not decide. */
static int logical(reading *r, bool both, const column *a, const column *b, column *ret) {
        int status = 0;
        size_t n = rows_of(r, a, b, &status);

        if (status == 0 && (a->text || b->text))
                status = fail(r, "%s goes between conditions, and here is a text", both ? "and" : "or");
        if (status == 0)
                status = number_room(r, n, ret);
        for (size_t i = 0; status == 0 && i < n; i++) {
                double x = a->number[a->n == 1 ? 0 : i], y = b->number[b->n == 1 ? 0 : i];

                if (both)
                        ret->number[i] = x == 0 || y == 0 ? 0 : isnan(x) || isnan(y) ? NAN : 1;
                else
                        ret->number[i] = (!isnan(x) && x != 0) || (!isnan(y) && y != 0) ? 1 : isnan(x) || isnan(y) ? NAN : 0;
        }
        return status;
}

/* -- names --------------------------------------------------------------------------------------------------------- */

static void add_word(tamis_slice *words, size_t *n, const char *word) {
        if (*n < MOST_WORDS)
                words[(*n)++] = tamis_slice_of(word);
}

static int unknown(reading *r, const char *name) {
        const tamis_drill_scope *s = r->scope;
        tamis_slice words[MOST_WORDS];
        char near[256] = "";
        size_t n = 0;

        for (size_t i = 0; s->table && i < s->table->n; i++)
                add_word(words, &n, s->table->columns[i].name);
        for (size_t i = 0; i < s->n_figures; i++)
                add_word(words, &n, s->figures[i].name);
        tamis_nearest(tamis_slice_of(name), words, n, near, sizeof near);
        return fail(r, "no column or figure \"%s\"%s%s%s", name, *near ? " (did you mean " : "", near, *near ? "?)" : "");
}

static int other_table(reading *r, const char *name, column *ret) {
        const char *dot = strchr(name, '.');
        char of[MOST_NAME];
        const tamis_drill_table *t;
        const column *c;

        snprintf(of, sizeof of, "%.*s", (int) (dot - name), name);
        t = tamis_drill_world_table(r->scope->world, of);
        if (!t)
                return fail(r, "no table \"%s\" above this", of);
        c = tamis_drill_table_column(t, dot + 1);
        if (!c && t->absent)
                return constant(r, NAN, ret);
        if (!c)
                return fail(r, "table \"%s\" has no column \"%s\"", of, dot + 1);
        *ret = *c;
        return 0;
}

static int named(reading *r, const char *name, column *ret) {
        const tamis_drill_scope *s = r->scope;
        const column *c = s->table ? tamis_drill_table_column(s->table, name) : NULL;

        if (c) {
                *ret = *c;
                return 0;
        }
        for (size_t i = 0; i < s->n_figures; i++)
                if (strcmp(s->figures[i].name, name) == 0)
                        return constant(r, s->figures[i].value, ret);
        if (strcmp(name, "missing") == 0)
                return constant(r, NAN, ret);
        if (strcmp(name, "altered") == 0)
                return constant(r, s->world->altered, ret);
        if (strcmp(name, "rows") == 0 && s->table)
                return constant(r, (double) s->table->rows, ret);
        if (strcmp(name, "row") == 0 && s->table) {
                int status = number_room(r, s->table->rows, ret);

                for (size_t i = 0; status == 0 && i < s->table->rows; i++)
                        ret->number[i] = (double) (i + 1);
                return status;
        }
        return strchr(name + 1, '.') ? other_table(r, name, ret) : unknown(r, name);
}

/* -- calls --------------------------------------------------------------------------------------------------------- */

static int no_function(reading *r, const char *name) {
        const tamis_drill_function *const lists[] = { tamis_drill_draws, tamis_drill_rowwise, tamis_drill_texts, tamis_drill_wholes,
                                                      tamis_drill_measures };
        tamis_slice words[MOST_WORDS];
        char near[256] = "";
        size_t n = 0;

        for (size_t l = 0; l < sizeof lists / sizeof *lists; l++)
                for (const tamis_drill_function *f = lists[l]; f->name; f++)
                        add_word(words, &n, f->name);
        tamis_nearest(tamis_slice_of(name), words, n, near, sizeof near);
        return fail(r, "no function \"%s\"%s%s%s", name, *near ? " (did you mean " : "", near, *near ? "?)" : "");
}

static int take_table(reading *r, const tamis_drill_function *f, const tamis_drill_table **ret) {
        char name[MOST_NAME];

        if (!take_name(r, name))
                return fail(r, "%s() is of tables, and here should be the name of one", f->name);
        *ret = tamis_drill_world_table(r->scope->world, name);
        return *ret ? 0 : fail(r, "no table \"%s\" above this", name);
}

struct arguments {
        column of[MOST_ARGUMENTS];
        const tamis_drill_table *tables[2];
        size_t n;
};

static int take_arguments(reading *r, const tamis_drill_function *f, struct arguments *a) {
        unsigned n = 0;
        int status = 0;

        while (status == 0 && !take(r, ")")) {
                if (n > 0 && !take(r, ","))
                        return fail(r, "a comma or ) is missing at \"%.30s\"", r->text + r->at);
                if (n >= f->most || n >= MOST_ARGUMENTS)
                        return fail(r, "%s() takes at most %u arguments", f->name, f->most);
                status = n < f->tables ? take_table(r, f, &a->tables[n]) : either(r, &a->of[a->n++]);
                n++;
        }
        if (status == 0 && n < f->least)
                return fail(r, "%s() takes at least %u arguments", f->name, f->least);
        return status;
}

static int call(reading *r, const char *name, column *ret) {
        const tamis_drill_function *f = tamis_drill_function_find(name, strlen(name));
        struct arguments a = {0};
        char key[2 * MOST_NAME + 32];
        tamis_drill_call c = { .scope = r->scope, .name = name, .arguments = a.of, .tables = a.tables, .rows = 1, .key = key };
        unsigned number = r->calls++;
        column longest = { .n = 1 };
        int status;

        if (!f)
                return no_function(r, name);
        if (f->draws && !r->scope->may_draw)
                return fail(r, "%s() draws, and only the columns of a recipe may", name);
        status = take_arguments(r, f, &a);
        for (size_t i = 0; status == 0 && !f->apart && i < a.n; i++)
                longest.n = rows_of(r, &longest, &a.of[i], &status);
        if (status < 0)
                return status;
        c.n = a.n;
        c.rows = f->draws && r->scope->table ? r->scope->table->rows : longest.n;
        if (c.rows != longest.n && longest.n != 1)
                return fail(r, "%s(): %zu rows, in a table of %zu", name, longest.n, c.rows);
        snprintf(key, sizeof key, "drill.%s.%s.%u", r->scope->table ? r->scope->table->name : "", r->key ? r->key : "", number);
        *ret = (column) { .name = "", .n = c.rows };
        status = f->apply(&c, ret, r->err);
        if (status < 0 && r->err && !*r->err->file && status != TAMIS_NO_MEMORY) {
                char what[300];

                snprintf(what, sizeof what, "%.250s", r->err->message);
                return fail(r, "%s(): %s", name, what);
        }
        return status;
}

/* -- grammar, from the tightest -------------------------------------------------------------------------------------- */

static int take_text(reading *r, column *ret) {
        const char *begin = r->text + r->at + 1, *end = strchr(begin, '\'');

        if (!end)
                return fail(r, "a text without its second '");
        r->at += (size_t) (end - begin) + 2;
        return text_constant(r, (tamis_slice) { begin, (size_t) (end - begin) }, ret);
}

static int take_number(reading *r, column *ret) {
        const char *begin = r->text + r->at;
        size_t n = strspn(begin, "0123456789.");
        double x;

        if ((begin[n] == 'e' || begin[n] == 'E') && strspn(begin + n + 1 + (begin[n + 1] == '-' || begin[n + 1] == '+'), "0123456789") > 0) {
                n += 1 + (begin[n + 1] == '-' || begin[n + 1] == '+');
                n += strspn(begin + n, "0123456789");
        }
        if (!tamis_number_parse((tamis_slice) { begin, n }, &x))
                return fail(r, "\"%.*s\" is not a number", (int) n, begin);
        r->at += n;
        return constant(r, x, ret);
}

static int primary(reading *r, column *ret) {
        char name[MOST_NAME];
        int status;

        skip_blanks(r);
        if (r->text[r->at] == '\'')
                return take_text(r, ret);
        if (take_name(r, name))
                return take(r, "(") ? call(r, name, ret) : named(r, name, ret);
        if ((r->text[r->at] >= '0' && r->text[r->at] <= '9') || r->text[r->at] == '.')
                return take_number(r, ret);
        if (!take(r, "("))
                return r->text[r->at] ? fail(r, "a value should be at \"%.30s\"", r->text + r->at) : fail(r, "it ends too soon");
        status = either(r, ret);
        return status == 0 && !take(r, ")") ? fail(r, "a ) is missing at \"%.30s\"", r->text + r->at) : status;
}

static int signed_one(reading *r, column *ret);

static int power(reading *r, column *ret) {
        column a, b;
        int status = primary(r, &a);

        *ret = a;
        if (status == 0 && take(r, "^")) {
                status = signed_one(r, &b);
                if (status == 0)
                        status = binary(r, '^', &a, &b, ret);
        }
        return status;
}

static int signed_one(reading *r, column *ret) {
        column zero, a;
        bool minus = take(r, "-");
        int status;

        if (++r->depth > DEEPEST)
                return fail(r, "it is nested too deep");
        status = minus ? signed_one(r, &a) : power(r, ret);
        r->depth--;
        if (status == 0 && minus)
                status = constant(r, -1, &zero);
        return status == 0 && minus ? binary(r, '*', &zero, &a, ret) : status;
}

/* One level of operators that go from left to right. */
static int chained(reading *r, const char *const *words, const char *ops, int (*below)(reading *r, column *ret), column *ret) {
        column a, b;
        int status = below(r, &a);
        bool found = true;

        while (status == 0 && found) {
                found = false;
                for (size_t i = 0; !found && words[i]; i++) {
                        found = take(r, words[i]);
                        if (!found)
                                continue;
                        status = below(r, &b);
                        if (status == 0)
                                status = ops[i] == '&' || ops[i] == '|' ? logical(r, ops[i] == '&', &a, &b, ret)
                                                                        : binary(r, ops[i], &a, &b, ret);
                        a = *ret;
                }
        }
        *ret = a;
        return status;
}

static int product(reading *r, column *ret) {
        return chained(r, (const char *const []) { "*", "/", "%", NULL }, "*/%", signed_one, ret);
}

static int sum(reading *r, column *ret) {
        return chained(r, (const char *const []) { "+", "-", NULL }, "+-", product, ret);
}

static int comparison(reading *r, column *ret) {
        return chained(r, (const char *const []) { "==", "!=", "<=", ">=", "<", ">", NULL }, "=!lg<>", sum, ret);
}

static int negation(reading *r, column *ret) {
        column a, zero;
        int status;

        if (!take(r, "not"))
                return comparison(r, ret);
        if (++r->depth > DEEPEST)
                return fail(r, "it is nested too deep");
        status = negation(r, &a);
        r->depth--;
        if (status == 0)
                status = constant(r, 0, &zero);
        return status == 0 ? binary(r, '=', &a, &zero, ret) : status;
}

static int both(reading *r, column *ret) {
        return chained(r, (const char *const []) { "and", NULL }, "&", negation, ret);
}

static int either(reading *r, column *ret) {
        int status;

        if (++r->depth > DEEPEST)
                return fail(r, "it is nested too deep");
        status = chained(r, (const char *const []) { "or", NULL }, "|", both, ret);
        r->depth--;
        return status;
}

/* ------------------------------------------------------------------------------------------------------------------ */

int tamis_drill_formula(const tamis_drill_scope *scope, const char *key, const char *text, tamis_drill_column *ret, tamis_error *err) {
        reading r = { .scope = scope, .key = key, .text = text, .err = err };
        column c;
        int status = either(&r, &c);

        skip_blanks(&r);
        if (status == 0 && text[r.at])
                status = fail(&r, "something is left: \"%.30s\"", text + r.at);
        if (status == 0 && scope->table && c.n != scope->table->rows && c.n != 1)
                status = fail(&r, "%zu rows, in a table of %zu", c.n, scope->table->rows);
        if (status == 0)
                *ret = c;
        return status;
}

int tamis_drill_formula_figure(const tamis_drill_scope *scope, const char *text, double *ret, tamis_error *err) {
        tamis_drill_column c;
        int r = tamis_drill_formula(scope, NULL, text, &c, err);

        if (r < 0)
                return r;
        if (c.text || c.n != 1)
                return tamis_fail_at(err, TAMIS_BAD_DATA, scope->file, scope->line, 0, "\"%.200s\": one number is needed, and this %s", text,
                                     c.text ? "is a text" : "is a column (mean(x) makes one number of it)");
        *ret = c.number[0];
        return 0;
}
