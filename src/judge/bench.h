/* bench.h: strategies of imputation compared on holes whose truth is known.
 *
 * A design is files x mechanisms x rates x repeats. Each of its cells makes holes once (tamis ampute); every strategy
 * fills the same holes, is scored against the file, timed, and, where a model is named, tried downstream. A strategy
 * is one of tamis, or any program that reads a CSV and writes one; both run as processes of their own, so that times
 * and memory compare.
 *
 * What a strategy did in a cell is a group of rows:
 * file,mechanism,rate,repeat,seed,strategy,status,column,measure,value,n,message. Who hangs, crashes, prints junk or
 * leaves holes has a group too, that says so. A group's last row has its seconds, and by that a group in a file of
 * results is known to be whole. The seed of a cell hangs on the bench's seed, the file's name, mechanism, rate and
 * repeat alone: any cell can be run alone, and means the same in a larger design.
 *
 *     bench.c          the design, cell by cell on all threads
 *     bench_cell.c     one strategy in one cell: run, judged, told
 *     bench_command.c  the words of what is run
 *     bench_child.h    what runs processes, and times them
 *     bench_results.c  a file of results: what it has already
 *     bench_ranks.c    who is best, and whether that is luck
 */
#ifndef TAMIS_JUDGE_BENCH_H
#define TAMIS_JUDGE_BENCH_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <tamis/memory.h>

#include "csv/spool.h"
#include "judge/bench_child.h"

typedef struct tamis_bench_strategy {
        const char *name;
        const char *command;            /* for the shell; NULL: `tamis impute -s` and the name, with the
                                         * options in it */
} tamis_bench_strategy;

typedef struct tamis_bench_options {
        const char *program;            /* the path of tamis itself */
        tamis_child_run *run;
        char *const *files;
        size_t n_files;
        const tamis_bench_strategy *strategies;
        size_t n_strategies;
        const char *const *mechanisms;
        size_t n_mechanisms;
        const double *rates;
        size_t n_rates, repeats;
        uint64_t seed;
        double timeout;                 /* seconds; 0: none */
        const char *delimiter, *na, *types;     /* how the tables are read, as everywhere; NULL: nothing was said */
        char delimiter_byte;            /* what `delimiter` says; 0: auto */
        const char *target;             /* NULL: none */
        const char *ampute;             /* more options of ampute, with blanks between them; NULL: none */
        const char *measures;           /* as score has them; NULL: all */
        const char *model;              /* as evaluate --model has it; NULL: none */
        const char *resume;             /* a file of results to go on with, and to add to; NULL: none */
        unsigned threads;               /* 0: all */
        const atomic_bool *stop;        /* set: no more is begun */
        /* from one thread at a time; NULL: none */
        void (*progress)(void *arg, size_t done, size_t all, double seconds);
        void *arg;
} tamis_bench_options;

typedef enum tamis_bench_status {
        TAMIS_BENCH_NOT_RUN, TAMIS_BENCH_OK,
        TAMIS_BENCH_PARTIAL,            /* some holes were left */
        TAMIS_BENCH_TIMEOUT, TAMIS_BENCH_FAILED,
        TAMIS_BENCH_JUNK,               /* not the table, or not its rows */
} tamis_bench_status;
extern const char *const tamis_bench_status_names[];

typedef struct tamis_bench_group {
        tamis_bench_status status;
        bool before;                    /* it was in the file that is gone on with */
        double error;                   /* mean over columns of NRMSE, or of the share of wrong levels; NaN: none */
        double seconds, megabytes;
        tamis_buffer text;              /* its rows while they are made */
        uint64_t at;                    /* and where they are then: tamis_bench_rows */
        size_t n;
} tamis_bench_group;

/* One cell of the design. */
typedef struct tamis_bench_cell {
        const char *file, *mechanism;
        double rate;
        size_t repeat;                  /* from 1 */
        uint64_t seed;
} tamis_bench_cell;

typedef struct tamis_bench {
        const tamis_bench_options *options;
        tamis_bench_cell *cells;
        size_t n_cells;
        tamis_bench_group *groups;      /* cell * strategies + strategy */
        tamis_spool rows;               /* of all groups, but where they went into a file of results */
} tamis_bench;

#define TAMIS_BENCH_HEADER "file,mechanism,rate,repeat,seed,strategy,status,column,measure,value,n,message\n"

/* `options` are borrowed as long as the bench lives. TAMIS_USAGE: nothing to do; a file of results made
 * with another seed. */
int tamis_bench_run(const tamis_bench_options *options, tamis_bench *ret, tamis_error *err) TAMIS_CHECKED;
void tamis_bench_done(tamis_bench *bench);
/* Adds the rows of a group; none where there is a file of results, which has them. */
int tamis_bench_rows(const tamis_bench *bench, const tamis_bench_group *group, tamis_buffer *out,
                     tamis_error *err) TAMIS_CHECKED;

/* -- between the files of this module ------------------------------------------------------------------------------ */

/* bench_cell.c: make holes in `folder`; *why is a message when there are none (an arena's of nobody: 256 bytes). */
int tamis_bench_holes(const tamis_bench_options *o, const tamis_bench_cell *cell, const char *folder, char why[256],
                      tamis_error *err) TAMIS_CHECKED;
/* Fill them, judge, and tell it in group->text. `why`: there are no holes, and this is the reason; else "". */
int tamis_bench_fill(const tamis_bench_options *o, const tamis_bench_cell *cell, const char *folder, const char *why,
                     const tamis_bench_strategy *strategy, tamis_bench_group *group, tamis_error *err) TAMIS_CHECKED;

/* bench_results.c: what o->resume has, if there is one, is marked in the groups; what is torn at its end is cut off.
 * TAMIS_USAGE: the design has a group twice. */
int tamis_bench_resume(tamis_bench *bench, tamis_error *err) TAMIS_CHECKED;

#endif
