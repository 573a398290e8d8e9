#include <math.h>
#include <stdio.h>

#include <tamis/schema.h>

#include "drill/reading.h"

enum { MOST_WORDS = 256 };

static void add_word(tamis_slice *words, size_t *n, const char *word) {
        if (*n < MOST_WORDS)
                words[(*n)++] = tamis_slice_of(word);
}

static void add_columns(tamis_slice *words, size_t *n, const tamis_drill_table *t) {
        for (size_t i = 0; t && i < t->n; i++)
                add_word(words, n, t->columns[i].name);
}

/* -- columns ------------------------------------------------------------------------------------------------------- */

static int no_name(const tamis_drill_reading *r, const char *name) {
        const tamis_drill_scope *s = r->scope;
        tamis_slice words[MOST_WORDS];
        size_t n = 0;

        if (tamis_drill_function_find(name, strlen(name)))
                return tamis_drill_wrong(r, "%s is a function, and wants its arguments: %s(...)", name, name);
        if (tamis_drill_world_table(s->world, name))
                return tamis_drill_wrong(r, "%s is a table; a column of it is %s.NAME", name, name);
        add_columns(words, &n, s->table);
        for (size_t i = 0; i < s->n_figures; i++)
                add_word(words, &n, s->figures[i].name);
        add_word(words, &n, "missing");
        add_word(words, &n, "altered");
        add_word(words, &n, "rows");
        add_word(words, &n, "row");
        return tamis_drill_unknown(r, "column or figure", name, words, n);
}

static int find_table(const tamis_drill_reading *r, const char *name, const tamis_drill_table **ret) {
        tamis_slice words[MOST_WORDS];
        size_t n = 0;

        *ret = tamis_drill_world_table(r->scope->world, name);
        if (*ret)
                return 0;
        for (size_t i = 0; i < r->scope->world->n; i++)
                add_word(words, &n, r->scope->world->tables[i].name);
        return tamis_drill_unknown(r, "table above this that is called", name, words, n);
}

/* `table.column`; the column of a table's own recipe may begin with another dot: `table..column`. */
static int other_table(tamis_drill_reading *r, const char *name, tamis_drill_column *ret) {
        const char *dot = strchr(name, '.');
        char of[TAMIS_DRILL_NAME];
        const tamis_drill_table *t = NULL;
        const tamis_drill_column *c;
        tamis_slice words[MOST_WORDS];
        size_t n = 0;
        int status;

        snprintf(of, sizeof of, "%.*s", (int) (dot - name), name);
        status = find_table(r, of, &t);
        if (status < 0)
                return status;
        c = tamis_drill_table_column(t, dot + 1);
        if (!c && t->absent)
                return tamis_drill_constant(r, NAN, ret);
        if (c) {
                *ret = *c;
                return 0;
        }
        add_columns(words, &n, t);
        snprintf(of, sizeof of, "column of table %.*s that is called",
                 (int) (dot - name) < 60 ? (int) (dot - name) : 60, name);
        return tamis_drill_unknown(r, of, dot + 1, words, n);
}

static int row_numbers(tamis_drill_reading *r, tamis_drill_column *ret) {
        int status = tamis_drill_room(r, r->scope->table->rows, ret);

        for (size_t i = 0; status == 0 && i < ret->n; i++)
                ret->number[i] = (double) (i + 1);
        return status;
}

int tamis_drill_named(tamis_drill_reading *r, const char *name, tamis_drill_column *ret) {
        const tamis_drill_scope *s = r->scope;
        const tamis_drill_column *c = s->table ? tamis_drill_table_column(s->table, name) : NULL;

        if (c) {
                *ret = *c;
                return 0;
        }
        for (size_t i = 0; i < s->n_figures; i++)
                if (strcmp(s->figures[i].name, name) == 0)
                        return tamis_drill_constant(r, s->figures[i].value, ret);
        if (strcmp(name, "missing") == 0)
                return tamis_drill_constant(r, NAN, ret);
        if (strcmp(name, "altered") == 0)
                return tamis_drill_constant(r, s->world->altered, ret);
        if (strcmp(name, "rows") == 0 && s->table)
                return tamis_drill_constant(r, (double) s->table->rows, ret);
        if (strcmp(name, "row") == 0 && s->table)
                return row_numbers(r, ret);
        return strchr(name + 1, '.') && *name != '.' ? other_table(r, name, ret) : no_name(r, name);
}

/* -- calls --------------------------------------------------------------------------------------------------------- */

static int no_function(const tamis_drill_reading *r, const char *name) {
        const tamis_drill_function *const lists[] = { tamis_drill_draws, tamis_drill_rowwise, tamis_drill_texts,
                                                      tamis_drill_wholes, tamis_drill_measures };
        tamis_slice words[MOST_WORDS];
        size_t n = 0;

        for (size_t l = 0; l < sizeof lists / sizeof *lists; l++)
                for (const tamis_drill_function *f = lists[l]; f->name; f++)
                        add_word(words, &n, f->name);
        return tamis_drill_unknown(r, "function", name, words, n);
}

static int take_table(tamis_drill_reading *r, const tamis_drill_function *f, const tamis_drill_table **ret) {
        char name[TAMIS_DRILL_NAME];

        if (!tamis_drill_take_name(r, name))
                return tamis_drill_wrong(r, "%s() is of tables, and here should be the name of one", f->name);
        return find_table(r, name, ret);
}

struct arguments {
        tamis_drill_column of[TAMIS_DRILL_ARGUMENTS];
        const tamis_drill_table *tables[4];
        size_t n;
};

static int take_arguments(tamis_drill_reading *r, const tamis_drill_function *f, struct arguments *a) {
        const char *many = f->most == 1 ? "" : "s", *few = f->least == 1 ? "" : "s";
        unsigned n = 0;
        int status = 0;

        while (status == 0 && !tamis_drill_take(r, ")")) {
                if (n > 0 && !tamis_drill_take(r, ","))
                        return r->text[r->at] ? tamis_drill_no_value(r)
                                              : tamis_drill_wrong(r, "the ) of %s( is missing", f->name);
                if (n >= f->most || n >= TAMIS_DRILL_ARGUMENTS)
                        return tamis_drill_wrong(r, "%s() takes at most %u argument%s", f->name, f->most, many);
                status = n < f->tables ? take_table(r, f, &a->tables[n]) : tamis_drill_value(r, &a->of[a->n++]);
                n++;
        }
        if (status == 0 && n < f->least)
                return tamis_drill_wrong(r, "%s() takes at least %u argument%s", f->name, f->least, few);
        return status;
}

/* A draw's key: whatever else there is in a recipe, it stays the same. */
static void make_key(const tamis_drill_reading *r, unsigned number, char *key, size_t n) {
        const tamis_drill_scope *s = r->scope;

        snprintf(key, n, "drill.%s.%s.%u", s->table ? s->table->name : "", r->key ? r->key : "", number);
        if (s->again > 0)
                snprintf(key + strlen(key), n - strlen(key), ".again.%u", s->again);
}

static int apply(tamis_drill_reading *r, const tamis_drill_function *f, const tamis_drill_call *c,
                 tamis_drill_column *ret) {
        tamis_error err = {0};
        int status = f->apply(c, ret, &err);

        if (status == TAMIS_BAD_DATA && !*err.file)
                return tamis_drill_wrong(r, "%s(): %.500s", f->name, err.message);
        if (status < 0 && r->err)
                *r->err = err;
        return status;
}

int tamis_drill_called(tamis_drill_reading *r, const char *name, tamis_drill_column *ret) {
        const tamis_drill_function *f = tamis_drill_function_find(name, strlen(name));
        struct arguments a = {0};
        char key[512];
        tamis_drill_call c = { .scope = r->scope, .name = name, .arguments = a.of, .tables = a.tables, .rows = 1,
                               .key = key };
        unsigned number = r->calls++;
        tamis_drill_column longest = { .n = 1 };
        int status;

        if (!f)
                return no_function(r, name);
        if (f->draws && !r->scope->may_draw)
                return tamis_drill_wrong(r, "%s() draws, and only the columns of a recipe may", name);
        status = take_arguments(r, f, &a);
        for (size_t i = 0; status == 0 && !f->apart && i < a.n; i++)
                status = tamis_drill_together(r, &longest, &a.of[i], &longest.n);
        if (status < 0)
                return status;
        c.n = a.n;
        c.rows = f->draws && r->scope->table ? r->scope->table->rows : longest.n;
        if (c.rows != longest.n && longest.n != 1)
                return tamis_drill_wrong(r, "%s(): %zu rows, in a table of %zu", name, longest.n, c.rows);
        make_key(r, number, key, sizeof key);
        *ret = (tamis_drill_column) { .name = "", .n = c.rows };
        return apply(r, f, &c, ret);
}
