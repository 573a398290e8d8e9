/* evaluate_subject.h: what an evaluation judges, in memory: what was so and what was predicted, row by row.
 *
 * The target's levels become classes; of two, class 1 is the positive one. What was predicted comes from columns of the
 * same table, or is put in by whoever trained a model. A row without a target is left out.
 *
 * Ownership: a subject owns its arrays; names of classes are those of the sheet (and of the options), which
 * must outlive it.
 */
#ifndef JUDGE_SUBJECT_H
#define JUDGE_SUBJECT_H

#include "judge/sheet.h"
#include "judge/evaluate_verdicts.h"

typedef struct tamis_subject_options {
        const char *target;
        const char *probability;        /* SEL: one column, or one a class; NULL */
        const char *prediction;         /* COL: classes or numbers; NULL */
        const char *positive;           /* a class; NULL: the last by text */
        const char *costs;              /* FILE of actual,predicted,cost; NULL */
        const char *weight;             /* COL; NULL */
        const char *segments;           /* SEL; NULL */
        const char *task;               /* "classes", "numbers"; NULL: by what the target looks like */
        double threshold;               /* from which probability on the positive class is decided for; NaN: predictions
                                         * from elsewhere decide themselves */
        bool predicted_elsewhere;       /* there are no columns of predictions */
} tamis_subject_options;

typedef struct tamis_subject {
        bool numbers;                   /* the target is a number */
        size_t n;
        uint32_t *row;                  /* the sheet's, ascending */
        double *weight;                 /* n; NULL: all 1 */

        size_t k;                       /* classes, two at least */
        tamis_slice *classes;           /* p NULL: nobody is of it; it is there because one class is none */
        uint32_t *actual, *decided;
        double *p;                      /* n * k; NULL: decisions alone */
        double threshold;               /* of two classes, for predictions from elsewhere; NaN: they decide
                                         * themselves */
        double *cost;                   /* k * k; NULL */

        double *y, *predicted;          /* n, of numbers */

        size_t target, weights;         /* columns of the sheet; SIZE_MAX: none */
        tamis_selection probability, segments;
        size_t prediction;
} tamis_subject;

void tamis_subject_done(tamis_subject *s);
/* Say to an opened sheet what is needed. */
int tamis_subject_want(tamis_subject *s, const tamis_subject_options *o, tamis_sheet *sheet,
                       tamis_error *err) TAMIS_CHECKED;
/* When it was read: `use` (NULL: all) marks the rows of the sheet that count. */
int tamis_subject_make(tamis_subject *s, const tamis_subject_options *o, const tamis_sheet *sheet,
                       tamis_verdicts *notes, tamis_error *err) TAMIS_CHECKED;
/* Prices of mistakes, from a table of them. */
int tamis_subject_costs(tamis_subject *s, const char *path, tamis_error *err) TAMIS_CHECKED;

/* Notes that two classes differ only in how they are written. */
int tamis_subject_alike(const tamis_subject *s, tamis_verdicts *notes, tamis_error *err) TAMIS_CHECKED;

/* The rows for which keep[i]; arrays are made anew. */
int tamis_subject_some(const tamis_subject *s, const uint8_t *keep, tamis_subject *ret, tamis_error *err) TAMIS_CHECKED;

#endif
