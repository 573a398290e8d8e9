#include <math.h>
#include <stdlib.h>

#include <tamis/number.h>

#include "impute/impute.h"
#include "impute/joint_options.h"

static const char *const empties[] = { "keep", "drop", "fill", NULL };

static const tamis_option options[] = {
        { "fill", 0, TAMIS_TEXT, "VALUE", NULL, "what strategy constant fills with; 'Age=0,Cabin=none' by column",
          NULL },
        { "indicator", 0, TAMIS_FLAG, NULL, NULL,
          "add COL_missing (0 or 1) for each column that had missing cells when learned", NULL },
        { "round", 0, TAMIS_FLAG, NULL, NULL, "round numbers to the decimals that the column itself shows", NULL },
        { "empty", 0, TAMIS_CHOICE, "WHAT", "keep", "what becomes of a column without a present cell", empties },
        { "from", 0, TAMIS_SELECTION, "SEL", NULL,
          "with --columns: what strategies that fill columns from each other learn from besides; all "
          "features, if not said" },
        { "min", 0, TAMIS_TEXT, "RULES", NULL, "the least that is filled in: a number, or 'Age=0,*=-10' by column" },
        { "max", 0, TAMIS_TEXT, "RULES", NULL, "the most that is filled in" },
        { "original", 0, TAMIS_FLAG, NULL, NULL, "also the row with its holes, as _imputation 0" },
        { "delta", 0, TAMIS_TEXT, "RULES", NULL, "adjust what is filled in: 'Age=+5', 'income=0;+10%;+20%' in "
                                                 "turn (column _delta)" },
        TAMIS_SIMPLE_OPTIONS,
        TAMIS_SERIES_OPTIONS,
        TAMIS_JOINT_OPTIONS,
        { NULL },
};

/* Those that fill columns from each other; by name. */
static const tamis_joint *const joints[] = {
        &tamis_joint_auto,
        &tamis_joint_boost,
        &tamis_joint_em,
        &tamis_joint_forest,
        &tamis_joint_iterative,
        &tamis_joint_knn,
        &tamis_joint_mice,
        &tamis_joint_random,
        &tamis_joint_regression,
        &tamis_joint_softimpute,
};

/* Those that go by the rows around a hole; by name. */
static const tamis_series *const series[] = {
        &tamis_series_bfill, &tamis_series_ffill, &tamis_series_hotdeck, &tamis_series_interpolate,
};

/* All; by name. */
static const tamis_strategy *const strategies[] = {
        &tamis_joint_auto.base,
        &tamis_series_bfill.base,
        &tamis_joint_boost.base,
        &tamis_imputer_constant.base,
        &tamis_joint_em.base,
        &tamis_series_ffill.base,
        &tamis_joint_forest.base,
        &tamis_series_hotdeck.base,
        &tamis_series_interpolate.base,
        &tamis_joint_iterative.base,
        &tamis_joint_knn.base,
        &tamis_imputer_mean.base,
        &tamis_imputer_median.base,
        &tamis_joint_mice.base,
        &tamis_imputer_mode.base,
        &tamis_joint_random.base,
        &tamis_joint_regression.base,
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

/* The strategy that rule `rule` names, the default one for -1; NULL: none of these. The names were
 * checked when configured. */
static const tamis_imputer *imputer_of(const tamis_impute *m, long rule) {
        const char *name = strategy_of(m, rule);

        for (size_t i = 0;
             !tamis_joint_find(name) && !tamis_series_find(name) && i < sizeof strategies / sizeof *strategies; i++)
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
                m->joint |= joint != NULL;
                if (joint && joint->random)
                        m->also |= TAMIS_RANDOM | TAMIS_HOLDS_ROWS;
                if (joint && joint->fitted)
                        m->also |= TAMIS_HOLDS_ROWS;
                if (serial)
                        m->also |= TAMIS_LEARNS_ALL | TAMIS_HOLDS_ROWS;
                if (serial && serial->needs_order && !ordered)
                        return tamis_fail(err, TAMIS_USAGE,
                                          "strategy %s needs --order COL: which column puts alike rows side by side "
                                          "(random draws without an order; ffill goes by the rows as they come)",
                                          serial->base.name);
        }
        if (!m->joint && tamis_settings_given(m->context->settings, "from"))
                return tamis_fail(err, TAMIS_USAGE,
                                  "--from goes with strategies that fill columns from each other (knn, say)");
        return tamis_joint_options_check(m->context->settings, takers, JOINTS + SERIES + 1, err);
}

static int parse_bounds(tamis_impute *m, tamis_error *err) {
        const char *least = tamis_settings_text(m->context->settings, "min"),
                   *most = tamis_settings_text(m->context->settings, "max");
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
        if (r == 0)
                r = tamis_delta_configure(m, err);
        return r == 0 ? parse_bounds(m, err) : r;
}

static unsigned also(const void *state) {
        return ((const tamis_impute *) state)->also;
}

/* -- columns ------------------------------------------------------------------------------------------------------- */

int tamis_impute_resolve(const tamis_impute *m, const tamis_rules *rules, tamis_schema *schema,
                         const tamis_selection *features, long *which, tamis_error *err) {
        int r = tamis_rules_resolve(rules, schema, features, which, err);

        /* from the last, since features are among the columns, in the same order */
        for (size_t i = m->columns.n, k = features->n; r == 0 && i-- > 0;)
                which[i] = k > 0 && features->columns[k - 1] == m->columns.at[i] ? which[--k] : -1;
        return r;
}

static int plan(tamis_impute *m, tamis_schema *schema, const tamis_selection *features, long *which, tamis_error *err) {
        int r = tamis_impute_resolve(m, &m->strategies, schema, features, which, err);

        if (r < 0)
                return r;
        for (size_t i = 0; i < m->columns.n; i++) {
                tamis_impute_column *c = &m->column[i];

                c->decimals = -1;
                if (c->predicts)
                        continue;
                c->imputer = imputer_of(m, which[i]);
                c->joint = tamis_joint_find(strategy_of(m, which[i]));
                c->series = tamis_series_find(strategy_of(m, which[i]));
                m->joints.wishes[i].joint = m->columns.types[i] == TAMIS_TYPE_EMPTY ? NULL : c->joint;
                m->joints.spelled[i] = c->joint && c->joint->spells;
                m->serial.wishes[i] = m->columns.types[i] == TAMIS_TYPE_EMPTY ? NULL : c->series;
                if (m->columns.types[i] != TAMIS_TYPE_EMPTY && c->imputer)
                        c->filler = m->columns.types[i] == TAMIS_TYPE_NUMERIC ? c->imputer->numbers : c->imputer->texts;
                if (c->filler == &tamis_filler_mean && !isnan(m->trim))
                        c->filler = &tamis_filler_trimmed;
        }
        r = tamis_impute_resolve(m, &m->constants, schema, features, which, err);
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

/* Beside the columns worked on, joint strategies learn from all other features, or those of --from. */
static int add_predictors(const tamis_impute *m, tamis_schema *schema, tamis_selection *all, tamis_error *err) {
        const char *from = tamis_settings_text(m->context->settings, "from");
        tamis_selection more = {0};
        size_t i = 0, k = 0, n = 0, *both;
        int r;

        if (!m->joint || (!from && !tamis_settings_given(m->context->settings, "columns")))
                return 0;
        r = tamis_features_of(m->context, schema, from, "--from", 0, &more, err);
        if (r < 0)
                return r;
        both = calloc(all->n + more.n + 1, sizeof *both);
        while (both && (i < all->n || k < more.n)) {
                size_t next = k == more.n || (i < all->n && all->columns[i] <= more.columns[k]) ? all->columns[i]
                                                                                                : more.columns[k];

                i += i < all->n && all->columns[i] == next;
                k += k < more.n && more.columns[k] == next;
                both[n++] = next;
        }
        tamis_selection_done(&more);
        if (!both)
                return tamis_fail_memory(err);
        free(all->columns);
        *all = (tamis_selection) { .columns = both, .n = n };
        return 0;
}

static int copy_selection(const tamis_selection *from, tamis_selection *ret, tamis_error *err) {
        ret->columns = calloc(from->n + 1, sizeof *ret->columns);
        if (!ret->columns)
                return tamis_fail_memory(err);
        memcpy(ret->columns, from->columns, from->n * sizeof *ret->columns);
        ret->n = from->n;
        return 0;
}

/* The columns, and which of them are worked on. */
static int bind_columns(tamis_impute *m, tamis_schema *schema, tamis_selection *features, tamis_error *err) {
        tamis_selection all = {0};
        int r = tamis_features(m->context, schema, 0, features, err);

        if (r == 0)
                r = copy_selection(features, &all, err);
        if (r == 0)
                r = add_predictors(m, schema, &all, err);
        if (r == 0)
                r = tamis_columns_bind(&m->columns, schema, &all, err);
        tamis_selection_done(&all);
        if (r < 0)
                return r;
        m->column = calloc(m->columns.n + 1, sizeof *m->column);
        if (!m->column)
                return tamis_fail_memory(err);
        for (size_t i = 0, k = 0; i < m->columns.n; i++) {
                m->column[i].predicts = k == features->n || features->columns[k] != m->columns.at[i];
                k += !m->column[i].predicts;
        }
        return 0;
}

static int bind(void *state, const tamis_context *context, tamis_schema *schema, tamis_error *err) {
        tamis_impute *m = state;
        tamis_selection features = {0};
        long *which = NULL;
        int r = bind_columns(m, schema, &features, err);

        if (r == 0)
                r = tamis_grouping_bind(&m->grouping, context, schema, err);
        if (r == 0) {
                which = calloc(m->columns.n + 1, sizeof *which);
                if (!which)
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

/* -- the step ------------------------------------------------------------------------------------------------------ */

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
        tamis_rules_done(&m->delta);
        tamis_arena_done(&m->texts);
        free(m->column);
        free(m->grouped);
}

const tamis_step_type tamis_step_impute = {
        .name = "impute",
        .summary = "fill missing cells",
        .details = "Learns from the cells that are there what to put where one is missing; every other cell keeps its "
                   "bytes. The target and columns whose name begins with _ are never touched.\n"
                   "A strategy may be said by column: -s 'Age=median,@categorical=mode,*=mean'. The first item that "
                   "matches decides; * is for the rest (median, if it is not said).\n"
                   "With --group each group of rows is learned from by itself. A row whose group was not seen when "
                   "learning, or had nothing to learn from, takes what all rows say.\n"
                   "constant, mean, median and mode put one value into all holes of a column. bfill, ffill, hotdeck "
                   "and interpolate go by the rows around a hole, in the order of --order; there is no model of them "
                   "to save. All others fill columns from each other: --columns says which are filled, and all "
                   "features are learned from (or those of --from).\n"
                   "With several imputations (--imputations) every row goes out that often, side by side, train rows "
                   "or not; column _imputation (1, 2, ...) groups them, and --original puts the row with its holes "
                   "before them, as 0. --delta adjusts what is filled in: several values of it in turn make as many "
                   "copies, told apart in column _delta.",
        .options = options,
        .common = TAMIS_OPT_COLUMNS | TAMIS_OPT_TARGET | TAMIS_OPT_GROUP | TAMIS_OPT_STRATEGY | TAMIS_OPT_SEED
                | TAMIS_OPT_LEARN | TAMIS_OPT_MISSING | TAMIS_OPT_PRECISION,
        .strategy = "median",
        .strategies = all_strategies,
        .examples = "tamis impute -t Survived titanic.csv\n"
                    "tamis impute -t Survived -s 'Age=mean,*=mode' --save fill.json titanic.csv\n"
                    "tamis impute -t Survived -c Age -g Sex,Pclass --round titanic.csv\n"
                    "tamis impute -t Survived -s constant --fill 'Age=0,*=none' titanic.csv\n"
                    "tamis impute -s 'sales=interpolate,*=ffill' -g shop --order day sales.csv\n"
                    "tamis impute -t Survived -s auto --report scores.json titanic.csv\n"
                    "tamis impute -t Survived -c Age -s knn --delta 'Age=0;+10%' titanic.csv",
        .traits = TAMIS_LEARNS,
        .state_size = sizeof(tamis_impute),
        .configure = configure,
        .also = also,
        .bind = bind,
        .partial_size = sizeof(tamis_impute_partial),
        .learn = tamis_impute_learn,
        .merge = tamis_impute_merge,
        .partial_done = tamis_impute_partial_done,
        .finish = tamis_impute_finish,
        .attach = tamis_impute_attach,
        .apply = tamis_impute_apply,
        .save = tamis_impute_save,
        .load = tamis_impute_load,
        .report = tamis_impute_report,
        .done = done,
};
