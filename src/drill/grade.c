#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <tamis/number.h>

#include "drill/grade.h"

enum { LONGEST = 2048 };

static bool is_measure(const tamis_drill_section *s) {
        return strcmp(s->kind, "measure") == 0;
}

size_t tamis_drill_measures_count(const tamis_drill_config *c) {
        size_t n = 1;   /* probe */

        for (size_t i = 0; i < c->n; i++)
                n += is_measure(&c->sections[i]);
        return n;
}

/* The drill's own fault, whatever the formula says. */
static int own_fault(int r) {
        return r == TAMIS_BAD_DATA ? TAMIS_USAGE : r;
}

int tamis_drill_measure(const tamis_drill_config *c, tamis_drill_world *w, double probe, tamis_drill_figure *ret,
                        tamis_error *err) {
        size_t n = 0;
        int r = 0;

        ret[n++] = (tamis_drill_figure) { "probe", probe };
        for (size_t i = 0; r == 0 && i < c->n; i++) {
                const tamis_drill_section *s = &c->sections[i];
                const char *formula = tamis_drill_config_value(s, "formula");
                tamis_drill_scope scope = {
                        .world = w, .figures = ret, .n_figures = n, .file = c->file, .line = s->line
                };

                if (!is_measure(s))
                        continue;
                ret[n].name = s->name;
                r = formula
                        ? tamis_drill_formula_figure(&scope, formula, &ret[n].value, err)
                        : tamis_fail_at(err, TAMIS_USAGE, c->file, s->line, 0, "[measure %s]: formula = ...", s->name);
                n++;
        }
        return own_fault(r);
}

/* -- verdict ------------------------------------------------------------------------------------------------------- */

/* A formula of figures; missing is no. */
static int holds(const tamis_drill_scope *scope, const char *formula, bool *ret, tamis_error *err) {
        double x;
        int r = tamis_drill_formula_figure(scope, formula, &x, err);

        if (r == 0)
                *ret = !isnan(x) && x != 0;
        return own_fault(r);
}

static int add_figure(double x, char *text, size_t *n) {
        bool whole = fabs(x - nearbyint(x)) < 1e-9 || !isfinite(x);
        int digits = whole || fabs(x) >= 99.95 ? 0 : fabs(x) >= 9.995 ? 1 : fabs(x) >= .0995 ? 2 : 3;

        *n += isnan(x) ? (size_t) snprintf(text + *n, LONGEST - *n, "nothing") : (size_t) snprintf(text + *n, LONGEST - *n, "%.*f", digits, x);
        return *n < LONGEST ? 0 : -1;
}

/* {formula} is replaced by its figure. */
static int fill_in(const tamis_drill_scope *scope, const char *say, tamis_arena *arena, const char **ret,
                   tamis_error *err) {
        char text[LONGEST + 1], formula[256];
        size_t n = 0;
        int r = 0;

        while (r == 0 && *say && n < LONGEST) {
                size_t inside = *say == '{' ? strcspn(say + 1, "}") : 0;
                double x;

                if (*say != '{' || !say[1 + inside] || inside >= sizeof formula) {
                        text[n++] = *say++;
                        continue;
                }
                snprintf(formula, sizeof formula, "%.*s", (int) inside, say + 1);
                r = own_fault(tamis_drill_formula_figure(scope, formula, &x, err));
                if (r == 0 && add_figure(x, text, &n) < 0)
                        n = LONGEST;
                say += inside + 2;
        }
        if (r < 0)
                return r;
        *ret = tamis_arena_copy(arena, (tamis_slice) { text, n });
        return *ret ? 0 : tamis_fail_memory(err);
}

static int take_passes(const tamis_drill_config *c, tamis_drill_scope *scope, tamis_drill_verdict *v,
                       tamis_error *err) {
        const tamis_drill_section *s = tamis_drill_config_section(c, "pass", NULL);
        int r = 0;

        if (!s || s->n == 0)
                return tamis_fail_at(err, TAMIS_USAGE, c->file, 0, 0, "no [pass]: what is enough?");
        v->holds = tamis_arena_get_zeroed(&v->arena, s->n, sizeof *v->holds);
        if (!v->holds)
                return tamis_fail_memory(err);
        v->passed = true;
        for (size_t i = 0; r == 0 && i < s->n; i++) {
                tamis_drill_holds *one = &v->holds[v->n++];

                *one = (tamis_drill_holds) { .name = s->entries[i].key, .formula = s->entries[i].value };
                scope->line = s->entries[i].line;
                r = holds(scope, one->formula, &one->holds, err);
                v->passed &= one->holds;
        }
        return r;
}

static int take_comments(const tamis_drill_config *c, tamis_drill_scope *scope, tamis_drill_verdict *v,
                         tamis_error *err) {
        int r = 0;

        for (size_t i = 0; r == 0 && i < c->n && v->n_comments < TAMIS_DRILL_COMMENTS; i++) {
                const tamis_drill_section *s = &c->sections[i];
                const char *when = tamis_drill_config_value(s, "when"), *say = tamis_drill_config_value(s, "say");
                bool applies = false;

                if (strcmp(s->kind, "comment") != 0)
                        continue;
                scope->line = s->line;
                if (!when || !say)
                        return tamis_fail_at(err, TAMIS_USAGE, c->file, s->line, 0,
                                             "[comment %s]: when = FORMULA, say = TEXT", s->name);
                r = holds(scope, when, &applies, err);
                if (r == 0 && applies)
                        r = fill_in(scope, say, &v->arena, &v->comments[v->n_comments++], err);
        }
        return r;
}

int tamis_drill_judge(const tamis_drill_config *c, const tamis_drill_figure *figures, size_t n,
                      tamis_drill_verdict *ret, tamis_error *err) {
        tamis_drill_world nothing;
        tamis_drill_scope scope = { .world = &nothing, .figures = figures, .n_figures = n, .file = c->file };
        tamis_drill_verdict v = {0};
        int r;

        tamis_drill_world_init(&nothing, 0, false);
        r = take_passes(c, &scope, &v, err);
        if (r == 0)
                r = take_comments(c, &scope, &v, err);
        tamis_drill_world_done(&nothing);
        if (r < 0) {
                tamis_drill_verdict_done(&v);
                return r;
        }
        *ret = v;
        return 0;
}

void tamis_drill_verdict_done(tamis_drill_verdict *v) {
        tamis_arena_done(&v->arena);
        *v = (tamis_drill_verdict) {0};
}

/* -- bands --------------------------------------------------------------------------------------------------------- */

static const tamis_drill_figure *figure_named(const tamis_drill_figure *figures, size_t n, const char *name) {
        for (size_t i = 0; i < n; i++)
                if (strcmp(figures[i].name, name) == 0)
                        return &figures[i];
        return NULL;
}

static bool limit(tamis_slice text, double *ret) {
        while (text.n > 0 && *text.p == ' ')
                text.p++, text.n--;
        while (text.n > 0 && text.p[text.n - 1] == ' ')
                text.n--;
        return text.n == 0 || tamis_number_parse(text, ret);
}

int tamis_drill_bands(const tamis_drill_config *c, const char *kind, const tamis_drill_figure *figures, size_t n,
                      const char **which, tamis_error *err) {
        const tamis_drill_section *s = tamis_drill_config_section(c, kind, NULL);

        *which = NULL;
        for (size_t i = 0; s && i < s->n; i++) {
                const tamis_drill_entry *e = &s->entries[i];
                const tamis_drill_figure *f = figure_named(figures, n, e->key);
                const char *dots = strstr(e->value, "..");
                double low = -INFINITY, high = INFINITY;

                if (!f)
                        return tamis_fail_at(err, TAMIS_USAGE, c->file, e->line, 0, "[%s]: no measure \"%s\"", kind,
                                             e->key);
                if (!dots || !limit((tamis_slice) { e->value, (size_t) (dots - e->value) }, &low) ||
                    !limit(tamis_slice_of(dots + 2), &high))
                        return tamis_fail_at(err, TAMIS_USAGE, c->file, e->line, 0, "\"%s\": a band is LOW..HIGH",
                                             e->value);
                if (!*which && !(f->value >= low && f->value <= high))
                        *which = e->key;
        }
        return 0;
}
