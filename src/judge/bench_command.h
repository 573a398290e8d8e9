/* bench_command.h: the words of a command; some are cut out of texts that hold several. */
#ifndef TAMIS_JUDGE_BENCH_COMMAND_H
#define TAMIS_JUDGE_BENCH_COMMAND_H

#include "judge/bench.h"

enum { TAMIS_BENCH_WORDS = 64 };

/* {0} to begin with. Words are borrowed, but for those that were cut. */
typedef struct tamis_bench_command {
        char *words[TAMIS_BENCH_WORDS];         /* NULL ends them */
        size_t n;
        char *owned[TAMIS_BENCH_WORDS];
        size_t n_owned;
} tamis_bench_command;

/* Words, ended by NULL. TAMIS_USAGE: too many. */
int tamis_bench_command_add(tamis_bench_command *c, const char *const *words, tamis_error *err) TAMIS_CHECKED;
/* Those of a text, with blanks between them. */
int tamis_bench_command_cut(tamis_bench_command *c, const char *text, tamis_error *err) TAMIS_CHECKED;
/* How the tables of the bench are read, and their cells; evaluate --model finds cells of whole tables. */
int tamis_bench_command_reading(tamis_bench_command *c, const tamis_bench_options *o, bool cells,
                                tamis_error *err) TAMIS_CHECKED;
void tamis_bench_command_done(tamis_bench_command *c);

#endif
