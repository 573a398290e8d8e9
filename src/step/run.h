/* run.h (private): a run taken apart.
 *
 *     run.c      options in, everything in its order
 *     link.c     one step of the chain: made, loaded, attached; what a batch is told at its door
 *     pass.c     one reading of the input by all threads, through the first links of the chain
 *     pass_first.c    its first batch alone
 *     store.c    the table in memory between the passes of a long chain
 *     learn.c    a pass that teaches the next link; types presumed, verified, redone
 *     sink.c     where they go: one output, or one a part
 *     model.c    saved chains
 *     report.c   what was done
 */
#ifndef TAMIS_STEP_RUN_H
#define TAMIS_STEP_RUN_H

#include <pthread.h>

#include <tamis/run.h>

#include "step/settings.h"

typedef struct tamis_link {
        const tamis_step_type *type;
        tamis_settings *settings;
        void *state;
        tamis_context context;
        tamis_missing missing;
        int precision;
        bool loaded;            /* the state came from a saved model */
        uint64_t learned_rows;

        tamis_schema in;        /* at its door: what bind and apply see */
        tamis_schema out;       /* behind it */
        long mark;              /* column `_split` of `in`, or -1 */
        _Atomic uint64_t rows_in, rows_out;     /* of the final pass */
} tamis_link;

struct tamis_notes {
        pthread_mutex_t lock;
        struct tamis_note { const char *step; char *text; } *notes;
        size_t n;
        size_t said;            /* notes that were made known; the others are held back */
        bool holding;
        bool lost;              /* there was no memory for one: the run is to fail, not to keep it from the report */
        void (*note)(void *arg, const char *step, const char *text);
        void *arg;
};

/* The table in memory, as it is behind the first `level` links: a long chain then goes on from where the last pass
 * ended, with what was scanned and parsed. Empty until a pass fills it. */
struct tamis_store {
        tamis_batch **batches;
        size_t n, capacity;
        size_t level;
};

struct tamis_run {
        tamis_run_options options;
        tamis_pool *pool;
        tamis_reader *reader;
        tamis_schema schema;    /* of the input */
        tamis_link **links;
        size_t n_links;
        size_t ready;           /* links that are attached: a pass may go through them */
        struct tamis_store store;
        size_t drained;         /* 1 + the link that has taken all rows up (TAMIS_DRAINS): passes begin with its
                                 * tail; 0: none */
        size_t passes;          /* readings so far */
        struct tamis_notes notes;
        uint64_t rows_out;
        tamis_reader_counts counts;     /* of the last reading from start to end */
        uint64_t table_bytes;           /* of its rows; a packed file is smaller */
};

/* link.c */
int tamis_link_new(tamis_run *run, tamis_settings *settings, tamis_link **ret, tamis_error *err) TAMIS_CHECKED;
void tamis_link_free(tamis_link *link);
int tamis_link_configure(tamis_link *link, tamis_error *err) TAMIS_CHECKED;
int tamis_link_load(tamis_link *link, const json_t *model, tamis_error *err) TAMIS_CHECKED;
/* The schema at the door: `from` with types forgotten, then --types said. */
int tamis_link_arrive(tamis_link *link, const tamis_schema *from, tamis_error *err) TAMIS_CHECKED;
int tamis_link_attach(tamis_link *link, tamis_error *err) TAMIS_CHECKED;
/* The type's, and what it has besides as configured. */
unsigned tamis_link_traits(const tamis_link *link);
bool tamis_link_learns(const tamis_link *link); /* it has yet to */
/* It takes up all rows that come to its door as it learns, and no reading has to go through that door again. */
bool tamis_link_drains(const tamis_link *link);
/* It takes every row for a train row: by its nature, or because --learn-from says so. */
bool tamis_link_learns_all(const tamis_run *run, const tamis_link *link);
bool tamis_link_numbers(const tamis_link *link);        /* rows are to be numbered at its door */
/* Tell the batch what is so at the door of `link`. */
int tamis_link_greet(tamis_run *run, tamis_link *link, tamis_batch *batch, tamis_error *err) TAMIS_CHECKED;

/* pass.c: what a pass does with a batch that has gone through the links. `work` runs on any thread and leaves what it
 * made in *result; `turn` gets it in the order of the batches, one at a time, and frees it; `drop` frees a result that
 * never gets its turn. */
typedef struct tamis_visitor {
        int (*work)(void *arg, tamis_batch *batch, void **result, tamis_error *err);
        int (*turn)(void *arg, void *result, tamis_error *err);
        void (*drop)(void *arg, void *result);
        void *arg;
        tamis_link *learner;    /* the batch is greeted and numbered at this link's door, the next after
                                 * the ready ones */
        const char *what;       /* for progress: "learning", "writing" */
        bool final;
} tamis_visitor;

/* Read the input from its start, through the ready links. */
int tamis_pass(tamis_run *run, const tamis_visitor *visitor, tamis_error *err) TAMIS_CHECKED;
/* pass_first.c: the first batch of the input, through the ready links; n_rows 0 where there is none. The reader
 * is rewound after. */
int tamis_pass_first(tamis_run *run, tamis_batch *batch, tamis_error *err) TAMIS_CHECKED;

/* store.c */
/* Whether this pass should leave its batches in memory: the chain goes on learning, and the table has room. */
bool tamis_store_worthwhile(const tamis_run *run);
uint64_t tamis_store_room(const tamis_run *run);        /* the largest table, in bytes, that may stay */
/* takes the batch */
int tamis_store_add(struct tamis_store *store, tamis_batch *batch, tamis_error *err) TAMIS_CHECKED;
void tamis_store_done(struct tamis_store *store);
tamis_batch *tamis_store_batch(tamis_error *err);       /* an empty one; NULL when memory is out */
void tamis_store_drop(tamis_batch *batch);

/* learn.c */
int tamis_link_learn(tamis_run *run, tamis_link *link, tamis_error *err) TAMIS_CHECKED;

/* sink.c: where rows go. format() is called by any thread, write() in order. */
typedef struct tamis_sink tamis_sink;
int tamis_sink_new(const tamis_run *run, const tamis_schema *schema, tamis_sink **ret, tamis_error *err) TAMIS_CHECKED;
void tamis_sink_free(tamis_sink *sink);
int tamis_sink_format(tamis_sink *sink, tamis_batch *batch, void **piece, tamis_error *err) TAMIS_CHECKED;
int tamis_sink_write(tamis_sink *sink, void *piece, tamis_error *err) TAMIS_CHECKED;    /* frees piece */
void tamis_sink_drop(tamis_sink *sink, void *piece);
int tamis_sink_commit(tamis_sink *sink, tamis_error *err) TAMIS_CHECKED;

/* model.c */
int tamis_model_read(const char *path, json_t **ret, tamis_error *err) TAMIS_CHECKED;
/* Text of a model file -> its JSON, checked down to the steps' types. For the fuzzer too. */
int tamis_model_parse(const char *text, size_t n, const char *path, json_t **ret, tamis_error *err) TAMIS_CHECKED;
int tamis_model_write(const tamis_run *run, const char *path, tamis_output **ret, tamis_error *err) TAMIS_CHECKED;

/* report.c */
int tamis_report_write(const tamis_run *run, const char *path, tamis_output **ret, tamis_error *err) TAMIS_CHECKED;
int tamis_json_write(const json_t *json, const char *path, tamis_output **ret, tamis_error *err) TAMIS_CHECKED;

/* json.c: jansson says NULL for no memory and for what it refuses alike, and its reader and its writer leave bytes
 * out that they have no room for. So its allocations are watched: did one fail, in this thread, since the last
 * call of _watch_? */
void tamis_json_watch_memory(void);
bool tamis_json_ran_out(void);
/* *ret is NULL, and `why` says why, where the text is not JSON. jansson's reader aborts where it gets no memory within
 * a text: a reserve sees it through the bytes it has been given, and it is given no more. */
enum { TAMIS_JSON_RESERVE = 1 << 18 };
int tamis_json_parse(tamis_slice text, json_t **ret, json_error_t *why, tamis_error *err) TAMIS_CHECKED;

/* notes.c */
void tamis_notes_add(struct tamis_notes *notes, const char *step, const char *text);
/* Keep what is said from here on to oneself; then say it after all, or forget it. */
void tamis_notes_hold(struct tamis_notes *notes);
void tamis_notes_let_go(struct tamis_notes *notes, bool tell);
void tamis_notes_done(struct tamis_notes *notes);

#endif
