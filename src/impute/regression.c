/* The strategy: the prediction, or (--stochastic) the prediction and a draw of its error, a category by its probabilities. */
#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_randist.h>

#include <tamis/random.h>

#include "fit/logistic.h"
#include "impute/regression.h"

static void regression_free(void *model) {
        tamis_regression *m = model;

        if (!m)
                return;
        for (size_t j = 0; m->columns && j < m->n; j++) {
                free(m->columns[j].place);
                free(m->columns[j].class);
                free(m->columns[j].b);
        }
        free(m->columns);
        free(m->purpose);
        free(m);
}

static tamis_regression *regression_new(size_t n, uint64_t seed, const char *purpose) {
        tamis_regression *m = calloc(1, sizeof *m);

        if (!m)
                return NULL;
        m->n = n;
        m->q = 1;
        m->seed = seed;
        m->columns = calloc(n + 1, sizeof *m->columns);
        m->purpose = strdup(purpose);
        if (!m->columns || !m->purpose) {
                regression_free(m);
                return NULL;
        }
        for (size_t j = 0; j < n; j++) {
                m->columns[j].centre = NAN;
                m->columns[j].mode = -1;
        }
        return m;
}

static int regression_fit(const tamis_frame *train, const tamis_fit *fit, void **ret, tamis_error *err) {
        tamis_regression *m = regression_new(train->n, fit->context->seed, fit->purpose);
        int r;

        if (!m)
                return tamis_fail_memory(err);
        m->stochastic = tamis_settings_flag(fit->context->settings, "stochastic");
        m->ran = true;
        r = tamis_regression_run(m, train, fit->context->pool, err);
        if (r < 0) {
                regression_free(m);
                return r;
        }
        for (size_t j = 0; j < m->n; j++)
                if (m->columns[j].fitted && m->columns[j].k == 1 && m->q > 1 && train->columns[j].missing > 0)
                        tamis_warn(fit->context, "regression: column \"%s\" has %zu levels, more than %d: it is not modelled, its "
                                   "holes get %s", train->columns[j].name, m->columns[j].classes, TAMIS_REGRESSION_CLASSES,
                                   m->stochastic ? "one of the observed" : "the most frequent");
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
                best = f->p[i] > f->p[best] ? i : best;
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

/* -- saving -------------------------------------------------------------------------------------------------------- */

static int save_reals(json_t *into, const char *key, const double *x, size_t n) {
        json_t *all = tamis_json_child(into, key, json_array());
        int r = all ? 0 : -1;

        for (size_t i = 0; r == 0 && i < n; i++)
                r = json_array_append_new(all, tamis_json_number(x[i]));
        return r;
}

static int save_codes(json_t *into, const char *key, const int32_t *x, size_t n) {
        json_t *all = tamis_json_child(into, key, json_array());
        int r = all ? 0 : -1;

        for (size_t i = 0; r == 0 && i < n; i++)
                r = json_array_append_new(all, json_integer(x[i]));
        return r;
}

static int save_column(const tamis_regression_column *c, bool number, json_t *one) {
        int r = 0;

        if (number) {
                if (isnan(c->centre))
                        return 0;
                r |= json_object_set_new(one, "centre", tamis_json_number(c->centre));
                r |= json_object_set_new(one, "spread", tamis_json_number(c->spread));
                if (c->fitted)
                        r |= json_object_set_new(one, "sd", tamis_json_number(c->sd));
        } else {
                if (c->mode < 0)
                        return 0;
                r |= json_object_set_new(one, "mode", json_integer(c->mode));
                r |= save_codes(one, "places", c->place, c->levels);
                r |= save_codes(one, "classes", c->class, c->classes);
        }
        if (c->fitted)
                r |= save_reals(one, "coefficients", c->b, number ? c->k : (c->classes - 1) * c->k);
        return r;
}

/* Columns as they are in the frame; coefficients: all places of the code, for each class but the first; or one for each,
 * where there is no model. */
static int regression_save(const void *model, json_t *into, tamis_error *err) {
        const tamis_regression *m = model;
        json_t *columns = tamis_json_child(into, "columns", json_array());
        int r = columns ? 0 : -1;

        r |= json_object_set_new(into, "stochastic", json_boolean(m->stochastic));
        r |= json_object_set_new(into, "seed", json_integer((json_int_t) m->seed));
        r |= json_object_set_new(into, "purpose", json_string(m->purpose));
        for (size_t j = 0; r == 0 && j < m->n; j++) {
                json_t *one = tamis_json_child(columns, NULL, json_object());

                r = one ? save_column(&m->columns[j], !m->columns[j].class, one) : -1;
        }
        return r < 0 ? tamis_fail_memory(err) : 0;
}

/* An array of whole numbers from `least` to below `most`. */
static int load_codes(const json_t *from, const char *key, size_t n, json_int_t least, size_t most, int32_t **ret, size_t *n_ret,
                      tamis_error *err) {
        const json_t *all;
        int r = tamis_json_array(from, key, n, &all, err);

        if (r < 0)
                return r;
        *n_ret = json_array_size(all);
        *ret = malloc((*n_ret + 1) * sizeof **ret);
        if (!*ret)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < *n_ret; i++) {
                const json_t *x = json_array_get(all, i);

                if (!json_is_integer(x) || json_integer_value(x) < least || json_integer_value(x) >= (json_int_t) most)
                        return tamis_fail(err, TAMIS_BAD_MODEL, "\"%s\" is damaged", key);
                (*ret)[i] = (int32_t) json_integer_value(x);
        }
        return 0;
}

static int load_category(tamis_regression_column *c, const json_t *one, tamis_error *err) {
        size_t places;
        uint64_t mode;
        int r = tamis_json_count(one, "mode", &mode, err);

        if (r == 0 && mode >= c->levels)
                r = tamis_fail(err, TAMIS_BAD_MODEL, "\"mode\" is no level");
        if (r == 0)
                r = load_codes(one, "places", c->levels, -1, c->levels, &c->place, &places, err);
        if (r == 0)
                r = load_codes(one, "classes", SIZE_MAX, 0, c->levels, &c->class, &c->classes, err);
        if (r < 0)
                return r;
        c->mode = (int32_t) mode;
        for (size_t i = 0; i < places; i++)
                c->width = c->place[i] >= (int32_t) c->width ? (size_t) c->place[i] + 1 : c->width;
        return 0;
}

static int load_coding(tamis_regression_column *c, const json_t *one, const tamis_frame_column *shape, tamis_error *err) {
        int r;

        if (json_object_size(one) == 0)
                return 0;
        if (shape->type != TAMIS_TYPE_NUMERIC) {
                c->levels = shape->levels;
                return load_category(c, one, err);
        }
        r = tamis_json_real(one, "centre", &c->centre, err);
        if (r == 0)
                r = tamis_json_real(one, "spread", &c->spread, err);
        if (r == 0 && c->spread < 0)
                r = tamis_fail(err, TAMIS_BAD_MODEL, "\"spread\" is below 0");
        if (r == 0 && json_object_get(one, "sd"))
                r = tamis_json_real(one, "sd", &c->sd, err);
        c->width = c->spread > 0;
        return r;
}

static int load_coefficients(const tamis_regression *m, tamis_regression_column *c, bool number, const json_t *one,
                             tamis_error *err) {
        const json_t *all = json_object_get(one, "coefficients");
        size_t n = number ? 1 : c->classes - 1;

        if (!all)
                return 0;
        c->fitted = true;
        c->k = !number && json_array_size(all) == n ? 1 : m->q;
        if ((number ? c->spread == 0 : c->classes < 2) || !json_is_array(all) || json_array_size(all) != n * c->k)
                return tamis_fail(err, TAMIS_BAD_MODEL, "\"coefficients\" are not as many as there must be");
        c->b = malloc((n * c->k + 1) * sizeof *c->b);
        if (!c->b)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < n * c->k; i++) {
                if (!json_is_number(json_array_get(all, i)))
                        return tamis_fail(err, TAMIS_BAD_MODEL, "\"coefficients\" are numbers");
                c->b[i] = json_number_value(json_array_get(all, i));
        }
        return 0;
}

static int load_model(tamis_regression *m, const json_t *from, const tamis_frame *shape, tamis_error *err) {
        const json_t *columns;
        int r = tamis_json_array(from, "columns", shape->n, &columns, err);

        m->stochastic = json_is_true(json_object_get(from, "stochastic"));
        for (size_t j = 0; r == 0 && j < m->n; j++) {
                r = load_coding(&m->columns[j], json_array_get(columns, j), &shape->columns[j], err);
                m->columns[j].at = m->q;
                m->q += m->columns[j].width;
        }
        for (size_t j = 0; r == 0 && j < m->n; j++)
                r = load_coefficients(m, &m->columns[j], shape->columns[j].type == TAMIS_TYPE_NUMERIC, json_array_get(columns, j), err);
        return r;
}

static int regression_load(const json_t *from, const tamis_frame *shape, void **ret, tamis_error *err) {
        const char *purpose;
        uint64_t seed;
        tamis_regression *m;
        int r = tamis_json_count(from, "seed", &seed, err);

        if (r == 0)
                r = tamis_json_text(from, "purpose", &purpose, NULL, err);
        if (r < 0)
                return r;
        m = regression_new(shape->n, seed, purpose);
        r = m ? load_model(m, from, shape, err) : tamis_fail_memory(err);
        if (r < 0) {
                regression_free(m);
                return r;
        }
        *ret = m;
        return 0;
}

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
                r |= json_object_set_new(one, "r_squared", tamis_json_number(c->explained));
                r |= json_object_set_new(one, "residual_sd", tamis_json_number(c->sd * c->spread));
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
        .save = regression_save,
        .load = regression_load,
        .report = regression_report,
        .free = regression_free,
};
