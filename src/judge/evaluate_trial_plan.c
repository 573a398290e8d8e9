/* Which rows are held out, and when. */
#include <math.h>
#include <stdlib.h>

#include <tamis/number.h>
#include <tamis/random.h>

#include "judge/evaluate_trial.h"

enum { MOST_FOLDS = 1000 };

void tamis_trial_plan_done(tamis_trial_plan *plan) {
        free(plan->fold);
        *plan = (tamis_trial_plan) {0};
}

/* _fold before _split: with folds, _split is that of one of them. */
static long column_of(const tamis_sheet *sheet, bool *folds) {
        long at = tamis_schema_find(&sheet->schema, tamis_slice_of("_fold"));

        *folds = at >= 0;
        return at >= 0 ? at : tamis_schema_find(&sheet->schema, tamis_slice_of("_split"));
}

int tamis_trial_plan_want(tamis_sheet *sheet, size_t folds, tamis_error *err) {
        bool are_folds;
        long at = column_of(sheet, &are_folds);

        if (folds == 1 || folds > MOST_FOLDS)
                return tamis_fail(err, TAMIS_USAGE, "--folds %zu: from 2 to %d", folds, MOST_FOLDS);
        if (folds > 0)
                return 0;
        if (at < 0)
                return tamis_fail(err, TAMIS_USAGE,
                                  "which rows are held out? --folds K draws folds, or a column _split or _fold says it "
                                  "(tamis split makes them)");
        tamis_sheet_want(sheet, (size_t) at, TAMIS_SHEET_LEVELS);
        return 0;
}

/* Folds by their number, which is not their place by text: 2 comes before 10. */
static uint16_t fold_of(const tamis_sheet_column *c, uint32_t code) {
        double mine, other;
        uint16_t before = 0;

        if (!tamis_number_parse(c->levels[code], &mine))
                return (uint16_t) code;
        for (uint32_t i = 0; i < c->n_levels; i++) {
                if (!tamis_number_parse(c->levels[i], &other))
                        return (uint16_t) code;
                before += other < mine || (other <= mine && i < code);
        }
        return before;
}

/* Windows of time, as split --time --folds marks them: 0 is older than every fold, and no fold. */
static bool are_windows(const tamis_sheet_column *c) {
        double x, least = INFINITY;

        for (uint32_t i = 0; i < c->n_levels; i++) {
                if (!tamis_number_parse(c->levels[i], &x))
                        return false;
                least = fmin(least, x);
        }
        return least == 0;
}

/* -- by a column --------------------------------------------------------------------------------------------------- */

static int take_column(const tamis_subject *s, const tamis_sheet *sheet, tamis_trial_plan *plan, tamis_error *err) {
        const tamis_sheet_column *c;
        size_t trains = 0, tests = 0;
        uint16_t *place;
        bool folds;
        uint32_t train, test;

        c = &sheet->columns[column_of(sheet, &folds)];
        train = tamis_sheet_level(c, tamis_slice_of("train"));
        test = tamis_sheet_level(c, tamis_slice_of("test"));
        plan->one_part = !folds;
        plan->folds = folds ? c->n_levels : 1;
        plan->forward = folds && are_windows(c);
        plan->folds -= plan->forward;
        if (folds && (plan->folds < 2 || plan->folds > MOST_FOLDS))
                return tamis_fail(err, TAMIS_BAD_DATA, "the column _fold has %zu folds; from 2 to %d are needed",
                                  plan->folds, MOST_FOLDS);
        place = reallocarray(NULL, c->n_levels + 1, sizeof *place);
        if (!place)
                return tamis_fail_memory(err);
        for (uint32_t code = 0; folds && code < c->n_levels; code++)
                /* what is older than all is learned from, and never judged */
                place[code] = !plan->forward ? fold_of(c, code) : fold_of(c, code) == 0 ? TAMIS_NEVER_TESTED
                                                                : (uint16_t) (fold_of(c, code) - 1);
        for (size_t i = 0; i < s->n; i++) {
                uint32_t code = c->codes[s->row[i]];
                uint16_t *fold = &plan->fold[s->row[i]];

                if (folds)
                        *fold = code != TAMIS_NO_LEVEL ? place[code]
                                : plan->forward ? TAMIS_NEVER_USED : TAMIS_NEVER_TESTED;
                else
                        *fold = code == TAMIS_NO_LEVEL ? TAMIS_NEVER_USED : code == test ? 0
                                : code == train ? TAMIS_NEVER_TESTED : TAMIS_NEVER_USED;
                trains += *fold == TAMIS_NEVER_TESTED;
                tests += *fold == 0;
        }
        free(place);
        if (!folds && (trains == 0 || tests == 0))
                return tamis_fail(err, TAMIS_BAD_DATA, "the column _split marks no row as %s",
                                  trains == 0 ? "train" : "test");
        return 0;
}

/* -- drawn --------------------------------------------------------------------------------------------------------- */

struct drawn {
        uint32_t class, row;            /* the row of the subject */
        uint64_t key;
};

static int by_class_and_key(const void *a, const void *b) {
        const struct drawn *x = a, *y = b;

        if (x->class != y->class)
                return x->class < y->class ? -1 : 1;
        if (x->key != y->key)
                return x->key < y->key ? -1 : 1;
        return (x->row > y->row) - (x->row < y->row);
}

/* Shuffled within their class and dealt out one by one: class after class, so that folds are even in all as well. */
static int deal(const tamis_subject *s, uint64_t seed, size_t repeat, tamis_trial_plan *plan, tamis_error *err) {
        struct drawn *drawn = reallocarray(NULL, s->n + 1, sizeof *drawn);

        if (!drawn)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < s->n; i++) {
                tamis_stream stream;

                tamis_stream_init(&stream, seed, "evaluate.folds", repeat, s->row[i]);
                drawn[i] = (struct drawn) { s->numbers ? 0 : s->actual[i], (uint32_t) i, tamis_stream_bits(&stream) };
        }
        qsort(drawn, s->n, sizeof *drawn, by_class_and_key);
        for (size_t i = 0; i < s->n; i++)
                plan->fold[repeat * plan->rows + s->row[drawn[i].row]] = (uint16_t) (i % plan->folds);
        free(drawn);
        return 0;
}

int tamis_trial_plan_make(const tamis_subject *s, const tamis_sheet *sheet, size_t folds, size_t repeats, uint64_t seed,
                          tamis_trial_plan *ret, tamis_error *err) {
        tamis_trial_plan plan = { .rows = sheet->rows, .folds = folds, .repeats = folds > 0 ? repeats : 1 };
        int r = 0;

        if (folds > s->n)
                return tamis_fail(err, TAMIS_BAD_DATA, "%zu rows are too few for %zu folds", s->n, folds);
        plan.fold = reallocarray(NULL, plan.rows * plan.repeats + 1, sizeof *plan.fold);
        if (!plan.fold)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < plan.rows * plan.repeats; i++)
                plan.fold[i] = TAMIS_NEVER_USED;
        if (folds == 0)
                r = take_column(s, sheet, &plan, err);
        for (size_t repeat = 0; r == 0 && folds > 0 && repeat < plan.repeats; repeat++)
                r = deal(s, seed, repeat, &plan, err);
        if (r < 0)
                tamis_trial_plan_done(&plan);
        else
                *ret = plan;
        return r;
}
