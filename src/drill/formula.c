#include <stdio.h>

#include "drill/reading.h"

typedef tamis_drill_reading reading;
typedef tamis_drill_column column;

/* -- grammar, from the tightest ------------------------------------------------------------------------------------ */

static int primary(reading *r, column *ret) {
        char name[TAMIS_DRILL_NAME];
        int status;

        if (tamis_drill_take_name(r, name))
                return tamis_drill_take(r, "(") ? tamis_drill_called(r, name, ret) : tamis_drill_named(r, name, ret);
        if (r->text[r->at] == '\'')
                return tamis_drill_take_text(r, ret);
        if ((r->text[r->at] >= '0' && r->text[r->at] <= '9') || r->text[r->at] == '.')
                return tamis_drill_take_number(r, ret);
        if (!tamis_drill_take(r, "("))
                return tamis_drill_no_value(r);
        status = tamis_drill_value(r, ret);
        if (status == 0 && !tamis_drill_take(r, ")"))
                return r->text[r->at] ? tamis_drill_no_value(r) : tamis_drill_wrong(r, "a ) is missing at its end");
        return status;
}

static int signed_one(reading *r, column *ret);

/* -2 ^ 2 is -4, 2 ^ -1 is 0.5, 2 ^ 3 ^ 2 is 2 ^ 9. */
static int power(reading *r, column *ret) {
        column a, b;
        int status = primary(r, &a);

        if (status < 0)
                return status;
        *ret = a;
        if (!tamis_drill_take(r, "^"))
                return 0;
        status = signed_one(r, &b);
        return status == 0 ? tamis_drill_binary(r, '^', &a, &b, ret) : status;
}

static int signed_one(reading *r, column *ret) {
        column minus, a;
        int status;

        if (++r->depth > TAMIS_DRILL_DEEPEST)
                return tamis_drill_wrong(r, "it is nested too deep");
        if (!tamis_drill_take(r, "-")) {
                status = power(r, ret);
                r->depth--;
                return status;
        }
        status = signed_one(r, &a);
        r->depth--;
        if (status == 0)
                status = tamis_drill_constant(r, -1, &minus);
        return status == 0 ? tamis_drill_binary(r, '*', &minus, &a, ret) : status;
}

/* The first of some operators that is the next word; -1: none. */
static int next_of(reading *r, const char *const *words) {
        for (int i = 0; words[i]; i++)
                if (tamis_drill_take(r, words[i]))
                        return i;
        return -1;
}

/* One level of operators that go from left to right. */
static int chained(reading *r, const char *const *words, const char *ops, int (*below)(reading *r, column *ret),
                   column *ret) {
        column a, b;
        int status = below(r, &a);

        for (int i; status == 0 && (i = next_of(r, words)) >= 0;) {
                column of = {0};

                status = below(r, &b);
                if (status == 0)
                        status = ops[i] == '&' || ops[i] == '|' ? tamis_drill_logical(r, ops[i] == '&', &a, &b, &of)
                                                                : tamis_drill_binary(r, ops[i], &a, &b, &of);
                a = of;
        }
        if (status == 0)
                *ret = a;
        return status;
}

static int product(reading *r, column *ret) {
        return chained(r, (const char *const []) { "*", "/", "%", NULL }, "*/%", signed_one, ret);
}

static int sum(reading *r, column *ret) {
        return chained(r, (const char *const []) { "+", "-", NULL }, "+-", product, ret);
}

/* One comparison: 1 < x < 3 would compare truth with 3. */
static int comparison(reading *r, column *ret) {
        static const char *const words[] = { "==", "!=", "<=", ">=", "<", ">", NULL };
        column a, b;
        int status = sum(r, &a), i;

        if (status < 0)
                return status;
        *ret = a;
        i = next_of(r, words);
        if (i < 0)
                return 0;
        status = sum(r, &b);
        if (status == 0)
                status = tamis_drill_binary(r, "=!lg<>"[i], &a, &b, ret);
        if (status == 0 && next_of(r, words) >= 0)
                return tamis_drill_wrong(r, "two comparisons in a row: a < b and b < c is how to write it");
        return status;
}

static int negation(reading *r, column *ret) {
        column a, zero;
        int status;

        if (!tamis_drill_take(r, "not"))
                return comparison(r, ret);
        if (++r->depth > TAMIS_DRILL_DEEPEST)
                return tamis_drill_wrong(r, "it is nested too deep");
        status = negation(r, &a);
        r->depth--;
        if (status == 0)
                status = tamis_drill_constant(r, 0, &zero);
        return status == 0 ? tamis_drill_binary(r, '=', &a, &zero, ret) : status;
}

static int both(reading *r, column *ret) {
        return chained(r, (const char *const []) { "and", NULL }, "&", negation, ret);
}

int tamis_drill_value(reading *r, column *ret) {
        int status;

        if (++r->depth > TAMIS_DRILL_DEEPEST)
                return tamis_drill_wrong(r, "it is nested too deep");
        status = chained(r, (const char *const []) { "or", NULL }, "|", both, ret);
        r->depth--;
        return status;
}

/* ------------------------------------------------------------------------------------------------------------------ */

/* Its value lives in `scratch`, as everything on the way to it does. */
static int evaluate(const tamis_drill_scope *scope, const char *key, const char *text, column *ret, tamis_error *err) {
        reading r = { .scope = scope, .key = key, .text = text, .err = err };
        column c = {0};
        int status = tamis_drill_value(&r, &c);

        if (status == 0 && text[r.at + strspn(text + r.at, " \t")])
                status = tamis_drill_no_value(&r);
        if (status == 0 && scope->table && c.n != scope->table->rows && c.n != 1)
                status = tamis_drill_wrong(&r, "%zu rows, in a table of %zu", c.n, scope->table->rows);
        if (status == 0)
                *ret = c;
        return status;
}

static int copied(tamis_arena *arena, const column *from, column *ret, tamis_error *err) {
        column c = { .name = "", .text = from->text, .n = from->n };

        if (from->text)
                c.texts = tamis_arena_get_zeroed(arena, from->n + 1, sizeof *c.texts);
        else
                c.number = tamis_arena_get(arena, (from->n + 1) * sizeof *c.number);
        if (!c.texts && !c.number)
                return tamis_fail_memory(err);
        if (!from->text)
                memcpy(c.number, from->number, from->n * sizeof *c.number);
        for (size_t i = 0; from->text && i < from->n; i++) {
                if (i > 0 && from->texts[i] == from->texts[i - 1])
                        c.texts[i] = c.texts[i - 1];
                else if (from->texts[i])
                        c.texts[i] = tamis_arena_copy(arena, tamis_slice_of(from->texts[i]));
                if (from->texts[i] && !c.texts[i])
                        return tamis_fail_memory(err);
        }
        *ret = c;
        return 0;
}

/* Functions take memory from the world's arena: while a formula is worked out that is one of its own, so that of a
 * dozen columns on the way to one, one stays. */
int tamis_drill_formula(const tamis_drill_scope *scope, const char *key, const char *text, tamis_drill_column *ret,
                        tamis_error *err) {
        tamis_arena kept = scope->world->arena;
        column c = {0};
        int status;

        scope->world->arena = (tamis_arena) {0};
        status = evaluate(scope, key, text, &c, err);
        if (status == 0)
                status = copied(&kept, &c, ret, err);
        tamis_arena_done(&scope->world->arena);
        scope->world->arena = kept;
        return status;
}

int tamis_drill_formula_figure(const tamis_drill_scope *scope, const char *text, double *ret, tamis_error *err) {
        tamis_drill_column c;
        int r = tamis_drill_formula(scope, NULL, text, &c, err);

        if (r < 0)
                return r;
        if (c.text || c.n != 1)
                return tamis_fail_at(err, TAMIS_BAD_DATA, scope->file, scope->line, 0,
                                     "\"%.200s\": one number is needed, and this %s", text,
                                     c.text ? "is a text" : "is a column (mean(x) makes one number of it)");
        *ret = c.number[0];
        return 0;
}
