#include <stdlib.h>

#include "encode/coding.h"
#include "encode/encode.h"

/* One part of --strategy: `Sex=onehot`, or `onehot` for all that suit. */
struct wish {
        char *sel;              /* NULL: all that suit */
        const tamis_encoder *encoder;
};

struct encode {
        const tamis_context *context;
        tamis_coding_options options;
        bool limited;           /* nothing was said that would keep the number of levels small */
        struct wish *wishes;
        size_t n_wishes;
        tamis_columns columns;
        tamis_coding *codings;  /* per column */
        size_t *by_place;       /* the codings from the last column to the first, once attached */
};

struct partial {
        tamis_coding *codings;
        size_t n;
};

static const char *const unknowns[] = { "error", "zeros", "missing", NULL };
static const char *const holes[] = { "zeros", "column", NULL };

static const tamis_option options[] = {
        { "drop-first", 0, TAMIS_FLAG, NULL, NULL, "onehot: no column for the first level, for linear models", NULL },
        { "max-categories", 0, TAMIS_COUNT, "N", NULL, "keep the N-1 most frequent levels, "
          "the others become one", NULL },
        { "min-count", 0, TAMIS_COUNT, "N", NULL, "levels of fewer than N rows become one", NULL },
        { "unknown", 0, TAMIS_CHOICE, "HOW", "error", "a level that was not learned: "
          "error, zeros (onehot), missing (ordinal)",
          unknowns },
        { "missing", 0, TAMIS_CHOICE, "HOW", "zeros", "onehot, a missing cell: zeros, or a column of its own", holes },
        { NULL },
};

/* Sorted by name. */
static const tamis_strategy *const encoders[] = { &tamis_encoder_onehot.strategy, &tamis_encoder_ordinal.strategy };

const tamis_strategy *const *tamis_encoders(size_t *n) {
        *n = sizeof encoders / sizeof *encoders;
        return encoders;
}

/* -- what was asked ------------------------------------------------------------------------------------------------ */

static int add_wish(tamis_slice name, tamis_slice value, void *arg, tamis_error *err) {
        struct encode *e = arg;
        const tamis_strategy *strategy;
        struct wish *more = realloc(e->wishes, (e->n_wishes + 1) * sizeof *more);
        char *word;
        int r;

        if (!more)
                return tamis_fail_memory(err);
        e->wishes = more;
        word = strndup(value.p ? value.p : "", value.n);
        if (!word)
                return tamis_fail_memory(err);
        r = tamis_strategy_find(&tamis_step_encode, word, &strategy, err);
        free(word);
        if (r < 0)
                return r;
        more[e->n_wishes] = (struct wish) { .encoder = (const tamis_encoder *) strategy };
        if (name.p && !tamis_slice_equal(name, tamis_slice_of("*"))) {
                more[e->n_wishes].sel = strndup(name.p, name.n);
                if (!more[e->n_wishes].sel)
                        return tamis_fail_memory(err);
        }
        e->n_wishes++;
        return 0;
}

static int check(const struct encode *e, const tamis_settings *settings, tamis_error *err) {
        const char *unknown = tamis_settings_text(settings, "unknown");
        bool onehot = false, ordinal = false;

        for (size_t i = 0; i < e->n_wishes; i++) {
                onehot |= e->wishes[i].encoder->replaces;
                ordinal |= !e->wishes[i].encoder->replaces;
        }
        if (!onehot && strcmp(unknown, "zeros") == 0)
                return tamis_fail(err, TAMIS_USAGE, "ordinal has no zeros to write for what it does not know: "
                                  "--unknown missing");
        if (!ordinal && strcmp(unknown, "missing") == 0)
                return tamis_fail(err, TAMIS_USAGE, "onehot writes zeros for what it does not know: --unknown zeros");
        if (!onehot && (e->options.drop_first || e->options.missing_column))
                return tamis_fail(err, TAMIS_USAGE, "--%s goes with onehot",
                                  e->options.drop_first ? "drop-first" : "missing column");
        if (tamis_settings_given(settings, "max-categories") && e->options.max_slots == 0)
                return tamis_fail(err, TAMIS_USAGE, "--max-categories 0: at least 1");
        return 0;
}

static int configure(void *state, const tamis_context *context, tamis_error *err) {
        struct encode *e = state;
        const tamis_settings *settings = context->settings;
        int r;

        e->context = context;
        e->options.drop_first = tamis_settings_flag(settings, "drop-first");
        e->options.max_slots = tamis_settings_count(settings, "max-categories");
        e->options.min_count = tamis_settings_count(settings, "min-count");
        e->options.pass_unknown = strcmp(tamis_settings_text(settings, "unknown"), "error") != 0;
        e->options.missing_column = strcmp(tamis_settings_text(settings, "missing"), "column") == 0;
        e->limited = !e->options.max_slots && !e->options.min_count;
        r = tamis_pairs(tamis_settings_text(settings, "strategy"), "--strategy", add_wish, e, err);
        return r < 0 ? r : check(e, settings, err);
}

/* -- which columns ------------------------------------------------------------------------------------------------- */

static bool holds(const tamis_selection *s, size_t column) {
        for (size_t i = 0; i < s->n; i++)
                if (s->columns[i] == column)
                        return true;
        return false;
}

/* What a wish names goes first, whatever the order; the first wish for a column holds. */
static int grant_named(const struct encode *e, tamis_schema *schema, const tamis_selection *allowed,
                       const tamis_encoder **chosen, tamis_error *err) {
        for (size_t i = 0; i < e->n_wishes; i++) {
                tamis_selection named = {0};
                int r;

                if (!e->wishes[i].sel)
                        continue;
                r = tamis_select(schema, e->wishes[i].sel, &named, err);
                if (r < 0)
                        return r;
                for (size_t k = 0; k < named.n && r == 0; k++) {
                        size_t at = named.columns[k];

                        if (!holds(allowed, at))
                                r = tamis_fail(err, TAMIS_USAGE, "--strategy: \"%s\" is no "
                                               "column to work on", schema->fields[at].name);
                        else if (!chosen[at])
                                chosen[at] = e->wishes[i].encoder;
                }
                tamis_selection_done(&named);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int grant_rest(const struct encode *e, tamis_schema *schema, const tamis_encoder **chosen, tamis_error *err) {
        for (size_t i = 0; i < e->n_wishes; i++) {
                tamis_selection rest = {0};
                int r;

                if (e->wishes[i].sel)
                        continue;
                r = tamis_features(e->context, schema, 1U << TAMIS_TYPE_CATEGORICAL, &rest, err);
                if (r < 0)
                        return r;
                for (size_t k = 0; k < rest.n; k++)
                        if (!chosen[rest.columns[k]])
                                chosen[rest.columns[k]] = e->wishes[i].encoder;
                tamis_selection_done(&rest);
                return 0;
        }
        return 0;
}

static int make_codings(struct encode *e, tamis_error *err) {
        e->codings = calloc(e->columns.n + 1, sizeof *e->codings);
        e->by_place = calloc(e->columns.n + 1, sizeof *e->by_place);
        if (!e->codings || !e->by_place)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < e->columns.n; i++) {
                e->codings[i].context = e->context;
                e->codings[i].name = e->columns.names[i];
        }
        return 0;
}

static int bind(void *state, const tamis_context *context, tamis_schema *schema, tamis_error *err) {
        struct encode *e = state;
        const tamis_encoder **chosen = calloc(schema->n + 1, sizeof *chosen);
        tamis_selection allowed = {0}, work = {0};
        int r;

        work.columns = calloc(schema->n + 1, sizeof *work.columns);
        r = chosen && work.columns ? tamis_features(context, schema, 0, &allowed, err) : tamis_fail_memory(err);
        if (r == 0)
                r = grant_named(e, schema, &allowed, chosen, err);
        if (r == 0)
                r = grant_rest(e, schema, chosen, err);
        if (r < 0)
                goto out;
        for (size_t i = 0; i < schema->n; i++)
                if (chosen[i])
                        work.columns[work.n++] = i;
        r = tamis_columns_bind(&e->columns, schema, &work, err);
        if (r == 0)
                r = make_codings(e, err);
        for (size_t i = 0; r == 0 && i < work.n; i++)
                e->codings[i].encoder = chosen[work.columns[i]];
out:
        free(chosen);
        tamis_selection_done(&allowed);
        tamis_selection_done(&work);
        return r;
}

/* -- learning ------------------------------------------------------------------------------------------------------ */

static bool is_limited(const struct encode *e, size_t column) {
        return e->limited && e->codings[column].encoder->replaces;
}

static int learn(const void *state, void *partial, tamis_batch *batch, tamis_error *err) {
        const struct encode *e = state;
        struct partial *p = partial;
        int r = 0;

        if (!p->codings) {
                p->codings = calloc(e->columns.n + 1, sizeof *p->codings);
                if (!p->codings)
                        return tamis_fail_memory(err);
                p->n = e->columns.n;
        }
        for (size_t i = 0; i < p->n && r == 0; i++)
                r = tamis_coding_learn(&p->codings[i], batch, e->columns.at[i], is_limited(e, i), err);
        return r;
}

static int merge(void *state, void *partial, tamis_error *err) {
        struct encode *e = state;
        struct partial *p = partial;
        int r = 0;

        for (size_t i = 0; i < p->n && r == 0; i++)
                r = tamis_coding_merge(&e->codings[i], &p->codings[i], is_limited(e, i), err);
        return r;
}

static void partial_done(void *partial) {
        struct partial *p = partial;

        for (size_t i = 0; i < p->n; i++)
                tamis_coding_done(&p->codings[i]);
        free(p->codings);
}

static int settle(struct encode *e, tamis_coding *c, tamis_error *err) {
        int r = tamis_coding_settle(c, &e->options, err);

        if (r < 0)
                return r;
        if (c->encoder->replaces && (c->overflow || (!e->options.max_slots && c->n_slots > TAMIS_MAX_LEVELS)))
                return tamis_fail(err, TAMIS_BAD_DATA, "column \"%s\" has more than %d levels, and each would be a "
                                  "column (--max-categories N keeps the most frequent; -s ordinal makes codes; -c "
                                  "'!%s' leaves it)",
                                  c->name, TAMIS_MAX_LEVELS, c->name);
        if (c->levels.n == 0)
                tamis_warn(e->context, "column \"%s\" is empty in the rows learned from: left as it is", c->name);
        else if (c->encoder->replaces && c->missing_learned && !e->options.missing_column)
                tamis_warn(e->context, "column \"%s\": %llu missing cell%s learned from: all its columns are 0 there "
                           "(impute them first, or --missing column)", c->name, (unsigned long long) c->missing_learned,
                           c->missing_learned == 1 ? "" : "s");
        return 0;
}

static int finish(void *state, const tamis_context *context, bool *again, tamis_error *err) {
        struct encode *e = state;
        int r = 0;

        if (e->columns.n == 0)
                tamis_warn(context, "there is no categorical column to encode");
        for (size_t i = 0; i < e->columns.n && r == 0; i++)
                r = settle(e, &e->codings[i], err);
        return r;
}

/* -- working ------------------------------------------------------------------------------------------------------- */

/* Without a level there is nothing to encode: the column stays. */
static bool replaces(const tamis_coding *c) {
        return c->encoder->replaces && c->levels.n > 0;
}

static void sort_by_place(struct encode *e) {
        for (size_t i = 0; i < e->columns.n; i++) {
                size_t k = i;

                for (; k > 0 && e->codings[e->by_place[k - 1]].at < e->columns.at[i]; k--)
                        e->by_place[k] = e->by_place[k - 1];
                e->by_place[k] = i;
                e->codings[i].at = e->columns.at[i];
        }
}

/* All that go, go before the first new one comes: a new name may be that of a column that went. */
static int attach(void *state, const tamis_context *context, tamis_schema *schema, tamis_error *err) {
        struct encode *e = state;
        size_t gone = 0, come = 0;
        int r = tamis_columns_attach(&e->columns, schema, err);

        if (r < 0)
                return r;
        sort_by_place(e);
        for (size_t i = 0; i < e->columns.n; i++)
                if (replaces(&e->codings[e->by_place[i]]))
                        tamis_schema_remove(schema, e->codings[e->by_place[i]].at);
        for (size_t i = e->columns.n; i-- > 0 && r == 0;) {
                const tamis_coding *c = &e->codings[e->by_place[i]];
                size_t n = 0;

                if (!replaces(c))
                        continue;
                r = c->encoder->attach(c, &e->options, schema, c->at - gone + come, &n, err);
                come += n;
                gone++;
        }
        return r;
}

/* From the last column to the first, so that the places of those to come stay true. */
static int apply(void *state, tamis_batch *batch, tamis_error *err) {
        struct encode *e = state;
        int r = 0;

        for (size_t i = 0; i < e->columns.n && r == 0; i++) {
                tamis_coding *c = &e->codings[e->by_place[i]];
                const int32_t *slots;

                if (c->levels.n == 0)
                        continue;
                r = tamis_coding_slots(c, &e->options, batch, &slots, err);
                if (r == 0)
                        r = c->encoder->apply(c, &e->options, batch, slots, err);
        }
        return r;
}

/* -- saving -------------------------------------------------------------------------------------------------------- */

static int each_coding(const struct encode *e, int (*tell)(const tamis_coding *, json_t **, tamis_error *),
                       json_t **ret, tamis_error *err) {
        json_t *all = json_array();
        int r = all ? 0 : tamis_fail_memory(err);

        for (size_t i = 0; i < e->columns.n && r == 0; i++) {
                json_t *one;

                r = tell(&e->codings[i], &one, err);
                if (r == 0 && json_array_append_new(all, one) < 0)
                        r = tamis_fail_memory(err);
        }
        if (r < 0)
                json_decref(all);
        else
                *ret = all;
        return r;
}

static int save(const void *state, json_t *into, tamis_error *err) {
        const struct encode *e = state;
        json_t *columns, *codings;
        int r = tamis_columns_save(&e->columns, &columns, err);

        if (r == 0 && json_object_set_new(into, "columns", columns) < 0)
                r = tamis_fail_memory(err);
        if (r == 0)
                r = each_coding(e, tamis_coding_save, &codings, err);
        if (r == 0 && json_object_set_new(into, "codings", codings) < 0)
                r = tamis_fail_memory(err);
        return r;
}

static int load(void *state, const tamis_context *context, const json_t *from, tamis_error *err) {
        struct encode *e = state;
        const json_t *codings;
        int r = tamis_columns_load(&e->columns, json_object_get(from, "columns"), err);

        if (r == 0)
                r = make_codings(e, err);
        if (r == 0)
                r = tamis_json_array(from, "codings", e->columns.n, &codings, err);
        for (size_t i = 0; i < e->columns.n && r == 0; i++)
                r = tamis_coding_load(&e->codings[i], &tamis_step_encode, json_array_get(codings, i), err);
        return r;
}

static int report(const void *state, json_t *into, tamis_error *err) {
        json_t *columns;
        int r = each_coding(state, tamis_coding_report, &columns, err);

        if (r == 0 && json_object_set_new(into, "columns", columns) < 0)
                r = tamis_fail_memory(err);
        return r;
}

static void done(void *state) {
        struct encode *e = state;

        for (size_t i = 0; i < e->n_wishes; i++)
                free(e->wishes[i].sel);
        free(e->wishes);
        if (e->codings)
                for (size_t i = 0; i < e->columns.n; i++)
                        tamis_coding_done(&e->codings[i]);
        free(e->codings);
        free(e->by_place);
        tamis_columns_done(&e->columns);
}

const tamis_step_type tamis_step_encode = {
        .name = "encode",
        .summary = "put categories as numbers",
        .details = "The levels of a column are the texts it has in the rows learned from, sorted bytewise, or by value "
                   "when all of them are numbers. Without --columns every categorical column is encoded; --columns may "
                   "name numeric ones as well.\n\n"
                   "onehot puts a column COL_level for each level in the place of COL; rare levels (--min-count, "
                   "--max-categories) share COL_infrequent. A missing cell is 0 in all of them; with --missing column "
                   "it is 1 in COL_missing, which is there when a cell was missing in the rows learned from.\n\n"
                   "ordinal puts codes 0, 1, 2, ... in the place of the cells; rare levels share the last code.\n\n"
                   "-s 'Pclass=ordinal,*=onehot' encodes column by column.",
        .options = options,
        .common = TAMIS_OPT_COLUMNS | TAMIS_OPT_TARGET | TAMIS_OPT_STRATEGY | TAMIS_OPT_LEARN | TAMIS_OPT_MISSING,
        .strategy = "onehot",
        .strategies = tamis_encoders,
        .examples = "tamis encode -c Sex,Embarked titanic.csv\n"
                    "tamis encode -t Survived --max-categories 20 --save encode.json train.csv\n"
                    "tamis encode -s 'Pclass=ordinal,Sex=onehot' titanic.csv",
        .traits = TAMIS_LEARNS,
        .state_size = sizeof(struct encode),
        .configure = configure,
        .bind = bind,
        .partial_size = sizeof(struct partial),
        .learn = learn,
        .merge = merge,
        .partial_done = partial_done,
        .finish = finish,
        .attach = attach,
        .apply = apply,
        .save = save,
        .load = load,
        .report = report,
        .done = done,
};
