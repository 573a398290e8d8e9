/* Measures: how good an answer is. What the judge of models knows is taken from there. */
#include <stdint.h>
#include <stdlib.h>

#include "drill/values.h"
#include "judge/measures.h"

static int figure(const tamis_drill_call *call, double x, tamis_drill_column *ret, tamis_error *err) {
        int r = tamis_drill_numbers_new(call, 1, ret, err);

        if (r == 0)
                ret->number[0] = x;
        return r;
}

static bool is_missing(const tamis_drill_column *c, size_t row) {
        return c->text ? !tamis_drill_text(c, row) : isnan(tamis_drill_number(c, row));
}

/* Rows without a truth are no part of a measure; an answer that is missing where there is one makes the measure
 * missing. */
static bool unanswered(const tamis_drill_call *call) {
        for (size_t row = 0; row < call->rows; row++)
                if (is_missing(&call->arguments[0], row) && !is_missing(&call->arguments[1], row))
                        return true;
        return false;
}

/* -- errors of numbers --------------------------------------------------------------------------------------------- */

static int mean_error(const tamis_drill_call *call, bool squared, tamis_drill_column *ret, tamis_error *err) {
        double sum = 0, n = 0;
        int r = tamis_drill_want_numbers(call, err);

        if (r < 0)
                return r;
        if (unanswered(call))
                return figure(call, NAN, ret, err);
        for (size_t row = 0; row < call->rows; row++) {
                double off =
                        tamis_drill_number(&call->arguments[0], row) - tamis_drill_number(&call->arguments[1], row);

                if (isnan(off))
                        continue;
                sum += squared ? off * off : fabs(off);
                n++;
        }
        return figure(call, squared ? sqrt(sum / n) : sum / n, ret, err);
}

static int rmse(const tamis_drill_call *call, tamis_drill_column *ret, tamis_error *err) {
        return mean_error(call, true, ret, err);
}

static int mae(const tamis_drill_call *call, tamis_drill_column *ret, tamis_error *err) {
        return mean_error(call, false, ret, err);
}

/* -- classes ------------------------------------------------------------------------------------------------------- */

/* Answer and truth one below the other, so that both get the same codes. */
static int both_columns(const tamis_drill_call *call, tamis_drill_column *ret, tamis_error *err) {
        const tamis_drill_column *a = &call->arguments[0], *t = &call->arguments[1];
        size_t n = call->rows;
        int r;

        if (a->text != t->text)
                return tamis_fail(err, TAMIS_BAD_DATA, "an answer of %s beside a truth of %s",
                                  a->text ? "texts" : "numbers", t->text ? "texts" : "numbers");
        r = a->text ? tamis_drill_texts_new(call, 2 * n, ret, err) : tamis_drill_numbers_new(call, 2 * n, ret, err);
        for (size_t row = 0; r == 0 && row < 2 * n; row++) {
                const tamis_drill_column *from = row < n ? a : t;

                if (a->text)
                        ret->texts[row] = tamis_drill_text(from, row % n);
                else
                        ret->number[row] = tamis_drill_number(from, row % n);
        }
        return r;
}

/* The code of a class, as the third argument names it; else the last in order. */
static int positive_of(const tamis_drill_call *call, const tamis_drill_column *both, const size_t *codes, size_t k,
                       size_t *ret, tamis_error *err) {
        *ret = k - 1;
        if (call->n < 3)
                return 0;
        if (call->arguments[2].text != both->text)
                return tamis_fail(err, TAMIS_BAD_DATA, "the positive class is named as classes are");
        for (size_t row = 0; row < both->n; row++)
                if (codes[row] != SIZE_MAX && (both->text ? strcmp(both->texts[row], call->arguments[2].texts[0]) == 0
                                                          : both->number[row] == call->arguments[2].number[0])) {
                        *ret = codes[row];
                        return 0;
                }
        *ret = SIZE_MAX;
        return 0;
}

/* Rows with a truth, by codes; k >= 2 classes. */
struct classes {
        tamis_predictions p;
        uint32_t *actual, *decided;
        size_t positive;
};

static void classes_done(struct classes *c) {
        free(c->actual);
        free(c->decided);
}

static int classes_of(const tamis_drill_call *call, struct classes *ret, tamis_error *err) {
        tamis_drill_column both = {0};
        size_t *codes = NULL, k = 0, n = call->rows;
        int r = both_columns(call, &both, err);

        *ret = (struct classes) {0};
        if (r == 0)
                r = tamis_drill_groups(call, &both, 2 * n, &codes, &k, err);
        if (r == 0 && k > 0)
                r = positive_of(call, &both, codes, k, &ret->positive, err);
        if (r < 0)
                return r;
        ret->actual = calloc(n + 1, sizeof *ret->actual);
        ret->decided = calloc(n + 1, sizeof *ret->decided);
        if (!ret->actual || !ret->decided) {
                classes_done(ret);
                return tamis_fail_memory(err);
        }
        for (size_t row = 0; row < n; row++)
                if (codes[n + row] != SIZE_MAX) {
                        ret->decided[ret->p.n] = (uint32_t) codes[row];
                        ret->actual[ret->p.n++] = (uint32_t) codes[n + row];
                }
        ret->p.k = k > 2 ? k : 2;
        ret->p.actual = ret->actual;
        ret->p.decided = ret->decided;
        return 0;
}

/* `f` >= 0: a figure of all classes; else figure -1 - f of the positive one. */
static int of_classes(const tamis_drill_call *call, int f, tamis_drill_column *ret, tamis_error *err) {
        struct classes c;
        tamis_judged judged = {0};
        double *confusion, *values, x = NAN;
        int r;

        if (unanswered(call))
                return figure(call, NAN, ret, err);
        r = classes_of(call, &c, err);
        if (r < 0)
                return r;
        confusion = calloc(c.p.k * c.p.k, sizeof *confusion);
        values = calloc(tamis_measures_count(c.p.k), sizeof *values);
        r = confusion && values ? tamis_judged_init(&judged, &c.p, err) : tamis_fail_memory(err);
        if (r == 0) {
                tamis_measures_of(&judged, NULL, confusion, values);
                if (f >= 0)
                        x = values[f];
                else if (c.positive < c.p.k)
                        x = values[TAMIS_N_OVERALL + c.positive * TAMIS_N_OF_CLASS + (size_t) (-1 - f)];
        }
        tamis_judged_done(&judged);
        classes_done(&c);
        free(confusion);
        free(values);
        return r == 0 ? figure(call, x, ret, err) : r;
}

#define OF_CLASSES(name, f)                                                                                            \
        static int name(const tamis_drill_call *call, tamis_drill_column *ret, tamis_error *err) {                     \
                return of_classes(call, f, ret, err);                                                                  \
        }
OF_CLASSES(accuracy, TAMIS_ACCURACY)
OF_CLASSES(balanced, TAMIS_BALANCED)
OF_CLASSES(macrof1, TAMIS_F1_MACRO)
OF_CLASSES(mcc, TAMIS_MCC)
OF_CLASSES(precision, -1 - TAMIS_PRECISION)
OF_CLASSES(recall, -1 - TAMIS_RECALL)
OF_CLASSES(f1, -1 - TAMIS_F1)

/* -- probabilities ------------------------------------------------------------------------------------------------- */

/* Of scores of a truth that is 0 or 1. */
static int of_scores(const tamis_drill_call *call, int f, tamis_drill_column *ret, tamis_error *err) {
        size_t n = call->rows, at = 0;
        uint32_t *actual = calloc(2 * n + 1, sizeof *actual), *decided = actual ? actual + n : NULL;
        double *p = calloc(2 * n + 1, sizeof *p), confusion[4],
               *values = calloc(tamis_measures_count(2), sizeof *values), x = NAN;
        tamis_judged judged = {0};
        int r = tamis_drill_want_numbers(call, err);

        if (r == 0 && (!actual || !p || !values))
                r = tamis_fail_memory(err);
        for (size_t row = 0; r == 0 && row < n; row++) {
                double score = tamis_drill_number(&call->arguments[0], row),
                       truth = tamis_drill_number(&call->arguments[1], row);

                if (isnan(truth))
                        continue;
                if (truth != 0 && truth != 1)
                        r = tamis_fail(err, TAMIS_BAD_DATA, "the truth is 0 or 1, and here is %g", truth);
                actual[at] = truth == 1;
                decided[at] = score >= .5;
                p[2 * at] = 1 - score;
                p[2 * at++ + 1] = score;
        }
        if (r == 0 && !unanswered(call)) {
                r = tamis_judged_init(
                        &judged, &(tamis_predictions) { .n = at, .k = 2, .actual = actual, .decided = decided, .p = p },
                        err);
                if (r == 0) {
                        tamis_measures_of(&judged, NULL, confusion, values);
                        x = values[f];
                        tamis_judged_done(&judged);
                }
        }
        free(actual);
        free(p);
        free(values);
        return r == 0 ? figure(call, x, ret, err) : r;
}

#define OF_SCORES(name, f)                                                                                             \
        static int name(const tamis_drill_call *call, tamis_drill_column *ret, tamis_error *err) {                     \
                return of_scores(call, f, ret, err);                                                                   \
        }
OF_SCORES(auc, TAMIS_AUC)
OF_SCORES(ap, TAMIS_AVERAGE_PRECISION)
OF_SCORES(logloss, TAMIS_LOG_LOSS)
OF_SCORES(brier, TAMIS_BRIER)

const tamis_drill_function tamis_drill_measures[] = {
        { "rmse", 2, 2, rmse, false, 0 },
        { "mae", 2, 2, mae, false, 0 },
        { "accuracy", 2, 2, accuracy, false, 0 },
        { "balanced", 2, 2, balanced, false, 0 },
        { "macrof1", 2, 2, macrof1, false, 0 },
        { "mcc", 2, 2, mcc, false, 0 },
        { "precision", 2, 3, precision, false, 0 },
        { "recall", 2, 3, recall, false, 0 },
        { "f1", 2, 3, f1, false, 0 },
        { "auc", 2, 2, auc, false, 0 },
        { "ap", 2, 2, ap, false, 0 },
        { "logloss", 2, 2, logloss, false, 0 },
        { "brier", 2, 2, brier, false, 0 },
        { "setprecision", 2, 2, tamis_drill_setprecision, false, 2 },
        { "setrecall", 2, 2, tamis_drill_setrecall, false, 2 },
        { "setf1", 2, 2, tamis_drill_setf1, false, 2 },
        { "recallat", 3, 3, tamis_drill_recallat, false, 2 },
        { "present", 1, 1, tamis_drill_present, false, 1 },
        { NULL, 0, 0, NULL, false, 0 },
};
