/* step.h: what a step is. The one idea to know; src/step/README.md tells it with an example.
 *
 * A step type is a constant table of functions and traits. The runner drives it:
 *
 *     configure     read the settings a person gave                              (always)
 *     bind          find the columns to learn from, in the schema that arrives   (learning steps, unless loaded)
 *     learn         a batch of train rows -> a partial state      (any thread, many at once)
 *     merge         partial states -> the state                   (one at a time, in the order of the batches)
 *     finish        the state is ready; or *again: one more pass over the data
 *     load          instead of bind..finish: the state, from a saved model
 *     attach        find the columns again by name in the schema that apply will see, and say what goes out
 *     apply         change a batch in place                       (any thread, many at once)
 *     tail          rows to add behind the last one, in blocks that do not depend on each other (any thread)
 *     end           all rows have gone out: what apply counted may be warned of, or refused after all
 *     save, report  the state as JSON: what apply needs; what a person wants to know
 *     done
 *
 * What a step never sees: test rows while it learns (the runner leaves them out), the threads, where the data come
 * from, how often they are read. What must hold: the state after finish does not depend on how the rows were cut into
 * batches (stats.h has summaries that do not); random numbers are keyed by (seed, purpose, what, row) with random.h,
 * where row counts from batch->first_row or first_train; nothing is written during apply but counters, through
 * tamis_batch_count(); what learn reads of the state is not what merge writes, for both are at work at once.
 *
 * The types that bind sees are presumed from the first batch and may turn out wrong. Then configure, bind, learn and
 * merge are done again, on a state cleared by done; what they refused or warned of is forgotten. Only from finish on is
 * it certain that the types relied on (tamis_schema_type(), not a look at the fields) are so.
 *
 * What was loaded meets new rows, one or many: it has no numbers for them (TAMIS_NOT_NUMBERED), and what it draws for a
 * row is keyed by the row's cells.
 *
 * All rows together? A step that must know every row before it can say anything about the first (a stratified split,
 * the rows Tomek links remove, donors for a hole) collects what it needs in learn, decides in finish, and in apply
 * looks the answer up by the row's number: batch->first_train + i for the i-th train row of the batch.
 */
#ifndef TAMIS_STEP_H
#define TAMIS_STEP_H

#include <jansson.h>

#include <tamis/batch.h>
#include <tamis/pool.h>

/* -- options: one table that parses, checks, helps, documents, completes and is saved ------------------------------ */

typedef enum tamis_option_kind {
        TAMIS_FLAG,             /* no value */
        TAMIS_TEXT,
        TAMIS_COUNT,            /* a whole number >= 0 */
        TAMIS_REAL,             /* a finite number */
        TAMIS_SHARE,            /* 0 .. 1; `30%` too */
        TAMIS_SELECTION,        /* SEL */
        TAMIS_CHOICE,           /* one of .choices */
        TAMIS_FILE,
} tamis_option_kind;

typedef struct tamis_option {
        const char *name;       /* long name, without dashes; NULL ends a table */
        char key;               /* short name, or 0 */
        tamis_option_kind kind;
        const char *arg;        /* what its value is called in help; NULL for a flag */
        const char *fallback;   /* its value when not given; NULL: none */
        const char *help;       /* one line, no full stop */
        const char *const *choices;     /* NULL-ended, for TAMIS_CHOICE */
} tamis_option;

/* The options that mean the same everywhere, by bit: a step type says in .common which of them it takes. */
enum {
        TAMIS_OPT_COLUMNS = 1 << 0,     /* columns (-c) */
        TAMIS_OPT_TARGET = 1 << 1,      /* target (-t) */
        TAMIS_OPT_GROUP = 1 << 2,       /* group (-g) */
        TAMIS_OPT_STRATEGY = 1 << 3,    /* strategy (-s) */
        TAMIS_OPT_SEED = 1 << 4,        /* seed */
        TAMIS_OPT_LEARN = 1 << 5,       /* load */
        TAMIS_OPT_MISSING = 1 << 6,     /* na, types */
        TAMIS_OPT_PRECISION = 1 << 7,   /* precision */
};
/* Ends with name NULL; tamis_common_bits[i] is the bit that option i belongs to. `save` and `learn-from` are not among
 * them: they are said to a whole run (run.h), and offered where a step of it has TAMIS_OPT_LEARN. */
extern const tamis_option tamis_common_options[];
extern const unsigned tamis_common_bits[];

/* TAMIS_USAGE when `value` is not of the option's kind. */
int tamis_option_check(const tamis_option *option, const char *value, tamis_error *err) TAMIS_CHECKED;

struct tamis_step_type;

/* What a person said to one step: option name -> text, checked against its table. */
typedef struct tamis_settings tamis_settings;

int tamis_settings_new(const struct tamis_step_type *type, tamis_settings **ret, tamis_error *err) TAMIS_CHECKED;
void tamis_settings_free(tamis_settings *settings);
/* TAMIS_USAGE: no such option for this step (names the nearest), a value of the wrong kind, given twice. */
int tamis_settings_set(tamis_settings *settings, const char *name, const char *value, tamis_error *err) TAMIS_CHECKED;

/* By long name; the fallback when not given. Asking for an option that is not in the table is a programming error. */
/* NULL: not given, no fallback */
const char *tamis_settings_text(const tamis_settings *settings, const char *name);
bool tamis_settings_flag(const tamis_settings *settings, const char *name);
/* NaN: not given, no fallback */
double tamis_settings_real(const tamis_settings *settings, const char *name);
uint64_t tamis_settings_count(const tamis_settings *settings, const char *name);        /* 0: not given, no fallback */
bool tamis_settings_given(const tamis_settings *settings, const char *name);

/* `a=x,b=y` (names may be "quoted"): calls each(name, value, arg, err) in order, stops at the first failure. A bare
 * word without `=` comes with name "" (p NULL). `what` is the option, for messages. */
int tamis_pairs(const char *text, const char *what,
                int (*each)(tamis_slice name, tamis_slice value, void *arg, tamis_error *err), void *arg,
                tamis_error *err) TAMIS_CHECKED;

/* -- strategies ---------------------------------------------------------------------------------------------------- */

/* Every family's strategy table begins with this, so that help, man pages, completion and "did you mean" are
 * made of it. */
typedef struct tamis_strategy {
        const char *name;
        const char *summary;    /* one line, no full stop */
        const char *source;     /* the paper or the tool whose semantics it has */
} tamis_strategy;

/* -- what surrounds a step while it works -------------------------------------------------------------------------- */

typedef struct tamis_notes tamis_notes;

typedef struct tamis_context {
        const struct tamis_step_type *type;
        const tamis_settings *settings;
        tamis_pool *pool;               /* for finish */
        uint64_t seed;
        const tamis_missing *missing;
        bool reports;                   /* a report is wanted: what only it tells of is worth finding out */
        bool learn_all;                 /* --learn-from all: for TAMIS_LEARNS_ALL, which sees every row in any case */
        tamis_notes *notes;             /* NULL: what tamis_warn() says is dropped */
} tamis_context;

/* Something a person should know, said once on standard error by the program and kept in the report. Thread-safe. The
 * same text twice is kept once. */
void tamis_warn(const tamis_context *context, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* -- the step ------------------------------------------------------------------------------------------------------ */

enum {
        TAMIS_LEARNS = 1 << 0,          /* has bind, learn, merge, finish */
        TAMIS_LEARNS_ALL = 1 << 1,      /* from every row, not from train rows alone (split) */
        TAMIS_RANDOM = 1 << 2,          /* draws; its batches are numbered, as those of the next and of
                                         * TAMIS_HOLDS_ROWS */
        TAMIS_CHANGES_ROWS = 1 << 3,    /* adds or removes rows: train rows alone */
        TAMIS_TRAIN_ONLY = 1 << 4,      /* is no part of what new rows go through: `apply` passes it
                                         * over (smote, split) */
        TAMIS_INVERTS = 1 << 5,         /* knows --inverse */
        TAMIS_HOLDS_ROWS = 1 << 6,      /* its state grows with the rows, and tells them apart by number */
        TAMIS_DRAINS = 1 << 7,          /* learns in one reading and knows no types; all that goes out, where every row
                                         * is a train row, is its tail: a pipe need not be kept for a second reading */
};

typedef struct tamis_step_type {
        const char *name;
        const char *summary;            /* one line, no full stop */
        const char *details;            /* paragraphs for help and the manual; may be NULL */
        const tamis_option *options;    /* its own; ends with name NULL; may be NULL */
        unsigned common;                /* TAMIS_OPT_* it takes */
        const char *strategy;           /* the default strategy's name, NULL: it has none */
        const tamis_strategy *const *(*strategies)(size_t *n); /* sorted by name; NULL: it has none */
        const char *examples;           /* lines of shell for help and the manual; may be NULL */
        unsigned traits;

        size_t state_size;              /* cleared before configure */
        int (*configure)(void *state, const tamis_context *context, tamis_error *err);
        /* Optional, after configure: true when, as configured, there is nothing to learn; bind .. finish
         * are then skipped. */
        bool (*idle)(const void *state);
        /* Optional, after configure: traits it has as configured, besides `traits`. */
        unsigned (*also)(const void *state);
        int (*bind)(void *state, const tamis_context *context, tamis_schema *schema, tamis_error *err);

        size_t partial_size;            /* cleared before learn, which fills one a batch */
        int (*learn)(const void *state, void *partial, tamis_batch *batch, tamis_error *err);
        int (*merge)(void *state, void *partial, tamis_error *err);     /* may take what partial owns */
        void (*partial_done)(void *partial);
        int (*finish)(void *state, const tamis_context *context, bool *again, tamis_error *err);

        int (*attach)(void *state, const tamis_context *context, tamis_schema *schema, tamis_error *err);
        int (*apply)(void *state, tamis_batch *batch, tamis_error *err);
        /* Both or neither. Blocks come behind all rows that came to the step, in order; tail begins `out`
         * (tamis_batch_begin_empty()) with the columns of the schema that attach left, marks included.
         * Asked for in every pass behind this step, so the same block must hold the same rows each time.
         * Not of a loaded TAMIS_TRAIN_ONLY. */
        size_t (*tail_blocks)(const void *state);
        int (*tail)(void *state, size_t block, tamis_batch *out, tamis_error *err);

        /* Optional, once all rows have gone out: a word on what apply counted. An error keeps files
         * from their names. */
        int (*end)(void *state, const tamis_context *context, tamis_error *err);

        int (*save)(const void *state, json_t *into, tamis_error *err);
        int (*load)(void *state, const tamis_context *context, const json_t *from, tamis_error *err);
        int (*report)(const void *state, json_t *into, tamis_error *err);
        void (*done)(void *state);      /* after any of the above, also when they failed */
} tamis_step_type;

/* Every step type, sorted by name. */
extern const tamis_step_type *const tamis_steps[];
extern const size_t tamis_n_steps;
const tamis_step_type *tamis_step_find(const char *name);       /* NULL: none */
/* The strategy of that name, or TAMIS_USAGE that names the nearest and lists all. */
int tamis_strategy_find(const tamis_step_type *type, const char *name, const tamis_strategy **ret, tamis_error *err)
        TAMIS_CHECKED;

/* -- columns a step has learned about, found again by name --------------------------------------------------------- */

/* Names in the order they were bound, and where they are in the schema last attached to. With doubled names the n-th of
 * that name is meant. */
typedef struct tamis_columns {
        size_t n;
        char **names;
        unsigned *nth;          /* 0 for the first of its name */
        tamis_type *types;      /* as learned */
        size_t *at;             /* position in the schema attached to */
} tamis_columns;

void tamis_columns_done(tamis_columns *columns);
/* From a selection, types included (consults them). */
int tamis_columns_bind(tamis_columns *columns, tamis_schema *schema, const tamis_selection *selection, tamis_error *err)
        TAMIS_CHECKED;
/* Set `at`; every column that is not there is listed in one TAMIS_BAD_DATA. */
int tamis_columns_attach(tamis_columns *columns, const tamis_schema *schema, tamis_error *err) TAMIS_CHECKED;
int tamis_columns_save(const tamis_columns *columns, json_t **ret, tamis_error *err) TAMIS_CHECKED;
int tamis_columns_load(tamis_columns *columns, const json_t *from, tamis_error *err) TAMIS_CHECKED;

/* The columns a step works on: -c where given (naming the target or a reserved column is an error), else every column
 * of `types` (bits 1 << tamis_type; 0: any, and types are not consulted) but the target, the group columns, reserved
 * ones and ids (tamis_names_id). */
int tamis_features(const tamis_context *context, tamis_schema *schema, unsigned types, tamis_selection *ret,
                   tamis_error *err) TAMIS_CHECKED;
/* The same with another option's selection than --columns; `what` is its name, for messages. NULL: every one. */
int tamis_features_of(const tamis_context *context, tamis_schema *schema, const char *sel, const char *what,
                      unsigned types, tamis_selection *ret, tamis_error *err) TAMIS_CHECKED;
/* Note in `schema` the types that --types gives (`types` NULL: none). A column that is not there is TAMIS_USAGE, or,
 * `lenient`, passed over. */
int tamis_types_force(tamis_schema *schema, const char *types, bool lenient, tamis_error *err) TAMIS_CHECKED;
/* The target's position; TAMIS_USAGE when -t was not given ("smote needs --target"). */
int tamis_target(const tamis_context *context, tamis_schema *schema, size_t *ret, tamis_error *err) TAMIS_CHECKED;

/* -- reading a saved state: each checks type and range and names the key that is wrong ----------------------------- */

int tamis_json_real(const json_t *from, const char *key, double *ret, tamis_error *err) TAMIS_CHECKED;
int tamis_json_count(const json_t *from, const char *key, uint64_t *ret, tamis_error *err) TAMIS_CHECKED;
int tamis_json_text(const json_t *from, const char *key, const char **ret, size_t *length,
                    tamis_error *err) TAMIS_CHECKED;
/* An array of exactly n elements (n = SIZE_MAX: any number). */
int tamis_json_array(const json_t *from, const char *key, size_t n, const json_t **ret, tamis_error *err) TAMIS_CHECKED;
/* Text that need not be UTF-8: stored as a string when it is, else as {"base64": "..."}. NULL when memory is out. */
json_t *tamis_json_bytes(tamis_slice bytes);
int tamis_json_bytes_get(const json_t *from, tamis_arena *arena, tamis_slice *ret, tamis_error *err) TAMIS_CHECKED;
/* A double in JSON, exact (integers stay integers to the eye). NULL for what is not finite, or no memory. */
json_t *tamis_json_number(double value);
/* For reports: as above, but null for what is not finite. */
json_t *tamis_json_figure(double value);
/* Give `child` to `into`: under the key of an object, or (key NULL) as the last of an array. Returns the child, to be
 * filled; NULL when memory is out, and the child is gone. jansson takes NULL for `into` and fails, so a child that
 * could not be made is noticed when something is put into it. */
json_t *tamis_json_child(json_t *into, const char *key, json_t *child);

#endif
