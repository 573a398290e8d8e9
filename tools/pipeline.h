/* pipeline.h: a chain of steps said in one word, as to `evaluate --pipeline`: words into steps, as often as
 * they are needed.
 *
 * Words are cut as a shell would: at blanks, but for what is between quotes. Every step that takes a target and was
 * given none gets that of the evaluation.
 */
#ifndef TOOLS_PIPELINE_H
#define TOOLS_PIPELINE_H

#include <tamis/run.h>

#include "options.h"

typedef struct pipeline {
        struct pipeline_link {
                struct verb verb;
                struct parsed parsed;
        } *links;
        size_t n;
        char **words;                   /* of all links, and what they point into */
        char *text;
        const char *target;
} pipeline;

/* `text` NULL: no steps. `what` is the option, for messages. */
int pipeline_parse(pipeline *p, const char *text, const char *what, const char *target, tamis_error *err) TAMIS_CHECKED;
void pipeline_done(pipeline *p);
/* The settings of its link i, which the caller owns. */
int pipeline_settings(const pipeline *p, size_t i, tamis_settings **ret, tamis_error *err) TAMIS_CHECKED;
/* Put its steps at the end of a run. */
int pipeline_add(const pipeline *p, tamis_run *run, tamis_error *err) TAMIS_CHECKED;

#endif
