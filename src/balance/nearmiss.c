/* NearMiss (Mani & Zhang 2003, "kNN approach to unbalanced data distributions"): rows of a larger class are kept by how
 * far they are from rows of the smallest. */
#include <math.h>
#include <stdlib.h>

#include "balance/prune.h"

/* What is at work for one class. */
struct missing_by {
        tamis_pruning *p;
        const uint32_t *small, *rows;   /* the smallest class; the class at hand */
        size_t n_small, n;
        size_t k;
        double *score;                  /* n: the sum of the distances */

        /* nearmiss2 */
        uint32_t *outward;              /* n_small: the smallest class, the outermost first */
        double *radius;                 /* n_small: how far from the centre, of the numbers alone */
        double *centre;                 /* d */
};

static int sum_nearest(struct missing_by *m, tamis_error *err) {
        uint32_t *near = reallocarray(NULL, m->n + 1, m->k * sizeof *near);
        double *squares = reallocarray(NULL, m->n + 1, m->k * sizeof *squares);
        int r = near && squares ? tamis_prune_near(m->p, m->small, m->n_small, m->rows, m->n, m->k, near, squares, err)
                : tamis_fail_memory(err);

        for (size_t i = 0; r == 0 && i < m->n; i++) {
                m->score[i] = 0;
                for (size_t j = 0; j < m->k && near[i * m->k + j] != TAMIS_NO_NEIGHBOR; j++)
                        m->score[i] += sqrt(squares[i * m->k + j]);
        }
        free(near);
        free(squares);
        return r;
}

/* -- the farthest rows --------------------------------------------------------------------------------------------- */

static double from_centre(const struct missing_by *m, size_t row) {
        const double *x = m->p->numbers + row * m->p->d;
        double sum = 0;

        for (size_t j = 0; j < m->p->d; j++)
                sum += (x[j] - m->centre[j]) * (x[j] - m->centre[j]);
        return sqrt(sum);
}

struct outer {
        double radius;
        uint32_t row;
};

static int outermost_first(const void *a, const void *b) {
        const struct outer *x = a, *y = b;

        if (x->radius != y->radius)
                return x->radius > y->radius ? -1 : 1;
        return x->row < y->row ? -1 : x->row > y->row;
}

static int order_outward(struct missing_by *m, tamis_error *err) {
        struct outer *all = calloc(m->n_small + 1, sizeof *all);
        size_t d = m->p->d;

        m->outward = calloc(m->n_small + 1, sizeof *m->outward);
        m->radius = calloc(m->n_small + 1, sizeof *m->radius);
        m->centre = calloc(d + 1, sizeof *m->centre);
        if (!all || !m->outward || !m->radius || !m->centre) {
                free(all);
                return tamis_fail_memory(err);
        }
        for (size_t i = 0; i < m->n_small; i++)
                for (size_t j = 0; j < d; j++)
                        m->centre[j] += m->p->numbers[m->small[i] * d + j] / (double) m->n_small;
        for (size_t i = 0; i < m->n_small; i++)
                all[i] = (struct outer) { from_centre(m, m->small[i]), m->small[i] };
        qsort(all, m->n_small, sizeof *all, outermost_first);
        for (size_t i = 0; i < m->n_small; i++) {
                m->outward[i] = all[i].row;
                m->radius[i] = all[i].radius;
        }
        free(all);
        return 0;
}

/* No row at radius r of the centre is farther from one at radius q than q + r: once that falls below the k-th
 * farthest found, the search is over. The margin is far above what rounding can do. Squares found lie ascending in
 * a short list. */
static void sum_farthest(void *arg, size_t i) {
        struct missing_by *m = arg;
        const tamis_pruning *p = m->p;
        double own = from_centre(m, m->rows[i]), categories = p->mismatch * (double) p->c, least = -1, sum = 0;
        double *farthest = m->score + m->n + i * m->k;
        size_t found = 0;

        for (size_t s = 0; s < m->n_small; s++) {
                double reach = own + m->radius[s], square;
                size_t at = 0;

                if (found == m->k && (reach * reach + categories) * (1 + 1e-9) < least)
                        break;
                square = tamis_prune_square(p, m->rows[i], m->outward[s]);
                if (found < m->k) {
                        for (at = found++; at > 0 && farthest[at - 1] > square; at--)
                                farthest[at] = farthest[at - 1];
                } else {
                        if (square <= least)
                                continue;
                        for (; at + 1 < m->k && farthest[at + 1] < square; at++)
                                farthest[at] = farthest[at + 1];
                }
                farthest[at] = square;
                least = farthest[0];
        }
        for (size_t j = 0; j < found; j++)
                sum += sqrt(farthest[j]);
        m->score[i] = sum;
}

/* -- a class ------------------------------------------------------------------------------------------------------- */

static int score_1(struct missing_by *m, tamis_error *err) {
        return sum_nearest(m, err);
}

static int score_2(struct missing_by *m, tamis_error *err) {
        tamis_pool_for(m->p->context->pool, m->n, sum_farthest, m);
        return 0;
}

static int keep_lowest(struct missing_by *m, size_t class, tamis_error *err) {
        return tamis_prune_keep_lowest(m->p, class, m->rows, m->score, m->n, err);
}

/* Begin with those among the k nearest of any row of the smallest class, which may be fewer than are wanted: all of
 * them stay then, and no others, as in imbalanced-learn. */
static int keep_third(struct missing_by *m, size_t class, tamis_error *err) {
        tamis_pruning *p = m->p;
        size_t k = p->k < m->n ? p->k : m->n, chosen = 0;
        uint32_t *near = reallocarray(NULL, m->n_small + 1, k * sizeof *near), *rows = calloc(m->n + 1, sizeof *rows);
        int r = near && rows ? tamis_prune_near(p, m->rows, m->n, m->small, m->n_small, k, near, NULL, err)
                : tamis_fail_memory(err);

        for (size_t i = 0; r == 0 && i < m->n; i++)
                p->goes[m->rows[i]] = 1;
        for (size_t i = 0; r == 0 && i < m->n_small * k; i++)
                if (near[i] != TAMIS_NO_NEIGHBOR)
                        p->goes[near[i]] = 0;
        for (size_t i = 0; r == 0 && i < m->n; i++)
                if (!p->goes[m->rows[i]])
                        rows[chosen++] = m->rows[i];
        if (r == 0) {
                const uint32_t *all = m->rows;
                size_t n = m->n;

                m->rows = rows;
                m->n = chosen;
                r = sum_nearest(m, err);
                for (size_t i = 0; i < chosen; i++)
                        m->score[i] = -m->score[i];     /* the farthest stay */
                if (r == 0)
                        r = keep_lowest(m, class, err);
                m->rows = all;
                m->n = n;
        }
        if (r == 0 && chosen < p->sizes[class])
                tamis_warn(p->context,
                           "of a class of %zu rows, %zu are among the %zu nearest of a row of the smallest: fewer stay "
                           "than the %llu asked for (a larger --neighbors keeps more)",
                           m->n, chosen, k, (unsigned long long) p->sizes[class]);
        free(near);
        free(rows);
        return r;
}

static int treat_class(struct missing_by *m, size_t class, int version, tamis_error *err) {
        /* behind the scores, room for k squares a row */
        size_t places = version == 2 ? m->k + 1 : 1;
        int r;

        m->score = reallocarray(NULL, m->n + 1, places * sizeof *m->score);
        if (!m->score)
                return tamis_fail_memory(err);
        if (version == 3) {
                r = keep_third(m, class, err);
        } else {
                r = version == 1 ? score_1(m, err) : score_2(m, err);
                if (r == 0)
                        r = keep_lowest(m, class, err);
        }
        free(m->score);
        m->score = NULL;
        return r;
}

static int decide(tamis_pruning *p, int version, tamis_error *err) {
        struct missing_by m = { .p = p };
        uint32_t *small;
        int r = tamis_prune_list(p, tamis_prune_in_class, p->smallest, &small, &m.n_small, err);

        if (r < 0)
                return r;
        m.small = small;
        m.k = p->k < m.n_small ? p->k : m.n_small;
        if (m.k < p->k)
                tamis_warn(p->context, "the smallest class has %zu row%s: %zu neighbour%s looked at instead of %zu",
                           m.n_small, m.n_small == 1 ? "" : "s", m.k, m.k == 1 ? " is" : "s are", p->k);
        if (version == 2)
                r = order_outward(&m, err);
        for (size_t class = 0; r == 0 && class < p->n_classes; class++) {
                uint32_t *rows;

                if (p->sizes[class] >= p->counts[class])
                        continue;
                r = tamis_prune_list(p, tamis_prune_in_class, class, &rows, &m.n, err);
                if (r < 0)
                        break;
                m.rows = rows;
                r = treat_class(&m, class, version, err);
                free(rows);
        }
        free(small);
        free(m.outward);
        free(m.radius);
        free(m.centre);
        return r;
}

static int decide_1(tamis_pruning *p, tamis_error *err) {
        return decide(p, 1, err);
}

static int decide_2(tamis_pruning *p, tamis_error *err) {
        return decide(p, 2, err);
}

static int decide_3(tamis_pruning *p, tamis_error *err) {
        return decide(p, 3, err);
}

const tamis_pruner tamis_pruner_nearmiss1 = {
        .base = {
                .name    = "nearmiss1",
                .summary = "keep the rows nearest to their K nearest rows of the smallest class",
                .source  = "Mani & Zhang 2003; imbalanced-learn NearMiss(version=1)",
        },
        .takes = PRUNE_NEIGHBORS | PRUNE_RATIO, .k = 3, .decide = decide_1,
};

const tamis_pruner tamis_pruner_nearmiss2 = {
        .base = {
                .name    = "nearmiss2",
                .summary = "keep the rows nearest to their K farthest rows of the smallest class",
                .source  = "Mani & Zhang 2003; imbalanced-learn NearMiss(version=2)",
        },
        .takes = PRUNE_NEIGHBORS | PRUNE_RATIO, .k = 3, .decide = decide_2,
};

const tamis_pruner tamis_pruner_nearmiss3 = {
        .base = {
                .name    = "nearmiss3",
                .summary = "of the K nearest to each row of the smallest class, keep those farthest from it",
                .source  = "Mani & Zhang 2003; imbalanced-learn NearMiss(version=3)",
        },
        .takes = PRUNE_NEIGHBORS | PRUNE_RATIO, .k = 3, .decide = decide_3,
};
