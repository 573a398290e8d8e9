#include <errno.h>
#include <math.h>
#include <stdio.h>

#include <tamis/csv.h>
#include <tamis/number.h>
#include <tamis/schema.h>

#include "drill/recipe.h"
#include "drill/rows.h"

/* One [file]. */
struct writing {
        const tamis_drill_config *c;
        const tamis_drill_section *s;
        tamis_drill_world *w;
        const tamis_drill_table *t;
        tamis_error *err;
};

struct shown {
        const tamis_drill_column *column;
        tamis_slice name;
};

static size_t line_of(const tamis_drill_section *s, const char *key) {
        size_t line = s->line;

        for (size_t i = 0; i < s->n; i++)
                if (strcmp(s->entries[i].key, key) == 0)
                        line = s->entries[i].line;
        return line;
}

static tamis_slice trimmed(tamis_slice s) {
        while (s.n > 0 && *s.p == ' ')
                s.p++, s.n--;
        while (s.n > 0 && s.p[s.n - 1] == ' ')
                s.n--;
        return s;
}

static int no_column(const struct writing *f, tamis_slice name) {
        tamis_slice words[128];
        char near[256] = "";
        size_t n = 0;

        while (n < f->t->n && n < sizeof words / sizeof *words) {
                words[n] = tamis_slice_of(f->t->columns[n].name);
                n++;
        }
        tamis_nearest(name, words, n, near, sizeof near);
        return tamis_fail_at(f->err, TAMIS_BAD_DATA, f->c->file, line_of(f->s, "columns"), 0,
                             "[file %s]: table \"%s\" has no column \"%.*s\"%s%s%s", f->s->name, f->t->name,
                             name.n < 60 ? (int) name.n : 60, name.p,
                             *near ? " (did you mean " : "", near, *near ? "?)" : "");
}

/* `a` or `a as name` or `a as "Other name"` */
static int take_shown(const struct writing *f, tamis_slice text, struct shown *ret) {
        const char *as = memmem(text.p, text.n, " as ", 4);
        tamis_slice source = trimmed((tamis_slice) { text.p, as ? (size_t) (as - text.p) : text.n });

        ret->column = NULL;
        for (size_t i = 0; i < f->t->n; i++)
                if (tamis_slice_equal(tamis_slice_of(f->t->columns[i].name), source))
                        ret->column = &f->t->columns[i];
        if (!ret->column)
                return no_column(f, source);
        ret->name = as ? trimmed((tamis_slice) { as + 4, text.n - (size_t) (as + 4 - text.p) }) : source;
        if (ret->name.n >= 2 && ret->name.p[0] == '"' && ret->name.p[ret->name.n - 1] == '"')
                ret->name = (tamis_slice) { ret->name.p + 1, ret->name.n - 2 };
        return 0;
}

static int choose_columns(const struct writing *f, struct shown **ret, size_t *n) {
        const char *list = tamis_drill_config_value(f->s, "columns");
        size_t most = f->t->n + 1;
        struct shown *shown;
        int r = 0;

        for (const char *p = list; p && *p; p++)
                most += *p == ',';
        shown = tamis_arena_get_zeroed(&f->w->arena, most + 1, sizeof *shown);
        if (!shown)
                return tamis_fail_memory(f->err);
        *n = 0;
        for (size_t i = 0; !list && i < f->t->n; i++)
                if (f->t->columns[i].name[0] != '.')
                        shown[(*n)++] = (struct shown) { &f->t->columns[i], tamis_slice_of(f->t->columns[i].name) };
        while (r == 0 && list && *list) {
                size_t end = 0;

                for (bool quoted = false; list[end] && (quoted || list[end] != ','); end++)
                        quoted ^= list[end] == '"';
                r = take_shown(f, trimmed((tamis_slice) { list, end }), &shown[(*n)++]);
                list += end + (list[end] == ',');
        }
        if (r == 0 && *n == 0)
                r = tamis_fail_at(f->err, TAMIS_BAD_DATA, f->c->file, f->s->line, 0,
                                  "[file %s]: it would have no columns", f->s->name);
        *ret = shown;
        return r;
}

/* What is no finite number is missing, as it would be to whoever reads it. */
static int add_cell(const tamis_drill_column *c, size_t row, const char *missing, bool only, char behind,
                    tamis_buffer *text, tamis_error *err) {
        char room[TAMIS_NUMBER_MAX];
        tamis_slice cell = { room, 0 };
        int r;

        if (c->text)
                cell = tamis_slice_of(c->texts[row] ? c->texts[row] : missing);
        else if (isfinite(c->number[row]))
                cell.n = tamis_number_print(c->number[row] == 0 ? 0 : c->number[row], room);    /* no -0 */
        else
                cell = tamis_slice_of(missing);
        r = tamis_cell_write(text, cell, ',', only, err);
        return r == 0 ? tamis_buffer_add(text, &behind, 1, err) : r;
}

/* As it is, and not by way of another name and the disk: a scratch folder is thrown away. */
static int write_text(const char *folder, const char *name, const tamis_buffer *text, tamis_error *err) {
        char path[4096];
        FILE *f;
        int r = 0;

        if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int) sizeof path)
                return tamis_fail(err, TAMIS_IO, "%.200s/%.60s: too long a name", folder, name);
        f = fopen(path, "we");
        if (!f)
                return tamis_fail_at(err, TAMIS_IO, path, 0, 0, "it cannot be written: %s", strerror(errno));
        if (fwrite(text->p, 1, text->n, f) != text->n)
                r = tamis_fail_at(err, TAMIS_IO, path, 0, 0, "it cannot be written: %s", strerror(errno));
        if (fclose(f) != 0 && r == 0)
                r = tamis_fail_at(err, TAMIS_IO, path, 0, 0, "it cannot be written: %s", strerror(errno));
        return r;
}

static int check_keys(const struct writing *f) {
        static const char *const keys[] = { "table", "columns", "where", "missing" };

        for (size_t i = 0; i < f->s->n; i++) {
                size_t k = 0;

                while (k < 4 && strcmp(f->s->entries[i].key, keys[k]) != 0)
                        k++;
                if (k == 4)
                        return tamis_fail_at(f->err, TAMIS_BAD_DATA, f->c->file, f->s->entries[i].line, 0,
                                             "[file %s] has table, columns, where and missing, and no \"%.60s\"",
                                             f->s->name, f->s->entries[i].key);
        }
        return 0;
}

static int find_table(struct writing *f) {
        const char *of = tamis_drill_config_value(f->s, "table"), *name = f->s->name;

        if (!*name || strchr(name, '/') || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
                return tamis_fail_at(f->err, TAMIS_BAD_DATA, f->c->file, f->s->line, 0,
                                     "[file %s]: a plain file's name is needed", name);
        f->t = of ? tamis_drill_world_table(f->w, of) : NULL;
        if (!f->t)
                return tamis_fail_at(f->err, TAMIS_BAD_DATA, f->c->file, line_of(f->s, "table"), 0,
                                     "[file %s]: table = NAME of a table that there is%s%.60s%s", name,
                                     of ? "; \"" : "", of ? of : "", of ? "\" is none" : "");
        return check_keys(f);
}

static int write_file(struct writing *f, const char *folder) {
        const char *missing = tamis_drill_config_value(f->s, "missing");
        const char *where = tamis_drill_config_value(f->s, "where");
        tamis_drill_scope scope = { .world = f->w, .file = f->c->file, .line = line_of(f->s, "where") };
        struct shown *shown = NULL;
        size_t n = 0, *which = NULL, rows = 0;
        tamis_buffer text = {0};
        int r = find_table(f);

        scope.table = f->t;
        if (r == 0)
                r = choose_columns(f, &shown, &n);
        if (r == 0)
                r = tamis_drill_rows_where(&scope, NULL, where, &which, &rows, f->err);
        for (size_t i = 0; r == 0 && i < n; i++) {
                r = tamis_cell_write(&text, shown[i].name, ',', n == 1, f->err);
                if (r == 0)
                        r = tamis_buffer_add(&text, i + 1 < n ? "," : "\n", 1, f->err);
        }
        for (size_t k = 0; r == 0 && k < rows; k++)
                for (size_t i = 0; r == 0 && i < n; i++)
                        r = add_cell(shown[i].column, which[k], missing ? missing : "", n == 1, i + 1 < n ? ',' : '\n',
                                     &text, f->err);
        if (r == 0)
                r = write_text(folder, f->s->name, &text, f->err);
        tamis_buffer_done(&text);
        return r;
}

int tamis_drill_recipe_write(const tamis_drill_config *c, tamis_drill_world *w, const char *folder, tamis_error *err) {
        int r = 0;

        for (size_t i = 0; r == 0 && i < c->n; i++) {
                struct writing f = { .c = c, .s = &c->sections[i], .w = w, .err = err };

                if (strcmp(c->sections[i].kind, "file") == 0)
                        r = write_file(&f, folder);
        }
        return r;
}
