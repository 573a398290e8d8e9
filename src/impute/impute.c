#include <math.h>
#include <stdlib.h>

#include <tamis/number.h>

#include "impute/impute.h"
#include "impute/joint_options.h"
#include "step/names.h"

struct partial {
        tamis_page page;
        int *decimals;          /* per column; only with --round */
        tamis_collected collected;
        tamis_serial_rows serial;
};

static const char *const empties[] = { "keep", "drop", "fill", NULL };

static const tamis_option options[] = {
        { "fill", 0, TAMIS_TEXT, "VALUE", NULL, "what strategy constant fills with; 'Age=0,Cabin=none' by column",
          NULL },
        { "indicator", 0, TAMIS_FLAG, NULL, NULL,
          "add COL_missing (0 or 1) for each column that had missing cells when learned", NULL },
        { "round", 0, TAMIS_FLAG, NULL, NULL, "round numbers to the decimals that the column itself shows", NULL },
        { "empty", 0, TAMIS_CHOICE, "WHAT", "keep", "what becomes of a column without a present cell", empties },
        { "min", 0, TAMIS_TEXT, "RULES", NULL, "the least that is filled in: a number, or 'Age=0,*=-10' by column" },
        { "max", 0, TAMIS_TEXT, "RULES", NULL, "the most that is filled in" },
        { "original", 0, TAMIS_FLAG, NULL, NULL, "with several imputations: also the row with its holes, as _imputation 0" },
        TAMIS_SIMPLE_OPTIONS,
        TAMIS_SERIES_OPTIONS,
        TAMIS_JOINT_OPTIONS,
        { NULL },
};

/* Those that fill columns from each other; by name. */
static const tamis_joint *const joints[] = {
        &tamis_joint_boost, &tamis_joint_forest, &tamis_joint_knn, &tamis_joint_mice, &tamis_joint_random, &tamis_joint_softimpute,
};

/* Those that go by the rows around a hole; by name. */
static const tamis_series *const series[] = {
        &tamis_series_bfill, &tamis_series_ffill, &tamis_series_hotdeck, &tamis_series_interpolate,
};

/* All; by name. */
static const tamis_strategy *const strategies[] = {
        &tamis_series_bfill.base, &tamis_joint_boost.base, &tamis_imputer_constant.base, &tamis_series_ffill.base,
        &tamis_joint_forest.base,
        &tamis_series_hotdeck.base, &tamis_series_interpolate.base, &tamis_joint_knn.base, &tamis_imputer_mean.base,
        &tamis_imputer_median.base, &tamis_joint_mice.base, &tamis_imputer_mode.base, &tamis_joint_random.base,
        &tamis_joint_softimpute.base,
};

static const tamis_strategy *const *all_strategies(size_t *n) {
        *n = sizeof strategies / sizeof *strategies;
        return strategies;
}

/* -- what was asked ------------------------------------------------------------------------------------------------ */

static const char *strategy_of(const tamis_impute *m, long rule) {
        return rule < 0 ? m->context->type->strategy : m->strategies.rules[rule].value;
}

const tamis_joint *tamis_joint_find(const char *name) {
        for (size_t i = 0; i < sizeof joints / sizeof *joints; i++)
                if (joints[i] && strcmp(joints[i]->base.name, name) == 0)
                        return joints[i];
        return NULL;
}

const tamis_series *tamis_series_find(const char *name) {
        for (size_t i = 0; i < sizeof series / sizeof *series; i++)
                if (strcmp(series[i]->base.name, name) == 0)
                        return series[i];
        return NULL;
}

/* The strategy that rule `rule` names, the default one for -1; NULL: none of these. The names were checked when configured. */
static const tamis_imputer *imputer_of(const tamis_impute *m, long rule) {
        const char *name = strategy_of(m, rule);

        for (size_t i = 0; !tamis_joint_find(name) && !tamis_series_find(name) && i < sizeof strategies / sizeof *strategies; i++)
                if (strcmp(strategies[i]->name, name) == 0)
                        return (const tamis_imputer *) strategies[i];
        return NULL;
}

static int configure_fill(tamis_impute *m, tamis_error *err) {
        const char *fill = tamis_settings_text(m->context->settings, "fill");
        bool constant = false;
        int r;

        for (size_t i = 0; i < m->strategies.n; i++)
                constant |= imputer_of(m, (long) i) && imputer_of(m, (long) i)->given;
        if (!fill)
                return constant ? tamis_fail(err, TAMIS_USAGE, "strategy constant needs --fill VALUE") : 0;
        if (!constant && m->empty != TAMIS_EMPTY_FILL)
                return tamis_fail(err, TAMIS_USAGE, "--fill goes with strategy constant, or with --empty fill");
        if (!*fill)
                return tamis_fail(err, TAMIS_USAGE, "--fill: a value is needed that is not missing itself");
        r = tamis_rules_parse(fill, "--fill", &m->constants, err);
        for (size_t i = 0; r == 0 && i < m->constants.n; i++)
                if (tamis_missing_is(m->context->missing, tamis_slice_of(m->constants.rules[i].value)))
                        r = tamis_fail(err, TAMIS_USAGE, "--fill %s: \"%s\" is read as missing itself", fill,
                                       m->constants.rules[i].value);
        return r;
}

/* What is named, what it asks of the runner, and whether the options given are anybody's. */
static int configure_others(tamis_impute *m, tamis_error *err) {
        enum { JOINTS = sizeof joints / sizeof *joints, SERIES = sizeof series / sizeof *series };
        static const char *const of_mean[] = { "trim", NULL };
        tamis_option_taker takers[JOINTS + SERIES + 1];
        bool ordered = tamis_settings_given(m->context->settings, "order");

        takers[JOINTS + SERIES] = (tamis_option_taker) { tamis_imputer_mean.base.name, of_mean, false };
        for (size_t i = 0; i < JOINTS; i++)
                takers[i] = (tamis_option_taker) { joints[i]->base.name, joints[i]->options, false };
        for (size_t i = 0; i < SERIES; i++)
                takers[JOINTS + i] = (tamis_option_taker) { series[i]->base.name, series[i]->options, false };
        for (size_t i = 0; i < m->strategies.n; i++) {
                const tamis_joint *joint = tamis_joint_find(m->strategies.rules[i].value);
                const tamis_series *serial = tamis_series_find(m->strategies.rules[i].value);

                for (size_t k = 0; k <= JOINTS + SERIES; k++)
                        takers[k].used |= strcmp(takers[k].name, m->strategies.rules[i].value) == 0;
                if (joint && joint->random)
                        m->also |= TAMIS_RANDOM | TAMIS_HOLDS_ROWS;
                if (joint && joint->fitted)
                        m->also |= TAMIS_HOLDS_ROWS;
                if (serial)
                        m->also |= TAMIS_LEARNS_ALL | TAMIS_HOLDS_ROWS;
                if (serial && serial->needs_order && !ordered)
                        return tamis_fail(err, TAMIS_USAGE, "strategy %s needs --order COL: which column puts alike rows side by side "
                                          "(random draws without an order; ffill goes by the rows as they come)", serial->base.name);
        }
        return tamis_joint_options_check(m->context->settings, takers, JOINTS + SERIES + 1, err);
}

static int parse_bounds(tamis_impute *m, tamis_error *err) {
        const char *least = tamis_settings_text(m->context->settings, "min"), *most = tamis_settings_text(m->context->settings, "max");
        int r = least ? tamis_rules_parse(least, "--min", &m->least, err) : 0;

        return r == 0 && most ? tamis_rules_parse(most, "--max", &m->most, err) : r;
}

static int configure(void *state, const tamis_context *context, tamis_error *err) {
        tamis_impute *m = state;
        const char *empty = tamis_settings_text(context->settings, "empty");
        const tamis_strategy *found;
        int r;

        m->context = context;
        m->indicator = tamis_settings_flag(context->settings, "indicator");
        m->round = tamis_settings_flag(context->settings, "round");
        m->trim = tamis_settings_real(context->settings, "trim");
        if (m->trim >= .5)
                return tamis_fail(err, TAMIS_USAGE, "--trim %s: less than half goes from either end",
                                  tamis_settings_text(context->settings, "trim"));
        m->original = tamis_settings_flag(context->settings, "original");
        while (strcmp(empties[m->empty], empty) != 0)
                m->empty++;
        r = tamis_rules_parse(tamis_settings_text(context->settings, "strategy"), "--strategy", &m->strategies, err);
        for (size_t i = 0; r == 0 && i < m->strategies.n; i++)
                r = tamis_strategy_find(context->type, m->strategies.rules[i].value, &found, err);
        if (r == 0)
                r = configure_fill(m, err);
        if (r == 0)
                r = configure_others(m, err);
        return r == 0 ? parse_bounds(m, err) : r;
}

static unsigned also(const void *state) {
        return ((const tamis_impute *) state)->also;
}

/* -- columns ------------------------------------------------------------------------------------------------------- */

static int plan(tamis_impute *m, tamis_schema *schema, const tamis_selection *features, long *which, tamis_error *err) {
        int r = tamis_rules_resolve(&m->strategies, schema, features, which, err);

        if (r < 0)
                return r;
        for (size_t i = 0; i < m->columns.n; i++) {
                tamis_impute_column *c = &m->column[i];

                c->imputer = imputer_of(m, which[i]);
                c->joint = tamis_joint_find(strategy_of(m, which[i]));
                c->series = tamis_series_find(strategy_of(m, which[i]));
                m->joints.wishes[i].joint = m->columns.types[i] == TAMIS_TYPE_EMPTY ? NULL : c->joint;
                m->serial.wishes[i] = m->columns.types[i] == TAMIS_TYPE_EMPTY ? NULL : c->series;
                if (m->columns.types[i] != TAMIS_TYPE_EMPTY && c->imputer)
                        c->filler = m->columns.types[i] == TAMIS_TYPE_NUMERIC ? c->imputer->numbers : c->imputer->texts;
                if (c->filler == &tamis_filler_mean && !isnan(m->trim))
                        c->filler = &tamis_filler_trimmed;
                c->decimals = -1;
        }
        r = tamis_rules_resolve(&m->constants, schema, features, which, err);
        for (size_t i = 0; r == 0 && i < m->columns.n; i++)
                m->column[i].given = which[i] < 0 ? NULL : m->constants.rules[which[i]].value;
        return r == 0 ? tamis_impute_bounds(m, schema, features, which, err) : r;
}

static int open_ledger(tamis_impute *m, tamis_error *err) {
        const tamis_summary **summaries = calloc(m->columns.n + 1, sizeof *summaries);
        int r;

        if (!summaries)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < m->columns.n; i++)
                summaries[i] = m->column[i].filler ? m->column[i].filler->summary : NULL;
        r = tamis_ledger_init(&m->ledger, &m->columns, &m->grouping, summaries, err);
        free(summaries);
        return r;
}

static int bind(void *state, const tamis_context *context, tamis_schema *schema, tamis_error *err) {
        tamis_impute *m = state;
        tamis_selection features = {0};
        long *which = NULL;
        int r = tamis_features(context, schema, 0, &features, err);

        if (r == 0)
                r = tamis_columns_bind(&m->columns, schema, &features, err);
        if (r == 0)
                r = tamis_grouping_bind(&m->grouping, context, schema, err);
        if (r == 0) {
                m->column = calloc(features.n + 1, sizeof *m->column);
                which = calloc(features.n + 1, sizeof *which);
                if (!m->column || !which)
                        r = tamis_fail_memory(err);
        }
        if (r == 0)
                r = tamis_joints_open(&m->joints, context, &m->columns, &m->grouping, err);
        if (r == 0)
                r = tamis_serial_open(&m->serial, context, &m->columns, &m->grouping, err);
        if (r == 0)
                r = plan(m, schema, &features, which, err);
        if (r == 0)
                r = tamis_serial_bind(&m->serial, schema, err);
        if (r == 0)
                r = open_ledger(m, err);
        free(which);
        tamis_selection_done(&features);
        return r;
}

/* -- learning ------------------------------------------------------------------------------------------------------ */

static int count_decimals(const tamis_impute *m, int *decimals, tamis_batch *batch, tamis_error *err) {
        for (size_t i = 0; i < m->columns.n; i++) {
                const uint8_t *missing;
                int r;

                if (m->columns.types[i] != TAMIS_TYPE_NUMERIC)
                        continue;
                r = tamis_batch_missing(batch, m->columns.at[i], &missing, err);
                if (r < 0)
                        return r;
                for (size_t row = 0; row < batch->n_rows; row++) {
                        int d = missing[row] ? 0 : tamis_batch_decimals(batch, row, m->columns.at[i]);

                        if (d > decimals[i])
                                decimals[i] = d;
                }
        }
        return 0;
}

/* From train rows. */
static int learn_rows(const tamis_impute *m, struct partial *p, tamis_batch *batch, tamis_error *err) {
        int r = tamis_ledger_learn(&m->ledger, &p->page, batch, err);

        if (r == 0 && m->ledger.passes == 0 && tamis_joints_any(&m->joints))
                r = tamis_collected_learn(&p->collected, batch, &m->columns, &m->grouping, err);
        if (r < 0 || !m->round || m->ledger.passes > 0)
                return r;
        if (!p->decimals)
                p->decimals = calloc(m->columns.n + 1, sizeof *p->decimals);
        return p->decimals ? count_decimals(m, p->decimals, batch, err) : tamis_fail_memory(err);
}

/* Series see every row; what is learned beside them, train rows alone. */
static int learn(const void *state, void *partial, tamis_batch *batch, tamis_error *err) {
        const tamis_impute *m = state;
        struct partial *p = partial;
        const uint8_t *train = NULL;
        tamis_batch rows = {0};
        int r;

        if (!tamis_serial_any(&m->serial))
                return learn_rows(m, p, batch, err);
        r = tamis_serial_learn(&m->serial, &p->serial, batch, &train, err);
        if (r < 0 || !train)
                return r < 0 ? r : learn_rows(m, p, batch, err);
        r = tamis_batch_view(batch, train, &rows, err);
        if (r == 0)
                r = learn_rows(m, p, &rows, err);
        tamis_batch_done(&rows);
        return r;
}

static int merge(void *state, void *partial, tamis_error *err) {
        tamis_impute *m = state;
        struct partial *p = partial;
        int r;

        for (size_t i = 0; p->decimals && i < m->columns.n; i++)
                if (p->decimals[i] > m->column[i].decimals)
                        m->column[i].decimals = p->decimals[i];
        r = tamis_ledger_merge(&m->ledger, &m->grouping.keys, &p->page, err);
        if (r == 0 && p->collected.n)
                r = tamis_collected_merge(&m->joints.collected, &p->collected, &m->grouping, err);
        return r == 0 && p->serial.columns && m->ledger.passes == 0 ? tamis_serial_merge(&m->serial, &p->serial, err) : r;
}

static void partial_done(void *partial) {
        struct partial *p = partial;

        tamis_page_done(&p->page);
        tamis_collected_done(&p->collected);
        tamis_serial_rows_done(&p->serial);
        free(p->decimals);
}

/* -- what was learned ---------------------------------------------------------------------------------------------- */

/* The value from a sum, with a text of our own, rounded. */
static int take(tamis_impute *m, const tamis_impute_column *c, const void *sum, tamis_fill *ret, tamis_error *err) {
        int r = 0;

        if (c->filler->trimmed)
                r = c->filler->trimmed(sum, m->trim, ret, err);
        else
                c->filler->value(sum, ret);
        if (r < 0)
                return r;
        if (ret->kind == TAMIS_FILL_NUMBER)
                ret->number = tamis_impute_settle(c, ret->number);
        if (ret->kind == TAMIS_FILL_TEXT) {
                ret->text.p = tamis_arena_copy(&m->texts, ret->text);
                if (!ret->text.p)
                        return tamis_fail_memory(err);
        }
        return 0;
}

/* --fill's word for a column: a number where the column is one, or where nothing says what it is. */
static int take_given(const tamis_impute *m, size_t i, tamis_fill *ret, tamis_error *err) {
        const tamis_impute_column *c = &m->column[i];
        tamis_slice text = tamis_slice_of(c->given ? c->given : "0");
        bool number = tamis_number_parse(text, &ret->number) && !tamis_number_zero_padded(text);

        if (m->columns.types[i] == TAMIS_TYPE_NUMERIC && !number)
                return tamis_fail(err, TAMIS_USAGE, "--fill: column \"%s\" is numeric, and \"%s\" is no number (--fill "
                                  "'%s=0,...' gives it a value of its own, --types '%s=text' makes it text)",
                                  m->columns.names[i], c->given, m->columns.names[i], m->columns.names[i]);
        ret->kind = number && m->columns.types[i] != TAMIS_TYPE_CATEGORICAL ? TAMIS_FILL_NUMBER : TAMIS_FILL_TEXT;
        ret->text = text;
        return 0;
}

static int settle_column(tamis_impute *m, size_t i, tamis_error *err) {
        tamis_impute_column *c = &m->column[i];
        const tamis_ledger_line *line = &m->ledger.lines[i];
        bool empty = line->rows == line->missing;

        c->rows = line->rows;
        c->missing = line->missing;
        c->drops = empty && m->empty == TAMIS_EMPTY_DROP;
        c->indicated = m->indicator && c->missing > 0 && !c->drops;
        c->constant = (empty && m->empty == TAMIS_EMPTY_FILL) || (c->imputer && c->imputer->given && c->given);
        m->joints.wishes[i].holes = c->missing > 0;
        m->serial.holes[i] = c->missing > 0;
        if (c->drops || c->constant)
                m->joints.wishes[i].joint = NULL;
        if (c->drops)
                return 0;
        if (c->constant)
                return take_given(m, i, &c->fill, err);
        if (!c->imputer)
                return 0;
        if (c->imputer->given && c->missing > 0)
                return tamis_fail(err, TAMIS_USAGE, "--fill: column \"%s\" has missing cells and no value is given for "
                                  "it ('%s=VALUE', or '*=VALUE' for all others)",
                                  m->columns.names[i], m->columns.names[i]);
        return c->imputer->given || !c->filler ? 0 : take(m, c, line->sum, &c->fill, err);
}

static int settle_groups(tamis_impute *m, tamis_error *err) {
        size_t n = m->columns.n;

        m->grouped = calloc(m->ledger.groups * n + 1, sizeof *m->grouped);
        if (!m->grouped)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < m->ledger.groups * n; i++) {
                const void *sum = m->ledger.grouped[i];
                int r = sum ? take(m, &m->column[i % n], sum, &m->grouped[i], err) : 0;

                if (r < 0)
                        return r;
        }
        return 0;
}

/* One line for all columns where one value stands in for much. A word that no row had keeps the holes apart: fine. */
static void warn_much(const tamis_impute *m) {
        tamis_names names = {0};

        for (size_t i = 0; i < m->columns.n; i++) {
                const tamis_impute_column *c = &m->column[i];

                if (!c->imputer || c->missing * 5 <= c->rows || c->missing == c->rows)
                        continue;
                if (!c->constant || c->fill.kind != TAMIS_FILL_TEXT)
                        tamis_names_add(&names, m->columns.names[i], 100.0 * (double) c->missing / (double) c->rows);
        }
        if (names.n)
                tamis_warn(m->context, "more than 20 %% missing: %s; one value for them all shrinks the spread and "
                           "weakens correlations%s", tamis_names_end(&names),
                           m->indicator ? "" : " (--indicator keeps the fact that it was missing)");
}

static int finish(void *state, const tamis_context *context, bool *again, tamis_error *err) {
        tamis_impute *m = state;
        int r = tamis_ledger_settle(&m->ledger, again, err);

        if (r < 0 || *again)
                return r;
        for (size_t i = 0; r == 0 && i < m->columns.n; i++)
                r = settle_column(m, i, err);
        if (r == 0)
                r = settle_groups(m, err);
        tamis_ledger_done(&m->ledger);
        if (r == 0 && tamis_joints_any(&m->joints))
                r = tamis_joints_fit(&m->joints, err);
        if (r == 0 && tamis_serial_any(&m->serial))
                r = tamis_serial_finish(&m->serial, err);
        if (r == 0)
                warn_much(m);
        return r;
}

static void done(void *state) {
        tamis_impute *m = state;

        tamis_ledger_done(&m->ledger);
        tamis_joints_done(&m->joints);
        tamis_serial_done(&m->serial);
        tamis_grouping_done(&m->grouping);
        tamis_columns_done(&m->columns);
        tamis_rules_done(&m->strategies);
        tamis_rules_done(&m->constants);
        tamis_rules_done(&m->least);
        tamis_rules_done(&m->most);
        tamis_arena_done(&m->texts);
        free(m->column);
        free(m->grouped);
}

const tamis_step_type tamis_step_impute = {
        .name = "impute",
        .summary = "fill missing cells",
        .details = "Learns one value for each column (or one for each group of rows, with --group) and puts it where a "
                   "cell is missing; every other cell keeps its bytes. The target and columns whose name begins with _ "
                   "are never touched.\n"
                   "A strategy may be said by column: -s 'Age=median,@categorical=mode,*=mean'. The first item that "
                   "matches decides; * is for the rest (median, if it is not said).\n"
                   "A row whose group was not seen when learning, or had nothing to learn from, takes the value of the "
                   "whole column.",
        .options = options,
        .common = TAMIS_OPT_COLUMNS | TAMIS_OPT_TARGET | TAMIS_OPT_GROUP | TAMIS_OPT_STRATEGY | TAMIS_OPT_SEED
                | TAMIS_OPT_LEARN | TAMIS_OPT_MISSING | TAMIS_OPT_PRECISION,
        .strategy = "median",
        .strategies = all_strategies,
        .examples = "tamis impute -t Survived titanic.csv\n"
                    "tamis impute -t Survived -s 'Age=mean,*=mode' --save fill.json titanic.csv\n"
                    "tamis impute -t Survived -c Age -g Sex,Pclass --round titanic.csv\n"
                    "tamis impute -t Survived -s constant --fill 'Age=0,*=none' titanic.csv",
        .traits = TAMIS_LEARNS,
        .state_size = sizeof(tamis_impute),
        .configure = configure,
        .also = also,
        .bind = bind,
        .partial_size = sizeof(struct partial),
        .learn = learn,
        .merge = merge,
        .partial_done = partial_done,
        .finish = finish,
        .attach = tamis_impute_attach,
        .apply = tamis_impute_apply,
        .save = tamis_impute_save,
        .load = tamis_impute_load,
        .report = tamis_impute_report,
        .done = done,
};
