/* Draws: each row has a stream of its own, keyed by what the draw is for, so that no other column or row changes it. */
#include <stdlib.h>

#include <gsl/gsl_randist.h>

#include <tamis/random.h>

#include "drill/values.h"

typedef double draw_one(const gsl_rng *rng, const double *x, size_t n);

static int no_such(const tamis_drill_call *call, size_t row, const double *x, tamis_error *err) {
        if (call->n == 1)
                return tamis_fail(err, TAMIS_BAD_DATA, "row %zu: there is no %s(%g)", row + 1, call->name, x[0]);
        return tamis_fail(err, TAMIS_BAD_DATA, "row %zu: there is no %s(%g, %g)", row + 1, call->name, x[0], x[1]);
}

/* `x` are the arguments in this row, none of them missing. */
static int draw(const tamis_drill_call *call, draw_one *one, tamis_drill_column *ret, tamis_error *err) {
        int r = tamis_drill_want_numbers(call, err);
        double x[4];

        if (r == 0)
                r = tamis_drill_numbers_new(call, call->rows, ret, err);
        for (size_t row = 0; r == 0 && row < call->rows; row++) {
                bool missing = false;
                tamis_stream s;

                for (size_t i = 0; i < call->n; i++) {
                        x[i] = tamis_drill_number(&call->arguments[i], row);
                        missing |= isnan(x[i]);
                }
                tamis_stream_init(&s, call->scope->world->seed, call->key, 0, row);
                ret->number[row] = missing ? NAN : one(&s.rng, x, call->n);
                if (!missing && !isfinite(ret->number[row]))
                        r = no_such(call, row, x, err);
        }
        return r;
}

static double normal_one(const gsl_rng *rng, const double *x, size_t n) {
        return x[0] + gsl_ran_gaussian_ziggurat(rng, 1) * x[1];
}

static double uniform_one(const gsl_rng *rng, const double *x, size_t n) {
        return x[0] + (x[1] - x[0]) * gsl_rng_uniform(rng);
}

static double integer_one(const gsl_rng *rng, const double *x, size_t n) {
        double low = ceil(x[0]), high = floor(x[1]);

        return high < low ? NAN : fmin(high, low + floor((high - low + 1) * gsl_rng_uniform(rng)));
}

static double bernoulli_one(const gsl_rng *rng, const double *x, size_t n) {
        return gsl_rng_uniform(rng) < x[0];
}

static double poisson_one(const gsl_rng *rng, const double *x, size_t n) {
        return x[0] >= 0 && x[0] < 1e9 ? gsl_ran_poisson(rng, x[0]) : NAN;
}

static double exponential_one(const gsl_rng *rng, const double *x, size_t n) {
        return gsl_ran_exponential(rng, x[0]);
}

static double lognormal_one(const gsl_rng *rng, const double *x, size_t n) {
        return exp(normal_one(rng, x, n));
}

static double student_one(const gsl_rng *rng, const double *x, size_t n) {
        return x[0] > 0 ? gsl_ran_tdist(rng, x[0]) : NAN;
}

static double beta_one(const gsl_rng *rng, const double *x, size_t n) {
        return x[0] > 0 && x[1] > 0 ? gsl_ran_beta(rng, x[0], x[1]) : NAN;
}

/* 1..n with probabilities as 1 / k^s, by inversion of the sum: n is some thousands at most. */
static double zipf_one(const gsl_rng *rng, const double *x, size_t n) {
        double all = 0, left;

        if (!(x[0] >= 1 && x[0] <= 1e6))
                return NAN;
        for (double k = 1; k <= x[0]; k++)
                all += pow(k, -x[1]);
        left = all * gsl_rng_uniform(rng);
        for (double k = 1; k < x[0]; k++) {
                left -= pow(k, -x[1]);
                if (left < 0)
                        return k;
        }
        return floor(x[0]);
}

#define DRAW(name) \
        static int name(const tamis_drill_call *call, tamis_drill_column *ret, tamis_error *err) { \
                return draw(call, name##_one, ret, err); \
        }
DRAW(normal)
DRAW(uniform)
DRAW(integer)
DRAW(bernoulli)
DRAW(poisson)
DRAW(exponential)
DRAW(lognormal)
DRAW(student)
DRAW(beta)

static int zipf(const tamis_drill_call *call, tamis_drill_column *ret, tamis_error *err) {
        const tamis_drill_column *n = &call->arguments[0], *s = &call->arguments[1];
        double *below;
        tamis_stream stream;
        size_t most;
        int r = tamis_drill_want_numbers(call, err);

        if (r < 0 || n->n != 1 || s->n != 1 || !(n->number[0] >= 1 && n->number[0] <= 1e6))
                return r < 0 ? r : draw(call, zipf_one, ret, err);
        /* both constant: the sums once, and a search among them */
        most = (size_t) n->number[0];
        below = calloc(most, sizeof *below);
        if (!below)
                return tamis_fail_memory(err);
        for (size_t k = 0; k < most; k++)
                below[k] = (k > 0 ? below[k - 1] : 0) + pow((double) (k + 1), -s->number[0]);
        r = tamis_drill_numbers_new(call, call->rows, ret, err);
        for (size_t row = 0; r == 0 && row < call->rows; row++) {
                size_t low = 0, high = most - 1;
                double x;

                tamis_stream_init(&stream, call->scope->world->seed, call->key, 0, row);
                x = below[most - 1] * gsl_rng_uniform(&stream.rng);
                while (low < high) {
                        size_t middle = low + (high - low) / 2;

                        if (x < below[middle])
                                high = middle;
                        else
                                low = middle + 1;
                }
                ret->number[row] = (double) (low + 1);
        }
        free(below);
        return r;
}

/* Whether values are texts or numbers: of one kind, but for `missing`. */
static int values_of_choice(const tamis_drill_call *call, bool *text, tamis_error *err) {
        bool number = false;

        *text = false;
        if (call->n % 2 != 0)
                return tamis_fail(err, TAMIS_BAD_DATA,
                                  "values and their shares are needed in turn: choice('a', .5, 'b', .5)");
        for (size_t i = 0; i < call->n; i += 2) {
                *text |= call->arguments[i].text;
                number |= !call->arguments[i].text && !tamis_drill_is_nothing(&call->arguments[i]);
                if (call->arguments[i + 1].text || (*text && number))
                        return tamis_fail(err, TAMIS_BAD_DATA,
                                          "values and their shares are needed in turn, values of one kind: "
                                          "choice('a', .5, 'b', .5)");
        }
        return 0;
}

/* What the shares lack to 1, for they are rounded, goes to the last. A tenth is no rounding. */
static int check_shares(const tamis_drill_call *call, size_t row, bool *missing, tamis_error *err) {
        double all = 0;

        for (size_t i = 1; i < call->n; i += 2)
                all += tamis_drill_number(&call->arguments[i], row);
        *missing = isnan(all);
        if (!*missing && !(all > .9 && all < 1 + 1e-6))
                return tamis_fail(err, TAMIS_BAD_DATA, "row %zu: the shares come to %g, and should to 1", row + 1, all);
        return 0;
}

static int choice(const tamis_drill_call *call, tamis_drill_column *ret, tamis_error *err) {
        bool text, missing;
        int r = values_of_choice(call, &text, err);

        if (r < 0)
                return r;
        r = text ? tamis_drill_texts_new(call, call->rows, ret, err)
                 : tamis_drill_numbers_new(call, call->rows, ret, err);
        for (size_t row = 0; r == 0 && row < call->rows; row++) {
                size_t at = 0;
                double left;
                tamis_stream s;

                r = check_shares(call, row, &missing, err);
                tamis_stream_init(&s, call->scope->world->seed, call->key, 0, row);
                left = gsl_rng_uniform(&s.rng) - tamis_drill_number(&call->arguments[1], row);
                while (left >= 0 && at + 2 < call->n) {
                        at += 2;
                        left -= tamis_drill_number(&call->arguments[at + 1], row);
                }
                if (text)
                        ret->texts[row] = missing ? NULL : tamis_drill_text(&call->arguments[at], row);
                else
                        ret->number[row] = missing ? NAN : tamis_drill_number(&call->arguments[at], row);
        }
        return r;
}

struct place {
        double key;
        size_t row;
};

static int by_key(const void *a, const void *b) {
        const struct place *x = a, *y = b;

        return x->key != y->key ? (x->key < y->key ? -1 : 1) : (x->row > y->row) - (x->row < y->row);
}

static int shuffle(const tamis_drill_call *call, tamis_drill_column *ret, tamis_error *err) {
        const tamis_drill_column *x = &call->arguments[0];
        struct place *places = calloc(call->rows + 1, sizeof *places);
        int r = places ? 0 : tamis_fail_memory(err);

        if (r == 0)
                r = x->text ? tamis_drill_texts_new(call, call->rows, ret, err)
                            : tamis_drill_numbers_new(call, call->rows, ret, err);
        for (size_t row = 0; r == 0 && row < call->rows; row++) {
                tamis_stream s;

                tamis_stream_init(&s, call->scope->world->seed, call->key, 0, row);
                places[row] = (struct place) { gsl_rng_uniform(&s.rng), row };
        }
        if (r == 0 && call->rows > 1)
                qsort(places, call->rows, sizeof *places, by_key);
        for (size_t row = 0; r == 0 && row < call->rows; row++) {
                if (x->text)
                        ret->texts[row] = tamis_drill_text(x, places[row].row);
                else
                        ret->number[row] = tamis_drill_number(x, places[row].row);
        }
        free(places);
        return r;
}

const tamis_drill_function tamis_drill_draws[] = {
        { "normal", 2, 2, normal, true, 0 },
        { "uniform", 2, 2, uniform, true, 0 },
        { "integer", 2, 2, integer, true, 0 },
        { "bernoulli", 1, 1, bernoulli, true, 0 },
        { "poisson", 1, 1, poisson, true, 0 },
        { "exponential", 1, 1, exponential, true, 0 },
        { "lognormal", 2, 2, lognormal, true, 0 },
        { "student", 1, 1, student, true, 0 },
        { "beta", 2, 2, beta, true, 0 },
        { "zipf", 2, 2, zipf, true, 0 },
        { "choice", 4, 40, choice, true, 0 },
        { "shuffle", 1, 1, shuffle, true, 0 },
        { NULL, 0, 0, NULL, false, 0 },
};
