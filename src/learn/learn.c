#include <math.h>
#include <stdlib.h>

#include "learn/learn.h"
#include "learn/state.h"

static const char *const tasks[] = { "classes", "numbers", NULL };

static const tamis_option options[] = {
        { "task", 0, TAMIS_CHOICE, "KIND", NULL,
          "what the target holds (default: numbers, if it has more than 20 of them or a fraction)", tasks },
        { "positive", 0, TAMIS_TEXT, "CLASS", NULL, "of two classes the one _score is of (default: the last by text)",
          NULL },
        { "weight", 'w', TAMIS_SELECTION, "COL", NULL, "how much each row counts", NULL },
        { "penalty", 0, TAMIS_REAL, "L", "1", "logistic, ridge, svm: how strongly coefficients are held back", NULL },
        { "neighbors", 'k', TAMIS_COUNT, "K", "5", "knn: how many neighbors", NULL },
        { "rounds", 0, TAMIS_COUNT, "N", "100", "boost: rounds", NULL },
        { "depth", 0, TAMIS_COUNT, "N", "3", "boost: splits one below the other", NULL },
        { "rate", 0, TAMIS_REAL, "R", "0.1", "boost: how much of each tree is taken", NULL },
        { "each", 0, TAMIS_FLAG, NULL, NULL, "a column of scores for each class, of two classes too", NULL },
        { "explain", 0, TAMIS_FLAG, NULL, NULL,
          "linear models: what each column adds to the score, as columns _shap_NAME", NULL },
        { NULL },
};

static const tamis_strategy *const learners[] = {
        &tamis_learner_boost.strategy, &tamis_learner_knn.strategy, &tamis_learner_logistic.strategy,
        &tamis_learner_majority.strategy, &tamis_learner_ridge.strategy, &tamis_learner_svm.strategy,
};

static const tamis_strategy *const *strategies(size_t *n) {
        *n = sizeof learners / sizeof *learners;
        return learners;
}

struct partial {
        tamis_lesson rows;
};

static void done(void *state) {
        tamis_learn *l = state;

        if (l->learner && l->learner->done)
                l->learner->done(l);
        for (size_t j = 0; l->form && j < l->features.n; j++)
                free(l->form[j].shares);
        free(l->form);
        free(l->names);
        free(l->b);
        free(l->share);
        tamis_lesson_done(&l->rows);
        tamis_columns_done(&l->features);
        tamis_columns_done(&l->target);
        tamis_columns_done(&l->weight);
        tamis_arena_done(&l->arena);
}

/* -- what was asked ------------------------------------------------------------------------------------------------ */

/* What another strategy listens to would be said in vain. */
static int check_taken(const tamis_learn *l, const tamis_settings *settings, tamis_error *err) {
        const tamis_learner *linear[] = { &tamis_learner_logistic, &tamis_learner_ridge, &tamis_learner_svm };
        bool penalized = false;
        static const char *const of_boost[] = { "rounds", "depth", "rate" };
        const char *in_vain = NULL;

        for (size_t i = 0; i < sizeof linear / sizeof *linear; i++)
                penalized = penalized || l->learner == linear[i];
        if (tamis_settings_given(settings, "penalty") && !penalized)
                in_vain = "penalty";
        if (tamis_settings_given(settings, "neighbors") && l->learner != &tamis_learner_knn)
                in_vain = "neighbors";
        for (size_t i = 0; i < sizeof of_boost / sizeof *of_boost; i++)
                if (tamis_settings_given(settings, of_boost[i]) && l->learner != &tamis_learner_boost)
                        in_vain = of_boost[i];
        return in_vain ? tamis_fail(err, TAMIS_USAGE, "-s %s takes no --%s", l->learner->strategy.name, in_vain) : 0;
}

static int check(const tamis_learn *l, const tamis_settings *settings, tamis_error *err) {
        const char *name = l->learner->strategy.name;

        if (!(l->penalty > 0) && l->learner != &tamis_learner_ridge)
                return tamis_fail(err, TAMIS_USAGE, "--penalty %s: above 0", tamis_settings_text(settings, "penalty"));
        if (l->penalty < 0)
                return tamis_fail(err, TAMIS_USAGE, "--penalty %s: 0 or more",
                                  tamis_settings_text(settings, "penalty"));
        if (l->neighbors < 1 || l->neighbors > 1000)
                return tamis_fail(err, TAMIS_USAGE, "--neighbors: from 1 to 1000");
        if (l->rounds < 1 || l->rounds > 100000)
                return tamis_fail(err, TAMIS_USAGE, "--rounds: from 1 to 100000");
        if (l->depth < 1 || l->depth > 30)
                return tamis_fail(err, TAMIS_USAGE, "--depth: from 1 to 30");
        if (!(l->rate > 0 && l->rate <= 1))
                return tamis_fail(err, TAMIS_USAGE, "--rate: above 0, and 1 at most");
        if (l->task && strcmp(l->task, "classes") == 0 && !l->learner->classes)
                return tamis_fail(err, TAMIS_USAGE, "%s is for numbers, and --task says classes", name);
        if (l->task && strcmp(l->task, "numbers") == 0 && !l->learner->numbers)
                return tamis_fail(err, TAMIS_USAGE, "%s is for classes, and --task says numbers", name);
        if (tamis_settings_given(settings, "weight") && !l->learner->weights)
                return tamis_fail(err, TAMIS_USAGE, "%s takes no weights", name);
        if (l->explain && (!l->learner->save || l->learner == &tamis_learner_majority))
                return tamis_fail(err, TAMIS_USAGE, "--explain goes with linear models: logistic, ridge, svm");
        return check_taken(l, settings, err);
}

static int configure(void *state, const tamis_context *context, tamis_error *err) {
        tamis_learn *l = state;
        const tamis_settings *settings = context->settings;
        const tamis_strategy *strategy;
        int r = tamis_strategy_find(&tamis_step_learn, tamis_settings_text(settings, "strategy"), &strategy, err);

        if (r < 0)
                return r;
        l->context = context;
        l->learner = (const tamis_learner *) strategy;
        l->penalty = tamis_settings_real(settings, "penalty");
        l->neighbors = tamis_settings_count(settings, "neighbors");
        l->rounds = tamis_settings_count(settings, "rounds");
        l->depth = tamis_settings_count(settings, "depth");
        l->rate = tamis_settings_real(settings, "rate");
        l->task = tamis_settings_text(settings, "task");
        l->positive = tamis_settings_text(settings, "positive");
        l->each = tamis_settings_flag(settings, "each");
        l->explain = tamis_settings_flag(settings, "explain");
        return check(l, settings, err);
}

static int bind_one(tamis_schema *schema, size_t at, tamis_columns *ret, tamis_error *err) {
        return tamis_columns_bind(ret, schema, &(tamis_selection) { .columns = &at, .n = 1 }, err);
}

static void leave_out(tamis_selection *s, size_t column) {
        size_t n = 0;

        for (size_t i = 0; i < s->n; i++)
                if (s->columns[i] != column)
                        s->columns[n++] = s->columns[i];
        s->n = n;
}

static int bind(void *state, const tamis_context *context, tamis_schema *schema, tamis_error *err) {
        const unsigned types = 1U << TAMIS_TYPE_NUMERIC | 1U << TAMIS_TYPE_CATEGORICAL;
        const char *weight = tamis_settings_text(context->settings, "weight");
        tamis_learn *l = state;
        tamis_selection features = {0};
        size_t target, at = SIZE_MAX;
        int r = tamis_target(context, schema, &target, err);

        if (r == 0)
                r = bind_one(schema, target, &l->target, err);
        if (r == 0 && weight)
                r = tamis_select_one(schema, weight, "--weight", &at, err);
        if (r == 0 && weight)
                r = bind_one(schema, at, &l->weight, err);
        if (r == 0)
                r = tamis_features(context, schema, types, &features, err);
        if (r == 0)
                leave_out(&features, at);
        if (r == 0)
                r = tamis_columns_bind(&l->features, schema, &features, err);
        tamis_selection_done(&features);
        if (r < 0)
                return r;
        l->form = calloc(l->features.n + 1, sizeof *l->form);
        if (!l->form)
                return tamis_fail_memory(err);
        for (size_t j = 0; j < l->features.n; j++)
                l->form[j].category = l->features.types[j] == TAMIS_TYPE_CATEGORICAL;
        return tamis_lesson_start(&l->rows, l->features.n, weight, !l->task || strcmp(l->task, "classes") == 0, err);
}

/* -- learning ------------------------------------------------------------------------------------------------------ */

static int fail_missing(tamis_batch *batch, size_t row, size_t column, const tamis_learn *l, tamis_error *err) {
        return tamis_batch_fail(batch, row, column, err, "a missing cell, and %s has no use for it: fill it before "
                                "(impute ... then learn; evaluate --pipeline 'impute ...')", l->learner->strategy.name);
}

/* Column j of the rows that have a target. */
static int learn_feature(const tamis_learn *l, tamis_lesson *t, size_t j, tamis_batch *batch, const uint8_t *no_target,
                         tamis_error *err) {
        const uint8_t *missing;
        const double *numbers = NULL;
        size_t column = l->features.at[j], code, i = t->n;
        int r = tamis_batch_missing(batch, column, &missing, err);

        if (r == 0 && !l->form[j].category)
                r = tamis_batch_numbers(batch, column, &numbers, err);
        for (size_t row = 0; r == 0 && row < batch->n_rows; row++) {
                double *cell = &t->cells[i * t->p + j];

                if (no_target[row])
                        continue;
                i++;
                *cell = NAN;
                if (missing[row] && !l->learner->holes)
                        return fail_missing(batch, row, column, l, err);
                if (missing[row])
                        continue;
                if (numbers) {
                        *cell = numbers[row];
                        continue;
                }
                r = tamis_dict_add(&t->levels[j], tamis_batch_text(batch, row, column), 1, &code, err);
                *cell = (double) code;
        }
        return r;
}

static int learn_target(const tamis_learn *l, tamis_lesson *t, tamis_batch *batch, const uint8_t *no_target,
                        tamis_error *err) {
        const double *numbers;
        size_t column = l->target.at[0], i = t->n;
        int r = tamis_batch_numbers(batch, column, &numbers, err);

        for (size_t row = 0; r == 0 && row < batch->n_rows; row++) {
                size_t code;

                if (no_target[row])
                        continue;
                t->y[i] = numbers[row];
                t->fraction = t->fraction || numbers[row] < floor(numbers[row]) || numbers[row] > floor(numbers[row]);
                if (t->label) {
                        r = tamis_dict_add(&t->labels, tamis_batch_text(batch, row, column), 1, &code, err);
                        t->label[i] = (uint32_t) code;
                }
                i++;
        }
        return r;
}

static int learn_weight(const tamis_learn *l, tamis_lesson *t, tamis_batch *batch, const uint8_t *no_target,
                        tamis_error *err) {
        const double *numbers;
        size_t i = t->n;
        int r = tamis_batch_numbers_only(batch, l->weight.at[0], &numbers, err);

        for (size_t row = 0; r == 0 && row < batch->n_rows; row++) {
                if (no_target[row])
                        continue;
                if (isnan(numbers[row]) || numbers[row] < 0)
                        return tamis_batch_fail(batch, row, l->weight.at[0], err, "a weight must be 0 or more");
                t->weight[i++] = numbers[row];
        }
        return r;
}

static int learn(const void *state, void *partial, tamis_batch *batch, tamis_error *err) {
        const tamis_learn *l = state;
        tamis_lesson *t = &((struct partial *) partial)->rows;
        const uint8_t *no_target;
        int r = tamis_batch_missing(batch, l->target.at[0], &no_target, err);

        if (r == 0)
                r = tamis_lesson_start(t, l->features.n, l->weight.n > 0, !l->task || strcmp(l->task, "classes") == 0,
                                       err);
        if (r == 0)
                r = tamis_lesson_reserve(t, batch->n_rows, err);
        for (size_t j = 0; r == 0 && j < l->features.n; j++)
                r = learn_feature(l, t, j, batch, no_target, err);
        if (r == 0)
                r = learn_target(l, t, batch, no_target, err);
        if (r == 0 && t->weight)
                r = learn_weight(l, t, batch, no_target, err);
        for (size_t row = 0; r == 0 && row < batch->n_rows; row++)
                no_target[row] ? t->unlabelled++ : t->n++;
        return r;
}

static int merge(void *state, void *partial, tamis_error *err) {
        tamis_learn *l = state;
        struct partial *p = partial;

        return tamis_lesson_merge(&l->rows, &p->rows, err);
}

static void partial_done(void *partial) {
        tamis_lesson_done(&((struct partial *) partial)->rows);
}

/* -- the model ----------------------------------------------------------------------------------------------------- */

static int find_task(tamis_learn *l, tamis_error *err) {
        const tamis_lesson *t = &l->rows;
        bool numeric = l->target.types[0] == TAMIS_TYPE_NUMERIC;
        const char *name = l->learner->strategy.name;

        if (l->task)
                l->classes = strcmp(l->task, "classes") == 0;
        else if (!l->learner->classes || !l->learner->numbers)
                l->classes = l->learner->classes;
        else
                l->classes = !numeric || !(t->too_many || t->fraction || t->labels.n > TAMIS_LEARN_FEW);
        if (!l->classes && !numeric)
                return tamis_fail(err, TAMIS_BAD_DATA,
                                  "the target has cells that are no numbers, and %s is of numbers", name);
        if (l->classes && (t->too_many || t->labels.n > TAMIS_LEARN_CLASSES))
                return tamis_fail(err, TAMIS_BAD_DATA, "the target has more than %d classes%s", TAMIS_LEARN_CLASSES,
                                  numeric ? "; numbers are for ridge, knn and boost" : "");
        if (l->classes && t->labels.n < 2)
                return tamis_fail(err, TAMIS_BAD_DATA, "the target has one class alone in the rows learned from");
        return 0;
}

/* y becomes the class: by text, but of two the positive one last. */
static int name_classes(tamis_learn *l, tamis_error *err) {
        tamis_lesson *t = &l->rows;
        bool turned;

        l->k = l->classes ? t->labels.n : 1;
        if (!l->classes)
                return 0;
        l->names = calloc(l->k, sizeof *l->names);
        if (!l->names)
                return tamis_fail_memory(err);
        turned = l->k == 2 && l->positive && tamis_slice_equal(t->labels.entries[0].text, tamis_slice_of(l->positive));
        if (l->positive && !turned && tamis_dict_find(&t->labels, tamis_slice_of(l->positive)) < 0)
                return tamis_fail(err, TAMIS_BAD_DATA, "--positive %s: there is no such class", l->positive);
        for (size_t c = 0; c < l->k; c++)
                l->names[turned ? 1 - c : c] = t->labels.entries[c].text;
        for (size_t i = 0; i < t->n; i++)
                t->y[i] = turned ? 1 - t->label[i] : t->label[i];
        return 0;
}

static int check_levels(const tamis_learn *l, tamis_error *err) {
        for (size_t j = 0; j < l->features.n; j++)
                if (l->rows.levels[j].n > TAMIS_LEARN_LEVELS && l->learner != &tamis_learner_majority)
                        return tamis_fail(err, TAMIS_BAD_DATA,
                                          "column \"%s\" has more than %d levels, and each would be a column (-c "
                                          "'!%s' leaves it)",
                                          l->features.names[j], TAMIS_LEARN_LEVELS, l->features.names[j]);
        return 0;
}

static bool all_weightless(const tamis_lesson *t) {
        for (size_t i = 0; t->weight && i < t->n; i++)
                if (t->weight[i] > 0)
                        return false;
        return t->weight;
}

static int finish(void *state, const tamis_context *context, bool *again, tamis_error *err) {
        tamis_learn *l = state;
        int r;

        if (l->rows.n == 0)
                return tamis_fail(err, TAMIS_BAD_DATA, "there is no train row with a target to learn from");
        if (all_weightless(&l->rows))
                return tamis_fail(err, TAMIS_BAD_DATA, "every weight is 0");
        if (l->rows.unlabelled > 0)
                tamis_warn(context, "rows without a target, which are not learned from: %llu",
                           (unsigned long long) l->rows.unlabelled);
        r = check_levels(l, err);
        if (r == 0)
                r = find_task(l, err);
        if (r == 0 && l->features.n == 0 && l->learner != &tamis_learner_majority)
                return tamis_fail(err, TAMIS_BAD_DATA, "there is no column to learn from");
        if (r == 0)
                r = tamis_lesson_settle(&l->rows, err);
        if (r == 0)
                r = name_classes(l, err);
        if (r == 0 && l->explain && l->k > 2)
                r = tamis_fail(err, TAMIS_BAD_DATA, "--explain is of one score, and the target has %zu classes", l->k);
        if (r == 0)
                r = tamis_learn_form(l, err);
        return r == 0 ? l->learner->fit(l, err) : r;
}

/* -- the table ----------------------------------------------------------------------------------------------------- */

const tamis_step_type tamis_step_learn = {
        .name = "learn",
        .summary = "train a model on the train rows, and score all rows",
        .details =
                "Adds _score: of two classes the probability of the positive one (of svm its margin), of numbers the "
                "prediction; of more classes _score_CLASS for each. Classes have _predicted as well, the likeliest. "
                "Numbers go in standardised, categories as a place for each level, both as the train rows have them; "
                "ids and columns that begin with _ stay out. A row with a missing cell has no score, but of "
                "boost and majority.\n"
                "The rows learned from are scored like any others, and look better than new ones will: `tamis "
                "evaluate` measures on rows that were held out. With --save, `tamis apply` scores new rows.\n"
                "--explain: _shap is the mean score, _shap_NAME what the row's cell adds to it: exact Shapley values "
                "of the log-odds, the margin or the number, columns taken to be independent. They add up to the score.",
        .options = options,
        .common = TAMIS_OPT_COLUMNS | TAMIS_OPT_TARGET | TAMIS_OPT_STRATEGY | TAMIS_OPT_LEARN | TAMIS_OPT_MISSING | TAMIS_OPT_PRECISION,
        .strategy = "logistic",
        .strategies = strategies,
        .examples = "tamis impute -t y train.csv then learn -t y --save model.json > in.csv\n"
                    "tamis apply model.json new.csv > scored.csv\n"
                    "tamis learn -t price -s ridge --explain houses.csv\n",
        .traits = TAMIS_LEARNS,
        .state_size = sizeof(tamis_learn),
        .configure = configure,
        .bind = bind,
        .partial_size = sizeof(struct partial),
        .learn = learn,
        .merge = merge,
        .partial_done = partial_done,
        .finish = finish,
        .attach = tamis_learn_attach,
        .apply = tamis_learn_apply,
        .end = tamis_learn_end,
        .save = tamis_learn_save,
        .load = tamis_learn_load,
        .report = tamis_learn_report,
        .done = done,
};
