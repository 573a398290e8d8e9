/* state.h: a split at work, and what its files have of each other. */
#ifndef TAMIS_SPLIT_STATE_H
#define TAMIS_SPLIT_STATE_H

#include "split/deal.h"
#include "split/decide.h"
#include "split/split.h"

typedef struct tamis_split {
        tamis_plan plan;
        size_t target_at, time_at;
        tamis_selection class_at, group_at, hash_at;
        char *class_name;       /* of several columns, with commas; owned */
        bool *numeric;          /* beside class_at */
        tamis_codes *classes;   /* beside class_at, until finish makes plan.classes of them */
        bool by_default;        /* classes are the target's because nobody said; given up when it is measured */
        bool by_hash, keep_duplicates;
        uint64_t strata, seed;
        size_t repeats;
        uint64_t *rows;         /* a hash of each, to find duplicates */
        size_t rows_capacity;
        uint64_t missing_class, missing_group;
        _Atomic uint64_t missing_hash;
        _Atomic uint64_t *hashed;       /* --hash: rows of each mark */
        uint16_t *marks;        /* per row; one repetition behind the other */
} tamis_split;

typedef struct tamis_split_partial {
        tamis_codes *classes;
        size_t n_classes;
        tamis_codes groups, times;
        uint64_t *hashes;
        size_t rows;
        uint64_t missing_class, missing_group;
} tamis_split_partial;

/* configure.c */
int tamis_split_configure(void *state, const tamis_context *context, tamis_error *err) TAMIS_CHECKED;
bool tamis_split_idle(const void *state);
int tamis_split_bind(void *state, const tamis_context *context, tamis_schema *schema, tamis_error *err) TAMIS_CHECKED;

/* collect.c */
bool tamis_split_minds_duplicates(const tamis_split *s);
int tamis_split_learn(const void *state, void *partial, tamis_batch *batch, tamis_error *err) TAMIS_CHECKED;
int tamis_split_merge(void *state, void *partial, tamis_error *err) TAMIS_CHECKED;
void tamis_split_partial_done(void *partial);
/* Strata of what was collected, and plan.classes of them. */
int tamis_split_settle_classes(tamis_split *s, const tamis_context *context, tamis_error *err) TAMIS_CHECKED;

/* report.c */
int tamis_split_report(const void *state, json_t *into, tamis_error *err) TAMIS_CHECKED;

/* How many marks there are, fold 0 included. */
size_t tamis_split_n_marks(const tamis_split *s);
/* Folds by number; else parts by name. */
bool tamis_split_marks_folds(const tamis_split *s);

#endif
