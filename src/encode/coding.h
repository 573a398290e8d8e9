/* coding.h: what is known of one column, and what an encoder makes of it.
 *
 * Every level has a *slot*: its place among the sorted levels. Levels that are too rare share the last slot
 * ("infrequent"), as in scikit-learn's encoders. The one difference: --max-categories N groups only where there are
 * more than N slots without it (scikit-learn already groups at exactly N levels, though N columns hold them all).
 */
#ifndef TAMIS_ENCODE_CODING_H
#define TAMIS_ENCODE_CODING_H

#include <tamis/stats.h>
#include <tamis/step.h>

/* More columns than this are seldom meant. */
enum { TAMIS_MAX_LEVELS = 1000 };

enum { TAMIS_SLOT_MISSING = -1, TAMIS_SLOT_UNKNOWN = -2 };

typedef struct tamis_coding_options {
        bool drop_first;                /* no column for the first slot */
        uint64_t max_slots, min_count;  /* 0: no limit */
        bool pass_unknown;              /* a level not learned is no error */
        bool missing_column;            /* a column that says where cells were missing */
} tamis_coding_options;

typedef struct tamis_coding {
        const struct tamis_encoder *encoder;
        const tamis_context *context;
        const char *name;               /* of the column, for warnings; borrowed */
        size_t at;                      /* where it is in the schema attached to */

        tamis_dict levels;
        bool overflow;                  /* more than TAMIS_MAX_LEVELS; the others were not kept */
        int32_t *slots;                 /* per code of `levels` */
        size_t *codes;                  /* per slot: the level's code; for the infrequent slot SIZE_MAX */
        size_t n_slots;
        bool infrequent;                /* the last slot is for rare levels */
        bool has_missing;               /* a learned cell was missing */
        uint64_t missing_learned;

        _Atomic uint64_t unknown, missing;      /* cells met by apply */
} tamis_coding;

typedef struct tamis_encoder {
        tamis_strategy strategy;
        bool replaces;          /* the column gives way to new ones; else its cells are changed in place */
        /* New columns, in order, behind each other from position `at` on; *n tells how many. */
        int (*attach)(const tamis_coding *coding, const tamis_coding_options *options, tamis_schema *schema, size_t at,
                      size_t *n, tamis_error *err);
        int (*apply)(tamis_coding *coding, const tamis_coding_options *options, tamis_batch *batch,
                     const int32_t *slots, tamis_error *err);
} tamis_encoder;

extern const tamis_encoder tamis_encoder_onehot;
extern const tamis_encoder tamis_encoder_ordinal;
const tamis_strategy *const *tamis_encoders(size_t *n);

void tamis_coding_done(tamis_coding *coding);

/* Add the column's cells; with `limited`, levels beyond TAMIS_MAX_LEVELS only set `overflow`. */
int tamis_coding_learn(tamis_coding *coding, tamis_batch *batch, size_t column, bool limited, tamis_error *err)
        TAMIS_CHECKED;
int tamis_coding_merge(tamis_coding *into, const tamis_coding *from, bool limited, tamis_error *err) TAMIS_CHECKED;
/* Sort the levels into slots. */
int tamis_coding_settle(tamis_coding *coding, const tamis_coding_options *options, tamis_error *err) TAMIS_CHECKED;

/* The slot of every cell of the column, in the batch's arena; what is unknown is an error unless passed. */
int tamis_coding_slots(tamis_coding *coding, const tamis_coding_options *options, tamis_batch *batch,
                       const int32_t **ret, tamis_error *err) TAMIS_CHECKED;

/* What is saved of it, and what is told. */
int tamis_coding_save(const tamis_coding *coding, json_t **ret, tamis_error *err) TAMIS_CHECKED;
int tamis_coding_load(tamis_coding *coding, const tamis_step_type *type, const json_t *from, tamis_error *err)
        TAMIS_CHECKED;
int tamis_coding_report(const tamis_coding *coding, json_t **ret, tamis_error *err) TAMIS_CHECKED;

#endif
