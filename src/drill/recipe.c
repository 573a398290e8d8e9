#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <tamis/csv.h>
#include <tamis/number.h>

#include "drill/formula.h"
#include "drill/recipe.h"

enum { MOST_ROWS = 2000000 };

static tamis_drill_scope scope_of(const tamis_drill_config *c, tamis_drill_world *w, const tamis_drill_table *t, size_t line) {
        return (tamis_drill_scope) { .world = w, .table = t, .may_draw = true, .file = c->file, .line = line };
}

/* -- tables -------------------------------------------------------------------------------------------------------- */

static bool is_plain(const char *key) {
        return strcmp(key, "rows") != 0 && strcmp(key, "keep") != 0 && strcmp(key, "order") != 0;
}

/* A cell a row: constants, too, so that other tables can look rows up. */
static int spread(tamis_drill_world *w, size_t rows, tamis_drill_column *c, tamis_error *err) {
        tamis_drill_column of = *c;

        if (c->n == rows)
                return 0;
        of.n = rows;
        of.number = c->text ? NULL : tamis_arena_get(&w->arena, (rows + 1) * sizeof *of.number);
        of.texts = c->text ? tamis_arena_get(&w->arena, (rows + 1) * sizeof *of.texts) : NULL;
        if (!of.number && !of.texts)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < rows; i++) {
                if (c->text)
                        of.texts[i] = c->texts[0];
                else
                        of.number[i] = c->number[0];
        }
        *c = of;
        return 0;
}

static int take_column(const tamis_drill_config *c, tamis_drill_world *w, tamis_drill_table *t, const tamis_drill_entry *e,
                       tamis_error *err) {
        tamis_drill_scope scope = scope_of(c, w, t, e->line);
        tamis_drill_column column;
        int r = tamis_drill_formula(&scope, e->key, e->value, &column, err);

        if (r == 0)
                r = spread(w, t->rows, &column, err);
        return r == 0 ? tamis_drill_table_set(w, t, e->key, &column, err) : r;
}

/* The rows for which a formula holds, in order. */
static int those_where(const tamis_drill_config *c, tamis_drill_world *w, const tamis_drill_table *t, const char *formula, size_t line,
                       size_t **ret, size_t *n, tamis_error *err) {
        tamis_drill_scope scope = scope_of(c, w, t, line);
        tamis_drill_column keep = {0};
        size_t *which = tamis_arena_get(&w->arena, (t->rows + 1) * sizeof *which);
        int r = which ? 0 : tamis_fail_memory(err);

        scope.may_draw = false;
        if (r == 0 && formula)
                r = tamis_drill_formula(&scope, NULL, formula, &keep, err);
        if (r == 0 && keep.text)
                r = tamis_fail_at(err, TAMIS_BAD_DATA, c->file, line, 0, "\"%s\" is a text, and no condition", formula);
        if (r < 0)
                return r;
        *n = 0;
        for (size_t row = 0; row < t->rows; row++) {
                double x = formula ? keep.number[keep.n == 1 ? 0 : row] : 1;

                if (!isnan(x) && x != 0)
                        which[(*n)++] = row;
        }
        *ret = which;
        return 0;
}

static int compare_rows(const void *a, const void *b, void *arg) {
        const size_t x = *(const size_t *) a, y = *(const size_t *) b;
        const tamis_drill_column *c = arg;
        int order;

        if (c->text) {
                const char *s = c->texts[x], *t = c->texts[y];

                order = !s || !t ? !s - !t : strcmp(s, t);
        } else {
                double s = c->number[x], t = c->number[y];

                order = isnan(s) || isnan(t) ? isnan(s) - isnan(t) : (s > t) - (s < t);
        }
        return order ? order : (x > y) - (x < y);
}

static int sort_rows(const tamis_drill_config *c, tamis_drill_world *w, tamis_drill_table *t, const tamis_drill_entry *e, tamis_error *err) {
        tamis_drill_scope scope = scope_of(c, w, t, e->line);
        tamis_drill_column by;
        size_t *which = NULL, n = 0;
        int r = tamis_drill_formula(&scope, "order", e->value, &by, err);

        if (r == 0)
                r = spread(w, t->rows, &by, err);
        if (r == 0)
                r = those_where(c, w, t, NULL, e->line, &which, &n, err);
        if (r < 0)
                return r;
        if (n > 1)
                qsort_r(which, n, sizeof *which, compare_rows, &by);
        return tamis_drill_table_rows(w, t, which, n, err);
}

/* keep and order, when all columns are there. */
static int arrange(const tamis_drill_config *c, const tamis_drill_section *s, tamis_drill_world *w, tamis_drill_table *t, tamis_error *err) {
        int r = 0;

        for (size_t i = 0; r == 0 && i < s->n; i++) {
                const tamis_drill_entry *e = &s->entries[i];
                size_t *which, n;

                if (strcmp(e->key, "keep") == 0) {
                        r = those_where(c, w, t, e->value, e->line, &which, &n, err);
                        if (r == 0)
                                r = tamis_drill_table_rows(w, t, which, n, err);
                } else if (strcmp(e->key, "order") == 0) {
                        r = sort_rows(c, w, t, e, err);
                }
        }
        return r;
}

static int make_table(const tamis_drill_config *c, const tamis_drill_section *s, tamis_drill_world *w, tamis_error *err) {
        tamis_drill_scope scope = scope_of(c, w, NULL, s->line);
        const char *wanted = tamis_drill_config_value(s, "rows");
        tamis_drill_table *t = NULL;
        double rows = 0;
        int r;

        if (!*s->name || tamis_drill_world_table(w, s->name))
                return tamis_fail_at(err, TAMIS_BAD_DATA, c->file, s->line, 0, *s->name ? "a second table \"%s\"" : "a table without a name%s",
                                     s->name);
        scope.may_draw = false;
        r = wanted ? tamis_drill_formula_figure(&scope, wanted, &rows, err)
                   : tamis_fail_at(err, TAMIS_BAD_DATA, c->file, s->line, 0, "[table %s]: how many rows? rows = N", s->name);
        if (r == 0 && !(rows >= 0 && rows <= MOST_ROWS))
                r = tamis_fail_at(err, TAMIS_BAD_DATA, c->file, s->line, 0, "[table %s]: rows = %g; 0 to %d are possible", s->name, rows,
                                  MOST_ROWS);
        if (r == 0)
                r = tamis_drill_world_add(w, s->name, (size_t) rows, &t, err);
        for (size_t i = 0; r == 0 && i < s->n; i++)
                if (is_plain(s->entries[i].key))
                        r = take_column(c, w, t, &s->entries[i], err);
        return r == 0 ? arrange(c, s, w, t, err) : r;
}

int tamis_drill_recipe_make(const tamis_drill_config *c, tamis_drill_world *w, tamis_error *err) {
        int r = 0;

        for (size_t i = 0; r == 0 && i < c->n; i++)
                if (strcmp(c->sections[i].kind, "table") == 0)
                        r = make_table(c, &c->sections[i], w, err);
        return r;
}

/* -- files --------------------------------------------------------------------------------------------------------- */

struct shown {
        const tamis_drill_column *column;
        tamis_slice name;
};

static tamis_slice trimmed(tamis_slice s) {
        while (s.n > 0 && *s.p == ' ')
                s.p++, s.n--;
        while (s.n > 0 && s.p[s.n - 1] == ' ')
                s.n--;
        return s;
}

/* `a` or `a as name` or `a as "Other name"` */
static int take_shown(const tamis_drill_config *c, const tamis_drill_section *s, const tamis_drill_table *t, tamis_slice text,
                      struct shown *ret, tamis_error *err) {
        const char *as = memmem(text.p, text.n, " as ", 4);
        tamis_slice source = trimmed((tamis_slice) { text.p, as ? (size_t) (as - text.p) : text.n });
        char name[128];

        snprintf(name, sizeof name, "%.*s", (int) source.n, source.p);
        ret->column = tamis_drill_table_column(t, name);
        if (!ret->column)
                return tamis_fail_at(err, TAMIS_BAD_DATA, c->file, s->line, 0, "[file %s]: table \"%s\" has no column \"%s\"", s->name,
                                     t->name, name);
        ret->name = as ? trimmed((tamis_slice) { as + 4, text.n - (size_t) (as + 4 - text.p) }) : source;
        if (ret->name.n >= 2 && ret->name.p[0] == '"' && ret->name.p[ret->name.n - 1] == '"')
                ret->name = (tamis_slice) { ret->name.p + 1, ret->name.n - 2 };
        return 0;
}

static int choose_columns(const tamis_drill_config *c, const tamis_drill_section *s, tamis_drill_world *w, const tamis_drill_table *t,
                          struct shown **ret, size_t *n, tamis_error *err) {
        const char *list = tamis_drill_config_value(s, "columns");
        size_t most = t->n + 1;
        struct shown *shown = NULL;
        int r = 0;

        for (const char *p = list; p && *p; p++)
                most += *p == ',';
        shown = tamis_arena_get_zeroed(&w->arena, most + 1, sizeof *shown);
        if (!shown)
                return tamis_fail_memory(err);
        *n = 0;
        for (size_t i = 0; !list && i < t->n; i++)
                if (t->columns[i].name[0] != '.')
                        shown[(*n)++] = (struct shown) { &t->columns[i], tamis_slice_of(t->columns[i].name) };
        while (r == 0 && list && *list) {
                size_t end = 0;

                for (bool quoted = false; list[end] && (quoted || list[end] != ','); end++)
                        quoted ^= list[end] == '"';
                r = take_shown(c, s, t, trimmed((tamis_slice) { list, end }), &shown[(*n)++], err);
                list += end + (list[end] == ',');
        }
        *ret = shown;
        return r;
}

static int add_cell(const tamis_drill_column *c, size_t row, const char *missing, char behind, tamis_buffer *text, tamis_error *err) {
        char room[TAMIS_NUMBER_MAX + 1];
        tamis_slice cell = { room, 0 };
        int r;

        if (c->text)
                cell = tamis_slice_of(c->texts[row] ? c->texts[row] : missing);
        else if (isfinite(c->number[row]))
                cell.n = tamis_number_print(c->number[row], room);
        else
                cell = tamis_slice_of(missing);
        r = tamis_cell_write(text, cell, ',', false, err);
        return r == 0 ? tamis_buffer_add(text, &behind, 1, err) : r;
}

static int write_text(const char *folder, const char *name, const tamis_buffer *text, tamis_error *err) {
        tamis_output *output = NULL;
        char path[4096];
        int r;

        snprintf(path, sizeof path, "%s/%s", folder, name);
        r = tamis_output_new(path, &output, err);
        if (r == 0)
                r = tamis_output_write(output, text->p, text->n, err);
        if (r == 0)
                r = tamis_output_commit(output, err);
        tamis_output_free(output);
        return r;
}

static int write_file(const tamis_drill_config *c, const tamis_drill_section *s, tamis_drill_world *w, const char *folder, tamis_error *err) {
        const char *of = tamis_drill_config_value(s, "table"), *missing = tamis_drill_config_value(s, "missing");
        const tamis_drill_table *t = of ? tamis_drill_world_table(w, of) : NULL;
        struct shown *shown = NULL;
        size_t n = 0, *which = NULL, n_rows = 0;
        tamis_buffer text = {0};
        int r;

        if (!t)
                return tamis_fail_at(err, TAMIS_BAD_DATA, c->file, s->line, 0, "[file %s]: table = NAME of a table that there is", s->name);
        if (!*s->name || strchr(s->name, '/'))
                return tamis_fail_at(err, TAMIS_BAD_DATA, c->file, s->line, 0, "[file %s]: a plain file's name is needed", s->name);
        r = choose_columns(c, s, w, t, &shown, &n, err);
        if (r == 0)
                r = those_where(c, w, t, tamis_drill_config_value(s, "where"), s->line, &which, &n_rows, err);
        for (size_t i = 0; r == 0 && i < n; i++) {
                r = tamis_cell_write(&text, shown[i].name, ',', false, err);
                if (r == 0)
                        r = tamis_buffer_add(&text, i + 1 < n ? "," : "\n", 1, err);
        }
        for (size_t k = 0; r == 0 && k < n_rows; k++)
                for (size_t i = 0; r == 0 && i < n; i++)
                        r = add_cell(shown[i].column, which[k], missing ? missing : "", i + 1 < n ? ',' : '\n', &text, err);
        if (r == 0)
                r = write_text(folder, s->name, &text, err);
        tamis_buffer_done(&text);
        return r;
}

int tamis_drill_recipe_write(const tamis_drill_config *c, tamis_drill_world *w, const char *folder, tamis_error *err) {
        int r = 0;

        for (size_t i = 0; r == 0 && i < c->n; i++)
                if (strcmp(c->sections[i].kind, "file") == 0)
                        r = write_file(c, &c->sections[i], w, folder, err);
        return r;
}
