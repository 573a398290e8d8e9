#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include <tamis/number.h>
#include <tamis/step.h>

#include "step/settings.h"

const tamis_option tamis_common_options[] = {
        { "columns", 'c', TAMIS_SELECTION, "SEL", NULL, "columns to work on (default: all that suit)", NULL },
        { "target", 't', TAMIS_SELECTION, "COL", NULL, "the label: never a feature, never changed", NULL },
        { "group", 'g', TAMIS_SELECTION, "SEL", NULL, "work within groups of rows that agree in these columns", NULL },
        { "strategy", 's', TAMIS_TEXT, "NAME", NULL, "which strategy; see the list below", NULL },
        { "seed", 0, TAMIS_COUNT, "N", "0", "the same seed gives the same bytes", NULL },
        { "load", 0, TAMIS_FILE, "FILE", NULL, "take what was learned from FILE instead of learning", NULL },
        { "na", 0, TAMIS_TEXT, "LIST", NULL, "more tokens that mean missing; =LIST: these and no others", NULL },
        { "types", 0, TAMIS_TEXT, "LIST", NULL, "types that are not to be found out: 'zip=text,age=number'", NULL },
        { "precision", 0, TAMIS_COUNT, "N", NULL, "write new numbers with N decimals (default: shortest)", NULL },
        { NULL },
};

const unsigned tamis_common_bits[] = {
        TAMIS_OPT_COLUMNS, TAMIS_OPT_TARGET,  TAMIS_OPT_GROUP,   TAMIS_OPT_STRATEGY,  TAMIS_OPT_SEED,
        TAMIS_OPT_LEARN,   TAMIS_OPT_MISSING, TAMIS_OPT_MISSING, TAMIS_OPT_PRECISION,
};

/* What was given, in the order it was. */
struct given {
        const tamis_option *option;
        char *text;
};

struct tamis_settings {
        const tamis_step_type *type;
        struct given *given;
        size_t n;
};

int tamis_settings_new(const tamis_step_type *type, tamis_settings **ret, tamis_error *err) {
        tamis_settings *s = calloc(1, sizeof *s);

        if (!s)
                return tamis_fail_memory(err);
        s->type = type;
        *ret = s;
        return 0;
}

void tamis_settings_free(tamis_settings *s) {
        if (!s)
                return;
        for (size_t i = 0; i < s->n; i++)
                free(s->given[i].text);
        free(s->given);
        free(s);
}

const tamis_step_type *tamis_settings_type(const tamis_settings *s) {
        return s->type;
}

/* The i-th option that `type` takes: its own first, then the common ones. NULL behind the last. */
static const tamis_option *option_at(const tamis_step_type *type, size_t i) {
        size_t own = 0;

        if (type->options)
                for (; type->options[own].name; own++)
                        if (own == i)
                                return &type->options[own];
        i -= own;
        for (size_t c = 0; tamis_common_options[c].name; c++)
                if ((type->common & tamis_common_bits[c]) && i-- == 0)
                        return &tamis_common_options[c];
        return NULL;
}

static const tamis_option *option_find(const tamis_step_type *type, const char *name) {
        const tamis_option *o;

        for (size_t i = 0; (o = option_at(type, i)); i++)
                if (strcmp(o->name, name) == 0)
                        return o;
        return NULL;
}

static int fail_unknown(const tamis_step_type *type, const char *name, tamis_error *err) {
        tamis_slice names[64];
        size_t n = 0;
        char near[256];
        const tamis_option *o;

        for (size_t i = 0; n < 64 && (o = option_at(type, i)); i++)
                names[n++] = tamis_slice_of(o->name);
        tamis_nearest(tamis_slice_of(name), names, n, near, sizeof near);
        return tamis_fail(err, TAMIS_USAGE, "%s takes no option --%s%s%s", type->name, name, *near ? "; near: " : "",
                          near);
}

/* A share may be said as .3 or as 30%. */
static bool parse_share(const char *text, double *ret) {
        tamis_slice s = tamis_slice_of(text);
        bool percent = s.n > 0 && s.p[s.n - 1] == '%';
        double v;

        s.n -= percent;
        if (!tamis_number_parse(s, &v))
                return false;
        *ret = percent ? v / 100 : v;
        return *ret >= 0 && *ret <= 1;
}

static bool parse_count(const char *text, uint64_t *ret) {
        char *end;

        if (!isdigit((unsigned char) *text))
                return false;
        errno = 0;
        *ret = strtoull(text, &end, 10);
        return !*end && errno == 0;
}

static int check_choice(const tamis_option *o, const char *value, tamis_error *err) {
        char all[256] = "";
        size_t n = 0;

        for (const char *const *c = o->choices; *c; c++) {
                if (strcmp(*c, value) == 0)
                        return 0;
                n += (size_t) snprintf(all + n, sizeof all - n, "%s%s", n ? ", " : "", *c);
                if (n >= sizeof all)
                        break;
        }
        return tamis_fail(err, TAMIS_USAGE, "--%s %s: it is one of %s", o->name, value, all);
}

int tamis_option_check(const tamis_option *o, const char *value, tamis_error *err) {
        uint64_t count;
        double real;

        switch (o->kind) {
        case TAMIS_COUNT:
                if (parse_count(value, &count))
                        return 0;
                return tamis_fail(err, TAMIS_USAGE, "--%s %s: a whole number is needed", o->name, value);
        case TAMIS_REAL:
                if (tamis_number_parse(tamis_slice_of(value), &real))
                        return 0;
                return tamis_fail(err, TAMIS_USAGE, "--%s %s: a number is needed", o->name, value);
        case TAMIS_SHARE:
                if (parse_share(value, &real))
                        return 0;
                return tamis_fail(err, TAMIS_USAGE, "--%s %s: a share between 0 and 1 is needed (.3 or 30%%)", o->name,
                                  value);
        case TAMIS_CHOICE:
                return check_choice(o, value, err);
        case TAMIS_FLAG:
        case TAMIS_TEXT:
        case TAMIS_SELECTION:
        case TAMIS_FILE:
                break;
        }
        return 0;
}

int tamis_settings_set(tamis_settings *s, const char *name, const char *value, tamis_error *err) {
        const tamis_option *o = option_find(s->type, name);
        struct given *given;
        int r;

        if (!o)
                return fail_unknown(s->type, name, err);
        if (o->kind == TAMIS_FLAG)
                value = "";
        else if (!value)
                return tamis_fail(err, TAMIS_USAGE, "--%s needs a value", name);
        if (tamis_settings_given(s, name)) {
                if (strcmp(tamis_settings_text(s, name), value) == 0)
                        return 0;
                return tamis_fail(err, TAMIS_USAGE, "--%s is given twice", name);
        }
        r = tamis_option_check(o, value, err);
        if (r < 0)
                return r;

        given = realloc(s->given, (s->n + 1) * sizeof *given);
        if (!given)
                return tamis_fail_memory(err);
        s->given = given;
        given[s->n].option = o;
        given[s->n].text = strdup(value);
        if (!given[s->n].text)
                return tamis_fail_memory(err);
        s->n++;
        return 0;
}

static const struct given *find_given(const tamis_settings *s, const char *name) {
        for (size_t i = 0; i < s->n; i++)
                if (strcmp(s->given[i].option->name, name) == 0)
                        return &s->given[i];
        return NULL;
}

bool tamis_settings_given(const tamis_settings *s, const char *name) {
        return find_given(s, name) != NULL;
}

const char *tamis_settings_text(const tamis_settings *s, const char *name) {
        const struct given *g = find_given(s, name);
        const tamis_option *o;

        if (g)
                return g->text;
        if (strcmp(name, "strategy") == 0 && s->type->strategy)
                return s->type->strategy;
        o = option_find(s->type, name);
        return o ? o->fallback : NULL;
}

bool tamis_settings_flag(const tamis_settings *s, const char *name) {
        return tamis_settings_given(s, name);
}

/* Values were checked when they were set, and fallbacks are the tables' own (a unit test reads them all). */
double tamis_settings_real(const tamis_settings *s, const char *name) {
        const char *text = tamis_settings_text(s, name);
        const tamis_option *o = option_find(s->type, name);
        double v = NAN;

        if (!text || !o)
                return NAN;
        if (o->kind == TAMIS_SHARE ? parse_share(text, &v) : tamis_number_parse(tamis_slice_of(text), &v))
                return v;
        return NAN;
}

uint64_t tamis_settings_count(const tamis_settings *s, const char *name) {
        const char *text = tamis_settings_text(s, name);
        uint64_t v = 0;

        return text && parse_count(text, &v) ? v : 0;
}

json_t *tamis_settings_to_json(const tamis_settings *s) {
        json_t *o = json_object();

        for (size_t i = 0; o && i < s->n; i++) {
                const struct given *g = &s->given[i];
                json_t *v;

                /* where it was learned from is no part of what was learned */
                if (g->option->kind == TAMIS_FILE)
                        continue;
                v = g->option->kind == TAMIS_FLAG ? json_true() : tamis_json_bytes(tamis_slice_of(g->text));
                if (json_object_set_new(o, g->option->name, v) < 0) {
                        json_decref(o);
                        return NULL;
                }
        }
        return o;
}

int tamis_settings_from_json(tamis_settings *s, const json_t *from, tamis_error *err) {
        tamis_arena arena = {0};
        const char *name;
        json_t *value;
        int r = 0;

        json_object_foreach((json_t *) from, name, value) {
                tamis_slice text = {0};
                char *copy = NULL;

                if (!json_is_true(value)) {
                        r = tamis_json_bytes_get(value, &arena, &text, err);
                        if (r < 0)
                                break;
                        copy = tamis_arena_copy(&arena, text);
                        if (!copy) {
                                r = tamis_fail_memory(err);
                                break;
                        }
                }
                r = tamis_settings_set(s, name, copy, err);
                if (r < 0) {
                        if (err && err->code == TAMIS_USAGE)
                                r = err->code = TAMIS_BAD_MODEL;
                        break;
                }
        }
        tamis_arena_done(&arena);
        return r;
}

int tamis_pairs(const char *text, const char *what,
                int (*each)(tamis_slice name, tamis_slice value, void *arg, tamis_error *err), void *arg,
                tamis_error *err) {
        tamis_arena arena = {0};
        const char *p = text;
        int r = 0;

        while (*p) {
                tamis_slice part[2] = {0};      /* name, value */
                size_t n = 0;

                for (;;) {
                        const char *start = p;

                        if (*p == '"') {
                                bool closed = false;

                                for (p++; *p && !closed; p++)
                                        if (*p == '"') {
                                                if (p[1] == '"')
                                                        p++;
                                                else
                                                        closed = true;
                                        }
                                if (!closed || (*p && *p != ',' && *p != '=')) {
                                        r = tamis_fail(err, TAMIS_USAGE,
                                                       "%s: the quote in '%s' is not closed where it should be", what,
                                                       start);
                                        goto out;
                                }
                                part[n] = tamis_cell_value((tamis_slice) { start, (size_t) (p - start) }, &arena);
                                if (!part[n].p && part[n].n) {
                                        r = tamis_fail_memory(err);
                                        goto out;
                                }
                        } else {
                                /* only the first = divides: a value may hold more of them */
                                p += strcspn(p, n == 0 ? ",=" : ",");
                                part[n] = (tamis_slice) { start, (size_t) (p - start) };
                        }
                        if (*p == '=' && n == 0) {
                                p++, n = 1;
                                continue;
                        }
                        break;
                }
                r = n == 0 ? each((tamis_slice) {0}, part[0], arg, err) : each(part[0], part[1], arg, err);
                if (r < 0)
                        goto out;
                if (*p == ',')
                        p++;
        }
out:
        tamis_arena_done(&arena);
        return r;
}
