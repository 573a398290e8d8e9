/* run.h: a chain of steps over a table, from sources to sinks.
 *
 * The run reads the input as often as its learning steps ask (each learns from what the steps before it put out), then
 * once more to write. Batches are worked on by all threads at once and leave in the order they came.
 *
 * Ownership: a run owns its steps; settings given to tamis_run_add() become its own.
 */
#ifndef TAMIS_RUN_H
#define TAMIS_RUN_H

#include <tamis/step.h>

typedef struct tamis_run tamis_run;

typedef struct tamis_run_options {
        tamis_reader_options input;     /* .again is the run's to decide */
        const char *output;             /* NULL or "-": standard output; else a file, written aside */
        const char *parts;              /* a pattern 'name.{}.csv': one file for each value of the mark, without it */
        const char *save;               /* the whole chain, or NULL */
        const char *report;             /* JSON, or NULL */
        unsigned threads;               /* 0: all */
        bool learn_all;                 /* --learn-from all: the steps with TAMIS_OPT_LEARN, but none
                                         * that changes rows */
        bool no_output;                 /* learn, save and report only: steps apply when later ones learn,
                                         * none is `final` */

        /* called now and then from one thread at a time; NULL: not at all. total 0: not known */
        void (*progress)(void *arg, const char *what, uint64_t bytes, uint64_t total, uint64_t rows);
        /* every note as it is made */
        void (*note)(void *arg, const char *step, const char *text);
        void *arg;
} tamis_run_options;

int tamis_run_new(const tamis_run_options *options, tamis_run **ret, tamis_error *err) TAMIS_CHECKED;
void tamis_run_free(tamis_run *run);

/* Put a step at the end of the chain: it learns from the data (`settings` become the run's, also on failure). With
 * --load among the settings, it takes that model instead. */
int tamis_run_add(tamis_run *run, tamis_settings *settings, tamis_error *err) TAMIS_CHECKED;

/* Put every step of a saved model there, as `apply` does: those for train rows only are passed over. */
int tamis_run_add_model(tamis_run *run, const char *path, tamis_error *err) TAMIS_CHECKED;

/* Read, learn, write, save, report: in that order, and nothing gets its final name unless all went well. Once a run. */
int tamis_run_go(tamis_run *run, tamis_error *err) TAMIS_CHECKED;

/* What was done, as --report has it: for whoever runs a chain to know what its steps found. After tamis_run_go() alone;
 * json_decref() it. */
int tamis_run_report(const tamis_run *run, json_t **ret, tamis_error *err) TAMIS_CHECKED;

#endif
