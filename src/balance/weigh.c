/* A weight for every train row, in a last column `_weight`. Rows that are not train get 1: no learner looks at it
 * there, and a column of numbers stays one. So does a train row whose target is missing. */
#include <math.h>
#include <stdlib.h>

#include "balance/weigh.h"

struct weigh {
        const tamis_weigher *weigher;
        tamis_class_values costs;
        bool normalize;
        tamis_columns target;
        tamis_labels labels;    /* counts alone */
        double *weights;        /* per class */
        double effective;       /* (sum w)^2 / sum w^2 */
        long at;
};

static const tamis_option options[] = {
        { "cost", 0, TAMIS_TEXT, "LIST", NULL, "cost: 'class=5,other=1'; a class that is not listed has 1" },
        { "normalize", 0, TAMIS_FLAG, NULL, NULL, "scale the weights so that their mean is 1" },
        { NULL },
};

static const tamis_strategy *const strategies[] = { &tamis_weigher_balanced.base, &tamis_weigher_cost.base };

static const tamis_strategy *const *list_strategies(size_t *n) {
        *n = sizeof strategies / sizeof *strategies;
        return strategies;
}

static int configure(void *state, const tamis_context *context, tamis_error *err) {
        struct weigh *w = state;
        const char *costs = tamis_settings_text(context->settings, "cost");
        const tamis_strategy *found;
        int r = tamis_strategy_find(context->type, tamis_settings_text(context->settings, "strategy"), &found, err);

        if (r < 0)
                return r;
        w->weigher = (const tamis_weigher *) found;
        w->normalize = tamis_settings_flag(context->settings, "normalize");
        if (w->weigher->takes_costs && !costs)
                return tamis_fail(err, TAMIS_USAGE, "-s %s needs --cost 'class=number,...'", w->weigher->base.name);
        if (!w->weigher->takes_costs && costs)
                return tamis_fail(err, TAMIS_USAGE, "-s %s takes no --cost (-s cost does)", w->weigher->base.name);
        return costs ? tamis_class_values_parse(&w->costs, costs, "--cost", err) : 0;
}

static int bind(void *state, const tamis_context *context, tamis_schema *schema, tamis_error *err) {
        struct weigh *w = state;
        size_t at;
        int r = tamis_target(context, schema, &at, err);

        return r == 0 ? tamis_columns_bind(&w->target, schema, &(tamis_selection) { .columns = &at, .n = 1 }, err) : r;
}

static int learn(const void *state, void *partial, tamis_batch *batch, tamis_error *err) {
        const struct weigh *w = state;

        return tamis_labels_learn(partial, batch, w->target.at[0], false, err);
}

static int merge(void *state, void *partial, tamis_error *err) {
        struct weigh *w = state;

        return tamis_labels_merge(&w->labels, partial, err);
}

static void partial_done(void *partial) {
        tamis_labels_done(partial);
}

/* Sums over classes, so that the order of rows cannot matter. */
static int measure(struct weigh *w, tamis_error *err) {
        double sum = 0, squares = 0, rows = 0;

        for (size_t c = 0; c < w->labels.n_classes; c++) {
                sum += (double) w->labels.counts[c] * w->weights[c];
                rows += (double) w->labels.counts[c];
        }
        if (!(sum > 0) || isinf(sum))
                return tamis_fail(err, TAMIS_USAGE, "--cost: the weights add up to %g", sum);
        for (size_t c = 0; w->normalize && c < w->labels.n_classes; c++)
                w->weights[c] *= rows / sum;
        if (w->normalize)
                sum = rows;
        for (size_t c = 0; c < w->labels.n_classes; c++)
                squares += (double) w->labels.counts[c] * w->weights[c] * w->weights[c];
        w->effective = sum / squares * sum;
        return 0;
}

static int finish(void *state, const tamis_context *context, bool *again, tamis_error *err) {
        struct weigh *w = state;
        int r = tamis_labels_settle(&w->labels, w->target.names[0], err);

        if (r < 0)
                return r;
        if (w->labels.n_classes < 2)
                return tamis_fail(err, TAMIS_BAD_DATA, "the target has one class only, \"%.*s\": there is nothing to "
                                  "balance", (int) w->labels.names[0].n, w->labels.names[0].p);
        w->weights = calloc(w->labels.n_classes, sizeof *w->weights);
        if (!w->weights)
                return tamis_fail_memory(err);
        r = w->weigher->weigh(&w->labels, &w->costs, w->weights, err);
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
        int r = tamis_columns_attach(&w->target, schema, err);

        if (r == 0)
                r = tamis_schema_add(schema, schema->n, tamis_slice_of("_weight"), TAMIS_TYPE_NUMERIC, err);
        w->at = (long) schema->n - 1;
        return r;
}

static int apply(void *state, tamis_batch *batch, tamis_error *err) {
        const struct weigh *w = state;
        double *weights = malloc((batch->n_rows + 1) * sizeof *weights);       /* not the batch's: it may be kept long */
        const uint8_t *missing;
        int r = weights ? tamis_batch_missing(batch, w->target.at[0], &missing, err) : tamis_fail_memory(err);

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
        if (w->weights && w->weigher->takes_costs && w->labels.n_classes == 2) {
                double t = threshold(w, &positive);
                json_t *one = tamis_json_child(into, "threshold", json_object());

                r |= json_object_set_new(one, "class", tamis_json_bytes(w->labels.names[positive]));
                r |= json_object_set_new(one, "predict_from", tamis_json_number(t));
        }
        return r < 0 ? tamis_fail_memory(err) : 0;
}

static void done(void *state) {
        struct weigh *w = state;

        tamis_class_values_done(&w->costs);
        tamis_columns_done(&w->target);
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
                "tamis weigh -t fraud -s cost --cost 'yes=20,no=1' --normalize train.csv\n",
        .traits = TAMIS_LEARNS | TAMIS_TRAIN_ONLY,
        .state_size = sizeof(struct weigh),
        .configure = configure,
        .bind = bind,
        .partial_size = sizeof(tamis_labels),
        .learn = learn,
        .merge = merge,
        .partial_done = partial_done,
        .finish = finish,
        .attach = attach,
        .apply = apply,
        .report = report,
        .done = done,
};
