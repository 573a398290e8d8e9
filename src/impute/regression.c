/* The strategy: the prediction, or (--stochastic) the prediction and a draw of its error, a category by its
 * probabilities. */
#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_randist.h>

#include <tamis/random.h>

#include "fit/logistic.h"
#include "impute/regression.h"

/* Scores this near are equal: coefficients are not known any better. */
static const double EQUAL = 1e-9;

static int regression_fit(const tamis_frame *train, const tamis_fit *fit, void **ret, tamis_error *err) {
        tamis_regression *m = tamis_regression_new(train->n, fit->context->seed, fit->purpose);
        int r;

        if (!m)
                return tamis_fail_memory(err);
        m->stochastic = tamis_settings_flag(fit->context->settings, "stochastic");
        m->ran = true;
        r = tamis_regression_run(m, train, fit->context->pool, err);
        if (r < 0) {
                tamis_regression_free(m);
                return r;
        }
        for (size_t j = 0; j < m->n; j++) {
                const tamis_regression_column *c = &m->columns[j];

                if (c->fitted && c->classes > TAMIS_REGRESSION_CLASSES && train->columns[j].missing > 0)
                        tamis_warn(fit->context, "regression: column \"%s\" has %zu levels, more than %d: it is not "
                                   "modelled, its holes get %s", train->columns[j].name, c->classes,
                                   TAMIS_REGRESSION_CLASSES,
                                   m->stochastic ? "one of the observed" : "the most frequent");
        }
        *ret = m;
        return 0;
}

/* -- filling ------------------------------------------------------------------------------------------------------- */

struct filling {
        const tamis_regression *m;
        tamis_frame *rows;
        uint64_t *name;                 /* per column, its hash */
        double *code;                   /* q */
        double *p;                      /* classes */
};

static double score(const double *b, const double *code, size_t k) {
        double sum = 0;

        for (size_t a = 0; a < k; a++)
                sum += b[a] * code[a];
        return sum;
}

static double predict(const struct filling *f, size_t j, size_t row) {
        const tamis_regression_column *c = &f->m->columns[j];
        double x = c->spread > 0 && c->b ? score(c->b, f->code, c->k) : 0;

        if (f->m->stochastic && c->sd > 0) {
                tamis_stream s;

                tamis_stream_init(&s, f->m->seed, f->m->purpose, f->rows->keys[row], f->name[j]);
                x += gsl_ran_gaussian(&s.rng, c->sd);
        }
        x = c->centre + x * c->spread;
        return isfinite(x) ? x : c->centre;
}

/* The most probable class, of equal ones the first; or one by its probability. */
static int32_t classify(const struct filling *f, size_t j, size_t row) {
        const tamis_regression_column *c = &f->m->columns[j];
        size_t best = 0;
        double place;
        tamis_stream s;

        if (!c->fitted)
                return c->mode;
        f->p[0] = 0;
        for (size_t i = 1; i < c->classes; i++) {
                f->p[i] = fmin(fmax(score(c->b + (i - 1) * c->k, f->code, c->k), -1e100), 1e100);
                best = f->p[i] > f->p[best] + EQUAL ? i : best;
        }
        if (!f->m->stochastic)
                return c->class[best];
        tamis_softmax(f->p, c->classes);
        tamis_stream_init(&s, f->m->seed, f->m->purpose, f->rows->keys[row], f->name[j]);
        place = tamis_stream_uniform(&s);
        for (size_t i = 0; i < c->classes; i++) {
                place -= f->p[i];
                if (place < 0)
                        return c->class[i];
        }
        return c->class[best];
}

static void fill_row(const struct filling *f, size_t row) {
        bool coded = false;

        for (size_t j = 0; j < f->m->n; j++) {
                tamis_frame_column *c = &f->rows->columns[j];

                if (!c->wanted || (c->numbers ? !isnan(c->numbers[row]) : c->codes[row] != TAMIS_CODE_MISSING))
                        continue;
                if (c->numbers ? isnan(f->m->columns[j].centre) : f->m->columns[j].mode < 0)
                        continue;
                /* before anything is put in: what is predicted does not predict */
                if (!coded)
                        tamis_regression_encode(f->m, f->rows, row, f->code);
                coded = true;
                if (c->numbers)
                        c->numbers[row] = predict(f, j, row);
                else
                        c->codes[row] = classify(f, j, row);
        }
}

static int regression_fill(const void *model, size_t which, tamis_frame *rows, tamis_error *err) {
        const tamis_regression *m = model;
        struct filling f = { .m = m, .rows = rows };
        size_t most = 1;
        int r;

        for (size_t j = 0; j < m->n; j++)
                most = m->columns[j].classes > most ? m->columns[j].classes : most;
        f.name = malloc((m->n + 1) * sizeof *f.name);
        f.code = malloc(m->q * sizeof *f.code);
        f.p = malloc(most * sizeof *f.p);
        r = f.name && f.code && f.p ? 0 : tamis_fail_memory(err);
        for (size_t j = 0; r == 0 && j < m->n; j++)
                f.name[j] = tamis_slice_hash(tamis_slice_of(rows->columns[j].name));
        for (size_t row = 0; r == 0 && row < rows->rows; row++)
                fill_row(&f, row);
        free(f.name);
        free(f.code);
        free(f.p);
        return r;
}

/* -- telling ------------------------------------------------------------------------------------------------------- */

/* How well each column follows from the others, in those of its rows that are observed. */
static int regression_report(const void *model, json_t *into, tamis_error *err) {
        const tamis_regression *m = model;
        json_t *columns;
        int r = 0;

        if (!m->ran)
                return 0;
        columns = tamis_json_child(into, "columns", json_array());
        for (size_t j = 0; r == 0 && j < m->n; j++) {
                const tamis_regression_column *c = &m->columns[j];
                json_t *one;

                if (!c->fitted || c->class)
                        continue;
                one = tamis_json_child(columns, NULL, json_object());
                r |= json_object_set_new(one, "place", json_integer((json_int_t) j));
                r |= json_object_set_new(one, "rows", json_integer((json_int_t) c->rows));
                r |= json_object_set_new(one, "r_squared", tamis_json_figure(c->explained));
                r |= json_object_set_new(one, "residual_sd", tamis_json_figure(c->sd * c->spread));
                r |= json_object_set_new(one, "ridge", json_boolean(c->ridge));
        }
        return r < 0 || !columns ? tamis_fail_memory(err) : 0;
}

static const char *const options[] = { "stochastic", NULL };

const tamis_joint tamis_joint_regression = {
        .base = {
                .name = "regression",
                .summary = "one regression on all other columns, linear or logistic",
                .source = "least squares; logistic and multinomial regression by maximum likelihood",
        },
        .takes = 1U << TAMIS_TYPE_NUMERIC | 1U << TAMIS_TYPE_CATEGORICAL,
        .instead = "mode",
        .options = options,
        .random = true,
        .why = "nothing was observed in the column",
        .fit = regression_fit,
        .fill = regression_fill,
        .save = tamis_regression_save,
        .load = tamis_regression_load,
        .report = regression_report,
        .free = tamis_regression_free,
};
