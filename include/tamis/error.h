/* error.h: how a function says that it failed, where, and what would mend it.
 *
 * A function that can fail returns 0, or a negative tamis_status, and has then filled the tamis_error given as its last
 * parameter. The message is made where the fault is found; whoever passes it on adds nothing. Outputs are written on
 * success only. The library never prints and never exits: the program decides what a person is shown.
 *
 * Ownership: a tamis_error holds copies; it needs no destructor and may live on the stack.
 */
#ifndef TAMIS_ERROR_H
#define TAMIS_ERROR_H

#include <stdint.h>

#define TAMIS_CHECKED __attribute__((warn_unused_result))

typedef enum tamis_status {
        TAMIS_OK = 0,
        TAMIS_NO_MEMORY = -1,
        TAMIS_IO = -2,          /* reading or writing failed */
        TAMIS_BAD_DATA = -3,    /* the CSV is not what was asked for */
        TAMIS_USAGE = -4,       /* an option, a verb or a column that does not exist or does not fit */
        TAMIS_BAD_MODEL = -5,   /* a saved model that is damaged, foreign or newer */
        TAMIS_CLOSED = -6,      /* the reader of our output went away */
} tamis_status;

typedef struct tamis_error {
        tamis_status code;
        const char *step;       /* static: the name of the step that failed; NULL: none */
        char file[512];         /* "" where no file is to blame */
        uint64_t line;          /* 1-based; 0: not known */
        uint64_t column;        /* 1-based, in bytes; 0: not known */
        char message[2048];     /* one line, no full stop, no newline */
} tamis_error;

/* Fill `err` (NULL is allowed) and return `code`, so that `return tamis_fail(...)` reads well. */
int tamis_fail(tamis_error *err, tamis_status code, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The same with a place: `file:line:column`. A line or column of 0 is not shown. */
int tamis_fail_at(tamis_error *err, tamis_status code, const char *file, uint64_t line, uint64_t column,
                  const char *format, ...) __attribute__((format(printf, 6, 7)));

/* The one sentence for memory that could not be had. */
int tamis_fail_memory(tamis_error *err);

#endif
