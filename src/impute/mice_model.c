#include <math.h>
#include <stdlib.h>

#include "impute/mice.h"

const char *const tamis_mice_methods[] = {
        "cart", "forest", "logreg", "mean", "norm", "norm-predict", "pmm", "polyreg", "sample", NULL,
};

/* Of a new row, in standard deviations: its square is still a number. */
static const double FARTHEST = 1e100;
enum { FEWEST = 5 };

double tamis_mice_cell(const tamis_frame *f, size_t column, size_t row) {
        const tamis_frame_column *c = &f->columns[column];

        if (c->type == TAMIS_TYPE_NUMERIC)
                return c->numbers[row];
        return c->codes[row] == TAMIS_CODE_MISSING ? NAN : c->codes[row];
}

void tamis_mice_encode(const tamis_mice *m, size_t column, double value, double *row) {
        const tamis_mice_column *c = &m->columns[column];

        if (!c->place) {
                if (c->width)
                        row[c->at] = isnan(value)
                                ? 0
                                : fmin(fmax((value - m->centre[c->at]) * m->scale[c->at], -FARTHEST), FARTHEST);
                return;
        }
        for (size_t k = c->at; k < c->at + c->width; k++)
                row[k] = isnan(value) ? 0 : -m->centre[k] * m->scale[k];
        if (value >= 0 && c->place[(size_t) value] >= 0) {
                size_t k = c->at + (size_t) c->place[(size_t) value];

                row[k] = (1 - m->centre[k]) * m->scale[k];
        }
}

int tamis_mice_design(const tamis_mice *m, double *const *filled, double **ret, tamis_error *err) {
        double *z = calloc(m->train.rows * m->stride + 4, sizeof *z);

        if (!z)
                return tamis_fail_memory(err);
        for (size_t row = 0; row < m->train.rows; row++) {
                z[row * m->stride] = 1;
                for (size_t j = 0; j < m->train.n; j++)
                        tamis_mice_encode(m, j, tamis_mice_cell(&m->train, j, row), z + row * m->stride);
        }
        for (size_t j = 0; filled && j < m->train.n; j++)
                for (size_t i = 0; filled[j] && i < m->columns[j].n_holes; i++)
                        tamis_mice_encode(m, j, filled[j][i], z + m->columns[j].holes[i] * m->stride);
        *ret = z;
        return 0;
}

/* -- columns ------------------------------------------------------------------------------------------------------- */

static int find_rows(const tamis_mice *m, size_t j, tamis_mice_column *c, tamis_error *err) {
        const tamis_frame *f = &m->train;

        c->holes = malloc((f->rows + 1) * sizeof *c->holes);
        c->seen = malloc((f->rows + 1) * sizeof *c->seen);
        c->counts = calloc(f->columns[j].levels + 1, sizeof *c->counts);
        if (!c->holes || !c->seen || !c->counts)
                return tamis_fail_memory(err);
        for (size_t row = 0; row < f->rows; row++) {
                double v = tamis_mice_cell(f, j, row);

                if (isnan(v))
                        c->holes[c->n_holes++] = (uint32_t) row;
                else
                        c->seen[c->n_seen++] = (uint32_t) row;
                if (f->columns[j].type == TAMIS_TYPE_CATEGORICAL && v >= 0)
                        c->counts[(size_t) v]++;
        }
        return 0;
}

/* The most frequent level is what the others are compared with; those that follow it have a place each. */
static int place_levels(const tamis_mice *m, size_t j, tamis_mice_column *c, tamis_error *err) {
        size_t levels = m->train.columns[j].levels, least;

        c->place = malloc((levels + 1) * sizeof *c->place);
        if (!c->place)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < levels; i++)
                c->place[i] = -1, c->levels_seen += c->counts[i] > 0;
        /* many levels: those of a few rows tell little, and there are many of them */
        least = c->levels_seen > TAMIS_MICE_LEVELS ? FEWEST : 1;
        for (size_t given = 0; given < c->levels_seen && given <= TAMIS_MICE_LEVELS; given++) {
                size_t best = levels;

                for (size_t i = 0; i < levels; i++)
                        if (c->counts[i] > 0 && c->place[i] == -1 && (best == levels || c->counts[i] > c->counts[best]))
                                best = i;
                if (given > 0 && c->counts[best] < least)
                        break;
                c->place[best] = given == 0 ? -2 : (int32_t) (given - 1);       /* -2: taken */
                c->width = given;
        }
        return 0;
}

static int make_columns(tamis_mice *m, const tamis_mice_method *methods, tamis_error *err) {
        m->q = 1;
        m->columns = calloc(m->train.n + 1, sizeof *m->columns);
        m->visit = calloc(m->train.n + 1, sizeof *m->visit);
        if (!m->columns || !m->visit)
                return tamis_fail_memory(err);
        for (size_t j = 0; j < m->train.n; j++) {
                tamis_mice_column *c = &m->columns[j];
                int r;

                c->method = methods[j];
                r = find_rows(m, j, c, err);
                if (r == 0 && m->train.columns[j].type == TAMIS_TYPE_CATEGORICAL)
                        r = place_levels(m, j, c, err);
                else if (r == 0)
                        c->width = c->n_seen > 0;
                if (r < 0)
                        return r;
                c->at = m->q;
                m->q += c->width;
                c->target = m->train.columns[j].wanted && c->n_seen > 0;
                if (c->target && c->n_holes > 0)
                        m->visit[m->n_visit++] = j;
        }
        m->stride = (m->q + 3) & ~(size_t) 3;
        return 0;
}

static bool goes_before(const tamis_mice *m, size_t a, size_t b) {
        size_t in_a = m->columns[a].n_holes, in_b = m->columns[b].n_holes;

        switch (m->options.sweep) {
        case TAMIS_MICE_ASCENDING:
                return in_a < in_b;
        case TAMIS_MICE_DESCENDING:
                return in_a > in_b;
        default:
                return m->options.sweep == TAMIS_MICE_ARABIC && a > b;
        }
}

/* Stable: what is alike stays in the order of names. */
static void order_visits(tamis_mice *m) {
        for (size_t i = 1; i < m->n_visit; i++)
                for (size_t k = i; k > 0 && goes_before(m, m->visit[k], m->visit[k - 1]); k--) {
                        size_t swap = m->visit[k];

                        m->visit[k] = m->visit[k - 1];
                        m->visit[k - 1] = swap;
                }
}

/* What differs by no more than rounding does is constant: its scale is 0, and it is 0 in the design. */
static void scale_number(tamis_mice *m, size_t j) {
        const tamis_mice_column *c = &m->columns[j];
        const double *x = m->train.columns[j].numbers;
        double mean = 0, sd = 0, largest = 0;

        /* a sum that overflows is taken again in shares, and squares are never summed but by hypot */
        for (size_t i = 0; i < c->n_seen; i++)
                mean += x[c->seen[i]];
        mean /= (double) c->n_seen;
        if (!isfinite(mean)) {
                mean = 0;
                for (size_t i = 0; i < c->n_seen; i++)
                        mean += x[c->seen[i]] / (double) c->n_seen;
        }
        for (size_t i = 0; i < c->n_seen; i++) {
                sd = hypot(sd, x[c->seen[i]] - mean);
                largest = fmax(largest, fabs(x[c->seen[i]]));
        }
        sd /= c->n_seen > 1 ? sqrt((double) (c->n_seen - 1)) : 1;
        m->centre[c->at] = sd <= 1e-13 * largest ? x[c->seen[0]] : mean;
        if (sd > 1e-13 * largest && isfinite(sd) && isfinite(1 / sd))
                m->scale[c->at] = 1 / sd;
}

static int scale_columns(tamis_mice *m, tamis_error *err) {
        m->centre = calloc(m->stride, sizeof *m->centre);
        m->scale = calloc(m->stride, sizeof *m->scale);
        m->owner = calloc(m->stride, sizeof *m->owner);
        if (!m->centre || !m->scale || !m->owner)
                return tamis_fail_memory(err);
        for (size_t j = 0; j < m->train.n; j++) {
                const tamis_mice_column *c = &m->columns[j];

                for (size_t k = 0; k < c->width; k++)
                        m->owner[c->at + k] = j;
                if (!c->place && c->width)
                        scale_number(m, j);
                for (size_t i = 0; c->place && i < m->train.columns[j].levels; i++) {
                        double share = (double) c->counts[i] / (double) (c->n_seen ? c->n_seen : 1);

                        if (c->place[i] < 0)
                                continue;
                        m->centre[c->at + (size_t) c->place[i]] = share;
                        m->scale[c->at + (size_t) c->place[i]] = 1 / sqrt(share * (1 - share));
                }
        }
        return 0;
}

/* -- the whole ----------------------------------------------------------------------------------------------------- */

static int make_chains(tamis_mice *m, tamis_error *err) {
        m->chains = calloc(m->options.imputations + 1, sizeof *m->chains);
        if (!m->chains)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < m->options.imputations; i++) {
                tamis_mice_chain *c = &m->chains[i];

                pthread_mutex_init(&c->lock, NULL);
                c->filled = calloc(m->train.n + 1, sizeof *c->filled);
                c->mean = calloc(m->options.iterations * m->train.n + 1, sizeof *c->mean);
                c->sd = calloc(m->options.iterations * m->train.n + 1, sizeof *c->sd);
                if (!c->filled || !c->mean || !c->sd)
                        return tamis_fail_memory(err);
                for (size_t v = 0; v < m->n_visit; v++) {
                        c->filled[m->visit[v]] = calloc(m->columns[m->visit[v]].n_holes, sizeof **c->filled);
                        if (!c->filled[m->visit[v]])
                                return tamis_fail_memory(err);
                }
        }
        return 0;
}

static int build(tamis_mice *m, const tamis_frame *train, const tamis_mice_method *methods, tamis_error *err) {
        int r;

        if (asprintf(&m->row_purpose, "%s.row", m->options.purpose) < 0)
                m->row_purpose = NULL;
        if (asprintf(&m->fit_purpose, "%s.fit", m->options.purpose) < 0)
                m->fit_purpose = NULL;
        if (asprintf(&m->new_purpose, "%s.new", m->options.purpose) < 0)
                m->new_purpose = NULL;
        m->options.purpose = NULL;
        if (!m->row_purpose || !m->fit_purpose || !m->new_purpose)
                return tamis_fail_memory(err);
        r = tamis_frame_copy(train, &m->train, err);
        if (r == 0)
                r = make_columns(m, methods, err);
        if (r == 0)
                r = scale_columns(m, err);
        if (r == 0)
                order_visits(m);
        return r == 0 ? make_chains(m, err) : r;
}

int tamis_mice_new(const tamis_frame *train, const tamis_mice_options *options, const tamis_mice_method *methods,
                   tamis_mice **ret, tamis_error *err) {
        tamis_mice *m;
        int r;

        if (train->rows > UINT32_MAX - 1)
                return tamis_fail(err, TAMIS_BAD_DATA, "more rows than chained equations can hold");
        m = calloc(1, sizeof *m);
        if (!m)
                return tamis_fail_memory(err);
        m->options = *options;
        r = build(m, train, methods, err);
        if (r < 0) {
                tamis_mice_free(m);
                return r;
        }
        *ret = m;
        return 0;
}

void tamis_mice_regression_done(tamis_mice_regression *g) {
        free(g->beta);
        free(g->star);
        free(g->class);
        free(g->score);
        free(g->begin);
        free(g->donor);
        tamis_mice_trees_free(g->trees);
        *g = (tamis_mice_regression) {0};
}

static void chain_done(tamis_mice *m, tamis_mice_chain *c) {
        for (size_t j = 0; c->filled && j < m->train.n; j++)
                free(c->filled[j]);
        for (size_t j = 0; c->last && j < m->train.n; j++)
                tamis_mice_regression_done(&c->last[j]);
        free(c->filled);
        free(c->last);
        free(c->mean);
        free(c->sd);
        free(c->dropped);
        pthread_mutex_destroy(&c->lock);
}

void tamis_mice_free(void *model) {
        tamis_mice *m = model;

        if (!m)
                return;
        for (size_t i = 0; m->chains && i < m->options.imputations; i++)
                chain_done(m, &m->chains[i]);
        for (size_t j = 0; m->columns && j < m->train.n; j++) {
                free(m->columns[j].place);
                free(m->columns[j].holes);
                free(m->columns[j].seen);
                free(m->columns[j].counts);
        }
        free(m->chains);
        free(m->columns);
        free(m->visit);
        free(m->owner);
        free(m->centre);
        free(m->scale);
        free(m->shared);
        free(m->row_purpose);
        free(m->fit_purpose);
        free(m->new_purpose);
        tamis_frame_done(&m->train);
        free(m);
}
