#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "fit/simplex.h"
#include "impute/auto.h"

/* Who shares a column must be better than one alone by so much of the squared error (of the wrong ones), on so many
 * cells at least; and so must who is costly be better than who is not. Who would have less than LEAST is left out. */
#define BETTER .98
#define LEAST .1
#define ROUNDING 1e-6           /* a score so small is exact */
enum { CELLS_FEWEST = 50, VOTERS = 3 };

static void score(tamis_auto_trial *t) {
        tamis_auto *m = t->m;

        for (size_t i = 0; i < m->n; i++) {
                double cells = (double) m->masked[i];
                double spread = t->squares[i] - t->sum[i] * t->sum[i] / cells;
                bool numbers = t->truth->columns[i].numbers;

                for (size_t k = 0; k < m->n_tried; k++) {
                        double wrong = t->wrong[k * m->n + i];

                        m->scores[k * m->n + i] = m->masked[i] == 0 || t->failed[k * m->n + i] ? NAN
                                : numbers ? sqrt(wrong / (spread > 0 ? spread : 1)) : wrong / cells;
                }
        }
}

/* The best of those in `set`; a later one must be better by more than rounding. */
static size_t best(const tamis_auto *m, size_t column, const bool *set) {
        size_t found = TAMIS_AUTO_MEAN;
        double least = NAN;

        for (size_t k = 0; k < m->n_tried; k++) {
                double s = m->scores[k * m->n + column];

                if (set[k] && !isnan(s) && !(s >= least * (1 - 1e-9))) {
                        least = s;
                        found = k;
                }
        }
        return found;
}

/* -- numbers: the weights with the least squared error ------------------------------------------------------------- */

/* Mean products of two candidates' errors: with weights w that sum to 1, w'Gw is the mean squared error of
 * the weighted mean. */
static void products(const tamis_auto_trial *t, size_t column, double *gram) {
        const double *first = t->said + t->first[column];
        size_t k = t->m->n_tried, cells = t->m->masked[column];

        for (size_t a = 0; a < k; a++)
                for (size_t b = 0; b <= a; b++) {
                        double sum = 0;

                        if (!t->failed[a * t->m->n + column] && !t->failed[b * t->m->n + column])
                                for (size_t c = 0; c < cells; c++)
                                        sum += first[a * t->cells + c] * first[b * t->cells + c];
                        gram[a * k + b] = gram[b * k + a] = sum / (double) cells;
                }
}

/* The weights of those in `set`, none of them less than LEAST, and their mean squared error. */
static double share(const double *gram, size_t k, const bool *set, double *weights) {
        size_t at[TAMIS_AUTO_SOURCES], n = 0;
        double part[TAMIS_AUTO_SOURCES * TAMIS_AUTO_SOURCES] = {0}, w[TAMIS_AUTO_SOURCES], error = 0;
        bool left_out = true;

        for (size_t i = 0; i < k; i++)
                if (set[i])
                        at[n++] = i;
        while (left_out) {
                double least = n < 10 ? LEAST : .5 / (double) n;       /* somebody always has more */
                size_t kept = 0;

                for (size_t a = 0; a < n; a++)
                        for (size_t b = 0; b < n; b++)
                                part[a * n + b] = gram[at[a] * k + at[b]];
                error = tamis_simplex_least(part, n, w);
                left_out = false;
                for (size_t a = 0; a < n; a++) {
                        left_out |= w[a] < least;
                        if (w[a] >= least)
                                at[kept++] = at[a];
                }
                n = kept;
        }
        for (size_t i = 0; i < k; i++)
                weights[i] = 0;
        for (size_t a = 0; a < n; a++)
                weights[at[a]] = w[a];
        return error;
}

/* One alone, or several. Returns the mean squared error. */
static double one_or_several(const tamis_auto *m, size_t column, const double *gram, const bool *set, double *weights) {
        size_t k = m->n_tried, one = best(m, column, set);
        double alone = gram[one * k + one], together = share(gram, k, set, weights);

        if (m->masked[column] >= CELLS_FEWEST && m->scores[one * m->n + column] > ROUNDING && together < BETTER * alone)
                return together;
        for (size_t i = 0; i < k; i++)
                weights[i] = i == one;
        return alone;
}

/* -- categories: a vote -------------------------------------------------------------------------------------------- */

/* What the voters, the best first, agree on; the best's word where they do not. */
static double vote(const double *said, size_t cells, size_t cell, const size_t *voters) {
        double first = said[voters[0] * cells + cell], second = said[voters[1] * cells + cell],
               third = said[voters[2] * cells + cell];

        return second == third ? second : first;
}

/* The best alone, or the best three. Returns the share of wrong ones. */
static double one_or_three(const tamis_auto_trial *t, size_t column, const bool *set, double *weights) {
        const tamis_auto *m = t->m;
        size_t voters[VOTERS], n = 0, wrong = 0;
        bool left[TAMIS_AUTO_SOURCES];
        double alone;

        memcpy(left, set, m->n_tried * sizeof *left);
        for (; n < VOTERS; n++) {
                voters[n] = best(m, column, left);
                if (!left[voters[n]])
                        break;
                left[voters[n]] = false;
        }
        alone = m->scores[voters[0] * m->n + column];
        for (size_t i = 0; i < m->n_tried; i++)
                weights[i] = i == voters[0];
        if (n < VOTERS || m->masked[column] < CELLS_FEWEST)
                return alone;
        for (size_t c = 0; c < m->masked[column]; c++)
                wrong += vote(t->said + t->first[column], t->cells, c, voters) != t->right[t->first[column] + c];
        if (!((double) wrong < BETTER * alone * (double) m->masked[column]))
                return alone;
        weights[voters[0]] = .34;
        weights[voters[1]] = weights[voters[2]] = .33;
        return (double) wrong / (double) m->masked[column];
}

/* -- both ---------------------------------------------------------------------------------------------------------- */

static double choose_among(const tamis_auto_trial *t, size_t column, const double *gram, const bool *set,
                           double *weights) {
        return t->truth->columns[column].numbers ? one_or_several(t->m, column, gram, set, weights)
                : one_or_three(t, column, set, weights);
}

/* By candidate. */
static void choose_column(tamis_auto_trial *t, size_t column, double *gram, double *weights) {
        tamis_auto *m = t->m;
        double cheaply[TAMIS_AUTO_SOURCES], error, cheap;
        bool all[TAMIS_AUTO_SOURCES], cheap_ones[TAMIS_AUTO_SOURCES];
        size_t sharing = 0;

        for (size_t k = 0; k < m->n_tried; k++) {
                all[k] = !t->failed[k * m->n + column];
                cheap_ones[k] = all[k] && !tamis_auto_is_costly(m->tried[k]);
        }
        if (t->truth->columns[column].numbers)
                products(t, column, gram);
        error = choose_among(t, column, gram, all, weights);
        cheap = choose_among(t, column, gram, cheap_ones, cheaply);
        if (!(error < BETTER * cheap)) {
                memcpy(weights, cheaply, m->n_tried * sizeof *weights);
                error = cheap;
        }
        for (size_t k = 0; k < m->n_tried; k++)
                sharing += weights[k] > 0;
        if (sharing > 1)
                m->shared[column] = t->truth->columns[column].numbers
                        ? m->scores[column] * sqrt(error / gram[0]) : error;    /* candidate 0 is the mean */
}

/* The place of a candidate among those in use. */
static size_t use(tamis_auto *m, const tamis_joint *joint) {
        size_t u = 0;

        while (u < m->n_used && m->used[u].joint != joint)
                u++;
        if (u == m->n_used)
                m->used[m->n_used++].joint = joint;
        return TAMIS_AUTO_USED + u;
}

static void choose_columns(tamis_auto_trial *t, const tamis_joint *const *joints, double *gram) {
        tamis_auto *m = t->m;
        double weights[TAMIS_AUTO_SOURCES];

        m->n_used = 0;
        for (size_t i = 0; i < m->n; i++) {
                double *into = m->weights + i * TAMIS_AUTO_SOURCES;

                memset(into, 0, TAMIS_AUTO_SOURCES * sizeof *into);
                m->shared[i] = NAN;
                if (!m->wanted[i] || m->masked[i] == 0) {
                        into[TAMIS_AUTO_MEAN] = 1;
                        continue;
                }
                choose_column(t, i, gram, weights);
                for (size_t k = 0; k < m->n_tried; k++)
                        if (weights[k] > 0)
                                into[k < TAMIS_AUTO_USED ? k : use(m, joints[k - TAMIS_AUTO_USED])] = weights[k];
        }
}

/* The one that would take longest, if those chosen would take longer than is left; SIZE_MAX: they would not. */
static size_t dearest(const tamis_auto_trial *t, const tamis_joint *const *joints) {
        const tamis_auto *m = t->m;
        size_t most = SIZE_MAX;
        double sum = 0;

        for (size_t k = TAMIS_AUTO_USED; k < m->n_tried; k++)
                for (size_t u = 0; u < m->n_used; u++)
                        if (m->used[u].joint == joints[k - TAMIS_AUTO_USED]) {
                                sum += t->cost[k];
                                if (most == SIZE_MAX || t->cost[k] > t->cost[most])
                                        most = k;
                        }
        return sum > t->left ? most : SIZE_MAX;
}

static void leave_out(tamis_auto_trial *t, size_t k) {
        tamis_auto *m = t->m;
        size_t length = strlen(m->too_long);

        snprintf(m->too_long + length, sizeof m->too_long - length, "%s%s", length ? ", " : "", m->tried[k]);
        m->cut_short = true;
        for (size_t i = 0; i < m->n; i++)
                t->failed[k * m->n + i] = true;
}

int tamis_auto_choose(tamis_auto_trial *t, const tamis_joint *const *joints, tamis_error *err) {
        tamis_auto *m = t->m;
        double *gram = calloc(m->n_tried * m->n_tried + 1, sizeof *gram);
        size_t k;

        m->shared = malloc((m->n + 1) * sizeof *m->shared);
        if (!gram || !m->shared) {
                free(gram);
                return tamis_fail_memory(err);
        }
        score(t);
        choose_columns(t, joints, gram);
        while ((k = dearest(t, joints)) != SIZE_MAX) {
                leave_out(t, k);
                choose_columns(t, joints, gram);
        }
        free(gram);
        return 0;
}
