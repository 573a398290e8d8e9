/* Bayesian linear regression on cross-products (Rubin 1987, p. 167), and predictive mean matching, type 1 (Little 1988;
 * van Buuren 2018, "Flexible Imputation of Missing Data", 3.4): donors are scored with the fitted coefficients,
 * recipients with drawn ones. */
#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_eigen.h>
#include <gsl/gsl_randist.h>

#include "impute/mice.h"

/* mice's own: a predictor must vary by more than this (there in its own unit, here in units of its variance over
 * the whole column), correlate less than that with what is predicted, and leave the correlations better
 * conditioned than that. */
static const double LEAST_VARIANCE = 1e-4, MOST_ALIKE = .99, LEAST_RATIO = 1e-4;
static const double RIDGE = 1e-5, SINGULAR = 1e-10;
static const double FARTHEST = 1e200;  /* a score beyond any donor's, that can still be taken from it */
enum { ONE_BY_ONE = 32 };

/* -- which predictors ---------------------------------------------------------------------------------------------- */

static double product(const tamis_mice_work *w, size_t a, size_t b) {
        return a <= b ? w->system[a * w->model->stride + b] : w->system[b * w->model->stride + a];
}

static double covariance(const tamis_mice_work *w, size_t a, size_t b) {
        double n = product(w, 0, 0);

        return (product(w, a, b) - product(w, 0, a) * product(w, 0, b) / n) / (n - 1);
}

static int drop(tamis_mice_work *w, size_t column, size_t place, tamis_mice_reason why, tamis_error *err) {
        if (!w->dropped)
                w->dropped = calloc(w->model->train.n * w->model->q * TAMIS_MICE_N_REASONS, sizeof *w->dropped);
        if (!w->dropped)
                return tamis_fail_memory(err);
        w->dropped[(column * w->model->q + place) * TAMIS_MICE_N_REASONS + why]++;
        return 0;
}

static int take_away(tamis_mice_work *w, size_t column, size_t i, tamis_error *err) {
        int r = drop(w, column, w->kept[i], TAMIS_MICE_COLLINEAR, err);

        w->n_kept--;
        memmove(w->kept + i, w->kept + i + 1, (w->n_kept - i) * sizeof *w->kept);
        return r;
}

/* Correlations of the predictors kept, but for the 1, into `square`. */
static void correlate(tamis_mice_work *w) {
        size_t n = w->n_kept - 1;
        double *sd = w->vector[0];

        for (size_t i = 0; i < n; i++)
                sd[i] = sqrt(covariance(w, w->kept[i + 1], w->kept[i + 1]));
        for (size_t i = 0; i < n; i++)
                for (size_t j = 0; j < n; j++)
                        w->square[i * n + j] =
                                i == j ? 1 : covariance(w, w->kept[i + 1], w->kept[j + 1]) / (sd[i] * sd[j]);
}

/* What follows from those before it goes; the correlations of those left are then in `square`. *low is a bound below
 * which no eigenvalue of theirs lies, *high one above which none does. */
static int bound(tamis_mice_work *w, size_t column, double *low, double *high, tamis_error *err) {
        size_t n = w->n_kept - 1, used = 0;
        double inverse = 0, *x = w->vector[0];
        int r = 0;

        correlate(w);
        for (size_t i = 0; i < n; i++) {
                double *row = w->root + used * n, sum = 1;

                for (size_t j = 0; j < used; j++) {
                        double s = w->square[i * n + w->live[j]];

                        for (size_t k = 0; k < j; k++)
                                s -= row[k] * w->root[j * n + k];
                        row[j] = s / w->root[j * n + j];
                        sum -= row[j] * row[j];
                }
                row[used] = sqrt(fmax(sum, 0));
                if (sum > SINGULAR)
                        w->live[used++] = i;
        }
        *high = 0;
        for (size_t i = 0; i < used; i++) {
                double sum = 0;

                for (size_t k = 0; k < used; k++)
                        sum += fabs(w->square[w->live[i] * n + w->live[k]]), x[k] = k == i;
                *high = fmax(*high, sum);
                tamis_cholesky_forward(w->root, used, n, x);
                for (size_t k = i; k < used; k++)
                        inverse += x[k] * x[k];
        }
        *low = 1 / inverse;
        for (size_t i = n, left = used; r == 0 && i-- > 0;)
                if (left > 0 && w->live[left - 1] == i)
                        left--;
                else
                        r = take_away(w, column, i + 1, err);
        if (used < n)
                correlate(w);
        return r;
}

/* Drop what has the most to do with the smallest eigenvalue; with many predictors one for each that is too small. */
static int drop_by_eigen(tamis_mice_work *w, size_t column, gsl_matrix *c, gsl_vector *values, gsl_matrix *vectors,
                         gsl_eigen_symmv_workspace *room, bool *again, tamis_error *err) {
        size_t n = w->n_kept - 1, drops = 0;
        int r = 0;

        *again = false;
        for (size_t i = 0; i < n * n; i++)
                c->data[i] = w->square[i];
        if (gsl_eigen_symmv(c, values, vectors, room) != 0)
                return 0;
        gsl_eigen_symmv_sort(values, vectors, GSL_EIGEN_SORT_VAL_ASC);
        while (drops + 1 < n && values->data[drops] / values->data[n - 1] < LEAST_RATIO &&
               (n > ONE_BY_ONE || drops == 0))
                drops++;
        for (size_t d = 0; d < drops; d++) {
                size_t most = 0;

                for (size_t i = 1; i < n; i++)
                        if (fabs(gsl_matrix_get(vectors, i, d)) > fabs(gsl_matrix_get(vectors, most, d)) * (1 + 1e-9))
                                most = i;
                w->kept[most + 1] |= (size_t) 1 << 63;          /* once, though several may name it */
        }
        for (size_t i = n; r == 0 && i > 0; i--)
                if (w->kept[i] >> 63) {
                        w->kept[i] &= ~((size_t) 1 << 63);
                        r = take_away(w, column, i, err);
                }
        *again = drops > 0;
        return r;
}

static int condition(tamis_mice_work *w, size_t column, tamis_error *err) {
        bool again = true;
        int r = 0;

        while (again && r == 0 && w->n_kept > 2) {
                double low, high;
                gsl_eigen_symmv_workspace *room;
                gsl_matrix *c, *vectors;
                gsl_vector *values;
                size_t n;

                r = bound(w, column, &low, &high, err);
                n = w->n_kept - 1;
                if (r < 0 || n < 2 || low >= LEAST_RATIO * high)
                        return r;
                room = gsl_eigen_symmv_alloc(n);
                c = gsl_matrix_alloc(n, n);
                vectors = gsl_matrix_alloc(n, n);
                values = gsl_vector_alloc(n);
                r = room && c && vectors && values ? drop_by_eigen(w, column, c, values, vectors, room, &again, err)
                                                   : tamis_fail_memory(err);
                if (room)
                        gsl_eigen_symmv_free(room);
                gsl_matrix_free(c);
                gsl_matrix_free(vectors);
                gsl_vector_free(values);
        }
        return r;
}

int tamis_mice_keep(tamis_mice_work *w, size_t column, size_t y, double sign, tamis_error *err) {
        const tamis_mice *m = w->model;
        const tamis_mice_column *c = &m->columns[column];
        double of_y = y == SIZE_MAX || c->n_seen < 2 ? 0 : covariance(w, y, y);
        int r = 0;

        w->n_kept = 1;
        w->kept[0] = 0;
        for (size_t a = 1; r == 0 && a < m->q; a++) {
                double variance;

                if (a >= c->at && a < c->at + c->width)
                        continue;
                variance = c->n_seen < 2 ? 0 : covariance(w, a, a);
                if (!(variance > LEAST_VARIANCE))
                        r = drop(w, column, a, TAMIS_MICE_CONSTANT, err);
                else if (of_y > 0 && !(sign * covariance(w, a, y) / sqrt(variance * of_y) < MOST_ALIKE))
                        r = drop(w, column, a, TAMIS_MICE_ALIKE, err);
                else
                        w->kept[w->n_kept++] = a;
        }
        return r == 0 ? condition(w, column, err) : r;
}

/* -- regression ---------------------------------------------------------------------------------------------------- */

static int make_room(const tamis_mice *m, tamis_mice_regression *g, tamis_error *err) {
        if (!g->beta)
                g->beta = calloc(m->stride, sizeof *g->beta);
        if (!g->star)
                g->star = calloc(m->stride, sizeof *g->star);
        if (!g->beta || !g->star)
                return tamis_fail_memory(err);
        memset(g->beta, 0, m->stride * sizeof *g->beta);
        memset(g->star, 0, m->stride * sizeof *g->star);
        return 0;
}

/* The Cholesky factor into `root`, the coefficients into vector[0]. Without one, a ridge, as there; in the end only a
 * mean is left. */
static void solve(tamis_mice_work *w, size_t y) {
        double ridge = 0, *b = w->vector[0];
        size_t n = w->n_kept;

        for (;;) {
                for (size_t i = 0; i < n; i++) {
                        for (size_t j = 0; j <= i; j++)
                                w->root[i * n + j] = product(w, w->kept[i], w->kept[j]);
                        w->root[i * n + i] *= 1 + ridge;
                        b[i] = product(w, w->kept[i], y);
                }
                if (tamis_cholesky(w->root, n, n))
                        break;
                if (ridge > 1)
                        n = w->n_kept = 1;
                ridge = ridge > 0 ? ridge * 10 : RIDGE;
        }
        tamis_cholesky_forward(w->root, n, n, b);
        tamis_cholesky_backward(w->root, n, n, b);
}

static void draw_coefficients(tamis_mice_work *w, size_t column, double rss, tamis_mice_regression *g) {
        const tamis_mice *m = w->model;
        size_t n = w->n_kept, seen = m->columns[column].n_seen;
        double *x = w->vector[1];
        tamis_stream s;

        tamis_stream_init(&s, m->options.seed, m->fit_purpose, tamis_mice_key(m, w->chain, w->iteration, column), 0);
        g->sigma = sqrt(rss / gsl_ran_chisq(&s.rng, seen > n ? (double) (seen - n) : 1));
        for (size_t i = 0; i < n; i++)
                x[i] = gsl_ran_gaussian(&s.rng, 1);
        /* V = (L L')^-1, so L'^-1 z has the variance V */
        tamis_cholesky_backward(w->root, n, n, x);
        for (size_t i = 0; i < n; i++)
                g->star[w->kept[i]] = g->beta[w->kept[i]] + g->sigma * x[i];
}

/* -- donors -------------------------------------------------------------------------------------------------------- */

uint64_t tamis_mice_bits(double x) {
        uint64_t bits;

        x += 0.0;                       /* no -0 */
        memcpy(&bits, &x, sizeof bits);
        return bits >> 63 ? ~bits : bits | (uint64_t) 1 << 63;
}

double tamis_mice_unbits(uint64_t bits) {
        double x;

        bits = bits >> 63 ? bits & ~((uint64_t) 1 << 63) : ~bits;
        memcpy(&x, &bits, sizeof x);
        return x;
}

/* Byte by byte from the last. */
uint64_t *tamis_mice_sort(uint64_t *pairs, uint64_t *other, size_t n) {
        size_t counts[8][256] = {0};

        for (size_t i = 0; i < n; i++)
                for (size_t byte = 0; byte < 8; byte++)
                        counts[byte][pairs[2 * i] >> 8 * byte & 255]++;
        for (size_t byte = 0; byte < 8; byte++) {
                size_t at = 0, *to = counts[byte];
                uint64_t *swap = pairs;

                if (n > 0 && to[pairs[0] >> 8 * byte & 255] == n)
                        continue;
                for (size_t i = 0; i < 256; i++) {
                        size_t here = to[i];

                        to[i] = at;
                        at += here;
                }
                for (size_t i = 0; i < n; i++) {
                        size_t k = to[pairs[2 * i] >> 8 * byte & 255]++;

                        other[2 * k] = pairs[2 * i];
                        other[2 * k + 1] = pairs[2 * i + 1];
                }
                pairs = other;
                other = swap;
        }
        return pairs;
}

static int line_up(tamis_mice_work *w, size_t n, tamis_mice_regression *g, tamis_error *err) {
        const uint64_t *sorted;

        if (!g->score)
                g->score = malloc((w->model->train.rows + 1) * sizeof *g->score);
        if (!g->begin)
                g->begin = malloc((w->model->train.rows + 1) * sizeof *g->begin);
        if (!g->donor)
                g->donor = malloc((w->model->train.rows + 1) * sizeof *g->donor);
        if (!g->score || !g->begin || !g->donor)
                return tamis_fail_memory(err);
        sorted = tamis_mice_sort(w->order[0], w->order[1], n);
        g->n_scores = 0;
        for (size_t i = 0; i < n; i++) {
                if (i == 0 || sorted[2 * i] != sorted[2 * i - 2]) {
                        g->score[g->n_scores] = tamis_mice_unbits(sorted[2 * i]);
                        g->begin[g->n_scores++] = (uint32_t) i;
                }
                g->donor[i] = (uint32_t) sorted[2 * i + 1];
        }
        g->begin[g->n_scores] = (uint32_t) n;
        return 0;
}

int tamis_mice_linear(tamis_mice_work *w, size_t column, tamis_mice_regression *g, tamis_error *err) {
        const tamis_mice *m = w->model;
        const tamis_mice_column *c = &m->columns[column];
        double rss = 0;
        int r = make_room(m, g, err);

        if (r == 0)
                r = tamis_mice_keep(w, column, c->at, 1, err);
        if (r < 0)
                return r;
        solve(w, c->at);
        for (size_t i = 0; i < w->n_kept; i++)
                g->beta[w->kept[i]] = w->vector[0][i];
        if (c->method == TAMIS_MICE_NORM_PREDICT)
                return 0;
        for (size_t i = 0; i < c->n_seen; i++) {
                const double *row = w->z + c->seen[i] * m->stride;
                double score = tamis_mice_dot(row, g->beta, m->stride);

                rss += (row[c->at] - score) * (row[c->at] - score);
                w->order[0][2 * i] = tamis_mice_bits(score);
                w->order[0][2 * i + 1] = c->seen[i];
        }
        draw_coefficients(w, column, rss, g);
        return c->method == TAMIS_MICE_PMM ? line_up(w, c->n_seen, g, err) : 0;
}

/* One of the `donors` nearest, each as likely. Where the last places among them are tied for, each of the tied is as
 * likely to have one: that is what shuffling them first would do. */
double tamis_mice_match(const tamis_mice *m, size_t column, const tamis_mice_regression *g, double score,
                        tamis_stream *s) {
        size_t k = m->options.donors < m->columns[column].n_seen ? m->options.donors : m->columns[column].n_seen;
        size_t below = 0, size = g->n_scores, above, nearer = 0;

        score = fabs(score) < FARTHEST ? score : copysign(FARTHEST, score);
        while (size > 0) {
                size_t half = size / 2;

                if (g->score[below + half] < score) {
                        below += half + 1;
                        size -= half + 1;
                } else
                        size = half;
        }
        above = below;
        for (;;) {
                double down = below > 0 ? score - g->score[below - 1] : INFINITY;
                double up = above < g->n_scores ? g->score[above] - score : INFINITY;
                size_t n_down = down <= up ? g->begin[below] - g->begin[below - 1] : 0;
                size_t n_up = up <= down ? g->begin[above + 1] - g->begin[above] : 0;

                if (nearer + n_down + n_up >= k) {
                        size_t pick = (size_t) tamis_stream_below(s, k);

                        if (pick < nearer)
                                pick += g->begin[below];
                        else {
                                pick = (size_t) tamis_stream_below(s, n_down + n_up);
                                pick = pick < n_down ? g->begin[below - 1] + pick : g->begin[above] + pick - n_down;
                        }
                        return m->train.columns[column].numbers[g->donor[pick]];
                }
                nearer += n_down + n_up;
                below -= n_down > 0;
                above += n_up > 0;
        }
}
