#include <stdio.h>
#include <stdlib.h>

#include "balance/prune.h"

static const char *const kind_choices[] = { "all", "mode", NULL };
static const char *const metric_choices[] = { "scaled", "raw", NULL };

static const tamis_option options[] = {
        { "neighbors", 'k', TAMIS_COUNT, "K", NULL, "how many neighbours are looked at; 3 unless given (iht: 10)" },
        { "kind", 0, TAMIS_CHOICE, "WHAT", "all",
          "enn, renn, allknn: a row goes when any neighbour is of another class (all), or most are (mode)",
          kind_choices },
        { "ratio", 0, TAMIS_TEXT, "R", "auto",
          "nearmiss, iht, centroids: auto: every class to the smallest; R: smaller / larger class; 'class=n,...': rows "
          "of a class" },
        { "only", 0, TAMIS_TEXT, "CLASS,...", NULL, "classes that may lose rows; '*': all; else all but the smallest" },
        { "metric", 0, TAMIS_CHOICE, "WHAT", "scaled",
          "scaled: numbers are divided by their standard deviation for distances; raw: as they are", metric_choices },
        { NULL },
};

static const tamis_strategy *const strategies[] = {
        &tamis_pruner_allknn.base, &tamis_pruner_centroids.base, &tamis_pruner_cnn.base, &tamis_pruner_enn.base,
        &tamis_pruner_iht.base, &tamis_pruner_ncr.base, &tamis_pruner_nearmiss1.base, &tamis_pruner_nearmiss2.base,
        &tamis_pruner_nearmiss3.base, &tamis_pruner_oss.base, &tamis_pruner_renn.base, &tamis_pruner_tomek.base,
};

static const tamis_strategy *const *list_strategies(size_t *n) {
        *n = sizeof strategies / sizeof *strategies;
        return strategies;
}

/* -- configure ----------------------------------------------------------------------------------------------------- */

static int check_taken(const tamis_prune *s, const tamis_settings *settings, tamis_error *err) {
        static const struct { const char *name; unsigned bit; } all[] = {
                { "neighbors", PRUNE_NEIGHBORS }, { "kind", PRUNE_KIND }, { "ratio", PRUNE_RATIO },
        };

        for (size_t i = 0; i < sizeof all / sizeof *all; i++)
                if (tamis_settings_given(settings, all[i].name) && !(s->pruner->takes & all[i].bit))
                        return tamis_fail(err, TAMIS_USAGE, "-s %s takes no --%s", s->pruner->base.name, all[i].name);
        return 0;
}

static int take_class(tamis_slice name, tamis_slice value, void *arg, tamis_error *err) {
        tamis_prune *s = arg;
        size_t code;

        if (name.p)
                return tamis_fail(err, TAMIS_USAGE, "--only: a list of classes is needed, and \"%.*s=%.*s\" is none",
                                  (int) name.n, name.p, (int) value.n, value.n ? value.p : "");
        if (tamis_slice_equal(value, tamis_slice_of("*"))) {
                s->only_all = true;
                return 0;
        }
        return tamis_dict_add(&s->only, value, 1, &code, err);
}

static int configure(void *state, const tamis_context *context, tamis_error *err) {
        tamis_prune *s = state;
        const tamis_settings *settings = context->settings;
        const char *strategy = tamis_settings_text(settings, "strategy"), *only;
        const tamis_strategy *found;
        int r;

        if (!strategy)
                return tamis_fail(err, TAMIS_USAGE,
                                  "--strategy is needed: allknn, centroids, cnn, enn, iht, ncr, nearmiss1, "
                                  "nearmiss2, nearmiss3, oss, renn or tomek");
        r = tamis_strategy_find(context->type, strategy, &found, err);
        if (r < 0)
                return r;
        s->pruner = (const tamis_pruner *) found;
        r = check_taken(s, settings, err);
        if (r < 0)
                return r;
        s->seed = s->pruner->takes & PRUNE_DRAWS ? context->seed : 0;
        s->k = s->pruner->k;
        if (tamis_settings_given(settings, "neighbors"))
                s->k = tamis_settings_count(settings, "neighbors");
        if ((s->k == 0 && s->pruner->takes & PRUNE_NEIGHBORS) || s->k > 100000)
                return tamis_fail(err, TAMIS_USAGE, "--neighbors %s: 1 to 100000",
                                  tamis_settings_text(settings, "neighbors"));
        s->mode = strcmp(tamis_settings_text(settings, "kind"), "mode") == 0;
        s->scaled = strcmp(tamis_settings_text(settings, "metric"), "scaled") == 0;
        only = tamis_settings_text(settings, "only");
        if (only) {
                s->has_only = true;
                r = tamis_pairs(only, "--only", take_class, s, err);
                if (r == 0 && s->only.n == 0 && !s->only_all)
                        r = tamis_fail(err, TAMIS_USAGE, "--only: a class is needed");
        }
        return r == 0 ? tamis_ratio_parse(&s->ratio, tamis_settings_text(settings, "ratio"), err) : r;
}

/* -- learning ------------------------------------------------------------------------------------------------------ */

static int bind_features(tamis_prune *s, tamis_schema *schema, const tamis_selection *features, tamis_error *err) {
        tamis_selection part = { .columns = calloc(features->n + 1, sizeof *part.columns) };
        int r = part.columns ? 0 : tamis_fail_memory(err);

        for (size_t i = 0; r == 0 && i < features->n; i++)
                if (tamis_schema_type(schema, features->columns[i]) != TAMIS_TYPE_CATEGORICAL)
                        part.columns[part.n++] = features->columns[i];
        if (r == 0)
                r = tamis_columns_bind(&s->numbers, schema, &part, err);
        part.n = 0;
        for (size_t i = 0; r == 0 && i < features->n; i++)
                if (tamis_schema_type(schema, features->columns[i]) == TAMIS_TYPE_CATEGORICAL)
                        part.columns[part.n++] = features->columns[i];
        if (r == 0)
                r = tamis_columns_bind(&s->categories, schema, &part, err);
        free(part.columns);
        return r;
}

static int bind(void *state, const tamis_context *context, tamis_schema *schema, tamis_error *err) {
        tamis_prune *s = state;
        tamis_selection features = { 0 };
        size_t target;
        int r = tamis_target(context, schema, &target, err);

        if (r == 0)
                r = tamis_columns_bind(&s->target, schema, &(tamis_selection) { .columns = &target, .n = 1 }, err);
        if (r == 0)
                r = tamis_features(context, schema, 1U << TAMIS_TYPE_NUMERIC | 1U << TAMIS_TYPE_CATEGORICAL, &features,
                                   err);
        if (r == 0)
                r = bind_features(s, schema, &features, err);
        if (r == 0 && context->reports)
                r = tamis_effects_begin(&s->effects, schema, (long) target, err);
        tamis_selection_done(&features);
        return r;
}

struct partial {
        tamis_labels labels;
        tamis_rows rows;
};

static int learn(const void *state, void *partial, tamis_batch *batch, tamis_error *err) {
        const tamis_prune *s = state;
        struct partial *p = partial;
        const tamis_rows_columns columns = {
                .numbers = s->numbers.at, .n_numbers = s->numbers.n,
                .categories = s->categories.at, .n_categories = s->categories.n,
        };
        int r = tamis_labels_learn(&p->labels, batch, s->target.at[0], true, err);

        if (r < 0)
                return r;
        return tamis_rows_learn(&p->rows, batch, &columns, p->labels.codes + p->labels.n - batch->n_rows, err);
}

static int merge(void *state, void *partial, tamis_error *err) {
        tamis_prune *s = state;
        struct partial *p = partial;
        int r = tamis_labels_merge(&s->labels, &p->labels, err);

        return r == 0 ? tamis_rows_merge(&s->rows, &p->rows, err) : r;
}

static void partial_done(void *partial) {
        struct partial *p = partial;

        tamis_labels_done(&p->labels);
        tamis_rows_done(&p->rows);
}

static int finish(void *state, const tamis_context *context, bool *again, tamis_error *err) {
        return tamis_prune_decide(state, context, err);
}

/* -- the table that goes out --------------------------------------------------------------------------------------- */

/* Of train rows with a class, as they come. */
static int see_effects(tamis_prune *s, tamis_batch *batch, const uint8_t *keep, tamis_error *err) {
        uint64_t train = batch->first_train;
        uint32_t *before, *after;

        if (!s->effects.on || !batch->final)
                return 0;
        before = tamis_arena_get(&batch->arena, (batch->n_rows + 1) * sizeof *before);
        after = tamis_arena_get(&batch->arena, (batch->n_rows + 1) * sizeof *after);
        if (!before || !after)
                return tamis_fail_memory(err);
        for (size_t row = 0; row < batch->n_rows; row++) {
                before[row] = tamis_batch_is_train(batch, row) && s->labels.codes[train++] != TAMIS_NO_CLASS;
                after[row] = before[row] && keep[row];
        }
        return tamis_effects_add(&s->effects, batch, before, after, err);
}

static int apply(void *state, tamis_batch *batch, tamis_error *err) {
        tamis_prune *s = state;
        uint64_t train = batch->first_train;
        uint8_t *keep = tamis_arena_get(&batch->arena, batch->n_rows + 1);
        bool same = true;
        int r;

        if (!keep)
                return tamis_fail_memory(err);
        for (size_t row = 0; row < batch->n_rows; row++) {
                keep[row] = !tamis_batch_is_train(batch, row) || !s->goes[train++];
                same &= keep[row];
        }
        r = see_effects(s, batch, keep, err);
        return r < 0 || same ? r : tamis_batch_keep_rows(batch, keep, err);
}

static int report(const void *state, json_t *into, tamis_error *err) {
        const tamis_prune *s = state;
        uint64_t after = 0;
        json_t *classes;
        int r = json_object_set_new(into, "strategy", json_string(s->pruner->base.name));

        if (s->pruner->takes & PRUNE_NEIGHBORS)
                r |= json_object_set_new(into, "neighbors", json_integer((json_int_t) s->k_used));
        classes = tamis_json_child(into, "classes", json_array());
        r |= classes ? 0 : -1;
        for (size_t c = 0; s->after && c < s->labels.n_classes; c++) {
                json_t *one = tamis_json_child(classes, NULL, json_object());
                uint64_t before = s->labels.counts[c];

                after += s->after[c];
                r |= json_object_set_new(one, "class", tamis_json_bytes(s->labels.names[c]));
                r |= json_object_set_new(one, "before", json_integer((json_int_t) before));
                r |= json_object_set_new(one, "after", json_integer((json_int_t) s->after[c]));
                r |= json_object_set_new(one, "dropped", json_integer((json_int_t) (before - s->after[c])));
        }
        for (size_t i = 0; i < s->n_facts; i++)
                r |= json_object_set_new(into, s->facts[i].name, json_integer((json_int_t) s->facts[i].n));
        r |= json_object_set_new(into, "train_rows_before",
                                 json_integer((json_int_t) (s->labels.n - s->labels.missing)));
        r |= json_object_set_new(into, "train_rows_after", json_integer((json_int_t) after));
        r |= json_object_set_new(into, "rows_without_target", json_integer((json_int_t) s->labels.missing));
        return r < 0 ? tamis_fail_memory(err) : tamis_effects_report(&s->effects, into, err);
}

static void done(void *state) {
        tamis_prune *s = state;

        tamis_ratio_done(&s->ratio);
        tamis_dict_done(&s->only);
        tamis_columns_done(&s->target);
        tamis_columns_done(&s->numbers);
        tamis_columns_done(&s->categories);
        tamis_labels_done(&s->labels);
        tamis_rows_done(&s->rows);
        tamis_effects_done(&s->effects);
        free(s->goes);
        free(s->after);
}

const tamis_step_type tamis_step_prune = {
        .name = "prune",
        .summary = "remove train rows that are noisy, redundant, or too many",
        .details =
                "Cleaners (tomek, enn, renn, allknn, ncr) remove rows whose neighbours are of another class; "
                "condensers (cnn, oss) rows that others of their class stand for; nearmiss1 to 3, iht and centroids "
                "bring a class to a size, --ratio. All classes but the smallest lose rows, or those of --only. A row "
                "is never its own neighbour, by its number: an exact duplicate is one.\n\n"
                "Rows leave byte for byte as they came, in their order. Only train rows are looked at and removed. "
                "Features with missing cells are an error: fill them first. Rows whose target is missing pass through.",
        .options = options,
        .common = TAMIS_OPT_COLUMNS | TAMIS_OPT_TARGET | TAMIS_OPT_STRATEGY | TAMIS_OPT_SEED | TAMIS_OPT_MISSING,
        .strategies = list_strategies,
        .examples =
                "tamis prune -t Survived -s tomek train.csv\n"
                "tamis smote -t y --seed 7 train.csv | tamis prune -t y -s enn --only '*'\n"
                "tamis prune -t fraud -s nearmiss1 --ratio 0.5 train.csv\n",
        .traits = TAMIS_LEARNS | TAMIS_RANDOM | TAMIS_CHANGES_ROWS | TAMIS_TRAIN_ONLY | TAMIS_HOLDS_ROWS,
        .state_size = sizeof(tamis_prune),
        .configure = configure,
        .bind = bind,
        .partial_size = sizeof(struct partial),
        .learn = learn,
        .merge = merge,
        .partial_done = partial_done,
        .finish = finish,
        .apply = apply,
        .report = report,
        .done = done,
};
