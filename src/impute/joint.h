/* joint.h: a strategy that fills columns from each other (knn, iterative, mice, forest, em, ...).
 *
 * It fits a model to a frame of train rows, once, with all threads; then it fills rows from that model, one by one and
 * on any thread. What is filled in for a row hangs on the model, the row's cells and its key alone, never on its
 * neighbours in the batch. Holes it cannot fill it leaves as they are; they are counted and said.
 *
 * Written against this file a strategy needs to know nothing of batches, files, options' spelling or JSON beyond its
 * own model. Everything else (collecting the frame, groups, indicators, rounding, bounds, counting, saving the list of
 * columns) is joint.c's. With --group, each group has a model of its own, and rows of other groups that of all rows.
 *
 * Adding one: a file with a tamis_joint in it, its line in the list of impute.c, its options in joint_options.c.
 */
#ifndef TAMIS_IMPUTE_JOINT_H
#define TAMIS_IMPUTE_JOINT_H

#include <tamis/step.h>

#include "impute/frame.h"

/* What surrounds a fit. */
typedef struct tamis_fit {
        const tamis_context *context;   /* settings by long name (tamis_settings_*), pool, seed, tamis_warn() */
        const char *purpose;            /* for random streams: the strategy's name, and the group's where
                                         * there is one */
        bool rough;                     /* for a trial: half the work will do */
} tamis_fit;

typedef struct tamis_joint {
        tamis_strategy base;
        unsigned takes;                 /* types it can fill: bits 1 << tamis_type; others' holes are an error that
                                         * names `instead`. Columns of any type may come as predictors; what it cannot
                                         * use it passes over. */
        const char *instead;            /* "knn, forest or mice" */
        const char *const *options;     /* long names of the options that are its own; NULL-ended; may be NULL */
        bool random;                    /* draws */
        size_t fewest;                  /* a group of fewer rows has no model: that of all rows fills its holes */
        const char *why;                /* a hole stays where ... ("no donor has a cell in common");
                                         * NULL: nothing special */
        bool spells;                    /* puts observed cells into holes of numbers, byte by byte: frames
                                         * have their texts */
        bool fitted;                    /* what it fills train rows with comes from the fit, not from `fill` */

        /* A model for the holes of train's wanted columns. The frame outlives the model only during the call: copy what
         * must stay. No rows, nothing observed in a column, constant columns: all are a model too (one
         * that leaves holes). */
        int (*fit)(const tamis_frame *train, const tamis_fit *fit, void **ret, tamis_error *err);
        /* Only with `fitted`: put into `train` (as given to fit, a copy that may be written) what the model says of its
         * holes, in imputation `which`. */
        int (*take)(const void *model, size_t which, tamis_frame *train, tamis_error *err);
        /* Fill the holes of wanted columns in `rows`, imputation `which` (0 .. imputations - 1). Thread-safe. */
        int (*fill)(const void *model, size_t which, tamis_frame *rows, tamis_error *err);
        size_t (*imputations)(const void *model);       /* NULL: 1 */

        int (*save)(const void *model, json_t *into, tamis_error *err);
        /* `shape`: the columns fit had, in the same order, without rows. */
        int (*load)(const json_t *from, const tamis_frame *shape, void **ret, tamis_error *err);
        /* optional; in addition to the counts */
        int (*report)(const void *model, json_t *into, tamis_error *err);
        void (*free)(void *model);      /* NULL too */
} tamis_joint;

#endif
