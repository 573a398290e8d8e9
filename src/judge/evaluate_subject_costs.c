/* Prices of mistakes, and some rows of a subject. */
#include <math.h>
#include <stdlib.h>

#include "judge/evaluate_subject.h"

static size_t class_of(const tamis_subject *s, const tamis_sheet_column *c, size_t row) {
        for (size_t i = 0; c->codes[row] != TAMIS_NO_LEVEL && i < s->k; i++)
                if (s->classes[i].p && tamis_slice_equal(s->classes[i], c->levels[c->codes[row]]))
                        return i;
        return SIZE_MAX;
}

/* A class that nobody is of has no price to be looked up: its line is passed over. */
static int take(tamis_subject *s, const tamis_sheet *sheet, const size_t at[3], tamis_error *err) {
        s->cost = calloc(s->k * s->k, sizeof *s->cost);
        if (!s->cost)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < sheet->rows; i++) {
                size_t a = class_of(s, &sheet->columns[at[0]], i), d = class_of(s, &sheet->columns[at[1]], i);
                double cost = sheet->columns[at[2]].numbers[i];

                if (isnan(cost))
                        return tamis_fail(err, TAMIS_BAD_DATA, "--costs: row %zu has no cost", i + 1);
                if (a < SIZE_MAX && d < SIZE_MAX)
                        s->cost[a * s->k + d] = cost;
        }
        return 0;
}

int tamis_subject_costs(tamis_subject *s, const char *path, tamis_error *err) {
        static const char *const names[] = { "actual", "predicted", "cost" };
        tamis_reader_options input = { .paths = &path, .n_paths = 1, .dialect = { .header = true } };
        tamis_sheet sheet = {0};
        size_t at[3];
        int r = tamis_sheet_open(&sheet, &input, NULL, err);

        for (size_t i = 0; r == 0 && i < 3; i++) {
                long found = tamis_schema_find(&sheet.schema, tamis_slice_of(names[i]));

                if (found < 0) {
                        r = tamis_fail(err, TAMIS_BAD_DATA,
                                       "--costs %s: a table with the columns actual,predicted,cost is needed",
                                       path);
                        break;
                }
                at[i] = (size_t) found;
                tamis_sheet_want(&sheet, at[i], i == 2 ? TAMIS_SHEET_NUMBERS : TAMIS_SHEET_LEVELS);
        }
        if (r == 0)
                r = tamis_sheet_read(&sheet, err);
        if (r == 0)
                r = take(s, &sheet, at, err);
        tamis_sheet_done(&sheet);
        return r;
}

/* -- some rows ----------------------------------------------------------------------------------------------------- */

/* The kept ones of n items of `size` bytes; NULL where there are none. */
static int keep_some(const void *from, size_t n, size_t size, const uint8_t *keep, void **ret, tamis_error *err) {
        char *to = NULL;
        size_t m = 0;

        *ret = NULL;
        if (!from)
                return 0;
        to = reallocarray(NULL, n + 1, size);
        if (!to)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < n; i++)
                if (keep[i])
                        memcpy(to + m++ * size, (const char *) from + i * size, size);
        *ret = to;
        return 0;
}

int tamis_subject_some(const tamis_subject *s, const uint8_t *keep, tamis_subject *ret, tamis_error *err) {
        tamis_subject t = { .numbers = s->numbers,
                            .k = s->k,
                            .target = s->target,
                            .weights = s->weights,
                            .threshold = s->threshold,
                            .prediction = s->prediction };
        static const uint8_t all_one = 1;
        int r = keep_some(s->row, s->n, sizeof *s->row, keep, (void **) &t.row, err);

        if (r == 0)
                r = keep_some(s->weight, s->n, sizeof *s->weight, keep, (void **) &t.weight, err);
        if (r == 0)
                r = keep_some(s->actual, s->n, sizeof *s->actual, keep, (void **) &t.actual, err);
        if (r == 0)
                r = keep_some(s->decided, s->n, sizeof *s->decided, keep, (void **) &t.decided, err);
        if (r == 0)
                r = keep_some(s->p, s->n, s->k * sizeof *s->p, keep, (void **) &t.p, err);
        if (r == 0)
                r = keep_some(s->y, s->n, sizeof *s->y, keep, (void **) &t.y, err);
        if (r == 0)
                r = keep_some(s->predicted, s->n, sizeof *s->predicted, keep, (void **) &t.predicted, err);
        if (r == 0)
                r = keep_some(s->classes, s->classes ? 1 : 0, s->k * sizeof *s->classes, &all_one,
                              (void **) &t.classes, err);
        if (r == 0)
                r = keep_some(s->cost, s->cost ? 1 : 0, s->k * s->k * sizeof *s->cost, &all_one, (void **) &t.cost,
                              err);
        for (size_t i = 0; r == 0 && i < s->n; i++)
                t.n += keep[i];
        if (r == 0)
                *ret = t;
        else
                tamis_subject_done(&t);
        return r;
}
