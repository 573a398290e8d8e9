/* progress.h: one line that says how far a long run is.
 *
 * Drawn at most four times a second, and with `auto` only on a terminal and after the first second: short runs and logs
 * stay clean.
 */
#ifndef TOOLS_PROGRESS_H
#define TOOLS_PROGRESS_H

#include <stdint.h>

typedef enum progress_mode { PROGRESS_AUTO, PROGRESS_ALWAYS, PROGRESS_NEVER } progress_mode;

void progress_start(progress_mode mode);
/* As tamis_run_options.progress wants it; arg is not used. */
void progress_report(void *arg, const char *what, uint64_t bytes, uint64_t total, uint64_t rows);
void progress_end(void);
/* What was read, and in what time: one line for --verbose. */
void progress_summary(void);

#endif
