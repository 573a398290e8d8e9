/* evaluate_verdicts.h: what an evaluation found, a line for each figure.
 *
 * A figure is of a measure, of a class ("*": of all together) and of a segment of the rows ("": all of them).
 *
 * Ownership: a list owns its lines, texts and notes; {0} is empty. Measures are static.
 */
#ifndef JUDGE_VERDICTS_H
#define JUDGE_VERDICTS_H

#include <tamis/memory.h>

typedef struct tamis_verdict {
        const char *measure;
        tamis_slice class, segment;
        double value, low, high;        /* NaN: there is none */
        double n;                       /* rows it is of */
} tamis_verdict;

typedef struct tamis_verdicts {
        tamis_verdict *lines;
        size_t n, capacity;
        char **notes;                   /* what a person should know */
        size_t n_notes;
        tamis_arena arena;
} tamis_verdicts;

void tamis_verdicts_done(tamis_verdicts *v);
/* Texts are copied. */
int tamis_verdicts_add(tamis_verdicts *v, const tamis_verdict *line, tamis_error *err) TAMIS_CHECKED;
/* The same for one without an interval, of all rows; class NULL: of all together. */
int tamis_verdicts_plain(tamis_verdicts *v, const char *measure, const tamis_slice *class, double value, double n,
                         tamis_error *err) TAMIS_CHECKED;
int tamis_verdicts_note(tamis_verdicts *v, tamis_error *err, const char *format, ...)
        __attribute__((format(printf, 3, 4))) TAMIS_CHECKED;

/* The value of a figure of all rows and classes; NaN where it is not there. */
double tamis_verdicts_find(const tamis_verdicts *v, const char *measure);

#endif
