#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "balance/decide.h"

static const tamis_option options[] = {
        { "probability", 'p', TAMIS_SELECTION, "SEL", NULL,
          "the column that holds the positive class's probability, or a column for each class" },
        { "threshold", 0, TAMIS_REAL, "T", NULL, "decide positive from T on (default: .5, or what --cost says)" },
        { "cost", 0, TAMIS_TEXT, "LIST", NULL, "'fn=20,fp=1': what a mistake costs; tp and tn cost 0 unless they are "
                                               "listed" },
        { "cost-matrix", 0, TAMIS_FILE, "FILE", NULL, "costs as CSV: a row for each actual class, a column for each "
                                                      "decided one" },
        { "best", 0, TAMIS_CHOICE, "MEASURE", NULL,
          "seek the threshold among the scores of the train rows: cost, f1, gmean, balanced, youden",
          tamis_measure_names },
        { "undo", 0, TAMIS_FILE, "REPORT", NULL,
          "correct for what `tamis sample -s under --report REPORT` took from the rows the model learned from" },
        { "positive", 0, TAMIS_TEXT, "CLASS", NULL, "the class the probability is of (default: the last by text)" },
        { "negative", 0, TAMIS_TEXT, "CLASS", NULL, "the other one" },
        { "classes", 0, TAMIS_TEXT, "LIST", NULL, "the classes of several columns, in the order of the columns" },
        { NULL },
};

/* -- configure ----------------------------------------------------------------------------------------------------- */

static int check_options(const tamis_decide *d, const tamis_settings *settings, tamis_error *err) {
        bool matrix = tamis_settings_given(settings, "cost-matrix");

        if (!tamis_settings_given(settings, "probability"))
                return tamis_fail(err, TAMIS_USAGE, "decide needs --probability COL");
        if (d->has_list && matrix)
                return tamis_fail(err, TAMIS_USAGE, "--cost and --cost-matrix both say what mistakes cost: give one");
        if (d->measure && d->has_threshold)
                return tamis_fail(err, TAMIS_USAGE, "--best seeks a threshold and --threshold gives one: choose");
        if (d->measure && !d->has_target)
                return tamis_fail(err, TAMIS_USAGE, "--best needs --target COL: the truth of the rows it is sought "
                                  "among");
        if (d->measure && d->measure->costs && !d->has_list && !matrix)
                return tamis_fail(err, TAMIS_USAGE, "--best cost needs --cost 'fn=20,fp=1' or --cost-matrix FILE");
        return 0;
}

static int configure(void *state, const tamis_context *context, tamis_error *err) {
        tamis_decide *d = state;
        const tamis_settings *settings = context->settings;
        const char *best = tamis_settings_text(settings, "best"), *list = tamis_settings_text(settings, "cost");

        d->measure = best ? tamis_measure_find(best) : NULL;
        d->has_target = tamis_settings_given(settings, "target");
        d->has_threshold = tamis_settings_given(settings, "threshold");
        d->threshold = tamis_settings_real(settings, "threshold");
        d->undo = tamis_settings_text(settings, "undo");
        d->has_list = d->has_costs = list != NULL;
        return list ? tamis_mistakes_parse(&d->mistakes, list, err) : 0;
}

/* Files are not saved with a model, and are looked for only where they are needed. */
static bool idle(const void *state) {
        const tamis_decide *d = state;

        return !d->has_target;
}

static int bind_scores(tamis_decide *d, const tamis_context *context, tamis_schema *schema, tamis_error *err) {
        const tamis_settings *settings = context->settings;
        tamis_selection found = { 0 };
        int r = check_options(d, settings, err);

        if (r == 0)
                r = tamis_select(schema, tamis_settings_text(settings, "probability"), &found, err);
        if (r == 0)
                r = tamis_columns_bind(&d->scores, schema, &found, err);
        tamis_selection_done(&found);
        if (r == 0 && d->scores.n > 1 && (d->has_list || d->measure || d->has_threshold))
                return tamis_fail(err, TAMIS_USAGE, "--%s is for one column of probabilities, and --probability means "
                                  "%zu",
                                  d->measure ? "best" : d->has_threshold ? "threshold" : "cost", d->scores.n);
        if (r == 0 && d->scores.n == 1 && tamis_settings_given(settings, "classes"))
                return tamis_fail(err, TAMIS_USAGE, "--classes is for several columns; for one there are --positive "
                                  "and --negative");
        if (r == 0 && d->scores.n > 1 && (tamis_settings_given(settings, "positive")
                                          || tamis_settings_given(settings, "negative")))
                return tamis_fail(err, TAMIS_USAGE, "--positive and --negative are for one column; for several there "
                                  "is --classes");
        return r;
}

/* -- learning ------------------------------------------------------------------------------------------------------ */

static int bind(void *state, const tamis_context *context, tamis_schema *schema, tamis_error *err) {
        tamis_decide *d = state;
        long fold = tamis_schema_find(schema, tamis_slice_of("_fold"));
        size_t target, at = (size_t) fold;
        int r = tamis_target(context, schema, &target, err);

        if (r == 0)
                r = tamis_columns_bind(&d->target, schema, &(tamis_selection) { .columns = &target, .n = 1 }, err);
        if (r == 0)
                r = bind_scores(d, context, schema, err);
        if (r == 0 && d->measure && fold >= 0)
                r = tamis_columns_bind(&d->fold, schema, &(tamis_selection) { .columns = &at, .n = 1 }, err);
        return r;
}

static int learn(const void *state, void *partial, tamis_batch *batch, tamis_error *err) {
        return tamis_decide_learn(state, partial, batch, err);
}

static int merge(void *state, void *partial, tamis_error *err) {
        return tamis_decide_merge(state, partial, err);
}

static int finish(void *state, const tamis_context *context, bool *again, tamis_error *err) {
        tamis_decide *d = state;
        int r = tamis_decide_settle(d, context, err);

        return r == 0 && d->scores.n == 1 ? tamis_decide_search(d, context, err) : r;
}

/* -- deciding ------------------------------------------------------------------------------------------------------ */

/* The name of a corrected column: `stem` alone of one column of probabilities, before the class of several. */
static int name_score(const tamis_decide *d, const char *stem, size_t i, tamis_buffer *name, tamis_error *err) {
        int r;

        name->n = 0;
        r = tamis_buffer_add(name, stem, strlen(stem), err);
        if (r == 0 && d->scores.n > 1)
                r = tamis_buffer_add(name, "_", 1, err);
        if (r == 0 && d->scores.n > 1)
                r = tamis_buffer_add(name, d->names[i].p, d->names[i].n, err);
        return r;
}

/* `_score`, or `_undone` where a column of a model has that name already. All of them are named alike, so that one
 * pattern means them. */
static int add_scores(const tamis_decide *d, tamis_schema *schema, tamis_error *err) {
        size_t n = d->scores.n == 1 ? 1 : d->n_classes;
        const char *stem = "_score";
        tamis_buffer name = { 0 };
        int r = 0;

        for (size_t i = 0; r == 0 && i < n; i++) {
                r = name_score(d, "_score", i, &name, err);
                if (r == 0 && tamis_schema_find(schema, (tamis_slice) { name.p, name.n }) >= 0)
                        stem = "_undone";
        }
        for (size_t i = 0; r == 0 && i < n; i++) {
                r = name_score(d, stem, i, &name, err);
                if (r == 0)
                        r = tamis_schema_add(schema, schema->n, (tamis_slice) { name.p, name.n }, TAMIS_TYPE_NUMERIC,
                                             err);
        }
        tamis_buffer_done(&name);
        return r;
}

static int attach(void *state, const tamis_context *context, tamis_schema *schema, tamis_error *err) {
        tamis_decide *d = state;
        int r = 0;

        if (!d->loaded && !d->has_target) {
                r = bind_scores(d, context, schema, err);
                if (r == 0)
                        r = tamis_decide_settle(d, context, err);
        }
        if (r == 0)
                r = tamis_columns_attach(&d->scores, schema, err);
        if (r == 0 && !d->decided) {
                d->decided = calloc(d->n_classes + 1, sizeof *d->decided);
                r = d->decided ? 0 : tamis_fail_memory(err);
        }
        d->at_scores = schema->n;
        if (r == 0 && d->shares)
                r = add_scores(d, schema, err);
        d->at_decision = schema->n;
        return r == 0 ? tamis_schema_add(schema, schema->n, tamis_slice_of("_decision"), TAMIS_TYPE_CATEGORICAL, err)
                : r;
}

static int fail_probability(tamis_batch *batch, size_t row, size_t column, tamis_error *err) {
        tamis_slice text = tamis_batch_text(batch, row, column);

        return tamis_batch_fail(batch, row, column, err, "\"%.*s\" is no probability: a number from 0 to 1 is needed",
                                (int) text.n, text.n ? text.p : "");
}

/* For each row the place of its class among the names, n_classes where there is no score; and what goes out as
 * scores. */
struct decisions {
        uint32_t *class;
        double *scores;         /* n_rows of each column that is added; NULL: none is */
        uint64_t odd;
};

static int decide_two(const tamis_decide *d, tamis_batch *batch, struct decisions *out, tamis_error *err) {
        bool probability = d->shares || (!d->measure && !d->has_threshold);
        const double *p;
        int r = tamis_batch_numbers_only(batch, d->scores.at[0], &p, err);

        if (r < 0)
                return r;
        for (size_t row = 0; row < batch->n_rows; row++) {
                double score = p[row];

                if (probability && (score < 0 || score > 1))
                        return fail_probability(batch, row, d->scores.at[0], err);
                if (d->shares)
                        out->scores[row] = score = tamis_undo_positive(score, d->shares);
                out->class[row] = isnan(score) ? 2 : score >= d->threshold;
        }
        return 0;
}

/* The class of the least expected cost, sum over actual i of p[i] cost[i][j]; ties to the first by text. Without
 * costs, the most probable one. */
static uint32_t cheapest(const tamis_decide *d, const double *p) {
        uint32_t best = 0;
        double least = INFINITY;

        for (uint32_t j = 0; j < d->n_classes; j++) {
                double expected = d->matrix ? 0 : -p[j];

                for (size_t i = 0; d->matrix && i < d->n_classes; i++)
                        expected += p[i] * d->matrix[i * d->n_classes + j];
                if (expected < least) {
                        least = expected;
                        best = j;
                }
        }
        return best;
}

static int decide_many(const tamis_decide *d, tamis_batch *batch, struct decisions *out, tamis_error *err) {
        size_t n = d->n_classes;
        const double **columns = tamis_arena_get(&batch->arena, n * sizeof *columns);
        double *p = tamis_arena_get(&batch->arena, n * sizeof *p);
        int r = columns && p ? 0 : tamis_fail_memory(err);

        for (size_t i = 0; r == 0 && i < n; i++)
                r = tamis_batch_numbers_only(batch, d->scores.at[i], &columns[i], err);
        for (size_t row = 0; r == 0 && row < batch->n_rows; row++) {
                double sum = 0;

                for (size_t i = 0; i < n; i++) {
                        p[i] = columns[i][row];
                        if (p[i] < 0 || p[i] > 1)
                                return fail_probability(batch, row, d->scores.at[i], err);
                        sum += p[i];
                }
                out->odd += fabs(sum - 1) > 1e-3;
                if (d->shares)
                        tamis_undo(p, d->shares, n);
                for (size_t i = 0; out->scores && i < n; i++)
                        out->scores[i * batch->n_rows + row] = isnan(sum) ? NAN : p[i];
                out->class[row] = isnan(sum) ? (uint32_t) n : cheapest(d, p);
        }
        return r;
}

static int write_decisions(tamis_decide *d, tamis_batch *batch, const struct decisions *out, uint64_t *counts,
                           tamis_error *err) {
        size_t n = out->scores ? d->at_decision - d->at_scores : 0;
        int r = 0;

        for (size_t i = 0; r == 0 && i < n; i++) {
                r = tamis_batch_add_column(batch, d->at_scores + i, err);
                if (r == 0)
                        r = tamis_batch_set_numbers(batch, d->at_scores + i, out->scores + i * batch->n_rows, err);
        }
        if (r == 0)
                r = tamis_batch_add_column(batch, d->at_decision, err);
        for (size_t row = 0; r == 0 && row < batch->n_rows; row++) {
                counts[out->class[row]]++;
                if (out->class[row] < d->n_classes)
                        r = tamis_batch_set_text(batch, row, d->at_decision, d->names[out->class[row]], err);
        }
        return r;
}

static int apply(void *state, tamis_batch *batch, tamis_error *err) {
        tamis_decide *d = state;
        size_t added = d->at_decision - d->at_scores;
        uint64_t *counts = tamis_arena_get_zeroed(&batch->arena, d->n_classes + 1, sizeof *counts);
        struct decisions out = { .class = tamis_arena_get(&batch->arena, (batch->n_rows + 1) * sizeof *out.class) };
        int r;

        if (added > 0)
                out.scores = tamis_arena_get_zeroed(&batch->arena, added * (batch->n_rows + 1), sizeof *out.scores);
        if (!counts || !out.class || (added > 0 && !out.scores))
                return tamis_fail_memory(err);
        r = d->scores.n == 1 ? decide_two(d, batch, &out, err) : decide_many(d, batch, &out, err);
        if (r == 0)
                r = write_decisions(d, batch, &out, counts, err);
        if (r < 0)
                return r;
        for (size_t i = 0; i <= d->n_classes; i++)
                tamis_batch_count(batch, &d->decided[i], counts[i]);
        tamis_batch_count(batch, &d->odd, out.odd);
        return 0;
}

static int end(void *state, const tamis_context *context, tamis_error *err) {
        tamis_decide *d = state;
        uint64_t without = d->decided[d->n_classes], odd = d->odd;

        if (without > 0)
                tamis_warn(context, "%llu row%s without a score: left undecided", (unsigned long long) without,
                           without == 1 ? "" : "s");
        if (odd > 0)
                tamis_warn(context, "%llu row%s whose probabilities do not add up to 1", (unsigned long long) odd,
                           odd == 1 ? "" : "s");
        return 0;
}

static void done(void *state) {
        tamis_decide *d = state;

        tamis_costs_done(&d->costs);
        tamis_columns_done(&d->scores);
        tamis_columns_done(&d->target);
        tamis_columns_done(&d->fold);
        tamis_labels_done(&d->labels);
        tamis_labels_done(&d->folds);
        tamis_arena_done(&d->arena);
        free(d->names);
        free(d->matrix);
        free(d->shares);
        free(d->values);
        free(d->by_fold);
        free(d->decided);
}

const tamis_step_type tamis_step_decide = {
        .name = "decide",
        .summary = "turn probabilities into decisions",
        .details =
                "A last column `_decision` holds what each row is decided to be. From one column of probabilities it "
                "is the positive class from a threshold on: the given one, or .5; with --cost or a matrix of costs "
                "over two classes the one from which on it is cheaper, (c10 - c00) / (c10 - c00 + c01 - c11); with "
                "--best the one of all distinct scores that does best on the train rows, whose target is known (the "
                "report tells how far it moves from fold to fold). From a column for each class it is the class of "
                "the least expected cost; without costs, the most probable one.\n\n"
                "--undo corrects probabilities, before anything else, for a model that learned from rows that `tamis "
                "sample` thinned out at random, from that step's own report; the corrected ones are added as `_score`, "
                "or as `_undone` where there is a `_score` already, as behind `tamis learn`. After SMOTE, pruning or "
                "repeated rows there is no such formula, and it is refused.\n\n"
                "A row without a score is left undecided, and counted. A threshold sought on the rows a model learned "
                "from is too confident: have the scores of held-out rows or folds.",
        .options = options,
        .common = TAMIS_OPT_TARGET | TAMIS_OPT_LEARN | TAMIS_OPT_MISSING | TAMIS_OPT_PRECISION,
        .examples =
                "tamis decide -p score --cost 'fn=20,fp=1' scored.csv\n"
                "tamis decide -p score -t fraud --best f1 --save decide.json scored.csv\n"
                "tamis decide -p 'p_*' --cost-matrix costs.csv scored.csv\n"
                "tamis decide -p score --undo sample.json --threshold .2 scored.csv\n",
        .traits = TAMIS_LEARNS,
        .state_size = sizeof(tamis_decide),
        .configure = configure,
        .idle = idle,
        .bind = bind,
        .partial_size = sizeof(tamis_decide_partial),
        .learn = learn,
        .merge = merge,
        .partial_done = tamis_decide_partial_done,
        .finish = finish,
        .attach = attach,
        .apply = apply,
        .end = end,
        .save = tamis_decide_save,
        .load = tamis_decide_load,
        .report = tamis_decide_report,
        .done = done,
};
