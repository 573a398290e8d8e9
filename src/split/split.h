/* split.h: which rows are for training, which for judging.
 *
 * The split comes first, so that nothing learned later has seen what it is judged on. It marks rows and moves none:
 * column `_split` says train, valid or test, column `_fold` says 1 .. k. Every later step reads the mark.
 *
 * It looks at all rows before it marks the first: per row it keeps the code of its class, of its group, of its time (4
 * bytes each), and then one mark of 2 bytes.
 *
 *     split.c    the step: options, duplicates, the marks
 *     configure.c  what was asked
 *     collect.c  what is collected of every row
 *     decide.c   from what was collected to one mark a row
 *     deal.c     rows dealt by class, each row for itself
 *     groups.c   groups put whole into parts
 *     apportion.c  how many rows of each class a part gets
 *     moment.c   numbers and ISO 8601 dates as points in time
 */
#ifndef TAMIS_SPLIT_SPLIT_H
#define TAMIS_SPLIT_SPLIT_H

#include <tamis/step.h>

extern const tamis_step_type tamis_step_split;

#endif
