/* A weight for every train row, in a last column `_weight`. Rows that are not train get 1: no learner looks at it
 * there, and a column of numbers stays one. So does a train row whose target is missing. */
#include <math.h>
#include <stdlib.h>

#include "balance/weigh.h"

struct weigh {
        const tamis_weigher *weigher;
        tamis_weigh_options options;
        enum { AS_THEY_ARE, TO_MEAN, TO_SUM } normalize;
        bool by_row;            /* --cost-column */
        tamis_columns target, cost;
        tamis_labels labels;    /* counts alone */
        double *weights;        /* per class */
        tamis_moments costs;    /* by row */
        double scale;           /* by row */
        double effective;       /* (sum w)^2 / sum w^2 */
        long at;
};

static const char *const normalizings[] = { "none", "mean", "sum", NULL };

static const tamis_option options[] = {
        { "cost", 0, TAMIS_TEXT, "LIST", NULL, "cost: 'class=5,other=1'; a class that is not listed has 1" },
        { "cost-matrix", 0, TAMIS_FILE, "FILE", NULL,
          "cost: CSV with a row for each actual class and a column for each decided one" },
        { "cost-column", 0, TAMIS_SELECTION, "COL", NULL, "cost: the column that holds each row's cost; no target is "
                                                          "needed" },
        { "beta", 0, TAMIS_REAL, "B", "0.999", "effective: 0 (no weights) to below 1 (toward balanced)" },
        { "normalize", 0, TAMIS_CHOICE, "WHAT", "none", "mean: the weights of the train rows are 1 in the mean; sum: "
                                                        "1 in all",
          normalizings },
        { NULL },
};

static const tamis_strategy *const strategies[] = {
        &tamis_weigher_balanced.base, &tamis_weigher_cost.base, &tamis_weigher_effective.base,
};

static const tamis_strategy *const *list_strategies(size_t *n) {
        *n = sizeof strategies / sizeof *strategies;
        return strategies;
}

static int check_taken(const tamis_weigher *weigher, const tamis_settings *settings, tamis_error *err) {
        static const char *const sources[] = { "cost", "cost-matrix", "cost-column" };
        bool takes = weigher->takes & WEIGH_COST;
        size_t given = 0;

        for (size_t i = 0; i < 3; i++) {
                given += tamis_settings_given(settings, sources[i]);
                if (!takes && tamis_settings_given(settings, sources[i]))
                        return tamis_fail(err, TAMIS_USAGE, "-s %s takes no --%s (-s cost does)", weigher->base.name,
                                          sources[i]);
        }
        if (takes && given == 0)
                return tamis_fail(err, TAMIS_USAGE, "-s %s needs --cost 'class=number,...', --cost-matrix FILE or "
                                  "--cost-column COL",
                                  weigher->base.name);
        if (given > 1)
                return tamis_fail(err, TAMIS_USAGE, "--cost, --cost-matrix and --cost-column all say what a row "
                                  "costs: give one");
        if (!(weigher->takes & WEIGH_BETA) && tamis_settings_given(settings, "beta"))
                return tamis_fail(err, TAMIS_USAGE, "-s %s takes no --beta (-s effective does)", weigher->base.name);
        return 0;
}

static int configure(void *state, const tamis_context *context, tamis_error *err) {
        struct weigh *w = state;
        const tamis_settings *settings = context->settings;
        const char *costs = tamis_settings_text(settings, "cost");
        const tamis_strategy *found;
        int r = tamis_strategy_find(context->type, tamis_settings_text(settings, "strategy"), &found, err);

        if (r < 0)
                return r;
        w->weigher = (const tamis_weigher *) found;
        for (size_t i = 0; normalizings[i]; i++)
                if (strcmp(tamis_settings_text(settings, "normalize"), normalizings[i]) == 0)
                        w->normalize = (int) i;
        r = check_taken(w->weigher, settings, err);
        w->by_row = tamis_settings_given(settings, "cost-column");
        w->scale = 1;
        w->options.beta = tamis_settings_real(settings, "beta");
        if (r == 0 && !(w->options.beta >= 0 && w->options.beta < 1))
                return tamis_fail(err, TAMIS_USAGE, "--beta %s: from 0 to below 1",
                                  tamis_settings_text(settings, "beta"));
        return r == 0 && costs ? tamis_class_values_parse(&w->options.costs, costs, "--cost", err) : r;
}

static int bind_one(tamis_columns *columns, tamis_schema *schema, size_t at, tamis_error *err) {
        return tamis_columns_bind(columns, schema, &(tamis_selection) { .columns = &at, .n = 1 }, err);
}

static int bind(void *state, const tamis_context *context, tamis_schema *schema, tamis_error *err) {
        const char *matrix = tamis_settings_text(context->settings, "cost-matrix");
        struct weigh *w = state;
        size_t at;
        int r;

        if (w->by_row) {
                r = tamis_select_one(schema, tamis_settings_text(context->settings, "cost-column"), "--cost-column",
                                     &at, err);
                return r == 0 ? bind_one(&w->cost, schema, at, err) : r;
        }
        r = tamis_target(context, schema, &at, err);
        if (r == 0)
                r = bind_one(&w->target, schema, at, err);
        return r == 0 && matrix ? tamis_costs_read(&w->options.matrix, matrix, err) : r;
}

/* -- learning ------------------------------------------------------------------------------------------------------ */

struct partial {
        tamis_labels labels;
        tamis_moments costs;
};

/* The costs of a batch, train rows all of them known to be numbers of 0 or more. */
static int read_costs(const struct weigh *w, tamis_batch *batch, const double **ret, tamis_error *err) {
        size_t column = w->cost.at[0];
        int r = tamis_batch_numbers(batch, column, ret, err);

        for (size_t row = 0; r == 0 && row < batch->n_rows; row++) {
                tamis_slice text;

                if ((*ret)[row] >= 0 || !tamis_batch_is_train(batch, row))
                        continue;
                text = tamis_batch_text(batch, row, column);
                return tamis_batch_fail(batch, row, column, err, "\"%.*s\" is no cost: a number of 0 or more is needed",
                                        (int) text.n, text.n ? text.p : "");
        }
        return r;
}

static int learn(const void *state, void *partial, tamis_batch *batch, tamis_error *err) {
        const struct weigh *w = state;
        struct partial *p = partial;
        const double *costs;
        int r;

        if (!w->by_row)
                return tamis_labels_learn(&p->labels, batch, w->target.at[0], false, err);
        r = read_costs(w, batch, &costs, err);
        return r == 0 ? tamis_moments_add(&p->costs, costs, batch->n_rows, err) : r;
}

static int merge(void *state, void *partial, tamis_error *err) {
        struct weigh *w = state;
        struct partial *p = partial;

        return w->by_row ? tamis_moments_merge(&w->costs, &p->costs, err)
                : tamis_labels_merge(&w->labels, &p->labels, err);
}

static void partial_done(void *partial) {
        struct partial *p = partial;

        tamis_labels_done(&p->labels);
        tamis_moments_done(&p->costs);
}

static double scale_of(const struct weigh *w, double rows, double sum) {
        return w->normalize == TO_MEAN ? rows / sum : w->normalize == TO_SUM ? 1 / sum : 1;
}

static int check_sum(double sum, tamis_error *err) {
        return sum > 0 && !isinf(sum) ? 0 : tamis_fail(err, TAMIS_USAGE, "--cost: the weights add up to %g", sum);
}

/* Sums over classes, so that the order of rows cannot matter. */
static int measure(struct weigh *w, tamis_error *err) {
        double sum = 0, squares = 0, rows = 0, scale;
        int r;

        for (size_t c = 0; c < w->labels.n_classes; c++) {
                sum += (double) w->labels.counts[c] * w->weights[c];
                rows += (double) w->labels.counts[c];
        }
        r = check_sum(sum, err);
        if (r < 0)
                return r;
        scale = scale_of(w, rows, sum);
        for (size_t c = 0; c < w->labels.n_classes; c++) {
                w->weights[c] *= scale;
                squares += (double) w->labels.counts[c] * w->weights[c] * w->weights[c];
        }
        w->effective = sum * scale / squares * (sum * scale);
        return 0;
}

/* (sum w)^2 / sum w^2 = n / (1 + (sd / mean)^2), which no unit of the costs can make overflow */
static int measure_rows(struct weigh *w, tamis_error *err) {
        double mean = tamis_moments_mean(&w->costs), sd = tamis_moments_sd(&w->costs, 0), n = (double) w->costs.n;
        int r = check_sum(tamis_moments_sum(&w->costs), err);

        w->scale = scale_of(w, n, tamis_moments_sum(&w->costs));
        w->effective = n / (1 + sd / mean * (sd / mean));
        return r;
}

static int finish(void *state, const tamis_context *context, bool *again, tamis_error *err) {
        struct weigh *w = state;
        int r;

        if (w->by_row)
                return measure_rows(w, err);
        r = tamis_labels_settle(&w->labels, w->target.names[0], err);
        if (r < 0)
                return r;
        if (w->labels.n_classes < 2)
                return tamis_fail(err, TAMIS_BAD_DATA, "the target has one class only, \"%.*s\": there is nothing to "
                                  "balance", (int) w->labels.names[0].n, w->labels.names[0].p);
        w->weights = calloc(w->labels.n_classes, sizeof *w->weights);
        if (!w->weights)
                return tamis_fail_memory(err);
        r = w->weigher->weigh(&w->options, &w->labels, w->weights, err);
        if (r == 0)
                r = measure(w, err);
        if (r == 0 && w->labels.missing > 0)
                tamis_warn(context, "%llu train row%s without a \"%s\": given the weight 1",
                           (unsigned long long) w->labels.missing, w->labels.missing == 1 ? "" : "s",
                           w->target.names[0]);
        return r;
}

static int attach(void *state, const tamis_context *context, tamis_schema *schema, tamis_error *err) {
        struct weigh *w = state;
        int r = tamis_columns_attach(w->by_row ? &w->cost : &w->target, schema, err);

        if (r == 0)
                r = tamis_schema_add(schema, schema->n, tamis_slice_of("_weight"), TAMIS_TYPE_NUMERIC, err);
        w->at = (long) schema->n - 1;
        return r;
}

static int weigh_rows(const struct weigh *w, tamis_batch *batch, double *weights, tamis_error *err) {
        const double *costs;
        int r = read_costs(w, batch, &costs, err);

        for (size_t row = 0; r == 0 && row < batch->n_rows; row++)
                weights[row] = tamis_batch_is_train(batch, row) ? costs[row] * w->scale : 1;
        return r;
}

static int weigh_classes(const struct weigh *w, tamis_batch *batch, double *weights, tamis_error *err) {
        const uint8_t *missing;
        int r = tamis_batch_missing(batch, w->target.at[0], &missing, err);

        for (size_t row = 0; r == 0 && row < batch->n_rows; row++) {
                long class;

                weights[row] = 1;
                if (!tamis_batch_is_train(batch, row) || missing[row])
                        continue;
                class = tamis_labels_find(&w->labels, tamis_batch_text(batch, row, w->target.at[0]));
                if (class < 0)
                        r = tamis_batch_fail(batch, row, w->target.at[0], err, "a class that was not learned from");
                else
                        weights[row] = w->weights[class];
        }
        return r;
}

static int apply(void *state, tamis_batch *batch, tamis_error *err) {
        const struct weigh *w = state;
        /* not the batch's: it may be kept long */
        double *weights = malloc((batch->n_rows + 1) * sizeof *weights);
        int r = !weights ? tamis_fail_memory(err) : w->by_row ? weigh_rows(w, batch, weights, err)
                : weigh_classes(w, batch, weights, err);

        if (r == 0)
                r = tamis_batch_add_column(batch, (size_t) w->at, err);
        if (r == 0)
                r = tamis_batch_set_numbers(batch, (size_t) w->at, weights, err);
        free(weights);
        return r;
}

/* Elkan 2001, equation 2, with nothing to pay for being right: the rarer class is predicted from p >= t on. */
static double threshold(const struct weigh *w, size_t *positive) {
        *positive = w->labels.counts[1] < w->labels.counts[0];
        return w->weights[!*positive] / (w->weights[0] + w->weights[1]);
}

static int report(const void *state, json_t *into, tamis_error *err) {
        const struct weigh *w = state;
        json_t *classes;
        size_t positive;
        int r = json_object_set_new(into, "strategy", json_string(w->weigher->base.name));

        if (w->by_row) {
                r |= json_object_set_new(into, "rows", json_integer((json_int_t) w->costs.n));
                r |= json_object_set_new(into, "effective_rows", tamis_json_number(w->effective));
                return r < 0 ? tamis_fail_memory(err) : 0;
        }
        classes = tamis_json_child(into, "classes", json_array());
        r |= classes ? 0 : -1;
        for (size_t c = 0; w->weights && c < w->labels.n_classes; c++) {
                json_t *one = tamis_json_child(classes, NULL, json_object());

                r |= json_object_set_new(one, "class", tamis_json_bytes(w->labels.names[c]));
                r |= json_object_set_new(one, "rows", json_integer((json_int_t) w->labels.counts[c]));
                r |= json_object_set_new(one, "weight", tamis_json_number(w->weights[c]));
        }
        r |= json_object_set_new(into, "effective_rows", tamis_json_number(w->effective));
        r |= json_object_set_new(into, "rows_without_target", json_integer((json_int_t) w->labels.missing));
        if (w->weights && w->weigher->takes & WEIGH_COST && w->labels.n_classes == 2) {
                double t = threshold(w, &positive);
                json_t *one = tamis_json_child(into, "threshold", json_object());

                r |= json_object_set_new(one, "class", tamis_json_bytes(w->labels.names[positive]));
                r |= json_object_set_new(one, "predict_from", tamis_json_number(t));
        }
        return r < 0 ? tamis_fail_memory(err) : 0;
}

static void done(void *state) {
        struct weigh *w = state;

        tamis_class_values_done(&w->options.costs);
        tamis_costs_done(&w->options.matrix);
        tamis_moments_done(&w->costs);
        tamis_columns_done(&w->target);
        tamis_columns_done(&w->cost);
        tamis_labels_done(&w->labels);
        free(w->weights);
}

const tamis_step_type tamis_step_weigh = {
        .name = "weigh",
        .summary = "add a column of weights that even the classes out",
        .details =
                "A last column `_weight` holds what each train row counts for. Every other row gets 1, and so does a "
                "row whose target is missing. Most learners take such weights, and unlike resampling they neither "
                "invent nor lose rows. The report holds the effective number of rows, (sum w)^2 / sum w^2, and for two "
                "classes with costs the probability from which on predicting the rarer class is cheaper.",
        .options = options,
        .common = TAMIS_OPT_TARGET | TAMIS_OPT_STRATEGY | TAMIS_OPT_MISSING | TAMIS_OPT_PRECISION,
        .strategy = "balanced",
        .strategies = list_strategies,
        .examples =
                "tamis weigh -t Survived train.csv\n"
                "tamis weigh -t fraud -s cost --cost 'yes=20,no=1' --normalize mean train.csv\n"
                "tamis weigh -t species -s effective --beta 0.99 train.csv\n"
                "tamis weigh -s cost --cost-column amount train.csv\n",
        .traits = TAMIS_LEARNS | TAMIS_TRAIN_ONLY,
        .state_size = sizeof(struct weigh),
        .configure = configure,
        .bind = bind,
        .partial_size = sizeof(struct partial),
        .learn = learn,
        .merge = merge,
        .partial_done = partial_done,
        .finish = finish,
        .attach = attach,
        .apply = apply,
        .report = report,
        .done = done,
};
