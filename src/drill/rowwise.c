/* Functions of one row at a time. */
#include "drill/values.h"

typedef double compute_one(const double *x, size_t n);

enum { MOST = 40 };

/* Missing where an argument is. */
static int each(const tamis_drill_call *call, compute_one *one, tamis_drill_column *ret, tamis_error *err) {
        int r = tamis_drill_want_numbers(call, err);

        if (r == 0)
                r = tamis_drill_numbers_new(call, call->rows, ret, err);
        for (size_t row = 0; r == 0 && row < call->rows; row++) {
                bool missing = false;
                double x[MOST];

                for (size_t i = 0; i < call->n; i++) {
                        x[i] = tamis_drill_number(&call->arguments[i], row);
                        missing |= isnan(x[i]);
                }
                ret->number[row] = missing ? NAN : one(x, call->n);
        }
        return r;
}

static double exp_one(const double *x, size_t n) { return exp(x[0]); }
static double log_one(const double *x, size_t n) { return log(x[0]); }
static double log10_one(const double *x, size_t n) { return log10(x[0]); }
static double sqrt_one(const double *x, size_t n) { return sqrt(x[0]); }
static double abs_one(const double *x, size_t n) { return fabs(x[0]); }
static double sign_one(const double *x, size_t n) { return (x[0] > 0) - (x[0] < 0); }
static double floor_one(const double *x, size_t n) { return floor(x[0]); }
static double ceil_one(const double *x, size_t n) { return ceil(x[0]); }
static double sin_one(const double *x, size_t n) { return sin(x[0]); }
static double cos_one(const double *x, size_t n) { return cos(x[0]); }
static double logistic_one(const double *x, size_t n) { return 1 / (1 + exp(-x[0])); }
static double logit_one(const double *x, size_t n) { return log(x[0] / (1 - x[0])); }
static double clamp_one(const double *x, size_t n) { return fmax(x[1], fmin(x[2], x[0])); }

static double round_one(const double *x, size_t n) {
        double scale = n > 1 ? pow(10, floor(x[1])) : 1;

        return floor(x[0] * scale + .5) / scale;
}

static double least_one(const double *x, size_t n) {
        double ret = x[0];

        for (size_t i = 1; i < n; i++)
                ret = fmin(ret, x[i]);
        return ret;
}

static double greatest_one(const double *x, size_t n) {
        double ret = x[0];

        for (size_t i = 1; i < n; i++)
                ret = fmax(ret, x[i]);
        return ret;
}

#define EACH(name) \
        static int do_##name(const tamis_drill_call *call, tamis_drill_column *ret, tamis_error *err) { \
                return each(call, name##_one, ret, err); \
        }
EACH(exp)
EACH(log)
EACH(log10)
EACH(sqrt)
EACH(abs)
EACH(sign)
EACH(floor)
EACH(ceil)
EACH(sin)
EACH(cos)
EACH(logistic)
EACH(logit)
EACH(clamp)
EACH(round)
EACH(least)
EACH(greatest)

static int do_ismissing(const tamis_drill_call *call, tamis_drill_column *ret, tamis_error *err) {
        const tamis_drill_column *x = &call->arguments[0];
        int r = tamis_drill_numbers_new(call, call->rows, ret, err);

        for (size_t row = 0; r == 0 && row < call->rows; row++)
                ret->number[row] = tamis_drill_is_missing(x, row);
        return r;
}

/* Of each row the cell of a, of b (1), or none (-1): `which` says. */
static int choose(const tamis_drill_call *call, const tamis_drill_column *a, const tamis_drill_column *b,
                  int (*which)(const tamis_drill_call *call, size_t row), tamis_drill_column *ret, tamis_error *err) {
        bool text = a->text || b->text;
        int r;

        if (a->text != b->text && !tamis_drill_is_nothing(a) && !tamis_drill_is_nothing(b))
                return tamis_fail(err, TAMIS_BAD_DATA, "a text in one case and a number in the other");
        r = text ? tamis_drill_texts_new(call, call->rows, ret, err)
                 : tamis_drill_numbers_new(call, call->rows, ret, err);
        for (size_t row = 0; r == 0 && row < call->rows; row++) {
                int from = which(call, row);
                const tamis_drill_column *c = from == 0 ? a : b;

                if (text)
                        ret->texts[row] = from < 0 ? NULL : tamis_drill_text(c, row);
                else
                        ret->number[row] = from < 0 ? NAN : tamis_drill_number(c, row);
        }
        return r;
}

static int by_condition(const tamis_drill_call *call, size_t row) {
        double x = tamis_drill_number(&call->arguments[0], row);

        return isnan(x) ? -1 : x == 0;
}

static int do_if(const tamis_drill_call *call, tamis_drill_column *ret, tamis_error *err) {
        int r = tamis_drill_want_number(call, 0, err);

        return r < 0 ? r : choose(call, &call->arguments[1], &call->arguments[2], by_condition, ret, err);
}

static int by_presence(const tamis_drill_call *call, size_t row) {
        return tamis_drill_is_missing(&call->arguments[0], row);
}

static int do_coalesce(const tamis_drill_call *call, tamis_drill_column *ret, tamis_error *err) {
        return choose(call, &call->arguments[0], &call->arguments[1], by_presence, ret, err);
}

const tamis_drill_function tamis_drill_rowwise[] = {
        { "if", 3, 3, do_if, false, 0 },
        { "exp", 1, 1, do_exp, false, 0 },
        { "log", 1, 1, do_log, false, 0 },
        { "log10", 1, 1, do_log10, false, 0 },
        { "sqrt", 1, 1, do_sqrt, false, 0 },
        { "abs", 1, 1, do_abs, false, 0 },
        { "sign", 1, 1, do_sign, false, 0 },
        { "floor", 1, 1, do_floor, false, 0 },
        { "ceil", 1, 1, do_ceil, false, 0 },
        { "round", 1, 2, do_round, false, 0 },
        { "sin", 1, 1, do_sin, false, 0 },
        { "cos", 1, 1, do_cos, false, 0 },
        { "logistic", 1, 1, do_logistic, false, 0 },
        { "logit", 1, 1, do_logit, false, 0 },
        { "clamp", 3, 3, do_clamp, false, 0 },
        { "least", 1, MOST, do_least, false, 0 },
        { "greatest", 1, MOST, do_greatest, false, 0 },
        { "ismissing", 1, 1, do_ismissing, false, 0 },
        { "coalesce", 2, 2, do_coalesce, false, 0 },
        { NULL, 0, 0, NULL, false, 0 },
};
