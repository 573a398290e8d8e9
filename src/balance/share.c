/* Whose turn it is how often. */
#include <math.h>
#include <stdlib.h>

#include "balance/smote.h"

/* What is left of a member's due when its whole turns are given. */
struct rest {
        double rest;
        uint64_t draw;
        uint32_t place;
};

static int larger_rest(const void *a, const void *b) {
        const struct rest *x = a, *y = b;

        if (x->rest != y->rest)
                return x->rest > y->rest ? -1 : 1;
        if (x->draw != y->draw)
                return x->draw < y->draw ? -1 : 1;
        return x->place < y->place ? -1 : x->place > y->place;
}

/* Members of the same weight have the same rest, to the last bit: the draw decides between them, and not a place. */
static uint64_t give_whole_turns(const tamis_smote *s, size_t class, const tamis_smote_class *c, const double *weights,
                                 uint64_t *times, struct rest *rests, size_t *n_rests) {
        double sum = 0, dues = (double) c->made;
        uint64_t left = c->made;

        for (size_t i = 0; i < c->n; i++)
                sum += weights ? weights[i] : 1;
        for (size_t i = 0; i < c->n; i++) {
                double due = dues * ((weights ? weights[i] : 1) / sum);
                tamis_stream stream;

                if (!(due > 0))
                        continue;
                times[i] = (uint64_t) due;
                if (times[i] > left)            /* by rounding alone */
                        times[i] = left;
                left -= times[i];
                tamis_stream_init(&stream, s->seed, "smote.seeds", class, i);
                rests[(*n_rests)++] = (struct rest) { due - floor(due), tamis_stream_bits(&stream), (uint32_t) i };
        }
        return left;
}

int tamis_smote_share(const tamis_smote *s, size_t class, tamis_smote_class *c, const double *weights,
                      tamis_error *err) {
        uint64_t *times = calloc(c->n + 1, sizeof *times), left;
        struct rest *rests = reallocarray(NULL, c->n + 1, sizeof *rests);
        size_t n = 0, n_rests = 0;

        c->seeds = reallocarray(NULL, c->made + 1, sizeof *c->seeds);
        if (!times || !rests || !c->seeds) {
                free(times);
                free(rests);
                return tamis_fail_memory(err);
        }
        left = give_whole_turns(s, class, c, weights, times, rests, &n_rests);
        qsort(rests, n_rests, sizeof *rests, larger_rest);
        for (size_t i = 0; left > 0; i++, left--)
                times[rests[i % n_rests].place]++;
        for (size_t i = 0; i < c->n; i++) {
                c->n_seeds += times[i] > 0;
                for (uint64_t j = 0; j < times[i]; j++)
                        c->seeds[n++] = (uint32_t) i;
        }
        free(times);
        free(rests);
        return 0;
}
