#include <math.h>
#include <stdlib.h>

#include "scale/extremes.h"
#include "scale/scale.h"
#include "scale/values.h"
#include "step/names.h"

/* By name. */
static const tamis_strategy *const strategies[] = {
        &tamis_scaler_bins.base, &tamis_scaler_center.base, &tamis_scaler_log.base, &tamis_scaler_maxabs.base,
        &tamis_scaler_minmax.base, &tamis_scaler_normalize.base, &tamis_scaler_power.base, &tamis_scaler_quantile.base,
        &tamis_scaler_robust.base, &tamis_scaler_standard.base, &tamis_scaler_winsor.base,
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
        return r < 0 ? r : tamis_scale_configure(m, err);
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

const char *const tamis_scale_no_memory = "memory is out";

/* What is to be taken from each sum: the columns as wholes, then group by group. Columns and groups do not depend on
 * each other, and the curves take their time: all threads. */
struct taking {
        tamis_scale *m;
        const char **why;       /* of each; NULL: all is well */
};

static void take(void *arg, size_t at) {
        const struct taking *t = arg;
        tamis_scale *m = t->m;
        size_t n = m->columns.n, i = at % n;
        const tamis_scaler *scaler = m->lines[i].scaler;
        tamis_scaling *ret = at < n ? &m->lines[i].whole : &m->grouped[at - n];
        void *sum = at < n ? m->ledger.lines[i].sum : m->ledger.grouped[at - n];
        uint64_t any;

        if (!sum)
                return;
        if (!scaler->curve) {
                ret->known = scaler->take(sum, ret->learned);
        } else {
                any = scaler->summary == &tamis_summary_values ? ((const tamis_values *) sum)->n
                                                               : ((const tamis_extremes *) sum)->n;
                ret->known = any > 0;
                if (any > 0)
                        t->why[at] = scaler->curve->take(&m->asked, sum, ret);
                if (any > 0 && !t->why[at] && scaler->curve->ready)
                        t->why[at] = scaler->curve->ready(&m->asked, ret);
        }
        for (size_t j = 0; ret->known && !t->why[at] && j < TAMIS_SCALE_LEARNED; j++)
                if (!isfinite(ret->learned[j]))
                        t->why[at] = scaler->names[j];
        if (ret->known && !t->why[at] && !scaler->curve)
                scaler->line(ret->learned, m->range, ret);
}

static int cannot(const tamis_scale *m, size_t i, const char *why, tamis_error *err) {
        const tamis_scaler *scaler = m->lines[i].scaler;

        if (why == tamis_scale_no_memory)
                return tamis_fail_memory(err);
        for (size_t j = 0; j < TAMIS_SCALE_LEARNED; j++)
                if (why == scaler->names[j])
                        return tamis_fail(err, TAMIS_BAD_DATA, "column \"%s\": its %s is too large for a number",
                                          m->columns.names[i], why);
        return tamis_fail(err, TAMIS_BAD_DATA, "column \"%s\" %s", m->columns.names[i], why);
}

static int take_all(tamis_scale *m, tamis_error *err) {
        size_t n = m->columns.n, all = n + m->ledger.groups * n;
        struct taking t = { m, calloc(all + 1, sizeof *t.why) };
        int r = 0;

        m->grouped = calloc(m->ledger.groups * n + 1, sizeof *m->grouped);
        if (!m->grouped || !t.why) {
                free(t.why);
                return tamis_fail_memory(err);
        }
        m->n_grouped = m->ledger.groups * n;
        tamis_pool_for(m->context->pool, all, take, &t);
        for (size_t at = 0; r == 0 && at < all; at++)
                if (t.why[at])
                        r = cannot(m, at % n, t.why[at], err);
        free(t.why);
        return r;
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
        r = take_all(m, err);
        tamis_ledger_done(&m->ledger);
        if (r == 0 && m->columns.n == 0)
                tamis_warn(context, "there is no numeric column to scale");
        if (r == 0)
                tamis_scale_warn_empty(m);
        return r;
}

void tamis_scaling_done(tamis_scaling *s) {
        free(s->values);
        free(s->ready);
}

static void done(void *state) {
        tamis_scale *m = state;

        for (size_t i = 0; m->lines && i < m->columns.n; i++)
                tamis_scaling_done(&m->lines[i].whole);
        for (size_t i = 0; m->grouped && i < m->n_grouped; i++)
                tamis_scaling_done(&m->grouped[i]);
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
                   "With --load and --inverse the original numbers come back, to rounding; not of winsor and "
                   "normalize, and of bins the middles.\n"
                   "quantile, power, bins and winsor keep all values they learn from in memory, eight bytes a cell.",
        .options = tamis_scale_options,
        .common = TAMIS_OPT_COLUMNS | TAMIS_OPT_TARGET | TAMIS_OPT_GROUP | TAMIS_OPT_STRATEGY | TAMIS_OPT_LEARN
                | TAMIS_OPT_MISSING | TAMIS_OPT_PRECISION,
        .strategy = "standard",
        .strategies = all_strategies,
        .examples = "tamis scale -t Survived --save scale.json titanic.csv\n"
                    "tamis scale -c Age,Fare -s robust titanic.csv\n"
                    "tamis scale -c Age,Fare -s 'Fare=power,*=quantile' titanic.csv\n"
                    "tamis scale -c Age -s bins --bins 4 --edges uniform titanic.csv\n"
                    "tamis scale -c Fare -s winsor --limits 0.01,0.99 titanic.csv\n"
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
