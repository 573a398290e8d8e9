/* learn.h: a model of the target, from the train rows, and its scores for all rows.
 *
 * Numbers go in standardised, categories a place for each level, both as the train rows have them. The models are
 * small, exact and deterministic: they are there to judge what was done to a table, and as baselines.
 *
 *     learn.c     the step: which columns, what is learned
 *     apply.c     what goes out
 *     rows.c      the rows learned from, and the order they are put in
 *     design.c    from cells to the vector a linear model sees
 *     linear.c knn.c boost.c majority.c   the models
 *     explain.c   what each column adds to a score
 *     saved.c     to and from a saved model
 */
#ifndef LEARN_LEARN_H
#define LEARN_LEARN_H

#include <tamis/step.h>

extern const tamis_step_type tamis_step_learn;

#endif
