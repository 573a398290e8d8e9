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
        bool drop_binary;               /* nor where it would be one of two */
        uint64_t max_slots, min_count;  /* 0: no limit */
        bool pass_unknown;              /* a level not learned is no error */
        bool unknown_is_rare;           /* it counts as a rare one, where rare ones have a slot */
        bool missing_column;            /* a column that says where cells were missing */
        bool counts;                    /* frequency: rows instead of shares */
        uint64_t buckets;               /* of hash */
        double smooth;                  /* target, woe: rows that speak for the mean; NaN: what suits the strategy */
        uint64_t folds, seed;           /* a train row is encoded from the other folds */
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

        /* Encoders that put a value for each level: values[slot * n_outputs + output], two more slots behind n_slots
         * being for missing cells and for unknown levels. NaN: nothing is put there. */
        double *values;
        size_t n_outputs;               /* columns that come of it; 0 counts as 1 */
        double *fold_values;            /* target, woe: such a table for each fold, learned from the rows outside it */
        char **outputs;                 /* names of the outputs, where there are several (classes of the target) */
        uint32_t *rows;                 /* while learning: the code of each train row, UINT32_MAX where missing */
        size_t n_rows, rows_capacity;

        _Atomic uint64_t unknown, missing;      /* cells met by apply */
} tamis_coding;

typedef struct tamis_encoder {
        tamis_strategy strategy;
        bool replaces;          /* the column gives way to new ones; else its cells are changed in place */
        bool keeps;             /* it stays as it is, and new ones come behind it */
        bool zeros;             /* its columns are of 0 and 1: what is unknown is 0 in all of them */
        bool limited;           /* a column for each level: TAMIS_MAX_LEVELS at most */
        bool no_levels;         /* works without knowing any */
        bool any_type;          /* by itself it takes all columns, not only categorical ones */
        bool supervised;        /* learns from the target, see evidence.h */
        bool two_classes;       /* and that must have two classes */
        /* New columns, in order, behind each other from position `at` on; *n tells how many. */
        int (*attach)(const tamis_coding *coding, const tamis_coding_options *options, tamis_schema *schema, size_t at,
                      size_t *n, tamis_error *err);
        int (*apply)(tamis_coding *coding, const tamis_coding_options *options, tamis_batch *batch,
                     const int32_t *slots, tamis_error *err);
        /* Optional, once levels have slots: fill `values`. */
        int (*finish)(tamis_coding *coding, const tamis_coding_options *options, tamis_error *err);
} tamis_encoder;

extern const tamis_encoder tamis_encoder_binary;
extern const tamis_encoder tamis_encoder_frequency;
extern const tamis_encoder tamis_encoder_hash;
extern const tamis_encoder tamis_encoder_missing_flag;
extern const tamis_encoder tamis_encoder_onehot;
extern const tamis_encoder tamis_encoder_ordinal;
extern const tamis_encoder tamis_encoder_target;
extern const tamis_encoder tamis_encoder_woe;
const tamis_strategy *const *tamis_encoders(size_t *n);

void tamis_coding_done(tamis_coding *coding);

/* Add the column's cells; with `limited`, levels beyond TAMIS_MAX_LEVELS only set `overflow`. */
int tamis_coding_learn(tamis_coding *coding, tamis_batch *batch, size_t column, bool limited, tamis_error *err)
        TAMIS_CHECKED;
int tamis_coding_merge(tamis_coding *into, const tamis_coding *from, bool limited, tamis_error *err) TAMIS_CHECKED;
/* Sort the levels into slots. */
int tamis_coding_settle(tamis_coding *coding, const tamis_coding_options *options, tamis_error *err) TAMIS_CHECKED;

/* There is something to encode with; else the column stays. */
bool tamis_coding_works(const tamis_coding *coding);
/* The column gives way to others. */
bool tamis_coding_replaces(const tamis_coding *coding);
static inline size_t tamis_coding_outputs(const tamis_coding *coding) {
        return coding->n_outputs ? coding->n_outputs : 1;
}

/* values.c: what an encoder that puts values for levels does. */
int tamis_values_attach(const tamis_coding *coding, const tamis_coding_options *options, tamis_schema *schema,
                        size_t at, size_t *n, tamis_error *err) TAMIS_CHECKED;
int tamis_values_apply(tamis_coding *coding, const tamis_coding_options *options, tamis_batch *batch,
                       const int32_t *slots, tamis_error *err) TAMIS_CHECKED;
int tamis_values_save(const tamis_coding *coding, json_t *into, tamis_error *err) TAMIS_CHECKED;
int tamis_values_load(tamis_coding *coding, const json_t *from, tamis_error *err) TAMIS_CHECKED;

/* The fold, 0 .. folds-1, of a train row. Each run of `folds` rows is dealt one to each, so that sizes differ by one
 * at most and whatever is sorted is spread. */
uint64_t tamis_coding_fold(uint64_t seed, uint64_t folds, uint64_t row);

/* The slot of every cell of the column, in the batch's arena; what is unknown is an error unless passed. */
int tamis_coding_slots(tamis_coding *coding, const tamis_coding_options *options, tamis_batch *batch,
                       const int32_t **ret, tamis_error *err) TAMIS_CHECKED;

/* What is saved of it, and what is told. */
int tamis_coding_save(const tamis_coding *coding, json_t **ret, tamis_error *err) TAMIS_CHECKED;
int tamis_coding_load(tamis_coding *coding, const tamis_step_type *type, const json_t *from, tamis_error *err)
        TAMIS_CHECKED;
int tamis_coding_report(const tamis_coding *coding, json_t **ret, tamis_error *err) TAMIS_CHECKED;

#endif
