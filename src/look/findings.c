#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <tamis/number.h>

#include "look/finder.h"
#include "look/findings.h"
#include "table/show.h"

const char *const tamis_look_severities[] = { "note", "warning", "error" };

/* -- one finding --------------------------------------------------------------------------------------------------- */

static bool make_room(tamis_finder *f) {
        tamis_profile *p = f->p;
        size_t capacity = p->findings_capacity ? 2 * p->findings_capacity : 32;
        tamis_look_finding *more;

        if (f->r < 0)
                return false;
        if (p->n_findings < p->findings_capacity)
                return true;
        more = realloc(p->findings, capacity * sizeof *more);
        if (!more) {
                f->r = tamis_fail_memory(f->err);
                return false;
        }
        p->findings = more;
        p->findings_capacity = capacity;
        return true;
}

void tamis_find(tamis_finder *f, tamis_look_severity severity, const char *kind, long column, uint64_t line,
                uint64_t cells, const char *format, ...) {
        tamis_look_finding found = { severity, kind, column, line, cells, NULL, NULL };
        char text[1024];
        va_list args;

        if (!make_room(f))
                return;
        va_start(args, format);
        vsnprintf(text, sizeof text, format, args);
        va_end(args);
        found.text = tamis_arena_copy(&f->p->arena, tamis_slice_of(text));
        found.cure = tamis_arena_copy(&f->p->arena, tamis_slice_of(f->cure));
        f->cure[0] = '\0';
        if (!found.text || !found.cure)
                f->r = tamis_fail_memory(f->err);
        else
                f->p->findings[f->p->n_findings++] = found;
}

/* As a shell takes it; `FILE` for what is too long or holds control characters. */
static void put_path(char *out, size_t size, const char *path) {
        bool plain = true;

        for (const char *c = path; *c; c++) {
                if ((unsigned char) *c < 0x20 || *c == '\'' || c - path > 200) {
                        snprintf(out, size, "FILE");
                        return;
                }
                plain = plain && ((*c >= '0' && *c <= '9') || (*c >= 'A' && *c <= 'Z') || (*c >= 'a' && *c <= 'z') ||
                                  strchr("_./+:@%,-=", *c) || (signed char) *c < 0);
        }
        snprintf(out, size, plain ? "%s" : "'%s'", path);
}

void tamis_cure(tamis_finder *f, const char *format, ...) {
        const tamis_reader_options *o = &f->g->options->input;
        va_list args;
        size_t at = (size_t) snprintf(f->cure, sizeof f->cure, "tamis ");

        va_start(args, format);
        at += (size_t) vsnprintf(f->cure + at, sizeof f->cure - at, format, args);
        va_end(args);
        if (o->n_paths == 0 || strcmp(o->paths[0], "-") == 0 || at + 256 > sizeof f->cure)
                return;
        f->cure[at++] = ' ';
        if (o->n_paths > 1)
                snprintf(f->cure + at, sizeof f->cure - at, "FILES");
        else
                put_path(f->cure + at, sizeof f->cure - at, o->paths[0]);
}

/* -- words for it -------------------------------------------------------------------------------------------------- */

static char *buffer_in_turn(void) {
        static _Thread_local char buffers[8][TAMIS_SHOW_SIZE + 64];
        static _Thread_local unsigned turn;

        return buffers[turn++ % 8];
}

const char *tamis_find_column(const tamis_finder *f, size_t column) {
        char *out = buffer_in_turn();

        if (!tamis_show_item(f->p->columns[column].name, out, TAMIS_SHOW_SIZE + 64))
                snprintf(out, TAMIS_SHOW_SIZE + 64, "%zu", f->g->columns.columns[column] + 1);
        return out;
}

const char *tamis_find_show(tamis_slice text) {
        char *out = buffer_in_turn();

        tamis_show(text, out, TAMIS_SHOW_SIZE);
        return out;
}

const char *tamis_find_item(tamis_slice text) {
        char *out = buffer_in_turn();

        return tamis_show_item(text, out, TAMIS_SHOW_SIZE + 64) ? out : NULL;
}

const char *tamis_find_number(double value) {
        char *out = buffer_in_turn();

        out[tamis_number_print(value, out)] = '\0';
        return out;
}

const char *tamis_find_counted(uint64_t n, const char *what, const char *does) {
        char *out = buffer_in_turn();

        snprintf(out, TAMIS_SHOW_SIZE + 64, "%llu %s%s%s", (unsigned long long) n, what, *does ? " " : "", does);
        return out;
}

const char *tamis_find_cells(uint64_t n) {
        return tamis_find_counted(n, n == 1 ? "cell" : "cells", "");
}

const char *tamis_find_rows(uint64_t n) {
        return tamis_find_counted(n, n == 1 ? "row" : "rows", "");
}

uint64_t tamis_find_line(const tamis_finder *f, size_t column, double value) {
        for (size_t row = 0; !f->g->sample.halved && row < f->f->rows; row++)
                if (f->f->numbers[column][row] == value)
                        return f->f->lines[row];
        return 0;
}

/* -- all of them --------------------------------------------------------------------------------------------------- */

/* The worst first; then of the table, then by column; then as they were found. */
static int compare(const tamis_look_finding *a, const tamis_look_finding *b) {
        if (a->severity != b->severity)
                return a->severity < b->severity ? 1 : -1;
        if (a->column != b->column)
                return a->column < b->column ? -1 : 1;
        return 0;
}

/* By merging: equal ones keep their order. */
static void sort(tamis_look_finding *x, tamis_look_finding *spare, size_t n) {
        size_t half = n / 2, i = 0, k = half, to = 0;

        if (n < 2)
                return;
        sort(x, spare, half);
        sort(x + half, spare, n - half);
        while (i < half || k < n)
                spare[to++] = k == n || (i < half && compare(&x[i], &x[k]) <= 0) ? x[i++] : x[k++];
        memcpy(x, spare, n * sizeof *x);
}

int tamis_look_findings(tamis_profile *p, tamis_look_frame *frame, tamis_gather *g, tamis_error *err) {
        tamis_finder f = { .p = p, .f = frame, .g = g, .err = err };
        tamis_look_finding *spare;

        tamis_find_in_table(&f);
        if (p->rows > 0) {
                tamis_find_in_rows(&f);
                for (size_t i = 0; i < p->n; i++) {
                        tamis_find_in_formats(&f, i);
                        tamis_find_in_column(&f, i);
                        tamis_find_in_numbers(&f, i);
                        tamis_find_in_texts(&f, i);
                        tamis_find_variants(&f, i);
                }
                tamis_find_in_pairs(&f);
                tamis_find_in_target(&f);
        }
        if (f.r < 0)
                return f.r;
        spare = malloc((p->n_findings + 1) * sizeof *spare);
        if (!spare)
                return tamis_fail_memory(err);
        sort(p->findings, spare, p->n_findings);
        free(spare);
        return 0;
}
