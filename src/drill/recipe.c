#include <math.h>
#include <stdlib.h>

#include <tamis/schema.h>

#include "drill/functions.h"
#include "drill/recipe.h"
#include "drill/rows.h"

enum { MOST_ROWS = 2000000 };

static tamis_drill_scope scope_of(const tamis_drill_config *c, tamis_drill_world *w, const tamis_drill_table *t,
                                  size_t line) {
        return (tamis_drill_scope) { .world = w, .table = t, .may_draw = true, .file = c->file, .line = line };
}

static bool is_plain(const char *key) {
        return strcmp(key, "rows") != 0 && strcmp(key, "keep") != 0 && strcmp(key, "order") != 0;
}

/* Words of the language, and what formulas could not ask for. */
static bool is_name(const char *key) {
        static const char *const taken[] = { "and", "or", "not", "missing", "row", "rows", "altered" };
        const char *p = key + (*key == '.');

        for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
                if (strcmp(key, taken[i]) == 0)
                        return false;
        if ((*p >= '0' && *p <= '9') || !*p)
                return false;
        while ((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') || *p == '_')
                p++;
        return !*p;
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

static int take_column(const tamis_drill_config *c, tamis_drill_world *w, tamis_drill_table *t,
                       const tamis_drill_section *s, size_t i, tamis_error *err) {
        const tamis_drill_entry *e = &s->entries[i];
        tamis_drill_scope scope = scope_of(c, w, t, e->line);
        tamis_drill_column column;
        int r;

        if (!is_name(e->key))
                return tamis_fail_at(err, TAMIS_BAD_DATA, c->file, e->line, 0,
                                     "\"%.60s\" cannot be a column's name here: letters, digits and _ make one, and no "
                                     "word of the language (files can give it another: columns = x as \"any name\")",
                                     e->key);
        for (size_t k = 0; k < i; k++)
                scope.again += strcmp(s->entries[k].key, e->key) == 0;
        r = tamis_drill_formula(&scope, e->key, e->value, &column, err);
        if (r == 0)
                r = spread(w, t->rows, &column, err);
        return r == 0 ? tamis_drill_table_set(w, t, e->key, &column, err) : r;
}

int tamis_drill_rows_where(const tamis_drill_scope *scope, const char *key, const char *formula, size_t **ret,
                           size_t *n, tamis_error *err) {
        const tamis_drill_table *t = scope->table;
        tamis_drill_column keep = {0};
        size_t *which = tamis_arena_get(&scope->world->arena, (t->rows + 1) * sizeof *which);
        int r = which ? 0 : tamis_fail_memory(err);

        if (r == 0 && formula)
                r = tamis_drill_formula(scope, key, formula, &keep, err);
        if (r == 0 && keep.text)
                r = tamis_fail_at(err, TAMIS_BAD_DATA, scope->file, scope->line, 0,
                                  "\"%.200s\" is a text, and no condition", formula);
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

static int sort_rows(const tamis_drill_config *c, tamis_drill_world *w, tamis_drill_table *t,
                     const tamis_drill_entry *e, tamis_error *err) {
        tamis_drill_scope scope = scope_of(c, w, t, e->line);
        tamis_drill_column by;
        size_t *which = NULL, n = 0;
        int r = tamis_drill_formula(&scope, "order", e->value, &by, err);

        if (r == 0)
                r = spread(w, t->rows, &by, err);
        if (r == 0)
                r = tamis_drill_rows_where(&scope, NULL, NULL, &which, &n, err);
        if (r < 0)
                return r;
        if (n > 1)
                qsort_r(which, n, sizeof *which, compare_rows, &by);
        return tamis_drill_table_rows(w, t, which, n, err);
}

/* keep and order, when all columns are there. */
static int arrange(const tamis_drill_config *c, const tamis_drill_section *s, tamis_drill_world *w,
                   tamis_drill_table *t, tamis_error *err) {
        int r = 0;

        for (size_t i = 0; r == 0 && i < s->n; i++) {
                const tamis_drill_entry *e = &s->entries[i];
                tamis_drill_scope scope = scope_of(c, w, t, e->line);
                size_t *which, n;

                if (strcmp(e->key, "keep") == 0) {
                        r = tamis_drill_rows_where(&scope, "keep", e->value, &which, &n, err);
                        if (r == 0)
                                r = tamis_drill_table_rows(w, t, which, n, err);
                } else if (strcmp(e->key, "order") == 0) {
                        r = sort_rows(c, w, t, e, err);
                }
        }
        return r;
}

static int make_table(const tamis_drill_config *c, const tamis_drill_section *s, tamis_drill_world *w,
                      tamis_error *err) {
        tamis_drill_scope scope = scope_of(c, w, NULL, s->line);
        const char *wanted = tamis_drill_config_value(s, "rows");
        tamis_drill_table *t = NULL;
        double rows = 0;
        int r;

        if (!is_name(s->name))
                return tamis_fail_at(err, TAMIS_BAD_DATA, c->file, s->line, 0,
                                     "[table %.60s]: a table has a name of letters, digits and _",
                                     s->name);
        if (tamis_drill_world_table(w, s->name))
                return tamis_fail_at(err, TAMIS_BAD_DATA, c->file, s->line, 0, "a second table \"%s\"", s->name);
        scope.may_draw = false;
        r = wanted ? tamis_drill_formula_figure(&scope, wanted, &rows, err)
                   : tamis_fail_at(err, TAMIS_BAD_DATA, c->file, s->line, 0, "[table %s]: how many rows? rows = N",
                                   s->name);
        if (r == 0 && !(rows >= 0 && rows <= MOST_ROWS))
                r = tamis_fail_at(err, TAMIS_BAD_DATA, c->file, s->line, 0,
                                  "[table %s]: rows = %g; 0 to %d are possible", s->name, rows,
                                  MOST_ROWS);
        if (r == 0)
                r = tamis_drill_world_add(w, s->name, (size_t) rows, &t, err);
        for (size_t i = 0; r == 0 && i < s->n; i++)
                if (is_plain(s->entries[i].key))
                        r = take_column(c, w, t, s, i, err);
        return r == 0 ? arrange(c, s, w, t, err) : r;
}

/* A kind that is misspelt would be left out, and nobody would notice. */
static int check_kinds(const tamis_drill_config *c, tamis_error *err) {
        static const char *const kinds[] = { "", "table", "file", "answer", "probe", "measure", "pass", "comment",
                                             "naive", "good" };
        enum { KINDS = sizeof kinds / sizeof *kinds };
        tamis_slice words[KINDS];
        char near[64] = "";

        for (size_t k = 0; k < KINDS; k++)
                words[k] = tamis_slice_of(kinds[k]);
        for (size_t i = 0; i < c->n; i++) {
                const tamis_drill_section *s = &c->sections[i];
                size_t k = 0;

                while (k < KINDS && (strcmp(s->kind, kinds[k]) != 0 || (i > 0 && k == 0)))
                        k++;
                if (k < KINDS)
                        continue;
                tamis_nearest(tamis_slice_of(s->kind), words + 1, KINDS - 1, near, sizeof near);
                return tamis_fail_at(err, TAMIS_BAD_DATA, c->file, s->line, 0,
                                     "[%.60s]: there are no sections of this kind%s%s%s", s->kind,
                                     *near ? " (did you mean " : "", near, *near ? "?)" : "");
        }
        return 0;
}

int tamis_drill_recipe_make(const tamis_drill_config *c, tamis_drill_world *w, tamis_error *err) {
        int r = check_kinds(c, err);

        for (size_t i = 0; r == 0 && i < c->n; i++)
                if (strcmp(c->sections[i].kind, "table") == 0)
                        r = make_table(c, &c->sections[i], w, err);
        return r;
}
