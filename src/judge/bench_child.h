/* bench_child.h: what a bench wants of whoever runs programs for it (the library makes no processes; tools/child.h
 * does).
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
        uint64_t memory;                /* bytes of address space a process of it may have; 0: any number */
        const char *folder;             /* it is run there; NULL: here */
        char *const *environment;       /* NULL: ours */
        const atomic_bool *stop;        /* NULL: nobody will */
} tamis_child;

typedef struct tamis_child_end {
        double seconds, megabytes;      /* by the clock; the largest resident size of it and those it waited
                                         * for, 1e6 bytes */
        bool timed_out, stopped;
        int status;                     /* as waitpid() has it; 127: the program could not be started */
} tamis_child_end;

/* TAMIS_IO: no process could be made, or a file not be opened. What becomes of the program is no error. */
typedef int tamis_child_run(const tamis_child *child, tamis_child_end *ret, tamis_error *err) TAMIS_CHECKED;

#endif
