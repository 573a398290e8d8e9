#include <tamis/memory.h>
#include <tamis/random.h>

typedef struct tamis_philox philox;

static uint64_t multiply(uint64_t a, uint64_t b, uint64_t *high) {
        unsigned __int128 product = (unsigned __int128) a * b;

        *high = (uint64_t) (product >> 64);
        return (uint64_t) product;
}

/* Salmon et al. 2011, section 3.3: ten rounds of two multiplications, the halves crossed; the key is bumped by Weyl
 * constants between rounds. */
void tamis_philox_block(const uint64_t key[2], const uint64_t counter[4], uint64_t out[4]) {
        uint64_t k0 = key[0], k1 = key[1];
        uint64_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];

        for (int round = 0; round < 10; round++) {
                uint64_t high0, high2;
                uint64_t low0 = multiply(UINT64_C(0xd2e7470ee14c6c93), c0, &high0);
                uint64_t low2 = multiply(UINT64_C(0xca5a826395121157), c2, &high2);

                c0 = high2 ^ c1 ^ k0;
                c1 = low2;
                c2 = high0 ^ c3 ^ k1;
                c3 = low0;
                k0 += UINT64_C(0x9e3779b97f4a7c15);
                k1 += UINT64_C(0xbb67ae8584caa73b);
        }
        out[0] = c0;
        out[1] = c1;
        out[2] = c2;
        out[3] = c3;
}

static void start(philox *p, uint64_t key0, uint64_t key1, uint64_t a, uint64_t b) {
        *p = (philox) { .key = { key0, key1 }, .counter = { 0, 0, a, b }, .used = 4 };
}

static inline uint64_t next(philox *p) {
        if (p->used == 4) {
                tamis_philox_block(p->key, p->counter, p->block);
                p->counter[0]++;        /* 2^66 draws before it could repeat */
                p->used = 0;
        }
        return p->block[p->used++];
}

/* The upper 53 bits: as many as a double in [0.5, 1) has. */
static inline double unit(uint64_t bits) {
        return (double) (bits >> 11) * 0x1p-53;
}

/* -- as GSL sees it ------------------------------------------------------------------------------------------------ */

static void set(void *state, unsigned long seed) {
        start(state, seed, 0, 0, 0);
}

static unsigned long get(void *state) {
        return (unsigned long) next(state);
}

static double get_double(void *state) {
        return unit(next(state));
}

static const gsl_rng_type type = {
        .name       = "philox4x64-10",
        .max        = (unsigned long) -1,
        .min        = 0,
        .size       = sizeof(philox),
        .set        = set,
        .get        = get,
        .get_double = get_double,
};

const gsl_rng_type *const tamis_rng_philox = &type;

/* -- streams ------------------------------------------------------------------------------------------------------- */

void tamis_stream_init(tamis_stream *s, uint64_t seed, const char *purpose, uint64_t a, uint64_t b) {
        start(&s->philox, seed, tamis_slice_hash(tamis_slice_of(purpose)), a, b);
        s->rng = (gsl_rng) { .type = &type, .state = &s->philox };
}

uint64_t tamis_stream_bits(tamis_stream *s) {
        return next(&s->philox);
}

double tamis_stream_uniform(tamis_stream *s) {
        return unit(next(&s->philox));
}

/* Lemire 2019, "Fast random integer generation in an interval": the upper half of bits * n, drawing again in the
 * 2^64 mod n cases that would favour some results. */
uint64_t tamis_stream_below(tamis_stream *s, uint64_t n) {
        uint64_t result, low = multiply(next(&s->philox), n, &result);

        if (low < n) {
                uint64_t unfair = -n % n;

                while (low < unfair)
                        low = multiply(next(&s->philox), n, &result);
        }
        return result;
}
