/* evaluate_trial.h: predictions for rows by a chain that was not shown them.
 *
 * Each trial marks some rows as test and runs the chain, whose last step is a model (learn), in this process. What
 * keeps it honest is that the runner lets steps learn from train rows alone; besides, the held-out rows come to the
 * chain without their target. What the chain says of them is gathered at its end. Train rows may come and go on the
 * way; the others stay, in their order.
 *
 * Ownership: options borrow; a plan owns its marks.
 */
#ifndef JUDGE_TRIAL_H
#define JUDGE_TRIAL_H

#include <tamis/run.h>

#include "judge/evaluate_subject.h"

/* -- which rows are held out --------------------------------------------------------------------------------------- */

#define TAMIS_NEVER_TESTED UINT16_MAX
#define TAMIS_NEVER_USED (UINT16_MAX - 1)       /* neither trained on nor tested */

typedef struct tamis_trial_plan {
        size_t rows;                    /* of the table */
        size_t folds, repeats;          /* trials: folds * repeats */
        bool one_part;                  /* _split said what is test: a single trial */
        bool forward;                   /* folds of time: each is learned from older rows alone */
        uint16_t *fold;                 /* [repeats][rows]: by which fold the row is held out */
} tamis_trial_plan;

void tamis_trial_plan_done(tamis_trial_plan *plan);
/* What the sheet must have for a plan: _fold or _split, unless folds are made here (folds > 0). */
int tamis_trial_plan_want(tamis_sheet *sheet, size_t folds, tamis_error *err) TAMIS_CHECKED;
/* Folds even in the classes; drawn by (seed, repeat, row). Rows that the subject leaves out are not used. */
int tamis_trial_plan_make(const tamis_subject *s, const tamis_sheet *sheet, size_t folds, size_t repeats, uint64_t seed,
                          tamis_trial_plan *ret, tamis_error *err) TAMIS_CHECKED;

/* -- a trial ------------------------------------------------------------------------------------------------------- */

typedef struct tamis_trial {
        tamis_run_options run;          /* how to read, threads, notes; output, save and report do not count */
        const char *target;
        /* put the chain's steps at the end of the run */
        int (*steps)(void *arg, tamis_run *run, tamis_error *err);
        void *arg;
} tamis_trial;

/* Fill what the subject has as predictions (decided and p, or predicted) for its rows that are test in this trial, and
 * set tested[i] for them. */
int tamis_trial_run(const tamis_trial *t, const tamis_trial_plan *plan, size_t trial, tamis_subject *s, uint8_t *tested,
                    tamis_error *err) TAMIS_CHECKED;

#endif
