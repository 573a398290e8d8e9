/* drill_run.h: a pipeline run on fresh data in a scratch folder, and graded.
 *
 * The truth never leaves this process: what the pipeline can read is a copy of its own folder with the drill's files written over it. It is
 * a process group of its own, with limits on time, memory and what it may write and print; what it leaves behind is killed.
 */
#ifndef TOOLS_DRILL_RUN_H
#define TOOLS_DRILL_RUN_H

#include <stdatomic.h>

#include "drill/grade.h"

enum { DRILL_MOST_FIGURES = 64 };

typedef enum drill_end {
        DRILL_MEASURED,                 /* on all seeds; the verdict says the rest */
        DRILL_BAD_FORM,                 /* an answer is missing or not of the form asked for */
        DRILL_EXITED,                   /* pipeline.sh ended with another status than 0 */
        DRILL_TIMED_OUT,
        DRILL_TOO_MUCH,                 /* memory, or bytes written */
        DRILL_STOPPED,                  /* by ^C */
} drill_end;

typedef struct drill_result {
        drill_end end;
        char *said;                     /* BAD_FORM, EXITED, TIMED_OUT, TOO_MUCH: what went wrong, for the learner, with the last lines the pipeline printed */
        uint64_t seed;                  /* the first run's, so that a run can be repeated */
        double seconds;                 /* of the longest run */
        size_t n;
        tamis_drill_figure figures[DRILL_MOST_FIGURES];
        tamis_drill_verdict verdict;    /* where MEASURED */
} drill_result;

/* Grade the pipeline.sh in `work` (a folder; it is not written to) on `seeds` seeds from `seed` on; 0: as many as the drill says.
 * `stop`, set by a signal, ends the run; NULL: nobody will. An error is the drill's fault or the machine's. */
int drill_run(const tamis_drill_config *c, const char *work, uint64_t seed, size_t seeds, const atomic_bool *stop,
              drill_result *ret, tamis_error *err) TAMIS_CHECKED;
void drill_result_done(drill_result *r);

/* The files of the drill, and those of its `start` folder, into `folder`. */
int drill_lay_out(const tamis_drill_config *c, const char *drill, const char *part, const char *folder, uint64_t seed,
                  tamis_error *err) TAMIS_CHECKED;

#endif
