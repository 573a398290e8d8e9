/* bench_child.h: any program run as a filter from one file to another, timed, and ended when it takes too long.
 *
 * It gets a process group of its own, and all of that is killed when the time is up, when the bench is told to stop, and when
 * the program has ended and left something behind. Should the bench itself die, the kernel kills the program.
 */
#ifndef TAMIS_JUDGE_BENCH_CHILD_H
#define TAMIS_JUDGE_BENCH_CHILD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <tamis/error.h>

typedef struct tamis_child {
        char *const *argv;              /* argv[0] is the program's path; NULL ends it */
        const char *input, *output, *errors;    /* files; input NULL: none */
        double timeout;                 /* seconds; 0: none */
        uint64_t most;                  /* bytes that a file it writes may have; 0: any number */
        const atomic_bool *stop;        /* NULL: nobody will */
} tamis_child;

typedef struct tamis_child_end {
        double seconds, megabytes;      /* by the clock; the largest resident size of it and those it waited for, 1e6 bytes */
        bool timed_out, stopped;
        int status;                     /* as waitpid() has it; 127: the program could not be started */
} tamis_child_end;

/* TAMIS_IO: no process could be made, or a file not be opened. What becomes of the program is no error. */
int tamis_child_run(const tamis_child *child, tamis_child_end *ret, tamis_error *err) TAMIS_CHECKED;

#endif
