#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "judge/evaluate_verdicts.h"

void tamis_verdicts_done(tamis_verdicts *v) {
        for (size_t i = 0; i < v->n_notes; i++)
                free(v->notes[i]);
        free(v->notes);
        free(v->lines);
        tamis_arena_done(&v->arena);
        *v = (tamis_verdicts) {0};
}

static int copy(tamis_verdicts *v, tamis_slice *s, tamis_error *err) {
        const char *p = tamis_arena_copy(&v->arena, *s);

        s->p = p;
        return p ? 0 : tamis_fail_memory(err);
}

int tamis_verdicts_add(tamis_verdicts *v, const tamis_verdict *line, tamis_error *err) {
        tamis_verdict mine = *line;
        int r;

        if (v->n == v->capacity) {
                size_t capacity = v->capacity ? 2 * v->capacity : 64;
                tamis_verdict *more = reallocarray(v->lines, capacity, sizeof *more);

                if (!more)
                        return tamis_fail_memory(err);
                v->lines = more;
                v->capacity = capacity;
        }
        r = copy(v, &mine.class, err);
        if (r == 0)
                r = copy(v, &mine.segment, err);
        if (r == 0)
                v->lines[v->n++] = mine;
        return r;
}

int tamis_verdicts_plain(tamis_verdicts *v, const char *measure, const tamis_slice *class, double value, double n,
                         tamis_error *err) {
        tamis_verdict line = {
                .measure = measure, .class = class ? *class : tamis_slice_of("*"), .segment = tamis_slice_of(""),
                .value = value, .low = NAN, .high = NAN, .n = n,
        };

        return tamis_verdicts_add(v, &line, err);
}

int tamis_verdicts_note(tamis_verdicts *v, tamis_error *err, const char *format, ...) {
        char **more = reallocarray(v->notes, v->n_notes + 1, sizeof *more), *text = NULL;
        va_list args;
        int n;

        if (!more)
                return tamis_fail_memory(err);
        v->notes = more;
        va_start(args, format);
        n = vasprintf(&text, format, args);
        va_end(args);
        if (n < 0)
                return tamis_fail_memory(err);
        v->notes[v->n_notes++] = text;
        return 0;
}

double tamis_verdicts_find(const tamis_verdicts *v, const char *measure) {
        for (size_t i = 0; i < v->n; i++)
                if (strcmp(v->lines[i].measure, measure) == 0 && v->lines[i].segment.n == 0
                    && tamis_slice_equal(v->lines[i].class, tamis_slice_of("*")))
                        return v->lines[i].value;
        return NAN;
}
