/* encode.h: categories as numbers.
 *
 * A category's levels are the texts it has in the rows learned from, sorted bytewise, or by value when all of them are
 * numbers. An encoder turns a level into what a model can take: a column for each level, or a code.
 *
 *     asked.c    its options
 *     encode.c   the step: which columns, what is learned
 *     coding.c   the levels of one column, and which of them are rare
 *     onehot.c ordinal.c ...   the encoders
 *     values.c   those that put a value for each level
 *     evidence.c weigh.c   those that ask the target; folds
 *     saved.c    to and from a saved model; the report
 */
#ifndef TAMIS_ENCODE_ENCODE_H
#define TAMIS_ENCODE_ENCODE_H

#include <tamis/step.h>

extern const tamis_step_type tamis_step_encode;

#endif
