/* run_options.h: what is said to a whole run, with whichever verb of its chain it is said.
 *
 * Ownership: values borrow from argv.
 */
#ifndef TOOLS_RUN_OPTIONS_H
#define TOOLS_RUN_OPTIONS_H

#include <tamis/run.h>

#include "options.h"
#include "progress.h"

enum {
        RUN_SAVE, RUN_LEARN_FROM, RUN_REPORT,
        RUN_DELIMITER, RUN_NO_HEADER, RUN_RAGGED, RUN_REJECTS,
        RUN_OUTPUT,
        RUN_THREADS, RUN_MEMORY, RUN_PROGRESS, RUN_QUIET, RUN_VERBOSE,
        RUN_HELP, RUN_VERSION,
        RUN_N,
};

typedef struct run_option {
        tamis_option option;
        enum heading heading;
        unsigned takes;         /* which verbs offer it */
} run_option;
extern const run_option run_options[RUN_N];

/* What was said, by RUN_*; NULL: not said. {0} to begin with. */
typedef struct run_said {
        const char *value[RUN_N];
} run_said;

/* TAMIS_USAGE: a wrong value, or said before with another one. `option` is one of run_options. */
int run_say(run_said *said, const tamis_option *option, const char *value, tamis_error *err) TAMIS_CHECKED;

/* Fill what of `ret` is said by these options; the rest stays. */
int run_fill(const run_said *said, tamis_run_options *ret, tamis_error *err) TAMIS_CHECKED;

progress_mode run_progress(const run_said *said);

/* One byte, `\t`, `tab`, or `auto` (0). */
int run_delimiter(const char *text, char *ret, tamis_error *err) TAMIS_CHECKED;
/* 512K, 64M, 1.5G, or plain bytes. */
int run_size(const char *text, uint64_t *ret, tamis_error *err) TAMIS_CHECKED;

#endif
