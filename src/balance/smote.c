#include <stdio.h>
#include <stdlib.h>

#include "balance/smote.h"

/* -- learning ------------------------------------------------------------------------------------------------------ */

static tamis_slice name_of(const tamis_schema *schema, size_t i) {
        return (tamis_slice) { schema->fields[i].name, schema->fields[i].name_length };
}

/* What a new row says of itself. */
static const char *const own_marks[] = { "_split", "_synthetic", "_parent", "_neighbor", "_gap" };

/* The columns whose texts a new row takes over: the group, and marks but for its own. */
static int find_carried(tamis_schema *schema, const char *group, tamis_selection *ret, tamis_error *err) {
        tamis_selection groups = { 0 };
        int r = group ? tamis_select(schema, group, &groups, err) : 0;

        for (size_t i = 0; r == 0 && i < schema->n; i++) {
                bool carried = tamis_reserved(name_of(schema, i));

                for (size_t j = 0; j < sizeof own_marks / sizeof *own_marks; j++)
                        carried &= !tamis_slice_equal(name_of(schema, i), tamis_slice_of(own_marks[j]));
                for (size_t j = 0; j < groups.n; j++)
                        carried |= groups.columns[j] == i;
                if (carried)
                        ret->columns[ret->n++] = i;
        }
        tamis_selection_done(&groups);
        return r;
}

/* Share the features out: numbers, categories. */
static int bind_features(tamis_smote *s, tamis_schema *schema, const tamis_selection *features, const char *group,
                         tamis_error *err) {
        tamis_selection part = { .columns = calloc(schema->n + 1, sizeof *part.columns) };
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
        part.n = 0;
        if (r == 0)
                r = find_carried(schema, group, &part, err);
        if (r == 0)
                r = tamis_columns_bind(&s->carried, schema, &part, err);
        free(part.columns);
        return r;
}

static int bind(void *state, const tamis_context *context, tamis_schema *schema, tamis_error *err) {
        tamis_smote *s = state;
        tamis_selection features = { 0 };
        size_t target;
        int r = tamis_target(context, schema, &target, err);

        if (r == 0)
                r = tamis_columns_bind(&s->target, schema, &(tamis_selection) { .columns = &target, .n = 1 }, err);
        if (r == 0)
                r = tamis_features(context, schema, 1U << TAMIS_TYPE_NUMERIC | 1U << TAMIS_TYPE_CATEGORICAL, &features,
                                   err);
        if (r == 0)
                r = bind_features(s, schema, &features, tamis_settings_text(context->settings, "group"), err);
        s->chosen = tamis_settings_given(context->settings, "columns");
        tamis_selection_done(&features);
        return r;
}

/* Types are settled by the end of the pass, not before: only then may the strategy refuse. */
static int choose_strategy(tamis_smote *s, tamis_error *err) {
        if (s->numbers.n + s->categories.n == 0)
                return tamis_fail(err, TAMIS_USAGE, "there is no feature: no column but the target");
        if (!s->smoter)
                s->smoter = s->categories.n == 0 ? &tamis_smoter_plain : s->numbers.n == 0 ? &tamis_smoter_n
                        : &tamis_smoter_nc;
        return s->smoter->suits(s, err);
}

struct partial {
        tamis_labels labels;
        tamis_rows rows;
};

static int learn(const void *state, void *partial, tamis_batch *batch, tamis_error *err) {
        const tamis_smote *s = state;
        struct partial *p = partial;
        const tamis_rows_columns columns = {
                .numbers = s->numbers.at, .n_numbers = s->numbers.n,
                .categories = s->categories.at, .n_categories = s->categories.n,
                .carried = s->carried.at, .n_carried = s->carried.n,
        };
        int r = tamis_labels_learn(&p->labels, batch, s->target.at[0], true, err);

        if (r < 0)
                return r;
        return tamis_rows_learn(&p->rows, batch, &columns, p->labels.codes + p->labels.n - batch->n_rows, err);
}

static int merge(void *state, void *partial, tamis_error *err) {
        tamis_smote *s = state;
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
        int r = choose_strategy(state, err);

        return r == 0 ? tamis_smote_plan(state, context, err) : r;
}

/* -- the table that goes out --------------------------------------------------------------------------------------- */

/* Columns that nobody chose are empty in new rows: a person should know. */
static void warn_of_empty_columns(const tamis_smote *s, const tamis_context *context, const tamis_schema *schema) {
        char names[1024] = "";
        size_t n = 0;

        if (!s->chosen || s->n_made == 0)
                return;
        for (size_t i = 0; i < schema->n; i++) {
                bool filled = i == s->target.at[0] || tamis_reserved(name_of(schema, i));

                for (size_t j = 0; j < s->numbers.n; j++)
                        filled |= s->numbers.at[j] == i;
                for (size_t j = 0; j < s->categories.n; j++)
                        filled |= s->categories.at[j] == i;
                for (size_t j = 0; j < s->carried.n; j++)
                        filled |= s->carried.at[j] == i;
                if (!filled && n < sizeof names)
                        n += (size_t) snprintf(names + n, sizeof names - n, "%s\"%s\"", n ? ", " : "",
                                               schema->fields[i].name);
        }
        if (n > 0)
                tamis_warn(context, "columns that were not chosen are empty in the new rows: %s", names);
}

static int find_or_add(tamis_schema *schema, const char *name, long *at, tamis_error *err) {
        int r;

        *at = tamis_schema_find(schema, tamis_slice_of(name));
        if (*at >= 0)
                return 0;
        r = tamis_schema_add(schema, schema->n, tamis_slice_of(name), TAMIS_TYPE_NUMERIC, err);
        if (r == 0)
                *at = (long) schema->n - 1;
        return r;
}

static int attach(void *state, const tamis_context *context, tamis_schema *schema, tamis_error *err) {
        tamis_smote *s = state;
        int r = tamis_columns_attach(&s->target, schema, err);

        if (r == 0)
                r = tamis_columns_attach(&s->numbers, schema, err);
        if (r == 0)
                r = tamis_columns_attach(&s->categories, schema, err);
        if (r == 0)
                r = tamis_columns_attach(&s->carried, schema, err);
        if (r < 0)
                return r;
        s->at_split = tamis_schema_find(schema, tamis_slice_of("_split"));
        s->first_added = schema->n;
        s->at_synthetic = tamis_schema_find(schema, tamis_slice_of("_synthetic"));
        s->adds_mark = s->mark && s->at_synthetic < 0;
        if (s->mark)
                r = find_or_add(schema, "_synthetic", &s->at_synthetic, err);
        if (r == 0 && s->provenance)
                r = find_or_add(schema, "_parent", &s->at_parent, err);
        if (r == 0 && s->provenance)
                r = find_or_add(schema, "_neighbor", &s->at_neighbor, err);
        if (r == 0 && s->provenance)
                r = find_or_add(schema, "_gap", &s->at_gap, err);
        if (r < 0)
                return r;
        s->n_columns = schema->n;
        warn_of_empty_columns(s, context, schema);
        return 0;
}

static int apply(void *state, tamis_batch *batch, tamis_error *err) {
        const tamis_smote *s = state;
        int r = 0;

        for (size_t at = s->first_added; r == 0 && at < s->n_columns; at++)
                r = tamis_batch_add_column(batch, at, err);
        if (!s->adds_mark)
                return r;
        for (size_t row = 0; r == 0 && row < batch->n_rows; row++)
                r = tamis_batch_set_text(batch, row, (size_t) s->at_synthetic, tamis_slice_of("0"), err);
        return r;
}

static size_t tail_blocks(const void *state) {
        return tamis_smote_blocks(state);
}

static int tail(void *state, size_t block, tamis_batch *out, tamis_error *err) {
        return tamis_smote_make(state, block, out, err);
}

static int report(const void *state, json_t *into, tamis_error *err) {
        const tamis_smote *s = state;
        json_t *classes;
        int r = json_object_set_new(into, "strategy", json_string(s->smoter->base.name));

        classes = tamis_json_child(into, "classes", json_array());
        r |= classes ? 0 : -1;
        for (size_t i = 0; i < s->labels.n_classes; i++) {
                const tamis_smote_class *c = &s->classes[i];
                json_t *one = tamis_json_child(classes, NULL, json_object());

                r |= json_object_set_new(one, "class", tamis_json_bytes(s->labels.names[i]));
                r |= json_object_set_new(one, "before", json_integer((json_int_t) s->labels.counts[i]));
                r |= json_object_set_new(one, "after", json_integer((json_int_t) (s->labels.counts[i] + c->made)));
                r |= json_object_set_new(one, "synthetic", json_integer((json_int_t) c->made));
                if (c->made > 0) {
                        r |= json_object_set_new(one, "neighbors", json_integer((json_int_t) c->k));
                        r |= json_object_set_new(one, "seeds", json_integer((json_int_t) c->n_seeds));
                }
                if (c->why)
                        r |= json_object_set_new(one, "left_because", tamis_json_bytes(tamis_slice_of(c->why)));
        }
        r |= json_object_set_new(into, "synthetic", json_integer((json_int_t) s->n_made));
        r |= json_object_set_new(into, "rows_without_target", json_integer((json_int_t) s->labels.missing));
        return r < 0 ? tamis_fail_memory(err) : tamis_effects_report(&s->effects, into, err);
}

static void done(void *state) {
        tamis_smote *s = state;

        for (size_t i = 0; s->classes && i < s->labels.n_classes; i++) {
                free(s->classes[i].members);
                free(s->classes[i].neighbors);
                free(s->classes[i].foreign);
                free(s->classes[i].others);
                free(s->classes[i].noise);
                free(s->classes[i].seeds);
                free(s->classes[i].why);
        }
        free(s->classes);
        tamis_effects_done(&s->effects);
        tamis_ratio_done(&s->ratio);
        tamis_columns_done(&s->target);
        tamis_columns_done(&s->numbers);
        tamis_columns_done(&s->categories);
        tamis_columns_done(&s->carried);
        tamis_labels_done(&s->labels);
        tamis_rows_done(&s->rows);
}

const tamis_step_type tamis_step_smote = {
        .name = "smote",
        .summary = "add synthetic rows to the smaller classes",
        .details =
                "A new row lies between a row of a small class, its parent, and one of the parent's K nearest "
                "neighbours in that class: numbers are taken at a random share of the way, with the decimals of their "
                "column, and categories are what most of the neighbours have. Rows of a class are used equally often. "
                "The strategies differ in which rows are parents, toward whom they step and how far; without -s it is "
                "plain where all features are numbers, n where all are categories, else nc. New rows come behind the "
                "last one; only train rows are looked at and added to. They hang on the rows and the seed, not on the "
                "order of the rows.\n\n"
                "Features with missing cells are an error: fill them first. Rows whose target is missing pass through. "
                "Columns left out with --columns are empty in new rows.",
        .options = tamis_smote_options,
        .common = TAMIS_OPT_COLUMNS | TAMIS_OPT_TARGET | TAMIS_OPT_STRATEGY | TAMIS_OPT_SEED | TAMIS_OPT_MISSING
                | TAMIS_OPT_PRECISION,
        .strategies = tamis_smote_list_strategies,
        .examples =
                "tamis smote -t Survived --seed 7 train.csv > balanced.csv\n"
                "tamis smote -t grade --ratio 'rare=200' -k 3 --mark train.csv\n"
                "tamis smote -t y -s borderline1 --provenance train.csv\n"
                "tamis split -t y data.csv | tamis smote -t y --ratio 0.5 --rare reduce\n",
        .traits = TAMIS_LEARNS | TAMIS_RANDOM | TAMIS_CHANGES_ROWS | TAMIS_TRAIN_ONLY | TAMIS_HOLDS_ROWS,
        .state_size = sizeof(tamis_smote),
        .configure = tamis_smote_configure,
        .bind = bind,
        .partial_size = sizeof(struct partial),
        .learn = learn,
        .merge = merge,
        .partial_done = partial_done,
        .finish = finish,
        .attach = attach,
        .apply = apply,
        .tail_blocks = tail_blocks,
        .tail = tail,
        .report = report,
        .done = done,
};
