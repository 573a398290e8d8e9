/* evaluate_model.h: the part of `tamis evaluate` that trains: pipelines and models into trials, scores and
 * models into files. */
#ifndef TOOLS_EVALUATE_MODEL_H
#define TOOLS_EVALUATE_MODEL_H

#include "judge/evaluate_contest.h"
#include "pipeline.h"

typedef struct evaluate_model {
        const char *target, *model, *pipeline, *versus, *versus_model, *columns, *weight, *positive, *task;
        size_t folds, repeats;
        const char *scores, *save, *explain, *plot;
} evaluate_model;

/* The task that the model is for; NULL: either. */
const char *evaluate_model_task(const char *model);

/* A table that is read more than once: what comes through a pipe is kept in a file without a name. */
typedef struct kept_input {
        char path[32];
        const char *paths[1], *name;    /* name: what a person calls it */
        void *file;
} kept_input;
int evaluate_keep(tamis_reader_options *input, kept_input *kept, tamis_error *err) TAMIS_CHECKED;
void evaluate_keep_done(kept_input *kept);

/* Train and measure: lines into `ret`, files as asked for. */
int evaluate_model_run(const evaluate_model *m, const tamis_run_options *run, const tamis_sheet *sheet,
                       tamis_subject *s, const tamis_evaluate_options *o, tamis_verdicts *ret,
                       tamis_error *err) TAMIS_CHECKED;

#endif
