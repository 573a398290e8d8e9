/* evaluate_contest.h: a chain measured on the rows held out from it, and against another one on the same folds.
 */
#ifndef JUDGE_CONTEST_H
#define JUDGE_CONTEST_H

#include "judge/evaluate.h"
#include "judge/evaluate_trial.h"

typedef struct tamis_contest {
        const tamis_trial *first, *second;      /* second NULL: there is no other */
        const tamis_trial_plan *plan;
        const tamis_evaluate_options *evaluate;
        const tamis_sheet *sheet;
} tamis_contest;

/* Fills the predictions of `s` (those of the first repeat of the folds, by the first chain) and says in tested[s->n]
 * which rows have one. Lines: all rows together, each fold by itself, the mean of folds; then the other chain and what
 * is between them. */
int tamis_contest_run(const tamis_contest *c, tamis_subject *s, uint8_t *tested, tamis_verdicts *ret,
                      tamis_error *err) TAMIS_CHECKED;

#endif
