/* joints.h: the joint strategies of one impute step at work: their models, and what they put where.
 *
 * impute.c says which column is filled by which strategy; this collects the rows, fits a model for each strategy
 * (and each group), and in apply finds the values for the holes of a batch. It knows nothing of indicators,
 * reports or rules.
 *
 *     joint.c         learned
 *     joint_fill.c    applied
 *     joint_saved.c   saved, loaded, reported
 *
 * Ownership: tamis_joints is embedded; {0} is none; _done frees it. Columns, grouping and wishes are the step's.
 */
#ifndef TAMIS_IMPUTE_JOINTS_H
#define TAMIS_IMPUTE_JOINTS_H

#include "impute/collect.h"
#include "impute/joint.h"

/* What is wished for one of the step's columns. */
typedef struct tamis_joint_wish {
        const tamis_joint *joint;       /* NULL: no joint strategy fills it */
        double least, most;
        bool holes;                     /* some train cell is missing */
        double low, high;               /* what was observed; the same: no numbers, or one, or not known */
        _Atomic uint64_t far;           /* cells filled beyond that by more than its whole range */
} tamis_joint_wish;

/* One strategy's model of all rows, or of a group. */
typedef struct tamis_joint_model {
        void *model;                    /* NULL: there is none */
        tamis_frame *taken;             /* per imputation: the train rows with their holes filled; NULL: not `fitted` */
} tamis_joint_model;

/* A group's frame: the levels its rows have. Number 0 is that of all rows. */
typedef struct tamis_joint_group {
        tamis_frame frame;              /* rows only while learning */
        int32_t **codes;                /* per column: from the codes of all rows to its own; NULL for numbers, and
                                         * for all rows */
} tamis_joint_group;

typedef struct tamis_joints {
        const tamis_context *context;
        const tamis_columns *columns;
        const tamis_grouping *grouping;
        tamis_joint_wish *wishes;       /* per column of the step */
        bool *spelled;                  /* per column of the step: its strategy `spells` */
        tamis_collected collected;

        size_t *order, n;               /* per column of the frame, the step's */
        tamis_dict *levels;             /* per column of the frame: its texts, in the order of its levels */
        tamis_joint_group *groups;      /* 1 + those of `grouping` */
        size_t n_groups;

        size_t n_strategies;
        struct tamis_joint_strategy {
                const tamis_joint *joint;
                tamis_joint_model *models;      /* per group */
                size_t imputations;
        } *strategies;
        size_t imputations;             /* the most of any; 1 where there are none */

        /* of train rows, by number; only where a strategy asks for it */
        uint32_t *place;                /* the row in the frame of all rows */
        int32_t *group;                 /* 1 + its group, or 0 */
        uint32_t *in_group;             /* the row in its group's frame */
        size_t rows;
        tamis_arena arena;
} tamis_joints;

void tamis_joints_done(tamis_joints *joints);
/* The wishes are set: is there one? */
bool tamis_joints_any(const tamis_joints *joints);
/* `wishes` (n columns, zeroed) and the list of the strategies. */
int tamis_joints_open(tamis_joints *joints, const tamis_context *context, const tamis_columns *columns,
                      const tamis_grouping *grouping, tamis_error *err) TAMIS_CHECKED;
/* The wishes are complete, `holes` and bounds too, and all rows collected. */
int tamis_joints_fit(tamis_joints *joints, tamis_error *err) TAMIS_CHECKED;

/* What goes into the holes of one column of a batch, in one imputation. In the batch's arena. */
typedef struct tamis_joint_values {
        double *numbers;                /* per row; NaN: nothing. Neither of the two: there is nothing to fill */
        tamis_slice *texts;             /* p NULL: nothing. Beside numbers: how they are written */
} tamis_joint_values;

/* `missing`: per column of the step, per row. *ret: imputation after imputation, per column of the step. Looks at every
 * column before anything is changed; changes nothing. */
int tamis_joints_fill(const tamis_joints *joints, tamis_batch *batch, const uint8_t *const *missing,
                      tamis_joint_values **ret, tamis_error *err) TAMIS_CHECKED;

int tamis_joints_save(const tamis_joints *joints, json_t *into, tamis_error *err) TAMIS_CHECKED;
/* The wishes say which strategies. Without "joint" there: nothing. */
int tamis_joints_load(tamis_joints *joints, const json_t *from, tamis_error *err) TAMIS_CHECKED;
int tamis_joints_report(const tamis_joints *joints, json_t *into, tamis_error *err) TAMIS_CHECKED;

/* For the three files: wanted are the columns that this strategy fills; NULL: that any fills. */
void tamis_joints_want(const tamis_joints *joints, const tamis_joint *joint, tamis_frame *frame);
int tamis_joints_list(tamis_joints *joints, tamis_error *err) TAMIS_CHECKED;
int tamis_joints_index(tamis_joints *joints, tamis_error *err) TAMIS_CHECKED;
const char *tamis_joints_purpose(tamis_joints *joints, const tamis_joint *joint, size_t group, tamis_error *err);

#endif
