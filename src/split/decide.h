/* decide.h: from what was collected about every row to the mark it gets. Pure: no batch, no schema. */
#ifndef TAMIS_SPLIT_DECIDE_H
#define TAMIS_SPLIT_DECIDE_H

#include <tamis/stats.h>
#include <tamis/step.h>

/* A column of every row as codes of a dictionary. */
typedef struct tamis_codes {
        tamis_dict dict;
        uint32_t *codes;
        size_t n, capacity;
} tamis_codes;

void tamis_codes_done(tamis_codes *codes);
int tamis_codes_reserve(tamis_codes *codes, size_t more, tamis_error *err) TAMIS_CHECKED;
/* Append one row. */
int tamis_codes_add(tamis_codes *codes, tamis_slice text, tamis_error *err) TAMIS_CHECKED;
/* Append all rows of `from`. */
int tamis_codes_merge(tamis_codes *into, const tamis_codes *from, tamis_error *err) TAMIS_CHECKED;

/* What was asked, and what was collected to answer it. */
typedef struct tamis_plan {
        double test, valid;             /* shares */
        unsigned folds;                 /* 0: parts */
        unsigned fold;                  /* 0, or the fold that is test */
        bool each_group;                /* a fold for each group; folds is then set when they are known */
        uint64_t gap, window;           /* in rows, by time; window 0: all that is older */
        bool by_class, by_group, by_time;
        const char *class_name, *group_name, *time_name;        /* for messages */
        size_t rows;
        tamis_codes classes, groups, times;
} tamis_plan;

void tamis_plan_done(tamis_plan *plan);

/* The rows in the order of their time: see times.c. */
int tamis_plan_times(const tamis_plan *plan, const tamis_context *context, uint64_t test, uint64_t valid,
                     uint16_t *marks, tamis_error *err) TAMIS_CHECKED;

/* marks[plan->rows]: TAMIS_SPLIT_TRAIN .., or the fold (when folds > 0 and fold is 0). */
int tamis_plan_decide(const tamis_plan *plan, const tamis_context *context, uint16_t *marks, tamis_error *err)
        TAMIS_CHECKED;

#endif
