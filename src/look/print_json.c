#include <math.h>
#include <stdlib.h>

#include <jansson.h>

#include "look/measures.h"

/* NULL where memory is out: json_*_set_new() fails on it, and that is looked at. */
static json_t *text(tamis_slice s) {
        json_t *j = json_stringn(s.p ? s.p : "", s.n);

        if (!j) {               /* not UTF-8: byte by byte, what is not ASCII as `?` */
                char *copy = malloc(s.n + 1);

                for (size_t i = 0; copy && i < s.n; i++)
                        copy[i] = (signed char) s.p[i] < 0 ? '?' : s.p[i];
                j = copy ? json_stringn(copy, s.n) : NULL;
                free(copy);
        }
        return j;
}

static json_t *number(double x) {
        if (!isfinite(x))
                return json_null();
        return x == floor(x) && fabs(x) < 1e15 ? json_integer((json_int_t) x) : json_real(x);
}

static int put(const tamis_look_measure *m, void *arg, tamis_error *err) {
        json_t *value = m->text.p ? text(m->text) : m->yes_no ? json_boolean(m->value != 0) : number(m->value);

        if (strncmp(m->name, "bin_", 4) == 0 || strncmp(m->name, "top_", 4) == 0) {     /* lists of their own here */
                json_decref(value);
                return 0;
        }
        return json_object_set_new(arg, m->name, value) < 0 ? tamis_fail_memory(err) : 0;
}

static int add_column(json_t *list, const tamis_profile_column *c, tamis_error *err) {
        json_t *o = json_object(), *bins, *top;
        int r = json_array_append_new(list, o) | json_object_set_new(o, "name", text(c->name));

        if (r < 0)
                return tamis_fail_memory(err);
        r = tamis_look_column_measures(c, put, o, err);
        if (r < 0)
                return r;
        if (c->numbers > 0) {
                r |= json_object_set_new(o, "bins", bins = json_array());
                r |= json_object_set_new(o, "bin_low", number(c->bin_low));
                r |= json_object_set_new(o, "bin_high", number(c->bin_high));
                for (size_t i = 0; i < TAMIS_LOOK_BINS; i++)
                        r |= json_array_append_new(bins, json_integer((json_int_t) c->bins[i]));
        }
        r |= json_object_set_new(o, "top", top = json_array());
        for (size_t i = 0; i < c->n_top; i++) {
                json_t *value = json_object();

                r |= json_array_append_new(top, value);
                r |= json_object_set_new(value, "value", text(c->top[i].text));
                r |= json_object_set_new(value, "n", json_integer((json_int_t) c->top[i].count));
        }
        return r < 0 ? tamis_fail_memory(err) : 0;
}

static int add_findings(json_t *root, const tamis_profile *p, tamis_error *err) {
        json_t *list = json_array();
        int r = json_object_set_new(root, "findings", list);

        for (size_t i = 0; i < p->n_findings; i++) {
                const tamis_look_finding *f = &p->findings[i];
                json_t *o = json_object();

                r |= json_array_append_new(list, o);
                r |= json_object_set_new(o, "severity", json_string(tamis_look_severities[f->severity]));
                r |= json_object_set_new(o, "kind", json_string(f->kind));
                r |= json_object_set_new(o, "column", f->column >= 0 ? text(p->columns[f->column].name) : json_null());
                r |= json_object_set_new(o, "line", f->line ? json_integer((json_int_t) f->line) : json_null());
                r |= json_object_set_new(o, "cells", json_integer((json_int_t) f->cells));
                r |= json_object_set_new(o, "text", text(tamis_slice_of(f->text)));
                r |= json_object_set_new(o, "cure", text(tamis_slice_of(f->cure)));
        }
        return r < 0 ? tamis_fail_memory(err) : 0;
}

static int add_patterns(json_t *root, const tamis_profile *p, tamis_error *err) {
        json_t *list = json_array();
        int r = json_object_set_new(root, "patterns", list);

        for (size_t i = 0; i < p->n_patterns; i++) {
                json_t *o = json_object(), *names = json_array();

                r |= json_array_append_new(list, o);
                r |= json_object_set_new(o, "missing", names);
                r |= json_object_set_new(o, "rows", json_integer((json_int_t) p->patterns[i].rows));
                for (size_t c = 0; c < p->n; c++)
                        if (p->patterns[i].bits[c / 64] >> c % 64 & 1)
                                r |= json_array_append_new(names, text(p->columns[c].name));
        }
        return r < 0 ? tamis_fail_memory(err) : 0;
}

static int add_matrix(json_t *root, const char *name, const double *m, size_t n, tamis_error *err) {
        json_t *list = json_array();
        int r = json_object_set_new(root, name, list);

        for (size_t i = 0; m && i < n; i++) {
                json_t *row = json_array();

                r |= json_array_append_new(list, row);
                for (size_t k = 0; k < n; k++)
                        r |= json_array_append_new(row, number(m[i * n + k]));
        }
        return r < 0 ? tamis_fail_memory(err) : 0;
}

struct text {
        tamis_buffer *out;
        bool failed;
};

/* Jansson does not look at what became of an object's keys. */
static int write_bytes(const char *p, size_t n, void *arg) {
        struct text *text = arg;

        text->failed |= tamis_buffer_add(text->out, p, n, NULL) < 0;
        return text->failed ? -1 : 0;
}

int tamis_profile_json(const tamis_profile *p, tamis_buffer *out, tamis_error *err) {
        json_t *root = json_object(), *table = json_object(), *columns = json_array();
        struct text text = { .out = out };
        int r = json_object_set_new(root, "table", table) | json_object_set_new(root, "columns", columns);

        r = r < 0 ? tamis_fail_memory(err) : tamis_look_table_measures(p, put, table, err);
        if (r == 0)
                r = add_findings(root, p, err);
        for (size_t i = 0; r == 0 && i < p->n; i++)
                r = add_column(columns, &p->columns[i], err);
        if (r == 0)
                r = add_patterns(root, p, err);
        if (r == 0)
                r = add_matrix(root, "correlation", p->correlation, p->n, err);
        if (r == 0)
                r = add_matrix(root, "missing_correlation", p->nullity, p->n, err);
        if (r == 0 && (json_dump_callback(root, write_bytes, &text, JSON_INDENT(1)) < 0 || text.failed
                       || tamis_buffer_add(out, "\n", 1, err) < 0))
                r = tamis_fail_memory(err);
        json_decref(root);
        return r;
}
