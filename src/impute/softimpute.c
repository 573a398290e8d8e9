/* The strategy: numbers put on one scale, a lambda found by cells held out, new rows by a ridge against
 * the right factors. */
#include <math.h>
#include <stdlib.h>

#include <tamis/random.h>

#include "impute/soft_model.h"

enum { PRESUMED_RANK = 30, PATH_ROUNDS = 40, ROUNDS = 300, WORSE_MOST = 2, FEWEST_HELD = 5 };
static const double HELD_OUT = .1, SMALLER = 1.5, PATH_ENOUGH = 1e-5, ENOUGH = 1e-6;

void tamis_soft_free(void *model) {
        tamis_soft_model *m = model;

        if (!m)
                return;
        free(m->place);
        free(m->centre);
        free(m->spread);
        free(m->right);
        free(m);
}

/* -- columns ------------------------------------------------------------------------------------------------------- */

static void scale_column(const double *x, size_t n, double *centre, double *spread) {
        double mean = 0, sd = 0, largest = 0, first = NAN;
        size_t seen = 0;

        for (size_t i = 0; i < n; i++)
                seen += !isnan(x[i]);
        for (size_t i = 0; i < n; i++)
                if (!isnan(x[i])) {
                        mean += x[i];
                        largest = fmax(largest, fabs(x[i]));
                        first = isnan(first) ? x[i] : first;
                }
        mean /= (double) seen;
        for (size_t i = 0; i < n && isinf(largest * (double) seen); i++)       /* the sum may not fit: in shares */
                mean = (i == 0 ? 0 : mean) + (isnan(x[i]) ? 0 : x[i] / (double) seen);
        for (size_t i = 0; i < n; i++)
                if (!isnan(x[i]))
                        sd = hypot(sd, x[i] - mean);
        sd /= seen > 1 ? sqrt((double) (seen - 1)) : 1;
        *spread = sd > 1e-13 * largest && isfinite(sd) && isfinite(1 / sd) ? sd : 0;
        *centre = sd > 1e-13 * largest ? mean : first;
}

tamis_soft_model *tamis_soft_model_new(size_t n) {
        tamis_soft_model *m = calloc(1, sizeof *m);

        if (!m)
                return NULL;
        m->n = n;
        m->place = calloc(n + 1, sizeof *m->place);
        m->centre = calloc(n + 1, sizeof *m->centre);
        m->spread = calloc(n + 1, sizeof *m->spread);
        if (m->place && m->centre && m->spread)
                return m;
        tamis_soft_free(m);
        return NULL;
}

static void scale_columns(tamis_soft_model *m, const tamis_frame *f) {
        for (size_t j = 0; j < f->n; j++) {
                const tamis_frame_column *c = &f->columns[j];

                m->place[j] = -1;
                if (c->type != TAMIS_TYPE_NUMERIC || c->missing == f->rows)
                        continue;
                m->place[j] = (long) m->columns;
                scale_column(c->numbers, f->rows, &m->centre[m->columns], &m->spread[m->columns]);
                m->columns++;
        }
}

/* -- cells --------------------------------------------------------------------------------------------------------- */

/* A held-out cell. */
struct held {
        uint32_t row, column;
        double x;
};

/* The observed cells on one scale; with `held`, a share of them goes there. */
static int collect(const tamis_soft_model *m, const tamis_frame *f, const tamis_fit *fit, tamis_soft_cells *c,
                   struct held *held, size_t *n_held, tamis_error *err) {
        size_t n = 0;

        for (size_t j = 0; j < f->n; j++)
                n += m->place[j] < 0 ? 0 : f->rows - f->columns[j].missing;
        c->rows = f->rows;
        c->columns = m->columns;
        c->row_at = calloc(f->rows + 1, sizeof *c->row_at);
        c->column = malloc((n + 1) * sizeof *c->column);
        c->by_row = malloc((n + 1) * sizeof *c->by_row);
        if (!c->row_at || !c->column || !c->by_row)
                return tamis_fail_memory(err);
        for (size_t row = 0; row < f->rows; row++) {
                for (size_t j = 0; j < f->n; j++) {
                        double x = m->place[j] < 0 ? NAN : f->columns[j].numbers[row];
                        uint32_t place = (uint32_t) m->place[j];
                        tamis_stream s;

                        if (isnan(x) || m->spread[place] == 0)
                                continue;
                        x = (x - m->centre[place]) / m->spread[place];
                        if (held)
                                tamis_stream_init(&s, fit->context->seed, fit->purpose, f->keys[row], j + 1);
                        if (held && tamis_stream_uniform(&s) < HELD_OUT) {
                                held[(*n_held)++] = (struct held) { (uint32_t) row, place, x };
                        } else {
                                c->column[c->n] = place;
                                c->by_row[c->n++] = x;
                        }
                }
                c->row_at[row + 1] = c->n;
        }
        return tamis_soft_transpose(c, err);
}

static int largest(const tamis_soft_cells *c, double *ret, tamis_error *err) {
        double *u = malloc((c->rows + 1) * sizeof *u), *v = malloc((c->columns + 1) * sizeof *v);
        int r = u && v ? 0 : tamis_fail_memory(err);

        if (r == 0)
                *ret = tamis_soft_largest(c, u, v);
        free(u);
        free(v);
        return r;
}

/* -- lambda -------------------------------------------------------------------------------------------------------- */

static double error_of(const tamis_soft *s, const struct held *held, size_t n) {
        double sum = 0;

        for (size_t i = 0; i < n; i++) {
                double gap = held[i].x - tamis_soft_cell(s, held[i].row, held[i].column);

                sum += gap * gap;
        }
        return sqrt(sum / (double) n);
}

/* From a lambda that leaves nothing down to one that leaves nearly all, each from where the one before it ended. */
static int walk(tamis_soft_model *m, const tamis_soft_cells *c, const struct held *held, size_t n_held,
                const tamis_fit *fit, tamis_error *err) {
        double least = INFINITY, lambda = 0;
        size_t worse = 0;
        tamis_soft s = {0};
        int r = largest(c, &lambda, err);

        m->lambda = lambda / 2;
        if (r == 0 && n_held >= FEWEST_HELD)
                r = tamis_soft_init(&s, c, m->rank, fit->context->seed, fit->purpose, err);
        while (r == 0 && n_held >= FEWEST_HELD && m->n_path < TAMIS_SOFT_PATH && worse < WORSE_MOST) {
                double e;

                lambda /= SMALLER;
                r = tamis_soft_run(&s, c, lambda, PATH_ROUNDS, PATH_ENOUGH, fit->context->pool, err);
                if (r < 0)
                        break;
                e = error_of(&s, held, n_held);
                m->path[m->n_path][0] = lambda;
                m->path[m->n_path++][1] = e;
                worse = e < least ? 0 : worse + 1;
                if (e < least)
                        least = e, m->lambda = lambda;
        }
        tamis_soft_done(&s);
        return r;
}

static int find_lambda(tamis_soft_model *m, const tamis_frame *f, const tamis_fit *fit, tamis_error *err) {
        tamis_soft_cells c = {0};
        struct held *held;
        size_t n = 0, n_held = 0;
        int r;

        for (size_t j = 0; j < f->n; j++)
                n += m->place[j] < 0 ? 0 : f->rows - f->columns[j].missing;
        held = malloc((n + 1) * sizeof *held);
        r = held ? collect(m, f, fit, &c, held, &n_held, err) : tamis_fail_memory(err);
        if (r == 0)
                r = walk(m, &c, held, n_held, fit, err);
        tamis_soft_cells_done(&c);
        free(held);
        return r;
}

/* -- fitting ------------------------------------------------------------------------------------------------------- */

static int factorise(tamis_soft_model *m, const tamis_frame *f, const tamis_fit *fit, tamis_error *err) {
        tamis_soft_cells c = {0};
        tamis_soft s = {0};
        int r = collect(m, f, fit, &c, NULL, NULL, err);

        if (r == 0)
                r = tamis_soft_init(&s, &c, m->rank, fit->context->seed, fit->purpose, err);
        if (r == 0)
                r = tamis_soft_run(&s, &c, m->lambda, ROUNDS, ENOUGH, fit->context->pool, err);
        if (r == 0)
                r = tamis_soft_end(&s, &c, m->lambda, fit->context->pool, err);
        if (r == 0) {
                size_t rank = 0;

                while (rank < m->rank && s.d[rank] > 0)
                        rank++;
                for (size_t j = 0; j < m->columns; j++)
                        for (size_t k = 0; k < rank; k++)
                                m->right[j * rank + k] = s.v[j * m->rank + k] * sqrt(s.d[k]);
                m->rank = rank;
        }
        tamis_soft_done(&s);
        tamis_soft_cells_done(&c);
        return r;
}

static int fit_model(tamis_soft_model *m, const tamis_frame *f, const tamis_fit *fit, tamis_error *err) {
        const tamis_settings *settings = fit->context->settings;
        size_t most;

        scale_columns(m, f);
        most = f->rows < m->columns ? f->rows : m->columns;
        m->rank = tamis_settings_given(settings, "rank") ? tamis_settings_count(settings, "rank") : PRESUMED_RANK;
        if (m->rank == 0)
                return tamis_fail(err, TAMIS_USAGE, "--rank: a whole number above 0 is needed");
        m->rank = m->rank < TAMIS_SOFT_RANK ? m->rank : TAMIS_SOFT_RANK;
        m->rank = m->rank < most ? m->rank : most;
        m->right = calloc(m->columns * m->rank + 1, sizeof *m->right);
        if (!m->right)
                return tamis_fail_memory(err);
        m->lambda = tamis_settings_real(settings, "lambda");
        if (m->lambda < 0)
                return tamis_fail(err, TAMIS_USAGE, "--lambda: a number from 0 on is needed");
        if (m->rank == 0) {             /* nothing is learned: it shrinks nothing */
                m->lambda = isnan(m->lambda) ? 0 : m->lambda;
                return 0;
        }
        if (isnan(m->lambda)) {
                int r = find_lambda(m, f, fit, err);

                if (r < 0)
                        return r;
        }
        return factorise(m, f, fit, err);
}

static int soft_fit(const tamis_frame *train, const tamis_fit *fit, void **ret, tamis_error *err) {
        tamis_soft_model *m = tamis_soft_model_new(train->n);
        int r = m ? fit_model(m, train, fit, err) : tamis_fail_memory(err);

        if (r < 0) {
                tamis_soft_free(m);
                return r;
        }
        *ret = m;
        return 0;
}

/* -- filling ------------------------------------------------------------------------------------------------------- */

/* The row's factor: ridge regression of its cells on the right factors. a: rank squared, b: rank. */
static void regress(const tamis_soft_model *m, const tamis_frame *rows, size_t row, double *a, double *b) {
        size_t r = m->rank;

        memset(a, 0, r * r * sizeof *a);
        memset(b, 0, r * sizeof *b);
        for (size_t j = 0; j < m->n; j++) {
                double x = m->place[j] < 0 ? NAN : rows->columns[j].numbers[row];
                const double *v = m->right + (size_t) m->place[j] * r;

                if (isnan(x) || m->spread[m->place[j]] == 0)
                        continue;
                x = fmin(fmax((x - m->centre[m->place[j]]) / m->spread[m->place[j]], -1e100), 1e100);
                for (size_t k = 0; k < r; k++) {
                        b[k] += x * v[k];
                        for (size_t i = 0; i <= k; i++)
                                a[k * r + i] += v[k] * v[i];
                }
        }
        for (size_t k = 0; k < r; k++)
                a[k * r + k] += fmax(m->lambda, 1e-9 * (1 + a[k * r + k]));
        for (size_t i = 0; i < r; i++) {
                for (size_t j = 0; j <= i; j++) {
                        for (size_t k = 0; k < j; k++)
                                a[i * r + j] -= a[i * r + k] * a[j * r + k];
                        a[i * r + j] = i == j ? sqrt(fmax(a[i * r + i], 1e-300)) : a[i * r + j] / a[j * r + j];
                }
                for (size_t k = 0; k < i; k++)
                        b[i] -= a[i * r + k] * b[k];
                b[i] /= a[i * r + i];
        }
        for (size_t i = r; i-- > 0;) {
                for (size_t k = i + 1; k < r; k++)
                        b[i] -= a[k * r + i] * b[k];
                b[i] /= a[i * r + i];
        }
}

static void fill_row(const tamis_soft_model *m, tamis_frame *rows, size_t row, double *a, double *b) {
        bool solved = false;

        for (size_t j = 0; j < m->n; j++) {
                tamis_frame_column *c = &rows->columns[j];
                double sum = 0;

                if (m->place[j] < 0 || !c->wanted || !isnan(c->numbers[row]))
                        continue;
                if (!solved)
                        regress(m, rows, row, a, b);
                solved = true;
                for (size_t k = 0; k < m->rank; k++)
                        sum += b[k] * m->right[(size_t) m->place[j] * m->rank + k];
                sum = m->centre[m->place[j]] + sum * m->spread[m->place[j]];
                /* holes only: what is put in must not be seen by the next column, and is not, for b is made */
                c->numbers[row] = isfinite(sum) ? sum : m->centre[m->place[j]];
        }
}

static int soft_fill(const void *model, size_t which, tamis_frame *rows, tamis_error *err) {
        const tamis_soft_model *m = model;
        double *a = malloc((m->rank * m->rank + 1) * sizeof *a), *b = malloc((m->rank + 1) * sizeof *b);
        int r = a && b ? 0 : tamis_fail_memory(err);

        for (size_t row = 0; r == 0 && row < rows->rows; row++)
                fill_row(m, rows, row, a, b);
        free(a);
        free(b);
        return r;
}

static const char *const options[] = { "rank", "lambda", NULL };

const tamis_joint tamis_joint_softimpute = {
        .base = {
                .name = "softimpute",
                .summary = "a low-rank table through the observed numbers, for wide or mostly empty ones",
                .source = "Hastie, Mazumder, Lee & Zadeh 2015, softImpute-ALS",
        },
        .takes = 1U << TAMIS_TYPE_NUMERIC,
        .instead = "iterative, knn, forest or mice",
        .options = options,
        .random = true,
        .fit = soft_fit,
        .fill = soft_fill,
        .save = tamis_soft_save,
        .load = tamis_soft_load,
        .report = tamis_soft_report,
        .free = tamis_soft_free,
};
