#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "impute/mice.h"

/* Draws are keyed by (seed, purpose; chain, iteration and column; row). */
uint64_t tamis_mice_key(const tamis_mice *m, size_t chain, size_t iteration, size_t column) {
        return ((uint64_t) chain * (m->options.iterations + 2) + iteration) * (m->train.n + 1) + column;
}

/* Four rows at a time and four places side by side. */
void tamis_mice_products(const double *z, size_t stride, const uint32_t *rows, size_t n, double sign, double *gram) {
        size_t i = 0;

        for (; i + 4 <= n; i += 4) {
                const double *r0 = z + rows[i] * stride, *r1 = z + rows[i + 1] * stride, *r2 = z + rows[i + 2] * stride,
                             *r3 = z + rows[i + 3] * stride;

                for (size_t a = 0; a < stride; a++) {
                        double *to = gram + a * stride;
                        double x0 = sign * r0[a], x1 = sign * r1[a], x2 = sign * r2[a], x3 = sign * r3[a];

                        for (size_t b = a & ~(size_t) 3; b < stride; b += 4)
                                for (size_t k = b; k < b + 4; k++)
                                        to[k] += (x0 * r0[k] + x1 * r1[k]) + (x2 * r2[k] + x3 * r3[k]);
                }
        }
        for (; i < n; i++) {
                const double *r0 = z + rows[i] * stride;

                for (size_t a = 0; a < stride; a++)
                        for (size_t b = a & ~(size_t) 3; b < stride; b++)
                                gram[a * stride + b] += sign * r0[a] * r0[b];
        }
}

void tamis_mice_system(tamis_mice_work *w, size_t column) {
        const tamis_mice *m = w->model;
        const tamis_mice_column *c = &m->columns[column];

        if (c->n_holes <= c->n_seen) {
                memcpy(w->system, w->gram, m->stride * m->stride * sizeof *w->system);
                tamis_mice_products(w->z, m->stride, c->holes, c->n_holes, -1, w->system);
        } else {
                memset(w->system, 0, m->stride * m->stride * sizeof *w->system);
                tamis_mice_products(w->z, m->stride, c->seen, c->n_seen, 1, w->system);
        }
}

/* -- one regression ------------------------------------------------------------------------------------------------ */

int tamis_mice_learn(tamis_mice_work *w, size_t column, tamis_mice_regression *g, tamis_error *err) {
        switch (w->model->columns[column].method) {
        case TAMIS_MICE_PMM:
        case TAMIS_MICE_NORM:
        case TAMIS_MICE_NORM_PREDICT:
                return tamis_mice_linear(w, column, g, err);
        case TAMIS_MICE_LOGREG:
        case TAMIS_MICE_POLYREG:
                return tamis_mice_logit(w, column, g, err);
        case TAMIS_MICE_CART:
        case TAMIS_MICE_FOREST:
                return tamis_mice_trees(w, column, g, err);
        default:
                return 0;
        }
}

static double number_of(const tamis_mice *m, size_t column, double z) {
        size_t at = m->columns[column].at;
        const tamis_frame_column *f = &m->train.columns[column];
        double x = m->centre[at] + (m->scale[at] > 0 ? z / m->scale[at] : 0);

        x = fmin(fmax(x, -DBL_MAX), DBL_MAX);
        return fmin(fmax(x, f->least), f->most);
}

static double most_frequent(const tamis_mice_column *c, size_t levels) {
        size_t best = 0;

        for (size_t i = 1; i < levels; i++)
                if (c->counts[i] > c->counts[best])
                        best = i;
        return (double) best;
}

double tamis_mice_draw(const tamis_mice *m, size_t column, const tamis_mice_regression *g, const double *row,
                       tamis_stream *s) {
        const tamis_mice_column *c = &m->columns[column];
        /* Box & Muller 1958: a normal number of two uniform ones, whatever they are */
        double u, v;

        switch (c->method) {
        case TAMIS_MICE_PMM:
                return tamis_mice_match(m, column, g, tamis_mice_dot(row, g->star, m->stride), s);
        case TAMIS_MICE_NORM:
                u = 1 - tamis_stream_uniform(s);
                v = tamis_stream_uniform(s);
                return number_of(m, column, tamis_mice_dot(row, g->star, m->stride)
                                 + g->sigma * sqrt(-2 * log(u)) * cos(2 * M_PI * v));
        case TAMIS_MICE_NORM_PREDICT:
                return number_of(m, column, tamis_mice_dot(row, g->beta, m->stride));
        case TAMIS_MICE_LOGREG:
        case TAMIS_MICE_POLYREG:
                return tamis_mice_class(m, column, g, row, s);
        case TAMIS_MICE_CART:
        case TAMIS_MICE_FOREST:
                return tamis_mice_leaf(m, column, g, row, s);
        case TAMIS_MICE_SAMPLE:
                return tamis_mice_cell(&m->train, column, c->seen[tamis_stream_below(s, c->n_seen)]);
        default:
                return c->place ? most_frequent(c, m->train.columns[column].levels) : number_of(m, column, 0);
        }
}

/* -- one chain ----------------------------------------------------------------------------------------------------- */

int tamis_mice_work_init(tamis_mice_work *w, const tamis_mice *m, size_t chain, tamis_error *err) {
        size_t square = m->stride * m->stride;

        *w = (tamis_mice_work) { .model = m, .chain = chain, .dropped = m->chains[chain].dropped };
        w->gram = calloc(square, sizeof *w->gram);
        w->system = calloc(square, sizeof *w->system);
        w->root = calloc(square, sizeof *w->root);
        w->square = calloc(square, sizeof *w->square);
        w->kept = calloc(m->stride, sizeof *w->kept);
        w->live = calloc(m->stride, sizeof *w->live);
        if (!w->gram || !w->system || !w->root || !w->square || !w->kept || !w->live)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < 4; i++) {
                w->vector[i] = calloc(m->stride, sizeof **w->vector);
                if (!w->vector[i])
                        return tamis_fail_memory(err);
        }
        for (size_t i = 0; i < 2; i++) {
                w->order[i] = calloc(2 * m->train.rows + 2, sizeof **w->order);
                if (!w->order[i])
                        return tamis_fail_memory(err);
        }
        return tamis_mice_design(m, m->chains[chain].filled, &w->z, err);
}

void tamis_mice_work_done(tamis_mice_work *w) {
        free(w->z);
        free(w->gram);
        free(w->system);
        free(w->root);
        free(w->square);
        free(w->kept);
        free(w->live);
        for (size_t i = 0; i < 4; i++)
                free(w->vector[i]);
        free(w->order[0]);
        free(w->order[1]);
}

/* Random observed values to begin with. */
static void begin(tamis_mice *m, size_t chain) {
        for (size_t v = 0; v < m->n_visit; v++) {
                const tamis_mice_column *c = &m->columns[m->visit[v]];
                uint64_t key = tamis_mice_key(m, chain, 0, m->visit[v]);

                for (size_t i = 0; i < c->n_holes; i++) {
                        tamis_stream s;

                        tamis_stream_init(&s, m->options.seed, m->row_purpose, key, m->train.keys[c->holes[i]]);
                        m->chains[chain].filled[m->visit[v]][i] = tamis_mice_cell(&m->train, m->visit[v],
                                c->seen[tamis_stream_below(&s, c->n_seen)]);
                }
        }
}

/* Draw the holes of one column. */
static void redraw(tamis_mice_work *w, size_t column, const tamis_mice_regression *g, double *filled) {
        const tamis_mice *m = w->model;
        const tamis_mice_column *c = &m->columns[column];
        uint64_t key = tamis_mice_key(m, w->chain, w->iteration, column);

        for (size_t i = 0; i < c->n_holes; i++) {
                double *row = w->z + c->holes[i] * m->stride;
                tamis_stream s;

                tamis_stream_init(&s, m->options.seed, m->row_purpose, key, m->train.keys[c->holes[i]]);
                filled[i] = tamis_mice_draw(m, column, g, row, &s);
                tamis_mice_encode(m, column, filled[i], row);
        }
}

static void trace(const double *filled, size_t n, double *mean, double *sd) {
        double sum = 0, squares = 0;

        for (size_t i = 0; i < n; i++)
                sum += filled[i] / (double) n;
        for (size_t i = 0; i < n; i++)
                squares += (filled[i] - sum) * (filled[i] - sum);
        *mean = sum;
        *sd = n > 1 ? sqrt(squares / (double) (n - 1)) : 0;
}

static int visit(tamis_mice_work *w, tamis_mice_chain *chain, size_t column, tamis_mice_regression *g,
                 tamis_error *err) {
        const tamis_mice *m = w->model;
        size_t at = (w->iteration - 1) * m->train.n + column;
        double *swap;
        int r;

        tamis_mice_system(w, column);
        r = tamis_mice_learn(w, column, g, err);
        if (r < 0)
                return r;
        redraw(w, column, g, chain->filled[column]);
        trace(chain->filled[column], m->columns[column].n_holes, &chain->mean[at], &chain->sd[at]);
        tamis_mice_products(w->z, m->stride, m->columns[column].holes, m->columns[column].n_holes, 1, w->system);
        swap = w->gram, w->gram = w->system, w->system = swap;
        return 0;
}

static int run_chain(tamis_mice *m, size_t which, const uint32_t *open, size_t n_open, tamis_error *err) {
        tamis_mice_regression g = {0};
        tamis_mice_work w;
        int r;

        begin(m, which);
        r = tamis_mice_work_init(&w, m, which, err);
        if (r == 0) {
                memcpy(w.gram, m->shared, m->stride * m->stride * sizeof *w.gram);
                tamis_mice_products(w.z, m->stride, open, n_open, 1, w.gram);
        }
        for (w.iteration = 1; r == 0 && w.iteration <= m->options.iterations; w.iteration++)
                for (size_t v = 0; r == 0 && v < m->n_visit; v++)
                        r = visit(&w, &m->chains[which], m->visit[v], &g, err);
        m->chains[which].dropped = w.dropped;
        tamis_mice_regression_done(&g);
        tamis_mice_work_done(&w);
        return r;
}

/* -- all chains ---------------------------------------------------------------------------------------------------- */

struct all {
        tamis_mice *model;
        uint32_t *rows;                 /* those without holes to fill, then the others */
        size_t whole;
        int *r;
        tamis_error *err;               /* one a chain */
};

static void run_one(void *arg, size_t i) {
        struct all *a = arg;

        a->r[i] = run_chain(a->model, i, a->rows + a->whole, a->model->train.rows - a->whole, &a->err[i]);
}

static int share(struct all *a, tamis_error *err) {
        tamis_mice *m = a->model;
        size_t open = m->train.rows;
        uint8_t *has_hole = calloc(m->train.rows + 1, 1);
        double *z = NULL;
        int r = has_hole ? tamis_mice_design(m, NULL, &z, err) : tamis_fail_memory(err);

        for (size_t v = 0; r == 0 && v < m->n_visit; v++)
                for (size_t i = 0; i < m->columns[m->visit[v]].n_holes; i++)
                        has_hole[m->columns[m->visit[v]].holes[i]] = 1;
        for (size_t row = 0; r == 0 && row < m->train.rows; row++)
                if (!has_hole[row])
                        a->rows[a->whole++] = (uint32_t) row;
        for (size_t row = m->train.rows; r == 0 && row-- > 0;)
                if (has_hole[row])
                        a->rows[--open] = (uint32_t) row;
        if (r == 0)
                tamis_mice_products(z, m->stride, a->rows, a->whole, 1, m->shared);
        free(has_hole);
        free(z);
        return r;
}

int tamis_mice_run(tamis_mice *m, tamis_pool *pool, tamis_error *err) {
        struct all a = { .model = m };
        size_t n = m->options.imputations;
        int r;

        m->ran = true;
        if (m->n_visit == 0)
                return 0;
        a.rows = malloc((m->train.rows + 1) * sizeof *a.rows);
        a.r = calloc(n, sizeof *a.r);
        a.err = calloc(n, sizeof *a.err);
        m->shared = calloc(m->stride * m->stride, sizeof *m->shared);
        r = a.rows && a.r && a.err && m->shared ? share(&a, err) : tamis_fail_memory(err);
        if (r == 0)
                tamis_pool_for(pool, n, run_one, &a);
        for (size_t i = 0; r == 0 && i < n; i++) {
                r = a.r[i];
                if (r < 0 && err)
                        *err = a.err[i];
        }
        free(m->shared);
        m->shared = NULL;
        free(a.rows);
        free(a.r);
        free(a.err);
        return r;
}
