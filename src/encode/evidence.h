/* evidence.h: what the target says of each level, for encoders that ask it.
 *
 * A level's value learned from a row and given to the same row gives the row's target away: a level met once would be
 * its own answer. So a row learned from gets the value learned from the other folds, and only rows that were not
 * learned from get the one learned from all (Micci-Barreca 2001; cross-fitting as scikit-learn's TargetEncoder has it).
 *
 * The target of every train row is kept while learning, in their order. Sums are exact, so no order shows in them.
 */
#ifndef TAMIS_ENCODE_EVIDENCE_H
#define TAMIS_ENCODE_EVIDENCE_H

#include "encode/coding.h"

typedef struct tamis_evidence {
        bool numeric;           /* the target's cells are numbers; settle() may yet find two classes in them */
        tamis_dict labels;      /* else: what they are */
        double *y;              /* per train row: the number, or the label's code; after settle the
                                 * class; NaN: missing */
        size_t n, capacity;

        /* after settle */
        uint64_t known;         /* rows whose target is there */
        size_t n_classes;       /* 0: a number */
        size_t *order;          /* class -> label code (labels alone) */
} tamis_evidence;

void tamis_evidence_done(tamis_evidence *evidence);
int tamis_evidence_learn(tamis_evidence *evidence, tamis_batch *batch, size_t target, tamis_error *err) TAMIS_CHECKED;
int tamis_evidence_merge(tamis_evidence *into, const tamis_evidence *from, tamis_error *err) TAMIS_CHECKED;
/* Sort the classes; of two the second is the one that is counted, or `positive` where given. */
int tamis_evidence_settle(tamis_evidence *evidence, const char *positive, const char *target,
                          tamis_error *err) TAMIS_CHECKED;
/* Fill the coding's tables: it has slots, and rows as many as there are here. */
int tamis_evidence_weigh(const tamis_evidence *evidence, tamis_coding *coding, const tamis_coding_options *options,
                         tamis_error *err) TAMIS_CHECKED;

#endif
