#include <math.h>
#include <stdlib.h>

#include "judge/ampute.h"
#include "step/names.h"

static const tamis_strategy mar = {
        .name = "mar",
        .summary = "at random: whether a cell goes hangs on other columns, which stay whole",
        .source = "mice ampute (Schouten, Lugtig & Vink 2018)",
};
static const tamis_strategy mcar = {
        .name = "mcar",
        .summary = "completely at random: every cell goes with the same probability, whatever any cell says",
        .source = "Rubin 1976; one reading, bounded memory",
};
static const tamis_strategy mnar = {
        .name = "mnar",
        .summary = "not at random: whether a cell goes hangs on what it says",
        .source = "mice ampute (Schouten, Lugtig & Vink 2018)",
};

/* By name. */
static const tamis_strategy *const strategies[] = { &mar, &mcar, &mnar };

static const tamis_strategy *const *all_strategies(size_t *n) {
        *n = sizeof strategies / sizeof *strategies;
        return strategies;
}

/* MCAR asks nothing of the data, unless columns are chosen by what is in them. */
static bool idle(const void *state) {
        const tamis_ampute *s = state;
        const char *columns = tamis_settings_text(s->context->settings, "columns");

        return s->mechanism == TAMIS_MCAR && !(columns && strchr(columns, '@'));
}

static int bind(void *state, const tamis_context *context, tamis_schema *schema, tamis_error *err) {
        (void) context;
        return tamis_ampute_resolve(state, schema, err);
}

static int finish(void *state, const tamis_context *context, bool *again, tamis_error *err) {
        const tamis_ampute *s = state;

        if (s->mechanism == TAMIS_MCAR)
                return 0;
        return tamis_ampute_finish(state, context, again, err);
}

static int learn(const void *state, void *partial, tamis_batch *batch, tamis_error *err) {
        const tamis_ampute *s = state;

        return s->mechanism == TAMIS_MCAR ? 0 : tamis_ampute_learn(state, partial, batch, err);
}

static int merge(void *state, void *partial, tamis_error *err) {
        const tamis_ampute *s = state;

        return s->mechanism == TAMIS_MCAR ? 0 : tamis_ampute_merge(state, partial, err);
}

static int attach(void *state, const tamis_context *context, tamis_schema *schema, tamis_error *err) {
        tamis_ampute *s = state;
        const char *truth = tamis_settings_text(context->settings, "truth");
        int r = s->bound ? 0 : tamis_ampute_resolve(s, schema, err);

        return r < 0 || !truth || s->truth ? r : tamis_ampute_truth_new(truth, &s->truth, err);
}

/* A window that many equal scores lie across, or one that is too small for them, cannot give the share. */
static void warn_windows(const tamis_ampute *s, const tamis_context *context) {
        tamis_names names = {0};

        for (size_t j = 0; j < s->n_curves && s->way == TAMIS_BY_CELLS; j++)
                if (s->curves[j].window && s->candidates[j] > 0 && s->curves[j].reached < .99 * s->share)
                        tamis_names_add(&names, s->columns[j].name, 100 * s->curves[j].reached);
        if (names.n > 0)
                tamis_warn(context, "--window: too few cells lie inside, so less than %g %% of them can go: %s",
                           100 * s->share, tamis_names_end(&names));
}

static int end(void *state, const tamis_context *context, tamis_error *err) {
        const tamis_ampute *s = state;
        uint64_t there = 0;

        for (size_t j = 0; j < s->n_columns; j++)
                there += s->columns[j].there;
        if (s->rows > 0 && there == 0)
                tamis_warn(context, "no cell of the columns to make holes in is there");
        warn_windows(s, context);
        return s->truth ? tamis_ampute_truth_commit(s->truth, err) : 0;
}

static void done(void *state) {
        tamis_ampute *s = state;

        for (size_t i = 0; i < s->n_inputs; i++) {
                tamis_dict_done(&s->inputs[i].dict);
                free(s->inputs[i].ranks);
        }
        for (size_t k = 0; k < s->n_scorers; k++) {
                free(s->scorers[k].inputs);
                free(s->scorers[k].weights);
                free(s->scorers[k].sums);
                free(s->scorers[k].kept);
        }
        for (size_t j = 0; j < s->n_curves; j++)
                tamis_curve_done(&s->curves[j]);
        free(s->columns);
        free(s->inputs);
        free(s->scorers);
        free(s->curves);
        free(s->inside);
        free(s->candidates);
        free(s->patterns.upto);
        free(s->patterns.holes);
        free((void *) s->patterns.rows);
        free((void *) s->patterns.hit);
        tamis_ampute_truth_free(s->truth);
}

const tamis_step_type tamis_step_ampute = {
        .name = "ampute",
        .summary = "make holes with a known truth",
        .details = "Cells that are there go, so that what fills holes can be judged; --truth keeps them. Cells that "
                   "are missing already stay so and are no holes of its. The target, ids (unless --columns names them) "
                   "and columns that begin with _ lose nothing.\n\n"
                   "--rate is a share of the cells that are there, in every column by itself. With --of rows it is the "
                   "share of rows that lose cells: every row gets one of the --patterns (by default, one hole in each "
                   "column in turn), and loses its cells or not. --patterns without --of rows: the share of cells in "
                   "the columns that some pattern takes.\n\n"
                   "Under mar and mnar the probability is a logistic curve over a score: the columns are z-scored (sd "
                   "by n - 1, missing cells as the mean), summed with their weights, and z-scored again; --type says "
                   "which scores lose most. The curve is set so that the share is met over all scores. Under mar the "
                   "score is of the columns --by; they stay whole. Where neither --by nor --columns is given, a third "
                   "of the numeric columns is drawn for it; where --columns is, it is of all other numeric columns. "
                   "Under mnar it is the cell itself. With patterns it is of the columns that the pattern leaves whole "
                   "(mar) or takes (mnar), among the rows that got it, unless --weights says otherwise. In a score, "
                   "categories count by how frequent they are: 0 for the most frequent, then 1, 2, ...\n\n"
                   "--window lo:hi takes cells only where the score lies between these quantiles, all with one "
                   "probability, which is 1 where the window is as wide as the share.\n\n"
                   "--run and --block take stretches of rows: in every run / share rows one, at a drawn place, which "
                   "the ends of the table may cut.\n\n"
                   "All rows may lose cells, and all are learned from, whatever _split says: data go missing before "
                   "anybody divides them, and the holes are no part of a model. What is drawn is keyed by the seed, "
                   "the column's name and the row's number: rows in another order have other holes.",
        .options = tamis_ampute_options,
        .common = TAMIS_OPT_COLUMNS | TAMIS_OPT_TARGET | TAMIS_OPT_STRATEGY | TAMIS_OPT_SEED | TAMIS_OPT_MISSING,
        .strategy = "mcar",
        .strategies = all_strategies,
        .examples = "tamis ampute --rate .2 --seed 1 --truth holes.csv titanic.csv\n"
                    "tamis ampute -s mar --rate 30% -c Age --by Fare --type left titanic.csv\n"
                    "tamis ampute -s mnar -c income --window .5:1 --rate .3 survey.csv\n"
                    "tamis ampute --patterns patterns.csv -s mar --of rows --rate .5 survey.csv\n"
                    "tamis ampute -c temperature --run 24 --rate 10% sensors.csv\n"
                    "tamis ampute -t y --rate .3 then impute -t y -s knn data.csv",
        .traits = TAMIS_LEARNS | TAMIS_LEARNS_ALL | TAMIS_RANDOM | TAMIS_TRAIN_ONLY,
        .state_size = sizeof(tamis_ampute),
        .configure = tamis_ampute_configure,
        .idle = idle,
        .bind = bind,
        .partial_size = sizeof(tamis_ampute_partial),
        .learn = learn,
        .merge = merge,
        .partial_done = tamis_ampute_partial_done,
        .finish = finish,
        .attach = attach,
        .apply = tamis_ampute_apply,
        .end = end,
        .report = tamis_ampute_report,
        .done = done,
};
