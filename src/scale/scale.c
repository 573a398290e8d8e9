#include <math.h>
#include <stdlib.h>

#include <tamis/number.h>

#include "scale/scale.h"
#include "step/names.h"

static const tamis_option options[] = {
        { "range", 0, TAMIS_TEXT, "LOW,HIGH", "0,1", "where strategy minmax puts the smallest and the largest value",
          NULL },
        { "inverse", 0, TAMIS_FLAG, NULL, NULL, "with --load: back from scaled to original numbers", NULL },
        { NULL },
};

/* By name. */
static const tamis_strategy *const strategies[] = {
        &tamis_scaler_maxabs.base, &tamis_scaler_minmax.base, &tamis_scaler_robust.base, &tamis_scaler_standard.base,
};

static const tamis_strategy *const *all_strategies(size_t *n) {
        *n = sizeof strategies / sizeof *strategies;
        return strategies;
}

const tamis_scaler *tamis_scaler_find(const char *name) {
        for (size_t i = 0; i < sizeof strategies / sizeof *strategies; i++)
                if (strcmp(strategies[i]->name, name) == 0)
                        return (const tamis_scaler *) strategies[i];
        return NULL;
}

/* -- what was asked ------------------------------------------------------------------------------------------------ */

static int configure_range(tamis_scale *m, tamis_error *err) {
        const char *text = tamis_settings_text(m->context->settings, "range"), *comma = strchr(text, ',');
        bool minmax = false;

        if (!comma || !tamis_number_parse((tamis_slice) { text, (size_t) (comma - text) }, &m->range[0])
            || !tamis_number_parse(tamis_slice_of(comma + 1), &m->range[1]))
                return tamis_fail(err, TAMIS_USAGE, "--range %s: two numbers are needed, as in --range=-1,1", text);
        if (m->range[0] >= m->range[1] || !isfinite(m->range[1] - m->range[0]))
                return tamis_fail(err, TAMIS_USAGE, "--range %s: the first must be smaller than the second%s", text,
                                  m->range[0] < m->range[1] ? ", and their difference a number" : "");
        for (size_t i = 0; i < m->strategies.n; i++)
                minmax |= strcmp(m->strategies.rules[i].value, tamis_scaler_minmax.base.name) == 0;
        if (!minmax && tamis_settings_given(m->context->settings, "range"))
                return tamis_fail(err, TAMIS_USAGE, "--range goes with strategy minmax");
        return 0;
}

static int configure(void *state, const tamis_context *context, tamis_error *err) {
        tamis_scale *m = state;
        const char *columns = tamis_settings_text(context->settings, "columns");
        const tamis_strategy *found;
        int r;

        m->context = context;
        m->inverse = tamis_settings_flag(context->settings, "inverse");
        /* `!Name` means all that suit but Name */
        m->named = columns && *columns != '!';
        r = tamis_rules_parse(tamis_settings_text(context->settings, "strategy"), "--strategy", &m->strategies, err);
        for (size_t i = 0; r == 0 && i < m->strategies.n; i++)
                r = tamis_strategy_find(context->type, m->strategies.rules[i].value, &found, err);
        return r < 0 ? r : configure_range(m, err);
}

/* -- columns ------------------------------------------------------------------------------------------------------- */

/* Numeric columns, and empty ones so that something is said of them. What was named stays, whatever it is: learning
 * then says which cell is no number. */
static int choose(const tamis_scale *m, const tamis_context *context, tamis_schema *schema, tamis_selection *ret,
                  tamis_error *err) {
        tamis_selection s = {0};
        size_t n = 0;
        int r = tamis_features(context, schema, 1U << TAMIS_TYPE_NUMERIC | 1U << TAMIS_TYPE_EMPTY, &s, err);

        if (r < 0)
                return r;
        for (size_t i = 0; i < s.n; i++) {
                size_t at = s.columns[i];
                bool text = tamis_schema_type(schema, at) == TAMIS_TYPE_CATEGORICAL;

                if (text && m->named && schema->fields[at].forced) {
                        tamis_selection_done(&s);
                        return tamis_fail(err, TAMIS_USAGE, "column \"%s\" is text, as --types says, and cannot be "
                                          "scaled",
                                          schema->fields[at].name);
                }
                if (!text || m->named)
                        s.columns[n++] = at;
        }
        s.n = n;
        *ret = s;
        return 0;
}

static int open_ledger(tamis_scale *m, tamis_error *err) {
        const tamis_summary **summaries = calloc(m->columns.n + 1, sizeof *summaries);
        int r;

        if (!summaries)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < m->columns.n; i++)
                summaries[i] = m->columns.types[i] == TAMIS_TYPE_EMPTY ? NULL : m->lines[i].scaler->summary;
        r = tamis_ledger_init(&m->ledger, &m->columns, &m->grouping, summaries, err);
        free(summaries);
        return r;
}

static int plan(tamis_scale *m, tamis_schema *schema, const tamis_selection *features, tamis_error *err) {
        long *which = calloc(features->n + 1, sizeof *which);
        int r;

        m->lines = calloc(features->n + 1, sizeof *m->lines);
        r = which && m->lines ? 0 : tamis_fail_memory(err);
        if (r == 0)
                r = tamis_rules_resolve(&m->strategies, schema, features, which, err);
        for (size_t i = 0; r == 0 && i < m->columns.n; i++)
                m->lines[i].scaler = tamis_scaler_find(which[i] < 0 ? m->context->type->strategy
                                                       : m->strategies.rules[which[i]].value);
        free(which);
        return r;
}

static int bind(void *state, const tamis_context *context, tamis_schema *schema, tamis_error *err) {
        tamis_scale *m = state;
        tamis_selection features = {0};
        int r;

        if (m->inverse)
                return tamis_fail(err, TAMIS_USAGE, "--inverse needs --load FILE: the model saved when scaling");
        r = choose(m, context, schema, &features, err);
        if (r == 0)
                r = tamis_columns_bind(&m->columns, schema, &features, err);
        if (r == 0)
                r = tamis_grouping_bind(&m->grouping, context, schema, err);
        if (r == 0)
                r = plan(m, schema, &features, err);
        if (r == 0)
                r = open_ledger(m, err);
        tamis_selection_done(&features);
        return r;
}

/* -- learning ------------------------------------------------------------------------------------------------------ */

/* In columns that were named, what is no number is an error. */
static int check_named(const tamis_scale *m, tamis_batch *batch, tamis_error *err) {
        for (size_t i = 0; i < m->columns.n; i++) {
                size_t at = m->columns.at[i], row;
                const double *x;
                tamis_slice text;
                int r = tamis_batch_numbers(batch, at, &x, err);

                if (r < 0)
                        return r;
                if (batch->columns[at].nonnumbers == 0)
                        continue;
                row = batch->columns[at].first_nonnumber;
                text = tamis_batch_text(batch, row, at);
                return tamis_batch_fail(batch, row, at, err, "\"%.*s\" is not a number: the column is categorical and "
                                        "cannot be scaled (--na takes a token as missing; `tamis encode` makes numbers "
                                        "of categories)",
                                        (int) (text.n < 60 ? text.n : 60), text.p ? text.p : "");
        }
        return 0;
}

static int learn(const void *state, void *partial, tamis_batch *batch, tamis_error *err) {
        const tamis_scale *m = state;
        int r = m->named && m->ledger.passes == 0 ? check_named(m, batch, err) : 0;

        return r < 0 ? r : tamis_ledger_learn(&m->ledger, partial, batch, err);
}

static int merge(void *state, void *partial, tamis_error *err) {
        tamis_scale *m = state;

        return tamis_ledger_merge(&m->ledger, &m->grouping.keys, partial, err);
}

static void partial_done(void *partial) {
        tamis_page_done(partial);
}

static int take(const tamis_scale *m, size_t i, const void *sum, tamis_scaling *ret, tamis_error *err) {
        const tamis_scaler *scaler = m->lines[i].scaler;

        ret->known = scaler->take(sum, ret->learned);
        if (!ret->known)
                return 0;
        for (size_t j = 0; j < 2; j++)
                if (!isfinite(ret->learned[j]))
                        return tamis_fail(err, TAMIS_BAD_DATA, "column \"%s\": its %s is too large for a number",
                                          m->columns.names[i], scaler->names[j]);
        scaler->line(ret->learned, m->range, ret);
        return 0;
}

static int settle_groups(tamis_scale *m, tamis_error *err) {
        size_t n = m->columns.n;

        m->grouped = calloc(m->ledger.groups * n + 1, sizeof *m->grouped);
        if (!m->grouped)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < m->ledger.groups * n; i++) {
                const void *sum = m->ledger.grouped[i];
                int r = sum ? take(m, i % n, sum, &m->grouped[i], err) : 0;

                if (r < 0)
                        return r;
        }
        return 0;
}

void tamis_scale_warn_empty(const tamis_scale *m) {
        tamis_names names = {0};

        for (size_t i = 0; i < m->columns.n; i++)
                if (!m->lines[i].whole.known)
                        tamis_names_add(&names, m->columns.names[i], -1);
        if (names.n)
                tamis_warn(m->context, "not scaled: %s; there was no present cell to learn from",
                           tamis_names_end(&names));
}

static int finish(void *state, const tamis_context *context, bool *again, tamis_error *err) {
        tamis_scale *m = state;
        int r = tamis_ledger_settle(&m->ledger, again, err);

        if (r < 0 || *again)
                return r;
        for (size_t i = 0; r == 0 && i < m->columns.n; i++)
                if (m->ledger.lines[i].sum)
                        r = take(m, i, m->ledger.lines[i].sum, &m->lines[i].whole, err);
        if (r == 0)
                r = settle_groups(m, err);
        tamis_ledger_done(&m->ledger);
        if (r == 0 && m->columns.n == 0)
                tamis_warn(context, "there is no numeric column to scale");
        if (r == 0)
                tamis_scale_warn_empty(m);
        return r;
}

static void done(void *state) {
        tamis_scale *m = state;

        tamis_ledger_done(&m->ledger);
        tamis_grouping_done(&m->grouping);
        tamis_columns_done(&m->columns);
        tamis_rules_done(&m->strategies);
        free(m->lines);
        free(m->grouped);
}

const tamis_step_type tamis_step_scale = {
        .name = "scale",
        .summary = "put numeric columns on a common scale",
        .details = "Missing cells stay missing. By default every numeric column is scaled but the target, the group "
                   "columns and those whose name begins with _. A strategy may be said by column: "
                   "-s 'Fare=robust,*=standard'.\n"
                   "With --load and --inverse the original numbers come back, to rounding.",
        .options = options,
        .common = TAMIS_OPT_COLUMNS | TAMIS_OPT_TARGET | TAMIS_OPT_GROUP | TAMIS_OPT_STRATEGY | TAMIS_OPT_LEARN
                | TAMIS_OPT_MISSING | TAMIS_OPT_PRECISION,
        .strategy = "standard",
        .strategies = all_strategies,
        .examples = "tamis scale -t Survived --save scale.json titanic.csv\n"
                    "tamis scale -c Age,Fare -s robust titanic.csv\n"
                    "tamis scale -c Fare -s minmax --range=-1,1 titanic.csv\n"
                    "tamis scale --load scale.json --inverse scaled.csv",
        .traits = TAMIS_LEARNS | TAMIS_INVERTS,
        .state_size = sizeof(tamis_scale),
        .configure = configure,
        .bind = bind,
        .partial_size = sizeof(tamis_page),
        .learn = learn,
        .merge = merge,
        .partial_done = partial_done,
        .finish = finish,
        .attach = tamis_scale_attach,
        .apply = tamis_scale_apply,
        .save = tamis_scale_save,
        .load = tamis_scale_load,
        .report = tamis_scale_report,
        .done = done,
};
