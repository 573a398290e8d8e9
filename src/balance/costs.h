/* costs.h: what each decision costs, given the truth.
 *
 * A matrix over classes, one row an actual class, one column a decided one, as a file:
 *
 *     actual,no,yes
 *     no,0,1
 *     yes,20,0
 *
 * Rows and columns may come in any order, and name the same classes; costs may be below zero (a gain). For two
 * classes and no names there is a list instead: 'fn=20,fp=1', with tp and tn 0 where nothing is said.
 *
 * Ownership: embedded; {0} is empty; _done frees it.
 */
#ifndef BALANCE_COSTS_H
#define BALANCE_COSTS_H

#include <tamis/step.h>

typedef struct tamis_costs {
        size_t n;               /* classes, by their text */
        tamis_slice *names;
        double *cost;           /* n * n: [actual * n + decided] */
        tamis_arena arena;
} tamis_costs;

/* Of two classes: a decision in the name (positive or negative), and whether it was right. */
typedef struct tamis_mistakes {
        double tn, fp, fn, tp;
} tamis_mistakes;

void tamis_costs_done(tamis_costs *costs);
/* `costs` is {0}. A file that is no such matrix is TAMIS_BAD_DATA, with the place. */
int tamis_costs_read(tamis_costs *costs, const char *path, tamis_error *err) TAMIS_CHECKED;
/* The class of that text, or -1. */
long tamis_costs_find(const tamis_costs *costs, tamis_slice name);
/* Of a matrix over two classes. */
tamis_mistakes tamis_costs_mistakes(const tamis_costs *costs, size_t positive);
/* 'fn=20,fp=1': what is not listed costs 1 (fp, fn) or nothing (tp, tn). */
int tamis_mistakes_parse(tamis_mistakes *ret, const char *text, tamis_error *err) TAMIS_CHECKED;

/* The probability from which on the positive class is the cheaper decision: (c10 - c00) / (c10 - c00 + c01 - c11),
 * where c10 is a false alarm (Elkan 2001, "The foundations of cost-sensitive learning", equation 2). TAMIS_USAGE
 * where being wrong is not dearer than being right: then one decision is the cheaper one at any probability. */
int tamis_mistakes_threshold(const tamis_mistakes *m, double *ret, tamis_error *err) TAMIS_CHECKED;

#endif
