/* random.h: random streams keyed by what they are for, never by order of arrival.
 *
 * Philox4x64-10 (Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3") is a function from
 * a key and a counter to 256 random bits. The key is (seed, purpose), the counter holds two indices of the caller's
 * (class and row, say) and the number of the draw. So row 17 gets the same numbers whoever asks, in whatever order,
 * on any thread.
 *
 * A stream carries a gsl_rng, so that every distribution of GSL draws from it. It is embedded (no destructor, cheap to
 * start: one per row is fine). Do not copy a started stream: the gsl_rng inside points into it.
 */
#ifndef TAMIS_RANDOM_H
#define TAMIS_RANDOM_H

#include <stdint.h>

#include <gsl/gsl_rng.h>

typedef struct tamis_stream {
        gsl_rng rng;            /* give &stream->rng to gsl_ran_*; its state is `philox` below */
        struct tamis_philox {
                uint64_t key[2];
                uint64_t counter[4];
                uint64_t block[4];
                unsigned used;  /* words of the block handed out; 4: a new block is due */
        } philox;
} tamis_stream;

extern const gsl_rng_type *const tamis_rng_philox;

/* Start the stream of (seed, purpose, a, b). `purpose` is a short text such as "smote.gap"; streams with different
 * purposes, or different a or b, are independent. */
void tamis_stream_init(tamis_stream *s, uint64_t seed, const char *purpose, uint64_t a, uint64_t b);

uint64_t tamis_stream_bits(tamis_stream *s);            /* 64 random bits */
double tamis_stream_uniform(tamis_stream *s);           /* in [0, 1), 53 bits */
uint64_t tamis_stream_below(tamis_stream *s, uint64_t n); /* 0 .. n-1, without bias (Lemire 2019); n >= 1 */

/* One Philox4x64-10 block, for tests against the published vectors. */
void tamis_philox_block(const uint64_t key[2], const uint64_t counter[4], uint64_t out[4]);

#endif
