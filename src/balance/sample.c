#include <math.h>
#include <stdlib.h>

#include "balance/sample.h"

/* Rows that are told by themselves need nothing but the greatest cost. */
static bool idle(const void *state) {
        const tamis_sample *s = state;

        return s->sampler->streams && (s->has_shares || s->greatest > 0);
}

static unsigned also(const void *state) {
        const tamis_sample *s = state;

        return s->sampler && s->sampler->drains ? TAMIS_DRAINS : 0;
}

static int bind_one(tamis_columns *columns, tamis_schema *schema, size_t at, tamis_error *err) {
        return tamis_columns_bind(columns, schema, &(tamis_selection) { .columns = &at, .n = 1 }, err);
}

static int bind(void *state, const tamis_context *context, tamis_schema *schema, tamis_error *err) {
        tamis_sample *s = state;
        size_t at, at_target = 0;
        int r = 0;

        if (s->has_target) {
                r = tamis_target(context, schema, &at_target, err);
                if (r == 0)
                        r = bind_one(&s->target, schema, at_target, err);
        }
        if (r == 0 && s->value_option) {
                r = tamis_select_one(schema, tamis_settings_text(context->settings, s->value_option + 2),
                                     s->value_option, &at, err);
                if (r == 0)
                        r = bind_one(&s->value, schema, at, err);
        }
        s->n_columns = schema->n;
        s->delimiter = schema->dialect.delimiter;
        s->bound = true;
        s->alone = tamis_schema_find(schema, tamis_slice_of("_split")) < 0;
        if (r == 0 && context->reports)
                r = tamis_effects_begin(&s->effects, schema, s->has_target ? (long) at_target : -1, err);
        return r;
}

/* -- learning ------------------------------------------------------------------------------------------------------ */

struct partial {
        tamis_labels labels;
        double *values;
        size_t n;
        struct tamis_captured captured;
        tamis_offers offers;
};

static int learn_values(const tamis_sample *s, struct partial *p, tamis_batch *batch, tamis_error *err) {
        size_t column = s->value.at[0];
        bool zero = s->sampler->takes & SAMPLE_WEIGHT;  /* a weight may be 0: never drawn */
        const double *values;
        double *more;
        int r = tamis_batch_numbers(batch, column, &values, err);

        if (r < 0)
                return r;
        for (size_t row = 0; row < batch->n_rows; row++) {
                tamis_slice text;

                if (zero ? values[row] >= 0 : values[row] > 0)
                        continue;
                text = tamis_batch_text(batch, row, column);
                return tamis_batch_fail(batch, row, column, err, "\"%.*s\" is no %s: a number %s is needed",
                                        (int) text.n, text.n ? text.p : "", zero ? "weight" : "cost",
                                        zero ? "of 0 or more" : "above 0");
        }
        more = reallocarray(p->values, p->n + batch->n_rows + 1, sizeof *more);
        if (!more)
                return tamis_fail_memory(err);
        p->values = more;
        memcpy(more + p->n, values, batch->n_rows * sizeof *more);
        return 0;
}

/* Rows that are not sampled have no part in what sampling does: 1 for those without a class, where classes decide.
 * NULL: there are none. */
static int find_classless(const tamis_sample *s, tamis_batch *batch, const uint8_t **ret, tamis_error *err) {
        *ret = NULL;
        return s->has_target && !s->value_option ? tamis_batch_missing(batch, s->target.at[0], ret, err) : 0;
}

/* Before anything is taken; it has a lock of its own. */
static int see_whole(const tamis_sample *s, tamis_batch *batch, tamis_error *err) {
        uint32_t *once = tamis_arena_get(&batch->arena, (batch->n_rows + 1) * sizeof *once);
        const uint8_t *classless;
        int r = once ? find_classless(s, batch, &classless, err) : tamis_fail_memory(err);

        if (r < 0)
                return r;
        for (size_t row = 0; row < batch->n_rows; row++)
                once[row] = !classless || !classless[row];
        return tamis_effects_add((tamis_effects *) &s->effects, batch, once, NULL, err);
}

static int learn(const void *state, void *partial, tamis_batch *batch, tamis_error *err) {
        const tamis_sample *s = state;
        struct partial *p = partial;
        int r = 0;

        if (s->capturing)
                return tamis_sample_capture(s, &p->captured, batch, err);
        if (s->sampler->drains) {
                r = tamis_reservoir_learn(s, &p->offers, batch, err);
                return r == 0 && s->alone && s->effects.on ? see_whole(s, batch, err) : r;
        }
        if (s->has_target)
                r = tamis_labels_learn(&p->labels, batch, s->target.at[0], !s->sampler->streams, err);
        if (r == 0 && s->value_option)
                r = learn_values(s, p, batch, err);
        p->n += batch->n_rows;
        return r;
}

static int merge(void *state, void *partial, tamis_error *err) {
        tamis_sample *s = state;
        struct partial *p = partial;
        int r = 0;

        if (s->capturing)
                return tamis_sample_merge_captured(s, &p->captured, err);
        if (s->sampler->drains)
                return tamis_reservoir_merge(s, &p->offers, err);
        if (s->sampler->streams) {
                for (size_t i = 0; p->values && i < p->n; i++)
                        s->greatest = p->values[i] > s->greatest ? p->values[i] : s->greatest;
                return s->has_target ? tamis_labels_merge(&s->labels, &p->labels, err) : 0;
        }
        if (s->has_target)
                r = tamis_labels_merge(&s->labels, &p->labels, err);
        if (r == 0 && s->value_option && s->n + p->n > s->capacity) {
                size_t capacity = s->capacity * 2 > s->n + p->n ? s->capacity * 2 : s->n + p->n;
                double *more = reallocarray(s->values, capacity, sizeof *more);

                if (!more)
                        return tamis_fail_memory(err);
                s->values = more;
                s->capacity = capacity;
        }
        if (r == 0 && s->value_option && p->n > 0)
                memcpy(s->values + s->n, p->values, p->n * sizeof *p->values);
        s->n += p->n;
        return r;
}

static void partial_done(void *partial) {
        struct partial *p = partial;

        tamis_labels_done(&p->labels);
        free(p->values);
        free(p->captured.starts);
        tamis_buffer_done(&p->captured.text);
        tamis_offers_done(&p->offers);
}

/* -- deciding ------------------------------------------------------------------------------------------------------ */

static int finish(void *state, const tamis_context *context, bool *again, tamis_error *err) {
        tamis_sample *s = state;
        int r = 0;

        if (s->capturing)
                return tamis_sample_list_copies(s, err);
        if (s->sampler->drains)
                return tamis_reservoir_finish(s, context, err);
        if (s->sampler->streams)
                return tamis_sample_stream_finish(s, err);
        if (s->n >= UINT32_MAX)
                return tamis_fail(err, TAMIS_BAD_DATA, "%zu train rows are too many", s->n);
        if (s->has_target)
                r = tamis_labels_settle(&s->labels, s->target.names[0], err);
        s->times = calloc(s->n + 1, sizeof *s->times);
        if (r == 0 && !s->times)
                r = tamis_fail_memory(err);
        for (size_t row = 0; r == 0 && row < s->n; row++)
                s->times[row] = !s->sampler->copies_behind;
        if (r == 0)
                r = s->sampler->decide(s, context, err);
        if (r == 0)
                r = tamis_sample_count_after(s, err);
        if (r == 0)
                r = tamis_sample_weigh_back(s, err);
        if (r < 0)
                return r;
        if (s->labels.missing > 0 && !s->value_option)
                tamis_warn(context, "%llu train row%s without a \"%s\": passed through",
                           (unsigned long long) s->labels.missing, s->labels.missing == 1 ? "" : "s",
                           s->target.names[0]);
        for (size_t row = 0; s->sampler->copies_behind && row < s->n && !s->capturing; row++)
                s->capturing = s->times[row] > 0;
        *again = s->capturing;
        return 0;
}

/* -- the table that goes out --------------------------------------------------------------------------------------- */

static int attach(void *state, const tamis_context *context, tamis_schema *schema, tamis_error *err) {
        tamis_sample *s = state;
        int r = s->bound ? 0 : bind(state, context, schema, err);

        if (r == 0 && s->has_target)
                r = tamis_columns_attach(&s->target, schema, err);
        if (r == 0 && s->value_option)
                r = tamis_columns_attach(&s->value, schema, err);
        if (r == 0 && s->samples) {
                s->at_sample = (long) schema->n;
                r = tamis_schema_add(schema, schema->n, tamis_slice_of("_sample"), TAMIS_TYPE_NUMERIC, err);
        }
        if (r == 0 && s->weighs_back) {
                s->at_weight = (long) schema->n;
                r = tamis_schema_add(schema, schema->n, tamis_slice_of("_weight"), TAMIS_TYPE_NUMERIC, err);
        }
        return r;
}

/* Of the rows as they come; `times` is as the rows will go out here, and behind the last one. */
static int see_effects(tamis_sample *s, tamis_batch *batch, const uint32_t *times, tamis_error *err) {
        uint32_t *before, *after;
        uint64_t train = batch->first_train;
        const uint8_t *classless;
        int r;

        if (!s->effects.on || !batch->final)
                return 0;
        r = find_classless(s, batch, &classless, err);
        if (r < 0)
                return r;
        before = tamis_arena_get(&batch->arena, (batch->n_rows + 1) * sizeof *before);
        after = tamis_arena_get(&batch->arena, (batch->n_rows + 1) * sizeof *after);
        if (!before || !after)
                return tamis_fail_memory(err);
        for (size_t row = 0; row < batch->n_rows; row++) {
                const bool is_train = tamis_batch_is_train(batch, row);

                before[row] = is_train && (!classless || !classless[row]);
                after[row] = before[row] ? times[row] : 0;
                if (before[row] && s->sampler->copies_behind)
                        after[row] += s->times[train];
                train += is_train;
        }
        return tamis_effects_add(&s->effects, batch, before, s->sampler->drains ? NULL : after, err);
}

/* Weights by where the rows will be. */
static int expand_weights(const tamis_sample *s, tamis_batch *batch, const uint32_t *times, double **ret,
                          tamis_error *err) {
        uint64_t train = batch->first_train;
        size_t n = 0;
        double *weights;

        for (size_t row = 0; row < batch->n_rows; row++)
                n += times[row];
        weights = tamis_arena_get(&batch->arena, (n + 1) * sizeof *weights);
        if (!weights)
                return tamis_fail_memory(err);
        n = 0;
        for (size_t row = 0; row < batch->n_rows; row++) {
                bool is_train = tamis_batch_is_train(batch, row);

                for (uint32_t i = 0; i < times[row]; i++)
                        weights[n++] = is_train && s->undo ? s->undo[train] : 1;
                train += is_train;
        }
        *ret = weights;
        return 0;
}

static int apply(void *state, tamis_batch *batch, tamis_error *err) {
        tamis_sample *s = state;
        uint64_t train = batch->first_train;
        double *weights = NULL;
        uint32_t *times;
        bool same = true;
        int r;

        if (s->sampler->streams)
                return tamis_sample_stream(s, batch, err);
        if (s->sampler->copies_behind && !s->weighs_back && !s->effects.on)
                return 0;
        times = tamis_arena_get(&batch->arena, (batch->n_rows + 1) * sizeof *times);
        if (!times)
                return tamis_fail_memory(err);
        for (size_t row = 0; row < batch->n_rows; row++) {
                bool is_train = tamis_batch_is_train(batch, row);

                times[row] = !is_train || s->sampler->copies_behind ? 1 : s->sampler->drains ? 0 : s->times[train];
                train += is_train;
                same &= times[row] == 1;
        }
        r = see_effects(s, batch, times, err);
        if (r == 0 && s->weighs_back)
                r = expand_weights(s, batch, times, &weights, err);
        if (r == 0 && !same)
                r = tamis_batch_repeat_rows(batch, times, err);
        if (r == 0 && weights)
                r = tamis_batch_add_column(batch, (size_t) s->at_weight, err);
        return r == 0 && weights ? tamis_batch_set_numbers(batch, (size_t) s->at_weight, weights, err) : r;
}

static size_t tail_blocks(const void *state) {
        return tamis_sample_blocks(state);
}

static int tail(void *state, size_t block, tamis_batch *out, tamis_error *err) {
        return tamis_sample_emit(state, block, out, err);
}

static int end(void *state, const tamis_context *context, tamis_error *err) {
        tamis_sample *s = state;

        return s->sampler->streams ? tamis_sample_stream_end(s, context, err) : 0;
}

static int report(const void *state, json_t *into, tamis_error *err) {
        const tamis_sample *s = state;
        json_t *classes;
        uint64_t after = 0;
        int r = json_object_set_new(into, "strategy", json_string(s->sampler->base.name));

        if (r < 0)
                return tamis_fail_memory(err);
        if (s->sampler->streams) {
                r = tamis_sample_stream_report(s, into, err);
                return r == 0 ? tamis_effects_report(&s->effects, into, err) : r;
        }
        classes = tamis_json_child(into, "classes", json_array());
        r |= classes ? 0 : -1;
        for (size_t c = 0; s->after && c < tamis_sample_classes(s); c++) {
                json_t *one = tamis_json_child(classes, NULL, json_object());

                after += s->after[c];
                r |= json_object_set_new(one, "class", s->has_target ? tamis_json_bytes(s->labels.names[c])
                                         : json_null());
                r |= json_object_set_new(one, "before", json_integer((json_int_t) tamis_sample_class_size(s, c)));
                r |= json_object_set_new(one, "after", json_integer((json_int_t) s->after[c]));
        }
        r |= json_object_set_new(into, "train_rows_before", json_integer((json_int_t) (s->n - s->labels.missing)));
        r |= json_object_set_new(into, "train_rows_after", json_integer((json_int_t) after));
        r |= json_object_set_new(into, "rows_without_target", json_integer((json_int_t) s->labels.missing));
        return r < 0 ? tamis_fail_memory(err) : tamis_effects_report(&s->effects, into, err);
}

static void done(void *state) {
        tamis_sample *s = state;

        tamis_ratio_done(&s->ratio);
        tamis_class_values_done(&s->costs);
        tamis_class_values_done(&s->shares);
        tamis_sample_tally_done(&s->tally);
        tamis_effects_done(&s->effects);
        tamis_ponds_done(s);
        free(s->undo);
        free(s->copy_weights);
        tamis_columns_done(&s->target);
        tamis_columns_done(&s->value);
        tamis_labels_done(&s->labels);
        free(s->values);
        free(s->times);
        free(s->after);
        free(s->starts);
        free(s->copies);
        tamis_buffer_done(&s->text);
}

const tamis_step_type tamis_step_sample = {
        .name = "sample",
        .summary = "resample train rows by class ratio, cost or weight",
        .details =
                "Rows leave byte for byte as they came. `over` repeats rows of the smaller classes behind the last "
                "row; `under` keeps a random part of the larger ones; `cost` accepts a row with a probability in "
                "proportion to its cost, `costing` does so several times in one run; `bernoulli` keeps a row with a "
                "probability; `weighted` draws with replacement, copies side by side where the row was. "
                "With --count and no target, `under` is a plain random sample.\n\n"
                "`bernoulli`, and `cost` and `costing` where the greatest cost is known (--cost, --max-cost), read a "
                "stream once and hold nothing of it. `reservoir` reads it once and holds the rows it will put out, "
                "which follow when all are read (behind the rows that are not train, where there are any).\n\n"
                "Only train rows are touched. Rows whose target is missing pass through, but for `reservoir`, which "
                "leaves them out.",
        .options = tamis_sample_options,
        .common = TAMIS_OPT_TARGET | TAMIS_OPT_STRATEGY | TAMIS_OPT_SEED | TAMIS_OPT_MISSING,
        .strategies = tamis_sample_list,
        .examples =
                "tamis sample -t Survived -s under --seed 7 train.csv\n"
                "tamis sample -t fraud -s over --ratio 0.5 train.csv\n"
                "tamis sample -t fraud -s cost --cost 'yes=20' train.csv\n"
                "tamis sample -s under --count 1000 big.csv\n"
                "tamis sample -t fraud -s reservoir --each 10000 < pipe > small.csv\n"
                "tamis sample -t fraud -s bernoulli --share 'no=5%' --weigh-back big.csv\n",
        .traits = TAMIS_LEARNS | TAMIS_RANDOM | TAMIS_CHANGES_ROWS | TAMIS_TRAIN_ONLY | TAMIS_HOLDS_ROWS,
        .state_size = sizeof(tamis_sample),
        .configure = tamis_sample_configure,
        .idle = idle,
        .also = also,
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
        .end = end,
        .report = report,
        .done = done,
};
