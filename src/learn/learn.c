#include <math.h>
#include <stdlib.h>

#include "learn/learn.h"
#include "learn/state.h"

static const char *const tasks[] = { "classes", "numbers", NULL };

static const tamis_option options[] = {
        { "task", 0, TAMIS_CHOICE, "KIND", NULL,
          "what the target holds (default: numbers, if it has more than 20 of them or a fraction)", tasks },
        { "positive", 0, TAMIS_TEXT, "CLASS", NULL, "of two classes the one _score is of (default: the last by text)", NULL },
        { "weight", 'w', TAMIS_SELECTION, "COL", NULL, "how much each row counts", NULL },
        { "penalty", 0, TAMIS_REAL, "L", "1", "logistic, ridge, svm: how strongly coefficients are held back", NULL },
        { "neighbors", 'k', TAMIS_COUNT, "K", "5", "knn: how many neighbors", NULL },
        { "rounds", 0, TAMIS_COUNT, "N", "100", "boost: rounds", NULL },
        { "depth", 0, TAMIS_COUNT, "N", "3", "boost: splits one below the other", NULL },
        { "rate", 0, TAMIS_REAL, "R", "0.1", "boost: how much of each tree is taken", NULL },
        { "each", 0, TAMIS_FLAG, NULL, NULL, "a column of scores for each class, of two classes too", NULL },
        { "explain", 0, TAMIS_FLAG, NULL, NULL, "linear models: what each column adds to the score, as columns _shap_NAME", NULL },
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

/* -- what was asked -------------------------------------------------------------------------------------------------- */

static int check(const tamis_learn *l, const tamis_settings *settings, tamis_error *err) {
        const char *name = l->learner->strategy.name;

        if (!(l->penalty > 0) && l->learner != &tamis_learner_ridge)
                return tamis_fail(err, TAMIS_USAGE, "--penalty %s: above 0", tamis_settings_text(settings, "penalty"));
        if (l->penalty < 0)
                return tamis_fail(err, TAMIS_USAGE, "--penalty %s: 0 or more", tamis_settings_text(settings, "penalty"));
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
        return 0;
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

/* -- learning -------------------------------------------------------------------------------------------------------- */

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

static int learn_target(const tamis_learn *l, tamis_lesson *t, tamis_batch *batch, const uint8_t *no_target, tamis_error *err) {
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

static int learn_weight(const tamis_learn *l, tamis_lesson *t, tamis_batch *batch, const uint8_t *no_target, tamis_error *err) {
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
                r = tamis_lesson_start(t, l->features.n, l->weight.n > 0, !l->task || strcmp(l->task, "classes") == 0, err);
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

/* -- the model ------------------------------------------------------------------------------------------------------- */

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
                return tamis_fail(err, TAMIS_BAD_DATA, "the target has cells that are no numbers, and %s is of numbers", name);
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
                        return tamis_fail(err, TAMIS_BAD_DATA, "column \"%s\" has more than %d levels, and each would be a column (-c "
                                          "'!%s' leaves it)", l->features.names[j], TAMIS_LEARN_LEVELS, l->features.names[j]);
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
                tamis_warn(context, "rows without a target, which are not learned from: %llu", (unsigned long long) l->rows.unlabelled);
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

/* -- what goes out --------------------------------------------------------------------------------------------------- */

static bool has_each(const tamis_learn *l) {
        return l->classes && (l->k > 2 || l->each);
}

static int add(tamis_schema *schema, const char *prefix, tamis_slice name, tamis_type type, tamis_error *err) {
        tamis_buffer text = {0};
        int r = tamis_buffer_add(&text, prefix, strlen(prefix), err);

        if (r == 0)
                r = tamis_buffer_add(&text, name.p, name.n, err);
        if (r == 0)
                r = tamis_schema_add(schema, schema->n, (tamis_slice) { text.p, text.n }, type, err);
        tamis_buffer_done(&text);
        return r;
}

static int attach(void *state, const tamis_context *context, tamis_schema *schema, tamis_error *err) {
        tamis_learn *l = state;
        const tamis_slice none = tamis_slice_of("");
        int r = tamis_columns_attach(&l->features, schema, err);

        l->at = schema->n;
        for (size_t c = 0; r == 0 && has_each(l) && c < l->k; c++)
                r = add(schema, "_score_", l->names[c], TAMIS_TYPE_NUMERIC, err);
        if (r == 0 && !has_each(l))
                r = add(schema, "_score", none, TAMIS_TYPE_NUMERIC, err);
        if (r == 0 && l->classes)
                r = add(schema, "_predicted", none, TAMIS_TYPE_CATEGORICAL, err);
        if (r == 0 && l->explain)
                r = add(schema, "_shap", none, TAMIS_TYPE_NUMERIC, err);
        for (size_t j = 0; r == 0 && l->explain && j < l->features.n; j++)
                r = add(schema, "_shap_", tamis_slice_of(l->features.names[j]), TAMIS_TYPE_NUMERIC, err);
        l->n_out = schema->n - l->at;
        return r;
}

/* A batch's cells, and which of its rows can be scored. */
struct view {
        double *cells;                  /* of those rows, one behind the other */
        uint32_t *row;                  /* n: where they are in the batch */
        size_t n;
};

static int read_column(tamis_learn *l, size_t j, tamis_batch *batch, double *cells, uint8_t *without, tamis_error *err) {
        size_t column = l->features.at[j], p = l->features.n, unknown = 0;
        const uint8_t *missing;
        const double *numbers = NULL;
        int r = tamis_batch_missing(batch, column, &missing, err);

        if (r == 0 && !l->form[j].category)
                r = tamis_batch_numbers_only(batch, column, &numbers, err);
        for (size_t row = 0; r == 0 && row < batch->n_rows; row++) {
                double *cell = &cells[row * p + j];
                long code;

                *cell = NAN;
                without[row] |= missing[row];
                if (missing[row])
                        continue;
                if (numbers) {
                        *cell = numbers[row];
                        continue;
                }
                code = tamis_dict_find(&l->rows.levels[j], tamis_batch_text(batch, row, column));
                unknown += code < 0;
                *cell = code < 0 ? (double) l->rows.levels[j].n : (double) code;
        }
        tamis_batch_count(batch, &l->unknown, unknown);
        return r;
}

static int look(tamis_learn *l, tamis_batch *batch, struct view *v, tamis_error *err) {
        size_t n = batch->n_rows, p = l->features.n;
        uint8_t *without = tamis_arena_get_zeroed(&batch->arena, n + 1, 1);
        int r = 0;

        v->cells = tamis_arena_get_zeroed(&batch->arena, n * p + 1, sizeof *v->cells);
        v->row = tamis_arena_get_zeroed(&batch->arena, n + 1, sizeof *v->row);
        if (!without || !v->cells || !v->row)
                return tamis_fail_memory(err);
        for (size_t j = 0; r == 0 && j < p; j++)
                r = read_column(l, j, batch, v->cells, without, err);
        for (size_t i = 0; r == 0 && i < n; i++)
                if (!without[i] || l->learner->holes) {
                        memmove(v->cells + v->n * p, v->cells + i * p, p * sizeof *v->cells);
                        v->row[v->n++] = (uint32_t) i;
                }
        tamis_batch_count(batch, &l->unscored, n - v->n);
        return r;
}

/* The next column out: number `from` of each scored row's `stride`. */
static int write_numbers(tamis_batch *batch, const struct view *v, const double *x, size_t stride, size_t from, size_t column,
                         tamis_error *err) {
        int r = tamis_batch_add_column(batch, column, err);

        /* what is beyond any double stays empty */
        for (size_t i = 0; r == 0 && i < v->n; i++)
                if (isfinite(x[i * stride + from]))
                        r = tamis_batch_set_number(batch, v->row[i], column, x[i * stride + from], err);
        return r;
}

/* The likeliest, the first of equals; of two, the positive one. */
static size_t decide(const double *p, size_t k) {
        size_t most = 0;

        if (k == 2)
                return p[1] >= p[0];
        for (size_t c = 1; c < k; c++)
                if (p[c] > p[most])
                        most = c;
        return most;
}

static int write_scores(const tamis_learn *l, tamis_batch *batch, const struct view *v, const double *p, size_t *at, tamis_error *err) {
        int r = 0;

        for (size_t c = has_each(l) ? 0 : l->k - 1; r == 0 && c < l->k; c++)
                r = write_numbers(batch, v, p, l->k, c, (*at)++, err);
        if (r < 0 || !l->classes)
                return r;
        r = tamis_batch_add_column(batch, *at, err);
        for (size_t i = 0; r == 0 && i < v->n; i++)
                r = tamis_batch_set_text(batch, v->row[i], *at, l->names[decide(p + i * l->k, l->k)], err);
        ++*at;
        return r;
}

static int apply(void *state, tamis_batch *batch, tamis_error *err) {
        tamis_learn *l = state;
        struct view v = {0};
        size_t at = l->at, parts = l->features.n + 1;
        double *p = tamis_arena_get_zeroed(&batch->arena, batch->n_rows * l->k + 1, sizeof *p), *shap;
        int r = p ? look(l, batch, &v, err) : tamis_fail_memory(err);

        if (r == 0)
                r = l->learner->score(l, v.cells, v.n, p, err);
        if (r == 0)
                r = write_scores(l, batch, &v, p, &at, err);
        if (r < 0 || !l->explain)
                return r;
        shap = tamis_arena_get_zeroed(&batch->arena, v.n * parts + 1, sizeof *shap);
        r = shap ? tamis_learn_explain(l, v.cells, v.n, shap, err) : tamis_fail_memory(err);
        for (size_t j = 0; r == 0 && j < parts; j++)
                r = write_numbers(batch, &v, shap, parts, j, at++, err);
        return r;
}

static int end(void *state, const tamis_context *context, tamis_error *err) {
        const tamis_learn *l = state;

        if (l->unscored > 0)
                tamis_warn(context, "rows with a missing cell, which have no score (impute before): %llu", (unsigned long long) l->unscored);
        if (l->unknown > 0)
                tamis_warn(context, "cells with a level that was not learned: %llu", (unsigned long long) l->unknown);
        return 0;
}

const tamis_step_type tamis_step_learn = {
        .name = "learn",
        .summary = "train a model on the train rows, and score all rows",
        .details =
                "Adds _score: of two classes the probability of the positive one (of svm its margin), of numbers the prediction; of more "
                "classes _score_CLASS for each. Classes have _predicted as well, the likeliest. Numbers go in standardised, categories "
                "as a place for each level, both as the train rows have them; ids and columns that begin with _ stay out. A row with "
                "a missing cell has no score, but of boost and majority.\n"
                "The rows learned from are scored like any others, and look better than new ones will: `tamis evaluate` measures on "
                "rows that were held out. With --save, `tamis apply` scores new rows.\n"
                "--explain: _shap is the mean score, _shap_NAME what the row's cell adds to it: exact Shapley values of the log-odds, "
                "the margin or the number, columns taken to be independent. They add up to the score.",
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
        .attach = attach,
        .apply = apply,
        .end = end,
        .save = tamis_learn_save,
        .load = tamis_learn_load,
        .report = tamis_learn_report,
        .done = done,
};
