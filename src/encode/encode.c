#include <math.h>
#include <stdlib.h>

#include "encode/state.h"

struct partial {
        tamis_coding *codings;
        size_t n;
        tamis_evidence evidence;
};

/* -- which columns ------------------------------------------------------------------------------------------------- */

static bool holds(const tamis_selection *s, size_t column) {
        for (size_t i = 0; i < s->n; i++)
                if (s->columns[i] == column)
                        return true;
        return false;
}

/* What a wish names goes first, whatever the order; the first wish for a column holds. */
static int grant_named(const struct tamis_encode *e, tamis_schema *schema, const tamis_selection *allowed,
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

static int grant_rest(const struct tamis_encode *e, tamis_schema *schema, const tamis_encoder **chosen,
                      tamis_error *err) {
        for (size_t i = 0; i < e->n_wishes; i++) {
                tamis_selection rest = {0};
                int r;

                if (e->wishes[i].sel)
                        continue;
                r = tamis_features(e->context, schema,
                                   e->wishes[i].encoder->any_type ? 0 : 1U << TAMIS_TYPE_CATEGORICAL, &rest, err);
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

static int make_codings(struct tamis_encode *e, tamis_error *err) {
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

static int bind_target(struct tamis_encode *e, tamis_schema *schema, tamis_error *err) {
        int r = tamis_target(e->context, schema, &e->target, err);

        if (r < 0)
                return r;
        e->target_name = tamis_settings_text(e->context->settings, "target");
        e->evidence.numeric = tamis_schema_type(schema, e->target) == TAMIS_TYPE_NUMERIC;
        return 0;
}

static int bind(void *state, const tamis_context *context, tamis_schema *schema, tamis_error *err) {
        struct tamis_encode *e = state;
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
        e->supervised = false;
        for (size_t i = 0; r == 0 && i < work.n; i++) {
                e->codings[i].encoder = chosen[work.columns[i]];
                e->supervised |= e->codings[i].encoder->supervised;
        }
        if (r == 0 && e->supervised)
                r = bind_target(e, schema, err);
out:
        free(chosen);
        tamis_selection_done(&allowed);
        tamis_selection_done(&work);
        return r;
}

/* -- learning ------------------------------------------------------------------------------------------------------ */

static bool is_limited(const struct tamis_encode *e, size_t column) {
        return e->limited && e->codings[column].encoder->limited;
}

static int learn(const void *state, void *partial, tamis_batch *batch, tamis_error *err) {
        const struct tamis_encode *e = state;
        struct partial *p = partial;
        int r = 0;

        if (!p->codings) {
                p->codings = calloc(e->columns.n + 1, sizeof *p->codings);
                if (!p->codings)
                        return tamis_fail_memory(err);
                p->n = e->columns.n;
                p->evidence.numeric = e->evidence.numeric;
        }
        for (size_t i = 0; i < p->n && r == 0; i++) {
                p->codings[i].encoder = e->codings[i].encoder;
                r = tamis_coding_learn(&p->codings[i], batch, e->columns.at[i], is_limited(e, i), err);
        }
        return r == 0 && e->supervised ? tamis_evidence_learn(&p->evidence, batch, e->target, err) : r;
}

static int merge(void *state, void *partial, tamis_error *err) {
        struct tamis_encode *e = state;
        struct partial *p = partial;
        int r = 0;

        for (size_t i = 0; i < p->n && r == 0; i++)
                r = tamis_coding_merge(&e->codings[i], &p->codings[i], is_limited(e, i), err);
        return r == 0 && e->supervised ? tamis_evidence_merge(&e->evidence, &p->evidence, err) : r;
}

static void partial_done(void *partial) {
        struct partial *p = partial;

        for (size_t i = 0; i < p->n; i++)
                tamis_coding_done(&p->codings[i]);
        free(p->codings);
        tamis_evidence_done(&p->evidence);
}

static int settle(struct tamis_encode *e, tamis_coding *c, tamis_error *err) {
        int r = tamis_coding_settle(c, &e->options, err);

        if (r < 0)
                return r;
        if (c->encoder->limited && (c->overflow || (!e->options.max_slots && c->n_slots > TAMIS_MAX_LEVELS)))
                return tamis_fail(err, TAMIS_BAD_DATA, "column \"%s\" has more than %d levels, and each would be a "
                                  "column (--max-categories N keeps the most frequent; -s ordinal makes codes; -c "
                                  "'!%s' leaves it)",
                                  c->name, TAMIS_MAX_LEVELS, c->name);
        if (c->encoder->no_levels)
                return 0;
        if (c->levels.n == 0)
                tamis_warn(e->context, "column \"%s\" is empty in the rows learned from: left as it is", c->name);
        else if (c->encoder->zeros && c->missing_learned && !e->options.missing_column)
                tamis_warn(e->context, "column \"%s\": %llu missing cell%s learned from: all its columns are 0 there "
                           "(impute them first%s)", c->name, (unsigned long long) c->missing_learned,
                           c->missing_learned == 1 ? "" : "s", c->encoder->limited ? ", or --missing column" : "");
        if (c->levels.n > 0 && c->encoder->finish)
                r = c->encoder->finish(c, &e->options, err);
        if (r == 0 && c->levels.n > 0 && c->encoder->supervised)
                r = tamis_evidence_weigh(&e->evidence, c, &e->options, err);
        for (size_t i = 0; r == 0 && c->values && e->unknown_missing && i < tamis_coding_outputs(c); i++)
                c->values[(c->n_slots + 1) * tamis_coding_outputs(c) + i] = NAN;
        return r;
}

static int finish(void *state, const tamis_context *context, bool *again, tamis_error *err) {
        struct tamis_encode *e = state;
        int r = 0;

        if (e->columns.n == 0)
                tamis_warn(context, "there is no categorical column to encode");
        if (e->supervised)
                r = tamis_evidence_settle(&e->evidence, tamis_settings_text(context->settings, "positive"),
                                          e->target_name, err);
        for (size_t i = 0; i < e->columns.n && r == 0; i++)
                r = settle(e, &e->codings[i], err);
        tamis_evidence_done(&e->evidence);
        return r;
}

/* -- working ------------------------------------------------------------------------------------------------------- */

static void sort_by_place(struct tamis_encode *e) {
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
        struct tamis_encode *e = state;
        size_t gone = 0, come = 0;
        int r = tamis_columns_attach(&e->columns, schema, err);

        if (r < 0)
                return r;
        sort_by_place(e);
        for (size_t i = 0; i < e->columns.n; i++)
                if (tamis_coding_replaces(&e->codings[e->by_place[i]]))
                        tamis_schema_remove(schema, e->codings[e->by_place[i]].at);
        for (size_t i = e->columns.n; i-- > 0 && r == 0;) {
                const tamis_coding *c = &e->codings[e->by_place[i]];
                size_t n = 0;

                bool goes = tamis_coding_replaces(c);

                if (!goes && !(c->encoder->keeps && tamis_coding_works(c)))
                        continue;
                r = c->encoder->attach(c, &e->options, schema, c->at + !goes - gone + come, &n, err);
                come += n;
                gone += goes;
        }
        return r;
}

/* From the last column to the first, so that the places of those to come stay true. */
static int apply(void *state, tamis_batch *batch, tamis_error *err) {
        struct tamis_encode *e = state;
        int precision = batch->precision, r = 0;

        for (size_t i = 0; i < e->columns.n && r == 0; i++) {
                tamis_coding *c = &e->codings[e->by_place[i]];
                const int32_t *slots = NULL;

                if (!tamis_coding_works(c))
                        continue;
                if (!c->encoder->no_levels)
                        r = tamis_coding_slots(c, &e->options, batch, &slots, err);
                /* flags, codes and counts are whole, whatever --precision says of others */
                batch->precision = c->values && !e->options.counts ? precision : -1;
                if (r == 0)
                        r = c->encoder->apply(c, &e->options, batch, slots, err);
        }
        batch->precision = precision;
        return r;
}

/* -- saving -------------------------------------------------------------------------------------------------------- */

static int each_coding(const struct tamis_encode *e, int (*tell)(const tamis_coding *, json_t **, tamis_error *),
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
        const struct tamis_encode *e = state;
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
        struct tamis_encode *e = state;
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
        struct tamis_encode *e = state;

        for (size_t i = 0; i < e->n_wishes; i++)
                free(e->wishes[i].sel);
        free(e->wishes);
        if (e->codings)
                for (size_t i = 0; i < e->columns.n; i++)
                        tamis_coding_done(&e->codings[i]);
        free(e->codings);
        free(e->by_place);
        tamis_evidence_done(&e->evidence);
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
                   "ordinal puts codes 0, 1, 2, ... in the place of the cells; rare levels share the last code. binary "
                   "puts the digits of that code, from 1, in columns of 0 and 1; frequency the level's share of the "
                   "rows; hash needs to learn nothing. missing-flag leaves the column and puts one behind it that says "
                   "where cells are missing; it takes columns of numbers too.\n\n"
                   "target and woe ask the target, which is a number, or of two classes, or (target alone) of more, "
                   "each of which is then a column COL_class. Missing cells are a level of their own. A row learned "
                   "from gets the value that the other folds (--cross-fit) give its level, so that it never sees its "
                   "own target; all other rows, and whatever a saved model meets, get that of all rows learned from. "
                   "Folds are drawn by --seed and the number of the row.\n\n"
                   "-s 'Pclass=ordinal,*=onehot' encodes column by column.",
        .options = tamis_encode_options,
        .common = TAMIS_OPT_COLUMNS | TAMIS_OPT_TARGET | TAMIS_OPT_STRATEGY | TAMIS_OPT_LEARN | TAMIS_OPT_MISSING
                  | TAMIS_OPT_SEED | TAMIS_OPT_PRECISION,
        .strategy = "onehot",
        .strategies = tamis_encoders,
        .examples = "tamis encode -c Sex,Embarked titanic.csv\n"
                    "tamis encode -t Survived --max-categories 20 --save encode.json train.csv\n"
                    "tamis encode -s 'Pclass=ordinal,Sex=onehot' titanic.csv\n"
                    "tamis encode -t Survived -s target -c Cabin --seed 1 titanic.csv",
        .traits = TAMIS_LEARNS,
        .state_size = sizeof(struct tamis_encode),
        .configure = tamis_encode_configure,
        .also = tamis_encode_also,
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
