/* state.h: the step taken apart.
 *
 *     asked.c    options and strategies, and what is wrong with them
 *     encode.c   the step: which columns, what is learned
 */
#ifndef TAMIS_ENCODE_STATE_H
#define TAMIS_ENCODE_STATE_H

#include "encode/encode.h"
#include "encode/evidence.h"

/* One part of --strategy: `Sex=onehot`, or `onehot` for all that suit. */
struct tamis_encode_wish {
        char *sel;              /* NULL: all that suit */
        const tamis_encoder *encoder;
};

struct tamis_encode {
        const tamis_context *context;
        tamis_coding_options options;
        bool limited;           /* nothing was said that would keep the number of levels small */
        struct tamis_encode_wish *wishes;
        size_t n_wishes;
        tamis_columns columns;
        tamis_coding *codings;  /* per column */
        size_t *by_place;       /* the codings from the last column to the first, once attached */
        bool supervised;        /* some wish is for an encoder that asks the target */
        bool unknown_missing;
        size_t target;          /* its place while learning */
        const char *target_name;
        tamis_evidence evidence;
};

extern const tamis_option tamis_encode_options[];
int tamis_encode_configure(void *state, const tamis_context *context, tamis_error *err);
unsigned tamis_encode_also(const void *state);

#endif
