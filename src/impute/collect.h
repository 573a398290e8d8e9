/* collect.h: train rows, as they come batch by batch, made into a frame.
 *
 * Numbers as doubles, texts as codes of a dictionary a column; the frame then has its levels in the order of their
 * texts, its columns in the order of their names, and its rows in an order that hangs on their cells: by a hash of
 * them, then by the cells, and rows that are equal as they came.
 *
 * Ownership: embedded; {0} is empty; _done frees it. What is made into a frame is taken out.
 */
#ifndef TAMIS_IMPUTE_COLLECT_H
#define TAMIS_IMPUTE_COLLECT_H

#include "base/texts.h"
#include "impute/frame.h"
#include "step/grouping.h"

typedef struct tamis_collected {
        size_t rows, capacity, n;
        struct tamis_collected_column {
                double *numbers;
                int32_t *codes;
                tamis_texts spelling;   /* beside numbers, where it is asked for: as they stood; missing: empty */
                tamis_dict dict;        /* of the codes */
        } *columns;             /* one for each of the step's; empty ones have neither numbers nor codes */
        int32_t *groups;        /* per row: code in `keys`, or TAMIS_NO_GROUP; NULL: there are no groups */
        tamis_dict keys;
} tamis_collected;

void tamis_collected_done(tamis_collected *collected);
/* `spelled`: per column, whether the texts of its numbers are kept; NULL: of none. */
int tamis_collected_learn(tamis_collected *collected, tamis_batch *batch, const tamis_columns *columns,
                          const bool *spelled, const tamis_grouping *grouping, tamis_error *err) TAMIS_CHECKED;
/* `grouping` knows the groups of `from`. May empty `from`. */
int tamis_collected_merge(tamis_collected *into, tamis_collected *from, const tamis_grouping *grouping,
                          tamis_error *err) TAMIS_CHECKED;

/* Which of the step's columns stand in a frame, in its order: *order (freed by the caller), *n of them. */
int tamis_frame_order(const tamis_columns *columns, size_t **order, size_t *n, tamis_error *err) TAMIS_CHECKED;
/* Empties `collected`, but for its groups. *place (freed by the caller): for each row that came, its row
 * in the frame. */
int tamis_collected_frame(tamis_collected *collected, const tamis_columns *columns, const size_t *order, size_t n,
                          tamis_pool *pool, tamis_frame *ret, uint32_t **place, tamis_error *err) TAMIS_CHECKED;

/* What a row's hash is made of: for each column of the frame, in their order, one of these. */
enum { TAMIS_HASH_START = 0x7a3f, TAMIS_HASH_MISSING = 0x51ed };

static inline uint64_t tamis_hash_add(uint64_t hash, uint64_t cell) {
        hash = (hash ^ cell) * 0x9e3779b97f4a7c15U;
        return hash ^ hash >> 32;
}

static inline uint64_t tamis_hash_number(double value) {
        uint64_t bits;

        if (value != value)
                return TAMIS_HASH_MISSING;
        memcpy(&bits, &value, sizeof bits);
        return bits;
}

#endif
