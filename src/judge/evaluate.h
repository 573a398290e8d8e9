/* evaluate.h: how good predictions are, in every measure there is.
 *
 * Predictions come with the table, in columns of it, or from a model that is trained on some of its rows
 * (evaluate_trial.h).
 */
#ifndef JUDGE_EVALUATE_H
#define JUDGE_EVALUATE_H

#include <tamis/pool.h>

#include "judge/evaluate_subject.h"

typedef struct tamis_evaluate_options {
        size_t bootstrap;               /* resamples; 0: no intervals */
        double conf;
        uint64_t seed;
        tamis_pool *pool;               /* NULL: this thread alone */
        bool figures_only;              /* neither confusion, reliability, thresholds, segments nor intervals */
        tamis_slice segment;            /* what the rows are called; "": all of them */
} tamis_evaluate_options;

/* A line in `ret` for each figure of the subject; sheet: for segments. */
int tamis_evaluate(const tamis_subject *s, const tamis_sheet *sheet, const tamis_evaluate_options *o,
                   tamis_verdicts *ret, tamis_error *err) TAMIS_CHECKED;

/* Each by itself. */
int tamis_evaluate_classes(const tamis_subject *s, const tamis_evaluate_options *o, tamis_verdicts *ret,
                           tamis_error *err) TAMIS_CHECKED;
int tamis_evaluate_numbers(const tamis_subject *s, const tamis_evaluate_options *o, tamis_verdicts *ret,
                           tamis_error *err) TAMIS_CHECKED;
int tamis_evaluate_segments(const tamis_subject *s, const tamis_sheet *sheet, tamis_verdicts *ret,
                            tamis_error *err) TAMIS_CHECKED;

#endif
