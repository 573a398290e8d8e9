/* verb.h: what the program can be told to do.
 *
 * A verb is a line in the table of tamis.c, or a step type of the registry: every step is a verb by itself. Help,
 * manual pages and completion walk over all of them, so a new step is documented the moment it is registered.
 *
 * Ownership: everything a verb points to is static.
 */
#ifndef TOOLS_VERB_H
#define TOOLS_VERB_H

#include <tamis/step.h>

/* The groups of options beyond its own that a verb takes; the options themselves are in run_options.c. */
enum {
        TAKES_INPUT = 1 << 0,           /* how to read */
        TAKES_OUTPUT = 1 << 1,          /* how to write */
        TAKES_RUN = 1 << 2,             /* threads, memory, progress, report */
        TAKES_LEARNING = 1 << 3,        /* save, learn-from */
        TAKES_HELP = 1 << 4,            /* help, version: every verb */
};

typedef struct verb {
        const char *name;
        const char *summary;            /* one line, no full stop */
        const char *operands;           /* as the usage line shows them */
        const char *(*word)(size_t i);  /* what the first of them is one of, NULL behind the last; NULL: anything */
        const char *details;            /* paragraphs; may be NULL */
        const char *examples;           /* lines of shell; may be NULL */
        const tamis_option *options;    /* its own; ends with name NULL; may be NULL */
        unsigned takes;
        const tamis_step_type *type;    /* NULL: no step */
        /* argv[0] is the verb. Returns the exit status, or a negative tamis_status with err filled. */
        int (*run)(const struct verb *verb, int argc, char **argv, tamis_error *err);
} verb;

bool verb_find(const char *name, verb *ret);

/* All verbs by name: start with {0}; false behind the last. */
typedef struct verb_walk {
        size_t own, step;
} verb_walk;
bool verb_next(verb_walk *walk, verb *ret);

/* TAMIS_USAGE that names the nearest verbs; `step` for the error's beginning, or NULL. */
int verb_fail_unknown(const char *name, const char *step, tamis_error *err);

int verb_bench(const verb *verb, int argc, char **argv, tamis_error *err);
int verb_chain(const verb *verb, int argc, char **argv, tamis_error *err);
int verb_evaluate(const verb *verb, int argc, char **argv, tamis_error *err);
int verb_help(const verb *verb, int argc, char **argv, tamis_error *err);
int verb_pool(const verb *verb, int argc, char **argv, tamis_error *err);
int verb_score(const verb *verb, int argc, char **argv, tamis_error *err);
int verb_version(const verb *verb, int argc, char **argv, tamis_error *err);

extern const tamis_option verb_help_options[];
extern const char verb_apply_details[], verb_apply_examples[];

#endif
