#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <tamis/random.h>
#include <tamis/stats.h>

#include "judge/bootstrap.h"

struct running {
        const tamis_bootstrap *b;
        double *scratch;                /* for each thread: the weights, and room for `of` */
        double *figures;                /* times * figures */
        atomic_size_t next;
};

static void resample(const tamis_bootstrap *b, size_t t, double *weight) {
        tamis_stream s;

        tamis_stream_init(&s, b->seed, "evaluate.bootstrap", t, 0);
        memset(weight, 0, b->rows * sizeof *weight);
        for (size_t i = 0; i < b->rows; i++)
                weight[tamis_stream_below(&s, b->rows)]++;
        for (size_t i = 0; i < b->rows; i++)
                weight[i] *= b->weight[i];
}

static void work(void *arg, unsigned thread) {
        struct running *r = arg;
        const tamis_bootstrap *b = r->b;
        double *weight = r->scratch + thread * (b->rows + b->work);

        for (size_t t; (t = atomic_fetch_add(&r->next, 1)) < b->times;) {
                resample(b, t, weight);
                b->of(b->arg, weight, weight + b->rows, r->figures + t * b->figures);
        }
}

/* The middle `conf` of what is defined. */
static void interval(const struct running *r, size_t figure, double *values, double *low, double *high) {
        const tamis_bootstrap *b = r->b;
        size_t n = 0;

        for (size_t t = 0; t < b->times; t++)
                if (!isnan(r->figures[t * b->figures + figure]))
                        values[n++] = r->figures[t * b->figures + figure];
        if (n == 0 || n * 10 < b->times * 9) {
                *low = *high = NAN;
                return;
        }
        *low = tamis_quantile(values, n, (1 - b->conf) / 2);
        *high = tamis_quantile(values, n, 1 - (1 - b->conf) / 2);
}

int tamis_bootstrap_run(const tamis_bootstrap *b, tamis_pool *pool, double *low, double *high, tamis_error *err) {
        size_t threads = pool ? tamis_pool_threads(pool) : 1, each = b->rows + b->work;
        struct running r = { .b = b };
        double *values = NULL;
        size_t room;
        int ret = 0;

        r.scratch =
                __builtin_mul_overflow(threads, each + 1, &room) ? NULL : reallocarray(NULL, room, sizeof *r.scratch);
        r.figures = reallocarray(NULL, b->times + 1, (b->figures + 1) * sizeof *r.figures);
        values = reallocarray(NULL, b->times + 1, sizeof *values);
        if (!r.scratch || !r.figures || !values)
                ret = tamis_fail_memory(err);
        if (ret == 0) {
                if (b->rows > 0 && pool)
                        tamis_pool_run(pool, work, &r);
                else if (b->rows > 0)
                        work(&r, 0);
                for (size_t f = 0; f < b->figures; f++) {
                        low[f] = high[f] = NAN;
                        if (b->rows > 0)
                                interval(&r, f, values, &low[f], &high[f]);
                }
        }
        free(r.scratch);
        free(r.figures);
        free(values);
        return ret;
}
