#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "judge/evaluate_subject.h"

enum { FEW = 20 };      /* so many whole numbers, and no more, are taken for the names of classes */

void tamis_subject_done(tamis_subject *s) {
        free(s->row);
        free(s->weight);
        free(s->classes);
        free(s->actual);
        free(s->decided);
        free(s->p);
        free(s->cost);
        free(s->y);
        free(s->predicted);
        tamis_selection_done(&s->probability);
        tamis_selection_done(&s->segments);
        *s = (tamis_subject) {0};
}

/* -- columns ------------------------------------------------------------------------------------------------------- */

static int want_one(tamis_sheet *sheet, const char *column, const char *what, unsigned as, size_t *ret,
                    tamis_error *err) {
        int r = 0;

        *ret = SIZE_MAX;
        if (column)
                r = tamis_select_one(&sheet->schema, column, what, ret, err);
        if (r == 0 && column)
                tamis_sheet_want(sheet, *ret, as);
        return r;
}

static int want_some(tamis_sheet *sheet, const char *sel, unsigned as, tamis_selection *ret, tamis_error *err) {
        int r = sel ? tamis_select(&sheet->schema, sel, ret, err) : 0;

        for (size_t i = 0; r == 0 && i < ret->n; i++)
                tamis_sheet_want(sheet, ret->columns[i], as);
        return r;
}

int tamis_subject_want(tamis_subject *s, const tamis_subject_options *o, tamis_sheet *sheet, tamis_error *err) {
        const unsigned both = TAMIS_SHEET_EITHER | TAMIS_SHEET_LEVELS;
        int r;

        if (!o->target)
                return tamis_fail(err, TAMIS_USAGE, "the target is needed: -t COL");
        if (!o->probability && !o->prediction && !o->predicted_elsewhere)
                return tamis_fail(err, TAMIS_USAGE,
                                  "predictions are needed: --probability, --prediction, or --model to make them");
        r = want_one(sheet, o->target, "--target", both, &s->target, err);
        if (r == 0)
                r = want_one(sheet, o->prediction, "--prediction", both, &s->prediction, err);
        if (r == 0)
                r = want_one(sheet, o->weight, "--weight", TAMIS_SHEET_NUMBERS, &s->weights, err);
        if (r == 0)
                r = want_some(sheet, o->probability, TAMIS_SHEET_NUMBERS, &s->probability, err);
        return r == 0 ? want_some(sheet, o->segments, both, &s->segments, err) : r;
}

/* -- rows ---------------------------------------------------------------------------------------------------------- */

/* What a person would call this row. */
static unsigned row_number(uint32_t row) {
        return row + 1;
}

static int find_rows(tamis_subject *s, const tamis_sheet *sheet, tamis_verdicts *notes, tamis_error *err) {
        const tamis_sheet_column *y = &sheet->columns[s->target];

        s->row = reallocarray(NULL, sheet->rows + 1, sizeof *s->row);
        if (!s->row)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < sheet->rows; i++)
                if (y->codes[i] != TAMIS_NO_LEVEL)
                        s->row[s->n++] = (uint32_t) i;
        if (s->n == sheet->rows)
                return 0;
        return tamis_verdicts_note(notes, err, "rows without a target, which are left out: %zu", sheet->rows - s->n);
}

static int find_weights(tamis_subject *s, const tamis_sheet *sheet, tamis_error *err) {
        const double *all = s->weights < SIZE_MAX ? sheet->columns[s->weights].numbers : NULL;

        if (!all)
                return 0;
        s->weight = reallocarray(NULL, s->n + 1, sizeof *s->weight);
        if (!s->weight)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < s->n; i++) {
                double w = all[s->row[i]];

                if (isnan(w) || w < 0)
                        return tamis_fail(err, TAMIS_BAD_DATA, "row %u: a weight must be 0 or more",
                                          row_number(s->row[i]));
                s->weight[i] = w;
        }
        return 0;
}

/* Does the target look like a number, rather than like the name of a class? */
static int find_task(tamis_subject *s, const tamis_subject_options *o, const tamis_sheet *sheet, tamis_error *err) {
        const tamis_sheet_column *y = &sheet->columns[s->target];

        s->numbers = y->numeric && !o->probability && y->n_levels > FEW;
        for (size_t i = 0; y->numeric && !o->probability && !s->numbers && i < s->n; i++)
                s->numbers = y->numbers[s->row[i]] != floor(y->numbers[s->row[i]]);
        if (!o->task)
                return 0;
        s->numbers = strcmp(o->task, "numbers") == 0;
        if (s->numbers && y->present > 0 && !y->numeric)
                return tamis_fail(err, TAMIS_BAD_DATA,
                                  "the target has cells that are no numbers, which --task numbers and a model of "
                                  "numbers need");
        if (s->numbers && o->probability)
                return tamis_fail(err, TAMIS_USAGE, "--probability is of classes, and --task says numbers");
        return 0;
}

/* -- classes ------------------------------------------------------------------------------------------------------- */

static size_t class_of(const tamis_subject *s, tamis_slice name) {
        for (size_t c = 0; c < s->k; c++)
                if (s->classes[c].p && tamis_slice_equal(s->classes[c], name))
                        return c;
        return SIZE_MAX;
}

static void add_class(tamis_subject *s, tamis_slice name) {
        if (class_of(s, name) == SIZE_MAX)
                s->classes[s->k++] = name;
}

static int by_text(const void *a, const void *b) {
        return tamis_slice_compare(*(const tamis_slice *) a, *(const tamis_slice *) b);
}

/* Behind something that is no letter or digit: p_yes, score.yes, but not AB for the class B. */
static bool ends_in(const tamis_field *f, tamis_slice class) {
        size_t n = f->name_length;

        if (n < class.n || memcmp(f->name + n - class.n, class.p, class.n) != 0)
                return false;
        return n == class.n || !(isalnum((unsigned char) f->name[n - class.n - 1])
                                 || (unsigned char) f->name[n - class.n - 1] >= 0x80);
}

/* The place among --probability of the column of `class`: the shortest name that ends in it, as "p_very low" is not
 * that of "low"; SIZE_MAX: none. */
static size_t find_column(const tamis_subject *s, const tamis_sheet *sheet, tamis_slice class) {
        const tamis_selection *p = &s->probability;
        size_t best = SIZE_MAX;

        for (size_t i = 0; i < p->n; i++) {
                const tamis_field *f = &sheet->schema.fields[p->columns[i]];

                if (ends_in(f, class) && (best == SIZE_MAX
                                          || f->name_length < sheet->schema.fields[p->columns[best]].name_length))
                        best = i;
        }
        return best;
}

/* The part before the class is the same in all columns that have one: *prefix is its length. */
static bool find_prefix(const tamis_sheet *sheet, const tamis_selection *p, const tamis_slice *of, size_t *prefix) {
        const char *first = NULL;

        for (size_t i = 0; i < p->n; i++) {
                const tamis_field *f = &sheet->schema.fields[p->columns[i]];
                size_t n = f->name_length - of[i].n;

                if (!of[i].p)
                        continue;
                if (first && (n != *prefix || memcmp(first, f->name, n) != 0))
                        return false;
                first = f->name;
                *prefix = n;
        }
        return first != NULL;
}

/* A class that no row is of can be predicted all the same: were its column left out, the row would count as what is
 * second likeliest. It is called as its column is, behind what the others begin with. */
static int add_unseen(tamis_subject *s, const tamis_sheet *sheet, tamis_error *err) {
        const tamis_selection *p = &s->probability;
        tamis_slice *of = calloc(p->n + 1, sizeof *of);
        size_t prefix = 0, at;
        const char *start = NULL;
        int r = of ? 0 : tamis_fail_memory(err);

        for (size_t c = 0; r == 0 && c < s->k; c++)
                if ((at = find_column(s, sheet, s->classes[c])) < SIZE_MAX)
                        of[at] = s->classes[c];
        for (size_t i = 0; r == 0 && i < p->n && !start; i++)
                if (of[i].p)
                        start = sheet->schema.fields[p->columns[i]].name;
        for (size_t i = 0; r == 0 && start && i < p->n; i++) {
                const tamis_field *f = &sheet->schema.fields[p->columns[i]];

                if (of[i].p)
                        continue;
                if (!find_prefix(sheet, p, of, &prefix) || f->name_length <= prefix
                    || memcmp(f->name, start, prefix) != 0)
                        r = tamis_fail(err, TAMIS_USAGE, "--probability: column \"%s\" is called after no class of the "
                                       "target; leave it out, or call all columns alike but for the class", f->name);
                else
                        add_class(s, (tamis_slice) { f->name + prefix, f->name_length - prefix });
        }
        free(of);
        return r;
}

/* Two at least, of which the second is the positive one. */
static int settle_two(tamis_subject *s, const tamis_subject_options *o, tamis_error *err) {
        size_t positive = o->positive ? class_of(s, tamis_slice_of(o->positive)) : 1;

        if (s->k == 1 && !o->positive && o->probability)
                return tamis_fail(err, TAMIS_BAD_DATA,
                                  "the target is always \"%.*s\": --positive CLASS says which class the "
                                  "probabilities are of", (int) s->classes[0].n, s->classes[0].p);
        while (s->k < 2)
                s->classes[s->k++] = (tamis_slice) {0};
        if (s->k == 2 && positive == 0) {
                tamis_slice other = s->classes[1];

                s->classes[1] = s->classes[0];
                s->classes[0] = other;
        }
        return 0;
}

/* Levels beyond counting are no classes: what is k * k would not fit. */
static int find_classes(tamis_subject *s, const tamis_subject_options *o, const tamis_sheet *sheet, tamis_error *err) {
        const tamis_sheet_column *y = &sheet->columns[s->target];
        const tamis_sheet_column *d = s->prediction < SIZE_MAX ? &sheet->columns[s->prediction] : NULL;
        size_t most = 1000, room = y->n_levels + (d ? d->n_levels : 0) + 3;
        int r;

        if (room > most)
                return tamis_fail(err, TAMIS_BAD_DATA,
                                  "%zu classes are more than can be judged; --task numbers for a number", room - 3);
        s->classes = calloc(room + s->probability.n, sizeof *s->classes);
        if (!s->classes)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < y->n_levels; i++)
                add_class(s, y->levels[i]);
        for (size_t i = 0; d && i < d->n_levels; i++)
                add_class(s, d->levels[i]);
        r = s->probability.n > 1 ? add_unseen(s, sheet, err) : 0;
        if (r < 0)
                return r;
        if (o->positive && s->k >= 2 && class_of(s, tamis_slice_of(o->positive)) == SIZE_MAX)
                return tamis_fail(err, TAMIS_USAGE, "--positive %s: there is no such class", o->positive);
        if (o->positive && s->k < 2)
                add_class(s, tamis_slice_of(o->positive));
        qsort(s->classes, s->k, sizeof *s->classes, by_text);
        return settle_two(s, o, err);
}

static int fill_actual(tamis_subject *s, const tamis_sheet *sheet, tamis_error *err) {
        const tamis_sheet_column *y = &sheet->columns[s->target];

        s->actual = reallocarray(NULL, s->n + 1, sizeof *s->actual);
        s->decided = calloc(s->n + 1, sizeof *s->decided);
        if (!s->actual || !s->decided)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < s->n; i++)
                s->actual[i] = (uint32_t) class_of(s, y->levels[y->codes[s->row[i]]]);
        return 0;
}

/* -- what was predicted -------------------------------------------------------------------------------------------- */

/* The column of each class: the one, of two; else that whose name ends in the class's. */
static int columns_of_classes(const tamis_subject *s, const tamis_sheet *sheet, size_t *at, tamis_error *err) {
        const tamis_selection *p = &s->probability;

        if (s->k == 2 && p->n == 1) {
                at[0] = SIZE_MAX;
                at[1] = p->columns[0];
                return 0;
        }
        for (size_t c = 0; c < s->k; c++) {
                size_t found = s->classes[c].p ? find_column(s, sheet, s->classes[c]) : SIZE_MAX;

                at[c] = found < SIZE_MAX ? p->columns[found] : SIZE_MAX;
                for (size_t before = 0; before < c; before++)
                        if (at[c] < SIZE_MAX && at[before] == at[c])
                                return tamis_fail(err, TAMIS_USAGE, "--probability: column \"%s\" ends in two classes, "
                                                  "\"%.*s\" and \"%.*s\"; one a class is needed",
                                                  sheet->schema.fields[at[c]].name, (int) s->classes[before].n,
                                                  s->classes[before].p, (int) s->classes[c].n, s->classes[c].p);
                if (at[c] == SIZE_MAX && s->classes[c].p)
                        return tamis_fail(err, TAMIS_USAGE,
                                          "--probability: no column for class \"%.*s\"; with %s, one a class is "
                                          "needed whose name ends in that of the class",
                                          (int) s->classes[c].n, s->classes[c].p,
                                          s->k > 2 ? "more than two classes" : "more than one column");
        }
        return 0;
}

static int fill_chances(tamis_subject *s, const tamis_sheet *sheet, tamis_error *err) {
        size_t *at = reallocarray(NULL, s->k, sizeof *at);
        int r = at ? 0 : tamis_fail_memory(err);

        s->p = reallocarray(NULL, s->n + 1, s->k * sizeof *s->p);
        if (r == 0 && !s->p)
                r = tamis_fail_memory(err);
        if (r == 0)
                r = columns_of_classes(s, sheet, at, err);
        for (size_t i = 0; r == 0 && i < s->n; i++)
                for (size_t c = s->k; r == 0 && c-- > 0;) {
                        double *p = &s->p[i * s->k + c];

                        *p = at[c] < SIZE_MAX ? sheet->columns[at[c]].numbers[s->row[i]] : s->k == 2 && c == 0 ? 1 - p[1] : 0;
                        if (isnan(*p))
                                r = tamis_fail(err, TAMIS_BAD_DATA, "row %u: no prediction in column \"%s\"",
                                               row_number(s->row[i]), sheet->schema.fields[at[c]].name);
                }
        free(at);
        return r;
}

/* The likeliest, the first of equals; of two, by the threshold. */
static uint32_t likeliest(const double *p, size_t k, double threshold) {
        size_t most = 0;

        if (k == 2)
                return p[1] >= threshold;
        for (size_t c = 1; c < k; c++)
                if (p[c] > p[most])
                        most = c;
        return (uint32_t) most;
}

static int fill_decided(tamis_subject *s, const tamis_subject_options *o, const tamis_sheet *sheet, tamis_error *err) {
        const tamis_sheet_column *d = s->prediction < SIZE_MAX ? &sheet->columns[s->prediction] : NULL;

        for (size_t i = 0; i < s->n; i++) {
                uint32_t code = d ? d->codes[s->row[i]] : 0;

                if (d && code == TAMIS_NO_LEVEL)
                        return tamis_fail(err, TAMIS_BAD_DATA, "row %u: no prediction in column \"%s\"",
                                          row_number(s->row[i]),
                                          sheet->schema.fields[s->prediction].name);
                s->decided[i] = d ? (uint32_t) class_of(s, d->levels[code])
                                  : likeliest(s->p + i * s->k, s->k, o->threshold);
        }
        return 0;
}

static int fill_numbers(tamis_subject *s, const tamis_sheet *sheet, tamis_error *err) {
        const tamis_sheet_column *y = &sheet->columns[s->target];
        const tamis_sheet_column *d = s->prediction < SIZE_MAX ? &sheet->columns[s->prediction] : NULL;

        s->y = reallocarray(NULL, s->n + 1, sizeof *s->y);
        s->predicted = calloc(s->n + 1, sizeof *s->predicted);
        if (!s->y || !s->predicted)
                return tamis_fail_memory(err);
        if (d && d->present > 0 && !d->numeric)
                return tamis_fail(err, TAMIS_BAD_DATA,
                                  "the target is a number, and predictions in column \"%s\" are not "
                                  "(--task classes, if it names classes)",
                                  sheet->schema.fields[s->prediction].name);
        for (size_t i = 0; i < s->n; i++) {
                s->y[i] = y->numbers[s->row[i]];
                if (d)
                        s->predicted[i] = d->numbers ? d->numbers[s->row[i]] : NAN;
                if (isnan(s->predicted[i]))
                        return tamis_fail(err, TAMIS_BAD_DATA, "row %u: no prediction", row_number(s->row[i]));
        }
        return 0;
}

int tamis_subject_make(tamis_subject *s, const tamis_subject_options *o, const tamis_sheet *sheet,
                       tamis_verdicts *notes, tamis_error *err) {
        int r = find_rows(s, sheet, notes, err);

        if (r == 0)
                r = find_weights(s, sheet, err);
        if (r == 0)
                r = find_task(s, o, sheet, err);
        if (r < 0)
                return r;
        s->threshold = o->predicted_elsewhere ? o->threshold : NAN;
        if (s->numbers)
                return fill_numbers(s, sheet, err);
        r = find_classes(s, o, sheet, err);
        if (r == 0)
                r = tamis_subject_alike(s, notes, err);
        if (r == 0)
                r = fill_actual(s, sheet, err);
        if (r == 0 && o->costs)
                r = tamis_subject_costs(s, o->costs, err);
        if (r == 0 && o->probability)
                r = fill_chances(s, sheet, err);
        if (r == 0 && !o->predicted_elsewhere)
                r = fill_decided(s, o, sheet, err);
        return r;
}
