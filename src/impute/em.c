/* The strategy: what a hole is expected to be given the row's other numbers, or a draw from what it may be. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <gsl/gsl_randist.h>

#include <tamis/random.h>

#include "fit/cholesky.h"
#include "impute/em.h"

static const double TOLERANCE = 1e-6;
enum { ITERATIONS = 200, MOST_ITERATIONS = 1000000 };

static void em_free(void *model) {
        tamis_em *m = model;

        if (!m)
                return;
        free(m->place);
        free(m->centre);
        free(m->spread);
        free(m->mean);
        free(m->covariance);
        free(m->purpose);
        free(m);
}

static tamis_em *em_new(size_t n, uint64_t seed, const char *purpose) {
        tamis_em *m = calloc(1, sizeof *m);

        if (!m)
                return NULL;
        m->n = n;
        m->seed = seed;
        m->place = malloc((n + 1) * sizeof *m->place);
        m->centre = malloc((n + 1) * sizeof *m->centre);
        m->spread = calloc(n + 1, sizeof *m->spread);
        m->purpose = strdup(purpose);
        if (!m->place || !m->centre || !m->spread || !m->purpose) {
                em_free(m);
                return NULL;
        }
        for (size_t j = 0; j < n; j++) {
                m->place[j] = -1;
                m->centre[j] = NAN;
        }
        return m;
}

static int make_normal(tamis_em *m, tamis_error *err) {
        m->mean = calloc(m->p + 1, sizeof *m->mean);
        m->covariance = calloc(m->p * m->p + 1, sizeof *m->covariance);
        return m->mean && m->covariance ? 0 : tamis_fail_memory(err);
}

/* -- fitting ------------------------------------------------------------------------------------------------------- */

/* Mean and sd of what was observed; a sd that rounding alone makes is none. */
static void scale_column(const double *x, size_t n, double *centre, double *spread) {
        double mean = 0, squares = 0, largest = 0, first = NAN;
        size_t seen = 0;

        for (size_t i = 0; i < n; i++)
                if (!isnan(x[i])) {
                        first = seen++ ? first : x[i];
                        largest = fmax(largest, fabs(x[i]));
                }
        *centre = first;
        *spread = 0;
        if (seen < 2 || largest == 0)
                return;
        for (size_t i = 0; i < n; i++)
                mean += isnan(x[i]) ? 0 : x[i] / largest / (double) seen;
        for (size_t i = 0; i < n; i++)
                squares += isnan(x[i]) ? 0 : (x[i] / largest - mean) * (x[i] / largest - mean);
        squares = sqrt(squares / (double) seen);
        if (squares > 1e-13 && squares * largest > 1e-300) {
                *centre = mean * largest;
                *spread = squares * largest;
        }
}

static int options_of(tamis_em *m, const tamis_fit *fit, double *tol, size_t *most, tamis_error *err) {
        const tamis_settings *settings = fit->context->settings;

        m->draw = tamis_settings_flag(settings, "draw");
        *tol = tamis_settings_given(settings, "tol") ? tamis_settings_real(settings, "tol") : TOLERANCE;
        *most = tamis_settings_given(settings, "max-iter") ? tamis_settings_count(settings, "max-iter") : ITERATIONS;
        if (!(*tol >= 0))
                return tamis_fail(err, TAMIS_USAGE, "--tol: a number from 0 on is needed");
        if (*most == 0 || *most > MOST_ITERATIONS)
                return tamis_fail(err, TAMIS_USAGE, "--max-iter: a whole number from 1 to %d is needed",
                                  MOST_ITERATIONS);
        return 0;
}

static void tell(const tamis_em *m, const tamis_fit *fit) {
        if (m->p > 0 && !m->converged)
                tamis_warn(fit->context, "em: means and covariances still changed after %zu iterations (--max-iter)",
                           m->iterations);
        if (m->ridged > 0)
                tamis_warn(fit->context, "em: some columns follow from others; a ridge of 1e-10 keeps the covariance "
                           "regular");
}

static int fit_model(tamis_em *m, const tamis_frame *train, const tamis_fit *fit, tamis_error *err) {
        double tol;
        size_t most;
        int r = options_of(m, fit, &tol, &most, err);

        if (r < 0)
                return r;
        for (size_t j = 0; j < m->n; j++) {
                if (train->columns[j].type != TAMIS_TYPE_NUMERIC)
                        continue;
                scale_column(train->columns[j].numbers, train->rows, &m->centre[j], &m->spread[j]);
                if (m->spread[j] > 0)
                        m->place[j] = (long) m->p++;
        }
        r = make_normal(m, err);
        if (r == 0)
                r = tamis_em_run(m, train, tol, most, fit->context->pool, err);
        if (r < 0)
                return r;
        m->ran = true;
        tell(m, fit);
        return 0;
}

static int em_fit(const tamis_frame *train, const tamis_fit *fit, void **ret, tamis_error *err) {
        tamis_em *m = em_new(train->n, fit->context->seed, fit->purpose);
        int r = m ? fit_model(m, train, fit, err) : tamis_fail_memory(err);

        if (r < 0) {
                em_free(m);
                return r;
        }
        *ret = m;
        return 0;
}

/* -- filling ------------------------------------------------------------------------------------------------------- */

struct filling {
        const tamis_em *m;
        tamis_frame *rows;
        tamis_em_regression g;
        size_t *column;                 /* per place */
        double *x, *noise;              /* p each */
};

/* The factor of what is left, into its own place; what is not left is not drawn. */
static void take_root(tamis_em_regression *g) {
        size_t n = g->holes;

        for (size_t i = 0; i < n; i++)
                for (size_t j = 0; j <= i; j++) {
                        double sum = g->left[i * n + j];

                        for (size_t k = 0; k < j; k++)
                                sum -= g->left[i * n + k] * g->left[j * n + k];
                        if (i == j)
                                g->left[i * n + i] = sum > 1e-14 ? sqrt(sum) : 0;
                        else
                                g->left[i * n + j] = g->left[j * n + j] > 0 ? sum / g->left[j * n + j] : 0;
                }
}

static void fill_row(struct filling *f, size_t row) {
        const tamis_em *m = f->m;
        const tamis_em_regression *g = &f->g;
        tamis_stream s;

        for (size_t k = 0; k < g->seen; k++)
                f->x[k] = tamis_em_cell(m, f->rows, f->column[g->at[k]], row) - m->mean[g->at[k]];
        if (m->draw)
                tamis_stream_init(&s, m->seed, m->purpose, f->rows->keys[row], 0);
        for (size_t i = 0; m->draw && i < g->holes; i++)
                f->noise[i] = gsl_ran_gaussian(&s.rng, 1);
        for (size_t i = 0; i < g->holes; i++) {
                size_t place = g->at[g->seen + i], j = f->column[place];
                double sum = m->mean[place];

                for (size_t k = 0; k < g->seen; k++)
                        sum += g->beta[i * g->seen + k] * f->x[k];
                for (size_t k = 0; m->draw && k <= i; k++)
                        sum += g->left[i * g->holes + k] * f->noise[k];
                sum = m->centre[j] + sum * m->spread[j];
                if (f->rows->columns[j].wanted)
                        f->rows->columns[j].numbers[row] = isfinite(sum) ? sum : m->centre[j];
        }
}

static void fill_patterns(struct filling *f, const tamis_em_patterns *patterns) {
        for (size_t i = 0; i < patterns->n; i++) {
                tamis_em_look(f->m, f->rows, patterns->rows[patterns->begin[i]], &f->g);
                if (f->g.holes == 0)
                        continue;
                tamis_em_regress(f->m, &f->g);
                if (f->m->draw)
                        take_root(&f->g);
                for (size_t k = patterns->begin[i]; k < patterns->begin[i + 1]; k++)
                        fill_row(f, patterns->rows[k]);
        }
}

static int fill_normal(const tamis_em *m, tamis_frame *rows, tamis_error *err) {
        struct filling f = { .m = m, .rows = rows };
        tamis_em_patterns patterns = {0};
        int r = tamis_em_sort(m, rows, &patterns, err);

        if (r == 0)
                r = tamis_em_regression_init(&f.g, m->p, err);
        f.column = malloc((m->p + 1) * sizeof *f.column);
        f.x = malloc((m->p + 1) * sizeof *f.x);
        f.noise = malloc((m->p + 1) * sizeof *f.noise);
        if (r == 0 && (!f.column || !f.x || !f.noise))
                r = tamis_fail_memory(err);
        if (r == 0) {
                for (size_t j = 0; j < m->n; j++)
                        if (m->place[j] >= 0)
                                f.column[m->place[j]] = j;
                fill_patterns(&f, &patterns);
        }
        tamis_em_regression_done(&f.g);
        tamis_em_patterns_done(&patterns);
        free(f.column);
        free(f.x);
        free(f.noise);
        return r;
}

static int em_fill(const void *model, size_t which, tamis_frame *rows, tamis_error *err) {
        const tamis_em *m = model;

        for (size_t j = 0; j < m->n; j++) {
                tamis_frame_column *c = &rows->columns[j];

                /* constant, or nothing observed: NaN again */
                for (size_t row = 0; m->place[j] < 0 && c->numbers && c->wanted && row < rows->rows; row++)
                        c->numbers[row] = isnan(c->numbers[row]) ? m->centre[j] : c->numbers[row];
        }
        return m->p > 0 && rows->rows > 0 ? fill_normal(m, rows, err) : 0;
}

/* -- saving -------------------------------------------------------------------------------------------------------- */

/* Columns as they are in the frame; covariance: of those with a spread, the lower half row by row. */
static int em_save(const void *model, json_t *into, tamis_error *err) {
        const tamis_em *m = model;
        json_t *columns = tamis_json_child(into, "columns", json_array()), *covariance;
        char seed[24];
        int r = columns ? 0 : -1;

        snprintf(seed, sizeof seed, "%llu", (unsigned long long) m->seed);
        r |= json_object_set_new(into, "draw", json_boolean(m->draw));
        r |= json_object_set_new(into, "seed", json_string(seed));      /* whole numbers end at 2^63 */
        r |= json_object_set_new(into, "purpose", json_string(m->purpose));
        for (size_t j = 0; j < m->n; j++) {
                json_t *one = tamis_json_child(columns, NULL, json_object());

                r |= one ? 0 : -1;
                if (isnan(m->centre[j]))
                        continue;
                r |= json_object_set_new(one, "centre", tamis_json_number(m->centre[j]));
                if (m->place[j] < 0)
                        continue;
                r |= json_object_set_new(one, "spread", tamis_json_number(m->spread[j]));
                r |= json_object_set_new(one, "mean", tamis_json_number(m->mean[m->place[j]]));
        }
        covariance = tamis_json_child(into, "covariance", json_array());
        for (size_t a = 0; a < m->p; a++)
                for (size_t b = 0; b <= a; b++)
                        r |= json_array_append_new(covariance, tamis_json_number(m->covariance[a * m->p + b]));
        return r < 0 || !covariance ? tamis_fail_memory(err) : 0;
}

static int load_column(tamis_em *m, size_t j, const json_t *one, tamis_type type, double *mean, tamis_error *err) {
        int r;

        if (json_object_size(one) == 0)
                return 0;
        if (type != TAMIS_TYPE_NUMERIC)
                return tamis_fail(err, TAMIS_BAD_MODEL, "\"columns\": a mean for what is no number");
        r = tamis_json_real(one, "centre", &m->centre[j], err);
        if (r < 0 || !json_object_get(one, "spread"))
                return r;
        r = tamis_json_real(one, "spread", &m->spread[j], err);
        if (r == 0)
                r = tamis_json_real(one, "mean", &mean[m->p], err);
        if (r == 0 && !(m->spread[j] > 0))
                r = tamis_fail(err, TAMIS_BAD_MODEL, "\"spread\" is not above 0");
        m->place[j] = (long) m->p++;
        return r;
}

static int load_covariance(tamis_em *m, const json_t *from, const double *mean, tamis_error *err) {
        const json_t *covariance;
        int r = tamis_json_array(from, "covariance", m->p * (m->p + 1) / 2, &covariance, err);
        size_t at = 0;

        if (r == 0)
                r = make_normal(m, err);
        for (size_t a = 0; r == 0 && a < m->p; a++) {
                m->mean[a] = mean[a];
                for (size_t b = 0; r == 0 && b <= a; b++) {
                        const json_t *x = json_array_get(covariance, at++);

                        if (!json_is_number(x) || (a == b && json_number_value(x) < 0))
                                r = tamis_fail(err, TAMIS_BAD_MODEL, "\"covariance\" is damaged");
                        m->covariance[a * m->p + b] = m->covariance[b * m->p + a] = json_number_value(x);
                }
        }
        return r;
}

static int load_model(tamis_em *m, const json_t *from, const tamis_frame *shape, tamis_error *err) {
        double *mean = calloc(shape->n + 1, sizeof *mean);
        const json_t *columns;
        int r = mean ? tamis_json_array(from, "columns", shape->n, &columns, err) : tamis_fail_memory(err);

        m->draw = json_is_true(json_object_get(from, "draw"));
        for (size_t j = 0; r == 0 && j < shape->n; j++)
                r = load_column(m, j, json_array_get(columns, j), shape->columns[j].type, mean, err);
        if (r == 0)
                r = load_covariance(m, from, mean, err);
        free(mean);
        return r;
}

static int em_load(const json_t *from, const tamis_frame *shape, void **ret, tamis_error *err) {
        const char *purpose, *seed;
        tamis_em *m;
        int r = tamis_json_text(from, "seed", &seed, NULL, err);

        if (r == 0)
                r = tamis_json_text(from, "purpose", &purpose, NULL, err);
        if (r < 0)
                return r;
        m = em_new(shape->n, strtoull(seed, NULL, 10), purpose);
        r = m ? load_model(m, from, shape, err) : tamis_fail_memory(err);
        if (r < 0) {
                em_free(m);
                return r;
        }
        *ret = m;
        return 0;
}

static int em_report(const void *model, json_t *into, tamis_error *err) {
        const tamis_em *m = model;
        json_t *trace;
        int r = 0;

        if (!m->ran)
                return 0;
        r |= json_object_set_new(into, "iterations", json_integer((json_int_t) m->iterations));
        r |= json_object_set_new(into, "converged", json_boolean(m->converged));
        r |= json_object_set_new(into, "patterns", json_integer((json_int_t) m->patterns));
        r |= json_object_set_new(into, "ridge", json_boolean(m->ridged > 0));
        trace = tamis_json_child(into, "log_likelihood", json_array());
        for (size_t i = 0; i < m->n_trace; i++)
                if (isfinite(m->trace[i]))
                        r |= json_array_append_new(trace, tamis_json_figure(m->trace[i]));
        return r < 0 || !trace ? tamis_fail_memory(err) : 0;
}

static const char *const options[] = { "tol", "max-iter", "draw", NULL };

const tamis_joint tamis_joint_em = {
        .base = {
                .name = "em",
                .summary = "what is expected of a number given the others, all being normal together",
                .source = "EM for the multivariate normal (Dempster, Laird & Rubin 1977; Schafer 1997)",
        },
        .takes = 1U << TAMIS_TYPE_NUMERIC,
        .instead = "iterative, knn, forest or mice",
        .options = options,
        .random = true,
        .why = "nothing was observed in the column",
        .fit = em_fit,
        .fill = em_fill,
        .save = em_save,
        .load = em_load,
        .report = em_report,
        .free = em_free,
};
