/* clean.h: the plain work before anything is learned: columns dropped and renamed, blanks and false values taken out of
 * cells, duplicates and hopeless rows taken out of the table.
 *
 * In this order: columns go (--drop, --keep), cells are trimmed, cells are blanked, columns with too many holes go,
 * rows with too many holes and duplicates go, columns are renamed. Every part sees what the parts before it left.
 *
 * Rows go from the train part alone, and only while learning: a loaded model leaves every row, since each wants its
 * prediction.
 *
 *     clean.c       the step (state.h tells of its parts)
 *     picks.c       which columns go and which are worked on, remembered by name
 *     duplicates.c  rows that were there before, by a fingerprint of 128 bits
 */
#ifndef TAMIS_CLEAN_CLEAN_H
#define TAMIS_CLEAN_CLEAN_H

#include <tamis/step.h>

extern const tamis_step_type tamis_step_clean;

#endif
